//! The part of a plan that is about one module, as the plan of that module alone.

use serde_json::{Map, Value, json};

/// The plan of `module.NAME` without the call around it.
pub(crate) fn of(plan: &Value, name: &str) -> Value {
    let outside = format!("module.{name}.");
    let mut slice = json!({
        "planned_values": values(&plan["planned_values"], &outside),
        "resource_changes": changes(&plan["resource_changes"], &outside),
        "configuration": {
            "provider_config": plan["configuration"]["provider_config"],
            "root_module": plan["configuration"]["root_module"]["module_calls"][name]["module"],
        },
    });
    for same in [
        "format_version",
        "terraform_version",
        "complete",
        "errored",
        "applyable",
    ] {
        slice[same] = plan[same].clone();
    }
    if !plan["prior_state"].is_null() {
        slice["prior_state"] = json!({
            "format_version": plan["prior_state"]["format_version"],
            "values": values(&plan["prior_state"]["values"], &outside),
        });
    }
    slice
}

fn changes(changes: &Value, outside: &str) -> Value {
    let changes = changes.as_array().into_iter().flatten();
    changes
        .filter(|change| is_inside(&change["address"], outside))
        .map(|change| without(change, outside))
        .collect()
}

fn values(values: &Value, outside: &str) -> Value {
    let modules = values["root_module"]["child_modules"].as_array();
    let module = modules.into_iter().flatten().find(|module| {
        module["address"]
            .as_str()
            .is_some_and(|address| format!("{address}.") == outside)
    });
    match module {
        Some(module) => json!({ "root_module": without(module, outside) }),
        None => json!({ "root_module": {} }),
    }
}

fn is_inside(address: &Value, outside: &str) -> bool {
    address
        .as_str()
        .is_some_and(|text| text.starts_with(outside))
}

/// The same with shorter addresses, and without the address of the root module.
fn without(value: &Value, outside: &str) -> Value {
    match value {
        Value::Array(values) => values.iter().map(|value| without(value, outside)).collect(),
        Value::Object(members) => {
            let mut shorter = Map::new();
            for (name, member) in members {
                let is_address = matches!(
                    name.as_str(),
                    "address" | "module_address" | "previous_address"
                );
                match member.as_str().filter(|_| is_address) {
                    Some(text) if format!("{text}.") == outside => {}
                    Some(text) => {
                        let text = text.strip_prefix(outside).unwrap_or(text);
                        shorter.insert(name.clone(), text.into());
                    }
                    None => {
                        shorter.insert(name.clone(), without(member, outside));
                    }
                }
            }
            Value::Object(shorter)
        }
        Value::String(text) => text.strip_prefix(outside).unwrap_or(text).into(),
        other => other.clone(),
    }
}
