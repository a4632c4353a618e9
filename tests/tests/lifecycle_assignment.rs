//! The life of a `ppcmk_environment_assignment`.

#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot go on has failed, also in its helpers"
)]

use ppcmk_emulator::Emulator;
use ppcmk_tests::{assert_nothing_written, estate, start};

const RETAIL: &str = "ppcmk_environment_assignment.retail";

/// A provider whose plans look at nothing.
const UNCHECKED: &str = r#"
terraform {
  required_providers {
    ppcmk = { source = "ppcmk/ppcmk" }
  }
}

provider "ppcmk" {
  plan_checks = "off"
}
"#;

/// The policy `eu` and the assignment `retail` to it, with these arguments.
fn one(arguments: &str) -> String {
    format!("{}{}", estate::POLICY, estate::retail(arguments))
}

/// Two policies, and the assignment `retail` whose policy is this argument.
fn of_two(policy: &str, arguments: &str) -> String {
    let arguments = format!(
        "{arguments}\n  lifecycle {{\n    precondition {{\n      condition = ppcmk_key_access.two.id != \"\"\n      error_message = \"granted\"\n    }}\n  }}"
    );
    let retail = estate::assignment("retail", estate::RETAIL, policy, &arguments);
    format!("{}{}{retail}", estate::POLICY, estate::SECOND_POLICY)
}

#[track_caller]
fn assert_linked(emulator: &Emulator, environment: &str, policy: &str) {
    let slot = emulator.environment(environment).unwrap().encryption;
    let (system_id, status) = slot.expect("the environment should be linked");
    assert_eq!(system_id, emulator.policy(policy).unwrap().system_id);
    assert!(["Linking", "Linked"].contains(&status.as_str()), "{status}");
}

#[track_caller]
fn assert_not_linked(emulator: &Emulator, environment: &str) {
    assert_eq!(emulator.environment(environment).unwrap().encryption, None);
}

/// The import block that an error shows, for this name.
fn import_block_of(run: &ppcmk_tests::Run, name: &str) -> String {
    let text = run.text();
    let block = text
        .split("import {")
        .nth(1)
        .and_then(|rest| rest.split('}').next());
    let block = block
        .unwrap()
        .replace("<name>", name)
        .replace(" id =", "\nid =");
    format!("import {{\n{block}\n}}\n")
}

#[test]
fn brings_an_environment_under_a_policy_with_one_link() {
    let (emulator, workspace) = start();
    workspace.write("main.tf", estate::RETAIL_UNDER_POLICY);
    workspace.apply().succeeds();
    assert_eq!(emulator.requests().count_links(estate::RETAIL), 1);
    workspace.plan().is_empty();
    workspace.plan_with(&["-refresh=false"]).is_empty();
    let state = workspace.state();
    assert_eq!(state.text(RETAIL, "id"), estate::RETAIL);
    assert_eq!(state.text(RETAIL, "deletion_policy"), "PREVENT");
    assert_eq!(state.of(RETAIL)["environment"]["name"], "Contoso Retail");
    assert_eq!(state.of(RETAIL)["environment"]["managed"], true);
    assert_linked(&emulator, estate::RETAIL, "ep-eu");
}

