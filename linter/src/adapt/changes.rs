//! What plans do to assignments and policies that exist, through reading, adapters and rules.

use ppcmk_coverage::rules;
use serde_json::{Value, json};

use super::{Settings, estate};
use crate::source::plan;

const POLICY: &str = "ppcmk_enterprise_policy.europe";
const ASSIGNMENT: &str = "ppcmk_environment_assignment.retail";
const SYSTEM_ID: &str = "/regions/europe/providers/Microsoft.PowerPlatform/enterprisePolicies/33333333-3333-3333-3333-333333333333";
const POLICY_ID: &str = "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/rg-cmk/providers/Microsoft.PowerPlatform/enterprisePolicies/ep-cmk-europe";

/// One resource of a plan: its values before and after, and what the plan does.
struct Resource {
    address: &'static str,
    actions: &'static [&'static str],
    before: Value,
    after: Value,
    unknown: Value,
    replace_paths: Value,
}

impl Resource {
    fn change(&self) -> Value {
        let (kind, name) = self.address.split_once('.').unwrap();
        json!({
            "address": self.address,
            "mode": "managed",
            "type": kind,
            "name": name,
            "provider_name": "registry.terraform.io/ppcmk/ppcmk",
            "change": {
                "actions": self.actions,
                "before": self.before,
                "after": self.after,
                "after_unknown": self.unknown,
                "before_sensitive": false,
                "after_sensitive": false,
                "replace_paths": self.replace_paths,
            },
        })
    }

    fn planned(&self) -> Option<Value> {
        let (kind, name) = self.address.split_once('.').unwrap();
        (!self.after.is_null()).then(|| {
            json!({
                "address": self.address,
                "mode": "managed",
                "type": kind,
                "name": name,
                "provider_name": "registry.terraform.io/ppcmk/ppcmk",
                "schema_version": 0,
                "values": self.after,
                "sensitive_values": {},
            })
        })
    }
}

/// A policy that exists, with this key and these linked environments.
fn policy(key: &str, linked: &Value) -> Value {
    json!({
        "id": POLICY_ID,
        "system_id": SYSTEM_ID,
        "name": "ep-cmk-europe",
        "resource_group_name": "rg-cmk",
        "location": "europe",
        "key_vault_id": "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/rg-cmk/providers/Microsoft.KeyVault/vaults/kv-cmk-eu",
        "key_name": key,
        "linked_environment_ids": linked,
    })
}

/// An assignment that exists, with what destroying it does.
fn assignment(deletion_policy: &str) -> Value {
    json!({
        "id": "00000000-0000-0000-0000-000000000001",
        "environment_id": "00000000-0000-0000-0000-000000000001",
        "policy_id": POLICY_ID,
        "deletion_policy": deletion_policy,
    })
}

fn resource(
    address: &'static str,
    actions: &'static [&'static str],
    before: Value,
    after: Value,
) -> Resource {
    Resource {
        address,
        actions,
        before,
        after,
        unknown: json!({}),
        replace_paths: Value::Null,
    }
}

/// Findings and undecided results of one rule, as `address: text`.
fn answers(code: &str, resources: &[Resource]) -> (Vec<String>, Vec<String>) {
    let document = json!({
        "format_version": "1.2",
        "terraform_version": "1.13.0",
        "planned_values": { "root_module": {
            "resources": resources.iter().filter_map(Resource::planned).collect::<Vec<_>>(),
        } },
        "resource_changes": resources.iter().map(Resource::change).collect::<Vec<_>>(),
        "configuration": { "root_module": {} },
    });
    let reading = plan::read_plan(document.to_string().as_bytes(), "tfplan.json").unwrap();
    let estate = estate(&reading, &Settings::default());
    let (findings, undecided) = rules::check(&estate, [rules::find(code).unwrap()]);
    (
        findings
            .iter()
            .map(|finding| format!("{}: {}", finding.address, finding.message))
            .collect(),
        undecided
            .iter()
            .map(|one| format!("{}: {}", one.address, one.unknown.reason))
            .collect(),
    )
}

#[track_caller]
fn finds(code: &str, resources: &[Resource], expected: &[&str]) {
    let (findings, undecided) = answers(code, resources);
    assert_eq!(findings, expected);
    assert!(undecided.is_empty(), "{undecided:?}");
}

fn kept_policy() -> Resource {
    let is = policy("cmk", &json!(["00000000-0000-0000-0000-000000000001"]));
    resource(POLICY, &["no-op"], is.clone(), is)
}

#[test]
fn the_key_of_a_linked_policy_must_not_change() {
    let kept = resource(
        ASSIGNMENT,
        &["no-op"],
        assignment("PREVENT"),
        assignment("PREVENT"),
    );
    let linked = json!(["00000000-0000-0000-0000-000000000001"]);
    let changed = |linked: &Value| {
        let (before, after) = (policy("cmk", linked), policy("cmk2", linked));
        resource(POLICY, &["update"], before, after)
    };
    finds(
        "CMK112",
        &[changed(&linked), kept],
        &[
            "ppcmk_environment_assignment.retail: the plan changes `key_name` of its policy, which is refused while environments are linked",
        ],
    );
    finds(
        "CMK112",
        &[changed(&linked)],
        &[
            "ppcmk_enterprise_policy.europe: the plan changes `key_name`, which is refused while environments are linked",
        ],
    );
    finds("CMK112", &[changed(&json!([]))], &[]);
    let (findings, undecided) = answers("CMK112", &[changed(&Value::Null)]);
    assert!(findings.is_empty(), "{findings:?}");
    assert_eq!(undecided.len(), 1);
}

