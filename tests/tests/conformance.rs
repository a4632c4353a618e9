//! The suite of `tfplugin-conformance` over our provider: what every provider owes Terraform, for
//! each resource, with a provider that is configured for an emulator.

#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot go on has failed, also in its helpers"
)]

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use ppcmk_emulator::{Emulator, Seed, seed::DEFAULT_SEED};
use ppcmk_tests::{estate, provider_binary};
use serde_json::{Value, json};
use tfplugin_conformance::PluginCommand;
use tfplugin_conformance::suite::Subject;

/// One cloud for all cases of this program. It has the policies `ep-1` and `ep-2`, and an
/// environment for each case.
fn emulator() -> &'static Emulator {
    static EMULATOR: OnceLock<Emulator> = OnceLock::new();
    EMULATOR.get_or_init(|| {
        let mut seed: Value = serde_json::from_str(DEFAULT_SEED).unwrap();
        seed["policies"] = json!([
            { "name": "ep-1", "vault": "kv-cmk-eu" },
            // In another geo than the environments, so that nobody asks for their histories.
            { "name": "ep-2", "vault": "kv-cmk-uk", "location": "uk", "granted": false },
        ]);
        seed["environments"] = (0..100)
            .map(|number| json!({ "id": environment(number), "displayName": "x", "managed": true }))
            .collect();
        Emulator::builder()
            .seed(Seed::parse(&seed.to_string()).unwrap())
            .start()
            .unwrap()
    })
}

fn environment(number: u32) -> String {
    format!("30000000-0000-0000-0000-{number:012}")
}

/// A resource whose configuration contains a number that no other case has.
fn subject(resource: &str, config: impl Fn(u32) -> Value) -> Subject {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let command = emulator().environment_variables().into_iter().fold(
        PluginCommand::new(provider_binary()),
        |command, (name, value)| command.env(name, value),
    );
    Subject::new(command, resource, config(number))
        .configured(json!({}))
        .applied()
}

mod enterprise_policy {
    use super::*;

    fn subject() -> Subject {
        super::subject("ppcmk_enterprise_policy", |number| {
            json!({
                "name": format!("ep-case-{number}"),
                "resource_group_name": "rg-cmk",
                "location": "europe",
                "key_vault_id": estate::VAULT,
                "key_name": "cmk",
                "tags": { "owner": "platform" },
            })
        })
    }

    tfplugin_conformance::conformance_suite!(subject);
}

mod key_access {
    use super::*;

    fn subject() -> Subject {
        super::subject("ppcmk_key_access", |_| {
            json!({
                "policy_id": estate::policy_id("ep-2"),
                "key_vault_id": estate::UK_VAULT,
                "retain_on_destroy": false,
            })
        })
    }

    tfplugin_conformance::conformance_suite!(subject);
}

mod environment_assignment {
    use super::*;

    fn subject() -> Subject {
        super::subject("ppcmk_environment_assignment", |number| {
            json!({
                "environment_id": environment(number),
                "policy_id": estate::policy_id("ep-1"),
                "deletion_policy": "UNLINK",
            })
        })
    }

    tfplugin_conformance::conformance_suite!(subject);
}
