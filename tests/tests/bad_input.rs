//! Values that cannot be right: each is a diagnostic at its argument, before anything is asked of
//! the cloud.

#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot go on has failed, also in its helpers"
)]

use ppcmk_emulator::Emulator;
use ppcmk_tests::{Workspace, estate};
use serde_json::Value;

const SYSTEM_ID: &str = "/regions/europe/providers/Microsoft.PowerPlatform/enterprisePolicies/44444444-4444-4444-4444-444444444444";
const GUID: &str = "44444444-4444-4444-4444-444444444444";

const REQUIREMENT: &str =
    "terraform {\n  required_providers {\n    ppcmk = { source = \"ppcmk/ppcmk\" }\n  }\n}\n";

/// One block under test, on a line of its own per argument.
struct Block {
    kind: &'static str,
    arguments: Vec<(&'static str, String)>,
}

impl Block {
    fn policy() -> Self {
        Self {
            kind: "resource \"ppcmk_enterprise_policy\" \"x\"",
            arguments: vec![
                ("name", "\"ep-x\"".into()),
                ("resource_group_name", "\"rg-cmk\"".into()),
                ("location", "\"europe\"".into()),
                ("key_vault_id", format!("{:?}", estate::VAULT)),
                ("key_name", "\"cmk\"".into()),
            ],
        }
    }

    fn assignment() -> Self {
        Self {
            kind: "resource \"ppcmk_environment_assignment\" \"x\"",
            arguments: vec![
                ("environment_id", format!("{:?}", estate::RETAIL)),
                ("policy_id", format!("{:?}", estate::policy_id("ep-x"))),
            ],
        }
    }

    fn key_access() -> Self {
        Self {
            kind: "resource \"ppcmk_key_access\" \"x\"",
            arguments: vec![
                ("policy_id", format!("{:?}", estate::policy_id("ep-x"))),
                ("key_vault_id", format!("{:?}", estate::VAULT)),
            ],
        }
    }

    fn provider() -> Self {
        Self {
            kind: "provider \"ppcmk\"",
            arguments: Vec::new(),
        }
    }

    /// With this argument instead of, or beside, those that are there; no text leaves it out.
    fn with(mut self, name: &'static str, value: &str) -> Self {
        self.arguments.retain(|(other, _)| *other != name);
        if !value.is_empty() {
            self.arguments.push((name, value.to_owned()));
        }
        self
    }

