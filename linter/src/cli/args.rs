//! What the command line understands.

use std::path::PathBuf;

use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};
use ppcmk_coverage::estate::Date;

use super::outputs::{FormatParser, Formatted};
use crate::config::{FailOn, UndecidedPolicy};
use crate::date;
use crate::report::{CoverageFormat, Format};

/// Says which Power Platform and Dynamics 365 data would not be under your key, before the merge
#[derive(Debug, Parser)]
#[command(name = "ppcmk-lint", version, arg_required_else_help = true, after_help = EXIT_CODES)]
pub(super) struct Cli {
    #[command(subcommand)]
    pub(super) command: Command,
    /// Colours: where a terminal shows them, always, or never
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub(super) color: Color,
}

const EXIT_CODES: &str = "\
Without a command, `check` is meant: `ppcmk-lint infra --plan tfplan.json`.

Exit codes: 0 no finding that fails the run, 1 findings, 2 the run could not be made.";

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Checks a configuration, a plan, a state or an inventory (the default)
    Check(Check),
    /// Shows who holds the key, per environment and workload
    Coverage(Coverage),
    /// Explains a rule: what it reports, why, and what to do
    Explain {
        /// The rule's code or name
        code: String,
    },
    /// Lists all rules
    Rules {
        /// How
        #[arg(long, default_value = "human")]
        format: RegisterFormat,
    },
    /// Prints a completion script for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
}

#[derive(Args, Debug)]
pub(super) struct Check {
    #[command(flatten)]
    pub(super) inputs: Inputs,
    /// The format, and the file for it; may be repeated [default: human]
    #[arg(long, value_name = "FORMAT[=FILE]", value_parser = FormatParser::<Format>::default())]
    pub(super) format: Vec<Formatted<Format>>,
    /// The file for the format that has none yet; may be repeated
    #[arg(long, short, value_name = "FILE")]
    pub(super) output: Vec<PathBuf>,
    /// From which level on findings fail the run [default: error]
    #[arg(long, value_name = "LEVEL")]
    pub(super) fail_on: Option<FailOn>,
    /// Whether undecided results are counted, listed, or fail the run [default: allow]
    #[arg(long, value_name = "POLICY")]
    pub(super) undecided: Option<UndecidedPolicy>,
    /// List what could not be decided
    #[arg(long)]
    pub(super) show_undecided: bool,
    /// Accept the findings that this file has
    #[arg(long, value_name = "FILE")]
    pub(super) baseline: Option<PathBuf>,
    /// Write all findings to this file, and accept them from now on
    #[arg(long, value_name = "FILE")]
    pub(super) write_baseline: Option<PathBuf>,
}

#[derive(Args, Debug)]
pub(super) struct Coverage {
    #[command(flatten)]
    pub(super) inputs: Inputs,
    /// The format, and the file for it; may be repeated [default: human]
    #[arg(long, value_name = "FORMAT[=FILE]", value_parser = FormatParser::<CoverageFormat>::default())]
    pub(super) format: Vec<Formatted<CoverageFormat>>,
    /// The file for the format that has none yet; may be repeated
    #[arg(long, short, value_name = "FILE")]
    pub(super) output: Vec<PathBuf>,
}

#[derive(Args, Debug)]
pub(super) struct Inputs {
    /// The folder of the root module [default: the current one, where it has a configuration]
    pub(super) path: Option<PathBuf>,
    /// A plan: the output of `terraform show -json`, or a saved plan; `-` for standard input
    #[arg(long, value_name = "FILE|-")]
    pub(super) plan: Option<PathBuf>,
    /// A state in JSON; `-` for standard input
    #[arg(long, value_name = "FILE|-")]
    pub(super) state: Option<PathBuf>,
    /// Environments that Terraform does not manage (HCL, YAML or JSON)
    #[arg(long, value_name = "FILE")]
    pub(super) inventory: Option<PathBuf>,
    /// The configuration [default: `.ppcmk-lint.toml` in the folder or above it in the repository]
    #[arg(long, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
    /// A value for a variable of the root module
    #[arg(long, value_name = "NAME=VALUE", value_parser = assignment)]
    pub(super) var: Vec<(String, String)>,
    /// A file with values for variables of the root module
    #[arg(long, value_name = "FILE")]
    pub(super) var_file: Vec<PathBuf>,
    /// The value of `terraform.workspace`
    #[arg(long, value_name = "NAME")]
    pub(super) workspace: Option<String>,
    /// The day that counts as today, for dates of expiry
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = day)]
    pub(super) today: Option<Date>,
}

/// When to use colours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Color {
    #[default]
    Auto,
    Always,
    Never,
}

/// A format of the list of rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum RegisterFormat {
    Human,
    Json,
    Markdown,
}

/// The command line's definition, for documentation.
pub fn command() -> clap::Command {
    Cli::command()
}

fn assignment(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.trim().is_empty() => {
            Ok((name.trim().to_owned(), value.to_owned()))
        }
        _ => Err("write it as NAME=VALUE".into()),
    }
}

fn day(text: &str) -> Result<Date, String> {
    date::parse(text).ok_or_else(|| "write the day as 2027-01-31".into())
}
