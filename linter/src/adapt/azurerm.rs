//! HashiCorp's provider for Azure: `azurerm_*`, versions 3 to 5.
//!
//! The names of arguments are those of its documentation; `enable_rbac_authorization` was replaced by
//! `rbac_authorization_enabled` in version 4 and is gone in version 5, where the new one is required.

use ppcmk_coverage::estate::{
    Date, Fact, Grant, Handle, Key, KeyType, Link, NetworkDefault, Right, Rotation, Scope, Unknown,
    Vault, VaultKind,
};

use crate::source::{Instance, Mode};
use crate::value::{Kind, Value};

use super::builder::{Builder, On, Principal, Reference};
use super::fields::{Fields, Nested, or_default, text};
use super::header::{fields, header, own_id};
use super::ids;
use super::symbol;

/// What a key must allow: a list that has both is known, whatever else is in it.
pub(super) const NEEDED_OPERATIONS: &[&str] = &["wrapkey", "unwrapkey"];

pub(super) fn add(builder: &mut Builder<'_>, instance: &Instance) {
    match (instance.mode, &*instance.type_name) {
        (_, "azurerm_key_vault") => vault(builder, instance, VaultKind::KeyVault),
        (_, "azurerm_key_vault_managed_hardware_security_module") => {
            vault(builder, instance, VaultKind::ManagedHsm);
        }
        (_, "azurerm_key_vault_key") => key(builder, instance, "key_vault_id"),
        (_, "azurerm_key_vault_managed_hardware_security_module_key") => {
            key(builder, instance, "managed_hsm_id");
        }
        (Mode::Managed, "azurerm_key_vault_access_policy") => access_policy(builder, instance),
        (Mode::Managed, "azurerm_role_assignment") => role_assignment(builder, instance),
        (Mode::Managed, "azurerm_key_vault_managed_hardware_security_module_role_assignment") => {
            hsm_role_assignment(builder, instance);
        }
        _ => {}
    }
}

fn vault(builder: &mut Builder<'_>, instance: &Instance, kind: VaultKind) {
    let fields = fields(instance);
    let mut vault = Vault::new(header(instance), kind);
    vault.id = own_id(instance, &fields);
    vault.name = fields.text("name");
    vault.region = fields.text("location");
    vault.purge_protection = fields.flag_or("purge_protection_enabled", false);
    vault.retention_days = or_default(fields.number("soft_delete_retention_days"), 90);
    vault.public_network_access = fields.flag_or("public_network_access_enabled", true);
    let rules = fields.nested("network_acls");
    vault.network_default = rules.fact(|rules| rules.fact("default_action", network_default));
    vault.trusted_services_bypass = rules.fact(|rules| rules.fact("bypass", bypass));
    vault.rbac = match kind {
        // A Managed HSM has nothing but roles.
        VaultKind::ManagedHsm => true.into(),
        VaultKind::KeyVault => rbac(&fields),
    };
    let handle = builder.add_vault(vault);
    inline_access_policies(builder, instance, &fields, handle);
}

/// Plans of version 4 have both names; the one that is not set follows the other or is `false`.
fn rbac(fields: &Fields) -> Fact<bool> {
    let new = fields.flag("rbac_authorization_enabled");
    let old = fields.flag("enable_rbac_authorization");
    if new.is_absent() || (new.value() == Some(&false) && old.value() == Some(&true)) {
        return or_default(old, false);
    }
    new
}

pub(super) fn network_default(value: &Value) -> Result<NetworkDefault, &'static str> {
    if text(value)?.eq_ignore_ascii_case("deny") {
        Ok(NetworkDefault::Deny)
    } else {
        Ok(NetworkDefault::Allow)
    }
}

pub(super) fn bypass(value: &Value) -> Result<bool, &'static str> {
    let words = text(value)?.to_ascii_lowercase();
    Ok(words.split(',').any(|word| word.trim() == "azureservices"))
}

