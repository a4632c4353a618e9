//! Raw bodies for Resource Manager: `azapi_resource` and the data source of that name.
//!
//! A body is an object (azapi 2), or the JSON text of one (azapi 1, `jsonencode`, heredoc). The
//! identity stands in a block or inside of the body. Names of types compare without case.

use std::sync::Arc;

use ppcmk_coverage::estate::{
    Action, Date, Fact, Grant, IdentityKind, Key, KeyType, Link, NetworkDefault, Policy,
    PolicyForm, Rotation, Scope, Unknown, Vault, VaultKind,
};
use ppcmk_coverage::{PolicyKind, PolicyLocation};

use crate::source::{Instance, Mode};
use crate::value::Value;

use super::azurerm::{
    NEEDED_OPERATIONS, bypass, inline_policy, key_permissions, network_default, role_of_definition,
};
use super::builder::{Builder, On, Principal, Reference};
use super::fields::{Fields, Nested, or_default, text};
use super::header::{fields, fields_before, header, own_id};

/// From this version of the Key Vault API on, new vaults use roles unless they say otherwise.
const ROLES_BY_DEFAULT: &str = "2026-02-01";

pub(super) fn add(builder: &mut Builder<'_>, instance: &Instance) {
    if &*instance.type_name != "azapi_resource" {
        return;
    }
    let fields = fields(instance);
    let Some(kind) = kind(&fields) else { return };
    let (kind, version) = kind.split_once('@').unwrap_or((&kind, ""));
    match kind.to_ascii_lowercase().as_str() {
        "microsoft.powerplatform/enterprisepolicies" => policy(builder, instance, &fields),
        "microsoft.keyvault/vaults" => vault(builder, instance, &fields, version),
        "microsoft.keyvault/managedhsms" => hsm(builder, instance, &fields),
        "microsoft.keyvault/vaults/keys" | "microsoft.keyvault/managedhsms/keys" => {
            key(builder, instance, &fields);
        }
        "microsoft.keyvault/vaults/accesspolicies" => {
            let properties = fields.nested("body").nested("properties");
            let vault = On::Vault(fields.reference("parent_id"));
            access_policies(builder, instance, &properties, &vault);
        }
        "microsoft.authorization/roleassignments" => role_assignment(builder, instance, &fields),
        _ => {}
    }
}

/// The type, with the version of the API if that is known: `Microsoft.KeyVault/vaults@${var.api}` is
/// the type of a vault.
pub(super) fn kind(fields: &Fields) -> Option<String> {
    let kind = fields.text("type");
    match kind.unknown().and_then(|unknown| unknown.symbol.as_deref()) {
        Some(symbol) => symbol.split_once("@${").map(|(kind, _)| kind.to_owned()),
        None => kind.value().cloned(),
    }
}

// --- policies

fn policy(builder: &mut Builder<'_>, instance: &Instance, fields: &Fields) {
    if instance.mode == Mode::Data && alias(builder, instance, fields) {
        return;
    }
    let form = match instance.mode {
        Mode::Managed => PolicyForm::Raw,
        Mode::Data => PolicyForm::Live,
    };
    let body = fields.nested("body");
    let mut policy = Policy::new(header(instance), form);
    policy.id = own_id(instance, fields);
    policy.system_id = system_id(instance, fields);
    policy.location = first(
        fields.fact("location", location),
        body.fact(|body| body.fact("location", location)),
    );
    policy.kind = body.fact(|body| {
        body.fact("kind", |value| {
            text(value).map(|word| PolicyKind::new(&word))
        })
    });
    policy.identity = identity(fields, &body);
    let encryption = body.nested("properties").nested("encryption");
    policy.has_encryption = has(&encryption);
    policy.encryption_enabled = encryption_enabled(&encryption);
    let vault = encryption.nested("keyVault");
    let key = vault.nested("key");
    policy.key_name = key.fact(|key| key.text("name"));
    policy.key_version = key
        .fact(|key| key.text("version"))
        .without(String::is_empty);
    policy.key_change = key_change(instance);
    if form == PolicyForm::Live {
        // What a data source does not export is not known, rather than absent.
        forget_absent(&mut policy, instance);
    }
    let principal = principal(fields);
    builder.add_policy(
        policy,
        principal.as_deref(),
        reference(&vault, "id"),
        reference(&key, "name").at_home(key.home()),
    );
}

