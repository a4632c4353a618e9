//! For a person at a terminal: every finding with its place in the source, how the value came there,
//! and what to do.

mod coverage;
mod paint;

use std::io;

use ppcmk_coverage::estate::{Location, Step};
use ppcmk_coverage::{Certainty, Finding, Level};

use super::Style;
use super::excerpt::{Mark, Texts};
use super::text::visible;
use super::undecided::{self, Group};
use super::words::{place, place_behind, subject, summary};
use crate::analysis::Analysis;
use crate::source::{InputError, Sources};

pub(super) use coverage::write_coverage;
use paint::Paint;

/// So many instances of a merged finding are named.
const NAMED_INSTANCES: usize = 5;

/// Prints what a run found.
pub(super) fn write(analysis: &Analysis, style: Style, out: &mut dyn io::Write) -> io::Result<()> {
    let paint = Paint { color: style.color };
    let texts = Texts::of(&analysis.sources);
    for finding in &analysis.findings {
        write_finding(finding, &texts, style, out)?;
    }
    if style.show_undecided {
        for group in undecided::groups(&analysis.undecided) {
            write_undecided(&group, paint, out)?;
        }
    }
    for notice in &analysis.notices {
        writeln!(out, "{} {}", paint.bold("notice:"), visible(notice))?;
    }
    let hint = if analysis.undecided.is_empty() || style.show_undecided {
        ""
    } else {
        " (`--show-undecided` lists what is undecided)"
    };
    writeln!(out, "{}{hint}", paint.bold(&summary(analysis)))?;
    coverage::write_line(analysis, out)
}

fn write_finding(
    finding: &Finding,
    texts: &Texts,
    style: Style,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let paint = Paint { color: style.color };
    let head = format!("{}[{}]", finding.level.as_str(), finding.rule.code);
    let possibly = match finding.certainty {
        Certainty::Definite => "",
        Certainty::Possible => "possibly: ",
    };
    let (name, message) = (finding.rule.name, visible(&finding.message));
    writeln!(
        out,
        "{} {name}: {possibly}{message}",
        paint.level(&head, finding.level)
    )?;
    write_excerpt(finding, texts, style, out)?;
    for (label, text) in notes(finding) {
        writeln!(
            out,
            "  {} {}",
            paint.dim(&format!("{label:<5}")),
            visible(&text)
        )?;
    }
    writeln!(out, "  {} {}", paint.help("help:"), visible(&finding.help))?;
    if let Some(source) = finding.rule.sources.first() {
        writeln!(out, "  {} {}", paint.dim("docs:"), source.url)?;
    }
    writeln!(out)
}

fn write_excerpt(
    finding: &Finding,
    texts: &Texts,
    style: Style,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let Some(location) = &finding.location else {
        return Ok(());
    };
    let drawing = texts.draw(&marks(finding), style);
    match drawing {
        Some(drawing) => writeln!(out, "{drawing}"),
        None => writeln!(out, "  --> {}", visible(&place(location))),
    }
}

/// The place itself, then those of the other side that are next to it. Others would be excerpts of
/// their own, in the order of the file, and the place to edit has to come first; a note names them.
fn marks(finding: &Finding) -> Vec<Mark> {
    let own = finding.location.iter().map(|location| Mark {
        location: location.clone(),
        label: finding.attribute.as_ref().map(ToString::to_string),
    });
    let related = finding.related.iter().filter_map(|related| {
        let location = related.location.clone()?;
        let is_here = finding
            .location
            .as_ref()
            .is_some_and(|own| own.file == location.file && lines_between(own, &location) < 2);
        is_here.then(|| Mark {
            location,
            label: Some(related.label.clone()),
        })
    });
    own.chain(related).collect()
}

/// How many lines are between two places of a file.
fn lines_between(one: &Location, other: &Location) -> u32 {
    let after =
        |first: &Location, second: &Location| second.start.line.saturating_sub(first.end.line + 1);
    after(one, other).max(after(other, one))
}

fn notes(finding: &Finding) -> Vec<(&'static str, String)> {
    let mut notes = vec![("at", subject(finding))];
    let others = &finding.instances[1.min(finding.instances.len())..];
    for other in others.iter().take(NAMED_INSTANCES) {
        notes.push(("and", other.to_string()));
    }
    if others.len() > NAMED_INSTANCES {
        notes.push((
            "and",
            format!("{} more instances", others.len() - NAMED_INSTANCES),
        ));
    }
    notes.extend(finding.calls.iter().map(|call| ("in", step(call))));
    notes.extend(finding.chain.iter().map(|from| ("from", step(from))));
    for related in &finding.related {
        let place = place_behind(related.location.as_ref());
        let text = format!("{}: {}{place}", related.address, related.label);
        notes.push(("see", text));
    }
    notes
}

fn step(step: &Step) -> String {
    match &step.location {
        Some(location) => format!("{} ({})", step.label, place(location)),
        None => step.label.to_string(),
    }
}

fn write_undecided(group: &Group<'_>, paint: Paint, out: &mut dyn io::Write) -> io::Result<()> {
    let rule = group.first.rule;
    let head = format!("undecided[{}]", rule.code);
    writeln!(
        out,
        "{} {}: {}",
        paint.bold(&head),
        rule.name,
        visible(&group.reason)
    )?;
    let place = place_behind(group.first.location.as_ref());
    let at = format!("{}{place}", undecided::subject(group.first));
    writeln!(out, "  {}    {}", paint.dim("at"), visible(&at))?;
    let named = group.others.iter().take(NAMED_INSTANCES);
    let mut and: Vec<String> = named.map(|one| undecided::subject(one)).collect();
    if group.others.len() > NAMED_INSTANCES {
        and.push(format!("{} more", group.others.len() - NAMED_INSTANCES));
    }
    for other in and {
        writeln!(out, "  {}   {}", paint.dim("and"), visible(&other))?;
    }
    let by = group.first.unknown.decided_by().join(", ");
    writeln!(
        out,
        "  {} decided by {}\n",
        paint.help("help:"),
        visible(&by)
    )
}

/// Prints why a run could not be made.
pub fn errors(
    errors: &[InputError],
    sources: &Sources,
    style: Style,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let paint = Paint { color: style.color };
    let texts = Texts::of(sources);
    for error in errors {
        writeln!(
            out,
            "{} {}",
            paint.level("error:", Level::Error),
            visible(&error.message)
        )?;
        if let Some(location) = &error.location {
            let mark = Mark {
                location: location.clone(),
                label: None,
            };
            match texts.draw(&[mark], style) {
                Some(drawing) => writeln!(out, "{drawing}")?,
                None => writeln!(out, "  --> {}", visible(&place(location)))?,
            }
        }
        if let Some(help) = &error.help {
            writeln!(out, "  {} {}", paint.help("help:"), visible(help))?;
        }
    }
    Ok(())
}
