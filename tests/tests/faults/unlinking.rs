//! The same faults on the way out.

use std::time::Duration;

use ppcmk_emulator::modes::{AcceptedHeaders, ConflictBody, SlotWhileLinking};
use ppcmk_emulator::{
    Body, Effect, Fault, OperationFault, OperationScript, Outcome, RequestMatch, Response,
    SlotAfter, Stage,
};
use ppcmk_tests::Scene;
use ppcmk_tests::estate::{RETAIL, policy_id};

use crate::{side_by_side, within};

const UNLINK: &str = "deletion_policy = \"UNLINK\"";

/// An environment under the policy, with an assignment that may be destroyed.
fn linked(arguments: &str) -> Scene {
    let scene = Scene::with(&format!(
        "{UNLINK}\n  wait_for = \"encrypted\"\n  {arguments}"
    ));
    scene.workspace.apply().succeeds();
    scene
}

#[track_caller]
fn is_gone(scene: &Scene) {
    assert_eq!(scene.slot(), None);
    scene.is_not_recorded();
}

#[test]
fn an_unlink_whose_answer_is_lost_is_found_by_reading() {
    for effect in [
        Effect::ResetAfterProcessing,
        Effect::RespondAfterProcessing(Response::status(500)),
        Effect::RespondAfterProcessing(Response::status(502).body(Body::Html)),
        Effect::RespondAfterProcessing(Response::status(409)),
    ] {
        let scene = linked("");
        scene
            .emulator
            .fault(Fault::new(RequestMatch::unlink(), effect.clone()));
        scene.workspace.destroy().succeeds();
        assert_eq!(scene.unlinks(), 1, "{effect:?}");
        is_gone(&scene);
    }
}

#[test]
fn a_link_that_has_not_appeared_yet_is_waited_for_and_removed() {
    side_by_side([true, false], |hidden_while_linking| {
        let scene = Scene::with(UNLINK);
        if hidden_while_linking {
            scene
                .emulator
                .set_modes(|modes| modes.slot_while_linking = SlotWhileLinking::Absent);
        } else {
            scene
                .emulator
                .set_timings(|timings| timings.consistency_delay = Duration::from_secs(10));
        }
        scene.workspace.apply().succeeds();
        // To forget it here would leave an environment under a policy that nobody remembers.
        scene.workspace.destroy().succeeds();
        assert_eq!(
            (scene.links(), scene.unlinks()),
            (1, 1),
            "{hidden_while_linking}"
        );
        is_gone(&scene);
    });
}

#[test]
fn an_unlink_without_effect_is_requested_again() {
    let effects = [Effect::ResetBefore, Effect::Respond(Response::status(503))];
    side_by_side(effects, |effect| {
        let scene = linked("");
        scene
            .emulator
            .fault(Fault::new(RequestMatch::unlink(), effect));
        scene.workspace.destroy().succeeds();
        assert_eq!(scene.unlinks(), 2);
        is_gone(&scene);
    });
}

#[test]
fn an_unlink_that_is_throttled_or_in_conflict_waits() {
    for body in [ConflictBody::Json, ConflictBody::Empty] {
        let scene = linked("");
        scene.emulator.set_modes(|modes| modes.conflict_body = body);
        let throttle = Fault::throttle(
            RequestMatch::unlink(),
            ppcmk_emulator::RetryAfter::Seconds(1),
        );
        scene.emulator.fault(throttle);
        scene
            .emulator
            .start_foreign_operation(RETAIL, "Backup", Some(3));
        scene.workspace.destroy().succeeds();
        assert_eq!(scene.unlinks(), 2);
        is_gone(&scene);
    }
}

#[test]
fn a_conflict_that_never_ends_keeps_the_state() {
    let scene = linked(&within("delete", "8s"));
    let operation = scene
        .emulator
        .start_foreign_operation(RETAIL, "Backup", None);
    let run = scene.workspace.destroy();
    run.fails()
        .says("Error: Operation timed out")
        .says(&operation)
        .says("within 8s");
    assert_eq!(scene.unlinks(), 0);
    scene.is_recorded();
    scene.emulator.complete_operation(RETAIL);
    scene.workspace.destroy().succeeds();
    is_gone(&scene);
}

