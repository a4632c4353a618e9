//! Reading facts out of an object of values, each with its path and its place.

use std::sync::Arc;

use ppcmk_coverage::estate::{Fact, Known, Location, Origin, Reason, Unknown};

use crate::value::{Kind, Value};

use super::json_text::{decode, decode_template};

/// An object whose attributes are read, and where it is.
#[derive(Clone, Debug)]
pub(super) struct Fields {
    value: Value,
    path: String,
    /// Where an attribute would be written that is not there.
    home: Option<Location>,
    /// Attributes that nobody wrote count too: of a data source, everything is computed.
    computed_too: bool,
}

/// A nested block or object.
#[derive(Clone, Debug)]
pub(super) enum Nested {
    /// There is one.
    Here(Fields),
    /// There is none; the origin is where it would be.
    Absent(Origin),
    /// Nobody knows whether there is one, or what is in it.
    Unknown(Arc<Unknown>, Origin),
}

impl Fields {
    /// The attributes of an instance.
    pub(super) fn of(value: &Value, home: Option<&Location>, computed_too: bool) -> Self {
        Self {
            value: value.clone(),
            path: String::new(),
            home: home.cloned(),
            computed_too,
        }
    }

    /// The place of the object itself.
    pub(super) fn origin(&self) -> Origin {
        let path = (!self.path.is_empty()).then(|| self.path.as_str().into());
        let mut origin = self.value.trail.origin(path);
        if origin.location.is_none() {
            origin.location.clone_from(&self.home);
        }
        origin
    }

    /// Where the object, or the block around it, stands.
    pub(super) fn home(&self) -> Option<&Location> {
        self.home.as_ref()
    }

    /// The value of an attribute; `None` where it is not written or `null`.
    pub(super) fn get(&self, name: &str) -> Option<Value> {
        let Some(object) = self.value.as_object() else {
            // Of an instance that is wholly unknown, every attribute is.
            let unknown = self.value.as_unknown()?;
            return Some(crate::value::member(unknown, name));
        };
        let value = match object.entries.get(name) {
            Some(value) => value.clone(),
            None if self.computed_too => object.get(name)?,
            None => return None,
        };
        (!value.is_null()).then_some(value)
    }

