//! What core does around a plan, from the protocol's description: the proposed state before, the
//! checks after a plan and after an apply.

use std::collections::BTreeMap;

use super::shape::{Attr, Kind, Nest, Shape};
use super::value::Val;

/// Core's merge of configuration and prior state.
pub fn proposed(shape: &Shape, config: &Val, prior: &Val) -> Val {
    if config == &Val::Null {
        return Val::Null;
    }
    object(shape, config, prior)
}

fn object(shape: &Shape, config: &Val, prior: &Val) -> Val {
    if !matches!(config, Val::Map(_)) {
        return config.clone();
    }
    let mut members = BTreeMap::new();
    for attribute in &shape.attributes {
        let (config, prior) = (config.get(&attribute.name), prior.get(&attribute.name));
        let value = match &attribute.kind {
            _ if config == Val::Null && attribute.computed => prior,
            Kind::Nested(nest, shape) => nested(*nest, shape, &config, &prior),
            Kind::Leaf(_) => config,
        };
        members.insert(attribute.name.clone(), value);
    }
    for block in &shape.blocks {
        let (config, prior) = (config.get(&block.name), prior.get(&block.name));
        members.insert(
            block.name.clone(),
            nested(block.nest, &block.shape, &config, &prior),
        );
    }
    Val::Map(members)
}

fn nested(nest: Nest, shape: &Shape, config: &Val, prior: &Val) -> Val {
    match (nest, config, prior) {
        (Nest::Single, config, prior) => object(shape, config, prior),
        (Nest::Map, Val::Map(members), prior) => Val::Map(
            members
                .iter()
                .map(|(key, config)| (key.clone(), object(shape, config, &prior.get(key))))
                .collect(),
        ),
        (Nest::List, Val::List(parts), prior) => {
            let priors = parts_of(prior);
            Val::List(
                parts
                    .iter()
                    .enumerate()
                    .map(|(index, config)| {
                        object(shape, config, priors.get(index).unwrap_or(&Val::Null))
                    })
                    .collect(),
            )
        }
        (Nest::Set, Val::List(parts), prior) => {
            let mut priors = parts_of(prior).to_vec();
            Val::List(
                parts
                    .iter()
                    .map(|config| {
                        let prior = priors
                            .iter()
                            .position(|prior| could_come_from(shape, config, prior))
                            .map_or(Val::Null, |at| priors.remove(at));
                        object(shape, config, &prior)
                    })
                    .collect(),
            )
        }
        (_, config, _) => config.clone(),
    }
}

fn parts_of(value: &Val) -> &[Val] {
    match value {
        Val::List(parts) => parts,
        _ => &[],
    }
}

fn could_come_from(shape: &Shape, config: &Val, prior: &Val) -> bool {
    shape.attributes.iter().all(|attribute| {
        let config = config.get(&attribute.name);
        (attribute.computed && config == Val::Null) || config == prior.get(&attribute.name)
    })
}

/// The rules for a plan (2.6 of the protocol's description).
pub fn check_plan(shape: &Shape, config: &Val, prior: &Val, planned: &Val) -> Result<(), String> {
    if !matches!(planned, Val::Map(_)) {
        return Err("planned for absence but config wants existence".to_owned());
    }
    plan_object(shape, config, prior, planned).map_err(|error| format!("plan: {error}"))
}

fn plan_object(shape: &Shape, config: &Val, prior: &Val, planned: &Val) -> Result<(), String> {
    if let Val::Map(members) = planned {
        let known = |name: &String| {
            shape.attribute(name).is_some() || shape.blocks.iter().any(|block| block.name == *name)
        };
        let count = shape.attributes.len() + shape.blocks.len();
        if members.len() != count || !members.keys().all(known) {
            return Err(format!("an object with {count} attributes is required"));
        }
    }
    for attribute in &shape.attributes {
        let name = &attribute.name;
        plan_attribute(
            attribute,
            &config.get(name),
            &prior.get(name),
            &planned.get(name),
        )
        .map_err(|error| format!("{name}: {error}"))?;
    }
    for block in &shape.blocks {
        let name = &block.name;
        let planned = planned.get(name);
        if block.nest != Nest::Single && planned == Val::Null {
            return Err(format!(
                "{name}: must be empty to indicate no blocks, not null"
            ));
        }
        plan_nested(
            block.nest,
            &block.shape,
            &config.get(name),
            &prior.get(name),
            &planned,
        )
        .map_err(|error| format!("{name}: {error}"))?;
    }
    Ok(())
}

fn plan_attribute(
    attribute: &Attr,
    config: &Val,
    prior: &Val,
    planned: &Val,
) -> Result<(), String> {
    if attribute.write_only {
        return match planned {
            Val::Null => Ok(()),
            _ => Err("a write-only value is planned".to_owned()),
        };
    }
    if config == &Val::Null {
        return match planned {
            _ if attribute.computed => Ok(()),
            Val::Null => Ok(()),
            planned => Err(format!(
                "planned value {planned:?} for a non-computed attribute"
            )),
        };
    }
    match &attribute.kind {
        Kind::Nested(nest, shape) => plan_nested(*nest, shape, config, prior, planned),
        Kind::Leaf(ty) => {
            let same = |left: &Val, right: &Val| {
                ty_equal(
                    matches!(ty, super::shape::Ty::Collection(Nest::Set, _)),
                    left,
                    right,
                )
            };
            if same(planned, config) || (prior != &Val::Null && same(planned, prior)) {
                Ok(())
            } else {
                Err(format!(
                    "planned {planned:?} matches neither config {config:?} nor prior"
                ))
            }
        }
    }
}

