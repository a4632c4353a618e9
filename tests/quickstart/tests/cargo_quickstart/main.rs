//! Runs the quickstart as a newcomer does, on a machine whose Terraform configuration is broken, and
//! compares what it says with the transcript in the README.

mod transcript;

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

/// One run for all tests, with what it has printed, in the order in which it did.
static STORY: LazyLock<String> = LazyLock::new(|| {
    let (mut reader, writer) = std::io::pipe().expect("the system has pipes");
    let mut command = Command::new(env!("CARGO_BIN_EXE_ppcmk-quickstart"));
    command
        .arg("--fast")
        .env("TF_CLI_CONFIG_FILE", "/nowhere/terraformrc")
        .env("TF_CLI_ARGS_plan", "-no-such-option")
        .env("ARM_TENANT_ID", "somebody else's")
        .stderr(writer.try_clone().expect("it is open"))
        .stdout(writer);
    let mut child = command.spawn().expect("cargo has built it");
    // It keeps the writing ends, and without closing them there is no end to read to.
    drop(command);
    let mut text = Vec::new();
    reader.read_to_end(&mut text).expect("it is open");
    let text = String::from_utf8(text).expect("programs print text");
    let status = child.wait().expect("it was started");
    assert!(status.success(), "{text}");
    text
});

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

#[test]
fn a_stranger_sees_the_whole_story() {
    let mut rest = STORY.as_str();
    for shown in [
        // The review, at the line that a person edits.
        "error[CMK301] scale-unit-in-other-geo",
        "[terraform.tfvars:2:14]",
        // The plan, with the same code.
        "Error: Resource precondition failed",
        "- CMK301 Commerce Scale Unit csu-apac",
        // The fix, the review of the plan, and the rest.
        "-   csu-apac = \"southeastasia\"",
        "no findings",
        "Apply complete! Resources: 3 added",
        "No changes",
        "Commerce Scale Unit (csu-apac)",
        "data.ppcmk_coverage.retail.status = \"full\"",
        "Destroy complete! Resources: 3 destroyed",
        "No tenant was touched",
    ] {
        let at = rest.find(shown);
        let at = at.unwrap_or_else(|| panic!("{shown:?} is missing, or too early, in\n{}", *STORY));
        rest = &rest[at + shown.len()..];
    }
}

#[test]
fn the_map_is_where_it_says() {
    let (_, path) = STORY.split_once("open it in a browser: ").unwrap();
    let path = path.lines().next().unwrap();
    let map = std::fs::read_to_string(path).unwrap();
    assert!(map.starts_with("<!doctype html>"), "{map:.100}");
    assert!(map.contains("csu-apac"));
}

#[test]
fn the_transcript_in_the_readme_is_fresh() {
    let path = root().join("README.md");
    let readme = std::fs::read_to_string(&path).unwrap();
    let fresh = transcript::put_into(&readme, &transcript::abridge(&STORY));
    if std::env::var_os("UPDATE_README").is_some() {
        std::fs::write(&path, fresh).unwrap();
    } else {
        assert_eq!(
            readme, fresh,
            "stale: run `UPDATE_README=1 cargo test -p ppcmk-quickstart`"
        );
    }
}

#[test]
fn without_terraform_it_says_how_to_get_one() {
    let output = Command::new(env!("CARGO_BIN_EXE_ppcmk-quickstart"))
        .env("PATH", "")
        .env_remove("PPCMK_TERRAFORM")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        said.contains("https://developer.hashicorp.com/terraform/install"),
        "{said}"
    );
}
