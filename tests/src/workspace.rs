//! A private directory in which `terraform` runs.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

use ppcmk_emulator::Emulator;
use serde_json::Value;
use tempfile::TempDir;

use crate::binaries::{linter_binary, provider_binary, stand_in_binary};
use crate::process::Running;
use crate::run::{Plan, Run};
use crate::state::State;

/// What every configuration needs; in `provider.tf` unless a test writes another one.
const PROVIDER: &str = r#"
terraform {
  required_providers {
    ppcmk = { source = "ppcmk/ppcmk" }
  }
}

provider "ppcmk" {}
"#;

const NO_TERRAFORM: &str = "These tests need `terraform` 1.8 or newer on the PATH. Get it from \
                            https://developer.hashicorp.com/terraform/install and put the binary \
                            into a directory of the PATH.";

/// A configuration with its state. The directory disappears with it.
#[derive(Debug)]
pub struct Workspace {
    root: TempDir,
    variables: Mutex<BTreeMap<String, String>>,
    runs: AtomicU32,
}

impl Workspace {
    /// An empty configuration whose provider talks to this emulator.
    pub fn new(emulator: &Emulator) -> Self {
        let workspace = Self::offline();
        *workspace.variables() = emulator.environment_variables().into_iter().collect();
        workspace
    }

    /// An empty configuration whose provider finds neither endpoints nor credentials.
    pub fn offline() -> Self {
        let directory = provider_binary()
            .parent()
            .expect("a file is in a directory");
        Self::configured(&format!(
            "dev_overrides {{ \"ppcmk/ppcmk\" = {:?} }}\n  direct {{}}",
            directory.display().to_string()
        ))
    }

    /// An empty configuration whose provider talks to this emulator, and is installed by
    /// `terraform init` from a mirror: a directory as of `terraform providers mirror`. Nothing
    /// else can be installed.
    pub fn with_mirror(emulator: &Emulator, mirror: &Path) -> Self {
        let workspace = Self::configured(&format!(
            "filesystem_mirror {{ path = {:?} }}",
            mirror.display().to_string()
        ));
        *workspace.variables() = emulator.environment_variables().into_iter().collect();
        workspace
    }

    /// An empty configuration without a `provider.tf`. Stand-ins take the place of all providers,
    /// also of ours, so that plans need no services and refuse no mistakes.
    #[expect(clippy::missing_panics_doc, reason = "it is for tests")]
    pub fn with_stand_ins() -> Self {
        const PROVIDERS: [&str; 4] = [
            "hashicorp/azurerm",
            "azure/azapi",
            "microsoft/power-platform",
            "ppcmk/ppcmk",
        ];
        let workspace = Self::configured("");
        let directory = workspace.root.path().join("providers");
        std::fs::create_dir(&directory).expect("the directory is new");
        let overrides = PROVIDERS.map(|source| {
            let name = source.rsplit('/').next().unwrap_or(source);
            let program = directory.join(format!("terraform-provider-{name}"));
            std::fs::copy(stand_in_binary(), program).expect("the directory is ours");
            format!("    {source:?} = {:?}\n", directory.display().to_string())
        });
        let overrides = overrides.concat();
        std::fs::write(
            workspace.root.path().join("terraform.rc"),
            format!("provider_installation {{\n  dev_overrides {{\n{overrides}  }}\n}}\n"),
        )
        .expect("the directory is ours");
        workspace.remove("provider.tf");
        workspace
    }

    /// An empty configuration, and these ways to install providers.
    fn configured(installation: &str) -> Self {
        let root = tempfile::Builder::new()
            .prefix("ppcmk-tests-")
            .tempdir()
            .expect("the temporary directory should be writable");
        for directory in ["module", "home", "output"] {
            std::fs::create_dir(root.path().join(directory)).expect("the directory is new");
        }
        let cli = format!("provider_installation {{\n  {installation}\n}}\n");
        std::fs::write(root.path().join("terraform.rc"), cli).expect("the directory is ours");
        let workspace = Self {
            root,
            variables: Mutex::default(),
            runs: AtomicU32::default(),
        };
        workspace.write("provider.tf", PROVIDER);
        workspace
    }

