//! `ppcmk-lint explain CODE`.

use std::io::{self, Write};

use ppcmk_coverage::rules::{self, Rule};

use super::args::Color;
use super::{Exit, Failure, print, terminal};
use crate::config::parse::suggest_rule;
use crate::report::page;
use crate::source::InputError;

/// Longer lines of prose are broken.
const WIDTH: usize = 100;

pub(super) fn run(code: &str, color: Color) -> Result<Exit, Failure> {
    let Some(rule) = rules::find(code.trim()) else {
        let error = InputError::new(format!("unknown rule `{code}`"));
        return Err(error.help(suggest_rule(code)).into());
    };
    let color = terminal::style_of_results(color, false).color;
    print(|out| write(rule, color, out))?;
    Ok(Exit::Clean)
}

fn write(rule: &Rule, color: bool, out: &mut dyn Write) -> io::Result<()> {
    let bold = |text: &str| {
        if color {
            format!("\u{1b}[1m{text}\u{1b}[0m")
        } else {
            text.to_owned()
        }
    };
    let level = page::level(rule.level);
    writeln!(out, "{}\n", bold(&format!("{} {}", rule.code, rule.name)))?;
    writeln!(out, "{level}: {}.\n", rule.summary)?;
    write_prose(rule.explanation, out)?;
    writeln!(out, "\n{}\n  {}", bold("What to do"), rule.fix)?;
    for (title, text) in [
        ("Before", rule.example.before),
        ("After", rule.example.after),
    ] {
        writeln!(out, "\n{}", bold(title))?;
        for line in text.lines() {
            writeln!(out, "{}", format!("  {line}").trim_end())?;
        }
    }
    if !rule.conflicts.is_empty() {
        writeln!(out, "\n{}", bold("Other tools"))?;
        write_prose(rule.conflicts, out)?;
    }
    if !rule.sources.is_empty() {
        writeln!(out, "\n{}", bold("Sources"))?;
    }
    for source in rule.sources {
        writeln!(out, "  {}", source.says)?;
        writeln!(
            out,
            "    {} ({}, {})",
            source.url,
            source.date,
            page::evidence(source.evidence)
        )?;
    }
    Ok(())
}

/// Breaks paragraphs; what fits into a line, as lists do, stays as it is.
fn write_prose(text: &str, out: &mut dyn Write) -> io::Result<()> {
    for paragraph in text.lines() {
        let mut line = String::new();
        for word in paragraph.split_inclusive(' ') {
            let length = line.chars().count() + word.trim_end().chars().count();
            if !line.is_empty() && length > WIDTH {
                writeln!(out, "{}", line.trim_end())?;
                line.clear();
            }
            line.push_str(word);
        }
        writeln!(out, "{}", line.trim_end())?;
    }
    Ok(())
}
