//! The command line.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use ppcmk_emulator::{Emulator, Modes, Seed, Speed};

/// Serves Entra tokens, Azure Resource Manager, Key Vault and the Power Platform environment API
/// on loopback, so that the provider can be tried and tested without a tenant.
#[derive(Debug, Parser)]
#[command(name = "ppcmk-emulator", version, after_help = EXIT_CODES)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

const EXIT_CODES: &str = "\
Exit codes: 0 done, 1 could not run, 2 bad usage, seed or state. `run` ends with the exit code of \
its command, with 127 if there is no such command and 126 if it cannot be started.";

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Start, run a command with the variables that point the provider here, and stop with it.
    ///
    /// Terraform uses the provider next to this executable (or in `--provider-dir`) through a
    /// generated CLI configuration, unless you have one: then `TF_CLI_CONFIG_FILE` and
    /// `~/.terraformrc` are left alone.
    Run(Run),
    /// Start and serve until interrupted; prints the variables as `export` lines.
    Serve(Serve),
    /// Print the built-in seed, to start your own from.
    Seed,
}

#[derive(Debug, Args)]
pub(crate) struct Run {
    #[command(flatten)]
    pub(crate) tenant: Options,
    /// Directory with the `terraform-provider-ppcmk` to use; default: next to this executable.
    #[arg(long, value_name = "DIR")]
    pub(crate) provider_dir: Option<PathBuf>,
    /// The command and its arguments, after `--`.
    #[arg(last = true, required = true, value_name = "COMMAND")]
    pub(crate) command: Vec<OsString>,
}

#[derive(Debug, Args)]
pub(crate) struct Serve {
    #[command(flatten)]
    pub(crate) tenant: Options,
    /// Also write the variables to this file, as NAME=value lines.
    #[arg(long, value_name = "FILE")]
    pub(crate) env_file: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Tenant to start with, as JSON; default: the built-in one (see `ppcmk-emulator seed`).
    #[arg(long, value_name = "FILE")]
    seed: Option<PathBuf>,
    /// Load the tenant from this file if it exists, and save it there at the end, so that the
    /// next run sees the same cloud. `PPCMK_EMULATOR_STATE` stands for it.
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,
    /// Port on 127.0.0.1; 0 takes a free one.
    #[arg(long, value_name = "N", default_value_t = 0)]
    port: u16,
    /// Behaviours to choose, for example `unusableKey=operation,unlinkNothing=succeeds`.
    #[arg(long, value_name = "NAME=VALUE", value_delimiter = ',')]
    modes: Vec<String>,
    /// How fast things go.
    #[arg(long, value_enum, default_value_t = SpeedWord::Demo)]
    speed: SpeedWord,
    /// Write each request to this file, one JSON object per line.
    #[arg(long, value_name = "FILE")]
    log: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum SpeedWord {
    /// No waiting: time moves with the requests.
    Instant,
    /// An operation takes some seconds.
    Demo,
    /// As long as the documentation says: minutes.
    Real,
}

/// An emulator could not be started.
pub(crate) enum Refusal {
    /// Bad usage, seed or state.
    Usage(String),
    /// Anything else.
    Other(String),
}

impl Options {
    pub(crate) fn start(&self) -> Result<Emulator, Refusal> {
        let mut modes = Modes::default();
        for assignment in &self.modes {
            modes
                .set(assignment)
                .map_err(|error| Refusal::Usage(format!("--modes: {error}")))?;
        }
        let mut builder =
            Emulator::builder()
                .modes(modes)
                .port(self.port)
                .speed(match self.speed {
                    SpeedWord::Instant => Speed::Instant,
                    SpeedWord::Demo => Speed::Demo,
                    SpeedWord::Real => Speed::Real,
                });
        if let Some(path) = &self.seed {
            let seed = Seed::read(path).map_err(|error| {
                Refusal::Usage(format!("{}: {}", path.display(), with_sources(&error)))
            })?;
            builder = builder.seed(seed);
        }
        if let Some(path) = &self.log {
            builder = builder.log_file(path);
        }
        let named = std::env::var_os("PPCMK_EMULATOR_STATE").filter(|path| !path.is_empty());
        if let Some(path) = self.state.clone().or(named.map(PathBuf::from)) {
            builder = builder.state_file(path);
        }
        builder.start().map_err(|error| {
            use ppcmk_emulator::StartError;
            let text = with_sources(&error);
            match error {
                StartError::Seed(_) | StartError::State(_) => Refusal::Usage(text),
                _ => Refusal::Other(text),
            }
        })
    }
}

/// An error with its causes, each of which says its own part only.
pub(crate) fn with_sources(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        let part = error.to_string();
        if !text.contains(&part) {
            text.push_str(": ");
            text.push_str(&part);
        }
        source = error.source();
    }
    text
}
