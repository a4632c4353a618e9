//! Which instance of the sources an instance of the plan is.

use std::collections::HashMap;

use crate::source::plan::address::{Step, steps};
use crate::source::{Instance, InstanceKey};

/// The instances of the sources.
pub(super) struct Index<'s> {
    by_address: HashMap<&'s str, &'s Instance>,
    by_block: HashMap<&'s str, Vec<&'s Instance>>,
}

/// What the sources have of an instance.
pub(super) enum Match<'s> {
    /// The instance, or the one that stands for all keys (`[*]`).
    Instance(&'s Instance),
    /// Only others of its block.
    Block(&'s Instance),
    None,
}

impl<'s> Index<'s> {
    pub(super) fn new(instances: &'s [Instance]) -> Self {
        let mut by_block: HashMap<&str, Vec<&Instance>> = HashMap::new();
        for instance in instances {
            by_block.entry(&instance.block).or_default().push(instance);
        }
        Self {
            by_address: instances.iter().map(|one| (&*one.address, one)).collect(),
            by_block,
        }
    }

    pub(super) fn find(&self, instance: &Instance) -> Match<'s> {
        if let Some(source) = self.by_address.get(&*instance.address) {
            return Match::Instance(source);
        }
        let others = self.by_block.get(&*instance.block);
        let others = others.map_or(&[][..], Vec::as_slice);
        let stands_for_all = others.iter().find(|other| {
            other.address.contains("[*]") && is_like(&instance.address, &other.address)
        });
        match (stands_for_all, others.first()) {
            (Some(source), _) => Match::Instance(source),
            (None, Some(source)) => Match::Block(source),
            (None, None) => Match::None,
        }
    }
}

/// Whether an address is one of those that another one stands for.
fn is_like(address: &str, pattern: &str) -> bool {
    let (address, pattern) = (steps(address), steps(pattern));
    address.len() == pattern.len()
        && address.iter().zip(&pattern).all(|(step, pattern)| {
            step == pattern
                || matches!(
                    (step, pattern),
                    (Step::Key(_), Step::Key(InstanceKey::Unknown))
                )
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_any_key() {
        assert!(is_like("module.a[\"x\"].b.c[0]", "module.a[*].b.c[0]"));
        assert!(!is_like("module.a[\"x\"].b.c[1]", "module.a[*].b.c[0]"));
        assert!(!is_like("module.a.b.c[0]", "module.a[*].b.c[0]"));
    }
}
