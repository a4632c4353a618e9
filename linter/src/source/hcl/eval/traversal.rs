//! What is taken from a value: attributes, elements, splats.
//!
//! An object of a resource is open: what nobody wrote is computed, and its name continues the
//! address. The same holds for the objects inside of it, as long as the way to them starts there.

use std::fmt::Write as _;
use std::sync::Arc;

use ppcmk_coverage::estate::{Reason, Unknown};

use super::super::ast::{Span, Step};
use super::super::world::World;
use super::fault::{Fault, Outcome};
use super::{Scope, convert};
use crate::value::{Kind, Number, Value, member};

/// The way inside an open object: its name, continued.
#[derive(Clone)]
struct Way {
    unknown: Arc<Unknown>,
    path: String,
}

impl Way {
    /// The unknown value at the end of the way.
    fn end(&self) -> Value {
        let mut unknown = Unknown::clone(&self.unknown);
        let symbol: Arc<str> = self.path.as_str().into();
        match &mut unknown.reason {
            Reason::Computed(name) | Reason::DataSource(name) | Reason::KnownAfterApply(name) => {
                *name = symbol.clone();
            }
            _ => {}
        }
        unknown.symbol = Some(symbol);
        Value::new(Kind::Unknown(Arc::new(unknown)))
    }
}

impl World<'_> {
    /// Takes the steps from a value.
    pub(in super::super) fn steps(
        &self,
        value: Value,
        steps: &[Step],
        span: Span,
        scope: Scope<'_>,
    ) -> Value {
        self.walk(value, steps, None, span, scope)
    }

    fn walk(
        &self,
        mut value: Value,
        steps: &[Step],
        mut way: Option<Way>,
        span: Span,
        scope: Scope<'_>,
    ) -> Value {
        for (position, step) in steps.iter().enumerate() {
            if let Some(rest) = value.as_object().and_then(|object| object.rest.as_ref())
                && let Some(symbol) = &rest.symbol
            {
                way = Some(Way {
                    unknown: rest.clone(),
                    path: symbol.to_string(),
                });
            }
            let rest = &steps[position + 1..];
            let next = match step {
                Step::Attribute(name) => attribute(&value, name, &mut way),
                Step::Index(index) => {
                    let index = self.eval(index, scope);
                    self.index(&value, &index, &mut way)
                }
                Step::OldIndex(index) => {
                    let index = i64::try_from(*index).unwrap_or(i64::MAX);
                    let index = Value::new(Kind::Number(Number::Int(index)));
                    self.index(&value, &index, &mut way)
                }
                Step::FullSplat => return self.splat(&value, rest, &[], way, span, scope),
                Step::AttributeSplat => {
                    let attributes = rest
                        .iter()
                        .take_while(|step| matches!(step, Step::Attribute(_) | Step::OldIndex(_)))
                        .count();
                    let (each, after) = rest.split_at(attributes);
                    return self.splat(&value, each, after, way, span, scope);
                }
            };
            value = match next {
                Ok(value) => value,
                Err(fault) => return self.at(fault.into_value(), span),
            };
        }
        value
    }

    fn splat(
        &self,
        value: &Value,
        each: &[Step],
        after: &[Step],
        way: Option<Way>,
        span: Span,
        scope: Scope<'_>,
    ) -> Value {
        let values = match &value.kind {
            Kind::Null => Vec::new(),
            Kind::List(values) => values
                .iter()
                .map(|value| self.walk(value.clone(), each, way.clone(), span, scope))
                .collect(),
            Kind::Unknown(unknown) => {
                let all = any_of(unknown);
                let all = self.walk(all, each, None, span, scope);
                return self.walk(all, after, None, span, scope);
            }
            _ => vec![self.walk(value.clone(), each, way, span, scope)],
        };
        let list = self.at(Value::list(values), span);
        self.walk(list, after, None, span, scope)
    }

    /// The element at an index or a key.
    fn index(&self, value: &Value, index: &Value, way: &mut Option<Way>) -> Outcome<Value> {
        if let Kind::Unknown(unknown) = &value.kind {
            return Ok(self.element_of_unknown(unknown, index));
        }
        match (&value.kind, &index.kind) {
            (Kind::Object(_), _) => attribute(value, &convert::text(index)?, way),
            (Kind::List(values), _) => {
                let at = convert::whole(index)?;
                if let Some(way) = way {
                    let _ = write!(way.path, "[{at}]");
                }
                let found = usize::try_from(at).ok().and_then(|at| values.get(at));
                match (found, way) {
                    (Some(value), _) => Ok(value.clone()),
                    (None, Some(way)) => Ok(way.end()),
                    (None, None) => Err(Fault::error(format!(
                        "there is no element {at} in a list of {}",
                        values.len()
                    ))),
                }
            }
            _ => Err(convert::no(value, "a list or an object")),
        }
    }

    /// An element of something that is unknown as a whole.
    pub(in super::super) fn element_of_unknown(&self, unknown: &Unknown, index: &Value) -> Value {
        if let Some(instance) = self.element_of_block(unknown, index) {
            return instance;
        }
        match (&index.kind, &unknown.symbol) {
            (Kind::String(name), Some(_)) if is_identifier(name) => member(unknown, name),
            (Kind::String(_) | Kind::Number(_), Some(symbol)) => {
                let key = match convert::text(index) {
                    Ok(text) if matches!(index.kind, Kind::String(_)) => format!("{text:?}"),
                    Ok(text) => text.to_string(),
                    Err(_) => "*".to_owned(),
                };
                renamed(unknown, format!("{symbol}[{key}]"))
            }
            (Kind::Unknown(_), Some(symbol)) => renamed(unknown, format!("{symbol}[*]")),
            _ => Value::unknown(unknown.reason.clone()),
        }
    }
}

