//! The words that all reports share.

use std::borrow::Cow;

use ppcmk_coverage::assessment::KeyControl;
use ppcmk_coverage::estate::Location;
use ppcmk_coverage::{Finding, Level};

use crate::analysis::{Analysis, Suppressor};
use crate::source::Sources;

/// For people.
pub(super) fn key_control_for_people(control: KeyControl) -> &'static str {
    match control {
        KeyControl::Covered => "covered",
        KeyControl::Conditional => "conditional",
        KeyControl::NotCovered => "not covered",
        KeyControl::Unknown => "unknown",
    }
}

/// A shape for each, told apart without colour.
pub(super) fn symbol(control: KeyControl) -> char {
    match control {
        KeyControl::Covered => '●',
        KeyControl::Conditional => '◐',
        KeyControl::NotCovered => '○',
        KeyControl::Unknown => '?',
    }
}

/// The word of the contract.
pub(super) fn suppressor(by: Suppressor) -> &'static str {
    match by {
        Suppressor::Comment => "comment",
        Suppressor::Configuration => "configuration",
        Suppressor::Baseline => "baseline",
    }
}

/// A file for formats that demand one: the first that was read.
pub(super) fn some_file(sources: &Sources) -> String {
    let first = sources.iter().next();
    first.map_or_else(|| "plan".into(), |file| file.name.to_string())
}

/// A place in parentheses, behind what is there; nothing where there is none.
pub(super) fn place_behind(location: Option<&Location>) -> String {
    location.map_or_else(String::new, |location| format!(" ({})", place(location)))
}

/// The name of a file from the root of the checkout, for forges: see [`Analysis::started_in`]. What
/// is outside of it keeps its name.
pub(super) fn from_root<'a>(analysis: &Analysis, file: &'a str) -> Cow<'a, str> {
    if analysis.started_in.is_empty() || is_absolute(file) {
        return file.into();
    }
    let mut names: Vec<&str> = Vec::new();
    for name in analysis.started_in.split('/').chain(file.split('/')) {
        match name {
            "" | "." => {}
            ".." => {
                if names.pop().is_none() {
                    return file.into();
                }
            }
            name => names.push(name),
        }
    }
    names.join("/").into()
}

/// Whether a name is that of a file from the root of the system, or of a drive.
pub(super) fn is_absolute(file: &str) -> bool {
    file.starts_with('/') || file.as_bytes().get(1) == Some(&b':')
}

/// `main.tf:12:5`.
pub(super) fn place(location: &Location) -> String {
    format!(
        "{}:{}:{}",
        location.file, location.start.line, location.start.column
    )
}

/// The instance and the scale unit or component inside it.
pub(super) fn subject(finding: &Finding) -> String {
    match &finding.instance {
        Some(instance) => format!("{} ({instance})", finding.address),
        None => finding.address.to_string(),
    }
}

/// `2 errors, 1 warning; 3 undecided, 1 suppressed`.
pub(super) fn summary(analysis: &Analysis) -> String {
    use super::text::counted;
    let levels = [
        (Level::Error, "error"),
        (Level::Warning, "warning"),
        (Level::Note, "note"),
    ];
    let found: Vec<String> = levels
        .into_iter()
        .map(|(level, noun)| (analysis.count(level), noun))
        .filter(|(count, _)| *count > 0)
        .map(|(count, noun)| counted(count, noun))
        .collect();
    let mut text = if found.is_empty() {
        "no findings".into()
    } else {
        found.join(", ")
    };
    let others = [
        (analysis.undecided.len(), "undecided"),
        (analysis.suppressed.len(), "suppressed"),
    ];
    let others: Vec<String> = others
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| format!("{count} {word}"))
        .collect();
    if !others.is_empty() {
        text.push_str("; ");
        text.push_str(&others.join(", "));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_forge_finds_files_from_the_root_of_its_checkout() {
        let name = |started_in: &str, file| {
            let analysis = Analysis {
                started_in: started_in.into(),
                ..Analysis::default()
            };
            from_root(&analysis, file).into_owned()
        };
        assert_eq!(name("", "../a/main.tf"), "../a/main.tf");
        assert_eq!(name("infra/prod", "main.tf"), "infra/prod/main.tf");
        assert_eq!(name("infra/prod", "../m/./main.tf"), "infra/m/main.tf");
        assert_eq!(name("infra", "../../m/main.tf"), "../../m/main.tf");
        assert_eq!(name("infra", "/m/main.tf"), "/m/main.tf");
    }
}
