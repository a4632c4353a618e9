//! Reports an ignore whose end date is over.
//!
//! It no longer suppresses: the finding is back, next to this one, which says why it is back.

use super::{Example, Level, Rule};

pub(super) const RULE: Rule = Rule {
    code: "CMK903",
    name: "expired-ignore",
    level: Level::Error,
    summary: "an ignore whose end date is over",
    explanation: "\
The date in `until` is over, so that the ignore no longer suppresses anything. The day itself is \
still included; days are UTC. Either the promise behind the date was kept, and the ignore can go, \
or somebody has to decide again. `--today DATE` shows what a later day will bring.",
    fix: "solve the problem and remove the ignore, or decide again and give a later date",
    example: Example {
        before: "\
# ppcmk-lint: ignore CMK202 reason=\"replaced in the spring\" until=2025-03-31
resource \"azurerm_key_vault\" \"cmk\" {
  soft_delete_retention_days = 7
}",
        after: "\
resource \"azurerm_key_vault\" \"cmk\" {
  soft_delete_retention_days = 90
}",
    },
    sources: &[],
    conflicts: "",
    check: None,
};
