//! Objects that other providers managed, and objects that Terraform is to forget.

use ppcmk_emulator::Emulator;
use ppcmk_tests::estate::{RETAIL, VAULT, policy_id};
use ppcmk_tests::{Scene, Workspace};
use serde_json::{Value, json};

const MOVED: &str = "ppcmk_environment_assignment.retail";
const POLICY: &str = "ppcmk_enterprise_policy.eu";

/// A state with one object of another provider.
fn state_of(workspace: &Workspace, provider: &str, kind: &str, version: u32, attributes: &Value) {
    let state = json!({
        "version": 4,
        "terraform_version": "1.11.4",
        "serial": 1,
        "lineage": "aaaaaaaa-0000-0000-0000-000000000000",
        "outputs": {},
        "resources": [{
            "mode": "managed",
            "type": kind,
            "name": "old",
            "provider": format!("provider[\"registry.terraform.io/{provider}\"]"),
            "instances": [{
                "schema_version": version,
                "attributes": attributes,
                "sensitive_attributes": [],
            }],
        }],
    });
    workspace.stand_in(provider);
    workspace.write("terraform.tfstate", state.to_string());
}

#[track_caller]
fn nothing_is_written(emulator: &Emulator) {
    let written: Vec<_> = emulator
        .requests()
        .all()
        .iter()
        .filter(|request| request.method != "GET" && !request.path.ends_with("/token"))
        .map(|request| format!("{} {}", request.method, request.path))
        .collect();
    assert_eq!(written, Vec::<String>::new());
}

/// A linked environment whose link Terraform has forgotten.
fn linked() -> Scene {
    let scene = Scene::with("wait_for = \"encrypted\"");
    scene.workspace.apply().succeeds();
    scene
        .workspace
        .terraform(&["state", "rm", MOVED])
        .succeeds();
    scene.emulator.clear_requests();
    scene
}

#[test]
fn an_assignment_of_microsofts_provider_is_taken_over_without_a_link() {
    let scene = linked();
    let workspace = &scene.workspace;
    let system_id = scene.emulator.policy("ep-1").unwrap().system_id;
    state_of(
        workspace,
        "microsoft/power-platform",
        "powerplatform_enterprise_policy",
        0,
        &json!({
            "id": format!("{RETAIL}_encryption"),
            "environment_id": RETAIL,
            "system_id": system_id,
            "policy_type": "Encryption",
            "timeouts": null,
        }),
    );
    let moved =
        format!("moved {{\n  from = powerplatform_enterprise_policy.old\n  to   = {MOVED}\n}}\n");
    workspace.write("moved.tf", moved);
    workspace.apply().succeeds();
    assert_eq!(workspace.state().addresses(), [MOVED]);
    workspace.plan().is_empty();
    nothing_is_written(&scene.emulator);
    assert_eq!(scene.slot().as_deref(), Some("ep-1 Linked"));
}

#[test]
fn an_assignment_of_another_kind_is_not_taken_over() {
    let scene = linked();
    state_of(
        &scene.workspace,
        "microsoft/power-platform",
        "powerplatform_enterprise_policy",
        0,
        &json!({
            "id": format!("{RETAIL}_networkinjection"),
            "environment_id": RETAIL,
            "system_id": "/regions/europe/providers/Microsoft.PowerPlatform/enterprisePolicies/33333333-3333-3333-3333-333333333333",
            "policy_type": "NetworkInjection",
        }),
    );
    let moved =
        format!("moved {{\n  from = powerplatform_enterprise_policy.old\n  to   = {MOVED}\n}}\n");
    scene.workspace.write("moved.tf", moved);
    scene
        .workspace
        .plan()
        .run
        .fails()
        .says("Move of another kind")
        .says("NetworkInjection");
    nothing_is_written(&scene.emulator);
}

#[test]
fn a_policy_of_azapi_is_taken_over_without_a_write() {
    let scene = Scene::new();
    let workspace = &scene.workspace;
    workspace.remove("assignment.tf");
    let body = json!({
        "kind": "Encryption",
        "properties": {"encryption": {"state": "Enabled", "keyVault": {
            "id": VAULT, "key": {"name": "cmk"}}}},
    });
    let ty = json!(["object", {
        "kind": "string",
        "properties": ["object", {"encryption": ["object", {
            "state": "string",
            "keyVault": ["object", {"id": "string", "key": ["object", {"name": "string"}]}],
        }]}],
    }]);
    state_of(
        workspace,
        "azure/azapi",
        "azapi_resource",
        2,
        &json!({
            "id": policy_id("ep-1"),
            "type": "Microsoft.PowerPlatform/enterprisePolicies@2020-10-30-preview",
            "name": "ep-1",
            "location": "europe",
            "body": {"type": ty, "value": body},
        }),
    );
    workspace.write(
        "policy.tf",
        format!(
            "moved {{\n  from = azapi_resource.old\n  to   = {POLICY}\n}}\n\nresource \
             \"ppcmk_enterprise_policy\" \"eu\" {{\n  name = \"ep-1\"\n  resource_group_name = \
             \"rg-cmk\"\n  location = \"europe\"\n  key_vault_id = \"{VAULT}\"\n  key_name = \
             \"cmk\"\n}}\n"
        ),
    );
    let plan = workspace.plan();
    plan.plans(POLICY, "no-op");
    workspace.apply().succeeds();
    assert_eq!(workspace.state().addresses(), [POLICY]);
    workspace.plan().is_empty();
    nothing_is_written(&scene.emulator);
}

/// The way out of Terraform that leaves the environment under its key.
#[test]
fn a_removed_block_forgets_an_assignment_that_may_not_be_destroyed() {
    let scene = Scene::with("wait_for = \"encrypted\"");
    scene.workspace.apply().succeeds();
    scene.emulator.clear_requests();
    scene.workspace.write(
        "assignment.tf",
        format!("removed {{\n  from = {MOVED}\n  lifecycle {{\n    destroy = false\n  }}\n}}\n"),
    );
    scene.workspace.apply().succeeds();
    scene.is_not_recorded();
    nothing_is_written(&scene.emulator);
    assert_eq!(scene.slot().as_deref(), Some("ep-1 Linked"));
}
