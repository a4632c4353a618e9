//! How tests of rules ask.

use super::{Rule, check};
use crate::estate::{Estate, Fact, Origin, Reason, Unknown};

/// What a rule answered.
#[derive(Debug)]
pub(super) struct Answers {
    findings: Vec<String>,
    undecided: Vec<String>,
}

/// Runs one rule.
pub(super) fn answers(rule: &'static Rule, estate: &Estate) -> Answers {
    let (findings, undecided) = check(estate, [rule]);
    Answers {
        findings: findings
            .iter()
            .map(|finding| match &finding.instance {
                Some(instance) => format!("{}({instance}): {}", finding.address, finding.message),
                None => format!("{}: {}", finding.address, finding.message),
            })
            .collect(),
        undecided: undecided
            .iter()
            .map(|undecided| format!("{}: {}", undecided.address, undecided.unknown.reason))
            .collect(),
    }
}

/// A value that nobody knows.
pub(super) fn unknown<T>() -> Fact<T> {
    Fact::unknown_at(
        Unknown::new(Reason::VariableWithoutValue("x".into())),
        Origin::default(),
    )
}

impl Answers {
    /// Exactly these findings, as `address: message` or `address(instance): message`, and nothing
    /// undecided.
    #[track_caller]
    pub(super) fn finds(&self, expected: &[&str]) {
        assert_eq!(self.findings, expected);
        assert!(self.undecided.is_empty(), "{:?}", self.undecided);
    }

    /// No finding, and exactly these undecided results.
    #[track_caller]
    pub(super) fn is_undecided(&self, expected: &[&str]) {
        assert!(self.findings.is_empty(), "{:?}", self.findings);
        assert_eq!(self.undecided, expected);
    }

    /// Nothing at all.
    #[track_caller]
    pub(super) fn is_silent(&self) {
        self.finds(&[]);
    }
}
