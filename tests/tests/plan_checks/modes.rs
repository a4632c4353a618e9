//! `plan_checks`, `skip_plan_checks`, and what is not known at plan.

use ppcmk_tests::estate::{RETAIL, UK, policy_id};

use super::tenant::{assignment, policy, provider, start};

const INCOMPLETE: &str = "Plan-time checks incomplete";

#[test]
fn a_refusal_can_be_a_warning_or_nobody_looks() {
    let (emulator, workspace) = start();
    workspace.write("main.tf", assignment(UK, "ep-eu", ""));
    workspace.write("provider.tf", provider("plan_checks = \"enforce\""));
    workspace
        .plan()
        .run
        .fails()
        .says("Error: Policy in other geo");
    workspace.write("provider.tf", provider("plan_checks = \"warn\""));
    workspace
        .plan()
        .has_changes()
        .run
        .says("Warning: Policy in other geo")
        .says("CMK102");
    emulator.clear_requests();
    workspace.write("provider.tf", provider("plan_checks = \"off\""));
    workspace
        .plan()
        .has_changes()
        .run
        .does_not_say("CMK102")
        .says("Environment goes offline");
    let requests = emulator.requests();
    assert!(requests.is_empty(), "{requests:#?}");
    workspace.write("provider.tf", provider("plan_checks = \"soft\""));
    workspace.validate().fails().says("8: plan_checks");
}

#[test]
fn a_rule_can_be_skipped_by_code_or_name_and_that_is_said() {
    let (_emulator, workspace) = start();
    workspace.write("main.tf", assignment(UK, "ep-eu", ""));
    for rules in [
        "[\"CMK102\"]",
        "[\"policy-in-other-geo\"]",
        "[\"cmk102\", \"CMK201\"]",
    ] {
        let argument = format!("skip_plan_checks = {rules}");
        workspace.write("provider.tf", provider(&argument));
        workspace.plan().has_changes().run.says(INCOMPLETE).says(
            "1 plan-time check was skipped (skip_plan_checks): CMK102 (policy-in-other-geo).",
        );
    }
    // Nothing here would have asked it.
    workspace.write("provider.tf", provider("skip_plan_checks = [\"CMK203\"]"));
    workspace.write("main.tf", assignment(RETAIL, "ep-eu", ""));
    let plan = workspace.plan();
    plan.has_changes().run.does_not_say(INCOMPLETE);
}

#[test]
fn a_rule_that_there_is_none_of_is_refused_with_a_suggestion() {
    let (emulator, workspace) = start();
    workspace.write("main.tf", assignment(RETAIL, "ep-eu", ""));
    for (rule, says) in [
        ("CMK1022", "Did you mean CMK102 (policy-in-other-geo)?"),
        ("policy-in-another-geo", "Did you mean CMK102"),
        ("geo", "`ppcmk-lint rules` lists them"),
    ] {
        let argument = format!("skip_plan_checks = [\"{rule}\"]");
        workspace.write("provider.tf", provider(&argument));
        workspace
            .validate()
            .fails()
            .says("Error: Unknown rule")
            .says("8: skip_plan_checks")
            .says(says);
    }
    assert!(emulator.requests().is_empty());
}

#[test]
fn unknown_values_are_quiet_and_ask_for_nothing() {
    let (emulator, workspace) = start();
    let unknown = "\nresource \"terraform_data\" \"later\" {\n  input = \"x\"\n}\n";
    let assignment = assignment(RETAIL, "ep-eu", "")
        .replace(&format!("\"{RETAIL}\""), "terraform_data.later.output")
        .replace(
            &format!("\"{}\"", policy_id("ep-eu")),
            "terraform_data.later.output",
        );
    let policy = policy("kv-cmk-eu", "cmk", "")
        .lines()
        .map(|line| match line.trim_start() {
            line if line.starts_with("key_vault_id") => {
                "  key_vault_id = terraform_data.later.output".to_owned()
            }
            line => line.to_owned(),
        })
        .collect::<Vec<_>>()
        .join("\n");
    workspace.write("main.tf", format!("{unknown}{assignment}{policy}"));
    let plan = workspace.plan();
    plan.has_changes()
        .run
        .does_not_say(INCOMPLETE)
        .does_not_say("CMK");
    let requests = emulator.requests();
    assert!(requests.is_empty(), "{requests:#?}");
    workspace.validate().succeeds();
    assert!(emulator.requests().is_empty());
}

#[test]
fn what_is_known_is_checked_although_the_rest_is_not() {
    let (_emulator, workspace) = start();
    let unknown = "\nresource \"terraform_data\" \"later\" {\n  input = \"x\"\n}\n";
    let assignment = assignment(super::tenant::APPS, "ep-eu", "").replace(
        &format!("\"{}\"", policy_id("ep-eu")),
        "terraform_data.later.output",
    );
    workspace.write("main.tf", format!("{assignment}{unknown}"));
    let run = workspace.plan().run;
    run.fails().says("CMK105").does_not_say(INCOMPLETE);
    assert_eq!(run.errors(), 1, "{}", run.transcript());
}
