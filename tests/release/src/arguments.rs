//! The command line.

use std::path::PathBuf;

use clap::Parser;

use crate::cargo;

/// Lays out a release: archives of the programs, their SHA256SUMS, and the registry's manifest.
///
/// Without arguments: all programs, for this machine, as a static build where its target is
/// installed, in target/dist.
#[derive(Clone, Debug, Parser)]
#[command(name = "dist-release", bin_name = "cargo dist-release")]
pub struct Arguments {
    /// Build for this target; can be given more than once.
    #[arg(long, value_name = "TRIPLE", conflicts_with = "collect")]
    pub target: Vec<String>,
    /// Only this program; can be given more than once.
    #[arg(long, value_name = "NAME", conflicts_with = "collect")]
    pub program: Vec<String>,
    /// Cargo's profile to build in.
    #[arg(
        long,
        value_name = "NAME",
        default_value = "release",
        conflicts_with = "collect"
    )]
    pub profile: String,
    /// Build nothing: the directory has the archives of all targets, built elsewhere. Check that,
    /// and add the sums and the manifest.
    #[arg(long)]
    pub collect: bool,
    /// Where the files go.
    #[arg(long, value_name = "DIR")]
    pub output: Option<PathBuf>,
}

impl Arguments {
    /// Where the files go.
    pub fn output(&self) -> PathBuf {
        self.output
            .clone()
            .unwrap_or_else(|| cargo::root().join("target").join("dist"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        use clap::CommandFactory as _;
        Arguments::command().debug_assert();
    }

    #[test]
    fn collecting_builds_nothing() {
        let line = ["dist-release", "--collect", "--target", "x"];
        assert!(Arguments::try_parse_from(line).is_err());
        let line = ["dist-release", "--collect", "--output", "dist"];
        let arguments = Arguments::try_parse_from(line).unwrap();
        assert_eq!(arguments.output(), PathBuf::from("dist"));
    }
}
