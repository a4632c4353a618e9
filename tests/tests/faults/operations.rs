//! Operations that end badly, never, or without anybody seeing it.

use ppcmk_emulator::modes::{AcceptedHeaders, RunningPollStatus, SlotWhileLinking};
use ppcmk_emulator::{
    Effect, Fault, OperationFault, OperationScript, Outcome, RequestMatch, Response, SlotAfter,
    Stage,
};
use ppcmk_tests::Scene;
use ppcmk_tests::estate::{RETAIL, policy_id};
use ppcmk_tests::scene::ASSIGNMENT;
use serde_json::json;

use crate::{side_by_side, within};

const ENCRYPTED: &str = "wait_for = \"encrypted\"";

#[test]
fn a_failure_at_validate_reaches_the_user_and_is_not_repeated() {
    let scene = Scene::with(ENCRYPTED);
    let message = "The key vault key 'cmk' cannot be wrapped.";
    scene
        .emulator
        .operation_fault(OperationFault::fail(Stage::Validate, message));
    let operation = |scene: &Scene| scene.emulator.operations(RETAIL)[0].id.clone();
    let run = scene.workspace.apply();
    run.fails()
        .says("Error: Link failed")
        .says(&operation(&scene))
        .says("NewCustomerManagedKey")
        .says("at stage Validate")
        .says(message)
        .says("Remove the cause, and apply again");
    assert_eq!(scene.links(), 1);
    scene.is_not_recorded();
    scene.converges();
    assert_eq!(scene.links(), 2);
    assert_eq!(scene.unlinks(), 0);
}

/// Nobody waits for the operation, so the next refresh tells.
#[test]
fn a_failure_after_the_apply_is_told_by_the_next_plan() {
    let scene = Scene::new();
    scene.emulator.operation_fault(OperationFault::fail(
        Stage::Validate,
        "No right on the key.",
    ));
    scene.workspace.apply().succeeds();
    scene.is_recorded();
    let plan = scene.workspace.plan();
    plan.run
        .says("Warning: Link failed")
        .says("No right on the key.");
    plan.plans(ASSIGNMENT, "create");
    assert_eq!(scene.links(), 1);
    scene.converges();
    assert_eq!(scene.links(), 2);
}

/// The answer is lost, and the operation fails: neither success nor a blind repeat.
#[test]
fn a_failure_behind_a_lost_answer_is_no_success() {
    for arguments in ["", ENCRYPTED] {
        let scene = Scene::with(arguments);
        let message = "The key vault key 'cmk' cannot be wrapped.";
        scene
            .emulator
            .operation_fault(OperationFault::new(OperationScript {
                outcome: Outcome::Fail {
                    stage: Stage::Validate,
                    code: "CustomerManagedKeyOperationFailed".into(),
                    message: Some(message.into()),
                },
                ..OperationScript::default()
            }));
        scene.emulator.fault(Fault::new(
            RequestMatch::link(),
            Effect::ResetAfterProcessing,
        ));
        let hold = Fault::new(RequestMatch::poll(), Effect::Delay { milliseconds: 10 });
        scene.emulator.fault(hold);
        scene
            .emulator
            .clock()
            .set_step(std::time::Duration::from_secs(20));
        scene
            .workspace
            .apply()
            .fails()
            .says("Error: Link failed")
            .says(message);
        assert_eq!(scene.links(), 1, "{arguments}");
        scene.is_not_recorded();
        scene.converges();
        assert_eq!(scene.links(), 2, "{arguments}");
    }
}