#[test]
fn an_unlink_that_fails_keeps_the_state() {
    for loses_the_answer in [false, true] {
        let scene = linked("");
        scene
            .emulator
            .operation_fault(OperationFault::fail(Stage::Run, "The vault is closed."));
        if loses_the_answer {
            let fault = Fault::new(RequestMatch::unlink(), Effect::ResetAfterProcessing);
            scene.emulator.fault(fault);
        }
        let run = scene.workspace.destroy();
        run.fails()
            .says("Error: Unlink failed")
            .says("RevertToMicrosoftKey")
            .says("at stage Run")
            .says("The vault is closed.")
            .says("destroy again");
        assert_eq!(scene.unlinks(), 1);
        scene.is_recorded();
        scene.workspace.destroy().succeeds();
        assert_eq!(scene.unlinks(), 2);
        is_gone(&scene);
    }
}

#[test]
fn an_unlink_that_never_shows_is_no_success() {
    let scene = linked(&within("delete", "20s"));
    scene
        .emulator
        .operation_fault(OperationFault::new(OperationScript {
            outcome: Outcome::Succeed,
            slot: SlotAfter::Word("Unlinking".into()),
            ..OperationScript::default()
        }));
    let run = scene.workspace.destroy();
    run.fails()
        .says("Error: Link still visible")
        .says("ended as Succeeded");
    assert_eq!(scene.unlinks(), 1);
    scene.is_recorded();
}

#[test]
fn an_unlink_that_is_slow_keeps_the_state_and_is_joined() {
    let scene = linked(&within("delete", "4s"));
    scene
        .emulator
        .operation_fault(OperationFault::hold(Stage::Run));
    scene
        .workspace
        .destroy()
        .fails()
        .says("Error: Operation timed out");
    scene.is_recorded();
    scene.emulator.complete_operation(RETAIL);
    scene.workspace.destroy().succeeds();
    assert_eq!(scene.unlinks(), 1);
    is_gone(&scene);
}

#[test]
fn an_unlink_is_followed_without_headers_and_without_its_operation() {
    for is_lost in [false, true] {
        let scene = linked("");
        if is_lost {
            scene.emulator.operation_fault(OperationFault::lost());
        } else {
            scene
                .emulator
                .set_modes(|modes| modes.accepted_headers = AcceptedHeaders::Neither);
        }
        scene.workspace.destroy().succeeds();
        assert_eq!(scene.unlinks(), 1);
        is_gone(&scene);
    }
}

#[test]
fn there_may_be_nothing_left_to_unlink() {
    let changes: [fn(&Scene); 2] = [
        |scene| scene.emulator.unlink_behind_the_back(RETAIL),
        |scene| scene.emulator.delete_environment(RETAIL),
    ];
    for change in changes {
        let scene = linked("");
        change(&scene);
        let destroy = ["destroy", "-input=false", "-auto-approve", "-refresh=false"];
        scene.workspace.terraform(&destroy).succeeds();
        assert_eq!(scene.unlinks(), 0);
        scene.is_not_recorded();
    }
}

/// Another policy came between plan and destroy, and is not ours to take away.
#[test]
fn another_policy_is_not_taken_away() {
    let scene = linked("");
    scene.emulator.link_elsewhere(RETAIL, "ep-2");
    let destroy = ["destroy", "-input=false", "-auto-approve", "-refresh=false"];
    let run = scene.workspace.terraform(&destroy);
    run.fails()
        .says("Error: Environment under another policy")
        .says(&policy_id("ep-2"));
    assert_eq!(scene.unlinks(), 0);
    assert_eq!(scene.slot().as_deref(), Some("ep-2 Linked"));
    scene.is_recorded();
}

#[test]
fn an_environment_that_is_deleted_while_it_leaves() {
    let scene = linked("");
    scene
        .emulator
        .operation_fault(OperationFault::delete_environment());
    scene.workspace.destroy().succeeds();
    assert_eq!(scene.unlinks(), 1);
    scene.is_not_recorded();
}
