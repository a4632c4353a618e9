//! MessagePack, the wire's form of values. Reading is driven by the expected type, so depth is
//! bounded by the schema, and never allocates more than the input could hold.

use std::collections::BTreeMap;

use rmp::Marker;
use rmp::decode::{Bytes, RmpRead};
use rmp::encode;

use super::{Number, Type, Value, ValueError};
use crate::path::AttributePath;

/// How deep values may nest. Only dynamic values reach it: the depth of others is the schema's.
const MAX_DEPTH: usize = 128;

/// How many elements to make room for on the word of a header. A value is much larger than the
/// byte that it may come from, and headers nest.
const MAX_RESERVED: usize = 1024;

/// Reads exactly one value of the type.
pub(crate) fn decode(bytes: &[u8], ty: &Type) -> Result<Value, ValueError> {
    let mut reader = Reader {
        bytes: Bytes::new(bytes),
        depth: 0,
    };
    let path = AttributePath::root();
    let value = reader.value(ty, &path)?;
    if reader.bytes.remaining_slice().is_empty() {
        Ok(value)
    } else {
        Err(ValueError::new(
            path,
            "there are bytes after the end of the value",
        ))
    }
}

struct Reader<'a> {
    bytes: Bytes<'a>,
    depth: usize,
}

impl Reader<'_> {
    fn value(&mut self, ty: &Type, path: &AttributePath) -> Result<Value, ValueError> {
        if self.depth >= MAX_DEPTH {
            return Err(ValueError::new(path.clone(), "the value nests too deep"));
        }
        self.depth += 1;
        let value = self.nested_value(ty, path);
        self.depth -= 1;
        value
    }

    fn nested_value(&mut self, ty: &Type, path: &AttributePath) -> Result<Value, ValueError> {
        let truncated = || ValueError::new(path.clone(), "the value ends too early");
        let marker = rmp::decode::read_marker(&mut self.bytes).map_err(|_| truncated())?;
        match marker {
            Marker::Null => return Ok(Value::Null),
            Marker::FixExt1
            | Marker::FixExt2
            | Marker::FixExt4
            | Marker::FixExt8
            | Marker::FixExt16
            | Marker::Ext8
            | Marker::Ext16
            | Marker::Ext32 => {
                self.skip_extension(marker).ok_or_else(truncated)?;
                return Ok(Value::Unknown);
            }
            _ => {}
        }
        match ty {
            Type::Bool => match marker {
                Marker::True => Ok(Value::Bool(true)),
                Marker::False => Ok(Value::Bool(false)),
                _ => Err(mismatch(ty, path)),
            },
            Type::Number => self.number(marker, path),
            Type::String => Ok(Value::string(self.text(marker, ty, path)?)),
            Type::List(element) | Type::Set(element) => {
                let length = self.array_length(marker, ty, path)?;
                let mut elements =
                    Vec::with_capacity(length.min(self.remaining()).min(MAX_RESERVED));
                let is_set = matches!(ty, Type::Set(_));
                for index in 0..length {
                    let path = element_path(is_set, path, index);
                    elements.push(self.value(element, &path)?);
                }
                Ok(if is_set {
                    Value::Set(elements)
                } else {
                    Value::List(elements)
                })
            }
            Type::Tuple(types) => {
                let length = self.array_length(marker, ty, path)?;
                if length != types.len() {
                    return Err(ValueError::new(
                        path.clone(),
                        format!(
                            "a tuple of {} elements is required, got {length}",
                            types.len()
                        ),
                    ));
                }
                let elements = types
                    .iter()
                    .enumerate()
                    .map(|(index, element)| self.value(element, &path.index(index)))
                    .collect::<Result<_, _>>()?;
                Ok(Value::List(elements))
            }
            Type::Map(element) => {
                let length = self.map_length(marker, ty, path)?;
                let mut members = BTreeMap::new();
                for _ in 0..length {
                    let key = self.key(path)?;
                    let member = self.value(element, &path.key(&key))?;
                    members.insert(key, member);
                }
                Ok(Value::Map(members))
            }
            Type::Object(attributes) => self.object(marker, attributes, ty, path),
            Type::Dynamic => self.dynamic(marker, path),
        }
    }

    fn object(
        &mut self,
        marker: Marker,
        attributes: &BTreeMap<String, Type>,
        ty: &Type,
        path: &AttributePath,
    ) -> Result<Value, ValueError> {
        let length = self.map_length(marker, ty, path)?;
        let mut members = BTreeMap::new();
        for _ in 0..length {
            let name = self.key(path)?;
            let Some(attribute) = attributes.get(&name) else {
                return Err(ValueError::new(
                    path.clone(),
                    format!("the object has an attribute {name:?} that the schema does not know"),
                ));
            };
            let member = self.value(attribute, &path.attribute(&name))?;
            members.insert(name, member);
        }
        match attributes.keys().find(|name| !members.contains_key(*name)) {
            Some(missing) => Err(ValueError::new(
                path.clone(),
                format!("the object lacks the attribute {missing:?}"),
            )),
            None => Ok(Value::Object(members)),
        }
    }

    fn dynamic(&mut self, marker: Marker, path: &AttributePath) -> Result<Value, ValueError> {
        if self.array_length(marker, &Type::Dynamic, path)? != 2 {
            return Err(mismatch(&Type::Dynamic, path));
        }
        let bytes = self.binary(path)?;
        let ty = Type::from_bytes(&bytes)
            .map_err(|error| ValueError::new(path.clone(), error.to_string()))?;
        let value = self.value(&ty, path)?;
        Ok(Value::Dynamic(Box::new((ty, value))))
    }

    fn number(&mut self, marker: Marker, path: &AttributePath) -> Result<Value, ValueError> {
        let truncated = |_| ValueError::new(path.clone(), "the number ends too early");
        let number = match marker {
            Marker::FixPos(value) => Ok(Number::from(i64::from(value))),
            Marker::FixNeg(value) => Ok(Number::from(i64::from(value))),
            Marker::U8 => Ok(Number::from(u64::from(
                self.bytes.read_data_u8().map_err(truncated)?,
            ))),
            Marker::U16 => Ok(Number::from(u64::from(
                self.bytes.read_data_u16().map_err(truncated)?,
            ))),
            Marker::U32 => Ok(Number::from(u64::from(
                self.bytes.read_data_u32().map_err(truncated)?,
            ))),
            Marker::U64 => Ok(Number::from(self.bytes.read_data_u64().map_err(truncated)?)),
            Marker::I8 => Ok(Number::from(i64::from(
                self.bytes.read_data_i8().map_err(truncated)?,
            ))),
            Marker::I16 => Ok(Number::from(i64::from(
                self.bytes.read_data_i16().map_err(truncated)?,
            ))),
            Marker::I32 => Ok(Number::from(i64::from(
                self.bytes.read_data_i32().map_err(truncated)?,
            ))),
            Marker::I64 => Ok(Number::from(self.bytes.read_data_i64().map_err(truncated)?)),
            Marker::F32 => {
                Number::from_f64(f64::from(self.bytes.read_data_f32().map_err(truncated)?))
            }
            Marker::F64 => Number::from_f64(self.bytes.read_data_f64().map_err(truncated)?),
            _ => self.text(marker, &Type::Number, path)?.parse(),
        };
        number
            .map(Value::Number)
            .map_err(|error| ValueError::new(path.clone(), error.to_string()))
    }

    fn key(&mut self, path: &AttributePath) -> Result<String, ValueError> {
        let marker = rmp::decode::read_marker(&mut self.bytes)
            .map_err(|_| ValueError::new(path.clone(), "the value ends too early"))?;
        self.text(marker, &Type::String, path)
    }

    fn text(
        &mut self,
        marker: Marker,
        ty: &Type,
        path: &AttributePath,
    ) -> Result<String, ValueError> {
        let truncated = |_| ValueError::new(path.clone(), "the text ends too early");
        let length = match marker {
            Marker::FixStr(length) => usize::from(length),
            Marker::Str8 => usize::from(self.bytes.read_data_u8().map_err(truncated)?),
            Marker::Str16 => usize::from(self.bytes.read_data_u16().map_err(truncated)?),
            Marker::Str32 => to_usize(self.bytes.read_data_u32().map_err(truncated)?),
            _ => return Err(mismatch(ty, path)),
        };
        let bytes = self.take(length, path)?;
        String::from_utf8(bytes)
            .map_err(|_| ValueError::new(path.clone(), "the text is not valid UTF-8"))
    }

    fn binary(&mut self, path: &AttributePath) -> Result<Vec<u8>, ValueError> {
        let truncated = || ValueError::new(path.clone(), "the value ends too early");
        let marker = rmp::decode::read_marker(&mut self.bytes).map_err(|_| truncated())?;
        let length = match marker {
            Marker::Bin8 => usize::from(self.bytes.read_data_u8().map_err(|_| truncated())?),
            Marker::Bin16 => usize::from(self.bytes.read_data_u16().map_err(|_| truncated())?),
            Marker::Bin32 => to_usize(self.bytes.read_data_u32().map_err(|_| truncated())?),
            // Core writes bin; other encoders are known to write str.
            _ => return Ok(self.text(marker, &Type::Dynamic, path)?.into_bytes()),
        };
        self.take(length, path)
    }

    fn array_length(
        &mut self,
        marker: Marker,
        ty: &Type,
        path: &AttributePath,
    ) -> Result<usize, ValueError> {
        let truncated = |_| ValueError::new(path.clone(), "the value ends too early");
        match marker {
            Marker::FixArray(length) => Ok(usize::from(length)),
            Marker::Array16 => Ok(usize::from(self.bytes.read_data_u16().map_err(truncated)?)),
            Marker::Array32 => Ok(to_usize(self.bytes.read_data_u32().map_err(truncated)?)),
            _ => Err(mismatch(ty, path)),
        }
    }

    fn map_length(
        &mut self,
        marker: Marker,
        ty: &Type,
        path: &AttributePath,
    ) -> Result<usize, ValueError> {
        let truncated = |_| ValueError::new(path.clone(), "the value ends too early");
        match marker {
            Marker::FixMap(length) => Ok(usize::from(length)),
            Marker::Map16 => Ok(usize::from(self.bytes.read_data_u16().map_err(truncated)?)),
            Marker::Map32 => Ok(to_usize(self.bytes.read_data_u32().map_err(truncated)?)),
            _ => Err(mismatch(ty, path)),
        }
    }

    fn skip_extension(&mut self, marker: Marker) -> Option<()> {
        let length = match marker {
            Marker::FixExt1 => 1,
            Marker::FixExt2 => 2,
            Marker::FixExt4 => 4,
            Marker::FixExt8 => 8,
            Marker::FixExt16 => 16,
            Marker::Ext8 => usize::from(self.bytes.read_data_u8().ok()?),
            Marker::Ext16 => usize::from(self.bytes.read_data_u16().ok()?),
            _ => to_usize(self.bytes.read_data_u32().ok()?),
        };
        // One byte more for the extension's type.
        self.take(length.checked_add(1)?, &AttributePath::root())
            .ok()?;
        Some(())
    }

    fn take(&mut self, length: usize, path: &AttributePath) -> Result<Vec<u8>, ValueError> {
        let rest = self.bytes.remaining_slice();
        let Some((taken, rest)) = rest.split_at_checked(length) else {
            return Err(ValueError::new(path.clone(), "the value ends too early"));
        };
        let taken = taken.to_vec();
        self.bytes = Bytes::new(rest);
        Ok(taken)
    }

    fn remaining(&self) -> usize {
        self.bytes.remaining_slice().len()
    }
}

