//! The rules on small configurations, one folder of them per rule.
//!
//! What is expected stands in the configurations as comments, under the text that it is about:
//!
//! ```text
//!   purge_protection_enabled = false
//! # ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error CMK201: purge protection is off
//! # in module.unit.azurerm_key_vault.cmk
//! ```
//!
//! `UPDATE_EXPECT=1 cargo test -p ppcmk-lint --test rules` writes the comments anew. The same
//! configurations are planned by a real `terraform` in the acceptance tests of the repository, where
//! the plan has to give the same answers.
//!
//! Of a folder with a rule's code only that rule counts; in `traps` all of them do, and each
//! configuration there looks wrong at a glance and is not. [`inputs`] has the rules that need more than
//! resources.

#![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod annotate;
mod answers;
mod case;
mod inputs;

use std::path::Path;

use ppcmk_coverage::{Level, rules};

use answers::Answers;
use case::Case;

#[test]
fn the_answers_are_those_in_the_comments() {
    let cases = case::all();
    assert!(cases.len() > 100, "{}", cases.len());
    let stale: Vec<String> = cases
        .iter()
        .flat_map(|case| {
            let annotated = annotate::annotate(case, &case.answers());
            case.differences(&annotated)
        })
        .collect();
    assert!(
        stale.is_empty(),
        "these expect something else; UPDATE_EXPECT=1 writes them anew:\n{}",
        stale.join("\n")
    );
}

/// The shape of the matrix, so that no comment can be updated away.
#[test]
fn each_kind_of_configuration_gives_what_its_name_says() {
    let mut wrong = Vec::new();
    for case in case::all() {
        let answers = case.answers();
        let fits = if case.code == "traps" {
            // Good to know is no mistake.
            let mut levels = answers.findings.iter().map(|one| one.level);
            levels.all(|level| level == Level::Note)
        } else {
            answers.fit(case.kind())
        };
        if !fits {
            wrong.push(format!("{case}: {answers}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn for_each_names_the_instances() {
    for case in case::all().iter().filter(|case| case.name == "for_each") {
        let instances = case.answers().instances();
        for key in ["one", "two"] {
            let is_named = instances.iter().any(|one| one.contains(key));
            assert!(is_named, "{case}: {instances:?}");
        }
    }
}

/// Calls of the configuration: once, for two keys, and not at all.
#[test]
fn a_module_around_it_changes_addresses_only() {
    let mut wrong = Vec::new();
    for case in case::all().iter().filter(|case| case.kind() == "fires") {
        // CMK114 counts, and two calls are one place to report. A call would need arguments.
        if case.code == "CMK114" || case.has_variables() {
            continue;
        }
        let alone = case.answers().instances();
        for (meta, keys) in [
            ("", &[""][..]),
            ("for_each = toset([\"a\", \"b\"])", &["[\"a\"]", "[\"b\"]"]),
            ("count = 0", &[]),
        ] {
            let root = format!("module \"unit\" {{\n  source = \"./unit\"\n  {meta}\n}}\n");
            let mut expected: Vec<String> = keys
                .iter()
                .flat_map(|key| {
                    alone
                        .iter()
                        .map(move |one| format!("module.unit{key}.{one}"))
                })
                .collect();
            expected.sort();
            let called = case
                .below(Path::new("unit"))
                .with("main.tf", &root)
                .answers();
            if called.instances() != expected {
                wrong.push(format!("{case} {meta}: {called}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn an_ignore_above_it_suppresses_it() {
    let mut wrong = Vec::new();
    for case in case::all().iter().filter(|case| case.kind() == "fires") {
        let places = case.answers().findings;
        let mut ignored = case.clone();
        let mut lines: Vec<_> = places.iter().filter_map(answers::place).collect();
        lines.sort();
        lines.dedup();
        for (file, line) in lines.into_iter().rev() {
            ignored = ignored.insert(
                &file,
                line,
                &format!("# ppcmk-lint: ignore {} reason=\"a test\"", case.code),
            );
        }
        let judged = ignored.judged();
        let codes = judged.findings.iter().map(|one| one.rule.code);
        let left: Vec<_> = codes
            .filter(|code| *code == case.code || code.starts_with("CMK9"))
            .collect();
        if !left.is_empty() || judged.suppressed.is_empty() {
            wrong.push(format!("{case}: {left:?} {:?}", judged.suppressed.len()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The first set of the register, without those that only a plan can answer and those about the
/// input itself.
#[test]
fn every_rule_of_the_first_set_has_its_configurations() {
    const BOLD: &[&str] = &[
        "CMK101", "CMK102", "CMK103", "CMK104", "CMK105", "CMK106", "CMK107", "CMK108", "CMK109",
        "CMK110", "CMK119", "CMK121", "CMK201", "CMK202", "CMK203", "CMK204", "CMK205", "CMK206",
        "CMK207", "CMK211", "CMK301", "CMK302", "CMK303", "CMK304", "CMK305", "CMK306", "CMK307",
        "CMK308", "CMK309",
    ];
    let cases = case::all();
    for code in BOLD {
        assert!(rules::find(code).is_some(), "{code}");
        let names: Vec<&str> = cases
            .iter()
            .filter(|case| case.code == *code)
            .map(|case| &*case.name)
            .collect();
        for name in ["count_zero", "fires", "for_each", "module", "silent"] {
            assert!(names.contains(&name), "{code} has no {name}: {names:?}");
        }
        // `lifecycle` takes no variables.
        assert!(names.contains(&"unknown") || *code == "CMK211", "{code}");
    }
}

impl Answers {
    /// The addresses that findings are about, sorted.
    fn instances(&self) -> Vec<String> {
        let all = self.findings.iter().flat_map(|one| one.instances.iter());
        let mut all: Vec<String> = all.map(ToString::to_string).collect();
        all.sort();
        all
    }
}

impl Case {
    fn answers(&self) -> Answers {
        answers::of(self)
    }

    fn judged(&self) -> ppcmk_lint::analysis::Analysis {
        answers::judged(self)
    }
}
