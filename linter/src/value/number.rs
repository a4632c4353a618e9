//! Numbers.

use std::fmt;

/// A number: whole where it can be, as Terraform prints it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Number {
    /// A whole number.
    Int(i64),
    /// Any other; finite.
    Float(f64),
}

impl Number {
    /// Takes a finite number; whole ones that fit become [`Number::Int`].
    pub fn from_f64(number: f64) -> Option<Self> {
        #[expect(clippy::cast_possible_truncation, reason = "it is whole and in range")]
        #[expect(clippy::cast_precision_loss, reason = "only compared with the range")]
        match number {
            _ if !number.is_finite() => None,
            _ if number.fract() == 0.0 && number.abs() < (1_i64 << 53) as f64 => {
                Some(Self::Int(number as i64))
            }
            _ => Some(Self::Float(number)),
        }
    }

    /// As a float.
    #[expect(clippy::cast_precision_loss, reason = "that is what a float is")]
    pub fn as_f64(self) -> f64 {
        match self {
            Self::Int(number) => number as f64,
            Self::Float(number) => number,
        }
    }

    /// As a whole number, if it is one.
    pub fn as_i64(self) -> Option<i64> {
        match self {
            Self::Int(number) => Some(number),
            Self::Float(_) => None,
        }
    }
}

impl fmt::Display for Number {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Int(number) => write!(formatter, "{number}"),
            Self::Float(number) => write!(formatter, "{number}"),
        }
    }
}
