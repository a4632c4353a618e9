//! Taking over what exists: by command, by block, and with generated configuration.

#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot go on has failed, also in its helpers"
)]

use ppcmk_emulator::Emulator;
use ppcmk_tests::{Workspace, assert_nothing_written, estate, start};

const EU: &str = "ppcmk_enterprise_policy.eu";
const ACCESS: &str = "ppcmk_key_access.eu";
const RETAIL: &str = "ppcmk_environment_assignment.retail";

/// Everything written out, because an import does not know of references.
fn literal(vault: &str, access: &str, principal: &str) -> String {
    format!(
        r#"
resource "ppcmk_enterprise_policy" "eu" {{
  name                = "ep-eu"
  resource_group_name = "rg-cmk"
  location            = "europe"
  key_vault_id        = "{vault}"
  key_name            = "cmk"
  tags                = {{ owner = "platform" }}
}}
resource "ppcmk_key_access" "eu" {{
  principal_id = {principal}
  key_vault_id = "{vault}"
  {access}
}}
resource "ppcmk_environment_assignment" "retail" {{
  environment_id = "{environment}"
  policy_id      = "{policy}"
  depends_on     = [ppcmk_enterprise_policy.eu, ppcmk_key_access.eu]
}}
"#,
        environment = estate::RETAIL,
        policy = estate::policy_id("ep-eu"),
    )
}

