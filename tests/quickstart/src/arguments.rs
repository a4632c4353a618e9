//! The command line.

use std::ffi::OsString;
use std::path::PathBuf;

use crate::Problem;

/// What a person may ask for.
pub(crate) const HELP: &str = "\
Usage: cargo quickstart [--fast] [--keep]

Builds the linter, the provider and the emulator, and takes examples/retail through its life:
review, a plan that is refused, the fix, apply, the coverage map, destroy. Needs `terraform` or
`tofu` on the PATH, and no tenant.

  --fast   the emulated cloud works without delays
  --keep   keep the directory and say how to go on by hand
  --help   this text

PPCMK_TERRAFORM names another program than `terraform` or `tofu` of the PATH.
";

/// How the emulator starts the second half of the program; not for people.
pub(crate) const WALK: &str = "--walk";

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Command {
    Help,
    Quickstart(Options),
    Walk(Walking),
}

/// What the second half of the program works with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Walking {
    /// The private directory, with the example in it.
    pub(crate) directory: PathBuf,
    /// Terraform, or a program that takes its commands.
    pub(crate) terraform: OsString,
    /// `ppcmk-lint`.
    pub(crate) linter: PathBuf,
    /// Where the coverage map goes.
    pub(crate) map: PathBuf,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Options {
    pub(crate) fast: bool,
    pub(crate) keep: bool,
}

pub(crate) fn parse(arguments: &[OsString]) -> Result<Command, Problem> {
    if let [first, directory, terraform, linter, map] = arguments
        && first == WALK
    {
        return Ok(Command::Walk(Walking {
            directory: directory.into(),
            terraform: terraform.clone(),
            linter: linter.into(),
            map: map.into(),
        }));
    }
    let mut options = Options::default();
    for argument in arguments {
        match argument.to_str() {
            Some("--fast") => options.fast = true,
            Some("--keep") => options.keep = true,
            Some("--help" | "-h") => return Ok(Command::Help),
            _ => return Err(format!("unknown argument {}", argument.display())),
        }
    }
    Ok(Command::Quickstart(options))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<Command, Problem> {
        let arguments: Vec<OsString> = line.split_whitespace().map(OsString::from).collect();
        parse(&arguments)
    }

    #[test]
    fn options_come_in_any_order() {
        let both = Options {
            fast: true,
            keep: true,
        };
        assert_eq!(parsed("--keep --fast"), Ok(Command::Quickstart(both)));
        assert_eq!(parsed(""), Ok(Command::Quickstart(Options::default())));
        assert_eq!(parsed("--fast --help"), Ok(Command::Help));
    }

    #[test]
    fn a_misspelt_option_is_refused() {
        assert_eq!(parsed("--fats"), Err("unknown argument --fats".to_owned()));
    }
}
