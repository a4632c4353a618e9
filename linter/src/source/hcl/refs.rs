//! What an expression refers to, without evaluating it.

use std::sync::Arc;

use super::ast::{Block, Body, Expr, ExprKind, Part, Step};
use crate::value::Kind;

/// A reference, by name.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Reference {
    Variable(Arc<str>),
    Local(Arc<str>),
    /// A resource (`type`, `name`) or, with `true`, a data source.
    Resource(bool, Arc<str>, Arc<str>),
    /// A module call, and the output that is taken; all of it without one.
    Module(Arc<str>, Option<Arc<str>>),
}

/// Adds what an expression refers to.
pub(super) fn of_expr(expr: &Expr, found: &mut Vec<Reference>) {
    Search {
        found,
        bound: Vec::new(),
    }
    .expr(expr);
}

/// Adds what a body refers to, nested blocks included.
pub(super) fn of_body(body: &Body, found: &mut Vec<Reference>) {
    for attribute in &body.attributes {
        of_expr(&attribute.expr, found);
    }
    for block in &body.blocks {
        of_block(block, found);
    }
}

/// Adds what a nested block refers to.
pub(super) fn of_block(block: &Block, found: &mut Vec<Reference>) {
    if &*block.kind == "dynamic" {
        let iterator = block.body.expr("iterator").and_then(root_name);
        let name = iterator.or_else(|| block.label(0).cloned());
        let mut inner = Vec::new();
        of_body(&block.body, &mut inner);
        // The iterator looks like a resource's type.
        inner.retain(|reference| match reference {
            Reference::Resource(false, type_name, _) => Some(type_name) != name.as_ref(),
            _ => true,
        });
        found.append(&mut inner);
    } else {
        of_body(&block.body, found);
    }
}

/// The name that a traversal starts with.
pub(super) fn root_name(expr: &Expr) -> Option<Arc<str>> {
    match &expr.kind {
        ExprKind::Name(name, _) | ExprKind::Literal(Kind::String(name)) => Some(name.clone()),
        _ => None,
    }
}

struct Search<'f> {
    found: &'f mut Vec<Reference>,
    bound: Vec<Arc<str>>,
}

impl Search<'_> {
    fn expr(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Literal(_) | ExprKind::Invalid(_) => {}
            ExprKind::Template(parts) => self.parts(parts),
            ExprKind::Tuple(items) => self.all(items),
            ExprKind::Object(items) => {
                for item in items {
                    self.expr(&item.key);
                    self.expr(&item.value);
                }
            }
            ExprKind::Name(name, steps) => {
                if !self.bound.contains(name) {
                    self.found.extend(of_name(name, steps));
                }
                self.steps(steps);
            }
            ExprKind::Of(inner, steps) => {
                self.expr(inner);
                self.steps(steps);
            }
            ExprKind::Call(call) => self.all(&call.arguments),
            ExprKind::Unary(_, inner) => self.expr(inner),
            ExprKind::Binary(parts) => {
                self.expr(&parts.0);
                self.expr(&parts.2);
            }
            ExprKind::Conditional(parts) => self.all(&parts[..]),
            ExprKind::For(parts) => {
                self.expr(&parts.collection);
                self.bind(parts.key.as_ref(), &parts.value, |search| {
                    search.expr(&parts.result);
                    for inner in parts.result_key.iter().chain(&parts.condition) {
                        search.expr(inner);
                    }
                });
            }
        }
    }

    fn all(&mut self, exprs: &[Expr]) {
        for expr in exprs {
            self.expr(expr);
        }
    }

    fn steps(&mut self, steps: &[Step]) {
        for step in steps {
            if let Step::Index(index) = step {
                self.expr(index);
            }
        }
    }

    fn parts(&mut self, parts: &[Part]) {
        for part in parts {
            match part {
                Part::Literal(_) => {}
                Part::Value(expr) => self.expr(expr),
                Part::If(condition, then, otherwise) => {
                    self.expr(condition);
                    self.parts(then);
                    self.parts(otherwise);
                }
                Part::For {
                    key,
                    value,
                    collection,
                    parts,
                } => {
                    self.expr(collection);
                    self.bind(key.as_ref(), value, |search| search.parts(parts));
                }
            }
        }
    }

    fn bind(&mut self, key: Option<&Arc<str>>, value: &Arc<str>, inner: impl FnOnce(&mut Self)) {
        let before = self.bound.len();
        self.bound.extend(key.cloned());
        self.bound.push(value.clone());
        inner(self);
        self.bound.truncate(before);
    }
}

fn of_name(name: &Arc<str>, steps: &[Step]) -> Option<Reference> {
    let attribute = |at: usize| match steps.get(at) {
        Some(Step::Attribute(name)) => Some(name.clone()),
        _ => None,
    };
    match &**name {
        "each" | "count" | "self" | "path" | "terraform" | "tofu" => None,
        "var" => attribute(0).map(Reference::Variable),
        "local" => attribute(0).map(Reference::Local),
        "module" => {
            let call = attribute(0)?;
            let output = match steps.get(1) {
                Some(Step::Attribute(_)) => attribute(1),
                _ => attribute(2),
            };
            Some(Reference::Module(call, output))
        }
        "data" => Some(Reference::Resource(true, attribute(0)?, attribute(1)?)),
        "resource" => Some(Reference::Resource(false, attribute(0)?, attribute(1)?)),
        _ => Some(Reference::Resource(false, name.clone(), attribute(0)?)),
    }
}
