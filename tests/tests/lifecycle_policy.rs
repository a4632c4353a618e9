//! The life of a `ppcmk_enterprise_policy`.

#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot go on has failed, also in its helpers"
)]

use ppcmk_tests::{assert_nothing_written, estate, start, writes};

const EU: &str = "ppcmk_enterprise_policy.eu";
const RETAIL: &str = "ppcmk_environment_assignment.retail";

/// Every argument that there is.
const FULL: &str = r#"
resource "ppcmk_enterprise_policy" "eu" {
  name                = "ep-eu"
  resource_group_name = "rg-cmk"
  subscription_id     = "22222222-2222-2222-2222-222222222222"
  location            = "europe"
  key_vault_id        = "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/rg-cmk/providers/Microsoft.KeyVault/vaults/kv-cmk-eu"
  key_name            = "cmk"
  tags                = { owner = "platform", "cost/center" = "4711" }
  timeouts {
    create = "10m"
    read   = "1m"
    update = "10m"
    delete = "10m"
  }
}
"#;

#[test]
fn minimal_configuration_creates_a_policy_and_shows_its_identity() {
    let (emulator, workspace) = start();
    workspace.write("main.tf", estate::POLICY);
    workspace.apply().succeeds();
    let state = workspace.state();
    let policy = emulator.policy("ep-eu").unwrap();
    assert_eq!(state.text(EU, "id"), policy.id);
    assert_eq!(state.text(EU, "system_id"), policy.system_id);
    assert_eq!(state.text(EU, "principal_id"), policy.principal_id);
    assert_eq!(state.text(EU, "tenant_id"), estate::TENANT);
    assert_eq!(state.text(EU, "subscription_id"), estate::SUBSCRIPTION);
    assert!(
        state.of(EU)["linked_environment_ids"]
            .as_array()
            .unwrap()
            .is_empty()
    );
    assert!(policy.key_usable);
    workspace.plan().is_empty();
    workspace.plan_with(&["-refresh=false"]).is_empty();
}

#[test]
fn full_configuration_is_stable() {
    let (emulator, workspace) = start();
    workspace.write("main.tf", FULL);
    workspace.apply().succeeds();
    let put = emulator
        .requests()
        .matching("PUT", "*/enterprisePolicies/ep-eu");
    assert_eq!(put.count(), 1);
    assert_eq!(
        put.all()[0].body.as_ref().unwrap()["tags"]["cost/center"],
        "4711"
    );
    workspace.plan().is_empty();
    workspace.plan_with(&["-refresh=false"]).is_empty();
}

#[test]
fn tags_change_in_place_and_can_be_left_out_again() {
    let (emulator, workspace) = start();
    workspace.write("main.tf", FULL);
    workspace.apply().succeeds();
    emulator.clear_requests();
    workspace.write("main.tf", FULL.replace("platform", "security"));
    workspace.plan().plans(EU, "update");
    workspace.apply().succeeds();
    assert_eq!(writes(&emulator).count(), 1);
    assert_eq!(workspace.state().of(EU)["tags"]["owner"], "security");

    let without = FULL
        .lines()
        .filter(|line| !line.contains("tags"))
        .collect::<Vec<_>>();
    workspace.write("main.tf", without.join("\n"));
    workspace.plan().plans(EU, "update");
    workspace.apply().succeeds();
    assert!(workspace.state().of(EU)["tags"].is_null());
    workspace.plan().is_empty();
}

