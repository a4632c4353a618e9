//! Functions of lists, sets, maps and objects.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::super::eval::convert;
use super::super::eval::equal::same;
use super::super::eval::fault::{Fault, Outcome};
use super::{Arguments, Function, count, truth};
use crate::value::{Kind, Object, Value, member};

/// The longest list that is made.
pub(super) const LONGEST: usize = 1_000_000;

pub(super) fn find(name: &str) -> Option<Function> {
    Some(match name {
        "length" => length,
        "keys" => keys,
        "values" => |args| Ok(Value::list(args.closed(0)?.entries.values().cloned())),
        "lookup" => lookup,
        "merge" => merge,
        "zipmap" => zipmap,
        "transpose" => transpose,
        "concat" => concat,
        "flatten" => flatten,
        "element" => element,
        "slice" => slice,
        "chunklist" => chunklist,
        "reverse" => |args| Ok(Value::list(args.list(0)?.iter().rev().cloned())),
        "sort" => sort,
        "compact" => compact,
        "distinct" => |args| Ok(Value::list(distinct(&one_type(args.list(0)?)))),
        "contains" => contains,
        "index" => index,
        "one" => one,
        "coalesce" => coalesce,
        "coalescelist" => coalescelist,
        "matchkeys" => matchkeys,
        "alltrue" => |args| all_or_any(args, false),
        "anytrue" => |args| all_or_any(args, true),
        _ => return None,
    })
}

fn length(args: &Arguments) -> Outcome<Value> {
    let value = args.get(0)?;
    Ok(match &value.kind {
        Kind::List(values) => count(values.len()),
        Kind::Object(_) => count(args.closed(0)?.entries.len()),
        Kind::String(text) => count(text.chars().count()),
        _ => return Err(convert::no(value, "a collection or a text")),
    })
}

fn keys(args: &Arguments) -> Outcome<Value> {
    let entries = args.closed(0)?.entries.iter();
    Ok(Value::list(entries.map(|(name, value)| {
        Value::string(name.clone()).with_trail(value.trail.clone())
    })))
}

fn lookup(args: &Arguments) -> Outcome<Value> {
    let map = args.get(0)?;
    let name = args.text(1)?;
    if let Kind::Unknown(unknown) = &map.kind {
        return Ok(member(unknown, &name));
    }
    match (args.object(0)?.get(&name), args.get(2)) {
        (Some(value), _) => Ok(value),
        (None, Ok(default)) => Ok(default.clone()),
        (None, Err(_)) => Err(Fault::error(format!("there is no key {name:?}"))),
    }
}

/// What an unknown map may overwrite is unknown; what is written after it is not.
fn merge(args: &Arguments) -> Outcome<Value> {
    let mut result = Object::default();
    for value in args.all() {
        match &value.kind {
            Kind::Null => {}
            Kind::Unknown(unknown) => {
                result.entries.clear();
                result.rest = Some(unnamed(unknown));
            }
            Kind::Object(object) => {
                if let Some(rest) = &object.rest {
                    result.entries.clear();
                    result.rest = Some(unnamed(rest));
                }
                for (name, value) in object.entries.iter() {
                    result.entries.insert(name.clone(), value.clone());
                }
            }
            _ => return Err(Fault::needs("a map or an object")),
        }
    }
    Ok(Value::object(result))
}

fn unnamed(unknown: &ppcmk_coverage::estate::Unknown) -> Arc<ppcmk_coverage::estate::Unknown> {
    Arc::new(ppcmk_coverage::estate::Unknown::new(unknown.reason.clone()))
}

fn zipmap(args: &Arguments) -> Outcome<Value> {
    let (names, values) = (args.texts(0)?, args.list(1)?);
    if names.len() != values.len() {
        return Err(Fault::error("there are not as many values as keys"));
    }
    let entries = names.into_iter().zip(values.iter().cloned());
    Ok(Value::object(entries.collect::<Object>()))
}

