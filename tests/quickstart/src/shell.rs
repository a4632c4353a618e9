//! Runs the commands of the walk, and shows each as a person would type it.

use std::ffi::OsStr;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};

use crate::Problem;
use crate::arguments::Walking;
use crate::requests::Requests;
use crate::stage::REQUESTS;

/// How many steps there are.
const STEPS: usize = 8;

/// The private directory and the programs that work in it.
pub(crate) struct Shell<'a> {
    walking: &'a Walking,
}

impl<'a> Shell<'a> {
    pub(crate) fn new(walking: &'a Walking) -> Self {
        Self { walking }
    }

    /// Runs Terraform, whose exit code has to be this one.
    pub(crate) fn terraform(&self, arguments: &[&str], expected: i32) -> Result<(), Problem> {
        show(&self.name(), arguments);
        let status = self.terraform_command(arguments).status();
        check(&self.name(), arguments, status, expected)
    }

    /// Runs Terraform, of which nothing is heard unless it fails.
    pub(crate) fn terraform_quietly(&self, arguments: &[&str]) -> Result<(), Problem> {
        show(&self.name(), arguments);
        let output = self.terraform_command(arguments).output();
        let output = output.map_err(|error| not_started(&self.name(), &error))?;
        if output.status.success() {
            return Ok(());
        }
        print!("{}", String::from_utf8_lossy(&output.stdout));
        eprint!("{}", String::from_utf8_lossy(&output.stderr));
        Err(failed(&self.name(), arguments, output.status))
    }

    /// Writes a saved plan as JSON to a file of the directory.
    pub(crate) fn show_plan(&self, plan: &str, file: &str) -> Result<(), Problem> {
        let arguments = ["show", "-json", plan];
        show(&self.name(), &[arguments[0], arguments[1], plan, ">", file]);
        let output = self.terraform_command(&arguments).output();
        let output = output.map_err(|error| not_started(&self.name(), &error))?;
        if !output.status.success() {
            eprint!("{}", String::from_utf8_lossy(&output.stderr));
            return Err(failed(&self.name(), &arguments, output.status));
        }
        std::fs::write(self.path(file), output.stdout)
            .map_err(|error| format!("{file} could not be written: {error}"))
    }

    /// Runs the linter, whose exit code has to be this one.
    pub(crate) fn linter(&self, arguments: &[&str], expected: i32) -> Result<(), Problem> {
        let name = "ppcmk-lint";
        show(name, arguments);
        let mut command = Command::new(&self.walking.linter);
        command.args(arguments).current_dir(&self.walking.directory);
        check(name, arguments, command.status(), expected)
    }

    /// A file of the directory.
    pub(crate) fn path(&self, file: &str) -> PathBuf {
        self.walking.directory.join(file)
    }

    /// What the emulator was asked up to now.
    pub(crate) fn requests(&self) -> Result<Requests, Problem> {
        Requests::read(&self.path(REQUESTS))
    }

    fn terraform_command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.walking.terraform);
        command.current_dir(&self.walking.directory);
        let (subcommand, rest) = arguments.split_at(arguments.len().min(1));
        command.args(subcommand);
        if !std::io::stdout().is_terminal() {
            command.arg("-no-color");
        }
        command.args(rest);
        command
    }

    fn name(&self) -> String {
        let program: &OsStr = &self.walking.terraform;
        let name = Path::new(program).file_stem().unwrap_or(program);
        name.to_string_lossy().into_owned()
    }
}

/// Begins a step.
pub(crate) fn step(number: usize, headline: &str) {
    println!("\n== {number}/{STEPS}  {headline}");
}

fn check(
    name: &str,
    arguments: &[&str],
    status: std::io::Result<ExitStatus>,
    expected: i32,
) -> Result<(), Problem> {
    let status = status.map_err(|error| not_started(name, &error))?;
    if status.code() == Some(expected) {
        Ok(())
    } else {
        Err(failed(name, arguments, status))
    }
}

fn show(name: &str, arguments: &[&str]) {
    println!("$ {name} {}", arguments.join(" "));
}

fn not_started(name: &str, error: &std::io::Error) -> Problem {
    format!("{name} could not be started: {error}")
}

fn failed(name: &str, arguments: &[&str], status: ExitStatus) -> Problem {
    format!(
        "`{name} {}` did not end as it should: {status}",
        arguments.join(" ")
    )
}
