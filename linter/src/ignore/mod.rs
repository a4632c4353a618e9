//! Ignores: comments in the sources and `[[ignore]]` entries of the configuration.
//!
//! Both become [`Ignore`]s with one meaning. One that cannot be understood is CMK905 and suppresses
//! nothing, one whose last day is over is CMK903 and suppresses nothing, one that has nothing to
//! suppress is CMK902.
//!
//! An ignore names rules, never "everything", and covers instances: of a finding that was merged
//! from several instances only the covered ones are suppressed.

mod apply;
mod comment;
mod cover;
mod entry;
mod report;

use ppcmk_coverage::estate::{Date, Location};
use ppcmk_coverage::rules::{self, Rule};

pub(crate) use apply::{apply, split};
pub(crate) use report::{Seen, expired, finding, malformed, unused};

use crate::analysis::Suppressor;
use crate::config::parse::suggest_rule;
use crate::config::{Config, Pattern};
use crate::date;
use crate::source::{Comment, Sources};

/// Rules about ignores: they cannot be ignored, else nobody would hear about a bad ignore.
const ABOUT_IGNORES: [&str; 3] = ["CMK902", "CMK903", "CMK905"];

/// What somebody accepts.
#[derive(Debug)]
pub(crate) struct Ignore {
    /// The rules, each with the place of its code.
    pub(crate) codes: Vec<(&'static Rule, Location)>,
    pub(crate) reason: String,
    /// The last day.
    pub(crate) until: Option<Date>,
    pub(crate) scope: Scope,
    /// The whole of it.
    pub(crate) location: Location,
}

/// What an ignore covers.
#[derive(Debug)]
pub(crate) enum Scope {
    /// What a comment stands at.
    Comment(Comment),
    /// What an entry of the configuration names.
    Entry {
        address: Option<Pattern>,
        instance: Option<Pattern>,
    },
}

/// An ignore that cannot be understood.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Malformed {
    pub(crate) message: String,
    pub(crate) help: Option<String>,
    pub(crate) location: Location,
}

/// Reads all ignores.
pub(crate) fn read(
    comments: &[Comment],
    sources: &Sources,
    config: &Config,
) -> (Vec<Ignore>, Vec<Malformed>) {
    let (mut ignores, mut malformed) = (Vec::new(), Vec::new());
    let comments = comments.iter().map(|one| comment::read(one, sources));
    for result in comments.chain(config.ignores.iter().map(entry::read)) {
        match result {
            Ok(ignore) => ignores.push(ignore),
            Err(mistake) => malformed.push(mistake),
        }
    }
    (ignores, malformed)
}

impl Ignore {
    pub(crate) fn by(&self) -> Suppressor {
        match self.scope {
            Scope::Comment(_) => Suppressor::Comment,
            Scope::Entry { .. } => Suppressor::Configuration,
        }
    }
}

impl Malformed {
    fn new(message: impl Into<String>, location: Location) -> Self {
        Self {
            message: message.into(),
            help: None,
            location,
        }
    }

    fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// The rule that an ignore names.
fn rule(code: &str, location: Location) -> Result<(&'static Rule, Location), Malformed> {
    match rules::find(code) {
        Some(rule) if ABOUT_IGNORES.contains(&rule.code) => Err(Malformed::new(
            format!("`{}` is about ignores and cannot be ignored", rule.code),
            location,
        )
        .help(format!(
            "set `level` in `[rules.{}]` of the configuration",
            rule.code
        ))),
        Some(rule) => Ok((rule, location)),
        None => {
            let message = format!("unknown rule `{code}`");
            Err(Malformed::new(message, location).help(suggest_rule(code)))
        }
    }
}

/// The last day that an ignore names.
fn day(text: &str, location: Location) -> Result<Date, Malformed> {
    date::parse(text).ok_or_else(|| {
        Malformed::new(format!("`{text}` is no date"), location)
            .help("write the last day as 2027-01-31")
    })
}

#[cfg(test)]
mod tests;