    /// `terraform init`; only for a workspace with a mirror.
    pub fn init(&self) -> Run {
        self.terraform(&["init", "-input=false"])
    }

    /// Where `terraform init` installs.
    pub fn installation(&self) -> PathBuf {
        self.root.path().join("data")
    }

    /// Forgets what `terraform init` has installed, as a fresh checkout on another machine.
    pub fn forget_installation(&self) {
        // There may be none.
        let _ = std::fs::remove_dir_all(self.installation());
    }

    /// Lets our provider stand in for another one, by its source address such as `azure/azapi`:
    /// Terraform asks for the provider of every object in the state, and need not find the real
    /// one.
    #[expect(clippy::missing_panics_doc, reason = "it is for tests")]
    pub fn stand_in(&self, source: &str) {
        let name = source.rsplit('/').next().unwrap_or(source);
        let directory = self.root.path().join(name);
        std::fs::create_dir(&directory).expect("the directory is new");
        let program = directory.join(format!("terraform-provider-{name}"));
        std::fs::copy(provider_binary(), program).expect("the directory is ours");
        let file = self.root.path().join("terraform.rc");
        let text = std::fs::read_to_string(&file).expect("it was written");
        let entry = format!(
            "dev_overrides {{\n    {source:?} = {:?}\n",
            directory.display().to_string()
        );
        let text = text.replacen("dev_overrides {", &entry, 1);
        std::fs::write(&file, text).expect("the directory is ours");
    }

    /// The directory of the configuration.
    pub fn directory(&self) -> PathBuf {
        self.root.path().join("module")
    }

    /// A directory beside it, with what `spawn` has printed and for logs.
    pub fn output_directory(&self) -> PathBuf {
        self.root.path().join("output")
    }

    /// Writes a file of the configuration, or replaces it.
    pub fn write(&self, name: &str, text: impl AsRef<str>) {
        std::fs::write(self.directory().join(name), text.as_ref()).expect("the directory is ours");
    }

    /// Removes a file of the configuration.
    #[track_caller]
    pub fn remove(&self, name: &str) {
        std::fs::remove_file(self.directory().join(name)).expect("the test has written the file");
    }

    /// Sets an environment variable of all following runs.
    pub fn set(&self, name: &str, value: &str) {
        self.variables().insert(name.to_owned(), value.to_owned());
    }

    /// Removes an environment variable of all following runs.
    pub fn unset(&self, name: &str) {
        self.variables().remove(name);
    }

    /// Makes the following runs write everything that Terraform and the provider log, also what
    /// is only for developers, to the file that is returned.
    pub fn trace(&self) -> PathBuf {
        let log = self.output_directory().join("trace.log");
        self.set("TF_LOG", "TRACE");
        self.set("TF_LOG_PROVIDER", "TRACE");
        self.set("TF_LOG_PATH", &log.display().to_string());
        log
    }

    /// Runs `terraform` with these arguments, and with `-no-color`.
    pub fn terraform(&self, arguments: &[&str]) -> Run {
        let output = match self.command(arguments).stdin(Stdio::null()).output() {
            Ok(output) => output,
            Err(error) => panic!("could not run terraform: {error}. {NO_TERRAFORM}"),
        };
        Run::of(arguments, &output)
    }

    /// Runs `ppcmk-lint` with these arguments where Terraform runs, and with its environment.
    pub fn lint(&self, arguments: &[&str]) -> Run {
        let mut command = self.program(linter_binary().as_os_str());
        let output = command.args(arguments).stdin(Stdio::null()).output();
        Run::of(arguments, &output.expect("the linter was built"))
    }

    /// `terraform validate`.
    pub fn validate(&self) -> Run {
        self.terraform(&["validate"])
    }

    /// `terraform plan`, with the plan as JSON.
    pub fn plan(&self) -> Plan {
        self.plan_with(&[])
    }

