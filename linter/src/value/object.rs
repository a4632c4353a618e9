//! Objects and maps.

use std::sync::Arc;

use ppcmk_coverage::estate::{Reason, Unknown};

use super::{Entries, Kind, Value};

/// An object or a map.
#[derive(Clone, Debug, Default)]
pub struct Object {
    /// What is known to be there, each value in any of the three states.
    pub entries: Entries,
    /// The object has more attributes than `entries`, which nobody knows: those that a provider
    /// computes. The symbol is the prefix of theirs.
    pub rest: Option<Arc<Unknown>>,
}

impl Object {
    /// The attribute; of an open object, an unknown one.
    pub fn get(&self, name: &str) -> Option<Value> {
        if let Some(value) = self.entries.get(name) {
            return Some(value.clone());
        }
        self.rest.as_ref().map(|rest| member(rest, name))
    }
}

/// The unknown attribute of something that is unknown as a whole.
pub fn member(unknown: &Unknown, name: &str) -> Value {
    let symbol: Option<Arc<str>> = unknown
        .symbol
        .as_ref()
        .map(|prefix| format!("{prefix}.{name}").into());
    let reason = match (&unknown.reason, &symbol) {
        (Reason::Computed(_), Some(symbol)) => Reason::Computed(symbol.clone()),
        (Reason::KnownAfterApply(_), Some(symbol)) => Reason::KnownAfterApply(symbol.clone()),
        (Reason::DataSource(_), Some(symbol)) => Reason::DataSource(symbol.clone()),
        (reason, _) => reason.clone(),
    };
    Value::new(Kind::Unknown(Arc::new(Unknown { reason, symbol })))
}

impl<K: Into<Arc<str>>> FromIterator<(K, Value)> for Object {
    fn from_iter<I: IntoIterator<Item = (K, Value)>>(entries: I) -> Self {
        Self {
            entries: entries
                .into_iter()
                .map(|(name, value)| (name.into(), value))
                .collect(),
            rest: None,
        }
    }
}
