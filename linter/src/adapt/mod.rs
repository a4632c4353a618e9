//! From instances of resource types to the estate: one file per provider.
//!
//! First every instance becomes an object, then references are followed: an id that is known leads
//! to the object that has it, an id that is not known carries the name of the attribute that it
//! will be (`azapi_resource.policy.output.properties.systemId`). So references work across
//! providers, in sources as in plans. Nothing is guessed: what leads nowhere stays unknown.

mod azapi;
mod azapi_update;
mod azurerm;
mod builder;
mod declaration;
mod fields;
mod header;
mod ids;
mod inventory;
mod json_text;
mod powerplatform;
mod ppcmk;
mod references;
mod symbol;
mod types;

use ppcmk_coverage::Geo;
use ppcmk_coverage::estate::{Date, Estate, EstateScope, Requirement};

use crate::source::inventory::Inventory;
use crate::source::{Instance, Mode, Reading};

use builder::Builder;

pub use types::is_understood;

/// What a run knows about the estate besides its sources and its plan.
#[derive(Default)]
pub struct Settings<'a> {
    /// The inventory.
    pub inventory: Option<&'a Inventory>,
    /// Whether the configuration says that the environment of this address must be under
    /// customer-managed keys.
    pub requirement: Option<&'a dyn Fn(&str) -> Requirement>,
    /// Geos in which data may live. Empty: not configured.
    pub allowed_geos: Vec<Geo>,
    /// The day that counts as today.
    pub today: Option<Date>,
}

/// Makes an estate of what was read.
pub fn estate(reading: &Reading, settings: &Settings<'_>) -> Estate {
    let mut builder = Builder::new(reading);
    // A data source may read back what a resource makes, so resources come first.
    for mode in [Mode::Managed, Mode::Data] {
        for instance in reading.instances.iter().filter(|it| it.mode == mode) {
            add(&mut builder, instance);
        }
    }
    for instance in &reading.instances {
        azapi_update::apply(&mut builder, instance);
    }
    if let Some(inventory) = settings.inventory {
        inventory::add(&mut builder, inventory);
    }
    let mut estate = builder.finish();
    estate.order = reading.order.clone();
    estate.scope = EstateScope {
        has_changes: reading.has_changes,
        has_sources: reading.has_sources,
        unseen: reading.unseen.clone(),
        allowed_geos: settings.allowed_geos.clone(),
        today: settings.today,
    };
    apply_requirements(&mut estate, settings);
    estate
}

fn add<'a>(builder: &mut Builder<'a>, instance: &'a Instance) {
    let family = instance.type_name.split('_').next().unwrap_or_default();
    match family {
        "ppcmk" => ppcmk::add(builder, instance),
        "powerplatform" => powerplatform::add(builder, instance),
        "azurerm" => azurerm::add(builder, instance),
        "azapi" => azapi::add(builder, instance),
        _ => {}
    }
}

/// The configuration's word about environments wins over declarations and inventories.
fn apply_requirements(estate: &mut Estate, settings: &Settings<'_>) {
    let Some(requirement) = settings.requirement else {
        return;
    };
    let handles: Vec<_> = estate
        .all_environments()
        .map(|(handle, environment)| (handle, requirement(&environment.header.address)))
        .collect();
    for (handle, requirement) in handles {
        if requirement != Requirement::Unstated {
            estate[handle].requirement = requirement;
        }
    }
}

#[cfg(test)]
mod bodies;
#[cfg(test)]
mod changes;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod traps;
