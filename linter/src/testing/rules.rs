//! Rules for tests of reports, so that a better word in the register changes no expected report.

use ppcmk_coverage::Level;
use ppcmk_coverage::rules::{Evidence, Example, Rule, Source};

const fn rule(code: &'static str, name: &'static str, level: Level, summary: &'static str) -> Rule {
    Rule {
        code,
        name,
        level,
        summary,
        explanation: "Why this is *bad*, in Markdown.",
        fix: "do `this` instead",
        example: Example {
            before: "a = 1",
            after: "a = 2",
        },
        sources: SOURCES,
        conflicts: "",
        check: None,
    }
}

const SOURCES: &[Source] = &[Source {
    url: "https://learn.microsoft.com/example?a=1&b=2",
    says: "that it is so",
    date: "2026-03-13",
    evidence: Evidence::Documented,
}];

pub(crate) static SCALE_UNIT: Rule = rule(
    "CMK301",
    "scale-unit-in-other-geo",
    Level::Error,
    "a Commerce Scale Unit outside of the geo of its environment",
);
pub(crate) static PURGE: Rule = rule(
    "CMK201",
    "vault-without-purge-protection",
    Level::Error,
    "a vault whose keys can be purged, under an encryption policy",
);
pub(crate) static RETENTION: Rule = rule(
    "CMK202",
    "vault-retention-too-short",
    Level::Warning,
    "a vault that keeps deleted keys for less than 30 days",
);
pub(crate) static POLICY: Rule = rule(
    "CMK102",
    "policy-in-other-geo",
    Level::Error,
    "an environment assigned to a policy in another geo",
);
