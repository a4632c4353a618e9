//! Who waits for whom, and how to say so in a configuration.

use std::collections::HashMap;
use std::sync::Arc;

use crate::estate::{Estate, Header, Order, Ordered};

/// Answers about the order graph, each worked out once per pair of blocks.
pub(super) struct Waiting<'a> {
    order: &'a Order,
    known: HashMap<(Arc<str>, Arc<str>), Ordered>,
}

impl<'a> Waiting<'a> {
    pub(super) fn of(estate: &'a Estate) -> Self {
        Self {
            order: &estate.order,
            known: HashMap::new(),
        }
    }

    /// Whether an object waits for at least one of others.
    pub(super) fn for_any<'b>(
        &mut self,
        later: &Header,
        earlier: impl IntoIterator<Item = &'b Header>,
    ) -> Ordered {
        let mut answer = Ordered::No;
        for earlier in earlier {
            match self.for_one(later, earlier) {
                Ordered::Yes => return Ordered::Yes,
                Ordered::Unknown => answer = Ordered::Unknown,
                Ordered::No => {}
            }
        }
        answer
    }

    fn for_one(&mut self, later: &Header, earlier: &Header) -> Ordered {
        let order = self.order;
        *self
            .known
            .entry((later.block.clone(), earlier.block.clone()))
            .or_insert_with(|| order.is_after(&later.block, &earlier.block))
    }
}

/// The help that makes one object wait for another one: the argument with its value, as far as a
/// module can name the other one.
pub(super) fn depends_on(later: &Header, earlier: &Header) -> String {
    match name_from(&later.block, &earlier.block) {
        Some(name) => format!("add `depends_on = [{name}]`"),
        None => format!(
            "let the module that it is in wait for `{}`, or pass it what depends on that",
            earlier.block
        ),
    }
}

/// What the module of `later` calls `earlier`: a resource of its own, or a module that it calls.
fn name_from<'a>(later: &str, earlier: &'a str) -> Option<&'a str> {
    let own = module_of(later);
    let rest = if own.is_empty() {
        earlier
    } else {
        earlier.strip_prefix(own)?.strip_prefix('.')?
    };
    match rest.strip_prefix("module.") {
        Some(call) => {
            let name = call.split('.').next()?;
            Some(&rest[.."module.".len() + name.len()])
        }
        None => Some(rest),
    }
}

/// The modules around a block: `module.a.module.b`, or nothing.
fn module_of(block: &str) -> &str {
    let mut end = 0;
    let mut parts = block.split('.');
    while parts.next() == Some("module")
        && let Some(name) = parts.next()
    {
        let separator = usize::from(end > 0);
        end += separator + "module.".len() + name.len();
    }
    &block[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dependency_is_named_as_the_module_can_name_it() {
        for (later, earlier, name) in [
            ("a.one", "b.two", Some("b.two")),
            ("a.one", "module.m.b.two", Some("module.m")),
            ("a.one", "module.m.module.n.b.two", Some("module.m")),
            ("module.m.a.one", "module.m.b.two", Some("b.two")),
            (
                "module.m.a.one",
                "module.m.module.n.b.two",
                Some("module.n"),
            ),
            (
                "module.m.module.n.a.one",
                "module.m.module.n.b.two",
                Some("b.two"),
            ),
            ("module.m.a.one", "b.two", None),
            ("module.m.a.one", "module.mm.b.two", None),
        ] {
            assert_eq!(name_from(later, earlier), name, "{later} {earlier}");
        }
    }

    #[test]
    fn says_what_to_do_when_it_cannot_be_named() {
        let help = depends_on(&Header::new("module.m.a.one"), &Header::new("b.two"));
        assert!(help.contains("`b.two`"), "{help}");
    }
}
