//! Goes through configuration, prior state and planned value side by side.

use std::borrow::Cow;

use crate::path::AttributePath;
use crate::schema::{Attribute, Nesting, Schema, Shape};
use crate::value::Value;

/// One attribute in the three values.
pub(super) struct Aligned<'a> {
    pub(super) path: &'a AttributePath,
    pub(super) config: &'a Value,
    pub(super) prior: &'a Value,
    pub(super) planned: &'a mut Value,
}

/// Calls `change` for every attribute, outer before inner. Goes below an attribute only where the
/// configuration has something there: what is below a null belongs to the provider as a whole.
pub(super) fn visit(
    schema: &Schema,
    config: &Value,
    prior: &Value,
    planned: &mut Value,
    change: &mut dyn FnMut(&Attribute, Aligned<'_>),
) {
    let root = AttributePath::root();
    members(&schema.attributes, config, prior, planned, &root, change);
    let Value::Object(planned) = planned else {
        return;
    };
    for block in &schema.blocks {
        let Some(planned) = planned.get_mut(&block.name) else {
            continue;
        };
        elements(
            block.nesting,
            &block.attributes,
            &config.attribute(&block.name),
            &prior.attribute(&block.name),
            planned,
            &root.attribute(&block.name),
            change,
        );
    }
}

fn members(
    attributes: &[Attribute],
    config: &Value,
    prior: &Value,
    planned: &mut Value,
    path: &AttributePath,
    change: &mut dyn FnMut(&Attribute, Aligned<'_>),
) {
    let Value::Object(planned) = planned else {
        return;
    };
    for attribute in attributes {
        let Some(planned) = planned.get_mut(&attribute.name) else {
            continue;
        };
        let path = path.attribute(&attribute.name);
        let config = config.attribute(&attribute.name);
        let prior = prior.attribute(&attribute.name);
        change(
            attribute,
            Aligned {
                path: &path,
                config: &config,
                prior: &prior,
                planned,
            },
        );
        if let Shape::Nested(nesting, attributes) = &attribute.shape {
            elements(
                *nesting, attributes, &config, &prior, planned, &path, change,
            );
        }
    }
}

fn elements(
    nesting: Nesting,
    attributes: &[Attribute],
    config: &Value,
    prior: &Value,
    planned: &mut Value,
    path: &AttributePath,
    change: &mut dyn FnMut(&Attribute, Aligned<'_>),
) {
    if config.is_null() {
        return;
    }
    match planned {
        Value::Object(_) if nesting == Nesting::Single => {
            members(attributes, config, prior, planned, path, change);
        }
        Value::List(elements) => {
            for (index, element) in elements.iter_mut().enumerate() {
                let (config, prior) = (element_of(config, index), element_of(prior, index));
                members(
                    attributes,
                    &config,
                    &prior,
                    element,
                    &path.index(index),
                    change,
                );
            }
        }
        Value::Map(elements) => {
            for (key, element) in elements.iter_mut() {
                let (config, prior) = (member_of(config, key), member_of(prior, key));
                members(attributes, &config, &prior, element, &path.key(key), change);
            }
        }
        Value::Set(elements) => {
            for element in elements {
                let config = counterpart(attributes, config, element);
                let prior = counterpart(attributes, prior, element);
                members(
                    attributes,
                    &config,
                    &prior,
                    element,
                    &path.set_element(),
                    change,
                );
            }
        }
        _ => {}
    }
}

fn element_of(value: &Value, index: usize) -> Cow<'_, Value> {
    match value {
        Value::List(elements) => elements
            .get(index)
            .map_or(Cow::Owned(Value::Null), Cow::Borrowed),
        Value::Unknown => Cow::Owned(Value::Unknown),
        _ => Cow::Owned(Value::Null),
    }
}

fn member_of<'a>(value: &'a Value, key: &str) -> Cow<'a, Value> {
    match value {
        Value::Map(members) => members
            .get(key)
            .map_or(Cow::Owned(Value::Null), Cow::Borrowed),
        Value::Unknown => Cow::Owned(Value::Unknown),
        _ => Cow::Owned(Value::Null),
    }
}

/// The element of a set that the given one came from. Where several agree, it is the one that
/// leaves the least to the provider: otherwise a configured value would count as the provider's.
fn counterpart<'a>(attributes: &[Attribute], set: &'a Value, element: &Value) -> Cow<'a, Value> {
    let Value::Set(candidates) = set else {
        return match set {
            Value::Unknown => Cow::Owned(Value::Unknown),
            _ => Cow::Owned(Value::Null),
        };
    };
    candidates
        .iter()
        .filter_map(|candidate| Some((left_open(attributes, candidate, element)?, candidate)))
        .min_by_key(|(open, _)| *open)
        .map_or(Cow::Owned(Value::Null), |(_, candidate)| {
            Cow::Borrowed(candidate)
        })
}

/// How many attributes the candidate leaves to the provider that the element has a value for;
/// `None` when the two disagree in one that it does not.
fn left_open(attributes: &[Attribute], candidate: &Value, element: &Value) -> Option<usize> {
    attributes.iter().try_fold(0, |open, attribute| {
        let left = candidate.attribute(&attribute.name);
        let right = element.attribute(&attribute.name);
        if attribute.means_the_same(&left, &right) {
            return Some(open);
        }
        if attribute.is_computed() {
            // Both the configuration, which is null, and the plan, which is unknown, stand for
            // whatever the other side has.
            return (left.is_null() || right.is_null() || right.is_unknown() || left.is_unknown())
                .then_some(open + 1);
        }
        let Shape::Nested(nesting, inner) = &attribute.shape else {
            return None;
        };
        let pairs: Vec<(&Value, &Value)> = match (nesting, left.as_ref(), right.as_ref()) {
            (Nesting::Single, left @ Value::Object(_), right @ Value::Object(_)) => {
                vec![(left, right)]
            }
            (Nesting::List, Value::List(left), Value::List(right)) if left.len() == right.len() => {
                left.iter().zip(right).collect()
            }
            (Nesting::Map, Value::Map(left), Value::Map(right)) if left.keys().eq(right.keys()) => {
                left.values().zip(right.values()).collect()
            }
            (Nesting::Set, Value::Set(left), Value::Set(right)) if left.len() == right.len() => {
                // Which inner element belongs to which is anybody's guess; that each has one is
                // enough.
                return left
                    .iter()
                    .all(|one| {
                        right
                            .iter()
                            .any(|other| left_open(inner, one, other).is_some())
                    })
                    .then_some(open + left.len());
            }
            _ => return None,
        };
        pairs.into_iter().try_fold(open, |open, (left, right)| {
            Some(open + left_open(inner, left, right)?)
        })
    })
}