    fn text(&self) -> String {
        let lines: Vec<String> = self
            .arguments
            .iter()
            .map(|(name, value)| format!("  {name} = {value}"))
            .collect();
        format!("{} {{\n{}\n}}\n", self.kind, lines.join("\n"))
    }
}

/// Validates every block, and expects an error that says this, in the line of that argument.
#[track_caller]
fn check(cases: Vec<(Block, &str, &str)>) {
    let emulator = Emulator::start().unwrap();
    let workspace = Workspace::new(&emulator);
    for (block, argument, expected) in cases {
        let text = block.text();
        if block.kind.starts_with("provider") {
            workspace.write("provider.tf", REQUIREMENT);
            // Without a resource nobody looks at the provider.
            workspace.write("resource.tf", Block::policy().text());
        }
        workspace.write("main.tf", &text);
        let run = workspace.terraform(&["validate", "-json"]);
        let answer = run.json();
        let found = errors(&answer);
        assert!(
            found.iter().any(|(message, _)| message.contains(expected)),
            "{text}\nshould be refused with {expected:?}: {found:#?}"
        );
        let (_, line) = found
            .iter()
            .find(|(message, _)| message.contains(expected))
            .unwrap();
        let line = text.lines().nth(line.saturating_sub(1)).unwrap_or_default();
        assert!(
            line.trim_start().starts_with(argument),
            "{text}\n{expected:?} should be at {argument}, and is at {line:?}"
        );
        assert_eq!(found.len(), 1, "{text}\none error is enough: {found:#?}");
        workspace.plan().run.fails();
    }
    assert!(emulator.requests().is_empty(), "{:#?}", emulator.requests());
}

/// The errors of `validate -json`, each as its text and its first line.
fn errors(answer: &Value) -> Vec<(String, usize)> {
    let diagnostics = answer["diagnostics"].as_array().unwrap();
    diagnostics
        .iter()
        .filter(|diagnostic| diagnostic["severity"] == "error")
        .map(|diagnostic| {
            let part = |name: &str| diagnostic[name].as_str().unwrap_or_default().to_owned();
            let line = diagnostic["range"]["start"]["line"]
                .as_u64()
                .unwrap_or_default();
            (
                format!("{}: {}", part("summary"), part("detail")).replace('\n', " "),
                usize::try_from(line).unwrap(),
            )
        })
        .collect()
}

#[test]
fn of_policies() {
    let policy = Block::policy;
    check(vec![
        (policy().with("name", "\"\""), "name", "Invalid policy name"),
        (
            policy().with("name", "\"a/b\""),
            "name",
            "Invalid policy name",
        ),
        (policy().with("name", "[\"ep\"]"), "name", "string required"),
        (
            policy().with("name", ""),
            "resource",
            "Missing required argument",
        ),
        (
            policy().with("resource_group_name", "\"\""),
            "resource_group_name",
            "Invalid resource group name",
        ),
        (
            policy().with("subscription_id", "\"2222222-2222-2222-2222-222222222222\""),
            "subscription_id",
            "Invalid subscription id",
        ),
        (
            policy().with("location", "\"westeurope\""),
            "location",
            "is an Azure region",
        ),
        (
            policy().with("location", "\"westeurope\""),
            "location",
            "\"europe\"",
        ),
        (
            policy().with("location", "\"\""),
            "location",
            "The location is empty",
        ),
        (
            policy().with("key_vault_id", "\"kv-cmk-eu\""),
            "key_vault_id",
            "Invalid key vault id",
        ),
        (
            policy().with("key_vault_id", "\"https://kv-cmk-eu.vault.azure.net/\""),
            "key_vault_id",
            "Invalid key vault id",
        ),
        (
            policy().with("key_vault_id", &format!("{:?}", estate::policy_id("ep"))),
            "key_vault_id",
            "Invalid key vault id",
        ),
        (
            policy().with(
                "key_name",
                "\"https://kv-cmk-eu.vault.azure.net/keys/cmk/0123456789abcdef0123456789abcdef\"",
            ),
            "key_name",
            "Invalid key name",
        ),
        (
            policy().with("key_name", "\"\""),
            "key_name",
            "Invalid key name",
        ),
        (
            policy().with("key_version", "\"latest\""),
            "key_version",
            "Invalid key version",
        ),
        (
            policy().with(
                "key_version",
                "\"https://kv-cmk-eu.vault.azure.net/keys/cmk/0123456789abcdef0123456789abcdef\"",
            ),
            "key_version",
            "Invalid key version",
        ),
        (
            policy().with("tags", "\"owner\""),
            "tags",
            "map of string required",
        ),
        (
            policy().with("system_id", &format!("{SYSTEM_ID:?}")),
            "system_id",
            "Read-only attribute",
        ),
        (policy().with("tag", "{}"), "tag", "Unsupported argument"),
    ]);
}

#[test]
fn of_assignments() {
    let assignment = Block::assignment;
    check(vec![
        (
            assignment().with("environment_id", "\"\""),
            "environment_id",
            "Invalid environment id",
        ),
        (
            assignment().with("environment_id", "\"0000000O-0000-0000-0000-000000000001\""),
            "environment_id",
            "Invalid environment id",
        ),
        (
            assignment().with("environment_id", "\"https://contoso.crm4.dynamics.com\""),
            "environment_id",
            "Invalid environment id",
        ),
        (
            assignment().with("environment_id", "1"),
            "environment_id",
            "Invalid environment id",
        ),
        (
            assignment().with("policy_id", &format!("{SYSTEM_ID:?}")),
            "policy_id",
            "Invalid policy id",
        ),
        (
            assignment().with("policy_id", &format!("{:?}", estate::VAULT)),
            "policy_id",
            "Invalid policy id",
        ),
        (
            assignment().with("policy_id", &format!("{GUID:?}")),
            "policy_id",
            "Invalid policy id",
        ),
        (
            assignment().with("policy_id", ""),
            "resource",
            "Missing policy",
        ),
        (
            assignment().with("policy_id", "").with(
                "policy_system_id",
                &format!("{:?}", estate::policy_id("ep")),
            ),
            "policy_system_id",
            "Invalid system id",
        ),
        (
            assignment().with("policy_system_id", &format!("{SYSTEM_ID:?}")),
            "policy_system_id",
            "Two policies",
        ),
        (
            assignment().with("wait_for", "\"Linked\""),
            "wait_for",
            "Did you mean \"linked\"?",
        ),
        (
            assignment().with("wait_for", "\"encryptd\""),
            "wait_for",
            "\"accepted\", \"linked\", \"encrypted\"",
        ),
        (
            assignment().with("wait_for_on_destroy", "\"unlink\""),
            "wait_for_on_destroy",
            "\"accepted\", \"unlinked\"",
        ),
        (
            assignment().with("deletion_policy", "\"unlink\""),
            "deletion_policy",
            "Did you mean \"UNLINK\"?",
        ),
        (
            assignment().with("deletion_policy", "\"\""),
            "deletion_policy",
            "\"PREVENT\"",
        ),
        (
            assignment().with("adopt_existing", "\"yes\""),
            "adopt_existing",
            "bool",
        ),
    ]);
}

#[test]
fn of_key_access() {
    let access = Block::key_access;
    let hsm = estate::VAULT.replace("vaults/kv-cmk-eu", "managedHSMs/hsm-cmk-eu");
    check(vec![
        (
            access().with("policy_id", ""),
            "resource",
            "Missing identity",
        ),
        (
            access().with("principal_id", &format!("{GUID:?}")),
            "principal_id",
            "Two identities",
        ),
        (
            access()
                .with("policy_id", "")
                .with("principal_id", "\"ep-eu\""),
            "principal_id",
            "Invalid principal id",
        ),
        (
            access().with("policy_id", &format!("{SYSTEM_ID:?}")),
            "policy_id",
            "Invalid policy id",
        ),
        (
            access().with("key_vault_id", &format!("\"{}/keys/cmk\"", estate::VAULT)),
            "key_vault_id",
            "Invalid key vault id",
        ),
        (
            access().with("key_vault_id", &format!("{hsm:?}")),
            "key_vault_id",
            "Managed HSM not supported",
        ),
        (
            access().with("key_name", "\"cmk/1\""),
            "key_name",
            "Invalid key name",
        ),
        (
            access().with("mode", "\"RBAC\""),
            "mode",
            "Did you mean \"rbac\"?",
        ),
        (
            access()
                .with("mode", "\"access_policy\"")
                .with("key_name", "\"cmk\""),
            "key_name",
            "Scope not possible",
        ),
        (
            access().with("retain_on_destroy", "\"no\""),
            "retain_on_destroy",
            "bool",
        ),
    ]);
}

#[test]
fn of_the_provider() {
    let provider = Block::provider;
    check(vec![
        (
            provider().with("cloud", "\"govcloud\""),
            "cloud",
            "\"gcchigh\"",
        ),
        (
            provider().with("cloud", "\"Public\""),
            "cloud",
            "Did you mean \"public\"?",
        ),
        (
            provider().with("tenant_id", "\"contoso\""),
            "tenant_id",
            "Invalid tenant id",
        ),
        (
            provider().with("client_id", "\"\""),
            "client_id",
            "is empty",
        ),
        (
            provider().with("subscription_id", "\"Pay-As-You-Go\""),
            "subscription_id",
            "Invalid subscription id",
        ),
        (
            provider().with("default_deletion_policy", "\"DELETE\""),
            "default_deletion_policy",
            "\"ABANDON\"",
        ),
        (
            provider().with("max_concurrency", "0"),
            "max_concurrency",
            "100",
        ),
        (
            provider().with("max_attempts", "101"),
            "max_attempts",
            "from 1 to 100",
        ),
        (
            provider().with("request_timeout", "\"soon\""),
            "request_timeout",
            "Invalid duration",
        ),
        (
            provider().with("request_timeout", "\"0s\""),
            "request_timeout",
            "Invalid duration",
        ),
    ]);
}

#[test]
fn of_timeouts() {
    let emulator = Emulator::start().unwrap();
    let workspace = Workspace::new(&emulator);
    for value in ["\"\"", "\"soon\"", "\"-5m\"", "\"10\"", "[]"] {
        for block in [Block::policy(), Block::assignment(), Block::key_access()] {
            let text = block.text().replace(
                "\n}",
                &format!("\n  timeouts {{\n    create = {value}\n  }}\n}}"),
            );
            workspace.write("main.tf", &text);
            let answer = workspace.terraform(&["validate", "-json"]).json();
            let found = errors(&answer);
            assert_eq!(found.len(), 1, "{text}\n{found:#?}");
            let line = text.lines().nth(found[0].1 - 1).unwrap();
            assert!(line.contains("create ="), "{text}\n{found:#?}");
        }
    }
    assert!(emulator.requests().is_empty());
}

#[test]
fn nothing_is_refused_before_it_is_known() {
    let emulator = Emulator::start().unwrap();
    let workspace = Workspace::new(&emulator);
    let mut all = String::from("resource \"terraform_data\" \"later\" {\n  input = \"x\"\n}\n");
    for (number, (mut block, more)) in [
        (Block::policy(), &["subscription_id", "key_version"][..]),
        (
            Block::assignment(),
            &[
                "wait_for",
                "wait_for_on_destroy",
                "deletion_policy",
                "adopt_existing",
                "policy_system_id",
            ][..],
        ),
        (
            Block::key_access(),
            &["mode", "key_name", "principal_id", "retain_on_destroy"][..],
        ),
    ]
    .into_iter()
    .enumerate()
    {
        for name in more {
            block = block.with(name, "x");
        }
        let unknown = "terraform_data.later.output".to_owned();
        for (_, value) in &mut block.arguments {
            value.clone_from(&unknown);
        }
        all.push_str(
            &block
                .text()
                .replace("\"x\" {", &format!("\"x{number}\" {{")),
        );
    }
    workspace.write("main.tf", all);
    workspace.validate().succeeds();
    workspace.plan().has_changes();
    let asked = emulator
        .requests()
        .filter(|entry| entry.plane != ppcmk_emulator::Plane::Authority);
    assert!(asked.is_empty(), "{asked:#?}");
}

#[test]
fn found_at_apply_when_it_was_not_known_before() {
    let emulator = Emulator::start().unwrap();
    let workspace = Workspace::new(&emulator);
    let later = "resource \"terraform_data\" \"later\" {\n  input = \"nonsense\"\n}\n";
    for (block, name) in [
        (Block::policy(), "subscription_id"),
        (Block::policy(), "key_vault_id"),
        (Block::assignment(), "environment_id"),
        (Block::assignment(), "policy_id"),
        (Block::assignment(), "wait_for"),
        (Block::key_access(), "key_vault_id"),
        (Block::key_access(), "mode"),
    ] {
        let text = block.with(name, "terraform_data.later.output").text();
        workspace.write("main.tf", format!("{later}{text}"));
        workspace
            .apply()
            .fails()
            .does_not_say("inconsistent")
            .does_not_say("bug in the provider");
    }
    ppcmk_tests::assert_nothing_written(&emulator);
}
