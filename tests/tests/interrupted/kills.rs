//! SIGKILL of the provider, and of Terraform, at every stage.
//!
//! A fault holds the request of the stage, so that the kill comes exactly there; the emulator's
//! log tells that the request has arrived.

use std::time::Duration;

use ppcmk_emulator::{Effect, Fault, OperationFault, RequestMatch, Stage};
use ppcmk_tests::Scene;
use ppcmk_tests::estate::{POLICY, RETAIL, policy_id};
use ppcmk_tests::scene::ASSIGNMENT;

use crate::{all_end, providers, wait_for_requests};

/// Holds one request, kills the provider there, and lets everything go again.
fn kill_at(scene: &Scene, arguments: &[&str], held: &RequestMatch, passed: u32, effect: &Effect) {
    let before = scene.emulator.requests().on(held).count();
    let earlier = usize::try_from(passed).expect("a few requests");
    scene
        .emulator
        .fault(Fault::new(held.clone(), effect.clone()).after(passed));
    let run = scene.workspace.spawn(arguments);
    wait_for_requests(&scene.emulator, held, before + earlier + 1);
    run.kill_provider();
    run.wait().fails();
    scene.emulator.clear_faults();
}

const APPLY: [&str; 3] = ["apply", "-input=false", "-auto-approve"];

/// Whatever the stage, there is one link in the end, and nobody has to import anything.
#[track_caller]
fn link_killed_at(arguments: &str, held: &RequestMatch, passed: u32, effect: &Effect) {
    let scene = Scene::with(arguments);
    kill_at(&scene, &APPLY, held, passed, effect);
    scene.converges();
    assert_eq!(
        scene.emulator.operations(RETAIL).len(),
        1,
        "{held:?} {effect:?}"
    );
    assert_eq!(scene.unlinks(), 0);
}

#[test]
fn before_the_environment_is_read() {
    link_killed_at("", &RequestMatch::environment(RETAIL), 0, &Effect::Hang);
}

#[test]
fn between_the_read_and_the_request() {
    let list = RequestMatch::new("GET", "*/lifecycleOperations");
    link_killed_at("", &list, 0, &Effect::Hang);
}

#[test]
fn when_the_request_has_not_arrived() {
    link_killed_at("", &RequestMatch::link(), 0, &Effect::Hang);
}

#[test]
fn when_the_link_was_taken_and_the_answer_is_on_its_way() {
    link_killed_at("", &RequestMatch::link(), 0, &Effect::HangAfterProcessing);
}

#[test]
fn right_after_the_link_was_taken() {
    // The read that follows the request.
    link_killed_at("", &RequestMatch::environment(RETAIL), 1, &Effect::Hang);
}

#[test]
fn while_the_operation_is_polled() {
    link_killed_at(
        "wait_for = \"encrypted\"",
        &RequestMatch::poll(),
        1,
        &Effect::Hang,
    );
}

/// The link is complete when the next apply begins, and no state knows of it.
#[test]
fn after_the_link_and_before_the_answer() {
    let scene = Scene::with("wait_for = \"encrypted\"");
    let apply = scene.workspace.spawn_apply();
    scene
        .emulator
        .operation_fault(OperationFault::hold(Stage::Run));
    wait_for_requests(&scene.emulator, &RequestMatch::poll(), 2);
    apply.kill_provider();
    apply.wait().fails();
    scene.is_not_recorded();
    scene.emulator.complete_operation(RETAIL);
    scene.emulator.advance(Duration::from_secs(60));
    assert_eq!(scene.slot().as_deref(), Some("ep-1 Linked"));
    scene
        .workspace
        .apply()
        .succeeds()
        .says("Warning: Continued an interrupted run");
    scene.is_recorded();
    scene.has_nothing_to_do();
    assert_eq!(scene.links(), 1);
}

/// Another machine, such as a fresh runner, has no notes, and the emulator's tokens do not say
/// who has them. So a complete link is nobody's, and the message says how to import it.
#[test]
fn on_a_machine_that_is_gone() {
    let scene = Scene::with("wait_for = \"encrypted\"");
    kill_at(
        &scene,
        &APPLY,
        &RequestMatch::link(),
        0,
        &Effect::HangAfterProcessing,
    );
    scene.emulator.complete_operation(RETAIL);
    scene.emulator.advance(Duration::from_secs(60));
    let directory = scene.workspace.as_ref() as &std::path::Path;
    for name in ["data/ppcmk", "home/.local"] {
        // Whichever is there.
        let _ = std::fs::remove_dir_all(directory.join(name));
    }
    scene
        .workspace
        .apply()
        .fails()
        .says("Error: Environment already linked")
        .says("import {");
    scene.workspace.import(ASSIGNMENT, RETAIL).succeeds();
    scene.converges();
    assert_eq!((scene.links(), scene.unlinks()), (1, 0));
}

