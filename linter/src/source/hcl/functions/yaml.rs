//! `yamlencode`

use super::super::eval::convert;
use super::super::eval::fault::{Fault, Outcome};
use super::super::eval::rendering::LONGEST;
use super::encoding::write_json_text;
use super::{Arguments, text};
use crate::value::{Kind, Value};

/// Block style, with quoted texts and keys, as Terraform writes it.
pub(super) fn encode(args: &Arguments) -> Outcome<Value> {
    args.exactly(1)?;
    let value = args.get(0)?;
    if let Some(unknown) = convert::first_unknown(value) {
        return Err(Fault::Unknown(unknown));
    }
    let mut out = String::new();
    match &value.kind {
        Kind::List(_) | Kind::Object(_) if !is_empty(value) => block(value, 0, false, &mut out)?,
        _ => {
            scalar(value, 0, &mut out)?;
            out.push('\n');
        }
    }
    text(out)
}

fn is_empty(value: &Value) -> bool {
    match &value.kind {
        Kind::List(values) => values.is_empty(),
        Kind::Object(object) => object.entries.is_empty(),
        _ => false,
    }
}

/// A list or an object; `inline` if its first line continues one.
fn block(value: &Value, indent: usize, inline: bool, out: &mut String) -> Outcome<()> {
    let spaces = " ".repeat(indent);
    let start = |position: usize, out: &mut String| {
        if position > 0 || !inline {
            out.push_str(&spaces);
        }
    };
    match &value.kind {
        Kind::List(values) => {
            for (position, value) in values.iter().enumerate() {
                start(position, out);
                out.push_str("- ");
                match &value.kind {
                    Kind::List(_) | Kind::Object(_) if !is_empty(value) => {
                        block(value, indent + 2, true, out)?;
                    }
                    _ => line(value, indent, out)?,
                }
            }
        }
        Kind::Object(object) => {
            for (position, (name, value)) in object.entries.iter().enumerate() {
                start(position, out);
                write_json_text(name, out);
                out.push(':');
                match &value.kind {
                    // Lists in objects are not indented.
                    Kind::List(_) if !is_empty(value) => {
                        out.push('\n');
                        block(value, indent, false, out)?;
                    }
                    Kind::Object(_) if !is_empty(value) => {
                        out.push('\n');
                        block(value, indent + 2, false, out)?;
                    }
                    _ => {
                        out.push(' ');
                        line(value, indent, out)?;
                    }
                }
            }
        }
        _ => line(value, indent, out)?,
    }
    Ok(())
}

fn line(value: &Value, indent: usize, out: &mut String) -> Outcome<()> {
    scalar(value, indent, out)?;
    if !out.ends_with('\n') {
        out.push('\n');
    }
    Ok(())
}

fn scalar(value: &Value, indent: usize, out: &mut String) -> Outcome<()> {
    if out.len() > LONGEST {
        return Err(Fault::error("the text is too long"));
    }
    match &value.kind {
        Kind::Null => out.push_str("null"),
        Kind::List(_) => out.push_str("[]"),
        Kind::Object(_) => out.push_str("{}"),
        Kind::String(text) if text.contains('\n') => literal(text, indent, out),
        Kind::String(text) => write_yaml_text(text, out),
        _ => out.push_str(&convert::text(value)?),
    }
    Ok(())
}

/// A text of several lines.
fn literal(text: &str, indent: usize, out: &mut String) {
    out.push_str(if text.ends_with('\n') { "|" } else { "|-" });
    for text in text.trim_end_matches('\n').split('\n') {
        out.push('\n');
        if !text.is_empty() {
            out.push_str(&" ".repeat(indent + 2));
            out.push_str(text);
        }
    }
}

fn write_yaml_text(text: &str, out: &mut String) {
    let mut json = String::new();
    write_json_text(text, &mut json);
    // YAML has no reason to escape these.
    for (escaped, letter) in [("\\u003c", "<"), ("\\u003e", ">"), ("\\u0026", "&")] {
        json = json.replace(escaped, letter);
    }
    out.push_str(&json);
}
