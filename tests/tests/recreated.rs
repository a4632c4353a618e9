//! Policies that were deleted and created again under their environments: the same Azure resource
//! id, another identity, another system id.

#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot go on has failed, also in its helpers"
)]

use ppcmk_emulator::seed::DEFAULT_SEED;
use ppcmk_emulator::{Body, Effect, Emulator, Fault, RequestMatch, Response, Seed};
use ppcmk_tests::estate::{self, RETAIL, policy_id};
use ppcmk_tests::scene::ASSIGNMENT;
use ppcmk_tests::{Scene, Workspace, assert_nothing_written, start};
use serde_json::json;

const EU: &str = "ppcmk_enterprise_policy.eu";
const ACCESS: &str = "ppcmk_key_access.eu";

/// The policy `ep-eu` with [`estate::RETAIL`] under it, applied; the log is empty again.
fn linked(arguments: &str) -> (Emulator, Workspace) {
    let (emulator, workspace) = start();
    let text = format!("{}{}", estate::POLICY, estate::retail(arguments));
    workspace.write("main.tf", text);
    workspace.apply().succeeds();
    emulator.clear_requests();
    (emulator, workspace)
}

/// Panics unless the environment is under the policy that there is now, after one more request.
#[track_caller]
fn is_under_the_present_policy(emulator: &Emulator, links: usize) {
    let (system_id, status) = emulator.environment(RETAIL).unwrap().encryption.unwrap();
    let policy = emulator.policy("ep-eu").unwrap();
    assert_eq!((system_id, status.as_str()), (policy.system_id, "Linked"));
    assert!(policy.key_usable);
    assert_eq!(emulator.requests().count_links(RETAIL), links);
    assert_eq!(emulator.requests().count_unlinks(RETAIL), 0);
}

#[test]
fn outside_of_terraform() {
    let (emulator, workspace) = linked("wait_for = \"encrypted\"");
    emulator.recreate_policy("ep-eu", false);
    let plan = workspace.plan();
    plan.plans(EU, "no-op")
        .plans(ACCESS, "create")
        .plans(ASSIGNMENT, "update");
    plan.run
        .says("Warning: Policy was recreated")
        .says("Contoso Retail")
        .says("Warning: Grant of a former identity")
        .says("Warning: Environment goes offline");
    assert_nothing_written(&emulator);
    workspace.apply().succeeds();
    is_under_the_present_policy(&emulator, 1);
    workspace.plan().is_empty();
}

/// Terraform makes the policy anew itself, so its id is known after apply, and turns out to be the
/// one that the state has.
#[test]
fn by_the_same_run() {
    let (emulator, workspace) = linked("wait_for = \"encrypted\"");
    emulator.delete_policy("ep-eu");
    let plan = workspace.plan();
    plan.plans(EU, "create").plans(ASSIGNMENT, "update");
    plan.run.says("Warning: Environment goes offline");
    workspace.apply().succeeds();
    is_under_the_present_policy(&emulator, 1);
    workspace.plan().is_empty();
}

/// The policy of another configuration, by its id; and states of versions that kept no notes.
#[test]
fn known_by_its_id_only() {
    let scene = Scene::with("wait_for = \"encrypted\"");
    scene.workspace.apply().succeeds();
    scene.emulator.recreate_policy("ep-1", true);
    forget_notes(&scene.workspace);
    let plan = scene.workspace.plan();
    plan.plans(ASSIGNMENT, "update");
    plan.run.says("Warning: Policy was recreated");
    scene.workspace.apply().succeeds();
    scene.has_nothing_to_do();
    assert_eq!((scene.links(), scene.unlinks()), (2, 0));
}

