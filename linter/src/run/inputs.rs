//! Reads what a request names, and puts it together.

use std::io::Read as _;
use std::path::Path;

use super::{Input, Request, Variable};
use crate::source::hcl::{self, Assignment};
use crate::source::inventory::{Inventory, read_inventory};
use crate::source::plan::{PlanInput, read_plan, read_saved_plan, read_state, recognise};
use crate::source::{Disk, FileTree as _, InputError, Reading, Sources, merge, with_state};

/// Reads configuration, plan and state; a plan decides what the values are, and its sources where
/// they come from.
pub(super) fn read(request: &Request) -> Result<Reading, InputError> {
    if let Some(plan) = &request.plan {
        return with_plan(request, plan);
    }
    let state = request.state.as_ref().map(state).transpose()?;
    let sources = request
        .directory
        .as_ref()
        .map(|directory| configuration(request, directory))
        .transpose()?;
    Ok(match (sources, state) {
        (Some(sources), Some(state)) => with_state(sources, &state),
        (Some(reading), None) | (None, Some(reading)) => reading,
        (None, None) => Reading::default(),
    })
}

/// A saved plan carries the configuration that it was made of; that one counts, and not what is in
/// the folder today.
fn with_plan(request: &Request, input: &Input) -> Result<Reading, InputError> {
    let (bytes, name) = bytes(input, "plan")?;
    let directory = request.directory.as_deref();
    if recognise(&bytes) == PlanInput::Saved {
        let Input::File(path) = input else {
            let error = InputError::new("a saved plan cannot come from standard input");
            return Err(error.help("name its file, or pipe `terraform show -json tfplan`"));
        };
        let folder = directory.unwrap_or_else(|| folder_of(path));
        return read_saved_plan(path, folder, &name, &options(request, folder));
    }
    let plan = read_plan(&bytes, &name)?;
    // It is as large as everything that was read of it.
    drop(bytes);
    match directory {
        Some(directory) => {
            // What the plan was made with is what its sources are read with.
            let mut options = options(request, directory);
            if let Some(outline) = &plan.outline {
                options
                    .environment
                    .extend(outline.variables.iter().cloned());
            }
            Ok(merge(plan, hcl::read(&Disk, directory, &options)?))
        }
        None => Ok(plan),
    }
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// The inventory; its text joins the others.
pub(super) fn inventory(
    request: &Request,
    sources: &mut Sources,
) -> Result<Option<Inventory>, InputError> {
    let Some(path) = &request.inventory else {
        return Ok(None);
    };
    let name = shown(path);
    let bytes = Disk
        .read(path)
        .map_err(|error| unreadable("inventory", &name, &error))?;
    read_inventory(&bytes, &name, sources).map(Some)
}

fn configuration(request: &Request, directory: &Path) -> Result<Reading, InputError> {
    hcl::read(&Disk, directory, &options(request, directory))
}

fn options(request: &Request, directory: &Path) -> hcl::Options {
    hcl::Options {
        assignments: request.variables.iter().map(assignment).collect(),
        environment: std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect(),
        workspace: workspace(request, directory),
        shown_directory: directory.to_owned(),
    }
}

/// The workspace that was named, or the selected one as Terraform remembers it.
fn workspace(request: &Request, directory: &Path) -> String {
    let selected = || {
        std::env::var("TF_WORKSPACE").ok().or_else(|| {
            let bytes = Disk.read(&directory.join(".terraform/environment")).ok()?;
            String::from_utf8(bytes).ok()
        })
    };
    request
        .workspace
        .clone()
        .or_else(selected)
        .map(|name| name.trim().to_owned())
        .filter(|name| !name.is_empty())
        .unwrap_or_else(|| "default".into())
}

fn assignment(variable: &Variable) -> Assignment {
    match variable {
        Variable::Value { name, text } => Assignment::Variable(name.clone(), text.clone()),
        Variable::File(path) => Assignment::File(path.clone()),
    }
}

fn state(input: &Input) -> Result<Reading, InputError> {
    let (bytes, name) = bytes(input, "state")?;
    read_state(&bytes, &name)
}

fn bytes(input: &Input, what: &str) -> Result<(Vec<u8>, String), InputError> {
    let (read, name) = match input {
        Input::File(path) => (read_any(path), shown(path)),
        Input::StandardInput => {
            let mut bytes = Vec::new();
            let read = std::io::stdin().lock().read_to_end(&mut bytes);
            (read.map(|_| bytes), "standard input".to_owned())
        }
    };
    let bytes = read.map_err(|error| unreadable(what, &name, &error))?;
    Ok((bytes, name))
}

/// A named input may be a pipe, as in `--plan <(terraform show -json tfplan)`.
fn read_any(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    std::fs::File::open(path)?.read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn unreadable(what: &str, name: &str, error: &std::io::Error) -> InputError {
    InputError::new(format!("could not read {what} {name}: {error}"))
}

fn shown(path: &Path) -> String {
    path.display().to_string().replace('\\', "/")
}
