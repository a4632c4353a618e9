//! JSON syntax: the same blocks and expressions, written as objects.
//!
//! What is a block and what an attribute is known for Terraform's own blocks. Inside of resources
//! and data sources it is not, so everything there is an attribute, and a nested block is an object
//! or a list of objects.

use std::cell::RefCell;
use std::ops::Range;
use std::sync::Arc;

use super::ast::{Attribute, Block, Body, Expr, ExprKind, Item, Span};
use super::parse::{Role, parse_as_template, parse_value};
use crate::source::documents::{Entry, Node, NodeKind, json_node};
use crate::source::{Problem, SourceFile};
use crate::value::Kind;

/// Reads a file in JSON syntax.
pub(super) fn parse(file: u32, source: &SourceFile, role: Role) -> (Body, Option<Problem>) {
    let reader = Reader {
        file,
        role,
        text: &source.text,
        misplaced: RefCell::default(),
    };
    match json_node(source) {
        Ok(node) => match reader.file(&node) {
            Ok(body) => {
                let misplaced = reader.misplaced.take();
                let problem = misplaced.map(|(kind, range)| {
                    let message = format!(
                        "`{}` has something else where an object for `{kind}` is meant",
                        source.name
                    );
                    problem(source, message, range)
                });
                (body, problem)
            }
            Err(range) => {
                let message = format!("`{}` has no object at the top", source.name);
                (Body::default(), Some(problem(source, message, range)))
            }
        },
        Err(error) => {
            let message = error.message.trim_start_matches("could not read ");
            let message = message.strip_prefix(&*source.name).unwrap_or(message);
            let problem = Problem {
                message: format!("`{}` does not parse{message}", source.name),
                help: None,
                location: error.location,
            };
            (Body::default(), Some(problem))
        }
    }
}

fn problem(source: &SourceFile, message: String, range: Range<usize>) -> Problem {
    Problem {
        message,
        help: None,
        location: Some(source.location(range)),
    }
}

/// Blocks that are known to be blocks, by what they stand in.
fn is_nested_block(inside: &str, name: &str) -> bool {
    match inside {
        "resource" | "data" | "ephemeral" => {
            matches!(name, "lifecycle" | "dynamic" | "provisioner" | "connection")
        }
        "variable" => name == "validation",
        "output" => name == "precondition",
        "check" => matches!(name, "data" | "assert"),
        "lifecycle" => matches!(name, "precondition" | "postcondition"),
        "dynamic" => name == "content",
        "removed" => matches!(name, "lifecycle" | "provisioner"),
        _ => false,
    }
}

/// How many labels a block has.
fn labels_of(kind: &str) -> usize {
    match kind {
        "resource" | "data" | "ephemeral" => 2,
        "variable" | "output" | "module" | "provider" | "check" | "dynamic" | "provisioner" => 1,
        _ => 0,
    }
}

/// Blocks at the top that must be objects. What else stands there may be anything.
const TOP: [&str; 12] = [
    "resource",
    "data",
    "ephemeral",
    "variable",
    "output",
    "module",
    "provider",
    "locals",
    "moved",
    "import",
    "removed",
    "check",
];

struct Reader<'t> {
    file: u32,
    role: Role,
    text: &'t str,
    /// The first value that is no object where a block is meant, with the kind of the block.
    misplaced: RefCell<Option<(Arc<str>, Range<usize>)>>,
}

