//! A document as a tree, with the place of everything.

use std::ops::Range;
use std::sync::Arc;

use crate::source::SourceFile;
use crate::value::{Kind, Number, Object, Trail, Value};

/// A value of a document, and where it stands. Cheap to copy.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    /// What it is.
    pub(crate) kind: NodeKind,
    /// Where it stands, in bytes.
    pub(crate) range: Range<usize>,
}

/// What a value of a document is.
#[derive(Clone, Debug)]
pub(crate) enum NodeKind {
    Null,
    Bool(bool),
    Number(Number),
    String(Arc<str>),
    List(Arc<[Node]>),
    /// In the order of the document; a name may be repeated.
    Object(Arc<[Entry]>),
}

/// A key of an object, and its value.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    /// The key.
    pub(crate) name: Arc<str>,
    /// Where the key stands, in bytes.
    pub(crate) range: Range<usize>,
    /// The value.
    pub(crate) value: Node,
}

impl Node {
    /// The value, every part with its place. Of a repeated key the last one counts.
    pub(crate) fn to_value(&self, file: &SourceFile) -> Value {
        let kind = match &self.kind {
            NodeKind::Null => Kind::Null,
            NodeKind::Bool(value) => Kind::Bool(*value),
            NodeKind::Number(number) => Kind::Number(*number),
            NodeKind::String(text) => Kind::String(text.clone()),
            NodeKind::List(nodes) => {
                Kind::List(nodes.iter().map(|node| node.to_value(file)).collect())
            }
            NodeKind::Object(entries) => Kind::Object(Arc::new(object(entries, file))),
        };
        Value::new(kind).with_trail(Trail::literal(file.location(self.range.clone())))
    }

    /// What it is, in words that follow "is" and "not".
    pub(crate) fn describe(&self) -> &'static str {
        match self.kind {
            NodeKind::Null => "null",
            NodeKind::Bool(_) => "true or false",
            NodeKind::Number(_) => "a number",
            NodeKind::String(_) => "a text",
            NodeKind::List(_) => "a list",
            NodeKind::Object(_) => "an object",
        }
    }
}

fn object(entries: &[Entry], file: &SourceFile) -> Object {
    entries
        .iter()
        .map(|entry| (entry.name.clone(), entry.value.to_value(file)))
        .collect()
}
