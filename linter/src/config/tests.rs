//! What a configuration is taken for, and how its mistakes are told.

use std::path::Path;

use ppcmk_coverage::Level;
use ppcmk_coverage::estate::Requirement;

use super::{Config, FailOn, RuleLevel, UndecidedPolicy};

const EVERYTHING: &str = r#"
fail-on = "warning"
undecided = "deny"
inventory = "tenant.yaml"
plan = "tfplan.json"

[coverage]
require = ["powerplatform_environment.*"]
exempt = ["powerplatform_environment.sandpit"]
allowed-geos = ["europe", "unitedkingdom"]

[rules.CMK102]
level = "note"

[rules.vault-without-purge-protection]
level = "off"

[[ignore]]
code = "CMK301"
address = "data.ppcmk_coverage.retail"
instance = "csu-apac"
reason = "holds no customer data"
until = 2027-01-31
"#;

#[track_caller]
fn parse(text: &str) -> Config {
    Config::parse("infra/.ppcmk-lint.toml", text).unwrap()
}

/// The mistakes as `line:column message (help)`.
#[track_caller]
fn check(text: &str, expected: &[&str]) {
    let mistakes = Config::parse("ppcmk.toml", text).unwrap_err();
    let shown: Vec<String> = mistakes
        .iter()
        .map(|mistake| {
            let start = mistake.location.as_ref().unwrap().start;
            let help = mistake.help.as_deref().unwrap_or("-");
            format!(
                "{}:{} {} ({help})",
                start.line, start.column, mistake.message
            )
        })
        .collect();
    assert_eq!(shown, expected);
}

#[test]
fn takes_everything() {
    let config = parse(EVERYTHING);
    assert_eq!(config.fail_on, Some(FailOn::Warning));
    assert_eq!(config.undecided, Some(UndecidedPolicy::Deny));
    assert_eq!(
        config.inventory.as_deref(),
        Some(Path::new("infra/tenant.yaml"))
    );
    assert_eq!(config.plan.as_deref(), Some(Path::new("infra/tfplan.json")));
    let geos: Vec<_> = config.allowed_geos.iter().map(|geo| geo.id()).collect();
    assert_eq!(geos, ["europe", "uk"]);
    assert_eq!(config.levels["CMK102"], RuleLevel::Is(Level::Note));
    assert_eq!(config.levels["CMK201"], RuleLevel::Off);
    let ignore = &config.ignores[0];
    assert_eq!(ignore.codes[0].text, "CMK301");
    assert_eq!(ignore.until.as_ref().unwrap().text, "2027-01-31");
    assert_eq!(
        (ignore.location.start.line, ignore.location.end.line),
        (18, 23)
    );
}

#[test]
fn exempt_wins_over_require() {
    let config = parse(EVERYTHING);
    assert!(matches!(
        config.requirement("powerplatform_environment.retail[\"emea\"]"),
        Requirement::Required { .. }
    ));
    assert_eq!(
        config.requirement("powerplatform_environment.sandpit"),
        Requirement::Exempt
    );
    assert_eq!(config.requirement("module.a.x.y"), Requirement::Unstated);
}

#[test]
fn an_empty_file_is_a_configuration() {
    let config = parse("\u{feff}# nothing\n");
    assert_eq!(config.fail_on, None);
    assert!(config.rules().count() == ppcmk_coverage::rules::all().len());
}

#[test]
fn tells_all_mistakes_with_their_places() {
    check(
        "fail_on = \"warning\"\nfail-on = \"warn\"\n\n[coverage]\nrequired = []\nallowed-geos = [\"westeurope\", \"europ\", 3]\n\n[rules.CMK20l]\nlevel = \"off\"\n\n[rules.CMK201]\nlevel = \"fatal\"\nreason = \"x\"\n",
        &[
            "1:1 unknown key `fail_on` (did you mean `fail-on`?)",
            "2:11 `fail-on` cannot be `warn` (one of `error`, `warning`, `note`, `never`)",
            "5:1 unknown key `required` in `coverage` (did you mean `require`?)",
            "6:17 `westeurope` is not in the table of geos (name a geo such as `europe`, not an Azure region)",
            "6:31 `europ` is not in the table of geos (did you mean `europe`?)",
            "6:40 each element of `allowed-geos` must be a string, not a number (-)",
            "8:8 unknown rule `CMK20l` (did you mean `CMK201`?)",
            "12:9 `level` cannot be `fatal` (one of `error`, `warning`, `note`, `off`)",
            "13:1 unknown key `reason` in `rules.CMK201` (known here: `level`)",
        ],
    );
}

