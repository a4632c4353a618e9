//! Functions.

pub(super) mod collection;

use super::ast::{Call, Span};
use super::eval::Scope;
use super::world::World;
use crate::value::Value;
use ppcmk_coverage::estate::Reason;

impl World<'_> {
    pub(super) fn call(&self, call: &Call, span: Span, scope: Scope<'_>) -> Value {
        if let ("toset", [inner]) = (&*call.name, call.arguments.as_slice()) {
            return self.eval(inner, scope);
        }
        self.at(Value::unknown(Reason::Function(call.name.clone())), span)
    }
}
