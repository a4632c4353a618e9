//! States in the shape of `terraform show -json`, also inside of plans.

use std::sync::Arc;

use ppcmk_coverage::estate::{Action, Change, Existence, Fact, Order};

use super::address::{split_modules, steps, without_keys};
use super::document::{StateDocument, StateModule, StateResource, is_kept};
use super::instances::{calls, mode};
use super::values::{Interner, Path, build_plain};
use crate::adapt::is_understood;
use crate::source::encoded::Document;
use crate::source::{InputError, Instance, Mode};
use crate::value::Value;

/// The instances of a state whose addresses are wanted. What all of them depend on goes into the
/// order.
pub(super) fn read(
    document: Document<'_>,
    interner: &Interner,
    state: StateDocument<'_>,
    order: &mut Order,
    is_wanted: &dyn Fn(&str) -> bool,
) -> Result<Vec<Instance>, InputError> {
    let mut instances = Vec::new();
    let mut modules: Vec<StateModule<'_>> = Vec::new();
    modules.extend(state.values.and_then(|values| values.root_module));
    while let Some(module) = modules.pop() {
        for resource in module.resources.into_iter().flatten() {
            add_order(order, &resource);
            let is_whole = resource.deposed_key.is_none();
            let is_kept = is_kept(resource.mode.as_deref()) && is_understood(&resource.type_name);
            if is_kept && is_whole && is_wanted(&resource.address) {
                instances.push(instance(document, interner, &resource)?);
            }
        }
        modules.extend(module.child_modules.into_iter().flatten());
    }
    Ok(instances)
}

fn add_order(order: &mut Order, resource: &StateResource<'_>) {
    let later = order.node(&without_keys(&resource.address));
    for dependency in resource.depends_on.iter().flatten() {
        let earlier = order.node(&without_keys(dependency));
        order.after(later, earlier);
    }
}

fn instance(
    document: Document<'_>,
    interner: &Interner,
    resource: &StateResource<'_>,
) -> Result<Instance, InputError> {
    let path = Path::Root(&resource.address);
    let build = build_plain(
        interner,
        &path,
        &resource.sensitive_values,
        Some(&resource.type_name),
    );
    let values = match resource.values {
        Some(raw) => document.build(raw, build)?,
        None => build.without_values(),
    };
    let mut instance = plain(&resource.address, mode(resource.mode.as_deref()), values);
    instance.type_name = interner.text(&resource.type_name);
    instance.key = resource.index.as_ref().map(|index| index.0.clone());
    Ok(instance)
}

/// An instance that is there, of which nothing but its address and values is known.
pub(super) fn plain(address: &str, mode: Mode, values: Value) -> Instance {
    let steps = steps(address);
    let (modules, _) = split_modules(&steps);
    Instance {
        address: address.into(),
        block: without_keys(address),
        mode,
        type_name: Arc::default(),
        key: None,
        values,
        before: None,
        location: None,
        extent: None,
        calls: calls(&modules),
        existence: Existence::Certain,
        change: None,
        prevent_destroy: Fact::default(),
        import_id: None,
    }
}

/// An instance that a plan leaves alone.
pub(super) fn unchanged(mut instance: Instance) -> Instance {
    if instance.mode == Mode::Managed {
        instance.change = Some(Change::new(Action::NoOp));
        instance.before = Some(instance.values.clone());
    }
    instance
}
