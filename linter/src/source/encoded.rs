//! The text of a file that was named (a plan, a state, an inventory): encodings, and places in it.

use std::borrow::Cow;

use ppcmk_coverage::estate::{Location, Position};

use crate::source::InputError;

/// The document that errors are about.
#[derive(Clone, Copy)]
pub(crate) struct Document<'a> {
    /// `plan`, `state`, `inventory`.
    pub(crate) kind: &'static str,
    /// The name of the file.
    pub(crate) name: &'a str,
    /// The text, without a byte-order mark.
    pub(crate) text: &'a str,
}

impl<'a> Document<'a> {
    /// An error about the bytes `start..end`.
    pub(crate) fn fault(&self, start: usize, end: usize, message: &str) -> InputError {
        InputError::new(format!(
            "could not read {} {}: {message}",
            self.kind, self.name
        ))
        .at(Location {
            file: self.name.into(),
            start: position(self.text, start),
            end: position(self.text, end.max(start)),
        })
    }

    /// The parser's error about `part`, which is a part of the text.
    pub(crate) fn broken(&self, part: &str, error: &serde_json::Error) -> InputError {
        let at = self.offset_of(part) + offset(part, error.line(), error.column());
        if error.is_eof() {
            let end = self.text.len();
            return self
                .fault(end, end, "it ends in the middle")
                .help("the file is truncated; write it again");
        }
        let message = error.to_string();
        let message = message
            .rfind(" at line ")
            .map_or(message.as_str(), |end| &message[..end]);
        // The names of our types mean nothing to a reader.
        match message.split_once("expected struct ") {
            Some((before, _)) => self.fault(at, at + 1, &format!("{before}expected an object")),
            None => self.fault(at, at + 1, message),
        }
    }

    /// Parses `part`, which is a part of the text.
    pub(crate) fn parse<T: serde::Deserialize<'a>>(&self, part: &'a str) -> Result<T, InputError> {
        serde_json::from_str(part).map_err(|error| self.broken(part, &error))
    }

    fn offset_of(&self, part: &str) -> usize {
        (part.as_ptr() as usize).saturating_sub(self.text.as_ptr() as usize)
    }
}

/// The text of a file: UTF-8 or UTF-16, with or without a byte-order mark. Windows PowerShell writes
/// UTF-16 when output is redirected into a file.
pub(crate) fn decode<'a>(
    bytes: &'a [u8],
    kind: &'static str,
    name: &str,
) -> Result<Cow<'a, str>, InputError> {
    match bytes {
        [0xef, 0xbb, 0xbf, rest @ ..] => utf8(rest, kind, name),
        [0xff, 0xfe, rest @ ..] => Ok(utf16(rest, u16::from_le_bytes).into()),
        [0xfe, 0xff, rest @ ..] => Ok(utf16(rest, u16::from_be_bytes).into()),
        [b'{', 0, ..] => Ok(utf16(bytes, u16::from_le_bytes).into()),
        [0, b'{', ..] => Ok(utf16(bytes, u16::from_be_bytes).into()),
        _ => utf8(bytes, kind, name),
    }
}

fn utf8<'a>(bytes: &'a [u8], kind: &'static str, name: &str) -> Result<Cow<'a, str>, InputError> {
    std::str::from_utf8(bytes)
        .map(Cow::Borrowed)
        .map_err(|error| {
            let text = String::from_utf8_lossy(&bytes[..error.valid_up_to()]);
            let end = text.len();
            let document = Document {
                kind,
                name,
                text: &text,
            };
            document.fault(end, end, "it is not text in UTF-8")
        })
}

fn utf16(bytes: &[u8], convert: fn([u8; 2]) -> u16) -> String {
    let units = bytes
        .chunks_exact(2)
        .map(|pair| convert([pair[0], pair[1]]));
    char::decode_utf16(units)
        .map(|letter| letter.unwrap_or(char::REPLACEMENT_CHARACTER))
        .collect()
}

/// The byte at a line and column, both from 1, as `serde_json` counts them.
fn offset(text: &str, line: usize, column: usize) -> usize {
    let start = match line.saturating_sub(2) {
        _ if line < 2 => 0,
        before => text
            .match_indices('\n')
            .nth(before)
            .map_or(text.len(), |(at, _)| at + 1),
    };
    (start + column.saturating_sub(1)).min(text.len())
}

fn position(text: &str, offset: usize) -> Position {
    let mut offset = offset.min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    let before = &text[..offset];
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    let number = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    Position {
        line: number(before.matches('\n').count() + 1),
        column: number(before[start..].chars().count() + 1),
        offset: number(offset),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodings_of_powershell_are_read() {
        let utf16 =
            |text: &str| -> Vec<u8> { text.encode_utf16().flat_map(u16::to_le_bytes).collect() };
        let with_mark: Vec<u8> = [vec![0xff, 0xfe], utf16("{\"é\"}")].concat();
        assert_eq!(decode(&with_mark, "plan", "p").unwrap(), "{\"é\"}");
        assert_eq!(decode(&utf16("{}"), "plan", "p").unwrap(), "{}");
        assert_eq!(decode(b"\xef\xbb\xbf{}", "plan", "p").unwrap(), "{}");
    }

    #[test]
    fn other_bytes_are_refused_at_their_place() {
        let error = decode(b"{\n  \"\xe9\"", "plan", "p.json").unwrap_err();
        assert_eq!(
            error.message,
            "could not read plan p.json: it is not text in UTF-8"
        );
        let place = error.location.unwrap().start;
        assert_eq!((place.line, place.column), (2, 4));
    }

    #[test]
    fn says_object_for_the_names_of_our_types() {
        #[derive(Debug, serde::Deserialize)]
        struct Inside {}
        let document = Document {
            kind: "plan",
            name: "p",
            text: "null",
        };
        let error = document.parse::<Inside>(document.text).unwrap_err();
        assert_eq!(
            error.message,
            "could not read plan p: invalid type: null, expected an object"
        );
    }

    #[test]
    fn faults_of_parts_are_placed_in_the_whole() {
        let text = "{\n \"a\": {\n  \"b\": nul }}";
        let document = Document {
            kind: "plan",
            name: "p",
            text,
        };
        let part = &text[8..];
        let error = serde_json::from_str::<serde_json::Value>(part).unwrap_err();
        let place = document.broken(part, &error).location.unwrap().start;
        assert_eq!((place.line, place.column), (3, 11));
    }
}
