//! Base64, URLs, JSON and CSV.

use std::fmt::Write as _;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::super::eval::convert;
use super::super::eval::fault::{Fault, Outcome};
use super::super::eval::rendering::LONGEST;
use super::super::world::World;
use super::{Arguments, Function, text, yaml};
use crate::source::{SourceFile, documents};
use crate::value::{Kind, Object, Trail, Value};

pub(super) fn find(name: &str) -> Option<Function> {
    Some(match name {
        "base64encode" => |args| text(STANDARD.encode(args.text(0)?.as_bytes())),
        "base64decode" => base64_decode,
        "textencodebase64" => |args| {
            utf8(args)?;
            text(STANDARD.encode(args.text(0)?.as_bytes()))
        },
        "textdecodebase64" => |args| {
            utf8(args)?;
            base64_decode(args)
        },
        "urlencode" => |args| text(url_encode(&args.text(0)?)),
        "urldecode" => |args| text(url_decode(&args.text(0)?)?),
        "jsonencode" => json_encode,
        "yamlencode" => yaml::encode,
        _ => return None,
    })
}

fn base64_decode(args: &Arguments) -> Outcome<Value> {
    let bytes = STANDARD
        .decode(args.text(0)?.as_bytes())
        .map_err(|_| Fault::error("the text is not base64"))?;
    match String::from_utf8(bytes) {
        Ok(decoded) => text(decoded),
        Err(_) => Err(Fault::error("the decoded bytes are not UTF-8")),
    }
}

/// Other encodings than UTF-8 are not worth their tables here.
fn utf8(args: &Arguments) -> Outcome<()> {
    let name = args.text(1)?;
    if name.eq_ignore_ascii_case("utf-8") {
        return Ok(());
    }
    let reason = ppcmk_coverage::estate::Reason::Function("textencodebase64".into());
    Err(Fault::Unknown(Arc::new(
        ppcmk_coverage::estate::Unknown::new(reason),
    )))
}

fn url_encode(text: &str) -> String {
    let mut result = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                result.push(char::from(byte));
            }
            b' ' => result.push('+'),
            _ => {
                let _ = write!(result, "%{byte:02X}");
            }
        }
    }
    result
}

fn url_decode(text: &str) -> Outcome<String> {
    let wrong = || Fault::error("the text is not URL-encoded");
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        rest = after;
        match first {
            b'+' => bytes.push(b' '),
            b'%' => {
                let digits = after
                    .get(..2)
                    .and_then(|digits| std::str::from_utf8(digits).ok());
                let byte = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
                bytes.push(byte.ok_or_else(wrong)?);
                rest = &after[2..];
            }
            byte => bytes.push(byte),
        }
    }
    String::from_utf8(bytes).map_err(|_| wrong())
}

/// What is not wholly known stays together, for `jsondecode` and for who reads it as an object.
fn json_encode(args: &Arguments) -> Outcome<Value> {
    args.exactly(1)?;
    let value = args.get(0)?;
    if convert::first_unknown(value).is_some() {
        return Ok(Value::new(Kind::Json(Arc::new(value.clone()))));
    }
    text(json_text(value)?)
}

/// A known value as Terraform writes it in JSON.
pub(super) fn json_text(value: &Value) -> Outcome<String> {
    let mut out = String::new();
    write_json(value, &mut out)?;
    Ok(out)
}

fn write_json(value: &Value, out: &mut String) -> Outcome<()> {
    if out.len() > LONGEST {
        return Err(Fault::error("the text is too long"));
    }
    match &value.kind {
        Kind::Null => out.push_str("null"),
        Kind::Bool(_) | Kind::Number(_) => out.push_str(&convert::text(value)?),
        Kind::String(text) => write_json_text(text, out),
        Kind::List(values) => {
            out.push('[');
            for (position, value) in values.iter().enumerate() {
                out.push_str(if position > 0 { "," } else { "" });
                write_json(value, out)?;
            }
            out.push(']');
        }
        Kind::Object(object) if object.rest.is_none() => {
            out.push('{');
            for (position, (name, value)) in object.entries.iter().enumerate() {
                out.push_str(if position > 0 { "," } else { "" });
                write_json_text(name, out);
                out.push(':');
                write_json(value, out)?;
            }
            out.push('}');
        }
        Kind::Object(_) | Kind::Json(_) | Kind::Unknown(_) => {
            return Err(match convert::first_unknown(value) {
                Some(unknown) => Fault::Unknown(unknown),
                None => Fault::needs("a known value"),
            });
        }
    }
    Ok(())
}