#[test]
fn a_half_converted_environment_is_resumed() {
    for (slot, is_shown) in [(SlotAfter::Failed, true), (SlotAfter::Absent, false)] {
        let scene = Scene::with(ENCRYPTED);
        scene
            .emulator
            .operation_fault(OperationFault::new(OperationScript {
                outcome: Outcome::Fail {
                    stage: Stage::Run,
                    code: "CustomerManagedKeyOperationFailed".into(),
                    message: Some("half converted".into()),
                },
                slot: slot.clone(),
                ..OperationScript::default()
            }));
        let run = scene.workspace.apply();
        run.says("half converted").says("at stage Run");
        if is_shown {
            run.succeeds()
                .says("Warning: Link failed in part")
                .says("It is not unlinked first");
            scene.is_recorded();
            assert_eq!(
                scene.workspace.state().text(ASSIGNMENT, "link_status"),
                "Failed"
            );
            scene.workspace.plan().plans(ASSIGNMENT, "update");
        } else {
            run.fails().says("Error: Link failed");
            scene.is_not_recorded();
        }
        assert_eq!(scene.links(), 1, "{slot:?}");
        scene.converges();
        assert_eq!(
            scene
                .workspace
                .state()
                .text(ASSIGNMENT, "encryption_status"),
            "Encrypted"
        );
        assert_eq!((scene.links(), scene.unlinks()), (2, 0), "{slot:?}");
    }
}

#[test]
fn a_link_that_never_appears_is_no_success() {
    let scene = Scene::with(ENCRYPTED);
    scene
        .emulator
        .operation_fault(OperationFault::slot(SlotAfter::Absent));
    scene
        .workspace
        .apply()
        .fails()
        .says("Error: Link not visible")
        .says("ended as Succeeded")
        .says("Run the command again");
    assert_eq!(scene.links(), 1);
    scene.is_not_recorded();
    scene.converges();
    assert_eq!(scene.links(), 2);
}

#[test]
fn somebody_elses_link_is_reported() {
    let scene = Scene::with(ENCRYPTED);
    let other = policy_id("ep-2");
    scene
        .emulator
        .operation_fault(OperationFault::slot(SlotAfter::Other(other.clone())));
    let run = scene.workspace.apply();
    run.fails()
        .says("Error: Environment under another policy")
        .says(&other);
    assert_eq!(scene.links(), 1);
    scene.is_not_recorded();
    scene
        .workspace
        .apply()
        .fails()
        .says("Error: Environment under another policy");
    assert_eq!(scene.links(), 1);
}

#[test]
fn the_environment_decides_when_the_operation_is_lost() {
    let scene = Scene::with(ENCRYPTED);
    scene.emulator.operation_fault(OperationFault::lost());
    scene.workspace.apply().succeeds();
    scene.is_recorded();
    scene.has_nothing_to_do();
    assert_eq!(scene.links(), 1);
}

#[test]
fn a_link_that_outlives_the_timeout_is_adopted_later() {
    side_by_side(["linked", "encrypted"], |wait_for| {
        let arguments = format!("wait_for = \"{wait_for}\"\n  {}", within("create", "5s"));
        let scene = Scene::with(&arguments);
        scene
            .emulator
            .operation_fault(OperationFault::hold(Stage::Run));
        let run = scene.workspace.apply();
        run.succeeds()
            .says("Warning: Link still in progress")
            .says(&scene.emulator.operations(RETAIL)[0].id)
            .says("up to four days");
        scene.is_recorded();
        assert_eq!(
            scene
                .workspace
                .state()
                .text(ASSIGNMENT, "encryption_status"),
            "Encrypting"
        );
        // Progress makes no difference, and neither does the end.
        scene.workspace.plan().is_empty();
        scene.emulator.complete_operation(RETAIL);
        scene.has_nothing_to_do();
        scene.workspace.apply_with(&["-refresh-only"]).succeeds();
        let state = scene.workspace.state();
        assert_eq!(state.text(ASSIGNMENT, "link_status"), "Linked");
        assert_eq!(state.text(ASSIGNMENT, "encryption_status"), "Encrypted");
        assert_eq!(scene.links(), 1);
    });
}

