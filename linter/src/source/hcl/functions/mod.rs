//! Terraform's functions.
//!
//! A wrong use is unknown, not an error of the run. What is not pure (`timestamp`, `uuid`), or not
//! here, is unknown with the function's name. Where the only argument of a function is unknown, its
//! name is kept if the result names the same thing, as with `lower`.

mod arguments;
mod cidr;
pub(super) mod collection;
mod date;
mod encoding;
mod file;
mod format;
mod glob;
mod hash;
mod numeric;
mod provider;
mod regex;
mod sets;
mod string;
mod types;
mod yaml;

use std::sync::Arc;

use ppcmk_coverage::estate::Reason;

use super::ast::{Call, Span};
use super::eval::fault::{Fault, Outcome, has_error};
use super::eval::{Scope, convert};
use super::world::World;
use crate::value::{Kind, Value};
use arguments::Arguments;

/// A pure function.
type Function = fn(&Arguments) -> Outcome<Value>;

impl World<'_> {
    /// The value of a call.
    pub(super) fn call(&self, call: &Call, span: Span, scope: Scope<'_>) -> Value {
        let name = call.name.strip_prefix("core::").unwrap_or(&call.name);
        match name {
            "try" => return self.try_(call, span, scope),
            "can" => return self.can(call, span, scope),
            _ => {}
        }
        let outcome = self
            .arguments(call, scope)
            .and_then(|arguments| self.apply(name, &arguments, scope));
        if let Ok(value) = &outcome
            && let Err(fault) = self.spend(cost(value))
        {
            return self.outcome(Err(fault), span);
        }
        self.outcome(outcome, span)
    }

    fn arguments(&self, call: &Call, scope: Scope<'_>) -> Outcome<Arguments> {
        let mut values: Vec<Value> = call
            .arguments
            .iter()
            .map(|argument| self.eval(argument, scope))
            .collect();
        if call.expand
            && let Some(last) = values.pop()
        {
            let elements = convert::list(&last)?;
            self.spend(elements.len() as u64)?;
            values.extend(elements.iter().cloned());
        }
        Ok(Arguments(values))
    }

    fn apply(&self, name: &str, arguments: &Arguments, scope: Scope<'_>) -> Outcome<Value> {
        if let Some(name) = name.strip_prefix("provider::") {
            return provider::call(name, arguments);
        }
        if let Some(function) = find(name) {
            return function(arguments);
        }
        match name {
            "jsondecode" | "yamldecode" | "csvdecode" => self.decode(name, arguments),
            "templatestring" => self.template_string(arguments),
            _ => match self.file_function(name, arguments, scope) {
                Some(outcome) => outcome,
                None => Ok(Value::unknown(Reason::Function(name.into()))),
            },
        }
    }

    /// `try(...)`: the first argument that Terraform would not refuse.
    fn try_(&self, call: &Call, span: Span, scope: Scope<'_>) -> Value {
        let mut last = None;
        for argument in &call.arguments {
            let value = self.eval(argument, scope);
            if !has_error(&value) {
                return value;
            }
            last = Some(value);
        }
        last.unwrap_or_else(|| self.invalid("`try` needs an argument", span))
    }

    fn can(&self, call: &Call, span: Span, scope: Scope<'_>) -> Value {
        let outcome = match call.arguments.as_slice() {
            [argument] => {
                let value = self.eval(argument, scope);
                match &value.kind {
                    Kind::Unknown(unknown) if !has_error(&value) => {
                        Err(Fault::Unknown(unknown.clone()))
                    }
                    _ => Ok(Value::new(Kind::Bool(!has_error(&value)))),
                }
            }
            _ => Err(Fault::error("`can` needs one argument")),
        };
        self.outcome(outcome, span)
    }
}

fn find(name: &str) -> Option<Function> {
    string::find(name)
        .or_else(|| collection::find(name))
        .or_else(|| sets::find(name))
        .or_else(|| numeric::find(name))
        .or_else(|| types::find(name))
        .or_else(|| encoding::find(name))
        .or_else(|| format::find(name))
        .or_else(|| regex::find(name))
        .or_else(|| hash::find(name))
        .or_else(|| date::find(name))
        .or_else(|| cidr::find(name))
}

/// What a result costs: what is large must not be made often.
fn cost(value: &Value) -> u64 {
    match &value.kind {
        Kind::String(text) => 1 + text.len() as u64 / 64,
        Kind::List(values) => 1 + values.len() as u64,
        Kind::Object(object) => 1 + object.entries.len() as u64,
        _ => 1,
    }
}

/// A bool.
fn truth(value: bool) -> Value {
    Value::new(Kind::Bool(value))
}

/// A whole number.
fn whole(number: i64) -> Value {
    Value::new(Kind::Number(crate::value::Number::Int(number)))
}

/// A length.
fn count(number: usize) -> Value {
    whole(i64::try_from(number).unwrap_or(i64::MAX))
}

/// A text, as most functions give it.
#[expect(
    clippy::unnecessary_wraps,
    reason = "it stands at the end of functions that can fail"
)]
fn text(text: impl Into<Arc<str>>) -> Outcome<Value> {
    Ok(Value::string(text))
}

/// A text made of one other text: who wants to change it changes that.
fn derived(from: &Value, convert: impl FnOnce(&str) -> String) -> Outcome<Value> {
    let text = convert::text(from)?;
    Ok(Value::string(convert(&text)).with_trail(from.trail.clone()))
}

/// The same, of a text that still names the same thing while it is unknown.
fn renamed(from: &Value, convert: impl FnOnce(&str) -> String) -> Outcome<Value> {
    if from.is_unknown() {
        return Ok(from.clone());
    }
    derived(from, convert)
}
