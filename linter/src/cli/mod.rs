//! The command line.
//!
//! Exit codes: 0, nothing that fails the run; 1, findings at or above `--fail-on`, or undecided
//! results with `--undecided=deny`; 2, the run could not be made. Results go to standard output or to
//! files, everything else to standard error. A reader that goes away early is no error.

mod args;
mod argv;
mod check;
mod coverage;
mod explain;
mod inputs;
mod outputs;
mod paths;
mod progress;
mod register;
mod terminal;

use std::ffi::OsString;
use std::io::{self, Write};
use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches};

use crate::report;
use crate::source::{InputError, Sources};
use args::{Cli, Command};

pub use args::command;

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Nothing that fails the run.
    Clean,
    /// Findings.
    Findings,
    /// The run could not be made.
    CouldNotRun,
}

/// Why a run could not be made.
#[derive(Debug, Default)]
pub(crate) struct Failure {
    errors: Vec<InputError>,
    /// The texts that the errors point into.
    sources: Sources,
}

/// Runs the program with these arguments, the program's name first.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    ExitCode::from(match run(arguments) {
        Exit::Clean => 0,
        Exit::Findings => 1,
        Exit::CouldNotRun => 2,
    })
}

fn run(arguments: impl IntoIterator<Item = OsString>) -> Exit {
    let parsed = Cli::command()
        .try_get_matches_from(argv::rewrite(arguments.into_iter().collect()))
        .and_then(|matches| Ok((Cli::from_arg_matches(&matches)?, matches)));
    let (cli, matches) = match parsed {
        Ok(parsed) => parsed,
        Err(error) => {
            // Nobody is left to tell if this cannot be printed.
            let _ = error.print();
            return if error.use_stderr() {
                Exit::CouldNotRun
            } else {
                Exit::Clean
            };
        }
    };
    let color = cli.color;
    let result = match cli.command {
        Command::Check(arguments) => check::run(&arguments, &matches, color),
        Command::Coverage(arguments) => coverage::run(&arguments, &matches, color),
        Command::Explain { code } => explain::run(&code, color),
        Command::Rules { format } => register::run(format),
        Command::Completions { shell } => print(|out| {
            clap_complete::generate(shell, &mut Cli::command(), "ppcmk-lint", out);
            Ok(())
        })
        .map(|()| Exit::Clean),
    };
    result.unwrap_or_else(|failure| {
        let style = terminal::style_of_errors(color);
        let _ = report::errors(
            &failure.errors,
            &failure.sources,
            style,
            &mut io::stderr().lock(),
        );
        Exit::CouldNotRun
    })
}

/// Prints to standard output.
pub(crate) fn print(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Failure> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    match write(&mut out).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(InputError::new(format!("could not write to standard output: {error}")).into())
        }
        _ => Ok(()),
    }
}

impl From<InputError> for Failure {
    fn from(error: InputError) -> Self {
        vec![error].into()
    }
}

impl From<Vec<InputError>> for Failure {
    /// Looks up the texts that the errors point into: what was read may have failed before anything
    /// could keep it.
    fn from(errors: Vec<InputError>) -> Self {
        let mut sources = Sources::default();
        for location in errors.iter().filter_map(|error| error.location.as_ref()) {
            if sources.get(&location.file).is_none()
                && let Ok(text) = std::fs::read_to_string(&*location.file)
            {
                let text = text
                    .strip_prefix('\u{feff}')
                    .map(str::to_owned)
                    .unwrap_or(text);
                sources.add(location.file.clone(), text);
            }
        }
        Self { errors, sources }
    }
}

#[cfg(test)]
mod tests;
