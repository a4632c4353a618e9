//! The plan of such a configuration, as `terraform show -json` writes it: every resource stands in
//! the planned values, in the changes and in the configuration.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use serde_json::{Map, Value, json};

use crate::configuration::{self, CHAIN};

/// Writes the plan; gives its size in bytes.
pub(crate) fn write(path: &Path, resources: usize) -> u64 {
    let chains = resources.div_ceil(CHAIN);
    let mut out = BufWriter::new(File::create(path).unwrap());
    let put = |out: &mut BufWriter<File>, text: &str| out.write_all(text.as_bytes()).unwrap();
    put(
        &mut out,
        r#"{"format_version":"1.2","terraform_version":"1.11.4","planned_values":{"root_module":{"resources":["#,
    );
    each(&mut out, chains, |one| {
        json!({"address": one.address, "mode": "managed", "type": one.kind, "name": one.name,
               "provider_name": "registry.terraform.io/hashicorp/azurerm", "schema_version": 0,
               "values": one.after, "sensitive_values": {}})
    });
    put(&mut out, r#"]}},"resource_changes":["#);
    each(&mut out, chains, |one| {
        json!({"address": one.address, "mode": "managed", "type": one.kind, "name": one.name,
               "provider_name": "registry.terraform.io/hashicorp/azurerm",
               "change": {"actions": ["create"], "before": null, "after": one.after,
                          "after_unknown": one.unknown, "before_sensitive": false,
                          "after_sensitive": {}}})
    });
    put(
        &mut out,
        r#"],"configuration":{"provider_config":{},"root_module":{"resources":["#,
    );
    each(&mut out, chains, |one| {
        json!({"address": one.address, "mode": "managed", "type": one.kind, "name": one.name,
               "provider_config_key": "azurerm", "expressions": one.expressions,
               "schema_version": 0, "depends_on": one.depends_on})
    });
    put(
        &mut out,
        r#"]}},"timestamp":"2026-11-25T00:00:00Z","applyable":true,"complete":true,"errored":false}"#,
    );
    out.flush().unwrap();
    std::fs::metadata(path).unwrap().len()
}

struct Planned {
    address: String,
    kind: &'static str,
    name: String,
    after: Value,
    unknown: Value,
    expressions: Value,
    depends_on: Vec<String>,
}

fn each(out: &mut BufWriter<File>, chains: usize, shape: impl Fn(&Planned) -> Value) {
    for number in 0..chains {
        for (position, planned) in chain(number).iter().enumerate() {
            if number + position > 0 {
                out.write_all(b",").unwrap();
            }
            serde_json::to_writer(&mut *out, &shape(planned)).unwrap();
        }
    }
}

/// A resource whose arguments are constants, references (unknown in the plan) or padding, since real
/// ones have many attributes that nobody sets.
fn planned(
    kind: &'static str,
    name: String,
    constants: &Value,
    references: &[(&str, String)],
    depends_on: &[String],
) -> Planned {
    let mut after: Map<String, Value> = constants.as_object().unwrap().clone();
    let mut expressions: Map<String, Value> = after
        .iter()
        .map(|(name, value)| (name.clone(), json!({"constant_value": value})))
        .collect();
    let mut unknown = Map::from_iter([("id".to_owned(), json!(true))]);
    for (attribute, target) in references {
        let parent = target.rsplit_once('.').unwrap().0;
        expressions.insert(
            (*attribute).to_owned(),
            json!({"references": [target, parent]}),
        );
        unknown.insert((*attribute).to_owned(), json!(true));
    }
    for number in 0..12 {
        after.insert(format!("optional_attribute_{number}"), Value::Null);
        after.insert(
            format!("default_attribute_{number}"),
            json!("a default value"),
        );
        unknown.insert(format!("computed_attribute_{number}"), json!(true));
    }
    Planned {
        address: format!("{kind}.{name}"),
        kind,
        name,
        after: after.into(),
        unknown: unknown.into(),
        expressions: expressions.into(),
        depends_on: depends_on.to_vec(),
    }
}

fn chain(number: usize) -> Vec<Planned> {
    let (cmk, this) = (format!("cmk{number}"), format!("this{number}"));
    let vault = format!("azurerm_key_vault.{cmk}.id");
    let policy = format!("ppcmk_enterprise_policy.{this}");
    let environment = format!("powerplatform_environment.{this}.id");
    let location = match configuration::location(number) {
        "local.location" => "europe",
        _ => "unitedstates",
    };
    vec![
        planned(
            "azurerm_key_vault",
            cmk.clone(),
            &json!({"name": format!("kv-cmk-{number}"), "location": "westeurope",
                    "resource_group_name": "rg-cmk", "sku_name": "premium",
                    "purge_protection_enabled": true, "soft_delete_retention_days": 90,
                    "rbac_authorization_enabled": true, "public_network_access_enabled": true}),
            &[],
            &[],
        ),
        planned(
            "azurerm_key_vault_key",
            cmk.clone(),
            &json!({"name": "cmk", "key_type": "RSA", "key_size": 3072,
                    "key_opts": ["wrapKey", "unwrapKey"]}),
            &[("key_vault_id", vault.clone())],
            &[],
        ),
        planned(
            "ppcmk_enterprise_policy",
            this.clone(),
            &json!({"name": format!("ep-cmk-{number}"), "resource_group_name": "rg-cmk",
                    "location": location, "key_name": "cmk"}),
            &[("key_vault_id", vault.clone())],
            &[],
        ),
        planned(
            "azurerm_role_assignment",
            this.clone(),
            &json!({"role_definition_name": "Key Vault Crypto Service Encryption User"}),
            &[
                ("scope", vault),
                ("principal_id", format!("{policy}.principal_id")),
            ],
            &[],
        ),
        planned(
            "powerplatform_environment",
            this.clone(),
            &json!({"display_name": format!("Environment {number}"), "location": "europe",
                    "environment_type": "Production",
                    "dataverse": {"language_code": 1033, "currency_code": "EUR"}}),
            &[],
            &[],
        ),
        planned(
            "powerplatform_managed_environment",
            this.clone(),
            &json!({"is_usage_insights_disabled": true, "solution_checker_mode": "None"}),
            &[("environment_id", environment.clone())],
            &[],
        ),
        planned(
            "ppcmk_environment_assignment",
            this.clone(),
            &json!({}),
            &[
                ("environment_id", environment),
                ("policy_id", format!("{policy}.id")),
            ],
            &[
                format!("azurerm_role_assignment.{this}"),
                format!("powerplatform_managed_environment.{this}"),
            ],
        ),
    ]
}
