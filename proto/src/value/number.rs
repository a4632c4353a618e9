//! Numbers without loss. Terraform counts with 512 bits of mantissa, so a number here is its
//! decimal digits, in one normal form: equal numbers are equal structs, however they were written.

use std::fmt;
use std::str::FromStr;

/// Largest power of ten that a number may carry. Rendering digits stays bounded by it, whatever
/// the wire says.
const MAX_EXPONENT: i64 = 4096;

/// An exact decimal number: `digits * 10^exponent`, neither infinite nor NaN.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Number {
    negative: bool,
    /// Without leading and trailing zeros; empty for zero.
    digits: String,
    exponent: i64,
}

/// Text that is not a finite decimal number, or one beyond 10^4096.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a finite decimal number")]
pub struct NumberError;

impl Number {
    fn normalised(negative: bool, digits: &str, exponent: i64) -> Result<Self, NumberError> {
        let digits = digits.trim_start_matches('0');
        let significant = digits.trim_end_matches('0');
        if significant.is_empty() {
            return Ok(Self {
                negative: false,
                digits: String::new(),
                exponent: 0,
            });
        }
        let dropped = i64::try_from(digits.len() - significant.len()).map_err(|_| NumberError)?;
        let exponent = exponent.checked_add(dropped).ok_or(NumberError)?;
        if exponent.abs() > MAX_EXPONENT {
            return Err(NumberError);
        }
        Ok(Self {
            negative,
            digits: significant.to_owned(),
            exponent,
        })
    }

    /// The number that the binary fraction is exactly, or an error for infinities and NaN.
    ///
    /// `From<f64>` does not exist on purpose: infinities cannot be stored by Terraform and a NaN
    /// crashes it (observed with 1.11.4).
    pub fn from_f64(value: f64) -> Result<Self, NumberError> {
        if !value.is_finite() {
            return Err(NumberError);
        }
        // 1074 digits after the point write every f64 exactly.
        format!("{value:.1074}").parse()
    }

    /// The number as an integer, when it is one and fits.
    pub fn as_i64(&self) -> Option<i64> {
        if self.exponent < 0 || self.digits.len() > 19 || self.exponent > 19 {
            return None;
        }
        self.to_string().parse().ok()
    }

    /// Whether nothing stands after the decimal point.
    pub fn is_integer(&self) -> bool {
        self.exponent >= 0
    }

    /// The binary fraction that is exactly this number, when there is one.
    pub fn as_exact_f64(&self) -> Option<f64> {
        let value: f64 = self.scientific().parse().ok()?;
        (Self::from_f64(value).ok()? == *self).then_some(value)
    }

    /// The nearest binary fraction.
    pub fn to_f64(&self) -> f64 {
        self.scientific().parse().unwrap_or(f64::NAN)
    }

    fn scientific(&self) -> String {
        let sign = if self.negative { "-" } else { "" };
        let digits = if self.digits.is_empty() {
            "0"
        } else {
            &self.digits
        };
        format!("{sign}{digits}e{}", self.exponent)
    }
}

impl FromStr for Number {
    type Err = NumberError;

    fn from_str(text: &str) -> Result<Self, NumberError> {
        let (negative, rest) = match text.as_bytes().first() {
            Some(b'-') => (true, &text[1..]),
            Some(b'+') => (false, &text[1..]),
            _ => (false, text),
        };
        let (mantissa, exponent) = match rest.find(['e', 'E']) {
            Some(at) => (
                &rest[..at],
                rest[at + 1..].parse::<i32>().map_err(|_| NumberError)?,
            ),
            None => (rest, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let digits = format!("{whole}{fraction}");
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(NumberError);
        }
        let fraction_length = i64::try_from(fraction.len()).map_err(|_| NumberError)?;
        Self::normalised(negative, &digits, i64::from(exponent) - fraction_length)
    }
}

impl fmt::Display for Number {
    /// Plain decimal digits without an exponent, as the wire wants them.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.negative {
            formatter.write_str("-")?;
        }
        if self.digits.is_empty() {
            return formatter.write_str("0");
        }
        if self.exponent >= 0 {
            let zeros = usize::try_from(self.exponent).unwrap_or(0);
            return write!(formatter, "{}{}", self.digits, "0".repeat(zeros));
        }
        let places = usize::try_from(-self.exponent).unwrap_or(0);
        if self.digits.len() > places {
            let (whole, fraction) = self.digits.split_at(self.digits.len() - places);
            write!(formatter, "{whole}.{fraction}")
        } else {
            write!(
                formatter,
                "0.{}{}",
                "0".repeat(places - self.digits.len()),
                self.digits
            )
        }
    }
}

macro_rules! from_integer {
    ($($integer:ty),*) => {$(
        impl From<$integer> for Number {
            fn from(value: $integer) -> Self {
                let text = value.to_string();
                let (negative, digits) = match text.strip_prefix('-') {
                    Some(digits) => (true, digits),
                    None => (false, text.as_str()),
                };
                Self::normalised(negative, digits, 0)
                    .expect("an integer of 64 bits has at most 20 digits")
            }
        }
    )*};
}

from_integer!(i64, u64, i32, u32);

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        assert_eq!(
            text.parse::<Number>().unwrap().to_string(),
            expected,
            "{text}"
        );
    }

    #[test]
    fn spelling_does_not_matter() {
        check("3.0", "3");
        check("3e0", "3");
        check("-0", "0");
        check("0.10", "0.1");
        check("1e3", "1000");
        check("12.5e-4", "0.00125");
        check(
            "123456789012345678901234567890.5",
            "123456789012345678901234567890.5",
        );
        check("9007199254740993", "9007199254740993");
    }

    #[test]
    fn integers_and_fractions_convert_exactly_or_not_at_all() {
        assert_eq!(Number::from(i64::MIN).as_i64(), Some(i64::MIN));
        assert_eq!(Number::from(u64::MAX).as_i64(), None);
        assert_eq!("0.5".parse::<Number>().unwrap().as_exact_f64(), Some(0.5));
        assert_eq!("0.1".parse::<Number>().unwrap().as_exact_f64(), None);
        assert_eq!(Number::from_f64(0.5).unwrap().to_string(), "0.5");
        assert!(Number::from_f64(f64::INFINITY).is_err());
        assert!(Number::from_f64(f64::NAN).is_err());
    }

    #[test]
    fn hostile_text_is_refused() {
        for text in [
            "",
            "-",
            ".",
            "e5",
            "1e999999999",
            "1e99999999999",
            "0x1",
            "NaN",
            "inf",
            "1_0",
        ] {
            assert!(text.parse::<Number>().is_err(), "{text}");
        }
        assert_eq!("1e300".parse::<Number>().unwrap().to_string().len(), 301);
    }
}
