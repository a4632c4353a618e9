//! Starts a provider's binary as Terraform does, and ends it as Terraform does.

use std::{
    ffi::{OsStr, OsString},
    io,
    path::{Path, PathBuf},
    process::{ExitStatus, Stdio},
    time::{Duration, Instant},
};

use tfplugin::wire::{
    plugin::{
        Empty, grpc_broker_client::GrpcBrokerClient, grpc_controller_client::GrpcControllerClient,
        grpc_stdio_client::GrpcStdioClient,
    },
    tfplugin6::provider_client::ProviderClient,
};
use tokio::{
    process::{Child, Command},
    time,
};
use tonic::{Status, transport::Channel};

use crate::{Address, Connector, Handshake, HandshakeError, Identity, Output};

/// Terraform gives up after this long.
const START_PATIENCE: Duration = Duration::from_secs(60);

/// GetProviderSchema may be 64 MiB for Terraform, and other answers more.
const MAX_MESSAGE: usize = 1 << 30;

/// How to start a provider.
#[derive(Clone, Debug)]
pub struct PluginCommand {
    program: PathBuf,
    environment: Vec<(OsString, Option<OsString>)>,
    identity: Option<Identity>,
}

/// A provider that runs and has said where it listens.
///
/// Dropping it kills the process and removes the socket that a killed process leaves behind.
#[derive(Debug)]
pub struct Plugin {
    /// What it said.
    pub handshake: Handshake,
    /// From the start of the process to the handshake line.
    pub start_time: Duration,
    /// Its stdout, the handshake line included.
    pub stdout: Output,
    /// Its stderr: logs and panics.
    pub stderr: Output,
    child: Child,
    channel: Channel,
    connector: Connector,
}

/// Why a provider could not be started.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The system cannot run it.
    #[error("could not run {program}")]
    Spawn {
        /// The provider's binary.
        program: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// It ended before it said anything.
    #[error("ended with {status} and without a handshake line; stderr: {stderr:#?}")]
    Ended {
        /// How it ended.
        status: ExitStatus,
        /// What it said to people.
        stderr: Vec<String>,
    },
    /// It says nothing.
    #[error("no handshake line within {START_PATIENCE:?}")]
    Silent,
    /// It says something that Terraform does not understand.
    #[error(transparent)]
    Handshake(#[from] HandshakeError),
}

impl PluginCommand {
    /// The provider's binary with the environment that Terraform adds, and a new identity.
    pub fn new(program: impl Into<PathBuf>) -> Self {
        let identity = Identity::terraform();
        let mut command = Self {
            program: program.into(),
            environment: Vec::new(),
            identity: None,
        };
        for (name, value) in [
            (
                "TF_PLUGIN_MAGIC_COOKIE",
                "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2",
            ),
            ("PLUGIN_PROTOCOL_VERSIONS", "5,6"),
            ("PLUGIN_MIN_PORT", "10000"),
            ("PLUGIN_MAX_PORT", "25000"),
        ] {
            command = command.env(name, value);
        }
        // The user's own logging must not decide over a test.
        for name in ["TF_LOG", "TF_LOG_PROVIDER", "TF_LOG_SDK"] {
            command = command.env_remove(name);
        }
        command.with_identity(identity)
    }

    /// Sets a variable, also one that Terraform sets.
    #[must_use]
    pub fn env(mut self, name: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> Self {
        self.environment
            .push((name.as_ref().into(), Some(value.as_ref().into())));
        self
    }

    /// Removes a variable.
    #[must_use]
    pub fn env_remove(mut self, name: impl AsRef<OsStr>) -> Self {
        self.environment.push((name.as_ref().into(), None));
        self
    }

    /// Announces and uses this identity.
    #[must_use]
    pub fn with_identity(mut self, identity: Identity) -> Self {
        self = self.env("PLUGIN_CLIENT_CERT", identity.pem());
        self.identity = Some(identity);
        self
    }

    /// Asks for plaintext, as Terraform does with `TF_DISABLE_PLUGIN_TLS`.
    #[must_use]
    pub fn without_tls(mut self) -> Self {
        self.identity = None;
        self.env_remove("PLUGIN_CLIENT_CERT")
    }

    /// The command for a process that the caller runs; its streams are captured.
    pub fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        for (name, value) in &self.environment {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        command
    }

    /// The identity that a client has to use.
    pub fn identity(&self) -> Option<&Identity> {
        self.identity.as_ref()
    }
}

impl Drop for Plugin {
    fn drop(&mut self) {
        if let Address::Unix(path) = &self.handshake.address {
            // Usually gone already. A directory with other things in it stays.
            let _ = std::fs::remove_file(path);
            let _ = Path::new(path).parent().map(std::fs::remove_dir);
        }
    }
}

impl Plugin {
    /// Starts the process and waits for its handshake line.
    pub async fn start(command: &PluginCommand) -> Result<Self, StartError> {
        let started = Instant::now();
        let mut child = command
            .command()
            .spawn()
            .map_err(|source| StartError::Spawn {
                program: command.program.clone(),
                source,
            })?;
        let stdout = Output::collect(child.stdout.take().expect("stdout is piped"));
        let stderr = Output::collect(child.stderr.take().expect("stderr is piped"));

        let line = time::timeout(START_PATIENCE, stdout.line(|_| true))
            .await
            .map_err(|_| StartError::Silent)?;
        let start_time = started.elapsed();
        let Some(line) = line else {
            let status = child.wait().await.map_err(|source| StartError::Spawn {
                program: command.program.clone(),
                source,
            })?;
            let stderr = stderr.end().await;
            return Err(StartError::Ended { status, stderr });
        };
        let handshake = Handshake::parse(&line)?;
        let connector = Connector::new(&handshake, command.identity());
        Ok(Self {
            channel: connector.channel(),
            connector,
            handshake,
            start_time,
            stdout,
            stderr,
            child,
        })
    }

    /// The provider's own service.
    pub fn provider(&self) -> ProviderClient<Channel> {
        ProviderClient::new(self.channel.clone())
            .max_decoding_message_size(MAX_MESSAGE)
            .max_encoding_message_size(MAX_MESSAGE)
    }

    /// The service that ends the process.
    pub fn controller(&self) -> GrpcControllerClient<Channel> {
        GrpcControllerClient::new(self.channel.clone())
    }

    /// The service that would mirror stdout and stderr.
    pub fn stdio(&self) -> GrpcStdioClient<Channel> {
        GrpcStdioClient::new(self.channel.clone())
    }

    /// The service that would open further connections.
    pub fn broker(&self) -> GrpcBrokerClient<Channel> {
        GrpcBrokerClient::new(self.channel.clone())
    }

    /// Opens further connections as the client that the plugin was started for.
    pub fn connector(&self) -> &Connector {
        &self.connector
    }

    /// The process, while it runs.
    pub fn id(&self) -> Option<u32> {
        self.child.id()
    }

    /// Asks the process to end. Terraform waits two seconds from here before it kills.
    pub async fn shutdown(&self) -> Result<(), Status> {
        self.controller().shutdown(Empty {}).await?;
        Ok(())
    }

    /// Waits for the process to end, at most for `patience`.
    pub async fn ended(&mut self, patience: Duration) -> io::Result<ExitStatus> {
        time::timeout(patience, self.child.wait()).await?
    }

    /// Ends the process without asking.
    pub async fn kill(&mut self) -> io::Result<()> {
        self.child.kill().await
    }
}
