//! Reports: one file per format.
//!
//! A report prints an [`Analysis`] and decides nothing. The same analysis gives the same bytes: no
//! times, no absolute paths, and the order is that of the analysis. Colour never carries meaning.

mod excerpt;
mod human;
mod json;
mod text;
mod words;

use std::io;

use clap::ValueEnum;

use crate::analysis::Analysis;

pub use human::errors;

/// A format of `ppcmk-lint check`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For a person at a terminal, with excerpts of the sources.
    Human,
    /// The contract for programs, version 1.
    Json,
}

/// A format of `ppcmk-lint coverage`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum CoverageFormat {
    /// For a person at a terminal.
    Human,
    /// For programs: the `coverage` of the contract.
    Json,
}

/// How to print, as far as the person who asked decides it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Style {
    /// With colours.
    pub color: bool,
    /// Without characters beyond ASCII.
    pub ascii: bool,
    /// List what could not be decided, instead of only counting it.
    pub show_undecided: bool,
}

impl Format {
    /// Prints what a run found.
    pub fn write(
        self,
        analysis: &Analysis,
        style: Style,
        out: &mut dyn io::Write,
    ) -> io::Result<()> {
        match self {
            Self::Human => human::write(analysis, style, out),
            Self::Json => json::write(analysis, out),
        }
    }
}

impl CoverageFormat {
    /// Prints who holds the key.
    pub fn write(
        self,
        analysis: &Analysis,
        style: Style,
        out: &mut dyn io::Write,
    ) -> io::Result<()> {
        match self {
            Self::Human => human::write_coverage(analysis, style, out),
            Self::Json => json::write_coverage(analysis, out),
        }
    }
}

#[cfg(test)]
mod tests;
