//! Reports a source or a variable file that could not be read.
//!
//! The rest is still checked, so that one broken file does not hide everything else. What is in the
//! file is missing from the estate, and rules about missing things are undecided then.

use super::{Example, Level, Rule};

pub(super) const RULE: Rule = Rule {
    code: "CMK901",
    name: "unreadable-input",
    level: Level::Error,
    summary: "a source that cannot be read",
    explanation: "\
A Terraform source or a variable file could not be parsed, so what it says is not known. The rest \
is still checked, and whatever depends on the file is undecided rather than guessed. The message \
names the place where reading stopped; `terraform validate` says more about the syntax. A plan, \
state, inventory or configuration file that was named on the command line and cannot be read is no \
finding: the run ends with exit code 2.",
    fix: "correct the file at this place",
    example: Example {
        before: "\
variable \"location\" {
  default = \"europe
}",
        after: "\
variable \"location\" {
  default = \"europe\"
}",
    },
    sources: &[],
    conflicts: "",
    check: None,
};
