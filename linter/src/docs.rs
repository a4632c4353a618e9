//! `docs/rules/`: a page for each rule, their index, and the catalogue of what a key covers.
//!
//! They are checked in because people read them in the repository. `UPDATE_DOCS=1 cargo test -p
//! ppcmk-lint docs` writes them anew.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::PathBuf;

use ppcmk_coverage::catalogue::{Table, Workload, catalogue};
use ppcmk_coverage::rules::{self, Rule};

use crate::report::page::{body, evidence, sentence};

const GENERATED: &str =
    "<!-- Generated from the rules by `UPDATE_DOCS=1 cargo test -p ppcmk-lint docs`. -->";

/// Families of rules by the first digit of their codes.
const FAMILIES: [(&str, &str); 5] = [
    ("CMK1", "Environments, policies and assignments"),
    ("CMK2", "Vaults, keys and grants"),
    ("CMK3", "Workloads that a key does not reach"),
    ("CMK4", "Residency"),
    ("CMK9", "Inputs and ignores"),
];

fn pages() -> BTreeMap<String, String> {
    let mut pages: BTreeMap<String, String> = rules::all()
        .iter()
        .map(|rule| (format!("{}.md", rule.code), page(rule)))
        .collect();
    pages.insert("README.md".into(), index());
    pages.insert("coverage.md".into(), matrix());
    pages
}

fn page(rule: &Rule) -> String {
    let mut out = format!(
        "{GENERATED}\n# {}: {}\n\n{}",
        rule.code,
        rule.name,
        body(rule)
    );
    let code = rule.code;
    if !matches!(code, "CMK902" | "CMK903" | "CMK905") {
        write!(
            out,
            "\n## Accept it\n\nAbove the attribute, element, block or module call that it is about, with your reason and, \
             if you like, a last day:\n\n```terraform\n# ppcmk-lint: ignore {code} reason=\"...\" until=2027-01-31\n```\n\n\
             In `.ppcmk-lint.toml`, for code that cannot have a comment:\n\n```toml\n[[ignore]]\ncode = \"{code}\"\n\
             address = \"module.retail.*\"\nreason = \"...\"\nuntil = 2027-01-31\n```\n"
        )
        .unwrap();
    }
    write!(
        out,
        "\n## Change its level\n\n```toml\n[rules.{code}]\nlevel = \"{}\" # error, warning, note, off\n```\n",
        if rule.level.as_str() == "warning" { "error" } else { "warning" }
    )
    .unwrap();
    out
}

fn index() -> String {
    let mut out = format!(
        "{GENERATED}\n# Rules of ppcmk-lint\n\n`ppcmk-lint explain CODE` shows each page in the terminal. \
         What a key covers, workload by workload, is in the [catalogue](coverage.md).\n"
    );
    for (prefix, title) in FAMILIES {
        let rules: Vec<_> = rules::all()
            .iter()
            .filter(|rule| rule.code.starts_with(prefix))
            .collect();
        if rules.is_empty() {
            continue;
        }
        write!(
            out,
            "\n## {title}\n\n| Code | Name | Level | Reports |\n|---|---|---|---|\n"
        )
        .unwrap();
        for rule in rules {
            let (code, name, level) = (rule.code, rule.name, rule.level.as_str());
            writeln!(
                out,
                "| [{code}]({code}.md) | {name} | {level} | {} |",
                rule.summary
            )
            .unwrap();
        }
    }
    out
}

fn matrix() -> String {
    let mut out = format!(
        "{GENERATED}\n# What a customer-managed key covers\n\nWhat documents say, before any environment is looked at; \
         `ppcmk-lint coverage` says it for yours. \"Under the key\" means: linked to an encryption policy of the \
         environment's own geo, managed, not of type Trial or Teams, with Dataverse.\n\n\
         A key does not move data: where data lives is decided by the location of the environment and of each workload, \
         never by a key.\n"
    );
    for table in [
        Table::Dataverse,
        Table::PowerPlatform,
        Table::Dynamics365,
        Table::FinanceAndOperations,
    ] {
        write!(
            out,
            "\n## {}\n\n| Workload | Key | When, or why not | Source |\n|---|---|---|---|\n",
            table.title()
        )
        .unwrap();
        for workload in catalogue().filter(|workload| workload.table() == table) {
            out += &row(workload);
        }
    }
    out
}

fn row(workload: Workload) -> String {
    let cell = |text: &str| text.replace('|', "\\|");
    let mut why = sentence(workload.condition());
    if let Some(note) = workload.note() {
        write!(why, " *{}*", sentence(note)).unwrap();
    }
    let source = workload.sources().first().map_or_else(
        || "none found".into(),
        |source| {
            format!(
                "[{}]({}), {}",
                source.date,
                source.url,
                evidence(source.evidence)
            )
        },
    );
    let (id, title) = (workload.id(), cell(workload.title()));
    format!(
        "| {title}<br>`{id}` | {} | {} | {source} |\n",
        workload.published().as_str(),
        cell(&why)
    )
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../docs/rules")
}

#[test]
fn pages_are_fresh() {
    let pages = pages();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        let _ = std::fs::remove_dir_all(folder());
        std::fs::create_dir_all(folder()).unwrap();
        for (name, text) in &pages {
            std::fs::write(folder().join(name), text).unwrap();
        }
    }
    let mut present = BTreeMap::new();
    for entry in std::fs::read_dir(folder()).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        present.insert(name, std::fs::read_to_string(path).unwrap());
    }
    let stale: Vec<_> = pages
        .iter()
        .filter(|(name, text)| present.get(*name) != Some(*text))
        .map(|(name, _)| name)
        .collect();
    let left: Vec<_> = present
        .keys()
        .filter(|name| !pages.contains_key(*name))
        .collect();
    assert!(
        stale.is_empty() && left.is_empty(),
        "docs/rules: {stale:?} are stale, {left:?} should not be there; UPDATE_DOCS=1 cargo test -p ppcmk-lint docs"
    );
}

#[test]
fn every_page_shows_an_ignore_that_works() {
    for rule in rules::all() {
        let page = page(rule);
        let ignore = format!("# ppcmk-lint: ignore {} reason=", rule.code);
        let is_about_ignores = matches!(rule.code, "CMK902" | "CMK903" | "CMK905");
        assert_eq!(page.contains(&ignore), !is_about_ignores, "{rule:?}");
        assert!(
            page.contains("## Before") && page.contains("## After"),
            "{rule:?}"
        );
    }
}

#[test]
fn every_rule_is_in_a_family() {
    for rule in rules::all() {
        assert!(
            FAMILIES
                .iter()
                .any(|(prefix, _)| rule.code.starts_with(prefix)),
            "{rule:?}"
        );
    }
}
