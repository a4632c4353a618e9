//! The words for levels, on the command line and in the configuration.

use clap::ValueEnum;
use ppcmk_coverage::Level;

/// From which level on findings fail the run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum FailOn {
    /// Errors only.
    #[default]
    Error,
    /// Warnings and errors.
    Warning,
    /// Any finding.
    Note,
    /// No finding.
    Never,
}

/// What undecided results do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum UndecidedPolicy {
    /// They are counted.
    #[default]
    Allow,
    /// They are listed.
    Warn,
    /// They are listed and fail the run.
    Deny,
}

/// The configured level of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RuleLevel {
    /// The rule is not run.
    Off,
    /// Its findings have this level.
    Is(Level),
}

/// A closed set of words.
pub(super) trait Word: Sized + 'static {
    /// All words and what they mean.
    const WORDS: &'static [(&'static str, Self)];
}

impl Word for FailOn {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("error", Self::Error),
        ("warning", Self::Warning),
        ("note", Self::Note),
        ("never", Self::Never),
    ];
}

impl Word for UndecidedPolicy {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("allow", Self::Allow),
        ("warn", Self::Warn),
        ("deny", Self::Deny),
    ];
}

impl Word for RuleLevel {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("error", Self::Is(Level::Error)),
        ("warning", Self::Is(Level::Warning)),
        ("note", Self::Is(Level::Note)),
        ("off", Self::Off),
    ];
}

impl FailOn {
    /// Whether a finding of this level fails the run.
    pub fn includes(self, level: Level) -> bool {
        match self {
            Self::Error => level >= Level::Error,
            Self::Warning => level >= Level::Warning,
            Self::Note => true,
            Self::Never => false,
        }
    }
}
