//! Sources together with a state: what only the remote object tells is taken from the state.

use std::collections::HashMap;
use std::sync::Arc;

use ppcmk_coverage::estate::{Action, Change};

use super::{Instance, Mode, Reading};
use crate::value::{Kind, Object, Value};

/// Fills what the sources do not know with what the state has at the same address. What is written
/// wins, since it is what will be; objects that only the state has are left out, since nothing
/// says what happens to them.
pub fn with_state(mut sources: Reading, state: &Reading) -> Reading {
    let known: HashMap<&str, &Instance> = state
        .instances
        .iter()
        .map(|instance| (&*instance.address, instance))
        .collect();
    for instance in &mut sources.instances {
        if let Some(known) = known.get(&*instance.address) {
            if instance.mode == Mode::Managed && agrees(&instance.values, &known.values) {
                instance.change = Some(Change::new(Action::NoOp));
            }
            instance.values = fill(&instance.values, &known.values);
        }
    }
    sources
}

/// Whether no argument that both know is another one in the state: then the object is there, and
/// stays what it is. Texts and the like are enough to tell; what is nested decides no link.
fn agrees(own: &Value, known: &Value) -> bool {
    let (Some(own), Some(known)) = (own.as_object(), known.as_object()) else {
        return false;
    };
    own.entries.iter().all(|(name, own)| {
        let known = known.entries.get(name).map(|known| &known.kind);
        match (&own.kind, known) {
            (Kind::String(own), Some(Kind::String(known))) => own.eq_ignore_ascii_case(known),
            (Kind::Bool(own), Some(Kind::Bool(known))) => own == known,
            (Kind::Number(own), Some(Kind::Number(known))) => own == known,
            _ => true,
        }
    })
}

/// The value, with what is known in the other one in place of what is unknown.
fn fill(value: &Value, known: &Value) -> Value {
    match (&value.kind, &known.kind) {
        (Kind::Unknown(_), _) if !known.is_unknown() => {
            known.clone().with_trail(value.trail.clone())
        }
        (Kind::Object(own), Kind::Object(known)) => {
            Value::new(Kind::Object(Arc::new(fill_object(own, known))))
                .with_trail(value.trail.clone())
        }
        _ => value.clone(),
    }
}

fn fill_object(own: &Object, known: &Object) -> Object {
    let mut filled = own.clone();
    for (name, value) in known.entries.iter() {
        match filled.entries.get(name) {
            Some(own) => {
                let value = fill(own, value);
                filled.entries.insert(name.clone(), value);
            }
            // Only what a provider computes may be missing in an open object.
            None if own.rest.is_some() => {
                filled.entries.insert(name.clone(), value.clone());
            }
            None => {}
        }
    }
    filled
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::source::{Memory, hcl, plan};

    #[test]
    fn what_is_written_wins_and_the_rest_is_from_the_state() {
        let tree = Memory::default().with(
            "main.tf",
            "resource \"azurerm_key_vault\" \"v\" {\n  name = \"new\"\n  location = var.x\n}\n\
             variable \"x\" {}\n",
        );
        let sources = hcl::read(&tree, Path::new(""), &hcl::Options::default()).unwrap();
        let state = br#"{"format_version":"1.0","values":{"root_module":{"resources":[
            {"address":"azurerm_key_vault.v","mode":"managed","type":"azurerm_key_vault","name":"v",
             "values":{"name":"old","location":"westeurope","id":"/x"}}]}}}"#;
        let state = plan::read_state(state, "state.json").unwrap();
        let reading = with_state(sources, &state);
        let vault = &reading.instances[0].values;
        let text = |name: &str| vault.get(name).unwrap().as_str().map(str::to_owned);
        assert_eq!(text("name").as_deref(), Some("new"));
        assert_eq!(text("location").as_deref(), Some("westeurope"));
        assert_eq!(text("id").as_deref(), Some("/x"));
        assert!(reading.instances[0].change.is_none(), "it gets a new name");
    }

    #[test]
    fn what_agrees_with_the_state_exists() {
        let source = "resource \"ppcmk_environment_assignment\" \"a\" {\n  environment_id = \"0A\"\n  \
                      policy_id = ppcmk_enterprise_policy.p.id\n}\n";
        let tree = Memory::default().with("main.tf", source);
        let exists = |environment: &str| {
            let sources = hcl::read(&tree, Path::new(""), &hcl::Options::default()).unwrap();
            let state = serde_json::json!({ "format_version": "1.0", "values": { "root_module": {
                "resources": [{ "address": "ppcmk_environment_assignment.a", "mode": "managed",
                    "type": "ppcmk_environment_assignment", "name": "a",
                    "values": { "environment_id": environment, "policy_id": "/p" } }] } } });
            let state = plan::read_state(state.to_string().as_bytes(), "state.json").unwrap();
            with_state(sources, &state).instances[0].change.is_some()
        };
        assert!(exists("0a"));
        assert!(!exists("0b"), "it links another environment");
    }
}
