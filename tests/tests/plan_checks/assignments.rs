//! What a plan says about an assignment that it makes.

use ppcmk_emulator::{Change, Emulator};
use ppcmk_tests::estate::{RETAIL, TRIAL, UAT, UK, UNMANAGED, policy_id};
use ppcmk_tests::{Workspace, assert_nothing_written, estate};
use serde_json::json;

use super::tenant::{
    APPS, DEFAULT, MANAGED_DEFAULT, assignment, seed, start, start_with, warnings,
};

const INCOMPLETE: &str = "Plan-time checks incomplete";
const OFFLINE: &str = "Environment goes offline";

#[test]
fn each_check_fires_with_its_code_at_its_argument() {
    let (emulator, workspace) = start();
    for (environment, policy, code, summary, line) in [
        (
            UK,
            "ep-eu",
            "CMK102 (policy-in-other-geo)",
            "Policy in other geo",
            "4: policy_id",
        ),
        (
            RETAIL,
            "ep-uk",
            "CMK102",
            "Policy in other geo",
            "4: policy_id",
        ),
        (
            UNMANAGED,
            "ep-eu",
            "CMK103",
            "Unmanaged environment",
            "3: environment_id",
        ),
        (
            TRIAL,
            "ep-eu",
            "CMK104",
            "Unsupported environment type",
            "3: environment_id",
        ),
        (
            APPS,
            "ep-eu",
            "CMK105",
            "Environment without Dataverse",
            "3: environment_id",
        ),
        (
            RETAIL,
            "ep-net",
            "CMK109",
            "Policy not encryption",
            "4: policy_id",
        ),
    ] {
        workspace.write("main.tf", assignment(environment, policy, ""));
        let run = workspace.plan().run;
        run.fails()
            .says(&format!("Error: {summary}"))
            .says(code)
            .says(line)
            .says("https://")
            .does_not_say(INCOMPLETE)
            .does_not_say(OFFLINE);
        assert_eq!(run.errors(), 1, "{}", run.transcript());
    }
    assert_nothing_written(&emulator);
}

#[test]
fn all_that_is_wrong_is_said_at_once() {
    let (_emulator, workspace) = start();
    workspace.write("main.tf", assignment(DEFAULT, "ep-uk", ""));
    let run = workspace.plan().run;
    run.fails().says("CMK102").says("CMK103").says("CMK105");
    assert_eq!(run.errors(), 3, "{}", run.transcript());
    run.says("name CMK103 in skip_plan_checks");
}

#[test]
fn a_missing_right_is_a_warning_and_none_when_this_run_grants_it() {
    let (_emulator, workspace) = start();
    for policy in ["ep-bare", "ep-ap-bare"] {
        workspace.write("main.tf", assignment(RETAIL, policy, ""));
        workspace
            .plan()
            .has_changes()
            .run
            .says("Warning: Policy without key grant")
            .says("CMK107")
            .says("4: policy_id");
    }
    workspace.write(
        "access.tf",
        format!(
            "resource \"ppcmk_key_access\" \"a\" {{\n  policy_id = \"{}\"\n  key_vault_id = \
             \"{}\"\n}}\n",
            policy_id("ep-bare"),
            estate::VAULT
        ),
    );
    workspace.write(
        "main.tf",
        assignment(RETAIL, "ep-bare", "depends_on = [ppcmk_key_access.a]"),
    );
    let plan = workspace.plan();
    plan.has_changes().run.does_not_say("CMK107");
    workspace.remove("access.tf");
    for policy in ["ep-eu", "ep-ap"] {
        workspace.write("main.tf", assignment(RETAIL, policy, ""));
        let plan = workspace.plan();
        plan.has_changes().run.does_not_say("CMK").says(OFFLINE);
    }
}

#[test]
fn a_first_plan_of_policy_and_assignment_sees_another_geo() {
    let (emulator, workspace) = start();
    let estate = estate::RETAIL_UNDER_POLICY.replace("\"ep-eu\"", "\"ep-first\"");
    workspace.write("main.tf", estate.replace(RETAIL, UK));
    let run = workspace.plan().run;
    run.fails().says("Policy in other geo").says("CMK102");
    assert_eq!(run.errors(), 1, "{}", run.transcript());
    workspace.write("main.tf", &estate);
    let plan = workspace.plan();
    plan.has_changes()
        .run
        .does_not_say("CMK")
        .does_not_say(INCOMPLETE);
    let planned = plan.change("ppcmk_enterprise_policy.eu").unwrap();
    assert_eq!(planned["change"]["after"]["id"], policy_id("ep-first"));
    assert_nothing_written(&emulator);
    workspace.apply().succeeds();
    workspace.plan().is_empty();
    assert_eq!(emulator.requests().count_links(RETAIL), 1);
}

