//! Values in three states that remember where they came from.
//!
//! Sources and plans give the same [`Value`]s, so that one adapter serves both. Types of Terraform
//! that differ only in what a type checker may do with them are one here: lists, tuples and sets are
//! [`Kind::List`], objects and maps are [`Kind::Object`].

mod entries;
mod number;
mod object;
mod trail;

use std::sync::Arc;

use ppcmk_coverage::estate::{Reason, Unknown};

pub use entries::{Entries, Names};
pub use number::Number;
pub use object::{Object, member};
pub use trail::Trail;

/// A value, and the way that it took.
#[derive(Clone, Debug)]
pub struct Value {
    /// What it is.
    pub kind: Kind,
    /// Where it came from.
    pub trail: Trail,
}

/// What a value is.
#[derive(Clone, Debug)]
pub enum Kind {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number.
    Number(Number),
    /// A text.
    String(Arc<str>),
    /// A list, a tuple or a set (sorted, without duplicates), and repeated blocks.
    List(Arc<[Value]>),
    /// An object or a map.
    Object(Arc<Object>),
    /// The JSON text of a value that is not wholly known, as `jsonencode` makes it of an object with
    /// an unknown attribute. `jsondecode` gives the value back; anything else that needs the text
    /// gets an unknown one. A wholly known value gives a [`Kind::String`].
    Json(Arc<Value>),
    /// Not known, with the reason and, where it has one, the name of the value.
    ///
    /// The symbol of an attribute of a resource is the instance's address, a dot and the path of the
    /// attribute: `module.a["x"].azapi_resource.policy.output.properties.systemId`. A template keeps
    /// its known parts: `${azurerm_key_vault.cmk.id}/keys/cmk`.
    Unknown(Arc<Unknown>),
}

impl Value {
    /// A value of which no place is known.
    pub fn new(kind: Kind) -> Self {
        Self {
            kind,
            trail: Trail::default(),
        }
    }

    /// `null`.
    pub fn null() -> Self {
        Self::new(Kind::Null)
    }

    /// A text.
    pub fn string(text: impl Into<Arc<str>>) -> Self {
        Self::new(Kind::String(text.into()))
    }

    /// A list.
    pub fn list(values: impl IntoIterator<Item = Value>) -> Self {
        Self::new(Kind::List(values.into_iter().collect()))
    }

    /// An object.
    pub fn object(object: Object) -> Self {
        Self::new(Kind::Object(Arc::new(object)))
    }

    /// A value that nobody knows.
    pub fn unknown(reason: Reason) -> Self {
        Self::new(Kind::Unknown(Arc::new(Unknown::new(reason))))
    }

    /// A value that nobody knows, with a name: equal names are equal values.
    pub fn symbol(reason: Reason, symbol: impl Into<Arc<str>>) -> Self {
        Self::new(Kind::Unknown(Arc::new(Unknown {
            reason,
            symbol: Some(symbol.into()),
        })))
    }

    /// The same value with another way.
    #[must_use]
    pub fn with_trail(mut self, trail: Trail) -> Self {
        self.trail = trail;
        self
    }

    /// Whether it is `null`.
    pub fn is_null(&self) -> bool {
        matches!(self.kind, Kind::Null)
    }

    /// Whether it, itself, is unknown. Parts of a known object may be.
    pub fn is_unknown(&self) -> bool {
        matches!(self.kind, Kind::Unknown(_))
    }

    /// Whether it and all of its parts are known.
    pub fn is_wholly_known(&self) -> bool {
        match &self.kind {
            Kind::Unknown(_) | Kind::Json(_) => false,
            Kind::List(values) => values.iter().all(Value::is_wholly_known),
            Kind::Object(object) => {
                object.rest.is_none() && object.entries.values().all(Value::is_wholly_known)
            }
            Kind::Null | Kind::Bool(_) | Kind::Number(_) | Kind::String(_) => true,
        }
    }

    /// The text, if it is a known one.
    pub fn as_str(&self) -> Option<&str> {
        match &self.kind {
            Kind::String(text) => Some(text),
            _ => None,
        }
    }

    /// Why it is not known.
    pub fn as_unknown(&self) -> Option<&Arc<Unknown>> {
        match &self.kind {
            Kind::Unknown(unknown) => Some(unknown),
            _ => None,
        }
    }

    /// The object, if it is one.
    pub fn as_object(&self) -> Option<&Object> {
        match &self.kind {
            Kind::Object(object) => Some(object),
            _ => None,
        }
    }

    /// The elements, if it is a list.
    pub fn as_list(&self) -> Option<&[Value]> {
        match &self.kind {
            Kind::List(values) => Some(values),
            _ => None,
        }
    }

    /// The attribute of an object; `None` where the value is no object or has no such attribute. An
    /// open object has every attribute, unknown.
    pub fn get(&self, name: &str) -> Option<Value> {
        self.as_object()?.get(name)
    }
}
