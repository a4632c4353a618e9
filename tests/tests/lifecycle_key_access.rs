//! The life of a `ppcmk_key_access`.

#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot go on has failed, also in its helpers"
)]

use ppcmk_emulator::{Body, Effect, Fault, RequestMatch, Response};
use ppcmk_tests::{assert_nothing_written, estate, start, writes};
use serde_json::json;

const EU: &str = "ppcmk_key_access.eu";
const VAULT_LINE: &str = "key_vault_id = ppcmk_enterprise_policy.eu.key_vault_id";

/// The policy with its grant, whose arguments after the vault are these.
fn grant(arguments: &str) -> String {
    estate::POLICY.replace(VAULT_LINE, &format!("{VAULT_LINE}\n  {arguments}"))
}

/// The same for the vault with access policies.
fn access_policy(arguments: &str) -> String {
    grant(arguments).replace("kv-cmk-eu", "kv-cmk-ap")
}

#[test]
fn grants_on_the_vault_and_is_stable() {
    let (emulator, workspace) = start();
    workspace.write("main.tf", grant(""));
    workspace.apply().succeeds();
    let puts = writes(&emulator).matching(
        "PUT",
        "*/vaults/kv-cmk-eu/providers/Microsoft.Authorization/roleAssignments/*",
    );
    assert_eq!(puts.count(), 1);
    let policy = emulator.policy("ep-eu").unwrap();
    assert!(policy.key_usable);
    assert_eq!(
        workspace.state().text(EU, "principal_id"),
        policy.principal_id
    );
    workspace.plan().is_empty();
    workspace.plan_with(&["-refresh=false"]).is_empty();
}

#[test]
fn grants_on_one_key_with_everything_set() {
    let (emulator, workspace) = start();
    workspace.write(
        "main.tf",
        grant("key_name = \"cmk\"\n  mode = \"rbac\"\n  retain_on_destroy = false\n  timeouts {\n    create = \"5m\"\n  }"),
    );
    workspace.apply().succeeds();
    let puts = writes(&emulator).matching("PUT", "*/vaults/kv-cmk-eu/keys/cmk/providers/*");
    assert_eq!(puts.count(), 1);
    assert!(emulator.policy("ep-eu").unwrap().key_usable);
    workspace.plan().is_empty();
    workspace.plan_with(&["-refresh=false"]).is_empty();
}

#[test]
fn uses_the_access_policies_of_a_vault_that_has_them() {
    let (emulator, workspace) = start();
    workspace.write("main.tf", access_policy(""));
    workspace.apply().succeeds();
    let id = workspace.state().text(EU, "id").to_owned();
    assert!(id.starts_with(estate::ACCESS_POLICY_VAULT), "{id}");
    assert!(id.contains("/objectId/"), "{id}");
    assert!(emulator.policy("ep-eu").unwrap().key_usable);
    workspace.plan().is_empty();
    workspace.plan_with(&["-refresh=false"]).is_empty();
}

#[test]
fn a_mode_that_the_vault_ignores_is_an_error_before_anything_is_granted() {
    let (emulator, workspace) = start();
    for (configuration, summary) in [
        (
            grant("mode = \"access_policy\""),
            "Vault ignores access policies",
        ),
        (
            access_policy("mode = \"rbac\""),
            "Vault ignores role assignments",
        ),
        (access_policy("key_name = \"cmk\""), "Scope not possible"),
        (grant("key_name = \"no-such-key\""), "Key not found"),
    ] {
        workspace.write("main.tf", configuration);
        workspace.apply().fails().says(summary);
        workspace.destroy().succeeds();
    }
    let grants = writes(&emulator).filter(|entry| {
        entry.path.contains("roleAssignments") || entry.path.contains("accessPolicies")
    });
    assert!(grants.is_empty(), "{grants:#?}");
}

#[test]
fn retain_on_destroy_changes_in_place_without_a_request() {
    let (emulator, workspace) = start();
    workspace.write("main.tf", grant(""));
    workspace.apply().succeeds();
    emulator.clear_requests();
    workspace.write("main.tf", grant("retain_on_destroy = false"));
    workspace.plan().plans(EU, "update");
    workspace.apply().succeeds();
    assert_nothing_written(&emulator);
    assert_eq!(workspace.state().of(EU)["retain_on_destroy"], false);
    workspace.plan().is_empty();
}

#[test]
fn identity_scope_and_mode_replace() {
    let (_emulator, workspace) = start();
    workspace.write(
        "main.tf",
        format!(
            "{}{}",
            grant("retain_on_destroy = false"),
            estate::SECOND_POLICY
        ),
    );
    workspace.apply().succeeds();
    let base = grant("retain_on_destroy = false");
    for (before, after, path) in [
        (
            "policy_id    = ppcmk_enterprise_policy.eu.id",
            "policy_id    = ppcmk_enterprise_policy.two.id",
            "policy_id",
        ),
        (
            VAULT_LINE,
            "key_vault_id = \"/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/rg-cmk/providers/Microsoft.KeyVault/vaults/kv-cmk-uk\"",
            "key_vault_id",
        ),
        (
            "retain_on_destroy = false",
            "retain_on_destroy = false\n  key_name = \"cmk\"",
            "key_name",
        ),
        (
            "retain_on_destroy = false",
            "retain_on_destroy = false\n  mode = \"access_policy\"",
            "mode",
        ),
    ] {
        workspace.write(
            "main.tf",
            format!("{}{}", base.replace(before, after), estate::SECOND_POLICY),
        );
        let plan = workspace.plan();
        plan.plans(EU, "delete/create");
        assert_eq!(plan.replace_paths(EU), [path]);
    }
    // What the vault uses anyway, said aloud, replaces nothing.
    workspace.write(
        "main.tf",
        format!(
            "{}{}",
            grant("retain_on_destroy = false\n  mode = \"rbac\""),
            estate::SECOND_POLICY
        ),
    );
    workspace.plan().plans(EU, "update");
}

