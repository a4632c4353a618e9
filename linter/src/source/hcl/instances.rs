//! All instances of a configuration.

use std::rc::Rc;
use std::sync::Arc;

use ppcmk_coverage::estate::{Fact, Known, Origin};

use super::ast::Block;
use super::body::computed;
use super::calls::both;
use super::config::join;
use super::content::Resource;
use super::eval::reference::address_of;
use super::eval::{Scope, convert, reason_of};
use super::module;
use super::schedule::{Task, What};
use super::world::World;
use crate::source::Instance;
use crate::value::{Object, Value};

/// Types whose values somebody looks at. Of all others the instances are enough, unless something
/// refers to them.
const OF_INTEREST: [&str; 4] = ["ppcmk_", "powerplatform_", "azurerm_", "azapi_"];

impl World<'_> {
    /// Evaluates everything of interest, and gives the instances, sorted by address.
    pub(super) fn instances(&self) -> Vec<Instance> {
        let root = self.config.nodes[0].content.clone();
        let root = module::Instance::new(0, 0, root, "".into(), "".into());
        self.modules.borrow_mut().push(Rc::new(root));
        let mut instances = Vec::new();
        let mut next = 0;
        // Calls add modules while this goes on.
        while next < self.modules.borrow().len() {
            let module = self.module(next);
            self.visit(&module, &mut instances);
            next += 1;
        }
        let imports = self.imports();
        for instance in &mut instances {
            instance.import_id = imports.get(&instance.address).cloned();
        }
        // Instances are large, and each is moved once.
        instances.sort_by_cached_key(|one: &Instance| one.address.clone());
        instances
    }

    fn visit(&self, module: &Rc<module::Instance>, instances: &mut Vec<Instance>) {
        let ensure = |what| {
            self.ensure(Task {
                module: module.clone(),
                what,
            });
        };
        for at in 0..module.content.calls.len() {
            ensure(What::Call(at));
        }
        for (at, resource) in module.content.resources.iter().enumerate() {
            let of_interest = OF_INTEREST
                .iter()
                .any(|prefix| resource.type_name.starts_with(prefix));
            ensure(if of_interest {
                What::Resource(at)
            } else {
                What::Expansion(at)
            });
            self.add_instances(module, at, resource, instances);
        }
    }

    fn add_instances(
        &self,
        module: &module::Instance,
        at: usize,
        resource: &Resource,
        instances: &mut Vec<Instance>,
    ) {
        let Some(expansion) = module.expansions[at].get() else {
            return;
        };
        let expanded = module.resources[at].get();
        let name = resource.local_address();
        let address = address_of(module, &name);
        let block = join(&module.path, &name);
        let guard = self.prevent_destroy(module, &resource.block);
        for (index, slot) in expansion.slots.iter().enumerate() {
            let address: Arc<str> = match &slot.key {
                Some(key) => format!("{address}{key}").into(),
                None => address.clone(),
            };
            let values = expanded
                .as_ref()
                .and_then(|expanded| expanded.values.get(index));
            let values = values.cloned().unwrap_or_else(|| {
                Value::object(Object {
                    rest: Some(Arc::new(computed(resource.mode, &address))),
                    ..Object::default()
                })
            });
            instances.push(Instance {
                address,
                block: block.clone(),
                mode: resource.mode,
                type_name: resource.type_name.clone(),
                key: slot.key.clone(),
                values,
                before: None,
                location: Some(self.texts.location(resource.block.header)),
                extent: Some(self.texts.location(resource.block.span)),
                calls: module.calls.clone(),
                existence: both(&module.existence, &slot.existence),
                change: None,
                prevent_destroy: guard.clone(),
                import_id: None,
            });
        }
    }

    fn prevent_destroy(&self, module: &module::Instance, block: &Block) -> Fact<bool> {
        let lifecycle = block.body.block("lifecycle");
        let attribute = lifecycle.and_then(|inner| inner.body.attribute("prevent_destroy"));
        let Some(attribute) = attribute else {
            return Fact::absent_at(Origin::at_location(self.texts.location(block.header)));
        };
        let value = self.eval(&attribute.expr, Scope::of(module));
        let origin = value.trail.origin(Some("lifecycle.prevent_destroy".into()));
        let known = match convert::boolean(&value) {
            Ok(value) => Known::Value(value),
            Err(_) if value.is_null() => Known::Absent,
            Err(_) => Known::Unknown((*reason_of(&value, "a bool")).clone()),
        };
        Fact { known, origin }
    }
}
