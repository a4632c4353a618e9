//! A rule as Markdown: the body of its page in `docs/rules/`, and SARIF's help.

use std::fmt::Write;

use ppcmk_coverage::Level;
use ppcmk_coverage::rules::{Evidence, Example, Rule};

/// What it reports and why, what to do, before and after, sources. Without a title.
pub(crate) fn body(rule: &Rule) -> String {
    let mut out = String::new();
    // Writing to a string cannot fail.
    let _ = write!(
        out,
        "{}: {}.\n\n{}\n\n## What to do\n\n{}\n",
        level(rule.level),
        rule.summary,
        rule.explanation,
        sentence(rule.fix)
    );
    examples(&rule.example, &mut out);
    if !rule.conflicts.is_empty() {
        let _ = write!(out, "\n## Other tools\n\n{}\n", rule.conflicts);
    }
    sources(rule, &mut out);
    out
}

fn examples(example: &Example, out: &mut String) {
    for (title, text) in [("Before", example.before), ("After", example.after)] {
        let language = if text.starts_with("# yaml") {
            "yaml"
        } else {
            "terraform"
        };
        let _ = write!(
            out,
            "\n## {title}\n\n```{language}\n{}\n```\n",
            text.trim_end()
        );
    }
}

fn sources(rule: &Rule, out: &mut String) {
    if rule.sources.is_empty() {
        return;
    }
    out.push_str("\n## Sources\n\n");
    for source in rule.sources {
        let evidence = evidence(source.evidence);
        let _ = writeln!(
            out,
            "- [{}]({}) ({}, {evidence})",
            source.says, source.url, source.date
        );
    }
}

/// With its article, as the first words of a sentence.
pub(crate) fn level(level: Level) -> &'static str {
    match level {
        Level::Error => "An error",
        Level::Warning => "A warning",
        Level::Note => "A note",
    }
}

/// What the letter of the evidence means.
pub(crate) fn evidence(evidence: Evidence) -> &'static str {
    match evidence {
        Evidence::Documented => "documented by Microsoft",
        Evidence::Code => "code or specification by Microsoft",
        Evidence::ThirdParty => "third party",
        Evidence::Inferred => "inferred",
    }
}

/// With a capital and a full stop.
pub(crate) fn sentence(text: &str) -> String {
    let mut characters = text.chars();
    let first = characters
        .next()
        .map(|first| first.to_uppercase().to_string());
    let stop = if text.ends_with(['.', '?', '!']) {
        ""
    } else {
        "."
    };
    format!("{}{}{stop}", first.unwrap_or_default(), characters.as_str())
}
