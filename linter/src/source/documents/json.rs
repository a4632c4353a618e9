//! JSON documents, as strictly as Terraform's `jsondecode` reads them.

use std::ops::Range;

use jsonc_parser::ast;
use jsonc_parser::errors::{ParseError, ParseErrorKind};
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};

use super::{DEEPEST, Entry, Node, NodeKind};
use crate::source::{InputError, SourceFile};
use crate::value::Number;

/// JSON, and nothing of its extensions.
const STRICT: ParseOptions = ParseOptions {
    allow_comments: false,
    allow_loose_object_property_names: false,
    allow_trailing_commas: false,
    allow_missing_commas: false,
    allow_single_quoted_strings: false,
    allow_hexadecimal_numbers: false,
    allow_unary_plus_numbers: false,
    allow_bare_decimal_point_numbers: false,
    allow_non_finite_numbers: false,
    allow_extended_string_escapes: false,
};

pub(super) fn parse(file: &SourceFile) -> Result<Node, InputError> {
    let parsed = parse_to_ast(&file.text, &CollectOptions::default(), &STRICT)
        .map_err(|error| explain(file, &error))?;
    match parsed.value {
        Some(value) => node(file, value, 0),
        None => Err(fault(file, 0..0, "the file is empty")),
    }
}

fn node(file: &SourceFile, value: ast::Value<'_>, depth: usize) -> Result<Node, InputError> {
    if depth > DEEPEST {
        let deep = format!("lists and objects are in one another more than {DEEPEST} deep");
        return Err(fault(file, range(&value), &deep));
    }
    let place = range(&value);
    let kind = match value {
        ast::Value::NullKeyword(_) => NodeKind::Null,
        ast::Value::BooleanLit(literal) => NodeKind::Bool(literal.value),
        ast::Value::StringLit(literal) => NodeKind::String(literal.value.into()),
        ast::Value::NumberLit(literal) => NodeKind::Number(
            number(literal.value)
                .ok_or_else(|| fault(file, place.clone(), "the number is too large"))?,
        ),
        ast::Value::Array(array) => NodeKind::List(
            array
                .elements
                .into_iter()
                .map(|element| node(file, element, depth + 1))
                .collect::<Result<_, _>>()?,
        ),
        ast::Value::Object(object) => NodeKind::Object(
            object
                .properties
                .into_iter()
                .map(|property| entry(file, property, depth))
                .collect::<Result<_, _>>()?,
        ),
    };
    Ok(Node { kind, range: place })
}

fn entry(
    file: &SourceFile,
    property: ast::ObjectProp<'_>,
    depth: usize,
) -> Result<Entry, InputError> {
    let (name, place) = match property.name {
        ast::ObjectPropName::String(name) => (name.value.into(), name.range),
        ast::ObjectPropName::Word(name) => (name.value.into(), name.range),
    };
    Ok(Entry {
        name,
        range: place.start..place.end,
        value: node(file, property.value, depth + 1)?,
    })
}

fn number(text: &str) -> Option<Number> {
    match text.parse() {
        Ok(whole) => Some(Number::Int(whole)),
        Err(_) => text.parse().ok().and_then(Number::from_f64),
    }
}

fn range(value: &ast::Value<'_>) -> Range<usize> {
    let range = jsonc_parser::common::Ranged::range(value);
    range.start..range.end
}

/// The parser's messages start with a capital and are otherwise in our style.
fn explain(file: &SourceFile, error: &ParseError) -> InputError {
    let range = error.range();
    let truncated = matches!(
        error.kind(),
        ParseErrorKind::UnterminatedArray | ParseErrorKind::UnterminatedObject
    );
    let place = if truncated {
        file.text.len()..file.text.len()
    } else {
        range.start..range.end
    };
    let message = error.kind().to_string();
    let mut letters = message.chars();
    let message = letters.next().map_or_else(String::new, |first| {
        first.to_lowercase().chain(letters).collect()
    });
    fault(file, place, &message)
}

fn fault(file: &SourceFile, range: Range<usize>, message: &str) -> InputError {
    InputError::new(format!("could not read {}: {message}", file.name)).at(file.location(range))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::json;
    use super::*;

    fn read(text: &str) -> Result<crate::value::Value, InputError> {
        json(&Arc::new(SourceFile::new("a.json", text)))
    }

    #[test]
    fn every_value_has_its_place() {
        let value = read("{\n  \"é\": [1, \"x\"],\n  \"b\": 1.5e1\n}").unwrap();
        let list = value.get("é").unwrap();
        let text = &list.as_list().unwrap()[1];
        let place = text.trail.location().unwrap();
        assert_eq!(text.as_str(), Some("x"));
        assert_eq!((place.start.line, place.start.column), (2, 12));
        assert_eq!(place.end.column, 15);
        assert!(matches!(
            value.get("b").unwrap().kind,
            crate::value::Kind::Number(Number::Int(15))
        ));
    }

    #[test]
    fn of_a_repeated_key_the_last_one_counts() {
        let value = read(r#"{"a": "one", "a": "two"}"#).unwrap();
        assert_eq!(value.get("a").unwrap().as_str(), Some("two"));
    }

    #[test]
    fn faults_have_a_place() {
        for (text, message, column) in [
            ("", "the file is empty", 1),
            ("{", "unterminated object", 2),
            ("[1,]", "trailing commas are not allowed", 3),
            ("[1 2]", "expected comma", 3),
            ("[{}{}]", "expected comma", 4),
            ("{a: 1}", "expected string for object property", 2),
            ("1 // x", "comments are not allowed", 3),
            ("[1e999]", "the number is too large", 2),
        ] {
            let error = read(text).unwrap_err();
            assert_eq!(error.message, format!("could not read a.json: {message}"));
            assert_eq!(error.location.unwrap().start.column, column, "{text}");
        }
    }

    #[test]
    fn depth_has_an_end() {
        let deep = |depth| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(read(&deep(DEEPEST)).is_ok());
        for depth in [DEEPEST + 2, 10_000] {
            assert!(read(&deep(depth)).unwrap_err().location.is_some());
        }
    }
}
