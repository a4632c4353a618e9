//! An enterprise policy in Resource Manager.

use std::collections::BTreeMap;

use ppcmk_coverage::{
    HealthStatus, KeyName, KeyVaultId, KeyVersion, PolicyId, PolicyKind, PolicyLocation,
    PrincipalId, SystemId, TenantId,
};
use serde_json::{Value, json};

/// Tags of a resource.
pub type Tags = BTreeMap<String, String>;

/// An enterprise policy as Resource Manager shows it (API facts 2.2). Whether environments are
/// linked to it is not visible there.
#[derive(Clone, Debug)]
pub struct EnterprisePolicy {
    /// Its ARM id.
    pub id: PolicyId,
    /// Where it lives: a geo, not an Azure region.
    pub location: PolicyLocation,
    /// What it is for.
    pub kind: PolicyKind,
    /// Its tags.
    pub tags: Tags,
    /// `SystemAssigned` for encryption.
    pub identity_type: Option<String>,
    /// The identity that uses the key.
    pub principal_id: Option<PrincipalId>,
    /// The tenant of that identity.
    pub tenant_id: Option<TenantId>,
    /// The handle for linking.
    pub system_id: Option<SystemId>,
    /// The vault.
    pub key_vault_id: Option<KeyVaultId>,
    /// The vault as the service wrote it.
    pub key_vault_id_text: Option<String>,
    /// The key.
    pub key_name: Option<KeyName>,
    /// The version, if one is pinned.
    pub key_version: Option<KeyVersion>,
    /// The state of the encryption section (`Enabled`).
    pub encryption_state: Option<String>,
    /// The health; nothing may wait for it.
    pub health_status: Option<HealthStatus>,
}

/// An encryption policy as it should be.
#[derive(Clone, Debug)]
pub struct PolicySpec {
    /// Where it should live. It cannot be changed later.
    pub location: PolicyLocation,
    /// The vault.
    pub key_vault_id: KeyVaultId,
    /// The key.
    pub key_name: KeyName,
    /// A version to pin; without one the policy follows the newest.
    pub key_version: Option<KeyVersion>,
    /// Tags.
    pub tags: Tags,
}

impl PolicySpec {
    /// Text that is the same for specifications that ask for the same policy.
    pub(crate) fn fingerprint(&self) -> String {
        self.body().to_string()
    }

    /// The body of a PUT, as documented for customer-managed keys (API facts 2.3). `version` is
    /// left out rather than null: that is the documented form.
    pub(crate) fn body(&self) -> Value {
        let mut key = json!({ "name": self.key_name.as_str() });
        if let Some(version) = &self.key_version {
            key["version"] = json!(version.as_str());
        }
        let mut body = json!({
            "location": self.location.canonical(),
            "kind": PolicyKind::Encryption.as_str(),
            "identity": { "type": "SystemAssigned" },
            "properties": {
                "lockbox": null,
                "encryption": {
                    "state": "Enabled",
                    "keyVault": { "id": self.key_vault_id.as_str(), "key": key },
                },
                "networkInjection": null,
            },
        });
        if !self.tags.is_empty() {
            body["tags"] = json!(self.tags);
        }
        body
    }
}

/// Whether `Microsoft.PowerPlatform` may be used in a subscription (API facts 2.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProviderRegistration {
    /// The state.
    pub state: RegistrationState,
    /// The locations of enterprise policies, which is the authoritative list.
    pub policy_locations: Vec<String>,
    /// The API versions of enterprise policies.
    pub policy_api_versions: Vec<String>,
}

/// The state of a registration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RegistrationState {
    /// It may be used.
    Registered,
    /// It soon may be.
    Registering,
    /// It may not.
    NotRegistered,
    /// It soon may not be.
    Unregistering,
    /// Another word.
    Other(String),
}

impl RegistrationState {
    /// Takes any word.
    pub fn new(word: &str) -> Self {
        match word.to_ascii_lowercase().as_str() {
            "registered" => Self::Registered,
            "registering" => Self::Registering,
            "notregistered" | "unregistered" => Self::NotRegistered,
            "unregistering" => Self::Unregistering,
            _ => Self::Other(word.to_owned()),
        }
    }
}
