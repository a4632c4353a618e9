//! The types of Terraform's language and their JSON form, which travels in schemas and in
//! dynamic values.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::{Value as Json, json};

/// How deep a type may nest when it is read from the wire. Terraform's own types stay far below.
const MAX_DEPTH: usize = 64;

/// A Terraform type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Type {
    /// `string`
    String,
    /// `number`, of any size and precision
    Number,
    /// `bool`
    Bool,
    /// `any`: the value carries its own type
    Dynamic,
    /// `list(T)`
    List(Box<Type>),
    /// `set(T)`
    Set(Box<Type>),
    /// `map(T)`
    Map(Box<Type>),
    /// `tuple([T, ...])`
    Tuple(Vec<Type>),
    /// `object({name = T, ...})`
    Object(BTreeMap<String, Type>),
}

/// Type text that is not a Terraform type.
#[derive(Debug, thiserror::Error)]
#[error("{0} is not a Terraform type")]
pub struct TypeError(String);

impl Type {
    /// `list(element)`
    pub fn list(element: Type) -> Self {
        Self::List(Box::new(element))
    }

    /// `set(element)`
    pub fn set(element: Type) -> Self {
        Self::Set(Box::new(element))
    }

    /// `map(element)`
    pub fn map(element: Type) -> Self {
        Self::Map(Box::new(element))
    }

    /// `object({...})`
    pub fn object<N: Into<String>>(attributes: impl IntoIterator<Item = (N, Type)>) -> Self {
        Self::Object(
            attributes
                .into_iter()
                .map(|(name, ty)| (name.into(), ty))
                .collect(),
        )
    }

    /// The compact JSON form, such as `["list","string"]`.
    pub fn to_json(&self) -> Json {
        match self {
            Self::String => json!("string"),
            Self::Number => json!("number"),
            Self::Bool => json!("bool"),
            Self::Dynamic => json!("dynamic"),
            Self::List(element) => json!(["list", element.to_json()]),
            Self::Set(element) => json!(["set", element.to_json()]),
            Self::Map(element) => json!(["map", element.to_json()]),
            Self::Tuple(elements) => {
                json!([
                    "tuple",
                    elements.iter().map(Self::to_json).collect::<Vec<_>>()
                ])
            }
            Self::Object(attributes) => {
                let members: serde_json::Map<String, Json> = attributes
                    .iter()
                    .map(|(name, ty)| (name.clone(), ty.to_json()))
                    .collect();
                json!(["object", members])
            }
        }
    }

    /// [`Type::to_json`] as bytes, as the wire wants it.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.to_json().to_string().into_bytes()
    }

    /// Reads the JSON form, also with the list of optional attributes that newer cores append.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, TypeError> {
        let json: Json = serde_json::from_slice(bytes)
            .map_err(|_| TypeError(excerpt(&String::from_utf8_lossy(bytes))))?;
        Self::from_json(&json, 0)
    }

    fn from_json(json: &Json, depth: usize) -> Result<Self, TypeError> {
        let refuse = || TypeError(excerpt(&json.to_string()));
        if depth > MAX_DEPTH {
            return Err(refuse());
        }
        let parts = match json {
            Json::String(name) => {
                return match name.as_str() {
                    "string" => Ok(Self::String),
                    "number" => Ok(Self::Number),
                    "bool" => Ok(Self::Bool),
                    "dynamic" => Ok(Self::Dynamic),
                    _ => Err(refuse()),
                };
            }
            Json::Array(parts) if parts.len() >= 2 => parts,
            _ => return Err(refuse()),
        };
        let inner = || Self::from_json(&parts[1], depth + 1).map(Box::new);
        match (parts[0].as_str(), &parts[1]) {
            (Some("list"), _) => Ok(Self::List(inner()?)),
            (Some("set"), _) => Ok(Self::Set(inner()?)),
            (Some("map"), _) => Ok(Self::Map(inner()?)),
            (Some("tuple"), Json::Array(elements)) => elements
                .iter()
                .map(|element| Self::from_json(element, depth + 1))
                .collect::<Result<_, _>>()
                .map(Self::Tuple),
            (Some("object"), Json::Object(members)) => members
                .iter()
                .map(|(name, ty)| Ok((name.clone(), Self::from_json(ty, depth + 1)?)))
                .collect::<Result<_, _>>()
                .map(Self::Object),
            _ => Err(refuse()),
        }
    }

    /// Whether a value of the type may hold a dynamic value somewhere.
    pub fn contains_dynamic(&self) -> bool {
        match self {
            Self::Dynamic => true,
            Self::String | Self::Number | Self::Bool => false,
            Self::List(element) | Self::Set(element) | Self::Map(element) => {
                element.contains_dynamic()
            }
            Self::Tuple(elements) => elements.iter().any(Self::contains_dynamic),
            Self::Object(attributes) => attributes.values().any(Self::contains_dynamic),
        }
    }

    /// What a message calls a value of the type, such as `a string`.
    pub(crate) fn noun(&self) -> &'static str {
        match self {
            Self::String => "a string",
            Self::Number => "a number",
            Self::Bool => "a bool",
            Self::Dynamic => "a value with its type",
            Self::List(_) => "a list",
            Self::Set(_) => "a set",
            Self::Map(_) => "a map",
            Self::Tuple(_) => "a tuple",
            Self::Object(_) => "an object",
        }
    }
}

impl fmt::Display for Type {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.to_json().fmt(formatter)
    }
}

fn excerpt(text: &str) -> String {
    if text.chars().count() <= 80 {
        text.to_owned()
    } else {
        text.chars().take(80).chain("...".chars()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_form_round_trips() {
        let ty = Type::object([
            ("name", Type::String),
            ("tags", Type::map(Type::String)),
            ("ports", Type::set(Type::Number)),
            ("any", Type::Tuple(vec![Type::Dynamic, Type::Bool])),
        ]);
        assert_eq!(Type::from_bytes(&ty.to_bytes()).unwrap(), ty);
    }

    #[test]
    fn optional_attribute_lists_are_read() {
        let ty = Type::from_bytes(br#"["object",{"a":"string"},["a"]]"#).unwrap();
        assert_eq!(ty, Type::object([("a", Type::String)]));
    }

    #[test]
    fn garbage_is_an_error_and_never_a_panic() {
        for text in [
            "",
            "1",
            "[]",
            r#"["list"]"#,
            r#"["map",7]"#,
            r#""text""#,
            "\u{0}",
        ] {
            assert!(Type::from_bytes(text.as_bytes()).is_err(), "{text}");
        }
        let deep = "[\"list\",".repeat(100) + "\"bool\"" + &"]".repeat(100);
        assert!(Type::from_bytes(deep.as_bytes()).is_err());
    }
}
