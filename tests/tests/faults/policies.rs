//! Faults on the way of a policy into the world, and out of it.

use ppcmk_emulator::{Body, Effect, Fault, OperationFault, RequestMatch, Response, Stage};
use ppcmk_tests::Scene;
use ppcmk_tests::estate::{POLICY, RETAIL, policy_id};
use serde_json::json;

const NEW: &str = "ppcmk_enterprise_policy.eu";

/// The policy `ep-eu` and its grant are to be created.
fn new_policy() -> Scene {
    let scene = Scene::new();
    scene.workspace.remove("assignment.tf");
    scene.workspace.write("policy.tf", POLICY);
    scene
}

fn puts() -> RequestMatch {
    RequestMatch::policy("PUT", "ep-eu")
}

#[track_caller]
fn is_created(scene: &Scene) {
    let state = scene.workspace.state();
    assert!(!state.is_tainted(NEW));
    let policy = scene.emulator.policy("ep-eu").expect("it was created");
    assert_eq!(state.text(NEW, "system_id"), policy.system_id);
    scene.workspace.plan().is_empty();
}

#[test]
fn a_policy_is_written_again_when_the_answer_is_lost() {
    for effect in [
        Effect::ResetBefore,
        Effect::ResetAfterProcessing,
        Effect::TruncateBody,
        Effect::Respond(Response::status(500)),
        Effect::RespondAfterProcessing(Response::status(502).body(Body::Html)),
        Effect::Respond(Response::status(503).body(Body::Empty)),
        Effect::Respond(Response::status(429)),
    ] {
        let scene = new_policy();
        scene.emulator.fault(Fault::new(puts(), effect.clone()));
        scene.workspace.apply().succeeds();
        assert!(
            scene.emulator.requests().on(&puts()).count() <= 2,
            "{effect:?}"
        );
        is_created(&scene);
    }
}

#[test]
fn a_policy_that_cannot_be_written_is_named() {
    let scene = new_policy();
    scene.attempts(2);
    scene.emulator.fault(Fault::status(puts(), 500).forever());
    let run = scene.workspace.apply();
    run.fails()
        .says("Error: Service failed")
        .says("500 InternalServerError")
        .says("correlation id");
    scene.is_not_recorded();
    scene.emulator.clear_faults();
    scene.workspace.apply().succeeds();
    is_created(&scene);
}

#[test]
fn an_identity_that_is_not_visible_at_once_is_waited_for() {
    let scene = new_policy();
    let reads = RequestMatch::policy("GET", "ep-eu");
    let bare = Effect::PatchBody(json!({"identity": null}));
    scene.emulator.fault(Fault::new(puts(), bare.clone()));
    scene
        .emulator
        .fault(Fault::new(reads, bare).after(1).times(1));
    scene.workspace.apply().succeeds();
    assert_eq!(scene.emulator.requests().on(&puts()).count(), 1);
    is_created(&scene);
}

/// The policy exists and cannot be read back: it stays in the state, and is not replaced.
#[test]
fn a_policy_that_cannot_be_read_back_is_not_replaced() {
    let scene = new_policy();
    scene.attempts(1);
    let reads = RequestMatch::policy("GET", "ep-eu");
    scene
        .emulator
        .fault(Fault::status(reads, 503).after(1).forever());
    scene
        .workspace
        .apply_with(&["-target", NEW])
        .succeeds()
        .says("Warning: Identity not visible yet")
        .says("503 ServiceUnavailable");
    let system_id = scene.emulator.policy("ep-eu").unwrap().system_id;
    scene.emulator.clear_faults();
    scene.workspace.apply().succeeds();
    is_created(&scene);
    assert_eq!(
        scene.emulator.policy("ep-eu").unwrap().system_id,
        system_id,
        "it was replaced"
    );
}

#[test]
fn health_that_stays_undetermined_is_not_waited_for() {
    let scene = new_policy();
    scene.workspace.apply().succeeds();
    assert_eq!(
        scene.workspace.state().text(NEW, "health_status"),
        "Undetermined"
    );
    is_created(&scene);
}

#[test]
fn a_policy_notices_late_that_its_environment_has_left() {
    let scene = new_policy();
    scene.workspace.apply().succeeds();
    scene.workspace.remove("policy.tf");
    let refused = Response::status(400).body(Body::Json(json!({
        "error": {
            "code": "EnterprisePolicyDeleteNotAllowed",
            "message": "The policy has 1 linked environments."
        }
    })));
    let deletes = RequestMatch::policy("DELETE", "ep-eu");
    scene
        .emulator
        .fault(Fault::new(deletes.clone(), Effect::Respond(refused)).times(2));
    scene.workspace.apply().succeeds();
    assert_eq!(scene.emulator.requests().on(&deletes).count(), 3);
    assert!(scene.emulator.policy("ep-eu").is_none());
}

#[test]
fn a_linked_policy_stays() {
    let scene = new_policy();
    scene.workspace.apply().succeeds();
    scene
        .emulator
        .operation_fault(OperationFault::hold(Stage::Run));
    scene.emulator.advance(std::time::Duration::from_secs(60));
    scene.emulator.link_elsewhere(RETAIL, "ep-eu");
    scene.workspace.remove("policy.tf");
    let run = scene.workspace.apply();
    run.fails()
        .says("Error: Linked policy cannot be deleted")
        .says("Contoso Retail");
    let deletes = RequestMatch::policy("DELETE", "ep-eu");
    assert_eq!(scene.emulator.requests().on(&deletes).count(), 0);
    assert!(
        scene
            .workspace
            .state()
            .addresses()
            .contains(&NEW.to_owned())
    );
    assert!(policy_id("ep-eu").ends_with("ep-eu"));
}

/// An Azure Policy of the organisation adds a tag to whatever is written.
#[test]
fn a_tag_that_somebody_adds_is_no_bug_of_anybody() {
    let scene = new_policy();
    let on = RequestMatch::policy("GET", "ep-eu");
    for method in ["GET", "PUT", "PATCH"] {
        let on = RequestMatch {
            method: Some(method.to_owned()),
            ..on.clone()
        };
        let added = json!({"tags": {"costs": "42"}});
        scene
            .emulator
            .fault(Fault::new(on, Effect::PatchBody(added)).forever());
    }
    scene
        .workspace
        .apply()
        .succeeds()
        .says("Warning: Policy is not as asked for")
        .does_not_say("bug in the provider");
    assert!(!scene.workspace.state().is_tainted(NEW));
    let plan = scene.workspace.plan();
    plan.plans(NEW, "update");
    assert!(plan.changed(NEW).contains(&"tags".to_owned()));
    scene
        .workspace
        .apply()
        .succeeds()
        .does_not_say("bug in the provider");
}
