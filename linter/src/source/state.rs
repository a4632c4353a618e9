//! Sources together with a state: what only the remote object tells is taken from the state.

use std::collections::HashMap;
use std::sync::Arc;

use super::{Instance, Reading};
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
            instance.values = fill(&instance.values, &known.values);
        }
    }
    sources
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
    }
}