fn transpose(args: &Arguments) -> Outcome<Value> {
    let mut result: BTreeMap<Arc<str>, Vec<Value>> = BTreeMap::new();
    for (name, values) in args.closed(0)?.entries.iter() {
        for value in convert::list(values)?.iter() {
            let group = result.entry(convert::text(value)?).or_default();
            group.push(Value::string(name.clone()));
        }
    }
    let entries = result
        .into_iter()
        .map(|(name, values)| (name, Value::list(values)));
    Ok(Value::object(entries.collect::<Object>()))
}

fn concat(args: &Arguments) -> Outcome<Value> {
    args.get(0)?;
    let mut result = Vec::new();
    for value in args.all() {
        result.extend(convert::list(value)?.iter().cloned());
        bound(result.len())?;
    }
    Ok(Value::list(result))
}

fn flatten(args: &Arguments) -> Outcome<Value> {
    fn add(values: &[Value], result: &mut Vec<Value>) -> Outcome<()> {
        for value in values {
            match &value.kind {
                Kind::List(inner) => add(inner, result)?,
                Kind::Unknown(unknown) if unknown.symbol.is_none() => {
                    // It may be a list.
                    return Err(Fault::Unknown(unknown.clone()));
                }
                _ => result.push(value.clone()),
            }
            bound(result.len())?;
        }
        Ok(())
    }
    let mut result = Vec::new();
    add(args.list(0)?, &mut result)?;
    Ok(Value::list(result))
}

/// Refuses a list that is too long.
pub(super) fn bound(length: usize) -> Outcome<()> {
    if length > LONGEST {
        return Err(Fault::error("the list is too long"));
    }
    Ok(())
}

fn element(args: &Arguments) -> Outcome<Value> {
    let values = args.list(0)?;
    let length = i64::try_from(values.len()).unwrap_or(i64::MAX);
    if length == 0 {
        return Err(Fault::error("an empty list has no elements"));
    }
    let at = args.whole(1)?.rem_euclid(length);
    let found = usize::try_from(at).ok().and_then(|at| values.get(at));
    found
        .cloned()
        .ok_or_else(|| Fault::error("there is no such element"))
}

fn slice(args: &Arguments) -> Outcome<Value> {
    let values = args.list(0)?;
    let position = |at: i64| usize::try_from(at).map_err(|_| Fault::needs("a position"));
    let (start, end) = (position(args.whole(1)?)?, position(args.whole(2)?)?);
    let part = values.get(start..end);
    part.map(|values| Value::list(values.iter().cloned()))
        .ok_or_else(|| Fault::error("the part is outside of the list"))
}

fn chunklist(args: &Arguments) -> Outcome<Value> {
    let (values, size) = (args.list(0)?, args.whole(1)?);
    let size = usize::try_from(size).map_err(|_| Fault::needs("a positive size"))?;
    if size == 0 {
        return Ok(Value::list([args.get(0)?.clone()]));
    }
    let chunks = values.chunks(size);
    Ok(Value::list(
        chunks.map(|chunk| Value::list(chunk.iter().cloned())),
    ))
}

fn sort(args: &Arguments) -> Outcome<Value> {
    let mut values = Vec::new();
    for value in args.list(0)?.iter() {
        let text = convert::text(value)?;
        values.push(Value::string(text).with_trail(value.trail.clone()));
    }
    values.sort_by(|one, other| one.as_str().cmp(&other.as_str()));
    Ok(Value::list(values))
}

fn compact(args: &Arguments) -> Outcome<Value> {
    let mut values = Vec::new();
    for value in args.list(0)?.iter() {
        if value.is_null() {
            continue;
        }
        if !convert::text(value)?.is_empty() {
            values.push(value.clone());
        }
    }
    Ok(Value::list(values))
}

/// The values without repeated ones, in their order. Unknown values with different names may be
/// equal: they stay.
fn distinct(values: &[Value]) -> Vec<Value> {
    let mut seen = super::sets::Seen::default();
    let kept = values.iter().filter(|value| seen.is_new(value));
    kept.cloned().collect()
}

