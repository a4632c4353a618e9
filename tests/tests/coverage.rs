//! `ppcmk_coverage`: what a user sees of who holds the key, with and without a tenant.

use ppcmk_emulator::Emulator;
use ppcmk_tests::{Run, Workspace, assert_nothing_written, estate, start};
use serde_json::Value;

/// Unified finance and operations, Production, managed, europe.
const UNIFIED: &str = "00000000-0000-0000-0000-000000000007";
/// Finance and operations of Lifecycle Services, Sandbox, managed, europe.
const LIFECYCLE_SERVICES: &str = "00000000-0000-0000-0000-000000000008";

const COMMERCE: &str = r#"
  commerce_scale_units = [
    { name = "csu-emea", region = "westeurope" },
    { name = "csu-apac", region = "southeastasia" },
  ]
  ecommerce = {
    region              = "westeurope"
    content_management  = true
    recommendations     = false
    ratings_and_reviews = { region = "unitedstates" }
  }
"#;

const IN_LIFECYCLE_SERVICES: &str = r#"
  finance_and_operations = {
    hosting                    = "lifecycle_services"
    region                     = "westeurope"
    power_platform_integration = true
    apps                       = ["finance", "commerce"]
    standalone_rcs             = false
  }
"#;

const IN_UNIFIED: &str = r#"
  finance_and_operations = {
    hosting        = "unified"
    apps           = ["finance"]
    standalone_rcs = false
  }
"#;

/// The data source with these arguments, and its result as outputs.
fn coverage(arguments: &str) -> String {
    format!(
        r#"
data "ppcmk_coverage" "it" {{
{arguments}
}}

output "status" {{
  value = data.ppcmk_coverage.it.status
}}

output "gaps" {{
  value = data.ppcmk_coverage.it.gaps
}}

output "workloads" {{
  value = data.ppcmk_coverage.it.workloads
}}
"#
    )
}

/// The policy `eu` with this environment under it, encrypted when apply ends.
fn under_policy(environment: &str) -> String {
    let policy = "policy_id = ppcmk_enterprise_policy.eu.id";
    let assignment = estate::assignment("it", environment, policy, "wait_for = \"encrypted\"");
    format!("{}{assignment}", estate::POLICY)
}

/// The workspace with this environment under a policy and the result of these arguments.
fn linked(environment: &str, arguments: &str) -> (Emulator, Workspace, Run) {
    let (emulator, workspace) = start();
    workspace.write("policy.tf", under_policy(environment));
    let arguments = format!(
        "  environment_id = \"{environment}\"\n{arguments}\n  depends_on = \
         [ppcmk_environment_assignment.it]\n"
    );
    workspace.write("main.tf", coverage(&arguments));
    let run = workspace.apply();
    run.succeeds();
    (emulator, workspace, run)
}

fn outputs(workspace: &Workspace) -> Value {
    workspace.terraform(&["output", "-json"]).succeeds().json()
}

/// Rows of an output as `id instance key_control geo code`, those with this beginning.
fn rows(outputs: &Value, output: &str, beginning: &str) -> Vec<String> {
    let text = |row: &Value, name: &str| row[name].as_str().unwrap_or("-").to_owned();
    let rows = outputs[output]["value"].as_array().expect("it is a list");
    rows.iter()
        .filter(|row| text(row, "id").starts_with(beginning))
        .map(|row| {
            ["id", "instance", "key_control", "geo", "code"]
                .map(|name| text(row, name))
                .join(" ")
        })
        .collect()
}

#[test]
fn computes_offline_from_what_is_declared() {
    for environment in [
        String::new(),
        format!("  environment_id = \"{UNIFIED}\"\n  live = false\n"),
    ] {
        let workspace = Workspace::offline();
        let arguments = format!("{environment}{IN_LIFECYCLE_SERVICES}{COMMERCE}");
        workspace.write("main.tf", coverage(&arguments));
        workspace
            .apply()
            .succeeds()
            .does_not_say("Unknown region")
            .does_not_say("contradicts");
        let outputs = outputs(&workspace);
        // Nobody says whether the environment is under a key.
        assert_eq!(outputs["status"]["value"], "unknown");
        assert_eq!(
            rows(&outputs, "gaps", "d365-commerce-"),
            [
                "d365-commerce-hq - unknown europe -",
                "d365-commerce-ecommerce-cms - not_covered europe CMK304",
                "d365-commerce-csu csu-emea unknown europe -",
                "d365-commerce-csu csu-apac not_covered asia CMK301",
                "d365-commerce-ecommerce - unknown europe -",
                "d365-commerce-ratings-reviews - not_covered unitedstates CMK303",
            ]
        );
        workspace.plan().is_empty();
    }
}

