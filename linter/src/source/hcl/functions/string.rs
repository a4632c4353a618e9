//! Functions of texts.

use super::super::eval::convert;
use super::super::eval::fault::{Fault, Outcome};
use super::super::eval::rendering::{LONGEST, Rendering};
use super::{Arguments, Function, derived, renamed, text, truth};
use crate::value::Value;

pub(super) fn find(name: &str) -> Option<Function> {
    Some(match name {
        "lower" => |args| renamed(only(args)?, |text| letters(text, char::to_lowercase)),
        "upper" => |args| renamed(only(args)?, |text| letters(text, char::to_uppercase)),
        "title" => |args| renamed(only(args)?, title),
        "trimspace" => |args| renamed(only(args)?, |text| text.trim().to_owned()),
        "chomp" => |args| {
            renamed(only(args)?, |text| {
                text.trim_end_matches(['\n', '\r']).to_owned()
            })
        },
        "trim" => |args| {
            let characters = args.text(1)?;
            let of = |found: char| characters.contains(found);
            renamed(args.get(0)?, |text| text.trim_matches(of).to_owned())
        },
        "trimprefix" => |args| {
            let prefix = args.text(1)?;
            renamed(args.get(0)?, |text| {
                text.strip_prefix(&*prefix).unwrap_or(text).to_owned()
            })
        },
        "trimsuffix" => |args| {
            let suffix = args.text(1)?;
            renamed(args.get(0)?, |text| {
                text.strip_suffix(&*suffix).unwrap_or(text).to_owned()
            })
        },
        "strrev" => |args| derived(only(args)?, |text| text.chars().rev().collect()),
        "startswith" => |args| Ok(truth(args.text(0)?.starts_with(&*args.text(1)?))),
        "endswith" => |args| Ok(truth(args.text(0)?.ends_with(&*args.text(1)?))),
        "strcontains" => |args| Ok(truth(args.text(0)?.contains(&*args.text(1)?))),
        "indent" => indent,
        "join" => join,
        "split" => split,
        "substr" => substr,
        _ => return None,
    })
}

fn only(args: &Arguments) -> Outcome<&Value> {
    args.exactly(1)?;
    args.get(0)
}

/// Each letter for itself: Go's `ß` has no capital.
fn letters<I: ExactSizeIterator<Item = char>>(text: &str, convert: fn(char) -> I) -> String {
    let one = |letter: char| {
        let mut converted = convert(letter);
        match (converted.len(), converted.next()) {
            (1, Some(converted)) => converted,
            _ => letter,
        }
    };
    text.chars().map(one).collect()
}

/// The first letter of each word in upper case.
fn title(text: &str) -> String {
    let mut result = String::with_capacity(text.len());
    let mut at_start = true;
    for letter in text.chars() {
        if at_start {
            result.extend(letter.to_uppercase());
        } else {
            result.push(letter);
        }
        at_start = !(letter.is_alphanumeric() || letter == '_');
    }
    result
}

fn indent(args: &Arguments) -> Outcome<Value> {
    let spaces = usize::try_from(args.whole(0)?).map_err(|_| Fault::needs("a positive number"))?;
    let value = args.get(1)?;
    let lines = convert::text(value)?.matches('\n').count();
    if spaces.saturating_mul(lines) > LONGEST {
        return Err(Fault::error("the text is too long"));
    }
    let spaces = format!("\n{}", " ".repeat(spaces));
    derived(value, |text| text.replace('\n', &spaces))
}

fn join(args: &Arguments) -> Outcome<Value> {
    let separator = args.text(0)?;
    let mut rendering = Rendering::default();
    let mut is_first = true;
    for list in args.from(1) {
        for value in convert::list(list)?.iter() {
            if !is_first {
                rendering.text(&separator);
            }
            is_first = false;
            rendering.value(value)?;
            rendering.check()?;
        }
    }
    Ok(rendering.finish())
}

fn split(args: &Arguments) -> Outcome<Value> {
    let separator = args.text(0)?;
    let value = args.get(1)?;
    let text = convert::text(value)?;
    let part = |part: &str| Value::string(part).with_trail(value.trail.clone());
    let parts: Vec<Value> = match &*separator {
        // Each character is a part.
        "" => text
            .chars()
            .map(|letter| part(letter.encode_utf8(&mut [0; 4])))
            .collect(),
        separator => text.split(separator).map(part).collect(),
    };
    Ok(Value::list(parts))
}

fn substr(args: &Arguments) -> Outcome<Value> {
    let letters: Vec<char> = args.text(0)?.chars().collect();
    let (offset, length) = (args.whole(1)?, args.whole(2)?);
    let total = i64::try_from(letters.len()).unwrap_or(i64::MAX);
    let start = if offset < 0 {
        total.saturating_add(offset).max(0)
    } else {
        offset.min(total)
    };
    let end = if length < 0 {
        total
    } else {
        start.saturating_add(length).min(total)
    };
    let position = |at: i64| usize::try_from(at).unwrap_or(0);
    let part: String = letters[position(start)..position(end)].iter().collect();
    text(part).map(|value| match args.get(0) {
        Ok(from) => value.with_trail(from.trail.clone()),
        Err(_) => value,
    })
}
