//! The example provider under the real Terraform, through `dev_overrides`: no registry, no network.
#![cfg(unix)]

use std::{
    fs,
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Command, Output as Finished, Stdio},
    time::{Duration, Instant},
};

use serde_json::Value as Json;
use tempfile::TempDir;
use tfplugin_conformance::Output;

/// How long Terraform may take for what normally takes a second or two.
const PATIENCE: Duration = Duration::from_secs(60);

/// A working directory, a cloud, and a provider of its own.
struct Workspace {
    directory: TempDir,
}

impl Workspace {
    fn new() -> Self {
        let directory = tempfile::tempdir().expect("the directory is the test's own");
        let this = Self { directory };
        for name in ["plugins", "cloud", "work", "home"] {
            fs::create_dir(this.path(name)).expect("the directory is the test's own");
        }
        let built = env!("CARGO_BIN_EXE_terraform-provider-example");
        let provider = this.provider();
        // Under its own path, so that an orphan can be told from the provider of another test.
        if fs::hard_link(built, &provider).is_err() {
            fs::copy(built, &provider).expect("the directory is the test's own");
        }
        let overrides = format!(
            "provider_installation {{\n  dev_overrides {{\n    \"example.com/tfplugin/example\" = \"{}\"\n  }}\n  direct {{}}\n}}\n",
            this.path("plugins").display()
        );
        fs::write(this.path("terraform.rc"), overrides).expect("the directory is the test's own");
        this
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn provider(&self) -> PathBuf {
        self.path("plugins").join("terraform-provider-example")
    }

    /// Writes the configuration below the usual head.
    fn write(&self, body: &str) {
        let cloud = self.path("cloud");
        let head = format!(
            "terraform {{\n  required_providers {{\n    example = {{\n      source = \"example.com/tfplugin/example\"\n    }}\n  }}\n}}\n\nprovider \"example\" {{\n  directory = \"{}\"\n}}\n\n",
            cloud.display()
        );
        fs::write(self.path("work").join("main.tf"), head + body)
            .expect("the directory is the test's own");
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("terraform");
        command
            .args(arguments)
            .current_dir(self.path("work"))
            .env("CHECKPOINT_DISABLE", "1")
            .env("HOME", self.path("home"))
            .env("TF_CLI_CONFIG_FILE", self.path("terraform.rc"))
            .env("TF_DATA_DIR", self.path("data"))
            .env("TF_IN_AUTOMATION", "1")
            .env("TF_INPUT", "0")
            .stdin(Stdio::null());
        for name in [
            "TF_LOG",
            "TF_LOG_PROVIDER",
            "TF_REATTACH_PROVIDERS",
            "TF_CLI_ARGS",
        ] {
            command.env_remove(name);
        }
        command
    }

    fn run(&self, arguments: &[&str]) -> Finished {
        self.command(arguments).output().unwrap_or_else(|error| {
            panic!(
                "terraform cannot be run: {error}. Put Terraform 1.11 or newer on the PATH; it is \
                 at https://developer.hashicorp.com/terraform/install"
            )
        })
    }

    /// Runs a command that has to succeed, and gives what it printed.
    fn succeeds(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {stdout}\n{stderr}");
        stdout
    }

    /// Runs a command that has to fail, and gives its errors on one line.
    fn fails(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}: {stderr}");
        let words: Vec<_> = stderr
            .split_whitespace()
            .filter(|word| *word != "\u{2502}")
            .collect();
        words.join(" ")
    }

    fn apply(&self) -> String {
        self.succeeds(&["apply", "-auto-approve", "-no-color"])
    }

    fn assert_no_changes(&self) {
        for refresh in ["-refresh=true", "-refresh=false"] {
            self.succeeds(&["plan", "-detailed-exitcode", "-no-color", refresh]);
        }
    }

    fn plan(&self) -> String {
        self.succeeds(&["plan", "-no-color"])
    }

    /// The resources of the state.
    fn resources(&self) -> Vec<Json> {
        let text = fs::read_to_string(self.path("work").join("terraform.tfstate"))
            .expect("the directory is the test's own");
        let state: Json = serde_json::from_str(&text).expect("the directory is the test's own");
        state["resources"].as_array().cloned().unwrap_or_default()
    }

    fn journal(&self) -> Vec<String> {
        let text = fs::read_to_string(self.path("cloud").join("journal")).unwrap_or_default();
        text.lines().map(ToOwned::to_owned).collect()
    }

    /// The provider's processes that still run.
    fn providers(&self) -> usize {
        let is_ours = |process: &Path| {
            fs::read_link(process.join("exe")).is_ok_and(|program| program == self.provider())
        };
        let processes = fs::read_dir("/proc")
            .expect("the directory is the test's own")
            .flatten();
        processes.filter(|process| is_ours(&process.path())).count()
    }
}

