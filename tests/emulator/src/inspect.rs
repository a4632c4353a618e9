//! Looking into and changing the tenant from a test, past all APIs.

use serde_json::Value;

use crate::changes::{self, Change, ChangeError};
use crate::emulator::Emulator;
use crate::key_access;
use crate::state::operation::Stage;
use crate::state::policy::PolicyKind;

/// An environment as it is, without the delay of reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnvironmentState {
    /// Its id.
    pub id: String,
    /// Whether it is a managed environment.
    pub managed: bool,
    /// `states.runtime.id`
    pub runtime: String,
    /// `states.management.id`
    pub management: String,
    /// System id and link status of the encryption slot.
    pub encryption: Option<(String, String)>,
}

/// A policy as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyState {
    /// ARM id.
    pub id: String,
    /// System id.
    pub system_id: String,
    /// The identity.
    pub principal_id: String,
    /// Whether Power Platform could use the key now.
    pub key_usable: bool,
    /// Whether the key was lost while environments were linked.
    pub unhealthy: bool,
}

/// An operation as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OperationState {
    /// Its id.
    pub id: String,
    /// Its type, for example `NewCustomerManagedKey`.
    pub kind: String,
    /// Whether it has ended.
    pub ended: bool,
    /// Whether it ends, or ended, in failure.
    pub fails: bool,
}

impl Emulator {
    /// Makes a change that no API makes; gives the id of an operation that it starts.
    pub fn change(&self, change: Change) -> Result<Option<String>, ChangeError> {
        changes::apply(&mut self.shared.world(), change)
    }

    /// Like [`Emulator::change`], for tests that know what is there.
    fn must(&self, change: Change) -> String {
        match self.change(change) {
            Ok(started) => started.unwrap_or_default(),
            Err(error) => panic!("{error}"),
        }
    }

    /// Somebody else links an environment; done at once. Panics, as the methods below do, when
    /// the tenant does not have what is named.
    pub fn link_elsewhere(&self, environment: &str, policy: &str) {
        self.must(Change::LinkElsewhere {
            environment: environment.into(),
            policy: policy.into(),
        });
    }

    /// Somebody else unlinks the encryption policy; done at once.
    pub fn unlink_behind_the_back(&self, environment: &str) {
        self.must(Change::Unlink {
            environment: environment.into(),
        });
    }

    /// An environment is gone.
    pub fn delete_environment(&self, environment: &str) {
        self.must(Change::DeleteEnvironment {
            environment: environment.into(),
        });
    }

    /// A policy is gone, also while environments are linked.
    pub fn delete_policy(&self, policy: &str) {
        self.must(Change::DeletePolicy {
            policy: policy.into(),
        });
    }

    /// A policy is deleted and created again: the same ARM id, another identity, another system
    /// id.
    pub fn recreate_policy(&self, policy: &str, granted: bool) {
        self.must(Change::RecreatePolicy {
            policy: policy.into(),
            granted,
        });
    }

    /// A managed environment is switched on or off.
    pub fn set_managed(&self, environment: &str, managed: bool) {
        self.must(Change::SetManaged {
            environment: environment.into(),
            managed,
        });
    }

    /// The current version of a key is disabled.
    pub fn disable_key(&self, vault: &str, key: &str) {
        self.must(Change::SetKeyEnabled {
            vault: vault.into(),
            key: key.into(),
            enabled: false,
        });
    }

    /// The current version of a key is enabled.
    pub fn enable_key(&self, vault: &str, key: &str) {
        self.must(Change::SetKeyEnabled {
            vault: vault.into(),
            key: key.into(),
            enabled: true,
        });
    }

    /// All rights of a policy's identity are taken away.
    pub fn revoke_access(&self, policy: &str) {
        self.must(Change::RevokeAccess {
            policy: policy.into(),
        });
    }

    /// An operation of somebody else starts; it ends after being seen that often, or never.
    pub fn start_foreign_operation(
        &self,
        environment: &str,
        kind: &str,
        polls: Option<u32>,
    ) -> String {
        let environment = environment.into();
        self.must(Change::StartForeignOperation {
            environment,
            kind: kind.into(),
            polls,
        })
    }

    /// The operation with this id, or that keeps this environment busy, ends well now.
    pub fn complete_operation(&self, operation: &str) {
        self.must(Change::CompleteOperation {
            operation: operation.into(),
        });
    }

    /// The operation with this id, or that keeps this environment busy, fails now.
    pub fn fail_operation(&self, operation: &str, stage: Stage, message: &str) {
        let (operation, message) = (operation.into(), message.into());
        self.must(Change::FailOperation {
            operation,
            stage,
            message,
        });
    }

    /// An environment as it is now.
    pub fn environment(&self, id: &str) -> Option<EnvironmentState> {
        let mut world = self.shared.world();
        world.catch_up();
        let environment = world.tenant.environment(id)?;
        let view = environment.live();
        let slot = view.slots.get(&PolicyKind::Encryption);
        Some(EnvironmentState {
            id: environment.id.clone(),
            managed: view.managed,
            runtime: view.runtime.clone(),
            management: view.management.clone(),
            encryption: slot.map(|slot| (slot.system_id.clone(), slot.link_status.clone())),
        })
    }

    /// A policy as it is now, by ARM id, system id or name.
    pub fn policy(&self, name: &str) -> Option<PolicyState> {
        let mut world = self.shared.world();
        world.catch_up();
        let policy = changes::policy_named(&world, name).ok()?;
        Some(PolicyState {
            id: policy.id(),
            system_id: policy.system_id(),
            principal_id: policy.principal_id.clone(),
            key_usable: key_access::check(&world.tenant, policy, world.now()).is_ok(),
            unhealthy: policy.unhealthy,
        })
    }

    /// Operations on an environment, oldest first.
    pub fn operations(&self, environment: &str) -> Vec<OperationState> {
        let mut world = self.shared.world();
        world.catch_up();
        world
            .tenant
            .operations
            .iter()
            .filter(|operation| operation.environment.eq_ignore_ascii_case(environment))
            .map(|operation| OperationState {
                id: operation.id.clone(),
                kind: operation.kind.clone(),
                ended: operation.ended.is_some(),
                fails: operation.failed_stage().is_some(),
            })
            .collect()
    }

    /// The whole tenant as JSON, as a state file has it; for messages of failing tests.
    pub fn dump(&self) -> Value {
        serde_json::to_value(&self.shared.world().tenant).unwrap_or_default()
    }
}
