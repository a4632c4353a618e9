//! The examples for pipelines: they are YAML, and every command in them is one that the program
//! understands.

#![allow(
    clippy::unwrap_used,
    reason = "helpers of tests, which fail by panicking"
)]

use std::path::PathBuf;

use saphyr_parser::{Event, Parser};

fn read(name: &str) -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("..")
        .join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{name}: {error}"))
}

const FILES: [&str; 4] = [
    "examples/ci/github-actions.yml",
    "examples/ci/gitlab-ci.yml",
    "examples/ci/azure-pipelines.yml",
    ".pre-commit-hooks.yaml",
];

/// All texts of a YAML file.
fn texts(name: &str) -> Vec<String> {
    let text = read(name);
    let mut texts = Vec::new();
    for event in Parser::new_from_str(&text) {
        let (event, _) = event.unwrap_or_else(|error| panic!("{name}: {error}"));
        if let Event::Scalar(value, ..) = event {
            texts.push(value.into_owned());
        }
    }
    texts
}

/// The commands of this program in a script, lines that end in a backslash joined.
fn commands(script: &str) -> Vec<Vec<String>> {
    let script = script.replace("\\\n", " ");
    let lines = script
        .lines()
        .map(str::trim)
        .filter(|line| line.starts_with("ppcmk-lint "));
    lines
        .map(|line| {
            let command = line.split(" || ").next().unwrap();
            command
                .split_whitespace()
                .map(|word| word.replace('"', ""))
                .collect()
        })
        .collect()
}

#[test]
fn every_command_is_understood() {
    for name in FILES {
        let found: Vec<_> = texts(name).iter().flat_map(|text| commands(text)).collect();
        assert_eq!(found.len(), 1, "{name}");
        for command in found {
            let parsed = ppcmk_lint::cli::command().try_get_matches_from(&command);
            assert!(parsed.is_ok(), "{name}: {command:?}: {:?}", parsed.err());
        }
    }
}

#[test]
fn the_comment_is_found_by_the_marker_that_the_report_has() {
    let mut report = Vec::new();
    let analysis = ppcmk_lint::analysis::Analysis::default();
    let style = ppcmk_lint::report::Style::default();
    ppcmk_lint::report::Format::Markdown
        .write(&analysis, style, &mut report)
        .unwrap();
    let report = String::from_utf8(report).unwrap();
    let marker = report.lines().next().unwrap();
    assert!(
        read(FILES[0]).contains(&format!("startswith(\"{marker}\")")),
        "{marker}"
    );
}

#[test]
fn what_is_published_is_what_the_command_writes() {
    for (name, files) in [
        (FILES[0], &["review.md", "ppcmk.sarif"][..]),
        (
            FILES[1],
            &["gl-code-quality-report.json", "ppcmk.xml", "coverage.html"],
        ),
        (FILES[2], &["review/ppcmk.xml"]),
    ] {
        let text = read(name);
        for file in files {
            let written = text.contains(&format!("={file}"));
            assert!(written && text.matches(file).count() >= 2, "{name}: {file}");
        }
    }
}

#[test]
fn the_versions_are_ours() {
    for name in &FILES[..3] {
        assert!(
            read(name).contains(&format!("\"{}\"", env!("CARGO_PKG_VERSION"))),
            "{name}"
        );
    }
}
