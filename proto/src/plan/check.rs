//! The rules that core holds against a plan and against the result of an apply, so that a
//! mistake is one clear message with its place instead of core's. Written from the description in
//! the protocol's documentation and from observed messages.

use std::collections::BTreeMap;

use crate::path::AttributePath;
use crate::schema::{Attribute, Nesting, Schema, Shape};
use crate::value::Value;

/// Where and how a value breaks a rule.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Violation {
    pub(crate) path: AttributePath,
    pub(crate) reason: &'static str,
}

type Checked = Result<(), Violation>;

fn violation(path: &AttributePath, reason: &'static str) -> Checked {
    Err(Violation {
        path: path.clone(),
        reason,
    })
}

/// Holds a planned value against configuration and prior state.
pub(crate) fn plan(schema: &Schema, config: &Value, prior: &Value, planned: &Value) -> Checked {
    let root = AttributePath::root();
    if planned.is_null() {
        return violation(
            &root,
            "planned for absence but the configuration wants existence",
        );
    }
    members(&schema.attributes, config, prior, planned, &root)?;
    for block in &schema.blocks {
        let path = root.attribute(&block.name);
        let (config, prior) = (config.attribute(&block.name), prior.attribute(&block.name));
        let planned = planned.attribute(&block.name);
        nested(
            block.nesting,
            &block.attributes,
            &config,
            &prior,
            &planned,
            &path,
        )?;
    }
    Ok(())
}

fn members(
    attributes: &[Attribute],
    config: &Value,
    prior: &Value,
    planned: &Value,
    path: &AttributePath,
) -> Checked {
    for attribute in attributes {
        let path = path.attribute(&attribute.name);
        let config = config.attribute(&attribute.name);
        let prior = prior.attribute(&attribute.name);
        let planned = planned.attribute(&attribute.name);
        if attribute.write_only {
            if !planned.is_null() {
                return violation(&path, "a write-only value may not be planned");
            }
            continue;
        }
        if config.is_null() && attribute.is_computed() {
            continue;
        }
        match &attribute.shape {
            Shape::Leaf(_) => leaf(&config, &prior, &planned, &path)?,
            Shape::Nested(nesting, attributes) => {
                nested(*nesting, attributes, &config, &prior, &planned, &path)?;
            }
        }
    }
    Ok(())
}

fn leaf(config: &Value, prior: &Value, planned: &Value, path: &AttributePath) -> Checked {
    if planned == config || (!prior.is_null() && !config.is_null() && planned == prior) {
        Ok(())
    } else if config.is_null() {
        violation(
            path,
            "a value is planned for an attribute that is not computed",
        )
    } else {
        violation(
            path,
            "the planned value is neither the configured nor the prior one",
        )
    }
}

fn nested(
    nesting: Nesting,
    attributes: &[Attribute],
    config: &Value,
    prior: &Value,
    planned: &Value,
    path: &AttributePath,
) -> Checked {
    if config.is_unknown() {
        return if planned == config || (!prior.is_null() && planned == prior) {
            Ok(())
        } else {
            violation(
                path,
                "a value is planned where the configuration is unknown",
            )
        };
    }
    if planned.is_null() != config.is_null() {
        return violation(
            path,
            "the plan and the configuration disagree about its existence",
        );
    }
    match (nesting, config, planned) {
        (_, Value::Null, _) => Ok(()),
        (Nesting::Single, _, Value::Object(_)) => members(attributes, config, prior, planned, path),
        (Nesting::List, Value::List(configured), Value::List(elements))
            if configured.len() == elements.len() =>
        {
            let null = Value::Null;
            for (index, (config, planned)) in configured.iter().zip(elements).enumerate() {
                let prior = match prior {
                    Value::List(elements) => elements.get(index).unwrap_or(&null),
                    _ => &null,
                };
                members(attributes, config, prior, planned, &path.index(index))?;
            }
            Ok(())
        }
        (Nesting::Map, Value::Map(configured), Value::Map(elements))
            if configured.keys().eq(elements.keys()) =>
        {
            let (null, none) = (Value::Null, BTreeMap::new());
            let priors = if let Value::Map(members) = prior {
                members
            } else {
                &none
            };
            for (key, config) in configured {
                let prior = priors.get(key).unwrap_or(&null);
                let planned = elements.get(key).unwrap_or(&null);
                members(attributes, config, prior, planned, &path.key(key))?;
            }
            Ok(())
        }
        // Core does not look into the elements of sets.
        (Nesting::Set, Value::Set(configured), Value::Set(elements))
            if configured.len() >= elements.len() =>
        {
            Ok(())
        }
        _ => violation(
            path,
            "the plan and the configuration disagree about the number of elements",
        ),
    }
}

/// Holds the result of an apply against the plan: what was known stays, what was unknown may
/// become anything.
pub(crate) fn applied(planned: &Value, actual: &Value) -> Checked {
    compatible(planned, actual, &AttributePath::root())
}

fn compatible(planned: &Value, actual: &Value, path: &AttributePath) -> Checked {
    match (planned, actual) {
        (Value::Unknown, _) => Ok(()),
        (Value::Dynamic(planned), Value::Dynamic(actual)) if planned.0 == actual.0 => {
            compatible(&planned.1, &actual.1, path)
        }
        (Value::Object(planned), Value::Object(actual)) => {
            for (name, planned) in planned {
                let actual = actual.get(name).unwrap_or(&Value::Null);
                compatible(planned, actual, &path.attribute(name))?;
            }
            Ok(())
        }
        (Value::Map(planned), Value::Map(actual)) => {
            for (key, planned) in planned {
                let Some(actual) = actual.get(key) else {
                    return violation(&path.key(key), "the element has vanished");
                };
                compatible(planned, actual, &path.key(key))?;
            }
            match actual.keys().find(|key| !planned.contains_key(*key)) {
                Some(key) => violation(&path.key(key), "the element has appeared"),
                None => Ok(()),
            }
        }
        (Value::List(planned), Value::List(actual)) => {
            if planned.len() != actual.len() {
                return violation(path, "the number of elements changed");
            }
            for (index, (planned, actual)) in planned.iter().zip(actual).enumerate() {
                compatible(planned, actual, &path.index(index))?;
            }
            Ok(())
        }
        (Value::Set(planned), Value::Set(actual)) => {
            let missing = planned.iter().any(|wanted| {
                !actual
                    .iter()
                    .any(|element| compatible(wanted, element, path).is_ok())
            });
            if missing || actual.len() > planned.len() {
                return violation(path, "the elements of the set changed");
            }
            Ok(())
        }
        _ if planned == actual => Ok(()),
        (_, Value::Null) => violation(path, "the value was planned and is now null"),
        (Value::Null, _) => violation(path, "the value was planned to be null and is not"),
        _ => violation(path, "the value differs from the planned one"),
    }
}

/// Replaces whatever breaks the plan by the planned value. For objects that must not be reported
/// as failed, because the next run would replace them.
pub(crate) fn forced(planned: &Value, actual: Value) -> Value {
    if compatible(planned, &actual, &AttributePath::root()).is_ok() {
        return actual;
    }
    match (planned, actual) {
        (Value::Object(planned), Value::Object(actual)) => Value::Object(
            actual
                .into_iter()
                .map(|(name, value)| {
                    let value = match planned.get(&name) {
                        Some(planned) => forced(planned, value),
                        None => value,
                    };
                    (name, value)
                })
                .collect(),
        ),
        (planned, _) => planned.clone().unknowns_to_null(),
    }
}