#[test]
fn an_environment_without_policy_has_nothing_covered() {
    let (emulator, workspace) = start();
    let arguments = format!("  environment_id = \"{}\"\n", estate::RETAIL);
    workspace.write("main.tf", coverage(&arguments));
    // It is known when Terraform plans.
    let plan = workspace.plan();
    plan.has_changes();
    let status = &plan.json["planned_values"]["outputs"]["status"]["value"];
    assert_eq!(status, "none");
    workspace.apply().succeeds();
    let outputs = outputs(&workspace);
    assert_eq!(
        rows(&outputs, "gaps", "dataverse-database"),
        ["dataverse-database - not_covered europe CMK101"]
    );
    assert_nothing_written(&emulator);
}

#[test]
fn a_retailer_sees_what_the_key_does_not_reach() {
    let arguments = format!("{IN_LIFECYCLE_SERVICES}{COMMERCE}");
    let (_emulator, workspace, run) = linked(LIFECYCLE_SERVICES, &arguments);
    run.does_not_say("contradicts");
    let outputs = outputs(&workspace);
    assert_eq!(outputs["status"]["value"], "partial");
    assert_eq!(
        rows(&outputs, "gaps", ""),
        [
            "d365-commerce-ecommerce-cms - not_covered europe CMK304",
            "d365-commerce-csu csu-apac not_covered asia CMK301",
            "d365-commerce-ratings-reviews - not_covered unitedstates CMK303",
            "lcs-metadata - not_covered - -",
        ]
    );
    assert_eq!(
        rows(&outputs, "workloads", "d365-commerce-csu"),
        [
            "d365-commerce-csu csu-emea covered europe -",
            "d365-commerce-csu csu-apac not_covered asia CMK301",
        ]
    );
    let all = outputs["workloads"]["value"].as_array().expect("a list");
    assert!(all.iter().all(|row| row["reason"].is_string()));
    let flows = all.iter().find(|row| row["id"] == "flow-preexisting");
    let flows = flows.expect("flows are listed");
    assert_eq!(flows["key_control"], "conditional");
    assert_eq!(flows["part"], "conditional");
    assert!(
        flows["source"]
            .as_str()
            .is_some_and(|url| url.starts_with("https://learn.microsoft.com/power-automate"))
    );
    workspace.plan().is_empty();
}

#[test]
fn full_coverage_passes_checks_preconditions_and_tests() {
    let (_emulator, workspace, _) = linked(UNIFIED, IN_UNIFIED);
    assert_eq!(outputs(&workspace)["status"]["value"], "full");
    assert_eq!(rows(&outputs(&workspace), "gaps", ""), [] as [&str; 0]);
    workspace.write("uses.tf", uses("full"));
    workspace
        .apply()
        .succeeds()
        .does_not_say("Check block assertion failed");

    workspace.write("uses.tf", uses("partial"));
    workspace
        .apply()
        .fails()
        .says("Check block assertion failed")
        .says("Resource precondition failed")
        .says("The status is full.");
}

/// A check block and a precondition that want this status.
fn uses(status: &str) -> String {
    let condition = format!(
        "condition     = data.ppcmk_coverage.it.status == \"{status}\"\n      error_message = \"The \
         status is ${{data.ppcmk_coverage.it.status}}.\""
    );
    format!(
        r#"
check "status" {{
  assert {{
      {condition}
  }}
}}

resource "terraform_data" "ready" {{
  lifecycle {{
    precondition {{
      {condition}
    }}
  }}
}}
"#
    )
}

#[test]
fn terraform_test_can_ask_offline() {
    let workspace = Workspace::offline();
    let arguments = format!("{IN_LIFECYCLE_SERVICES}{COMMERCE}");
    workspace.write("main.tf", coverage(&arguments));
    workspace.write(
        "retail.tftest.hcl",
        r#"
run "no_scale_unit_is_in_another_geo" {
  command = plan

  assert {
    condition     = !contains(output.gaps[*].code, "CMK301")
    error_message = "A scale unit is in another geo."
  }
}
"#,
    );
    workspace
        .terraform(&["test"])
        .fails()
        .says("A scale unit is in another geo.");
    workspace.write("main.tf", coverage(IN_LIFECYCLE_SERVICES));
    workspace.terraform(&["test"]).succeeds();
}

