//! What a rule is: its whole story, and its check.

use crate::estate::Estate;
use crate::finding::{Findings, Level};

/// A rule of the register.
pub struct Rule {
    /// `CMK` and three digits, never used again for anything else.
    pub code: &'static str,
    /// In kebab-case; completes "allow ...".
    pub name: &'static str,
    /// How bad a finding is, unless the configuration says otherwise.
    pub level: Level,
    /// What it reports: one line, lowercase, no full stop.
    pub summary: &'static str,
    /// What it looks at and why that is bad, in Markdown.
    pub explanation: &'static str,
    /// What to do: one line, in the imperative.
    pub fix: &'static str,
    /// A configuration with the problem, and without.
    pub example: Example,
    /// Where the facts come from.
    pub sources: &'static [Source],
    /// What other tools advise to the contrary, in Markdown. Mostly empty.
    pub conflicts: &'static str,
    /// The rule itself. Rules about the input (CMK9xx) have none: the linter reports them.
    pub check: Option<fn(&Estate, &mut Findings)>,
}

/// A configuration before and after the fix. The language is HCL unless it starts with `# yaml`.
pub struct Example {
    /// With the problem.
    pub before: &'static str,
    /// Without.
    pub after: &'static str,
}

/// Where a fact comes from.
#[derive(Clone, Copy, Debug)]
pub struct Source {
    /// The page.
    pub url: &'static str,
    /// What it says, in our words.
    pub says: &'static str,
    /// The date of the page that was read.
    pub date: &'static str,
    /// How good the evidence is.
    pub evidence: Evidence,
}

/// How good the evidence for a fact is. The letters are those of the project's collected facts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Evidence {
    /// D: Microsoft's documentation.
    Documented,
    /// C: code or specification that Microsoft published.
    Code,
    /// T: a third party.
    ThirdParty,
    /// I: our inference; the explanation gives the reasoning.
    Inferred,
}

impl Evidence {
    /// The letter.
    pub fn letter(self) -> char {
        match self {
            Self::Documented => 'D',
            Self::Code => 'C',
            Self::ThirdParty => 'T',
            Self::Inferred => 'I',
        }
    }
}

impl std::fmt::Debug for Rule {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{} {}", self.code, self.name)
    }
}

impl PartialEq for Rule {
    fn eq(&self, other: &Self) -> bool {
        self.code == other.code
    }
}

impl Eq for Rule {}
