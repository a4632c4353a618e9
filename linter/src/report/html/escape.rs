//! Text from the user's files inside of HTML.

use super::super::text::visible;

/// Text, for elements and for attributes in double quotes.
pub(super) fn text(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in visible(text).chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}

/// Text in which backticks stand around code.
pub(super) fn prose(prose: &str) -> String {
    let mut out = String::new();
    let mut parts = prose.split('`').peekable();
    let mut is_code = false;
    while let Some(part) = parts.next() {
        let closes = is_code && parts.peek().is_some();
        match (is_code, closes) {
            (_, true) => {
                out.push_str("<code>");
                out.push_str(&text(part));
                out.push_str("</code>");
            }
            (true, false) => {
                out.push('`');
                out.push_str(&text(part));
            }
            (false, false) => out.push_str(&text(part)),
        }
        is_code = !is_code;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_leaves_its_place() {
        assert_eq!(
            text("</script>\"'&\u{202e}"),
            "&lt;/script&gt;&quot;&#39;&amp;\\u{202e}"
        );
        assert_eq!(prose("a `<b>` c`"), "a <code>&lt;b&gt;</code> c`");
        assert_eq!(prose("`"), "`");
    }
}