#[test]
fn unknown_words_are_no_obstacle() {
    let scene = Scene::with(ENCRYPTED);
    scene
        .emulator
        .operation_fault(OperationFault::state_word("Pondering"));
    let more = json!({"surprise": {"nested": [1, null]}, "properties": {"surprise": true}});
    let on = RequestMatch::new("GET", "*BusinessAppPlatform*");
    scene
        .emulator
        .fault(Fault::new(on, Effect::PatchBody(more)).forever());
    scene.workspace.apply().succeeds();
    scene.is_recorded();
    assert_eq!(
        scene
            .workspace
            .state()
            .text(ASSIGNMENT, "encryption_status"),
        "Encrypted"
    );
    scene.has_nothing_to_do();
    assert_eq!(scene.links(), 1);
}

#[test]
fn an_unknown_link_status_is_neither_failure_nor_reason_to_link_again() {
    let arguments = format!("{ENCRYPTED}\n  {}", within("create", "6s"));
    let scene = Scene::with(&arguments);
    scene
        .emulator
        .operation_fault(OperationFault::slot(SlotAfter::Word("LinkedOnline".into())));
    scene.workspace.apply().succeeds();
    scene.is_recorded();
    assert_eq!(
        scene.workspace.state().text(ASSIGNMENT, "link_status"),
        "LinkedOnline"
    );
    scene.workspace.plan().is_empty();
    scene.workspace.apply().succeeds();
    assert_eq!((scene.links(), scene.unlinks()), (1, 0));
}

#[test]
fn no_token_goes_to_a_foreign_host() {
    let scene = Scene::with(ENCRYPTED);
    for name in ["location", "operation-location"] {
        let value = Some("https://evil.example/lifecycleOperations/1".to_owned());
        let name = name.to_owned();
        scene.emulator.fault(Fault::new(
            RequestMatch::link(),
            Effect::SetHeader { name, value },
        ));
    }
    let run = scene.workspace.apply();
    run.succeeds()
        .says("Warning: Foreign operation URL")
        .says("evil.example")
        .says("The token was not sent there");
    scene.is_recorded();
    assert_eq!(
        scene
            .workspace
            .state()
            .text(ASSIGNMENT, "encryption_status"),
        "Encrypted"
    );
    scene.has_nothing_to_do();
    assert_eq!(scene.links(), 1);
}

#[test]
fn the_list_of_operations_stands_in_for_missing_headers() {
    for arguments in ["", "wait_for = \"linked\"", ENCRYPTED] {
        let scene = Scene::with(arguments);
        scene
            .emulator
            .set_modes(|modes| modes.accepted_headers = AcceptedHeaders::Neither);
        scene.workspace.apply().succeeds();
        scene.is_recorded();
        scene.has_nothing_to_do();
        assert_eq!(scene.links(), 1, "{arguments}");
    }
}

/// A service that shows nothing of a link before it is done, in every way of naming operations.
#[test]
fn an_invisible_link_in_progress_is_no_difference() {
    for headers in [AcceptedHeaders::Both, AcceptedHeaders::Neither] {
        for status in [RunningPollStatus::Ok, RunningPollStatus::Accepted] {
            let scene = Scene::new();
            scene.emulator.set_modes(|modes| {
                modes.accepted_headers = headers;
                modes.running_poll_status = status;
                modes.slot_while_linking = SlotWhileLinking::Absent;
            });
            scene
                .emulator
                .operation_fault(OperationFault::hold(Stage::Run));
            scene.workspace.apply().succeeds();
            scene.is_recorded();
            scene.workspace.plan().is_empty();
            scene.emulator.complete_operation(RETAIL);
            scene.has_nothing_to_do();
            assert_eq!(scene.links(), 1, "{headers:?} {status:?}");
        }
    }
}

