//! Expressions become values.
//!
//! Evaluation never fails. What Terraform would refuse is unknown with `Reason::Expression`, so that
//! the rest of the configuration is still checked.

pub(super) mod convert;
pub(super) mod equal;
pub(super) mod fault;
mod for_expr;
pub(super) mod operators;
pub(super) mod reference;
pub(super) mod rendering;
mod template;
mod traversal;

use std::sync::Arc;

use ppcmk_coverage::estate::{Reason, Unknown};

use super::ast::{Expr, ExprKind, Item, Span};
use super::module::Instance as ModuleInstance;
use super::world::World;
use crate::value::{Kind, Object, Trail, Value};
use fault::{Fault, Outcome};

/// The names that an expression sees.
#[derive(Clone, Copy)]
pub(super) struct Scope<'s> {
    /// The module around it; without one, as in a variable file, nothing can be referenced.
    pub(super) module: Option<&'s ModuleInstance>,
    /// Names bound by `for`, `dynamic`, `each`, `count` and by templates.
    pub(super) names: Option<&'s Names<'s>>,
    /// Names of a template's variables.
    variables: &'s [Names<'s>],
    is_template: bool,
    /// How deep the expression is nested in others.
    depth: u32,
}

/// A bound name, and those around it.
pub(super) struct Names<'s> {
    pub(super) name: &'s str,
    pub(super) value: Value,
    pub(super) outer: Option<&'s Names<'s>>,
}

/// Expressions deeper than this are not evaluated.
const DEEPEST: u32 = 300;

impl<'s> Scope<'s> {
    /// Of a variable file or a default: nothing can be referenced.
    pub(super) fn empty() -> Self {
        Self {
            module: None,
            names: None,
            variables: &[],
            is_template: false,
            depth: 0,
        }
    }

    /// Of a template: it sees its variables only.
    pub(super) fn template() -> Self {
        Self {
            is_template: true,
            ..Self::empty()
        }
    }

    /// Whether it is that of a template.
    pub(super) fn is_template(self) -> bool {
        self.is_template
    }

    /// Of a module.
    pub(super) fn of(module: &'s ModuleInstance) -> Self {
        Self {
            module: Some(module),
            ..Self::empty()
        }
    }

    /// With these names in addition.
    pub(super) fn with<'n>(self, names: &'n Names<'n>) -> Scope<'n>
    where
        's: 'n,
    {
        Scope {
            names: Some(names),
            ..self
        }
    }

    /// With the variables of a template.
    pub(super) fn with_all<'n>(self, variables: &'n [Names<'n>]) -> Scope<'n>
    where
        's: 'n,
    {
        Scope { variables, ..self }
    }

    fn deeper(self) -> Self {
        Self {
            depth: self.depth + 1,
            ..self
        }
    }

    /// The value of a bound name.
    fn bound(self, name: &str) -> Option<&'s Value> {
        let mut names = self.names;
        while let Some(bound) = names {
            if bound.name == name {
                return Some(&bound.value);
            }
            names = bound.outer;
        }
        // They come from an object, so they are sorted.
        let at = self
            .variables
            .binary_search_by(|bound| bound.name.cmp(name));
        at.ok().map(|at| &self.variables[at].value)
    }
}

