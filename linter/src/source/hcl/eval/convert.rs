//! Conversions between the primitive types, as Terraform does them everywhere.

use std::sync::Arc;

use ppcmk_coverage::estate::Unknown;

use super::fault::{Fault, Outcome};
use crate::value::{Kind, Number, Value};

/// As a text.
pub(in super::super) fn text(value: &Value) -> Outcome<Arc<str>> {
    match &value.kind {
        Kind::String(text) => Ok(text.clone()),
        Kind::Number(number) => Ok(number.to_string().into()),
        Kind::Bool(value) => Ok(if *value { "true" } else { "false" }.into()),
        _ => Err(no(value, "a text")),
    }
}

/// As a number.
pub(in super::super) fn number(value: &Value) -> Outcome<Number> {
    match &value.kind {
        Kind::Number(number) => Ok(*number),
        Kind::String(text) => {
            parse_number(text).ok_or_else(|| Fault::error(format!("{text:?} is not a number")))
        }
        _ => Err(no(value, "a number")),
    }
}

/// As a bool.
pub(in super::super) fn boolean(value: &Value) -> Outcome<bool> {
    match &value.kind {
        Kind::Bool(value) => Ok(*value),
        Kind::String(text) => match &**text {
            "true" | "1" => Ok(true),
            "false" | "0" => Ok(false),
            _ => Err(Fault::error(format!("{text:?} is not a bool"))),
        },
        _ => Err(no(value, "a bool")),
    }
}

/// As a whole number.
pub(in super::super) fn whole(value: &Value) -> Outcome<i64> {
    number(value)?
        .as_i64()
        .ok_or_else(|| Fault::needs("a whole number"))
}

/// The elements of a list.
pub(in super::super) fn list(value: &Value) -> Outcome<&Arc<[Value]>> {
    match &value.kind {
        Kind::List(values) => Ok(values),
        _ => Err(no(value, "a list")),
    }
}

/// Why a value is not what is needed.
pub(in super::super) fn no(value: &Value, needed: &str) -> Fault {
    match &value.kind {
        Kind::Unknown(unknown) => Fault::Unknown(unknown.clone()),
        Kind::Json(inner) => match first_unknown(inner) {
            Some(unknown) => Fault::Unknown(unknown),
            None => Fault::needs(needed),
        },
        Kind::Null => Fault::error(format!("{needed} is needed, and this is null")),
        _ => Fault::needs(needed),
    }
}

/// The first part of a value that is not known.
pub(in super::super) fn first_unknown(value: &Value) -> Option<Arc<Unknown>> {
    match &value.kind {
        Kind::Unknown(unknown) => Some(unknown.clone()),
        Kind::Json(inner) => first_unknown(inner),
        Kind::List(values) => values.iter().find_map(first_unknown),
        Kind::Object(object) => {
            let entries = object.entries.values().find_map(first_unknown);
            entries.or_else(|| object.rest.clone())
        }
        Kind::Null | Kind::Bool(_) | Kind::Number(_) | Kind::String(_) => None,
    }
}

/// The number that a text stands for: decimal, with an exponent, nothing else around it.
pub(in super::super) fn parse_number(text: &str) -> Option<Number> {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let plain = digits.starts_with(|first: char| first.is_ascii_digit() || first == '.')
        && digits
            .bytes()
            .all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'e' | b'E' | b'+' | b'-'));
    if !plain {
        return None;
    }
    match text.parse::<i64>() {
        Ok(number) => Some(Number::Int(number)),
        Err(_) => Number::from_f64(text.parse().ok()?),
    }
}

/// Values of different primitive types, made one type where Terraform does it: a text wins.
pub(in super::super) fn unify(one: Value, other: Value) -> (Value, Value) {
    let is_text = |value: &Value| matches!(value.kind, Kind::String(_));
    let as_text = |value: Value| match &value.kind {
        Kind::Bool(_) | Kind::Number(_) => match text(&value) {
            Ok(text) => Value::string(text).with_trail(value.trail),
            Err(_) => value,
        },
        _ => value,
    };
    match (is_text(&one), is_text(&other)) {
        (true, false) => (one, as_text(other)),
        (false, true) => (as_text(one), other),
        _ => (one, other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_terraform_reads_them() {
        for (text, expected) in [
            ("12", Some(Number::Int(12))),
            ("-3", Some(Number::Int(-3))),
            ("1e3", Some(Number::Int(1000))),
            ("1.5", Some(Number::Float(1.5))),
            ("", None),
            ("0x10", None),
            ("inf", None),
            ("NaN", None),
            (" 1", None),
            ("1e999", None),
        ] {
            assert_eq!(parse_number(text), expected, "{text}");
        }
    }
}
