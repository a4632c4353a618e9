//! Module calls: the instances of the module that is called.

use std::rc::Rc;
use std::sync::Arc;

use ppcmk_coverage::estate::{Existence, Reason, Step, Unknown};

use super::config::{Child, join};
use super::module::{Called, Caller, Expansion, Instance, Slot};
use super::world::World;

impl World<'_> {
    /// The instances of a module call.
    pub(super) fn called(&self, module: &Instance, at: usize) -> Called {
        let call = &module.content.calls[at];
        let expansion = Rc::new(self.expansion(&call.block, module));
        let node = match self.child(module, at) {
            Some(Child::Module(node)) => *node,
            Some(Child::Unseen(unknown)) => return Called::unseen(expansion, unknown.clone()),
            None => {
                let path = join(&module.path, &format!("module.{}", call.name));
                let unknown = Unknown::new(Reason::RemoteModule(path));
                return Called::unseen(expansion, Arc::new(unknown));
            }
        };
        let instances = (0..expansion.slots.len())
            .map(|slot| self.instance(module, at, &expansion, slot, node))
            .collect();
        Called {
            expansion,
            instances,
            unseen: None,
        }
    }

    fn instance(
        &self,
        module: &Instance,
        call: usize,
        expansion: &Rc<Expansion>,
        slot: usize,
        node: usize,
    ) -> usize {
        let definition = &module.content.calls[call];
        let Slot { key, existence, .. } = &expansion.slots[slot];
        let mut name = format!("module.{}", definition.name);
        let path = join(&module.path, &name);
        if let Some(key) = key {
            name = format!("{name}{key}");
        }
        let node_content = self.config.nodes[node].content.clone();
        let id = self.modules.borrow().len();
        let address = join(&module.address, &name);
        let mut instance = Instance::new(id, node, node_content, address, path.clone());
        instance.existence = both(&module.existence, existence);
        instance.calls.clone_from(&module.calls);
        instance.calls.push(Step {
            label: path,
            location: Some(self.texts.location(definition.block.header)),
        });
        instance.caller = Some(Caller {
            instance: module.id,
            call,
            expansion: expansion.clone(),
            slot,
        });
        self.modules.borrow_mut().push(Rc::new(instance));
        id
    }
}

/// Whether something exists that is a part of something else.
pub(super) fn both(outer: &Existence, inner: &Existence) -> Existence {
    match (outer, inner) {
        (Existence::Certain, inner) => inner.clone(),
        (outer, _) => outer.clone(),
    }
}

impl Called {
    fn unseen(expansion: Rc<Expansion>, unknown: Arc<Unknown>) -> Self {
        Self {
            expansion,
            instances: Vec::new(),
            unseen: Some(unknown),
        }
    }
}
