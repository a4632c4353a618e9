//! A Terraform CLI configuration that makes Terraform use the freshly built provider.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

const ADDRESS: &str = "registry.terraform.io/ppcmk/ppcmk";

/// What `run` does about the CLI configuration.
pub(crate) enum CliConfig {
    /// The user has one.
    Theirs(String),
    /// This text, in a file of ours.
    Ours(String),
    /// There is no provider to point to.
    NoProvider,
}

/// Decides, without touching anything.
pub(crate) fn decide(provider_dir: Option<&Path>) -> CliConfig {
    decide_for(
        provider_dir,
        std::env::var_os("TF_CLI_CONFIG_FILE"),
        home(),
        executable_dir(),
    )
}

fn decide_for(
    provider_dir: Option<&Path>,
    config_file: Option<OsString>,
    home: Option<PathBuf>,
    executable_dir: Option<PathBuf>,
) -> CliConfig {
    if let Some(file) = config_file.filter(|file| !file.is_empty()) {
        return CliConfig::Theirs(format!("TF_CLI_CONFIG_FILE ({})", file.to_string_lossy()));
    }
    let theirs = home
        .map(|home| home.join(".terraformrc"))
        .filter(|file| file.exists());
    if let Some(file) = theirs {
        return CliConfig::Theirs(file.display().to_string());
    }
    let next_to_us =
        executable_dir.filter(|directory| directory.join("terraform-provider-ppcmk").exists());
    match provider_dir.map(Path::to_owned).or(next_to_us) {
        Some(directory) => CliConfig::Ours(text(&directory)),
        None => CliConfig::NoProvider,
    }
}

fn text(directory: &Path) -> String {
    let directory = std::path::absolute(directory).unwrap_or_else(|_| directory.to_owned());
    let quoted = directory
        .display()
        .to_string()
        .replace('\\', "\\\\")
        .replace('"', "\\\"");
    format!(
        "provider_installation {{\n  dev_overrides {{\n    \"{ADDRESS}\" = \"{quoted}\"\n  }}\n  direct {{}}\n}}\n"
    )
}

fn home() -> Option<PathBuf> {
    std::env::var_os("HOME").map(PathBuf::from)
}

fn executable_dir() -> Option<PathBuf> {
    Some(std::env::current_exe().ok()?.parent()?.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leaves_the_users_configuration_alone() {
        let home = tempfile::tempdir().unwrap();
        let decide = |variable: Option<&str>| {
            decide_for(
                Some(Path::new("/p")),
                variable.map(Into::into),
                Some(home.path().into()),
                None,
            )
        };
        assert!(matches!(decide(Some("/mine")), CliConfig::Theirs(_)));
        assert!(matches!(decide(None), CliConfig::Ours(_)));
        std::fs::write(home.path().join(".terraformrc"), "").unwrap();
        assert!(matches!(decide(None), CliConfig::Theirs(_)));
    }

    #[test]
    fn overrides_the_provider() {
        assert!(
            text(Path::new("/a b")).contains("\"registry.terraform.io/ppcmk/ppcmk\" = \"/a b\"")
        );
    }

    #[test]
    fn needs_a_provider_to_point_to() {
        let empty = tempfile::tempdir().unwrap();
        let decided = decide_for(None, None, None, Some(empty.path().into()));
        assert!(matches!(decided, CliConfig::NoProvider));
    }
}
