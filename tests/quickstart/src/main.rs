//! `cargo quickstart`: builds the linter, the provider and the emulator, and takes `examples/retail`
//! through its life: a review that finds a gap, a plan that is refused for it, the fix, and the rest.
//!
//! The program runs twice. The first one builds, prepares a private directory and starts
//! `ppcmk-emulator run`; the second one is the command that the emulator runs, and walks through
//! the commands. So one emulator serves all of them, as one cloud would.
//!
//! Nothing of the machine's Terraform configuration is used, and nothing outside the private
//! directory is written but the coverage map in the target directory. What the emulator saw is
//! checked, not only shown.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command line program speaks to its user"
)]

mod arguments;
mod fix;
mod programs;
mod requests;
mod shell;
mod stage;
mod walk;

use std::process::ExitCode;

use arguments::{Command, Options};

/// What went wrong, for the person at the terminal.
type Problem = String;

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args_os().skip(1).collect();
    let outcome = match arguments::parse(&arguments) {
        Ok(Command::Help) => {
            print!("{}", arguments::HELP);
            Ok(())
        }
        Ok(Command::Quickstart(options)) => quickstart(options),
        Ok(Command::Walk(walking)) => walk::walk(&walking),
        Err(problem) => {
            eprintln!("quickstart: {problem}\n\n{}", arguments::HELP);
            return ExitCode::from(2);
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("\nquickstart: {problem}");
            ExitCode::FAILURE
        }
    }
}

fn quickstart(options: Options) -> Result<(), Problem> {
    let terraform = programs::terraform()?;
    println!(
        "Customer-managed keys for Power Platform, tried without a tenant.\n\
         \n  terraform   {}\n  cloud       ppcmk-emulator, a program on this machine; no tenant \
         is asked\n",
        terraform.version
    );
    println!("Building linter, provider and emulator (minutes the first time, seconds later)");
    let built = programs::build()?;
    let stage = stage::Stage::prepare(&built)?;
    let walked = stage.run(&built, &terraform, options.fast);
    if options.keep {
        let directory = stage.keep();
        println!("{}", stage::by_hand(&directory, &built, &terraform));
    } else if walked.is_err() {
        println!("Run it with --keep to look at the directory afterwards.");
    }
    walked
}
