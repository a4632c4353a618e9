//! What somebody else has changed behind Terraform's back.

#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot go on has failed, also in its helpers"
)]

use std::path::Path;

use ppcmk_emulator::seed::DEFAULT_SEED;
use ppcmk_emulator::{Change, Emulator, Fault, OperationFault, RequestMatch, Seed, Stage};
use ppcmk_tests::{Workspace, assert_nothing_written, estate, start};
use serde_json::json;

const EU: &str = "ppcmk_enterprise_policy.eu";
const ACCESS: &str = "ppcmk_key_access.eu";
const RETAIL: &str = "ppcmk_environment_assignment.retail";

/// The policy `ep-eu` with [`estate::RETAIL`] under it, applied; the log is empty again.
fn linked() -> (Emulator, Workspace) {
    linked_in(Emulator::start().unwrap())
}

fn linked_in(emulator: Emulator) -> (Emulator, Workspace) {
    let workspace = Workspace::new(&emulator);
    let waiting = format!(
        "{}{}",
        estate::POLICY,
        estate::retail("wait_for = \"linked\"")
    );
    workspace.write("main.tf", waiting);
    workspace.apply().succeeds();
    emulator.clear_requests();
    (emulator, workspace)
}

/// An emulator that also has these policies.
fn with_policies(policies: &serde_json::Value) -> Emulator {
    let mut seed: serde_json::Value = serde_json::from_str(DEFAULT_SEED).unwrap();
    seed["policies"] = policies.clone();
    Emulator::builder()
        .seed(Seed::parse(&seed.to_string()).unwrap())
        .start()
        .unwrap()
}

#[test]
fn a_removed_link_is_made_again() {
    let (emulator, workspace) = linked();
    emulator.unlink_behind_the_back(estate::RETAIL);
    workspace.plan().plans(RETAIL, "create").plans(EU, "no-op");
    assert_nothing_written(&emulator);
    workspace.apply().succeeds();
    assert_eq!(emulator.requests().count_links(estate::RETAIL), 1);
    workspace.plan().is_empty();
}

#[test]
fn another_policy_is_swapped_back() {
    let other = json!([{ "name": "ep-other", "vault": "kv-cmk-eu", "key": "cmk-2" }]);
    let (emulator, workspace) = linked_in(with_policies(&other));
    emulator.link_elsewhere(estate::RETAIL, "ep-other");
    let plan = workspace.plan();
    plan.plans(RETAIL, "update");
    assert!(plan.changed(RETAIL).contains(&"policy_id".to_owned()));
    workspace.apply().succeeds();
    assert_eq!(emulator.requests().count_links(estate::RETAIL), 1);
    assert_eq!(emulator.requests().count_unlinks(estate::RETAIL), 0);
    workspace.plan().is_empty();
}

#[test]
fn a_policy_of_another_kind_is_none_of_our_business() {
    let network = json!([{ "name": "ep-network", "kind": "NetworkInjection" }]);
    let (emulator, workspace) = linked_in(with_policies(&network));
    emulator.link_elsewhere(estate::RETAIL, "ep-network");
    workspace.plan().is_empty();
    // Nor does it stand in for a link of ours.
    emulator.unlink_behind_the_back(estate::RETAIL);
    workspace.plan().plans(RETAIL, "create");
    workspace.apply().succeeds();
    workspace.plan().is_empty();
}

#[test]
fn a_deleted_environment_takes_its_assignment_along() {
    let (emulator, workspace) = linked();
    emulator.delete_environment(estate::RETAIL);
    let run = workspace.plan().run;
    run.fails()
        .says("Error: Environment not found")
        .says("Warning: Environment not found");
    workspace.apply().fails().says("Environment not found");
    assert_eq!(emulator.requests().count_links(estate::RETAIL), 0);
    workspace.write("main.tf", estate::POLICY);
    workspace.apply().succeeds();
    workspace.plan().is_empty();
}

#[test]
fn a_policy_deleted_under_its_environment_is_said_aloud() {
    let (emulator, workspace) = linked();
    emulator.delete_policy("ep-eu");
    let plan = workspace.plan();
    plan.plans(EU, "create");
    plan.run
        .says("Policy deleted under its environments")
        .says("Contoso Retail");
    assert_nothing_written(&emulator);
}

#[test]
fn key_and_tags_changed_in_azure_show_as_updates() {
    let (emulator, workspace) = start();
    let tagged = estate::POLICY.replace(
        "key_name            = \"cmk\"",
        "key_name = \"cmk\"\n  tags = { owner = \"platform\" }",
    );
    workspace.write("main.tf", &tagged);
    workspace.apply().succeeds();
    // Somebody else, with a state of their own.
    let other = Workspace::new(&emulator);
    let theirs = tagged
        .split("resource \"ppcmk_key_access\"")
        .next()
        .unwrap();
    other.write("main.tf", theirs);
    other.import(EU, &estate::policy_id("ep-eu")).succeeds();
    for (before, after, attribute) in [
        ("\"cmk\"", "\"cmk-2\"", "key_name"),
        ("platform", "security", "tags"),
    ] {
        other.write("main.tf", theirs.replace(before, after));
        other.apply().succeeds();
        let plan = workspace.plan();
        plan.plans(EU, "update");
        assert!(
            plan.changed(EU).contains(&attribute.to_owned()),
            "{:?}",
            plan.changed(EU)
        );
        workspace.apply().succeeds();
        workspace.plan().is_empty();
    }
}

