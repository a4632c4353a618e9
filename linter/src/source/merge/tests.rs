use std::path::Path;

use ppcmk_coverage::estate::{Action, Ordered};

use super::*;
use crate::source::hcl::{self, Options};
use crate::source::plan::read_plan;
use crate::source::{Disk, FileTree, Memory};
use crate::value::Value;

const POLICY: &str = r#"module.cmk["eu"].ppcmk_enterprise_policy.this"#;
const RETAIL: &str = r#"ppcmk_environment_assignment.each["retail"]"#;

fn fixtures() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/plans")
}

fn plan(name: &str) -> Reading {
    read_plan(&std::fs::read(fixtures().join(name)).unwrap(), name).unwrap()
}

fn sources(tree: &dyn FileTree) -> Reading {
    hcl::read(tree, Path::new(""), &Options::default()).unwrap()
}

/// The sources of the fixtures, with a part replaced.
fn changed(from: &str, to: &str) -> Memory {
    let mut tree = Memory::default();
    for name in ["main.tf", "policy/main.tf"] {
        let bytes = Disk
            .read(&fixtures().join("configuration").join(name))
            .unwrap();
        let text = String::from_utf8(bytes).unwrap();
        tree.add(name, text.replace(from, to));
    }
    tree
}

fn instance<'r>(reading: &'r Reading, address: &str) -> &'r Instance {
    let mut all = reading.instances.iter();
    all.find(|one| &*one.address == address)
        .unwrap_or_else(|| panic!("no {address}"))
}

fn line(value: Option<Value>) -> (String, u32) {
    let value = value.unwrap();
    let place = value.trail.location().unwrap();
    (place.file.to_string(), place.start.line)
}

fn symbol(value: Option<Value>) -> String {
    value
        .unwrap()
        .as_unknown()
        .unwrap()
        .symbol
        .as_deref()
        .unwrap()
        .to_owned()
}

#[test]
fn values_come_from_the_plan_and_places_from_the_sources() {
    let merged = merge(plan("unchanged.json"), sources(&changed("", "")));
    assert_eq!(merged.foreign_sources, None);
    assert!(merged.has_changes && merged.has_sources);
    let policy = instance(&merged, POLICY);
    assert!(policy.values.get("id").unwrap().as_str().is_some());
    let location = policy.values.get("location").unwrap();
    assert_eq!(location.as_str(), Some("europe"));
    assert_eq!(line(Some(location.clone())), ("main.tf".into(), 12));
    let labels: Vec<String> = location
        .trail
        .origin(None)
        .chain
        .iter()
        .map(|step| step.label.to_string())
        .collect();
    assert_eq!(labels, ["var.location", "module.cmk", "var.location"]);
    assert_eq!(
        line(policy.values.get("key_name")),
        ("policy/main.tf".into(), 19)
    );
    assert_eq!(
        policy.location.as_ref().unwrap().file.as_ref(),
        "policy/main.tf"
    );
    assert_eq!(
        policy.calls[0].location.as_ref().unwrap().file.as_ref(),
        "main.tf"
    );
    assert!(policy.extent.is_some());
    assert_eq!(policy.change.as_ref().unwrap().action, Action::NoOp);
    let assignment = instance(&merged, RETAIL);
    assert_eq!(
        line(assignment.values.get("deletion_policy")),
        ("main.tf".into(), 58)
    );
}

#[test]
fn symbols_meet() {
    let merged = merge(plan("create.json"), sources(&changed("", "")));
    let policy_id = instance(&merged, RETAIL).values.get("policy_id");
    assert_eq!(symbol(policy_id.clone()), format!("{POLICY}.id"));
    let unknown = policy_id.unwrap();
    let reason = &unknown.as_unknown().unwrap().reason;
    assert!(matches!(reason, Reason::KnownAfterApply(_)), "{reason:?}");
    assert_eq!(
        symbol(instance(&merged, POLICY).values.get("id")),
        format!("{POLICY}.id")
    );
    let after = |later, earlier| merged.order.is_after(later, earlier);
    let access = "module.cmk.ppcmk_key_access.this";
    assert_eq!(
        after("ppcmk_environment_assignment.each", access),
        Ordered::Yes
    );
    assert_eq!(
        after("module.cmk.ppcmk_enterprise_policy.this", access),
        Ordered::No
    );
}