#[test]
fn a_replaced_assignment_unlinks_and_links() {
    let replaced = |deletion_policy: &str| Resource {
        replace_paths: json!([["wait_for"]]),
        ..resource(
            ASSIGNMENT,
            &["delete", "create"],
            assignment(deletion_policy),
            assignment(deletion_policy),
        )
    };
    finds(
        "CMK112",
        &[kept_policy(), replaced("UNLINK")],
        &[
            "ppcmk_environment_assignment.retail: the plan unlinks the environment and links it again, because `wait_for` changes",
        ],
    );
    finds("CMK112", &[kept_policy(), replaced("ABANDON")], &[]);
    finds("CMK120", &[kept_policy(), replaced("UNLINK")], &[]);
}

#[test]
fn a_removed_assignment_takes_the_environment_off_its_key() {
    let removed = |actions, deletion_policy: &str| {
        let before = assignment(deletion_policy);
        resource(ASSIGNMENT, actions, before, Value::Null)
    };
    finds(
        "CMK120",
        &[kept_policy(), removed(&["delete"], "UNLINK")],
        &[
            "ppcmk_environment_assignment.retail: the plan takes the environment offline and off its key",
        ],
    );
    finds(
        "CMK120",
        &[kept_policy(), removed(&["delete"], "PREVENT")],
        &[],
    );
    finds(
        "CMK120",
        &[kept_policy(), removed(&["forget"], "UNLINK")],
        &[],
    );
}

#[test]
fn an_assignment_that_is_left_alone_is_not_reported() {
    let kept = || {
        let is = assignment("UNLINK");
        resource(ASSIGNMENT, &["no-op"], is.clone(), is)
    };
    for code in ["CMK112", "CMK120", "CMK103", "CMK106"] {
        finds(code, &[kept_policy(), kept()], &[]);
    }
}

/// azapi plans its output as unknown with every change, and the system id stays what it is.
#[test]
fn a_raw_policy_keeps_its_system_id_when_it_changes() {
    let policy = |key: &str| {
        json!({
            "id": POLICY_ID,
            "type": "Microsoft.PowerPlatform/enterprisePolicies@2020-10-30-preview",
            "name": "ep-cmk-europe",
            "location": "europe",
            "identity": [{ "type": "SystemAssigned" }],
            "body": { "kind": "Encryption", "properties": { "encryption": { "keyVault": {
                "id": "/kv", "key": { "name": key },
            } } } },
            "output": { "properties": { "systemId": SYSTEM_ID } },
        })
    };
    let mut after = policy("cmk2");
    after.as_object_mut().unwrap().remove("output");
    let changed = Resource {
        unknown: json!({ "output": true }),
        ..resource("azapi_resource.policy", &["update"], policy("cmk"), after)
    };
    let link = json!({
        "id": "l",
        "environment_id": "00000000-0000-0000-0000-000000000001",
        "system_id": SYSTEM_ID,
        "policy_type": "Encryption",
    });
    finds(
        "CMK112",
        &[
            changed,
            resource(
                "powerplatform_enterprise_policy.retail",
                &["no-op"],
                link.clone(),
                link,
            ),
        ],
        &[
            "powerplatform_enterprise_policy.retail: the plan changes `body.properties.encryption.keyVault.key.name` of its policy, which is refused while environments are linked",
        ],
    );
}

/// What a state has is there: the service has accepted its links, and nothing has to wait.
#[test]
fn links_of_a_state_exist() {
    let environment = "00000000-0000-0000-0000-000000000001";
    let resources: Vec<Value> = [
        (
            "powerplatform_environment",
            json!({ "id": environment, "location": "europe",
            "environment_type": "Trial", "dataverse": { "currency_code": "EUR" } }),
        ),
        (
            "powerplatform_managed_environment",
            json!({ "environment_id": environment }),
        ),
        (
            "powerplatform_enterprise_policy",
            json!({ "environment_id": environment,
            "system_id": SYSTEM_ID, "policy_type": "Encryption" }),
        ),
    ]
    .into_iter()
    .map(|(kind, values)| {
        json!({ "address": format!("{kind}.it"), "mode": "managed", "type": kind, "name": "it",
            "provider_name": "x", "values": values })
    })
    .collect();
    let state = json!({ "format_version": "1.0",
        "values": { "root_module": { "resources": resources } } });
    let reading = plan::read_state(state.to_string().as_bytes(), "state.json").unwrap();
    let estate = estate(&reading, &Settings::default());
    let (findings, undecided) = rules::check(&estate, rules::all().iter().copied());
    let codes: Vec<_> = findings.iter().map(|finding| finding.rule.code).collect();
    assert_eq!(codes, ["CMK104"]);
    assert_eq!(undecided.len(), 0, "{undecided:?}");
}