#[test]
fn a_deleted_role_assignment_is_made_again() {
    let (emulator, workspace) = linked();
    emulator.revoke_access("ep-eu");
    workspace
        .plan()
        .plans(ACCESS, "create")
        .plans(RETAIL, "no-op");
    workspace.apply().succeeds();
    assert!(emulator.policy("ep-eu").unwrap().key_usable);
    assert_eq!(emulator.requests().count_links(estate::RETAIL), 0);
    workspace.plan().is_empty();
}

#[test]
fn a_reduced_access_policy_is_completed_again() {
    let (emulator, workspace) = start();
    workspace.write("main.tf", estate::POLICY.replace("kv-cmk-eu", "kv-cmk-ap"));
    workspace.apply().succeeds();
    emulator.fault(
        Fault::new(
            RequestMatch::new("GET", "*/vaults/kv-cmk-ap"),
            ppcmk_emulator::Effect::PatchBody(json!({ "properties": { "accessPolicies": [{
                "tenantId": estate::TENANT,
                "objectId": emulator.policy("ep-eu").unwrap().principal_id,
                "permissions": { "keys": ["Get"] },
            }] } })),
        )
        .forever(),
    );
    workspace.plan().plans(ACCESS, "create");
    emulator.clear_faults();
    workspace.plan().is_empty();
    emulator.revoke_access("ep-eu");
    workspace.plan().plans(ACCESS, "create");
    workspace.apply().succeeds();
    workspace.plan().is_empty();
}

#[test]
fn a_vault_with_another_permission_model_ignores_the_grant() {
    let (emulator, workspace) = start();
    workspace.write("main.tf", estate::POLICY);
    workspace.apply().succeeds();
    emulator.fault(
        Fault::new(
            RequestMatch::new("GET", "*/vaults/kv-cmk-eu"),
            ppcmk_emulator::Effect::PatchBody(
                json!({ "properties": { "enableRbacAuthorization": false } }),
            ),
        )
        .forever(),
    );
    let plan = workspace.plan();
    plan.plans(ACCESS, "create");
    plan.run.says("Grant has no effect");
}

#[test]
fn progress_alone_is_no_difference() {
    let (emulator, workspace) = start();
    emulator.operation_fault(OperationFault::hold(Stage::Run));
    workspace.write("main.tf", estate::RETAIL_UNDER_POLICY);
    workspace.apply().succeeds();
    assert_eq!(workspace.state().text(RETAIL, "link_status"), "Linking");
    workspace.plan().is_empty();
    emulator.complete_operation(estate::RETAIL);
    workspace.plan().is_empty();
    workspace.terraform(&["plan", "-refresh-only"]).succeeds();
    workspace.apply().succeeds();
    workspace.apply_with(&["-refresh-only"]).succeeds();
    assert_eq!(workspace.state().text(RETAIL, "link_status"), "Linked");
    assert_eq!(emulator.requests().count_links(estate::RETAIL), 1);
}

#[test]
fn a_word_that_nobody_knows_is_no_difference() {
    let (emulator, workspace) = linked();
    emulator
        .change(Change::SetLinkStatus {
            environment: estate::RETAIL.into(),
            word: "Revalidating".into(),
        })
        .unwrap();
    workspace.plan().is_empty();
}

#[test]
fn a_disabled_key_is_a_warning_and_no_difference() {
    let (emulator, workspace) = linked();
    emulator.disable_key("kv-cmk-eu", "cmk");
    let plan = workspace.plan();
    plan.is_empty();
    plan.run
        .says("Policy is not healthy")
        .says("Environment is offline");
    emulator.enable_key("kv-cmk-eu", "cmk");
    assert_nothing_written(&emulator);
}

#[test]
fn losing_the_role_is_an_error_and_keeps_the_state() {
    let (emulator, workspace) = linked();
    let before = state_file(&workspace);
    let nothing = ppcmk_emulator::Response::status(200)
        .body(ppcmk_emulator::Body::Json(json!({ "value": [] })));
    emulator.fault(Fault::status(RequestMatch::environment(estate::RETAIL), 404).forever());
    emulator.fault(
        Fault::new(
            RequestMatch::environments(),
            ppcmk_emulator::Effect::Respond(nothing),
        )
        .forever(),
    );
    workspace.plan().run.fails().says("No environment visible");
    workspace.apply().fails();
    assert_eq!(state_file(&workspace), before);
    assert_nothing_written(&emulator);
    emulator.clear_faults();
    workspace.plan().is_empty();
}

#[test]
fn an_unmanaged_environment_that_is_linked_is_left_alone() {
    let (emulator, workspace) = linked();
    emulator.set_managed(estate::RETAIL, false);
    workspace.plan().is_empty();
    assert_nothing_written(&emulator);
}

fn state_file(workspace: &Workspace) -> Vec<u8> {
    let file = workspace.directory().join(Path::new("terraform.tfstate"));
    std::fs::read(file).unwrap()
}
