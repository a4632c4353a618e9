//! Comments: `ignore CMK301 CMK302 reason="..." until=2027-01-31`.

use std::ops::Range;

use ppcmk_coverage::estate::Location;

use super::{Ignore, Malformed, Scope, day, rule};
use crate::source::{Comment, Sources};
use crate::words::meant;

/// Reads a comment.
pub(super) fn read(comment: &Comment, sources: &Sources) -> Result<Ignore, Malformed> {
    let text = comment.text.trim_end_matches("*/").trim_end();
    let places = Places::new(comment, sources);
    let mut words = Words { text, at: 0 };
    match words.next() {
        Some((_, "ignore")) => {}
        Some((span, word)) => {
            let message = format!("unknown instruction `{word}`");
            return Err(
                Malformed::new(message, places.of(span)).help("write `ignore CODE reason=\"...\"`")
            );
        }
        None => return Err(Malformed::new("no instruction", places.whole.clone())),
    }
    read_words(words, comment, &places)
}

fn read_words(words: Words<'_>, comment: &Comment, places: &Places) -> Result<Ignore, Malformed> {
    let (mut codes, mut reason, mut until) = (Vec::new(), None, None);
    for (span, word) in words {
        let place = places.of(span);
        match word.split_once('=') {
            Some(("reason", text)) => reason = Some(unquote(text, &place)?),
            Some(("until", text)) => until = Some(day(&unquote(text, &place)?, place)?),
            Some((name, _)) => return Err(unknown_word(name, place)),
            None => codes.push(rule(word, place)?),
        }
    }
    if codes.is_empty() {
        return Err(Malformed::new("no rule is named", places.whole.clone()));
    }
    let reason = reason.filter(|reason| !reason.trim().is_empty());
    let Some(reason) = reason else {
        return Err(
            Malformed::new("no reason is given", places.whole.clone()).help("add `reason=\"...\"`")
        );
    };
    Ok(Ignore {
        codes,
        reason,
        until,
        scope: Scope::Comment(comment.clone()),
        location: comment.location.clone(),
    })
}

fn unknown_word(name: &str, place: Location) -> Malformed {
    let help = match meant(name, ["reason", "until"]) {
        Some(word) => format!("did you mean `{word}`?"),
        None => "known are `reason` and `until`".into(),
    };
    Malformed::new(format!("unknown word `{name}`"), place).help(help)
}

/// The text without its quotes. A single word needs none.
fn unquote(text: &str, place: &Location) -> Result<String, Malformed> {
    let Some(quote) = text
        .chars()
        .next()
        .filter(|first| matches!(first, '"' | '\''))
    else {
        return Ok(text.to_owned());
    };
    let mut out = String::new();
    let mut rest = text[1..].chars();
    while let Some(character) = rest.next() {
        match character {
            '\\' => out.extend(rest.next()),
            end if end == quote => return Ok(out),
            other => out.push(other),
        }
    }
    Err(Malformed::new(
        "the closing quote is missing",
        place.clone(),
    ))
}

/// Words, separated by spaces or commas that are not in quotes.
struct Words<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Iterator for Words<'t> {
    type Item = (Range<usize>, &'t str);

    fn next(&mut self) -> Option<Self::Item> {
        let is_gap = |character: char| character.is_whitespace() || character == ',';
        let rest = &self.text[self.at..];
        let start = self.at + (rest.len() - rest.trim_start_matches(is_gap).len());
        let mut quote = None;
        let mut escaped = false;
        let mut end = self.text.len();
        for (index, character) in self.text[start..].char_indices() {
            match (quote, character) {
                _ if escaped => escaped = false,
                (Some(_), '\\') => escaped = true,
                (Some(open), close) if open == close => {
                    end = start + index + 1;
                    break;
                }
                // Only behind `reason=`: an apostrophe inside of a word is none.
                (None, '"' | '\'') if self.text[start..start + index].ends_with('=') => {
                    quote = Some(character);
                }
                (None, gap) if is_gap(gap) => {
                    end = start + index;
                    break;
                }
                _ => {}
            }
        }
        self.at = end;
        (start < end).then(|| (start..end, &self.text[start..end]))
    }
}

/// Places inside of a comment.
struct Places {
    whole: Location,
    /// Where the text starts in the file, if it was found there.
    file: Option<(std::sync::Arc<crate::source::SourceFile>, usize)>,
}

impl Places {
    fn new(comment: &Comment, sources: &Sources) -> Self {
        let whole = comment.location.clone();
        let file = sources.get(&whole.file).and_then(|file| {
            let range = whole.start.offset as usize..whole.end.offset as usize;
            let inside = file.text.get(range.clone())?.find(&*comment.text)?;
            Some((file.clone(), range.start + inside))
        });
        Self { whole, file }
    }

    fn of(&self, span: Range<usize>) -> Location {
        match &self.file {
            Some((file, start)) => file.location(start + span.start..start + span.end),
            None => self.whole.clone(),
        }
    }
}
