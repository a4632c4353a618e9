//! Changes to the tenant that no API makes: what other people and the service itself do.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::bap;
use crate::clock::Timestamp;
use crate::seed;
use crate::state::environment::Slot;
use crate::state::operation::{Outcome, Stage};
use crate::state::policy::{Policy, PolicyKind};
use crate::state::vault::{Key, KeyVersion, Network, Vault};
use crate::world::World;

/// A change. Policies are named by ARM id, system id or name; operations by their id or by the
/// environment that they keep busy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    rename_all = "camelCase",
    rename_all_fields = "camelCase",
    deny_unknown_fields
)]
pub enum Change {
    /// Somebody else links an environment; it is done at once.
    LinkElsewhere {
        /// Environment.
        environment: String,
        /// Policy of any kind.
        policy: String,
    },
    /// Somebody else unlinks the encryption policy; it is done at once.
    Unlink {
        /// Environment.
        environment: String,
    },
    /// The slot shows this word as its `linkStatus`.
    SetLinkStatus {
        /// Environment.
        environment: String,
        /// For example `Failed` or a word nobody has seen yet.
        word: String,
    },
    /// An environment is gone.
    DeleteEnvironment {
        /// Environment.
        environment: String,
    },
    /// A policy is gone, also while environments are linked.
    DeletePolicy {
        /// Policy.
        policy: String,
    },
    /// A policy is deleted, also while environments are linked, and an equal one is created: the
    /// same ARM id, another identity, another system id.
    RecreatePolicy {
        /// Policy.
        policy: String,
        /// Whether the new identity gets the right on its vault.
        granted: bool,
    },
    /// A managed environment is switched on or off.
    SetManaged {
        /// Environment.
        environment: String,
        /// Which.
        managed: bool,
    },
    /// `states.runtime.id` of an environment.
    SetRuntime {
        /// Environment.
        environment: String,
        /// For example `AdminMode`; `Enabled` after the key was restored.
        state: String,
    },
    /// The current version of a key is enabled or disabled.
    SetKeyEnabled {
        /// Vault or HSM.
        vault: String,
        /// Key.
        key: String,
        /// Which.
        enabled: bool,
    },
    /// The current version of a key expires now.
    ExpireKey {
        /// Vault or HSM.
        vault: String,
        /// Key.
        key: String,
    },
    /// A key is deleted.
    DeleteKey {
        /// Vault or HSM.
        vault: String,
        /// Key.
        key: String,
    },
    /// A key gets a new version, enabled and without expiry.
    RotateKey {
        /// Vault or HSM.
        vault: String,
        /// Key.
        key: String,
    },
    /// The firewall of a vault.
    SetNetwork {
        /// Vault or HSM.
        vault: String,
        /// Its new settings.
        network: Network,
    },
    /// Purge protection; the real one cannot be switched off again.
    SetPurgeProtection {
        /// Vault or HSM.
        vault: String,
        /// Which.
        enabled: bool,
    },
    /// All rights of a policy's identity on its vault are taken away.
    RevokeAccess {
        /// Policy.
        policy: String,
    },
    /// An operation of somebody else starts on an environment.
    StartForeignOperation {
        /// Environment.
        environment: String,
        /// Type, for example `Backup`.
        kind: String,
        /// After how many looks at it it ends; absent means never.
        polls: Option<u32>,
    },
    /// An operation ends well now, whatever was scripted.
    CompleteOperation {
        /// Operation.
        operation: String,
    },
    /// An operation fails now.
    FailOperation {
        /// Operation.
        operation: String,
        /// Where.
        stage: Stage,
        /// `error.message`
        message: String,
    },
}

/// What a change names is not there.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("the tenant has no {what} `{name}`")]
pub struct ChangeError {
    what: &'static str,
    name: String,
}

fn missing(what: &'static str, name: &str) -> ChangeError {
    ChangeError {
        what,
        name: name.to_owned(),
    }
}

