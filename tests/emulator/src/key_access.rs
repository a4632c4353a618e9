//! Whether a policy can use its key: what Power Platform would find when it tries.
//!
//! The services' own texts are not known; these are made up [X] after the list of checks in
//! Microsoft's validation script [M] and the documented requirements [D].

use thiserror::Error;

use crate::clock::Timestamp;
use crate::state::Tenant;
use crate::state::policy::{Policy, PolicyKey};
use crate::state::vault::{Vault, VaultKind};

/// Roles that may get, wrap and unwrap: Crypto Service Encryption User, Crypto Officer,
/// Administrator of a vault, Owner has no data actions and is not among them.
const VAULT_ROLES: [&str; 3] = [
    "e147488a-f6f5-4113-8e2d-b22465e65bf6",
    "14b46e9e-c2b7-41b4-b07b-48a6ebf60603",
    "00482a5a-887f-4fb3-b363-3b7fe8e74483",
];

/// The same for local roles of a Managed HSM: Crypto Service Encryption User, Crypto User.
const HSM_ROLES: [&str; 2] = [
    "33413926-3206-4cdd-b39a-83574fe37a17",
    "21dbd100-6940-42c2-9190-5d6cb909625b",
];

/// Why a key cannot be used.
#[derive(Debug, Error, PartialEq, Eq)]
pub(crate) enum KeyProblem {
    #[error("The policy has no key.")]
    NoKey,
    #[error("The key vault '{0}' could not be found.")]
    NoVault(String),
    #[error("The key vault '{0}' cannot be reached because of its network settings.")]
    Unreachable(String),
    #[error("Purge protection is not enabled on the key vault '{0}'.")]
    NoPurgeProtection(String),
    #[error("The key '{0}' could not be found.")]
    KeyNotFound(String),
    #[error("The key '{0}' is disabled.")]
    Disabled(String),
    #[error("The key '{0}' is expired or not yet valid.")]
    OutsideValidity(String),
    #[error("The key '{0}' cannot wrap and unwrap keys.")]
    WrongKind(String),
    #[error(
        "The enterprise policy identity cannot use the configured key. Verify get, wrap key and \
         unwrap key permissions and the key vault network settings."
    )]
    AccessDenied,
}

/// Looks at vault, key and permission as they are effective now.
pub(crate) fn check(tenant: &Tenant, policy: &Policy, now: Timestamp) -> Result<(), KeyProblem> {
    let wanted = policy.key.as_ref().ok_or(KeyProblem::NoKey)?;
    let vault = tenant
        .vaults
        .get(&wanted.vault_id.to_lowercase())
        .ok_or_else(|| KeyProblem::NoVault(wanted.vault_id.clone()))?;
    if !vault.network.lets_services_in() {
        return Err(KeyProblem::Unreachable(vault.name.clone()));
    }
    if !vault.purge_protection || !vault.soft_delete {
        return Err(KeyProblem::NoPurgeProtection(vault.name.clone()));
    }
    check_key(vault, wanted, now)?;
    if has_access(tenant, vault, wanted, &policy.principal_id, now) {
        Ok(())
    } else {
        Err(KeyProblem::AccessDenied)
    }
}

fn check_key(vault: &Vault, wanted: &PolicyKey, now: Timestamp) -> Result<(), KeyProblem> {
    let name = || wanted.name.clone();
    let key = vault
        .key(&wanted.name)
        .ok_or_else(|| KeyProblem::KeyNotFound(name()))?;
    let version = key
        .version(wanted.version.as_deref())
        .ok_or_else(|| KeyProblem::KeyNotFound(name()))?;
    if !version.enabled {
        return Err(KeyProblem::Disabled(name()));
    }
    let too_early = version.not_before.is_some_and(|time| time > now);
    let too_late = version.expires.is_some_and(|time| time <= now);
    if too_early || too_late {
        return Err(KeyProblem::OutsideValidity(name()));
    }
    if !key.kty.starts_with("RSA") || !key.can_wrap() {
        return Err(KeyProblem::WrongKind(name()));
    }
    Ok(())
}

fn has_access(
    tenant: &Tenant,
    vault: &Vault,
    key: &PolicyKey,
    principal: &str,
    now: Timestamp,
) -> bool {
    let key_id = format!("{}/keys/{}", vault.id, key.name);
    match vault.kind {
        VaultKind::Rbac => tenant.role_assignments.values().any(|assignment| {
            assignment.principal_id.eq_ignore_ascii_case(principal)
                && assignment.effective <= now
                && VAULT_ROLES.contains(&assignment.role().as_str())
                && assignment.covers(&key_id)
        }),
        VaultKind::AccessPolicies => vault.access_policies.iter().any(|entry| {
            entry.is_for(principal, None)
                && entry.effective <= now
                && entry.allows(&["get", "wrapKey", "unwrapKey"])
        }),
        VaultKind::ManagedHsm => vault.local_assignments.iter().any(|assignment| {
            assignment.principal_id.eq_ignore_ascii_case(principal)
                && assignment.effective <= now
                && HSM_ROLES.contains(&assignment.role().as_str())
                && assignment.covers(&format!("/keys/{}", key.name))
        }),
    }
}
