//! State files: `terraform.tfstate`, version 4 (Terraform 0.12 and later, OpenTofu).
//!
//! The format is not a public interface; `terraform show -json` is. But files are what lies around,
//! and version 4 has been the only one for years.

use std::sync::Arc;

use ppcmk_coverage::estate::Order;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::address::without_keys;
use super::document::{Index, Signs, Text};
use super::instances::mode;
use super::mask::Mask;
use super::recognise;
use super::state::plain;
use super::values::{Interner, Path, build_plain};
use crate::adapt::is_understood;
use crate::source::encoded::Document;
use crate::source::{InputError, Instance, InstanceKey, Mode};
use crate::value::{Kind, Object, Value};

#[derive(Deserialize)]
struct StateFile<'a> {
    version: u64,
    #[serde(borrow)]
    resources: Option<Vec<Resource<'a>>>,
}

#[derive(Deserialize)]
struct Resource<'a> {
    #[serde(borrow)]
    module: Option<Text<'a>>,
    #[serde(borrow)]
    mode: Option<Text<'a>>,
    #[serde(borrow, rename = "type")]
    type_name: Text<'a>,
    #[serde(borrow)]
    name: Text<'a>,
    #[serde(borrow)]
    instances: Option<Vec<ResourceInstance<'a>>>,
}

#[derive(Deserialize)]
struct ResourceInstance<'a> {
    index_key: Option<Index>,
    #[serde(borrow)]
    deposed: Option<Text<'a>>,
    #[serde(borrow)]
    attributes: Option<&'a RawValue>,
    #[serde(borrow)]
    sensitive_attributes: Option<Vec<Vec<PathStep<'a>>>>,
    #[serde(borrow)]
    dependencies: Option<Vec<Text<'a>>>,
}

#[derive(Deserialize)]
struct PathStep<'a> {
    #[serde(borrow)]
    value: Option<&'a RawValue>,
}

/// Whether the document is a state file.
pub(super) fn is_one(signs: &Signs<'_>) -> bool {
    signs.version.is_some() && (signs.lineage.is_some() || signs.serial.is_some())
}

/// The instances of a state file. What they depend on goes into the order.
pub(super) fn read(
    document: Document<'_>,
    interner: &Interner,
    order: &mut Order,
) -> Result<Vec<Instance>, InputError> {
    let file: StateFile<'_> = serde_json::from_str(document.text)
        .map_err(|error| recognise::explain(document, &error))?;
    if file.version != 4 {
        let message = format!(
            "its version is {}, and this program reads version 4",
            file.version
        );
        return Err(document
            .fault(0, 1, &message)
            .help("write it as JSON: `terraform show -json > state.json`"));
    }
    let mut instances = Vec::new();
    for resource in file.resources.iter().flatten() {
        let address = address(resource);
        let later = order.node(&without_keys(&address));
        for instance in resource.instances.iter().flatten() {
            for dependency in instance.dependencies.iter().flatten() {
                let earlier = order.node(&without_keys(dependency));
                order.after(later, earlier);
            }
            if is_understood(&resource.type_name) && instance.deposed.is_none() {
                let mode = mode(resource.mode.as_deref());
                let kind = &resource.type_name;
                let mut read = read_instance(document, interner, (kind, &address), mode, instance)?;
                read.type_name = interner.text(&resource.type_name);
                instances.push(read);
            }
        }
    }
    Ok(instances)
}

fn address(resource: &Resource<'_>) -> String {
    let mut address = String::new();
    if let Some(module) = resource
        .module
        .as_deref()
        .filter(|module| !module.is_empty())
    {
        address = format!("{module}.");
    }
    let data = match mode(resource.mode.as_deref()) {
        Mode::Data => "data.",
        Mode::Managed => "",
    };
    format!(
        "{address}{data}{}.{}",
        &*resource.type_name, &*resource.name
    )
}

fn read_instance(
    document: Document<'_>,
    interner: &Interner,
    (kind, block): (&str, &str),
    mode: Mode,
    instance: &ResourceInstance<'_>,
) -> Result<Instance, InputError> {
    let key = instance.index_key.as_ref().map(|index| index.0.clone());
    let address = key
        .as_ref()
        .map_or(block.to_owned(), |key| format!("{block}{key}"));
    let sensitive = sensitive(instance);
    let path = Path::Root(&address);
    let build = build_plain(interner, &path, &sensitive, Some(kind));
    let values = match instance.attributes {
        Some(raw) => unwrap_dynamic(document.build(raw, build)?),
        None => build.without_values(),
    };
    let mut read = plain(&address, mode, values);
    read.key = key;
    Ok(read)
}

/// The attributes with sensitive parts: all of each.
fn sensitive(instance: &ResourceInstance<'_>) -> Mask<'static> {
    let mut mask = Mask::None;
    for path in instance.sensitive_attributes.iter().flatten() {
        let first = path.first().and_then(|step| step.value);
        let name = first.and_then(|raw| serde_json::from_str::<Index>(raw.get()).ok());
        match name {
            Some(Index(InstanceKey::Name(name))) => mask.mark(&name),
            _ => mask = Mask::All,
        }
    }
    mask
}

/// Attributes of any type are written together with the type: `{"value": ..., "type": "string"}`.
fn unwrap_dynamic(values: Value) -> Value {
    let Kind::Object(object) = &values.kind else {
        return values;
    };
    let entries = object
        .entries
        .map(|_, value| dynamic(value).unwrap_or_else(|| value.clone()));
    Value::new(Kind::Object(Arc::new(Object {
        entries,
        rest: None,
    })))
}

fn dynamic(value: &Value) -> Option<Value> {
    let entries = &value.as_object()?.entries;
    let (inner, written) = (entries.get("value")?, entries.get("type")?);
    let word = match &written.kind {
        Kind::String(word) => word,
        Kind::List(parts) => parts.first()?.as_str()?,
        _ => return None,
    };
    let is_type = matches!(
        word,
        "string" | "number" | "bool" | "dynamic" | "object" | "tuple" | "list" | "map" | "set"
    );
    (is_type && entries.len() == 2).then(|| inner.clone())
}