/// Applies a change; gives the id of an operation that it starts.
pub(crate) fn apply(world: &mut World, change: Change) -> Result<Option<String>, ChangeError> {
    world.catch_up();
    let now = world.now();
    match change {
        Change::LinkElsewhere {
            environment,
            policy,
        } => {
            let policy = policy_named(world, &policy)?;
            let kind = policy.known_kind().unwrap_or(PolicyKind::Encryption);
            let slot = Slot::of(policy, "Linked");
            at_once(world, &environment, |view| {
                view.slots.insert(kind, slot);
            })?;
        }
        Change::Unlink { environment } => at_once(world, &environment, |view| {
            view.slots.remove(&PolicyKind::Encryption);
        })?,
        Change::SetLinkStatus { environment, word } => at_once(world, &environment, |view| {
            view.slots
                .values_mut()
                .for_each(|slot| slot.link_status.clone_from(&word));
        })?,
        Change::DeleteEnvironment { environment } => {
            let known = world
                .tenant
                .environments
                .remove(&environment.to_lowercase());
            known.ok_or_else(|| missing("environment", &environment))?;
        }
        Change::DeletePolicy { policy } => delete_policy(world, &policy)?,
        Change::RecreatePolicy { policy, granted } => recreate_policy(world, &policy, granted)?,
        Change::SetManaged {
            environment,
            managed,
        } => {
            at_once(world, &environment, |view| view.managed = managed)?;
        }
        Change::SetRuntime { environment, state } => {
            at_once(world, &environment, |view| view.runtime = state)?;
        }
        Change::SetKeyEnabled {
            vault,
            key,
            enabled,
        } => {
            version(world, &vault, &key)?.enabled = enabled;
        }
        Change::ExpireKey { vault, key } => version(world, &vault, &key)?.expires = Some(now),
        Change::DeleteKey { vault, key } => {
            let known = vault_named(world, &vault)?.keys.remove(&key.to_lowercase());
            known.ok_or_else(|| missing("key", &key))?;
        }
        Change::RotateKey { vault, key } => rotate(world, &vault, &key, now)?,
        Change::SetNetwork { vault, network } => {
            let vault = vault_named(world, &vault)?;
            vault.network = network;
            let id = vault.id.clone();
            world.show_in_graph(&id);
        }
        Change::SetPurgeProtection { vault, enabled } => {
            let vault = vault_named(world, &vault)?;
            vault.purge_protection = enabled;
            let id = vault.id.clone();
            world.show_in_graph(&id);
        }
        Change::RevokeAccess { policy } => revoke(world, &policy)?,
        Change::StartForeignOperation {
            environment,
            kind,
            polls,
        } => {
            if world.tenant.environment(&environment).is_none() {
                return Err(missing("environment", &environment));
            }
            return Ok(Some(bap::start_foreign(world, &environment, &kind, polls)));
        }
        Change::CompleteOperation { operation } => end(world, &operation, Outcome::Succeed, now)?,
        Change::FailOperation {
            operation,
            stage,
            message,
        } => {
            let code = "CustomerManagedKeyOperationFailed".to_owned();
            end(
                world,
                &operation,
                Outcome::Fail {
                    stage,
                    code,
                    message: Some(message),
                },
                now,
            )?;
        }
    }
    world.catch_up();
    Ok(None)
}

/// Back to the seed.
pub(crate) fn reset(world: &mut World) {
    world.tenant = world.seed.clone();
    world.tokens.clear();
    world.throttles.clear();
    world.epoch += 1;
    crate::arm::resource_graph::record_all(world);
}

/// Changes an environment without any delay, so that a test sees what it has set up.
fn at_once(
    world: &mut World,
    environment: &str,
    change: impl FnOnce(&mut crate::state::environment::View),
) -> Result<(), ChangeError> {
    let now = world.now();
    let known = world.tenant.environment_mut(environment);
    let known = known.ok_or_else(|| missing("environment", environment))?;
    known.change(now, now, change);
    Ok(())
}

pub(crate) fn policy_named<'a>(world: &'a World, name: &str) -> Result<&'a Policy, ChangeError> {
    let by_name = || {
        world
            .tenant
            .policies
            .values()
            .find(|policy| policy.name.eq_ignore_ascii_case(name))
    };
    world
        .tenant
        .policy(name)
        .or_else(by_name)
        .ok_or_else(|| missing("policy", name))
}