fn inline_access_policies(
    builder: &mut Builder<'_>,
    instance: &Instance,
    fields: &Fields,
    vault: Handle<Vault>,
) {
    let on = On::ThisVault(vault);
    for policy in fields.listed("access_policy") {
        inline_policy(builder, instance, &policy, &on, |policy| {
            let right = key_permissions(policy, "key_permissions");
            (right, policy.reference("object_id"))
        });
    }
}

/// The grant of an access policy inside of a vault. What nobody knows may be for anybody.
pub(super) fn inline_policy(
    builder: &mut Builder<'_>,
    instance: &Instance,
    policy: &Nested,
    on: &On,
    read: impl FnOnce(&Fields) -> (Fact<Right>, Reference),
) {
    let (right, principal) = match policy {
        Nested::Here(policy) => read(policy),
        Nested::Absent(_) => return,
        Nested::Unknown(unknown, origin) => (
            Fact::unknown_at(Unknown::clone(unknown), origin.clone()),
            Reference {
                value: Some(Value::new(Kind::Unknown(unknown.clone()))),
                origin: origin.clone(),
            },
        ),
    };
    let grant = Grant::new(header(instance), Link::default(), Scope::Other, right);
    builder.add_grant(grant, Principal::Id(principal), on.clone());
}

/// Key permissions, in lower case.
pub(super) fn key_permissions(fields: &Fields, name: &str) -> Fact<Right> {
    fields
        .texts_or(&["get", "wrapkey", "unwrapkey"], name)
        .map(|words| {
            Right::AccessPolicy(words.iter().map(|word| word.to_ascii_lowercase()).collect())
        })
}

fn access_policy(builder: &mut Builder<'_>, instance: &Instance) {
    let fields = fields(instance);
    let grant = Grant::new(
        header(instance),
        Link::default(),
        Scope::Other,
        key_permissions(&fields, "key_permissions"),
    );
    let principal = Principal::Id(fields.reference("object_id"));
    builder.add_grant(
        grant,
        principal,
        On::Vault(fields.reference("key_vault_id")),
    );
}

fn role_assignment(builder: &mut Builder<'_>, instance: &Instance) {
    let fields = fields(instance);
    let grant = Grant::new(
        header(instance),
        Link::default(),
        Scope::Other,
        role(builder, &fields),
    );
    let principal = Principal::Id(fields.reference("principal_id"));
    builder.add_grant(grant, principal, On::Scope(fields.reference("scope")));
}

/// The role by name or by the GUID of its definition.
fn role(builder: &Builder<'_>, fields: &Fields) -> Fact<Right> {
    let name = fields.fact("role_definition_name", |value| {
        Ok(Right::Role(text(value)?.to_ascii_lowercase()))
    });
    if name.value().is_some() {
        return name;
    }
    let definition = role_of_definition(fields, "role_definition_id");
    match definition
        .unknown()
        .and_then(|why| named_role(builder, why))
    {
        Some(role) => Fact::value_at(Right::Role(role), definition.origin),
        None if definition.is_absent() => name,
        None => definition,
    }
}

/// The role whose definition has this id. Of an id that begins with something unknown, such as the
/// subscription's, the end is enough.
pub(super) fn role_of_definition(fields: &Fields, name: &str) -> Fact<Right> {
    let id = fields.text(name);
    let symbol = id.unknown().and_then(|unknown| unknown.symbol.as_deref());
    let end = symbol
        .and_then(|symbol| symbol.rsplit_once('}'))
        .map(|it| it.1);
    match end.filter(|end| end.contains('/')) {
        Some(end) => Fact::value_at(Right::Role(ids::last_segment(end)), id.origin),
        None => id.map(|id| Right::Role(ids::last_segment(&id))),
    }
}

