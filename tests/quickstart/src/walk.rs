//! The walk through Terraform's commands, inside `ppcmk-emulator run`.

use std::ffi::OsStr;
use std::io::IsTerminal;
use std::path::Path;
use std::process::{Command, ExitStatus};

use crate::Problem;
use crate::requests::{Kind, Requests};
use crate::stage::REQUESTS;

/// What an apply asks for: one policy, one right on the key, two environments.
const APPLIED: [(Kind, usize); 3] = [(Kind::PutPolicy, 1), (Kind::GrantKey, 1), (Kind::Link, 2)];
/// And what has been asked for after the destroy. The grant stays: see `retain_on_destroy`.
const DESTROYED: [(Kind, usize); 5] = [
    (Kind::PutPolicy, 1),
    (Kind::GrantKey, 1),
    (Kind::Link, 2),
    (Kind::Unlink, 2),
    (Kind::DeletePolicy, 1),
];

pub(crate) fn walk(directory: &Path, program: &OsStr) -> Result<(), Problem> {
    let walk = Walk { directory, program };
    walk.install()?;
    walk.step(
        2,
        "Check the configuration. This asks no service anything",
        &["validate"],
    )?;
    if !walk.requests()?.is_empty() {
        return Err("`validate` asked a service; that is a bug of the provider".to_owned());
    }

    walk.step(
        3,
        "Create an encryption policy, give it the right on the key, put two environments under it",
        &["apply", "-input=false", "-auto-approve"],
    )?;
    let requests = walk.requests()?;
    println!(
        "\nWhat the emulator saw, apart from {} reads:\n",
        requests.reads()
    );
    for line in requests.lines(0) {
        println!("  {line}");
    }
    if requests.has_refusals() {
        println!(
            "\n404: the new policy was not visible to the Power Platform yet. Nothing happened, and \
             the provider\nasked again."
        );
    }
    println!(
        "\nOne accepted link (202) per environment. A link takes an environment offline, so none \
         that may have\nbeen taken is sent again."
    );
    requests.expect(&APPLIED)?;
    let seen = requests.count();

    walk.step(
        4,
        "Plan again. Exit code 0 means that nothing differs",
        &["plan", "-input=false", "-detailed-exitcode"],
    )?;
    walk.requests()?.expect(&APPLIED)?;

    walk.step(
        5,
        "Take the environments off, and delete the policy. Look at the warnings of the plan",
        &["destroy", "-input=false", "-auto-approve"],
    )?;
    let requests = walk.requests()?;
    println!("\nWhat the emulator saw:\n");
    for line in requests.lines(seen) {
        println!("  {line}");
    }
    requests.expect(&DESTROYED)?;
    println!(
        "\nThe grant on the key was kept, because backups need the key for 30 days. In a tenant of \
         your own,\nkeep the policy as long, too: the grant is its identity's."
    );
    println!(
        "\nDone: {} changes and {} reads, all of them in the emulator. No tenant was touched.\n\n\
         Next: the configuration is examples/quickstart/main.tf, README.md shows one for a real \
         tenant,\nand `cargo quickstart --keep` leaves everything in place to try more.",
        requests.accepted(),
        requests.reads(),
    );
    Ok(())
}

struct Walk<'a> {
    directory: &'a Path,
    program: &'a OsStr,
}

impl Walk<'_> {
    /// `init` says much about lock files that does not matter here, so it is only heard when it
    /// fails.
    fn install(&self) -> Result<(), Problem> {
        let arguments = ["init", "-input=false"];
        self.headline(1, "Install the provider that was just built", &arguments);
        let output = self
            .command(&arguments)
            .output()
            .map_err(|error| self.not_started(&error))?;
        if output.status.success() {
            println!("Installed.");
            return Ok(());
        }
        print!("{}", String::from_utf8_lossy(&output.stdout));
        eprint!("{}", String::from_utf8_lossy(&output.stderr));
        Err(self.failed(&arguments, output.status))
    }

    fn step(&self, number: usize, headline: &str, arguments: &[&str]) -> Result<(), Problem> {
        self.headline(number, headline, arguments);
        let status = self
            .command(arguments)
            .status()
            .map_err(|error| self.not_started(&error))?;
        match status.code() {
            Some(0) => Ok(()),
            Some(2) if arguments.contains(&"-detailed-exitcode") => Err(
                "the plan found differences right after the apply; that is a bug of the provider"
                    .to_owned(),
            ),
            _ => Err(self.failed(arguments, status)),
        }
    }

    fn headline(&self, number: usize, headline: &str, arguments: &[&str]) {
        println!("\n== {number}/5  {headline}\n$ {}", self.line(arguments));
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(self.program);
        command.args(arguments).current_dir(self.directory);
        if !std::io::stdout().is_terminal() {
            command.arg("-no-color");
        }
        command
    }

    fn requests(&self) -> Result<Requests, Problem> {
        Requests::read(&self.directory.join(REQUESTS))
    }

    fn line(&self, arguments: &[&str]) -> String {
        format!("{} {}", self.name(), arguments.join(" "))
    }

    fn name(&self) -> std::borrow::Cow<'_, str> {
        Path::new(self.program)
            .file_name()
            .unwrap_or(self.program)
            .to_string_lossy()
    }

    fn not_started(&self, error: &std::io::Error) -> Problem {
        format!("{} could not be started: {error}", self.name())
    }

    fn failed(&self, arguments: &[&str], status: ExitStatus) -> Problem {
        format!("`{}` failed, {status}", self.line(arguments))
    }
}
