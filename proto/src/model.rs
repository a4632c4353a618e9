//! Rust structs as the attributes of a schema, converted both ways.
//!
//! ```
//! use tfplugin::{Attr, Field, Model, Value};
//!
//! #[derive(Model)]
//! struct Pet {
//!     name: String,
//!     age: Attr<i64>,
//! }
//!
//! let value = Value::object([("name", Value::from("Rex")), ("age", Value::Unknown)]);
//! let pet = Pet::from_value(value).expect("both attributes fit");
//! assert_eq!(pet.name, "Rex");
//! assert!(pet.age.is_unknown());
//! ```

use std::collections::BTreeMap;

use crate::path::AttributePath;
use crate::value::{Number, Type, Value, ValueError};

/// A Rust type that an attribute converts into and back.
pub trait Field: Sized {
    /// The attribute's type; `None` when any type will do.
    fn ty() -> Option<Type>;

    /// Reads the value. An error names the place below the value.
    fn from_value(value: Value) -> Result<Self, ValueError>;

    /// The value of the field.
    fn into_value(self) -> Value;
}

/// A struct that stands for a whole schema, or for one nested object of it.
pub trait Model: Field {}

/// A value that may be missing or not known yet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Attr<T> {
    /// A value.
    Known(T),
    /// `null`: not set.
    #[default]
    Null,
    /// Known after apply.
    Unknown,
}

impl<T> Attr<T> {
    /// The value, when there is one and it is known.
    pub fn known(self) -> Option<T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Null | Self::Unknown => None,
        }
    }

    /// A reference to the value.
    pub fn as_ref(&self) -> Attr<&T> {
        match self {
            Self::Known(value) => Attr::Known(value),
            Self::Null => Attr::Null,
            Self::Unknown => Attr::Unknown,
        }
    }

    /// The value changed by a function.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Attr<U> {
        match self {
            Self::Known(value) => Attr::Known(change(value)),
            Self::Null => Attr::Null,
            Self::Unknown => Attr::Unknown,
        }
    }

    /// Whether it is `null`.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// Whether it is known after apply.
    pub fn is_unknown(&self) -> bool {
        matches!(self, Self::Unknown)
    }

    /// Whether it is a value.
    pub fn is_known(&self) -> bool {
        matches!(self, Self::Known(_))
    }
}

impl Attr<String> {
    /// The known text.
    pub fn as_str(&self) -> Option<&str> {
        self.as_ref().known().map(String::as_str)
    }
}

impl<T> From<T> for Attr<T> {
    fn from(value: T) -> Self {
        Self::Known(value)
    }
}

impl<T> From<Option<T>> for Attr<T> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Self::Known)
    }
}

impl<T: Field> Field for Attr<T> {
    fn ty() -> Option<Type> {
        T::ty()
    }

    fn from_value(value: Value) -> Result<Self, ValueError> {
        if value.is_null() {
            Ok(Self::Null)
        } else if value.is_unknown() {
            Ok(Self::Unknown)
        } else {
            T::from_value(value).map(Self::Known)
        }
    }

    fn into_value(self) -> Value {
        match self {
            Self::Known(value) => value.into_value(),
            Self::Null => Value::Null,
            Self::Unknown => Value::Unknown,
        }
    }
}

/// Null or known; an unknown value is an error.
impl<T: Field> Field for Option<T> {
    fn ty() -> Option<Type> {
        T::ty()
    }

    fn from_value(value: Value) -> Result<Self, ValueError> {
        if value.is_null() {
            Ok(None)
        } else {
            T::from_value(value).map(Some)
        }
    }

    fn into_value(self) -> Value {
        self.map_or(Value::Null, T::into_value)
    }
}

impl Field for Value {
    fn ty() -> Option<Type> {
        None
    }

    fn from_value(value: Value) -> Result<Self, ValueError> {
        Ok(value)
    }

    fn into_value(self) -> Value {
        self
    }
}

impl Field for String {
    fn ty() -> Option<Type> {
        Some(Type::String)
    }

    fn from_value(value: Value) -> Result<Self, ValueError> {
        match value {
            Value::String(text) => Ok(text),
            other => Err(mismatch("a string", &other)),
        }
    }

    fn into_value(self) -> Value {
        Value::string(self)
    }
}

impl Field for bool {
    fn ty() -> Option<Type> {
        Some(Type::Bool)
    }