    /// The first of these attributes that is there, or the first name.
    pub(super) fn first_of<'a>(&self, names: &[&'a str]) -> &'a str {
        names
            .iter()
            .copied()
            .find(|name| self.get(name).is_some())
            .unwrap_or(names[0])
    }

    /// The origin of an attribute.
    pub(super) fn origin_of(&self, name: &str) -> Origin {
        let path: Arc<str> = self.path_of(name).into();
        match self.get(name) {
            Some(value) => value.trail.origin(Some(path)),
            None => Origin {
                location: None,
                path: Some(path),
                ..Origin::default()
            },
        }
    }

    fn path_of(&self, name: &str) -> String {
        if self.path.is_empty() {
            name.to_owned()
        } else {
            format!("{}.{name}", self.path)
        }
    }

    /// A fact, by a conversion that says what was expected where it fails.
    pub(super) fn fact<T>(
        &self,
        name: &str,
        convert: impl FnOnce(&Value) -> Result<T, &'static str>,
    ) -> Fact<T> {
        let origin = self.origin_of(name);
        let known = match self.get(name) {
            None => Known::Absent,
            Some(value) => match &value.kind {
                Kind::Unknown(unknown) => Known::Unknown(Unknown::clone(unknown)),
                _ => match convert(&value) {
                    Ok(value) => Known::Value(value),
                    Err(expected) => Known::Unknown(Unknown::new(Reason::Expression(
                        format!("`{}` is not {expected}", self.path_of(name)).into(),
                    ))),
                },
            },
        };
        Fact { known, origin }
    }

    /// A text.
    pub(super) fn text(&self, name: &str) -> Fact<String> {
        self.fact(name, text)
    }

    /// `true` or `false`.
    pub(super) fn flag(&self, name: &str) -> Fact<bool> {
        self.fact(name, flag)
    }

    /// `true` or `false`, with the documented default of the resource type.
    pub(super) fn flag_or(&self, name: &str, default: bool) -> Fact<bool> {
        or_default(self.flag(name), default)
    }

    /// A whole number.
    pub(super) fn number(&self, name: &str) -> Fact<i64> {
        self.fact(name, number)
    }

    /// A list of texts. One unknown element makes the list unknown.
    pub(super) fn texts(&self, name: &str) -> Fact<Vec<String>> {
        let origin = self.origin_of(name);
        let Some(value) = self.get(name) else {
            return Fact::absent_at(origin);
        };
        let unknown = value
            .as_list()
            .and_then(|values| values.iter().find_map(Value::as_unknown));
        if let Some(unknown) = unknown {
            return Fact::unknown_at(Unknown::clone(unknown), origin);
        }
        self.fact(name, |value| {
            let values = value.as_list().ok_or("a list of texts")?;
            values.iter().map(text).collect()
        })
    }

    /// A list of texts that is wanted for these words: when the known elements have all of them, in
    /// any case, an unknown one does not matter.
    pub(super) fn texts_or(&self, enough: &[&str], name: &str) -> Fact<Vec<String>> {
        let all = self.texts(name);
        if all.unknown().is_none() {
            return all;
        }
        let value = self.get(name);
        let known: Vec<String> = value
            .as_ref()
            .and_then(Value::as_list)
            .into_iter()
            .flatten()
            .filter_map(|value| text(value).ok())
            .collect();
        let has = |word: &&str| known.iter().any(|known| known.eq_ignore_ascii_case(word));
        if enough.iter().all(has) {
            return Fact::value_at(known, all.origin);
        }
        all
    }

    /// A nested object, or the only block of its kind.
    pub(super) fn nested(&self, name: &str) -> Nested {
        let Some(value) = self.get(name) else {
            return Nested::Absent(self.origin_of(name));
        };
        match &value.kind {
            Kind::List(values) => match values.first() {
                None => Nested::Absent(self.origin_of(name)),
                Some(first) => self.child(first, format!("{}[0]", self.path_of(name))),
            },
            _ => self.child(&value, self.path_of(name)),
        }
    }

    /// A nested object or a JSON text of one.
    fn child(&self, value: &Value, path: String) -> Nested {
        let value = match &value.kind {
            Kind::Unknown(unknown) if let Some(inner) = decode_template(unknown, &value.trail) => {
                inner
            }
            Kind::Unknown(unknown) => {
                return Nested::Unknown(unknown.clone(), value.trail.origin(Some(path.into())));
            }
            Kind::Null => return Nested::Absent(value.trail.origin(Some(path.into()))),
            Kind::Json(inner) => Value::clone(inner),
            // What is no JSON is no object either, and said so below.
            Kind::String(json) => decode(json, &value.trail).unwrap_or_else(Value::null),
            _ => value.clone(),
        };
        if value.as_object().is_none() {
            let why = Unknown::new(Reason::Expression(
                format!("`{path}` is not an object").into(),
            ));
            return Nested::Unknown(why.into(), value.trail.origin(Some(path.into())));
        }
        let home = value
            .trail
            .location()
            .cloned()
            .or_else(|| self.home.clone());
        Nested::Here(Fields {
            value,
            path,
            home,
            computed_too: self.computed_too,
        })
    }

    /// The nested objects or blocks of a list (a map counts as the list of its values); an error
    /// where nobody knows how many there are.
    pub(super) fn list(&self, name: &str) -> Result<Vec<Nested>, Arc<Unknown>> {
        let Some(value) = self.get(name) else {
            return Ok(Vec::new());
        };
        let path = self.path_of(name);
        match &value.kind {
            Kind::Unknown(unknown) => Err(unknown.clone()),
            Kind::List(values) => Ok(values
                .iter()
                .enumerate()
                .map(|(index, value)| self.child(value, format!("{path}[{index}]")))
                .collect()),
            _ => Ok(vec![self.child(&value, path)]),
        }
    }

    /// The nested objects or blocks of a list; an unknown one stands for a list that nobody knows.
    pub(super) fn listed(&self, name: &str) -> Vec<Nested> {
        self.list(name)
            .unwrap_or_else(|unknown| vec![Nested::Unknown(unknown, self.origin_of(name))])
    }
}

