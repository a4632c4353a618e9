//! The parts of the comment, as rows that can be left out one by one.

use std::fmt::Write;
use std::iter::Peekable;

use ppcmk_coverage::Finding;
use ppcmk_coverage::assessment::EnvironmentCoverage;

use super::super::text::counted;
use super::super::undecided;
use super::super::words::{key_control_for_people, place, symbol};
use super::escape::{code, prose};
use crate::analysis::Analysis;

/// A part of the comment. Rows are made when they are needed: of a hundred thousand findings only a
/// few hundred fit.
pub(super) struct Section<'a> {
    /// What comes before the rows.
    head: String,
    rows: Peekable<Box<dyn Iterator<Item = String> + 'a>>,
    /// How many rows there are.
    count: usize,
    /// What comes behind the rows.
    foot: &'static str,
}

/// Room for what is said at the end of a section and of the whole text.
const ROOM: usize = 200;

impl<'a> Section<'a> {
    fn new(
        head: impl Into<String>,
        count: usize,
        rows: impl Iterator<Item = String> + 'a,
        foot: &'static str,
    ) -> Self {
        let rows: Box<dyn Iterator<Item = String> + 'a> = Box::new(rows);
        Self {
            head: head.into(),
            rows: rows.peekable(),
            count,
            foot,
        }
    }

    /// Appends what fits and says what does not. Gives the number of rows if not even one fits, so
    /// that this is said once for all such sections.
    pub(super) fn append(mut self, text: &mut String, limit: usize) -> usize {
        let end = limit - self.foot.len() - ROOM;
        let first = self.rows.peek().map_or(0, String::len);
        if self.count == 0 || text.len() + self.head.len() + first > end {
            return self.count;
        }
        text.push_str(&self.head);
        let mut left = self.count;
        while let Some(row) = self.rows.next_if(|row| text.len() + row.len() <= end) {
            text.push_str(&row);
            left -= 1;
        }
        text.push_str(self.foot);
        if left > 0 {
            let count = self.count;
            writeln!(
                text,
                "\n_{left} more of {count} do not fit into a comment._"
            )
            .expect("writing to a string");
        }
        0
    }
}

/// All findings as a table.
pub(super) fn findings(analysis: &Analysis) -> Section<'_> {
    let rows = analysis.findings.iter().map(|finding| {
        let level = finding.level.as_str();
        format!(
            "| {level} | {} | {} | {} |\n",
            finding.rule.code,
            where_it_is(finding),
            prose(&finding.message)
        )
    });
    Section::new(
        "\n| Level | Rule | Where | What |\n|---|---|---|---|\n",
        analysis.findings.len(),
        rows,
        "",
    )
}

fn where_it_is(finding: &Finding) -> String {
    let mut text = code(&finding.address);
    if let Some(instance) = &finding.instance {
        write!(text, " ({})", code(instance)).expect("writing to a string");
    }
    match finding.instances.len() {
        0 | 1 => {}
        count => write!(text, " and {} more", count - 1).expect("writing to a string"),
    }
    if let Some(location) = &finding.location {
        write!(text, "<br>{}", code(&place(location))).expect("writing to a string");
    }
    text
}

/// What keeps environments from being covered in full. Who holds the key and where the data lives
/// are two columns: a key does not move data.
pub(super) fn gaps(coverage: &[EnvironmentCoverage]) -> Section<'_> {
    let count = coverage
        .iter()
        .map(|environment| environment.gaps().count())
        .sum();
    let rows = coverage.iter().flat_map(|environment| {
        environment
            .gaps()
            .map(|workload| format!("| {} {}", code(&environment.environment), row(workload)))
    });
    Section::new(
        "\n### Data that is not, or not certainly, under your key\n\n| Environment | Workload | Key | Data lives in | Why |\n|---|---|---|---|---|\n",
        count,
        rows,
        "",
    )
}

/// One environment, folded.
pub(super) fn coverage(environment: &EnvironmentCoverage) -> Section<'_> {
    let status = environment.status.as_str();
    let geo = environment.geo.map_or("an unknown geo", |geo| geo.id());
    let name = code(&environment.environment);
    Section::new(
        format!(
            "\n<details><summary>{name}: {status}, in {geo}</summary>\n\n| Workload | Key | Data lives in | Why |\n|---|---|---|---|\n"
        ),
        environment.workloads.len(),
        environment.workloads.iter().map(row),
        "\n</details>\n",
    )
}

fn row(workload: &ppcmk_coverage::assessment::WorkloadCoverage) -> String {
    let title = match &workload.instance {
        Some(instance) => format!("{} ({})", prose(workload.title), code(instance)),
        None => prose(workload.title),
    };
    let (mark, key) = (
        symbol(workload.key_control),
        key_control_for_people(workload.key_control),
    );
    let geo = workload.geo.map_or("unknown", |geo| geo.id());
    let rule = workload
        .code
        .map(|code| format!(" ({code})"))
        .unwrap_or_default();
    format!(
        "| {title} | {mark} {key} | {geo} | {}{rule} |\n",
        prose(&workload.reason)
    )
}

/// What to do about each finding, folded.
pub(super) fn details(analysis: &Analysis) -> Section<'_> {
    let count = counted(analysis.findings.len(), "finding");
    Section::new(
        format!("\n<details><summary>What to do about {count}</summary>\n\n"),
        analysis.findings.len(),
        analysis.findings.iter().map(detail),
        "\n</details>\n",
    )
}

fn detail(finding: &Finding) -> String {
    let mut text = format!(
        "- **{} {}**: {}<br>{}\n",
        finding.rule.code,
        finding.rule.name,
        where_it_is(finding),
        prose(&finding.message)
    );
    let mut line = |label: &str, value: String| {
        writeln!(text, "  - {label} {value}").expect("writing to a string");
    };
    for other in finding.instances.iter().skip(1).take(10) {
        line("also", code(other));
    }
    for step in &finding.calls {
        line("in", code(&step.label));
    }
    for step in finding.chain.iter() {
        let place = step
            .location
            .as_ref()
            .map(|location| format!(" ({})", code(&place(location))));
        line("from", code(&step.label) + &place.unwrap_or_default());
    }
    for related in &finding.related {
        line(
            "see",
            format!(
                "{}: {}{}",
                code(&related.address),
                prose(&related.label),
                related
                    .location
                    .as_ref()
                    .map_or_else(String::new, |at| format!(" ({})", code(&place(at))))
            ),
        );
    }
    line("**help:**", prose(&finding.help));
    if let Some(source) = finding.rule.sources.first() {
        line("source:", format!("<{}>", source.url));
    }
    text
}

/// What could not be decided, folded.
pub(super) fn undecided(analysis: &Analysis) -> Section<'_> {
    let groups = undecided::groups(&analysis.undecided);
    let count = groups.len();
    let rows = groups.into_iter().map(|group| {
        let first = group.first;
        let by: Vec<String> = first
            .unknown
            .decided_by()
            .iter()
            .map(|by| code(by))
            .collect();
        let reason = prose(&group.reason);
        let more = match group.others.len() {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        format!(
            "| {} | {}{more} | {reason} | {} |\n",
            first.rule.code,
            code(&first.address),
            by.join(", ")
        )
    });
    Section::new(
        format!(
            "\n<details><summary>{} undecided</summary>\n\n| Rule | Where | Why | Decided by |\n|---|---|---|---|\n",
            analysis.undecided.len()
        ),
        count,
        rows,
        "\n</details>\n",
    )
}
