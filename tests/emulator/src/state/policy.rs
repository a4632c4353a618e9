//! Enterprise policies.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::clock::Timestamp;

/// What a policy governs; the route segment and the slot follow from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum PolicyKind {
    /// Customer-managed key.
    Encryption,
    /// Virtual network.
    NetworkInjection,
    /// Managed identity.
    Identity,
}

impl PolicyKind {
    pub(crate) fn parse(word: &str) -> Option<Self> {
        [Self::Encryption, Self::NetworkInjection, Self::Identity]
            .into_iter()
            .find(|kind| kind.word().eq_ignore_ascii_case(word))
    }

    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Encryption => "Encryption",
            Self::NetworkInjection => "NetworkInjection",
            Self::Identity => "Identity",
        }
    }

    /// Types of the operations that link, swap and unlink.
    pub(crate) fn operations(self) -> [&'static str; 3] {
        match self {
            Self::Encryption => [
                "NewCustomerManagedKey",
                "RotateCustomerManagedKey",
                "RevertToMicrosoftKey",
            ],
            Self::NetworkInjection => [
                "NewNetworkInjection",
                "SwapNetworkInjection",
                "RevertNetworkInjection",
            ],
            Self::Identity => ["NewIdentity", "SwapIdentity", "RevertIdentity"],
        }
    }
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Policy {
    pub(crate) subscription: String,
    pub(crate) resource_group: String,
    pub(crate) name: String,
    pub(crate) location: String,
    /// The word of the request: the enum is open.
    pub(crate) kind: String,
    pub(crate) tags: BTreeMap<String, String>,
    pub(crate) principal_id: String,
    /// Last segment of the system id.
    pub(crate) guid: String,
    pub(crate) key: Option<PolicyKey>,
    pub(crate) lockbox: Value,
    pub(crate) network_injection: Value,
    pub(crate) created: Timestamp,
    pub(crate) modified: Timestamp,
    pub(crate) created_by: String,
    pub(crate) modified_by: String,
    /// When the environment API finds it.
    pub(crate) linkable: Timestamp,
    /// Whether the key could be used when last looked at.
    pub(crate) key_usable: bool,
    /// Whether the key was lost while environments were linked.
    pub(crate) unhealthy: bool,
    /// Whether a link has ever succeeded.
    pub(crate) was_linked: bool,
}

/// The key an encryption policy uses.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PolicyKey {
    pub(crate) vault_id: String,
    pub(crate) name: String,
    pub(crate) version: Option<String>,
}

impl Policy {
    pub(crate) fn id(&self) -> String {
        format!(
            "/subscriptions/{}/resourceGroups/{}/providers/Microsoft.PowerPlatform/enterprisePolicies/{}",
            self.subscription, self.resource_group, self.name
        )
    }

    pub(crate) fn system_id(&self) -> String {
        format!(
            "/regions/{}/providers/Microsoft.PowerPlatform/enterprisePolicies/{}",
            self.location, self.guid
        )
    }

    pub(crate) fn known_kind(&self) -> Option<PolicyKind> {
        PolicyKind::parse(&self.kind)
    }
}