impl Reader<'_> {
    fn span(&self, range: &Range<usize>) -> Span {
        let number = |at| u32::try_from(at).unwrap_or(u32::MAX);
        Span {
            file: self.file,
            start: number(range.start),
            end: number(range.end),
        }
    }

    fn file(&self, node: &Node) -> Result<Body, Range<usize>> {
        let mut body = Body::default();
        // A list of objects is one object, written in parts.
        let parts = match &node.kind {
            NodeKind::List(parts) if self.role == Role::Configuration => &parts[..],
            _ => std::slice::from_ref(node),
        };
        for part in parts {
            let NodeKind::Object(entries) = &part.kind else {
                return Err(part.range.clone());
            };
            for entry in entries.iter().filter(|entry| &*entry.name != "//") {
                match self.role {
                    Role::Variables => body.attributes.push(self.attribute(entry)),
                    Role::Configuration => self.blocks(entry, &mut body.blocks),
                }
            }
        }
        Ok(body)
    }

    /// The blocks of one kind.
    fn blocks(&self, entry: &Entry, blocks: &mut Vec<Block>) {
        let header = self.span(&entry.range);
        let labels = labels_of(&entry.name);
        self.labelled(
            &entry.name,
            labels,
            &entry.value,
            header,
            Vec::new(),
            blocks,
        );
    }

    /// Goes through the objects whose keys are the labels that are missing.
    fn labelled(
        &self,
        kind: &Arc<str>,
        missing: usize,
        node: &Node,
        header: Span,
        labels: Vec<Arc<str>>,
        blocks: &mut Vec<Block>,
    ) {
        match &node.kind {
            NodeKind::List(nodes) => {
                for node in nodes.iter() {
                    self.labelled(kind, missing, node, header, labels.clone(), blocks);
                }
            }
            NodeKind::Object(entries) if missing > 0 => {
                for entry in entries.iter().filter(|entry| &*entry.name != "//") {
                    let mut labels = labels.clone();
                    labels.push(entry.name.clone());
                    let header = self.span(&entry.range);
                    self.labelled(kind, missing - 1, &entry.value, header, labels, blocks);
                }
            }
            NodeKind::Object(entries) => blocks.push(Block {
                kind: kind.clone(),
                labels,
                body: self.body(kind, entries),
                header,
                span: header.to(self.span(&node.range)),
            }),
            // `null` is no block.
            NodeKind::Null => {}
            NodeKind::Bool(_) | NodeKind::Number(_) | NodeKind::String(_) => {
                if TOP.contains(&&**kind) {
                    let mut misplaced = self.misplaced.borrow_mut();
                    misplaced.get_or_insert_with(|| (kind.clone(), node.range.clone()));
                }
            }
        }
    }

    fn body(&self, kind: &str, entries: &[Entry]) -> Body {
        let mut body = Body::default();
        for entry in entries.iter().filter(|entry| &*entry.name != "//") {
            if is_nested_block(kind, &entry.name) {
                self.blocks(entry, &mut body.blocks);
            } else if kind == "variable" && &*entry.name == "type" {
                body.attributes.push(self.type_attribute(entry));
            } else if is_reference(kind, &entry.name) {
                body.attributes.push(self.reference_attribute(entry));
            } else {
                body.attributes.push(self.attribute(entry));
            }
        }
        body
    }

    fn attribute(&self, entry: &Entry) -> Attribute {
        let span = self.span(&entry.range);
        let expr = self.expr(&entry.value);
        Attribute {
            name: entry.name.clone(),
            span: span.to(expr.span),
            expr,
        }
    }

    /// The type of a variable is an expression in a text.
    fn type_attribute(&self, entry: &Entry) -> Attribute {
        let mut attribute = self.attribute(entry);
        if let NodeKind::String(text) = &entry.value.kind
            && let Ok(expr) = parse_value(self.file, text)
        {
            attribute.expr = expr;
        }
        attribute
    }

    /// References are texts: `"depends_on": ["azurerm_key_vault.kv"]`.
    fn reference_attribute(&self, entry: &Entry) -> Attribute {
        let mut attribute = self.attribute(entry);
        if let NodeKind::List(nodes) = &entry.value.kind {
            let items = nodes.iter().map(|node| self.reference(node));
            attribute.expr.kind = ExprKind::Tuple(items.collect());
        } else {
            attribute.expr = self.reference(&entry.value);
        }
        attribute
    }

    fn reference(&self, node: &Node) -> Expr {
        match &node.kind {
            NodeKind::String(text) => match parse_value(self.file, text) {
                Ok(mut expr) => {
                    expr.span = self.span(&node.range);
                    expr
                }
                Err(_) => self.expr(node),
            },
            _ => self.expr(node),
        }
    }

    fn expr(&self, node: &Node) -> Expr {
        let span = self.span(&node.range);
        let kind = match &node.kind {
            NodeKind::Null => ExprKind::Literal(Kind::Null),
            NodeKind::Bool(value) => ExprKind::Literal(Kind::Bool(*value)),
            NodeKind::Number(number) => ExprKind::Literal(Kind::Number(*number)),
            NodeKind::String(text) => return self.template(text, span),
            NodeKind::List(nodes) => {
                ExprKind::Tuple(nodes.iter().map(|node| self.expr(node)).collect())
            }
            NodeKind::Object(entries) => ExprKind::Object(
                entries
                    .iter()
                    .map(|entry| Item {
                        key: self.template(&entry.name, self.span(&entry.range)),
                        value: self.expr(&entry.value),
                    })
                    .collect(),
            ),
        };
        Expr { kind, span }
    }

    /// A text is a template, also in values of variables, where nothing can be referenced.
    fn template(&self, text: &str, span: Span) -> Expr {
        let literal = self.role == Role::Variables;
        let mut expr = if literal {
            Expr {
                kind: ExprKind::Literal(Kind::String(text.into())),
                span,
            }
        } else {
            // Escapes make the places inside of a text differ: they are those of the whole text.
            let inside = self
                .text
                .get(span.start as usize + 1..span.end.saturating_sub(1) as usize);
            let base = if inside == Some(text) {
                span.start + 1
            } else {
                span.start
            };
            parse_as_template(self.file, text, span, base)
        };
        expr.span = span;
        expr
    }
}

fn is_reference(kind: &str, name: &str) -> bool {
    match name {
        "depends_on" => true,
        "ignore_changes" | "replace_triggered_by" => kind == "lifecycle",
        "provider" | "providers" => matches!(kind, "resource" | "data" | "module"),
        "to" | "from" => matches!(kind, "import" | "moved" | "removed"),
        "iterator" => kind == "dynamic",
        _ => false,
    }
}
