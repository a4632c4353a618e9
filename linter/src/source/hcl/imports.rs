//! `import` blocks: the ids of objects that exist already.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::Arc;

use super::ast::{Expr, ExprKind, Step};
use super::eval::{Scope, convert};
use super::world::World;
use crate::source::InstanceKey;
use crate::value::{Kind, Value};

impl World<'_> {
    /// The ids, by the address of the instance. Only the root module imports.
    pub(super) fn imports(&self) -> HashMap<Arc<str>, Value> {
        let root = self.module(0);
        let mut ids = HashMap::new();
        for block in &root.content.imports {
            // An identity is no id, and says as well that the object exists.
            let id = block.body.expr("id").or(block.body.expr("identity"));
            let (Some(to), Some(id)) = (block.body.expr("to"), id) else {
                continue;
            };
            let expansion = self.expansion(block, &root);
            for slot in 0..expansion.slots.len() {
                self.with_slot(&expansion, slot, Scope::of(&root), |scope| {
                    if let Some(address) = self.address(to, scope) {
                        ids.insert(address, self.eval(id, scope));
                    }
                });
            }
        }
        ids
    }

    /// The address that an expression spells, if its keys are known.
    fn address(&self, expr: &Expr, scope: Scope<'_>) -> Option<Arc<str>> {
        let ExprKind::Name(name, steps) = &expr.kind else {
            return None;
        };
        let mut address = name.to_string();
        for step in steps {
            let written = match step {
                Step::Attribute(name) => write!(address, ".{name}"),
                Step::OldIndex(index) => write!(address, "[{index}]"),
                Step::Index(index) => {
                    write!(address, "{}", key(&self.eval(index, scope))?)
                }
                Step::AttributeSplat | Step::FullSplat => return None,
            };
            written.ok()?;
        }
        Some(address.into())
    }
}

fn key(index: &Value) -> Option<InstanceKey> {
    if let Kind::String(name) = &index.kind {
        return Some(InstanceKey::Name(name.clone()));
    }
    let index = convert::whole(index).ok()?;
    u64::try_from(index).ok().map(InstanceKey::Index)
}
