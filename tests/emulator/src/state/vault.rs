//! Key vaults and Managed HSMs with their keys.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;

/// Who decides what an identity may do with the keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum VaultKind {
    /// Role assignments of Resource Manager.
    Rbac,
    /// The vault's own access policies.
    AccessPolicies,
    /// A Managed HSM, with local role assignments.
    ManagedHsm,
}

/// Firewall settings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Network {
    /// `publicNetworkAccess`: `Enabled` or `Disabled`.
    pub public_access: String,
    /// `networkAcls.defaultAction`: `Allow` or `Deny`.
    pub default_action: String,
    /// `networkAcls.bypass`: `AzureServices` or `None`.
    pub bypass: String,
}

impl Default for Network {
    fn default() -> Self {
        Self {
            public_access: "Enabled".into(),
            default_action: "Allow".into(),
            bypass: "AzureServices".into(),
        }
    }
}

impl Network {
    pub(crate) fn is_public(&self) -> bool {
        self.public_access.eq_ignore_ascii_case("Enabled")
    }

    /// Whether a caller outside the network gets through.
    pub(crate) fn is_open(&self) -> bool {
        self.is_public() && self.default_action.eq_ignore_ascii_case("Allow")
    }

    /// Whether Power Platform, a trusted service, gets through.
    pub(crate) fn lets_services_in(&self) -> bool {
        self.is_open() || self.bypass.eq_ignore_ascii_case("AzureServices")
    }
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Vault {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) location: String,
    pub(crate) kind: VaultKind,
    pub(crate) purge_protection: bool,
    pub(crate) soft_delete: bool,
    pub(crate) network: Network,
    pub(crate) tags: BTreeMap<String, String>,
    pub(crate) access_policies: Vec<AccessPolicy>,
    /// Key: name in lower case.
    pub(crate) keys: BTreeMap<String, Key>,
    /// Local role assignments of a Managed HSM.
    pub(crate) local_assignments: Vec<super::RoleAssignment>,
}

impl Vault {
    pub(crate) fn is_hsm(&self) -> bool {
        self.kind == VaultKind::ManagedHsm
    }

    pub(crate) fn key(&self, name: &str) -> Option<&Key> {
        self.keys.get(&name.to_lowercase())
    }
}

/// What one identity may do, in a vault that uses access policies.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AccessPolicy {
    pub(crate) tenant_id: String,
    pub(crate) object_id: String,
    pub(crate) application_id: Option<String>,
    /// Permission kind (`keys`, `secrets` …) to permissions.
    pub(crate) permissions: BTreeMap<String, Vec<String>>,
    pub(crate) effective: Timestamp,
}

impl AccessPolicy {
    pub(crate) fn is_for(&self, object_id: &str, application_id: Option<&str>) -> bool {
        self.object_id.eq_ignore_ascii_case(object_id)
            && self.application_id.as_deref() == application_id
    }

    /// Whether it grants all of these permissions on keys.
    pub(crate) fn allows(&self, wanted: &[&str]) -> bool {
        let granted = self.permissions.get("keys").map_or(&[][..], Vec::as_slice);
        let has = |name: &str| {
            granted
                .iter()
                .any(|permission| permission.eq_ignore_ascii_case(name))
        };
        has("all") || wanted.iter().all(|name| has(name))
    }
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Key {
    pub(crate) name: String,
    pub(crate) kty: String,
    pub(crate) size: u32,
    pub(crate) operations: Vec<String>,
    /// Oldest first; the last one is current.
    pub(crate) versions: Vec<KeyVersion>,
}

impl Key {
    pub(crate) fn current(&self) -> Option<&KeyVersion> {
        self.versions.last()
    }

    /// A given version, or the current one.
    pub(crate) fn version(&self, wanted: Option<&str>) -> Option<&KeyVersion> {
        match wanted {
            Some(wanted) => self
                .versions
                .iter()
                .find(|version| version.id.eq_ignore_ascii_case(wanted)),
            None => self.current(),
        }
    }

    pub(crate) fn can_wrap(&self) -> bool {
        ["wrapKey", "unwrapKey"].iter().all(|wanted| {
            self.operations
                .iter()
                .any(|operation| operation.eq_ignore_ascii_case(wanted))
        })
    }
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct KeyVersion {
    /// 32 hexadecimal digits.
    pub(crate) id: String,
    pub(crate) enabled: bool,
    pub(crate) not_before: Option<Timestamp>,
    pub(crate) expires: Option<Timestamp>,
    pub(crate) created: Timestamp,
    pub(crate) updated: Timestamp,
}
