//! The coverage map in a real browser: its policy lets the script run, filters filter, links unfold.
//!
//! Without a browser these tests fail and say how to get one. The page takes its filter from its
//! address, so that no protocol is needed to press its buttons.

#![allow(
    clippy::unwrap_used,
    reason = "helpers of tests, which fail by panicking"
)]

use std::path::{Path, PathBuf};
use std::process::Command;

use ppcmk_coverage::Geo;
use ppcmk_coverage::assessment::{EnvironmentCoverage, KeyControl, Part, Status, WorkloadCoverage};
use ppcmk_lint::analysis::Analysis;
use ppcmk_lint::report::{CoverageFormat, Style};

/// Where browsers are that are not on the PATH, on macOS and Windows.
const PLACES: [&str; 4] = [
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
];
const NAMES: [&str; 5] = [
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
];

fn browser() -> PathBuf {
    if let Some(named) = std::env::var_os("PPCMK_CHROMIUM") {
        return named.into();
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path)
        .flat_map(|folder| NAMES.map(|name| folder.join(name)))
        .chain(PLACES.map(PathBuf::from))
        .find(|file| file.is_file());
    found.unwrap_or_else(|| {
        panic!(
            "no Chromium: install it (Debian and Ubuntu: `apt-get install chromium`, macOS: `brew \
             install --cask chromium`), or name one with PPCMK_CHROMIUM"
        )
    })
}

/// Environments of all states, as many as asked for, with a name that could break out of the page.
fn page(count: usize) -> Vec<u8> {
    let kinds = [
        (Status::Full, KeyControl::Covered, "europe"),
        (Status::Partial, KeyControl::NotCovered, "asia"),
        (Status::None, KeyControl::NotCovered, "europe"),
        (Status::Unknown, KeyControl::Unknown, "europe"),
    ];
    let workload = |id, title, key_control, geo| WorkloadCoverage {
        id,
        title,
        instance: None,
        part: Part::Core,
        key_control,
        geo: Geo::from_any_name(geo),
        reason: "<script>document.title = 'broken'</script>".into(),
        code: None,
        source: None,
    };
    let coverage = (0..count).map(|index| {
        let (status, control, geo) = kinds[index % kinds.len()];
        EnvironmentCoverage {
            environment: format!("powerplatform_environment.e{index}[\"</script><b>\"]").into(),
            status,
            geo: Geo::from_any_name(geo),
            workloads: vec![
                workload(
                    "dataverse-tables",
                    "Dataverse tables",
                    KeyControl::Covered,
                    geo,
                ),
                workload("cloud-flows", "Cloud flows", control, geo),
            ],
        }
    });
    let analysis = Analysis {
        coverage: coverage.collect(),
        ..Analysis::default()
    };
    let mut out = Vec::new();
    CoverageFormat::Html
        .write(&analysis, Style::default(), &mut out)
        .unwrap();
    out
}

/// The document after its script ran, and what the console said.
fn open(folder: &Path, address: &str) -> (String, String) {
    let file = folder.join("page.html");
    std::fs::write(&file, page(200)).unwrap();
    let output = Command::new(browser())
        .args([
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--no-first-run",
            "--disable-extensions",
        ])
        .args(["--enable-logging=stderr", "--timeout=30000", "--dump-dom"])
        .arg(format!(
            "--user-data-dir={}",
            folder.join("profile").display()
        ))
        .arg(format!("{}{address}", url(&file)))
        .env("HOME", folder)
        .output()
        .expect("the browser starts");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let log = String::from_utf8_lossy(&output.stderr);
    let console: Vec<&str> = log
        .lines()
        .filter(|line| line.contains("CONSOLE"))
        .collect();
    (
        String::from_utf8(output.stdout).unwrap(),
        console.join("\n"),
    )
}

fn url(file: &Path) -> String {
    let path = file.to_string_lossy().replace('\\', "/");
    format!("file:///{}", path.trim_start_matches('/'))
}

fn shown(document: &str) -> usize {
    document
        .split("<tr data-e=")
        .skip(1)
        .filter(|row| !row.split('>').next().unwrap().contains("hidden"))
        .count()
}

#[test]
fn the_script_runs_and_nothing_else_does() {
    let folder = tempfile::tempdir().unwrap();
    let (document, console) = open(folder.path(), "");
    assert_eq!(console, "", "the console stays empty");
    assert!(document.contains("<title>Who holds the key</title>"));
    assert!(
        document.contains("200 of 200 shown"),
        "the script did not run"
    );
    assert_eq!(shown(&document), 200);
    assert!(!document.contains("<details id=\"e3\" open"));
}

#[test]
fn filters_filter_the_map_and_the_words() {
    let folder = tempfile::tempdir().unwrap();
    let (document, console) = open(folder.path(), "?find=ASIA%20e1&status=partial&status=full");
    assert_eq!(console, "");
    let is_there = |index: &i32| index % 4 == 1 && index.to_string().starts_with('1');
    let expected = (0..200).filter(is_there);
    let expected = expected.count();
    assert!(expected > 10, "{expected}");
    assert_eq!(shown(&document), expected);
    assert!(document.contains(&format!("{expected} of 200 shown")));
    let hidden = 200 - expected;
    let collapsed = document
        .split("<details ")
        .skip(1)
        .filter(|it| it.split('>').next().unwrap().contains("hidden"))
        .count();
    assert_eq!(collapsed, hidden);
}

#[test]
fn a_link_unfolds_its_environment() {
    let folder = tempfile::tempdir().unwrap();
    let (document, _) = open(folder.path(), "#e3");
    let tag = document
        .split("<details id=\"e3\"")
        .nth(1)
        .unwrap()
        .split('>')
        .next()
        .unwrap();
    assert!(tag.contains("open"), "{tag}");
    assert_eq!(
        document.matches("<details id=").filter(|_| true).count(),
        200
    );
}