#[test]
fn an_empty_map_of_tags_is_no_difference() {
    let (_emulator, workspace) = start();
    workspace.write(
        "main.tf",
        FULL.replace(r#"{ owner = "platform", "cost/center" = "4711" }"#, "{}"),
    );
    workspace.apply().succeeds();
    workspace.plan().is_empty();
}

#[test]
fn the_key_changes_in_place_while_nothing_is_linked() {
    let (emulator, workspace) = start();
    workspace.write("main.tf", FULL);
    workspace.apply().succeeds();
    let identity = workspace.state().text(EU, "principal_id").to_owned();
    emulator.clear_requests();
    workspace.write("main.tf", FULL.replace("\"cmk\"", "\"cmk-2\""));
    workspace.plan().plans(EU, "update");
    workspace.apply().succeeds();
    assert_eq!(writes(&emulator).matching("PUT", "*/ep-eu").count(), 1);
    assert_eq!(workspace.state().text(EU, "key_name"), "cmk-2");
    assert_eq!(workspace.state().text(EU, "principal_id"), identity);
    workspace.plan().is_empty();
}

#[test]
fn timeouts_alone_write_nothing() {
    let (emulator, workspace) = start();
    workspace.write("main.tf", FULL);
    workspace.apply().succeeds();
    emulator.clear_requests();
    workspace.write("main.tf", FULL.replace("10m", "20m"));
    workspace.apply().succeeds();
    assert_nothing_written(&emulator);
    workspace.plan().is_empty();
}

#[test]
fn name_group_and_location_replace() {
    let (emulator, workspace) = start();
    workspace.write("main.tf", FULL);
    workspace.apply().succeeds();
    emulator.clear_requests();
    for (before, after, path) in [
        ("\"ep-eu\"", "\"ep-other\"", "name"),
        ("\"rg-cmk\"", "\"rg-other\"", "resource_group_name"),
        ("\"europe\"", "\"uk\"", "location"),
        ("\"2222", "\"3222", "subscription_id"),
    ] {
        workspace.write("main.tf", FULL.replace(before, after));
        let plan = workspace.plan();
        plan.plans(EU, "delete/create");
        assert_eq!(plan.replace_paths(EU), [path]);
    }
    assert_nothing_written(&emulator);
}

#[test]
fn spelling_is_no_difference() {
    let (emulator, workspace) = start();
    workspace.write("main.tf", FULL);
    workspace.apply().succeeds();
    emulator.clear_requests();
    for (before, after) in [
        ("\"ep-eu\"", "\"EP-EU\""),
        ("\"rg-cmk\"", "\"RG-CMK\""),
        ("vaults/kv-cmk-eu", "vaults/KV-CMK-EU"),
        ("resourceGroups/rg-cmk", "resourcegroups/RG-cmk"),
        ("\"europe\"", "\"Europe\""),
        ("key_name            = \"cmk\"", "key_name = \"CMK\""),
    ] {
        workspace.write("main.tf", FULL.replace(before, after));
        workspace.plan().is_empty();
        workspace.apply().succeeds();
    }
    assert_nothing_written(&emulator);
}

#[test]
fn understands_the_environments_name_of_a_geo() {
    let (emulator, workspace) = start();
    let uk = FULL
        .replace("\"europe\"", "\"unitedkingdom\"")
        .replace("kv-cmk-eu", "kv-cmk-uk");
    workspace.write("main.tf", &uk);
    workspace.apply().succeeds();
    let put = emulator.requests().matching("PUT", "*/ep-eu");
    assert_eq!(put.all()[0].body.as_ref().unwrap()["location"], "uk");
    workspace.plan().is_empty();
    workspace.write("main.tf", uk.replace("\"unitedkingdom\"", "\"uk\""));
    workspace.plan().is_empty();
}

#[test]
fn an_existing_policy_is_not_overwritten_but_can_be_imported_as_said() {
    let (emulator, workspace) = start();
    workspace.write("main.tf", FULL);
    workspace.apply().succeeds();
    let other = ppcmk_tests::Workspace::new(&emulator);
    other.write("main.tf", FULL);
    emulator.clear_requests();
    let run = other.apply();
    run.fails().says("Policy already exists").says("import {");
    assert_nothing_written(&emulator);
    let block = run
        .text()
        .split("import {")
        .nth(1)
        .and_then(|rest| rest.split('}').next().map(str::to_owned))
        .unwrap()
        .replace(".<name>", ".eu")
        .replace(" id =", "\nid =");
    other.write("import.tf", format!("import {{\n{block}\n}}\n"));
    other.apply().succeeds().says("1 imported");
    other.plan().is_empty();
}

#[test]
fn destroy_removes_the_policy_and_is_content_when_it_is_gone() {
    let (emulator, workspace) = start();
    workspace.write("main.tf", FULL);
    workspace.apply().succeeds();
    workspace
        .destroy()
        .succeeds()
        .says("Key access ends with the policy");
    assert!(emulator.policy("ep-eu").is_none());
    workspace.apply().succeeds();
    emulator.delete_policy("ep-eu");
    workspace
        .terraform(&["destroy", "-auto-approve", "-refresh=false"])
        .succeeds();
    assert!(workspace.state().addresses().is_empty());
}

#[test]
fn nothing_of_a_linked_policy_can_change() {
    let (emulator, workspace) = start();
    workspace.write("main.tf", estate::RETAIL_UNDER_POLICY);
    workspace.apply().succeeds();
    emulator.clear_requests();
    let key = "key_name            = \"cmk\"";
    for (change, way_out) in [
        ("key_name = \"cmk-2\"", "create a second policy"),
        (
            "key_name = \"cmk\"\n  tags = { a = \"b\" }",
            "Tags can change only while no environment is linked",
        ),
        (
            "key_name = \"cmk\"\n  key_version = \"0123456789abcdef0123456789abcdef\"",
            "create a second policy",
        ),
    ] {
        workspace.write("main.tf", estate::RETAIL_UNDER_POLICY.replace(key, change));
        let run = workspace.plan().run;
        run.fails()
            .says("Linked policy cannot change")
            .says(way_out)
            .says("Contoso Retail (00000000-0000-0000-0000-000000000001)");
        assert_eq!(run.errors(), 1, "{}", run.transcript());
    }
    assert_nothing_written(&emulator);
}

#[test]
fn a_policy_that_others_use_cannot_be_deleted() {
    let (emulator, workspace) = start();
    workspace.write("main.tf", estate::POLICY);
    workspace.apply().succeeds();
    emulator.link_elsewhere(estate::UAT, "ep-eu");
    emulator.clear_requests();
    workspace
        .terraform(&["plan", "-destroy"])
        .fails()
        .says("Linked policy cannot be deleted")
        .says("Contoso UAT");
    workspace.destroy().fails();
    assert_nothing_written(&emulator);
    assert!(emulator.policy("ep-eu").is_some());
}

#[test]
fn a_replaced_policy_hands_its_environments_over_without_an_unlink() {
    let (emulator, workspace) = start();
    let estate = |name: &str, key: &str| {
        estate::RETAIL_UNDER_POLICY
            .replace("\"ep-eu\"", &format!("\"{name}\""))
            .replace(
                "key_name            = \"cmk\"",
                &format!(
                    "key_name = \"{key}\"\n  lifecycle {{\n    create_before_destroy = true\n  }}"
                ),
            )
    };
    workspace.write("main.tf", estate("ep-eu", "cmk"));
    workspace.apply().succeeds();
    workspace.write("main.tf", estate("ep-new", "cmk-2"));
    let plan = workspace.plan();
    plan.plans(EU, "create/delete").plans(RETAIL, "update");
    emulator.clear_requests();
    workspace.apply().succeeds();
    assert_eq!(emulator.requests().count_links(estate::RETAIL), 1);
    assert_eq!(emulator.requests().count_unlinks(estate::RETAIL), 0);
    assert!(emulator.policy("ep-eu").is_none());
    let (system_id, status) = emulator
        .environment(estate::RETAIL)
        .unwrap()
        .encryption
        .unwrap();
    assert_eq!(system_id, emulator.policy("ep-new").unwrap().system_id);
    assert_eq!(status, "Linked");
    workspace.plan().is_empty();
}

#[test]
fn guards_of_the_configuration_hold() {
    let (emulator, workspace) = start();
    let guarded = |key: &str, guard: &str| {
        estate::POLICY.replace(
            "key_name            = \"cmk\"",
            &format!("key_name = \"{key}\"\n  lifecycle {{\n    {guard}\n  }}"),
        )
    };
    workspace.write("main.tf", guarded("cmk", "prevent_destroy = true"));
    workspace.apply().succeeds();
    emulator.clear_requests();
    workspace
        .destroy()
        .fails()
        .says("lifecycle.prevent_destroy");
    workspace.write("main.tf", guarded("cmk-2", "ignore_changes = [key_name]"));
    workspace.plan().is_empty();
    assert_nothing_written(&emulator);
}

#[test]
fn each_and_count_make_policies_side_by_side() {
    let (emulator, workspace) = start();
    let policies = FULL
        .replace("resource \"ppcmk_enterprise_policy\" \"eu\" {", "resource \"ppcmk_enterprise_policy\" \"eu\" {\n  for_each = toset([\"a\", \"b\", \"c\"])")
        .replace("\"ep-eu\"", "\"ep-${each.key}\"");
    workspace.write("main.tf", policies);
    workspace.write(
        "more.tf",
        FULL.replace("\"eu\" {", "\"more\" {\n  count = 2")
            .replace("\"ep-eu\"", "\"ep-${count.index}\""),
    );
    workspace.apply().succeeds().says("5 added");
    workspace.plan().is_empty();
    workspace.destroy().succeeds().says("5 destroyed");
    assert!(emulator.policy("ep-a").is_none());
}