/// Whether the section of a body that names the key switches encryption on.
pub(super) fn encryption_enabled(encryption: &Nested) -> Fact<bool> {
    encryption.fact(|encryption| {
        encryption.fact("state", |value| {
            text(value).map(|word| word.eq_ignore_ascii_case("Enabled"))
        })
    })
}

/// A data source that reads a policy of this configuration is that policy.
fn alias(builder: &mut Builder<'_>, instance: &Instance, fields: &Fields) -> bool {
    let by_id = builder.policy(&fields.reference("resource_id")).target();
    match by_id.or_else(|| builder.policy_named(instance)) {
        Some(policy) => {
            builder.alias(instance, policy);
            true
        }
        None => false,
    }
}

fn forget_absent(policy: &mut Policy, instance: &Instance) {
    let unknown = || {
        Unknown::new(ppcmk_coverage::estate::Reason::DataSource(
            instance.address.clone(),
        ))
    };
    forget(&mut policy.location, unknown());
    forget(&mut policy.kind, unknown());
    forget(&mut policy.identity, unknown());
    forget(&mut policy.has_encryption, unknown());
}

fn forget<T>(fact: &mut Fact<T>, unknown: Unknown) {
    if fact.is_absent() {
        *fact = Fact::unknown_at(unknown, std::mem::take(fact).origin);
    }
}

fn location(value: &Value) -> Result<PolicyLocation, &'static str> {
    text(value).map(|name| PolicyLocation::new(&name))
}

fn first<T>(one: Fact<T>, other: Fact<T>) -> Fact<T> {
    if one.is_absent() && !other.is_absent() {
        return other;
    }
    one
}

fn has(nested: &Nested) -> Fact<bool> {
    match nested {
        Nested::Here(fields) => Fact::value_at(true, fields.origin()),
        Nested::Absent(origin) => Fact::value_at(false, origin.clone()),
        Nested::Unknown(unknown, origin) => {
            Fact::unknown_at(Unknown::clone(unknown), origin.clone())
        }
    }
}

fn reference(nested: &Nested, name: &str) -> Reference {
    let origin = match nested {
        Nested::Here(fields) => fields.origin_of(name),
        Nested::Absent(origin) | Nested::Unknown(_, origin) => origin.clone(),
    };
    Reference {
        value: nested.value(name),
        origin,
    }
}

/// The identity, in a block or in the body. None at all is a value: nothing can be granted to it.
fn identity(fields: &Fields, body: &Nested) -> Fact<IdentityKind> {
    let block = fields.nested("identity");
    let nested = match block {
        Nested::Absent(_) => body.nested("identity"),
        nested => nested,
    };
    if let Nested::Absent(_) = nested {
        return Fact::value_at(IdentityKind::None, fields.origin_of("identity"));
    }
    nested.fact(|identity| identity.fact("type", identity_kind))
}

fn identity_kind(value: &Value) -> Result<IdentityKind, &'static str> {
    Ok(match text(value)?.to_ascii_lowercase().as_str() {
        "systemassigned" => IdentityKind::SystemAssigned,
        "userassigned" => IdentityKind::UserAssigned,
        "none" => IdentityKind::None,
        _ => IdentityKind::Other,
    })
}

/// A property that was exported to `output`, if it is known.
fn exported(fields: &Fields, name: &str) -> Fact<String> {
    fields
        .nested("output")
        .nested("properties")
        .fact(|properties| properties.text(name))
}

/// The system id. A change in place keeps it, although the provider plans its output as unknown.
fn system_id(instance: &Instance, fields: &Fields) -> Fact<String> {
    let planned = exported(fields, "systemId");
    let stays = instance
        .change
        .as_ref()
        .is_some_and(|change| change.action == Action::Update);
    let before = fields_before(instance).filter(|_| stays && planned.value().is_none());
    let before = before.map(|before| exported(&before, "systemId"));
    let known = before.filter(|before| before.value().is_some());
    known.unwrap_or(planned).map(|id| id.to_ascii_lowercase())
}

