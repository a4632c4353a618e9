//! Tokens that are refused or not given, and rights that come late.

use std::time::Duration;

use ppcmk_emulator::modes::PrincipalNotFound;
use ppcmk_emulator::{Body, Effect, Fault, Plane, RequestMatch, Response};
use ppcmk_tests::Scene;
use ppcmk_tests::estate::{RETAIL, VAULT, policy_id};
use serde_json::json;

const KEY_ACCESS: &str = "ppcmk_key_access.one";

#[test]
fn a_token_endpoint_that_fails_once_is_asked_again() {
    for effect in [
        Effect::Respond(Response::status(503)),
        Effect::Respond(Response::status(502).body(Body::Html)),
        Effect::ResetBefore,
        Effect::TruncateBody,
    ] {
        let scene = Scene::new();
        scene
            .emulator
            .fault(Fault::new(RequestMatch::token(), effect));
        scene.converges();
        assert_eq!(scene.links(), 1);
    }
}

#[test]
fn a_token_endpoint_that_stays_down_is_quoted() {
    let scene = Scene::new();
    scene.attempts(2);
    scene
        .emulator
        .fault(Fault::status(RequestMatch::token(), 503).forever());
    let run = scene.workspace.apply();
    run.fails()
        .says("Error: Sign-in failed")
        .says("AADSTS90033")
        .says("503");
    scene.is_not_recorded();
    scene.emulator.clear_faults();
    scene.converges();
    assert_eq!(scene.links(), 1);
}

#[test]
fn a_refused_sign_in_says_what_to_correct() {
    let wrong = [
        ("ARM_CLIENT_SECRET", "guessed", "AADSTS7000215"),
        (
            "ARM_TENANT_ID",
            "99999999-9999-9999-9999-999999999999",
            "AADSTS90002",
        ),
        (
            "ARM_CLIENT_ID",
            "99999999-9999-9999-9999-999999999999",
            "AADSTS700016",
        ),
    ];
    for (variable, value, code) in wrong {
        let scene = Scene::new();
        scene.workspace.set(variable, value);
        let run = scene.workspace.apply();
        run.fails()
            .says("Error: Sign-in failed")
            .says(code)
            .does_not_say("guessed");
        let tokens = scene.emulator.requests().on(&RequestMatch::token()).count();
        assert!(tokens <= 4, "{tokens} attempts with a wrong {variable}");
        assert_eq!(scene.links(), 0);
        scene.is_not_recorded();
    }
}

#[test]
fn a_token_that_every_service_refuses_is_renewed_once() {
    let scene = Scene::new();
    scene
        .emulator
        .fault(Fault::status(RequestMatch::plane(Plane::Bap), 401).forever());
    let run = scene.workspace.apply();
    run.fails()
        .says("Error: Token refused")
        .says("401")
        .says("correlation id");
    let asked = scene
        .emulator
        .requests()
        .on(&RequestMatch::environment(RETAIL))
        .count();
    assert_eq!(asked, 2);
    scene.is_not_recorded();
    scene.emulator.clear_faults();
    scene.converges();
}

#[test]
fn a_link_with_an_expired_token_is_requested_with_a_new_one() {
    let scene = Scene::new();
    scene
        .emulator
        .fault(Fault::status(RequestMatch::link(), 401));
    scene.converges();
    assert_eq!(scene.links(), 2);
    assert_eq!(scene.emulator.operations(RETAIL).len(), 1);
}

/// A key access for the policy `ep-1`, which has lost its own, and nothing else.
fn without_grant() -> Scene {
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
    scene
}

fn grants() -> RequestMatch {
    RequestMatch::new("PUT", "*/roleAssignments/*")
}

#[track_caller]
fn is_granted(scene: &Scene) {
    assert_eq!(scene.workspace.state().addresses(), [KEY_ACCESS]);
    scene.emulator.advance(Duration::from_secs(60));
    let policy = scene.emulator.policy("ep-1");
    assert!(policy.is_some_and(|policy| policy.key_usable));
    scene.workspace.plan().is_empty();
}

