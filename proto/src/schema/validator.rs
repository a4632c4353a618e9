//! Checks of configured values. They see only known values that are not null: an unknown value is
//! no opinion, and whether null is allowed is the schema's business.

use std::fmt::Display;

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::path::AttributePath;
use crate::value::Value;

/// A check of one attribute.
pub trait Validator: Send + Sync {
    /// Adds what is wrong with the value.
    fn validate(&self, value: &Value, path: &AttributePath, diagnostics: &mut Diagnostics);
}

impl<F> Validator for F
where
    F: Fn(&Value, &AttributePath, &mut Diagnostics) + Send + Sync,
{
    fn validate(&self, value: &Value, path: &AttributePath, diagnostics: &mut Diagnostics) {
        self(value, path, diagnostics);
    }
}

/// Text that a parser accepts. The parser's error becomes the detail of the diagnostic.
pub fn parses<T, E: Display>(
    summary: &'static str,
    parse: impl Fn(&str) -> Result<T, E> + Send + Sync,
) -> impl Validator {
    move |value: &Value, path: &AttributePath, diagnostics: &mut Diagnostics| {
        if let Some(text) = value.as_str()
            && let Err(error) = parse(text)
        {
            let detail = sentence(&error.to_string());
            diagnostics.push(Diagnostic::error(summary, detail).at(path));
        }
    }
}

/// One of several words.
pub fn one_of(words: &'static [&'static str]) -> impl Validator {
    move |value: &Value, path: &AttributePath, diagnostics: &mut Diagnostics| {
        let Some(text) = value.as_str() else { return };
        if words.contains(&text) {
            return;
        }
        let quoted: Vec<String> = words.iter().map(|word| format!("{word:?}")).collect();
        let hint = words
            .iter()
            .find(|word| word.eq_ignore_ascii_case(text.trim()))
            .map_or(String::new(), |word| format!(" Did you mean {word:?}?"));
        diagnostics.push(
            Diagnostic::error(
                "Invalid value",
                format!(
                    "The value {text:?} is not one of {}.{hint}",
                    quoted.join(", ")
                ),
            )
            .at(path),
        );
    }
}

/// A whole number within bounds, both included.
pub fn between(low: i64, high: i64) -> impl Validator {
    move |value: &Value, path: &AttributePath, diagnostics: &mut Diagnostics| {
        let Value::Number(number) = value else { return };
        if !number
            .as_i64()
            .is_some_and(|number| (low..=high).contains(&number))
        {
            diagnostics.push(
                Diagnostic::error(
                    "Invalid value",
                    format!("The value {number} is not a whole number from {low} to {high}."),
                )
                .at(path),
            );
        }
    }
}

/// A full sentence from an error text, which has neither a capital nor a full stop.
pub fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    let Some(first) = chars.next() else {
        return String::new();
    };
    let mut sentence: String = first.to_uppercase().chain(chars).collect();
    if !sentence.ends_with(['.', '!', '?', '\n']) {
        sentence.push('.');
    }
    sentence
}