/// A policy of the same id is another policy: what depends on it has to follow.
#[test]
fn a_policy_that_replaces_its_own_id_keeps_the_id_unknown() {
    let (emulator, workspace) = start();
    let estate = estate::RETAIL_UNDER_POLICY.replace("\"ep-eu\"", "\"ep-first\"");
    workspace.write("main.tf", &estate);
    workspace.apply().succeeds();
    emulator.delete_policy("ep-first");
    let plan = workspace.plan();
    plan.plans("ppcmk_enterprise_policy.eu", "create")
        .plans("ppcmk_key_access.eu", "delete/create")
        .plans("ppcmk_environment_assignment.retail", "update");
    assert_eq!(
        plan.changed("ppcmk_environment_assignment.retail")
            .iter()
            .filter(|name| *name == "policy_id")
            .count(),
        1
    );
}

#[test]
fn what_is_not_there_is_an_error_at_plan() {
    let (_emulator, workspace) = start();
    let nowhere = "00000000-0000-0000-0000-0000000000ff";
    for (environment, policy, summary, line) in [
        (
            nowhere,
            "ep-eu",
            "Environment not found",
            "3: environment_id",
        ),
        (RETAIL, "ep-nowhere", "Policy not found", "4: policy_id"),
    ] {
        workspace.write("main.tf", assignment(environment, policy, ""));
        let run = workspace.plan().run;
        run.fails().says(&format!("Error: {summary}")).says(line);
        assert_eq!(run.errors(), 1, "{}", run.transcript());
    }
}

#[test]
fn a_policy_that_may_not_be_read_is_an_error_and_its_vault_is_not() {
    let mut seed = seed();
    seed["applications"][0]["azureRole"] = json!("none");
    let (_emulator, workspace) = start_with(&seed);
    workspace.write("main.tf", assignment(RETAIL, "ep-eu", ""));
    workspace
        .plan()
        .run
        .fails()
        .says("Error: Missing Azure role")
        .says("4: policy_id");
}

#[test]
fn links_that_exist_are_the_errors_of_the_apply() {
    let (emulator, workspace) = start();
    emulator.link_elsewhere(RETAIL, "ep-eu");
    workspace.write("main.tf", assignment(RETAIL, "ep-eu", ""));
    let run = workspace.plan().run;
    run.fails()
        .says("Environment already linked")
        .says("import {");
    workspace.write(
        "main.tf",
        assignment(RETAIL, "ep-eu", "adopt_existing = true"),
    );
    workspace.plan().has_changes().run.does_not_say(OFFLINE);
    workspace.write("main.tf", assignment(RETAIL, "ep-two", ""));
    let run = workspace.plan().run;
    run.fails()
        .says("Environment under another policy")
        .says("import {");
    assert_eq!(run.errors(), 1, "{}", run.transcript());
    assert_nothing_written(&emulator);
}

#[test]
fn an_active_operation_is_named() {
    let (emulator, workspace) = start();
    let id = emulator
        .change(Change::StartForeignOperation {
            environment: RETAIL.to_owned(),
            kind: "Backup".to_owned(),
            polls: None,
        })
        .unwrap()
        .unwrap();
    workspace.write("main.tf", assignment(RETAIL, "ep-eu", ""));
    workspace
        .plan()
        .has_changes()
        .run
        .says("Warning: Another operation is active")
        .says("Backup")
        .says(&id);
}

#[test]
fn what_the_service_forbids_is_refused_in_its_own_words() {
    let (_emulator, workspace) = start();
    workspace.write("main.tf", assignment(MANAGED_DEFAULT, "ep-eu", ""));
    workspace
        .plan()
        .run
        .fails()
        .says("Error: Operation not allowed")
        .says("NewCustomerManagedKey cannot be performed on environment of type Default.")
        .says("3: environment_id");
}

