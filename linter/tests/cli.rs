//! The program as a pipeline sees it: output, errors, exit codes.

#![allow(
    clippy::unwrap_used,
    reason = "helpers of tests, which fail by panicking"
)]

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

struct Run {
    code: i32,
    out: String,
    err: String,
}

fn run(folder: &Path, arguments: &[&str]) -> Run {
    Run::of(&command(folder, arguments).output().unwrap())
}

fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ppcmk-lint"));
    command
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .stdin(Stdio::null());
    command
}

impl Run {
    fn of(output: &Output) -> Self {
        Self {
            code: output.status.code().expect("it ended by itself"),
            out: String::from_utf8(output.stdout.clone()).unwrap(),
            err: String::from_utf8(output.stderr.clone()).unwrap(),
        }
    }
}

/// An empty root module with an ignore that cannot be understood: one error, without any rule.
fn with_finding() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join(".git")).unwrap();
    fs::write(folder.path().join("main.tf"), "locals {}\n").unwrap();
    let ignore = "[[ignore]]\ncode = \"CMK201\"\n";
    fs::write(folder.path().join(".ppcmk-lint.toml"), ignore).unwrap();
    folder
}

fn clean() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("main.tf"), "locals {}\n").unwrap();
    folder
}

/// A repository of inventories has no configuration, and its folder is named as any other.
#[test]
fn a_folder_with_an_inventory_alone_is_checked() {
    let folder = tempfile::tempdir().unwrap();
    let inventory = "environments:\n  - name: shop\n    assigned: false\n";
    fs::write(folder.path().join("tenant.yaml"), inventory).unwrap();
    for arguments in [
        &["--inventory", "tenant.yaml"][..],
        &["check", ".", "--inventory", "tenant.yaml"],
    ] {
        let run = run(folder.path(), arguments);
        assert_eq!(run.code, 1, "{arguments:?}: {}", run.err);
        assert!(run.out.contains("CMK101"), "{}", run.out);
    }
    // A plan's folder is where its positions come from.
    fs::write(folder.path().join("plan.json"), "{}").unwrap();
    for arguments in [&["check", "."][..], &["check", ".", "--plan", "plan.json"]] {
        assert_eq!(run(folder.path(), arguments).code, 2, "{arguments:?}");
    }
}

#[test]
fn exit_codes_say_how_it_went() {
    let (clean, found) = (clean(), with_finding());
    let result = run(clean.path(), &[]);
    assert_eq!(
        (result.code, result.out.as_str(), result.err.as_str()),
        (0, "no findings\n", "")
    );
    assert_eq!(run(found.path(), &[]).code, 1);
    assert_eq!(run(found.path(), &["check", "--fail-on", "never"]).code, 0);
    assert_eq!(run(found.path(), &["--fail-on=error", "."]).code, 1);
    for usage in [
        &["--no-such-option"][..],
        &["--fail-on", "fatal"],
        &["--today", "2027-02-30"],
        &["--var", "x"],
    ] {
        let result = run(found.path(), usage);
        assert_eq!(
            (result.code, result.out.as_str()),
            (2, ""),
            "{usage:?}: {}",
            result.err
        );
        assert!(!result.err.is_empty());
    }
    assert_eq!(run(found.path(), &["--help"]).code, 0);
    assert_eq!(run(found.path(), &["check", "--help"]).code, 0);
    assert_eq!(run(found.path(), &["--version"]).code, 0);
    assert_eq!(run(found.path(), &["no-such-folder"]).code, 2);
}

#[test]
fn the_configuration_is_found_and_its_mistakes_shown() {
    let folder = with_finding();
    let inner = folder.path().join("a/b");
    fs::create_dir_all(&inner).unwrap();
    fs::write(inner.join("main.tf"), "").unwrap();
    fs::write(
        folder.path().join(".ppcmk-lint.toml"),
        "fail_on = \"note\"\n",
    )
    .unwrap();
    for (place, arguments, name) in [
        (folder.path(), &[][..], ".ppcmk-lint.toml"),
        (folder.path(), &["a/b"][..], ".ppcmk-lint.toml"),
        (&inner, &[][..], "../../.ppcmk-lint.toml"),
    ] {
        let result = run(place, arguments);
        assert_eq!((result.code, result.out.as_str()), (2, ""));
        assert!(
            result.err.contains("unknown key `fail_on`"),
            "{}",
            result.err
        );
        assert!(
            result.err.contains("did you mean `fail-on`?"),
            "{}",
            result.err
        );
        assert!(
            result.err.contains(&format!("[{name}:1:1]")),
            "{}",
            result.err
        );
    }
    let result = run(folder.path(), &["--config", "other.toml"]);
    assert_eq!(result.code, 2);
    assert!(
        result
            .err
            .contains("could not read configuration other.toml"),
        "{}",
        result.err
    );
}

#[test]
fn several_formats_go_to_several_files() {
    let folder = with_finding();
    let result = run(
        folder.path(),
        &["--format", "json=out.json", "--format", "human"],
    );
    assert_eq!(result.code, 1);
    assert!(
        result
            .out
            .starts_with("error[CMK905] malformed-ignore: no reason is given\n"),
        "{}",
        result.out
    );
    let text = fs::read_to_string(folder.path().join("out.json")).unwrap();
    let value: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(value["findings"][0]["location"]["file"], ".ppcmk-lint.toml");
    let pair = [
        "--format", "json", "--output", "b.json", "--format", "human",
    ];
    assert_eq!(run(folder.path(), &pair).out, result.out);
    assert_eq!(
        fs::read_to_string(folder.path().join("b.json")).unwrap(),
        text
    );
    assert_eq!(
        run(folder.path(), &["--format", "json", "--format", "human"]).code,
        2
    );
    assert_eq!(
        run(folder.path(), &["--output", "no/such/folder.json"]).code,
        2
    );
}

