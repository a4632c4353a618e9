//! Reports an ignore that cannot be understood, and so does not suppress.
//!
//! An ignore needs at least one rule that exists and a reason; a date has the form 2027-01-31.

use super::{Example, Level, Rule};

pub(super) const RULE: Rule = Rule {
    code: "CMK905",
    name: "malformed-ignore",
    level: Level::Error,
    summary: "an ignore without a reason, or one that cannot be understood",
    explanation: "\
An ignore names the rules that it is about and the reason, so that the next reader knows whether \
it still holds. This one has no reason, names an unknown rule, or has a date that is none, and \
therefore suppresses nothing. The form is `ignore CODE... reason=\"...\"`, optionally with \
`until=YYYY-MM-DD`. The rules about ignores themselves (CMK902, CMK903, CMK905) cannot be ignored; \
their levels can be changed in `.ppcmk-lint.toml`.",
    fix: "write `# ppcmk-lint: ignore CMK201 reason=\"why\" until=2027-01-31`; the date may be left out",
    example: Example {
        before: "\
# ppcmk-lint: ignore CMK202
resource \"azurerm_key_vault\" \"cmk\" {
  soft_delete_retention_days = 7
}",
        after: "\
# ppcmk-lint: ignore CMK202 reason=\"replaced in the spring\" until=2027-03-31
resource \"azurerm_key_vault\" \"cmk\" {
  soft_delete_retention_days = 7
}",
    },
    sources: &[],
    conflicts: "",
    check: None,
};
