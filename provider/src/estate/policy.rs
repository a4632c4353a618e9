//! Enterprise policies, as Resource Manager shows them or as this run plans them.

use ppcmk_coverage::estate::{
    Fact, Header, Identity, IdentityKind, Key, Link, Management, Origin, Policy, PolicyForm, Vault,
};
use ppcmk_coverage::{KeyName, KeyVaultId, PolicyId, PolicyKind};

use super::fact::not_shown;
use crate::client::EnterprisePolicy;
use crate::planned::PlannedPolicy;

/// A policy of the tenant. Its rights are still to be added.
pub(crate) fn policy(seen: &EnterprisePolicy) -> Policy {
    let id = seen.id.as_str().to_ascii_lowercase();
    let header = Header {
        management: Management::Live,
        ..Header::new(id.as_str())
    };
    let mut policy = Policy::new(header, PolicyForm::Live);
    policy.id = id.into();
    policy.system_id = optional(seen.system_id.as_ref(), |id| {
        id.as_str().to_ascii_lowercase()
    });
    policy.location = seen.location.clone().into();
    policy.kind = seen.kind.clone().into();
    // Whether an answer without a type means none is not known.
    policy.identity = optional(seen.identity_type.as_ref(), |word| identity(word));
    policy.has_encryption = (seen.key_vault_id_text.is_some() && seen.key_name.is_some()).into();
    policy.vault = seen
        .key_vault_id
        .as_ref()
        .map(vault_link)
        .unwrap_or_default();
    if let (Some(vault), Some(key)) = (&seen.key_vault_id, &seen.key_name) {
        policy.key = key_link(vault, key);
    }
    policy.key_name = optional(seen.key_name.as_ref(), ToString::to_string);
    policy.key_version = optional(seen.key_version.as_ref(), ToString::to_string);
    policy
}

/// A policy that could not be read.
pub(crate) fn unread(id: &PolicyId, why: &str) -> Policy {
    let id = id.as_str().to_ascii_lowercase();
    let header = Header {
        management: Management::Live,
        ..Header::new(id.as_str())
    };
    let mut policy = Policy::new(header, PolicyForm::Live);
    policy.id = id.into();
    policy.location = not_shown(why);
    policy.kind = not_shown(why);
    policy.grants_read = not_shown(why);
    policy
}

/// A policy that this run creates.
pub(crate) fn planned(planned: &PlannedPolicy) -> Policy {
    let id = planned.id.as_str().to_ascii_lowercase();
    let mut policy = Policy::new(Header::new(id.as_str()), PolicyForm::Own);
    policy.id = id.into();
    policy.kind = PolicyKind::Encryption.into();
    policy.location = optional(planned.location.as_ref(), Clone::clone);
    policy.vault = planned.vault.as_ref().map(vault_link).unwrap_or_default();
    policy.key_name = optional(planned.key_name.as_ref(), ToString::to_string);
    policy
}

/// A vault by its id, in the estate or not.
pub(crate) fn vault_link(id: &KeyVaultId) -> Link<Vault> {
    Identity::Elsewhere(id.as_str().to_ascii_lowercase().into()).into()
}

/// A key by its id in Resource Manager.
pub(crate) fn key_link(vault: &KeyVaultId, key: &KeyName) -> Link<Key> {
    Identity::Elsewhere(vault.key(key).to_ascii_lowercase().into()).into()
}

fn optional<T, U>(value: Option<&T>, convert: impl FnOnce(&T) -> U) -> Fact<U> {
    value.map_or_else(
        || Fact::absent_at(Origin::default()),
        |value| convert(value).into(),
    )
}

fn identity(word: &str) -> IdentityKind {
    match word.to_ascii_lowercase().as_str() {
        "systemassigned" => IdentityKind::SystemAssigned,
        "userassigned" => IdentityKind::UserAssigned,
        "none" => IdentityKind::None,
        _ => IdentityKind::Other,
    }
}
