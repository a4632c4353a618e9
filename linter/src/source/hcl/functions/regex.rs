//! Regular expressions. Terraform's and ours come from one family: both are RE2's.

use regex::{Captures, Regex, RegexBuilder};

use super::super::eval::convert;
use super::super::eval::fault::{Fault, Outcome};
use super::super::eval::rendering::LONGEST;
use super::{Arguments, Function, derived};
use crate::value::{Object, Value};

pub(super) fn find(name: &str) -> Option<Function> {
    Some(match name {
        "regex" => |args| {
            let (pattern, text) = (compile(&args.text(0)?)?, args.text(1)?);
            let found = pattern.captures(&text);
            let found = found.ok_or_else(|| Fault::error("the text does not match"))?;
            Ok(result(&pattern, &found))
        },
        "regexall" => |args| {
            let (pattern, text) = (compile(&args.text(0)?)?, args.text(1)?);
            let all = pattern.captures_iter(&text);
            Ok(Value::list(all.map(|found| result(&pattern, &found))))
        },
        "replace" => replace,
        _ => return None,
    })
}

fn compile(pattern: &str) -> Outcome<Regex> {
    RegexBuilder::new(pattern)
        .size_limit(1 << 20)
        .build()
        .map_err(|_| Fault::error(format!("{pattern:?} is not a regular expression")))
}

/// The match, the list of its groups, or an object of its named groups.
fn result(pattern: &Regex, found: &Captures<'_>) -> Value {
    let group = |at: usize| match found.get(at) {
        Some(part) => Value::string(part.as_str()),
        None => Value::null(),
    };
    let names: Vec<_> = pattern.capture_names().skip(1).collect();
    if names.is_empty() {
        return group(0);
    }
    if names.iter().any(Option::is_some) {
        let numbered = names.iter().enumerate();
        let entries = numbered.filter_map(|(at, name)| Some(((*name)?.to_owned(), group(at + 1))));
        return Value::object(entries.collect::<Object>());
    }
    Value::list((1..=names.len()).map(group))
}

/// A text between slashes is a regular expression.
fn replace(args: &Arguments) -> Outcome<Value> {
    let (wanted, new) = (args.text(1)?, args.text(2)?);
    let value = args.get(0)?;
    let text = convert::text(value)?;
    let longest = text.len().saturating_add(1).saturating_mul(new.len());
    if longest > LONGEST {
        return Err(Fault::error("the text is too long"));
    }
    let pattern = wanted
        .strip_prefix('/')
        .and_then(|rest| rest.strip_suffix('/'));
    match pattern {
        Some(pattern) if wanted.len() > 1 => {
            let pattern = compile(pattern)?;
            derived(value, |text| pattern.replace_all(text, &*new).into_owned())
        }
        _ => derived(value, |text| text.replace(&*wanted, &new)),
    }
}
