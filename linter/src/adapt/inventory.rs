//! Entries of an inventory: environments that are not in Terraform, or more about those that are.
//!
//! `name` may be the address of an environment of the configuration; then the entry adds to what is
//! known of it, and what the configuration says wins. An entry that says `assigned: true` is an
//! assignment that exists, to a policy that nobody describes but for `policy_location`.

use std::sync::Arc;

use ppcmk_coverage::estate::{
    Action, Assignment, Change, Declaration, Environment, Fact, Handle, Header, Identity, Link,
    Management, Policy, PolicyForm, Requirement,
};
use ppcmk_coverage::{
    EnvironmentId, EnvironmentLocation, EnvironmentSku, PolicyKind, PolicyLocation,
};

use crate::source::inventory::Inventory;
use crate::value::Value;

use super::builder::{Builder, Object};
use super::declaration;
use super::fields::{Fields, text};
use super::header::id;

/// Adds all entries.
pub(super) fn add(builder: &mut Builder<'_>, inventory: &Inventory) {
    for entry in &inventory.environments {
        add_entry(builder, entry, &inventory.file);
    }
}

fn add_entry(builder: &mut Builder<'_>, entry: &Value, file: &Arc<str>) {
    let place = entry.trail.location();
    let fields = Fields::of(entry, place, false);
    let name = fields.text("name").value().cloned().unwrap_or_default();
    let mut header = Header::new(name.as_str());
    header.management = Management::Inventory;
    header.location = place.cloned();

    let described = read(header.clone(), &fields);
    let environment = match known(builder, &name, &described) {
        Some(handle) => {
            complete(&mut builder.estate[handle], described);
            handle
        }
        None => builder.add_environment(described),
    };
    require(&mut builder.estate[environment], file);
    assign(builder, &header, environment, &fields);
    declare(builder, header, environment, &fields);
}

/// The environment of the configuration that the entry is about: by address or by id.
fn known(
    builder: &Builder<'_>,
    name: &str,
    described: &Environment,
) -> Option<Handle<Environment>> {
    if let Some(Object::Environment(handle)) = builder.objects.get(name) {
        return Some(*handle);
    }
    let ids = [described.id.value().map(String::as_str), Some(name)];
    ids.into_iter().flatten().find_map(|id| {
        builder
            .environments_by_id
            .get(&id.to_ascii_lowercase())
            .copied()
    })
}

fn read(header: Header, fields: &Fields) -> Environment {
    let mut environment = Environment::new(header);
    environment.display_name = fields.text("name");
    environment.id = id(fields, "id");
    if environment.id.is_absent() {
        // A name may be the id itself.
        let name = id(fields, "name").without(|name| name.parse::<EnvironmentId>().is_err());
        environment.id = name;
    }
    environment.location = fields.fact("location", |value| {
        text(value).map(|name| EnvironmentLocation::new(&name))
    });
    environment.sku = fields.fact("type", |value| {
        text(value).map(|word| EnvironmentSku::new(&word))
    });
    environment.dataverse = fields.flag("dataverse");
    environment.managed = fields.flag("managed");
    environment.group = fields.text("environment_group");
    environment.assigned = fields.flag("assigned");
    environment
}

/// Adds what the configuration does not say.
fn complete(environment: &mut Environment, described: Environment) {
    fill(&mut environment.id, described.id);
    fill(&mut environment.location, described.location);
    fill(&mut environment.sku, described.sku);
    fill(&mut environment.dataverse, described.dataverse);
    fill(&mut environment.managed, described.managed);
    fill(&mut environment.group, described.group);
    fill(&mut environment.assigned, described.assigned);
}

fn fill<T>(fact: &mut Fact<T>, described: Fact<T>) {
    if fact.value().is_none() && described.value().is_some() {
        *fact = described;
    }
}

/// Who is in an inventory is meant to be under customer-managed keys.
fn require(environment: &mut Environment, file: &Arc<str>) {
    if environment.requirement == Requirement::Unstated {
        environment.requirement = Requirement::Required {
            because: file.clone(),
        };
    }
}

fn assign(
    builder: &mut Builder<'_>,
    header: &Header,
    environment: Handle<Environment>,
    fields: &Fields,
) {
    if fields.flag("assigned").value() != Some(&true) {
        return;
    }
    let location = fields.fact("policy_location", |value| {
        text(value).map(|name| PolicyLocation::new(&name))
    });
    let origin = location.origin.clone();
    let identity = if location.value().is_some() {
        let mut policy = Policy::new(header.clone(), PolicyForm::Live);
        policy.location = location;
        policy.kind = PolicyKind::Encryption.into();
        Identity::Here(builder.estate.add_policy(policy))
    } else {
        Identity::Elsewhere(format!("the policy of {}", header.address).into())
    };
    // It exists, so what nobody declares about it is no open question.
    let mut header = header.clone();
    header.change = Some(Change::new(Action::NoOp));
    let mut assignment = Assignment::new(header);
    assignment.environment = Link {
        identity: Identity::Here(environment),
        origin: fields.origin_of("assigned"),
    };
    assignment.policy = Link { identity, origin };
    builder.estate.add_assignment(assignment);
}

fn declare(
    builder: &mut Builder<'_>,
    header: Header,
    environment: Handle<Environment>,
    fields: &Fields,
) {
    let workloads = [
        "finance_and_operations",
        "commerce_scale_units",
        "ecommerce",
    ];
    if workloads.iter().all(|name| fields.get(name).is_none()) {
        return;
    }
    let mut declaration = Declaration::new(header);
    declaration::workloads(fields, &mut declaration);
    declaration.environment = Link {
        identity: Identity::Here(environment),
        origin: fields.origin(),
    };
    builder.estate.add_declaration(declaration);
}
