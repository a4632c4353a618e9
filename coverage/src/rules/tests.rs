//! What holds for every rule of the register.

use super::{Level, all, find};

/// The register a second time: codes, names and levels are promises to configurations, ignores and
/// baselines of other people.
const REGISTER: [(&str, &str, Level); 47] = [
    ("CMK101", "environment-without-assignment", Level::Error),
    ("CMK102", "policy-in-other-geo", Level::Error),
    ("CMK103", "unmanaged-environment", Level::Error),
    ("CMK104", "unsupported-environment-type", Level::Error),
    ("CMK105", "environment-without-dataverse", Level::Error),
    ("CMK106", "assignment-before-key-grant", Level::Error),
    ("CMK107", "policy-without-key-grant", Level::Error),
    ("CMK108", "duplicate-assignment", Level::Error),
    ("CMK109", "policy-not-encryption", Level::Error),
    ("CMK110", "not-a-policy-location", Level::Error),
    ("CMK111", "unknown-policy-location", Level::Warning),
    ("CMK112", "assignment-replacement", Level::Error),
    ("CMK114", "power-automate-environment-quota", Level::Warning),
    ("CMK118", "shared-policy-across-stages", Level::Note),
    (
        "CMK119",
        "assignment-before-managed-environment",
        Level::Error,
    ),
    ("CMK120", "assignment-removed", Level::Error),
    ("CMK121", "environment-left-out", Level::Warning),
    ("CMK201", "vault-without-purge-protection", Level::Error),
    ("CMK202", "vault-retention-too-short", Level::Warning),
    ("CMK203", "unsupported-key-type", Level::Error),
    ("CMK204", "key-without-wrap-operations", Level::Error),
    ("CMK205", "key-expiry-without-rotation", Level::Error),
    ("CMK206", "vault-blocks-power-platform", Level::Error),
    ("CMK207", "pinned-key-version", Level::Warning),
    ("CMK208", "rotation-too-frequent", Level::Error),
    ("CMK209", "key-grant-too-broad", Level::Warning),
    ("CMK210", "key-material-removed-too-early", Level::Error),
    ("CMK211", "key-material-without-guard", Level::Warning),
    ("CMK212", "vault-in-other-geo", Level::Note),
    ("CMK214", "vault-access-policies", Level::Note),
    ("CMK216", "key-not-yet-active", Level::Warning),
    ("CMK301", "scale-unit-in-other-geo", Level::Error),
    ("CMK302", "ecommerce-in-other-geo", Level::Error),
    ("CMK303", "ratings-and-reviews-in-other-geo", Level::Error),
    ("CMK304", "ecommerce-content-not-covered", Level::Warning),
    (
        "CMK305",
        "finance-and-operations-not-integrated",
        Level::Error,
    ),
    ("CMK306", "assigned-before-integration", Level::Error),
    ("CMK307", "cloud-hosted-environment", Level::Error),
    (
        "CMK308",
        "standalone-regulatory-configuration",
        Level::Warning,
    ),
    ("CMK309", "demand-planning", Level::Warning),
    ("CMK316", "no-scale-unit-region-in-geo", Level::Warning),
    ("CMK401", "workload-outside-allowed-geos", Level::Error),
    ("CMK901", "unreadable-input", Level::Error),
    ("CMK902", "unused-ignore", Level::Warning),
    ("CMK903", "expired-ignore", Level::Error),
    ("CMK904", "plan-of-other-sources", Level::Warning),
    ("CMK905", "malformed-ignore", Level::Error),
];

#[test]
fn the_register_is_as_promised() {
    let rules: Vec<_> = all()
        .iter()
        .map(|rule| (rule.code, rule.name, rule.level))
        .collect();
    assert_eq!(rules, REGISTER);
}

#[test]
fn a_rule_is_found_by_its_code_in_any_case_and_by_its_name() {
    for rule in all() {
        assert_eq!(find(&rule.code.to_lowercase()), Some(*rule));
        assert_eq!(find(rule.name), Some(*rule));
    }
    assert_eq!(find("CMK000"), None);
}

#[test]
fn codes_and_names_are_unique_and_well_formed() {
    let mut names: Vec<_> = all().iter().map(|rule| rule.name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), all().len());
    assert!(
        all().is_sorted_by(|one, other| one.code < other.code),
        "rules are listed by code, each once"
    );
    for rule in all() {
        assert!(
            rule.code.len() == 6
                && rule.code.starts_with("CMK")
                && rule.code[3..].bytes().all(|b| b.is_ascii_digit()),
            "{rule:?}"
        );
        assert!(
            rule.name
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b == b'-'),
            "{rule:?}"
        );
    }
}

#[test]
fn every_rule_tells_its_whole_story() {
    for rule in all() {
        assert!(!rule.summary.ends_with('.'), "{rule:?}");
        assert!(!rule.summary.contains('\n'), "{rule:?}");
        assert!(!rule.fix.is_empty() && !rule.fix.ends_with('.'), "{rule:?}");
        assert!(!rule.fix.contains('\n'), "{rule:?}");
        assert!(rule.explanation.len() > 100, "{rule:?}");
        assert!(rule.explanation.ends_with('.'), "{rule:?}");
        assert!(!rule.example.before.is_empty(), "{rule:?}");
        assert!(!rule.example.after.is_empty(), "{rule:?}");
        assert_ne!(rule.example.before, rule.example.after, "{rule:?}");
    }
}

#[test]
fn every_rule_about_an_estate_is_checked_and_has_sources() {
    for rule in all() {
        let is_about_input = rule.code.starts_with("CMK9");
        assert_eq!(rule.check.is_none(), is_about_input, "{rule:?}");
        assert_eq!(rule.sources.is_empty(), is_about_input, "{rule:?}");
        for source in rule.sources {
            assert!(source.url.starts_with("https://"), "{rule:?}");
            assert!(
                !source.says.is_empty() && !source.says.ends_with('.'),
                "{rule:?}"
            );
            assert_eq!(source.date.len(), "2026-01-31".len(), "{rule:?}");
        }
    }
}

#[test]
fn nothing_is_said_about_an_empty_estate() {
    let (findings, undecided) = super::check(&crate::Estate::default(), all().iter().copied());
    assert!(findings.is_empty() && undecided.is_empty());
}