#[test]
fn during_a_swap() {
    for (held, passed, effect) in [
        (RequestMatch::link(), 0, Effect::Hang),
        (RequestMatch::link(), 0, Effect::HangAfterProcessing),
        (RequestMatch::poll(), 1, Effect::Hang),
    ] {
        let scene = Scene::with("wait_for = \"encrypted\"");
        scene.workspace.apply().succeeds();
        scene.assign("ep-2", "wait_for = \"encrypted\"");
        kill_at(&scene, &APPLY, &held, passed, &effect);
        scene.is_recorded();
        scene.emulator.advance(Duration::from_secs(60));
        scene.workspace.apply().succeeds();
        scene.is_recorded();
        assert_eq!(scene.slot().as_deref(), Some("ep-2 Linked"));
        let state = scene.workspace.state();
        assert_eq!(state.text(ASSIGNMENT, "policy_id"), policy_id("ep-2"));
        scene.workspace.plan().is_empty();
        assert_eq!(
            scene.emulator.operations(RETAIL).len(),
            2,
            "{held:?} {effect:?}"
        );
        assert_eq!(scene.unlinks(), 0);
    }
}

/// The policy was created anew under its environment: the old and the new one have one id.
#[test]
fn during_a_swap_to_the_policy_of_the_same_id() {
    for (held, passed, effect) in [
        (RequestMatch::link(), 0, Effect::Hang),
        (RequestMatch::link(), 0, Effect::HangAfterProcessing),
        (RequestMatch::poll(), 1, Effect::Hang),
    ] {
        let scene = Scene::with("wait_for = \"encrypted\"");
        scene.workspace.apply().succeeds();
        scene.emulator.recreate_policy("ep-1", true);
        kill_at(&scene, &APPLY, &held, passed, &effect);
        scene.is_recorded();
        scene.emulator.advance(Duration::from_secs(60));
        scene.converges();
        assert_eq!(
            scene.emulator.operations(RETAIL).len(),
            2,
            "{held:?} {effect:?}"
        );
        assert_eq!(scene.unlinks(), 0);
    }
}

#[test]
fn during_an_unlink() {
    for (held, effect) in [
        (RequestMatch::unlink(), Effect::Hang),
        (RequestMatch::unlink(), Effect::HangAfterProcessing),
        (RequestMatch::poll(), Effect::Hang),
    ] {
        let scene = Scene::with("deletion_policy = \"UNLINK\"\n  wait_for = \"encrypted\"");
        scene.workspace.apply().succeeds();
        let destroy = ["destroy", "-input=false", "-auto-approve"];
        kill_at(&scene, &destroy, &held, 0, &effect);
        scene.is_recorded();
        scene.workspace.destroy().succeeds();
        assert_eq!(scene.slot(), None);
        scene.is_not_recorded();
        assert_eq!(
            scene.emulator.operations(RETAIL).len(),
            2,
            "{held:?} {effect:?}"
        );
    }
}

#[test]
fn during_the_creation_of_a_policy() {
    let puts = RequestMatch::policy("PUT", "ep-eu");
    for effect in [Effect::Hang, Effect::HangAfterProcessing] {
        let scene = Scene::new();
        scene.workspace.remove("assignment.tf");
        scene.workspace.write("policy.tf", POLICY);
        kill_at(&scene, &APPLY, &puts, 0, &effect);
        scene.is_not_recorded();
        let existed = scene
            .emulator
            .policy("ep-eu")
            .map(|policy| policy.system_id);
        scene.workspace.apply().succeeds();
        scene.workspace.plan().is_empty();
        let exists = scene
            .emulator
            .policy("ep-eu")
            .map(|policy| policy.system_id);
        assert!(existed.is_none() || existed == exists);
    }
}

/// Without the machine's notes a policy that exists is not taken over silently.
#[test]
fn during_the_creation_of_a_policy_on_a_machine_that_is_gone() {
    let scene = Scene::new();
    scene.workspace.remove("assignment.tf");
    scene.workspace.write("policy.tf", POLICY);
    let puts = RequestMatch::policy("PUT", "ep-eu");
    kill_at(&scene, &APPLY, &puts, 0, &Effect::HangAfterProcessing);
    let directory = scene.workspace.as_ref() as &std::path::Path;
    for name in ["data/ppcmk", "home/.local"] {
        let _ = std::fs::remove_dir_all(directory.join(name));
    }
    scene
        .workspace
        .apply()
        .fails()
        .says("Error: Policy already exists")
        .says("import {");
    scene
        .workspace
        .import("ppcmk_enterprise_policy.eu", &policy_id("ep-eu"))
        .succeeds();
    scene.workspace.apply().succeeds();
    scene.workspace.plan().is_empty();
}

#[test]
fn terraform_itself_leaves_no_provider_behind() {
    let scene = Scene::with("wait_for = \"encrypted\"");
    scene
        .emulator
        .operation_fault(OperationFault::hold(Stage::Run));
    let apply = scene.workspace.spawn_apply();
    wait_for_requests(&scene.emulator, &RequestMatch::poll(), 2);
    let ids = providers(&apply);
    apply.signal("KILL");
    let _ = apply.wait();
    all_end(&ids, Duration::from_secs(30));
    scene.emulator.complete_operation(RETAIL);
    // The lock of the state went with its holder.
    scene.converges();
    assert_eq!(scene.links(), 1);
}
