//! Plans and states that Terraform and our provider wrote: `fixtures/plans/`.

#![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]

use std::path::Path;

use ppcmk_coverage::estate::{Action, Ordered};
use ppcmk_lint::source::plan::{read_plan, read_state};
use ppcmk_lint::source::{Instance, InstanceKey, Mode, Reading};
use ppcmk_lint::value::Value;

const POLICY: &str = r#"module.cmk["eu"].ppcmk_enterprise_policy.this"#;
const ACCESS: &str = r#"module.cmk["eu"].ppcmk_key_access.this"#;
const RETAIL: &str = r#"ppcmk_environment_assignment.each["retail"]"#;
const UAT: &str = r#"ppcmk_environment_assignment.each["uat"]"#;

fn bytes(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/plans");
    std::fs::read(folder.join(name)).unwrap()
}

fn plan(name: &str) -> Reading {
    read_plan(&bytes(name), name).unwrap()
}

fn instance<'r>(reading: &'r Reading, address: &str) -> &'r Instance {
    let mut found = reading
        .instances
        .iter()
        .filter(|one| &*one.address == address);
    let instance = found.next().unwrap_or_else(|| panic!("no {address}"));
    assert!(found.next().is_none(), "{address} is there twice");
    instance
}

fn action(reading: &Reading, address: &str) -> Action {
    instance(reading, address).change.as_ref().unwrap().action
}

fn symbol(value: Option<Value>) -> String {
    let value = value.unwrap();
    let unknown = value
        .as_unknown()
        .unwrap_or_else(|| panic!("known: {value:?}"));
    unknown.symbol.as_deref().unwrap().to_owned()
}

#[test]
fn unknown_values_are_named_after_what_they_refer_to() {
    let plan = plan("create.json");
    let policy = instance(&plan, POLICY);
    assert_eq!(symbol(policy.values.get("id")), format!("{POLICY}.id"));
    assert_eq!(
        policy.values.get("location").unwrap().as_str(),
        Some("europe")
    );
    let access = instance(&plan, ACCESS);
    assert_eq!(
        symbol(access.values.get("policy_id")),
        format!("{POLICY}.id")
    );
    let retail = instance(&plan, RETAIL);
    assert_eq!(
        symbol(retail.values.get("policy_id")),
        format!("{POLICY}.id")
    );
    let id = retail.values.get("environment_id").unwrap();
    assert_eq!(id.as_str(), Some("00000000-0000-0000-0000-000000000001"));
}

