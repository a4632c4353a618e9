//! The command line, for people: Terraform starts a provider without arguments.

use std::ffi::OsString;

use super::About;

/// What a command line asks for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Command {
    /// Serve the parent process, if it is Terraform.
    Plugin,
    /// Serve whoever attaches.
    Debug,
    Help,
    Version,
    /// The argument that nobody knows.
    Unknown(String),
}

/// Parses the arguments after the program's name. One dash is as good as two, because providers in
/// Go take one.
pub(crate) fn parse(arguments: impl IntoIterator<Item = OsString>) -> Command {
    let mut arguments = arguments.into_iter();
    let Some(first) = arguments.next() else {
        return Command::Plugin;
    };
    if let Some(second) = arguments.next() {
        return Command::Unknown(second.to_string_lossy().into_owned());
    }
    match first.to_string_lossy().as_ref() {
        "--debug" | "-debug" => Command::Debug,
        "--help" | "-help" | "-h" => Command::Help,
        "--version" | "-version" | "-V" => Command::Version,
        other => Command::Unknown(other.to_owned()),
    }
}

impl About {
    fn program(&self) -> String {
        format!("terraform-provider-{}", self.name)
    }

    /// The address as people write it: the public registry goes without saying.
    fn source(&self) -> &str {
        self.address
            .strip_prefix("registry.terraform.io/")
            .unwrap_or(self.address)
    }

    pub(crate) fn version_line(&self) -> String {
        format!("{} {}", self.program(), self.version)
    }

    /// What somebody needs who has started the provider by hand.
    pub(crate) fn explanation(&self) -> String {
        let directory = std::env::current_exe()
            .ok()
            .and_then(|path| Some(path.parent()?.display().to_string()))
            .unwrap_or_else(|| "/directory/of/this/program".to_owned());
        let (program, name, source) = (self.program(), self.name, self.source());
        format!(
            r#"{program} is a provider for Terraform and OpenTofu, which start it themselves.

To use it, name it in a configuration and run `terraform init`:

  terraform {{
    required_providers {{
      {name} = {{
        source = "{source}"
      }}
    }}
  }}

To try this very file, without `terraform init`, put this into ~/.terraformrc:

  provider_installation {{
    dev_overrides {{
      "{source}" = "{directory}"
    }}
    direct {{}}
  }}

To debug it, start it with `--debug` and do what it says.
"#
        )
    }

    pub(crate) fn help(&self) -> String {
        format!(
            "{}\nUsage: {} [--debug | --version | --help]\n\n  \
             --debug    serve until interrupted, for a debugger\n  \
             --version  print the version\n  \
             --help     print this text\n\n\
             Logs go to stderr if `TF_LOG` or `TF_LOG_PROVIDER` is set (error, warn, info, debug, trace).\n\
             With `TFPLUGIN_NETWORK=tcp` it listens on a port of 127.0.0.1 and not on a unix socket.\n",
            self.explanation(),
            self.program()
        )
    }

    pub(crate) fn unknown_argument(&self, argument: &str) -> String {
        format!(
            "unexpected argument `{argument}`; `{} --help` lists what there is\n",
            self.program()
        )
    }

    /// A failed start. Terraform shows what follows `fatal error: ` also while logs are off.
    pub(crate) fn could_not_start(&self, error: &dyn std::error::Error) -> String {
        let mut text = format!("fatal error: {} could not start: {error}", self.program());
        let mut source = error.source();
        while let Some(cause) = source {
            text.push_str(": ");
            text.push_str(&cause.to_string());
            source = cause.source();
        }
        text.push('\n');
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ABOUT: About = About {
        name: "thing",
        version: "1.2.3",
        address: "registry.terraform.io/acme/thing",
    };

    #[test]
    fn arguments_are_known_with_one_dash_or_two() {
        let parse = |arguments: &[&str]| parse(arguments.iter().map(OsString::from));
        assert_eq!(parse(&[]), Command::Plugin);
        assert_eq!(parse(&["-debug"]), Command::Debug);
        assert_eq!(parse(&["--version"]), Command::Version);
        assert_eq!(parse(&["-h"]), Command::Help);
        assert_eq!(parse(&["serve"]), Command::Unknown("serve".into()));
        assert_eq!(parse(&["--debug", "x"]), Command::Unknown("x".into()));
    }

    #[test]
    fn the_explanation_can_be_copied() {
        let text = ABOUT.explanation();
        assert!(text.contains("\n      thing = {\n        source = \"acme/thing\"\n"));
        assert!(text.contains("\n      \"acme/thing\" = \"/"), "{text}");
    }

    #[test]
    fn a_failed_start_names_its_causes_in_one_line() {
        let error = super::super::HostError::NoFreePort {
            range: "1 to 2".into(),
            source: std::io::Error::other("taken"),
        };
        assert_eq!(
            ABOUT.could_not_start(&error),
            "fatal error: terraform-provider-thing could not start: no port from 1 to 2 is free \
             on 127.0.0.1: taken\n"
        );
    }
}
