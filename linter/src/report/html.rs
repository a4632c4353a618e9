//! The coverage map as one page: no request leaves it, and it is readable without scripts, without
//! colour, on paper and with a keyboard.
//!
//! Rows of the map are environments, columns are workloads, and a cell says who holds the key. Where
//! data lives is another question with a column of its own, below the map: a key does not move data.

mod details;
mod escape;
mod findings;
mod map;

use std::io::{self, Write};

use ppcmk_coverage::assessment::Status;

use super::words::{key_control_for_people, symbol};
use crate::analysis::Analysis;
use map::{CONTROLS, Map};

const STYLE: &str = include_str!("html/page.css");
const SCRIPT: &str = include_str!("html/page.js");
/// What the page may do: apply this style and run this script. A test compares both with the files.
const STYLE_HASH: &str = "sha256-RTaKG91ddbtlUIvE9U5xE55IcFb0iCWxmcBr1Zcw52E=";
const SCRIPT_HASH: &str = "sha256-wNAF03sa4JkDhncEqfCAFV58XKWg56a0uBdHBoo4Ke0=";

/// Prints what a run found.
pub(super) fn write(analysis: &Analysis, out: &mut dyn Write) -> io::Result<()> {
    head(out)?;
    title(analysis, &super::words::summary(analysis), out)?;
    body(analysis, out)?;
    findings::write(analysis, out)?;
    foot(out)
}

/// Prints who holds the key.
pub(super) fn write_coverage(analysis: &Analysis, out: &mut dyn Write) -> io::Result<()> {
    head(out)?;
    let count = super::text::counted(analysis.coverage.len(), "environment");
    title(analysis, &count, out)?;
    body(analysis, out)?;
    foot(out)
}

fn head(out: &mut dyn Write) -> io::Result<()> {
    write!(
        out,
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src '{STYLE_HASH}'; \
         script-src '{SCRIPT_HASH}'; base-uri 'none'; form-action 'none'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n<meta name=\"color-scheme\" content=\"light dark\">\n\
         <title>Who holds the key</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
    )
}

fn title(analysis: &Analysis, summary: &str, out: &mut dyn Write) -> io::Result<()> {
    write!(
        out,
        "<header>\n<h1>Who holds the key</h1>\n<p class=\"summary\">{}</p>\n",
        escape::text(summary)
    )?;
    for notice in &analysis.notices {
        writeln!(out, "<p class=\"notice\">{}</p>", escape::prose(notice))?;
    }
    writeln!(out, "</header>\n<main>")
}

fn body(analysis: &Analysis, out: &mut dyn Write) -> io::Result<()> {
    if analysis.coverage.is_empty() {
        return writeln!(
            out,
            "<p class=\"empty\">Nothing here has to do with customer-managed keys, so there is no map.</p>"
        );
    }
    let map = Map::of(&analysis.coverage);
    legend(out)?;
    filters(analysis, map.has_extras(), out)?;
    map.write(&analysis.coverage, out)?;
    details::write(&analysis.coverage, out)
}

fn legend(out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "<dl class=\"legend\">")?;
    for control in CONTROLS {
        let text = match map::class(control) {
            "c" => "your key protects it",
            "d" => "your key protects it, if something holds that no setting shows",
            "n" => "Microsoft holds the key",
            _ => "nobody can say from what was read",
        };
        let (class, word) = (map::class(control), key_control_for_people(control));
        let mark = symbol(control);
        writeln!(
            out,
            "<div><dt class=\"{class}\"><b>{mark}</b> {word}</dt><dd>{text}</dd></div>"
        )?;
    }
    writeln!(
        out,
        "</dl>\n<p class=\"aside\">A key does not move data. Where data lives is told apart from it, per environment below the map.</p>"
    )
}

fn filters(analysis: &Analysis, has_extras: bool, out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "<form class=\"filters\" role=\"search\" aria-label=\"Filter the environments\">"
    )?;
    writeln!(
        out,
        "<label class=\"find\">Find <input type=\"search\" id=\"find\" placeholder=\"name or geo\" autocomplete=\"off\"></label>"
    )?;
    writeln!(out, "<fieldset><legend>Status</legend>")?;
    for status in [Status::Full, Status::Partial, Status::None, Status::Unknown] {
        let count = analysis
            .coverage
            .iter()
            .filter(|one| one.status == status)
            .count();
        let word = status.as_str();
        writeln!(
            out,
            "<label><input type=\"checkbox\" name=\"status\" value=\"{word}\" checked> {word} <span>{count}</span></label>"
        )?;
    }
    writeln!(out, "</fieldset>")?;
    if has_extras {
        writeln!(
            out,
            "<label class=\"extras\"><input type=\"checkbox\" id=\"extras\"> also what does not count for the status</label>"
        )?;
    }
    writeln!(
        out,
        "<output id=\"shown\" aria-live=\"polite\"></output>\n</form>"
    )
}

fn foot(out: &mut dyn Write) -> io::Result<()> {
    write!(
        out,
        "</main>\n<script>{SCRIPT}</script>\n</body>\n</html>\n"
    )
}

#[cfg(test)]
mod tests;
