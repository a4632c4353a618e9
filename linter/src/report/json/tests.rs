//! The contract and its schema.

use std::path::Path;

use serde_json::Value;

use super::shape::{CoverageOutput, Output};
use crate::analysis::Analysis;
use crate::testing;

fn schema(name: &str, schema: &schemars::Schema) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("schemas")
        .join(name);
    let text = serde_json::to_string_pretty(schema).unwrap() + "\n";
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        std::fs::write(&path, &text).unwrap();
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        found == text,
        "{name} is stale; UPDATE_EXPECT=1 cargo test -p ppcmk-lint writes it anew"
    );
    serde_json::from_str(&text).unwrap()
}

fn validator() -> jsonschema::Validator {
    let schema = schema("output.schema.json", &schemars::schema_for!(Output));
    jsonschema::validator_for(&schema).unwrap()
}

#[track_caller]
fn valid(analysis: &Analysis) -> Value {
    let mut out = Vec::new();
    super::write(analysis, &mut out).unwrap();
    let value: Value = serde_json::from_slice(&out).unwrap();
    let errors: Vec<String> = validator()
        .iter_errors(&value)
        .map(|error| error.to_string())
        .collect();
    assert!(errors.is_empty(), "{errors:?}");
    value
}

#[test]
fn the_schemas_are_fresh_and_hold() {
    let value = valid(&testing::analysis());
    valid(&Analysis::default());
    valid(&testing::hostile(3));
    let mut wrong = value.clone();
    wrong["findings"][0]["severity"] = "fatal".into();
    assert!(!validator().is_valid(&wrong));
    wrong = value;
    wrong.as_object_mut().unwrap().remove("undecided");
    assert!(!validator().is_valid(&wrong));
}

#[test]
fn the_coverage_has_a_schema_of_its_own() {
    let schema = schema(
        "coverage.schema.json",
        &schemars::schema_for!(CoverageOutput),
    );
    let mut out = Vec::new();
    super::write_coverage(&testing::analysis(), &mut out).unwrap();
    let value = serde_json::from_slice(&out).unwrap();
    assert!(jsonschema::is_valid(&schema, &value));
}

/// The keys that design and documentation promise; more may come.
#[test]
fn the_promised_keys_are_there() {
    let value = valid(&testing::analysis());
    let finding = &value["findings"]
        .as_array()
        .unwrap()
        .iter()
        .find(|it| it["code"] == "CMK301")
        .unwrap();
    for key in [
        "code",
        "name",
        "severity",
        "certainty",
        "message",
        "help",
        "source",
        "address",
        "instances",
        "instance",
        "environment",
        "location",
        "related",
    ] {
        assert!(finding.get(key).is_some(), "{key}");
    }
    assert_eq!(finding["location"]["file"], "prod.tfvars");
    assert_eq!(finding["location"]["start"]["column"], 8);
    assert_eq!(
        value["undecided"][0]["decided_by"][0],
        "--var policy_location=..."
    );
    assert_eq!(
        value["coverage"][0]["workloads"][2]["key_control"],
        "not_covered"
    );
    assert_eq!(value["summary"]["errors"], 2);
    let planned = value["findings"]
        .as_array()
        .unwrap()
        .iter()
        .find(|it| it["code"] == "CMK202")
        .unwrap();
    assert!(planned["location"].is_null());
}
