//! The provider block: credentials, unknown arguments, and when nothing may be asked at all.

#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot go on has failed, also in its helpers"
)]

use ppcmk_tests::{Fleet, Workspace, estate, start};

fn provider(arguments: &str) -> String {
    format!(
        "terraform {{\n  required_providers {{\n    ppcmk = {{ source = \"ppcmk/ppcmk\" }}\n  }}\n}}\nprovider \"ppcmk\" {{\n{arguments}\n}}\n"
    )
}

#[test]
fn validate_makes_no_request() {
    let (emulator, workspace) = start();
    workspace.write("main.tf", estate::RETAIL_UNDER_POLICY);
    workspace.validate().succeeds();
    assert!(emulator.requests().is_empty());
}

#[test]
fn validate_needs_no_variables() {
    let workspace = Workspace::offline();
    workspace.write("main.tf", estate::RETAIL_UNDER_POLICY);
    workspace.validate().succeeds();
}

#[test]
fn missing_credentials_are_named_with_the_ways_to_set_them() {
    let (emulator, workspace) = start();
    workspace.unset("ARM_CLIENT_SECRET");
    workspace.write("main.tf", estate::POLICY);
    let run = workspace.plan().run;
    run.fails().says("client_secret").says("ARM_CLIENT_SECRET");
    assert_eq!(run.errors(), 1, "{}", run.transcript());
    assert!(emulator.requests().is_empty());
}

#[test]
fn wrong_credentials_are_one_clear_error() {
    let (_emulator, workspace) = start();
    workspace.write("main.tf", estate::POLICY);
    workspace.apply().succeeds();
    workspace.set("ARM_CLIENT_SECRET", "not-the-secret");
    let run = workspace.plan().run;
    run.fails().says("secret").does_not_say("not-the-secret");
    assert!(run.errors() <= 2, "{}", run.transcript());
    // The state is as it was.
    assert_eq!(workspace.state().addresses().len(), 2);
}

#[test]
fn arguments_of_the_block_win_over_the_environment() {
    let (_emulator, workspace) = start();
    workspace.set("ARM_CLIENT_SECRET", "not-the-secret");
    workspace.set(
        "ARM_SUBSCRIPTION_ID",
        "99999999-2222-2222-2222-222222222222",
    );
    workspace.write(
        "provider.tf",
        provider(&format!(
            "client_secret = \"{}\"\nsubscription_id = \"{}\"",
            estate::SECRET,
            estate::SUBSCRIPTION
        )),
    );
    workspace.write("main.tf", estate::POLICY);
    workspace.apply().succeeds();
    workspace.plan().is_empty();
}

#[test]
fn an_unknown_argument_of_the_block_is_waited_for() {
    let (emulator, workspace) = start();
    workspace.write(
        "provider.tf",
        provider("  tenant_id = terraform_data.tenant.output\n"),
    );
    let tenant = format!(
        "resource \"terraform_data\" \"tenant\" {{\n  input = \"{}\"\n}}\n",
        estate::TENANT
    );
    workspace.write(
        "main.tf",
        format!("{tenant}{}", estate::RETAIL_UNDER_POLICY),
    );
    let plan = workspace.plan();
    plan.plans("ppcmk_environment_assignment.retail", "create");
    assert!(emulator.requests().is_empty());
    workspace.apply().succeeds();
    workspace.plan().is_empty();
}

#[test]
fn a_subscription_is_needed_somewhere() {
    let (_emulator, workspace) = start();
    workspace.unset("ARM_SUBSCRIPTION_ID");
    workspace.write("main.tf", estate::POLICY);
    workspace.plan().run.fails().says("Missing subscription");
}

/// Promise 8 of the design, at its full size: one list, and not a request for each of them.
#[test]
fn refreshing_a_thousand_assignments_takes_a_handful_of_requests() {
    const COUNT: usize = 1000;
    let Fleet {
        emulator,
        workspace,
    } = Fleet::new(COUNT);
    workspace.apply_with(&["-refresh-only"]).succeeds();
    let requests = emulator.requests().count();
    assert!(
        requests <= 12,
        "{requests} requests for {COUNT} assignments"
    );
    emulator.clear_requests();
    workspace.plan().is_empty();
    let requests = emulator.requests().count();
    assert!(
        requests <= 12,
        "{requests} requests for {COUNT} assignments"
    );
}
