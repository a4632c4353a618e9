//! A tenant with many environments and one policy, and a configuration that manages them all.

use std::fmt::Write as _;

use ppcmk_emulator::seed::DEFAULT_SEED;
use ppcmk_emulator::{Emulator, Seed};
use serde_json::{Value, json};

use crate::estate::policy_id;
use crate::workspace::Workspace;

const POLICY: &str = "ep-eu";

/// An emulator, and a configuration with an assignment for each environment.
///
/// A state lacks what only a refresh finds out, so an ordinary plan has nothing to do, and
/// `apply -refresh-only` has something to write.
pub struct Fleet {
    /// The cloud.
    pub emulator: Emulator,
    /// The configuration.
    pub workspace: Workspace,
}

impl Fleet {
    /// So many environments, all of them under the policy and in the state.
    pub fn new(count: usize) -> Self {
        Self::in_tenant(count, count)
    }

    /// The same in a tenant that has more environments: so many altogether.
    pub fn in_tenant(count: usize, tenant: usize) -> Self {
        let fleet = Self::of(count, tenant, &[POLICY]);
        fleet
            .workspace
            .write("terraform.tfstate", state(count).to_string());
        fleet
    }

    /// So many environments that are still to come under the policy, and no state.
    pub fn to_link(count: usize) -> Self {
        Self::of(count, count, &[])
    }

    fn of(count: usize, tenant: usize, policies: &[&str]) -> Self {
        let emulator = Emulator::builder()
            .seed(seed(count, tenant, policies))
            .start()
            .expect("the emulator needs a free port only");
        let workspace = Workspace::new(&emulator);
        workspace.write("main.tf", configuration(count));
        Self {
            emulator,
            workspace,
        }
    }
}

fn environment(number: usize) -> String {
    format!("20000000-0000-0000-0000-{number:012}")
}

fn seed(count: usize, tenant: usize, policies: &[&str]) -> Seed {
    let mut seed: Value = serde_json::from_str(DEFAULT_SEED).expect("the emulator's tests read it");
    seed["policies"] = json!([{ "name": POLICY, "vault": "kv-cmk-eu" }]);
    let environments = (1..=tenant.max(count)).map(|number| {
        json!({
            "id": environment(number),
            "displayName": format!("Store {number}"),
            "managed": true,
            "policies": if number <= count { policies } else { &[] },
        })
    });
    seed["environments"] = environments.collect();
    Seed::parse(&seed.to_string()).expect("the seed names what it has")
}

/// A block for each of them: Terraform's work on instances of one block grows with the square of
/// their number.
fn configuration(count: usize) -> String {
    let policy = policy_id(POLICY);
    (1..=count).fold(String::new(), |mut text, number| {
        let environment = environment(number);
        // Writing to a string does not fail.
        let _ = write!(
            text,
            r#"
resource "ppcmk_environment_assignment" "n{number}" {{
  environment_id = "{environment}"
  policy_id      = "{policy}"
}}
"#
        );
        text
    })
}

/// A state as an apply has left it: to make so many for real is not what this is about.
fn state(count: usize) -> Value {
    let resources: Vec<_> = (1..=count)
        .map(|number| {
            let id = environment(number);
            json!({
                "mode": "managed",
                "type": "ppcmk_environment_assignment",
                "name": format!("n{number}"),
                "provider": "provider[\"registry.terraform.io/ppcmk/ppcmk\"]",
                "instances": [{
                    "schema_version": 0,
                    "attributes": {
                        "id": id, "environment_id": id, "policy_id": policy_id(POLICY),
                        "policy_system_id": null, "wait_for": "accepted",
                        "wait_for_on_destroy": "unlinked", "deletion_policy": "PREVENT",
                        "adopt_existing": false, "link_status": "Linked",
                        "encryption_status": "Unknown", "key_managed_by": "Microsoft",
                        "environment": null, "operation": null, "timeouts": null,
                    },
                    "sensitive_attributes": [],
                }],
            })
        })
        .collect();
    json!({
        "version": 4,
        "terraform_version": "1.11.4",
        "serial": 1,
        "lineage": "aaaaaaaa-0000-0000-0000-000000000000",
        "outputs": {},
        "resources": resources,
    })
}
