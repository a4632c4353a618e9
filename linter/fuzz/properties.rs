//! What holds for any bytes: an answer or an error, with places that are in the text. Shared by the
//! fuzz targets and the bounded run of them in `tests/hostile.rs`.

use std::path::Path;

use ppcmk_coverage::estate::{Date, Location};
use ppcmk_coverage::{assessment, rules};
use ppcmk_lint::adapt::{Settings, estate};
use ppcmk_lint::analysis::Analysis;
use ppcmk_lint::config::Config;
use ppcmk_lint::judge::{Answers, judge};
use ppcmk_lint::source::inventory::{Inventory, read_inventory};
use ppcmk_lint::source::plan::{read_plan, read_state};
use ppcmk_lint::source::{InputError, Memory, Reading, Sources, hcl, merge};

const TODAY: Date = Date {
    year: 2026,
    month: 11,
    day: 25,
};

/// A configuration in Terraform's language.
pub(crate) fn hcl(bytes: &[u8]) {
    configuration_file("main.tf", bytes);
}

/// A configuration in JSON.
pub(crate) fn tf_json(bytes: &[u8]) {
    configuration_file("main.tf.json", bytes);
}

/// A plan, alone and with a configuration that may have made it.
pub(crate) fn plan(bytes: &[u8]) {
    match read_plan(bytes, "plan.json") {
        Ok(plan) => {
            check(merge(plan.clone(), sources(&chain())), None);
            check(plan, None);
        }
        Err(error) => says_something(&error),
    }
}

/// A state.
pub(crate) fn state(bytes: &[u8]) {
    match read_state(bytes, "state.json") {
        Ok(state) => check(state, None),
        Err(error) => says_something(&error),
    }
}

/// The configuration of the program.
pub(crate) fn configuration(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    match Config::parse(".ppcmk-lint.toml", &text) {
        Ok(config) => {
            let analysis = analyse(sources(&chain()), None, &config);
            let _ = analysis.findings.len();
        }
        Err(errors) => {
            assert!(!errors.is_empty(), "refused without a word");
            errors.iter().for_each(says_something);
        }
    }
}

/// An inventory, in each of its formats.
pub(crate) fn inventory(bytes: &[u8]) {
    for name in ["tenant.yaml", "tenant.json", "tenant.hcl"] {
        let mut reading = sources(&chain());
        match read_inventory(bytes, name, &mut reading.sources) {
            Ok(inventory) => check(reading, Some(&inventory)),
            Err(error) => says_something(&error),
        }
    }
}

fn configuration_file(name: &str, bytes: &[u8]) {
    let tree = Memory::default().with(name, bytes);
    check(sources(&tree), None);
}

fn sources(tree: &Memory) -> Reading {
    match hcl::read(tree, Path::new(""), &hcl::Options::default()) {
        Ok(reading) => reading,
        Err(error) => {
            says_something(&error);
            Reading::default()
        }
    }
}

/// A whole chain, so that what is read next to it has something to refer to.
pub(crate) fn chain() -> Memory {
    let all: Vec<&str> = ["CMK102", "CMK103", "CMK106"]
        .into_iter()
        .filter_map(rules::find)
        .map(|rule| rule.example.before)
        .collect();
    Memory::default().with("main.tf", all.join("\n"))
}

fn check(reading: Reading, inventory: Option<&Inventory>) {
    let analysis = analyse(reading, inventory, &Config::default());
    for finding in &analysis.findings {
        assert!(!finding.message.is_empty());
        let related = finding.related.iter().map(|other| &other.location);
        for place in related.chain([&finding.location]).flatten() {
            is_in(&analysis.sources, place);
        }
    }
    for undecided in &analysis.undecided {
        assert!(!undecided.unknown.reason.to_string().is_empty());
    }
}

fn analyse(reading: Reading, inventory: Option<&Inventory>, config: &Config) -> Analysis {
    let requirement = |address: &str| config.requirement(address);
    let settings = Settings {
        inventory,
        requirement: Some(&requirement),
        allowed_geos: config.allowed_geos.clone(),
        today: Some(TODAY),
    };
    let estate = estate(&reading, &settings);
    let (findings, undecided) = rules::check(&estate, config.rules());
    let answers = Answers {
        findings,
        undecided,
        coverage: assessment::assess(&estate),
        problems: reading.problems,
        comments: reading.comments,
        sources: reading.sources,
        instances: &reading.instances,
        has_changes: reading.has_changes,
        has_sources: reading.has_sources,
        has_unseen: !reading.unseen.is_empty(),
    };
    judge(answers, config, None, TODAY)
}

fn is_in(sources: &Sources, place: &Location) {
    assert!(place.start.offset <= place.end.offset, "{place:?}");
    assert!(place.start.line > 0 && place.start.column > 0, "{place:?}");
    if let Some(file) = sources.get(&place.file) {
        assert!(place.end.offset as usize <= file.text.len(), "{place:?}");
        assert!(file.line(place.end.line).is_some(), "{place:?}");
    }
}

fn says_something(error: &InputError) {
    assert!(!error.message.is_empty());
    if let Some(place) = &error.location {
        assert!(place.start.line > 0, "{place:?}");
    }
}
