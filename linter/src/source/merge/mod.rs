//! A plan together with its sources: values and changes from the plan, places from the sources.
//!
//! - What the plan knows, counts. The sources say where it is written, and name what neither of them
//!   knows more precisely than the plan can.
//! - What is only in the sources will not be there (`count = 0`), if the plan is about all of them.
//! - Sources that are not those of the plan are noticed and left out.

mod foreign;
mod matching;
mod overlay;

use std::collections::HashSet;
use std::sync::Arc;

use ppcmk_coverage::estate::{Existence, Fact, Origin, Reason, Unknown};

use super::{Instance, Reading};
use matching::{Index, Match};
use overlay::{overlay, overlay_equal};

/// Brings a plan together with its sources. Where they do not belong together,
/// [`Reading::foreign_sources`] says why and the plan stands alone.
pub fn merge(plan: Reading, sources: Reading) -> Reading {
    if let Some(why) = foreign::difference(&plan, &sources) {
        return Reading {
            foreign_sources: Some(why),
            problems: sources.problems,
            sources: sources.sources,
            ..plan
        };
    }
    let is_complete = plan
        .outline
        .as_ref()
        .is_none_or(|outline| outline.is_complete);
    let index = Index::new(&sources.instances);
    let planned: HashSet<Arc<str>> = plan.instances.iter().map(|one| one.block.clone()).collect();
    let mut instances: Vec<Instance> = plan
        .instances
        .into_iter()
        .map(|instance| with_source(instance, &index))
        .collect();
    drop(index);
    if !is_complete {
        let rest = sources.instances.into_iter();
        instances.extend(
            rest.filter(|one| !planned.contains(&one.block))
                .map(unplanned),
        );
        instances.sort_by_cached_key(|one| one.address.clone());
    }
    let mut order = sources.order;
    order.join(&plan.order);
    Reading {
        instances,
        order,
        problems: sources.problems,
        comments: sources.comments,
        sources: sources.sources,
        unseen: plan.unseen,
        has_changes: plan.has_changes,
        has_sources: true,
        outline: plan.outline,
        foreign_sources: None,
    }
}

fn with_source(mut instance: Instance, index: &Index<'_>) -> Instance {
    let source = match index.find(&instance) {
        Match::Instance(source) => {
            instance.values = overlay(&instance.values, &source.values);
            source
        }
        Match::Block(source) => {
            instance.values = overlay_equal(&instance.values, &source.values);
            source
        }
        Match::None => {
            instance.prevent_destroy = not_seen();
            return instance;
        }
    };
    instance.location.clone_from(&source.location);
    instance.extent.clone_from(&source.extent);
    instance.calls.clone_from(&source.calls);
    instance.prevent_destroy = source.prevent_destroy.clone();
    instance
}

/// The `lifecycle` of a block that is not in the sources.
fn not_seen() -> Fact<bool> {
    let unknown = Unknown::new(Reason::Elsewhere("the block is not in the sources".into()));
    Fact::unknown_at(unknown, Origin::default())
}

/// An instance that a partial plan does not mention: it may be left out, or there may be none.
fn unplanned(mut instance: Instance) -> Instance {
    if matches!(instance.existence, Existence::Certain) {
        let text = "the plan is only about a part of the configuration";
        instance.existence = Existence::Possible(Unknown::new(Reason::Expression(text.into())));
    }
    instance
}

#[cfg(test)]
mod tests;
