//! What cargo knows and does: packages and their versions, the host, builds.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

use crate::ReleaseError;
use crate::target::Target;

/// The root of the checkout.
pub(crate) fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

/// The packages of the workspace with their versions.
pub(crate) fn packages() -> Result<BTreeMap<String, String>, ReleaseError> {
    let (line, output) = run(cargo().args(["metadata", "--no-deps", "--format-version=1"]))?;
    let unintelligible = || ReleaseError::Unintelligible {
        command: line.clone(),
        what: "which packages there are".to_owned(),
    };
    let metadata: Value = serde_json::from_slice(&output.stdout).map_err(|_| unintelligible())?;
    let packages = metadata["packages"].as_array().ok_or_else(unintelligible)?;
    Ok(packages
        .iter()
        .filter_map(|package| {
            let text = |member: &str| package[member].as_str().map(str::to_owned);
            Some((text("name")?, text("version")?))
        })
        .collect())
}

/// The platform that cargo runs on.
pub fn host() -> Result<Target, ReleaseError> {
    let (command, output) = run(cargo().arg("-vV"))?;
    let text = String::from_utf8_lossy(&output.stdout);
    let triple = text.lines().find_map(|line| line.strip_prefix("host: "));
    Target::named(triple.ok_or_else(|| ReleaseError::Unintelligible {
        command,
        what: "what it runs on".to_owned(),
    })?)
}

/// Whether the standard library for a target is there, so that it can be built for.
pub(crate) fn is_installed(triple: &str) -> bool {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc)
        .args(["--print", "target-libdir", "--target", triple])
        .current_dir(root())
        .stderr(Stdio::null())
        .output();
    output.is_ok_and(|output| {
        output.status.success()
            && Path::new(String::from_utf8_lossy(&output.stdout).trim()).is_dir()
    })
}

/// Builds a program, and says where it is.
pub(crate) fn build(name: &str, target: &Target, profile: &str) -> Result<PathBuf, ReleaseError> {
    let mut command = cargo();
    command
        .args(["build", "--locked", "--package", name, "--bin", name])
        .args(["--profile", profile])
        .arg("--message-format=json-render-diagnostics");
    if let Some(directory) = own_target_directory() {
        command.arg("--target-dir").arg(directory);
    }
    // A build for the host needs no directory of its own, and shares what is built already.
    let host = host()?;
    if host != *target {
        command.args(["--target", target.triple]);
    }
    let (command, output) = run(&mut command).map_err(|error| explain(error, &host, target))?;
    executable(&output, name).ok_or_else(|| ReleaseError::Unintelligible {
        command,
        what: format!("where {name} is"),
    })
}

/// What a machine without musl-gcc usually lacks is said with the failure.
fn explain(error: ReleaseError, host: &Target, target: &Target) -> ReleaseError {
    match error {
        ReleaseError::Failed { command } if host.static_twin == Some(target.triple) => {
            ReleaseError::StaticBuildFailed {
                command,
                host: host.triple,
            }
        }
        error => error,
    }
}

fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root());
    for (name, _) in std::env::vars_os().filter(|(name, _)| is_about_this_package(name)) {
        command.env_remove(name);
    }
    command
}

/// What cargo says in the environment about the package that it runs. Build scripts read it (ring's
/// asks to be run anew when it differs), so handing it on would build half the tree again.
fn is_about_this_package(name: &std::ffi::OsStr) -> bool {
    let name = name.to_string_lossy();
    name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_")
}

/// Runs a command whose standard error goes to the user, and gives its line for messages.
fn run(command: &mut Command) -> Result<(String, Output), ReleaseError> {
    let words: Vec<_> = command.get_args().map(OsString::from).collect();
    let line = format!("cargo {}", words.join(" ".as_ref()).display());
    let output = command
        .stderr(Stdio::inherit())
        .output()
        .map_err(|source| ReleaseError::NotStarted {
            command: line.clone(),
            source,
        })?;
    if output.status.success() {
        Ok((line, output))
    } else {
        Err(ReleaseError::Failed { command: line })
    }
}

fn executable(output: &Output, name: &str) -> Option<PathBuf> {
    String::from_utf8_lossy(&output.stdout)
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter(|message| message["target"]["name"] == name)
        .find_map(|message| message["executable"].as_str().map(PathBuf::from))
}

/// Where this program was built, `TARGET/PROFILE/NAME`: the others are built there, too.
fn own_target_directory() -> Option<PathBuf> {
    let executable = std::env::current_exe().ok()?;
    Some(executable.parent()?.parent()?.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_workspace_has_the_provider_with_its_version() {
        let packages = packages().unwrap();
        assert_eq!(
            packages.get("terraform-provider-ppcmk").map(String::as_str),
            Some(env!("CARGO_PKG_VERSION"))
        );
    }

    #[test]
    fn a_failed_static_build_says_what_it_takes() {
        let gnu = Target::named("x86_64-unknown-linux-gnu").unwrap();
        let musl = Target::named("x86_64-unknown-linux-musl").unwrap();
        let failed = || ReleaseError::Failed {
            command: "cargo build".to_owned(),
        };
        let text = explain(failed(), &gnu, &musl).to_string();
        assert!(text.contains("musl-gcc"), "{text}");
        assert!(text.contains("--target x86_64-unknown-linux-gnu"), "{text}");
        let text = explain(failed(), &gnu, &gnu).to_string();
        assert_eq!(text, "cargo build failed");
    }

    #[test]
    fn the_host_is_installed_and_nonsense_is_not() {
        assert!(is_installed(host().unwrap().triple));
        assert!(!is_installed("no-such-target"));
    }
}
