//! Where in a value something is. Diagnostics carry a path so that Terraform can show the line.

use std::fmt;

use crate::wire::tfplugin6::{AttributePath as WirePath, attribute_path};

/// One step into a value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// An attribute, a block type, or an attribute of an object.
    Attribute(String),
    /// An element of a map.
    Key(String),
    /// An element of a list or tuple, from zero.
    Index(usize),
    /// Some element of a set. The wire has no such step, so a path ends before it.
    SetElement,
}

/// A path from the root of a resource's value. The empty path is the whole value.
///
/// ```
/// use tfplugin::AttributePath;
///
/// let path = AttributePath::from("endpoints").attribute("bap");
/// assert_eq!(path.to_string(), "endpoints.bap");
/// assert_eq!(AttributePath::from("tags").key("a b").to_string(), r#"tags["a b"]"#);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct AttributePath(Vec<Step>);

impl AttributePath {
    /// The whole value.
    pub fn root() -> Self {
        Self::default()
    }

    /// One attribute further.
    #[must_use]
    pub fn attribute(&self, name: impl Into<String>) -> Self {
        self.with(Step::Attribute(name.into()))
    }

    /// One map element further.
    #[must_use]
    pub fn key(&self, key: impl Into<String>) -> Self {
        self.with(Step::Key(key.into()))
    }

    /// One list element further.
    #[must_use]
    pub fn index(&self, index: usize) -> Self {
        self.with(Step::Index(index))
    }

    /// Some element of the set at this path.
    #[must_use]
    pub fn set_element(&self) -> Self {
        self.with(Step::SetElement)
    }

    /// One step further.
    #[must_use]
    pub fn with(&self, step: Step) -> Self {
        let mut steps = self.0.clone();
        steps.push(step);
        Self(steps)
    }

    /// This path below another one.
    #[must_use]
    pub fn below(mut self, parent: &Self) -> Self {
        let mut steps = parent.0.clone();
        steps.append(&mut self.0);
        Self(steps)
    }

    /// The steps, outermost first.
    pub fn steps(&self) -> &[Step] {
        &self.0
    }

    /// Whether this is the whole value.
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// The wire's form. Sets have no step there, so the path ends at the set.
    pub(crate) fn to_wire(&self) -> WirePath {
        use attribute_path::step::Selector;
        let steps = self
            .0
            .iter()
            .map_while(|step| match step {
                Step::Attribute(name) => Some(Selector::AttributeName(name.clone())),
                Step::Key(key) => Some(Selector::ElementKeyString(key.clone())),
                Step::Index(index) => Some(Selector::ElementKeyInt(
                    i64::try_from(*index).unwrap_or(i64::MAX),
                )),
                Step::SetElement => None,
            })
            .map(|selector| attribute_path::Step {
                selector: Some(selector),
            })
            .collect();
        WirePath { steps }
    }
}

impl From<&str> for AttributePath {
    fn from(name: &str) -> Self {
        Self::root().attribute(name)
    }
}

impl From<&AttributePath> for AttributePath {
    fn from(path: &AttributePath) -> Self {
        path.clone()
    }
}

impl fmt::Display for AttributePath {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, step) in self.0.iter().enumerate() {
            match step {
                Step::Attribute(name) if position == 0 => formatter.write_str(name)?,
                Step::Attribute(name) => write!(formatter, ".{name}")?,
                Step::Key(key) => write!(formatter, "[{key:?}]")?,
                Step::Index(index) => write!(formatter, "[{index}]")?,
                Step::SetElement => formatter.write_str("[...]")?,
            }
        }
        Ok(())
    }
}