/// A tenant in which somebody has applied this, and the three ids with their addresses.
fn applied(vault: &str, access: &str) -> (Emulator, Workspace, [(&'static str, String); 3]) {
    let (emulator, workspace) = start();
    workspace.write(
        "main.tf",
        literal(vault, access, "ppcmk_enterprise_policy.eu.principal_id"),
    );
    workspace.apply().succeeds();
    workspace.apply_with(&["-refresh-only"]).succeeds();
    let state = workspace.state();
    let ids = [EU, ACCESS, RETAIL].map(|address| (address, state.text(address, "id").to_owned()));
    emulator.clear_requests();
    (emulator, workspace, ids)
}

fn quoted_principal(emulator: &Emulator) -> String {
    format!("{:?}", emulator.policy("ep-eu").unwrap().principal_id)
}

const GRANTS: [(&str, &str); 3] = [
    (estate::VAULT, ""),
    (estate::VAULT, "key_name = \"cmk\""),
    (estate::ACCESS_POLICY_VAULT, ""),
];

#[test]
fn the_command_gives_the_state_that_creating_gave() {
    for (vault, access) in GRANTS {
        let (emulator, created, ids) = applied(vault, access);
        let imported = Workspace::new(&emulator);
        imported.write(
            "main.tf",
            literal(vault, access, &quoted_principal(&emulator)),
        );
        for (address, id) in &ids {
            imported.import(address, id).succeeds();
        }
        assert_nothing_written(&emulator);
        let plan = imported.plan();
        plan.is_empty();
        let (ours, theirs) = (imported.state(), created.state());
        for (address, _) in &ids {
            let (ours, theirs) = (ours.of(address), theirs.of(address));
            for (name, value) in theirs.as_object().unwrap() {
                // Seen at different times, or known only to whoever has created it.
                if ![
                    "encryption_status",
                    "timeouts",
                    "health_status",
                    "linked_environment_ids",
                ]
                .contains(&name.as_str())
                {
                    assert_eq!(&ours[name], value, "{address}.{name}");
                }
            }
        }
    }
}

#[test]
fn blocks_import_in_one_apply() {
    for (vault, access) in GRANTS {
        let (emulator, _created, ids) = applied(vault, access);
        let imported = Workspace::new(&emulator);
        imported.write(
            "main.tf",
            literal(vault, access, &quoted_principal(&emulator)),
        );
        let blocks =
            ids.map(|(address, id)| format!("import {{\n  to = {address}\n  id = {id:?}\n}}\n"));
        imported.write("import.tf", blocks.concat());
        imported
            .apply()
            .succeeds()
            .says("3 imported, 0 added, 0 changed, 0 destroyed");
        assert_nothing_written(&emulator);
        imported.plan().is_empty();
    }
}

#[test]
fn a_grant_may_be_imported_under_the_policy_that_it_is_for() {
    let (emulator, _created, ids) = applied(estate::VAULT, "");
    let imported = Workspace::new(&emulator);
    let configuration = literal(estate::VAULT, "", "null").replace(
        "principal_id = null",
        &format!("policy_id = {:?}", estate::policy_id("ep-eu")),
    );
    imported.write("main.tf", configuration);
    let [_, (address, id), _] = &ids;
    imported.write(
        "import.tf",
        format!("import {{\n  to = {address}\n  id = {id:?}\n}}\n"),
    );
    imported
        .apply_with(&["-target=ppcmk_key_access.eu"])
        .succeeds()
        .says("1 imported, 0 added, 1 changed, 0 destroyed");
    assert_nothing_written(&emulator);
}

#[test]
fn generated_configuration_plans_nothing_but_the_import() {
    for (vault, access) in GRANTS {
        let (emulator, _created, ids) = applied(vault, access);
        let imported = Workspace::new(&emulator);
        let blocks =
            ids.map(|(address, id)| format!("import {{\n  to = {address}\n  id = {id:?}\n}}\n"));
        imported.write("import.tf", blocks.concat());
        imported
            .terraform(&["plan", "-generate-config-out=generated.tf"])
            .succeeds()
            .says("3 to import, 0 to add, 0 to change, 0 to destroy");
        imported
            .apply()
            .succeeds()
            .says("3 imported, 0 added, 0 changed, 0 destroyed");
        imported.plan().is_empty();
        assert_nothing_written(&emulator);
    }
}

#[test]
fn ids_of_another_shape_are_errors_that_name_the_right_one() {
    let (emulator, workspace) = start();
    workspace.write(
        "main.tf",
        literal(
            estate::VAULT,
            "",
            "\"44444444-4444-4444-4444-444444444444\"",
        ),
    );
    let system_id = "/regions/europe/providers/Microsoft.PowerPlatform/enterprisePolicies/44444444-4444-4444-4444-444444444444";
    for (address, ids, form) in [
        (
            EU,
            ["ep-eu", estate::VAULT, system_id],
            "/subscriptions/<subscription id>/resourceGroups/",
        ),
        (
            ACCESS,
            [
                "ep-eu",
                estate::VAULT,
                "44444444-4444-4444-4444-444444444444",
            ],
            "roleAssignments/<guid>",
        ),
        (
            RETAIL,
            ["retail", "00000000-0000-0000-0000-00000000000", system_id],
            "a GUID or Default-<tenant id>",
        ),
    ] {
        for id in ids {
            workspace
                .import(address, id)
                .fails()
                .says(form)
                .does_not_say("Import successful");
        }
    }
    assert!(emulator.requests().is_empty(), "{:#?}", emulator.requests());
    assert!(workspace.state().addresses().is_empty());
}

#[test]
fn importing_nothing_is_an_error() {
    let (_emulator, workspace) = start();
    workspace.write(
        "main.tf",
        literal(
            estate::VAULT,
            "",
            "\"44444444-4444-4444-4444-444444444444\"",
        ),
    );
    let role =
        "providers/Microsoft.Authorization/roleAssignments/44444444-4444-4444-4444-444444444444";
    for (address, id, summary) in [
        (EU, estate::policy_id("no-such-policy"), "Policy not found"),
        (
            ACCESS,
            format!("{}/{role}", estate::VAULT),
            "Grant not found",
        ),
        (
            ACCESS,
            format!(
                "{}/objectId/44444444-4444-4444-4444-444444444444",
                estate::ACCESS_POLICY_VAULT
            ),
            "Grant not found",
        ),
        (
            RETAIL,
            "99999999-0000-0000-0000-000000000001".to_owned(),
            "Environment not found",
        ),
        (RETAIL, estate::UAT.to_owned(), "Environment not linked"),
    ] {
        workspace
            .import(address, &id)
            .fails()
            .says(summary)
            .does_not_say("Import successful");
        workspace.write(
            "import.tf",
            format!("import {{\n  to = {address}\n  id = {id:?}\n}}\n"),
        );
        workspace.plan().run.fails().says(summary);
        workspace.remove("import.tf");
    }
    assert!(workspace.state().addresses().is_empty());
}
