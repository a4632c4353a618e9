//! The tenant together with time, choices and scripts, and what happens to it by itself.
//!
//! Nothing runs in the background: before each request the world catches up with the clock, ends
//! the operations that are due and looks whether keys were lost.

use std::collections::HashMap;
use std::time::Duration;

use serde_json::Value;

use crate::clock::{Clock, Timestamp};
use crate::entra::Token;
use crate::faults::{Faults, SlotAfter};
use crate::key_access;
use crate::modes::{KeyManagedByWhileLinked, Modes, SlotAfterFailure};
use crate::request_log::RequestLog;
use crate::state::Tenant;
use crate::state::environment::{Slot, View};
use crate::state::operation::{Operation, Stage, Target};
use crate::state::policy::PolicyKind;
use crate::timings::Timings;

/// All the emulator works on.
pub(crate) struct World {
    pub(crate) tenant: Tenant,
    pub(crate) clock: Clock,
    pub(crate) modes: Modes,
    pub(crate) timings: Timings,
    pub(crate) faults: Faults,
    pub(crate) log: RequestLog,
    pub(crate) base_url: String,
    pub(crate) tokens: HashMap<String, Token>,
    pub(crate) throttles: HashMap<&'static str, Vec<Timestamp>>,
    /// The tenant at the start, for a reset.
    pub(crate) seed: Tenant,
    /// Changes whenever renderings become outdated.
    pub(crate) epoch: u64,
}

impl World {
    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Lets everything happen that is due.
    pub(crate) fn catch_up(&mut self) {
        let now = self.now();
        let mut due: Vec<(Timestamp, usize)> = self
            .tenant
            .running
            .iter()
            .filter_map(|&position| Some((self.tenant.operations[position].end(now)?, position)))
            .collect();
        due.sort_unstable();
        for (ended, position) in due {
            self.end_operation(position, ended);
        }
        self.look_after_keys(now);
    }

    fn end_operation(&mut self, position: usize, ended: Timestamp) {
        self.tenant.running.retain(|&running| running != position);
        self.tenant.operations[position].ended = Some(ended);
        let operation = self.tenant.operations[position].clone();
        match &operation.target {
            Target::Link { kind, slot, before } => {
                let after = self.slot_after_link(&operation, slot, before.as_ref());
                self.mark_as_linked(after.as_ref());
                self.put_slot(&operation.environment, *kind, after, ended);
            }
            Target::Unlink { kind, before } => {
                let failed = operation.failed_stage().is_some();
                let after = match operation.script.slot {
                    SlotAfter::Usual => before.clone().filter(|_| failed),
                    _ => self.scripted_slot(&operation.script.slot, before.as_ref()),
                };
                self.put_slot(&operation.environment, *kind, after, ended);
            }
            Target::Governance { managed, settings } if operation.failed_stage().is_none() => {
                self.change_environment(&operation.environment, ended, |view| {
                    view.managed = *managed;
                    view.extended_settings.clone_from(settings);
                    view.management = "Ready".into();
                });
            }
            Target::Governance { .. } | Target::Nothing => {
                self.change_environment(&operation.environment, ended, |view| {
                    view.management = "Ready".into();
                });
            }
        }
    }

    fn slot_after_link(
        &self,
        operation: &Operation,
        slot: &Slot,
        before: Option<&Slot>,
    ) -> Option<Slot> {
        if operation.script.slot != SlotAfter::Usual {
            return self.scripted_slot(&operation.script.slot, Some(slot));
        }
        match (operation.failed_stage(), self.modes.slot_after_failure) {
            (None, _) => Some(Slot {
                link_status: "Linked".into(),
                ..slot.clone()
            }),
            (Some(Stage::Validate), _) | (_, SlotAfterFailure::Restored) => before.cloned(),
            (_, SlotAfterFailure::Failed) => Some(Slot {
                link_status: "Failed".into(),
                ..slot.clone()
            }),
        }
    }

    fn scripted_slot(&self, script: &SlotAfter, slot: Option<&Slot>) -> Option<Slot> {
        let with = |word: &str| {
            slot.map(|slot| Slot {
                link_status: word.into(),
                ..slot.clone()
            })
        };
        match script {
            SlotAfter::Usual => slot.cloned(),
            SlotAfter::Absent => None,
            SlotAfter::Failed => with("Failed"),
            SlotAfter::Word(word) => with(word),
            SlotAfter::Other(id) => self
                .tenant
                .policy(id)
                .map(|policy| Slot::of(policy, "Linked")),
        }
    }

