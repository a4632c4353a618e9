//! `cargo dist-release`: lays out a release of the programs.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command line program speaks to its user"
)]

use std::error::Error;
use std::process::ExitCode;

use clap::Parser as _;
use ppcmk_release::arguments::Arguments;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let outcome = if arguments.collect {
        ppcmk_release::collect(&arguments.output())
    } else {
        ppcmk_release::lay_out(&arguments)
    };
    match outcome {
        Ok(layout) => {
            for file in &layout.files {
                println!("{}", file.display());
            }
            for note in &layout.notes {
                eprintln!("note: {note}");
            }
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("dist-release: {}", with_sources(&error));
            ExitCode::FAILURE
        }
    }
}

/// An error with its causes, each of which says its own part only.
fn with_sources(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text.push_str(": ");
        text.push_str(&error.to_string());
        source = error.source();
    }
    text
}