#[test]
fn a_thing_is_created_updated_replaced_and_destroyed() {
    let workspace = Workspace::new();
    let full = |kind: &str, note: &str| {
        workspace.write(&format!(
            r#"
resource "example_thing" "a" {{
  name     = "Thing"
  kind     = "{kind}"
  note     = "{note}"
  weight   = 123456789012345678901234567890.5
  settings = {{ list = ["a", 1, true], none = null }}
  tags     = {{ "a.b" = "1" }}
  owner    = {{ name = "o" }}
  disks    = [{{ size = 1, key = "k" }}, {{ size = 2 }}]
  ports    = [{{ number = 80 }}, {{ number = 53, protocol = "udp" }}]
  labels   = {{ x = {{ value = "v" }} }}
  rule {{
    port = 1
  }}
  member {{
    name = "m"
  }}
  member {{
    name = "n"
    role = "r"
  }}
  limits {{
    most = 7
  }}
  timeouts {{
    create = "5m"
  }}
}}

data "example_thing" "a" {{
  id = example_thing.a.id
}}

output "zone" {{
  value = data.example_thing.a.zone
}}
"#
        ));
    };
    full("k", "first");
    let output = workspace.apply();
    assert!(
        output.contains("1 added") && output.contains("zone = \"zone-1\""),
        "{output}"
    );
    workspace.assert_no_changes();

    full("k", "second");
    assert!(
        workspace
            .plan()
            .contains("0 to add, 1 to change, 0 to destroy")
    );
    workspace.apply();
    workspace.assert_no_changes();

    full("other", "second");
    let plan = workspace.plan();
    assert!(
        plan.contains("# forces replacement") && plan.contains("1 to add"),
        "{plan}"
    );
    workspace.apply();
    workspace.assert_no_changes();

    workspace.succeeds(&["destroy", "-auto-approve", "-no-color"]);
    assert!(workspace.resources().is_empty());
    let done = [
        "create thing-1",
        "update thing-1",
        "delete thing-1",
        "create thing-1",
        "delete thing-1",
    ];
    assert_eq!(workspace.journal(), done);
}

// Case 8.
#[test]
fn a_thing_is_imported_by_command_and_by_block() {
    let workspace = Workspace::new();
    let resource = "resource \"example_thing\" \"a\" {\n  name = \"Thing\"\n  note = \"n\"\n}\n";
    workspace.write(resource);
    workspace.apply();
    let created = workspace.resources();

    workspace.succeeds(&["state", "rm", "example_thing.a"]);
    workspace.succeeds(&["import", "-no-color", "example_thing.a", "thing-1"]);
    // The cloud knows no upper case, and only the configuration brings it back.
    assert_eq!(
        workspace.resources()[0]["instances"][0]["attributes"]["note"],
        "n"
    );
    workspace.assert_no_changes();
    let error = workspace.fails(&["import", "-no-color", "example_thing.b", "thing-1"]);
    assert!(
        error.contains("resource address \"example_thing.b\" does not exist"),
        "{error}"
    );

    workspace.succeeds(&["state", "rm", "example_thing.a"]);
    let error = workspace.fails(&["import", "-no-color", "example_thing.a", "nonsense"]);
    assert!(
        error.contains("is not the id of a thing, such as `thing-7`"),
        "{error}"
    );
    let block = "import {\n  to = example_thing.a\n  id = \"thing-1\"\n}\n";
    workspace.write(&format!("{resource}{block}"));
    let output = workspace.apply();
    assert!(
        output.contains("1 imported, 0 added, 0 changed"),
        "{output}"
    );
    workspace.assert_no_changes();
    assert_eq!(
        workspace.resources()[0]["instances"][0]["schema_version"],
        1
    );
    assert_eq!(created.len(), 1);
}

// Case 73.
#[test]
fn an_object_of_another_type_is_moved() {
    let workspace = Workspace::new();
    let thing =
        |name: &str| format!("resource \"example_thing\" \"{name}\" {{\n  name = \"thing\"\n}}\n");
    let data = "resource \"terraform_data\" \"b\" {\n  input = example_thing.a.id\n}\n";
    workspace.write(&format!("{}{data}", thing("a")));
    workspace.apply();
    workspace.succeeds(&["state", "rm", "example_thing.a"]);
    let moved = "moved {\n  from = terraform_data.b\n  to   = example_thing.b\n}\n";
    workspace.write(&format!("{}{moved}", thing("b")));
    let output = workspace.apply();
    assert!(
        output.contains("0 added, 0 changed, 0 destroyed"),
        "{output}"
    );
    let resources = workspace.resources();
    assert_eq!(resources[0]["type"], "example_thing");
    assert_eq!(resources[0]["instances"][0]["attributes"]["id"], "thing-1");
    workspace.assert_no_changes();
}