#[test]
fn an_identity_that_entra_does_not_know_yet_is_waited_for() {
    let scene = without_grant();
    let unknown = Response::status(400).body(Body::Json(json!({
        "error": {"code": "PrincipalNotFound", "message": "Principal does not exist in the directory."}
    })));
    scene
        .emulator
        .fault(Fault::new(grants(), Effect::Respond(unknown)).times(1));
    scene
        .emulator
        .set_modes(|modes| modes.principal_not_found = PrincipalNotFound::Always);
    scene.workspace.apply().succeeds();
    assert_eq!(scene.emulator.requests().on(&grants()).count(), 2);
    is_granted(&scene);
}

#[test]
fn an_identity_that_entra_never_knows_is_named() {
    let scene = without_grant();
    let text = std::fs::read_to_string(scene.workspace.directory().join("access.tf")).unwrap();
    let text = text.replace("}\n", "  timeouts {\n    create = \"4s\"\n  }\n}\n");
    scene.workspace.write("access.tf", text);
    let unknown = Response::status(400).body(Body::Json(json!({
        "error": {"code": "PrincipalNotFound", "message": "Principal does not exist in the directory."}
    })));
    scene
        .emulator
        .fault(Fault::new(grants(), Effect::Respond(unknown)).forever());
    let run = scene.workspace.apply();
    run.fails()
        .says("Error: Identity not found")
        .says("400 PrincipalNotFound");
    scene.is_not_recorded();
    scene.emulator.clear_faults();
    scene.workspace.apply().succeeds();
    is_granted(&scene);
}

#[test]
fn a_grant_whose_answer_is_lost_is_not_made_twice() {
    for effect in [
        Effect::ResetAfterProcessing,
        Effect::RespondAfterProcessing(Response::status(502).body(Body::Html)),
        Effect::RespondAfterProcessing(Response::status(409).body(Body::Json(json!({
            "error": {"code": "RoleAssignmentExists", "message": "The role assignment already exists."}
        })))),
    ] {
        let scene = without_grant();
        scene.emulator.fault(Fault::new(grants(), effect.clone()));
        scene.workspace.apply().succeeds();
        is_granted(&scene);
        let names: std::collections::BTreeSet<_> = scene
            .emulator
            .requests()
            .on(&grants())
            .all()
            .iter()
            .map(|entry| entry.path.clone())
            .collect();
        assert_eq!(names.len(), 1, "one name for one grant: {effect:?}");
    }
}

#[test]
fn a_grant_that_is_not_visible_yet_is_waited_for() {
    let scene = without_grant();
    let list = RequestMatch::new("GET", "*/roleAssignments");
    let nothing = Response::status(200).body(Body::Json(json!({"value": []})));
    scene
        .emulator
        .fault(Fault::new(list, Effect::Respond(nothing)).times(2));
    scene.workspace.apply().succeeds();
    assert_eq!(scene.emulator.requests().on(&grants()).count(), 1);
    is_granted(&scene);
}

/// The role is there and has no effect yet: the service refuses the first links.
#[test]
fn a_policy_that_is_not_visible_yet_is_waited_for() {
    let scene = Scene::new();
    let unseen = Response::status(404).body(Body::Json(json!({
        "error": {"code": "EnterprisePolicyNotFound", "message": "The enterprise policy could not be found."}
    })));
    scene
        .emulator
        .fault(Fault::new(RequestMatch::link(), Effect::Respond(unseen)).times(2));
    scene.converges();
    assert_eq!(scene.links(), 3);
    assert_eq!(scene.emulator.operations(RETAIL).len(), 1);
}

#[test]
fn a_policy_that_is_never_visible_is_named() {
    let scene = Scene::with(&crate::within("create", "5s"));
    let unseen = Response::status(404).body(Body::Json(json!({
        "error": {"code": "EnterprisePolicyNotFound", "message": "The enterprise policy could not be found."}
    })));
    scene
        .emulator
        .fault(Fault::new(RequestMatch::link(), Effect::Respond(unseen)).forever());
    let run = scene.workspace.apply();
    run.fails()
        .says("404 EnterprisePolicyNotFound")
        .says("could not be found")
        .says("correlation id");
    scene.is_not_recorded();
}