#[test]
fn instances_say_where_they_belong() {
    let plan = plan("create.json");
    let policy = instance(&plan, POLICY);
    assert_eq!(&*policy.block, "module.cmk.ppcmk_enterprise_policy.this");
    assert_eq!(&*policy.type_name, "ppcmk_enterprise_policy");
    assert_eq!(&*policy.calls[0].label, r#"module.cmk["eu"]"#);
    assert_eq!(policy.key, None);
    assert_eq!(
        instance(&plan, RETAIL).key,
        Some(InstanceKey::Name("retail".into()))
    );
    assert!(plan.has_changes && !plan.has_sources);
    assert!(
        !plan
            .instances
            .iter()
            .any(|one| &*one.type_name == "terraform_data")
    );
    assert!(plan.instances.is_sorted_by_key(|one| one.address.clone()));
}

#[test]
fn data_sources_are_in_the_prior_state() {
    let plan = plan("create.json");
    let data = instance(&plan, r#"data.ppcmk_environment.each["retail"]"#);
    assert_eq!(data.mode, Mode::Data);
    assert!(data.change.is_none());
    assert!(data.values.get("location").unwrap().as_str().is_some());
}

#[test]
fn sensitive_values_are_not_kept() {
    for name in ["create.json", "unchanged.json", "destroy.json"] {
        let plan = plan(name);
        let tags = instance(&plan, POLICY).values.get("tags").unwrap();
        assert!(
            !format!("{:?}", plan.instances).contains("do-not-keep"),
            "{name}"
        );
        assert_eq!(tags.get("stage").unwrap().as_str(), Some("test"));
        assert!(tags.get("token").unwrap().is_unknown());
    }
    for name in ["state.json", "terraform.tfstate"] {
        let state = read_state(&bytes(name), name).unwrap();
        assert!(!format!("{state:?}").contains("do-not-keep"), "{name}");
    }
}

#[test]
fn the_order_goes_through_modules_and_other_types() {
    let order = plan("create.json").order;
    let after = |later: &str, earlier: &str| order.is_after(later, earlier);
    let [policy, access] = [POLICY, ACCESS].map(|address| address.replace("[\"eu\"]", ""));
    assert_eq!(
        after("ppcmk_environment_assignment.each", &access),
        Ordered::Yes
    );
    assert_eq!(
        after("ppcmk_environment_assignment.each", &policy),
        Ordered::Yes
    );
    assert_eq!(after(&access, &policy), Ordered::Yes);
    assert_eq!(after(&policy, &access), Ordered::Unknown);
    assert_eq!(
        after("ppcmk_environment_assignment.each", "terraform_data.wait"),
        Ordered::Yes
    );
    assert_eq!(after("data.ppcmk_environment.each", &policy), Ordered::No);
}

#[test]
fn actions_and_reasons() {
    let removed = plan("removed.json");
    let change = instance(&removed, UAT).change.clone().unwrap();
    assert_eq!(change.action, Action::Delete);
    assert_eq!(change.reason.as_deref(), Some("delete_because_each_key"));
    assert!(
        instance(&removed, UAT)
            .values
            .get("environment_id")
            .unwrap()
            .as_str()
            .is_some()
    );
    assert_eq!(action(&removed, RETAIL), Action::NoOp);
    assert_eq!(
        action(&plan("replace.json"), ACCESS),
        Action::DeleteThenCreate
    );
    assert_eq!(action(&plan("destroy.json"), POLICY), Action::Delete);
    assert_eq!(action(&plan("forget.json"), RETAIL), Action::Forget);
    assert_eq!(action(&plan("create.json"), POLICY), Action::Create);
}

#[test]
fn a_moved_instance_is_there_once() {
    let plan = plan("moved.json");
    let test = instance(&plan, r#"ppcmk_environment_assignment.each["test"]"#);
    let change = test.change.as_ref().unwrap();
    assert_eq!(change.previous_address.as_deref(), Some(UAT));
    assert!(!plan.instances.iter().any(|one| &*one.address == UAT));
}

#[test]
fn partial_plans_keep_what_they_leave_alone() {
    for name in ["target.json", "refresh.json"] {
        let plan = plan(name);
        assert_eq!(action(&plan, RETAIL), Action::NoOp, "{name}");
        assert_eq!(action(&plan, POLICY), Action::NoOp, "{name}");
    }
    assert_eq!(plan("target.json").unseen.len(), 1);
    assert!(plan("refresh.json").unseen.is_empty());
}

#[test]
fn a_plan_with_errors_decides_nothing() {
    let plan = plan("errored.json");
    assert!(instance(&plan, RETAIL).change.is_none());
    let why = &plan.unseen[0].reason;
    assert_eq!(why.to_string(), "the plan has errors and is not whole");
}

#[test]
fn both_forms_of_a_state_say_the_same() {
    let [shown, file] =
        ["state.json", "terraform.tfstate"].map(|name| read_state(&bytes(name), name).unwrap());
    let describe = |reading: &Reading| -> Vec<String> {
        let instances = reading.instances.iter();
        instances
            .map(|one| {
                format!(
                    "{} {} {:?} {:?}",
                    one.address, one.block, one.key, one.type_name
                )
            })
            .collect()
    };
    assert_eq!(describe(&shown), describe(&file));
    for state in [&shown, &file] {
        let retail = instance(state, RETAIL);
        let change = retail.change.as_ref().unwrap();
        assert!(change.existed && change.action == Action::NoOp && !state.has_changes);
        assert_eq!(
            retail.values.get("environment_id").unwrap().as_str(),
            Some("00000000-0000-0000-0000-000000000001")
        );
        let access = "module.cmk.ppcmk_key_access.this";
        let after = state
            .order
            .is_after("ppcmk_environment_assignment.each", access);
        assert_eq!(after, Ordered::Yes);
    }
}

#[test]
fn encodings_and_layout_do_not_matter() {
    let text = String::from_utf8(bytes("create.json")).unwrap();
    let value: serde_json::Value = serde_json::from_str(&text).unwrap();
    let pretty = serde_json::to_string_pretty(&value).unwrap();
    let utf16 = text.encode_utf16().flat_map(u16::to_le_bytes);
    let forms: [Vec<u8>; 3] = [
        pretty.into_bytes(),
        [0xff, 0xfe].into_iter().chain(utf16).collect(),
        [b"\xef\xbb\xbf", text.as_bytes()].concat(),
    ];
    let expected = format!("{:?}", plan("create.json").instances);
    for form in forms {
        let read = read_plan(&form, "create.json").unwrap();
        assert_eq!(format!("{:?}", read.instances), expected);
    }
}

#[test]
fn a_plan_that_ends_anywhere_is_an_error_with_a_place() {
    let bytes = bytes("create.json");
    let end = bytes.trim_ascii_end().len();
    for length in 0..end {
        let error = read_plan(&bytes[..length], "p.json").unwrap_err();
        assert!(error.location.is_some(), "{length}: {error}");
        assert!(error.message.starts_with("could not read plan p.json: "));
    }
}

/// Replaces every value of the document, one after the other.
fn replace_each(document: &serde_json::Value, with: &serde_json::Value, check: &dyn Fn(&[u8])) {
    let mut pointers = vec![String::new()];
    let mut next = 0;
    while next < pointers.len() {
        let pointer = pointers[next].clone();
        match document.pointer(&pointer).unwrap() {
            serde_json::Value::Object(entries) => pointers.extend(entries.keys().map(|key| {
                let key = key.replace('~', "~0").replace('/', "~1");
                format!("{pointer}/{key}")
            })),
            serde_json::Value::Array(values) => {
                pointers.extend((0..values.len()).map(|index| format!("{pointer}/{index}")));
            }
            _ => {}
        }
        next += 1;
    }
    for pointer in pointers {
        let mut changed = document.clone();
        *changed.pointer_mut(&pointer).unwrap() = with.clone();
        check(changed.to_string().as_bytes());
    }
}

#[test]
fn any_other_value_anywhere_is_read_or_an_error_with_a_place() {
    for name in ["create.json", "terraform.tfstate"] {
        let document: serde_json::Value = serde_json::from_slice(&bytes(name)).unwrap();
        for with in ["null", "\"x[\\\"\"", "[1]", "{\"a\":{}}"] {
            let with = serde_json::from_str(with).unwrap();
            replace_each(&document, &with, &|bytes| {
                for result in [read_plan(bytes, "f"), read_state(bytes, "f")] {
                    if let Err(error) = result {
                        assert!(error.location.is_some(), "{error}");
                    }
                }
            });
        }
    }
}
