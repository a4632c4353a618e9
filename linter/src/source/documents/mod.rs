//! JSON and YAML documents with the place of every value.
//!
//! Inventories are such documents, and configurations read them (`yamldecode(file(...))`,
//! `jsondecode(file(...))`). What a document means is decided as Terraform's own functions decide
//! it: YAML's `yes` is true, and of a repeated key the last one counts.

mod json;
mod node;
mod yaml;
mod yaml_scalar;

use std::sync::Arc;

use crate::value::Value;

use super::{InputError, SourceFile};

pub(crate) use node::{Entry, Node, NodeKind};

/// How deep lists and objects may be in one another. No inventory comes near it, and what reads a
/// value by recursion needs a bound.
pub(crate) const DEEPEST: usize = 128;

/// The value of a JSON document; every part carries its place.
pub fn json(file: &Arc<SourceFile>) -> Result<Value, InputError> {
    json_node(file).map(|node| node.to_value(file))
}

/// The value of a YAML document; every part carries its place, that of an alias the place of its
/// anchor.
pub fn yaml(file: &Arc<SourceFile>) -> Result<Value, InputError> {
    yaml_node(file).map(|node| node.to_value(file))
}

/// The tree of a JSON document, with the keys' places and repeated keys.
pub(crate) fn json_node(file: &SourceFile) -> Result<Node, InputError> {
    json::parse(file)
}

/// The tree of a YAML document, with the keys' places and repeated keys.
pub(crate) fn yaml_node(file: &SourceFile) -> Result<Node, InputError> {
    yaml::parse(file)
}
