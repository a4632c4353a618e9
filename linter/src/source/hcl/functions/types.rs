//! Conversions, and marks of sensitive values, which are not followed.

use std::sync::Arc;

use super::super::eval::convert;
use super::super::eval::fault::Outcome;
use super::collection::one_type;
use super::{Arguments, Function, sets};
use crate::value::{Kind, Object, Value};

pub(super) fn find(name: &str) -> Option<Function> {
    Some(match name {
        "sensitive" | "nonsensitive" | "ephemeralasnull" => |args| args.get(0).cloned(),
        "tostring" => |args| convert(args, |value| Ok(Kind::String(convert::text(value)?))),
        "tonumber" => |args| convert(args, |value| Ok(Kind::Number(convert::number(value)?))),
        "tobool" => |args| convert(args, |value| Ok(Kind::Bool(convert::boolean(value)?))),
        "tolist" => |args| {
            convert(args, |value| {
                Ok(Kind::List(one_type(convert::list(value)?).into()))
            })
        },
        "toset" => |args| {
            let value = args.get(0)?;
            if value.is_unknown() || value.is_null() {
                return Ok(value.clone());
            }
            let set = sets::set(convert::list(value)?);
            Ok(set.with_trail(value.trail.clone()))
        },
        "tomap" => |args| {
            convert(args, |value| match &value.kind {
                Kind::Object(object) => Ok(map(object)),
                _ => Err(convert::no(value, "a map or an object")),
            })
        },
        _ => return None,
    })
}

/// What is null or unknown stays so.
fn convert(args: &Arguments, kind: impl FnOnce(&Value) -> Outcome<Kind>) -> Outcome<Value> {
    args.exactly(1)?;
    let value = args.get(0)?;
    if value.is_unknown() || value.is_null() {
        return Ok(value.clone());
    }
    let kind = kind(value)?;
    Ok(Value::new(kind).with_trail(value.trail.clone()))
}

/// The attributes of an object as one type.
fn map(object: &Object) -> Kind {
    let values: Vec<Value> = object.entries.values().cloned().collect();
    let entries = object.entries.keys().cloned().zip(one_type(&values));
    Kind::Object(Arc::new(Object {
        entries: entries.collect(),
        rest: object.rest.clone(),
    }))
}
