//! What the rules say about a configuration.

use std::fmt;
use std::path::Path;

use ppcmk_coverage::estate::{Date, Location};
use ppcmk_coverage::rules::{self, Rule};
use ppcmk_coverage::{Finding, Undecided};
use ppcmk_lint::adapt::{Settings, estate};
use ppcmk_lint::analysis::Analysis;
use ppcmk_lint::config::Config;
use ppcmk_lint::judge::{self, judge};
use ppcmk_lint::source::{Reading, hcl};

use crate::case::Case;

/// The day that counts as today.
pub(crate) const TODAY: Date = Date {
    year: 2026,
    month: 1,
    day: 1,
};

/// What the rules say.
pub(crate) struct Answers {
    pub(crate) findings: Vec<Finding>,
    pub(crate) undecided: Vec<Undecided>,
}

impl Answers {
    /// Whether a configuration of this kind gives this.
    pub(crate) fn fit(&self, kind: &str) -> bool {
        let (findings, undecided) = (self.findings.len(), self.undecided.len());
        match kind {
            "silent" | "count" => findings == 0 && undecided == 0,
            "unknown" => findings == 0 && undecided > 0,
            "fires" | "module" | "for" => findings > 0,
            kind => panic!("what is {kind} to give?"),
        }
    }
}

fn read(case: &Case) -> Reading {
    let reading = hcl::read(&case.tree(), Path::new(""), &hcl::Options::default());
    let reading = reading.unwrap_or_else(|error| panic!("{case}: {error}"));
    assert_eq!(reading.problems, [], "{case}");
    reading
}

fn rules_of(case: &Case) -> Vec<&'static Rule> {
    match rules::find(&case.code) {
        Some(rule) => vec![rule],
        None => rules::all().to_vec(),
    }
}

pub(crate) fn of(case: &Case) -> Answers {
    of_reading(case, &read(case))
}

fn of_reading(case: &Case, reading: &Reading) -> Answers {
    let settings = Settings {
        today: Some(TODAY),
        ..Settings::default()
    };
    let (findings, undecided) = rules::check(&estate(reading, &settings), rules_of(case));
    Answers {
        findings,
        undecided,
    }
}

/// The answers after ignores.
pub(crate) fn judged(case: &Case) -> Analysis {
    let reading = read(case);
    let Answers {
        findings,
        undecided,
    } = of_reading(case, &reading);
    let answers = judge::Answers {
        findings,
        undecided,
        comments: reading.comments,
        sources: reading.sources,
        instances: &reading.instances,
        has_sources: true,
        ..judge::Answers::default()
    };
    judge(answers, &Config::default(), None, TODAY)
}

/// The file and line of a finding.
pub(crate) fn place(finding: &Finding) -> Option<(String, usize)> {
    let Location { file, start, .. } = finding.location.as_ref()?;
    Some((file.to_string(), usize::try_from(start.line).ok()?))
}

impl fmt::Display for Answers {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for finding in &self.findings {
            write!(
                formatter,
                "\n  {} {}: {}",
                finding.rule.code, finding.address, finding.message
            )?;
        }
        for one in &self.undecided {
            write!(
                formatter,
                "\n  undecided {} {}: {}",
                one.rule.code, one.address, one.unknown.reason
            )?;
        }
        Ok(())
    }
}
