//! `CASES.md` says where each case of the checklist is covered, and this test that it is true.

use std::{fs, path::Path};

const CASES: &str = include_str!("../CASES.md");

/// Reasons for a row without a test.
const ELSEWHERE: [&str; 4] = ["acceptance:", "provider:", "release:", "none:"];

/// All Rust code below a folder.
fn sources(folder: &Path, text: &mut String) {
    for entry in fs::read_dir(folder).expect("the folder is in the repository") {
        let path = entry.expect("the entry is readable").path();
        if path.is_dir() {
            sources(&path, text);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            text.push_str(&fs::read_to_string(&path).expect("sources are text"));
        }
    }
}

#[test]
fn every_case_is_covered_by_a_test_that_exists_or_has_a_reason() {
    let mut code = String::new();
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    for folder in [here.join("src"), here.join("tests"), here.join("../src")] {
        sources(&folder, &mut code);
    }
    let rows = CASES.lines().filter_map(|line| {
        let mut cells = line.split('|').map(str::trim);
        let number = cells.nth(1)?.parse::<usize>().ok()?;
        Some((number, cells.nth(1)?))
    });
    let mut last = 0;
    for (number, covered) in rows {
        assert_eq!(number, last + 1, "a row is missing");
        last = number;
        // Between every other pair of backticks there is a name, or code in a sentence.
        let names = covered.split('`').skip(1).step_by(2);
        let tests: Vec<&str> = names
            .filter(|name| name.contains('_') && !name.contains('/'))
            .collect();
        for test in tests.iter().filter(|test| **test != "same_when") {
            assert!(
                code.contains(&format!("fn {test}(")),
                "case {number}: there is no test `{test}`"
            );
        }
        let elsewhere = ELSEWHERE.iter().any(|reason| covered.contains(reason));
        assert!(
            !tests.is_empty() || elsewhere,
            "case {number} is covered nowhere"
        );
    }
    assert_eq!(last, 88);
}

#[test]
fn every_case_of_the_suite_is_in_the_table() {
    let suite = include_str!("../src/suite/cases.rs");
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/suite/cases");
    let mut cases = String::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        cases += &std::fs::read_to_string(entry.unwrap().path()).unwrap();
    }
    assert!(cases.contains("pub async fn "));
    for line in cases.lines() {
        let Some(name) = line.strip_prefix("pub async fn ") else {
            continue;
        };
        let name = name.split('(').next().unwrap_or_default();
        assert!(
            CASES.contains(&format!("`{name}`")),
            "`{name}` is not in CASES.md"
        );
        let listed = suite.lines().any(|line| line.trim() == name);
        assert!(listed, "`{name}` is not in the macro");
    }
}
