//! Assignments and their policies: the linter's findings are the provider's diagnostics.

use std::collections::BTreeMap;

use ppcmk_tests::estate::{POLICY, RETAIL, TRIAL, UK, UNMANAGED, retail};
use ppcmk_tests::{Workspace, start};

use super::CASES;
use super::doors::{Found, findings, found, inventory, linted, planned, provider, unchecked_plan};

/// Managed, production, without Dataverse.
const APPS: &str = "00000000-0000-0000-0000-000000000006";
const ASSIGNMENT: &str = "ppcmk_environment_assignment.retail";
const EU: &str = "ppcmk_enterprise_policy.eu";

/// Without the rules that only one door can see.
fn only_of_both(found: Found) -> Found {
    let compared = |code: &str| CASES.iter().any(|case| case.codes.contains(&code));
    found
        .into_iter()
        .filter(|(code, _, _)| compared(code))
        .collect()
}

/// The three ways find the same.
#[track_caller]
fn check(configuration: &str, tenant: &str, expected: &[(&str, &str, &str)]) {
    let (_emulator, workspace) = start();
    workspace.write("main.tf", configuration);
    workspace.write("provider.tf", provider("enforce"));
    let file = inventory(&workspace, tenant);
    let expected: Found = expected
        .iter()
        .map(|(code, address, level)| found(code, address, level))
        .collect();
    assert_eq!(only_of_both(planned(&workspace)), expected, "provider");
    let sources = findings(&linted(Some(workspace.directory()), None, Some(&file)));
    assert_eq!(only_of_both(sources), expected, "HCL");
    let plan = unchecked_plan(&workspace);
    let plan = findings(&linted(None, Some(&plan), Some(&file)));
    assert_eq!(only_of_both(plan), expected, "plan JSON");
}

/// The assignment of an environment, and what the tenant shows of it.
#[track_caller]
fn check_environment(id: &str, facts: &[(&str, &str)], expected: &[(&str, &str, &str)]) {
    let mut all = BTreeMap::from([
        ("location", "europe"),
        ("type", "Production"),
        ("managed", "true"),
        ("dataverse", "true"),
    ]);
    all.extend(facts.iter().copied());
    let inventory = all.iter().fold(
        format!("environments:\n  - name: it\n    id: {id:?}\n"),
        |text, (name, value)| format!("{text}    {name}: {value}\n"),
    );
    let configuration = format!("{POLICY}{}", retail("").replace(RETAIL, id));
    check(&configuration, &inventory, expected);
}

pub(crate) fn an_environment_in_another_geo() {
    let expected = [("CMK102", ASSIGNMENT, "error")];
    check_environment(UK, &[("location", "unitedkingdom")], &expected);
}

pub(crate) fn an_environment_that_is_not_managed() {
    let expected = [("CMK103", ASSIGNMENT, "error")];
    check_environment(UNMANAGED, &[("managed", "false")], &expected);
}

pub(crate) fn an_environment_of_a_type_that_takes_no_key() {
    let expected = [("CMK104", ASSIGNMENT, "error")];
    check_environment(TRIAL, &[("type", "Trial")], &expected);
}

pub(crate) fn an_environment_without_dataverse() {
    let expected = [("CMK105", ASSIGNMENT, "error")];
    check_environment(APPS, &[("dataverse", "false")], &expected);
}

pub(crate) fn a_good_environment() {
    check_environment(RETAIL, &[], &[]);
}

pub(crate) fn a_policy_that_pins_its_key() {
    let pinned =
        "key_name            = \"cmk\"\n  key_version = \"0123456789abcdef0123456789abcdef\"";
    check(
        &POLICY.replace("key_name            = \"cmk\"", pinned),
        "environments: []\n",
        &[("CMK207", EU, "warning")],
    );
}

/// The policy without its grant exists, and an assignment is planned: the provider warns where it
/// reads the rights. To the linter the vault is somebody else's, and so may be the grant.
#[test]
fn a_missing_right_is_seen_where_each_door_looks() {
    let (_emulator, workspace) = start();
    let policy = POLICY
        .split("resource \"ppcmk_key_access\"")
        .next()
        .unwrap();
    workspace.write("main.tf", policy);
    workspace.apply().succeeds();
    workspace.write("main.tf", format!("{policy}{}", without_grant()));
    workspace.write("provider.tf", provider("enforce"));
    let said = planned(&workspace);
    let expected = Found::from([found("CMK107", ASSIGNMENT, "warning")]);
    assert_eq!(said, expected);
    assert_is_undecided(&workspace);
}

fn without_grant() -> String {
    retail("").replace("  depends_on = [ppcmk_key_access.eu]\n", "")
}

#[track_caller]
fn assert_is_undecided(workspace: &Workspace) {
    let sources = linted(Some(workspace.directory()), None, None);
    let plan = linted(None, Some(&unchecked_plan(workspace)), None);
    for (name, analysis) in [("HCL", sources), ("plan JSON", plan)] {
        let found = findings(&analysis);
        assert!(
            found.iter().all(|one| one.0 != "CMK107"),
            "{name}: {found:?}"
        );
        let mut undecided = analysis.undecided.iter();
        assert!(
            undecided.any(|one| one.rule.code == "CMK107" && &*one.address == EU),
            "{name}"
        );
    }
}
