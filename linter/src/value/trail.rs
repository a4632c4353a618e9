//! The way of a value, from the literal to where it is used.

use std::sync::Arc;

use ppcmk_coverage::estate::{Location, Origin, Step};

/// The way of a value. Cheap to copy and to make longer.
#[derive(Clone, Debug, Default)]
pub struct Trail(Option<Arc<Node>>);

#[derive(Debug)]
struct Node {
    label: Option<Arc<str>>,
    location: Option<Location>,
    from: Trail,
}

impl Trail {
    /// A literal, or an expression that makes a new value, at its place.
    pub fn literal(location: Location) -> Self {
        Self(Some(Arc::new(Node {
            label: None,
            location: Some(location),
            from: Self::default(),
        })))
    }

    /// The value was passed on by something with a name: `local.region`, `var.region`,
    /// `prod.tfvars`; `location` is where that is defined.
    #[must_use]
    pub fn through(&self, label: impl Into<Arc<str>>, location: Option<Location>) -> Self {
        Self(Some(Arc::new(Node {
            label: Some(label.into()),
            location,
            from: self.clone(),
        })))
    }

    /// The same way without what comes before the last of the steps that `is_last` holds for: whoever
    /// gave that step its value is not known. `None` where it holds for no step.
    pub fn cut(&self, is_last: impl Fn(&str) -> bool) -> Option<Self> {
        let mut steps = Vec::new();
        let mut kept = 0;
        let mut trail = self;
        while let Some(node) = &trail.0 {
            steps.push((&node.label, &node.location));
            if node.label.as_deref().is_some_and(&is_last) {
                kept = steps.len();
            }
            trail = &node.from;
        }
        let cut = steps[..kept]
            .iter()
            .rev()
            .fold(Self::default(), |from, (label, location)| {
                let (label, location) = (Option::clone(label), Option::clone(location));
                Self(Some(Arc::new(Node {
                    label,
                    location,
                    from,
                })))
            });
        cut.0.is_some().then_some(cut)
    }

    /// The place of the literal.
    pub fn location(&self) -> Option<&Location> {
        let mut place = None;
        let mut trail = self;
        while let Some(node) = &trail.0 {
            place = node.location.as_ref().or(place);
            trail = &node.from;
        }
        place
    }

    /// The origin of a fact: the place of the literal, and the steps from the attribute to it.
    pub fn origin(&self, path: Option<Arc<str>>) -> Origin {
        let mut chain = Vec::new();
        let mut trail = self;
        while let Some(node) = &trail.0 {
            if let Some(label) = &node.label {
                chain.push(Step {
                    label: label.clone(),
                    location: node.location.clone(),
                });
            }
            trail = &node.from;
        }
        Origin {
            location: self.location().cloned(),
            path,
            chain: chain.into(),
            is_default: false,
        }
    }
}

// A long way must not be dropped by recursion.
impl Drop for Node {
    fn drop(&mut self) {
        let mut next = self.from.0.take();
        while let Some(node) = next {
            match Arc::try_unwrap(node) {
                Ok(mut node) => next = node.from.0.take(),
                Err(_) => break,
            }
        }
    }
}
