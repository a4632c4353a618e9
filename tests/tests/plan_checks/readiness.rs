//! `data "ppcmk_key_readiness"`.

use ppcmk_tests::estate::{VAULT, policy_id};
use ppcmk_tests::{Workspace, assert_nothing_written};
use serde_json::Value;

use super::tenant::start;

/// The data source over a key in a vault of the tenant.
fn ask(workspace: &Workspace, vault: &str, key: &str, more: &str) -> Value {
    let vault = VAULT.replace("kv-cmk-eu", vault);
    workspace.write(
        "main.tf",
        format!(
            "data \"ppcmk_key_readiness\" \"k\" {{\n  key_vault_id = \"{vault}\"\n  key_name = \
             \"{key}\"\n  {more}\n}}\n"
        ),
    );
    workspace.apply().succeeds();
    workspace.state().of("data.ppcmk_key_readiness.k").clone()
}

/// The status of a rule.
fn status<'a>(answer: &'a Value, code: &str) -> &'a str {
    let checks = answer["checks"].as_array().unwrap();
    let check = checks.iter().find(|check| check["code"] == code);
    check.map_or("not asked", |check| check["status"].as_str().unwrap())
}

#[test]
fn a_good_key_is_ready() {
    let (emulator, workspace) = start();
    let answer = ask(&workspace, "kv-cmk-eu", "cmk", "");
    assert_eq!(answer["ready"], true);
    for code in [
        "CMK201", "CMK202", "CMK203", "CMK204", "CMK205", "CMK206", "CMK216",
    ] {
        assert_eq!(status(&answer, code), "passed", "{code}: {answer:#}");
    }
    assert_eq!(status(&answer, "CMK107"), "not asked");
    assert_nothing_written(&emulator);
}

#[test]
fn a_bad_key_is_not_and_says_why() {
    let (_emulator, workspace) = start();
    for (vault, key, code) in [
        ("kv-purge", "cmk", "CMK201"),
        ("kv-closed", "cmk", "CMK206"),
        ("kv-keys", "curve", "CMK203"),
        ("kv-keys", "expired", "CMK205"),
    ] {
        let answer = ask(&workspace, vault, key, "");
        assert_eq!(answer["ready"], false, "{code}");
        assert_eq!(status(&answer, code), "failed", "{answer:#}");
        let checks = answer["checks"].as_array().unwrap();
        let check = checks.iter().find(|check| check["code"] == code).unwrap();
        assert_eq!(check["level"], "error");
        for text in ["name", "message", "help", "source"] {
            assert!(!check[text].as_str().unwrap().is_empty(), "{text}: {check}");
        }
    }
    let disputed = ask(&workspace, "kv-keys", "disputed", "");
    assert_eq!(disputed["ready"], true);
    assert_eq!(status(&disputed, "CMK203"), "failed");
}

#[test]
fn what_is_not_seen_is_null() {
    let (_emulator, workspace) = start();
    let answer = ask(&workspace, "kv-cmk-eu", "missing", "");
    assert_eq!(answer["ready"], Value::Null);
    assert_eq!(status(&answer, "CMK203"), "undecided");
    assert_eq!(status(&answer, "CMK201"), "passed");
}

#[test]
fn rights_and_places_are_looked_at_when_they_are_named() {
    let (emulator, workspace) = start();
    let policy = |name: &str| format!("policy_id = \"{}\"", policy_id(name));
    let answer = ask(&workspace, "kv-cmk-eu", "cmk", &policy("ep-eu"));
    assert_eq!(status(&answer, "CMK107"), "passed", "{answer:#}");
    assert_eq!(status(&answer, "CMK212"), "passed");
    assert_eq!(answer["ready"], true);
    let answer = ask(&workspace, "kv-cmk-eu", "cmk", &policy("ep-bare"));
    assert_eq!(status(&answer, "CMK107"), "failed");
    assert_eq!(
        answer["ready"],
        Value::Null,
        "the right may be that of a group"
    );
    let answer = ask(&workspace, "kv-cmk-uk", "cmk", &policy("ep-eu"));
    assert_eq!(status(&answer, "CMK107"), "failed");
    assert_eq!(status(&answer, "CMK212"), "failed");
    let principal = emulator.policy("ep-ap").unwrap().principal_id;
    let more = format!("principal_id = \"{principal}\"\n  location = \"europe\"");
    let answer = ask(&workspace, "kv-cmk-ap", "cmk", &more);
    assert_eq!(status(&answer, "CMK107"), "passed", "{answer:#}");
    assert_eq!(answer["ready"], true);
}

#[test]
fn the_example_works() {
    let (emulator, workspace) = start();
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../examples/data-sources/ppcmk_key_readiness/data-source.tf");
    workspace.write("main.tf", std::fs::read_to_string(folder).unwrap());
    workspace.plan().has_changes().run.says("what_is_wrong");
    emulator
        .change(ppcmk_emulator::Change::SetPurgeProtection {
            vault: "kv-cmk-eu".to_owned(),
            enabled: false,
        })
        .unwrap();
    workspace
        .plan()
        .run
        .fails()
        .says("The key cannot hold environments yet.");
}