fn vault_named<'a>(world: &'a mut World, name: &str) -> Result<&'a mut Vault, ChangeError> {
    world
        .tenant
        .vaults
        .values_mut()
        .find(|vault| vault.name.eq_ignore_ascii_case(name) || vault.id.eq_ignore_ascii_case(name))
        .ok_or_else(|| missing("vault", name))
}

fn key_named<'a>(world: &'a mut World, vault: &str, key: &str) -> Result<&'a mut Key, ChangeError> {
    let vault = vault_named(world, vault)?;
    vault
        .keys
        .get_mut(&key.to_lowercase())
        .ok_or_else(|| missing("key", key))
}

fn version<'a>(
    world: &'a mut World,
    vault: &str,
    key: &str,
) -> Result<&'a mut KeyVersion, ChangeError> {
    key_named(world, vault, key)?
        .versions
        .last_mut()
        .ok_or_else(|| missing("key", key))
}

fn rotate(world: &mut World, vault: &str, key: &str, now: Timestamp) -> Result<(), ChangeError> {
    let id = world.tenant.new_guid().replace('-', "");
    key_named(world, vault, key)?.versions.push(KeyVersion {
        id,
        enabled: true,
        not_before: None,
        expires: None,
        created: now,
        updated: now,
    });
    Ok(())
}

/// Without its policy a linked environment has lost its key. [D]
fn delete_policy(world: &mut World, name: &str) -> Result<(), ChangeError> {
    let policy = policy_named(world, name)?;
    let (id, system_id) = (policy.id().to_lowercase(), policy.system_id());
    let linked = world.tenant.environments_of(&system_id);
    world.tenant.policies.remove(&id);
    world.show_in_graph(&id);
    for environment in linked {
        at_once(world, &environment, |view| view.runtime = "Disabled".into())?;
    }
    Ok(())
}

fn recreate_policy(world: &mut World, name: &str, granted: bool) -> Result<(), ChangeError> {
    let mut policy = policy_named(world, name)?.clone();
    delete_policy(world, name)?;
    let now = world.now();
    policy.principal_id = world.tenant.new_guid();
    policy.guid = world.tenant.new_guid();
    (policy.unhealthy, policy.was_linked) = (false, false);
    (policy.created, policy.modified, policy.linkable) = (now, now, now);
    let principal = policy.principal_id.clone();
    world
        .tenant
        .principals
        .insert(principal.to_lowercase(), now);
    let vault = policy.key.as_ref().map(|key| key.vault_id.clone());
    if let Some(vault) = vault.filter(|_| granted) {
        seed::grant(&mut world.tenant, &vault, &principal);
    }
    let id = policy.id().to_lowercase();
    world.tenant.policies.insert(id.clone(), policy);
    world.show_in_graph(&id);
    Ok(())
}

fn revoke(world: &mut World, name: &str) -> Result<(), ChangeError> {
    let principal = policy_named(world, name)?.principal_id.clone();
    let is_theirs = |id: &str| id.eq_ignore_ascii_case(&principal);
    world
        .tenant
        .role_assignments
        .retain(|_, assignment| !is_theirs(&assignment.principal_id));
    for vault in world.tenant.vaults.values_mut() {
        vault
            .access_policies
            .retain(|entry| !is_theirs(&entry.object_id));
        vault
            .local_assignments
            .retain(|assignment| !is_theirs(&assignment.principal_id));
    }
    Ok(())
}

fn end(world: &mut World, name: &str, outcome: Outcome, now: Timestamp) -> Result<(), ChangeError> {
    let active = world
        .tenant
        .active_operation(name)
        .map(|operation| operation.id.clone());
    let id = active.unwrap_or_else(|| name.to_owned());
    let operation = world
        .tenant
        .operation_mut(&id)
        .ok_or_else(|| missing("operation", name))?;
    operation.outcome = outcome;
    operation.durations = [Duration::ZERO; 5];
    operation.durations[0] = now.since(operation.created);
    operation.progress = crate::timings::Progress::Clock;
    Ok(())
}
