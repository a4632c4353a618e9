//! `ppcmk-lint coverage`. It shows, and judges nothing: the exit code is 0 unless it could not run.

use clap::ArgMatches;

use super::args::{Color, Coverage};
use super::outputs::{pair, write_to};
use super::progress::Progress;
use super::{Exit, Failure, inputs, terminal};
use crate::report::CoverageFormat;
use crate::run;

pub(super) fn run(
    arguments: &Coverage,
    matches: &ArgMatches,
    color: Color,
) -> Result<Exit, Failure> {
    let destinations = pair(&arguments.format, &arguments.output, CoverageFormat::Human)?;
    let request = inputs::request(&arguments.inputs, None, matches)?;
    let progress = Progress::start("reading");
    let analysis = run::analyse(&request);
    drop(progress);
    let analysis = analysis?;
    for destination in destinations {
        let style = terminal::style_of_results(color, destination.file.is_some());
        write_to(destination.file.as_deref(), |out| {
            destination.format.write(&analysis, style, out)
        })?;
    }
    Ok(Exit::Clean)
}