#[test]
fn a_baseline_lets_an_old_estate_start_clean() {
    let folder = with_finding();
    let result = run(folder.path(), &["--write-baseline", "baseline.json"]);
    assert_eq!(
        (result.code, result.out.as_str()),
        (0, "no findings; 1 suppressed\n")
    );
    assert_eq!(result.err, "wrote 1 findings to baseline.json\n");
    let result = run(folder.path(), &["--baseline", "baseline.json"]);
    assert_eq!(
        (result.code, result.out.as_str()),
        (0, "no findings; 1 suppressed\n")
    );
    assert_eq!(run(folder.path(), &["--baseline", "main.tf"]).code, 2);
}

#[test]
fn rules_are_explained() {
    let folder = clean();
    let by_code = run(folder.path(), &["explain", "cmk201"]);
    assert_eq!(by_code.code, 0);
    for part in [
        "CMK201 vault-without-purge-protection",
        "What to do",
        "Before",
        "After",
        "https://",
        "documented by Microsoft",
    ] {
        assert!(by_code.out.contains(part), "{part}: {}", by_code.out);
    }
    assert_eq!(
        run(
            folder.path(),
            &["explain", "vault-without-purge-protection"]
        )
        .out,
        by_code.out
    );
    let unknown = run(folder.path(), &["explain", "CMK200"]);
    assert_eq!((unknown.code, unknown.out.as_str()), (2, ""));
    assert!(
        unknown.err.contains("did you mean `CMK20"),
        "{}",
        unknown.err
    );
}

#[test]
fn rules_are_listed() {
    let folder = clean();
    let json = run(folder.path(), &["rules", "--format", "json"]);
    let value: serde_json::Value = serde_json::from_str(&json.out).unwrap();
    let codes: Vec<&str> = value["rules"]
        .as_array()
        .unwrap()
        .iter()
        .map(|rule| rule["code"].as_str().unwrap())
        .collect();
    let expected: Vec<&str> = ppcmk_coverage::rules::all()
        .iter()
        .map(|rule| rule.code)
        .collect();
    assert_eq!(codes, expected);
    for format in ["human", "markdown"] {
        let listed = run(folder.path(), &["rules", "--format", format]).out;
        assert!(
            expected.iter().all(|code| listed.contains(code)),
            "{listed}"
        );
    }
}

#[test]
fn the_coverage_is_shown_alone() {
    let folder = clean();
    let result = run(folder.path(), &["coverage", "--format", "json"]);
    let value: serde_json::Value = serde_json::from_str(&result.out).unwrap();
    assert_eq!(value["version"], 1);
    assert!(value["coverage"].is_array());
    assert_eq!(result.code, 0);
}

#[test]
fn shells_can_complete() {
    let folder = clean();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let result = run(folder.path(), &["completions", shell]);
        assert!(
            result.code == 0 && result.out.contains("ppcmk-lint"),
            "{shell}: {}",
            result.err
        );
    }
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let folder = clean();
    let mut child = command(folder.path(), &["rules", "--format", "json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(
        (output.status.code(), output.stderr.as_slice()),
        (Some(0), &b""[..])
    );
}

#[test]
fn colours_are_for_those_who_ask() {
    let folder = with_finding();
    assert!(!run(folder.path(), &[]).out.contains('\u{1b}'));
    assert!(
        run(folder.path(), &["--color", "always"])
            .out
            .contains('\u{1b}')
    );
}

#[test]
fn the_same_input_gives_the_same_output() {
    let folder = with_finding();
    let once = run(folder.path(), &["--format", "json"]).out;
    assert_eq!(run(folder.path(), &["--format", "json"]).out, once);
    assert!(!once.contains(folder.path().to_str().unwrap()));
}

#[test]
fn paths_do_not_depend_on_how_the_folder_was_named() {
    let found = with_finding();
    let whole = found.path().canonicalize().unwrap();
    let named = run(
        &whole,
        &["check", whole.to_str().unwrap(), "--format", "json"],
    );
    let here = run(&whole, &["check", "--format", "json"]);
    assert_eq!((named.code, named.out), (1, here.out));
}

#[test]
fn a_forge_finds_files_from_the_root_of_its_checkout() {
    let root = tempfile::tempdir().unwrap();
    let infra = root.path().join("infra");
    fs::create_dir(&infra).unwrap();
    fs::write(infra.join("main.tf"), "locals {\n").unwrap();
    for (format, place) in [
        ("github", "file=infra/main.tf,"),
        ("gitlab", "\"path\": \"infra/main.tf\""),
        ("sarif", "\"uri\": \"infra/main.tf\""),
        ("human", "─[main.tf:"),
    ] {
        let result = command(&infra, &["--format", format])
            .env("GITHUB_WORKSPACE", root.path())
            .output()
            .unwrap();
        let result = Run::of(&result);
        assert_eq!(result.code, 1, "{format}: {}", result.err);
        assert!(result.out.contains(place), "{format}: {}", result.out);
    }
}
