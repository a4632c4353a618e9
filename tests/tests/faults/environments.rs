//! Environments and policies that disappear, keys that are lost, long lists.

use ppcmk_emulator::modes::UnmanagedLink;
use ppcmk_emulator::{Change, OperationFault, RequestMatch, Stage};
use ppcmk_tests::Scene;
use ppcmk_tests::estate::{RETAIL, VAULT, policy_id};
use ppcmk_tests::scene::ASSIGNMENT;

#[test]
fn an_environment_that_is_gone_before_the_link() {
    let scene = Scene::new();
    scene.workspace.plan().plans(ASSIGNMENT, "create");
    scene.emulator.delete_environment(RETAIL);
    let run = scene.workspace.apply_with(&["test.tfplan"]);
    run.fails()
        .says("Error: Environment not found")
        .says(RETAIL);
    assert_eq!(scene.links(), 0);
    scene.is_not_recorded();
}

#[test]
fn an_environment_that_is_gone_during_the_link() {
    for arguments in ["", "wait_for = \"encrypted\""] {
        let scene = Scene::with(arguments);
        scene
            .emulator
            .operation_fault(OperationFault::delete_environment());
        let run = scene.workspace.apply();
        if arguments.is_empty() {
            run.succeeds();
            scene.is_recorded();
        } else {
            run.fails()
                .says("Error: Environment not found")
                .says("while it was being linked");
            scene.is_not_recorded();
        }
        assert_eq!(scene.links(), 1);
        scene
            .workspace
            .apply()
            .fails()
            .says("Error: Environment not found");
        assert_eq!(scene.links(), 1);
        scene.is_not_recorded();
    }
}

#[test]
fn an_environment_that_is_gone_leaves_the_state() {
    let scene = Scene::new();
    scene.workspace.apply().succeeds();
    scene.emulator.delete_environment(RETAIL);
    let run = scene.workspace.apply_with(&["-refresh-only"]);
    run.succeeds()
        .says("Warning: Environment not found")
        .says("does not exist any more");
    scene.is_not_recorded();
}

#[test]
fn a_policy_that_is_deleted_under_its_environments() {
    let scene = Scene::new();
    scene.workspace.apply().succeeds();
    manage_policy(&scene);
    scene
        .workspace
        .import(POLICY, &policy_id("ep-1"))
        .succeeds();
    scene.emulator.delete_policy("ep-1");
    let plan = scene.workspace.plan();
    plan.run
        .says("Warning: Policy deleted under its environments")
        .says("Contoso Retail")
        .says("lost their key");
    plan.plans(POLICY, "create");
    assert_eq!(scene.links(), 1);
}

#[test]
fn a_lost_key_is_reported() {
    let lose: [fn(&Scene); 3] = [
        |scene| scene.emulator.disable_key("kv-cmk-eu", "cmk"),
        |scene| scene.emulator.revoke_access("ep-1"),
        |scene| {
            let (vault, key) = ("kv-cmk-eu".into(), "cmk".into());
            let expire = Change::ExpireKey { vault, key };
            scene.emulator.change(expire).unwrap();
        },
    ];
    for lose in lose {
        let scene = Scene::with("wait_for = \"encrypted\"");
        scene.workspace.apply().succeeds();
        manage_policy(&scene);
        scene
            .workspace
            .import(POLICY, &policy_id("ep-1"))
            .succeeds();
        lose(&scene);
        let plan = scene.workspace.plan();
        plan.run
            .says("Warning: Policy is not healthy")
            .says("Warning: Environment is offline")
            .says("restore that")
            .says("deleted after 30 days");
        plan.is_empty();
    }
}

#[test]
fn an_unusable_key_is_refused_early_or_late() {
    use ppcmk_emulator::modes::Refusal;
    for (refusal, says) in [
        (Refusal::Request, "Error: Key not usable"),
        (Refusal::Operation, "Error: Link failed"),
    ] {
        let scene = Scene::with("wait_for = \"encrypted\"");
        scene
            .emulator
            .set_modes(|modes| modes.unusable_key = refusal);
        scene.emulator.disable_key("kv-cmk-eu", "cmk");
        scene.workspace.apply().fails().says(says);
        assert_eq!(scene.links(), 1);
        scene.is_not_recorded();
        scene.emulator.enable_key("kv-cmk-eu", "cmk");
        scene.converges();
        assert_eq!(scene.links(), 2);
    }
}

#[test]
fn a_refusal_leaves_no_claim_on_somebody_elses_link() {
    let scene = Scene::new();
    scene.emulator.disable_key("kv-cmk-eu", "cmk");
    scene
        .workspace
        .apply()
        .fails()
        .says("Error: Key not usable");
    scene.emulator.enable_key("kv-cmk-eu", "cmk");
    scene.emulator.link_elsewhere(RETAIL, "ep-1");
    scene
        .workspace
        .apply()
        .fails()
        .says("Error: Environment already linked")
        .says("import {");
    assert_eq!(scene.links(), 1);
}

#[test]
fn reads_long_lists_page_by_page() {
    let scene = Scene::new();
    scene
        .emulator
        .set_modes(|modes| modes.environment_page_size = Some(2));
    manage_policy(&scene);
    scene
        .emulator
        .operation_fault(OperationFault::hold(Stage::Run));
    scene
        .workspace
        .apply_with(&["-target", ASSIGNMENT])
        .succeeds();
    scene
        .workspace
        .import(POLICY, &policy_id("ep-1"))
        .succeeds();
    assert!(
        scene
            .emulator
            .requests()
            .on(&RequestMatch::environments())
            .count()
            > 3
    );
    let state = scene.workspace.state();
    let linked = &state.of(POLICY)["linked_environment_ids"];
    assert_eq!(linked, &serde_json::json!([RETAIL]));
}

const POLICY: &str = "ppcmk_enterprise_policy.one";

/// Adds the policy `ep-1` to the configuration; the state has it after an import.
fn manage_policy(scene: &Scene) {
    scene.workspace.write(
        "policy.tf",
        format!(
            "resource \"ppcmk_enterprise_policy\" \"one\" {{\n  name = \"ep-1\"\n  \
             resource_group_name = \"rg-cmk\"\n  location = \"europe\"\n  key_vault_id = \
             \"{VAULT}\"\n  key_name = \"cmk\"\n}}\n"
        ),
    );
}

/// Some report a 404 where others saw the governance configuration named.
#[test]
fn an_unmanaged_environment_is_named_also_behind_a_404() {
    let scene = Scene::new();
    scene.emulator.set_managed(RETAIL, false);
    scene
        .emulator
        .set_modes(|modes| modes.unmanaged_link = UnmanagedLink::NotFound);
    scene
        .workspace
        .apply()
        .fails()
        .says("Enable Managed Environments for it first");
    assert_eq!(scene.links(), 1);
    scene.is_not_recorded();
    scene.emulator.set_managed(RETAIL, true);
    scene.converges();
}
