//! `.ppcmk-lint.toml`: what counts, what must be under a key, and what is accepted.
//!
//! Reading it collects all mistakes, each with its place and, for a misspelt word, with the word that
//! was probably meant. Ignores are not judged here: `crate::ignore` does that for comments and
//! entries alike.

mod entry;
mod find;
mod levels;
pub(crate) mod parse;
mod pattern;
mod table;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use ppcmk_coverage::estate::{Date, Location, Requirement};
use ppcmk_coverage::rules::Rule;
use ppcmk_coverage::{Finding, Geo};

pub use find::{FILE_NAME, find};
pub use levels::{FailOn, RuleLevel, UndecidedPolicy};
pub use pattern::Pattern;
pub(crate) use pattern::without_keys;

use crate::source::SourceFile;

/// The settings of a run, apart from the command line.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// The file, if there is one: findings about it point into it.
    pub file: Option<Arc<SourceFile>>,
    /// The file is not in the folder that is checked, so that it may have entries for others.
    pub is_shared: bool,
    /// From which level on findings fail the run.
    pub fail_on: Option<FailOn>,
    /// What undecided results do.
    pub undecided: Option<UndecidedPolicy>,
    /// The inventory, as a path that can be opened: names in the file are relative to it.
    pub inventory: Option<PathBuf>,
    /// The plan, likewise.
    pub plan: Option<PathBuf>,
    /// Environments that must be under customer-managed keys.
    pub require: Vec<Pattern>,
    /// Environments that need not; they win over `require`.
    pub exempt: Vec<Pattern>,
    /// Geos in which data may live. Empty: not configured.
    pub allowed_geos: Vec<Geo>,
    /// Levels by code.
    pub levels: BTreeMap<&'static str, RuleLevel>,
    /// The `[[ignore]]` entries, as they stand.
    pub ignores: Vec<IgnoreEntry>,
}

/// An `[[ignore]]` of the configuration, as it stands: code and date are not yet judged.
#[derive(Clone, Debug)]
pub struct IgnoreEntry {
    /// The rules.
    pub codes: Vec<Written>,
    /// The instances.
    pub address: Option<Pattern>,
    /// The scale units or components inside the instances.
    pub instance: Option<Pattern>,
    /// Why.
    pub reason: Option<String>,
    /// Until when; the day is included.
    pub until: Option<Written>,
    /// The whole entry.
    pub location: Location,
}

/// A text of the configuration and where it stands.
#[derive(Clone, Debug)]
pub struct Written {
    /// The text.
    pub text: String,
    /// Its place.
    pub location: Location,
}

impl Config {
    /// The level of a rule's findings: the configured one, else `None` for "as the rule says".
    pub fn level(&self, rule: &Rule) -> Option<RuleLevel> {
        self.levels.get(rule.code).copied()
    }

    /// Whether the rule is to be run at all.
    pub fn is_on(&self, rule: &Rule) -> bool {
        self.level(rule) != Some(RuleLevel::Off)
    }

    /// The rules that are to be run.
    pub fn rules(&self) -> impl Iterator<Item = &'static Rule> {
        ppcmk_coverage::rules::all()
            .iter()
            .copied()
            .filter(|rule| self.is_on(rule))
    }

    /// Gives a finding its configured level. A level below the rule's own, which the rule chose for
    /// the case at hand, is replaced as well: the user asked for it.
    pub(crate) fn apply_level(&self, finding: &mut Finding) {
        if let Some(RuleLevel::Is(level)) = self.level(finding.rule) {
            finding.level = level;
        }
    }

    /// Whether the environment with this address must be under customer-managed keys, as far as
    /// `[coverage]` says.
    pub fn requirement(&self, address: &str) -> Requirement {
        let named = |patterns: &[Pattern]| patterns.iter().any(|pattern| pattern.matches(address));
        if named(&self.exempt) {
            Requirement::Exempt
        } else if named(&self.require) {
            Requirement::Required {
                because: "`require` in the configuration".into(),
            }
        } else {
            Requirement::Unstated
        }
    }
}

/// Whether the last day is over.
pub(crate) fn is_over(until: Date, today: Date) -> bool {
    until < today
}

#[cfg(test)]
mod tests;
