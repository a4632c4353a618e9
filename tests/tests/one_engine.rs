//! One engine behind both doors: for each rule that linter and provider can both see, the same
//! configuration goes through HCL, through the JSON of a plan, and through the provider's plan.
//!
//! What the tenant shows to the provider, an inventory tells the linter. Rules about resources of
//! other providers are not here, because no plan of them can be made offline; nor are those that
//! see a policy's rights, which the provider reads at the assignment, where they matter to a plan.

#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot go on has failed, also in its helpers"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use ppcmk_coverage::estate::Date;
use ppcmk_lint::config::Config;
use ppcmk_lint::run::{Input, Request, analyse};
use ppcmk_tests::estate::{POLICY, RETAIL, TRIAL, UK, UNMANAGED, retail};
use ppcmk_tests::{Workspace, start};
use serde_json::Value;

/// Managed, production, without Dataverse.
const APPS: &str = "00000000-0000-0000-0000-000000000006";
/// What both doors see of an assignment and its policy.
const BOTH_SEE: [&str; 5] = ["CMK102", "CMK103", "CMK104", "CMK105", "CMK207"];
const ASSIGNMENT: &str = "ppcmk_environment_assignment.retail";
const EU: &str = "ppcmk_enterprise_policy.eu";

/// Code, address and level of what was found.
type Found = BTreeSet<(String, String, String)>;

fn found(code: &str, address: &str, level: &str) -> (String, String, String) {
    (code.to_owned(), address.to_owned(), level.to_owned())
}

fn provider(plan_checks: &str) -> String {
    format!(
        "terraform {{\n  required_providers {{\n    ppcmk = {{ source = \"ppcmk/ppcmk\" }}\n  \
         }}\n}}\n\nprovider \"ppcmk\" {{\n  plan_checks = \"{plan_checks}\"\n}}\n"
    )
}

/// What the linter finds: in sources, or in a plan.
fn linted(directory: Option<PathBuf>, plan: Option<&Path>, inventory: Option<&Path>) -> Found {
    let request = Request {
        directory,
        plan: plan.map(|file| Input::File(file.to_owned())),
        state: None,
        inventory: inventory.map(Path::to_owned),
        variables: Vec::new(),
        workspace: None,
        config: Config::default(),
        baseline: None,
        today: Date {
            year: 2026,
            month: 1,
            day: 1,
        },
    };
    let analysis = analyse(&request).unwrap();
    analysis
        .findings
        .iter()
        .map(|finding| {
            let level = finding.level.as_str();
            found(finding.rule.code, &finding.address, level)
        })
        .collect()
}

fn only_of_both(found: Found) -> Found {
    found
        .into_iter()
        .filter(|(code, _, _)| BOTH_SEE.contains(&code.as_str()))
        .collect()
}

/// What the provider says in a plan.
fn planned(workspace: &Workspace) -> Found {
    let run = workspace.terraform(&["plan", "-input=false", "-json"]);
    let lines = run.stdout.lines().map(|line| {
        let line: Value = serde_json::from_str(line).unwrap();
        line["diagnostic"].clone()
    });
    lines
        .filter_map(|diagnostic| {
            let detail = diagnostic["detail"].as_str()?;
            let at = detail.rfind("\n\nCMK")? + 2;
            Some(found(
                &detail[at..at + 6],
                diagnostic["address"].as_str()?,
                diagnostic["severity"].as_str()?,
            ))
        })
        .collect()
}

/// Writes the JSON of a plan that nobody has checked.
fn unchecked_plan(workspace: &Workspace) -> PathBuf {
    workspace.write("provider.tf", provider("off"));
    let plan = workspace.plan();
    plan.has_changes();
    let file = workspace.output_directory().join("plan.json");
    std::fs::write(&file, plan.json.to_string()).unwrap();
    file
}

