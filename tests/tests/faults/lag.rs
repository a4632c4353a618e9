//! Reads that lag behind: what they show is not what is, and never a reason to link again.

use std::time::Duration;

use ppcmk_emulator::modes::{AcceptedHeaders, SlotWhileLinking, SlotWhileSwapping};
use ppcmk_emulator::{
    Body, Effect, Fault, OperationFault, OperationScript, Outcome, RequestMatch, Response,
    SlotAfter, Stage,
};
use ppcmk_tests::estate::{RETAIL, policy_id};
use ppcmk_tests::scene::ASSIGNMENT;
use ppcmk_tests::{Fleet, Scene, wait_until};
use serde_json::json;

use crate::side_by_side;

const ENCRYPTED: &str = "wait_for = \"encrypted\"";
const UNLINK: &str = "deletion_policy = \"UNLINK\"";

fn lag(scene: &Scene, seconds: u64) {
    scene
        .emulator
        .set_timings(|timings| timings.consistency_delay = Duration::from_secs(seconds));
}

fn half_converted() -> OperationFault {
    OperationFault::new(OperationScript {
        outcome: Outcome::Fail {
            stage: Stage::Run,
            code: "CustomerManagedKeyOperationFailed".into(),
            message: Some("half converted".into()),
        },
        slot: SlotAfter::Failed,
        ..OperationScript::default()
    })
}

/// The slot still says `Failed`, of the link before.
#[test]
fn a_resumed_link_is_not_taken_for_the_failed_one() {
    side_by_side(["", ENCRYPTED], |arguments| {
        let scene = Scene::with(ENCRYPTED);
        scene.emulator.operation_fault(half_converted());
        scene.workspace.apply().says("Warning: Link failed in part");
        lag(&scene, 12);
        scene.assign("ep-1", arguments);
        scene
            .workspace
            .apply()
            .succeeds()
            .does_not_say("Link failed in part");
        scene.workspace.plan().is_empty();
        scene.has_nothing_to_do();
        assert_eq!((scene.links(), scene.unlinks()), (2, 0), "{arguments}");
    });
}

/// The slot still names the policy that was swapped out.
#[test]
fn a_swap_is_not_taken_for_somebody_elses_link() {
    side_by_side(["", "wait_for = \"linked\"", ENCRYPTED], |arguments| {
        let scene = Scene::new();
        scene.assign("ep-2", ENCRYPTED);
        scene.workspace.apply().succeeds();
        lag(&scene, 12);
        scene.assign("ep-1", arguments);
        scene.workspace.apply().succeeds();
        scene.workspace.plan().is_empty();
        scene.has_nothing_to_do();
        assert_eq!((scene.links(), scene.unlinks()), (2, 0), "{arguments}");
    });
}

/// A service that shows the old policy, linked, until the new one has taken over.
#[test]
fn a_swap_in_progress_is_no_difference() {
    for headers in [AcceptedHeaders::Both, AcceptedHeaders::Neither] {
        let scene = Scene::new();
        scene.assign("ep-2", ENCRYPTED);
        scene.workspace.apply().succeeds();
        scene.emulator.set_modes(|modes| {
            modes.slot_while_swapping = SlotWhileSwapping::OldPolicy;
            modes.accepted_headers = headers;
        });
        scene
            .emulator
            .operation_fault(OperationFault::hold(Stage::Run));
        scene.assign("ep-1", "");
        scene.workspace.apply().succeeds();
        assert_eq!(
            scene.workspace.state().text(ASSIGNMENT, "link_status"),
            "Linking"
        );
        scene.workspace.plan().is_empty();
        scene.emulator.complete_operation(RETAIL);
        scene.has_nothing_to_do();
        assert_eq!(scene.links(), 2, "{headers:?}");
    }
}

/// The operation has just ended well, and somebody has removed the link since: the slot is empty
/// as it was before, and stays so.
#[test]
fn a_link_that_is_removed_right_after_it_was_made_is_a_difference() {
    let scene = Scene::new();
    scene.workspace.apply().succeeds();
    scene.has_nothing_to_do();
    scene.emulator.unlink_behind_the_back(RETAIL);
    let plan = scene.workspace.plan();
    plan.plans(ASSIGNMENT, "create");
    plan.run.says("Warning: Link not visible");
    assert_eq!(scene.links(), 1);
}