/// `data.azurerm_role_definition.x.id`: the data source says which role it looks up.
fn named_role(builder: &Builder<'_>, why: &Unknown) -> Option<String> {
    // Behind the id of a subscription, in versions where the data source's has none.
    let symbol = symbol::names(why.symbol.as_deref()?).pop()?;
    let (instance, _) = symbol::splits(symbol)
        .find_map(|(address, path)| Some((*builder.instances.get(address)?, path)))?;
    if instance.type_name.as_ref() != "azurerm_role_definition" {
        return None;
    }
    let fields = fields(instance);
    ["name", "role_definition_id"].into_iter().find_map(|name| {
        fields
            .text(name)
            .value()
            .map(|role| role.to_ascii_lowercase())
    })
}

/// Roles of a Managed HSM are local to it; the scope is `/`, `/keys` or a key inside.
fn hsm_role_assignment(builder: &mut Builder<'_>, instance: &Instance) {
    let fields = fields(instance);
    let right = role_of_definition(&fields, "role_definition_id");
    let grant = Grant::new(header(instance), Link::default(), Scope::Other, right);
    let principal = Principal::Id(fields.reference("principal_id"));
    let hsm = fields.first_of(&["managed_hsm_id", "vault_base_url"]);
    let vault = fields.reference(hsm);
    let scope = fields.text("scope");
    let is_key = scope
        .value()
        .is_some_and(|scope| ids::key_name(scope).is_some());
    // An unknown scope may be a key, and then another one.
    let on = if is_key || scope.unknown().is_some() {
        On::KeyOf(vault, fields.reference("scope"))
    } else {
        On::Vault(vault)
    };
    builder.add_grant(grant, principal, on);
}

fn key(builder: &mut Builder<'_>, instance: &Instance, vault: &str) {
    let fields = fields(instance);
    let mut key = Key::new(header(instance));
    key.name = fields.text("name");
    key.key_type = fields.fact("key_type", |value| {
        text(value).map(|word| KeyType::new(&word))
    });
    key.size = fields.number("key_size");
    key.operations = fields.texts_or(NEEDED_OPERATIONS, "key_opts");
    key.expires = fields.fact("expiration_date", date);
    key.not_before = fields.fact("not_before_date", date);
    key.rotation = rotation(&fields);
    builder.add_key(key, fields.reference(vault));
}

/// The day of an RFC 3339 time.
pub(super) fn date(value: &Value) -> Result<Date, &'static str> {
    let text = text(value)?;
    let day = text.get(..10).and_then(day);
    day.ok_or("a date such as 2027-01-31T00:00:00Z")
}

fn day(text: &str) -> Option<Date> {
    let mut parts = text.split('-');
    let year = parts.next()?.parse().ok()?;
    let month = parts.next()?.parse().ok()?;
    let day = parts.next()?.parse().ok()?;
    let fits = parts.next().is_none() && (1..=12).contains(&month) && (1..=31).contains(&day);
    fits.then_some(Date { year, month, day })
}

fn rotation(fields: &Fields) -> Fact<Rotation> {
    match fields.nested("rotation_policy") {
        Nested::Absent(origin) => Fact::absent_at(origin),
        Nested::Unknown(unknown, origin) => Fact::unknown_at(Unknown::clone(&unknown), origin),
        Nested::Here(policy) => rotation_of(&policy),
    }
}

fn rotation_of(policy: &Fields) -> Fact<Rotation> {
    let automatic = policy.nested("automatic");
    let expire_after = policy.text("expire_after");
    match automatic {
        Nested::Here(automatic) => Fact::value_at(
            Rotation {
                is_automatic: true,
                time_after_creation: automatic.text("time_after_creation"),
                time_before_expiry: automatic.text("time_before_expiry"),
                expire_after,
            },
            policy.origin(),
        ),
        Nested::Absent(_) => Fact::value_at(
            Rotation {
                expire_after,
                ..Rotation::default()
            },
            policy.origin(),
        ),
        Nested::Unknown(unknown, origin) => Fact::unknown_at(Unknown::clone(&unknown), origin),
    }
}
