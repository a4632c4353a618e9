//! Values on the wire, without the SDK's codec: both sides must not share one mistake.

use std::collections::BTreeMap;

/// A value as MessagePack has it. A value of a dynamic type is a list of its type and itself.
#[derive(Clone, Debug, PartialEq)]
pub enum Val {
    /// `null`
    Null,
    /// known after apply
    Unknown,
    /// `true` or `false`
    Bool(bool),
    /// a number of 64 bits
    Int(i64),
    /// a binary fraction
    Float(f64),
    /// text, and numbers that are neither of the two above
    Text(String),
    /// the JSON of a type
    Bytes(Vec<u8>),
    /// lists, sets, tuples
    List(Vec<Val>),
    /// maps and objects
    Map(BTreeMap<String, Val>),
}

impl Val {
    /// Text.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// A value of a dynamic type.
    pub fn typed(ty: &str, value: Self) -> Self {
        Self::List(vec![Self::Bytes(ty.as_bytes().to_vec()), value])
    }

    /// A member of an object; null when there is none.
    #[must_use]
    pub fn get(&self, name: &str) -> Self {
        match self {
            Self::Map(members) => members.get(name).cloned().unwrap_or(Self::Null),
            Self::Unknown => Self::Unknown,
            _ => Self::Null,
        }
    }

    /// The object with another member.
    #[must_use]
    pub fn with(&self, name: &str, value: Self) -> Self {
        let mut members = match self {
            Self::Map(members) => members.clone(),
            _ => BTreeMap::new(),
        };
        members.insert(name.to_owned(), value);
        Self::Map(members)
    }

    /// Whether any part is unknown.
    pub fn has_unknown(&self) -> bool {
        match self {
            Self::Unknown => true,
            Self::List(parts) => parts.iter().any(Self::has_unknown),
            Self::Map(parts) => parts.values().any(Self::has_unknown),
            _ => false,
        }
    }

    /// MessagePack.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::new();
        self.write(&mut out);
        out
    }

    fn write(&self, out: &mut Vec<u8>) {
        match self {
            Self::Null => out.push(0xc0),
            Self::Unknown => out.extend([0xd4, 0, 0]),
            Self::Bool(value) => out.push(0xc2 + u8::from(*value)),
            Self::Int(value) => {
                out.push(0xd3);
                out.extend(value.to_be_bytes());
            }
            Self::Float(value) => {
                out.push(0xcb);
                out.extend(value.to_be_bytes());
            }
            Self::Text(text) => {
                header(out, 0xdb, text.len());
                out.extend(text.as_bytes());
            }
            Self::Bytes(bytes) => {
                header(out, 0xc6, bytes.len());
                out.extend(bytes);
            }
            Self::List(parts) => {
                header(out, 0xdd, parts.len());
                for part in parts {
                    part.write(out);
                }
            }
            Self::Map(parts) => {
                header(out, 0xdf, parts.len());
                for (name, part) in parts {
                    Self::text(name).write(out);
                    part.write(out);
                }
            }
        }
    }

    /// Reads exactly one value, as strictly as core does.
    pub fn decode(bytes: &[u8]) -> Result<Self, String> {
        let mut reader = Reader(bytes);
        let value = reader.value()?;
        if reader.0.is_empty() {
            Ok(value)
        } else {
            Err(format!("{} bytes after the value", reader.0.len()))
        }
    }
}

fn header(out: &mut Vec<u8>, marker: u8, length: usize) {
    out.push(marker);
    let length = u32::try_from(length).expect("test values are short");
    out.extend(length.to_be_bytes());
}

struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn take(&mut self, length: usize) -> Result<&[u8], String> {
        let (taken, rest) = self.0.split_at_checked(length).ok_or("it ends too early")?;
        self.0 = rest;
        Ok(taken)
    }

    fn number(&mut self, width: usize) -> Result<u64, String> {
        let bytes = self.take(width)?;
        Ok(bytes
            .iter()
            .fold(0, |number, &byte| number << 8 | u64::from(byte)))
    }

    fn length(&mut self, width: usize) -> Result<usize, String> {
        usize::try_from(self.number(width)?).map_err(|error| error.to_string())
    }

    fn signed(&mut self, width: usize) -> Result<Val, String> {
        let shift = 64 - 8 * u32::try_from(width).expect("at most 8");
        let number = self.number(width)? << shift;
        Ok(Val::Int(number.cast_signed() >> shift))
    }

    fn value(&mut self) -> Result<Val, String> {
        let marker = self.take(1)?[0];
        match marker {
            0xc0 => Ok(Val::Null),
            0xc2 | 0xc3 => Ok(Val::Bool(marker == 0xc3)),
            0x00..=0x7f => Ok(Val::Int(i64::from(marker))),
            0xe0..=0xff => Ok(Val::Int(i64::from(marker.cast_signed()))),
            0xcc..=0xcf => {
                let number = self.number(1 << (marker - 0xcc))?;
                // Core reads an unsigned number beyond 63 bits only as text.
                i64::try_from(number)
                    .map(Val::Int)
                    .map_err(|e| e.to_string())
            }
            0xd0..=0xd3 => self.signed(1 << (marker - 0xd0)),
            0xcb => Ok(Val::Float(f64::from_bits(self.number(8)?))),
            0xd4 if self.take(2)? == [0, 0] => Ok(Val::Unknown),
            0xa0..=0xbf => self.string(usize::from(marker & 0x1f)),
            0xd9..=0xdb => {
                let length = self.length(1 << (marker - 0xd9))?;
                self.string(length)
            }
            0xc4..=0xc6 => {
                let length = self.length(1 << (marker - 0xc4))?;
                Ok(Val::Bytes(self.take(length)?.to_vec()))
            }
            0x90..=0x9f => self.list(usize::from(marker & 0x0f)),
            0xdc | 0xdd => {
                let length = self.length(2 << (marker - 0xdc))?;
                self.list(length)
            }
            0x80..=0x8f => self.map(usize::from(marker & 0x0f)),
            0xde | 0xdf => {
                let length = self.length(2 << (marker - 0xde))?;
                self.map(length)
            }
            other => Err(format!("the marker {other:#04x} is not for an answer")),
        }
    }

    fn string(&mut self, length: usize) -> Result<Val, String> {
        let bytes = self.take(length)?.to_vec();
        String::from_utf8(bytes)
            .map(Val::Text)
            .map_err(|error| error.to_string())
    }

    fn list(&mut self, length: usize) -> Result<Val, String> {
        (0..length)
            .map(|_| self.value())
            .collect::<Result<_, _>>()
            .map(Val::List)
    }

    fn map(&mut self, length: usize) -> Result<Val, String> {
        let mut members = BTreeMap::new();
        for _ in 0..length {
            let Val::Text(name) = self.value()? else {
                return Err("a key is no text".to_owned());
            };
            members.insert(name, self.value()?);
        }
        Ok(Val::Map(members))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let value = Val::Map(BTreeMap::from([
            ("a".to_owned(), Val::List(vec![Val::Int(-7), Val::Unknown])),
            ("b".to_owned(), Val::typed("\"string\"", Val::text("x"))),
            ("c".to_owned(), Val::Float(0.5)),
            ("d".to_owned(), Val::Bool(true)),
        ]));
        assert_eq!(Val::decode(&value.encode()), Ok(value));
    }

    #[test]
    fn short_forms_are_read_and_damage_is_not() {
        assert_eq!(Val::decode(&[0xff]), Ok(Val::Int(-1)));
        assert_eq!(Val::decode(&[0xd1, 0xff, 0xfe]), Ok(Val::Int(-2)));
        assert_eq!(Val::decode(&[0xcd, 1, 0]), Ok(Val::Int(256)));
        assert_eq!(Val::decode(&[0xa1, b'x']), Ok(Val::text("x")));
        for bytes in [&[][..], &[0xc1], &[0x91], &[0xc0, 0xc0], &[0xd4, 5, 0]] {
            assert!(Val::decode(bytes).is_err(), "{bytes:02x?}");
        }
    }
}
