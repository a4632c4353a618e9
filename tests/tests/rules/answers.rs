//! What the rules say, in a form that compares.

use std::collections::BTreeSet;
use std::fmt;
use std::path::Path;

use ppcmk_coverage::estate::{Date, Location};
use ppcmk_coverage::rules::{self, Rule};
use ppcmk_lint::adapt::{Settings, estate};

use ppcmk_lint::source::{Memory, Reading, hcl, merge, plan};
use serde_json::Value;

/// The day of the linter's own tests of rules.
const TODAY: Date = Date {
    year: 2026,
    month: 1,
    day: 1,
};

/// What the rules say: code, address and, where there is one, the component.
#[derive(Debug, Default)]
pub(crate) struct Answers {
    pub(crate) findings: BTreeSet<String>,
    pub(crate) undecided: BTreeSet<String>,
    /// The findings with their places.
    pub(crate) places: BTreeSet<String>,
    /// Why, for a person who has to find out.
    texts: Vec<String>,
}

/// The rule with this code, or all rules but those about the input.
fn rules_of(code: &str) -> Vec<&'static Rule> {
    match rules::find(code) {
        Some(rule) => vec![rule],
        None => rules::all().to_vec(),
    }
}

impl Answers {
    pub(crate) fn of_sources(tree: &Memory, code: &str) -> Self {
        Self::of(&sources(tree), code)
    }

    pub(crate) fn of_plan(plan: &Value, code: &str) -> Self {
        Self::of(&planned(plan), code)
    }

    /// Of a plan together with its sources.
    pub(crate) fn of_both(plan: &Value, tree: &Memory, code: &str) -> Self {
        let reading = merge(planned(plan), sources(tree));
        assert_eq!(reading.foreign_sources, None);
        Self::of(&reading, code)
    }

    /// Whether the same is found, and the same is left open.
    pub(crate) fn agrees(&self, other: &Self) -> bool {
        self.findings == other.findings && self.undecided == other.undecided
    }

    fn of(reading: &Reading, code: &str) -> Self {
        let settings = Settings {
            today: Some(TODAY),
            ..Settings::default()
        };
        let (findings, undecided) = rules::check(&estate(reading, &settings), rules_of(code));
        let mut answers = Self::default();
        for finding in findings {
            let component = component(finding.instance.as_deref());
            let place = place(finding.location.as_ref());
            for address in &finding.instances {
                let found = format!("{} {address}{component}", finding.rule.code);
                answers.places.insert(format!("{found} {place}"));
                answers.findings.insert(found);
            }
            answers.texts.push(finding.message);
        }
        for one in undecided {
            let component = component(one.instance.as_deref());
            answers
                .undecided
                .insert(format!("{} {}{component}", one.rule.code, one.address));
            answers.texts.push(one.unknown.reason.to_string());
        }
        answers
    }
}

fn sources(tree: &Memory) -> Reading {
    let reading = hcl::read(tree, Path::new(""), &hcl::Options::default()).unwrap();
    assert_eq!(reading.problems, []);
    reading
}

fn planned(plan: &Value) -> Reading {
    plan::read_plan(plan.to_string().as_bytes(), "plan.json").unwrap()
}

fn place(location: Option<&Location>) -> String {
    location.map_or("nowhere".to_owned(), |at| {
        format!("{}:{}:{}", at.file, at.start.line, at.start.column)
    })
}

fn component(name: Option<&str>) -> String {
    name.map_or(String::new(), |name| format!(" ({name})"))
}

impl fmt::Display for Answers {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "findings {:?}", self.findings)?;
        write!(formatter, " undecided {:?}", self.undecided)?;
        write!(formatter, " {:?}", self.texts)
    }
}
