//! Whether sources are those that a plan was made of.
//!
//! A plan carries its configuration: all blocks, and those arguments that are constants. Values of
//! variables may differ, and do not count.

use std::collections::{BTreeMap, BTreeSet};

use ppcmk_coverage::estate::Reason;

use super::overlay::is_equal;
use crate::adapt::is_understood;
use crate::source::plan::{Constant, Outline, PathStep};
use crate::source::{Instance, Mode, Reading};
use crate::value::{Kind, Value};

/// What does not fit, if anything: one line.
pub(super) fn difference(plan: &Reading, sources: &Reading) -> Option<String> {
    let outline = plan.outline.as_ref()?;
    let blocks = blocks(sources);
    let mut differences = Vec::new();
    differences.extend(only_in_plan(outline, sources, &blocks));
    differences.extend(only_in_sources(outline, &blocks));
    differences.extend(other_constants(outline, &blocks));
    let first = differences.first()?;
    Some(match differences.len() - 1 {
        0 => first.clone(),
        more => format!("{first} (and {more} more)"),
    })
}

/// The instances of the sources, by block.
fn blocks(sources: &Reading) -> BTreeMap<&str, Vec<&Instance>> {
    let mut blocks: BTreeMap<&str, Vec<&Instance>> = BTreeMap::new();
    let managed = |one: &&Instance| one.mode == Mode::Managed && is_understood(&one.type_name);
    for instance in sources.instances.iter().filter(managed) {
        blocks.entry(&instance.block).or_default().push(instance);
    }
    blocks
}

fn only_in_plan(
    outline: &Outline,
    sources: &Reading,
    blocks: &BTreeMap<&str, Vec<&Instance>>,
) -> Vec<String> {
    // What does not parse may have them.
    if !sources.problems.is_empty() {
        return Vec::new();
    }
    let unseen: BTreeSet<String> = sources
        .unseen
        .iter()
        .filter_map(|unseen| match &unseen.reason {
            Reason::RemoteModule(call) => Some(format!("{call}.")),
            _ => None,
        })
        .collect();
    let missing = outline.blocks.keys().filter(|address| {
        let local = local_address(address);
        let kind = local.split('.').next().unwrap_or_default();
        is_understood(kind)
            && !blocks.contains_key(&***address)
            && !sources.order.has(address)
            && !unseen.iter().any(|call| address.starts_with(call.as_str()))
    });
    missing
        .map(|address| format!("the plan has `{address}`, and the sources have not"))
        .collect()
}

fn only_in_sources(outline: &Outline, blocks: &BTreeMap<&str, Vec<&Instance>>) -> Vec<String> {
    blocks
        .keys()
        .filter(|address| !outline.blocks.contains_key(**address))
        .map(|address| format!("the sources have `{address}`, and the plan has not"))
        .collect()
}

fn other_constants(outline: &Outline, blocks: &BTreeMap<&str, Vec<&Instance>>) -> Vec<String> {
    let mut differences = Vec::new();
    for (address, instances) in blocks {
        for constant in outline.blocks.get(*address).into_iter().flatten() {
            let differs = instances.iter().any(|instance| {
                at(&instance.values, &constant.path).is_some_and(|value| differs(constant, &value))
            });
            if differs {
                let path = constant.shown();
                differences.push(format!(
                    "`{address}.{path}` is a constant of another value in the plan"
                ));
            }
        }
    }
    differences
}

fn differs(constant: &Constant, value: &Value) -> bool {
    let is_simple = |value: &Value| {
        matches!(
            value.kind,
            Kind::String(_) | Kind::Bool(_) | Kind::Number(_)
        )
    };
    is_simple(&constant.value) && is_simple(value) && !is_equal(&constant.value, value)
}

/// The value at a path. Of repeated blocks only a single one is found: where `dynamic` makes others,
/// their numbers say nothing.
fn at(value: &Value, path: &[PathStep]) -> Option<Value> {
    let mut value = value.clone();
    for step in path {
        value = match step {
            PathStep::Attribute(name) => only(value)?.as_object()?.entries.get(name)?.clone(),
            PathStep::Element(0) => only(value)?,
            PathStep::Element(_) => return None,
        };
    }
    Some(value)
}

/// The element of a list of one; anything else itself.
fn only(value: Value) -> Option<Value> {
    match value.as_list() {
        Some([only]) => Some(only.clone()),
        Some(_) => None,
        None => Some(value),
    }
}

/// The address behind the modules; of a data source with `data.`, which is of no type.
fn local_address(address: &str) -> &str {
    let mut rest = address;
    while let Some(module) = rest.strip_prefix("module.") {
        rest = module.split_once('.').map_or("", |(_, rest)| rest);
    }
    rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modules_are_taken_off() {
        assert_eq!(local_address("module.a.module.b.c.d"), "c.d");
        assert_eq!(local_address("data.c.d"), "data.c.d");
        assert_eq!(local_address("module.a"), "");
    }
}
