//! Reports: one file per format.
//!
//! A report prints an [`Analysis`] and decides nothing. The same analysis gives the same bytes: no
//! times, no absolute paths, and the order is that of the analysis. Colour never carries meaning.

mod csv;
mod excerpt;
mod fingerprint;
mod github;
mod gitlab;
mod html;
mod human;
mod json;
mod junit;
mod markdown;
pub(crate) mod page;
mod sarif;
mod text;
mod undecided;
mod words;

use std::io;

use clap::ValueEnum;

use crate::analysis::Analysis;
use crate::config::FailOn;

pub use human::errors;

/// A format of `ppcmk-lint check`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For a person at a terminal, with excerpts of the sources.
    Human,
    /// The contract for programs, version 1.
    Json,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// JUnit's XML, for test reports of pipelines.
    Junit,
    /// Annotations of GitHub Actions.
    Github,
    /// GitLab's code quality report.
    Gitlab,
    /// For a comment of a pull request.
    Markdown,
    /// One page with the coverage map.
    Html,
}

/// A format of `ppcmk-lint coverage`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum CoverageFormat {
    /// For a person at a terminal.
    Human,
    /// For programs: the `coverage` of the contract.
    Json,
    /// For a comment of a pull request.
    Markdown,
    /// One page with the coverage map.
    Html,
    /// For spreadsheets.
    Csv,
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
    /// From which level on findings fail the run.
    pub fail_on: FailOn,
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
            Self::Sarif => sarif::write(analysis, out),
            Self::Junit => junit::write(analysis, style, out),
            Self::Github => github::write(analysis, style, out),
            Self::Gitlab => gitlab::write(analysis, out),
            Self::Markdown => markdown::write(analysis, out),
            Self::Html => html::write(analysis, out),
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
            Self::Markdown => markdown::write_coverage(analysis, out),
            Self::Html => html::write_coverage(analysis, out),
            Self::Csv => csv::write_coverage(analysis, out),
        }
    }
}

#[cfg(test)]
mod tests;
