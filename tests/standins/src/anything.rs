//! A model that takes whatever a schema says.

use tfplugin::{Field, Model, Type, Value, ValueError};

/// A value as it is.
#[derive(Clone, Debug)]
pub(crate) struct Anything(pub(crate) Value);

impl Model for Anything {}

impl Field for Anything {
    fn ty() -> Option<Type> {
        None
    }

    fn from_value(value: Value) -> Result<Self, ValueError> {
        Ok(Self(value))
    }

    fn into_value(self) -> Value {
        self.0
    }
}
