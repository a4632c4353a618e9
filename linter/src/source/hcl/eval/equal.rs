//! Equality of values that may be unknown.

use std::sync::Arc;

use ppcmk_coverage::estate::{Reason, Unknown};

use super::fault::{Fault, Outcome};
use crate::value::{Kind, Object, Value};

/// How many parts are compared before nobody knows. Shared parts make small values large.
const MOST: u32 = 1_000_000;

/// Whether two values are equal.
pub(in super::super) fn equal(one: &Value, other: &Value) -> Outcome<bool> {
    compare(one, other, &mut { MOST })
}

/// Whether two values are certainly equal: both unknown values of one name are.
pub(in super::super) fn same(one: &Value, other: &Value) -> bool {
    matches!(equal(one, other), Ok(true))
}

fn compare(one: &Value, other: &Value, left: &mut u32) -> Outcome<bool> {
    *left = left.saturating_sub(1);
    if *left == 0 {
        return Err(Fault::error("the values are too large to be compared"));
    }
    match (&one.kind, &other.kind) {
        (Kind::Unknown(one), Kind::Unknown(other)) => unknowns(one, other),
        (Kind::Unknown(unknown), _) | (_, Kind::Unknown(unknown)) => {
            Err(Fault::Unknown(unknown.clone()))
        }
        (Kind::Null, Kind::Null) => Ok(true),
        (Kind::Bool(one), Kind::Bool(other)) => Ok(one == other),
        (Kind::Number(one), Kind::Number(other)) => Ok(one == other),
        (Kind::String(one), Kind::String(other)) => Ok(one == other),
        (Kind::List(one), Kind::List(other)) => {
            if Arc::ptr_eq(one, other) {
                return Ok(true);
            }
            if one.len() != other.len() {
                return Ok(false);
            }
            all(one.iter().zip(other.iter()), left)
        }
        (Kind::Object(one), Kind::Object(other)) => objects(one, other, left),
        (Kind::Json(one), Kind::Json(other)) => {
            if compare(one, other, left)? {
                return Ok(true);
            }
            // Other values may have the same text.
            Err(Fault::error(
                "JSON texts with unknown parts are not compared",
            ))
        }
        (Kind::Json(inner), Kind::String(_)) | (Kind::String(_), Kind::Json(inner)) => {
            Err(super::convert::no(inner, "a known text"))
        }
        _ => Ok(false),
    }
}

fn unknowns(one: &Arc<Unknown>, other: &Arc<Unknown>) -> Outcome<bool> {
    match (&one.symbol, &other.symbol) {
        (Some(one), Some(other)) if one == other => Ok(true),
        _ => Err(Fault::Unknown(one.clone())),
    }
}

fn objects(one: &Arc<Object>, other: &Arc<Object>, left: &mut u32) -> Outcome<bool> {
    if Arc::ptr_eq(one, other) {
        return Ok(true);
    }
    match (&one.rest, &other.rest) {
        (Some(one), Some(other)) => return unknowns(one, other),
        (Some(rest), None) | (None, Some(rest)) => return Err(Fault::Unknown(rest.clone())),
        (None, None) => {}
    }
    if !one.entries.keys().eq(other.entries.keys()) {
        return Ok(false);
    }
    all(one.entries.values().zip(other.entries.values()), left)
}

/// Whether all pairs are equal: one certain difference decides it.
fn all<'v>(pairs: impl Iterator<Item = (&'v Value, &'v Value)>, left: &mut u32) -> Outcome<bool> {
    let mut doubt = None;
    for (one, other) in pairs {
        match compare(one, other, left) {
            Ok(true) => {}
            Ok(false) => return Ok(false),
            Err(fault) => doubt = Some(fault),
        }
    }
    doubt.map_or(Ok(true), Err)
}

/// What is certain about a value that is one of the two: equal parts stay, others are unknown.
pub(in super::super) fn either(one: Value, other: &Value, reason: &Reason) -> Value {
    if same(&one, other) {
        return one;
    }
    let unknown = Value::unknown(reason.clone()).with_trail(one.trail.clone());
    match (&one.kind, &other.kind) {
        (Kind::Object(left), Kind::Object(right))
            if left.rest.is_none()
                && right.rest.is_none()
                && left.entries.keys().eq(right.entries.keys()) =>
        {
            let entries = left.entries.iter().zip(right.entries.values());
            let object: Object = entries
                .map(|((name, one), other)| (name.clone(), either(one.clone(), other, reason)))
                .collect();
            Value::object(object).with_trail(one.trail.clone())
        }
        _ => unknown,
    }
}
