//! `ppcmk-lint rules`.

use std::io::{self, Write};

use ppcmk_coverage::rules::{self, Rule};
use serde_json::{Value, json};

use super::args::RegisterFormat;
use super::{Exit, Failure, print};

pub(super) fn run(format: RegisterFormat) -> Result<Exit, Failure> {
    print(|out| match format {
        RegisterFormat::Human => human(out),
        RegisterFormat::Json => {
            let rules: Vec<Value> = rules::all().iter().map(|rule| describe(rule)).collect();
            serde_json::to_writer_pretty(&mut *out, &json!({ "version": 1, "rules": rules }))?;
            writeln!(out)
        }
        RegisterFormat::Markdown => markdown(out),
    })?;
    Ok(Exit::Clean)
}

fn human(out: &mut dyn Write) -> io::Result<()> {
    let width = rules::all()
        .iter()
        .map(|rule| rule.name.len())
        .max()
        .unwrap_or(0);
    for rule in rules::all() {
        let (code, name, level) = (rule.code, rule.name, rule.level.as_str());
        writeln!(out, "{code}  {level:<7}  {name:<width$}  {}", rule.summary)?;
    }
    Ok(())
}

fn markdown(out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "| Code | Name | Level | What it reports |\n|---|---|---|---|"
    )?;
    for rule in rules::all() {
        let (code, name, level) = (rule.code, rule.name, rule.level.as_str());
        writeln!(out, "| {code} | {name} | {level} | {} |", rule.summary)?;
    }
    Ok(())
}

fn describe(rule: &Rule) -> Value {
    let sources: Vec<Value> = rule
        .sources
        .iter()
        .map(|source| {
            json!({
                "url": source.url,
                "says": source.says,
                "date": source.date,
                "evidence": source.evidence.letter().to_string(),
            })
        })
        .collect();
    json!({
        "code": rule.code,
        "name": rule.name,
        "severity": rule.level.as_str(),
        "summary": rule.summary,
        "explanation": rule.explanation,
        "help": rule.fix,
        "example": { "before": rule.example.before, "after": rule.example.after },
        "conflicts": rule.conflicts,
        "sources": sources,
    })
}
