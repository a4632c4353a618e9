//! Microsoft's provider for Power Platform: `powerplatform_*`.
//!
//! `powerplatform_enterprise_policy` is an assignment: it links an environment to a policy that
//! something else makes (CMK facts 3, "existing provider").

use ppcmk_coverage::estate::{Assignment, Environment, Fact, Unknown};
use ppcmk_coverage::{EnvironmentLocation, EnvironmentSku, PolicyKind};

use crate::source::{Instance, Mode};

use super::builder::Builder;
use super::fields::{Fields, Nested, text};
use super::header::{fields, header, own_id};
use super::symbol;

/// What Microsoft's provider writes for "no environment group".
const NO_GROUP: &str = "00000000-0000-0000-0000-000000000000";

pub(super) fn add<'a>(builder: &mut Builder<'a>, instance: &'a Instance) {
    match (instance.mode, &*instance.type_name) {
        (Mode::Managed, "powerplatform_environment") => environment(builder, instance),
        (Mode::Managed, "powerplatform_managed_environment") => {
            let environment = fields(instance).reference("environment_id");
            builder.add_managed_environment(header(instance), environment);
        }
        (Mode::Managed, "powerplatform_enterprise_policy") => assignment(builder, instance),
        (Mode::Data, "powerplatform_environments") => environments(builder, instance),
        _ => {}
    }
}

fn environment(builder: &mut Builder<'_>, instance: &Instance) {
    let fields = fields(instance);
    let mut environment = Environment::new(header(instance));
    environment.id = own_id(instance, &fields);
    environment.display_name = fields.text("display_name");
    environment.location = fields.fact("location", |value| {
        text(value).map(|name| EnvironmentLocation::new(&name))
    });
    environment.sku = fields.fact("environment_type", |value| {
        text(value).map(|name| EnvironmentSku::new(&name))
    });
    let dataverse = fields.nested("dataverse");
    environment.dataverse = match &dataverse {
        Nested::Here(about) => Fact::value_at(true, about.origin()),
        // Without the argument Microsoft's provider makes an environment without a database.
        Nested::Absent(_) => Fact::value_at(false, fields.origin_of("dataverse")),
        Nested::Unknown(unknown, origin) => {
            Fact::unknown_at(Unknown::clone(unknown), origin.clone())
        }
    };
    environment.group = group(&fields, &dataverse);
    builder.add_environment(environment);
}

/// Older versions of the provider have the group inside of `dataverse`.
fn group(fields: &Fields, dataverse: &Nested) -> Fact<String> {
    let own = fields.text("environment_group_id");
    let group = if own.is_absent() {
        dataverse.fact(|about| about.text("environment_group_id"))
    } else {
        own
    };
    // The id of a group that is made here is one, whatever it will be.
    if let Some(symbol) = group.unknown().and_then(|unknown| unknown.symbol.clone())
        && symbol::resource_type(&symbol) == Some("powerplatform_environment_group")
        && symbol.ends_with(".id")
    {
        return Fact::value_at(symbol.to_string(), group.origin);
    }
    if group
        .value()
        .is_some_and(|id| id == NO_GROUP || id.is_empty())
    {
        return Fact::absent_at(group.origin);
    }
    group
}

fn assignment(builder: &mut Builder<'_>, instance: &Instance) {
    let fields = fields(instance);
    let mut assignment = Assignment::new(header(instance));
    assignment.kind = fields.fact("policy_type", |value| {
        text(value).map(|word| PolicyKind::new(&word))
    });
    builder.add_assignment(
        assignment,
        fields.reference("environment_id"),
        fields.reference("system_id"),
    );
}

fn environments<'a>(builder: &mut Builder<'a>, instance: &'a Instance) {
    for listed in fields(instance).list("environments").unwrap_or_default() {
        let Nested::Here(about) = listed else {
            continue;
        };
        if let Some(id) = about.text("id").value() {
            builder
                .described
                .insert(id.to_ascii_lowercase(), (instance, about.clone()));
        }
    }
}