fn ty_equal(is_set: bool, left: &Val, right: &Val) -> bool {
    left == right
        || (is_set
            && matches!((left, right), (Val::List(left), Val::List(right))
            if left.len() == right.len() && left.iter().all(|one| right.contains(one))))
}

fn plan_nested(
    nest: Nest,
    shape: &Shape,
    config: &Val,
    prior: &Val,
    planned: &Val,
) -> Result<(), String> {
    match (nest, config, planned) {
        (_, Val::Unknown, planned) if planned == config || planned == prior => Ok(()),
        (_, Val::Null, Val::Null) => Ok(()),
        (Nest::Single, Val::Map(_), Val::Map(_)) => plan_object(shape, config, prior, planned),
        (Nest::Map, Val::Map(configs), Val::Map(plans)) => {
            if !configs.keys().eq(plans.keys()) {
                return Err("the keys of plan and config disagree".to_owned());
            }
            configs.iter().try_for_each(|(key, config)| {
                plan_object(shape, config, &prior.get(key), &plans[key])
                    .map_err(|error| format!("[{key}]: {error}"))
            })
        }
        (Nest::List, Val::List(configs), Val::List(plans)) if configs.len() == plans.len() => {
            configs
                .iter()
                .zip(plans)
                .enumerate()
                .try_for_each(|(index, (config, planned))| {
                    let prior = parts_of(prior).get(index).unwrap_or(&Val::Null);
                    plan_object(shape, config, prior, planned)
                        .map_err(|error| format!("[{index}]: {error}"))
                })
        }
        // Core is lenient here; the suite is not: each configured element has to be recognisable.
        (Nest::Set, Val::List(configs), Val::List(plans)) if configs.len() == plans.len() => {
            configs
                .iter()
                .find(|config| {
                    !plans
                        .iter()
                        .any(|planned| plan_object(shape, config, &Val::Null, planned).is_ok())
                })
                .map_or(Ok(()), |config| {
                    Err(format!("no element is planned for {config:?}"))
                })
        }
        (_, config, planned) => Err(format!("count or existence: {planned:?} for {config:?}")),
    }
}

/// The rules for what an apply gives, and for a second plan: what was known stays.
pub fn check_kept(shape: &Shape, planned: &Val, actual: &Val) -> Result<(), String> {
    match (planned, actual) {
        (Val::Unknown, _) => return Ok(()),
        (Val::Map(_), Val::Map(_)) => (),
        _ if planned == actual => return Ok(()),
        _ => return Err(format!("was {planned:?}, but now {actual:?}")),
    }
    for attribute in &shape.attributes {
        let name = &attribute.name;
        let (planned, actual) = (planned.get(name), actual.get(name));
        match &attribute.kind {
            Kind::Nested(nest, shape) => kept_nested(*nest, shape, &planned, &actual),
            Kind::Leaf(_) => kept(&planned, &actual),
        }
        .map_err(|error| format!("{name}: {error}"))?;
    }
    shape.blocks.iter().try_for_each(|block| {
        let name = &block.name;
        kept_nested(
            block.nest,
            &block.shape,
            &planned.get(name),
            &actual.get(name),
        )
        .map_err(|error| format!("{name}: {error}"))
    })
}

fn kept(planned: &Val, actual: &Val) -> Result<(), String> {
    match (planned, actual) {
        (Val::Unknown, _) => Ok(()),
        (Val::List(left), Val::List(right)) if left.len() == right.len() => left
            .iter()
            .zip(right)
            .try_for_each(|(left, right)| kept(left, right)),
        (Val::Map(left), Val::Map(right)) if left.keys().eq(right.keys()) => left
            .values()
            .zip(right.values())
            .try_for_each(|(left, right)| kept(left, right)),
        _ if planned == actual => Ok(()),
        _ => Err(format!("was {planned:?}, but now {actual:?}")),
    }
}

fn kept_nested(nest: Nest, shape: &Shape, planned: &Val, actual: &Val) -> Result<(), String> {
    match (nest, planned, actual) {
        (_, Val::Unknown, _) => Ok(()),
        (Nest::Map, Val::Map(left), Val::Map(right)) if left.keys().eq(right.keys()) => left
            .values()
            .zip(right.values())
            .try_for_each(|(left, right)| check_kept(shape, left, right)),
        (Nest::List, Val::List(left), Val::List(right)) if left.len() == right.len() => left
            .iter()
            .zip(right)
            .try_for_each(|(left, right)| check_kept(shape, left, right)),
        (Nest::Set, Val::List(left), Val::List(right)) if left.len() >= right.len() => left
            .iter()
            .find(|left| {
                !right
                    .iter()
                    .any(|right| check_kept(shape, left, right).is_ok())
            })
            .map_or(Ok(()), |left| Err(format!("element {left:?} has vanished"))),
        (Nest::Single, planned, actual) => check_kept(shape, planned, actual),
        _ if planned == actual => Ok(()),
        _ => Err(format!("was {planned:?}, but now {actual:?}")),
    }
}
