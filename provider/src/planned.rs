//! What this process plans, for plans of other objects that depend on it.
//!
//! Terraform plans a policy before what refers to it, in the same process, and asks about each
//! object alone. What is planned here does not exist yet, so nobody can read it anywhere else.
//! Objects of other providers, and of another configuration of this one, are not seen.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ppcmk_coverage::{EnvironmentId, KeyName, KeyVaultId, PolicyId, PolicyLocation, PrincipalId};

/// Notes of one process.
#[derive(Debug, Default)]
pub(crate) struct Planned(Mutex<Notes>);

#[derive(Debug, Default)]
struct Notes {
    leaving: HashSet<EnvironmentId>,
    linking: HashSet<EnvironmentId>,
    stored_links: HashSet<EnvironmentId>,
    policies: HashMap<PolicyId, Arc<PlannedPolicy>>,
    created: HashSet<PolicyId>,
    stored_policies: HashSet<PolicyId>,
    grants: Vec<PlannedGrant>,
}

/// A policy that this run creates, as far as its arguments are known.
#[derive(Clone, Debug)]
pub(crate) struct PlannedPolicy {
    pub(crate) id: PolicyId,
    pub(crate) location: Option<PolicyLocation>,
    pub(crate) vault: Option<KeyVaultId>,
    pub(crate) key_name: Option<KeyName>,
}

/// A `ppcmk_key_access` that this run creates; what is not known fits anything.
#[derive(Clone, Debug)]
pub(crate) struct PlannedGrant {
    pub(crate) policy: Option<PolicyId>,
    pub(crate) principal: Option<PrincipalId>,
    pub(crate) vault: Option<KeyVaultId>,
}

impl Planned {
    /// This run plans to take an environment off its policy, or to give it another one. The
    /// policy's own plan asks: Terraform plans what depends on a policy before the policy when both
    /// are destroyed.
    pub(crate) fn will_leave(&self, environment: EnvironmentId) {
        self.notes().leaving.insert(environment);
    }

    /// Whether this run plans to take the environment off its policy.
    pub(crate) fn is_leaving(&self, environment: &EnvironmentId) -> bool {
        self.notes().leaving.contains(environment)
    }

    /// A state has had the link of this environment: one that is planned anew replaces it.
    pub(crate) fn has_link(&self, environment: EnvironmentId) {
        self.notes().stored_links.insert(environment);
    }

    /// Whether a state has had the link of this environment.
    pub(crate) fn had_link(&self, environment: &EnvironmentId) -> bool {
        self.notes().stored_links.contains(environment)
    }

    /// This run plans to bring an environment under a policy. Answers all such environments.
    pub(crate) fn will_link(&self, environment: &EnvironmentId) -> Vec<EnvironmentId> {
        let mut notes = self.notes();
        notes.linking.insert(environment.clone());
        notes.linking.iter().cloned().collect()
    }

    /// This run plans to create a policy.
    pub(crate) fn will_create(&self, policy: PlannedPolicy) {
        self.notes()
            .policies
            .insert(policy.id.clone(), Arc::new(policy));
    }

    /// This run has created the policy, so it exists now.
    pub(crate) fn created(&self, policy: &PolicyId) {
        let mut notes = self.notes();
        notes.policies.remove(policy);
        notes.created.insert(policy.clone());
    }

    /// Whether this run has created the policy: an older link to the same id is to another one.
    pub(crate) fn was_created(&self, policy: &PolicyId) -> bool {
        self.notes().created.contains(policy)
    }

    /// The policy of this id that this run creates.
    pub(crate) fn policy(&self, id: &PolicyId) -> Option<Arc<PlannedPolicy>> {
        self.notes().policies.get(id).cloned()
    }

    /// A state has had this policy: one that is planned anew with the same id replaces it.
    pub(crate) fn has_state(&self, policy: PolicyId) {
        self.notes().stored_policies.insert(policy);
    }

    /// Whether a state has had this policy.
    pub(crate) fn had_state(&self, policy: &PolicyId) -> bool {
        self.notes().stored_policies.contains(policy)
    }

    /// This run plans a right on a key.
    pub(crate) fn will_grant(&self, grant: PlannedGrant) {
        self.notes().grants.push(grant);
    }

    /// Whether this run plans a right for a policy, or for its identity, on its vault.
    pub(crate) fn is_granted(
        &self,
        policy: &PolicyId,
        principal: Option<&PrincipalId>,
        vault: Option<&KeyVaultId>,
    ) -> bool {
        self.notes().grants.iter().any(|grant| {
            let is_its_own = grant.policy.as_ref() == Some(policy)
                || (principal.is_some() && grant.principal.as_ref() == principal);
            let fits = grant.vault.is_none() || vault.is_none() || grant.vault.as_ref() == vault;
            is_its_own && fits
        })
    }

    fn notes(&self) -> MutexGuard<'_, Notes> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_planned_policy_is_known_by_any_spelling_until_it_exists() {
        let id = |text: &str| -> PolicyId {
            format!(
                "/subscriptions/22222222-2222-2222-2222-222222222222/{text}/providers/\
                 Microsoft.PowerPlatform/enterprisePolicies/ep"
            )
            .parse()
            .unwrap()
        };
        let planned = Planned::default();
        planned.will_create(PlannedPolicy {
            id: id("resourceGroups/rg"),
            location: None,
            vault: None,
            key_name: None,
        });
        assert!(planned.policy(&id("resourcegroups/RG")).is_some());
        assert!(!planned.is_granted(&id("resourceGroups/rg"), None, None));
        planned.will_grant(PlannedGrant {
            policy: Some(id("resourceGroups/RG")),
            principal: None,
            vault: None,
        });
        assert!(planned.is_granted(&id("resourceGroups/rg"), None, None));
        assert!(!planned.was_created(&id("resourceGroups/rg")));
        planned.created(&id("resourceGroups/rg"));
        assert!(planned.was_created(&id("resourceGroups/RG")));
        assert!(planned.policy(&id("resourceGroups/rg")).is_none());
    }
}