fn principal(fields: &Fields) -> Option<String> {
    let block = fields
        .nested("identity")
        .fact(|identity| identity.text("principal_id"));
    let output = || {
        fields
            .nested("output")
            .nested("identity")
            .fact(|identity| identity.text("principalId"))
    };
    block
        .value()
        .cloned()
        .or_else(|| output().value().cloned())
        .filter(|id| !id.is_empty())
}

/// What the plan changes about the key of a policy that exists.
fn key_change(instance: &Instance) -> Option<Vec<Arc<str>>> {
    let is_change = instance
        .change
        .as_ref()
        .is_some_and(|change| change.action == Action::Update || change.replaces());
    let before = fields_before(instance).filter(|_| is_change)?;
    let (before, after) = (key_of(&before), key_of(&fields(instance)));
    let names = [
        "body.properties.encryption.keyVault.id",
        "body.properties.encryption.keyVault.key.name",
        "body.properties.encryption.keyVault.key.version",
    ];
    let changed: Vec<Arc<str>> = names
        .iter()
        .zip(before.iter().zip(&after))
        .filter(|(_, (before, after))| differs(before, after))
        .map(|(name, _)| (*name).into())
        .collect();
    (!changed.is_empty()).then_some(changed)
}

fn key_of(fields: &Fields) -> [Fact<String>; 3] {
    let vault = fields
        .nested("body")
        .nested("properties")
        .nested("encryption")
        .nested("keyVault");
    let key = vault.nested("key");
    [
        vault.fact(|vault| vault.text("id")),
        key.fact(|key| key.text("name")),
        key.fact(|key| key.text("version")),
    ]
}

fn differs(before: &Fact<String>, after: &Fact<String>) -> bool {
    match (before.value(), after.value()) {
        (Some(before), Some(after)) => !before.eq_ignore_ascii_case(after),
        _ => {
            before.unknown().is_none()
                && after.unknown().is_none()
                && before.is_absent() != after.is_absent()
        }
    }
}

// --- vaults and keys

fn vault(builder: &mut Builder<'_>, instance: &Instance, fields: &Fields, version: &str) {
    let properties = fields.nested("body").nested("properties");
    let mut vault = Vault::new(header(instance), VaultKind::KeyVault);
    vault.purge_protection = or_default(
        properties.fact(|properties| properties.flag("enablePurgeProtection")),
        false,
    );
    vault.rbac = or_default(
        properties.fact(|properties| properties.flag("enableRbacAuthorization")),
        version >= ROLES_BY_DEFAULT,
    );
    common(&mut vault, instance, fields, &properties);
    let handle = builder.add_vault(vault);
    access_policies(builder, instance, &properties, &On::ThisVault(handle));
}

fn hsm(builder: &mut Builder<'_>, instance: &Instance, fields: &Fields) {
    let properties = fields.nested("body").nested("properties");
    let mut vault = Vault::new(header(instance), VaultKind::ManagedHsm);
    vault.rbac = true.into();
    vault.purge_protection = or_default(
        properties.fact(|properties| properties.flag("enablePurgeProtection")),
        // The specification's default for a Managed HSM, other than for a vault.
        true,
    );
    common(&mut vault, instance, fields, &properties);
    builder.add_vault(vault);
}

fn common(vault: &mut Vault, instance: &Instance, fields: &Fields, properties: &Nested) {
    vault.id = own_id(instance, fields);
    vault.name = fields.text("name");
    vault.region = fields.text("location");
    vault.retention_days = or_default(
        properties.fact(|properties| properties.number("softDeleteRetentionInDays")),
        90,
    );
    vault.public_network_access = or_default(public_network_access(properties), true);
    (vault.network_default, vault.trusted_services_bypass) = network_rules(properties);
}