/// A list of environments that is older than the links, while each environment alone shows its own.
#[test]
fn a_list_that_lags_is_no_difference() {
    const MANY: usize = 6;
    let fleet = Fleet::new(MANY);
    let unlinked = (1..=MANY).map(|number| {
        json!({
            "name": format!("20000000-0000-0000-0000-{number:012}"),
            "location": "europe",
            "properties": {
                "displayName": format!("Store {number}"),
                "environmentSku": "Production",
                "governanceConfiguration": { "protectionLevel": "Standard" },
            },
        })
    });
    let list =
        Response::status(200).body(Body::Json(json!({ "value": unlinked.collect::<Vec<_>>() })));
    let lists = RequestMatch::environments();
    fleet
        .emulator
        .fault(Fault::new(lists.clone(), Effect::Respond(list)).forever());
    fleet.workspace.plan().is_empty();
    let requests = fleet.emulator.requests();
    assert_eq!(requests.on(&lists).count(), 1, "{requests:#?}");
}

/// The service names no operation and shows no list, so only the slot tells.
#[test]
fn a_link_without_any_operation_is_waited_for_by_its_slot() {
    side_by_side(["wait_for = \"linked\"", ENCRYPTED], |arguments| {
        let scene = Scene::with(&format!("{arguments}\n  {UNLINK}"));
        scene
            .emulator
            .set_modes(|modes| modes.accepted_headers = AcceptedHeaders::Neither);
        let list = RequestMatch::new("GET", "*/lifecycleOperations");
        scene.emulator.fault(Fault::status(list, 404).forever());
        scene
            .workspace
            .apply()
            .succeeds()
            .does_not_say("Link still in progress");
        assert_eq!(
            scene.workspace.state().text(ASSIGNMENT, "link_status"),
            "Linked"
        );
        scene.has_nothing_to_do();
        scene.workspace.destroy().succeeds();
        assert_eq!(scene.slot(), None);
        assert_eq!((scene.links(), scene.unlinks()), (1, 1), "{arguments}");
    });
}

/// Nor does the slot tell before the link is done: what was just requested is on its way.
#[test]
fn a_link_that_nobody_can_follow_is_no_difference() {
    let scene = Scene::new();
    scene.emulator.set_modes(|modes| {
        modes.accepted_headers = AcceptedHeaders::Neither;
        modes.slot_while_linking = SlotWhileLinking::Absent;
    });
    let list = RequestMatch::new("GET", "*/lifecycleOperations");
    scene.emulator.fault(Fault::status(list, 403).forever());
    scene
        .emulator
        .operation_fault(OperationFault::hold(Stage::Run));
    scene.workspace.apply().succeeds();
    scene.workspace.plan().is_empty();
    scene.emulator.complete_operation(RETAIL);
    scene.has_nothing_to_do();
    assert_eq!(scene.links(), 1);
}

/// The same when the link fails: the slot goes back to what it was, and that is no success.
#[test]
fn a_failed_link_without_any_operation_is_seen_by_its_slot() {
    let scene = Scene::new();
    scene.assign("ep-2", ENCRYPTED);
    scene.workspace.apply().succeeds();
    scene
        .emulator
        .set_modes(|modes| modes.accepted_headers = AcceptedHeaders::Neither);
    let list = RequestMatch::new("GET", "*/lifecycleOperations");
    scene.emulator.fault(Fault::status(list, 403).forever());
    let held = OperationFault::hold(Stage::Run);
    scene.emulator.operation_fault(held);
    scene.assign("ep-1", ENCRYPTED);
    let apply = scene.workspace.spawn_apply();
    wait_until("the link is on its way", || {
        scene.slot().as_deref() == Some("ep-1 Linking")
    });
    wait_until("the slot was read", || {
        let reads = RequestMatch::environment(RETAIL);
        scene.emulator.requests().on(&reads).count() > 6
    });
    scene
        .emulator
        .fail_operation(RETAIL, Stage::Run, "the key cannot be used");
    apply.wait().fails().says("Error: Link not visible");
    scene.is_recorded();
    let state = scene.workspace.state();
    assert_eq!(state.text(ASSIGNMENT, "policy_id"), policy_id("ep-2"));
    assert_eq!(scene.links(), 2);
}

