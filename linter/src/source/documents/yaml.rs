//! YAML documents: anchors, merge keys and all, bounded.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::Arc;

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, Span, StrInput, Tag};

use super::{DEEPEST, Entry, Node, NodeKind, yaml_scalar};
use crate::source::{InputError, SourceFile};

/// How many values aliases may stand for in all. Nested aliases multiply: a file of a few lines can
/// stand for billions of values.
const MOST_ALIASED: usize = 100_000;

pub(super) fn parse(file: &SourceFile) -> Result<Node, InputError> {
    let mut reader = Reader {
        file,
        offsets: Offsets::new(&file.text),
        events: Parser::new_from_str(&file.text),
        anchors: HashMap::new(),
        aliased: 0,
    };
    loop {
        match reader.next()? {
            (Event::StreamEnd, range) => return Err(reader.fault(range, "the file is empty")),
            (Event::StreamStart | Event::DocumentStart(_) | Event::Nothing, _) => {}
            (event, range) => {
                let (node, _) = reader.node(event, range, 0)?;
                reader.finish()?;
                return Ok(node);
            }
        }
    }
}

struct Reader<'a> {
    file: &'a SourceFile,
    offsets: Offsets,
    events: Parser<'a, StrInput<'a>>,
    /// What an anchor stands for, and how many values that is.
    anchors: HashMap<usize, (Node, usize)>,
    aliased: usize,
}

impl<'a> Reader<'a> {
    fn next(&mut self) -> Result<(Event<'a>, Range<usize>), InputError> {
        match self.events.next_event() {
            Some(Ok((event, span))) => Ok((event, self.offsets.range(span))),
            Some(Err(error)) => {
                let at = self.offsets.offset(*error.marker());
                Err(self.fault(at..at, error.info()))
            }
            None => {
                let end = self.file.text.len();
                Err(self.fault(end..end, "the file ends too early"))
            }
        }
    }

    /// Only one document is read, as Terraform does.
    fn finish(&mut self) -> Result<(), InputError> {
        loop {
            match self.next()? {
                (Event::StreamEnd, _) => return Ok(()),
                (Event::DocumentStart(_), range) => {
                    return Err(self.fault(range, "there is a second document"));
                }
                _ => {}
            }
        }
    }

    /// The node that starts with `event`, and how many values it has.
    fn node(
        &mut self,
        event: Event<'a>,
        range: Range<usize>,
        depth: usize,
    ) -> Result<(Node, usize), InputError> {
        if depth > DEEPEST {
            let deep = format!("lists and maps are in one another more than {DEEPEST} deep");
            return Err(self.fault(range, &deep));
        }
        let (anchor, (node, size)) = match event {
            Event::Alias(anchor) => return self.alias(anchor, range),
            Event::Scalar(text, style, anchor, tag) => {
                (anchor, (self.scalar(&text, style, tag.as_ref(), range)?, 1))
            }
            Event::SequenceStart(anchor, _) => (anchor, self.list(range, depth)?),
            Event::MappingStart(anchor, _) => (anchor, self.object(range, depth)?),
            _ => return Err(self.fault(range, "expected a value")),
        };
        if anchor != 0 {
            self.anchors.insert(anchor, (node.clone(), size));
        }
        Ok((node, size))
    }

    fn alias(&mut self, anchor: usize, range: Range<usize>) -> Result<(Node, usize), InputError> {
        let Some((node, size)) = self.anchors.get(&anchor).cloned() else {
            return Err(self.fault(range, "an alias stands inside of what it stands for"));
        };
        self.aliased = self.aliased.saturating_add(size);
        if self.aliased > MOST_ALIASED {
            let many = format!("aliases stand for more than {MOST_ALIASED} values");
            return Err(self.fault(range, &many));
        }
        Ok((node, size))
    }

    fn scalar(
        &self,
        text: &str,
        style: ScalarStyle,
        tag: Option<&Cow<'_, Tag>>,
        range: Range<usize>,
    ) -> Result<Node, InputError> {
        let kind = match tag {
            Some(tag) if tag.is_yaml_core_schema() => yaml_scalar::tagged(text, &tag.suffix)
                .ok_or_else(|| {
                    self.fault(range.clone(), &format!("this is no `!!{}`", tag.suffix))
                })?,
            Some(tag) if !(tag.handle.is_empty() && tag.suffix == "!") => {
                return Err(self.fault(range, &format!("the tag `{tag}` is not known")));
            }
            None if style == ScalarStyle::Plain => yaml_scalar::plain(text),
            _ => NodeKind::String(text.into()),
        };
        Ok(Node {
            kind,
            range: self.trimmed(range),
        })
    }

