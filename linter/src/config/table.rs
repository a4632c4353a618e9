//! Tables of a TOML document whose keys are taken one by one, so that what is left is unknown.

use std::ops::Range;
use std::sync::Arc;

use ppcmk_coverage::estate::Location;
use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

use super::levels::Word;
use crate::source::{InputError, SourceFile};
use crate::words::meant;

/// A value and its place.
pub(super) type Item<'i> = Spanned<DeValue<'i>>;

/// The mistakes of a file.
pub(super) struct Mistakes {
    pub(super) file: Arc<SourceFile>,
    pub(super) found: Vec<InputError>,
}

impl Mistakes {
    /// Notes one.
    pub(super) fn at(&mut self, span: Range<usize>, message: String, help: Option<String>) {
        let mut error = InputError::new(message).at(self.file.location(span));
        error.help = help;
        self.found.push(error);
    }

    /// The place of a range.
    pub(super) fn place(&self, span: Range<usize>) -> Location {
        self.file.location(span)
    }
}

/// A table that is being read.
pub(super) struct Table<'t, 'i> {
    name: &'t str,
    entries: &'t DeTable<'i>,
    known: &'static [&'static str],
}

impl<'t, 'i> Table<'t, 'i> {
    /// A table with these keys; any other is a mistake.
    pub(super) fn new(
        name: &'t str,
        entries: &'t DeTable<'i>,
        known: &'static [&'static str],
        mistakes: &mut Mistakes,
    ) -> Self {
        let table = Self {
            name,
            entries,
            known,
        };
        for key in entries.keys() {
            if !known.contains(&key.get_ref().as_ref()) {
                table.unknown_key(key, mistakes);
            }
        }
        table
    }

    fn unknown_key(&self, key: &Spanned<DeString<'_>>, mistakes: &mut Mistakes) {
        let help = match meant(key.get_ref(), self.known.iter().copied()) {
            Some(word) => format!("did you mean `{word}`?"),
            None => format!("known here: {}", list(self.known.iter().copied())),
        };
        let place = if self.name.is_empty() {
            String::new()
        } else {
            format!(" in `{}`", self.name)
        };
        let message = format!("unknown key `{}`{place}", key.get_ref());
        mistakes.at(key.span(), message, Some(help));
    }

    /// The value of a key.
    pub(super) fn get(&self, key: &str) -> Option<&'t Item<'i>> {
        self.entries.get(key)
    }

    /// A text.
    pub(super) fn text(
        &self,
        key: &str,
        mistakes: &mut Mistakes,
    ) -> Option<(String, Range<usize>)> {
        let item = self.get(key)?;
        text(item, &format!("`{key}`"), mistakes).map(|text| (text, item.span()))
    }

    /// A list of texts, or one text.
    pub(super) fn texts(&self, key: &str, mistakes: &mut Mistakes) -> Vec<(String, Range<usize>)> {
        let Some(item) = self.get(key) else {
            return Vec::new();
        };
        let DeValue::Array(items) = item.get_ref() else {
            return self.text(key, mistakes).into_iter().collect();
        };
        let name = format!("each element of `{key}`");
        items
            .iter()
            .filter_map(|item| Some((text(item, &name, mistakes)?, item.span())))
            .collect()
    }

    /// One of a set of words.
    pub(super) fn word<W: Word + Copy>(&self, key: &str, mistakes: &mut Mistakes) -> Option<W> {
        let (text, span) = self.text(key, mistakes)?;
        let found = W::WORDS.iter().find(|(word, _)| *word == text);
        if found.is_none() {
            let words = || W::WORDS.iter().map(|(word, _)| *word);
            let help = match meant(&text, words()) {
                Some(word) => format!("did you mean `{word}`?"),
                None => format!("one of {}", list(words())),
            };
            mistakes.at(span, format!("`{key}` cannot be `{text}`"), Some(help));
        }
        found.map(|(_, meaning)| *meaning)
    }
}

/// The entries of an item that must be a table.
pub(super) fn entries<'t, 'i>(
    item: &'t Item<'i>,
    name: &str,
    mistakes: &mut Mistakes,
) -> Option<&'t DeTable<'i>> {
    if let DeValue::Table(entries) = item.get_ref() {
        return Some(entries);
    }
    wrong_type(item, name, "a table", mistakes);
    None
}

pub(super) fn wrong_type(item: &Item<'_>, name: &str, wanted: &str, mistakes: &mut Mistakes) {
    let message = format!("{name} must be {wanted}, not {}", kind(item.get_ref()));
    mistakes.at(item.span(), message, None);
}

fn text(item: &Item<'_>, name: &str, mistakes: &mut Mistakes) -> Option<String> {
    if let DeValue::String(text) = item.get_ref() {
        return Some(text.to_string());
    }
    wrong_type(item, name, "a string", mistakes);
    None
}

fn kind(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a string",
        DeValue::Integer(_) | DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "a boolean",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "an array",
        DeValue::Table(_) => "a table",
    }
}

/// `a`, `b` and `c`, in backticks.
pub(super) fn list<'w>(words: impl Iterator<Item = &'w str>) -> String {
    words
        .map(|word| format!("`{word}`"))
        .collect::<Vec<_>>()
        .join(", ")
}