impl World<'_> {
    /// The value of an expression.
    pub(super) fn eval(&self, expr: &Expr, scope: Scope<'_>) -> Value {
        if let Err(fault) = self.spend(1) {
            return self.at(fault.into_value(), expr.span);
        }
        if scope.depth > DEEPEST {
            return self.invalid("the expression is nested too deeply", expr.span);
        }
        let scope = scope.deeper();
        match &expr.kind {
            ExprKind::Literal(kind) => self.at(Value::new(kind.clone()), expr.span),
            ExprKind::Template(parts) => self.template(parts, expr.span, scope),
            ExprKind::Tuple(items) => {
                let values = items.iter().map(|item| self.eval(item, scope));
                self.at(Value::list(values), expr.span)
            }
            ExprKind::Object(items) => self.object(items, expr.span, scope),
            ExprKind::Name(name, steps) => self.reference(name, steps, expr.span, scope),
            ExprKind::Of(inner, steps) => {
                let value = self.eval(inner, scope);
                self.steps(value, steps, expr.span, scope)
            }
            ExprKind::Call(call) => self.call(call, expr.span, scope),
            ExprKind::Unary(operator, inner) => {
                let value = self.eval(inner, scope);
                self.outcome(operators::unary(*operator, &value), expr.span)
            }
            ExprKind::Binary(parts) => {
                let (one, operator, other) = &**parts;
                let (one, other) = (self.eval(one, scope), self.eval(other, scope));
                self.outcome(operators::binary(&one, *operator, &other), expr.span)
            }
            ExprKind::Conditional(parts) => self.conditional(parts, expr.span, scope),
            ExprKind::For(parts) => self.for_expr(parts, expr.span, scope),
            ExprKind::Invalid(text) => self.invalid(text.clone(), expr.span),
        }
    }

    fn object(&self, items: &[Item], span: Span, scope: Scope<'_>) -> Value {
        let mut object = Object::default();
        let mut open = None;
        for item in items {
            let key = self.eval(&item.key, scope);
            let value = self.eval(&item.value, scope);
            match convert::text(&key) {
                Ok(key) => {
                    object.entries.insert(key, value);
                }
                Err(fault) => open = Some(fault),
            }
        }
        let value = match open {
            None => Value::object(object),
            Some(fault) => fault.into_value(),
        };
        self.at(value, span)
    }

    fn conditional(&self, parts: &[Expr; 3], span: Span, scope: Scope<'_>) -> Value {
        let [condition, then, otherwise] = parts;
        let condition = self.eval(condition, scope);
        match convert::boolean(&condition) {
            Ok(true) => self.branch(then, otherwise, scope),
            Ok(false) => self.branch(otherwise, then, scope),
            Err(fault) => {
                let (one, other) = (self.eval(then, scope), self.eval(otherwise, scope));
                let (one, other) = convert::unify(one, other);
                let unknown = fault.into_value();
                let reason = match &unknown.kind {
                    Kind::Unknown(unknown) => unknown.reason.clone(),
                    _ => Reason::Expression("the condition is not a bool".into()),
                };
                let value = equal::either(one, &other, &reason);
                if value.is_unknown() && value.trail.location().is_none() {
                    return self.at(value, span);
                }
                value
            }
        }
    }

    /// The taken branch. A literal of the other one decides about the type.
    fn branch(&self, taken: &Expr, other: &Expr, scope: Scope<'_>) -> Value {
        let value = self.eval(taken, scope);
        match &other.kind {
            ExprKind::Literal(kind @ Kind::String(_)) => {
                convert::unify(value, Value::new(kind.clone())).0
            }
            _ => value,
        }
    }

    /// A value that has no place yet gets this one.
    pub(super) fn at(&self, value: Value, span: Span) -> Value {
        value.with_trail(self.trail(span))
    }

    /// The trail of something that stands at this place.
    pub(super) fn trail(&self, span: Span) -> Trail {
        Trail::literal(self.texts.location(span))
    }

    /// The value of an operation: where it has no place of its own, that of the expression.
    pub(super) fn outcome(&self, outcome: Outcome<Value>, span: Span) -> Value {
        let value = outcome.unwrap_or_else(Fault::into_value);
        if value.trail.location().is_some() {
            value
        } else {
            self.at(value, span)
        }
    }

    /// Something that Terraform would refuse.
    pub(super) fn invalid(&self, text: impl Into<Arc<str>>, span: Span) -> Value {
        self.at(Fault::error(text).into_value(), span)
    }
}

/// The reason why a value is unknown; for a known one, that it is not what is needed.
pub(super) fn reason_of(value: &Value, needed: &str) -> Arc<Unknown> {
    match convert::no(value, needed) {
        Fault::Unknown(unknown) => unknown,
        Fault::Error(text) => Arc::new(Unknown::new(Reason::Expression(text))),
    }
}
