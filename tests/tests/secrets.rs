//! Where secrets must not appear: state, plans, logs, messages.

#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot go on has failed, also in its helpers"
)]

use std::path::Path;

use ppcmk_emulator::{Body, Effect, Emulator, Fault, RequestMatch, Response};
use ppcmk_tests::{Run, Workspace, estate, start};
use serde_json::json;

/// What nobody may see: the secret, and how each token of the emulator begins.
const SECRETS: [&str; 3] = [estate::SECRET, estate::TOKEN_PREFIX, "Bearer "];

/// Panics if any file below a directory has a secret in it.
#[track_caller]
fn assert_clean_directory(directory: &Path) {
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            assert_clean_directory(&path);
            continue;
        }
        let bytes = std::fs::read(&path).unwrap();
        let text = String::from_utf8_lossy(&bytes);
        for secret in SECRETS {
            if let Some(at) = text.find(secret) {
                let from = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
                let line = text[from..].lines().next().unwrap_or_default();
                panic!("{secret:?} is in {}: {line}", path.display());
            }
        }
    }
}

#[track_caller]
fn assert_clean(run: &Run) {
    for secret in SECRETS {
        run.does_not_say(secret);
    }
}

/// A whole life at the highest log level.
fn live(emulator: &Emulator, workspace: &Workspace) {
    let log = workspace.trace();
    workspace.write(
        "main.tf",
        estate::RETAIL_UNDER_POLICY.replace(
            "depends_on     =",
            "deletion_policy = \"UNLINK\"\n  depends_on     =",
        ),
    );
    let plan = workspace.plan();
    assert_clean(&plan.run);
    let shown = workspace.terraform(&["show", "-json", "test.tfplan"]);
    assert_clean(&shown);
    for run in [
        workspace.apply(),
        workspace.apply(),
        workspace.terraform(&["show", "-json"]),
        workspace.terraform(&["plan", "-json"]),
    ] {
        run.succeeds();
        assert_clean(&run);
    }
    // Errors of the services, also one that tells back what was sent.
    let echo = Response::status(400).body(Body::Json(json!({
        "error": { "code": "Bad", "message": "Authorization was refused" }
    })));
    emulator.fault(Fault::new(
        RequestMatch::environments(),
        Effect::Respond(echo),
    ));
    assert_clean(&workspace.plan().run);
    emulator.clear_faults();
    emulator.fault(Fault::status(RequestMatch::environments(), 401).forever());
    assert_clean(&workspace.plan().run);
    emulator.clear_faults();
    emulator.revoke_tokens();
    workspace.set("ARM_CLIENT_ID", "99999999-5555-5555-5555-555555555555");
    let run = workspace.plan().run;
    run.fails();
    assert_clean(&run);
    workspace.set("ARM_CLIENT_ID", "55555555-5555-5555-5555-555555555555");
    let run = workspace.destroy();
    run.succeeds();
    assert_clean(&run);
    let size = std::fs::metadata(&log).unwrap().len();
    assert!(
        size > 100_000,
        "the log should be there, and has {size} bytes"
    );
}

#[test]
fn a_whole_life_leaves_no_trace_of_secrets() {
    let (emulator, workspace) = start();
    live(&emulator, &workspace);
    assert_clean_directory(workspace.as_ref());
}

#[test]
fn nor_does_a_secret_in_the_configuration() {
    let (emulator, workspace) = start();
    workspace.unset("ARM_CLIENT_SECRET");
    workspace.write(
        "provider.tf",
        r#"
terraform {
  required_providers {
    ppcmk = { source = "ppcmk/ppcmk" }
  }
}
variable "secret" {
  type      = string
  sensitive = true
  ephemeral = true
}
provider "ppcmk" {
  client_secret = var.secret
}
"#,
    );
    workspace.set("TF_VAR_secret", estate::SECRET);
    live(&emulator, &workspace);
    assert_clean_directory(workspace.as_ref());
}