#[test]
fn what_goes_offline_is_named_once() {
    let (emulator, workspace) = start();
    let named = format!("Contoso Retail ({RETAIL})");
    let once = |run: &ppcmk_tests::Run, says: &str| {
        assert_eq!(warnings(run), 1, "{}", run.transcript());
        run.says(says).says(&named);
    };
    workspace.write("main.tf", assignment(RETAIL, "ep-eu", ""));
    once(&workspace.plan().has_changes().run, OFFLINE);
    workspace.apply().succeeds();
    emulator.advance(std::time::Duration::from_secs(3600));
    let plan = workspace.plan();
    assert_eq!(warnings(&plan.is_empty().run), 0);
    workspace.write("main.tf", assignment(RETAIL, "ep-two", ""));
    once(
        &workspace.plan().has_changes().run,
        "Swapping the key of the environment",
    );
    workspace.write(
        "main.tf",
        assignment(RETAIL, "ep-eu", "deletion_policy = \"UNLINK\""),
    );
    let run = workspace.apply();
    run.succeeds().does_not_say(OFFLINE);
    workspace.write("main.tf", "");
    once(
        &workspace.plan().has_changes().run,
        "Environment leaves its key",
    );
}

#[test]
fn a_managed_hsm_shows_no_rights() {
    let (_emulator, workspace) = start();
    workspace.write("main.tf", assignment(RETAIL, "ep-hsm", ""));
    workspace
        .plan()
        .has_changes()
        .run
        .says(INCOMPLETE)
        .says("1 plan-time check could not decide: CMK107")
        .says("local roles of a Managed HSM");
}

#[test]
fn a_policy_by_its_system_id_is_checked_as_far_as_that_tells() {
    let (emulator, workspace) = start();
    let system_id = emulator.policy("ep-uk").unwrap().system_id;
    let by_system_id = assignment(UAT, "ep-uk", "").replace(
        &format!("policy_id      = \"{}\"", policy_id("ep-uk")),
        &format!("policy_system_id = \"{system_id}\""),
    );
    workspace.write("main.tf", &by_system_id);
    workspace
        .plan()
        .run
        .fails()
        .says("CMK102")
        .says("4: policy_system_id");
    workspace.write("main.tf", by_system_id.replace(UAT, UK));
    let plan = workspace.plan();
    plan.has_changes().run.does_not_say("CMK");
}

#[test]
fn more_environments_than_the_quota_are_said_once() {
    let mut seed = seed();
    let environments: Vec<_> = (1..=30)
        .map(|number| {
            let linked: &[&str] = if number > 24 { &[] } else { &["ep-eu"] };
            json!({
                "id": format!("20000000-0000-0000-0000-{number:012}"),
                "displayName": format!("Store {number}"), "managed": true, "policies": linked,
            })
        })
        .collect();
    seed["environments"] = environments.into();
    let (_emulator, workspace) = start_with(&seed);
    let assign = |numbers: std::ops::RangeInclusive<u32>| {
        numbers.fold(String::new(), |text, number| {
            let id = format!("20000000-0000-0000-0000-{number:012}");
            text + &assignment(&id, "ep-eu", "").replace("\"a\"", &format!("\"n{number}\""))
        })
    };
    workspace.write("main.tf", assign(25..=30));
    let run = workspace.plan().has_changes().run.clone();
    run.says("Power Automate environment quota");
    assert_eq!(
        run.text().matches("CMK114").count(),
        1,
        "{}",
        run.transcript()
    );
    workspace.write("main.tf", assign(25..=25));
    let plan = workspace.plan();
    plan.has_changes().run.does_not_say("CMK114");
}

#[test]
fn what_could_not_be_read_is_undecided() {
    let (emulator, workspace) = start();
    refuse_roles(&emulator, &workspace);
}

fn refuse_roles(emulator: &Emulator, workspace: &Workspace) {
    let on = ppcmk_emulator::RequestMatch::new("GET", "*/roleAssignments");
    emulator.fault(ppcmk_emulator::Fault::status(on, 403).forever());
    workspace.write("main.tf", assignment(RETAIL, "ep-eu", ""));
    workspace
        .plan()
        .has_changes()
        .run
        .says("1 plan-time check could not decide: CMK107")
        .says("the roles at the key vault could not be read");
}
