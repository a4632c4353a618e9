//! The workflows of the forge, as far as they can be checked without one: that they build what is
//! released, that they call `cargo dist-release` as it wants to be called, that the registry finds
//! what it needs, and who may do what.

#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot go on has failed, also in its helpers"
)]

use std::collections::BTreeSet;
use std::path::Path;

use clap::Parser as _;
use ppcmk_release::arguments::Arguments;
use ppcmk_release::{PROGRAMS, TARGETS, Target};
use saphyr::{LoadableYamlNode as _, Yaml};

const CI: &str = include_str!("../../../.github/workflows/ci.yml");
const RELEASE: &str = include_str!("../../../.github/workflows/release.yml");

fn parse(text: &str) -> Yaml<'_> {
    Yaml::load_from_str(text).unwrap().remove(0)
}

fn member<'a>(yaml: &'a Yaml<'a>, path: &[&str]) -> &'a Yaml<'a> {
    path.iter().fold(yaml, |yaml, name| {
        yaml.as_mapping_get(name)
            .unwrap_or_else(|| panic!("no {name} of {path:?}"))
    })
}

fn text<'a>(yaml: &'a Yaml<'a>, name: &str) -> &'a str {
    yaml.as_mapping_get(name)
        .and_then(Yaml::as_str)
        .unwrap_or_default()
}

fn jobs<'a>(workflow: &'a Yaml<'a>) -> impl Iterator<Item = (&'a str, &'a Yaml<'a>)> {
    let jobs = member(workflow, &["jobs"]).as_mapping().unwrap();
    jobs.iter().map(|(name, job)| (name.as_str().unwrap(), job))
}

fn steps<'a>(job: &'a Yaml<'a>) -> impl Iterator<Item = &'a Yaml<'a>> {
    let steps = job.as_mapping_get("steps").and_then(Yaml::as_sequence);
    steps.into_iter().flatten()
}

/// All scripts of a job as one text.
fn scripts(job: &Yaml<'_>) -> String {
    steps(job)
        .map(|step| text(step, "run"))
        .collect::<Vec<_>>()
        .join("\n")
}

fn rows<'a>(release: &'a Yaml<'a>) -> &'a [Yaml<'a>] {
    member(release, &["jobs", "build", "strategy", "matrix", "include"])
        .as_sequence()
        .unwrap()
}

/// The line of a script that starts with this, with a row of the matrix in place of the variables.
fn command(script: &str, start: &str, row: Option<&Yaml<'_>>) -> Arguments {
    let line = script
        .lines()
        .find(|line| line.starts_with(start))
        .unwrap_or_else(|| panic!("no `{start}` in\n{script}"));
    let line = match row {
        Some(row) => line
            .replace("\"$TARGET\"", text(row, "target"))
            .replace("$PROGRAMS", text(row, "programs")),
        None => line.to_owned(),
    };
    let words = line.strip_prefix("cargo ").unwrap().split_whitespace();
    Arguments::try_parse_from(words).unwrap()
}

#[test]
fn every_target_is_built_once() {
    let release = parse(RELEASE);
    let built: Vec<_> = rows(&release)
        .iter()
        .map(|row| text(row, "target"))
        .collect();
    let expected: BTreeSet<_> = TARGETS.iter().map(|target| target.triple).collect();
    assert_eq!(built.iter().copied().collect::<BTreeSet<_>>(), expected);
    assert_eq!(built.len(), TARGETS.len());
    let rules = include_str!("../../../deny.toml");
    for triple in expected {
        assert!(rules.contains(&format!("\"{triple}\"")), "{triple}");
    }
}

