//! From `hcl-edit`'s tree to ours.

use std::ops::Range;
use std::sync::Arc;

use hcl_edit::Span as _;
use hcl_edit::expr::{
    Expression, ForExpr, FuncCall, Object, ObjectKey, Traversal, TraversalOperator,
};
use hcl_edit::structure::{self, Structure};
use hcl_edit::template::{Directive, Element, Template};

use super::ast::{Attribute, Block, Body, Call, Expr, ExprKind, For, Item, Part, Span, Step};
use crate::value::{Kind, Number};

/// Turns the tree of one file into ours.
pub(super) struct Lower {
    pub(super) file: u32,
    /// Where the parsed text starts in its file.
    pub(super) base: u32,
}

impl Lower {
    fn span(&self, range: Option<Range<usize>>, otherwise: Span) -> Span {
        let number = |at| {
            u32::try_from(at)
                .unwrap_or(u32::MAX)
                .saturating_add(self.base)
        };
        range.map_or(otherwise, |range| Span {
            file: self.file,
            start: number(range.start),
            end: number(range.end),
        })
    }

    /// A body.
    pub(super) fn body(&self, body: &structure::Body) -> Body {
        let mut result = Body::default();
        for structure in body {
            match structure {
                Structure::Attribute(attribute) => {
                    result.attributes.push(self.attribute(attribute));
                }
                Structure::Block(block) => result.blocks.push(self.block(block)),
            }
        }
        result
    }

    fn attribute(&self, attribute: &structure::Attribute) -> Attribute {
        let key = self.span(attribute.key.span(), Span::default());
        let expr = self.expr(&attribute.value, key);
        Attribute {
            name: attribute.key.as_str().into(),
            span: key.to(expr.span),
            expr,
        }
    }

    fn block(&self, block: &structure::Block) -> Block {
        let keyword = self.span(block.ident.span(), Span::default());
        let header = block.labels.iter().fold(keyword, |header, label| {
            header.to(self.span(label.span(), header))
        });
        Block {
            kind: block.ident.as_str().into(),
            labels: block
                .labels
                .iter()
                .map(|label| label.as_str().into())
                .collect(),
            body: self.body(&block.body),
            header,
            span: self.span(block.span(), header),
        }
    }

    /// An expression; `around` is the place of what it stands in.
    pub(super) fn expr(&self, expr: &Expression, around: Span) -> Expr {
        let span = self.span(expr.span(), around);
        let kind = match expr {
            Expression::Null(_) => ExprKind::Literal(Kind::Null),
            Expression::Bool(value) => ExprKind::Literal(Kind::Bool(*value.value())),
            Expression::Number(value) => number(value.value()),
            Expression::String(text) => ExprKind::Literal(Kind::String(text.as_str().into())),
            Expression::Array(array) => {
                ExprKind::Tuple(array.iter().map(|item| self.expr(item, span)).collect())
            }
            Expression::Object(object) => ExprKind::Object(self.items(object, span)),
            Expression::StringTemplate(template) => self.elements(template.iter(), span),
            Expression::HeredocTemplate(heredoc) => self.elements(heredoc.template.iter(), span),
            Expression::Parenthesis(inner) => return self.parenthesis(inner.inner(), span),
            Expression::Variable(name) => ExprKind::Name(name.as_str().into(), Vec::new()),
            Expression::Conditional(parts) => ExprKind::Conditional(Box::new([
                self.expr(&parts.cond_expr, span),
                self.expr(&parts.true_expr, span),
                self.expr(&parts.false_expr, span),
            ])),
            Expression::FuncCall(call) => self.call(call, span),
            Expression::Traversal(traversal) => self.traversal(traversal, span),
            Expression::UnaryOp(operation) => ExprKind::Unary(
                *operation.operator.value(),
                Box::new(self.expr(&operation.expr, span)),
            ),
            Expression::BinaryOp(operation) => ExprKind::Binary(Box::new((
                self.expr(&operation.lhs_expr, span),
                *operation.operator.value(),
                self.expr(&operation.rhs_expr, span),
            ))),
            Expression::ForExpr(parts) => self.for_expr(parts, span),
        };
        Expr { kind, span }
    }

