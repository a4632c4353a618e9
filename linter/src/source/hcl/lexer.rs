//! A scanner that knows only what is a comment, a text, a heredoc, and how deep braces are nested.
//!
//! It finds comments, and the blocks of a file that does not parse. It never fails.

use std::ops::Range;

/// What the scanner tells apart.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// From the first mark to the last character, without the line's end.
    Comment(Range<usize>),
    /// The start of a text between quotes that does not end on its line.
    OpenText(usize),
    /// The end of a line outside of brackets, braces, texts and comments.
    TopLevelLineEnd(usize),
}

/// Scans a text.
pub(super) fn scan(text: &str) -> Vec<Token> {
    let mut scanner = Scanner {
        text: text.as_bytes(),
        at: 0,
        nesting: Vec::new(),
        tokens: Vec::new(),
    };
    scanner.run();
    scanner.tokens
}

/// What a closing brace ends.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Nested {
    Bracket,
    /// An interpolation in a text between quotes, by the text's start.
    InText(usize),
    /// An interpolation in a heredoc; with the index of its delimiter.
    InHeredoc(usize, usize),
}

struct Scanner<'t> {
    text: &'t [u8],
    at: usize,
    nesting: Vec<Nested>,
    tokens: Vec<Token>,
}

impl Scanner<'_> {
    fn run(&mut self) {
        while let Some(&byte) = self.text.get(self.at) {
            match byte {
                b'#' => self.line_comment(),
                b'/' if self.starts_with(b"//") => self.line_comment(),
                b'/' if self.starts_with(b"/*") => self.block_comment(),
                b'"' => {
                    self.at += 1;
                    self.quoted(self.at - 1);
                }
                b'<' if self.starts_with(b"<<") => self.heredoc_start(),
                b'{' | b'[' | b'(' => {
                    self.nesting.push(Nested::Bracket);
                    self.at += 1;
                }
                b'}' | b']' | b')' => self.close(),
                b'\n' => {
                    if self.nesting.is_empty() {
                        self.tokens.push(Token::TopLevelLineEnd(self.at));
                    }
                    self.at += 1;
                }
                _ => self.at += 1,
            }
        }
    }

    fn starts_with(&self, mark: &[u8]) -> bool {
        self.text[self.at..].starts_with(mark)
    }

    fn line_comment(&mut self) {
        let rest = &self.text[self.at..];
        let length = rest.iter().position(|&byte| byte == b'\n');
        let end = length.map_or(self.text.len(), |length| self.at + length);
        let shown = if end > self.at && self.text[end - 1] == b'\r' {
            end - 1
        } else {
            end
        };
        self.tokens.push(Token::Comment(self.at..shown));
        self.at = end;
    }

    fn block_comment(&mut self) {
        let rest = &self.text[self.at..];
        let length = rest.windows(2).skip(2).position(|two| two == b"*/");
        let end = length.map_or(self.text.len(), |length| self.at + length + 4);
        self.tokens.push(Token::Comment(self.at..end));
        self.at = end;
    }

    /// The inside of a text between quotes, up to its end or an interpolation.
    fn quoted(&mut self, start: usize) {
        while let Some(&byte) = self.text.get(self.at) {
            match byte {
                b'\\' => self.at += 2,
                b'"' => {
                    self.at += 1;
                    return;
                }
                // A text ends with its line: this one is broken.
                b'\n' => {
                    self.tokens.push(Token::OpenText(start));
                    return;
                }
                b'$' | b'%' if self.skip_escaped_interpolation() => {}
                b'$' | b'%' if self.text.get(self.at + 1) == Some(&b'{') => {
                    self.nesting.push(Nested::InText(start));
                    self.at += 2;
                    return;
                }
                _ => self.at += 1,
            }
        }
    }

    /// `$${` is no interpolation.
    fn skip_escaped_interpolation(&mut self) -> bool {
        let escaped = self.starts_with(b"$${") || self.starts_with(b"%%{");
        if escaped {
            self.at += 3;
        }
        escaped
    }

    fn close(&mut self) {
        self.at += 1;
        match self.nesting.pop() {
            Some(Nested::InText(start)) => self.quoted(start),
            Some(Nested::InHeredoc(start, end)) => self.heredoc(start, end),
            Some(Nested::Bracket) | None => {}
        }
    }

    fn heredoc_start(&mut self) {
        let mut start = self.at + 2;
        if self.text.get(start) == Some(&b'-') {
            start += 1;
        }
        let rest = &self.text[start.min(self.text.len())..];
        let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
        let length = rest.iter().take_while(|byte| is_name(byte)).count();
        self.at = start + length;
        let line_ends = matches!(self.text.get(self.at), Some(b'\n' | b'\r'));
        if length > 0 && line_ends {
            self.heredoc(start, start + length);
        }
    }

    /// The inside of a heredoc, up to its delimiter or an interpolation.
    fn heredoc(&mut self, start: usize, end: usize) {
        while let Some(&byte) = self.text.get(self.at) {
            match byte {
                b'\n' if self.ends_heredoc(start, end) => return,
                b'$' | b'%' if self.skip_escaped_interpolation() => {}
                b'$' | b'%' if self.text.get(self.at + 1) == Some(&b'{') => {
                    self.nesting.push(Nested::InHeredoc(start, end));
                    self.at += 2;
                    return;
                }
                _ => self.at += 1,
            }
        }
    }

    /// Whether the next line is the delimiter; if so, stands behind it.
    fn ends_heredoc(&mut self, start: usize, end: usize) -> bool {
        let line = &self.text[self.at + 1..];
        let spaces = line
            .iter()
            .take_while(|byte| matches!(byte, b' ' | b'\t'))
            .count();
        let name = &self.text[start..end];
        let rest = &line[spaces..];
        let ends = rest.starts_with(name)
            && !matches!(rest.get(name.len()), Some(byte) if byte.is_ascii_alphanumeric() || *byte == b'_');
        if ends {
            self.at += 1 + spaces + name.len();
        }
        ends
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn comments(text: &str) -> Vec<&str> {
        let tokens = scan(text);
        let comments = tokens.iter().filter_map(|token| match token {
            Token::Comment(range) => Some(&text[range.clone()]),
            Token::TopLevelLineEnd(_) | Token::OpenText(_) => None,
        });
        comments.collect()
    }

    #[test]
    fn comments_are_found_and_texts_are_not_comments() {
        assert_eq!(
            comments("a = 1 # x\r\n// y\n/* z\n */ b"),
            ["# x", "// y", "/* z\n */"]
        );
        assert_eq!(comments(r##"a = "# no" # yes"##), ["# yes"]);
        assert_eq!(comments(r##"a = "\"# no" # yes"##), ["# yes"]);
        assert_eq!(comments(r##"a = "${f("# no")} # no" # yes"##), ["# yes"]);
        assert_eq!(comments(r#"a = "$${ # no" # yes"#), ["# yes"]);
        assert_eq!(
            comments("a = <<-EOT\n # no\n EOTX\n ${x} # no\n  EOT\n# yes"),
            ["# yes"]
        );
        assert_eq!(comments("a = 1 < 2 # yes\nb = 1 << 2"), ["# yes"]);
        assert_eq!(comments("/*"), ["/*"]);
        assert_eq!(comments("/*/"), ["/*/"]);
        assert_eq!(comments("\"\\"), [""; 0]);
        assert_eq!(comments("<<"), [""; 0]);
        assert_eq!(comments("<<-"), [""; 0]);
    }

    #[test]
    fn lines_end_at_top_level_only_outside_of_braces() {
        let tokens = scan("a {\n x = [\n]\n}\nb {}\n");
        assert_eq!(
            tokens,
            [Token::TopLevelLineEnd(14), Token::TopLevelLineEnd(19)]
        );
    }
}