    /// `terraform plan` with more arguments, with the plan as JSON.
    pub fn plan_with(&self, arguments: &[&str]) -> Plan {
        let mut all = vec![
            "plan",
            "-input=false",
            "-detailed-exitcode",
            "-out=test.tfplan",
        ];
        all.extend(arguments);
        let run = self.terraform(&all);
        // An empty plan needs no second look.
        let json = match run.code {
            Some(2) => self.show_plan("test.tfplan"),
            _ => Value::Null,
        };
        Plan { run, json }
    }

    /// `terraform apply -auto-approve`.
    pub fn apply(&self) -> Run {
        self.apply_with(&[])
    }

    /// `terraform apply -auto-approve` with more arguments.
    pub fn apply_with(&self, arguments: &[&str]) -> Run {
        let mut all = vec!["apply", "-input=false", "-auto-approve"];
        all.extend(arguments);
        self.terraform(&all)
    }

    /// `terraform destroy -auto-approve`.
    pub fn destroy(&self) -> Run {
        self.terraform(&["destroy", "-input=false", "-auto-approve"])
    }

    /// `terraform import`.
    pub fn import(&self, address: &str, id: &str) -> Run {
        self.terraform(&["import", "-input=false", address, id])
    }

    /// `terraform show -json` of a saved plan.
    #[track_caller]
    pub fn show_plan(&self, file: &str) -> Value {
        self.terraform(&["show", "-json", file]).succeeds().json()
    }

    /// `terraform show -json` of the state.
    #[track_caller]
    pub fn show_state(&self) -> Value {
        self.terraform(&["show", "-json"]).succeeds().json()
    }

    /// The state file, without asking Terraform. Empty if there is none.
    pub fn state(&self) -> State {
        let file = self.directory().join("terraform.tfstate");
        let text = std::fs::read_to_string(file).unwrap_or_else(|_| "{}".to_owned());
        State(serde_json::from_str(&text).expect("terraform writes JSON"))
    }

    /// Starts `terraform` with these arguments in a process group of its own.
    pub fn spawn(&self, arguments: &[&str]) -> Running {
        let number = self.runs.fetch_add(1, Ordering::Relaxed);
        let outputs = self.output_directory().join(format!("run-{number}"));
        Running::start(self.command(arguments), arguments.join(" "), &outputs)
    }

    /// Starts `terraform apply -auto-approve`; see [`Workspace::spawn`].
    pub fn spawn_apply(&self) -> Running {
        self.spawn(&["apply", "-input=false", "-auto-approve"])
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let words = match arguments[0] {
            "state" | "providers" => 2,
            _ => 1,
        };
        let (command, rest) = arguments.split_at(words);
        let mut child = self.program(&program());
        child.args(command).arg("-no-color").args(rest);
        child
    }

    /// Nothing of the machine's configuration reaches the child: no `TF_*`, no `ARM_*`, no
    /// `~/.terraformrc`.
    fn program(&self, program: &OsStr) -> Command {
        let mut child = Command::new(program);
        child
            .current_dir(self.directory())
            .env_clear()
            .env("HOME", self.root.path().join("home"))
            .env("CHECKPOINT_DISABLE", "1")
            .env("TF_IN_AUTOMATION", "1")
            .env("TF_CLI_CONFIG_FILE", self.root.path().join("terraform.rc"))
            .env("TF_DATA_DIR", self.root.path().join("data"));
        for inherited in ["PATH", "TMPDIR"] {
            if let Some(value) = std::env::var_os(inherited) {
                child.env(inherited, value);
            }
        }
        child.envs(&*self.variables());
        child
    }

    fn variables(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, String>> {
        self.variables
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// `terraform`, or what `PPCMK_TERRAFORM` names, such as `tofu`.
fn program() -> OsString {
    std::env::var_os("PPCMK_TERRAFORM")
        .filter(|name| !name.is_empty())
        .unwrap_or_else(|| "terraform".into())
}

impl AsRef<Path> for Workspace {
    fn as_ref(&self) -> &Path {
        self.root.path()
    }
}