    fn parenthesis(&self, inner: &Expression, span: Span) -> Expr {
        let inner = self.expr(inner, span);
        match inner.kind {
            // A literal is shown without the parentheses around it.
            ExprKind::Literal(_) => inner,
            kind => Expr { kind, span },
        }
    }

    fn items(&self, object: &Object, span: Span) -> Vec<Item> {
        let item = |(key, value): (&ObjectKey, &hcl_edit::expr::ObjectValue)| {
            let value = self.expr(value.expr(), span);
            let key = match key {
                ObjectKey::Ident(name) => Expr {
                    kind: ExprKind::Literal(Kind::String(name.as_str().into())),
                    span: self.span(name.span(), value.span),
                },
                ObjectKey::Expression(expr) => self.expr(expr, span),
            };
            Item { key, value }
        };
        object.iter().map(item).collect()
    }

    fn call(&self, call: &FuncCall, span: Span) -> ExprKind {
        let mut name = String::new();
        for part in &call.name.namespace {
            name.push_str(part.as_str());
            name.push_str("::");
        }
        name.push_str(call.name.name.as_str());
        ExprKind::Call(Box::new(Call {
            name: name.into(),
            arguments: call.args.iter().map(|arg| self.expr(arg, span)).collect(),
            expand: call.args.expand_final(),
        }))
    }

    fn traversal(&self, traversal: &Traversal, span: Span) -> ExprKind {
        let step = |operator: &TraversalOperator| match operator {
            TraversalOperator::AttrSplat(_) => Step::AttributeSplat,
            TraversalOperator::FullSplat(_) => Step::FullSplat,
            TraversalOperator::GetAttr(name) => Step::Attribute(name.as_str().into()),
            TraversalOperator::Index(index) => Step::Index(self.expr(index, span)),
            TraversalOperator::LegacyIndex(index) => Step::OldIndex(*index.value()),
        };
        let mut steps: Vec<Step> = traversal
            .operators
            .iter()
            .map(|operator| step(operator.value()))
            .collect();
        match self.expr(&traversal.expr, span).kind {
            ExprKind::Name(name, mut first) => {
                first.append(&mut steps);
                ExprKind::Name(name, first)
            }
            kind => ExprKind::Of(Box::new(Expr { kind, span }), steps),
        }
    }

    fn for_expr(&self, parts: &ForExpr, span: Span) -> ExprKind {
        let intro = &parts.intro;
        ExprKind::For(Box::new(For {
            key: intro.key_var.as_ref().map(|name| name.as_str().into()),
            value: intro.value_var.as_str().into(),
            collection: self.expr(&intro.collection_expr, span),
            result_key: parts.key_expr.as_ref().map(|key| self.expr(key, span)),
            result: self.expr(&parts.value_expr, span),
            grouping: parts.grouping,
            condition: parts.cond.as_ref().map(|cond| self.expr(&cond.expr, span)),
        }))
    }

    /// A template, as an expression.
    pub(super) fn template(&self, template: &Template, span: Span) -> ExprKind {
        self.elements(template.iter(), span)
    }