#[test]
fn what_contradicts_the_tenant_is_a_warning_and_not_covered() {
    let lifecycle_services = IN_LIFECYCLE_SERVICES.replace("westeurope", "eastus");
    let (_emulator, workspace, run) = linked(UNIFIED, &lifecycle_services);
    run.says("Declaration contradicts tenant")
        .says("- declared: `lifecycle_services`; the tenant shows: `unified`")
        .says("- declared: `eastus`; the tenant shows: the environment in `europe`");
    let outputs = outputs(&workspace);
    assert_eq!(
        rows(&outputs, "gaps", "fo-environment-resources"),
        ["fo-environment-resources - unknown unitedstates -"]
    );
    assert_eq!(outputs["status"]["value"], "unknown");

    // Finance and operations that nobody declared counts as well.
    let (_emulator, workspace, run) = linked(LIFECYCLE_SERVICES, "");
    run.says("- declared: no finance and operations; the tenant shows:");
    assert_eq!(
        rows(
            &self::outputs(&workspace),
            "workloads",
            "fo-environment-resources"
        ),
        ["fo-environment-resources - covered europe -"]
    );
}

#[test]
fn unknown_inputs_wait_for_apply() {
    let workspace = Workspace::offline();
    workspace.write(
        "main.tf",
        format!(
            "resource \"terraform_data\" \"region\" {{\n  input = \"westeurope\"\n}}\n{}",
            coverage(
                "  commerce_scale_units = [{ name = \"csu\", region = \
                 terraform_data.region.output }]\n"
            )
        ),
    );
    let plan = workspace.plan();
    plan.has_changes();
    let outputs = &plan.json["output_changes"];
    assert_eq!(outputs["status"]["after_unknown"], true);
    workspace.apply().succeeds();
}

#[test]
fn words_that_mean_nothing_are_refused_where_they_stand() {
    let workspace = Workspace::offline();
    workspace.write(
        "main.tf",
        coverage(
            "  environment_id = \"retail\"\n  finance_and_operations = {\n    hosting = \
             \"basement\"\n    apps    = [\"finance\", \"payroll\"]\n  }\n",
        ),
    );
    let run = workspace.validate();
    run.fails()
        .says("Invalid environment id")
        .says("The value \"basement\" is not one of \"unified\", \"lifecycle_services\"")
        .says("The value \"payroll\" is not one of \"finance\"");
    assert_eq!(run.errors(), 3);

    workspace.write(
        "main.tf",
        coverage("  commerce_scale_units = [{ name = \"csu\", region = \"moonbase\" }]\n"),
    );
    workspace
        .validate()
        .succeeds()
        .says("Unknown region")
        .says("\"moonbase\" is neither an Azure region nor a geo");
    workspace.apply().succeeds();
    assert_eq!(
        rows(&outputs(&workspace), "gaps", "d365-commerce-csu"),
        ["d365-commerce-csu csu unknown - -"]
    );
}

#[test]
fn an_environment_that_is_not_there_is_an_error() {
    let (_emulator, workspace) = start();
    workspace.write(
        "main.tf",
        coverage("  environment_id = \"00000000-0000-0000-0000-00000000ffff\"\n"),
    );
    workspace
        .plan()
        .run
        .fails()
        .says("Environment not found")
        .says("set live = false");
}

#[test]
fn the_example_shows_the_gaps_of_a_tenant_without_keys() {
    let (emulator, workspace) = start();
    let folder = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../examples/data-sources/ppcmk_coverage"
    );
    let example = std::fs::read_to_string(format!("{folder}/data-source.tf"));
    workspace.write(
        "main.tf",
        example.expect("the example is in the repository"),
    );
    workspace
        .apply()
        .succeeds()
        .says("Check block assertion failed")
        .says("- Commerce Scale Unit csu-apac: another geo:")
        .says("outside_of_europe = [ \"csu-apac\", ]");
    assert_nothing_written(&emulator);
}
