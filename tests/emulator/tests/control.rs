//! The control API, saved tenants and the command line.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

mod common;

use std::process::{Command, Output};

use common::*;
use ppcmk_emulator::Emulator;
use serde_json::{Value, json};

fn control(cloud: &Cloud, method: &str, path: &str, body: Option<Value>) -> Answer {
    let url = format!("{}/_emulator/{path}", cloud.emulator.base_url());
    let mut request = cloud.http.request(method.parse().unwrap(), url);
    if let Some(body) = body {
        request = request.json(&body);
    }
    request.send().unwrap().into()
}

#[test]
fn scripts_from_another_process() {
    let cloud = Cloud::start();
    let fault = json!({"on": {"method": "GET", "path": "*/environments/*"}, "effect": {"respond": {"status": 503}}});
    assert_eq!(control(&cloud, "POST", "faults", Some(fault)).status, 204);
    assert_eq!(cloud.environment(RETAIL).status, 503);
    let started = control(
        &cloud,
        "POST",
        "state",
        Some(
            json!({"startForeignOperation": {"environment": RETAIL, "kind": "Backup", "polls": null}}),
        ),
    );
    let operation = started.json()["operation"].as_str().unwrap().to_owned();
    assert_eq!(cloud.emulator.operations(RETAIL)[0].id, operation);
    assert_eq!(
        control(
            &cloud,
            "POST",
            "modes",
            Some(json!({"slotCasing": "lower"}))
        )
        .json()["slotCasing"],
        "lower"
    );
    let timings = control(
        &cloud,
        "POST",
        "timings",
        Some(json!({"rolePropagation": 7.5, "retryAfter": null})),
    )
    .json();
    assert!(timings["rolePropagation"].as_f64().unwrap() > 7.4 && timings["retryAfter"].is_null());
    let requests = control(
        &cloud,
        "GET",
        "requests?method=GET&path=*/environments/*",
        None,
    )
    .json();
    assert_eq!(requests["requests"][0]["status"], 503);
    let state = control(&cloud, "GET", "state", None);
    assert!(!state.text.contains("emulator-secret"));
    let before = control(&cloud, "GET", "clock", None).text;
    assert_ne!(
        control(
            &cloud,
            "POST",
            "clock/advance",
            Some(json!({"seconds": 60}))
        )
        .text,
        before
    );
    assert_eq!(control(&cloud, "POST", "reset", None).status, 204);
    assert!(cloud.emulator.operations(RETAIL).is_empty());
}

#[test]
fn explains_what_it_does_not_understand() {
    let cloud = Cloud::start();
    let unknown = control(
        &cloud,
        "POST",
        "state",
        Some(json!({"deleteEnvironment": {"environment": "x"}})),
    );
    assert_eq!(unknown.status, 400);
    assert!(
        unknown.text.contains("no environment `x`"),
        "{}",
        unknown.text
    );
    let typo = control(&cloud, "POST", "modes", Some(json!({"slotCase": "lower"})));
    assert!(typo.text.contains("slotCase"), "{}", typo.text);
    assert_eq!(control(&cloud, "PUT", "faults", None).status, 405);
}

#[test]
fn a_saved_tenant_is_there_again() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("state.json");
    let cloud = Cloud::with(Emulator::builder().state_file(&file));
    let policy = cloud.policy("ep-1");
    cloud.finish(&cloud.link(RETAIL, &policy));
    let time = cloud.emulator.clock().now();
    cloud.emulator.stop().unwrap();
    let cloud = Cloud::with(Emulator::builder().state_file(&file));
    assert!(cloud.emulator.clock().now() >= time);
    assert_eq!(cloud.link_status(RETAIL).as_deref(), Some("Linked"));
    let cloud = Cloud::with(Emulator::builder().state_file(directory.path().join("other.json")));
    assert_eq!(cloud.link_status(RETAIL), None);
}

fn emulator(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_ppcmk-emulator"))
        .args(arguments)
        .env_remove("PPCMK_EMULATOR_STATE")
        .output()
        .unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn hands_the_variables_and_the_exit_code_through() {
    let script = "echo $PPCMK_CLOUD $ARM_TENANT_ID; test -f $PPCMK_CA_CERTIFICATE_FILE; \
                  case $PPCMK_BAP_ENDPOINT in https://127.0.0.1:*) exit 7;; esac";
    let output = emulator(&["run", "--", "sh", "-c", script]);
    assert_eq!(output.status.code(), Some(7));
    assert_eq!(text(&output.stdout), format!("custom {TENANT}\n"));
}

#[test]
fn a_missing_command_is_127() {
    let output = emulator(&["run", "--", "no-such-command"]);
    assert_eq!(output.status.code(), Some(127));
    assert!(text(&output.stderr).contains("could not run `no-such-command`"));
}

#[test]
fn a_bad_seed_has_a_position() {
    let directory = tempfile::tempdir().unwrap();
    let seed = directory.path().join("seed.json");
    std::fs::write(&seed, "{\n  \"tenantId\": \"t\",\n  \"vault\": []\n}").unwrap();
    let output = emulator(&["run", "--seed", seed.to_str().unwrap(), "--", "true"]);
    assert_eq!(output.status.code(), Some(2));
    let stderr = text(&output.stderr);
    assert!(
        stderr.contains("seed.json") && stderr.contains("line 3 column"),
        "{stderr}"
    );
}

#[test]
fn prints_the_seed_and_refuses_bad_usage() {
    let output = emulator(&["seed"]);
    assert!(ppcmk_emulator::Seed::parse(&text(&output.stdout)).is_ok());
    assert_eq!(emulator(&["run"]).status.code(), Some(2));
    let output = emulator(&["run", "--modes", "unusableKey=maybe", "--", "true"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("maybe"));
}

#[test]
fn points_terraform_at_the_provider_unless_told_otherwise() {
    let home = tempfile::tempdir().unwrap();
    let run = |config: Option<&str>| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ppcmk-emulator"));
        command.args(["run", "--provider-dir", "/providers", "--", "sh", "-c"]);
        command
            .arg("echo $TF_CLI_CONFIG_FILE; cat $TF_CLI_CONFIG_FILE; echo $TF_REATTACH_PROVIDERS");
        command
            .env("HOME", home.path())
            .env("TF_REATTACH_PROVIDERS", "kept");
        match config {
            Some(file) => command.env("TF_CLI_CONFIG_FILE", file),
            None => command.env_remove("TF_CLI_CONFIG_FILE"),
        };
        command.output().unwrap()
    };
    let ours = text(&run(None).stdout);
    assert!(
        ours.contains("\"registry.terraform.io/ppcmk/ppcmk\" = \"/providers\""),
        "{ours}"
    );
    assert!(ours.ends_with("kept\n"));
    let theirs = run(Some("/dev/null"));
    assert_eq!(text(&theirs.stdout), "/dev/null\nkept\n");
    assert!(text(&theirs.stderr).contains("using your Terraform CLI configuration"));
}
