//! Spellings that the parser does not know: no command at all, and Terraform's `-var`.

use std::ffi::OsString;

/// The commands. Asking the parser for them would mean to build it twice in every run.
const COMMANDS: [&str; 5] = ["check", "coverage", "explain", "rules", "completions"];

/// Adds the default command, and a dash to `-var` and `-var-file`.
pub(super) fn rewrite(mut arguments: Vec<OsString>) -> Vec<OsString> {
    let end = arguments
        .iter()
        .position(|one| one == "--")
        .unwrap_or(arguments.len());
    for argument in &mut arguments[..end] {
        let name = argument
            .to_str()
            .map(|text| text.split('=').next().unwrap_or(text));
        if matches!(name, Some("-var" | "-var-file")) {
            let mut long = OsString::from("-");
            long.push(&argument);
            *argument = long;
        }
    }
    if arguments.len() > 1 && !is_command(&arguments[1]) {
        arguments.insert(1, "check".into());
    } else if arguments.len() == 1 {
        arguments.push("check".into());
    }
    arguments
}

/// Whether this, in the first place, is a command or asks for help about all commands.
fn is_command(first: &OsString) -> bool {
    let Some(first) = first.to_str() else {
        return false;
    };
    let asks_for_help = matches!(first, "-h" | "--help" | "-V" | "--version" | "help");
    asks_for_help || COMMANDS.contains(&first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(given: &str, expected: &str) {
        let arguments = given.split(' ').map(OsString::from).collect();
        assert_eq!(rewrite(arguments).join(" ".as_ref()), *expected);
    }

    #[test]
    fn all_commands_are_known() {
        let command = super::super::args::command();
        let known: Vec<&str> = command
            .get_subcommands()
            .map(clap::Command::get_name)
            .collect();
        assert_eq!(known, COMMANDS);
    }

    #[test]
    fn check_is_the_default() {
        check("x", "x check");
        check("x infra", "x check infra");
        check("x --plan rules", "x check --plan rules");
        check("x rules", "x rules");
        check("x --help", "x --help");
        check("x help check", "x help check");
    }

    #[test]
    fn variables_may_be_written_as_terraform_does() {
        check(
            "x check -var a=b -var=c=-var",
            "x check --var a=b --var=c=-var",
        );
        check(
            "x -var-file=x.tfvars -var-file y",
            "x check --var-file=x.tfvars --var-file y",
        );
        check("x check -- -var", "x check -- -var");
        check("x check -various", "x check -various");
    }
}
