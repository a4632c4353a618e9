//! The programs that the quickstart needs: Terraform from the PATH, ours from cargo.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::Problem;

/// A Terraform that answers.
#[derive(Debug)]
pub(crate) struct Terraform {
    pub(crate) program: OsString,
    /// As it says itself, such as `Terraform v1.11.4`.
    pub(crate) version: String,
}

/// The freshly built programs.
#[derive(Debug)]
pub(crate) struct Built {
    pub(crate) provider: PathBuf,
    pub(crate) emulator: PathBuf,
    pub(crate) linter: PathBuf,
}

const HOW_TO_GET_TERRAFORM: &str = "\
neither `terraform` nor `tofu` is on the PATH.

Install Terraform 1.8 or later, https://developer.hashicorp.com/terraform/install, or
OpenTofu 1.8 or later, https://opentofu.org/docs/intro/install/, and run `cargo quickstart` again.
PPCMK_TERRAFORM can name the program, too.";

pub(crate) fn terraform() -> Result<Terraform, Problem> {
    if let Some(program) = std::env::var_os("PPCMK_TERRAFORM").filter(|name| !name.is_empty()) {
        return answering(&program).ok_or_else(|| {
            format!(
                "PPCMK_TERRAFORM names {}, and that does not run",
                program.display()
            )
        });
    }
    ["terraform", "tofu"]
        .iter()
        .find_map(|name| answering(&OsString::from(name)))
        .ok_or_else(|| HOW_TO_GET_TERRAFORM.to_owned())
}

fn answering(program: &OsString) -> Option<Terraform> {
    let output = Command::new(program)
        .arg("version")
        // Neither a broken configuration nor a question to the network has to do with it.
        .env_remove("TF_CLI_CONFIG_FILE")
        .env("CHECKPOINT_DISABLE", "1")
        .stderr(Stdio::null())
        .output()
        .ok()
        .filter(|output| output.status.success())?;
    let text = String::from_utf8_lossy(&output.stdout);
    Some(Terraform {
        program: program.clone(),
        version: text.lines().next()?.trim().to_owned(),
    })
}

/// Builds in the profile and the target directory that this program came from.
pub(crate) fn build() -> Result<Built, Problem> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    for (name, _) in std::env::vars_os().filter(|(name, _)| is_about_this_package(name)) {
        command.env_remove(name);
    }
    command
        .current_dir(workspace())
        .args(["build", "--message-format=json-render-diagnostics"])
        .args(["--package", "terraform-provider-ppcmk"])
        .args(["--package", "ppcmk-emulator"])
        .args(["--package", "ppcmk-lint", "--bins"])
        .stderr(Stdio::inherit());
    if let Some((target, profile)) = own_build() {
        command.arg("--target-dir").arg(target);
        command.args([
            "--profile",
            if profile == "debug" { "dev" } else { &profile },
        ]);
    }
    let output = command
        .output()
        .map_err(|error| format!("cargo could not be started: {error}"))?;
    if !output.status.success() {
        return Err("the build failed; cargo has said why above".to_owned());
    }
    let messages = String::from_utf8_lossy(&output.stdout);
    Ok(Built {
        provider: executable(&messages, "terraform-provider-ppcmk")?,
        emulator: executable(&messages, "ppcmk-emulator")?,
        linter: executable(&messages, "ppcmk-lint")?,
    })
}

/// Where the coverage map stays after the run: in the target directory, which git ignores.
pub(crate) fn map() -> PathBuf {
    let target = own_build().map_or_else(|| workspace().join("target"), |(target, _)| target);
    target.join("quickstart").join("coverage.html")
}

/// The root of the checkout.
pub(crate) fn workspace() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

/// Where cargo says that it has put a program.
fn executable(messages: &str, name: &str) -> Result<PathBuf, Problem> {
    messages
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter(|message| message["target"]["name"] == name)
        .find_map(|message| message["executable"].as_str().map(PathBuf::from))
        .ok_or_else(|| format!("cargo did not say where {name} is"))
}

/// Target directory and profile of this program, from `TARGET/PROFILE/NAME`.
fn own_build() -> Option<(PathBuf, String)> {
    let executable = std::env::current_exe().ok()?;
    let profile = executable.parent()?;
    let target = profile.parent()?;
    Some((target.to_owned(), profile.file_name()?.to_str()?.to_owned()))
}

/// What cargo says in the environment about the package that it runs. Build scripts read it (ring's
/// asks to be run anew when it differs), so handing it on would build half the tree again.
fn is_about_this_package(name: &std::ffi::OsStr) -> bool {
    let name = name.to_string_lossy();
    name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_")
}
