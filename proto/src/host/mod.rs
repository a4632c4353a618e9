//! Runs a provider as a plugin process of Terraform.
//!
//! A provider's `main` is one call of [`main`]. The module knows processes, sockets, TLS and
//! go-plugin's conventions, and nothing of what a provider answers: it takes any implementation
//! of the generated service.
//!
//! stdout belongs to the handshake line. Everything for people and logs goes to stderr.

mod arguments;
mod connection;
mod counted;
mod environment;
mod error;
mod handshake;
mod hclog;
mod incoming;
mod level;
mod lifecycle;
mod listener;
mod log;
pub mod panic;
mod pinned;
#[cfg(unix)]
mod random;
mod reattach;
mod server;
mod services;
#[cfg(unix)]
mod socket;
mod tls;

use std::{io::Write, process::ExitCode};

use self::{
    arguments::Command,
    environment::Environment,
    lifecycle::{Parent, Signals},
};
pub use self::{
    environment::{MAGIC_COOKIE, Network},
    error::HostError,
    handshake::Address,
    lifecycle::End,
    listener::ListenOptions,
    server::{ServeOptions, Server},
};
use crate::{stop::StopSource, wire::tfplugin6::provider_server::Provider};

/// What a provider says about itself before it serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct About {
    /// The local name, the one in `terraform-provider-<name>`.
    pub name: &'static str,
    /// The version.
    pub version: &'static str,
    /// The source address with its host, as in `registry.terraform.io/acme/thing`.
    pub address: &'static str,
}

/// The exit code after SIGTERM, the one that shells give to a process that died of it.
const TERMINATED: u8 = 128 + 15;

/// The `main` of a provider's binary.
///
/// Started by Terraform it serves until `Shutdown` (exit code 0), SIGTERM (143, after operations
/// in flight have been stopped and answered, at most five seconds) or the parent's death. SIGINT
/// does nothing: it reaches Terraform, too, which then calls `StopProvider`. With `--debug` it
/// serves whoever attaches until SIGINT or SIGTERM (0). A failed start is 1, an unknown argument 2.
///
/// `build` makes the service. It runs before the handshake, so it has to be quick. Operations that
/// outlive their request, and `StopProvider`, go through the [`StopSource`] it gets.
pub fn main<S: Provider>(about: &About, build: impl FnOnce(StopSource) -> S) -> ExitCode {
    let parent = Parent::current();
    let result = match arguments::parse(std::env::args_os().skip(1)) {
        Command::Plugin => plugin(about, parent, build),
        Command::Debug => debug(about, build),
        Command::Help => print_to_person(&about.help()),
        Command::Version => print_to_person(&format!("{}\n", about.version_line())),
        Command::Unknown(argument) => {
            complain(&about.unknown_argument(&argument));
            Ok(ExitCode::from(2))
        }
    };
    result.unwrap_or_else(|error| {
        complain(&about.could_not_start(&error));
        ExitCode::FAILURE
    })
}

fn plugin<S: Provider>(
    about: &About,
    parent: Parent,
    build: impl FnOnce(StopSource) -> S,
) -> Result<ExitCode, HostError> {
    let environment = Environment::from_process()?;
    if !environment.has_cookie {
        complain(&about.explanation());
        return Ok(ExitCode::FAILURE);
    }
    panic::install_hook();
    log::init(about.name);
    if environment.wants_other_protocol {
        tracing::warn!("the parent does not list protocol 6, which is the only one here");
    }

    let options = ServeOptions {
        listen: ListenOptions::from(&environment),
        client_certificate: environment.client_certificate,
        ignore_shutdown: false,
    };
    let end = block_on(async {
        let mut signals = Signals::install().map_err(HostError::Listen)?;
        let server = Server::bind(&options).await?;
        let stop = StopSource::new();
        let service = build(stop.clone());
        handshake::print(&server.handshake_line(environment.asks_for_multiplexing))
            .map_err(HostError::Handshake)?;
        let end = async {
            tokio::select! {
                () = signals.terminated() => End::Signal,
                () = parent.gone() => End::ParentGone,
            }
        };
        server.serve(service, stop, end).await
    })?;
    Ok(match end {
        End::Signal => ExitCode::from(TERMINATED),
        End::Shutdown | End::ParentGone => ExitCode::SUCCESS,
    })
}

fn debug<S: Provider>(
    about: &About,
    build: impl FnOnce(StopSource) -> S,
) -> Result<ExitCode, HostError> {
    let environment = Environment::from_process()?;
    panic::install_hook();
    log::init(about.name);
    let options = ServeOptions {
        listen: ListenOptions::from(&environment),
        // Terraform attaches without TLS.
        client_certificate: None,
        ignore_shutdown: true,
    };
    block_on(async {
        let mut signals = Signals::install().map_err(HostError::Listen)?;
        let server = Server::bind(&options).await?;
        let stop = StopSource::new();
        let service = build(stop.clone());
        complain(&reattach::instructions(about));
        // On stdout alone, so that a script can take it from there.
        handshake::print(&reattach::assignment(about, server.address()))
            .map_err(HostError::Handshake)?;
        let end = async {
            signals.interrupted_or_terminated().await;
            End::Signal
        };
        server.serve(service, stop, end).await
    })?;
    Ok(ExitCode::SUCCESS)
}

/// Two threads: enough for a provider that waits for a network most of the time, and the second
/// one answers `StopProvider` while the first one computes.
fn block_on<T>(work: impl Future<Output = Result<T, HostError>>) -> Result<T, HostError> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(HostError::Listen)?;
    let result = runtime.block_on(work);
    // What is left has had its time.
    runtime.shutdown_background();
    result
}

/// Writes to stderr, which may be gone with the parent.
fn complain(text: &str) {
    let _ = std::io::stderr().write_all(text.as_bytes());
}

/// Answers a question on stdout. No handshake follows, so the stream is free.
fn print_to_person(text: &str) -> Result<ExitCode, HostError> {
    std::io::stdout()
        .write_all(text.as_bytes())
        .map_err(HostError::Handshake)?;
    Ok(ExitCode::SUCCESS)
}
