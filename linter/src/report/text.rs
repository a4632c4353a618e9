//! Text from the user's files, made harmless for a person's screen.

use std::borrow::Cow;
use std::fmt::Write;

/// One line without control characters and without characters that change the direction of text:
/// both can make a screen show something else than what is there.
pub(super) fn visible(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_invisible) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\n' | '\r' | '\t' => out.push(' '),
            character if is_invisible(character) => {
                write!(out, "\\u{{{:x}}}", u32::from(character)).expect("writing to a string");
            }
            character => out.push(character),
        }
    }
    Cow::Owned(out)
}

/// The same number of bytes, line ends and tabs as they were.
pub(super) fn visible_in_place(text: &str) -> Cow<'_, str> {
    let is_kept = |character| matches!(character, '\n' | '\r' | '\t');
    if !text
        .chars()
        .any(|character| is_invisible(character) && !is_kept(character))
    {
        return Cow::Borrowed(text);
    }
    let replaced = text.chars().map(|character| match character.len_utf8() {
        _ if is_kept(character) || !is_invisible(character) => character,
        1 => '?',
        2 => '\u{bf}',
        // None of them has four bytes.
        _ => char::REPLACEMENT_CHARACTER,
    });
    Cow::Owned(replaced.collect())
}

/// Control characters, marks and overrides of direction.
pub(super) fn is_invisible(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}'
        )
}

/// `1 error`, `2 errors`.
pub(super) fn counted(count: usize, noun: &str) -> String {
    match count {
        1 => format!("1 {noun}"),
        _ => format!("{count} {noun}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_what_is_there() {
        assert_eq!(visible("a`b"), "a`b");
        assert_eq!(
            visible("a\u{1b}[31m\nb\u{202e}c"),
            "a\\u{1b}[31m b\\u{202e}c"
        );
    }

    #[test]
    fn places_stay_where_they_are() {
        let text = "a\u{1b}\u{85}\u{202e}é\n";
        let shown = visible_in_place(text);
        assert_eq!(shown, "a?\u{bf}\u{fffd}é\n");
        assert_eq!(shown.len(), text.len());
    }
}
