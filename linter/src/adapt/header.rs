//! What all objects of an estate have in common, from an instance.

use ppcmk_coverage::estate::{Header, Management};

use crate::source::{Instance, Mode};

use super::fields::Fields;

/// The header of the object that an instance becomes.
pub(super) fn header(instance: &Instance) -> Header {
    Header {
        address: instance.address.clone(),
        block: instance.block.clone(),
        location: instance.location.clone(),
        calls: instance.calls.clone(),
        management: match instance.mode {
            Mode::Managed => Management::Here,
            Mode::Data => Management::DataSource,
        },
        existence: instance.existence.clone(),
        change: instance.change.clone(),
        prevent_destroy: instance.prevent_destroy.clone(),
    }
}

/// The attributes of an instance.
pub(super) fn fields(instance: &Instance) -> Fields {
    Fields::of(
        &instance.values,
        instance.location.as_ref(),
        instance.mode == Mode::Data,
    )
}

/// What the plan says the attributes were before.
pub(super) fn fields_before(instance: &Instance) -> Option<Fields> {
    let before = instance.before.as_ref()?;
    Some(Fields::of(before, None, true))
}
