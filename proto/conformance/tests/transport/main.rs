//! The conformance cases about the process and its transport (34 to 42, and 81), against a
//! provider that does next to nothing. Only the SDK's host is tested here.

#[cfg(unix)]
mod end;
mod output;
mod start;
mod tls;

use std::{process::Output, time::Duration};

use tfplugin::wire::tfplugin6::{get_provider_schema, read_resource};
use tfplugin_conformance::{Plugin, PluginCommand};
use tonic::Status;

/// How long a test waits for what should happen at once.
const PATIENCE: Duration = Duration::from_secs(20);

fn command() -> PluginCommand {
    PluginCommand::new(env!("CARGO_BIN_EXE_tfplugin-minimal"))
}

async fn start() -> Plugin {
    Plugin::start(&command()).await.expect("the plugin starts")
}

/// Runs the binary to its end instead of talking to it.
async fn run(command: &PluginCommand, arguments: &[&str]) -> Output {
    tokio::time::timeout(PATIENCE, command.command().args(arguments).output())
        .await
        .expect("the process ends")
        .expect("the process runs")
}

async fn read(
    plugin: &Plugin,
    type_name: &str,
    private: impl Into<Vec<u8>>,
) -> Result<Vec<u8>, Status> {
    let request = read_resource::Request {
        type_name: type_name.to_owned(),
        private: private.into(),
        ..Default::default()
    };
    let response = plugin.provider().read_resource(request).await;
    response.map(|response| response.into_inner().private)
}

async fn answers(plugin: &Plugin) -> Result<(), Status> {
    let request = get_provider_schema::Request {};
    let schema = plugin.provider().get_provider_schema(request).await?;
    assert!(schema.into_inner().provider.is_some());
    Ok(())
}