/// The state is lost, the link is done, and reads show neither.
#[test]
fn a_lost_link_that_is_done_and_not_shown_is_not_requested_again() {
    let scene = Scene::with("adopt_existing = true");
    scene
        .emulator
        .set_modes(|modes| modes.slot_while_linking = SlotWhileLinking::Absent);
    lag(&scene, 12);
    scene.workspace.apply().succeeds();
    scene.emulator.complete_operation(RETAIL);
    scene
        .workspace
        .terraform(&["state", "rm", ASSIGNMENT])
        .succeeds();
    scene.workspace.apply().succeeds();
    scene.is_recorded();
    scene.has_nothing_to_do();
    assert_eq!(scene.links(), 1);
}

/// Nobody could look whether the request had an effect, so nothing says that it had none.
#[test]
fn a_lost_answer_that_cannot_be_looked_up_is_not_posted_again() {
    side_by_side([503, 404], |status| {
        let scene = Scene::new();
        scene.attempts(1);
        scene
            .emulator
            .set_modes(|modes| modes.slot_while_linking = SlotWhileLinking::Absent);
        scene
            .emulator
            .operation_fault(OperationFault::hold(Stage::Run));
        scene.emulator.fault(Fault::new(
            RequestMatch::link(),
            Effect::ResetAfterProcessing,
        ));
        let list = RequestMatch::new("GET", "*/lifecycleOperations");
        scene.emulator.fault(Fault::status(list, status).forever());
        scene
            .workspace
            .apply()
            .fails()
            .says("Error: Outcome not known");
        assert_eq!(scene.links(), 1, "{status}");
        scene.is_not_recorded();
        scene.emulator.clear_faults();
        scene.emulator.complete_operation(RETAIL);
        scene.converges();
        assert_eq!(scene.links(), 1, "{status}");
    });
}

#[test]
fn a_lost_unlink_that_cannot_be_looked_up_is_not_posted_again() {
    let scene = Scene::with(&format!("{UNLINK}\n  {ENCRYPTED}"));
    scene.workspace.apply().succeeds();
    scene.attempts(1);
    lag(&scene, 3600);
    scene
        .emulator
        .operation_fault(OperationFault::hold(Stage::Run));
    scene.emulator.fault(Fault::new(
        RequestMatch::unlink(),
        Effect::ResetAfterProcessing,
    ));
    let list = RequestMatch::new("GET", "*/lifecycleOperations");
    scene.emulator.fault(Fault::status(list, 503).forever());
    scene
        .workspace
        .destroy()
        .fails()
        .says("Error: Outcome not known");
    assert_eq!(scene.unlinks(), 1);
    scene.is_recorded();
    scene.emulator.clear_faults();
    scene.emulator.complete_operation(RETAIL);
    scene.emulator.advance(Duration::from_secs(3600));
    scene.workspace.destroy().succeeds();
    assert_eq!((scene.unlinks(), scene.slot()), (1, None));
}

/// Without a trace of the new operation, the one that failed before is not it.
#[test]
fn the_failure_of_an_earlier_attempt_is_not_this_ones() {
    for headers in [AcceptedHeaders::Both, AcceptedHeaders::Neither] {
        let scene = Scene::with(ENCRYPTED);
        scene.emulator.operation_fault(OperationFault::fail(
            Stage::Validate,
            "No right on the key.",
        ));
        scene.workspace.apply().fails().says("Error: Link failed");
        scene
            .emulator
            .set_modes(|modes| modes.accepted_headers = headers);
        scene.emulator.operation_fault(OperationFault::lost());
        scene.workspace.apply().succeeds();
        scene.is_recorded();
        scene.has_nothing_to_do();
        assert_eq!(scene.links(), 2, "{headers:?}");
    }
}

