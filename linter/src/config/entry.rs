//! `[[ignore]]` entries, as they stand.

use std::ops::Range;

use toml::de::DeValue;

use super::table::{Item, Mistakes, Table, entries, wrong_type};
use super::{IgnoreEntry, Pattern, Written};

pub(super) const KEYS: &[&str] = &["code", "address", "instance", "reason", "until"];

pub(super) fn ignores(item: &Item<'_>, mistakes: &mut Mistakes) -> Vec<IgnoreEntry> {
    if let DeValue::Array(items) = item.get_ref() {
        return items
            .iter()
            .filter_map(|item| ignore(item, mistakes))
            .collect();
    }
    wrong_type(
        item,
        "`ignore`",
        "an array of tables (`[[ignore]]`)",
        mistakes,
    );
    Vec::new()
}

fn ignore(item: &Item<'_>, mistakes: &mut Mistakes) -> Option<IgnoreEntry> {
    let table = Table::new(
        "ignore",
        entries(item, "`ignore`", mistakes)?,
        KEYS,
        mistakes,
    );
    let written = |(text, span): (String, Range<usize>), mistakes: &Mistakes| Written {
        text,
        location: mistakes.place(span),
    };
    let codes = table
        .texts("code", mistakes)
        .into_iter()
        .map(|code| written(code, mistakes))
        .collect();
    let pattern = |key, mistakes: &mut Mistakes| {
        table
            .text(key, mistakes)
            .map(|(text, _)| Pattern::new(text))
    };
    Some(IgnoreEntry {
        codes,
        address: pattern("address", mistakes),
        instance: pattern("instance", mistakes),
        reason: table.text("reason", mistakes).map(|(text, _)| text),
        until: until(&table, mistakes),
        location: mistakes.place(extent(item, &table)),
    })
}

/// A date of TOML, or a text.
fn until(table: &Table<'_, '_>, mistakes: &mut Mistakes) -> Option<Written> {
    let item = table.get("until")?;
    let text = match item.get_ref() {
        DeValue::Datetime(date) => date.to_string(),
        DeValue::String(text) => text.to_string(),
        _ => {
            wrong_type(item, "`until`", "a date such as 2027-01-31", mistakes);
            return None;
        }
    };
    Some(Written {
        text,
        location: mistakes.place(item.span()),
    })
}

/// From the header to the last value: the header alone says little in an excerpt.
fn extent(item: &Item<'_>, table: &Table<'_, '_>) -> Range<usize> {
    let last = KEYS
        .iter()
        .filter_map(|key| table.get(key))
        .map(|item| item.span().end);
    let span = item.span();
    span.start..last.max().unwrap_or(span.end).max(span.end)
}
