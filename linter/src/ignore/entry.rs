//! `[[ignore]]` entries of the configuration.

use super::{Ignore, Malformed, Scope, day, rule};
use crate::config::IgnoreEntry;

/// Reads an entry.
pub(super) fn read(entry: &IgnoreEntry) -> Result<Ignore, Malformed> {
    let codes = entry
        .codes
        .iter()
        .map(|code| rule(&code.text, code.location.clone()))
        .collect::<Result<Vec<_>, _>>()?;
    if codes.is_empty() {
        return Err(Malformed::new("no rule is named", entry.location.clone())
            .help("add `code = \"CMK301\"`"));
    }
    let reason = entry
        .reason
        .clone()
        .filter(|reason| !reason.trim().is_empty());
    let Some(reason) = reason else {
        return Err(Malformed::new("no reason is given", entry.location.clone())
            .help("add `reason = \"...\"`"));
    };
    let until = entry
        .until
        .as_ref()
        .map(|until| day(&until.text, until.location.clone()))
        .transpose()?;
    Ok(Ignore {
        codes,
        reason,
        until,
        scope: Scope::Entry {
            address: entry.address.clone(),
            instance: entry.instance.clone(),
        },
        location: entry.location.clone(),
    })
}
