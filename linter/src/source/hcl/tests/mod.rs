//! Whole configurations.

mod expressions;
mod functions;
mod hostile;
mod modules;
mod ordering;
mod repetition;
mod syntax;

use std::fmt::Write as _;
use std::path::Path;

use super::{Options, read};
use crate::source::{Memory, Reading};
use crate::value::{Kind, Value};

/// Reads a configuration of files: `("main.tf", "...")`.
pub(super) fn reading(files: &[(&str, &str)]) -> Reading {
    reading_with(files, &Options::default())
}

/// The same with options.
pub(super) fn reading_with(files: &[(&str, &str)], options: &Options) -> Reading {
    let mut tree = Memory::default();
    for (name, text) in files {
        tree.add(name, *text);
    }
    read(&tree, Path::new(""), options).unwrap()
}

/// The value of an argument of an instance.
pub(super) fn argument(reading: &Reading, address: &str, name: &str) -> Value {
    let found = reading
        .instances
        .iter()
        .find(|instance| &*instance.address == address);
    let Some(instance) = found else {
        panic!("no {address} in {:?}", addresses(reading));
    };
    let value = instance.values.as_object().unwrap().entries.get(name);
    value.cloned().unwrap_or_else(Value::null)
}

/// The addresses, with a `?` behind those that are only possible.
pub(super) fn addresses(reading: &Reading) -> Vec<String> {
    use ppcmk_coverage::estate::Existence;
    let address = |instance: &crate::source::Instance| match instance.existence {
        Existence::Certain => instance.address.to_string(),
        Existence::Possible(_) => format!("{}?", instance.address),
    };
    reading.instances.iter().map(address).collect()
}

/// A value as a text: unknown ones as `<symbol>`, without one as `<reason>`, open objects with
/// `...`.
pub(super) fn show(value: &Value) -> String {
    let mut text = String::new();
    write(value, &mut text);
    text
}

fn write(value: &Value, out: &mut String) {
    match &value.kind {
        Kind::Json(inner) => write!(out, "json({})", show(inner)).unwrap(),
        Kind::Null => out.push_str("null"),
        Kind::Bool(value) => write!(out, "{value}").unwrap(),
        Kind::Number(number) => write!(out, "{number}").unwrap(),
        Kind::String(text) => write!(out, "{text:?}").unwrap(),
        Kind::List(values) => {
            out.push('[');
            for (position, value) in values.iter().enumerate() {
                out.push_str(if position > 0 { ", " } else { "" });
                write(value, out);
            }
            out.push(']');
        }
        Kind::Object(object) => {
            out.push('{');
            for (position, (name, value)) in object.entries.iter().enumerate() {
                out.push_str(if position > 0 { ", " } else { "" });
                write!(out, "{name} = ").unwrap();
                write(value, out);
            }
            out.push_str(if object.rest.is_some() { ", ...}" } else { "}" });
        }
        Kind::Unknown(unknown) => match &unknown.symbol {
            Some(symbol) => write!(out, "<{symbol}>").unwrap(),
            None => write!(out, "<{}>", unknown.reason).unwrap(),
        },
    }
}

/// Where a value comes from: `main.tf:3:7 <- local.x <- var.y`, the place first.
pub(super) fn trail(value: &Value) -> String {
    let origin = value.trail.origin(None);
    let mut text = match &origin.location {
        Some(place) => format!("{}:{}:{}", place.file, place.start.line, place.start.column),
        None => "nowhere".to_owned(),
    };
    for step in origin.chain.iter().rev() {
        write!(text, " <- {}", step.label).unwrap();
    }
    text
}

/// Definitions that expressions of tests can use.
const AROUND: &str = r#"
variable "unset" {}
variable "other" {}
variable "region" { default = "europe" }
locals {
  list   = ["a", "b", "c"]
  map    = { a = 1, b = 2 }
  nested = { list = [{ name = "x" }, { name = "y" }] }
}
resource "azurerm_key_vault" "kv" {
  name     = "kv-${var.region}"
  location = null
  network_acls { bypass = "AzureServices" }
}
data "azurerm_client_config" "me" {}
"#;

/// Checks the value of an expression.
pub(super) fn check(expression: &str, expected: &str) {
    let text = format!("resource \"ppcmk_test\" \"t\" {{\n  x = {expression}\n}}\n{AROUND}");
    let reading = reading(&[("main.tf", &text)]);
    assert_eq!(reading.problems, [], "{expression}");
    let value = argument(&reading, "ppcmk_test.t", "x");
    assert_eq!(show(&value), expected, "{expression}");
}

/// Checks that an expression cannot be evaluated, and why.
pub(super) fn check_error(expression: &str, expected: &str) {
    let text = format!("resource \"ppcmk_test\" \"t\" {{\n  x = {expression}\n}}\n{AROUND}");
    let reading = reading(&[("main.tf", &text)]);
    let value = argument(&reading, "ppcmk_test.t", "x");
    let shown = show(&value);
    assert!(
        shown.starts_with('<') && shown.contains(expected),
        "{expression} gives {shown}, not an error with {expected:?}"
    );
}
