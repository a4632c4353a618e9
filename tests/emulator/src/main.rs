//! The command `ppcmk-emulator`: the only file of this crate that prints.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command line program speaks to its user"
)]

mod cli;
mod terraform_config;

use std::io::{ErrorKind, Write};
use std::process::{ExitCode, ExitStatus};

use clap::Parser;
use cli::{Cli, Command, Refusal, with_sources};
use ppcmk_emulator::Emulator;
use terraform_config::CliConfig;

fn main() -> ExitCode {
    match Cli::parse().command {
        Command::Run(options) => run(&options),
        Command::Serve(options) => serve(&options),
        Command::Seed => {
            print!("{}", ppcmk_emulator::seed::DEFAULT_SEED);
            ExitCode::SUCCESS
        }
    }
}

fn refuse(refusal: &Refusal) -> ExitCode {
    let (text, code) = match refusal {
        Refusal::Usage(text) => (text, 2),
        Refusal::Other(text) => (text, 1),
    };
    eprintln!("ppcmk-emulator: {text}");
    ExitCode::from(code)
}

fn stop(emulator: Emulator, code: ExitCode) -> ExitCode {
    match emulator.stop() {
        Ok(()) => code,
        Err(error) => {
            eprintln!("ppcmk-emulator: {}", with_sources(&error));
            ExitCode::FAILURE
        }
    }
}

fn run(options: &cli::Run) -> ExitCode {
    let emulator = match options.tenant.start() {
        Ok(emulator) => emulator,
        Err(refusal) => return refuse(&refusal),
    };
    let mut variables = emulator.environment_variables();
    match terraform_config::decide(options.provider_dir.as_deref()) {
        CliConfig::Ours(text) => {
            let file = emulator.directory().join("terraform.tfrc");
            if let Err(error) = std::fs::write(&file, text) {
                return refuse(&Refusal::Other(format!(
                    "could not write `{}`: {error}",
                    file.display()
                )));
            }
            variables.push(("TF_CLI_CONFIG_FILE".into(), file.display().to_string()));
        }
        CliConfig::Theirs(what) => {
            eprintln!("ppcmk-emulator: using your Terraform CLI configuration, {what}");
        }
        CliConfig::NoProvider => eprintln!(
            "ppcmk-emulator: no terraform-provider-ppcmk next to this executable, so Terraform will \
             look for it elsewhere; `--provider-dir` names its directory"
        ),
    }
    let (program, arguments) = options
        .command
        .split_first()
        .expect("clap requires a command");
    let mut command = tokio::process::Command::new(program);
    command.args(arguments).envs(variables);
    let code = match in_runtime(wait_for(command)) {
        Ok(status) => exit_code(status),
        Err(error) => {
            eprintln!(
                "ppcmk-emulator: could not run `{}`: {error}",
                program.to_string_lossy()
            );
            ExitCode::from(if error.kind() == ErrorKind::NotFound {
                127
            } else {
                126
            })
        }
    };
    stop(emulator, code)
}

/// Waits for the command. Ctrl-C reaches it without our help, because it is in the same process
/// group; it shall decide what to do, so we only outlive it.
async fn wait_for(mut command: tokio::process::Command) -> std::io::Result<ExitStatus> {
    let mut signals = Signals::new()?;
    let mut child = command.spawn()?;
    loop {
        tokio::select! {
            status = child.wait() => return status,
            signal = signals.next() => {
                if let (Signal::Terminate, Some(id)) = (signal, child.id()) {
                    // Only we were told; there is no safe way to pass it on but the `kill` command.
                    let _ = std::process::Command::new("kill").arg(id.to_string()).status();
                }
            }
        }
    }
}

fn serve(options: &cli::Serve) -> ExitCode {
    let emulator = match options.tenant.start() {
        Ok(emulator) => emulator,
        Err(refusal) => return refuse(&refusal),
    };
    let variables = emulator.environment_variables();
    if let Some(path) = &options.env_file {
        let lines: Vec<String> = variables
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        if let Err(error) = std::fs::write(path, lines.join("\n") + "\n") {
            return refuse(&Refusal::Other(format!(
                "could not write `{}`: {error}",
                path.display()
            )));
        }
    }
    println!("# emulator at {}", emulator.base_url());
    println!(
        "# certificate authority: {}",
        emulator.ca_certificate_file().display()
    );
    for (name, value) in variables {
        println!("export {name}='{}'", value.replace('\'', r"'\''"));
    }
    // Scripts wait for these lines; nobody is left to tell if they are gone.
    let _ = std::io::stdout().flush();
    let code = match in_runtime(async { Ok(Signals::new()?.next().await) }) {
        Ok(_) => ExitCode::SUCCESS,
        Err(error) => refuse(&Refusal::Other(format!(
            "could not wait for signals: {error}"
        ))),
    };
    stop(emulator, code)
}

fn in_runtime<T>(task: impl Future<Output = std::io::Result<T>>) -> std::io::Result<T> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?
        .block_on(task)
}

enum Signal {
    Interrupt,
    Terminate,
}

#[cfg(unix)]
struct Signals(tokio::signal::unix::Signal, tokio::signal::unix::Signal);

#[cfg(unix)]
impl Signals {
    fn new() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self(
            signal(SignalKind::interrupt())?,
            signal(SignalKind::terminate())?,
        ))
    }

    async fn next(&mut self) -> Signal {
        tokio::select! {
            _ = self.0.recv() => Signal::Interrupt,
            _ = self.1.recv() => Signal::Terminate,
        }
    }
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn new() -> std::io::Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) -> Signal {
        let _ = tokio::signal::ctrl_c().await;
        Signal::Interrupt
    }
}

/// The child's code; for a signal what shells give, 128 and its number.
fn exit_code(status: ExitStatus) -> ExitCode {
    #[cfg(unix)]
    let signal = std::os::unix::process::ExitStatusExt::signal(&status);
    #[cfg(not(unix))]
    let signal: Option<i32> = None;
    let code = status
        .code()
        .or(signal.map(|signal| 128 + signal))
        .unwrap_or(1);
    ExitCode::from(u8::try_from(code).unwrap_or(1))
}
