//! Dates and times.

use std::cmp::Ordering;
use std::fmt::Write as _;

use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime};

use super::super::eval::fault::{Fault, Outcome};
use super::{Function, text, whole};
use crate::value::Value;

pub(super) fn find(name: &str) -> Option<Function> {
    Some(match name {
        "timeadd" => |args| {
            let sum = parse(&args.text(0)?)?.checked_add(duration(&args.text(1)?)?);
            text(show(
                sum.ok_or_else(|| Fault::error("the time is out of range"))?,
            ))
        },
        "timecmp" => |args| {
            let order = parse(&args.text(0)?)?.cmp(&parse(&args.text(1)?)?);
            Ok(whole(match order {
                Ordering::Less => -1,
                Ordering::Equal => 0,
                Ordering::Greater => 1,
            }))
        },
        "formatdate" => |args| formatdate(&args.text(0)?, parse(&args.text(1)?)?),
        _ => return None,
    })
}

fn parse(text: &str) -> Outcome<OffsetDateTime> {
    OffsetDateTime::parse(text, &Rfc3339)
        .map_err(|_| Fault::error(format!("{text:?} is not a time as RFC 3339 has it")))
}

fn show(time: OffsetDateTime) -> String {
    let (date, clock) = (time.date(), time.time());
    format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}{}",
        date.year(),
        u8::from(date.month()),
        date.day(),
        clock.hour(),
        clock.minute(),
        clock.second(),
        zone(time, true, true),
    )
}

/// `1h30m`, `-10s`, `1.5h`, as Go has it.
fn duration(text: &str) -> Outcome<Duration> {
    let wrong = || Fault::error(format!("{text:?} is not a duration"));
    let (sign, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (-1.0, rest),
        None => (1.0, text.strip_prefix('+').unwrap_or(text)),
    };
    if rest == "0" {
        return Ok(Duration::ZERO);
    }
    let mut seconds = 0.0;
    if rest.is_empty() {
        return Err(wrong());
    }
    while !rest.is_empty() {
        let is_digit = |letter: char| letter.is_ascii_digit() || letter == '.';
        let end = rest.find(|letter| !is_digit(letter)).ok_or_else(wrong)?;
        let number: f64 = rest[..end].parse().map_err(|_| wrong())?;
        rest = &rest[end..];
        let end = rest.find(is_digit).unwrap_or(rest.len());
        let unit = match &rest[..end] {
            "h" => 3600.0,
            "m" => 60.0,
            "s" => 1.0,
            "ms" => 1e-3,
            "us" | "µs" => 1e-6,
            "ns" => 1e-9,
            _ => return Err(wrong()),
        };
        rest = &rest[end..];
        seconds += number * unit;
    }
    // The range of Go's durations is 292 years.
    if seconds > 9.2e9 {
        return Err(wrong());
    }
    Ok(Duration::seconds_f64(sign * seconds))
}

fn formatdate(format: &str, time: OffsetDateTime) -> Outcome<Value> {
    let mut out = String::new();
    let mut rest = format;
    while let Some(first) = rest.chars().next() {
        if first == '\'' {
            rest = quoted(&rest[1..], &mut out)?;
            continue;
        }
        let same = rest.find(|letter| letter != first).unwrap_or(rest.len());
        let (verb, after) = rest.split_at(same);
        rest = after;
        if first.is_ascii_alphabetic() {
            write_verb(verb, time, &mut out)
                .ok_or_else(|| Fault::error(format!("`{verb}` is no verb of a date's format")))?;
        } else {
            out.push_str(verb);
        }
    }
    text(out)
}

/// A text between single quotes; two of them are one.
fn quoted<'f>(format: &'f str, out: &mut String) -> Outcome<&'f str> {
    let mut rest = format;
    loop {
        let end = rest
            .find('\'')
            .ok_or_else(|| Fault::error("a quoted text does not end"))?;
        out.push_str(&rest[..end]);
        rest = &rest[end + 1..];
        match rest.strip_prefix('\'') {
            Some(after) => {
                out.push('\'');
                rest = after;
            }
            None => return Ok(rest),
        }
    }
}

fn write_verb(verb: &str, time: OffsetDateTime, out: &mut String) -> Option<()> {
    let (date, clock) = (time.date(), time.time());
    let month = date.month().to_string();
    let weekday = date.weekday().to_string();
    let hour = clock.hour();
    let twelve = if hour % 12 == 0 { 12 } else { hour % 12 };
    let day = date.day();
    let number = u8::from(date.month());
    let _ = match verb {
        "YYYY" => write!(out, "{:04}", date.year()),
        "YY" => write!(out, "{:02}", date.year().rem_euclid(100)),
        "MMMM" => write!(out, "{month}"),
        "MMM" => write!(out, "{}", &month[..3]),
        "MM" => write!(out, "{number:02}"),
        "M" => write!(out, "{number}"),
        "DD" => write!(out, "{day:02}"),
        "D" => write!(out, "{day}"),
        "EEEE" => write!(out, "{weekday}"),
        "EEE" => write!(out, "{}", &weekday[..3]),
        "hh" => write!(out, "{hour:02}"),
        "h" => write!(out, "{hour}"),
        "HH" => write!(out, "{twelve:02}"),
        "H" => write!(out, "{twelve}"),
        "AA" => write!(out, "{}", if hour < 12 { "AM" } else { "PM" }),
        "aa" => write!(out, "{}", if hour < 12 { "am" } else { "pm" }),
        "mm" => write!(out, "{:02}", clock.minute()),
        "m" => write!(out, "{}", clock.minute()),
        "ss" => write!(out, "{:02}", clock.second()),
        "s" => write!(out, "{}", clock.second()),
        "ZZZZZ" => write!(out, "{}", zone(time, true, false)),
        "ZZZ" if time.offset().is_utc() => write!(out, "UTC"),
        "ZZZ" | "ZZZZ" => write!(out, "{}", zone(time, false, false)),
        "Z" => write!(out, "{}", zone(time, true, true)),
        _ => return None,
    };
    Some(())
}

fn zone(time: OffsetDateTime, colon: bool, short: bool) -> String {
    let offset = time.offset();
    if short && offset.is_utc() {
        return "Z".to_owned();
    }
    let sign = if offset.is_negative() { '-' } else { '+' };
    let (hours, minutes, _) = offset.as_hms();
    let colon = if colon { ":" } else { "" };
    format!("{sign}{:02}{colon}{:02}", hours.abs(), minutes.abs())
}
