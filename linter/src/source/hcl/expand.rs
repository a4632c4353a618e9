//! `count`, `for_each` and `enabled`: which instances a block has.

use std::sync::Arc;

use ppcmk_coverage::estate::{Existence, Unknown};

use super::ast::{Block, Expr, ExprKind};
use super::eval::{Names, Scope, convert, reason_of};
use super::module::{Expansion, Instance, Shape, Slot};
use super::world::World;
use crate::source::InstanceKey;
use crate::value::{Kind, Number, Object, Value};

/// How many instances a block may have.
const MOST: usize = 100_000;

/// Possible values of an expression whose condition is not known.
type Alternatives<'e> = Option<(Value, &'e Expr, &'e Expr)>;

impl World<'_> {
    /// The instances of a resource's or a module call's block.
    pub(super) fn expansion(&self, block: &Block, module: &Instance) -> Expansion {
        let scope = Scope::of(module);
        let mut expansion = if let Some(count) = block.body.expr("count") {
            self.count(count, scope)
        } else if let Some(for_each) = block.body.expr("for_each") {
            self.for_each(for_each, scope)
        } else {
            Expansion::single(self.enabled(block, scope))
        };
        let written = block.body.expr("count").or(block.body.expr("for_each"));
        expansion.span = written.map(|expr| expr.span);
        let room = expansion.slots.len() <= MOST && self.take_instances(expansion.slots.len());
        if !room {
            let place = self.texts.location(block.header);
            self.problem("there are too many instances to look at each", Some(place));
            let text = "there are too many instances".into();
            let reason = ppcmk_coverage::estate::Reason::Expression(text);
            expansion = Expansion::unknown(expansion.shape, Arc::new(Unknown::new(reason)), None);
        }
        expansion
    }

    /// OpenTofu's `enabled`: an unknown one means that the block may be there.
    fn enabled(&self, block: &Block, scope: Scope<'_>) -> Option<Existence> {
        let lifecycle = block.body.block("lifecycle");
        let Some(enabled) = lifecycle.and_then(|inner| inner.body.expr("enabled")) else {
            return Some(Existence::Certain);
        };
        let value = self.eval(enabled, scope);
        match convert::boolean(&value) {
            Ok(true) => Some(Existence::Certain),
            Ok(false) => None,
            Err(_) => Some(possible(&reason_of(&value, "a bool"))),
        }
    }

    fn count(&self, expr: &Expr, scope: Scope<'_>) -> Expansion {
        let value = self.eval(expr, scope);
        match count_of(&value) {
            Ok(count) => Expansion::counted(count, count, None),
            Err(unknown) => {
                let Some((condition, then, otherwise)) = self.alternatives(expr, scope) else {
                    return Expansion::unknown(Shape::Count, unknown, None);
                };
                let (then, otherwise) = (self.eval(then, scope), self.eval(otherwise, scope));
                match (count_of(&then), count_of(&otherwise)) {
                    (Ok(one), Ok(other)) => {
                        let unknown = reason_of(&condition, "a bool");
                        Expansion::counted(one.min(other), one.max(other), Some(unknown))
                    }
                    _ => Expansion::unknown(Shape::Count, unknown, None),
                }
            }
        }
    }

    fn for_each(&self, expr: &Expr, scope: Scope<'_>) -> Expansion {
        let value = self.eval(expr, scope);
        match keys_of(&value) {
            Ok(keys) => Expansion::keyed(keys, None),
            Err(unknown) => {
                if let Some((condition, then, otherwise)) = self.alternatives(expr, scope) {
                    let (then, otherwise) = (self.eval(then, scope), self.eval(otherwise, scope));
                    if let (Ok(one), Ok(other)) = (keys_of(&then), keys_of(&otherwise)) {
                        return Expansion::either(one, other, &reason_of(&condition, "a bool"));
                    }
                }
                let any = Value::unknown(unknown.reason.clone());
                let element = self.element_of_unknown(&unknown, &any);
                Expansion::unknown(Shape::ForEach, unknown, Some(element))
            }
        }
    }

    /// The branches of a conditional whose condition is not known, also inside of `toset(...)`.
    fn alternatives<'e>(&self, expr: &'e Expr, scope: Scope<'_>) -> Alternatives<'e> {
        match &expr.kind {
            ExprKind::Conditional(parts) => {
                let [condition, then, otherwise] = &**parts;
                let condition = self.eval(condition, scope);
                condition
                    .is_unknown()
                    .then_some((condition, then, otherwise))
            }
            ExprKind::Call(call) => match (&*call.name, call.arguments.as_slice()) {
                ("toset" | "tomap" | "nonsensitive", [inner]) => self.alternatives(inner, scope),
                _ => None,
            },
            _ => None,
        }
    }

    /// Runs `body` with `each` or `count` of an instance.
    pub(super) fn with_slot<T>(
        &self,
        expansion: &Expansion,
        slot: usize,
        scope: Scope<'_>,
        body: impl FnOnce(Scope<'_>) -> T,
    ) -> T {
        let Some(slot) = expansion.slots.get(slot) else {
            return body(scope);
        };
        let unknown = || match &expansion.open {
            Some(unknown) => Value::unknown(unknown.reason.clone()),
            None => Value::null(),
        };
        let (name, object): (_, Object) = match (expansion.shape, &slot.key) {
            (Shape::Single, _) | (_, None) => return body(scope),
            (Shape::Count, key) => {
                let index = match key {
                    Some(InstanceKey::Index(index)) => {
                        let index = i64::try_from(*index).unwrap_or(i64::MAX);
                        Value::new(Kind::Number(Number::Int(index)))
                    }
                    _ => unknown(),
                };
                ("count", [("index", index)].into_iter().collect())
            }
            (Shape::ForEach, key) => {
                let value = slot.value.clone().unwrap_or_else(unknown);
                let key = match key {
                    Some(InstanceKey::Name(name)) => {
                        Value::string(name.clone()).with_trail(value.trail.clone())
                    }
                    _ => unknown(),
                };
                (
                    "each",
                    [("key", key), ("value", value)].into_iter().collect(),
                )
            }
        };
        let mut value = Value::object(object);
        if let Some(span) = expansion.span {
            value = self.at(value, span);
        }
        let names = Names {
            name,
            value,
            outer: scope.names,
        };
        body(scope.with(&names))
    }
}

