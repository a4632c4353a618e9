//! The conformance suite over the example provider, and the cases that need its knobs.

use std::sync::LazyLock;

use serde_json::{Value as Json, json};
use tempfile::TempDir;
use tfplugin_conformance::{
    PluginCommand,
    suite::{Session, Subject},
};

mod generic;
mod specific;

/// Objects of one test are not those of another.
struct Cloud(TempDir);

impl Cloud {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a directory"))
    }

    fn provider(&self) -> Json {
        json!({ "directory": self.0.path() })
    }

    async fn session(&self, config: Json) -> Session {
        subject(config).configured(self.provider()).session().await
    }

    fn journal(&self) -> Vec<String> {
        let text = std::fs::read_to_string(self.0.path().join("journal")).unwrap_or_default();
        text.lines().map(ToOwned::to_owned).collect()
    }
}

fn command() -> PluginCommand {
    PluginCommand::new(env!("CARGO_BIN_EXE_terraform-provider-example"))
}

fn subject(config: Json) -> Subject {
    Subject::new(command(), "example_thing", config)
}
