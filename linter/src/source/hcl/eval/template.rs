//! Templates.
//!
//! A template with unknown parts is unknown, and its symbol spells the known parts out:
//! `${azurerm_key_vault.cmk.id}/keys/cmk`.

use super::super::ast::{Expr, Part, Span};
use super::super::world::World;
use super::convert;
use super::fault::{Fault, Outcome};
use super::rendering::Rendering;
use super::{Names, Scope};
use crate::value::Value;

impl World<'_> {
    /// The value of a template with several parts.
    pub(in super::super) fn template(&self, parts: &[Part], span: Span, scope: Scope<'_>) -> Value {
        let mut rendering = Rendering::default();
        let outcome = self.render(parts, scope, &mut rendering);
        let value = match outcome {
            Ok(()) => rendering.finish(),
            Err(fault) => fault.into_value(),
        };
        self.at(value, span)
    }

    fn render(&self, parts: &[Part], scope: Scope<'_>, out: &mut Rendering) -> Outcome<()> {
        for part in parts {
            match part {
                Part::Literal(text) => out.text(text),
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
            self.spend(1 + out.len() as u64 / 4096)?;
            out.check()?;
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