fn possible(unknown: &Arc<Unknown>) -> Existence {
    Existence::Possible(Unknown::clone(unknown))
}

fn count_of(value: &Value) -> Result<usize, Arc<Unknown>> {
    let whole = convert::whole(value).ok();
    whole
        .and_then(|count| usize::try_from(count).ok())
        .ok_or_else(|| reason_of(value, "a whole number"))
}

/// The keys and values of a `for_each`, sorted.
fn keys_of(value: &Value) -> Result<Vec<(Arc<str>, Value)>, Arc<Unknown>> {
    match &value.kind {
        Kind::Object(object) => match &object.rest {
            Some(rest) => Err(rest.clone()),
            None => Ok(object
                .entries
                .iter()
                .map(|(key, value)| (key.clone(), value.clone()))
                .collect()),
        },
        Kind::List(values) => {
            let mut keys = Vec::with_capacity(values.len());
            for value in values.iter() {
                let key = convert::text(value).map_err(|_| reason_of(value, "a text"))?;
                keys.push((key.clone(), value.clone()));
            }
            keys.sort_by(|(one, _), (other, _)| one.cmp(other));
            keys.dedup_by(|(one, _), (other, _)| one == other);
            Ok(keys)
        }
        _ => Err(reason_of(value, "a map or a set of texts")),
    }
}

impl Expansion {
    fn single(existence: Option<Existence>) -> Self {
        let slots = existence.into_iter().map(|existence| Slot {
            key: None,
            value: None,
            existence,
        });
        Self {
            shape: Shape::Single,
            slots: slots.collect(),
            open: None,
            span: None,
        }
    }

    /// `certain` instances, and up to `most` possible ones.
    fn counted(certain: usize, most: usize, unknown: Option<Arc<Unknown>>) -> Self {
        // One more than is allowed is enough to notice.
        let slots = (0..most.min(MOST + 1)).map(|index| Slot {
            key: Some(InstanceKey::Index(index as u64)),
            value: None,
            existence: match &unknown {
                Some(unknown) if index >= certain => possible(unknown),
                _ => Existence::Certain,
            },
        });
        Self {
            shape: Shape::Count,
            slots: slots.collect(),
            open: unknown,
            span: None,
        }
    }

    fn keyed(keys: Vec<(Arc<str>, Value)>, unknown: Option<Arc<Unknown>>) -> Self {
        let slots = keys.into_iter().map(|(key, value)| Slot {
            key: Some(InstanceKey::Name(key)),
            value: Some(value),
            existence: unknown.as_ref().map_or(Existence::Certain, possible),
        });
        Self {
            shape: Shape::ForEach,
            slots: slots.collect(),
            open: unknown,
            span: None,
        }
    }

    /// One of two sets of keys. The value of a key that is in both is known where it is the same.
    fn either(
        one: Vec<(Arc<str>, Value)>,
        other: Vec<(Arc<str>, Value)>,
        unknown: &Arc<Unknown>,
    ) -> Self {
        let mut other: std::collections::BTreeMap<_, _> = other.into_iter().collect();
        let mut slots = Vec::new();
        for (key, value) in one {
            let (value, existence) = match other.remove(&key) {
                Some(second) => {
                    let value = super::eval::equal::either(value, &second, &unknown.reason);
                    (value, Existence::Certain)
                }
                None => (value, possible(unknown)),
            };
            slots.push((key, value, existence));
        }
        slots.extend(
            other
                .into_iter()
                .map(|(key, value)| (key, value, possible(unknown))),
        );
        slots.sort_by(|one, other| one.0.cmp(&other.0));
        let is_open = slots.iter().any(|slot| slot.2 != Existence::Certain);
        Self {
            shape: Shape::ForEach,
            slots: slots
                .into_iter()
                .map(|(key, value, existence)| Slot {
                    key: Some(InstanceKey::Name(key)),
                    value: Some(value),
                    existence,
                })
                .collect(),
            open: is_open.then(|| unknown.clone()),
            span: None,
        }
    }

    /// One possible instance that stands for all.
    fn unknown(shape: Shape, unknown: Arc<Unknown>, value: Option<Value>) -> Self {
        Self {
            shape,
            slots: vec![Slot {
                key: Some(InstanceKey::Unknown),
                value,
                existence: possible(&unknown),
            }],
            open: Some(unknown),
            span: None,
        }
    }
}