/// Whether the public endpoint answers, where the properties of a vault say so.
pub(super) fn public_network_access(properties: &Nested) -> Fact<bool> {
    properties.fact(|properties| {
        properties.fact("publicNetworkAccess", |value| {
            Ok(!text(value)?.eq_ignore_ascii_case("disabled"))
        })
    })
}

/// What the firewall does by default, and whether trusted services pass it.
pub(super) fn network_rules(properties: &Nested) -> (Fact<NetworkDefault>, Fact<bool>) {
    let rules = properties.nested("networkAcls");
    (
        rules.fact(|rules| rules.fact("defaultAction", network_default)),
        rules.fact(|rules| rules.fact("bypass", bypass)),
    )
}

fn key(builder: &mut Builder<'_>, instance: &Instance, fields: &Fields) {
    let properties = fields.nested("body").nested("properties");
    let attributes = properties.nested("attributes");
    let mut key = Key::new(header(instance));
    key.name = fields.text("name");
    key.key_type = properties.fact(|properties| {
        properties.fact("kty", |value| text(value).map(|word| KeyType::new(&word)))
    });
    key.size = properties.fact(|properties| properties.number("keySize"));
    key.operations = properties.fact(|properties| properties.texts_or(NEEDED_OPERATIONS, "keyOps"));
    key.enabled = attributes.fact(|attributes| attributes.flag("enabled"));
    key.expires = attributes.fact(|attributes| attributes.fact("exp", seconds));
    key.not_before = attributes.fact(|attributes| attributes.fact("nbf", seconds));
    key.rotation = match properties.nested("rotationPolicy") {
        Nested::Here(policy) => rotation(&policy),
        nested => nested.fact(|_| Fact::default()),
    };
    builder.add_key(key, fields.reference("parent_id"));
}

/// Seconds since 1970 as a day.
fn seconds(value: &Value) -> Result<Date, &'static str> {
    let seconds = super::fields::number(value).map_err(|_| "a time in seconds since 1970")?;
    Ok(Date::from_unix_days(seconds.div_euclid(86_400)))
}

fn rotation(policy: &Fields) -> Fact<Rotation> {
    let actions = match policy.list("lifetimeActions") {
        Ok(actions) => actions,
        Err(unknown) => return Fact::unknown_at(Unknown::clone(&unknown), policy.origin()),
    };
    let mut rotation = Rotation {
        expire_after: policy
            .nested("attributes")
            .fact(|attributes| attributes.text("expiryTime")),
        ..Rotation::default()
    };
    let mut open = None;
    for action in actions {
        let kind = action.nested("action").fact(|action| action.text("type"));
        open = kind.unknown().cloned().or(open);
        if kind
            .value()
            .is_some_and(|kind| kind.eq_ignore_ascii_case("rotate"))
        {
            let trigger = action.nested("trigger");
            let time = |name| trigger.fact(|trigger| trigger.text(name));
            rotation.is_automatic = true;
            rotation.time_after_creation = time("timeAfterCreate");
            rotation.time_before_expiry = time("timeBeforeExpiry");
        }
    }
    match open {
        // It may be the one that rotates.
        Some(unknown) if !rotation.is_automatic => Fact::unknown_at(unknown, policy.origin()),
        _ => Fact::value_at(rotation, policy.origin()),
    }
}

// --- grants

/// The access policies in the properties of a vault, or beside it.
fn access_policies(builder: &mut Builder<'_>, instance: &Instance, properties: &Nested, on: &On) {
    for policy in properties.listed("accessPolicies") {
        inline_policy(builder, instance, &policy, on, |policy| {
            let right = policy
                .nested("permissions")
                .fact(|permissions| key_permissions(permissions, "keys"));
            (right, policy.reference("objectId"))
        });
    }
}

fn role_assignment(builder: &mut Builder<'_>, instance: &Instance, fields: &Fields) {
    let properties = fields.nested("body").nested("properties");
    let right = properties.fact(|properties| role_of_definition(properties, "roleDefinitionId"));
    let grant = Grant::new(header(instance), Link::default(), Scope::Other, right);
    let principal = Principal::Id(reference(&properties, "principalId"));
    builder.add_grant(grant, principal, On::Scope(fields.reference("parent_id")));
}
