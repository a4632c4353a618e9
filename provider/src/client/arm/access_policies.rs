//! Grants on vaults that use access policies (API facts 3.5).
//!
//! `add` merges permissions into the principal's entry and `remove` takes the named ones out, so
//! both leave other permissions alone. `replace` is not used: it overwrites the principal's whole
//! entry, also what others gave it. Writers of the same vault race, and the last one wins, so the
//! caller reads the vault afterwards and sees what holds.

use ppcmk_coverage::{KeyVaultId, PrincipalId, TenantId};
use reqwest::Method;

use super::{ArmClient, KEY_VAULT_VERSION};
use crate::client::error::ClientError;
use crate::client::model::KeyPermission;
use crate::client::time::Call;
use crate::client::wire::vault::access_policy_body;

/// What a change of access policies did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AccessPolicyChange {
    /// These permissions were added or removed; the others were as wanted before.
    Changed(Vec<KeyPermission>),
    /// Everything was as wanted before.
    Nothing,
    /// There is no such vault.
    VaultMissing,
}

impl ArmClient {
    /// Gives a principal get, wrap and unwrap on all keys of a vault. The answer names what was
    /// missing, which is what a later removal may take away again.
    pub async fn add_access_policy(
        &self,
        call: &Call,
        vault_id: &KeyVaultId,
        tenant: &TenantId,
        principal: &PrincipalId,
    ) -> Result<AccessPolicyChange, ClientError> {
        let Some(vault) = self.vault(call, vault_id).await? else {
            return Ok(AccessPolicyChange::VaultMissing);
        };
        let own = vault.access_policy_of(principal);
        let missing: Vec<_> = KeyPermission::FOR_ENCRYPTION
            .into_iter()
            .filter(|permission| !own.is_some_and(|own| own.allows(*permission)))
            .collect();
        self.change(call, vault_id, "add", tenant, principal, missing)
            .await
    }

    /// Takes permissions away that [`Self::add_access_policy`] gave. Pass what it returned:
    /// permissions that the principal had before are not ours to remove. An entry that allows
    /// `all` is left alone, because taking three words out of it would change its meaning.
    pub async fn remove_access_policy(
        &self,
        call: &Call,
        vault_id: &KeyVaultId,
        tenant: &TenantId,
        principal: &PrincipalId,
        granted: &[KeyPermission],
    ) -> Result<AccessPolicyChange, ClientError> {
        let Some(vault) = self.vault(call, vault_id).await? else {
            return Ok(AccessPolicyChange::VaultMissing);
        };
        let Some(own) = vault.access_policy_of(principal) else {
            return Ok(AccessPolicyChange::Nothing);
        };
        if own.keys.iter().any(|key| key.eq_ignore_ascii_case("all")) {
            return Ok(AccessPolicyChange::Nothing);
        }
        let present: Vec<_> = granted
            .iter()
            .copied()
            .filter(|permission| own.allows(*permission))
            .collect();
        self.change(call, vault_id, "remove", tenant, principal, present)
            .await
    }

    async fn change(
        &self,
        call: &Call,
        vault_id: &KeyVaultId,
        operation: &str,
        tenant: &TenantId,
        principal: &PrincipalId,
        permissions: Vec<KeyPermission>,
    ) -> Result<AccessPolicyChange, ClientError> {
        if permissions.is_empty() {
            return Ok(AccessPolicyChange::Nothing);
        }
        let words: Vec<_> = permissions
            .iter()
            .map(|permission| permission.as_str())
            .collect();
        let body = access_policy_body(tenant.as_str(), principal.as_str(), &words);
        let id = format!("{vault_id}/accessPolicies/{operation}");
        let request = self
            .request(Method::PUT, &id, KEY_VAULT_VERSION)
            .json(&body);
        self.plane.send(call, &request).await?;
        Ok(AccessPolicyChange::Changed(permissions))
    }
}