/// The three ways find the same.
#[track_caller]
fn check(configuration: &str, inventory: &str, expected: &[(&str, &str, &str)]) {
    let (_emulator, workspace) = start();
    workspace.write("main.tf", configuration);
    workspace.write("provider.tf", provider("enforce"));
    let file = workspace.output_directory().join("tenant.yaml");
    std::fs::write(&file, inventory).unwrap();
    let expected: Found = expected
        .iter()
        .map(|(code, address, level)| found(code, address, level))
        .collect();
    assert_eq!(only_of_both(planned(&workspace)), expected, "provider");
    let sources = linted(Some(workspace.directory()), None, Some(&file));
    assert_eq!(only_of_both(sources), expected, "HCL");
    let plan = linted(None, Some(&unchecked_plan(&workspace)), Some(&file));
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

#[test]
fn an_environment_in_another_geo() {
    let expected = [("CMK102", ASSIGNMENT, "error")];
    check_environment(UK, &[("location", "unitedkingdom")], &expected);
}

#[test]
fn an_environment_that_is_not_managed() {
    let expected = [("CMK103", ASSIGNMENT, "error")];
    check_environment(UNMANAGED, &[("managed", "false")], &expected);
}

#[test]
fn an_environment_of_a_type_that_takes_no_key() {
    let expected = [("CMK104", ASSIGNMENT, "error")];
    check_environment(TRIAL, &[("type", "Trial")], &expected);
}

#[test]
fn an_environment_without_dataverse() {
    let expected = [("CMK105", ASSIGNMENT, "error")];
    check_environment(APPS, &[("dataverse", "false")], &expected);
}

#[test]
fn a_good_environment() {
    check_environment(RETAIL, &[], &[]);
}

#[test]
fn a_policy_that_pins_its_key() {
    let pinned =
        "key_name            = \"cmk\"\n  key_version = \"0123456789abcdef0123456789abcdef\"";
    check(
        &POLICY.replace("key_name            = \"cmk\"", pinned),
        "environments: []\n",
        &[("CMK207", EU, "warning")],
    );
}

/// What is declared in `ppcmk_coverage`: the linter's findings are the provider's gaps.
#[track_caller]
fn check_declared(arguments: &str, code: &str, level: &str) {
    let workspace = Workspace::offline();
    workspace.write(
        "main.tf",
        format!(
            "data \"ppcmk_coverage\" \"it\" {{\n{arguments}\n}}\n\noutput \"gaps\" {{\n  value = \
             data.ppcmk_coverage.it.gaps\n}}\n"
        ),
    );
    let plan = workspace.plan();
    plan.has_changes();
    let gaps = plan.json["planned_values"]["outputs"]["gaps"]["value"].clone();
    let gaps = gaps.as_array().unwrap();
    assert!(
        gaps.iter().any(|gap| gap["code"] == code),
        "the provider has no gap {code}: {gaps:#?}"
    );
    let file = workspace.output_directory().join("plan.json");
    std::fs::write(&file, plan.json.to_string()).unwrap();
    let expected = found(code, "data.ppcmk_coverage.it", level);
    let sources = linted(Some(workspace.directory()), None, None);
    assert!(sources.contains(&expected), "HCL: {sources:#?}");
    let plan = linted(None, Some(&file), None);
    assert!(plan.contains(&expected), "plan JSON: {plan:#?}");
}

const FINANCE: &str = r#"
  finance_and_operations = {
    hosting                    = "lifecycle_services"
    region                     = "westeurope"
    power_platform_integration = true
    apps                       = ["finance", "commerce"]
    standalone_rcs             = false
  }
"#;

#[test]
fn workloads_in_other_geos() {
    let scale_unit = "  commerce_scale_units = [{ name = \"apac\", region = \"southeastasia\" }]";
    check_declared(&format!("{FINANCE}{scale_unit}"), "CMK301", "error");
    let shop = "  ecommerce = {\n    region = \"eastus\"\n  }";
    check_declared(&format!("{FINANCE}{shop}"), "CMK302", "error");
    let ratings = "  ecommerce = {\n    region = \"westeurope\"\n    ratings_and_reviews = { region \
                   = \"eastus\" }\n  }";
    check_declared(&format!("{FINANCE}{ratings}"), "CMK303", "error");
}

#[test]
fn workloads_that_no_key_reaches() {
    let content =
        "  ecommerce = {\n    region = \"westeurope\"\n    content_management = true\n  }";
    check_declared(&format!("{FINANCE}{content}"), "CMK304", "warning");
    let apart = FINANCE.replace(
        "power_platform_integration = true",
        "power_platform_integration = false",
    );
    check_declared(&apart, "CMK305", "error");
    let machines = FINANCE.replace("lifecycle_services", "cloud_hosted");
    check_declared(&machines, "CMK307", "error");
    let rcs = FINANCE.replace(
        "standalone_rcs             = false",
        "standalone_rcs = true",
    );
    check_declared(&rcs, "CMK308", "warning");
    let planning = FINANCE.replace("\"commerce\"", "\"demand_planning\"");
    check_declared(&planning, "CMK309", "warning");
}

/// What a package of the workspace depends on, without what only its tests need.
fn dependencies(package: &str) -> BTreeSet<String> {
    let output = Command::new(env!("CARGO"))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args([
            "metadata",
            "--format-version",
            "1",
            "--no-deps",
            "--offline",
        ])
        .output()
        .unwrap();
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let package = packages.iter().find(|one| one["name"] == package).unwrap();
    let dependencies = package["dependencies"].as_array().unwrap();
    dependencies
        .iter()
        .filter(|dependency| dependency["kind"].is_null())
        .map(|dependency| dependency["name"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn both_doors_open_on_the_same_crate_and_not_on_each_other() {
    let rules = "ppcmk-coverage";
    let doors = ["terraform-provider-ppcmk", "ppcmk-lint"];
    for door in doors {
        let dependencies = dependencies(door);
        assert!(dependencies.contains(rules), "{door}");
        assert!(
            doors.iter().all(|other| !dependencies.contains(*other)),
            "{door}"
        );
    }
    let own = dependencies(rules);
    assert!(doors.iter().all(|door| !own.contains(*door)), "{own:?}");
}
