//! The rules that depend on more than resources: on what may be read, on ignores, on a plan beside
//! the sources, on the configuration (`.ppcmk-lint.toml`). Each configuration goes through a whole
//! run.

use std::path::Path;

use ppcmk_lint::analysis::Analysis;
use ppcmk_lint::config::{Config, FILE_NAME};
use ppcmk_lint::run::{Request, analyse_reading};
use ppcmk_lint::source::{Reading, hcl, merge, plan};

use crate::annotate::annotate;
use crate::answers::{Answers, TODAY};
use crate::case::{self, Case};

/// The rules, and what each must have at least.
const RULES: &[(&str, &[&str])] = &[
    (
        "CMK401",
        &[
            "count_zero",
            "fires",
            "for_each",
            "module",
            "silent",
            "unknown",
        ],
    ),
    ("CMK901", &["fires", "silent"]),
    ("CMK902", &["fires", "silent"]),
    ("CMK903", &["fires", "silent"]),
    ("CMK904", &["fires", "silent"]),
    ("CMK905", &["fires", "silent"]),
];

/// The sources, joined by the plan if there is one.
fn read(case: &Case) -> Reading {
    let sources = hcl::read(&case.tree(), Path::new(""), &hcl::Options::default());
    let sources = sources.unwrap_or_else(|error| panic!("{case}: {error}"));
    match case.files.get(Path::new("plan.json")) {
        Some(text) => merge(
            plan::read_plan(text.as_bytes(), "plan.json").unwrap(),
            sources,
        ),
        None => sources,
    }
}

fn run(case: &Case) -> Analysis {
    let config = case
        .files
        .get(Path::new(FILE_NAME))
        .map_or_else(Config::default, |text| {
            Config::parse(FILE_NAME, text).unwrap_or_else(|errors| panic!("{case}: {errors:?}"))
        });
    let request = Request {
        directory: None,
        plan: None,
        state: None,
        inventory: None,
        variables: Vec::new(),
        workspace: None,
        config,
        baseline: None,
        today: TODAY,
    };
    analyse_reading(read(case), None, &request)
}

fn answers(case: &Case) -> Answers {
    let Analysis {
        mut findings,
        mut undecided,
        ..
    } = run(case);
    findings.retain(|one| one.rule.code == case.code);
    undecided.retain(|one| one.rule.code == case.code);
    Answers {
        findings,
        undecided,
    }
}

#[test]
fn the_answers_about_inputs_are_those_in_the_comments() {
    let stale: Vec<String> = case::inputs()
        .iter()
        .flat_map(|case| case.differences(&annotate(case, &answers(case))))
        .collect();
    assert!(
        stale.is_empty(),
        "these expect something else; UPDATE_EXPECT=1 writes them anew:\n{}",
        stale.join("\n")
    );
}

#[test]
fn each_kind_of_input_gives_what_its_name_says() {
    let cases = case::inputs();
    let wrong: Vec<String> = cases
        .iter()
        .filter(|case| !answers(case).fit(case.kind()))
        .map(|case| format!("{case}: {}", answers(case)))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_rule_about_inputs_has_its_configurations() {
    let cases = case::inputs();
    for (code, needed) in RULES {
        let has = |name: &&&str| {
            let mut cases = cases.iter();
            cases.any(|case| case.code == *code && case.name == **name)
        };
        let missing: Vec<_> = needed.iter().filter(|name| !has(name)).collect();
        assert!(missing.is_empty(), "{code} has no {missing:?}");
    }
    let known = |code: &str| RULES.iter().any(|(known, _)| *known == code);
    assert!(cases.iter().all(|case| known(&case.code)));
}

/// What an ignore does not suppress still counts, whatever is wrong with the ignore.
#[test]
fn an_ignore_that_does_not_hold_suppresses_nothing() {
    let cases = case::inputs();
    let broken = |case: &&Case| ["CMK903", "CMK905"].contains(&&*case.code);
    for case in cases.iter().filter(broken) {
        let is_off = case.files[Path::new("main.tf")].contains("protection_enabled   = false");
        let analysis = run(case);
        let is_found = analysis
            .findings
            .iter()
            .any(|one| one.rule.code == "CMK201");
        let holds = case.kind() == "silent";
        assert_eq!(is_found, is_off && !holds, "{case}");
        assert_eq!(!analysis.suppressed.is_empty(), is_off && holds, "{case}");
    }
}

/// The rest of a configuration is checked when a file of it does not parse.
#[test]
fn what_can_be_read_is_checked() {
    let cases = case::inputs();
    let broken = cases
        .iter()
        .find(|case| case.code == "CMK901" && case.name == "fires")
        .unwrap();
    let vault = broken.files[Path::new("main.tf")].replace("= true\n}", "= false\n}");
    let analysis = run(&broken.clone().with("main.tf", &vault));
    let codes: Vec<_> = analysis.findings.iter().map(|one| one.rule.code).collect();
    assert!(codes.contains(&"CMK201"), "{codes:?}");
    assert!(codes.contains(&"CMK901"), "{codes:?}");
}
