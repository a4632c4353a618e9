//! For a comment of a pull request: summary, findings, gaps, folded details.
//!
//! A comment of GitHub has at most 65,536 characters. What does not fit is left out row by row, the
//! details first, and the text says how much. The first line is a marker by which a bot finds the
//! comment that it has to update.

mod escape;
mod sections;

use std::io;

use crate::analysis::Analysis;
use escape::prose;
use sections::{Section, coverage, details, findings, gaps, undecided};

use super::words::summary;

/// The marker.
const MARKER: &str = "<!-- ppcmk-lint -->";
/// In bytes, so that it holds however somebody counts characters.
const LIMIT: usize = 65_000;
/// Neither the findings nor the gaps may push the other out.
const LIMIT_OF_FINDINGS: usize = 32_000;
const LIMIT_OF_GAPS: usize = 52_000;

/// Prints what a run found.
pub(super) fn write(analysis: &Analysis, out: &mut dyn io::Write) -> io::Result<()> {
    let mut head = format!(
        "{MARKER}\n## Customer-managed keys: {}\n",
        summary(analysis)
    );
    for notice in &analysis.notices {
        head.extend(["\n", &prose(notice), "\n"]);
    }
    let sections = [
        (findings(analysis), LIMIT_OF_FINDINGS),
        (gaps(&analysis.coverage), LIMIT_OF_GAPS),
        (details(analysis), LIMIT),
        (undecided(analysis), LIMIT),
    ];
    write_sections(head, sections, out)
}

/// Prints who holds the key.
pub(super) fn write_coverage(analysis: &Analysis, out: &mut dyn io::Write) -> io::Result<()> {
    let count = super::text::counted(analysis.coverage.len(), "environment");
    let head = format!("{MARKER}\n## Who holds the key: {count}\n");
    let mut sections = vec![(gaps(&analysis.coverage), LIMIT_OF_FINDINGS)];
    sections.extend(analysis.coverage.iter().map(|one| (coverage(one), LIMIT)));
    write_sections(head, sections, out)
}

fn write_sections<'a>(
    mut text: String,
    sections: impl IntoIterator<Item = (Section<'a>, usize)>,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let left: usize = sections
        .into_iter()
        .map(|(section, limit)| section.append(&mut text, limit))
        .sum();
    if left > 0 {
        writeln!(out, "{text}\n_{left} more rows do not fit into a comment._")
    } else {
        out.write_all(text.as_bytes())
    }
}

#[cfg(test)]
mod tests;