/// The wire's paths have no step into a set, and core cannot resolve an index there.
fn element_path(is_set: bool, path: &AttributePath, index: usize) -> AttributePath {
    if is_set {
        path.set_element()
    } else {
        path.index(index)
    }
}

fn to_usize(length: u32) -> usize {
    usize::try_from(length).unwrap_or(usize::MAX)
}

fn mismatch(ty: &Type, path: &AttributePath) -> ValueError {
    ValueError::new(path.clone(), format!("{} is required", ty.noun()))
}

/// Writes the value as the type wants it: attributes that it lacks become null, attributes that
/// the type does not have are an error.
pub(crate) fn encode(value: &Value, ty: &Type) -> Result<Vec<u8>, ValueError> {
    let mut out = Vec::new();
    write(&mut out, value, ty, &AttributePath::root())?;
    Ok(out)
}

fn write(
    out: &mut Vec<u8>,
    value: &Value,
    ty: &Type,
    path: &AttributePath,
) -> Result<(), ValueError> {
    const INFALLIBLE: &str = "writing to memory cannot fail";
    match (value, ty) {
        (Value::Null, _) => encode::write_nil(out).expect(INFALLIBLE),
        // The form that every core reads as unknown without refinements.
        (Value::Unknown, _) => out.extend_from_slice(&[0xd4, 0x00, 0x00]),
        (Value::Bool(value), Type::Bool) => encode::write_bool(out, *value).expect(INFALLIBLE),
        (Value::Number(number), Type::Number) => {
            if let Some(integer) = number.as_i64() {
                encode::write_sint(out, integer).expect(INFALLIBLE);
            } else if let Some(float) = number.as_exact_f64().filter(|_| !number.is_integer()) {
                encode::write_f64(out, float).expect(INFALLIBLE);
            } else {
                encode::write_str(out, &number.to_string()).expect(INFALLIBLE);
            }
        }
        (Value::String(text), Type::String) => encode::write_str(out, text).expect(INFALLIBLE),
        (
            Value::List(elements) | Value::Set(elements),
            Type::List(element) | Type::Set(element),
        ) => {
            encode::write_array_len(out, length(elements.len(), path)?).expect(INFALLIBLE);
            uniform(elements, path)?;
            let is_set = matches!(ty, Type::Set(_));
            for (index, part) in elements.iter().enumerate() {
                write(out, part, element, &element_path(is_set, path, index))?;
            }
        }
        (Value::List(elements), Type::Tuple(types)) if elements.len() == types.len() => {
            encode::write_array_len(out, length(elements.len(), path)?).expect(INFALLIBLE);
            for (index, (part, element)) in elements.iter().zip(types).enumerate() {
                write(out, part, element, &path.index(index))?;
            }
        }
        (Value::Map(members), Type::Map(element)) => {
            uniform(members.values(), path)?;
            encode::write_map_len(out, length(members.len(), path)?).expect(INFALLIBLE);
            for (key, member) in members {
                encode::write_str(out, key).expect(INFALLIBLE);
                write(out, member, element, &path.key(key))?;
            }
        }
        (Value::Object(members), Type::Object(attributes)) => {
            if let Some(extra) = members.keys().find(|name| !attributes.contains_key(*name)) {
                return Err(ValueError::new(
                    path.attribute(extra),
                    "the schema has no such attribute",
                ));
            }
            encode::write_map_len(out, length(attributes.len(), path)?).expect(INFALLIBLE);
            for (name, attribute) in attributes {
                encode::write_str(out, name).expect(INFALLIBLE);
                let member = members.get(name).unwrap_or(&Value::Null);
                write(out, member, attribute, &path.attribute(name))?;
            }
        }
        (Value::Dynamic(inner), Type::Dynamic) => {
            let (ty, value) = inner.as_ref();
            if *ty == Type::Dynamic {
                return write(out, value, ty, path);
            }
            encode::write_array_len(out, 2).expect(INFALLIBLE);
            encode::write_bin(out, &ty.to_bytes()).expect(INFALLIBLE);
            write(out, value, ty, path)?;
        }
        _ => {
            return Err(ValueError::new(
                path.clone(),
                format!("{} is required, got {}", ty.noun(), value.noun()),
            ));
        }
    }
    Ok(())
}