    fn list(&mut self, range: Range<usize>, depth: usize) -> Result<(Node, usize), InputError> {
        let (mut nodes, mut size) = (Vec::<Node>::new(), 1);
        loop {
            let (event, place) = self.next()?;
            if event == Event::SequenceEnd {
                let last = nodes.last().map(|node| node.range.end);
                let range = whole(range, place, last);
                let kind = NodeKind::List(nodes.into());
                return Ok((Node { kind, range }, size));
            }
            let (node, of_node) = self.node(event, place, depth + 1)?;
            nodes.push(node);
            size += of_node;
        }
    }

    fn object(&mut self, range: Range<usize>, depth: usize) -> Result<(Node, usize), InputError> {
        let (mut entries, mut merged, mut size) = (Vec::<Entry>::new(), Vec::new(), 1);
        loop {
            let (event, place) = self.next()?;
            if event == Event::MappingEnd {
                let last = entries.last().map(|entry| entry.value.range.end);
                let start = entries
                    .first()
                    .map_or(range.start, |entry| entry.range.start);
                let range = whole(range.start.min(start)..range.end, place, last);
                let kind = NodeKind::Object(with_merged(merged, entries).into());
                return Ok((Node { kind, range }, size));
            }
            let is_merge =
                matches!(&event, Event::Scalar(text, ScalarStyle::Plain, _, None) if text == "<<");
            let key = self.key(event, place.clone())?;
            let (event, value_place) = self.next()?;
            let (value, of_value) = self.node(event, value_place, depth + 1)?;
            size += of_value;
            if is_merge {
                self.merge(&value, &mut merged)?;
            } else {
                let range = self.trimmed(place);
                entries.push(Entry {
                    name: key,
                    range,
                    value,
                });
            }
        }
    }

    /// A key: any scalar but `null`, as text.
    fn key(&mut self, event: Event<'a>, range: Range<usize>) -> Result<Arc<str>, InputError> {
        if matches!(event, Event::SequenceStart(..) | Event::MappingStart(..)) {
            return Err(self.fault(range, "only texts can be keys"));
        }
        let (node, _) = self.node(event, range.clone(), 0)?;
        match node.kind {
            NodeKind::String(text) => Ok(text),
            // Terraform turns `yes:` into the key "true", and everybody who writes it means `yes`.
            // An inventory has no such keys, so that the text as written is right for both.
            NodeKind::Bool(_) | NodeKind::Number(_) => {
                Ok(self.file.text.get(node.range).unwrap_or_default().into())
            }
            NodeKind::Null => Err(self.fault(range, "a key cannot be null")),
            NodeKind::List(_) | NodeKind::Object(_) => {
                Err(self.fault(range, "only texts can be keys"))
            }
        }
    }

    /// `<<: *defaults`: the entries of another map, or of several, of which the first ones win.
    fn merge(&self, value: &Node, merged: &mut Vec<Entry>) -> Result<(), InputError> {
        match &value.kind {
            NodeKind::Object(entries) => merged.extend(entries.iter().cloned()),
            NodeKind::List(nodes) => {
                for node in nodes.iter() {
                    let NodeKind::Object(entries) = &node.kind else {
                        return Err(self.fault(node.range.clone(), "only maps can be merged"));
                    };
                    merged.extend(entries.iter().cloned());
                }
            }
            _ => return Err(self.fault(value.range.clone(), "only maps can be merged")),
        }
        Ok(())
    }

    /// Without the line ends and comments that the parser counts as part of a scalar.
    fn trimmed(&self, range: Range<usize>) -> Range<usize> {
        let text = self.file.text.get(range.clone()).unwrap_or_default();
        let length = quoted(text).unwrap_or(text.trim_end().len());
        range.start..range.start + length
    }

    fn fault(&self, range: Range<usize>, message: &str) -> InputError {
        InputError::new(format!("could not read {}: {message}", self.file.name))
            .at(self.file.location(range))
    }
}

/// The entries of a map, and those that it takes from others: its own win, then the first ones.
fn with_merged(merged: Vec<Entry>, own: Vec<Entry>) -> Vec<Entry> {
    if merged.is_empty() {
        return own;
    }
    let mut seen: HashSet<Arc<str>> = own.iter().map(|entry| entry.name.clone()).collect();
    let merged = merged
        .into_iter()
        .filter(|entry| seen.insert(entry.name.clone()));
    merged.collect::<Vec<_>>().into_iter().chain(own).collect()
}

/// From the start to the closing bracket; where there is none, to the end of the last part.
fn whole(start: Range<usize>, end: Range<usize>, last: Option<usize>) -> Range<usize> {
    let end = if end.is_empty() {
        last.unwrap_or(start.end)
    } else {
        end.end
    };
    start.start..end.max(start.start)
}

