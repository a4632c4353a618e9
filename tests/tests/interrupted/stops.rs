//! SIGINT to the whole process group, as Ctrl-C sends it.

use std::time::{Duration, Instant};

use ppcmk_emulator::{Body, Effect, Fault, OperationFault, RequestMatch, Response, Stage};
use ppcmk_tests::estate::{POLICY, RETAIL, VAULT, policy_id};
use ppcmk_tests::scene::ASSIGNMENT;
use ppcmk_tests::{Scene, start};

use serde_json::json;

use crate::{all_end, providers, wait_for_requests};

#[test]
fn a_link_that_runs_is_kept() {
    let scene = Scene::with("wait_for = \"encrypted\"");
    scene
        .emulator
        .operation_fault(OperationFault::hold(Stage::Run));
    let apply = scene.workspace.spawn_apply();
    wait_for_requests(&scene.emulator, &RequestMatch::poll(), 2);
    let ids = providers(&apply);
    let interrupted = Instant::now();
    apply.signal_group("INT");
    let run = apply.wait();
    assert!(
        interrupted.elapsed() < Duration::from_secs(5),
        "{:?}",
        interrupted.elapsed()
    );
    run.says("Warning: Link still in progress")
        .says("you stopped Terraform");
    all_end(&ids, Duration::from_secs(5));
    scene.is_recorded();
    assert_eq!(
        scene
            .workspace
            .state()
            .text(ASSIGNMENT, "encryption_status"),
        "Encrypting"
    );
    scene.workspace.plan().is_empty();
    scene.emulator.complete_operation(RETAIL);
    scene.converges();
    assert_eq!(scene.links(), 1);
}

#[test]
fn two_interrupts_lose_nothing_that_was_accepted() {
    let scene = Scene::with("wait_for = \"encrypted\"");
    scene
        .emulator
        .operation_fault(OperationFault::hold(Stage::Run));
    let apply = scene.workspace.spawn_apply();
    wait_for_requests(&scene.emulator, &RequestMatch::poll(), 2);
    let ids = providers(&apply);
    apply.signal_group("INT");
    std::thread::sleep(Duration::from_millis(100));
    apply.signal_group("INT");
    let interrupted = Instant::now();
    let _ = apply.wait();
    assert!(interrupted.elapsed() < Duration::from_secs(10));
    all_end(&ids, Duration::from_secs(30));
    scene.emulator.complete_operation(RETAIL);
    scene.converges();
    assert_eq!(scene.links(), 1);
}

/// A grant that was made is not made anew, which would take it away first.
#[test]
fn a_grant_that_is_not_visible_yet_is_kept() {
    let (emulator, workspace) = start();
    workspace.write("main.tf", POLICY);
    let nothing = Response::status(200).body(Body::Json(json!({ "value": [] })));
    let list = RequestMatch::new("GET", "*/roleAssignments");
    emulator.fault(Fault::new(list.clone(), Effect::Respond(nothing)).forever());
    let apply = workspace.spawn_apply();
    wait_for_requests(
        &emulator,
        &RequestMatch::new("PUT", "*/roleAssignments/*"),
        1,
    );
    wait_for_requests(&emulator, &list, 2);
    apply.signal_group("INT");
    apply.wait().says("Warning: Grant not visible yet");
    assert!(!workspace.state().is_tainted("ppcmk_key_access.eu"));
    emulator.clear_faults();
    workspace.apply().succeeds();
    workspace.plan().is_empty();
}

#[test]
fn a_wait_for_somebody_elses_operation_leaves_nothing() {
    let scene = Scene::new();
    scene
        .emulator
        .start_foreign_operation(RETAIL, "Backup", None);
    let apply = scene.workspace.spawn_apply();
    wait_for_requests(&scene.emulator, &RequestMatch::poll(), 2);
    let ids = providers(&apply);
    let interrupted = Instant::now();
    apply.signal_group("INT");
    let run = apply.wait();
    assert!(
        interrupted.elapsed() < Duration::from_secs(5),
        "{:?}",
        interrupted.elapsed()
    );
    run.fails()
        .says("Error: Stopped")
        .says("Backup")
        .says("Run the command again");
    all_end(&ids, Duration::from_secs(5));
    scene.is_not_recorded();
    assert_eq!(scene.links(), 0);
    scene.emulator.complete_operation(RETAIL);
    scene.converges();
    assert_eq!(scene.links(), 1);
}