/// The policy of another configuration is gone, and then there is one of its name again.
#[test]
fn after_a_while() {
    let scene = Scene::with("wait_for = \"encrypted\"");
    scene.workspace.apply().succeeds();
    scene.emulator.recreate_policy("ep-1", true);
    let policy = RequestMatch::new("GET", "*/enterprisePolicies/ep-1");
    let gone = json!({ "error": { "code": "ResourceNotFound", "message": "It was not found." } });
    let gone = Response::status(404).body(Body::Json(gone));
    scene
        .emulator
        .fault(Fault::new(policy, Effect::Respond(gone)).forever());
    let plan = scene.workspace.plan();
    plan.is_empty();
    plan.run
        .says("Warning: Policy not found")
        .says("has lost its key");
    scene.emulator.clear_faults();
    scene.workspace.apply().succeeds();
    scene.has_nothing_to_do();
    assert_eq!((scene.links(), scene.unlinks()), (2, 0));
}

/// Only what is announced is done: here the plan was about a setting.
#[test]
fn between_a_plan_of_settings_and_its_apply() {
    let scene = Scene::with("wait_for = \"encrypted\"");
    scene.workspace.apply().succeeds();
    scene.assign("ep-1", "wait_for = \"linked\"");
    scene.workspace.plan().plans(ASSIGNMENT, "update");
    scene.emulator.recreate_policy("ep-1", true);
    scene
        .workspace
        .terraform(&["apply", "-input=false", "test.tfplan"])
        .fails()
        .says("Error: Link changed meanwhile");
    scene.is_recorded();
    assert_eq!(scene.links(), 1);
    scene.workspace.apply().succeeds();
    scene.has_nothing_to_do();
    assert_eq!((scene.links(), scene.unlinks()), (2, 0));
}

/// Somebody else has swapped the environment between plan and apply.
#[test]
fn and_linked_again_by_somebody_else() {
    let scene = Scene::with("wait_for = \"encrypted\"");
    scene.workspace.apply().succeeds();
    scene.emulator.recreate_policy("ep-1", true);
    scene.workspace.plan().plans(ASSIGNMENT, "update");
    scene.emulator.link_elsewhere(RETAIL, "ep-1");
    scene
        .workspace
        .terraform(&["apply", "-input=false", "test.tfplan"])
        .succeeds();
    scene.has_nothing_to_do();
    assert_eq!(scene.links(), 1);
}

#[test]
fn seen_by_a_refresh_only() {
    let scene = Scene::with("wait_for = \"encrypted\"");
    scene.workspace.apply().succeeds();
    let former = scene.emulator.policy("ep-1").unwrap().system_id;
    scene.emulator.recreate_policy("ep-1", true);
    scene.workspace.apply_with(&["-refresh-only"]).succeeds();
    let state = scene.workspace.state();
    assert_eq!(state.text(ASSIGNMENT, "policy_system_id"), former);
    scene.workspace.plan().plans(ASSIGNMENT, "update");
    scene.workspace.apply().succeeds();
    scene.has_nothing_to_do();
    assert_eq!((scene.links(), scene.unlinks()), (2, 0));
}

/// The answer to the swap is lost, with and without its effect; reads name the former policy for a
/// while, and both have one Azure resource id.
#[test]
fn and_the_swap_is_interrupted() {
    for effect in [Effect::ResetBefore, Effect::ResetAfterProcessing] {
        let scene = Scene::with("wait_for = \"encrypted\"");
        scene.workspace.apply().succeeds();
        scene.emulator.recreate_policy("ep-1", true);
        scene
            .emulator
            .fault(Fault::new(RequestMatch::link(), effect.clone()));
        scene.workspace.apply().succeeds();
        scene.has_nothing_to_do();
        let swaps = scene.emulator.operations(RETAIL).len() - 1;
        assert_eq!((swaps, scene.unlinks()), (1, 0), "{effect:?}");
    }
}

/// Who may not read the policy cannot know; a refresh does not fail for that.
#[test]
fn where_nobody_can_see_it() {
    let scene = Scene::with("wait_for = \"encrypted\"");
    scene.workspace.apply().succeeds();
    scene.emulator.recreate_policy("ep-1", true);
    let policy = RequestMatch::new("GET", "*/enterprisePolicies/ep-1");
    scene.emulator.fault(Fault::status(policy, 403).forever());
    scene.workspace.plan().is_empty();
    scene.emulator.clear_faults();
    let nameless = json!({ "properties": { "enterprisePolicies": { "customerManagedKeys": {
        "systemId": null, "policyId": null,
    } } } });
    scene.emulator.fault(
        Fault::new(
            RequestMatch::environment(RETAIL),
            Effect::PatchBody(nameless),
        )
        .forever(),
    );
    scene.workspace.plan().is_empty();
    assert_eq!(scene.links(), 1);
}

