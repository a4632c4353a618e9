//! Who holds the key, for a person at a terminal.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io;

use ppcmk_coverage::assessment::{EnvironmentCoverage, Status, WorkloadCoverage};

use super::super::Style;
use super::super::text::visible;
use super::super::words::{key_control_for_people, symbol};
use super::paint::Paint;
use crate::analysis::Analysis;

/// One line about all environments.
pub(super) fn write_line(analysis: &Analysis, out: &mut dyn io::Write) -> io::Result<()> {
    if analysis.coverage.is_empty() {
        return Ok(());
    }
    writeln!(
        out,
        "coverage: {} (`ppcmk-lint coverage` shows it)",
        counts(analysis)
    )
}

/// `1 full, 2 partial of 3 environments`.
fn counts(analysis: &Analysis) -> String {
    let each = [Status::Full, Status::Partial, Status::None, Status::Unknown];
    let counted: Vec<String> = each
        .into_iter()
        .map(|one| {
            (
                one,
                analysis
                    .coverage
                    .iter()
                    .filter(|it| it.status == one)
                    .count(),
            )
        })
        .filter(|(_, count)| *count > 0)
        .map(|(one, count)| format!("{count} {}", one.as_str()))
        .collect();
    let all = super::super::text::counted(analysis.coverage.len(), "environment");
    format!("{} of {all}", counted.join(", "))
}

/// The matrix: per environment its workloads, who holds the key and, apart from that, where the data
/// lives.
pub(in super::super) fn write_coverage(
    analysis: &Analysis,
    style: Style,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    if analysis.coverage.is_empty() {
        return writeln!(
            out,
            "no environments that have to do with customer-managed keys"
        );
    }
    for environment in &analysis.coverage {
        write_environment(environment, style, out)?;
    }
    writeln!(out, "{}", counts(analysis))
}

fn write_environment(
    environment: &EnvironmentCoverage,
    style: Style,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let paint = Paint { color: style.color };
    let geo = environment.geo.map_or("an unknown geo", |geo| geo.id());
    let name = paint.bold(&visible(&environment.environment));
    writeln!(out, "{name}: {}, in {geo}", environment.status.as_str())?;
    let mut rows: Vec<&WorkloadCoverage> = environment.workloads.iter().collect();
    rows.sort_by_key(|workload| !workload.part.counts());
    let names: Vec<String> = rows.iter().map(|row| name_of(row)).collect();
    let width = names
        .iter()
        .map(|name| name.chars().count())
        .max()
        .unwrap_or(0)
        .clamp(8, 60);
    if !names.is_empty() {
        writeln!(
            out,
            "    {:<width$}  {:<11}  {:<18}  why",
            "workload", "key", "data lives in"
        )?;
    }
    let notes = Notes::of(&rows);
    let mut counts = true;
    for (workload, name) in rows.into_iter().zip(names) {
        if counts && !workload.part.counts() {
            counts = false;
            writeln!(out, "  the status does not depend on:")?;
        }
        let mark = if style.ascii {
            ' '
        } else {
            symbol(workload.key_control)
        };
        let key = key_control_for_people(workload.key_control);
        let geo = workload.geo.map_or("unknown", |geo| geo.id());
        let code = workload
            .code
            .map(|code| format!(" [{code}]"))
            .unwrap_or_default();
        let why = notes.why(workload);
        writeln!(
            out,
            "  {mark} {name:<width$}  {key:<11}  {geo:<18}  {why}{code}"
        )?;
    }
    notes.write(out)?;
    writeln!(out)
}

/// How often a reason has to be there before it is written once, below the table.
const OFTEN: usize = 4;
/// How many characters a reason has that is no trouble to read again and again.
const SHORT: usize = 60;

/// The reasons that many workloads of one environment share.
struct Notes<'a>(Vec<&'a str>);

impl<'a> Notes<'a> {
    fn of(rows: &[&'a WorkloadCoverage]) -> Self {
        let mut times: BTreeMap<&str, usize> = BTreeMap::new();
        for row in rows {
            *times.entry(&row.reason).or_default() += 1;
        }
        let mut notes: Vec<&str> = Vec::new();
        for row in rows {
            let reason = row.reason.as_str();
            let is_repetition = times[reason] >= OFTEN && reason.chars().count() > SHORT;
            if is_repetition && !notes.contains(&reason) {
                notes.push(reason);
            }
        }
        Self(notes)
    }

    fn why(&self, workload: &'a WorkloadCoverage) -> Cow<'a, str> {
        match self.0.iter().position(|note| *note == workload.reason) {
            Some(index) => format!("see ({})", index + 1).into(),
            None => visible(&workload.reason),
        }
    }

    fn write(&self, out: &mut dyn io::Write) -> io::Result<()> {
        for (index, note) in self.0.iter().enumerate() {
            writeln!(out, "  ({}) {}", index + 1, visible(note))?;
        }
        Ok(())
    }
}

fn name_of(workload: &WorkloadCoverage) -> String {
    match &workload.instance {
        Some(instance) => visible(&format!("{} ({instance})", workload.title)).into_owned(),
        None => workload.title.to_owned(),
    }
}
