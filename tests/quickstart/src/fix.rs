//! The fix of the example: one line, where the linter points.

use std::fmt::Write as _;
use std::path::Path;

use crate::Problem;

/// The file with the line.
pub(crate) const FILE: &str = "terraform.tfvars";
/// What is wrong in it, and what is right: a region of another geo, and one of the same geo.
const WRONG: &str = "\"southeastasia\"";
const RIGHT: &str = "\"northeurope\"";

/// Edits the line, and gives the file as a diff.
pub(crate) fn apply(directory: &Path) -> Result<String, Problem> {
    let path = directory.join(FILE);
    let before = std::fs::read_to_string(&path)
        .map_err(|error| format!("{FILE} could not be read: {error}"))?;
    let after = before.replacen(WRONG, RIGHT, 1);
    if before == after {
        return Err(format!("there is no {WRONG} in {FILE}"));
    }
    std::fs::write(&path, &after)
        .map_err(|error| format!("{FILE} could not be written: {error}"))?;
    Ok(diff(&before, &after))
}

/// The lines of both, which differ only within lines.
fn diff(before: &str, after: &str) -> String {
    let mut diff = String::new();
    for (old, new) in before.lines().zip(after.lines()) {
        let _ = if old == new {
            writeln!(diff, "  {old}")
        } else {
            writeln!(diff, "- {old}\n+ {new}")
        };
    }
    diff
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_line_with_the_gap_changes() {
        let directory = tempfile::tempdir().unwrap();
        let example = crate::programs::workspace().join("examples/retail");
        std::fs::copy(example.join(FILE), directory.path().join(FILE)).unwrap();
        let shown = apply(directory.path()).unwrap();
        let changed: Vec<&str> = shown
            .lines()
            .filter(|line| !line.starts_with("  "))
            .collect();
        assert_eq!(
            changed,
            [
                "-   csu-apac = \"southeastasia\"",
                "+   csu-apac = \"northeurope\""
            ]
        );
        assert!(apply(directory.path()).is_err(), "it is fixed already");
    }
}
