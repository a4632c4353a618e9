//! Functions of numbers.

use super::super::eval::convert;
use super::super::eval::fault::{Fault, Outcome};
use super::super::eval::operators::{compare, float};
use super::collection::bound;
use super::{Arguments, Function, whole};
use crate::value::{Kind, Number, Value};

pub(super) fn find(name: &str) -> Option<Function> {
    Some(match name {
        "abs" => |args| match args.number(0)? {
            Number::Int(number) if number != i64::MIN => Ok(whole(number.abs())),
            number => float(number.as_f64().abs()),
        },
        "ceil" => |args| round(args, f64::ceil),
        "floor" => |args| round(args, f64::floor),
        "signum" => |args| {
            let order = compare(args.number(0)?, Number::Int(0));
            Ok(whole(order as i64))
        },
        "log" => |args| float(args.number(0)?.as_f64().log(args.number(1)?.as_f64())),
        "pow" => pow,
        "max" => |args| extreme(args, true),
        "min" => |args| extreme(args, false),
        "sum" => sum,
        "parseint" => parseint,
        "range" => range,
        _ => return None,
    })
}

fn round(args: &Arguments, round: fn(f64) -> f64) -> Outcome<Value> {
    match args.number(0)? {
        Number::Int(number) => Ok(whole(number)),
        Number::Float(number) => float(round(number)),
    }
}

fn pow(args: &Arguments) -> Outcome<Value> {
    let (base, exponent) = (args.number(0)?, args.number(1)?);
    if let (Number::Int(base), Number::Int(exponent)) = (base, exponent)
        && let Ok(exponent) = u32::try_from(exponent)
        && let Some(result) = base.checked_pow(exponent)
    {
        return Ok(whole(result));
    }
    float(base.as_f64().powf(exponent.as_f64()))
}

fn extreme(args: &Arguments, largest: bool) -> Outcome<Value> {
    let mut best = args.number(0)?;
    for value in args.from(1) {
        let number = convert::number(value)?;
        if compare(number, best).is_gt() == largest && compare(number, best).is_ne() {
            best = number;
        }
    }
    Ok(Value::new(Kind::Number(best)))
}

fn sum(args: &Arguments) -> Outcome<Value> {
    let values = args.list(0)?;
    if values.is_empty() {
        return Err(Fault::error("an empty list has no sum"));
    }
    let mut exact = Some(0_i64);
    let mut total = 0.0;
    for value in values.iter() {
        let number = convert::number(value)?;
        total += number.as_f64();
        exact = exact.and_then(|exact| exact.checked_add(number.as_i64()?));
    }
    exact.map_or_else(|| float(total), |exact| Ok(whole(exact)))
}

fn parseint(args: &Arguments) -> Outcome<Value> {
    let (text, base) = (args.text(0)?, args.whole(1)?);
    let base = u32::try_from(base)
        .ok()
        .filter(|base| (2..=36).contains(base))
        .ok_or_else(|| Fault::error("the base has to be between 2 and 36"))?;
    i64::from_str_radix(&text, base)
        .map(whole)
        .map_err(|_| Fault::error(format!("{text:?} is not a number of base {base}")))
}

fn range(args: &Arguments) -> Outcome<Value> {
    let number = |at| args.number(at).map(Number::as_f64);
    let (start, end, step) = match args.len() {
        1 => (0.0, number(0)?, None),
        2 => (number(0)?, number(1)?, None),
        3 => (number(0)?, number(1)?, Some(number(2)?)),
        _ => return Err(Fault::error("one to three numbers are needed")),
    };
    let step = step.unwrap_or(if end < start { -1.0 } else { 1.0 });
    if step == 0.0 || (end - start) * step < 0.0 {
        return Err(Fault::error("the step leads away from the end"));
    }
    // Terraform itself stops at 1,024.
    bound_steps((end - start) / step)?;
    let mut values = Vec::new();
    let mut next = start;
    while (step > 0.0 && next < end) || (step < 0.0 && next > end) {
        values.push(float(next)?);
        bound(values.len())?;
        next += step;
    }
    Ok(Value::list(values))
}

fn bound_steps(steps: f64) -> Outcome<()> {
    if steps > 1024.0 {
        return Err(Fault::error("more than 1024 values"));
    }
    Ok(())
}