/// The element that stands for all elements of something unknown. It is unknown itself, also
/// where a resource's block says more: there may be none, or several.
fn any_of(unknown: &Unknown) -> Value {
    match &unknown.symbol {
        Some(symbol) => Value::symbol(unknown.reason.clone(), format!("{symbol}[*]")),
        None => Value::unknown(unknown.reason.clone()),
    }
}

/// The same unknown value under another name.
fn renamed(unknown: &Unknown, symbol: String) -> Value {
    Way {
        unknown: Arc::new(unknown.clone()),
        path: symbol,
    }
    .end()
}

fn attribute(value: &Value, name: &str, way: &mut Option<Way>) -> Outcome<Value> {
    if let Some(way) = way {
        if is_identifier(name) {
            let _ = write!(way.path, ".{name}");
        } else {
            let _ = write!(way.path, "[{name:?}]");
        }
    }
    let found = match &value.kind {
        Kind::Unknown(unknown) => Some(member(unknown, name)),
        Kind::Object(object) => object.entries.get(name).cloned(),
        _ => None,
    };
    match (found, way) {
        // A provider may fill in what is null.
        (Some(value), Some(way)) if value.is_null() => Ok(way.end()),
        (Some(value), _) => Ok(value),
        (None, Some(way)) => Ok(way.end()),
        (None, None) if matches!(value.kind, Kind::Object(_)) => {
            match value.as_object().and_then(|object| object.rest.as_ref()) {
                Some(rest) => Ok(member(rest, name)),
                None => Err(Fault::error(format!("there is no attribute `{name}`"))),
            }
        }
        (None, None) => Err(convert::no(value, "an object")),
    }
}

/// Whether a name can follow a dot.
pub(in super::super) fn is_identifier(name: &str) -> bool {
    name.starts_with(|first: char| first.is_alphabetic() || first == '_')
        && name
            .chars()
            .all(|next| next.is_alphanumeric() || matches!(next, '_' | '-'))
}
