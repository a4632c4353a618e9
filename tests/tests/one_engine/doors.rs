//! The ways to the rules: sources, the JSON of a plan, and the provider's plan.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use ppcmk_coverage::estate::Date;
use ppcmk_lint::analysis::Analysis;
use ppcmk_lint::config::Config;
use ppcmk_lint::run::{Input, Request, analyse};
use ppcmk_tests::Workspace;
use serde_json::Value;

/// Code, address and level of what was found.
pub(crate) type Found = BTreeSet<(String, String, String)>;

pub(crate) fn found(code: &str, address: &str, level: &str) -> (String, String, String) {
    (code.to_owned(), address.to_owned(), level.to_owned())
}

/// The requirement of our provider, and its block.
pub(crate) fn provider(plan_checks: &str) -> String {
    format!(
        "terraform {{\n  required_providers {{\n    ppcmk = {{ source = \"ppcmk/ppcmk\" }}\n  \
         }}\n}}\n\nprovider \"ppcmk\" {{\n  plan_checks = \"{plan_checks}\"\n}}\n"
    )
}

/// What the linter answers: about sources, or about a plan.
pub(crate) fn linted(
    directory: Option<PathBuf>,
    plan: Option<&Path>,
    inventory: Option<&Path>,
) -> Analysis {
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
    analyse(&request).unwrap()
}

/// What it finds.
pub(crate) fn findings(analysis: &Analysis) -> Found {
    let findings = analysis.findings.iter();
    findings
        .map(|finding| {
            let level = finding.level.as_str();
            found(finding.rule.code, &finding.address, level)
        })
        .collect()
}

/// What the provider says in a plan.
pub(crate) fn planned(workspace: &Workspace) -> Found {
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
pub(crate) fn unchecked_plan(workspace: &Workspace) -> PathBuf {
    workspace.write("provider.tf", provider("off"));
    let plan = workspace.plan();
    plan.has_changes();
    let file = workspace.output_directory().join("plan.json");
    std::fs::write(&file, plan.json.to_string()).unwrap();
    file
}

/// Writes an inventory beside the configuration.
pub(crate) fn inventory(workspace: &Workspace, text: &str) -> PathBuf {
    let file = workspace.output_directory().join("tenant.yaml");
    std::fs::write(&file, text).unwrap();
    file
}
