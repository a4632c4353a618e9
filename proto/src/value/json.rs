//! JSON, the form in which state is stored.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::{Type, Value, ValueError};
use crate::path::AttributePath;

/// Reads stored state by the type of today's schema: attributes that the type does not have are
/// dropped, attributes that the state does not have become null.
pub(crate) fn from_json(json: &Json, ty: &Type) -> Result<Value, ValueError> {
    read(json, ty, &AttributePath::root())
}

fn read(json: &Json, ty: &Type, path: &AttributePath) -> Result<Value, ValueError> {
    let mismatch = || ValueError::new(path.clone(), format!("{} is required", ty.noun()));
    match (ty, json) {
        (_, Json::Null) => Ok(Value::Null),
        (Type::Bool, Json::Bool(value)) => Ok(Value::Bool(*value)),
        (Type::String, Json::String(text)) => Ok(Value::string(text.as_str())),
        (Type::Number, Json::Number(number)) => number
            .as_str()
            .parse()
            .map(Value::Number)
            .map_err(|_| mismatch()),
        (Type::Number, Json::String(text)) => {
            text.parse().map(Value::Number).map_err(|_| mismatch())
        }
        (Type::List(element), Json::Array(elements)) => {
            read_all(elements, element, path).map(Value::List)
        }
        (Type::Set(element), Json::Array(elements)) => elements
            .iter()
            .map(|one| read(one, element, &path.set_element()))
            .collect::<Result<_, _>>()
            .map(Value::Set),
        (Type::Tuple(types), Json::Array(elements)) if types.len() == elements.len() => elements
            .iter()
            .zip(types)
            .enumerate()
            .map(|(index, (element, ty))| read(element, ty, &path.index(index)))
            .collect::<Result<_, _>>()
            .map(Value::List),
        (Type::Map(element), Json::Object(members)) => members
            .iter()
            .map(|(key, member)| Ok((key.clone(), read(member, element, &path.key(key))?)))
            .collect::<Result<_, _>>()
            .map(Value::Map),
        (Type::Object(attributes), Json::Object(members)) => attributes
            .iter()
            .map(|(name, ty)| {
                let member = members.get(name).unwrap_or(&Json::Null);
                Ok((name.clone(), read(member, ty, &path.attribute(name))?))
            })
            .collect::<Result<BTreeMap<_, _>, _>>()
            .map(Value::Object),
        (Type::Dynamic, Json::Object(members)) => {
            let ty = members.get("type").ok_or_else(mismatch)?;
            let ty = Type::from_bytes(ty.to_string().as_bytes()).map_err(|_| mismatch())?;
            let value = read(members.get("value").unwrap_or(&Json::Null), &ty, path)?;
            Ok(Value::Dynamic(Box::new((ty, value))))
        }
        _ => Err(mismatch()),
    }
}

fn read_all(elements: &[Json], ty: &Type, path: &AttributePath) -> Result<Vec<Value>, ValueError> {
    elements
        .iter()
        .enumerate()
        .map(|(index, element)| read(element, ty, &path.index(index)))
        .collect()
}

/// The value as JSON, unknown parts as null: for messages, tests and documents, not for the wire.
pub fn to_json(value: &Value) -> Json {
    match value {
        Value::Null | Value::Unknown => Json::Null,
        Value::Bool(value) => Json::Bool(*value),
        Value::Number(number) => serde_json::from_str(&number.to_string()).unwrap_or(Json::Null),
        Value::String(text) => Json::String(text.clone()),
        Value::List(elements) | Value::Set(elements) => {
            Json::Array(elements.iter().map(to_json).collect())
        }
        Value::Map(members) | Value::Object(members) => Json::Object(
            members
                .iter()
                .map(|(name, member)| (name.clone(), to_json(member)))
                .collect(),
        ),
        Value::Dynamic(inner) => to_json(&inner.1),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn old_attributes_are_dropped_and_new_ones_are_null() {
        let ty = Type::object([("kept", Type::Number), ("new", Type::String)]);
        let json: Json =
            serde_json::from_str(r#"{"kept": 9007199254740993.5, "gone": [1]}"#).unwrap();
        let value = from_json(&json, &ty).unwrap();
        assert_eq!(
            value,
            Value::object([
                ("kept", Value::Number("9007199254740993.5".parse().unwrap())),
                ("new", Value::Null),
            ])
        );
    }

    #[test]
    fn a_wrong_type_is_named_with_its_path() {
        let ty = Type::object([("tags", Type::map(Type::String))]);
        let error = from_json(&json!({"tags": {"a": 1}}), &ty).unwrap_err();
        assert_eq!(error.path.to_string(), "tags[\"a\"]");
        assert_eq!(error.message, "a string is required");
        let ty = Type::set(Type::String);
        let error = from_json(&json!([1]), &ty).unwrap_err();
        assert_eq!(
            error.path.to_string(),
            "[...]",
            "an index leads nowhere in a set"
        );
    }
}
