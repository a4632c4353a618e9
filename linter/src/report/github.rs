//! Workflow commands of GitHub Actions, which become annotations of the changed files.

use std::io;

use ppcmk_coverage::{Finding, Level};

use super::Style;
use super::text::visible;
use super::words::{from_root, subject, summary};
use crate::analysis::Analysis;

/// Prints what a run found.
pub(super) fn write(analysis: &Analysis, style: Style, out: &mut dyn io::Write) -> io::Result<()> {
    for finding in &analysis.findings {
        let text = format!(
            "{}: {}\n{}",
            subject(finding),
            finding.message,
            finding.help
        );
        let title = format!("{} {}", finding.rule.code, finding.rule.name);
        writeln!(
            out,
            "::{} {}title={}::{}",
            command(finding.level),
            place(analysis, finding),
            property(&title),
            data(&text)
        )?;
    }
    for undecided in analysis.undecided.iter().filter(|_| style.show_undecided) {
        let title = format!(
            "{} {} (undecided)",
            undecided.rule.code, undecided.rule.name
        );
        let by = undecided.unknown.decided_by().join(", ");
        let text = format!(
            "{}: {}\ndecided by {by}",
            undecided.address, undecided.unknown.reason
        );
        writeln!(out, "::notice title={}::{}", property(&title), data(&text))?;
    }
    // Not a command: it stands in the log for whoever opens it.
    writeln!(out, "{}", summary(analysis))
}

fn command(level: Level) -> &'static str {
    match level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Note => "notice",
    }
}

fn place(analysis: &Analysis, finding: &Finding) -> String {
    let Some(location) = &finding.location else {
        return String::new();
    };
    let (start, end) = (location.start, location.end);
    let mut place = format!(
        "file={},line={},endLine={},",
        property(&from_root(analysis, &location.file)),
        start.line,
        end.line
    );
    // Columns of several lines are refused.
    if start.line == end.line {
        use std::fmt::Write;
        write!(place, "col={},endColumn={},", start.column, end.column)
            .expect("writing to a string");
    }
    place
}

/// <https://github.com/actions/toolkit/blob/main/packages/core/src/command.ts>, `escapeData`.
fn data(text: &str) -> String {
    let lines: Vec<_> = text
        .split('\n')
        .map(|line| visible(line).replace('%', "%25"))
        .collect();
    lines.join("%0A")
}

/// The same, `escapeProperty`.
fn property(text: &str) -> String {
    visible(text)
        .replace('%', "%25")
        .replace(':', "%3A")
        .replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    #[test]
    fn every_command_is_one_line() {
        let mut out = Vec::new();
        write(&testing::hostile(3), Style::default(), &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 4, "{text}");
        for line in &lines[..3] {
            assert!(
                line.starts_with("::") && line.contains("title=CMK201 "),
                "{line}"
            );
        }
    }

    #[test]
    fn separators_are_escaped() {
        assert_eq!(property("a:b,c%\n"), "a%3Ab%2Cc%25 ");
        assert_eq!(data("a:b,c%\nd"), "a:b,c%25%0Ad");
    }
}