#[test]
fn a_wait_for_a_grant_is_left_and_continued() {
    let scene = Scene::new();
    scene.workspace.remove("assignment.tf");
    scene.emulator.revoke_access("ep-1");
    scene.workspace.write(
        "access.tf",
        format!(
            "resource \"ppcmk_key_access\" \"one\" {{\n  policy_id = \"{}\"\n  key_vault_id = \
             \"{VAULT}\"\n}}\n",
            policy_id("ep-1")
        ),
    );
    let list = RequestMatch::new("GET", "*/roleAssignments");
    let nothing = Response::status(200).body(Body::Json(serde_json::json!({"value": []})));
    scene
        .emulator
        .fault(Fault::new(list.clone(), Effect::Respond(nothing)).forever());
    let apply = scene.workspace.spawn_apply();
    let grants = RequestMatch::new("PUT", "*/roleAssignments/*");
    wait_for_requests(&scene.emulator, &grants, 1);
    wait_for_requests(&scene.emulator, &list, 2);
    let interrupted = Instant::now();
    apply.signal_group("INT");
    let _ = apply.wait();
    assert!(
        interrupted.elapsed() < Duration::from_secs(5),
        "{:?}",
        interrupted.elapsed()
    );
    scene.emulator.clear_faults();
    scene.workspace.apply().succeeds();
    scene.workspace.plan().is_empty();
    scene.emulator.advance(Duration::from_secs(60));
    assert!(scene.emulator.policy("ep-1").unwrap().key_usable);
    assert!(
        scene
            .emulator
            .requests()
            .matching("DELETE", "*/roleAssignments/*")
            .is_empty()
    );
}

/// The request is on its way; nobody knows what becomes of it.
#[test]
fn a_request_on_its_way_is_found_again() {
    for effect in [Effect::Hang, Effect::HangAfterProcessing] {
        let scene = Scene::new();
        scene
            .emulator
            .fault(Fault::new(RequestMatch::link(), effect.clone()));
        let apply = scene.workspace.spawn_apply();
        wait_for_requests(&scene.emulator, &RequestMatch::link(), 1);
        let interrupted = Instant::now();
        apply.signal_group("INT");
        let run = apply.wait();
        assert!(
            interrupted.elapsed() < Duration::from_secs(5),
            "{:?}",
            interrupted.elapsed()
        );
        run.fails()
            .says("Error: Outcome not known")
            .says("Run the command again");
        scene.is_not_recorded();
        scene.converges();
        assert_eq!(scene.emulator.operations(RETAIL).len(), 1, "{effect:?}");
    }
}

#[test]
fn an_unlink_that_runs_is_joined() {
    let scene = Scene::with("deletion_policy = \"UNLINK\"\n  wait_for = \"encrypted\"");
    scene.workspace.apply().succeeds();
    scene
        .emulator
        .operation_fault(OperationFault::hold(Stage::Run));
    let polls = scene.emulator.requests().on(&RequestMatch::poll()).count();
    let destroy = scene
        .workspace
        .spawn(&["destroy", "-input=false", "-auto-approve"]);
    wait_for_requests(&scene.emulator, &RequestMatch::unlink(), 1);
    wait_for_requests(&scene.emulator, &RequestMatch::poll(), polls + 1);
    let interrupted = Instant::now();
    destroy.signal_group("INT");
    destroy.wait().fails().says("Error: Stopped");
    assert!(
        interrupted.elapsed() < Duration::from_secs(5),
        "{:?}",
        interrupted.elapsed()
    );
    scene.is_recorded();
    scene.emulator.complete_operation(RETAIL);
    scene.workspace.destroy().succeeds();
    assert_eq!((scene.slot(), scene.unlinks()), (None, 1));
    scene.is_not_recorded();
}

/// An error would replace the policy, and with it the identity that others have granted rights.
#[test]
fn a_wait_for_the_identity_of_a_policy_keeps_the_policy() {
    let scene = Scene::new();
    scene.workspace.remove("assignment.tf");
    scene.workspace.write("policy.tf", POLICY);
    let reads = RequestMatch::policy("GET", "ep-eu");
    let bare = Effect::PatchBody(serde_json::json!({"identity": null}));
    scene
        .emulator
        .fault(Fault::new(reads.clone(), bare).after(1).forever());
    let apply = scene.workspace.spawn_apply();
    wait_for_requests(&scene.emulator, &reads, 2);
    apply.signal_group("INT");
    apply.wait().says("Warning: Identity not visible yet");
    let created = scene.emulator.policy("ep-eu").unwrap().system_id;
    assert!(
        !scene
            .workspace
            .state()
            .is_tainted("ppcmk_enterprise_policy.eu")
    );
    scene.emulator.clear_faults();
    scene.workspace.apply().succeeds();
    scene.workspace.plan().is_empty();
    assert_eq!(scene.emulator.policy("ep-eu").unwrap().system_id, created);
}
