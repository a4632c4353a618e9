//! Adapters and rules on configurations.

use std::path::Path;

use ppcmk_coverage::estate::{Date, Estate};
use ppcmk_coverage::rules;

use super::{Settings, estate};
use crate::source::Memory;
use crate::source::hcl;

fn estate_of(source: &str) -> Estate {
    let tree = Memory::default().with("main.tf", source);
    let reading = hcl::read(&tree, Path::new(""), &hcl::Options::default()).unwrap();
    assert_eq!(reading.problems, [], "{source}");
    let settings = Settings {
        // 2026-01-01
        today: Some(Date::from_unix_days(20_454)),
        ..Settings::default()
    };
    estate(&reading, &settings)
}

/// Findings of one rule, as `line: address: message`, and what it could not decide.
fn answers(code: &str, source: &str) -> (Vec<String>, Vec<String>) {
    let rule = rules::find(code).unwrap();
    let (findings, undecided) = rules::check(&estate_of(source), [rule]);
    let findings = findings
        .iter()
        .map(|finding| {
            let line = finding.location.as_ref().map_or(0, |at| at.start.line);
            format!("{line}: {}: {}", finding.address, finding.message)
        })
        .collect();
    let undecided = undecided
        .iter()
        .map(|one| format!("{}: {}", one.address, one.unknown.reason))
        .collect();
    (findings, undecided)
}

/// Rules about what a plan changes; a configuration alone does not tell.
const ABOUT_CHANGES: [&str; 3] = ["CMK112", "CMK120", "CMK210"];

#[test]
fn every_rule_fires_on_its_example_and_is_silent_after_the_fix() {
    let mut wrong = Vec::new();
    for rule in rules::all() {
        let examples = [rule.example.before, rule.example.after];
        if rule.check.is_none()
            || ABOUT_CHANGES.contains(&rule.code)
            || examples.iter().any(|text| text.starts_with("# yaml"))
        {
            continue;
        }
        let (before, _) = answers(rule.code, rule.example.before);
        let (after, undecided) = answers(rule.code, rule.example.after);
        if before.is_empty() || !after.is_empty() {
            wrong.push(format!(
                "{}: before {before:?}\n  after {after:?}\n  undecided {undecided:?} {:?}",
                rule.code,
                answers(rule.code, rule.example.before).1
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
