//! What a service would have chosen: the same for the same arguments, and never random.

use std::collections::BTreeMap;

use serde_json::Value as Json;
use tfplugin::value::to_json;
use tfplugin::{Type, Value};
use uuid::Uuid;

/// What a service answers, by attribute.
pub(crate) type Answers = &'static [(&'static str, Answer)];

/// One answer of a service.
#[derive(Clone, Copy)]
pub(crate) enum Answer {
    /// A text with `{=argument}` for arguments, and `{=guid}` for an id that is made up.
    Text(&'static str),
    /// JSON with the same placeholders; its type is its own where the attribute takes any.
    Json(&'static str),
    /// `null`.
    Nothing,
}

/// Makes up what is unknown of one object.
pub(crate) struct Inventor<'a> {
    planned: &'a Value,
    answers: Answers,
    seed: String,
}

impl<'a> Inventor<'a> {
    /// For an object of a type, as it is planned.
    pub(crate) fn new(kind: &str, planned: &'a Value, answers: Answers) -> Self {
        Self {
            planned,
            answers,
            seed: format!("{kind} {}", to_json(planned)),
        }
    }

    /// The object with everything known.
    pub(crate) fn settle(&self, ty: &Type) -> Value {
        let (Value::Object(members), Type::Object(types)) = (self.planned, ty) else {
            return self.planned.clone();
        };
        let settled = types.iter().map(|(name, ty)| {
            let member = members.get(name).cloned().unwrap_or_default();
            let answer = self.answers.iter().find(|(of, _)| of == name);
            let member = match answer {
                Some((_, answer)) if member.is_unknown() => self.answer(*answer, ty),
                _ => self.known(member, ty, name),
            };
            (name.clone(), member)
        });
        Value::Object(settled.collect())
    }

    fn answer(&self, answer: Answer, ty: &Type) -> Value {
        match answer {
            Answer::Nothing => Value::Null,
            Answer::Text(text) => Value::string(self.fill(text)),
            Answer::Json(text) => serde_json::from_str(&self.fill(text))
                .map_or(Value::Null, |json| from_json(&json, ty)),
        }
    }

    /// A text with its placeholders filled in.
    fn fill(&self, text: &str) -> String {
        let mut filled = String::new();
        let mut rest = text;
        while let Some((before, behind)) = rest.split_once("{=") {
            let (name, after) = behind.split_once('}').unwrap_or((behind, ""));
            filled += before;
            filled += &match name {
                "guid" => self.guid(text),
                name => match self.planned.attribute(name).as_str() {
                    // Of `Microsoft.KeyVault/vaults@2023-07-01` the type.
                    Some(text) => text.split('@').next().unwrap_or_default().to_owned(),
                    None => self.guid(name),
                },
            };
            rest = after;
        }
        filled + rest
    }

    fn guid(&self, what: &str) -> String {
        let name = format!("{} {what}", self.seed);
        Uuid::new_v5(&Uuid::NAMESPACE_OID, name.as_bytes()).to_string()
    }

    fn known(&self, value: Value, ty: &Type, name: &str) -> Value {
        match (value, ty) {
            (Value::Unknown, ty) => self.invented(ty, name),
            (Value::List(values), Type::List(ty)) => Value::List(self.each(values, ty, name)),
            (Value::Set(values), Type::Set(ty)) => Value::Set(self.each(values, ty, name)),
            (Value::Map(members), Type::Map(ty)) => Value::Map(
                members
                    .into_iter()
                    .map(|(key, member)| (key, self.known(member, ty, name)))
                    .collect(),
            ),
            (Value::Object(mut members), Type::Object(types)) => Value::Object(
                types
                    .iter()
                    .map(|(name, ty)| {
                        let member = members.remove(name).unwrap_or_default();
                        (name.clone(), self.known(member, ty, name))
                    })
                    .collect(),
            ),
            (value, _) => value,
        }
    }

    fn each(&self, values: Vec<Value>, ty: &Type, name: &str) -> Vec<Value> {
        let known = values.into_iter().map(|value| self.known(value, ty, name));
        known.collect()
    }

