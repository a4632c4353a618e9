//! What all objects of an estate have in common, from an instance.

use ppcmk_coverage::estate::{Action, Change, Fact, Header, Management};

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
        change: instance.change.clone().or_else(|| imported(instance)),
        prevent_destroy: instance.prevent_destroy.clone(),
    }
}

/// What an `import` block names exists already. Sources do not say what else happens to it.
fn imported(instance: &Instance) -> Option<Change> {
    instance.import_id.as_ref()?;
    Some(Change {
        is_import: true,
        ..Change::new(Action::NoOp)
    })
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

/// The id of an object, in lower case: its own, or the one that an `import` block says it has.
pub(super) fn own_id(instance: &Instance, fields: &Fields) -> Fact<String> {
    let own = id(fields, "id");
    let imported = instance.import_id.as_ref().and_then(|id| id.as_str());
    match imported {
        Some(imported) if own.value().is_none() => Fact::value_at(normalised(imported), own.origin),
        _ => own,
    }
}

/// An id, in lower case.
pub(super) fn id(fields: &Fields, name: &str) -> Fact<String> {
    fields.text(name).map(|id| normalised(&id))
}

fn normalised(id: &str) -> String {
    id.trim_end_matches('/').to_ascii_lowercase()
}
