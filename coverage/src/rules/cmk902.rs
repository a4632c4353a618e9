//! Reports an ignore that no longer suppresses anything.
//!
//! It is left over from a problem that was solved, and would hide the next one. Ignores of rules
//! that could not speak about this input (the rule is off, or needs a plan that was not given) and
//! runs with unreadable sources are left alone.

use super::{Example, Level, Rule};

pub(super) const RULE: Rule = Rule {
    code: "CMK902",
    name: "unused-ignore",
    level: Level::Warning,
    summary: "an ignore that suppresses nothing",
    explanation: "\
An ignore, in a comment or in `.ppcmk-lint.toml`, matched no finding and no undecided result. Most \
often the problem was solved and the comment stayed; it would silently hide the next one. Ignores \
are not reported while their rule is off, while a source cannot be read, and where the rule needs \
an input that this run does not have, such as a plan.",
    fix: "remove the ignore",
    example: Example {
        before: "\
resource \"azurerm_key_vault\" \"cmk\" {
  # ppcmk-lint: ignore CMK201 reason=\"not yet in production\"
  purge_protection_enabled = true
}",
        after: "\
resource \"azurerm_key_vault\" \"cmk\" {
  purge_protection_enabled = true
}",
    },
    sources: &[],
    conflicts: "",
    check: None,
};
