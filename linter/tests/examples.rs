//! The examples of the repository, as a reader checks them first.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

fn examples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples")
}

/// Exit code and output.
fn check(folder: &Path, arguments: &[&str]) -> (Option<i32>, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_ppcmk-lint"))
        .arg("check")
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .stdin(Stdio::null())
        .output()
        .expect("cargo has built it");
    assert!(output.stderr.is_empty(), "{output:?}");
    let text = String::from_utf8(output.stdout).expect("it prints text");
    (output.status.code(), text)
}

/// The findings as `code file:line:column`.
fn findings(folder: &Path) -> Vec<String> {
    let (_, text) = check(folder, &["--format", "json"]);
    let output: Value = serde_json::from_str(&text).expect("it prints JSON");
    let findings = output["findings"].as_array().expect("there is a list");
    findings
        .iter()
        .map(|finding| {
            let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            let (code, location) = (text(&finding["code"]), &finding["location"]);
            let (file, start) = (text(&location["file"]), &location["start"]);
            format!("{code} {file}:{}:{}", start["line"], start["column"])
        })
        .collect()
}

/// A copy of the example, to be edited.
fn retail() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("the temporary directory is writable");
    for file in ["main.tf", "terraform.tfvars"] {
        let example = examples().join("retail").join(file);
        fs::copy(example, folder.path().join(file)).expect("it is an example");
    }
    folder
}

#[test]
fn what_is_there_to_copy_has_no_findings() {
    for example in ["policy", "tenant", "import", "with-azurerm"] {
        assert_eq!(
            findings(&examples().join(example)),
            [] as [&str; 0],
            "{example}"
        );
    }
}

#[test]
fn retail_has_one_gap_where_a_person_edits_it() {
    let folder = retail();
    assert_eq!(findings(folder.path()), ["CMK301 terraform.tfvars:2:14"]);

    let units = folder.path().join("terraform.tfvars");
    let fixed = fs::read_to_string(&units).unwrap();
    fs::write(&units, fixed.replace("southeastasia", "northeurope")).unwrap();
    assert_eq!(findings(folder.path()), [] as [&str; 0]);
}

#[test]
fn the_gap_of_retail_can_be_accepted_at_its_line() {
    let folder = retail();
    let units = folder.path().join("terraform.tfvars");
    let comment = "  # ppcmk-lint: ignore CMK301 reason=\"no customer data in this channel\"\n";
    let text = fs::read_to_string(&units).unwrap();
    fs::write(
        &units,
        text.replace("  csu-apac", &format!("{comment}  csu-apac")),
    )
    .unwrap();
    assert_eq!(findings(folder.path()), [] as [&str; 0]);
}

/// The other side of the pair is above it in the same file, and is named by a note only.
#[test]
fn the_place_to_edit_is_the_first_that_is_shown() {
    let (code, text) = check(&examples().join("data-sources/ppcmk_coverage"), &[]);
    assert_eq!(code, Some(1));
    let (_, finding) = text.split_once("error[CMK301]").unwrap();
    let (finding, _) = finding.split_once("\n\n").unwrap();
    let places: Vec<&str> = finding.lines().filter(|line| line.contains("─[")).collect();
    assert_eq!(places, ["    ╭─[data-source.tf:13:35]"]);
    assert!(finding.contains("finance and operations is in `westeurope` (data-source.tf:6:34)"));
}