// Case 75.
#[test]
fn functions_compute_and_point_at_what_is_wrong() {
    let workspace = Workspace::new();
    workspace.write(
        "output \"port\" {\n  value = provider::example::port(\"https\")\n}\n\
         output \"first\" {\n  value = provider::example::coalesce(null, \"b\")\n}\n",
    );
    let output = workspace.apply();
    assert!(
        output.contains("port = 443") && output.contains("first = \"b\""),
        "{output}"
    );
    workspace.write("output \"port\" {\n  value = provider::example::port(\"gopher\")\n}\n");
    let error = workspace.fails(&["validate", "-no-color"]);
    assert!(
        error.contains("Invalid value for \"service\" parameter: \"gopher\" is no service."),
        "{error}"
    );
}

// Cases 23 and 76.
#[test]
fn an_ephemeral_value_becomes_a_write_only_one_and_is_stored_nowhere() {
    let workspace = Workspace::new();
    let write = |name: &str, version: u8| {
        workspace.write(&format!(
            r#"
ephemeral "example_token" "t" {{
  name = "{name}"
}}

resource "example_thing" "a" {{
  name             = "thing"
  password         = ephemeral.example_token.t.value
  password_version = {version}
}}
"#
        ));
    };
    write("one", 1);
    workspace.apply();
    write("two", 1);
    workspace.assert_no_changes();
    write("two", 2);
    assert!(workspace.plan().contains("1 to change"));
    workspace.apply();
    let state = fs::read_to_string(workspace.path("work").join("terraform.tfstate")).unwrap();
    assert!(!state.contains("secret-of"), "{state}");
    let count = |what: &str| {
        workspace
            .journal()
            .iter()
            .filter(|line| line.starts_with(what))
            .count()
    };
    assert!(count("open") > 0);
    assert_eq!(count("open"), count("close"));
}

// Case 1.
#[test]
fn a_create_that_fails_halfway_is_tainted_and_replaced() {
    let workspace = Workspace::new();
    let write = |how: &str| {
        workspace.write(&format!(
            "resource \"example_thing\" \"a\" {{\n  name = \"thing\"\n  misbehave = {how}\n}}\n"
        ));
    };
    for how in ["\"fail\"", "\"panic\""] {
        let workspace_is_empty = workspace.journal().is_empty();
        write(how);
        workspace.fails(&["apply", "-auto-approve", "-no-color"]);
        let instance = &workspace.resources()[0]["instances"][0];
        assert_eq!(instance["status"], "tainted", "{instance}");
        assert_eq!(instance["attributes"]["id"], "thing-1");
        assert!(workspace_is_empty || workspace.journal().len() == 3);
    }
    write("null");
    workspace.apply();
    workspace.assert_no_changes();
    let files = fs::read_dir(workspace.path("cloud")).unwrap().count();
    assert_eq!(files, 2, "one thing and the journal");
}

// Case 2.
#[tokio::test]
async fn an_interrupt_saves_the_object_and_leaves_no_orphan() {
    let workspace = Workspace::new();
    workspace.write(
        "resource \"example_thing\" \"a\" {\n  name = \"thing\"\n  misbehave = \"wait\"\n}\n",
    );
    let mut command = workspace.command(&["apply", "-auto-approve", "-no-color"]);
    command
        .env("TF_LOG_PROVIDER", "info")
        .process_group(0)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut terraform = tokio::process::Command::from(command)
        .kill_on_drop(true)
        .spawn()
        .unwrap_or_else(|error| panic!("terraform cannot be run: {error}"));
    let stdout = Output::collect(terraform.stdout.take().unwrap());
    let stderr = Output::collect(terraform.stderr.take().unwrap());
    let waits = stderr.line(|line| line.contains("the end of the world"));
    tokio::time::timeout(PATIENCE, waits)
        .await
        .expect("the create begins")
        .unwrap_or_else(|| panic!("the create begins: {:?}", stdout.lines()));
    assert_eq!(workspace.providers(), 1);

    // Ctrl-C reaches every process of the group.
    let group = format!("-{}", terraform.id().unwrap());
    let interrupted = Instant::now();
    let sent = Command::new("kill")
        .args(["-s", "INT", "--", &group])
        .status();
    assert!(sent.unwrap().success());
    let status = tokio::time::timeout(PATIENCE, terraform.wait()).await;
    assert_eq!(status.expect("Terraform ends").unwrap().code(), Some(1));
    assert!(
        interrupted.elapsed() < Duration::from_secs(10),
        "{:?}",
        interrupted.elapsed()
    );

    let instance = &workspace.resources()[0]["instances"][0];
    assert_eq!(instance["status"], "tainted", "{instance}");
    assert_eq!(instance["attributes"]["id"], "thing-1");
    assert_eq!(workspace.providers(), 0, "nothing is left behind");
}
