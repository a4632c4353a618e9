//! Operations of somebody else, and a service that takes no other while they run.

use std::time::{Duration, Instant};

use ppcmk_emulator::modes::ConflictBody;
use ppcmk_emulator::{Body, Effect, Fault, RequestMatch, Response};
use ppcmk_tests::Scene;
use ppcmk_tests::estate::RETAIL;

use crate::{side_by_side, within};

#[test]
fn waits_for_an_operation_that_the_service_lists() {
    let scene = Scene::new();
    scene
        .emulator
        .start_foreign_operation(RETAIL, "Backup", Some(4));
    scene.workspace.apply().succeeds();
    scene.is_recorded();
    assert_eq!(scene.links(), 1, "the conflict was seen before the request");
    scene.has_nothing_to_do();
}

/// The operation is not on the list, so only the conflict tells of it.
#[test]
fn a_conflict_is_no_success() {
    side_by_side([ConflictBody::Json, ConflictBody::Empty], |body| {
        let scene = Scene::new();
        scene.emulator.set_modes(|modes| modes.conflict_body = body);
        hide_the_list(&scene);
        scene
            .emulator
            .start_foreign_operation(RETAIL, "Backup", None);
        let apply = scene.workspace.spawn_apply();
        ppcmk_tests::wait_until("two conflicts", || scene.links() == 2);
        scene.emulator.complete_operation(RETAIL);
        apply.wait().succeeds();
        scene.is_recorded();
        assert_eq!(scene.emulator.operations(RETAIL).len(), 2);
        scene.has_nothing_to_do();
    });
}

#[test]
fn a_conflict_that_never_ends_is_bounded_and_named() {
    side_by_side([true, false], |is_listed| {
        let scene = Scene::with(&within("create", "15s"));
        if !is_listed {
            hide_the_list(&scene);
        }
        let operation = scene
            .emulator
            .start_foreign_operation(RETAIL, "Backup", None);
        let started = Instant::now();
        let run = scene.workspace.apply();
        run.fails()
            .says("Error: Operation timed out")
            .says("within 15s")
            .says("run the command again to continue");
        assert!(started.elapsed() < Duration::from_secs(30));
        if is_listed {
            run.says(&operation).says("Backup");
            assert_eq!(scene.links(), 0);
        } else {
            run.says("409 OperationNotStartable")
                .says("there is an active lifecycle operation")
                .says("correlation id");
            assert!(
                (2..=5).contains(&scene.links()),
                "{} conflicts",
                scene.links()
            );
        }
        scene.is_not_recorded();
        scene.emulator.clear_faults();
        scene.emulator.complete_operation(RETAIL);
        scene.converges();
    });
}

/// Listed as running, and gone when asked for: neither is believed, and nobody is hammered.
#[test]
fn an_operation_that_is_listed_and_not_found_is_asked_about_at_a_decent_pace() {
    let scene = Scene::with(&within("create", "10s"));
    scene
        .emulator
        .start_foreign_operation(RETAIL, "Backup", None);
    let polls = Fault::status(RequestMatch::poll(), 404);
    scene.emulator.fault(polls.forever());
    scene
        .workspace
        .apply()
        .fails()
        .says("Error: Operation timed out");
    assert_eq!(scene.links(), 0);
    let count = scene.emulator.requests().on(&RequestMatch::poll()).count();
    assert!(count < 8, "{count} polls in ten seconds");
    scene.is_not_recorded();
}

/// A link of ours that is still running looks like a conflict to whoever has lost its answer.
#[test]
fn the_conflict_may_be_our_own_link() {
    let scene = Scene::new();
    let unsaid = Fault::new(
        RequestMatch::link(),
        Effect::RespondAfterProcessing(Response::status(409)),
    );
    scene.emulator.fault(unsaid);
    scene.workspace.apply().succeeds();
    scene.is_recorded();
    assert_eq!(scene.links(), 1);
    scene.has_nothing_to_do();
}

fn hide_the_list(scene: &Scene) {
    let list = RequestMatch::new("GET", "*/lifecycleOperations");
    let nothing = Body::Json(serde_json::json!({"value": []}));
    let answer = Effect::Respond(Response::status(200).body(nothing));
    scene.emulator.fault(Fault::new(list, answer).forever());
}