#[test]
fn tells_wrong_types_and_broken_files() {
    check(
        "coverage = 1",
        &["1:12 `coverage` must be a table, not a number (-)"],
    );
    check(
        "rules = []",
        &["1:9 `rules` must be a table, not an array (-)"],
    );
    check(
        "ignore = true",
        &["1:10 `ignore` must be an array of tables (`[[ignore]]`), not a boolean (-)"],
    );
    check(
        "[[ignore]]\ncode = 301",
        &["2:8 `code` must be a string, not a number (-)"],
    );
    check(
        "[[ignore]]\nuntil = 1",
        &["2:9 `until` must be a date such as 2027-01-31, not a number (-)"],
    );
    let broken = Config::parse("a.toml", "fail-on = ").unwrap_err();
    assert!(
        broken[0].message.starts_with("no TOML: "),
        "{}",
        broken[0].message
    );
    assert_eq!(broken[0].location.as_ref().unwrap().start.line, 1);
}

#[test]
fn any_text_is_taken_or_refused() {
    for cut in 0..EVERYTHING.len() {
        for text in [&EVERYTHING[..cut], &EVERYTHING[cut..]] {
            let _ = Config::parse("a.toml", text).map_err(|mistakes| assert!(!mistakes.is_empty()));
        }
    }
}

#[test]
fn the_schema_knows_the_same_keys() {
    let schema: serde_json::Value =
        serde_json::from_str(include_str!("../../schemas/ppcmk-lint.schema.json")).unwrap();
    let keys = |pointer: &str| {
        let properties = schema.pointer(pointer).unwrap().as_object().unwrap();
        let mut keys: Vec<&str> = properties.keys().map(String::as_str).collect();
        keys.sort_unstable();
        keys
    };
    let sorted = |keys: &[&'static str]| {
        let mut keys = keys.to_vec();
        keys.sort_unstable();
        keys
    };
    assert_eq!(keys("/properties"), sorted(super::parse::KEYS));
    assert_eq!(
        keys("/properties/coverage/properties"),
        sorted(super::parse::COVERAGE_KEYS)
    );
    assert_eq!(
        keys("/$defs/rule/properties"),
        sorted(super::parse::RULE_KEYS)
    );
    assert_eq!(keys("/$defs/ignore/properties"), sorted(super::entry::KEYS));
}

#[test]
fn the_schema_takes_what_the_program_takes() {
    let schema =
        serde_json::from_str(include_str!("../../schemas/ppcmk-lint.schema.json")).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let good = serde_json::json!({
        "fail-on": "warning", "undecided": "deny", "inventory": "tenant.yaml",
        "coverage": { "require": ["powerplatform_environment.*"], "allowed-geos": ["europe"] },
        "rules": { "CMK207": { "level": "error" } },
        "ignore": [{ "code": "CMK301", "address": "a.b", "reason": "x", "until": "2027-01-31" }],
    });
    assert!(validator.is_valid(&good));
    for bad in [
        serde_json::json!({ "fail_on": "warning" }),
        serde_json::json!({ "fail-on": "warn" }),
        serde_json::json!({ "coverage": { "required": [] } }),
        serde_json::json!({ "rules": { "CMK207": { "level": "fatal" } } }),
        serde_json::json!({ "ignore": [{ "code": "CMK301" }] }),
    ] {
        assert!(!validator.is_valid(&bad), "{bad}");
    }
}