/// Core crashes on a collection whose dynamic elements have different types (observed, 1.11.4).
fn uniform<'a>(
    elements: impl IntoIterator<Item = &'a Value>,
    path: &AttributePath,
) -> Result<(), ValueError> {
    let mut types = elements.into_iter().filter_map(|element| match element {
        Value::Dynamic(inner) if inner.0 != Type::Dynamic => Some(&inner.0),
        _ => None,
    });
    let Some(first) = types.next() else {
        return Ok(());
    };
    match types.find(|other| *other != first) {
        Some(other) => Err(ValueError::new(
            path.clone(),
            format!("the elements of a collection have one type, not {first} and {other}"),
        )),
        None => Ok(()),
    }
}

fn length(length: usize, path: &AttributePath) -> Result<u32, ValueError> {
    u32::try_from(length)
        .map_err(|_| ValueError::new(path.clone(), "more than 4,294,967,295 elements"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn round_trip(value: &Value, ty: &Type) {
        let bytes = encode(value, ty).unwrap();
        assert_eq!(&decode(&bytes, ty).unwrap(), value, "{bytes:02x?}");
    }

    #[test]
    fn values_round_trip() {
        for text in [
            "0",
            "-1",
            "9007199254740993",
            "9223372036854775808",
            "1e300",
            "0.1",
            "0.5",
            "123456789012345678901234567890.25",
        ] {
            round_trip(&Value::Number(text.parse().unwrap()), &Type::Number);
        }
        round_trip(&Value::Unknown, &Type::Bool);
        round_trip(
            &Value::object([
                ("a", Value::Null),
                ("b", Value::List(vec![true.into(), Value::Unknown])),
            ]),
            &Type::object([("a", Type::String), ("b", Type::list(Type::Bool))]),
        );
        let typed_null = Value::Dynamic(Box::new((Type::String, Value::Null)));
        round_trip(&typed_null, &Type::Dynamic);
    }

    #[test]
    fn every_extension_is_unknown() {
        for bytes in [
            &[0xd4, 0x00, 0x00][..],
            &[0xc7, 0x00, 0x00],
            &[0xc7, 0x03, 0x0c, 0x81, 0x01, 0xc2],
            &[0xd4, 0x63, 0x07],
        ] {
            assert_eq!(
                decode(bytes, &Type::String).unwrap(),
                Value::Unknown,
                "{bytes:02x?}"
            );
        }
    }

    #[test]
    fn attributes_that_are_missing_or_too_many_are_named() {
        let ty = Type::object([("a", Type::String), ("b", Type::String)]);
        let missing = decode(&[0x81, 0xa1, b'a', 0xc0], &ty).unwrap_err();
        assert_eq!(missing.message, "the object lacks the attribute \"b\"");
        let extra = decode(&[0x81, 0xa1, b'x', 0xc0], &ty).unwrap_err();
        assert!(extra.message.contains("\"x\""), "{extra}");
    }

    #[test]
    fn no_path_leads_into_a_set() {
        let ty = Type::object([("ports", Type::set(Type::Number))]);
        let ports = Value::object([("ports", Value::Set(vec!["x".into()]))]);
        let error = encode(&ports, &ty).unwrap_err();
        assert_eq!(error.path.to_string(), "ports[...]");
        let bytes = [&[0x81, 0xa5][..], b"ports", &[0x91, 0xc3]].concat();
        let error = decode(&bytes, &ty).unwrap_err();
        assert_eq!(error.path.to_string(), "ports[...]");
    }

    #[test]
    fn a_collection_of_mixed_types_is_never_sent() {
        let wrap = |ty: Type, value: Value| Value::Dynamic(Box::new((ty, value)));
        let (text, number) = (wrap(Type::String, "x".into()), wrap(Type::Number, 1.into()));
        let list = |elements| wrap(Type::list(Type::Dynamic), Value::List(elements));
        assert!(encode(&list(vec![text.clone(), number]), &Type::Dynamic).is_err());
        round_trip(&list(vec![text.clone(), text.clone()]), &Type::Dynamic);
        // What core makes of `null` in an object or a tuple.
        let ty = Type::object([("none", Type::Dynamic)]);
        round_trip(
            &wrap(ty, Value::object([("none", Value::Null)])),
            &Type::Dynamic,
        );
        let bytes = encode(&wrap(Type::Dynamic, text.clone()), &Type::Dynamic).unwrap();
        assert_eq!(decode(&bytes, &Type::Dynamic).unwrap(), text);
    }

    #[test]
    fn hostile_bytes_are_errors_with_a_path_and_bounded_memory() {
        let ty = Type::object([("list", Type::list(Type::String)), ("n", Type::Number)]);
        for bytes in [
            &[][..],
            &[0xc1],
            &[0x82, 0xa4],
            &[
                0x81, 0xa4, b'l', b'i', b's', b't', 0xdd, 0xff, 0xff, 0xff, 0xff,
            ],
            &[0x81, 0xa1, b'n', 0xcb, 0x7f, 0xf0, 0, 0, 0, 0, 0, 0],
            &[0x81, 0xa1, b'n', 0xa2, 0xff, 0xfe],
            &[0xc9, 0xff, 0xff, 0xff, 0xff, 0x00],
        ] {
            assert!(decode(bytes, &ty).is_err(), "{bytes:02x?}");
        }
        let deep = [0x92, 0xc4, 0x09]
            .iter()
            .copied()
            .chain(*b"\"dynamic\"")
            .collect::<Vec<_>>();
        let deep: Vec<u8> = deep
            .iter()
            .copied()
            .cycle()
            .take(deep.len() * 10_000)
            .collect();
        assert!(decode(&deep, &Type::Dynamic).is_err());
    }

    #[test]
    fn random_bytes_are_never_a_panic() {
        let ty = Type::object([
            ("text", Type::String),
            ("number", Type::Number),
            ("any", Type::Dynamic),
            (
                "set",
                Type::set(Type::Tuple(vec![Type::Bool, Type::map(Type::String)])),
            ),
        ]);
        let whole = Value::object([
            ("text", "x".into()),
            ("number", Value::Number("0.1".parse().unwrap())),
            (
                "any",
                Value::Dynamic(Box::new((
                    Type::list(Type::String),
                    Value::List(vec!["y".into()]),
                ))),
            ),
            ("set", Value::Set(Vec::new())),
        ]);
        let good = encode(&whole, &ty).unwrap();
        // Xorshift: the same bytes in every run.
        let mut seed = 0x9e37_79b9_7f4a_7c15_u64;
        let mut random = |bound: usize| {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            usize::try_from(seed % u64::try_from(bound).unwrap()).unwrap()
        };
        for _ in 0..50_000 {
            let mut bytes = good.clone();
            for _ in 0..=random(4) {
                let at = random(bytes.len());
                bytes[at] = u8::try_from(random(256)).unwrap();
            }
            // What can be read can be written.
            if let Ok(value) = decode(&bytes, &ty)
                && let Ok(again) = encode(&value, &ty)
            {
                assert_eq!(decode(&again, &ty).unwrap(), value);
            }
            let noise: Vec<u8> = bytes
                .iter()
                .rev()
                .copied()
                .take(random(bytes.len()))
                .collect();
            let _ = decode(&noise, &Type::Dynamic);
            let _ = Type::from_bytes(&noise);
            let _ = crate::private::Private::from_bytes(&noise);
            if let Ok(json) = serde_json::from_slice(&noise) {
                let _ = crate::value::from_json(&json, &ty);
            }
        }
    }
}