/// Nothing is in the state, and the slot names the wanted id: it is not taken for the wanted link.
#[test]
fn before_the_assignment_is_created() {
    let scene = Scene::with("adopt_existing = true");
    scene.emulator.link_elsewhere(RETAIL, "ep-1");
    let former = scene.emulator.policy("ep-1").unwrap().system_id;
    scene.emulator.recreate_policy("ep-1", true);
    scene
        .workspace
        .apply()
        .fails()
        .says("Error: Environment under another policy")
        .says(&former)
        .says("created in its place");
    scene.is_not_recorded();
    scene.workspace.import(ASSIGNMENT, RETAIL).succeeds();
    scene.workspace.apply().succeeds();
    scene.has_nothing_to_do();
    assert_eq!((scene.links(), scene.unlinks()), (1, 0));
}

#[test]
fn and_unlinked_by_a_destroy() {
    let scene = Scene::with("deletion_policy = \"UNLINK\"");
    scene.workspace.apply().succeeds();
    scene.emulator.advance(std::time::Duration::from_secs(60));
    scene.emulator.recreate_policy("ep-1", true);
    scene.workspace.destroy().succeeds();
    assert_eq!(scene.slot(), None);
    assert_eq!(scene.unlinks(), 1);
}

/// A fourth policy and all further ones cost one list.
#[test]
fn among_very_many_policies() {
    const MANY: usize = 12;
    let emulator = with_generated(MANY);
    let workspace = Workspace::new(&emulator);
    let blocks: Vec<String> = (1..=MANY)
        .map(|number| {
            let (environment, policy) = (environment(number), policy_id(&policy(number)));
            format!(
                "resource \"ppcmk_environment_assignment\" \"n{number}\" {{\n  environment_id = \
                 \"{environment}\"\n  policy_id = \"{policy}\"\n  adopt_existing = true\n}}\n"
            )
        })
        .collect();
    workspace.write("main.tf", blocks.concat());
    workspace.apply().succeeds();
    for number in [2, MANY] {
        emulator.recreate_policy(&policy(number), true);
    }
    emulator.clear_requests();
    let plan = workspace.plan_with(&["-parallelism=1"]);
    for number in 1..=MANY {
        let address = format!("ppcmk_environment_assignment.n{number}");
        let is_recreated = [2, MANY].contains(&number);
        plan.plans(&address, if is_recreated { "update" } else { "no-op" });
    }
    let requests = emulator.requests();
    let policies = requests.on(&RequestMatch::new("GET", "*/enterprisePolicies*"));
    // Three alone, one list, and what the plan of the swaps reads.
    assert!(policies.count() <= 6, "{policies:#?}");
}

fn environment(number: usize) -> String {
    format!("10000000-0000-0000-0000-{number:012}")
}

fn policy(number: usize) -> String {
    format!("ep-{number:05}")
}

/// So many environments, each under a policy of its own.
fn with_generated(count: usize) -> Emulator {
    let mut seed: serde_json::Value = serde_json::from_str(DEFAULT_SEED).unwrap();
    seed["generate"] = json!({ "environments": count, "policies": count, "linked": count });
    let seed = Seed::parse(&seed.to_string()).unwrap();
    Emulator::builder().seed(seed).start().unwrap()
}

/// Removes the provider's private notes from the state, as if another version had written it.
fn forget_notes(workspace: &Workspace) {
    let mut state = workspace.state().json().clone();
    for resource in state["resources"].as_array_mut().unwrap() {
        for instance in resource["instances"].as_array_mut().unwrap() {
            instance.as_object_mut().unwrap().remove("private");
        }
    }
    workspace.write("terraform.tfstate", state.to_string());
}