    fn from_value(value: Value) -> Result<Self, ValueError> {
        match value {
            Value::Bool(value) => Ok(value),
            other => Err(mismatch("a bool", &other)),
        }
    }

    fn into_value(self) -> Value {
        Value::Bool(self)
    }
}

impl Field for Number {
    fn ty() -> Option<Type> {
        Some(Type::Number)
    }

    fn from_value(value: Value) -> Result<Self, ValueError> {
        match value {
            Value::Number(number) => Ok(number),
            other => Err(mismatch("a number", &other)),
        }
    }

    fn into_value(self) -> Value {
        Value::Number(self)
    }
}

impl Field for i64 {
    fn ty() -> Option<Type> {
        Some(Type::Number)
    }

    fn from_value(value: Value) -> Result<Self, ValueError> {
        match value {
            Value::Number(number) => number.as_i64().ok_or_else(|| {
                ValueError::new(
                    AttributePath::root(),
                    format!("{number} is not a whole number of 64 bits"),
                )
            }),
            other => Err(mismatch("a number", &other)),
        }
    }

    fn into_value(self) -> Value {
        Value::from(self)
    }
}

impl<T: Field> Field for Vec<T> {
    fn ty() -> Option<Type> {
        T::ty().map(Type::list)
    }

    fn from_value(value: Value) -> Result<Self, ValueError> {
        match value {
            Value::List(elements) => elements
                .into_iter()
                .enumerate()
                .map(|(index, element)| {
                    T::from_value(element)
                        .map_err(|error| error.below(&AttributePath::root().index(index)))
                })
                .collect(),
            other => Err(mismatch("a list", &other)),
        }
    }

    fn into_value(self) -> Value {
        Value::List(self.into_iter().map(T::into_value).collect())
    }
}

/// The elements of a set, in no particular order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SetOf<T>(pub Vec<T>);

impl<T: Field> Field for SetOf<T> {
    fn ty() -> Option<Type> {
        T::ty().map(Type::set)
    }

    fn from_value(value: Value) -> Result<Self, ValueError> {
        match value {
            Value::Set(elements) => elements
                .into_iter()
                .map(|element| {
                    T::from_value(element)
                        .map_err(|error| error.below(&AttributePath::root().set_element()))
                })
                .collect::<Result<_, _>>()
                .map(Self),
            other => Err(mismatch("a set", &other)),
        }
    }

    fn into_value(self) -> Value {
        Value::Set(self.0.into_iter().map(T::into_value).collect())
    }
}

impl<T: Field> Field for BTreeMap<String, T> {
    fn ty() -> Option<Type> {
        T::ty().map(Type::map)
    }

    fn from_value(value: Value) -> Result<Self, ValueError> {
        match value {
            Value::Map(members) => members
                .into_iter()
                .map(|(key, member)| {
                    let path = AttributePath::root().key(&key);
                    let member = T::from_value(member).map_err(|error| error.below(&path))?;
                    Ok((key, member))
                })
                .collect(),
            other => Err(mismatch("a map", &other)),
        }
    }

    fn into_value(self) -> Value {
        Value::Map(
            self.into_iter()
                .map(|(key, member)| (key, member.into_value()))
                .collect(),
        )
    }
}

fn mismatch(expected: &str, value: &Value) -> ValueError {
    ValueError::new(
        AttributePath::root(),
        format!("{expected} is required, got {}", value.noun()),
    )
}

/// The members of an object; for the derive.
#[doc(hidden)]
pub fn members(value: Value) -> Result<BTreeMap<String, Value>, ValueError> {
    match value {
        Value::Object(members) => Ok(members),
        other => Err(mismatch("an object", &other)),
    }
}

/// One member of an object; for the derive.
#[doc(hidden)]
pub fn take<T: Field>(members: &mut BTreeMap<String, Value>, name: &str) -> Result<T, ValueError> {
    T::from_value(members.remove(name).unwrap_or_default())
        .map_err(|error| error.below(&AttributePath::from(name)))
}

/// The type of a model; for the derive. A member of any type makes the whole type unknown.
#[doc(hidden)]
pub fn object_type<const N: usize>(members: [(&str, Option<Type>); N]) -> Option<Type> {
    let members = members
        .into_iter()
        .map(|(name, ty)| Some((name.to_owned(), ty?)))
        .collect::<Option<BTreeMap<_, _>>>()?;
    Some(Type::Object(members))
}
