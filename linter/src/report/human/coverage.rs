//! Who holds the key, for a person at a terminal.

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
        let why = visible(&workload.reason);
        writeln!(
            out,
            "  {mark} {name:<width$}  {key:<11}  {geo:<18}  {why}{code}"
        )?;
    }
    writeln!(out)
}

fn name_of(workload: &WorkloadCoverage) -> String {
    match &workload.instance {
        Some(instance) => visible(&format!("{} ({instance})", workload.title)).into_owned(),
        None => workload.title.to_owned(),
    }
}