impl Nested {
    /// The nested objects of a list; an unknown one stands for a list that nobody knows.
    pub(super) fn listed(&self, name: &str) -> Vec<Nested> {
        match self {
            Self::Here(fields) => fields.listed(name),
            Self::Absent(_) => Vec::new(),
            Self::Unknown(..) => vec![self.clone()],
        }
    }

    /// The fields, if there are any.
    pub(super) fn here(self) -> Option<Fields> {
        match self {
            Self::Here(fields) => Some(fields),
            Self::Absent(_) | Self::Unknown(..) => None,
        }
    }

    /// Where the object stands, if there is one.
    pub(super) fn home(&self) -> Option<&Location> {
        match self {
            Self::Here(fields) => fields.home(),
            Self::Absent(_) | Self::Unknown(..) => None,
        }
    }

    /// A fact of the nested object: absent where the object is, unknown where it is.
    pub(super) fn fact<T>(&self, read: impl FnOnce(&Fields) -> Fact<T>) -> Fact<T> {
        match self {
            Self::Here(fields) => read(fields),
            Self::Absent(origin) => Fact::absent_at(origin.clone()),
            Self::Unknown(unknown, origin) => {
                Fact::unknown_at(Unknown::clone(unknown), origin.clone())
            }
        }
    }

    /// The nested object inside.
    pub(super) fn nested(&self, name: &str) -> Nested {
        match self {
            Self::Here(fields) => fields.nested(name),
            Self::Absent(origin) => Self::Absent(origin.clone()),
            Self::Unknown(unknown, origin) => Self::Unknown(unknown.clone(), origin.clone()),
        }
    }

    /// A value of the nested object.
    pub(super) fn value(&self, name: &str) -> Option<Value> {
        match self {
            Self::Here(fields) => fields.get(name),
            Self::Absent(_) => None,
            Self::Unknown(unknown, _) => {
                let value = crate::value::member(unknown, name);
                Some(value)
            }
        }
    }
}

/// A documented default in place of an absent value.
pub(super) fn or_default<T>(fact: Fact<T>, default: T) -> Fact<T> {
    if !fact.is_absent() {
        return fact;
    }
    Fact {
        known: Known::Value(default),
        origin: Origin {
            is_default: true,
            ..fact.origin
        },
    }
}

/// The text of a value; Terraform converts numbers and booleans.
pub(super) fn text(value: &Value) -> Result<String, &'static str> {
    match &value.kind {
        Kind::String(text) => Ok(text.as_ref().to_owned()),
        Kind::Number(number) => Ok(number.to_string()),
        Kind::Bool(flag) => Ok(flag.to_string()),
        _ => Err("a text"),
    }
}

/// The truth of a value; Terraform converts the two words.
pub(super) fn flag(value: &Value) -> Result<bool, &'static str> {
    match &value.kind {
        Kind::Bool(flag) => Ok(*flag),
        Kind::String(text) if &**text == "true" => Ok(true),
        Kind::String(text) if &**text == "false" => Ok(false),
        _ => Err("true or false"),
    }
}

/// The whole number of a value; Terraform converts texts.
pub(super) fn number(value: &Value) -> Result<i64, &'static str> {
    match &value.kind {
        Kind::Number(number) => number.as_i64().ok_or("a whole number"),
        Kind::String(text) => text.trim().parse().map_err(|_| "a whole number"),
        _ => Err("a whole number"),
    }
}
