//! Why there is no value.

use std::sync::Arc;

use ppcmk_coverage::estate::{Reason, Unknown};

use crate::value::{Kind, Value};

/// Why an operation gives no known value.
#[derive(Clone, Debug)]
pub(in super::super) enum Fault {
    /// A part is not known.
    Unknown(Arc<Unknown>),
    /// It cannot be evaluated; Terraform would say so, too. The text says what, lowercase.
    Error(Arc<str>),
}

/// A value, or why there is none.
pub(in super::super) type Outcome<T> = Result<T, Fault>;

impl Fault {
    /// Something that cannot be evaluated.
    pub(in super::super) fn error(text: impl Into<Arc<str>>) -> Self {
        Self::Error(text.into())
    }

    /// Something of another type than is needed.
    pub(in super::super) fn needs(what: &str) -> Self {
        Self::Error(format!("{what} is needed").into())
    }

    /// The unknown value that stands for it. It has no name: the result of an operation is not its
    /// operand.
    pub(in super::super) fn into_value(self) -> Value {
        match self {
            Self::Unknown(unknown) => Value::unknown(unknown.reason.clone()),
            Self::Error(text) => Value::unknown(Reason::Expression(text)),
        }
    }
}

/// Whether a value, or a part of it, stands for something that Terraform would refuse.
pub(in super::super) fn has_error(value: &Value) -> bool {
    fn search(value: &Value, left: &mut u32) -> bool {
        *left = left.saturating_sub(1);
        if *left == 0 {
            return false;
        }
        match &value.kind {
            Kind::Unknown(unknown) => {
                matches!(unknown.reason, Reason::Expression(_) | Reason::File(_))
            }
            Kind::List(values) => values.iter().any(|value| search(value, left)),
            Kind::Object(object) => object.entries.values().any(|value| search(value, left)),
            Kind::Json(inner) => search(inner, left),
            Kind::Null | Kind::Bool(_) | Kind::Number(_) | Kind::String(_) => false,
        }
    }
    search(value, &mut 1_000)
}
