//! Values of Terraform's language as they travel between core and provider: known, null or
//! unknown, at every level.
//!
//! Refinements of unknown values (`it will not be null`, `it starts with "x"`) are read and
//! dropped: core allows a provider to answer with less, and a refinement that is sent in a plan
//! would bind the result of apply.

use std::borrow::Cow;
use std::collections::BTreeMap;

use unicode_normalization::{UnicodeNormalization, is_nfc};

mod json;
mod msgpack;
mod number;
mod ty;
mod walk;

pub use self::json::to_json;
pub use self::number::{Number, NumberError};
pub use self::ty::{Type, TypeError};

pub(crate) use self::json::from_json;
pub(crate) use self::msgpack::{decode, encode};

use crate::path::AttributePath;

/// A value. Which type it has is known from the schema it belongs to.
#[derive(Clone, Debug, Default)]
pub enum Value {
    /// `null` of any type
    #[default]
    Null,
    /// known after apply
    Unknown,
    /// `true` or `false`
    Bool(bool),
    /// a number of any size
    Number(Number),
    /// text, in Unicode's normal form C as core compares it
    String(String),
    /// a list or a tuple
    List(Vec<Value>),
    /// a set; the order means nothing
    Set(Vec<Value>),
    /// a map
    Map(BTreeMap<String, Value>),
    /// an object, or a single block
    Object(BTreeMap<String, Value>),
    /// a value of type `any` together with its own type
    Dynamic(Box<(Type, Value)>),
}

/// Bytes that are not a value of the expected type, and where they stop to be one.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{message}")]
pub struct ValueError {
    /// The place in the value.
    pub path: AttributePath,
    /// What was expected and what was seen there.
    pub message: String,
}

impl ValueError {
    /// An error at a place.
    pub fn new(path: AttributePath, message: impl Into<String>) -> Self {
        Self {
            path,
            message: message.into(),
        }
    }

    /// The same error, seen from the parent of its value.
    #[must_use]
    pub fn below(mut self, parent: &AttributePath) -> Self {
        self.path = self.path.below(parent);
        self
    }
}

impl Value {
    /// Text, normalised as core does it.
    pub fn string(text: impl Into<String>) -> Self {
        let text = text.into();
        if is_nfc(&text) {
            Self::String(text)
        } else {
            Self::String(text.nfc().collect())
        }
    }

    /// An object.
    pub fn object<N: Into<String>>(attributes: impl IntoIterator<Item = (N, Value)>) -> Self {
        Self::Object(
            attributes
                .into_iter()
                .map(|(name, value)| (name.into(), value))
                .collect(),
        )
    }

    /// Whether this is `null`.
    pub fn is_null(&self) -> bool {
        match self {
            Self::Null => true,
            Self::Dynamic(inner) => inner.1.is_null(),
            _ => false,
        }
    }

    /// Whether this very value is unknown. Its parts may still be unknown when it is not.
    pub fn is_unknown(&self) -> bool {
        match self {
            Self::Unknown => true,
            Self::Dynamic(inner) => inner.1.is_unknown(),
            _ => false,
        }
    }

    /// Whether neither the value nor any part of it is unknown.
    pub fn is_wholly_known(&self) -> bool {
        match self {
            Self::Unknown => false,
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::String(_) => true,
            Self::List(elements) | Self::Set(elements) => {
                elements.iter().all(Self::is_wholly_known)
            }
            Self::Map(members) | Self::Object(members) => {
                members.values().all(Self::is_wholly_known)
            }
            Self::Dynamic(inner) => inner.1.is_wholly_known(),
        }
    }

    /// The text of a known string.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            Self::Dynamic(inner) => inner.1.as_str(),
            _ => None,
        }
    }

    /// The members of a known object.
    pub fn as_object(&self) -> Option<&BTreeMap<String, Value>> {
        match self {
            Self::Object(members) => Some(members),
            _ => None,
        }
    }

    /// An attribute of a known object, null when there is no such attribute, and the value itself
    /// when it is null or unknown: the attributes of an unknown object are unknown.
    pub fn attribute(&self, name: &str) -> Cow<'_, Value> {
        match self {
            Self::Object(members) => members
                .get(name)
                .map_or(Cow::Owned(Self::Null), Cow::Borrowed),
            Self::Unknown => Cow::Owned(Self::Unknown),
            _ => Cow::Owned(Self::Null),
        }
    }

    /// What a message calls the value, such as `a string`.
    pub(crate) fn noun(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Unknown => "a value that is known after apply",
            Self::Bool(_) => "a bool",
            Self::Number(_) => "a number",
            Self::String(_) => "a string",
            Self::List(_) => "a list",
            Self::Set(_) => "a set",
            Self::Map(_) => "a map",
            Self::Object(_) => "an object",
            Self::Dynamic(inner) => inner.1.noun(),
        }
    }
}

impl PartialEq for Value {
    /// Numbers by value, sets without order, everything else by content. An unknown value equals
    /// an unknown value, which means "the same placeholder", not "the same value later".
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Null, Self::Null) | (Self::Unknown, Self::Unknown) => true,
            (Self::Bool(left), Self::Bool(right)) => left == right,
            (Self::Number(left), Self::Number(right)) => left == right,
            (Self::String(left), Self::String(right)) => left == right,
            (Self::List(left), Self::List(right)) => left == right,
            (Self::Set(left), Self::Set(right)) => same_elements(left, right),
            (Self::Map(left), Self::Map(right)) | (Self::Object(left), Self::Object(right)) => {
                left == right
            }
            (Self::Dynamic(left), Self::Dynamic(right)) => left == right,
            _ => false,
        }
    }
}

/// Whether two sets hold the same elements. Quadratic only for elements that differ in order.
fn same_elements(left: &[Value], right: &[Value]) -> bool {
    if left.len() != right.len() {
        return false;
    }
    if left == right {
        return true;
    }
    let mut rest: Vec<&Value> = right.iter().collect();
    left.iter().all(|element| {
        rest.iter()
            .position(|candidate| *candidate == element)
            .map(|position| rest.swap_remove(position))
            .is_some()
    })
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::string(text)
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::string(text)
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Number(value.into())
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

impl<T: Into<Value>> From<Vec<T>> for Value {
    fn from(elements: Vec<T>) -> Self {
        Self::List(elements.into_iter().map(Into::into).collect())
    }
}
