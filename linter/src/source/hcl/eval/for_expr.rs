//! `for` expressions.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::super::ast::{For, Span};
use super::super::world::World;
use super::fault::{Fault, Outcome};
use super::{Names, Scope, convert};
use crate::value::{Kind, Number, Object, Value};

impl World<'_> {
    /// The value of a `for` expression.
    pub(super) fn for_expr(&self, parts: &For, span: Span, scope: Scope<'_>) -> Value {
        let collection = self.eval(&parts.collection, scope);
        let outcome = match &parts.result_key {
            None => self.for_list(parts, &collection, scope),
            Some(_) => self.for_object(parts, &collection, scope),
        };
        self.at(outcome.unwrap_or_else(Fault::into_value), span)
    }

    fn for_list(&self, parts: &For, collection: &Value, scope: Scope<'_>) -> Outcome<Value> {
        let mut values = Vec::new();
        self.for_each_of(parts, collection, scope, |scope| {
            values.push(self.eval(&parts.result, scope));
            Ok(())
        })?;
        Ok(Value::list(values))
    }

    fn for_object(&self, parts: &For, collection: &Value, scope: Scope<'_>) -> Outcome<Value> {
        let mut groups: BTreeMap<Arc<str>, Vec<Value>> = BTreeMap::new();
        self.for_each_of(parts, collection, scope, |scope| {
            let Some(key) = &parts.result_key else {
                return Ok(());
            };
            let key = convert::text(&self.eval(key, scope))?;
            let group = groups.entry(key.clone()).or_default();
            if !parts.grouping && !group.is_empty() {
                return Err(Fault::error(format!("two values have the key {key:?}")));
            }
            group.push(self.eval(&parts.result, scope));
            Ok(())
        })?;
        let entries = groups.into_iter().map(|(key, mut group)| {
            let value = if parts.grouping {
                Value::list(group)
            } else {
                group.pop().unwrap_or_else(Value::null)
            };
            (key, value)
        });
        Ok(Value::object(entries.collect::<Object>()))
    }

    /// Runs `body` for each element that the condition lets through.
    fn for_each_of(
        &self,
        parts: &For,
        collection: &Value,
        scope: Scope<'_>,
        mut body: impl FnMut(Scope<'_>) -> Outcome<()>,
    ) -> Outcome<()> {
        for (key, value) in self.elements(collection)? {
            let key = Names {
                name: parts.key.as_deref().unwrap_or(""),
                value: key,
                outer: scope.names,
            };
            let names = Names {
                name: &parts.value,
                value,
                outer: Some(&key),
            };
            let scope = scope.with(&names);
            let taken = match &parts.condition {
                Some(condition) => convert::boolean(&self.eval(condition, scope))?,
                None => true,
            };
            if taken {
                body(scope)?;
            }
        }
        Ok(())
    }

    /// The elements of a collection, with their keys.
    pub(in super::super) fn elements(&self, collection: &Value) -> Outcome<Vec<(Value, Value)>> {
        let elements: Vec<_> = match &collection.kind {
            Kind::List(values) => (0..)
                .zip(values.iter())
                .map(|(index, value)| {
                    let key = Value::new(Kind::Number(Number::Int(index)));
                    (key, value.clone())
                })
                .collect(),
            Kind::Object(object) => match &object.rest {
                Some(rest) => return Err(Fault::Unknown(rest.clone())),
                None => object
                    .entries
                    .iter()
                    .map(|(key, value)| {
                        let key = Value::string(key.clone()).with_trail(value.trail.clone());
                        (key, value.clone())
                    })
                    .collect(),
            },
            _ => return Err(convert::no(collection, "a collection")),
        };
        self.spend(elements.len() as u64)?;
        Ok(elements)
    }
}