    fn elements<'e>(&self, elements: impl Iterator<Item = &'e Element>, span: Span) -> ExprKind {
        let mut parts = self.parts(elements, span, (false, false));
        match parts.as_slice() {
            [] => ExprKind::Literal(Kind::String("".into())),
            [Part::Literal(text)] => ExprKind::Literal(Kind::String(text.clone())),
            // `"${x}"` is `x`, whatever its type.
            [Part::Value(_)] => match parts.pop() {
                Some(Part::Value(expr)) => expr.kind,
                _ => ExprKind::Template(parts),
            },
            _ => ExprKind::Template(parts),
        }
    }

    /// The parts; `trim` says whether spaces at the start and at the end go away.
    fn parts<'e>(
        &self,
        elements: impl Iterator<Item = &'e Element>,
        span: Span,
        trim: (bool, bool),
    ) -> Vec<Part> {
        let mut parts: Vec<Part> = Vec::new();
        let mut trim_next = trim.0;
        for element in elements {
            let trim_previous = match element {
                Element::Literal(text) => {
                    let text = if trim_next { text.trim_start() } else { text };
                    trim_next = false;
                    push_literal(&mut parts, text);
                    continue;
                }
                Element::Interpolation(part) => part.strip.strip_start(),
                Element::Directive(directive) => match &**directive {
                    Directive::If(part) => part.if_expr.strip.strip_start(),
                    Directive::For(part) => part.for_expr.strip.strip_start(),
                },
            };
            if trim_previous {
                trim_end(&mut parts);
            }
            trim_next = self.control(&mut parts, element, span);
        }
        if trim.1 {
            trim_end(&mut parts);
        }
        parts
    }

    /// Adds what is not a literal; whether spaces behind it go away.
    fn control(&self, parts: &mut Vec<Part>, element: &Element, span: Span) -> bool {
        match element {
            Element::Literal(_) => false,
            Element::Interpolation(part) => {
                parts.push(Part::Value(self.expr(&part.expr, span)));
                part.strip.strip_end()
            }
            Element::Directive(directive) => match &**directive {
                Directive::If(part) => self.if_part(parts, part, span),
                Directive::For(part) => {
                    let (intro, end) = (&part.for_expr, &part.endfor_expr);
                    let trim = (intro.strip.strip_end(), end.strip.strip_start());
                    parts.push(Part::For {
                        key: intro.key_var.as_ref().map(|name| name.as_str().into()),
                        value: intro.value_var.as_str().into(),
                        collection: Box::new(self.expr(&intro.collection_expr, span)),
                        parts: self.parts(intro.template.iter(), span, trim),
                    });
                    end.strip.strip_end()
                }
            },
        }
    }

    fn if_part(
        &self,
        parts: &mut Vec<Part>,
        part: &hcl_edit::template::IfDirective,
        span: Span,
    ) -> bool {
        let (intro, end) = (&part.if_expr, &part.endif_expr);
        let next = part.else_expr.as_ref();
        let trim_then = next.map_or(end.strip, |next| next.strip).strip_start();
        let then = (intro.strip.strip_end(), trim_then);
        let otherwise = next.map_or_else(Vec::new, |next| {
            let trim = (next.strip.strip_end(), end.strip.strip_start());
            self.parts(next.template.iter(), span, trim)
        });
        parts.push(Part::If(
            Box::new(self.expr(&intro.cond_expr, span)),
            self.parts(intro.template.iter(), span, then),
            otherwise,
        ));
        end.strip.strip_end()
    }
}

fn push_literal(parts: &mut Vec<Part>, text: &str) {
    if text.is_empty() {
        return;
    }
    match parts.last_mut() {
        Some(Part::Literal(last)) => *last = Arc::from(format!("{last}{text}")),
        _ => parts.push(Part::Literal(text.into())),
    }
}

fn trim_end(parts: &mut Vec<Part>) {
    if let Some(Part::Literal(last)) = parts.last_mut() {
        let trimmed = last.trim_end();
        if trimmed.is_empty() {
            parts.pop();
        } else {
            *last = trimmed.into();
        }
    }
}

fn number(number: &hcl_edit::Number) -> ExprKind {
    let value = number.as_i64().map(Number::Int);
    match value.or_else(|| number.as_f64().and_then(Number::from_f64)) {
        Some(value) => ExprKind::Literal(Kind::Number(value)),
        None => ExprKind::Invalid("the number is too large".into()),
    }
}
