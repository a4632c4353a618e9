//! The contract for programs, version 1. `linter/schemas/output.schema.json` is its schema, made from
//! the types in [`shape`].

mod indented;
mod shape;

use std::io::{self, BufWriter, Write as _};

use ppcmk_coverage::Level;
use serde_json::Serializer;

use crate::analysis::Analysis;
use indented::Indented;
use shape::{Coverage, CoverageOutput, Finding, Output, Summary, Suppressed, Undecided};

/// The version of the contract. Fields may be added within a version, none is taken away.
const VERSION: u32 = 1;

/// How much is written at once, in bytes.
const BUFFER: usize = 64 << 10;

/// Prints what a run found.
pub(super) fn write(analysis: &Analysis, out: &mut dyn io::Write) -> io::Result<()> {
    print(&output(analysis), out)
}

/// Prints who holds the key.
pub(super) fn write_coverage(analysis: &Analysis, out: &mut dyn io::Write) -> io::Result<()> {
    let output = CoverageOutput {
        version: VERSION,
        coverage: analysis.coverage.iter().map(Coverage::of).collect(),
    };
    print(&output, out)
}

fn print(value: &impl serde::Serialize, out: &mut dyn io::Write) -> io::Result<()> {
    // Writing small pieces to something that is only known at run time is slow.
    let mut out = BufWriter::with_capacity(BUFFER, out);
    let mut serializer = Serializer::with_formatter(&mut out, Indented::default());
    value.serialize(&mut serializer)?;
    writeln!(out)?;
    out.flush()
}

fn output(analysis: &Analysis) -> Output<'_> {
    Output {
        version: VERSION,
        findings: analysis.findings.iter().map(Finding::of).collect(),
        undecided: analysis.undecided.iter().map(Undecided::of).collect(),
        coverage: analysis.coverage.iter().map(Coverage::of).collect(),
        suppressed: analysis.suppressed.iter().map(Suppressed::of).collect(),
        notices: &analysis.notices,
        summary: Summary {
            errors: analysis.count(Level::Error),
            warnings: analysis.count(Level::Warning),
            notes: analysis.count(Level::Note),
            undecided: analysis.undecided.len(),
            suppressed: analysis.suppressed.len(),
        },
    }
}

#[cfg(test)]
mod tests;
