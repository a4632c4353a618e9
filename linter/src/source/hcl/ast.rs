//! Bodies, blocks and expressions, whichever syntax they were written in.
//!
//! Templates are taken apart, parentheses are gone, and every part knows its place. What cannot be
//! evaluated is [`ExprKind::Invalid`].

use std::sync::Arc;

use hcl_edit::expr::{BinaryOperator, UnaryOperator};

use crate::value::Kind;

/// A range of bytes of a file of [`super::texts::Texts`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) file: u32,
    pub(super) start: u32,
    pub(super) end: u32,
}

/// What stands between braces, or in a file.
#[derive(Debug, Default)]
pub(super) struct Body {
    pub(super) attributes: Vec<Attribute>,
    pub(super) blocks: Vec<Block>,
}

/// `name = expression`
#[derive(Debug)]
pub(super) struct Attribute {
    pub(super) name: Arc<str>,
    pub(super) expr: Expr,
    /// From the name to the end of the expression.
    pub(super) span: Span,
}

/// `kind "label" { ... }`
#[derive(Debug)]
pub(super) struct Block {
    pub(super) kind: Arc<str>,
    pub(super) labels: Vec<Arc<str>>,
    pub(super) body: Body,
    /// From the keyword to the last label.
    pub(super) header: Span,
    /// The whole block.
    pub(super) span: Span,
}

/// An expression at its place.
#[derive(Debug)]
pub(super) struct Expr {
    pub(super) kind: ExprKind,
    pub(super) span: Span,
}

/// What an expression is.
#[derive(Debug)]
pub(super) enum ExprKind {
    /// `null`, a bool, a number, or a text without interpolations.
    Literal(Kind),
    Template(Vec<Part>),
    Tuple(Vec<Expr>),
    Object(Vec<Item>),
    /// A name, and what is taken from it: `local.a.b[0]`.
    Name(Arc<str>, Vec<Step>),
    /// The same of any other expression.
    Of(Box<Expr>, Vec<Step>),
    Call(Box<Call>),
    Unary(UnaryOperator, Box<Expr>),
    Binary(Box<(Expr, BinaryOperator, Expr)>),
    /// Condition, value if true, value if false.
    Conditional(Box<[Expr; 3]>),
    For(Box<For>),
    /// Nothing that can be evaluated, and why.
    Invalid(Arc<str>),
}

/// A part of a template.
#[derive(Debug)]
pub(super) enum Part {
    Literal(Arc<str>),
    Value(Expr),
    If(Box<Expr>, Vec<Part>, Vec<Part>),
    For {
        key: Option<Arc<str>>,
        value: Arc<str>,
        collection: Box<Expr>,
        parts: Vec<Part>,
    },
}

/// `key = value` in an object.
#[derive(Debug)]
pub(super) struct Item {
    pub(super) key: Expr,
    pub(super) value: Expr,
}

/// One thing that is taken from a value.
#[derive(Debug)]
pub(super) enum Step {
    /// `.name`
    Attribute(Arc<str>),
    /// `[expression]`
    Index(Expr),
    /// The old `.0`
    OldIndex(u64),
    /// `.*`
    AttributeSplat,
    /// `[*]`
    FullSplat,
}

/// `name(arguments)`
#[derive(Debug)]
pub(super) struct Call {
    /// With its namespace: `provider::ppcmk::same_geo`.
    pub(super) name: Arc<str>,
    pub(super) arguments: Vec<Expr>,
    /// The last argument stands for its elements (`...`).
    pub(super) expand: bool,
}

/// `[for k, v in collection : value if condition]`, or the same for an object.
#[derive(Debug)]
pub(super) struct For {
    pub(super) key: Option<Arc<str>>,
    pub(super) value: Arc<str>,
    pub(super) collection: Expr,
    /// The key of an object's attribute; without it the result is a list.
    pub(super) result_key: Option<Expr>,
    pub(super) result: Expr,
    /// Values with one key are collected (`...`).
    pub(super) grouping: bool,
    pub(super) condition: Option<Expr>,
}

impl Span {
    /// From the start of this to the end of the other.
    pub(super) fn to(self, other: Span) -> Span {
        Span {
            end: other.end.max(self.end),
            ..self
        }
    }
}

impl Body {
    /// The attribute of this name.
    pub(super) fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.attributes
            .iter()
            .find(|attribute| &*attribute.name == name)
    }

    /// The expression of the attribute of this name.
    pub(super) fn expr(&self, name: &str) -> Option<&Expr> {
        self.attribute(name).map(|attribute| &attribute.expr)
    }

    /// The blocks of this kind.
    pub(super) fn blocks<'b>(&'b self, kind: &'b str) -> impl Iterator<Item = &'b Block> {
        self.blocks.iter().filter(move |block| &*block.kind == kind)
    }

    /// The first block of this kind.
    pub(super) fn block<'b>(&'b self, kind: &'b str) -> Option<&'b Block> {
        self.blocks(kind).next()
    }
}

impl Block {
    /// A label, by its position.
    pub(super) fn label(&self, index: usize) -> Option<&Arc<str>> {
        self.labels.get(index)
    }
}

impl Expr {
    /// The text, if it is a literal one.
    pub(super) fn as_str(&self) -> Option<&str> {
        match &self.kind {
            ExprKind::Literal(Kind::String(text)) => Some(text),
            _ => None,
        }
    }

    /// The bool, if it is a literal one.
    pub(super) fn as_bool(&self) -> Option<bool> {
        match &self.kind {
            ExprKind::Literal(Kind::Bool(value)) => Some(*value),
            _ => None,
        }
    }
}