#[test]
fn every_target_builds_the_programs_that_are_published_for_it() {
    let release = parse(RELEASE);
    let script = scripts(member(&release, &["jobs", "build"]));
    for row in rows(&release) {
        let arguments = command(&script, "cargo dist-release", Some(row));
        assert_eq!(arguments.target, [text(row, "target")]);
        assert_eq!(arguments.profile, "release");
        assert!(!arguments.collect);
        let target = Target::named(&arguments.target[0]).unwrap();
        let published: Vec<_> = PROGRAMS
            .iter()
            .filter(|program| program.is_published_for(&target))
            .map(|program| program.name)
            .collect();
        assert_eq!(arguments.program, published, "{}", target.triple);
        let runner = text(row, "runner");
        let system = match target.os {
            "darwin" => "macos",
            "linux" => "ubuntu",
            other => other,
        };
        assert!(runner.starts_with(system), "{} on {runner}", target.triple);
        if target.os == "linux" {
            let is_arm = target.arch == "arm64";
            assert_eq!(runner.ends_with("-arm"), is_arm, "{}", target.triple);
        }
    }
}

/// The workflow and the README call it by the alias.
#[test]
fn the_command_is_an_alias_of_the_program() {
    let config = include_str!("../../../.cargo/config.toml");
    let alias = "dist-release = \"run --quiet --package ppcmk-release --\"";
    assert!(config.lines().any(|line| line == alias), "{config}");
}

#[test]
fn the_registry_finds_what_it_needs() {
    let release = parse(RELEASE);
    // The manifest and the sums are made here; `collect` refuses to go on without an archive.
    let collect = scripts(member(&release, &["jobs", "collect"]));
    let arguments = command(&collect, "cargo dist-release", None);
    assert!(arguments.collect);
    assert_eq!(arguments.output(), Path::new("dist"));

    let publish = scripts(member(&release, &["jobs", "publish"]));
    let at = |part: &str| {
        publish
            .find(part)
            .unwrap_or_else(|| panic!("no {part:?} in\n{publish}"))
    };
    // A detached signature beside each file of sums, binary: the registry takes no armored one.
    let sign = at("--output \"$sums.sig\" --detach-sign \"$sums\"");
    assert!(at("for sums in *_SHA256SUMS") < sign);
    assert!(!publish.contains("--armor") && !publish.contains(" -a "));
    assert!(at("sha256sum --check --strict \"$sums\"") < sign);
    assert!(sign < at("--verify \"$sums.sig\""));
    // Everything is there before anybody sees it.
    let create = at("gh release create \"$GITHUB_REF_NAME\" --draft --verify-tag");
    assert!(sign < create && create < at("dist/*") && at("dist/*") < at("--draft=false"));
}

#[test]
fn every_program_has_a_bill_of_materials_that_is_attested() {
    let release = parse(RELEASE);
    let collect = scripts(member(&release, &["jobs", "collect"]));
    assert!(collect.contains("cargo cyclonedx"));
    let publish = member(&release, &["jobs", "publish"]);
    for program in PROGRAMS {
        let folder = collect
            .lines()
            .find_map(|line| line.strip_prefix(&format!("bill {} ", program.name)))
            .unwrap_or_else(|| panic!("no bill of {}", program.name));
        let package = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../..")
            .join(folder)
            .join("Cargo.toml");
        let package = std::fs::read_to_string(package).unwrap();
        assert!(package.contains(&format!("name = \"{}\"", program.name)));
        let is_attested = steps(publish).any(|step| {
            let Some(with) = step.as_mapping_get("with") else {
                return false;
            };
            text(step, "uses").starts_with("actions/attest@")
                && text(with, "subject-path") == format!("dist/{}_*.zip", program.name)
                && text(with, "sbom-path").starts_with(&format!("dist/{}_", program.name))
                && text(with, "sbom-path").ends_with("_sbom.cdx.json")
        });
        assert!(is_attested, "{}", program.name);
    }
}

#[test]
fn where_archives_come_from_is_attested() {
    let release = parse(RELEASE);
    let provenance = steps(member(&release, &["jobs", "publish"]))
        .find(|step| text(step, "uses").starts_with("actions/attest-build-provenance@"))
        .unwrap();
    assert_eq!(
        text(member(provenance, &["with"]), "subject-path"),
        "dist/*.zip"
    );
}

