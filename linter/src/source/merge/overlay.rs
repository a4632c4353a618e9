//! Values of a plan with the ways that the sources know.

use std::sync::Arc;

use ppcmk_coverage::estate::{Reason, Unknown};

use crate::value::{Kind, Object, Trail, Value, member};

/// Lists up to this length are matched element by element; longer ones by position.
const MATCHED: usize = 256;

/// The plan's value, with the source's way to it. Both are of the same instance.
pub(super) fn overlay(plan: &Value, source: &Value) -> Value {
    match (&plan.kind, &source.kind) {
        (Kind::Object(object), Kind::Object(other)) => {
            Value::new(objects(object, other, overlay)).with_trail(source.trail.clone())
        }
        (Kind::List(values), Kind::List(others)) => {
            Value::new(lists(values, others, overlay)).with_trail(source.trail.clone())
        }
        // Where a block may only be there once, the plan has an object, and the sources a list.
        (Kind::Object(_), Kind::List(others)) if others.len() == 1 => overlay(plan, &others[0]),
        (Kind::List(values), Kind::Object(_)) if values.len() == 1 => {
            Value::list([overlay(&values[0], source)]).with_trail(source.trail.clone())
        }
        (Kind::Unknown(unknown), _) => not_known(unknown, source),
        _ => plan.clone().with_trail(way(plan, source)),
    }
}

/// The plan's value, with the source's way only where both are equal: the source is another instance
/// of the block.
pub(super) fn overlay_equal(plan: &Value, source: &Value) -> Value {
    match (&plan.kind, &source.kind) {
        (Kind::Object(object), Kind::Object(other)) => {
            Value::new(objects(object, other, overlay_equal))
        }
        (Kind::List(values), Kind::List(others)) => {
            Value::new(lists(values, others, overlay_equal))
        }
        _ if is_equal(plan, source) => plan.clone().with_trail(source.trail.clone()),
        _ => plan.clone(),
    }
}

/// A way to a known value. One that starts at another value is not followed to its start.
fn way(plan: &Value, source: &Value) -> Trail {
    if source.is_unknown() || is_equal(plan, source) {
        return source.trail.clone();
    }
    let cut = source.trail.cut(|label| label.starts_with("var."));
    cut.unwrap_or_else(|| source.trail.clone())
}

/// What the plan does not know. The sources may name it better, or know parts of a JSON text.
fn not_known(unknown: &Arc<Unknown>, source: &Value) -> Value {
    let is_after_apply = matches!(unknown.reason, Reason::KnownAfterApply(_));
    let kind = match &source.kind {
        Kind::Json(_) if is_after_apply => source.kind.clone(),
        Kind::Unknown(other) => Kind::Unknown(Arc::new(Unknown {
            reason: unknown.reason.clone(),
            symbol: symbol(other).or_else(|| unknown.symbol.clone()),
        })),
        _ => Kind::Unknown(unknown.clone()),
    };
    Value::new(kind).with_trail(source.trail.clone())
}

/// The name that the sources have for a value, if it is that of an attribute of one instance.
fn symbol(unknown: &Unknown) -> Option<Arc<str>> {
    let names_attribute = matches!(
        unknown.reason,
        Reason::Computed(_) | Reason::DataSource(_) | Reason::KnownAfterApply(_)
    );
    let symbol = unknown.symbol.as_ref().filter(|_| names_attribute)?;
    (!symbol.contains("[*]")).then(|| symbol.clone())
}

fn objects(plan: &Object, source: &Object, overlay: fn(&Value, &Value) -> Value) -> Kind {
    let mut entries = plan
        .entries
        .map(|name, value| match source.entries.get(name) {
            Some(source) => overlay(value, source),
            None => value.clone(),
        });
    if let Some(rest) = &plan.rest {
        // A plan does not mention blocks that are `dynamic`, and leaves what it knows nothing of to
        // the provider.
        for (name, source) in source.entries.iter() {
            if !entries.contains_key(name) {
                entries.insert(name.clone(), overlay(&member(rest, name), source));
            }
        }
    }
    Kind::Object(Arc::new(Object {
        entries,
        rest: plan.rest.clone(),
    }))
}

/// Elements are matched by what they are, because a set has an order of its own in a plan.
fn lists(plan: &[Value], source: &[Value], overlay: fn(&Value, &Value) -> Value) -> Kind {
    let by_position = plan.len() == source.len();
    let mut used = vec![false; source.len()];
    let mut places = vec![None; plan.len()];
    if plan.len() <= MATCHED && source.len() <= MATCHED {
        for (at, value) in plan.iter().enumerate() {
            let in_place = source
                .get(at)
                .filter(|source| !used[at] && fits(value, source));
            let place = match in_place {
                Some(_) => Some(at),
                None => (0..source.len()).find(|&at| !used[at] && fits(value, &source[at])),
            };
            if let Some(place) = place {
                used[place] = true;
                places[at] = Some(place);
            }
        }
    }
    let values = plan.iter().enumerate().map(|(at, value)| {
        let place = places[at].or_else(|| (by_position && !used[at]).then_some(at));
        match place {
            Some(place) => overlay(value, &source[place]),
            None => value.clone(),
        }
    });
    Kind::List(values.collect())
}

/// Whether nothing that is known of both is different.
fn fits(plan: &Value, source: &Value) -> bool {
    match (&plan.kind, &source.kind) {
        (Kind::Object(object), Kind::Object(other)) => {
            object.entries.iter().all(|(name, value)| {
                other
                    .entries
                    .get(name)
                    .is_none_or(|source| fits(value, source))
            })
        }
        (Kind::List(values), Kind::List(others)) => {
            values.len() == others.len()
                && values
                    .iter()
                    .zip(others.iter())
                    .all(|(one, other)| fits(one, other))
        }
        (Kind::Unknown(_) | Kind::Json(_), _) | (_, Kind::Unknown(_) | Kind::Json(_)) => true,
        _ => is_equal(plan, source),
    }
}

/// Whether two simple values are the same, whichever type they were written in.
pub(super) fn is_equal(one: &Value, other: &Value) -> bool {
    match (&one.kind, &other.kind) {
        (Kind::Null, Kind::Null) => true,
        (Kind::List(ones), Kind::List(others)) => ones.is_empty() && others.is_empty(),
        (Kind::Object(one), Kind::Object(other)) => {
            one.entries.is_empty() && other.entries.is_empty()
        }
        _ => text(one).is_some_and(|one| text(other) == Some(one)),
    }
}

/// A simple value as Terraform converts it to text.
fn text(value: &Value) -> Option<String> {
    match &value.kind {
        Kind::String(text) => Some(text.to_string()),
        Kind::Bool(value) => Some(value.to_string()),
        Kind::Number(number) => Some(number.to_string()),
        _ => None,
    }
}
