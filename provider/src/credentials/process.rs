//! Runs `az` and `azd` for `azure_identity`, with an end.
//!
//! What they print is a token; it goes to `azure_identity` and nowhere else.

use std::ffi::{OsStr, OsString};
use std::io;
use std::process::{Output, Stdio};
use std::time::Duration;

use async_trait::async_trait;
use azure_identity::Executor;

/// The first call of the Azure CLI after an update compiles itself.
const LIMIT: Duration = Duration::from_secs(60);

/// Runs a program that may not hang.
#[derive(Clone, Debug, Default)]
pub(super) struct Bounded {
    /// Instead of our own `PATH`.
    pub(super) path: Option<OsString>,
}

#[async_trait]
impl Executor for Bounded {
    async fn run(&self, program: &OsStr, arguments: &[&OsStr]) -> io::Result<Output> {
        let mut command = tokio::process::Command::new(program);
        command
            .args(arguments.iter().map(|argument| without_shell(argument)))
            .stdin(Stdio::null())
            .kill_on_drop(true);
        if let Some(path) = &self.path {
            command.env("PATH", path);
        }
        match tokio::time::timeout(LIMIT, command.output()).await {
            Ok(output) => output,
            Err(_) => Err(io::Error::new(
                io::ErrorKind::TimedOut,
                format!("it did not answer within {} s", LIMIT.as_secs()),
            )),
        }
    }
}

/// `azure_identity` runs `sh -c "cd /bin && az …"`. With `exec` the tool takes the shell's place,
/// so that ending the one ends the other.
fn without_shell(argument: &OsStr) -> OsString {
    match argument.to_str() {
        Some(text) if cfg!(unix) => text.replacen(" && az", " && exec az", 1).into(),
        _ => argument.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(unix)]
    fn the_tool_takes_the_place_of_the_shell() {
        let shell = without_shell(OsStr::new("cd /bin && azd auth token -o json"));
        assert_eq!(shell, "cd /bin && exec azd auth token -o json");
        assert_eq!(without_shell(OsStr::new("-c")), "-c");
    }
}
