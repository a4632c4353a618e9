//! From the command line and the configuration to a request.

use std::path::{Path, PathBuf};

use clap::ArgMatches;

use super::Failure;
use super::args::Inputs;
use super::paths::from_here;
use crate::baseline::Baseline;
use crate::config::{Config, find};
use crate::date;
use crate::run::{Input, Request, Variable};
use crate::source::InputError;

/// The endings of configurations.
const ENDINGS: [&str; 4] = [".tf", ".tf.json", ".tofu", ".tofu.json"];

/// Puts the request together. What the command line says wins over the configuration.
pub(super) fn request(
    inputs: &Inputs,
    baseline: Option<&Path>,
    matches: &ArgMatches,
) -> Result<Request, Failure> {
    let config = config(inputs)?;
    let plan = inputs
        .plan
        .clone()
        .or_else(|| config.plan.clone())
        .map(input);
    let state = inputs.state.clone().map(input);
    if plan == Some(Input::StandardInput) && state == plan {
        let error = InputError::new("plan and state cannot both come from standard input");
        return Err(error.help("name a file for one of them").into());
    }
    let inventory = inputs
        .inventory
        .clone()
        .or_else(|| config.inventory.clone())
        .map(from_here);
    let has_objects = plan.is_none() && (state.is_some() || inventory.is_some());
    Ok(Request {
        directory: directory(inputs, plan.is_some(), has_objects)?.map(from_here),
        plan,
        state,
        inventory,
        variables: variables(inputs, matches),
        workspace: inputs.workspace.clone(),
        baseline: baseline.map(Baseline::read).transpose()?,
        config,
        today: inputs.today.unwrap_or_else(date::today),
    })
}

fn input(path: PathBuf) -> Input {
    if path == Path::new("-") {
        Input::StandardInput
    } else {
        Input::File(from_here(path))
    }
}

/// The folder to check. The current one counts if nothing else is named, or if it has a
/// configuration: then a plan gets its positions from there. `has_objects` says that an inventory or
/// a state has something to check by itself.
fn directory(
    inputs: &Inputs,
    has_plan: bool,
    has_objects: bool,
) -> Result<Option<PathBuf>, InputError> {
    match &inputs.path {
        None if (has_plan || has_objects) && !has_configuration(Path::new(".")) => Ok(None),
        None => Ok(Some(".".into())),
        Some(path) if path.is_file() => folder_of(path).map(Some),
        // A repository of inventories: its folder is named as any other.
        Some(path) if has_objects && path.is_dir() && !has_configuration(path) => Ok(None),
        Some(path) if path.is_dir() => Ok(Some(path.clone())),
        Some(path) => {
            let what = if path.exists() {
                "it is no folder"
            } else {
                "there is no such folder"
            };
            Err(InputError::new(format!(
                "could not check {}: {what}",
                path.display()
            )))
        }
    }
}

/// The module that a file belongs to: Terraform knows folders only.
fn folder_of(file: &Path) -> Result<PathBuf, InputError> {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    if ENDINGS.iter().any(|ending| name.ends_with(ending)) {
        let folder = file
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty());
        return Ok(folder.unwrap_or(Path::new(".")).to_owned());
    }
    Err(InputError::new(format!(
        "could not check {}: it is no folder",
        file.display()
    ))
    .help("name plans with `--plan`, states with `--state`, inventories with `--inventory`"))
}

fn has_configuration(folder: &Path) -> bool {
    std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .any(|entry| {
            let name = entry.file_name();
            ENDINGS
                .iter()
                .any(|ending| name.to_string_lossy().ends_with(ending))
        })
}

fn config(inputs: &Inputs) -> Result<Config, Failure> {
    let folder = inputs.path.as_deref().unwrap_or(Path::new("."));
    let folder = if folder.is_file() {
        folder.parent().unwrap_or(Path::new("."))
    } else {
        folder
    };
    let Some(path) = inputs.config.clone().or_else(|| find(folder)) else {
        return Ok(Config::default());
    };
    let path = from_here(path);
    let mut config = Config::read(&path)?;
    let same = |path: &Path| {
        std::fs::canonicalize(if path.as_os_str().is_empty() {
            Path::new(".")
        } else {
            path
        })
        .ok()
    };
    config.is_shared = same(path.parent().unwrap_or(Path::new("."))) != same(folder);
    Ok(config)
}

/// Values and files in the order of the command line, because later ones win.
fn variables(inputs: &Inputs, matches: &ArgMatches) -> Vec<Variable> {
    let matches = matches.subcommand().map_or(matches, |(_, matches)| matches);
    let places = |id| matches.indices_of(id).into_iter().flatten();
    let values = inputs.var.iter().map(|(name, text)| Variable::Value {
        name: name.clone(),
        text: text.clone(),
    });
    let files = inputs.var_file.iter().cloned().map(Variable::File);
    let mut all: Vec<(usize, Variable)> = places("var")
        .zip(values)
        .chain(places("var_file").zip(files))
        .collect();
    all.sort_by_key(|(place, _)| *place);
    all.into_iter().map(|(_, variable)| variable).collect()
}
