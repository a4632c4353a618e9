//! A run: from its inputs to an analysis.

mod inputs;

use std::path::PathBuf;

use ppcmk_coverage::estate::{Date, Header};
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
    judge(answers, config, request.baseline.as_ref(), request.today)
}

/// CMK904: the plan is of other sources, so that nothing can be said about places.
fn foreign(why: &str) -> Option<Finding> {
    let rule = rules::find("CMK904")?;
    let mut findings = Findings::new(rule);
    findings.report(&Header::new("plan"), why.to_owned());
    findings.findings.pop()
}
