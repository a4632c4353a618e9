//! The private directory in which everything happens.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::programs::{self, Built, Terraform, workspace};
use crate::{Problem, arguments};

/// Names in the directory.
pub(crate) const CLI_CONFIG: &str = "terraform.tfrc";
pub(crate) const CLOUD: &str = "cloud.json";
pub(crate) const REQUESTS: &str = "requests.jsonl";
const MIRROR: &str = "providers";
const LOCAL_HOSTS: &str = "127.0.0.1,localhost";

/// What of the caller's environment would change how Terraform or the provider work. `TF_LOG` and
/// its like stay: whoever sets them wants to see more.
const FOREIGN: [&str; 5] = ["TF_", "PPCMK_", "ARM_", "POWER_PLATFORM_", "AZURE_"];

pub(crate) struct Stage {
    directory: TempDir,
}

impl Stage {
    /// Copies the example, and puts the provider where `terraform init` finds it.
    pub(crate) fn prepare(built: &Built) -> Result<Self, Problem> {
        let directory = tempfile::Builder::new()
            .prefix("ppcmk-quickstart-")
            .tempdir()
            .map_err(|error| format!("no private directory could be made: {error}"))?;
        let stage = Self { directory };
        stage
            .fill(built)
            .map_err(|error| format!("the private directory could not be filled: {error}"))?;
        Ok(stage)
    }

    fn fill(&self, built: &Built) -> std::io::Result<()> {
        let example = workspace().join("examples").join("retail");
        for entry in std::fs::read_dir(example)? {
            let entry = entry?;
            let is_part = |kind: &std::ffi::OsStr| kind == "tf" || kind == "tfvars";
            if entry.path().extension().is_some_and(is_part) {
                std::fs::copy(entry.path(), self.path().join(entry.file_name()))?;
            }
        }
        let version = env!("CARGO_PKG_VERSION");
        let package = self
            .path()
            .join(MIRROR)
            .join("registry.terraform.io/ppcmk/ppcmk")
            .join(version)
            .join(platform());
        std::fs::create_dir_all(&package)?;
        let suffix = std::env::consts::EXE_SUFFIX;
        let program = package.join(format!("terraform-provider-ppcmk_v{version}{suffix}"));
        // A link costs nothing; across file systems a copy does.
        std::fs::hard_link(&built.provider, &program)
            .or_else(|_| std::fs::copy(&built.provider, &program).map(drop))?;
        std::fs::write(
            self.path().join(CLI_CONFIG),
            cli_config(&self.path().join(MIRROR)),
        )
    }

    fn path(&self) -> &Path {
        self.directory.path()
    }

    /// Starts the emulator, which starts this program again to do the walk.
    pub(crate) fn run(
        &self,
        built: &Built,
        terraform: &Terraform,
        fast: bool,
    ) -> Result<(), Problem> {
        let ourselves = std::env::current_exe()
            .map_err(|error| format!("this program does not know where it is: {error}"))?;
        println!("Working in {}", self.path().display());
        let mut command = Command::new(&built.emulator);
        for (name, _) in std::env::vars_os() {
            if is_foreign(&name) {
                command.env_remove(name);
            }
        }
        // A proxy would not find a service on this machine.
        for name in ["NO_PROXY", "no_proxy"] {
            command.env(name, LOCAL_HOSTS);
        }
        let status = command
            .env("TF_CLI_CONFIG_FILE", self.path().join(CLI_CONFIG))
            .env("CHECKPOINT_DISABLE", "1")
            .arg("run")
            .args(["--speed", if fast { "instant" } else { "demo" }])
            .arg("--state")
            .arg(self.path().join(CLOUD))
            .arg("--log")
            .arg(self.path().join(REQUESTS))
            .arg("--")
            .arg(ourselves)
            .arg(arguments::WALK)
            .arg(self.path())
            .arg(&terraform.program)
            .arg(&built.linter)
            .arg(programs::map())
            .status()
            .map_err(|error| format!("the emulator could not be started: {error}"))?;
        if status.success() {
            Ok(())
        } else {
            Err("not everything went as it should; see above".to_owned())
        }
    }

    /// Leaves the directory to the user.
    pub(crate) fn keep(self) -> PathBuf {
        self.directory.keep()
    }
}

/// How to go on in a kept directory.
pub(crate) fn by_hand(directory: &Path, built: &Built, terraform: &Terraform) -> String {
    format!(
        "Kept: {directory}\n\nGo on by hand; each command finds the cloud as the last one left \
         it:\n\n  cd {directory}\n  export TF_CLI_CONFIG_FILE=$PWD/{CLI_CONFIG}\n  {emulator} run \
         --state {CLOUD} -- {terraform} apply\n",
        directory = directory.display(),
        emulator = built.emulator.display(),
        terraform = terraform.program.display(),
    )
}

fn is_foreign(name: &OsString) -> bool {
    let name = name.to_string_lossy();
    FOREIGN.iter().any(|prefix| name.starts_with(prefix)) && !name.starts_with("TF_LOG")
}

fn cli_config(mirror: &Path) -> String {
    let mirror = mirror
        .display()
        .to_string()
        .replace('\\', "\\\\")
        .replace('"', "\\\"");
    format!(
        "disable_checkpoint = true\n\nprovider_installation {{\n  filesystem_mirror {{\n    path = \
         \"{mirror}\"\n  }}\n}}\n"
    )
}

/// Terraform's name of this platform.
fn platform() -> String {
    let system = match std::env::consts::OS {
        "macos" => "darwin",
        other => other,
    };
    let processor = match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        "x86" => "386",
        other => other,
    };
    format!("{system}_{processor}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_changes_terraform_is_foreign() {
        let is = |name: &str| is_foreign(&name.into());
        assert!(is("TF_CLI_ARGS_plan") && is("ARM_TENANT_ID") && is("PPCMK_BAP_ENDPOINT"));
        assert!(!is("TF_LOG_PROVIDER") && !is("PATH") && !is("HOME"));
    }
}
