//! Keys of a seed, and the rights on them.

use std::collections::BTreeMap;

use super::build::CREATED;
use super::{SeedError, SeedKey, SeedPolicy};
use crate::state::policy::{PolicyKey, PolicyKind};
use crate::state::vault::{AccessPolicy, Key, KeyVersion, VaultKind};
use crate::state::{RoleAssignment, Tenant};

const VAULT_ROLE: &str = "e147488a-f6f5-4113-8e2d-b22465e65bf6";
const HSM_ROLE: &str = "33413926-3206-4cdd-b39a-83574fe37a17";

pub(super) fn new_key(tenant: &mut Tenant, vault: VaultKind, key: &SeedKey) -> Key {
    let usual = if vault == VaultKind::ManagedHsm {
        "RSA-HSM"
    } else {
        "RSA"
    };
    let versions = (0..key.versions.max(1))
        .map(|_| KeyVersion {
            id: tenant.new_guid().replace('-', ""),
            enabled: key.enabled,
            not_before: key.not_before,
            expires: key.expires,
            created: CREATED,
            updated: CREATED,
        })
        .collect();
    Key {
        name: key.name.clone(),
        kty: key.kty.clone().unwrap_or_else(|| usual.into()),
        size: key.size,
        operations: key.operations.clone(),
        versions,
    }
}

pub(super) fn policy_key(
    tenant: &Tenant,
    policy: &SeedPolicy,
    place: &str,
) -> Result<Option<PolicyKey>, SeedError> {
    if policy.kind != PolicyKind::Encryption {
        return Ok(None);
    }
    let unknown = |what, name: &str| SeedError::Unknown {
        place: place.to_owned(),
        what,
        name: name.to_owned(),
    };
    let name = policy.vault.as_deref().unwrap_or_default();
    let vault = tenant
        .vault_named(name, false)
        .or_else(|| tenant.vault_named(name, true))
        .ok_or_else(|| unknown("vault", name))?;
    let key = vault
        .key(&policy.key)
        .ok_or_else(|| unknown("key", &policy.key))?;
    if policy.key_version.is_some() && key.version(policy.key_version.as_deref()).is_none() {
        return Err(unknown(
            "key version",
            policy.key_version.as_deref().unwrap_or_default(),
        ));
    }
    Ok(Some(PolicyKey {
        vault_id: vault.id.clone(),
        name: policy.key.clone(),
        version: policy.key_version.clone(),
    }))
}

/// Gives an identity the right on the keys of a vault, the way the vault decides about rights.
pub(crate) fn grant(tenant: &mut Tenant, vault_id: &str, principal_id: &str) {
    let name = tenant.new_guid();
    let tenant_id = tenant.tenant_id.clone();
    let Some(vault) = tenant.vaults.get_mut(&vault_id.to_lowercase()) else {
        return;
    };
    let assignment = |scope: &str, role: String| RoleAssignment {
        scope: scope.into(),
        name: name.clone(),
        role_definition_id: role,
        principal_id: principal_id.into(),
        principal_type: "ServicePrincipal".into(),
        description: None,
        condition: None,
        condition_version: None,
        created: CREATED,
        effective: CREATED,
        created_by: "seed".into(),
    };
    match vault.kind {
        VaultKind::Rbac => {
            let subscription = vault.id.split('/').nth(2).unwrap_or_default();
            let role = format!(
                "/subscriptions/{subscription}/providers/Microsoft.Authorization/roleDefinitions/{VAULT_ROLE}"
            );
            let new = assignment(&vault.id, role);
            let key = format!("{}/{}", new.scope, new.name).to_lowercase();
            tenant.role_assignments.insert(key, new);
        }
        VaultKind::AccessPolicies => vault.access_policies.push(AccessPolicy {
            tenant_id,
            object_id: principal_id.into(),
            application_id: None,
            permissions: BTreeMap::from([(
                "keys".into(),
                ["get", "wrapKey", "unwrapKey"].map(String::from).to_vec(),
            )]),
            effective: CREATED,
        }),
        VaultKind::ManagedHsm => vault.local_assignments.push(assignment(
            "/keys",
            format!(
                "Microsoft.KeyVault/providers/Microsoft.Authorization/roleDefinitions/{HSM_ROLE}"
            ),
        )),
    }
}
