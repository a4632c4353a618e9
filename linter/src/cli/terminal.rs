//! What the terminal shows.

use std::io::{self, IsTerminal};

use super::args::Color;
use crate::report::Style;

/// How to print results to standard output, or to a file.
pub(super) fn style_of_results(color: Color, to_file: bool) -> Style {
    style(color, !to_file && io::stdout().is_terminal())
}

/// How to print errors.
pub(super) fn style_of_errors(color: Color) -> Style {
    style(color, io::stderr().is_terminal())
}

fn style(color: Color, is_terminal: bool) -> Style {
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    Style {
        color: match color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => wants_color(is_terminal, &variable),
        },
        ascii: is_terminal && is_ascii_only(&variable),
        ..Style::default()
    }
}

/// <https://no-color.org> first, then <https://bixense.com/clicolors>.
fn wants_color(is_terminal: bool, variable: &impl Fn(&str) -> Option<String>) -> bool {
    let is = |name, value: &str| variable(name).is_some_and(|it| it == value);
    if variable("NO_COLOR").is_some() {
        return false;
    }
    if variable("CLICOLOR_FORCE").is_some_and(|force| force != "0") {
        return true;
    }
    is_terminal && !is("CLICOLOR", "0") && !is("TERM", "dumb")
}

fn is_ascii_only(variable: &impl Fn(&str) -> Option<String>) -> bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
        .into_iter()
        .find_map(variable);
    matches!(locale.as_deref(), Some("C" | "POSIX"))
        || variable("TERM").is_some_and(|terminal| terminal == "dumb")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(is_terminal: bool, variables: &[(&str, &str)]) -> (bool, bool) {
        let variable = |name: &str| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        (
            wants_color(is_terminal, &variable),
            is_ascii_only(&variable),
        )
    }

    #[test]
    fn colours_are_for_terminals_that_want_them() {
        assert_eq!(check(true, &[]), (true, false));
        assert_eq!(check(false, &[]), (false, false));
        assert_eq!(
            check(true, &[("NO_COLOR", "1"), ("CLICOLOR_FORCE", "1")]),
            (false, false)
        );
        assert_eq!(check(false, &[("CLICOLOR_FORCE", "1")]), (true, false));
        assert_eq!(check(true, &[("CLICOLOR", "0")]), (false, false));
        assert_eq!(check(true, &[("TERM", "dumb")]), (false, true));
        assert_eq!(
            check(true, &[("LANG", "en_GB.UTF-8"), ("LC_ALL", "C")]),
            (true, true)
        );
    }
}
