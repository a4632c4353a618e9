//! The stage of the tests about faults: two policies that may use their keys, and one environment
//! that is to come under the first.
//!
//! Nothing of it takes real time, except for what the provider waits on its own account.

use std::time::Duration;

use ppcmk_emulator::seed::DEFAULT_SEED;
use ppcmk_emulator::{Clock, Emulator, Seed, Timestamp};
use serde_json::json;

use crate::estate::{RETAIL, policy_id};
use crate::workspace::Workspace;

/// The address of the assignment.
pub const ASSIGNMENT: &str = "ppcmk_environment_assignment.retail";

/// An emulator and a configuration with one assignment.
pub struct Scene {
    /// The cloud. Its clock starts at the system's time and moves with each request, so that what
    /// it dates looks recent, as in reality.
    pub emulator: Emulator,
    /// The configuration.
    pub workspace: Workspace,
}

impl Scene {
    /// The environment [`RETAIL`] is to come under the policy `ep-1`.
    pub fn new() -> Self {
        Self::with("")
    }

    /// The same with more arguments of the assignment.
    #[expect(clippy::missing_panics_doc, reason = "it is for tests")]
    pub fn with(arguments: &str) -> Self {
        let mut seed: serde_json::Value =
            serde_json::from_str(DEFAULT_SEED).expect("the emulator's tests read it");
        seed["policies"] = json!([
            {"name": "ep-1", "vault": "kv-cmk-eu", "key": "cmk"},
            {"name": "ep-2", "vault": "kv-cmk-eu", "key": "cmk-2"},
        ]);
        let seed = Seed::parse(&seed.to_string()).expect("the seed names what it has");
        let clock = Clock::manual_at(Timestamp::of_system());
        clock.set_step(Duration::from_secs(2));
        let emulator = Emulator::builder()
            .seed(seed)
            .clock(clock)
            .start()
            .expect("a free port");
        let workspace = Workspace::new(&emulator);
        let scene = Self {
            emulator,
            workspace,
        };
        scene.attempts(4);
        scene.assign("ep-1", arguments);
        scene
    }

    /// How often the provider tries a request at most. Backing off doubles with each attempt.
    ///
    /// Plans look at nothing here: faults are about the apply, and come in the order of its
    /// requests.
    pub fn attempts(&self, most: u32) {
        self.workspace.write(
            "provider.tf",
            format!(
                "terraform {{\n  required_providers {{\n    ppcmk = {{ source = \"ppcmk/ppcmk\" \
                 }}\n  }}\n}}\n\nprovider \"ppcmk\" {{\n  max_attempts = {most}\n  \
                 plan_checks = \"off\"\n}}\n"
            ),
        );
    }

    /// Writes the assignment with another policy or more arguments.
    pub fn assign(&self, policy: &str, arguments: &str) {
        let policy = policy_id(policy);
        self.workspace.write(
            "assignment.tf",
            format!(
                "resource \"ppcmk_environment_assignment\" \"retail\" {{\n  environment_id = \
                 \"{RETAIL}\"\n  policy_id = \"{policy}\"\n  {arguments}\n}}\n"
            ),
        );
    }

    /// How many links and swaps of the environment were asked for.
    pub fn links(&self) -> usize {
        self.emulator.requests().count_links(RETAIL)
    }

    /// How often it was asked to unlink the environment.
    pub fn unlinks(&self) -> usize {
        self.emulator.requests().count_unlinks(RETAIL)
    }

    /// The policy that the environment is under, by name, and the word of its link, such as
    /// `ep-1 Linked`; nothing for Microsoft's key.
    pub fn slot(&self) -> Option<String> {
        let (system_id, status) = self.emulator.environment(RETAIL)?.encryption?;
        let name = ["ep-1", "ep-2"].into_iter().find(|name| {
            let policy = self.emulator.policy(name);
            policy.is_some_and(|policy| policy.system_id.eq_ignore_ascii_case(&system_id))
        });
        Some(format!("{} {status}", name.unwrap_or("?")))
    }

    /// Panics unless the state has the assignment, and the next apply will not replace it.
    #[track_caller]
    pub fn is_recorded(&self) -> &Self {
        let state = self.workspace.state();
        assert_eq!(state.addresses(), [ASSIGNMENT]);
        assert!(!state.is_tainted(ASSIGNMENT), "the assignment is tainted");
        self
    }

    /// Panics if the state has anything.
    #[track_caller]
    pub fn is_not_recorded(&self) -> &Self {
        assert_eq!(self.workspace.state().addresses(), Vec::<String>::new());
        self
    }

    /// Applies, and panics unless that leaves the environment under the policy, the assignment in
    /// the state, and nothing to do.
    #[track_caller]
    pub fn converges(&self) {
        self.workspace.apply().succeeds();
        self.is_recorded();
        self.has_nothing_to_do();
    }

    /// Panics unless the environment is under the policy `ep-1` and the plan is empty. Operations
    /// that still run get the time that they need.
    #[track_caller]
    pub fn has_nothing_to_do(&self) {
        self.emulator.advance(Duration::from_secs(60));
        assert_eq!(self.slot().as_deref(), Some("ep-1 Linked"));
        self.workspace.plan().is_empty();
    }
}

impl Default for Scene {
    fn default() -> Self {
        Self::new()
    }
}
