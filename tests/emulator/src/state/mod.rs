//! What a tenant consists of, as plain data that can be saved and loaded.
//!
//! Maps are keyed by lower-case ids, because Azure compares ids without case; the values keep the
//! spelling of whoever created them.

pub(crate) mod application;
pub(crate) mod environment;
pub(crate) mod operation;
pub(crate) mod policy;
pub(crate) mod vault;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::clock::Timestamp;
use application::Application;
use environment::{Environment, Slot};
use operation::Operation;
use policy::Policy;
use vault::Vault;

/// Everything the emulator remembers between two runs.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(
    clippy::struct_field_names,
    reason = "`tenant_id` is the word of all the APIs"
)]
pub(crate) struct Tenant {
    pub(crate) tenant_id: String,
    pub(crate) applications: Vec<Application>,
    pub(crate) subscriptions: BTreeMap<String, Subscription>,
    pub(crate) resource_groups: BTreeMap<String, ResourceGroup>,
    pub(crate) vaults: BTreeMap<String, Vault>,
    pub(crate) policies: BTreeMap<String, Policy>,
    /// Key: scope and name.
    pub(crate) role_assignments: BTreeMap<String, RoleAssignment>,
    pub(crate) environments: BTreeMap<String, Environment>,
    /// In the order of their creation.
    pub(crate) operations: Vec<Operation>,
    /// Positions in `operations` of those that have not ended.
    pub(crate) running: Vec<usize>,
    /// When each service principal becomes visible to role assignments.
    pub(crate) principals: BTreeMap<String, Timestamp>,
    /// The key policy of tenant-level app data.
    pub(crate) platform_apps: Option<Slot>,
    /// What Resource Graph will show, and from when on.
    pub(crate) graph: Vec<GraphChange>,
    /// Source of new ids: the same calls give the same ids.
    pub(crate) ids_given: u64,
}

/// A subscription and what it is registered for.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Subscription {
    pub(crate) id: String,
    /// When `Microsoft.PowerPlatform` becomes registered; absent means not asked for.
    pub(crate) registered_at: Option<Timestamp>,
    /// The same for the preview feature.
    pub(crate) feature_registered_at: Option<Timestamp>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ResourceGroup {
    pub(crate) subscription: String,
    pub(crate) name: String,
    pub(crate) location: String,
}

/// A role assignment of Resource Manager, or of a Managed HSM (scope `/keys…` then).
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RoleAssignment {
    pub(crate) scope: String,
    pub(crate) name: String,
    pub(crate) role_definition_id: String,
    pub(crate) principal_id: String,
    pub(crate) principal_type: String,
    pub(crate) description: Option<String>,
    pub(crate) condition: Option<String>,
    pub(crate) condition_version: Option<String>,
    pub(crate) created: Timestamp,
    pub(crate) effective: Timestamp,
    pub(crate) created_by: String,
}

impl RoleAssignment {
    /// The last segment of the role definition's id, which is what identifies a role.
    pub(crate) fn role(&self) -> String {
        self.role_definition_id
            .rsplit('/')
            .next()
            .unwrap_or_default()
            .to_lowercase()
    }

    pub(crate) fn covers(&self, id: &str) -> bool {
        is_at_or_below(id, &self.scope)
    }
}

/// A row that Resource Graph shows from a point on, or no longer shows.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct GraphChange {
    pub(crate) at: Timestamp,
    pub(crate) id: String,
    pub(crate) row: Option<Value>,
}

impl Tenant {
    /// A new id; the same calls on the same tenant give the same ids.
    pub(crate) fn new_guid(&mut self) -> String {
        self.ids_given += 1;
        let name = format!("{}/{}", self.tenant_id, self.ids_given);
        Uuid::new_v5(&Uuid::NAMESPACE_URL, name.as_bytes()).to_string()
    }

    pub(crate) fn environment(&self, id: &str) -> Option<&Environment> {
        self.environments.get(&id.to_lowercase())
    }

    pub(crate) fn environment_mut(&mut self, id: &str) -> Option<&mut Environment> {
        self.environments.get_mut(&id.to_lowercase())
    }

    pub(crate) fn policy_by_system_id(&self, system_id: &str) -> Option<&Policy> {
        self.policies
            .values()
            .find(|policy| policy.system_id().eq_ignore_ascii_case(system_id))
    }

    /// By ARM id or system id.
    pub(crate) fn policy(&self, id: &str) -> Option<&Policy> {
        self.policies
            .get(&id.to_lowercase())
            .or_else(|| self.policy_by_system_id(id))
    }

    /// Ids of the environments with a slot that points to this policy, in any state.
    pub(crate) fn environments_of(&self, system_id: &str) -> Vec<String> {
        self.environments
            .iter()
            .filter(|(_, environment)| {
                environment
                    .live()
                    .slots
                    .values()
                    .any(|slot| slot.system_id.eq_ignore_ascii_case(system_id))
            })
            .map(|(key, _)| key.clone())
            .collect()
    }

    /// How many environments freeze this policy.
    pub(crate) fn links_of(&self, system_id: &str) -> usize {
        let platform = self
            .platform_apps
            .as_ref()
            .is_some_and(|slot| slot.system_id.eq_ignore_ascii_case(system_id));
        self.environments_of(system_id).len() + usize::from(platform)
    }

    pub(crate) fn vault_named(&self, name: &str, is_hsm: bool) -> Option<&Vault> {
        self.vaults
            .values()
            .find(|vault| vault.is_hsm() == is_hsm && vault.name.eq_ignore_ascii_case(name))
    }

    pub(crate) fn operation(&self, id: &str) -> Option<&Operation> {
        self.operations
            .iter()
            .rev()
            .find(|operation| operation.id.eq_ignore_ascii_case(id))
    }

    pub(crate) fn operation_mut(&mut self, id: &str) -> Option<&mut Operation> {
        self.operations
            .iter_mut()
            .rev()
            .find(|operation| operation.id.eq_ignore_ascii_case(id))
    }

    /// The operation that keeps this environment busy.
    pub(crate) fn active_operation(&self, environment: &str) -> Option<&Operation> {
        self.running
            .iter()
            .filter_map(|&position| self.operations.get(position))
            .find(|operation| operation.environment.eq_ignore_ascii_case(environment))
    }

    pub(crate) fn application(&self, client_id: &str) -> Option<&Application> {
        self.applications
            .iter()
            .find(|application| application.client_id.eq_ignore_ascii_case(client_id))
    }
}

/// Whether an id names the scope itself or something within it.
pub(crate) fn is_at_or_below(id: &str, scope: &str) -> bool {
    let scope = scope.trim_end_matches('/').to_lowercase();
    let id = id.to_lowercase();
    id.strip_prefix(&scope)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_ends_at_a_slash() {
        assert!(is_at_or_below("/subscriptions/A/x", "/subscriptions/a"));
        assert!(is_at_or_below("/subscriptions/a", "/"));
        assert!(!is_at_or_below("/subscriptions/ab", "/subscriptions/a"));
    }
}
