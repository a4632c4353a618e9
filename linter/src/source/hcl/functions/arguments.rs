//! Arguments of a call.

use std::sync::Arc;

use super::super::eval::convert;
use super::super::eval::fault::{Fault, Outcome};
use crate::value::{Number, Object, Value};

/// The arguments of a call, in order.
pub(super) struct Arguments(pub(super) Vec<Value>);

impl Arguments {
    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// All of them.
    pub(super) fn all(&self) -> &[Value] {
        &self.0
    }

    /// Those from a position on.
    pub(super) fn from(&self, position: usize) -> &[Value] {
        self.0.get(position..).unwrap_or(&[])
    }

    /// Refuses another number of arguments.
    pub(super) fn exactly(&self, count: usize) -> Outcome<()> {
        if self.len() == count {
            Ok(())
        } else {
            Err(Fault::error(format!(
                "{count} arguments are needed, not {}",
                self.len()
            )))
        }
    }

    /// The one at a position.
    pub(super) fn get(&self, position: usize) -> Outcome<&Value> {
        self.0
            .get(position)
            .ok_or_else(|| Fault::error(format!("argument {} is missing", position + 1)))
    }

    /// The text at a position.
    pub(super) fn text(&self, position: usize) -> Outcome<Arc<str>> {
        convert::text(self.get(position)?)
    }

    /// The number at a position.
    pub(super) fn number(&self, position: usize) -> Outcome<Number> {
        convert::number(self.get(position)?)
    }

    /// The whole number at a position.
    pub(super) fn whole(&self, position: usize) -> Outcome<i64> {
        convert::whole(self.get(position)?)
    }

    /// The elements of the list at a position.
    pub(super) fn list(&self, position: usize) -> Outcome<&Arc<[Value]>> {
        convert::list(self.get(position)?)
    }

    /// The texts of the list at a position.
    pub(super) fn texts(&self, position: usize) -> Outcome<Vec<Arc<str>>> {
        self.list(position)?.iter().map(convert::text).collect()
    }

    /// The object at a position. It may be open.
    pub(super) fn object(&self, position: usize) -> Outcome<&Object> {
        let value = self.get(position)?;
        value
            .as_object()
            .ok_or_else(|| convert::no(value, "a map or an object"))
    }

    /// The object at a position, all of whose attributes are known to be there.
    pub(super) fn closed(&self, position: usize) -> Outcome<&Object> {
        let object = self.object(position)?;
        match &object.rest {
            Some(rest) => Err(Fault::Unknown(rest.clone())),
            None => Ok(object),
        }
    }
}
