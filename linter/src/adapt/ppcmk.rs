//! Our own provider: `ppcmk_*`.

use std::sync::Arc;

use ppcmk_coverage::estate::{
    Action, Assignment, Environment, Fact, Grant, IdentityKind, Link, OnDestroy, Policy,
    PolicyForm, Right, Scope, Unknown,
};
use ppcmk_coverage::{EnvironmentLocation, EnvironmentSku, PolicyKind, PolicyLocation};

use crate::source::{Instance, Mode};

use super::builder::{Builder, On, Principal};
use super::declaration;
use super::fields::{Fields, Nested, or_default, text};
use super::header::{fields, fields_before, header, id, own_id};

/// Key Vault Crypto Service Encryption User (CMK facts 4, S43).
pub(super) const ENCRYPTION_USER: &str = "e147488a-f6f5-4113-8e2d-b22465e65bf6";

pub(super) fn add<'a>(builder: &mut Builder<'a>, instance: &'a Instance) {
    match (instance.mode, &*instance.type_name) {
        (_, "ppcmk_enterprise_policy") => policy(builder, instance),
        (Mode::Managed, "ppcmk_key_access") => key_access(builder, instance),
        (Mode::Managed, "ppcmk_environment_assignment") => assignment(builder, instance),
        (Mode::Data, "ppcmk_environment") => environment(builder, instance),
        (Mode::Data, "ppcmk_environments") => environments(builder, instance),
        (Mode::Data, "ppcmk_coverage") => declaration::of_data_source(builder, instance),
        _ => {}
    }
}

fn policy(builder: &mut Builder<'_>, instance: &Instance) {
    let fields = fields(instance);
    let form = match instance.mode {
        Mode::Managed => PolicyForm::Own,
        Mode::Data => PolicyForm::Live,
    };
    let mut policy = Policy::new(header(instance), form);
    policy.id = own_id(instance, &fields);
    policy.system_id = id(&fields, "system_id");
    policy.location = fields.fact("location", |value| {
        text(value).map(|name| PolicyLocation::new(&name))
    });
    policy.kind = PolicyKind::Encryption.into();
    policy.identity = IdentityKind::SystemAssigned.into();
    policy.has_encryption = true.into();
    if form == PolicyForm::Live {
        policy.kind = or_default(
            fields.fact("kind", |value| {
                text(value).map(|word| PolicyKind::new(&word))
            }),
            PolicyKind::Encryption,
        );
    }
    policy.key_name = fields.text("key_name");
    policy.key_version = fields.text("key_version");
    policy.key_change = key_change(instance, &["key_vault_id", "key_name", "key_version"]);
    policy.linked = linked(instance, &fields);
    let principal = fields.text("principal_id").value().cloned();
    builder.add_policy(
        policy,
        principal.as_deref(),
        fields.reference("key_vault_id"),
        fields.reference("key_name").at_home(fields.home()),
    );
}

/// Whether environments are linked, as the state has it: a plan of a change does not know it.
fn linked(instance: &Instance, now: &Fields) -> Fact<bool> {
    let before = fields_before(instance);
    let fields = before.as_ref().unwrap_or(now);
    fields
        .texts("linked_environment_ids")
        .map(|ids| !ids.is_empty())
}

/// The attributes about the key that the plan changes of a policy that exists.
fn key_change(instance: &Instance, names: &[&str]) -> Option<Vec<Arc<str>>> {
    let is_change = instance
        .change
        .as_ref()
        .is_some_and(|change| change.action == Action::Update || change.replaces());
    let before = fields_before(instance).filter(|_| is_change)?;
    let after = fields(instance);
    let changed: Vec<Arc<str>> = names
        .iter()
        .filter(|name| differs(&before, &after, name))
        .map(|name| (*name).into())
        .collect();
    (!changed.is_empty()).then_some(changed)
}

/// Whether a text differs; ids and names compare without case. What is not known may become the
/// same again.
pub(super) fn differs(before: &Fields, after: &Fields, name: &str) -> bool {
    let (before, after) = (before.text(name), after.text(name));
    match (before.value(), after.value()) {
        (Some(before), Some(after)) => !before.eq_ignore_ascii_case(after),
        _ => {
            before.unknown().is_none()
                && after.unknown().is_none()
                && before.is_absent() != after.is_absent()
        }
    }
}