/// The elements of a list as one type: with a text among them, numbers and bools are texts.
pub(super) fn one_type(values: &[Value]) -> Vec<Value> {
    let has_text = values.iter().any(|value| value.as_str().is_some());
    let convert = |value: &Value| match &value.kind {
        Kind::Number(_) | Kind::Bool(_) if has_text => match convert::text(value) {
            Ok(text) => Value::string(text).with_trail(value.trail.clone()),
            Err(_) => value.clone(),
        },
        _ => value.clone(),
    };
    values.iter().map(convert).collect()
}

/// A set: sorted, without repeated values.
pub(in super::super) fn set(values: &[Value]) -> Value {
    super::sets::set(values)
}

fn contains(args: &Arguments) -> Outcome<Value> {
    let (values, wanted) = (args.list(0)?, args.get(1)?);
    let mut doubt = None;
    for value in values.iter() {
        match super::super::eval::equal::equal(value, wanted) {
            Ok(true) => return Ok(truth(true)),
            Ok(false) => {}
            Err(fault) => doubt = Some(fault),
        }
    }
    doubt.map_or(Ok(truth(false)), Err)
}

fn index(args: &Arguments) -> Outcome<Value> {
    let (values, wanted) = (args.list(0)?, args.get(1)?);
    for (position, value) in values.iter().enumerate() {
        if super::super::eval::equal::equal(value, wanted)? {
            return Ok(count(position));
        }
    }
    Err(Fault::error("the list does not have this value"))
}

fn one(args: &Arguments) -> Outcome<Value> {
    let value = args.get(0)?;
    match &value.kind {
        Kind::List(values) => match &**values {
            [] => Ok(Value::null().with_trail(value.trail.clone())),
            [value] => Ok(value.clone()),
            _ => Err(Fault::error("the list has more than one element")),
        },
        Kind::Unknown(_) => Ok(value.clone()),
        _ => Err(convert::no(value, "a list")),
    }
}

fn coalesce(args: &Arguments) -> Outcome<Value> {
    for value in args.all() {
        match &value.kind {
            Kind::Null => {}
            Kind::String(text) if text.is_empty() => {}
            _ => return Ok(value.clone()),
        }
    }
    Err(Fault::error("all arguments are null or empty"))
}

fn coalescelist(args: &Arguments) -> Outcome<Value> {
    for value in args.all() {
        if !convert::list(value)?.is_empty() {
            return Ok(value.clone());
        }
    }
    Err(Fault::error("all lists are empty"))
}

fn matchkeys(args: &Arguments) -> Outcome<Value> {
    let (values, keys, wanted) = (args.list(0)?, args.list(1)?, args.list(2)?);
    if values.len() != keys.len() {
        return Err(Fault::error("there are not as many values as keys"));
    }
    if values.len().saturating_mul(wanted.len()) > LONGEST {
        return Err(Fault::error("the lists are too long"));
    }
    let mut result = Vec::new();
    for (value, key) in values.iter().zip(keys.iter()) {
        if let Some(unknown) = convert::first_unknown(key) {
            return Err(Fault::Unknown(unknown));
        }
        if wanted.iter().any(|wanted| same(wanted, key)) {
            result.push(value.clone());
        }
    }
    Ok(Value::list(result))
}

/// `alltrue` is decided by one `false`, `anytrue` by one `true`.
fn all_or_any(args: &Arguments, deciding: bool) -> Outcome<Value> {
    let mut doubt = None;
    for value in args.list(0)?.iter() {
        // A null counts as false.
        let outcome = if value.is_null() {
            Ok(false)
        } else {
            convert::boolean(value)
        };
        match outcome {
            Ok(value) if value == deciding => return Ok(truth(deciding)),
            Ok(_) => {}
            Err(fault) => doubt = Some(fault),
        }
    }
    doubt.map_or(Ok(truth(!deciding)), Err)
}