#[test]
fn nothing_is_published_that_has_not_passed_everything() {
    let release = parse(RELEASE);
    let chain = ["tag", "check", "build", "collect", "publish"];
    for pair in chain.windows(2) {
        let job = member(&release, &["jobs", pair[1]]);
        assert_eq!(text(job, "needs"), pair[0]);
    }
    assert_eq!(jobs(&release).count(), chain.len());
    let check = member(&release, &["jobs", "check"]);
    assert_eq!(text(check, "uses"), "./.github/workflows/ci.yml");
    let ci = parse(CI);
    member(&ci, &["on", "workflow_call"]);
    assert!(scripts(member(&ci, &["jobs", "everything"])).contains(".ci/run"));
}

/// A step of another project, as somebody has looked at it: a tag can be moved.
#[test]
fn actions_are_pinned() {
    for workflow in [CI, RELEASE] {
        let mut count = 0;
        for line in workflow.lines() {
            let line = line.trim_start().trim_start_matches("- ");
            let Some(action) = line.strip_prefix("uses: ") else {
                continue;
            };
            if action == "./.github/workflows/ci.yml" {
                continue;
            }
            let (action, version) = action.split_once(" # v").expect(line);
            let (_, commit) = action.split_once('@').unwrap();
            assert_eq!(commit.len(), 40, "{line}");
            assert!(commit.bytes().all(|byte| byte.is_ascii_hexdigit()));
            assert_eq!(version.split('.').count(), 3, "{line}");
            count += 1;
        }
        assert!(count > 2);
    }
}

#[test]
fn only_the_job_that_publishes_may_write_and_it_builds_nothing() {
    let release = parse(RELEASE);
    let permissions = member(&release, &["permissions"]).as_mapping().unwrap();
    assert!(permissions.is_empty());
    for (name, job) in jobs(&release) {
        let permissions = member(job, &["permissions"]).as_mapping().unwrap();
        let writes: BTreeSet<_> = permissions
            .iter()
            .filter(|(_, right)| right.as_str() != Some("read"))
            .map(|(scope, _)| scope.as_str().unwrap())
            .collect();
        let expected = match name {
            "publish" => ["attestations", "contents", "id-token"].into(),
            _ => BTreeSet::new(),
        };
        assert_eq!(writes, expected, "{name}");
    }
    let publish = member(&release, &["jobs", "publish"]);
    assert!(!scripts(publish).contains("cargo"));
    assert!(steps(publish).all(|step| !text(step, "uses").starts_with("actions/checkout@")));
    assert_eq!(text(publish, "environment"), "release");

    let ci = parse(CI);
    let permissions = member(&ci, &["permissions"]).as_mapping().unwrap();
    assert_eq!(permissions.len(), 1);
    assert_eq!(text(member(&ci, &["permissions"]), "contents"), "read");
    for (name, job) in jobs(&ci) {
        assert!(job.as_mapping_get("permissions").is_none(), "{name}");
    }
}

#[test]
fn scripts_get_no_text_of_others_and_checkouts_leave_no_token() {
    for workflow in [parse(CI), parse(RELEASE)] {
        for (name, job) in jobs(&workflow) {
            for step in steps(job) {
                assert!(!text(step, "run").contains("${{"), "{name}");
                if text(step, "uses").starts_with("actions/checkout@") {
                    let kept = member(step, &["with", "persist-credentials"]);
                    assert_eq!(kept.as_bool(), Some(false), "{name}");
                }
            }
        }
    }
}

#[test]
fn secrets_reach_the_signing_step_only() {
    let release = parse(RELEASE);
    for (name, job) in jobs(&release) {
        for step in steps(job) {
            let Some(env) = step.as_mapping_get("env").and_then(Yaml::as_mapping) else {
                continue;
            };
            for (variable, value) in env {
                if value.as_str().unwrap_or_default().contains("secrets.") {
                    assert_eq!(name, "publish", "{variable:?}");
                    assert_eq!(text(step, "name"), "Sign the checksums");
                }
            }
        }
    }
    assert_eq!(RELEASE.matches("secrets.").count(), 2);
    assert_eq!(CI.matches("secrets.").count(), 0);
}