/// The address of the operation leads nowhere, and the list knows better.
#[test]
fn an_operation_whose_address_is_wrong_is_followed_by_the_list() {
    side_by_side(["", "?api-version=2023-06-01"], |query| {
        let scene = Scene::with(ENCRYPTED);
        for name in ["location", "operation-location"] {
            let nowhere = format!("/providers/Microsoft.BusinessAppPlatform/nowhere/1{query}");
            scene.emulator.fault(Fault::new(
                RequestMatch::link(),
                Effect::SetHeader {
                    name: name.to_owned(),
                    value: Some(nowhere),
                },
            ));
        }
        scene
            .emulator
            .set_modes(|modes| modes.slot_while_linking = SlotWhileLinking::Absent);
        scene
            .emulator
            .operation_fault(OperationFault::hold(Stage::Run));
        let mut apply = scene.workspace.spawn_apply();
        ppcmk_tests::wait_until("the operation is polled where it is", || {
            scene.emulator.requests().on(&RequestMatch::poll()).count() > 1
        });
        assert!(!apply.has_ended(), "{}", apply.so_far().transcript());
        scene.emulator.complete_operation(RETAIL);
        apply.wait().succeeds();
        scene.is_recorded();
        scene.has_nothing_to_do();
        assert_eq!(scene.links(), 1, "{query}");
    });
}

/// A caller that has lost its role gets 404 for one environment, and 403 for all of them.
#[test]
fn an_environment_is_not_gone_because_the_caller_may_not_list() {
    for status in [401, 403, 503] {
        let scene = Scene::new();
        scene.attempts(1);
        scene.workspace.apply().succeeds();
        scene
            .emulator
            .fault(Fault::status(RequestMatch::environment(RETAIL), 404).forever());
        scene
            .emulator
            .fault(Fault::status(RequestMatch::environments(), status).forever());
        scene.workspace.plan().run.fails();
        scene.workspace.apply().fails();
        scene.is_recorded();
        scene.emulator.clear_faults();
        scene.has_nothing_to_do();
        assert_eq!(scene.links(), 1, "{status}");
    }
}

/// A slot names its policy in up to three ways, and any of them may be missing.
#[test]
fn a_slot_without_all_of_its_ids_is_no_difference() {
    let without = |names: &[&str]| {
        let members: serde_json::Map<_, _> = names
            .iter()
            .map(|name| ((*name).to_owned(), serde_json::Value::Null))
            .collect();
        json!({"properties": {"enterprisePolicies": {"customerManagedKeys": members}}})
    };
    for names in [
        &["id"][..],
        &["systemId"],
        &["policyId"],
        &["id", "policyId"],
        &["id", "systemId"],
        &["systemId", "policyId"],
    ] {
        let scene = Scene::with(&format!("{UNLINK}\n  {ENCRYPTED}"));
        let on = RequestMatch::new("GET", "*/environments*");
        scene
            .emulator
            .fault(Fault::new(on, Effect::PatchBody(without(names))).forever());
        scene.workspace.apply().succeeds();
        scene.is_recorded();
        scene.has_nothing_to_do();
        scene.workspace.apply().succeeds();
        assert_eq!(scene.links(), 1, "{names:?}");
        if names != ["id", "systemId"] {
            scene.workspace.destroy().succeeds();
            assert_eq!((scene.unlinks(), scene.slot()), (1, None), "{names:?}");
        }
    }
}

/// A second destroy right after the first one, whose end reads do not show yet.
#[test]
fn a_link_that_is_removed_and_still_shown_is_not_removed_again() {
    let scene = Scene::with(&format!(
        "{UNLINK}\n  {ENCRYPTED}\n  wait_for_on_destroy = \"accepted\""
    ));
    scene.workspace.apply().succeeds();
    let state = scene.workspace.directory().join("terraform.tfstate");
    let before = std::fs::read(&state).unwrap();
    lag(&scene, 12);
    scene.workspace.destroy().succeeds();
    scene.emulator.complete_operation(RETAIL);
    std::fs::write(&state, before).unwrap();
    scene
        .workspace
        .terraform(&["destroy", "-auto-approve", "-refresh=false"])
        .succeeds();
    assert_eq!(scene.unlinks(), 1);
    scene.is_not_recorded();
}

/// Destroyed right after a swap, when reads still show the policy before.
#[test]
fn a_swapped_assignment_can_be_destroyed_at_once() {
    let scene = Scene::new();
    let arguments = format!("{UNLINK}\n  {ENCRYPTED}");
    scene.assign("ep-2", &arguments);
    scene.workspace.apply().succeeds();
    lag(&scene, 12);
    scene.assign("ep-1", UNLINK);
    scene.workspace.apply().succeeds();
    scene.workspace.destroy().succeeds();
    assert_eq!((scene.links(), scene.unlinks()), (2, 1));
    scene.emulator.advance(Duration::from_secs(60));
    assert_eq!(scene.slot(), None);
    scene.is_not_recorded();
}
