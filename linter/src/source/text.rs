//! The texts that were read, and places in them.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use ppcmk_coverage::estate::{Location, Position};

/// The texts that were read, by the name that is shown.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    files: BTreeMap<Arc<str>, Arc<SourceFile>>,
}

/// The text of a file.
#[derive(Debug)]
pub struct SourceFile {
    /// The name as it is shown: relative to where the program was started, with forward slashes.
    pub name: Arc<str>,
    /// The text, without a byte-order mark.
    pub text: Arc<str>,
    line_starts: Vec<usize>,
}

impl Sources {
    /// Adds a text, in place of one with the same name.
    pub fn add(&mut self, name: impl Into<Arc<str>>, text: impl Into<Arc<str>>) -> Arc<SourceFile> {
        let file = Arc::new(SourceFile::new(name, text));
        self.files.insert(file.name.clone(), file.clone());
        file
    }

    /// The file of this name.
    pub fn get(&self, name: &str) -> Option<&Arc<SourceFile>> {
        self.files.get(name)
    }

    /// All files, by name.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<SourceFile>> {
        self.files.values()
    }

    /// Takes over the files of another input.
    pub fn extend(&mut self, other: Sources) {
        self.files.extend(other.files);
    }
}

impl SourceFile {
    /// A text.
    pub fn new(name: impl Into<Arc<str>>, text: impl Into<Arc<str>>) -> Self {
        let text: Arc<str> = text.into();
        let line_starts = std::iter::once(0)
            .chain(text.match_indices('\n').map(|(at, _)| at + 1))
            .collect();
        Self {
            name: name.into(),
            text,
            line_starts,
        }
    }

    /// The place of a range of bytes; out of range means the end.
    pub fn location(&self, range: Range<usize>) -> Location {
        Location {
            file: self.name.clone(),
            start: self.position(range.start),
            end: self.position(range.end.max(range.start)),
        }
    }

    /// The place of a byte; out of range means the end, the inside of a character its start.
    pub fn position(&self, offset: usize) -> Position {
        let mut offset = offset.min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        let line = self.line_starts.partition_point(|&start| start <= offset);
        let start = self.line_starts[line - 1];
        let column = self.text[start..offset].chars().count() + 1;
        Position {
            line: number(line),
            column: number(column),
            offset: number(offset),
        }
    }

    /// The place of one character, by line and column (in bytes) as parsers count them, from 1.
    pub fn line_location(&self, line: usize, column: usize) -> Location {
        let start = self.line_starts.get(line.saturating_sub(1));
        let at = start.map_or(self.text.len(), |start| start + column.saturating_sub(1));
        self.location(at..at + 1)
    }

    /// The bytes of these lines, from 1, both included, without the last one's end.
    pub fn lines(&self, first: u32, last: u32) -> Range<usize> {
        let index = |line: u32| (line as usize).saturating_sub(1);
        let start = self.line_starts.get(index(first)).copied();
        let end = self.line_starts.get(index(last) + 1).map(|next| next - 1);
        let start = start.unwrap_or(self.text.len());
        start..end.unwrap_or(self.text.len()).max(start)
    }

    /// The line, from 1, without its end.
    pub fn line(&self, line: u32) -> Option<&str> {
        let index = (line as usize).checked_sub(1)?;
        let start = *self.line_starts.get(index)?;
        let end = self
            .line_starts
            .get(index + 1)
            .map_or(self.text.len(), |next| next - 1);
        Some(self.text[start..end].trim_end_matches('\r'))
    }
}

fn number(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters() {
        let file = SourceFile::new("a.tf", "é = 1\r\nb = 2");
        let place = file.location(8..9);
        assert_eq!((place.start.line, place.start.column), (2, 1));
        assert_eq!(file.position(2).column, 2);
        assert_eq!(file.position(1).column, 1);
        assert_eq!(file.position(99).column, 6);
        assert_eq!(file.line(1), Some("é = 1"));
        assert_eq!(file.line(2), Some("b = 2"));
        assert_eq!(file.line(3), None);
        assert_eq!(file.line(0), None);
    }
}
