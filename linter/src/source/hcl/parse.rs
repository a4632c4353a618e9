//! From the bytes of a file to a body.

use hcl_edit::parser::{parse_body, parse_expr, parse_template};

use super::ast::{Body, Expr, ExprKind, Span};
use super::json;
use super::lower::Lower;
use super::texts::{Texts, decode};
use crate::source::{Problem, SourceFile};

/// What kind of text it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// A configuration.
    Configuration,
    /// A file with values of variables.
    Variables,
}

/// A file that was read.
pub(super) struct Parsed {
    pub(super) body: Body,
    pub(super) problem: Option<Problem>,
}

/// Reads a file. What does not parse is a problem; what could be read of it is in the body.
pub(super) fn parse_file(texts: &Texts, name: &str, bytes: Vec<u8>, role: Role) -> Parsed {
    let text = match decode(name, bytes) {
        Ok(text) => text,
        Err((problem, text)) => {
            texts.add(name, text);
            return Parsed {
                body: Body::default(),
                problem: Some(problem),
            };
        }
    };
    let (file, source) = texts.add(name, text);
    let (body, problem) = if is_json(name) {
        json::parse(file, &source, role)
    } else {
        parse_hcl(file, &source)
    };
    Parsed { body, problem }
}

/// Whether a file has JSON syntax.
pub(super) fn is_json(name: &str) -> bool {
    std::path::Path::new(name)
        .extension()
        .is_some_and(|ending| ending.eq_ignore_ascii_case("json"))
}

fn parse_hcl(file: u32, source: &SourceFile) -> (Body, Option<Problem>) {
    match parse_body(&source.text) {
        Ok(body) => (Lower { file, base: 0 }.body(&body), None),
        Err(error) => {
            let body = super::recover::body(file, &source.text);
            (body, Some(problem(source, &error)))
        }
    }
}

/// The parser says "unexpected token" at the start of a block where it gave up inside of a text.
fn problem(source: &SourceFile, error: &hcl_edit::parser::Error) -> Problem {
    let mut at = error.location().offset();
    let mut message = error.message();
    if message == "unexpected token"
        && let Some(start) = super::recover::open_text(&source.text, at)
    {
        at = start;
        message = "a text does not end on its line";
    }
    Problem {
        message: format!("`{}` does not parse: {message}", source.name),
        help: Some("run `terraform validate`, and correct the syntax".into()),
        location: Some(source.location(at..at + 1)),
    }
}

/// An expression that does not stand in a file.
pub(super) fn parse_value(file: u32, text: &str) -> Result<Expr, String> {
    match parse_expr(text.trim()) {
        Ok(expr) => Ok(Lower { file, base: 0 }.expr(&expr, whole(file, text))),
        Err(error) => Err(error.message().to_owned()),
    }
}

/// A text as a template; `base` is where it starts in its file.
pub(super) fn parse_as_template(file: u32, text: &str, span: Span, base: u32) -> Expr {
    if !text.contains("${") && !text.contains("%{") {
        let kind = ExprKind::Literal(crate::value::Kind::String(text.into()));
        return Expr { kind, span };
    }
    let kind = match parse_template(text) {
        Ok(template) => Lower { file, base }.template(&template, span),
        Err(error) => {
            ExprKind::Invalid(format!("the template does not parse: {}", error.message()).into())
        }
    };
    Expr { kind, span }
}

/// The place of a whole text.
pub(super) fn whole(file: u32, text: &str) -> Span {
    Span {
        file,
        start: 0,
        end: u32::try_from(text.len()).unwrap_or(u32::MAX),
    }
}
