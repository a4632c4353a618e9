//! The rules that the results refer to.

use std::collections::BTreeMap;

use ppcmk_coverage::rules::Rule;
use serde_json::{Value, json};

use super::super::page;
use crate::analysis::Analysis;

/// The rules of the results, by code.
pub(super) struct Rules(Vec<&'static Rule>);

impl Rules {
    pub(super) fn of(analysis: &Analysis) -> Self {
        let suppressed = analysis.suppressed.iter().map(|one| &one.finding);
        let rules: BTreeMap<_, _> = analysis
            .findings
            .iter()
            .chain(suppressed)
            .map(|finding| (finding.rule.code, finding.rule))
            .collect();
        Self(rules.into_values().collect())
    }

    pub(super) fn index(&self, rule: &Rule) -> Option<usize> {
        self.0
            .binary_search_by(|known| known.code.cmp(rule.code))
            .ok()
    }

    pub(super) fn describe(&self) -> Vec<Value> {
        self.0.iter().map(|rule| describe(rule)).collect()
    }
}

fn describe(rule: &Rule) -> Value {
    let mut value = json!({
        "id": rule.code,
        "name": rule.name,
        "shortDescription": { "text": rule.summary },
        "fullDescription": { "text": rule.explanation },
        "help": {
            "text": format!("{}\n\nWhat to do: {}", rule.explanation, rule.fix),
            "markdown": page::body(rule),
        },
        "defaultConfiguration": { "level": rule.level.as_str() },
        "properties": { "tags": ["customer-managed-keys", "power-platform"] },
    });
    if let Some(source) = rule.sources.first() {
        value["helpUri"] = source.url.into();
    }
    value
}
