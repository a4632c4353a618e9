//! A Power Platform environment.

use ppcmk_coverage::{
    AzureRegion, EnvironmentId, EnvironmentLocation, EnvironmentSku, LinkStatus, PolicyId, SystemId,
};

/// An environment, as far as customer-managed keys care (API facts 4.2).
#[derive(Clone, Debug)]
pub struct Environment {
    /// Its id.
    pub id: EnvironmentId,
    /// Its name for people; may be empty.
    pub display_name: String,
    /// The environment API's name for its geo.
    pub location: EnvironmentLocation,
    /// The Azure region, where the service shows one.
    pub azure_region: Option<AzureRegion>,
    /// Its type.
    pub sku: EnvironmentSku,
    /// Whether it is a Managed Environment (`protectionLevel` is `Standard`).
    pub is_managed: bool,
    /// Whether it has a Dataverse database.
    pub has_dataverse: bool,
    /// `Ready` when idle; other words while operations run.
    pub management_state: Option<String>,
    /// `Enabled`, `AdminMode`, `Disabled`; `Disabled` while a key is applied.
    pub runtime_state: Option<String>,
    /// `Succeeded` when idle.
    pub provisioning_state: Option<String>,
    /// The encryption policy that is linked, or being linked or unlinked.
    pub encryption: Option<PolicyLink>,
    /// The network policy.
    pub network: Option<PolicyLink>,
    /// The identity policy.
    pub identity: Option<PolicyLink>,
    /// What the service says about who manages the key. `Microsoft` in every capture, also with a
    /// policy linked, so it decides nothing.
    pub key_managed_by: Option<String>,
    /// Whether the caller may link keys. Only a single read tells; a list leaves it out.
    pub can_manage_protection_keys: Option<bool>,
    /// The finance and operations part, if there is one.
    pub finance_and_operations: Option<FinanceAndOperations>,
    /// What the service says may be done with the environment now.
    pub lifecycle: LifecycleOperations,
}

impl Environment {
    /// Whether an encryption policy is linked for good.
    pub fn is_encrypted_by_policy(&self) -> bool {
        self.encryption
            .as_ref()
            .is_some_and(|link| link.status == LinkStatus::Linked)
    }
}

/// One slot of an environment's policies (API facts 4.3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyLink {
    /// The policy's ARM id.
    pub policy_id: Option<PolicyId>,
    /// The policy's system id.
    pub system_id: Option<SystemId>,
    /// How far the link is; the empty word when the service shows none.
    pub status: LinkStatus,
    /// The ARM id as the service wrote it.
    pub policy_id_text: Option<String>,
    /// The system id as the service wrote it.
    pub system_id_text: Option<String>,
    /// The GUID of the policy, which is also the end of its system id.
    pub policy_guid: Option<String>,
}

impl PolicyLink {
    /// The ids of the policy, as the service wrote them.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        [
            &self.policy_id_text,
            &self.system_id_text,
            &self.policy_guid,
        ]
        .into_iter()
        .filter_map(|id| id.as_deref())
    }

    /// Whether this is the link to a policy, by whichever id both sides know. The system id decides:
    /// the Azure resource id names a deleted policy and the one that was created in its place alike.
    pub fn is_to(&self, policy_id: Option<&PolicyId>, system_id: Option<&SystemId>) -> bool {
        let same_system_id = match (system_id, &self.system_id) {
            (Some(wanted), Some(own)) => return wanted.is_same_policy(own),
            (Some(wanted), None) => self
                .policy_guid
                .as_deref()
                .is_some_and(|guid| guid.eq_ignore_ascii_case(wanted.policy_guid())),
            (None, _) => false,
        };
        same_system_id || policy_id.is_some_and(|wanted| Some(wanted) == self.policy_id.as_ref())
    }
}

/// The finance and operations part of an environment (API facts 5.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FinanceAndOperations {
    /// The id; of the Lifecycle Services environment for `Linked`.
    pub id: Option<String>,
    /// `Internal` for unified environments, `Linked` for those of Lifecycle Services.
    pub kind: Option<String>,
    /// Its URL.
    pub url: Option<String>,
}

impl FinanceAndOperations {
    /// Whether it is managed in the admin center.
    pub fn is_unified(&self) -> bool {
        self.kind
            .as_deref()
            .is_some_and(|kind| kind.eq_ignore_ascii_case("Internal"))
    }
}

/// What may and may not be done with an environment, by the service's own account.
///
/// Only operations about keys are kept. Advice: a disallowed operation with a message is worth an
/// early error, an allowed one is no guarantee (API facts 4.2).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LifecycleOperations {
    /// Operations that may be started.
    pub allowed: Vec<LifecycleRule>,
    /// Operations that may not.
    pub disallowed: Vec<LifecycleRule>,
}

impl LifecycleOperations {
    /// Why an operation may not be started, if the list says so.
    pub fn disallows(&self, operation: &str) -> Option<&LifecycleRule> {
        self.disallowed
            .iter()
            .find(|rule| rule.operation.eq_ignore_ascii_case(operation))
    }

    /// Whether the list names the operation as allowed.
    pub fn allows(&self, operation: &str) -> bool {
        self.allowed
            .iter()
            .any(|rule| rule.operation.eq_ignore_ascii_case(operation))
    }
}

/// One operation with a reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LifecycleRule {
    /// The operation, such as `NewCustomerManagedKey`.
    pub operation: String,
    /// The kind of reason, such as `EnvironmentSkuType` or `EnvironmentCmkLinked`.
    pub reason: Option<String>,
    /// The service's sentence.
    pub message: Option<String>,
}
