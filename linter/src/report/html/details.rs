//! Each environment in words: who holds the key, where the data lives, and why.
//!
//! What does not count for the status is the same in most environments of a tenant. Equal lists are
//! written once, and the environments point to them: with hundreds of environments, most of the page
//! would be repetition otherwise.

use std::collections::HashMap;
use std::io::{self, Write};

use ppcmk_coverage::assessment::{EnvironmentCoverage, KeyControl, WorkloadCoverage};

use super::super::text::counted;
use super::super::words::{key_control_for_people, symbol};
use super::escape;
use super::map::class;

const HEAD: &str = "<div class=\"scroll\"><table class=\"words\">\n<thead><tr><th scope=\"col\">Workload</th>\
    <th scope=\"col\">Who holds the key</th><th scope=\"col\">Data lives in</th><th scope=\"col\">Why</th></tr></thead>\n<tbody>\n";

pub(super) fn write(coverage: &[EnvironmentCoverage], out: &mut dyn Write) -> io::Result<()> {
    let mut lists = Lists::default();
    writeln!(
        out,
        "<section aria-labelledby=\"details-title\">\n<h2 id=\"details-title\">In words</h2>"
    )?;
    for (index, environment) in coverage.iter().enumerate() {
        write_environment(index, environment, &mut lists, out)?;
    }
    lists.write(out)?;
    writeln!(out, "</section>")
}

fn write_environment<'a>(
    index: usize,
    environment: &'a EnvironmentCoverage,
    lists: &mut Lists<'a>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let status = environment.status.as_str();
    let geo = environment
        .geo
        .map_or("an unknown geo", |geo| geo.display());
    let name = escape::text(&environment.environment);
    let gaps = gaps(environment);
    write!(
        out,
        "<details id=\"e{index}\"><summary><span class=\"env\">{name}</span> <span class=\"st s-{status}\">{status}</span> \
         <span class=\"meta\">in {}, {gaps}</span></summary>\n{HEAD}",
        escape::text(geo)
    )?;
    let (counting, others): (Vec<_>, Vec<_>) = environment
        .workloads
        .iter()
        .partition(|workload| workload.part.counts());
    for workload in counting {
        write_row(workload, out)?;
    }
    write!(out, "</tbody></table></div>")?;
    if !others.is_empty() {
        let count = counted(others.len(), "workload");
        let list = lists.number(others);
        write!(
            out,
            "<p class=\"more\">Besides, {count} that the status does not depend on: <a href=\"#l{list}\">list {list}</a></p>"
        )?;
    }
    writeln!(out, "</details>")
}

/// `1 not covered, 14 unknown`, or `no gaps`.
fn gaps(environment: &EnvironmentCoverage) -> String {
    let gaps = [
        KeyControl::NotCovered,
        KeyControl::Conditional,
        KeyControl::Unknown,
    ]
    .into_iter()
    .filter_map(|control| {
        let count = environment
            .gaps()
            .filter(|gap| gap.key_control == control)
            .count();
        (count > 0).then(|| format!("{count} {}", key_control_for_people(control)))
    })
    .collect::<Vec<_>>();
    if gaps.is_empty() {
        return "no gaps".to_owned();
    }
    gaps.join(", ")
}

/// What tells two rows apart.
type Row<'a> = (
    &'static str,
    Option<&'a str>,
    KeyControl,
    Option<&'static str>,
    &'a str,
);

/// Lists of workloads that several environments have in common.
#[derive(Default)]
struct Lists<'a> {
    numbers: HashMap<Vec<Row<'a>>, usize>,
    lists: Vec<(Vec<&'a WorkloadCoverage>, usize)>,
}

impl<'a> Lists<'a> {
    /// The number of the list, from 1.
    fn number(&mut self, workloads: Vec<&'a WorkloadCoverage>) -> usize {
        let rows = workloads.iter().map(|workload| {
            let geo = workload.geo.map(ppcmk_coverage::Geo::id);
            (
                workload.id,
                workload.instance.as_deref(),
                workload.key_control,
                geo,
                &*workload.reason,
            )
        });
        let number = *self
            .numbers
            .entry(rows.collect())
            .or_insert(self.lists.len() + 1);
        match self.lists.get_mut(number - 1) {
            Some((_, users)) => *users += 1,
            None => self.lists.push((workloads, 1)),
        }
        number
    }

    fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        if self.lists.is_empty() {
            return Ok(());
        }
        writeln!(out, "<h2>What the status does not depend on</h2>")?;
        writeln!(
            out,
            "<p class=\"aside\">Data that no key reaches in any environment, and data of which no setting shows whether it is there.</p>"
        )?;
        for (index, (workloads, users)) in self.lists.iter().enumerate() {
            let (number, users) = (index + 1, counted(*users, "environment"));
            write!(
                out,
                "<details id=\"l{number}\"><summary><span class=\"env\">List {number}</span> <span class=\"meta\">of {users}</span></summary>\n{HEAD}"
            )?;
            for workload in workloads {
                write_row(workload, out)?;
            }
            writeln!(out, "</tbody></table></div></details>")?;
        }
        Ok(())
    }
}

fn write_row(workload: &WorkloadCoverage, out: &mut dyn Write) -> io::Result<()> {
    let control = workload.key_control;
    let (class, mark, word) = (
        class(control),
        symbol(control),
        key_control_for_people(control),
    );
    write!(
        out,
        "<tr><th scope=\"row\">{}",
        escape::text(workload.title)
    )?;
    if let Some(instance) = &workload.instance {
        write!(out, " <code>{}</code>", escape::text(instance))?;
    }
    let geo = workload.geo.map_or("unknown", |geo| geo.display());
    write!(
        out,
        "</th><td class=\"key {class}\"><b>{mark}</b> {word}</td><td>{}</td><td>{}",
        escape::text(geo),
        escape::prose(&workload.reason)
    )?;
    if let Some(code) = workload.code {
        write!(out, " <code>{code}</code>")?;
    }
    if let Some(source) = workload.source {
        let url = escape::text(source.url);
        write!(
            out,
            " <a href=\"{url}\" rel=\"noreferrer\">source, {}</a>",
            escape::text(source.date)
        )?;
    }
    writeln!(out, "</td></tr>")
}
