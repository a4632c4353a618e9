//! Findings, and what could not be decided.

use std::io::{self, Write};

use ppcmk_coverage::{Certainty, Finding};

use super::super::undecided;
use super::super::words::{place, place_behind};
use super::escape;
use crate::analysis::Analysis;

pub(super) fn write(analysis: &Analysis, out: &mut dyn Write) -> io::Result<()> {
    if !analysis.findings.is_empty() {
        writeln!(
            out,
            "<section aria-labelledby=\"findings-title\">\n<h2 id=\"findings-title\">Findings</h2>\n<ol class=\"findings\">"
        )?;
        for finding in &analysis.findings {
            write_finding(finding, out)?;
        }
        writeln!(out, "</ol>\n</section>")?;
    }
    if !analysis.undecided.is_empty() {
        write_undecided(analysis, out)?;
    }
    Ok(())
}

fn write_finding(finding: &Finding, out: &mut dyn Write) -> io::Result<()> {
    let (level, code, name) = (finding.level.as_str(), finding.rule.code, finding.rule.name);
    let possibly = match finding.certainty {
        Certainty::Definite => "",
        Certainty::Possible => "possibly: ",
    };
    write!(
        out,
        "<li class=\"l-{level}\"><p><span class=\"level\">{level}</span> <code>{code}</code> {name}</p>\
         <p class=\"what\">{possibly}{}</p><dl>",
        escape::prose(&finding.message)
    )?;
    let mut row = |label: &str, text: String| write!(out, "<dt>{label}</dt><dd>{text}</dd>");
    for (index, address) in finding.instances.iter().enumerate() {
        let instance = finding.instance.as_ref().map(|name| format!(" ({name})"));
        let text = format!("{address}{}", instance.unwrap_or_default());
        row(
            if index == 0 { "at" } else { "and" },
            format!("<code>{}</code>", escape::text(&text)),
        )?;
    }
    if let Some(location) = &finding.location {
        row(
            "edit",
            format!("<code>{}</code>", escape::text(&place(location))),
        )?;
    }
    for step in finding.calls.iter().chain(finding.chain.iter()) {
        let place = step
            .location
            .as_ref()
            .map(|location| format!(" ({})", place(location)));
        let text = format!("{}{}", step.label, place.unwrap_or_default());
        row("from", format!("<code>{}</code>", escape::text(&text)))?;
    }
    for related in &finding.related {
        let (address, label) = (
            escape::text(&related.address),
            escape::prose(&related.label),
        );
        let place = place_behind(related.location.as_ref());
        let place = escape::text(&place);
        row("see", format!("<code>{address}</code>: {label}{place}"))?;
    }
    row("do", escape::prose(&finding.help))?;
    if let Some(source) = finding.rule.sources.first() {
        let url = escape::text(source.url);
        row(
            "source",
            format!("<a href=\"{url}\" rel=\"noreferrer\">{url}</a>"),
        )?;
    }
    writeln!(out, "</dl></li>")
}

fn write_undecided(analysis: &Analysis, out: &mut dyn Write) -> io::Result<()> {
    let count = analysis.undecided.len();
    write!(
        out,
        "<section aria-labelledby=\"undecided-title\">\n<h2 id=\"undecided-title\">Undecided</h2>\n\
         <details><summary>{count} undecided</summary>\n<div class=\"scroll\"><table class=\"words\">\n\
         <thead><tr><th scope=\"col\">Rule</th><th scope=\"col\">Where</th><th scope=\"col\">Why</th>\
         <th scope=\"col\">Decided by</th></tr></thead>\n<tbody>\n"
    )?;
    for group in undecided::groups(&analysis.undecided) {
        let first = group.first;
        let address = escape::text(&first.address);
        let more = match group.others.len() {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let reason = escape::prose(&group.reason);
        let by = escape::text(&first.unknown.decided_by().join(", "));
        writeln!(
            out,
            "<tr><th scope=\"row\"><code>{}</code> {}</th><td><code>{address}</code>{more}</td><td>{reason}</td><td>{by}</td></tr>",
            first.rule.code, first.rule.name
        )?;
    }
    writeln!(out, "</tbody></table></div></details>\n</section>")
}
