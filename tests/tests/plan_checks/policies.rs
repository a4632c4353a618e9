//! What a plan says about the vault and the key of a policy that it makes or changes.

use ppcmk_tests::{assert_nothing_written, estate};

use super::tenant::{policy, provider, start, warnings};

const INCOMPLETE: &str = "Plan-time checks incomplete";
const NEW: &str = "ppcmk_enterprise_policy.new";

#[test]
fn a_vault_or_key_that_cannot_encrypt_is_refused() {
    let (emulator, workspace) = start();
    for (vault, key, code, summary, line) in [
        (
            "kv-purge",
            "cmk",
            "CMK201",
            "Vault without purge protection",
            "6: key_vault_id",
        ),
        (
            "kv-closed",
            "cmk",
            "CMK206",
            "Vault blocks Power Platform",
            "6: key_vault_id",
        ),
        (
            "kv-keys",
            "curve",
            "CMK203",
            "Unsupported key type",
            "7: key_name",
        ),
        (
            "kv-keys",
            "small",
            "CMK203",
            "Unsupported key type",
            "7: key_name",
        ),
        (
            "kv-keys",
            "signs",
            "CMK204",
            "Key without wrap operations",
            "7: key_name",
        ),
        (
            "kv-keys",
            "expired",
            "CMK205",
            "Key expiry without rotation",
            "7: key_name",
        ),
    ] {
        workspace.write("main.tf", policy(vault, key, ""));
        let run = workspace.plan().run;
        run.fails()
            .says(&format!("Error: {summary}"))
            .says(code)
            .says(line)
            .does_not_say(INCOMPLETE);
        assert_eq!(run.errors(), 1, "{}", run.transcript());
    }
    assert_nothing_written(&emulator);
}

#[test]
fn what_may_be_all_right_is_a_warning() {
    let (_emulator, workspace) = start();
    for (key, code, says, line) in [
        ("disputed", "CMK203", "4096", "7: key_name"),
        ("later", "CMK216", "2099-01-01", "7: key_name"),
        ("disabled", "CMK216", "the key is disabled", "7: key_name"),
    ] {
        workspace.write("main.tf", policy("kv-keys", key, ""));
        workspace
            .plan()
            .has_changes()
            .run
            .says("Warning: ")
            .says(code)
            .says(says)
            .says(line);
    }
    workspace.write("main.tf", policy("kv-cmk-eu", "cmk", ""));
    let run = workspace.plan().has_changes().run.clone();
    assert_eq!(warnings(&run), 0, "{}", run.transcript());
}

#[test]
fn a_pinned_version_is_a_warning_at_its_argument() {
    let (_emulator, workspace) = start();
    let version = "0123456789abcdef0123456789abcdef";
    let pinned = policy("kv-cmk-eu", "cmk", &format!("key_version = \"{version}\""));
    workspace.write("main.tf", pinned);
    workspace
        .plan()
        .has_changes()
        .run
        .says("Warning: Pinned key version")
        .says("8: key_version")
        // There is no such version.
        .says("the key does not exist yet");
}

#[test]
fn what_is_not_there_yet_is_counted_in_one_warning() {
    let (_emulator, workspace) = start();
    for (vault, key, says) in [
        ("kv-cmk-eu", "new", "the key does not exist yet"),
        ("kv-new", "cmk", "the key vault does not exist yet"),
    ] {
        workspace.write("main.tf", policy(vault, key, ""));
        let run = workspace.plan().has_changes().run.clone();
        run.says(INCOMPLETE).says("CMK203").says(says);
        assert_eq!(warnings(&run), 1, "{}", run.transcript());
    }
}

#[test]
fn a_change_of_the_key_is_checked_and_other_changes_are_not() {
    let (emulator, workspace) = start();
    workspace.write("main.tf", policy("kv-cmk-eu", "cmk", ""));
    workspace.apply().succeeds();
    workspace.write("main.tf", policy("kv-keys", "curve", ""));
    workspace
        .plan()
        .run
        .fails()
        .says("CMK203")
        .says("7: key_name");
    emulator.clear_requests();
    let tags = policy("kv-cmk-eu", "cmk", "tags = { a = \"b\" }");
    workspace.write("main.tf", tags);
    workspace.plan().plans(NEW, "update");
    let vaults = emulator.requests().matching("GET", "*Microsoft.KeyVault*");
    assert!(vaults.is_empty(), "{vaults:#?}");
}

#[test]
fn frozen_policies_are_refused_with_their_codes() {
    let (_emulator, workspace) = start();
    let estate = estate::RETAIL_UNDER_POLICY.replace("\"ep-eu\"", "\"ep-first\"");
    workspace.write("main.tf", &estate);
    workspace.apply().succeeds();
    let other_key = estate.replace("= \"cmk\"", "= \"cmk-2\"");
    workspace.write("main.tf", other_key);
    workspace.plan().run.fails().says("CMK112");
    workspace.write("main.tf", "");
    workspace.plan().run.fails().says("CMK210");
}

#[test]
fn warnings_of_the_mode_hold_for_policies_too() {
    let (_emulator, workspace) = start();
    workspace.write("main.tf", policy("kv-purge", "cmk", ""));
    workspace.write("provider.tf", provider("plan_checks = \"warn\""));
    let plan = workspace.plan();
    plan.has_changes().run.says("Warning: Vault without purge");
    workspace.write("provider.tf", provider("skip_plan_checks = [\"CMK201\"]"));
    let plan = workspace.plan();
    plan.has_changes()
        .run
        .says("skipped (skip_plan_checks): CMK201");
}