/// The slot is empty, and what became of the operation cannot be read: that is not "gone".
#[test]
fn an_operation_that_cannot_be_read_does_not_drop_the_assignment() {
    let scene = Scene::new();
    scene.attempts(1);
    scene
        .emulator
        .set_modes(|modes| modes.slot_while_linking = SlotWhileLinking::Absent);
    scene
        .emulator
        .operation_fault(OperationFault::hold(Stage::Run));
    scene.workspace.apply().succeeds();
    let on = RequestMatch::new("GET", "*/lifecycleOperations*");
    scene
        .emulator
        .fault(Fault::new(on, Effect::Respond(Response::status(503))).forever());
    let plan = scene.workspace.plan();
    assert_ne!(
        plan.action(ASSIGNMENT).as_deref(),
        Some("create"),
        "{}",
        plan.run.transcript()
    );
    scene.is_recorded();
    scene.emulator.clear_faults();
    scene.emulator.complete_operation(RETAIL);
    scene.has_nothing_to_do();
    assert_eq!(scene.links(), 1);
}

/// The first refresh after the end comes before reads have caught up.
#[test]
fn a_link_that_reads_do_not_show_yet_is_no_difference() {
    let scene = Scene::new();
    scene
        .emulator
        .set_modes(|modes| modes.slot_while_linking = SlotWhileLinking::Absent);
    scene.emulator.set_timings(|timings| {
        timings.consistency_delay = std::time::Duration::from_secs(12);
    });
    scene.workspace.apply().succeeds();
    scene.emulator.complete_operation(RETAIL);
    let plan = scene.workspace.plan();
    plan.is_empty();
    assert_eq!(scene.links(), 1);
}

/// An expired token, a broken connection and a failing gateway in the middle of a wait.
#[test]
fn a_wait_survives_what_passes() {
    let poll = || RequestMatch::poll();
    for fault in [
        Fault::status(poll(), 401).after(1),
        Fault::new(poll(), Effect::ResetAfterProcessing).after(1),
        Fault::new(poll(), Effect::TruncateBody).after(1),
        Fault::status(poll(), 502).after(1).times(2),
        Fault::throttle(poll(), ppcmk_emulator::RetryAfter::Seconds(1)).after(1),
        Fault::status(poll(), 409).after(1),
    ] {
        let scene = Scene::with(ENCRYPTED);
        let effect = fault.effect.clone();
        scene.emulator.fault(fault);
        scene.workspace.apply().succeeds();
        scene.is_recorded();
        let state = scene.workspace.state();
        assert_eq!(
            state.text(ASSIGNMENT, "encryption_status"),
            "Encrypted",
            "{effect:?}"
        );
        assert_eq!(scene.links(), 1, "{effect:?}");
    }
}

#[test]
fn revoked_tokens_are_renewed_in_a_wait() {
    let scene = Scene::with(ENCRYPTED);
    scene
        .emulator
        .operation_fault(OperationFault::hold(Stage::Run));
    let mut apply = scene.workspace.spawn_apply();
    ppcmk_tests::wait_until("the operation is polled", || {
        scene.emulator.requests().on(&RequestMatch::poll()).count() > 1
    });
    scene.emulator.revoke_tokens();
    let seen = scene.emulator.requests().on(&RequestMatch::poll()).count();
    ppcmk_tests::wait_until("it is polled again", || {
        scene.emulator.requests().on(&RequestMatch::poll()).count() > seen + 2
    });
    assert!(!apply.has_ended(), "{}", apply.so_far().transcript());
    scene.emulator.complete_operation(RETAIL);
    apply.wait().succeeds();
    scene.is_recorded();
    scene.has_nothing_to_do();
    assert_eq!(scene.links(), 1);
}

#[test]
fn watching_that_fails_is_no_failure_of_the_link() {
    let scene = Scene::with(ENCRYPTED);
    scene.attempts(2);
    scene
        .emulator
        .fault(Fault::status(RequestMatch::poll(), 500).forever());
    let run = scene.workspace.apply();
    run.succeeds()
        .says("Warning: Link still in progress")
        .says("500 InternalServerError")
        .says("correlation id");
    scene.is_recorded();
    scene.emulator.clear_faults();
    scene.has_nothing_to_do();
    assert_eq!(scene.links(), 1);
}
