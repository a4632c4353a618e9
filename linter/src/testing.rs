//! A hand-made analysis with one of everything, and places in texts.

mod rules;

use std::sync::Arc;

use ppcmk_coverage::assessment::{EnvironmentCoverage, KeyControl, Part, Status, WorkloadCoverage};
use ppcmk_coverage::estate::{Date, Location, Reason, Step, Unknown};
use ppcmk_coverage::rules::Rule;
use ppcmk_coverage::{Certainty, Finding, Geo, Level, Related, Undecided};

use crate::analysis::{Analysis, Suppressed, Suppressor};
use crate::source::{SourceFile, Sources};

pub(crate) use rules::{POLICY, PURGE, RETENTION, SCALE_UNIT};

pub(crate) const MAIN: &str = r#"resource "powerplatform_environment" "retail" {
  location = "europe"
}

data "ppcmk_coverage" "retail" {
  environment_id = powerplatform_environment.retail.id
  commerce_scale_units = [
    { name = "csu-emea", region = "westeurope" },
    { name = "csu-apac", region = var.apac },
  ]
}

module "vaults" {
  source = "./vaults"
}
"#;
pub(crate) const VAULTS: &str = "resource \"azurerm_key_vault\" \"cmk\" {\n  for_each = var.regions\n  # é moves columns, not lines\n  name = \"é${each.key}\"; purge_protection_enabled = false\n}\n";
pub(crate) const VARIABLES: &str = "apac = \"southeastasia\"\n";

pub(crate) const TODAY: Date = Date {
    year: 2026,
    month: 11,
    day: 25,
};

pub(crate) fn sources() -> Sources {
    let mut sources = Sources::default();
    sources.add("main.tf", MAIN);
    sources.add("vaults/main.tf", VAULTS);
    sources.add("prod.tfvars", VARIABLES);
    sources
}

/// The place of a piece of a file.
#[track_caller]
pub(crate) fn place(file: &SourceFile, piece: &str) -> Location {
    let start = file.text.find(piece).expect("the text has the piece");
    file.location(start..start + piece.len())
}

/// A finding without a place.
pub(crate) fn finding(rule: &'static Rule, address: &str, message: &str) -> Finding {
    let address: Arc<str> = address.into();
    Finding {
        rule,
        level: rule.level,
        certainty: Certainty::Definite,
        message: message.into(),
        help: rule.fix.into(),
        instances: vec![address.clone()],
        address,
        instance: None,
        environment: None,
        attribute: None,
        location: None,
        block: None,
        calls: Vec::new(),
        chain: Arc::default(),
        related: Vec::new(),
    }
}

pub(crate) fn undecided(rule: &'static Rule, address: &str, variable: &str) -> Undecided {
    Undecided {
        rule,
        address: address.into(),
        instance: None,
        unknown: Unknown::new(Reason::VariableWithoutValue(variable.into())),
        attribute: None,
        location: None,
        block: None,
        calls: Vec::new(),
    }
}

/// One of everything.
pub(crate) fn analysis() -> Analysis {
    let sources = sources();
    let at = |file: &str, piece: &str| place(sources.get(file).expect("it was added"), piece);
    let mut unknown = undecided(
        &POLICY,
        "ppcmk_environment_assignment.retail",
        "policy_location",
    );
    unknown.attribute = Some("policy_id".into());
    unknown.location = Some(at("main.tf", "\"europe\""));
    let mut analysis = Analysis {
        findings: vec![scale_unit(&at), purge(&at), retention()],
        suppressed: vec![Suppressed {
            finding: finding(
                &RETENTION,
                "azurerm_key_vault.old",
                "soft delete keeps keys for 7 days",
            ),
            by: Suppressor::Comment,
            reason: "replaced in the spring".into(),
            until: Some(Date {
                year: 2027,
                month: 3,
                day: 31,
            }),
            location: Some(at("vaults/main.tf", "# é moves columns, not lines")),
        }],
        undecided: vec![unknown],
        coverage: coverage(),
        notices: vec!["1 entry of the baseline matches nothing any more".into()],
        ..Analysis::default()
    };
    analysis.sources = sources;
    analysis.sort();
    analysis
}

