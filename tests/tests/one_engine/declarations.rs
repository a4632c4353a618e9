//! What is declared in `ppcmk_coverage`: the linter's findings are the provider's gaps.

use ppcmk_emulator::seed::DEFAULT_SEED;
use ppcmk_emulator::{Emulator, Seed};
use ppcmk_tests::Workspace;
use ppcmk_tests::estate::RETAIL;
use serde_json::{Value, json};

use super::doors::{findings, found, inventory, linted};

const IT: &str = "data.ppcmk_coverage.it";

const FINANCE: &str = r#"
  finance_and_operations = {
    hosting                    = "lifecycle_services"
    region                     = "westeurope"
    power_platform_integration = true
    apps                       = ["finance", "commerce"]
    standalone_rcs             = false
  }
"#;

/// Finance and operations that is not integrated.
fn apart() -> String {
    FINANCE.replace(
        "power_platform_integration = true",
        "power_platform_integration = false",
    )
}

/// Declared with these arguments, the provider has a gap of this code, and the linter a finding.
/// What the tenant shows stands in the inventory.
#[track_caller]
fn check_in(
    workspace: &Workspace,
    arguments: &str,
    tenant: Option<&str>,
    (code, address, level): (&str, &str, &str),
) {
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
    let tenant = tenant.map(|text| inventory(workspace, text));
    let expected = found(code, address, level);
    let sources = linted(Some(workspace.directory()), None, tenant.as_deref());
    let sources = findings(&sources);
    assert!(sources.contains(&expected), "HCL: {sources:#?}");
    let plan = findings(&linted(None, Some(&file), tenant.as_deref()));
    assert!(plan.contains(&expected), "plan JSON: {plan:#?}");
}

/// Without a tenant.
#[track_caller]
fn check(arguments: &str, code: &str, level: &str) {
    check_in(&Workspace::offline(), arguments, None, (code, IT, level));
}

/// The built-in tenant with a policy.
fn tenant() -> (Emulator, Workspace) {
    let mut seed: Value = serde_json::from_str(DEFAULT_SEED).unwrap();
    seed["policies"] = json!([{ "name": "ep-eu", "vault": "kv-cmk-eu" }]);
    let emulator = Emulator::builder()
        .seed(Seed::parse(&seed.to_string()).unwrap())
        .start()
        .unwrap();
    let workspace = Workspace::new(&emulator);
    (emulator, workspace)
}

/// The inventory's entry of the environment, and the arguments that declare about it.
fn about_retail(assigned: bool, arguments: &str) -> (String, String) {
    let inventory = format!(
        "environments:\n  - name: retail\n    id: {RETAIL}\n    location: europe\n    type: \
         Production\n    managed: true\n    dataverse: true\n    assigned: {assigned}\n"
    );
    let arguments = format!("  environment_id = \"{RETAIL}\"\n{arguments}");
    (inventory, arguments)
}

pub(crate) fn an_environment_without_a_policy() {
    let (_emulator, workspace) = tenant();
    let (inventory, arguments) = about_retail(false, FINANCE);
    // The finding is the environment's, whoever declares something about it.
    let expected = ("CMK101", "retail", "error");
    check_in(&workspace, &arguments, Some(&inventory), expected);
}

pub(crate) fn an_environment_under_a_policy_before_its_integration() {
    let (emulator, workspace) = tenant();
    emulator.link_elsewhere(RETAIL, "ep-eu");
    let (inventory, arguments) = about_retail(true, &apart());
    let expected = ("CMK306", IT, "error");
    check_in(&workspace, &arguments, Some(&inventory), expected);
}

pub(crate) fn workloads_in_other_geos() {
    let scale_unit = "  commerce_scale_units = [{ name = \"apac\", region = \"southeastasia\" }]";
    check(&format!("{FINANCE}{scale_unit}"), "CMK301", "error");
    let shop = "  ecommerce = {\n    region = \"eastus\"\n  }";
    check(&format!("{FINANCE}{shop}"), "CMK302", "error");
    let ratings = "  ecommerce = {\n    region = \"westeurope\"\n    ratings_and_reviews = { region \
                   = \"eastus\" }\n  }";
    check(&format!("{FINANCE}{ratings}"), "CMK303", "error");
}

pub(crate) fn workloads_that_no_key_reaches() {
    let content =
        "  ecommerce = {\n    region = \"westeurope\"\n    content_management = true\n  }";
    check(&format!("{FINANCE}{content}"), "CMK304", "warning");
    check(&apart(), "CMK305", "error");
    let machines = FINANCE.replace("lifecycle_services", "cloud_hosted");
    check(&machines, "CMK307", "error");
    let rcs = FINANCE.replace(
        "standalone_rcs             = false",
        "standalone_rcs = true",
    );
    check(&rcs, "CMK308", "warning");
    let planning = FINANCE.replace("\"commerce\"", "\"demand_planning\"");
    check(&planning, "CMK309", "warning");
}
