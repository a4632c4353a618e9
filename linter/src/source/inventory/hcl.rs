//! Inventories in HCL: attributes and blocks with literal values.

use std::ops::Range;
use std::sync::Arc;

use hcl_edit::Span as _;
use hcl_edit::expr::{Expression, Object, ObjectKey};
use hcl_edit::parser::parse_body;
use hcl_edit::structure::{Block, Body, Structure};
use hcl_edit::template::Element;

use crate::source::documents::{Entry, Node, NodeKind};
use crate::source::{InputError, SourceFile};
use crate::value::Number;

/// Blocks that may be repeated, and the key that they are a list under.
const REPEATED: [(&str, &str); 3] = [
    ("environment", "environments"),
    ("commerce_scale_unit", "commerce_scale_units"),
    ("commerce_scale_units", "commerce_scale_units"),
];

pub(super) fn parse(file: &SourceFile) -> Result<Node, InputError> {
    let reader = Hcl { file };
    let whole = 0..file.text.len();
    match parse_body(&file.text) {
        Ok(body) => reader.body(&body, None, whole),
        Err(error) => {
            let at = error.location().offset();
            Err(reader.fault(at..at + 1, error.message()))
        }
    }
}

struct Hcl<'f> {
    file: &'f SourceFile,
}

impl Hcl<'_> {
    /// A body as an object; the label of its block is the `name`.
    fn body(
        &self,
        body: &Body,
        label: Option<Entry>,
        range: Range<usize>,
    ) -> Result<Node, InputError> {
        let mut entries: Vec<Entry> = label.into_iter().collect();
        let mut repeated: Vec<(&str, Range<usize>, Vec<Node>)> = Vec::new();
        for structure in body {
            match structure {
                Structure::Attribute(attribute) => {
                    let key = attribute.key.span().unwrap_or(range.clone());
                    entries.push(Entry {
                        name: attribute.key.as_str().into(),
                        value: self.expression(&attribute.value, &key)?,
                        range: key,
                    });
                }
                Structure::Block(block) => {
                    let header = block.ident.span().unwrap_or(range.clone());
                    let node = self.block(block, &header)?;
                    let ident = block.ident.as_str();
                    let Some((_, list)) = REPEATED.iter().find(|(kind, _)| *kind == ident) else {
                        let name = ident.into();
                        entries.push(Entry {
                            name,
                            range: header,
                            value: node,
                        });
                        continue;
                    };
                    match repeated.iter_mut().find(|(name, ..)| name == list) {
                        Some((_, _, nodes)) => nodes.push(node),
                        None => repeated.push((list, header, vec![node])),
                    }
                }
            }
        }
        entries.extend(repeated.into_iter().map(list_entry));
        let kind = NodeKind::Object(entries.into());
        Ok(Node { kind, range })
    }

    fn block(&self, block: &Block, header: &Range<usize>) -> Result<Node, InputError> {
        let mut labels = block.labels.iter();
        let label = labels.next().map(|label| {
            let range = label.span().unwrap_or(header.clone());
            Entry {
                name: "name".into(),
                range: range.clone(),
                value: Node {
                    kind: NodeKind::String(label.as_str().into()),
                    range,
                },
            }
        });
        if let Some(second) = labels.next() {
            let range = second.span().unwrap_or(header.clone());
            return Err(self.fault(range, "a block has one label at most"));
        }
        let range = block.span().unwrap_or(header.clone());
        self.body(&block.body, label, range)
    }

    /// A literal; `around` is the place of what it stands in.
    fn expression(
        &self,
        expression: &Expression,
        around: &Range<usize>,
    ) -> Result<Node, InputError> {
        let range = expression.span().unwrap_or(around.clone());
        let kind = match expression {
            Expression::Null(_) => NodeKind::Null,
            Expression::Bool(value) => NodeKind::Bool(*value.value()),
            Expression::Number(value) => self.number(value.value(), &range)?,
            Expression::String(text) => NodeKind::String(text.as_str().into()),
            Expression::Array(array) => NodeKind::List(
                array
                    .iter()
                    .map(|element| self.expression(element, &range))
                    .collect::<Result<_, _>>()?,
            ),
            Expression::Object(object) => self.object(object, &range)?,
            Expression::Parenthesis(inner) => return self.expression(inner.inner(), &range),
            Expression::HeredocTemplate(heredoc) => {
                self.template(heredoc.template.iter(), &range)?
            }
            Expression::StringTemplate(template) => self.template(template.iter(), &range)?,
            _ => return Err(self.not_literal(range)),
        };
        Ok(Node { kind, range })
    }

    fn object(&self, object: &Object, range: &Range<usize>) -> Result<NodeKind, InputError> {
        let mut entries = Vec::with_capacity(object.len());
        for (key, value) in object {
            let place = key.span().unwrap_or(range.clone());
            let name: Arc<str> = match key {
                ObjectKey::Ident(name) => name.as_str().into(),
                ObjectKey::Expression(key) => match self.expression(key, &place)?.kind {
                    NodeKind::String(text) => text,
                    _ => return Err(self.fault(place, "only texts can be keys")),
                },
            };
            entries.push(Entry {
                name,
                value: self.expression(value.expr(), &place)?,
                range: place,
            });
        }
        Ok(NodeKind::Object(entries.into()))
    }

    fn number(
        &self,
        number: &hcl_edit::Number,
        range: &Range<usize>,
    ) -> Result<NodeKind, InputError> {
        let number = match number.as_i64() {
            Some(whole) => Some(Number::Int(whole)),
            None => number.as_f64().and_then(Number::from_f64),
        };
        number
            .map(NodeKind::Number)
            .ok_or_else(|| self.fault(range.clone(), "the number is too large"))
    }

    fn template<'t>(
        &self,
        elements: impl Iterator<Item = &'t Element>,
        range: &Range<usize>,
    ) -> Result<NodeKind, InputError> {
        let mut text = String::new();
        for element in elements {
            match element {
                Element::Literal(literal) => text.push_str(literal.value()),
                _ => return Err(self.not_literal(range.clone())),
            }
        }
        Ok(NodeKind::String(text.into()))
    }

    fn not_literal(&self, range: Range<usize>) -> InputError {
        self.fault(range, "an inventory has literal values only")
            .help("write the value itself: nothing is evaluated here")
    }

    fn fault(&self, range: Range<usize>, message: &str) -> InputError {
        InputError::new(format!("could not read {}: {message}", self.file.name))
            .at(self.file.location(range))
    }
}

fn list_entry((name, range, nodes): (&str, Range<usize>, Vec<Node>)) -> Entry {
    let whole = match (nodes.first(), nodes.last()) {
        (Some(first), Some(last)) => first.range.start..last.range.end,
        _ => range.clone(),
    };
    Entry {
        name: name.into(),
        range,
        value: Node {
            kind: NodeKind::List(nodes.into()),
            range: whole,
        },
    }
}
