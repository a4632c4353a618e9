//! `ppcmk-lint check`.

use std::io::{self, Write};
use std::path::Path;

use clap::ArgMatches;

use super::args::{Check, Color};
use super::outputs::{pair, write_to};
use super::progress::Progress;
use super::{Exit, Failure, inputs, paths, terminal};
use crate::analysis::Analysis;
use crate::baseline::Baseline;
use crate::config::{FailOn, UndecidedPolicy};
use crate::report::{Format, Style};
use crate::run;

pub(super) fn run(arguments: &Check, matches: &ArgMatches, color: Color) -> Result<Exit, Failure> {
    let destinations = pair(&arguments.format, &arguments.output, Format::Human)?;
    let request = inputs::request(&arguments.inputs, arguments.baseline.as_deref(), matches)?;
    let fail_on = arguments
        .fail_on
        .or(request.config.fail_on)
        .unwrap_or_default();
    let undecided = arguments
        .undecided
        .or(request.config.undecided)
        .unwrap_or_default();

    let progress = Progress::start("checking");
    let analysis = run::analyse(&request);
    drop(progress);
    let mut analysis = analysis?;
    analysis.started_in = paths::started_in();

    if let Some(path) = &arguments.write_baseline {
        accept_all(&mut analysis, path)?;
    }
    for destination in destinations {
        let style = Style {
            show_undecided: arguments.show_undecided || undecided != UndecidedPolicy::Allow,
            fail_on,
            ..terminal::style_of_results(color, destination.file.is_some())
        };
        write_to(destination.file.as_deref(), |out| {
            destination.format.write(&analysis, style, out)
        })?;
    }
    Ok(exit(&analysis, fail_on, undecided))
}

/// Writes the baseline, and applies it at once: what was written no longer counts.
fn accept_all(analysis: &mut Analysis, path: &Path) -> Result<(), Failure> {
    let baseline = Baseline::of(analysis);
    write_to(Some(path), |out| baseline.write(out))?;
    baseline.apply(analysis, &[]);
    analysis.sort();
    let count = baseline.len();
    let _ = writeln!(io::stderr(), "wrote {count} findings to {}", path.display());
    Ok(())
}

fn exit(analysis: &Analysis, fail_on: FailOn, undecided: UndecidedPolicy) -> Exit {
    let has_findings = analysis
        .findings
        .iter()
        .any(|finding| fail_on.includes(finding.level));
    let has_undecided = undecided == UndecidedPolicy::Deny && !analysis.undecided.is_empty();
    if has_findings || has_undecided {
        Exit::Findings
    } else {
        Exit::Clean
    }
}
