//! Templates.
//!
//! A template with unknown parts is unknown, and its symbol spells the known parts out:
//! `${azurerm_key_vault.cmk.id}/keys/cmk`.

use std::fmt::Write as _;
use std::sync::Arc;

use ppcmk_coverage::estate::{Reason, Unknown};

use super::super::ast::{Expr, Part, Span};
use super::super::world::World;
use super::convert;
use super::fault::{Fault, Outcome};
use super::{Names, Scope};
use crate::value::{Kind, Value};

/// The longest text that is made, in bytes.
pub(in super::super) const LONGEST: usize = 16 << 20;

/// A text in the making.
#[derive(Default)]
struct Rendering {
    text: String,
    /// The first reason why it is not known.
    unknown: Option<Arc<Unknown>>,
    /// An unknown part has no name.
    nameless: bool,
}

impl World<'_> {
    /// The value of a template with several parts.
    pub(in super::super) fn template(&self, parts: &[Part], span: Span, scope: Scope<'_>) -> Value {
        let mut rendering = Rendering::default();
        let outcome = self.render(parts, scope, &mut rendering);
        let value = match (outcome, rendering.unknown) {
            (Err(fault), _) => fault.into_value(),
            (Ok(()), None) => Value::string(rendering.text),
            (Ok(()), Some(unknown)) if rendering.nameless => Value::unknown(unknown.reason.clone()),
            (Ok(()), Some(unknown)) => Value::symbol(unknown.reason.clone(), rendering.text),
        };
        self.at(value, span)
    }

    fn render(&self, parts: &[Part], scope: Scope<'_>, out: &mut Rendering) -> Outcome<()> {
        for part in parts {
            match part {
                Part::Literal(text) => out.text.push_str(text),
                Part::Value(expr) => out.value(&self.eval(expr, scope))?,
                Part::If(condition, then, otherwise) => {
                    let condition = self.eval(condition, scope);
                    match convert::boolean(&condition) {
                        Ok(true) => self.render(then, scope, out)?,
                        Ok(false) => self.render(otherwise, scope, out)?,
                        Err(Fault::Unknown(unknown)) => out.nameless(unknown),
                        Err(fault) => return Err(fault),
                    }
                }
                Part::For {
                    key,
                    value,
                    collection,
                    parts,
                } => self.render_for((key.as_deref(), value), collection, parts, scope, out)?,
            }
            self.spend(1 + out.text.len() as u64 / 4096)?;
            if out.text.len() > LONGEST {
                return Err(Fault::error("the text is too long"));
            }
        }
        Ok(())
    }

    fn render_for(
        &self,
        (key_name, value_name): (Option<&str>, &str),
        collection: &Expr,
        parts: &[Part],
        scope: Scope<'_>,
        out: &mut Rendering,
    ) -> Outcome<()> {
        let collection = self.eval(collection, scope);
        let elements = match self.elements(&collection) {
            Ok(elements) => elements,
            Err(Fault::Unknown(unknown)) => {
                out.nameless(unknown);
                return Ok(());
            }
            Err(fault) => return Err(fault),
        };
        for (key, value) in elements {
            let key = Names {
                name: key_name.unwrap_or(""),
                value: key,
                outer: scope.names,
            };
            let names = Names {
                name: value_name,
                value,
                outer: Some(&key),
            };
            self.render(parts, scope.with(&names), out)?;
        }
        Ok(())
    }
}

impl Rendering {
    fn value(&mut self, value: &Value) -> Outcome<()> {
        match &value.kind {
            Kind::Unknown(unknown) if matches!(unknown.reason, Reason::Expression(_)) => {
                return Err(Fault::Unknown(unknown.clone()));
            }
            Kind::Unknown(unknown) => match &unknown.symbol {
                Some(symbol) => {
                    // A name that is a template itself is spelt out.
                    if symbol.contains("${") {
                        self.text.push_str(symbol);
                    } else {
                        let _ = write!(self.text, "${{{symbol}}}");
                    }
                    self.unknown.get_or_insert_with(|| unknown.clone());
                }
                None => self.nameless(unknown.clone()),
            },
            _ => self.text.push_str(&convert::text(value)?),
        }
        Ok(())
    }

    fn nameless(&mut self, unknown: Arc<Unknown>) {
        self.unknown.get_or_insert(unknown);
        self.nameless = true;
    }
}
