//! `format` and `formatlist`

use std::sync::Arc;

use super::super::eval::convert;
use super::super::eval::fault::{Fault, Outcome};
use super::super::eval::rendering::Rendering;
use super::{Arguments, Function, encoding};
use crate::value::{Kind, Number, Value};

pub(super) fn find(name: &str) -> Option<Function> {
    Some(match name {
        "format" => |args| format(&args.text(0)?, args.from(1)),
        "formatlist" => formatlist,
        _ => return None,
    })
}

/// The widest field.
const WIDEST: usize = 10_000;

/// A verb of a format: `%-5.2f`, `%[1]s`.
#[derive(Default)]
struct Verb {
    minus: bool,
    plus: bool,
    space: bool,
    zero: bool,
    sharp: bool,
    width: Option<usize>,
    precision: Option<usize>,
    argument: Option<usize>,
    letter: char,
}

fn format(format: &str, args: &[Value]) -> Outcome<Value> {
    let mut out = Rendering::default();
    let mut rest = format;
    let mut next = 0;
    let mut used = 0;
    while let Some(at) = rest.find('%') {
        out.text(&rest[..at]);
        let (verb, after) = Verb::parse(&rest[at + 1..])?;
        rest = after;
        if verb.letter == '%' {
            out.text("%");
            continue;
        }
        let position = verb.argument.unwrap_or(next);
        next = position + 1;
        used = used.max(next);
        let value = args
            .get(position)
            .ok_or_else(|| Fault::error("there are not enough arguments for the format"))?;
        verb.write(value, &mut out)?;
        out.check()?;
    }
    out.text(rest);
    if used < args.len() {
        return Err(Fault::error(
            "there are more arguments than the format has verbs",
        ));
    }
    Ok(out.finish())
}

impl Verb {
    fn parse(text: &str) -> Outcome<(Self, &str)> {
        let mut verb = Self::default();
        let mut rest = text;
        while let Some(flag) = rest.chars().next() {
            match flag {
                '-' => verb.minus = true,
                '+' => verb.plus = true,
                ' ' => verb.space = true,
                '0' => verb.zero = true,
                '#' => verb.sharp = true,
                _ => break,
            }
            rest = &rest[1..];
        }
        verb.width = digits(&mut rest)?;
        if let Some(after) = rest.strip_prefix('.') {
            rest = after;
            verb.precision = Some(digits(&mut rest)?.unwrap_or(0));
        }
        if let Some(after) = rest.strip_prefix('[') {
            rest = after;
            let position = digits(&mut rest)?.and_then(|position| position.checked_sub(1));
            verb.argument = Some(position.ok_or_else(|| Fault::error("the format is wrong"))?);
            rest = rest
                .strip_prefix(']')
                .ok_or_else(|| Fault::error("the format is wrong"))?;
        }
        let mut letters = rest.chars();
        verb.letter = letters
            .next()
            .ok_or_else(|| Fault::error("the format ends in a verb"))?;
        Ok((verb, letters.as_str()))
    }

    fn write(&self, value: &Value, out: &mut Rendering) -> Outcome<()> {
        if matches!(self.letter, 's' | 'v') && self.width.is_none() && self.precision.is_none() {
            let plain = self.letter == 's' || !self.sharp;
            if plain
                && matches!(
                    value.kind,
                    Kind::Unknown(_) | Kind::Json(_) | Kind::String(_)
                )
            {
                return out.value(value);
            }
        }
        match self.text(value) {
            Ok(text) => {
                out.text(&self.pad(text));
                Ok(())
            }
            Err(Fault::Unknown(unknown)) => {
                out.nameless(unknown);
                Ok(())
            }
            Err(fault) => Err(fault),
        }
    }

    fn text(&self, value: &Value) -> Outcome<String> {
        Ok(match self.letter {
            's' => self.cut(&convert::text(value)?),
            'q' => {
                let mut quoted = String::new();
                encoding::write_json_text(&convert::text(value)?, &mut quoted);
                quoted
            }
            'v' if !self.sharp => match &value.kind {
                Kind::String(text) => self.cut(text),
                _ => encoding::json_text(value)?,
            },
            'v' => encoding::json_text(value)?,
            't' => convert::boolean(value)?.to_string(),
            'd' => self.sign(&integer(convert::number(value)?)?),
            'b' | 'o' | 'x' | 'X' => self.radix(convert::whole(value)?),
            'f' | 'F' => {
                let precision = self.precision.unwrap_or(6);
                self.sign(&format!("{:.precision$}", convert::number(value)?.as_f64()))
            }
            'e' | 'E' => self.exponent(convert::number(value)?),
            'g' | 'G' => self.shortest(convert::number(value)?),
            letter => return Err(Fault::error(format!("`%{letter}` is no verb of a format"))),
        })
    }