#[test]
fn full_configuration_is_stable() {
    let (emulator, workspace) = start();
    workspace.write(
        "main.tf",
        one(r#"wait_for = "encrypted"
  wait_for_on_destroy = "accepted"
  deletion_policy = "UNLINK"
  adopt_existing = true
  timeouts {
    create = "1h"
    read = "1m"
    update = "1h"
    delete = "1h"
  }"#),
    );
    workspace.apply().succeeds();
    assert_eq!(
        workspace.state().text(RETAIL, "encryption_status"),
        "Encrypted"
    );
    assert_eq!(workspace.state().text(RETAIL, "link_status"), "Linked");
    workspace.plan().is_empty();
    workspace.plan_with(&["-refresh=false"]).is_empty();
    assert_eq!(emulator.requests().count_links(estate::RETAIL), 1);
}

#[test]
fn waits_as_far_as_asked() {
    for (wait_for, polls) in [("accepted", false), ("linked", true), ("encrypted", true)] {
        let (emulator, workspace) = start();
        workspace.write("main.tf", one(&format!("wait_for = \"{wait_for}\"")));
        workspace.apply().succeeds();
        let polled = emulator
            .requests()
            .on(&ppcmk_emulator::RequestMatch::poll())
            .count()
            > 0;
        assert_eq!(polled, polls, "{wait_for}");
        let status = workspace.state().text(RETAIL, "link_status").to_owned();
        assert_eq!(status == "Linked", polls, "{wait_for}: {status}");
        workspace.plan().is_empty();
        assert_eq!(emulator.requests().count_links(estate::RETAIL), 1);
    }
}

#[test]
fn settings_change_without_a_link() {
    let (emulator, workspace) = start();
    workspace.write("main.tf", one(""));
    workspace.apply().succeeds();
    emulator.clear_requests();
    for arguments in [
        "wait_for = \"encrypted\"",
        "wait_for_on_destroy = \"accepted\"",
        "deletion_policy = \"ABANDON\"",
        "adopt_existing = true",
        "timeouts {\n    create = \"90m\"\n  }",
    ] {
        workspace.write("main.tf", one(arguments));
        workspace.plan().plans(RETAIL, "update");
        workspace.apply().succeeds();
        workspace.plan().is_empty();
    }
    assert_nothing_written(&emulator);
}

#[test]
fn another_policy_is_swapped_in_place() {
    let (emulator, workspace) = start();
    workspace.write(
        "main.tf",
        of_two("policy_id = ppcmk_enterprise_policy.eu.id", ""),
    );
    workspace.apply().succeeds();
    emulator.clear_requests();
    workspace.write(
        "main.tf",
        of_two("policy_id = ppcmk_enterprise_policy.two.id", ""),
    );
    let plan = workspace.plan();
    plan.plans(RETAIL, "update");
    workspace.apply().succeeds();
    assert_eq!(emulator.requests().count_links(estate::RETAIL), 1);
    assert_eq!(emulator.requests().count_unlinks(estate::RETAIL), 0);
    assert_linked(&emulator, estate::RETAIL, "ep-two");
    workspace.plan().is_empty();
}

#[test]
fn the_other_id_of_the_same_policy_links_nothing() {
    let (emulator, workspace) = start();
    workspace.write(
        "main.tf",
        of_two("policy_id = ppcmk_enterprise_policy.eu.id", ""),
    );
    workspace.apply().succeeds();
    emulator.clear_requests();
    let by_system_id = "policy_system_id = ppcmk_enterprise_policy.eu.system_id";
    workspace.write("main.tf", of_two(by_system_id, ""));
    workspace.plan().plans(RETAIL, "update");
    workspace.apply().succeeds();
    workspace.plan().is_empty();
    workspace.write(
        "main.tf",
        of_two("policy_id = ppcmk_enterprise_policy.eu.id", ""),
    );
    workspace.apply().succeeds();
    workspace.plan().is_empty();
    assert_nothing_written(&emulator);
}

#[test]
fn links_by_system_id() {
    let (emulator, workspace) = start();
    let by_system_id = "policy_system_id = ppcmk_enterprise_policy.eu.system_id";
    let retail = estate::assignment("retail", estate::RETAIL, by_system_id, "");
    workspace.write("main.tf", format!("{}{retail}", estate::POLICY));
    workspace.apply().succeeds();
    assert_eq!(emulator.requests().count_links(estate::RETAIL), 1);
    assert_linked(&emulator, estate::RETAIL, "ep-eu");
    workspace.plan().is_empty();
}

#[test]
fn spelling_is_no_difference() {
    let (emulator, workspace) = start();
    let default = format!(
        "{}{}",
        estate::POLICY,
        estate::assignment(
            "retail",
            estate::RETAIL,
            "policy_id = ppcmk_enterprise_policy.eu.id",
            ""
        )
    );
    workspace.write("main.tf", &default);
    workspace.apply().succeeds();
    emulator.clear_requests();
    workspace.write(
        "main.tf",
        default.replace(
            "policy_id = ppcmk_enterprise_policy.eu.id",
            "policy_id = upper(ppcmk_enterprise_policy.eu.id)",
        ),
    );
    workspace.plan().is_empty();
    assert_nothing_written(&emulator);
}

#[test]
fn another_environment_replaces_and_prevent_forbids_it() {
    let (emulator, workspace) = start();
    workspace.write("main.tf", one(""));
    workspace.apply().succeeds();
    emulator.clear_requests();
    let moved = |arguments: &str| one(arguments).replace(estate::RETAIL, estate::UAT);
    workspace.write("main.tf", moved(""));
    workspace.plan().run.fails().says("Replacement prevented");
    workspace.write("main.tf", one("deletion_policy = \"UNLINK\""));
    workspace
        .plan_with(&["-replace=ppcmk_environment_assignment.retail"])
        .plans(RETAIL, "delete/create");
    workspace.apply().succeeds();
    assert_nothing_written(&emulator);
    workspace.write("main.tf", moved("deletion_policy = \"UNLINK\""));
    let plan = workspace.plan();
    plan.plans(RETAIL, "delete/create");
    assert_eq!(plan.replace_paths(RETAIL), ["environment_id"]);
    workspace.apply().succeeds();
    assert_not_linked(&emulator, estate::RETAIL);
    assert_linked(&emulator, estate::UAT, "ep-eu");
    workspace.plan().is_empty();
}

#[test]
fn prevent_refuses_every_way_to_destroy_at_plan_time() {
    let (emulator, workspace) = start();
    workspace.write("main.tf", one(""));
    workspace.apply().succeeds();
    emulator.clear_requests();
    workspace
        .terraform(&["plan", "-destroy"])
        .fails()
        .says("Deletion prevented");
    workspace
        .destroy()
        .fails()
        .says("deletion_policy = \"UNLINK\"");
    workspace.write("main.tf", estate::POLICY);
    workspace.apply().fails().says("Deletion prevented");
    assert_nothing_written(&emulator);
    assert_linked(&emulator, estate::RETAIL, "ep-eu");
}

/// Terraform does not tell a provider at plan time that the user wants a replacement.
#[test]
fn prevent_refuses_a_replacement_that_the_user_asks_for() {
    let (emulator, workspace) = start();
    workspace.write("main.tf", one(""));
    workspace.apply().succeeds();
    emulator.clear_requests();
    workspace
        .apply_with(&["-replace=ppcmk_environment_assignment.retail"])
        .fails()
        .says("Deletion prevented");
    assert_nothing_written(&emulator);
    workspace.plan().is_empty();
}

#[test]
fn unlink_and_policy_go_in_one_destroy() {
    let (emulator, workspace) = start();
    workspace.write("main.tf", one("deletion_policy = \"UNLINK\""));
    workspace.apply().succeeds();
    workspace
        .destroy()
        .succeeds()
        .says("Environment leaves its key");
    assert_eq!(emulator.requests().count_unlinks(estate::RETAIL), 1);
    assert_not_linked(&emulator, estate::RETAIL);
    assert!(emulator.policy("ep-eu").is_none());
    assert!(workspace.state().addresses().is_empty());
}

#[test]
fn a_destroy_that_waits_for_acceptance_only_still_ends_well() {
    let (emulator, workspace) = start();
    workspace.write(
        "main.tf",
        one("deletion_policy = \"UNLINK\"\n  wait_for_on_destroy = \"accepted\""),
    );
    workspace.apply().succeeds();
    workspace
        .terraform(&[
            "destroy",
            "-auto-approve",
            "-target=ppcmk_environment_assignment.retail",
        ])
        .succeeds();
    assert_eq!(emulator.requests().count_unlinks(estate::RETAIL), 1);
    workspace.destroy().succeeds();
    assert!(emulator.policy("ep-eu").is_none());
}

#[test]
fn removing_only_the_assignments_unlinks_and_keeps_the_policy() {
    let (emulator, workspace) = start();
    let unlink = "deletion_policy = \"UNLINK\"";
    let uat = estate::assignment(
        "uat",
        estate::UAT,
        "policy_id = ppcmk_enterprise_policy.eu.id",
        unlink,
    );
    workspace.write("main.tf", format!("{}{uat}", one(unlink)));
    workspace.apply().succeeds();
    workspace.write("main.tf", estate::POLICY);
    workspace.apply().succeeds().says("2 destroyed");
    assert_not_linked(&emulator, estate::RETAIL);
    assert_not_linked(&emulator, estate::UAT);
    assert!(emulator.policy("ep-eu").is_some());
    workspace.plan().is_empty();
}

#[test]
fn abandon_forgets_the_link() {
    let (emulator, workspace) = start();
    workspace.write("main.tf", one("deletion_policy = \"ABANDON\""));
    workspace.apply().succeeds();
    emulator.clear_requests();
    workspace.write("main.tf", estate::POLICY);
    workspace.apply().succeeds();
    assert_nothing_written(&emulator);
    assert_linked(&emulator, estate::RETAIL, "ep-eu");
}

#[test]
fn the_provider_has_a_default_for_the_deletion_policy() {
    let (emulator, workspace) = start();
    let provider = |word: &str| {
        format!(
            "terraform {{\n  required_providers {{\n    ppcmk = {{ source = \"ppcmk/ppcmk\" }}\n  }}\n}}\nprovider \"ppcmk\" {{\n  default_deletion_policy = \"{word}\"\n}}\n"
        )
    };
    workspace.write("provider.tf", provider("UNLINK"));
    workspace.write("main.tf", one(""));
    workspace.apply().succeeds();
    assert_eq!(workspace.state().text(RETAIL, "deletion_policy"), "UNLINK");
    workspace.plan().is_empty();
    workspace.write("provider.tf", provider("ABANDON"));
    workspace.plan().plans(RETAIL, "update");
    workspace.apply().succeeds();
    workspace.write("main.tf", one("deletion_policy = \"PREVENT\""));
    workspace.apply().succeeds();
    workspace.destroy().fails();
    assert_linked(&emulator, estate::RETAIL, "ep-eu");
}

#[test]
fn an_existing_link_is_an_error_with_a_block_that_imports_it() {
    let (emulator, workspace) = start();
    workspace.write("main.tf", estate::POLICY);
    workspace.apply().succeeds();
    emulator.link_elsewhere(estate::RETAIL, "ep-eu");
    emulator.clear_requests();
    workspace.write("main.tf", one(""));
    let run = workspace.apply();
    run.fails().says("Environment already linked");
    workspace.write("import.tf", import_block_of(&run, "retail"));
    workspace.apply().succeeds().says("1 imported");
    workspace.plan().is_empty();
    assert_nothing_written(&emulator);
}

#[test]
fn an_existing_link_is_adopted_when_asked() {
    let (emulator, workspace) = start();
    workspace.write("main.tf", estate::POLICY);
    workspace.apply().succeeds();
    emulator.link_elsewhere(estate::RETAIL, "ep-eu");
    emulator.clear_requests();
    workspace.write("main.tf", one("adopt_existing = true"));
    workspace.apply().succeeds();
    workspace.plan().is_empty();
    assert_nothing_written(&emulator);
}

#[test]
fn an_environment_under_another_policy_is_not_taken_away() {
    let (emulator, workspace) = start();
    workspace.write(
        "main.tf",
        format!("{}{}", estate::POLICY, estate::SECOND_POLICY),
    );
    workspace.apply().succeeds();
    emulator.link_elsewhere(estate::RETAIL, "ep-two");
    emulator.clear_requests();
    workspace.write(
        "main.tf",
        of_two(
            "policy_id = ppcmk_enterprise_policy.eu.id",
            "adopt_existing = true",
        ),
    );
    let run = workspace.apply();
    run.fails()
        .says("Environment under another policy")
        .says("ep-two");
    assert_nothing_written(&emulator);
    workspace.write("import.tf", import_block_of(&run, "retail"));
    workspace.apply().succeeds();
    assert_eq!(emulator.requests().count_links(estate::RETAIL), 1);
    assert_linked(&emulator, estate::RETAIL, "ep-eu");
}

#[test]
fn environments_that_cannot_be_linked_fail_with_advice_and_leave_no_state() {
    let (emulator, workspace) = start();
    for (environment, summary) in [
        (estate::UNMANAGED, "Environment not managed"),
        (estate::TRIAL, "Environment type not supported"),
        (estate::UK, "Environment in another geo"),
        (
            "99999999-0000-0000-0000-000000000001",
            "Environment not found",
        ),
    ] {
        workspace.write("main.tf", one("").replace(estate::RETAIL, environment));
        // The plan refuses them already; this is about what the apply says.
        workspace.write("provider.tf", UNCHECKED);
        workspace.apply().fails().says(summary);
        assert!(!workspace.state().addresses().contains(&RETAIL.to_owned()));
    }
    assert!(emulator.operations(estate::UK).is_empty());
}

#[test]
fn the_key_has_to_be_granted_first() {
    let (_emulator, workspace) = start();
    let policy = estate::POLICY
        .split("resource \"ppcmk_key_access\"")
        .next()
        .unwrap();
    let retail = estate::retail("").replace("depends_on = [ppcmk_key_access.eu]", "");
    workspace.write("main.tf", format!("{policy}{retail}"));
    workspace
        .apply()
        .fails()
        .says("Key not usable")
        .says("ppcmk_key_access");
    workspace.write("main.tf", one(""));
    workspace.apply().succeeds();
    workspace.plan().is_empty();
}

#[test]
fn instances_and_targets_work() {
    let (emulator, workspace) = start();
    let all = format!(
        r#"{}
resource "ppcmk_environment_assignment" "all" {{
  for_each = {{ retail = "{}", uat = "{}" }}
  environment_id  = each.value
  policy_id       = ppcmk_enterprise_policy.eu.id
  deletion_policy = "UNLINK"
  depends_on      = [ppcmk_key_access.eu]
}}
"#,
        estate::POLICY,
        estate::RETAIL,
        estate::UAT
    );
    workspace.write("main.tf", &all);
    workspace
        .apply_with(&["-target=ppcmk_environment_assignment.all[\"uat\"]"])
        .succeeds();
    assert_linked(&emulator, estate::UAT, "ep-eu");
    assert_not_linked(&emulator, estate::RETAIL);
    workspace.apply().succeeds().says("1 added");
    workspace.plan().is_empty();
    workspace.write(
        "main.tf",
        all.replace(&format!("uat = \"{}\"", estate::UAT), ""),
    );
    workspace.apply().succeeds().says("1 destroyed");
    assert_not_linked(&emulator, estate::UAT);
    assert_linked(&emulator, estate::RETAIL, "ep-eu");
    assert_eq!(emulator.requests().count_links(estate::RETAIL), 1);
}

#[test]
fn ignore_changes_keeps_the_policy_that_is_linked() {
    let (emulator, workspace) = start();
    workspace.write("main.tf", format!("{}{}", one(""), estate::SECOND_POLICY));
    workspace.apply().succeeds();
    emulator.clear_requests();
    let other = estate::assignment(
        "retail",
        estate::RETAIL,
        "policy_id = ppcmk_enterprise_policy.two.id",
        "lifecycle {\n    ignore_changes = [policy_id]\n  }",
    );
    workspace.write(
        "main.tf",
        format!("{}{}{other}", estate::POLICY, estate::SECOND_POLICY),
    );
    workspace.plan().is_empty();
    assert_nothing_written(&emulator);
}

#[test]
fn unknown_arguments_are_planned_and_applied() {
    let (emulator, workspace) = start();
    workspace.write(
        "main.tf",
        format!(
            r#"
resource "terraform_data" "later" {{
  input = {{
    environment = "{}", wait_for = "linked", deletion = "UNLINK", adopt = true, name = "ep-eu"
    location = "europe", key = "cmk", mode = "rbac", create = "30m", tags = {{ a = "b" }}
  }}
}}
locals {{ later = terraform_data.later.output }}
resource "ppcmk_enterprise_policy" "eu" {{
  name                = local.later.name
  resource_group_name = "rg-cmk"
  location            = local.later.location
  key_vault_id        = "{}"
  key_name            = local.later.key
  tags                = local.later.tags
}}
resource "ppcmk_key_access" "eu" {{
  policy_id    = ppcmk_enterprise_policy.eu.id
  key_vault_id = ppcmk_enterprise_policy.eu.key_vault_id
  key_name     = local.later.key
  mode         = local.later.mode
}}
resource "ppcmk_environment_assignment" "retail" {{
  environment_id  = local.later.environment
  policy_id       = ppcmk_enterprise_policy.eu.id
  wait_for        = local.later.wait_for
  deletion_policy = local.later.deletion
  adopt_existing  = local.later.adopt
  depends_on      = [ppcmk_key_access.eu]
  timeouts {{
    create = local.later.create
  }}
}}
"#,
            estate::RETAIL,
            estate::VAULT
        ),
    );
    workspace.plan().plans(RETAIL, "create");
    workspace.apply().succeeds();
    assert_linked(&emulator, estate::RETAIL, "ep-eu");
    workspace.plan().is_empty();
    workspace.destroy().succeeds();
}

#[test]
fn a_saved_plan_is_applied() {
    let (emulator, workspace) = start();
    workspace.write("main.tf", one(""));
    workspace.plan().plans(RETAIL, "create");
    workspace.terraform(&["apply", "test.tfplan"]).succeeds();
    assert_eq!(emulator.requests().count_links(estate::RETAIL), 1);
    workspace.plan().is_empty();
}

#[test]
fn a_saved_plan_does_not_run_over_what_has_changed_since() {
    let (emulator, workspace) = start();
    workspace.write(
        "main.tf",
        format!("{}{}", estate::POLICY, estate::SECOND_POLICY),
    );
    workspace.apply().succeeds();
    workspace.write(
        "main.tf",
        of_two("policy_id = ppcmk_enterprise_policy.eu.id", ""),
    );
    workspace.plan().plans(RETAIL, "create");
    emulator.link_elsewhere(estate::RETAIL, "ep-two");
    emulator.clear_requests();
    workspace
        .terraform(&["apply", "test.tfplan"])
        .fails()
        .says("Environment under another policy");

    emulator.unlink_behind_the_back(estate::RETAIL);
    workspace.write(
        "main.tf",
        of_two(
            "policy_id = ppcmk_enterprise_policy.eu.id",
            "wait_for = \"encrypted\"",
        ),
    );
    workspace.apply().succeeds();
    workspace.write(
        "main.tf",
        of_two(
            "policy_id = ppcmk_enterprise_policy.eu.id",
            "wait_for = \"linked\"",
        ),
    );
    workspace.plan().plans(RETAIL, "update");
    emulator.unlink_behind_the_back(estate::RETAIL);
    emulator.clear_requests();
    workspace
        .terraform(&["apply", "test.tfplan"])
        .fails()
        .says("Link changed meanwhile");
    assert_nothing_written(&emulator);
    // The state still has it, and the next plan says what there is to do.
    workspace.plan().plans(RETAIL, "create");
}

#[test]
fn destroying_what_is_unlinked_already_is_no_error() {
    let (emulator, workspace) = start();
    workspace.write(
        "main.tf",
        one("deletion_policy = \"UNLINK\"\n  wait_for = \"linked\""),
    );
    workspace.apply().succeeds();
    emulator.unlink_behind_the_back(estate::RETAIL);
    workspace
        .terraform(&["destroy", "-auto-approve", "-refresh=false"])
        .succeeds();
    assert_eq!(emulator.requests().count_unlinks(estate::RETAIL), 0);
}
