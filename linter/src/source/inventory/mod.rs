//! Inventories: environments that are not in Terraform, declared in HCL, YAML or JSON.
//!
//! ```yaml
//! environments:
//!   - name: retail
//!     location: europe
//!     commerce_scale_units: [{ name: csu-apac, region: southeastasia }]
//! ```
//!
//! `environments` may also be a map by name; in HCL, `environment "retail" { ... }` blocks do as well.
//! An inventory that has a mistake is refused as a whole, because a workload that is not read
//! would look like one that is not there.

mod format;
mod hcl;
mod schema;
mod shape;

use std::collections::HashMap;
use std::sync::Arc;

use super::encoded::decode;
use super::{InputError, SourceFile, Sources};
use crate::source::documents::{Entry, Node, NodeKind, json_node, yaml_node};
use crate::value::{Kind, Value};

use format::Format;
use schema::Reader;

/// What an inventory declares.
#[derive(Clone, Debug)]
pub struct Inventory {
    /// The environments, in the order of the file: objects with the keys of the inventory, all known,
    /// `null` where a key has no value. `name` is always a text: what the inventory says, the key of
    /// the map, or else the id. The value's own place is the entry.
    pub environments: Vec<Value>,
    /// The name of the file.
    pub file: Arc<str>,
}

/// Reads an inventory, and adds its text to `sources`. `name` decides the format (`.hcl`, `.yaml`,
/// `.yml`, `.json`), else the text does.
pub fn read_inventory(
    bytes: &[u8],
    name: &str,
    sources: &mut Sources,
) -> Result<Inventory, InputError> {
    let text = decode(bytes, "inventory", name)?;
    let format = Format::of(name, &text);
    let file = sources.add(name, text);
    let document = match format {
        Format::Json => json_node(&file),
        Format::Yaml => yaml_node(&file),
        Format::Hcl => hcl::parse(&file),
    };
    let document = document.map_err(|error| as_inventory(error, name))?;
    let reader = Reader { file: &file };
    let nodes = reader.environments(&document)?;
    unique(&reader, &nodes)?;
    let environments = nodes.iter().map(|node| value(node, &file)).collect();
    Ok(Inventory {
        environments,
        file: file.name.clone(),
    })
}

fn as_inventory(mut error: InputError, name: &str) -> InputError {
    let start = format!("could not read {name}");
    if let Some(rest) = error.message.strip_prefix(&start) {
        error.message = format!("could not read inventory {name}{rest}");
    }
    error
}

/// An environment of the inventory.
struct Environment<'d> {
    /// The key of the map, or the label of the block.
    key: Option<&'d Entry>,
    node: &'d Node,
    entries: &'d [Entry],
}

impl Environment<'_> {
    fn text(&self, name: &str) -> Option<(&Arc<str>, &Node)> {
        let entry = self.entries.iter().find(|entry| &*entry.name == name)?;
        match &entry.value.kind {
            NodeKind::String(text) => Some((text, &entry.value)),
            _ => None,
        }
    }

    fn name(&self) -> Option<&Arc<str>> {
        let written = self.text("name").map(|(text, _)| text);
        written
            .or(self.key.map(|key| &key.name))
            .or(self.text("id").map(|(text, _)| text))
    }
}

/// One environment is there once: names are compared as written, ids without case.
fn unique(reader: &Reader<'_>, environments: &[Environment<'_>]) -> Result<(), InputError> {
    let mut seen = HashMap::new();
    for environment in environments {
        let Some(name) = environment.name() else {
            let message = "an environment has neither `name` nor `id`";
            let fault = reader.fault(environment.node.range.clone(), message);
            return Err(fault.help("add a `name`: the address in Terraform, or any other"));
        };
        let id = environment.text("id").map(|(id, _)| id.to_lowercase());
        let keys = [Some(("name", name.to_string())), id.map(|id| ("id", id))];
        for (what, text) in keys.into_iter().flatten() {
            let place = environment
                .text(what)
                .map(|(_, node)| node.range.clone())
                .or(environment.key.map(|key| key.range.clone()))
                .unwrap_or(environment.node.range.clone());
            let line = reader.file.position(place.start).line;
            if let Some(first) = seen.insert((what, text.clone()), line) {
                let message = format!(
                    "the environment with the {what} `{text}` is there twice, also in line {first}"
                );
                return Err(reader.fault(place, &message));
            }
        }
    }
    Ok(())
}

fn value(environment: &Environment<'_>, file: &SourceFile) -> Value {
    let mut value = environment.node.to_value(file);
    let named = environment.text("name").is_some();
    if let (Kind::Object(object), Some(name), false) = (&mut value.kind, environment.name(), named)
    {
        let range = environment
            .key
            .map_or(&environment.node.range, |key| &key.range);
        let name = Node {
            kind: NodeKind::String(name.clone()),
            range: range.clone(),
        };
        let entries = &mut Arc::make_mut(object).entries;
        entries.insert("name".into(), name.to_value(file));
    }
    value
}

#[cfg(test)]
mod tests;