/// Terraform escapes what is special in HTML.
pub(super) fn write_json_text(text: &str, out: &mut String) {
    out.push('"');
    for letter in text.chars() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' | '\0'..='\u{1f}' => {
                let _ = write!(out, "\\u{:04x}", u32::from(letter));
            }
            letter => out.push(letter),
        }
    }
    out.push('"');
}

impl World<'_> {
    /// `jsondecode`, `yamldecode`, `csvdecode`. If the text is that of a whole file, every part of
    /// the value has its place in the file.
    pub(super) fn decode(&self, name: &str, args: &Arguments) -> Outcome<Value> {
        args.exactly(1)?;
        let value = args.get(0)?;
        match &value.kind {
            Kind::Json(inner) if name != "csvdecode" => return Ok(Value::clone(inner)),
            // `jsondecode(x.output).a` names the same as `x.output.a`.
            Kind::Unknown(_) if name == "jsondecode" => return Ok(value.clone()),
            _ => {}
        }
        let text = convert::text(value)?;
        self.spend(text.len() as u64 / 16)?;
        let file = self.file_of(value, &text);
        let is_file = file.is_some();
        let file = file.unwrap_or_else(|| Arc::new(SourceFile::new("", text)));
        let decoded = match name {
            "jsondecode" => documents::json(&file),
            "yamldecode" => documents::yaml(&file),
            _ => return csv(&file.text).map(|rows| moved(&rows, &value.trail)),
        };
        let decoded = decoded.map_err(|error| {
            if is_file {
                self.problem_once(&error.message, error.location.as_ref());
            }
            Fault::error(error.message)
        })?;
        if is_file {
            self.note_document(&file);
            Ok(decoded)
        } else {
            Ok(moved(&decoded, &value.trail))
        }
    }

    /// The file whose text this is.
    fn file_of(&self, value: &Value, text: &Arc<str>) -> Option<Arc<SourceFile>> {
        let place = value.trail.location()?;
        let file = self.texts.by_name(&place.file)?;
        (place.start.offset == 0 && file.text == *text).then_some(file)
    }
}

/// The value with all its parts at one place: that of the text that it was read from.
fn moved(value: &Value, trail: &Trail) -> Value {
    let kind = match &value.kind {
        Kind::List(values) => Kind::List(values.iter().map(|value| moved(value, trail)).collect()),
        Kind::Object(object) => {
            let entries = object.entries.iter();
            let entries = entries.map(|(name, value)| (name.clone(), moved(value, trail)));
            Kind::Object(Arc::new(entries.collect::<Object>()))
        }
        kind => kind.clone(),
    };
    Value::new(kind).with_trail(trail.clone())
}

/// A list of objects, with the first line's names.
fn csv(text: &str) -> Outcome<Value> {
    let mut rows = csv_rows(text)?.into_iter();
    let names = rows
        .next()
        .ok_or_else(|| Fault::error("a header line is needed"))?;
    let mut objects = Vec::new();
    for row in rows {
        if row.len() != names.len() {
            return Err(Fault::error("a line has another number of fields"));
        }
        let fields = names
            .iter()
            .cloned()
            .zip(row.into_iter().map(Value::string));
        objects.push(Value::object(fields.collect::<Object>()));
    }
    Ok(Value::list(objects))
}

fn csv_rows(text: &str) -> Outcome<Vec<Vec<String>>> {
    let mut rows = Vec::new();
    let mut row: Vec<String> = Vec::new();
    let mut letters = text.chars().peekable();
    while letters.peek().is_some() {
        let mut field = String::new();
        if letters.next_if_eq(&'"').is_some() {
            loop {
                match letters.next() {
                    Some('"') if letters.next_if_eq(&'"').is_some() => field.push('"'),
                    Some('"') => break,
                    Some(letter) => field.push(letter),
                    None => return Err(Fault::error("a quoted field does not end")),
                }
            }
        } else {
            while let Some(letter) = letters.next_if(|letter| !matches!(letter, ',' | '\n')) {
                field.push(letter);
            }
            if field.ends_with('\r') {
                field.pop();
            }
        }
        letters.next_if_eq(&'\r');
        let is_blank = row.is_empty() && field.is_empty();
        match letters.next() {
            Some(',') => {
                row.push(field);
                if letters.peek().is_none() {
                    row.push(String::new());
                    rows.push(std::mem::take(&mut row));
                }
            }
            // Empty lines are skipped.
            Some('\n') | None if is_blank => {}
            Some('\n') | None => {
                row.push(field);
                rows.push(std::mem::take(&mut row));
            }
            Some(_) => return Err(Fault::error("text behind a quoted field")),
        }
    }
    Ok(rows)
}