/// How long the quoted scalar is that the text starts with.
fn quoted(text: &str) -> Option<usize> {
    let quote = text
        .chars()
        .next()
        .filter(|first| matches!(first, '"' | '\''))?;
    let mut letters = text.char_indices().skip(1).peekable();
    while let Some((at, letter)) = letters.next() {
        if letter == '\\' && quote == '"' {
            letters.next();
        } else if letter == quote {
            // Inside of single quotes, two of them are one.
            if quote == '"' || letters.next_if(|(_, next)| *next == quote).is_none() {
                return Some(at + 1);
            }
        }
    }
    None
}

/// The parser counts characters, and we count bytes.
struct Offsets(Option<Vec<usize>>);

impl Offsets {
    fn new(text: &str) -> Self {
        let needed = !text.is_ascii();
        Self(needed.then(|| {
            let starts = text.char_indices().map(|(offset, _)| offset);
            starts.chain([text.len()]).collect()
        }))
    }

    fn offset(&self, marker: Marker) -> usize {
        match &self.0 {
            None => marker.index(),
            Some(offsets) => offsets
                .get(marker.index())
                .or(offsets.last())
                .copied()
                .unwrap_or_default(),
        }
    }

    fn range(&self, span: Span) -> Range<usize> {
        let start = self.offset(span.start);
        start..self.offset(span.end).max(start)
    }
}

#[cfg(test)]
mod tests {
    use super::super::yaml;
    use super::*;
    use crate::value::Value;

    fn read(text: &str) -> Result<Value, InputError> {
        yaml(&Arc::new(SourceFile::new("a.yaml", text)))
    }

    fn shown(file: &str, value: &Value) -> String {
        let place = value.trail.location().unwrap();
        file[place.start.offset as usize..place.end.offset as usize].to_owned()
    }

    #[test]
    fn every_value_has_its_place() {
        let text = "# é\nenvironments:\n  - name: \"Zürich\" # here\n    apps: [finance, commerce]\n    note: |\n      two\n      lines\n  - plain text\nlast: 1\n";
        let value = read(text).unwrap();
        let environments = value.get("environments").unwrap();
        let list = environments.as_list().unwrap();
        let at = |name: &str| shown(text, &list[0].get(name).unwrap());
        assert_eq!(at("name"), "\"Zürich\"");
        assert_eq!(at("apps"), "[finance, commerce]");
        assert_eq!(shown(text, &list[1]), "plain text");
        assert_eq!(shown(text, &value.get("last").unwrap()), "1");
        assert!(shown(text, &list[0]).starts_with("name: \"Zürich\""));
        assert!(shown(text, &list[0]).ends_with("lines"));
    }

    #[test]
    fn quoted_scalars_end_at_their_quote() {
        for (text, scalar) in [
            ("a: 'it''s' # don't", "'it''s'"),
            (r#"a: "x \" y" # "z""#, r#""x \" y""#),
        ] {
            assert_eq!(shown(text, &read(text).unwrap().get("a").unwrap()), scalar);
        }
    }

    #[test]
    fn aliases_and_merge_keys_bring_the_anchor_along() {
        let value = read("x: &x {a: 1, b: one}\nm:\n  <<: *x\n  a: 9\nl: *x").unwrap();
        let merged = value.get("m").unwrap();
        assert_eq!(merged.get("b").unwrap().as_str(), Some("one"));
        assert!(format!("{:?}", merged.get("a").unwrap().kind).contains('9'));
        assert_eq!(
            value.get("l").unwrap().get("b").unwrap().as_str(),
            Some("one")
        );
    }

    #[test]
    fn a_bomb_does_not_go_off() {
        let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
        for level in 1..30 {
            let below = format!("*a{}, ", level - 1).repeat(9);
            text = format!("{text}a{level}: &a{level} [{below}1]\n");
        }
        let error = read(&text).unwrap_err();
        assert!(error.message.contains("aliases stand for more than"));
        assert!(error.location.is_some());
    }

    #[test]
    fn faults_have_a_place() {
        for (text, message) in [
            ("", "the file is empty"),
            ("# nothing", "the file is empty"),
            ("a: 1\n---\nb: 2", "a second document"),
            ("a: &a [*a]", "inside of what it stands for"),
            ("a: !foo 1", "the tag `!foo` is not known"),
            ("a: !!int x", "this is no `!!int`"),
            ("? [a]\n: 1", "only texts can be keys"),
            ("~: 1", "a key cannot be null"),
            ("a: [1", ""),
            ("a: b: c", ""),
            ("a:\n\t- b", ""),
            ("*a", ""),
        ] {
            let error = read(text).unwrap_err();
            assert!(error.message.contains(message), "{text}: {error}");
            assert!(error.message.starts_with("could not read a.yaml: "));
            assert!(error.location.is_some(), "{text}");
        }
    }

    #[test]
    fn depth_has_an_end() {
        for text in ["[", "{a: ", "- ", "? "] {
            assert!(read(&text.repeat(5_000)).unwrap_err().location.is_some());
        }
    }
}
