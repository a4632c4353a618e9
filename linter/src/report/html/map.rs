//! The map: environments by workloads.

use std::collections::HashMap;
use std::io::{self, Write};

use ppcmk_coverage::assessment::{EnvironmentCoverage, KeyControl, WorkloadCoverage};

use super::super::words::{key_control_for_people, symbol};
use super::escape;

/// From good to bad, as the legend lists them.
pub(super) const CONTROLS: [KeyControl; 4] = [
    KeyControl::Covered,
    KeyControl::Conditional,
    KeyControl::NotCovered,
    KeyControl::Unknown,
];

/// The class of the style sheet.
pub(super) fn class(control: KeyControl) -> &'static str {
    match control {
        KeyControl::Covered => "c",
        KeyControl::Conditional => "d",
        KeyControl::NotCovered => "n",
        KeyControl::Unknown => "u",
    }
}

/// The columns.
pub(super) struct Map {
    columns: Vec<Column>,
}

struct Column {
    id: &'static str,
    title: &'static str,
    /// Some environment's status depends on it.
    counts: bool,
}

impl Map {
    /// The workloads of all environments: those that count first, each group in the order of the
    /// catalogue as far as the environments show it.
    pub(super) fn of(coverage: &[EnvironmentCoverage]) -> Self {
        let mut columns: Vec<Column> = Vec::new();
        let mut places = HashMap::new();
        for environment in coverage {
            let mut behind = 0;
            for workload in &environment.workloads {
                let place = places.get(workload.id).copied();
                if let Some(place) = place {
                    let column: &mut Column = &mut columns[place];
                    column.counts |= workload.part.counts();
                    behind = place + 1;
                    continue;
                }
                let column = Column {
                    id: workload.id,
                    title: workload.title,
                    counts: workload.part.counts(),
                };
                columns.insert(behind, column);
                places = columns
                    .iter()
                    .enumerate()
                    .map(|(place, it)| (it.id, place))
                    .collect();
                behind += 1;
            }
        }
        columns.sort_by_key(|column| !column.counts);
        Self { columns }
    }

    /// Whether there are columns that count for no environment.
    pub(super) fn has_extras(&self) -> bool {
        self.columns.iter().any(|column| !column.counts)
    }

    pub(super) fn write(
        &self,
        coverage: &[EnvironmentCoverage],
        out: &mut dyn Write,
    ) -> io::Result<()> {
        write!(
            out,
            "<div class=\"scroll\" role=\"region\" aria-labelledby=\"map-title\" tabindex=\"0\">\n\
             <table class=\"map\">\n<caption id=\"map-title\">Who holds the key, by environment and workload</caption>\n\
             <thead><tr><th scope=\"col\" class=\"name\">Environment</th><th scope=\"col\" class=\"st\">Status</th>\
             <th scope=\"col\" class=\"geo\">Environment is in</th>"
        )?;
        for column in &self.columns {
            let title = escape::text(column.title);
            let extra = if column.counts { "" } else { " class=\"x\"" };
            write!(
                out,
                "<th scope=\"col\"{extra} title=\"{title}\"><span>{title}</span></th>"
            )?;
        }
        writeln!(out, "</tr></thead>\n<tbody>")?;
        for (index, environment) in coverage.iter().enumerate() {
            self.row(index, environment, out)?;
        }
        writeln!(out, "</tbody>\n</table>\n</div>")
    }

    fn row(
        &self,
        index: usize,
        environment: &EnvironmentCoverage,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let name = escape::text(&environment.environment);
        let status = environment.status.as_str();
        let geo = environment.geo.map_or("", |geo| geo.id());
        write!(
            out,
            "<tr data-e=\"{index}\" data-s=\"{status}\" data-g=\"{geo}\"><th scope=\"row\" class=\"name\"><a href=\"#e{index}\" title=\"{name}\">{name}</a></th>\
             <td class=\"st s-{status}\">{status}</td><td class=\"geo\">{}</td>",
            escape::text(environment.geo.map_or("unknown", |geo| geo.display()))
        )?;
        let mut cells: HashMap<&str, Vec<&WorkloadCoverage>> = HashMap::new();
        for workload in &environment.workloads {
            cells.entry(workload.id).or_default().push(workload);
        }
        for column in &self.columns {
            cell(column, cells.get(column.id).map_or(&[], Vec::as_slice), out)?;
        }
        writeln!(out, "</tr>")
    }
}

/// One mark for each way in which scale units or components of the environment are covered.
fn cell(column: &Column, workloads: &[&WorkloadCoverage], out: &mut dyn Write) -> io::Result<()> {
    let extra = if column.counts { "" } else { " x" };
    let there: Vec<KeyControl> = CONTROLS
        .into_iter()
        .filter(|&control| has(workloads, control))
        .collect();
    let Some(&worst) = there.last() else {
        return write!(out, "<td class=\"e{extra}\"><i>not there</i></td>");
    };
    // The mark of a cell with one state comes from the style sheet: maps have many cells.
    let several = if there.len() > 1 { " m" } else { "" };
    write!(out, "<td class=\"{}{several}{extra}\">", class(worst))?;
    for control in there.iter().copied() {
        if there.len() > 1 {
            write!(out, "<b>{}</b>", symbol(control))?;
        }
        write!(out, "<i>{}", key_control_for_people(control))?;
        let instances: Vec<&str> = workloads
            .iter()
            .filter(|workload| workload.key_control == control)
            .filter_map(|workload| workload.instance.as_deref())
            .collect();
        if !instances.is_empty() {
            write!(out, ": {}", escape::text(&instances.join(", ")))?;
        }
        write!(out, "</i>")?;
    }
    write!(out, "</td>")
}

fn has(workloads: &[&WorkloadCoverage], control: KeyControl) -> bool {
    workloads
        .iter()
        .any(|workload| workload.key_control == control)
}
