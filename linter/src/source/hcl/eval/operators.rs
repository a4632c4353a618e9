//! Operators.

use hcl_edit::expr::{BinaryOperator, UnaryOperator};

use super::convert::{boolean, number};
use super::equal::equal;
use super::fault::{Fault, Outcome};
use crate::value::{Kind, Number, Value};

/// `!x`, `-x`
pub(super) fn unary(operator: UnaryOperator, value: &Value) -> Outcome<Value> {
    Ok(match operator {
        UnaryOperator::Not => Value::new(Kind::Bool(!boolean(value)?)),
        UnaryOperator::Neg => match number(value)? {
            Number::Int(whole) if whole != i64::MIN => {
                Value::new(Kind::Number(Number::Int(-whole)))
            }
            other => float(-other.as_f64())?,
        },
    })
}

/// `x + y` and the like.
pub(super) fn binary(one: &Value, operator: BinaryOperator, other: &Value) -> Outcome<Value> {
    use BinaryOperator as Op;
    let truth = |value| Ok(Value::new(Kind::Bool(value)));
    match operator {
        Op::Eq => truth(equal(one, other)?),
        Op::NotEq => truth(!equal(one, other)?),
        Op::And => logic(one, other, false),
        Op::Or => logic(one, other, true),
        Op::Less | Op::LessEq | Op::Greater | Op::GreaterEq => {
            let (one, other) = (number(one)?, number(other)?);
            let order = compare(one, other);
            truth(match operator {
                Op::Less => order.is_lt(),
                Op::LessEq => order.is_le(),
                Op::Greater => order.is_gt(),
                _ => order.is_ge(),
            })
        }
        Op::Plus | Op::Minus | Op::Mul | Op::Div | Op::Mod => {
            arithmetic(number(one)?, operator, number(other)?)
        }
    }
}

/// The order of two numbers.
pub(in super::super) fn compare(one: Number, other: Number) -> std::cmp::Ordering {
    match (one, other) {
        (Number::Int(one), Number::Int(other)) => one.cmp(&other),
        _ => one.as_f64().total_cmp(&other.as_f64()),
    }
}

/// `&&` and `||`: one side may decide it, whatever the other is.
fn logic(one: &Value, other: &Value, deciding: bool) -> Outcome<Value> {
    let result = match (boolean(one), boolean(other)) {
        (Ok(one), Ok(other)) if deciding => one || other,
        (Ok(one), Ok(other)) => one && other,
        (Ok(known), Err(Fault::Unknown(_))) | (Err(Fault::Unknown(_)), Ok(known))
            if known == deciding =>
        {
            deciding
        }
        (Err(fault), _) | (_, Err(fault)) => return Err(fault),
    };
    Ok(Value::new(Kind::Bool(result)))
}

fn arithmetic(one: Number, operator: BinaryOperator, other: Number) -> Outcome<Value> {
    use BinaryOperator as Op;
    if let (Number::Int(one), Number::Int(other)) = (one, other) {
        let whole = match operator {
            Op::Plus => one.checked_add(other),
            Op::Minus => one.checked_sub(other),
            Op::Mul => one.checked_mul(other),
            Op::Div if other != 0 && one.checked_rem(other) == Some(0) => one.checked_div(other),
            Op::Mod => one.checked_rem(other),
            _ => None,
        };
        if let Some(whole) = whole {
            return Ok(Value::new(Kind::Number(Number::Int(whole))));
        }
    }
    let (one, other) = (one.as_f64(), other.as_f64());
    float(match operator {
        Op::Plus => one + other,
        Op::Minus => one - other,
        Op::Mul => one * other,
        Op::Mod => one % other,
        _ => one / other,
    })
}

/// A number that has to be finite.
pub(in super::super) fn float(number: f64) -> Outcome<Value> {
    Number::from_f64(number)
        .map(|number| Value::new(Kind::Number(number)))
        .ok_or_else(|| Fault::error("the result is not a number"))
}