    fn invented(&self, ty: &Type, name: &str) -> Value {
        match ty {
            Type::String if name.ends_with("id") => Value::string(self.guid(name)),
            Type::String => Value::string(""),
            Type::Number => Value::from(0_i64),
            Type::Bool => Value::Bool(false),
            Type::List(_) => Value::List(Vec::new()),
            Type::Set(_) => Value::Set(Vec::new()),
            Type::Map(_) => Value::Map(BTreeMap::new()),
            Type::Object(types) => Value::Object(
                types
                    .iter()
                    .map(|(name, ty)| (name.clone(), self.invented(ty, name)))
                    .collect(),
            ),
            Type::Tuple(_) | Type::Dynamic => Value::Null,
        }
    }
}

/// JSON as a value of a type, as far as it fits.
pub(crate) fn from_json(json: &Json, ty: &Type) -> Value {
    match (json, ty) {
        (json, Type::Dynamic) => {
            let (ty, value) = dynamic(json);
            Value::Dynamic(Box::new((ty, value)))
        }
        (Json::Bool(flag), Type::Bool) => Value::Bool(*flag),
        (Json::Number(number), Type::Number) => number.as_i64().map_or(Value::Null, Value::from),
        (Json::String(text), Type::String) => Value::string(text.as_str()),
        (Json::Array(values), Type::List(ty)) => {
            Value::List(values.iter().map(|value| from_json(value, ty)).collect())
        }
        (Json::Array(values), Type::Set(ty)) => {
            Value::Set(values.iter().map(|value| from_json(value, ty)).collect())
        }
        (Json::Object(members), Type::Map(ty)) => Value::Map(
            members
                .iter()
                .map(|(key, member)| (key.clone(), from_json(member, ty)))
                .collect(),
        ),
        (Json::Object(members), Type::Object(types)) => Value::Object(
            types
                .iter()
                .map(|(name, ty)| {
                    let member = members.get(name).unwrap_or(&Json::Null);
                    (name.clone(), from_json(member, ty))
                })
                .collect(),
        ),
        _ => Value::Null,
    }
}

/// JSON as a value of the type that it suggests.
fn dynamic(json: &Json) -> (Type, Value) {
    match json {
        Json::Null => (Type::Dynamic, Value::Null),
        Json::Bool(flag) => (Type::Bool, Value::Bool(*flag)),
        Json::Number(_) => (Type::Number, from_json(json, &Type::Number)),
        Json::String(text) => (Type::String, Value::string(text.as_str())),
        Json::Array(values) => {
            let (types, values) = values.iter().map(dynamic).unzip();
            (Type::Tuple(types), Value::List(values))
        }
        Json::Object(members) => {
            let members = members.iter().map(|(name, member)| {
                let (ty, value) = dynamic(member);
                ((name.clone(), ty), (name.clone(), value))
            });
            let (types, values) = members.unzip();
            (Type::Object(types), Value::Object(values))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANSWERS: Answers = &[
        ("id", Answer::Text("/vaults/{=name}")),
        (
            "output",
            Answer::Json(r#"{"name": "{=name}", "list": [1]}"#),
        ),
        ("gone", Answer::Nothing),
    ];

    fn settled() -> Value {
        let planned = Value::object([
            ("name", Value::from("kv")),
            ("id", Value::Unknown),
            ("principal_id", Value::Unknown),
            ("output", Value::Unknown),
            ("gone", Value::Unknown),
        ]);
        let ty = Type::object([
            ("name", Type::String),
            ("id", Type::String),
            ("principal_id", Type::String),
            ("output", Type::Dynamic),
            ("gone", Type::Bool),
        ]);
        Inventor::new("a_vault", &planned, ANSWERS).settle(&ty)
    }

    #[test]
    fn everything_is_known_and_the_same_again() {
        let value = settled();
        assert!(value.is_wholly_known());
        assert_eq!(value, settled());
        assert_eq!(value.attribute("id").as_str(), Some("/vaults/kv"));
        assert!(value.attribute("gone").is_null());
        let principal = value.attribute("principal_id");
        assert!(Uuid::parse_str(principal.as_str().unwrap()).is_ok());
        assert_eq!(
            to_json(&value.attribute("output"))["name"],
            Json::from("kv")
        );
    }
}
