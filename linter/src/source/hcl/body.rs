//! The values of resources: their arguments, and their nested blocks as lists of objects.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use ppcmk_coverage::estate::{Reason, Unknown};

use super::ast::{Block, Body};
use super::content::is_meta;
use super::eval::reference::address_of;
use super::eval::{Names, Scope};
use super::module::{Expanded, Instance};
use super::refs::root_name;
use super::world::World;
use crate::source::Mode;
use crate::value::{Kind, Object, Value};

/// Whose body it is.
#[derive(Clone, Copy)]
struct Owner<'o> {
    mode: Mode,
    /// The instance's address, and the way in it.
    symbol: &'o str,
    /// The block of the resource itself, with Terraform's own arguments.
    is_outermost: bool,
}

impl World<'_> {
    /// The instances of a resource, with their values.
    pub(super) fn expand(&self, module: &Instance, at: usize) -> Expanded {
        let resource = &module.content.resources[at];
        let expansion = match module.expansions[at].get() {
            Some(expansion) => expansion,
            None => Rc::new(self.expansion(&resource.block, module)),
        };
        let block = address_of(module, &resource.local_address());
        let values: Vec<Value> = (0..expansion.slots.len())
            .map(|slot| {
                let address = match &expansion.slots[slot].key {
                    Some(key) => format!("{block}{key}"),
                    None => block.to_string(),
                };
                let owner = Owner {
                    mode: resource.mode,
                    symbol: &address,
                    is_outermost: true,
                };
                let values = self.with_slot(&expansion, slot, Scope::of(module), |scope| {
                    self.body(&resource.block.body, owner, scope)
                });
                let values = self.at(values, resource.block.header);
                if self
                    .bounded(values.clone(), resource.block.header)
                    .is_unknown()
                {
                    // Its attributes are as unknown as those of any provider.
                    let rest = Some(Arc::new(computed(resource.mode, &address)));
                    let object = Object {
                        rest,
                        ..Object::default()
                    };
                    return Value::object(object).with_trail(values.trail);
                }
                values
            })
            .collect();
        let reference = self.collect(block, &expansion, &values);
        Expanded { values, reference }
    }

    fn body(&self, body: &Body, owner: Owner<'_>, scope: Scope<'_>) -> Value {
        let mut object = Object {
            rest: Some(Arc::new(computed(owner.mode, owner.symbol))),
            ..Object::default()
        };
        for attribute in &body.attributes {
            if owner.is_outermost && is_meta(&attribute.name, false) {
                continue;
            }
            let value = self.eval(&attribute.expr, scope);
            object.entries.insert(attribute.name.clone(), value);
        }
        self.blocks(body, owner, scope, &mut object);
        Value::object(object)
    }

    fn blocks(&self, body: &Body, owner: Owner<'_>, scope: Scope<'_>, object: &mut Object) {
        let mut lists: BTreeMap<Arc<str>, (Vec<Value>, Option<Value>)> = BTreeMap::new();
        for block in &body.blocks {
            if owner.is_outermost && is_meta(&block.kind, false) {
                continue;
            }
            if &*block.kind == "dynamic" {
                if let Some(kind) = block.label(0) {
                    let (values, unknown) = lists.entry(kind.clone()).or_default();
                    if let Err(value) = self.dynamic(block, kind, owner, scope, values) {
                        *unknown = Some(value);
                    }
                }
            } else {
                let (values, _) = lists.entry(block.kind.clone()).or_default();
                values.push(self.nested(block, &block.kind, values.len(), owner, scope));
            }
        }
        for (kind, (values, unknown)) in lists {
            let place = values.first().map(|value| value.trail.clone());
            let list = Value::list(values).with_trail(place.unwrap_or_default());
            object.entries.insert(kind, unknown.unwrap_or(list));
        }
    }

    fn nested(
        &self,
        block: &Block,
        kind: &str,
        index: usize,
        owner: Owner<'_>,
        scope: Scope<'_>,
    ) -> Value {
        let symbol = format!("{}.{kind}[{index}]", owner.symbol);
        let inner = Owner {
            symbol: &symbol,
            is_outermost: false,
            ..owner
        };
        let value = self.body(&block.body, inner, scope);
        self.at(value, block.header)
    }

    /// Adds the blocks that a `dynamic` block makes; an unknown value, if nobody knows which.
    fn dynamic(
        &self,
        block: &Block,
        kind: &Arc<str>,
        owner: Owner<'_>,
        scope: Scope<'_>,
        values: &mut Vec<Value>,
    ) -> Result<(), Value> {
        let (Some(for_each), Some(content)) =
            (block.body.expr("for_each"), block.body.block("content"))
        else {
            return Err(self.invalid("`dynamic` needs `for_each` and `content`", block.header));
        };
        let collection = self.eval(for_each, scope);
        let elements = self.elements(&collection).map_err(|fault| {
            let value = fault.into_value();
            self.at(value, for_each.span)
        })?;
        let iterator = block.body.expr("iterator").and_then(root_name);
        let iterator = iterator.unwrap_or_else(|| kind.clone());
        let is_list = matches!(collection.kind, Kind::List(_));
        for (key, value) in elements {
            // The key of an element of a set is the element; a list has indexes, which nobody uses
            // on a set.
            let key = if is_list && value.as_str().is_some() {
                value.clone()
            } else {
                key
            };
            let object: Object = [("key", key), ("value", value)].into_iter().collect();
            let names = Names {
                name: &iterator,
                value: Value::object(object),
                outer: scope.names,
            };
            let scope = scope.with(&names);
            values.push(self.nested(content, kind, values.len(), owner, scope));
        }
        Ok(())
    }
}

/// What nobody wrote down, and the provider knows.
pub(super) fn computed(mode: Mode, symbol: &str) -> Unknown {
    let symbol: Arc<str> = symbol.into();
    Unknown {
        reason: match mode {
            Mode::Managed => Reason::Computed(symbol.clone()),
            Mode::Data => Reason::DataSource(symbol.clone()),
        },
        symbol: Some(symbol),
    }
}
