//! Reports a plan that does not fit the sources next to it.
//!
//! Facts then come from the plan alone, and positions are dropped rather than invented.

use super::{Example, Level, Rule};

pub(super) const RULE: Rule = Rule {
    code: "CMK904",
    name: "plan-of-other-sources",
    level: Level::Warning,
    summary: "a plan that was not made from these sources",
    explanation: "\
The plan has resources that the sources do not have, or the reverse, so that the plan was made from \
another version of the configuration, or from another folder. Findings are about the plan, and \
have no positions where the sources do not fit. Ignores in the sources cannot be trusted either.",
    fix: "make the plan anew from these sources, or check the sources that it was made from",
    example: Example {
        before: "\
# ppcmk-lint check . --plan tfplan.json
# The plan was made before this file changed.
resource \"azurerm_key_vault\" \"renamed\" {
  name = \"kv-cmk\"
}",
        after: "\
# terraform plan -out=tfplan && terraform show -json tfplan > tfplan.json
# ppcmk-lint check . --plan tfplan.json
resource \"azurerm_key_vault\" \"renamed\" {
  name = \"kv-cmk\"
}",
    },
    sources: &[],
    conflicts: "",
    check: None,
};