    fn cut(&self, text: &Arc<str>) -> String {
        match self.precision {
            Some(most) => text.chars().take(most).collect(),
            None => text.to_string(),
        }
    }

    fn sign(&self, number: &str) -> String {
        if number.starts_with('-') {
            number.to_owned()
        } else if self.plus {
            format!("+{number}")
        } else if self.space {
            format!(" {number}")
        } else {
            number.to_owned()
        }
    }

    fn radix(&self, number: i64) -> String {
        let digits = number.unsigned_abs();
        let digits = match self.letter {
            'b' => format!("{digits:b}"),
            'o' => format!("{digits:o}"),
            'X' => format!("{digits:X}"),
            _ => format!("{digits:x}"),
        };
        self.sign(&if number < 0 {
            format!("-{digits}")
        } else {
            digits
        })
    }

    /// Rust writes `1e0` where Go writes `1e+00`.
    fn exponent(&self, number: Number) -> String {
        let precision = self.precision.unwrap_or(6);
        let text = format!("{:.precision$e}", number.as_f64());
        let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let (sign, exponent) = match exponent.strip_prefix('-') {
            Some(exponent) => ('-', exponent),
            None => ('+', exponent),
        };
        self.sign(&format!("{digits}{}{sign}{exponent:0>2}", self.letter))
    }

    /// With an exponent where the number has more than six digits before the point.
    fn shortest(&self, number: Number) -> String {
        let size = number.as_f64().abs();
        if size != 0.0 && !(1e-4..1e6).contains(&size) {
            let text = format!("{:e}", number.as_f64());
            let digits = text.find('.').map_or(0, |point| {
                text.find('e')
                    .unwrap_or(text.len())
                    .saturating_sub(point + 1)
            });
            let letter = if self.letter == 'G' { 'E' } else { 'e' };
            let precision = Some(digits);
            return Self {
                letter,
                precision,
                plus: self.plus,
                space: self.space,
                ..Self::default()
            }
            .exponent(number);
        }
        self.sign(&number.to_string())
    }

    fn pad(&self, text: String) -> String {
        let missing = self.width.unwrap_or(0).saturating_sub(text.chars().count());
        if missing == 0 {
            return text;
        }
        let is_number = matches!(
            self.letter,
            'd' | 'b' | 'o' | 'x' | 'X' | 'f' | 'F' | 'e' | 'E' | 'g' | 'G'
        );
        match (self.minus, self.zero) {
            (true, _) => format!("{text}{}", " ".repeat(missing)),
            (false, true) if is_number => {
                let digits = text.trim_start_matches(['-', '+', ' ']);
                let sign = &text[..text.len() - digits.len()];
                format!("{sign}{}{digits}", "0".repeat(missing))
            }
            (false, true) => format!("{}{text}", "0".repeat(missing)),
            (false, false) => format!("{}{text}", " ".repeat(missing)),
        }
    }
}

fn integer(number: Number) -> Outcome<String> {
    match number {
        Number::Int(number) => Ok(number.to_string()),
        Number::Float(number) if number.fract() == 0.0 => Ok(format!("{number:.0}")),
        Number::Float(_) => Err(Fault::needs("a whole number")),
    }
}

fn digits(rest: &mut &str) -> Outcome<Option<usize>> {
    let end = rest
        .find(|letter: char| !letter.is_ascii_digit())
        .unwrap_or(rest.len());
    let (number, after) = rest.split_at(end);
    *rest = after;
    if number.is_empty() {
        return Ok(None);
    }
    match number.parse() {
        Ok(number) if number <= WIDEST => Ok(Some(number)),
        _ => Err(Fault::error("the format is too wide")),
    }
}

/// The same format for the elements of lists; other arguments are the same for all.
fn formatlist(args: &Arguments) -> Outcome<Value> {
    let text = args.text(0)?;
    let mut length = None;
    for value in args.from(1) {
        if let Kind::List(values) = &value.kind {
            if length.is_some_and(|length| length != values.len()) {
                return Err(Fault::error("the lists have different lengths"));
            }
            length = Some(values.len());
        }
        if let Kind::Unknown(unknown) = &value.kind
            && unknown.symbol.is_none()
        {
            return Err(Fault::Unknown(unknown.clone()));
        }
    }
    let mut results = Vec::new();
    for at in 0..length.unwrap_or(1) {
        let row: Vec<Value> = args
            .from(1)
            .iter()
            .map(|value| match &value.kind {
                Kind::List(values) => values[at].clone(),
                _ => value.clone(),
            })
            .collect();
        results.push(format(&text, &row)?);
    }
    Ok(Value::list(results))
}
