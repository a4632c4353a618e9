//! Texts that are made of known and unknown parts.

use std::fmt::Write as _;
use std::sync::Arc;

use ppcmk_coverage::estate::{Reason, Unknown};

use super::convert;
use super::fault::{Fault, Outcome};
use crate::value::{Kind, Value};

/// The longest text that is made, in bytes.
pub(in super::super) const LONGEST: usize = 16 << 20;

/// A text in the making. With an unknown part it becomes an unknown value, whose symbol spells the
/// known parts out; without one, if the part has no name.
#[derive(Default)]
pub(in super::super) struct Rendering {
    text: String,
    /// The first reason why it is not known.
    unknown: Option<Arc<Unknown>>,
    /// An unknown part has no name.
    nameless: bool,
}

impl Rendering {
    /// Adds a known text.
    pub(in super::super) fn text(&mut self, text: &str) {
        self.text.push_str(text);
    }

    /// How long it is, in bytes.
    pub(in super::super) fn len(&self) -> usize {
        self.text.len()
    }

    /// Refuses what is too long.
    pub(in super::super) fn check(&self) -> Outcome<()> {
        if self.text.len() > LONGEST {
            return Err(Fault::error("the text is too long"));
        }
        Ok(())
    }

    /// Adds a value, as a text.
    pub(in super::super) fn value(&mut self, value: &Value) -> Outcome<()> {
        match &value.kind {
            Kind::Unknown(unknown) if matches!(unknown.reason, Reason::Expression(_)) => {
                return Err(Fault::Unknown(unknown.clone()));
            }
            Kind::Unknown(unknown) => match &unknown.symbol {
                // A name that is a template itself is spelt out.
                Some(symbol) if symbol.contains("${") => {
                    self.text.push_str(symbol);
                    self.unknown.get_or_insert_with(|| unknown.clone());
                }
                Some(symbol) => {
                    let _ = write!(self.text, "${{{symbol}}}");
                    self.unknown.get_or_insert_with(|| unknown.clone());
                }
                None => self.nameless(unknown.clone()),
            },
            Kind::Json(_) => match convert::no(value, "a known text") {
                Fault::Unknown(unknown) => self.nameless(unknown),
                fault @ Fault::Error(_) => return Err(fault),
            },
            _ => self.text.push_str(&convert::text(value)?),
        }
        Ok(())
    }

    /// Adds a part of which nothing is known.
    pub(in super::super) fn nameless(&mut self, unknown: Arc<Unknown>) {
        self.unknown.get_or_insert(unknown);
        self.nameless = true;
    }

    /// The value.
    pub(in super::super) fn finish(self) -> Value {
        match self.unknown {
            None => Value::string(self.text),
            Some(unknown) if self.nameless => Value::unknown(unknown.reason.clone()),
            Some(unknown) => Value::symbol(unknown.reason.clone(), self.text),
        }
    }
}