#[test]
fn sensitive_values_stay_out() {
    let merged = merge(plan("unchanged.json"), sources(&changed("", "")));
    let tags = instance(&merged, POLICY).values.get("tags").unwrap();
    assert!(tags.get("token").unwrap().is_unknown());
    assert!(!format!("{:?}", merged.instances).contains("do-not-keep"));
}

#[test]
fn another_value_of_a_variable_is_no_other_configuration() {
    let other = changed("default = \"europe\"", "default = \"uk\"");
    let merged = merge(plan("unchanged.json"), sources(&other));
    assert_eq!(merged.foreign_sources, None);
    let location = instance(&merged, POLICY).values.get("location").unwrap();
    assert_eq!(location.as_str(), Some("europe"));
    // Not the default, which says something else.
    assert_eq!(line(Some(location)), ("main.tf".into(), 11));
}

#[test]
fn other_keys_leave_the_block_its_place() {
    let other = changed("retail = ", "shop = ");
    let merged = merge(plan("unchanged.json"), sources(&other));
    assert_eq!(merged.foreign_sources, None);
    let retail = instance(&merged, RETAIL);
    assert!(retail.location.is_some());
    assert_eq!(
        line(retail.values.get("deletion_policy")),
        ("main.tf".into(), 58)
    );
    assert!(
        !merged
            .instances
            .iter()
            .any(|one| one.address.contains("shop"))
    );
}

#[test]
fn unknown_keys_stand_for_all() {
    let other = changed(
        "type = map(string)\n  default = {\n    retail = \"00000000-0000-0000-0000-000000000001\"\n    uat    = \"00000000-0000-0000-0000-000000000002\"\n  }",
        "type = map(string)",
    );
    let read = sources(&other);
    assert!(read.instances.iter().any(|one| one.address.contains("[*]")));
    let merged = merge(plan("unchanged.json"), read);
    let retail = instance(&merged, RETAIL);
    assert_eq!(line(retail.values.get("deletion_policy")).0, "main.tf");
    assert!(
        !merged
            .instances
            .iter()
            .any(|one| one.address.contains("[*]"))
    );
}

#[test]
fn sources_of_something_else_are_left_out() {
    for (from, to, expected) in [
        (
            "resource \"ppcmk_key_access\" \"this\"",
            "resource \"ppcmk_key_access\" \"other\"",
            "the plan has `module.cmk.ppcmk_key_access.this`, and the sources have not (and 1 more)",
        ),
        (
            "deletion_policy = \"UNLINK\"",
            "deletion_policy = \"ABANDON\"",
            "`ppcmk_environment_assignment.each.deletion_policy` is a constant of another value in the plan",
        ),
        (
            "provider \"ppcmk\" {}",
            "resource \"ppcmk_key_access\" \"more\" {}",
            "the sources have `ppcmk_key_access.more`, and the plan has not",
        ),
    ] {
        let merged = merge(plan("unchanged.json"), sources(&changed(from, to)));
        assert_eq!(merged.foreign_sources.as_deref(), Some(expected));
        assert!(merged.has_changes && !merged.has_sources);
        assert!(merged.instances.iter().all(|one| one.location.is_none()));
        assert!(!merged.instances.is_empty());
    }
}

#[test]
fn other_types_and_count_do_not_make_sources_foreign() {
    for (from, to) in [
        (
            "resource \"terraform_data\" \"wait\"",
            "resource \"terraform_data\" \"other\"",
        ),
        (
            "resource \"ppcmk_key_access\" \"this\" {",
            "resource \"ppcmk_key_access\" \"this\" {\n  count = 0",
        ),
        (
            "deletion_policy = \"UNLINK\"",
            "deletion_policy = var.unset",
        ),
    ] {
        let merged = merge(plan("unchanged.json"), sources(&changed(from, to)));
        assert_eq!(merged.foreign_sources, None, "{to}");
    }
}

#[test]
fn a_partial_plan_does_not_take_away_what_it_does_not_mention() {
    let merged = merge(plan("target.json"), sources(&changed("", "")));
    assert_eq!(merged.foreign_sources, None);
    assert_eq!(merged.unseen.len(), 1);
    let retail = instance(&merged, RETAIL);
    assert!(retail.location.is_some() && retail.change.is_some());
}

#[test]
fn what_is_gone_from_the_sources_has_no_place() {
    let merged = merge(plan("removed.json"), sources(&changed("", "")));
    let uat = instance(&merged, r#"ppcmk_environment_assignment.each["uat"]"#);
    assert_eq!(uat.change.as_ref().unwrap().action, Action::Delete);
    assert!(uat.location.is_some());
}
