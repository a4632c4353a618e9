//! Type constraints of variables, and conversion to them.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::ast::{Expr, ExprKind};
use super::eval::convert;
use super::eval::fault::{Fault, Outcome};
use crate::value::{Kind, Object, Value};

/// A type constraint.
#[derive(Debug)]
pub(super) enum Type {
    Any,
    Text,
    Number,
    Bool,
    List(Box<Type>),
    Set(Box<Type>),
    Map(Box<Type>),
    Tuple(Vec<Type>),
    Object(BTreeMap<Arc<str>, Field>),
}

/// An attribute of an object type.
#[derive(Debug)]
pub(super) struct Field {
    type_: Type,
    optional: bool,
    /// The default of `optional(type, default)`; only constants are possible there.
    default: Option<Constant>,
}

/// A default: the expression is evaluated where it is used.
#[derive(Debug)]
struct Constant(Value);

impl Type {
    /// The type that an expression names. What is not a type stands for any.
    pub(super) fn parse(expr: &Expr) -> Self {
        match &expr.kind {
            // Before Terraform 0.12 types were texts.
            ExprKind::Literal(Kind::String(name)) => match &**name {
                "list" => Self::List(Box::new(Self::Any)),
                "map" => Self::Map(Box::new(Self::Any)),
                name => Self::named(name),
            },
            ExprKind::Name(name, steps) if steps.is_empty() => Self::named(name),
            ExprKind::Call(call) => match (&*call.name, call.arguments.as_slice()) {
                ("list", [inner]) => Self::List(Box::new(Self::parse(inner))),
                ("set", [inner]) => Self::Set(Box::new(Self::parse(inner))),
                ("map", [inner]) => Self::Map(Box::new(Self::parse(inner))),
                ("optional", [inner, ..]) => Self::parse(inner),
                ("tuple", [inner]) => Self::tuple(inner),
                ("object", [inner]) => Self::object(inner),
                _ => Self::Any,
            },
            _ => Self::Any,
        }
    }

    fn named(name: &str) -> Self {
        match name {
            "string" => Self::Text,
            "number" => Self::Number,
            "bool" => Self::Bool,
            "list" => Self::List(Box::new(Self::Any)),
            "set" => Self::Set(Box::new(Self::Any)),
            "map" => Self::Map(Box::new(Self::Any)),
            _ => Self::Any,
        }
    }

    fn tuple(expr: &Expr) -> Self {
        match &expr.kind {
            ExprKind::Tuple(items) => Self::Tuple(items.iter().map(Self::parse).collect()),
            _ => Self::Any,
        }
    }

    fn object(expr: &Expr) -> Self {
        let ExprKind::Object(items) = &expr.kind else {
            return Self::Any;
        };
        let field = |item: &super::ast::Item| {
            let name: Arc<str> = item.key.as_str()?.into();
            Some((name, Field::parse(&item.value)))
        };
        Self::Object(items.iter().filter_map(field).collect())
    }

    /// Whether a value on the command line is taken as it stands, and not as an expression.
    pub(super) fn is_plain(&self, is_declared: bool) -> bool {
        matches!(self, Self::Text | Self::Number | Self::Bool) || !is_declared
    }

    /// A value as this type. What is unknown stays so.
    pub(super) fn convert(&self, value: Value) -> Outcome<Value> {
        if value.is_null() || value.is_unknown() {
            return Ok(value);
        }
        let trail = value.trail.clone();
        let kind = match self {
            Self::Any => return Ok(value),
            Self::Text => Kind::String(convert::text(&value)?),
            Self::Number => Kind::Number(convert::number(&value)?),
            Self::Bool => Kind::Bool(convert::boolean(&value)?),
            Self::List(inner) => Kind::List(inner.convert_all(&value)?.into()),
            Self::Set(inner) => {
                let values = inner.convert_all(&value)?;
                return Ok(super::functions::collection::set(&values).with_trail(trail));
            }
            Self::Tuple(types) => tuple(types, &value)?,
            Self::Map(inner) => inner.map(&value)?,
            Self::Object(fields) => object(fields, &value)?,
        };
        Ok(Value { kind, trail })
    }

    fn convert_all(&self, value: &Value) -> Outcome<Vec<Value>> {
        let values = convert::list(value)?;
        values
            .iter()
            .map(|value| self.convert(value.clone()))
            .collect()
    }

    fn map(&self, value: &Value) -> Outcome<Kind> {
        let object = value
            .as_object()
            .ok_or_else(|| convert::no(value, "a map"))?;
        let mut result = Object {
            rest: object.rest.clone(),
            ..Object::default()
        };
        for (name, value) in object.entries.iter() {
            result
                .entries
                .insert(name.clone(), self.convert(value.clone())?);
        }
        Ok(Kind::Object(Arc::new(result)))
    }
}

impl Field {
    fn parse(expr: &Expr) -> Self {
        let (optional, default) = match &expr.kind {
            ExprKind::Call(call) if &*call.name == "optional" => (true, call.arguments.get(1)),
            _ => (false, None),
        };
        Self {
            type_: Type::parse(expr),
            optional,
            default: default.and_then(constant).map(Constant),
        }
    }
}

/// The value of an expression without references.
fn constant(expr: &Expr) -> Option<Value> {
    let kind = match &expr.kind {
        ExprKind::Literal(kind) => kind.clone(),
        ExprKind::Tuple(items) => Kind::List(items.iter().map(constant).collect::<Option<_>>()?),
        ExprKind::Object(items) => {
            let entries = items
                .iter()
                .map(|item| Some((item.key.as_str()?.to_owned(), constant(&item.value)?)));
            Kind::Object(Arc::new(entries.collect::<Option<Object>>()?))
        }
        ExprKind::Call(call) if call.arguments.len() == 1 => {
            return match &*call.name {
                "tomap" | "tolist" | "toset" | "tostring" => constant(&call.arguments[0]),
                _ => None,
            };
        }
        _ => return None,
    };
    Some(Value::new(kind))
}

fn tuple(types: &[Type], value: &Value) -> Outcome<Kind> {
    let values = convert::list(value)?;
    if values.len() != types.len() {
        return Err(Fault::error(format!("a list of {} is needed", types.len())));
    }
    let pairs = types.iter().zip(values.iter());
    let values: Outcome<Vec<_>> = pairs
        .map(|(type_, value)| type_.convert(value.clone()))
        .collect();
    Ok(Kind::List(values?.into()))
}

fn object(fields: &BTreeMap<Arc<str>, Field>, value: &Value) -> Outcome<Kind> {
    let object = value
        .as_object()
        .ok_or_else(|| convert::no(value, "an object"))?;
    let mut result = Object::default();
    for (name, field) in fields {
        let given = object.get(name);
        let value = match (given, &field.default) {
            (Some(given), None) => given,
            (Some(given), Some(_)) if !given.is_null() => given,
            (_, Some(default)) => default.0.clone().with_trail(value.trail.clone()),
            (None, None) if field.optional => Value::null().with_trail(value.trail.clone()),
            (None, None) => return Err(Fault::error(format!("attribute `{name}` is missing"))),
        };
        result
            .entries
            .insert(name.clone(), field.type_.convert(value)?);
    }
    Ok(Kind::Object(Arc::new(result)))
}
