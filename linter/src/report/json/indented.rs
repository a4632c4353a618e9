//! JSON for people's eyes, too: two spaces per level, the same bytes as `serde_json`'s own printer.
//!
//! That one writes each level of an indentation by itself. Most of a long report is indentation, and
//! here a line's start is one piece.

use std::io;

use serde_json::ser::Formatter;

/// A comma, a new line and the spaces of as many levels as are met.
const LINE: &[u8] = b",\n                                                                ";

/// The levels that `LINE` has spaces for.
const LEVELS: usize = (LINE.len() - 2) / 2;

/// The place in the output.
#[derive(Default)]
pub(super) struct Indented {
    level: usize,
    has_value: bool,
}

impl Indented {
    fn begin<W: ?Sized + io::Write>(&mut self, out: &mut W, bracket: &[u8]) -> io::Result<()> {
        self.level += 1;
        self.has_value = false;
        out.write_all(bracket)
    }

    fn end<W: ?Sized + io::Write>(&mut self, out: &mut W, bracket: &[u8]) -> io::Result<()> {
        self.level -= 1;
        if self.has_value {
            self.line(out, true)?;
        }
        out.write_all(bracket)
    }

    fn line<W: ?Sized + io::Write>(&self, out: &mut W, is_first: bool) -> io::Result<()> {
        let start = usize::from(is_first);
        let levels = self.level.min(LEVELS);
        out.write_all(&LINE[start..2 + 2 * levels])?;
        (levels..self.level).try_for_each(|_| out.write_all(b"  "))
    }
}

impl Formatter for Indented {
    fn begin_array<W: ?Sized + io::Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.begin(out, b"[")
    }

    fn end_array<W: ?Sized + io::Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.end(out, b"]")
    }

    fn begin_array_value<W: ?Sized + io::Write>(
        &mut self,
        out: &mut W,
        is_first: bool,
    ) -> io::Result<()> {
        self.line(out, is_first)
    }

    fn end_array_value<W: ?Sized + io::Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.has_value = true;
        Ok(())
    }

    fn begin_object<W: ?Sized + io::Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.begin(out, b"{")
    }

    fn end_object<W: ?Sized + io::Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.end(out, b"}")
    }

    fn begin_object_key<W: ?Sized + io::Write>(
        &mut self,
        out: &mut W,
        is_first: bool,
    ) -> io::Result<()> {
        self.line(out, is_first)
    }

    fn begin_object_value<W: ?Sized + io::Write>(&mut self, out: &mut W) -> io::Result<()> {
        out.write_all(b": ")
    }

    fn end_object_value<W: ?Sized + io::Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.has_value = true;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde::Serialize;
    use serde_json::{Serializer, Value, json};

    use super::*;

    fn printed(value: &Value) -> String {
        let mut out = Vec::new();
        let mut serializer = Serializer::with_formatter(&mut out, Indented::default());
        value.serialize(&mut serializer).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn prints_as_everybody_does() {
        let nested = (0..LEVELS + 3).fold(json!([1, "two"]), |inside, _| json!([inside, {}]));
        for value in [
            json!({"a": [], "b": {}, "c": [[], {"d": "\n"}], "e": null}),
            json!([]),
            json!("text"),
            nested,
        ] {
            assert_eq!(
                printed(&value),
                serde_json::to_string_pretty(&value).unwrap()
            );
        }
    }
}