    fn mark_as_linked(&mut self, slot: Option<&Slot>) {
        let Some(slot) = slot else { return };
        if let Some(policy) = self
            .tenant
            .policies
            .values_mut()
            .find(|policy| policy.system_id().eq_ignore_ascii_case(&slot.system_id))
        {
            policy.was_linked = true;
            // Makes the next look notice a key that was lost while the operation ran.
            policy.key_usable = true;
        }
    }

    fn put_slot(&mut self, environment: &str, kind: PolicyKind, slot: Option<Slot>, at: Timestamp) {
        self.change_environment(environment, at, |view| {
            match slot {
                Some(slot) => view.slots.insert(kind, slot),
                None => view.slots.remove(&kind),
            };
            view.management = "Ready".into();
            view.runtime = "Enabled".into();
        });
    }

    /// Changes an environment; reads see it after the consistency delay.
    pub(crate) fn change_environment(
        &mut self,
        id: &str,
        at: Timestamp,
        change: impl FnOnce(&mut View),
    ) {
        let visible = at + self.timings.consistency_delay;
        if let Some(environment) = self.tenant.environment_mut(id) {
            environment.change(at, visible, change);
        }
    }

    /// Shuts environments down whose key is lost. [D] Restored access heals the policy; each
    /// environment is enabled again by itself.
    fn look_after_keys(&mut self, now: Timestamp) {
        let changed: Vec<(String, bool)> = self
            .tenant
            .policies
            .iter()
            .filter(|(_, policy)| policy.key.is_some())
            .filter_map(|(id, policy)| {
                let usable = key_access::check(&self.tenant, policy, now).is_ok();
                (usable != policy.key_usable).then(|| (id.clone(), usable))
            })
            .collect();
        for (id, usable) in changed {
            self.key_changed(&id, usable, now);
        }
    }

    fn key_changed(&mut self, policy_id: &str, usable: bool, now: Timestamp) {
        let Some(policy) = self.tenant.policies.get(policy_id) else {
            return;
        };
        let linked = self.tenant.environments_of(&policy.system_id());
        if let Some(policy) = self.tenant.policies.get_mut(policy_id) {
            policy.key_usable = usable;
            policy.unhealthy = !usable && !linked.is_empty();
        }
        if !usable {
            for environment in linked {
                self.change_environment(&environment, now, |view| view.runtime = "Disabled".into());
            }
        }
        self.show_in_graph(policy_id);
    }

    /// Counts a call against a limit; false when the limit is exceeded.
    pub(crate) fn admit(&mut self, what: &'static str, limit: usize, window: Duration) -> bool {
        let now = self.now();
        let calls = self.throttles.entry(what).or_default();
        calls.retain(|call| now.since(*call) < window);
        if calls.len() >= limit {
            return false;
        }
        calls.push(now);
        true
    }

    /// Tells Resource Graph about the state a resource has now.
    pub(crate) fn show_in_graph(&mut self, id: &str) {
        let now = self.now();
        crate::arm::resource_graph::record(self, id, now);
    }

    /// The word for `protectionStatus.keyManagedBy`.
    pub(crate) fn key_managed_by(modes: &Modes, view: &View) -> &'static str {
        let linked = view
            .slots
            .get(&PolicyKind::Encryption)
            .is_some_and(|slot| slot.link_status.eq_ignore_ascii_case("Linked"));
        match modes.key_managed_by_while_linked {
            KeyManagedByWhileLinked::Customer if linked => "Customer",
            _ => "Microsoft",
        }
    }

    /// Replaces the modes by what a patch makes of them.
    pub(crate) fn patch_modes(&mut self, members: &Value) -> Result<(), String> {
        let mut all = serde_json::to_value(&self.modes).map_err(|error| error.to_string())?;
        assign(&mut all, members);
        self.modes = serde_json::from_value(all).map_err(|error| error.to_string())?;
        self.epoch += 1;
        Ok(())
    }

    /// Replaces the timings by what a patch makes of them.
    pub(crate) fn patch_timings(&mut self, members: &Value) -> Result<(), String> {
        let mut all = serde_json::to_value(&self.timings).map_err(|error| error.to_string())?;
        assign(&mut all, members);
        self.timings = serde_json::from_value(all).map_err(|error| error.to_string())?;
        Ok(())
    }
}

/// Sets members one by one; unlike a merge patch it keeps null, which means "absent" here.
fn assign(into: &mut Value, members: &Value) {
    for (name, value) in members.as_object().into_iter().flatten() {
        into[name] = value.clone();
    }
}
