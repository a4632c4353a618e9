//! Key vaults, Managed HSMs and their keys, as Resource Manager shows them.
//!
//! An object that could not be read is in the estate, too, with facts that nobody knows: then the
//! rules say what they cannot decide.

use std::sync::Arc;

use ppcmk_coverage::estate::{
    Date, Fact, Handle, Header, Key, KeyType, Link, Management, NetworkDefault, Rotation, Vault,
    VaultKind,
};
use ppcmk_coverage::{KeyName, KeyVaultId};

use super::fact::not_shown;
use crate::checks::{Seen, why_unread};
use crate::client;

/// A vault of the tenant.
pub(crate) fn vault(id: &KeyVaultId, seen: &Seen<client::Vault>) -> Vault {
    let (kind, what) = if id.is_managed_hsm() {
        (VaultKind::ManagedHsm, "the Managed HSM")
    } else {
        (VaultKind::KeyVault, "the key vault")
    };
    let text = id.as_str().to_ascii_lowercase();
    let mut vault = Vault::new(live(&text), kind);
    vault.id = text.into();
    vault.name = id.name().to_owned().into();
    match why_not(seen, what) {
        Ok(seen) => fill_vault(&mut vault, seen),
        Err(why) => {
            vault.region = not_shown(why.clone());
            vault.purge_protection = not_shown(why.clone());
            vault.retention_days = not_shown(why.clone());
            vault.public_network_access = not_shown(why.clone());
            vault.network_default = not_shown(why.clone());
            vault.trusted_services_bypass = not_shown(why.clone());
            vault.rbac = not_shown(why);
        }
    }
    vault
}

fn fill_vault(vault: &mut Vault, seen: &client::Vault) {
    vault.region = seen.location.as_str().to_owned().into();
    vault.purge_protection = seen.purge_protection.into();
    vault.retention_days = optional(seen.soft_delete_retention_days);
    vault.public_network_access = optional(seen.network.public_access);
    vault.network_default = optional(seen.network.denies_by_default.map(|denies| {
        if denies {
            NetworkDefault::Deny
        } else {
            NetworkDefault::Allow
        }
    }));
    vault.trusted_services_bypass = optional(seen.network.trusted_services_bypass);
    vault.rbac = seen.uses_rbac.into();
}

/// A key of the tenant.
pub(crate) fn key(
    (vault, vault_id): (Handle<Vault>, &KeyVaultId),
    name: &KeyName,
    seen: &Seen<client::Key>,
) -> Key {
    let mut key = Key::new(live(&vault_id.key(name).to_ascii_lowercase()));
    key.vault = Link::to(vault);
    key.name = name.to_string().into();
    match why_not(seen, "the key") {
        Ok(seen) => fill_key(&mut key, seen),
        Err(why) => {
            key.key_type = not_shown(why.clone());
            key.size = not_shown(why.clone());
            key.operations = not_shown(why.clone());
            key.expires = not_shown(why.clone());
            key.not_before = not_shown(why.clone());
            key.rotation = not_shown(why.clone());
            key.enabled = not_shown(why);
        }
    }
    key
}

fn fill_key(key: &mut Key, seen: &client::Key) {
    key.key_type = if seen.key_type.is_empty() {
        not_shown("the service does not show the type of the key")
    } else {
        KeyType::new(&seen.key_type).into()
    };
    key.size = match seen.size {
        Some(size) => size.into(),
        None => not_shown("the service does not show the size of the key"),
    };
    // A key without a list allows everything.
    key.operations = optional((!seen.operations.is_empty()).then(|| seen.operations.clone()));
    key.expires = optional(seen.expires.map(day));
    key.not_before = optional(seen.not_before.map(day));
    key.rotation = optional(seen.rotates.then(|| Rotation {
        is_automatic: true,
        ..Rotation::default()
    }));
    key.enabled = optional(seen.enabled);
}

/// The object, or why there is nothing to see.
fn why_not<'a, T>(seen: &'a Seen<T>, what: &str) -> Result<&'a T, Arc<str>> {
    match seen {
        Seen::Is(object) => Ok(object),
        Seen::Missing => Err(format!("{what} does not exist yet").into()),
        Seen::Unread(error) => {
            Err(format!("{what} could not be read: {}", why_unread(error)).into())
        }
    }
}

fn day(unix_seconds: i64) -> Date {
    Date::from_unix_days(unix_seconds.div_euclid(86_400))
}

fn optional<T>(value: Option<T>) -> Fact<T> {
    value.map_or_else(Fact::default, Fact::from)
}

fn live(address: &str) -> Header {
    Header {
        management: Management::Live,
        ..Header::new(address)
    }
}

#[cfg(test)]
mod tests {
    use ppcmk_coverage::estate::Known;

    use super::*;

    const ID: &str = "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/rg/providers/Microsoft.KeyVault/vaults/kv-cmk";

    #[test]
    fn what_is_missing_is_unknown_and_not_absent() {
        let id: KeyVaultId = ID.parse().unwrap();
        let vault = vault(&id, &Seen::Missing);
        let Known::Unknown(unknown) = &vault.purge_protection.known else {
            panic!("nobody has seen the vault")
        };
        assert_eq!(
            unknown.reason.to_string(),
            "the key vault does not exist yet"
        );
        assert_eq!(
            vault.id.value().map(String::as_str),
            Some(ID.to_ascii_lowercase().as_str())
        );
    }

    #[test]
    fn a_day_begins_at_midnight() {
        assert_eq!(day(86_399), day(0));
        assert_ne!(day(86_400), day(0));
        assert_eq!(day(-1).to_string(), "1969-12-31");
    }
}