#[test]
fn spelling_is_no_difference() {
    let (_emulator, workspace) = start();
    workspace.write("main.tf", grant("key_name = \"cmk\""));
    workspace.apply().succeeds();
    workspace.write(
        "main.tf",
        grant("key_name = \"CMK\"")
            .replace(
                "ppcmk_enterprise_policy.eu.id",
                "upper(ppcmk_enterprise_policy.eu.id)",
            )
            .replace(
                "= ppcmk_enterprise_policy.eu.key_vault_id",
                "= lower(ppcmk_enterprise_policy.eu.key_vault_id)",
            ),
    );
    workspace.plan().is_empty();
}

#[test]
fn destroying_keeps_the_grant_unless_told_otherwise() {
    let (emulator, workspace) = start();
    workspace.write("main.tf", grant(""));
    workspace.apply().succeeds();
    emulator.clear_requests();
    workspace
        .terraform(&["destroy", "-auto-approve", "-target=ppcmk_key_access.eu"])
        .succeeds()
        .says("Grant kept");
    assert_nothing_written(&emulator);
    assert!(emulator.policy("ep-eu").unwrap().key_usable);

    workspace.write("main.tf", grant("retain_on_destroy = false"));
    workspace.apply().succeeds();
    workspace
        .terraform(&["destroy", "-auto-approve", "-target=ppcmk_key_access.eu"])
        .succeeds();
    assert!(!emulator.policy("ep-eu").unwrap().key_usable);
}

#[test]
fn a_grant_in_use_is_not_taken_away() {
    let (emulator, workspace) = start();
    workspace.write("main.tf", grant("retain_on_destroy = false"));
    workspace.apply().succeeds();
    emulator.link_elsewhere(estate::UAT, "ep-eu");
    workspace
        .terraform(&["destroy", "-auto-approve", "-target=ppcmk_key_access.eu"])
        .fails();
    assert!(emulator.policy("ep-eu").unwrap().key_usable);
    assert!(workspace.state().addresses().contains(&EU.to_owned()));
}

#[test]
fn a_grant_that_is_gone_already_needs_no_permission_to_go() {
    let (emulator, workspace) = start();
    workspace.write("main.tf", grant("retain_on_destroy = false"));
    workspace.apply().succeeds();
    emulator.link_elsewhere(estate::UAT, "ep-eu");
    emulator.revoke_access("ep-eu");
    emulator.clear_requests();
    workspace
        .terraform(&[
            "destroy",
            "-auto-approve",
            "-refresh=false",
            "-target=ppcmk_key_access.eu",
        ])
        .succeeds();
    assert_nothing_written(&emulator);
}

#[test]
fn a_grant_that_somebody_has_made_already_is_found() {
    let (emulator, workspace) = start();
    workspace.write("main.tf", grant(""));
    workspace.apply().succeeds();
    workspace.terraform(&["state", "rm", EU]).succeeds();
    emulator.clear_requests();
    workspace.apply().succeeds();
    assert_nothing_written(&emulator);
    workspace.plan().is_empty();
}

#[test]
fn works_for_an_identity_that_is_named() {
    let (emulator, workspace) = start();
    workspace.write(
        "main.tf",
        grant("").replace(
            "policy_id    = ppcmk_enterprise_policy.eu.id",
            "principal_id = ppcmk_enterprise_policy.eu.principal_id",
        ),
    );
    workspace.apply().succeeds();
    assert!(emulator.policy("ep-eu").unwrap().key_usable);
    workspace.plan().is_empty();
}

/// A policy may be in another subscription than its vault, and only environments name it then.
#[test]
fn a_named_identity_in_use_keeps_its_right_wherever_its_policy_is() {
    let (emulator, workspace) = start();
    workspace.write(
        "main.tf",
        grant("retain_on_destroy = false").replace(
            "policy_id    = ppcmk_enterprise_policy.eu.id",
            "principal_id = ppcmk_enterprise_policy.eu.principal_id",
        ),
    );
    workspace.apply().succeeds();
    emulator.link_elsewhere(estate::UAT, "ep-eu");
    let elsewhere = Response::status(200).body(Body::Json(json!({ "value": [] })));
    let list = RequestMatch::new(
        "GET",
        "/subscriptions/*/providers/Microsoft.PowerPlatform/enterprisePolicies",
    );
    emulator.fault(Fault::new(list, Effect::Respond(elsewhere)).forever());
    workspace
        .terraform(&["destroy", "-auto-approve", "-target=ppcmk_key_access.eu"])
        .fails()
        .says("Error: Grant still needed");
    assert!(emulator.policy("ep-eu").unwrap().key_usable);
    assert!(workspace.state().addresses().contains(&EU.to_owned()));
}
