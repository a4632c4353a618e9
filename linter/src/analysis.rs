//! What a run found, before anybody prints it.

use std::sync::Arc;

use ppcmk_coverage::assessment::EnvironmentCoverage;
use ppcmk_coverage::estate::{Date, Location};
use ppcmk_coverage::{Finding, Level, Undecided};

use crate::source::Sources;

/// What a run found. Everything is sorted, so that the same input gives the same output.
#[derive(Clone, Debug, Default)]
pub struct Analysis {
    /// Findings that count, with the levels of the configuration.
    pub findings: Vec<Finding>,
    /// Findings that an ignore or the baseline suppresses.
    pub suppressed: Vec<Suppressed>,
    /// What rules could not decide.
    pub undecided: Vec<Undecided>,
    /// Who holds the key, per environment.
    pub coverage: Vec<EnvironmentCoverage>,
    /// The texts that were read, for excerpts.
    pub sources: Sources,
    /// Where the run was started, from the root of the checkout that a pipeline works in, with forward
    /// slashes. Forges look for files from that root; empty where it is not known.
    pub started_in: String,
    /// What else a person should know about the run: one line each, lowercase, no full stop.
    pub notices: Vec<String>,
}

/// A finding that does not count.
#[derive(Clone, Debug)]
pub struct Suppressed {
    /// The finding.
    pub finding: Finding,
    /// Who says so.
    pub by: Suppressor,
    /// Why, in that person's words.
    pub reason: String,
    /// Until when; the day is included.
    pub until: Option<Date>,
    /// Where it stands.
    pub location: Option<Location>,
}

/// Who suppresses a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Suppressor {
    /// A comment in the source.
    Comment,
    /// An `[[ignore]]` of the configuration.
    Configuration,
    /// The baseline.
    Baseline,
}

impl Analysis {
    /// How many findings have this level.
    pub fn count(&self, level: Level) -> usize {
        self.findings
            .iter()
            .filter(|finding| finding.level == level)
            .count()
    }

    /// Brings findings into the order of the sources, those without a place behind them, and
    /// everything else into the order of codes and addresses.
    pub(crate) fn sort(&mut self) {
        self.findings.sort_by_cached_key(key_of_finding);
        self.suppressed
            .sort_by_cached_key(|suppressed| key_of_finding(&suppressed.finding));
        self.undecided.sort_by_cached_key(|undecided| {
            (
                undecided.rule.code,
                undecided.address.clone(),
                undecided.instance.clone(),
                undecided.unknown.reason.to_string(),
                undecided.location.clone(),
            )
        });
    }
}

type Key = (
    bool,
    Option<Location>,
    &'static str,
    Arc<str>,
    Option<String>,
    String,
);

fn key_of_finding(finding: &Finding) -> Key {
    (
        finding.location.is_none(),
        finding.location.clone(),
        finding.rule.code,
        finding.address.clone(),
        finding.instance.clone(),
        finding.message.clone(),
    )
}