fn scale_unit(at: &impl Fn(&str, &str) -> Location) -> Finding {
    let step = |label: &str, location| Step {
        label: label.into(),
        location: Some(location),
    };
    Finding {
        instance: Some("csu-apac".into()),
        environment: Some("powerplatform_environment.retail".into()),
        attribute: Some("commerce_scale_units[1].region".into()),
        location: Some(at("prod.tfvars", "\"southeastasia\"")),
        block: Some(at("main.tf", "data \"ppcmk_coverage\" \"retail\"")),
        chain: [
            step("var.apac", at("main.tf", "var.apac")),
            step("prod.tfvars", at("prod.tfvars", "apac")),
        ]
        .into(),
        related: vec![Related {
            address: "powerplatform_environment.retail".into(),
            label: "location `europe`".into(),
            location: Some(at("main.tf", "\"europe\"")),
        }],
        ..finding(
            &SCALE_UNIT,
            "data.ppcmk_coverage.retail",
            "scale unit `csu-apac` is in `asia`, finance and operations in `europe`",
        )
    }
}

fn purge(at: &impl Fn(&str, &str) -> Location) -> Finding {
    let addresses = ["emea", "apac"]
        .map(|key| Arc::from(format!("module.vaults.azurerm_key_vault.cmk[\"{key}\"]")));
    Finding {
        certainty: Certainty::Possible,
        instances: addresses.to_vec(),
        attribute: Some("purge_protection_enabled".into()),
        location: Some(at("vaults/main.tf", "purge_protection_enabled = false")),
        block: Some(at(
            "vaults/main.tf",
            "resource \"azurerm_key_vault\" \"cmk\"",
        )),
        calls: vec![Step {
            label: "module.vaults".into(),
            location: Some(at("main.tf", "module \"vaults\"")),
        }],
        related: vec![Related {
            address: "ppcmk_enterprise_policy.eu".into(),
            label: "this policy's key is in the vault".into(),
            location: None,
        }],
        ..finding(&PURGE, &addresses[0], "purge protection is off")
    }
}

fn retention() -> Finding {
    finding(
        &RETENTION,
        "azurerm_key_vault.planned",
        "soft delete keeps keys for 7 days",
    )
}

fn coverage() -> Vec<EnvironmentCoverage> {
    let geo = |name| Geo::from_any_name(name);
    let workload = |id, title, key_control, reason: &str| WorkloadCoverage {
        id,
        title,
        instance: None,
        part: Part::Core,
        key_control,
        geo: geo("europe"),
        reason: reason.into(),
        code: None,
        source: None,
    };
    vec![
        EnvironmentCoverage {
            environment: "powerplatform_environment.retail".into(),
            status: Status::Partial,
            geo: geo("europe"),
            workloads: vec![
                workload(
                    "dataverse-tables",
                    "Dataverse tables",
                    KeyControl::Covered,
                    "the environment is under a policy",
                ),
                workload(
                    "cloud-flows",
                    "Cloud flows",
                    KeyControl::Conditional,
                    "flows of four kinds do not migrate",
                ),
                WorkloadCoverage {
                    instance: Some("csu-apac".into()),
                    part: Part::Declared,
                    geo: geo("asia"),
                    code: Some("CMK301"),
                    source: Some(&SCALE_UNIT.sources[0]),
                    ..workload(
                        "d365-commerce-csu",
                        "Commerce Scale Unit",
                        KeyControl::NotCovered,
                        "it is outside of the geo of finance and operations",
                    )
                },
            ],
        },
        EnvironmentCoverage {
            environment: "powerplatform_environment.sandpit[\"<b>|`x`\"]".into(),
            status: Status::Unknown,
            geo: None,
            workloads: vec![WorkloadCoverage {
                geo: None,
                ..workload(
                    "dataverse-tables",
                    "Dataverse tables",
                    KeyControl::Unknown,
                    "variable `assigned` has no value",
                )
            }],
        },
    ]
}

/// As many findings, with texts that a format could trip over.
pub(crate) fn hostile(count: usize) -> Analysis {
    let text = "`</script>|\n\"'<!-- -->%,:]]>\u{202e}\u{1b}[31m\\";
    let findings = (0..count).map(|index| Finding {
        level: [Level::Error, Level::Warning, Level::Note][index % 3],
        instance: Some(text.into()),
        help: text.into(),
        ..finding(&PURGE, &format!("a.b[\"{text}{index}\"]"), text)
    });
    let mut analysis = Analysis {
        findings: findings.collect(),
        coverage: coverage(),
        ..Analysis::default()
    };
    analysis.coverage[0].environment = text.into();
    analysis.coverage[0].workloads[0].reason = text.into();
    analysis
}
