//! What holds for every rule of the register.

use super::all;

#[test]
fn codes_and_names_are_unique_and_well_formed() {
    let mut codes: Vec<_> = all().iter().map(|rule| rule.code).collect();
    assert!(codes.is_sorted(), "rules are listed by code");
    codes.dedup();
    assert_eq!(codes.len(), all().len());
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
        assert!(!rule.fix.is_empty() && !rule.fix.ends_with('.'), "{rule:?}");
        assert!(rule.explanation.len() > 100, "{rule:?}");
        assert!(!rule.example.before.is_empty(), "{rule:?}");
        assert!(!rule.example.after.is_empty(), "{rule:?}");
        assert!(
            !rule.sources.is_empty() || rule.code.starts_with("CMK9"),
            "{rule:?}"
        );
    }
}
