//! A run: from its inputs to an analysis.

mod inputs;

use std::collections::BTreeSet;
use std::path::PathBuf;

use ppcmk_coverage::estate::{Date, Header, Reason, Unknown};
use ppcmk_coverage::{Finding, Findings, assessment, rules};

use crate::adapt;
use crate::analysis::Analysis;
use crate::baseline::Baseline;
use crate::config::Config;
use crate::judge::{Answers, judge};
use crate::source::inventory::Inventory;
use crate::source::{InputError, Reading};

/// What to check, and how.
#[derive(Clone, Debug)]
pub struct Request {
    /// The folder of the root module; `None` where only other inputs are meant.
    pub directory: Option<PathBuf>,
    /// A plan: the output of `terraform show -json`, or a saved plan.
    pub plan: Option<Input>,
    /// A state in JSON.
    pub state: Option<Input>,
    /// An inventory.
    pub inventory: Option<PathBuf>,
    /// Values and files of variables, in the order of the command line: later ones win.
    pub variables: Vec<Variable>,
    /// The workspace, for `terraform.workspace`.
    pub workspace: Option<String>,
    /// The configuration.
    pub config: Config,
    /// Findings that are accepted because they were there before.
    pub baseline: Option<Baseline>,
    /// The day that counts as today.
    pub today: Date,
}

/// Where an input is read from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// A file.
    File(PathBuf),
    /// Standard input.
    StandardInput,
}

/// A value for variables of the root module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Variable {
    /// `--var NAME=VALUE`.
    Value {
        /// The variable.
        name: String,
        /// The value, as it was written.
        text: String,
    },
    /// `--var-file FILE`.
    File(PathBuf),
}

/// Reads the inputs, runs the rules and judges what they answer.
pub fn analyse(request: &Request) -> Result<Analysis, InputError> {
    let mut reading = inputs::read(request)?;
    let inventory = inputs::inventory(request, &mut reading.sources)?;
    Ok(analyse_reading(reading, inventory.as_ref(), request))
}

/// Runs the rules over what was read, and judges what they answer. Of the request only what is no
/// input counts.
pub fn analyse_reading(
    reading: Reading,
    inventory: Option<&Inventory>,
    request: &Request,
) -> Analysis {
    let config = &request.config;
    let requirement = |address: &str| config.requirement(address);
    let estate = adapt::estate(
        &reading,
        &adapt::Settings {
            inventory,
            requirement: Some(&requirement),
            allowed_geos: config.allowed_geos.clone(),
            today: Some(request.today),
        },
    );
    let (mut findings, undecided) = rules::check(&estate, config.rules());
    findings.extend(reading.foreign_sources.as_deref().and_then(foreign));
    let answers = Answers {
        findings,
        undecided,
        coverage: assessment::assess(&estate),
        has_unseen: !reading.unseen.is_empty(),
        problems: reading.problems,
        comments: reading.comments,
        sources: reading.sources,
        instances: &reading.instances,
        has_changes: reading.has_changes,
        has_sources: reading.has_sources,
    };
    let mut analysis = judge(answers, config, request.baseline.as_ref(), request.today);
    if estate.concerns_cmk() {
        let notice = unread_modules(&estate.scope.unseen);
        analysis.notices.extend(notice);
    }
    analysis
}

/// Which modules were not read, in one line.
fn unread_modules(unseen: &[Unknown]) -> Option<String> {
    const MOST: usize = 5;
    let modules: BTreeSet<&str> = unseen
        .iter()
        .filter_map(|unknown| match &unknown.reason {
            Reason::RemoteModule(call) => Some(&**call),
            _ => None,
        })
        .collect();
    let subject = match modules.len() {
        0 => return None,
        1 => "module whose source is not a local folder was not read",
        _ => "modules whose sources are not local folders were not read",
    };
    let names: Vec<String> = modules
        .iter()
        .take(MOST)
        .map(|one| format!("`{one}`"))
        .collect();
    let more = match modules.len().saturating_sub(MOST) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    Some(format!(
        "{} {subject}: {}{more}; a plan (`--plan FILE`) has what is in there",
        modules.len(),
        names.join(", ")
    ))
}

/// CMK904: the plan is of other sources, so that nothing can be said about places.
fn foreign(why: &str) -> Option<Finding> {
    let rule = rules::find("CMK904")?;
    let mut findings = Findings::new(rule);
    findings.report(&Header::new("plan"), why.to_owned());
    findings.findings.pop()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modules_that_were_not_read_are_named_in_one_line() {
        let remote = |name: &str| Unknown::new(Reason::RemoteModule(name.into()));
        assert_eq!(unread_modules(&[]), None);
        let local = Unknown::new(Reason::File("x".into()));
        assert_eq!(
            unread_modules(&[remote("module.kv"), local, remote("module.kv")]).as_deref(),
            Some(
                "1 module whose source is not a local folder was not read: `module.kv`; a plan \
                 (`--plan FILE`) has what is in there"
            )
        );
        let many: Vec<_> = (1..=7).map(|at| remote(&format!("module.m{at}"))).collect();
        let text = unread_modules(&many).unwrap();
        assert!(
            text.starts_with("7 modules") && text.contains("and 2 more"),
            "{text}"
        );
    }
}
