//! Text from the user's files inside of Markdown.

use std::fmt::Write;

use super::super::text::visible;

/// So long may a text be that comes from the user's files: one name of megabytes must not use up the
/// whole comment.
const LONGEST: usize = 300;

/// Text for a cell or a paragraph. What stands between backticks is shown as code, everything else as
/// it is: nothing in it is Markdown, HTML, a mention or the end of a cell.
pub(super) fn prose(text: &str) -> String {
    let text = shorten(text);
    let mut out = String::new();
    let mut parts = text.split('`').peekable();
    let mut is_code = false;
    while let Some(part) = parts.next() {
        // The last backtick of an odd number opens nothing.
        let closes = is_code && parts.peek().is_some();
        if closes {
            out += &span(part);
        } else {
            if is_code {
                out += "&#96;";
            }
            out += &neutral(part);
        }
        is_code = !is_code;
    }
    out
}

/// A name or an address, as code.
pub(super) fn code(text: &str) -> String {
    span(&shorten(text))
}

/// A code span, in which nothing means anything but a backtick and, in tables, a bar.
fn span(text: &str) -> String {
    if text.trim().is_empty() || text.contains(['`', '|']) {
        format!("<code>{}</code>", neutral(text))
    } else {
        format!("`{text}`")
    }
}

fn shorten(text: &str) -> String {
    let text = visible(text);
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.into_owned(),
    }
}

/// Every character that means something becomes a reference, which never is structure.
fn neutral(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    let mut follows_word = false;
    while let Some(character) = characters.next() {
        match character {
            '&' | '<' | '>' | '|' | '`' | '*' | '[' | ']' | '\\' | '~' | '$' => {
                write!(out, "&#{};", u32::from(character)).expect("writing to a string");
            }
            // Inside of a word it means nothing, and addresses stay readable.
            '_' if !(follows_word
                && characters.peek().is_some_and(|next| next.is_alphanumeric())) =>
            {
                out += "&#95;";
            }
            // Mentions and references are found after Markdown was read; a comment parts them.
            '@' | '#' if characters.peek().is_some_and(|next| next.is_alphanumeric()) => {
                out.push(character);
                out += "<!-- -->";
            }
            ':' if characters.peek() == Some(&'/') => out += "&#58;<!-- -->",
            other => out.push(other),
        }
        follows_word = character.is_alphanumeric();
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_means_anything() {
        assert_eq!(prose("a `b|c` d"), "a <code>b&#124;c</code> d");
        assert_eq!(prose("a ` b"), "a &#96; b");
        assert_eq!(prose("`a` `"), "`a` &#96;");
        assert_eq!(prose("`` x"), "<code></code> x");
        assert_eq!(
            prose("<b>*x*</b>\n@all #1 _a_b_"),
            "&#60;b&#62;&#42;x&#42;&#60;/b&#62; @<!-- -->all #<!-- -->1 &#95;a_b&#95;"
        );
        assert_eq!(prose("https://x"), "https&#58;<!-- -->//x");
        assert_eq!(prose(""), "");
    }

    #[test]
    fn addresses_stay_as_they_are() {
        assert_eq!(code("a_b.c[\"d\"]"), "`a_b.c[\"d\"]`");
        assert_eq!(code("a`[\"b\"]"), "<code>a&#96;&#91;\"b\"&#93;</code>");
    }

    #[test]
    fn long_texts_are_cut() {
        assert_eq!(code(&"é".repeat(1_000)).chars().count(), LONGEST + 1 + 2);
    }
}