fn key_access(builder: &mut Builder<'_>, instance: &Instance) {
    let fields = fields(instance);
    let mut grant = Grant::new(
        header(instance),
        Link::default(),
        Scope::Other,
        fields_right(&fields),
    );
    grant.retained = fields.flag_or("retain_on_destroy", true);
    let principal = if fields.get("policy_id").is_some() {
        Principal::OfPolicy(fields.reference("policy_id"))
    } else {
        Principal::Id(fields.reference("principal_id"))
    };
    let vault = fields.reference("key_vault_id");
    let on = if fields.get("key_name").is_some() {
        On::KeyOf(vault, fields.reference("key_name"))
    } else {
        On::Vault(vault)
    };
    builder.add_grant(grant, principal, on);
}

/// What `mode` grants: by default whatever the vault uses.
fn fields_right(fields: &Fields) -> Fact<Right> {
    let mode = fields.fact("mode", |value| {
        Ok(match text(value)?.as_str() {
            "rbac" => Right::Role(ENCRYPTION_USER.into()),
            "access_policy" => {
                Right::AccessPolicy(["get", "wrapkey", "unwrapkey"].map(String::from).to_vec())
            }
            _ => Right::Fitting,
        })
    });
    or_default(mode, Right::Fitting)
}

fn assignment<'a>(builder: &mut Builder<'a>, instance: &'a Instance) {
    let fields = fields(instance);
    let mut assignment = Assignment::new(header(instance));
    assignment.swaps_in_place = true;
    assignment.on_destroy = or_default(
        fields.fact("deletion_policy", |value| {
            Ok(match text(value)?.to_ascii_uppercase().as_str() {
                "UNLINK" => OnDestroy::Unlink,
                "ABANDON" => OnDestroy::Abandon,
                _ => OnDestroy::Prevent,
            })
        }),
        OnDestroy::Prevent,
    );
    assignment.swapped = is_swapped(instance, &fields);
    describe(builder, instance, &fields);
    let policy = fields.first_of(&["policy_id", "policy_system_id"]);
    builder.add_assignment(
        assignment,
        fields.reference("environment_id"),
        fields.reference(policy),
    );
}

fn is_swapped(instance: &Instance, after: &Fields) -> bool {
    let updates = instance
        .change
        .as_ref()
        .is_some_and(|change| change.action == Action::Update);
    updates
        && fields_before(instance).is_some_and(|before| {
            differs(&before, after, "policy_id") || differs(&before, after, "policy_system_id")
        })
}

/// What the state of an assignment says about its environment.
fn describe<'a>(builder: &mut Builder<'a>, instance: &'a Instance, fields: &Fields) {
    let id = fields.text("environment_id");
    if let (Some(id), Some(about)) = (id.value(), fields.nested("environment").here()) {
        builder
            .described
            .insert(id.to_ascii_lowercase(), (instance, about));
    }
}

fn environment(builder: &mut Builder<'_>, instance: &Instance) {
    let fields = fields(instance);
    builder.add_environment(read_environment(header(instance), &fields));
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

/// An environment as `data.ppcmk_environment` shows it.
fn read_environment(header: ppcmk_coverage::estate::Header, fields: &Fields) -> Environment {
    let mut environment = Environment::new(header);
    environment.id = id(fields, "id");
    environment.display_name = fields.text("display_name");
    environment.location = fields.fact("location", |value| {
        text(value).map(|name| EnvironmentLocation::new(&name))
    });
    environment.sku = fields.fact("type", |value| {
        text(value).map(|name| EnvironmentSku::new(&name))
    });
    environment.managed = fields.flag("managed");
    environment.dataverse = fields.flag("dataverse");
    environment.assigned = match fields.nested("encryption") {
        Nested::Here(encryption) => Fact::value_at(true, encryption.origin()),
        // `null` is the data source's word for "none".
        Nested::Absent(origin) => Fact::value_at(false, origin),
        Nested::Unknown(unknown, origin) => Fact::unknown_at(Unknown::clone(&unknown), origin),
    };
    environment
}
