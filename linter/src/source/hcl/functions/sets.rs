//! Sets.

use std::cmp::Ordering;
use std::collections::HashSet;

use super::super::eval::convert;
use super::super::eval::fault::{Fault, Outcome};
use super::super::eval::operators::compare;
use super::collection::{bound, one_type};
use super::{Arguments, Function, encoding};
use crate::value::{Kind, Value};

pub(super) fn find(name: &str) -> Option<Function> {
    Some(match name {
        "setunion" => union,
        "setintersection" => |args| filter(args, true),
        "setsubtract" => |args| filter(args, false),
        "setproduct" => product,
        _ => return None,
    })
}

/// Values that were seen, each as its JSON text.
#[derive(Default)]
pub(super) struct Seen {
    texts: HashSet<String>,
}

impl Seen {
    /// Whether a value was not seen before. Unknown ones are told apart by their names.
    pub(super) fn is_new(&mut self, value: &Value) -> bool {
        match identity(value) {
            Some(text) => self.texts.insert(text),
            None => true,
        }
    }

    fn has(&self, value: &Value) -> bool {
        identity(value).is_some_and(|text| self.texts.contains(&text))
    }
}

/// A text that equal values share; none for an unknown value without a name.
fn identity(value: &Value) -> Option<String> {
    if let Kind::Unknown(unknown) = &value.kind {
        return unknown.symbol.as_ref().map(|symbol| format!("<{symbol}>"));
    }
    encoding::json_text(value).ok()
}

/// A set: sorted, without repeated values.
pub(super) fn set(values: &[Value]) -> Value {
    let mut seen = Seen::default();
    let mut kept: Vec<Value> = one_type(values)
        .into_iter()
        .filter(|value| seen.is_new(value))
        .collect();
    kept.sort_by(order);
    Value::list(kept)
}

fn order(one: &Value, other: &Value) -> Ordering {
    match (&one.kind, &other.kind) {
        (Kind::String(one), Kind::String(other)) => one.cmp(other),
        (Kind::Number(one), Kind::Number(other)) => compare(*one, *other),
        (Kind::Bool(one), Kind::Bool(other)) => one.cmp(other),
        _ => Ordering::Equal,
    }
}

fn union(args: &Arguments) -> Outcome<Value> {
    let mut all = Vec::new();
    for value in args.all() {
        all.extend(convert::list(value)?.iter().cloned());
        bound(all.len())?;
    }
    Ok(set(&all))
}

/// What is in all sets, or in none but the first.
fn filter(args: &Arguments, in_all: bool) -> Outcome<Value> {
    let mut values = args.list(0)?.to_vec();
    for other in args.from(1) {
        let mut seen = Seen::default();
        for value in convert::list(other)?.iter() {
            known(value)?;
            seen.is_new(value);
        }
        for value in &values {
            known(value)?;
        }
        values.retain(|value| seen.has(value) == in_all);
    }
    Ok(set(&values))
}

fn known(value: &Value) -> Outcome<()> {
    match convert::first_unknown(value) {
        Some(unknown) => Err(Fault::Unknown(unknown)),
        None => Ok(()),
    }
}

fn product(args: &Arguments) -> Outcome<Value> {
    if args.len() < 2 {
        return Err(Fault::error("two sets are needed"));
    }
    let mut result: Vec<Vec<Value>> = vec![Vec::new()];
    for value in args.all() {
        let values = convert::list(value)?;
        bound(result.len().saturating_mul(values.len().max(1)) * args.len())?;
        result = result
            .iter()
            .flat_map(|start| {
                values.iter().map(move |value| {
                    let mut next = start.clone();
                    next.push(value.clone());
                    next
                })
            })
            .collect();
    }
    Ok(Value::list(result.into_iter().map(Value::list)))
}
