//! What can be read of a file that does not parse: its blocks, each for itself.

use hcl_edit::parser::parse_body;

use super::ast::Body;
use super::lexer::{Token, scan};
use super::lower::Lower;

/// The blocks and attributes that parse.
pub(super) fn body(file: u32, text: &str) -> Body {
    let mut result = Body::default();
    let mut start = 0;
    let ends = scan(text).into_iter().filter_map(|token| match token {
        Token::TopLevelLineEnd(at) => Some(at + 1),
        Token::Comment(_) | Token::OpenText(_) => None,
    });
    for end in ends.chain([text.len()]) {
        let Some(part) = text.get(start..end) else {
            continue;
        };
        if !part.trim().is_empty()
            && let Ok(body) = parse_body(part)
        {
            let base = u32::try_from(start).unwrap_or(u32::MAX);
            let mut body = Lower { file, base }.body(&body);
            result.attributes.append(&mut body.attributes);
            result.blocks.append(&mut body.blocks);
        }
        start = end;
    }
    result
}

/// The first text between quotes, from a place on, that does not end on its line.
pub(super) fn open_text(text: &str, from: usize) -> Option<usize> {
    let starts = scan(text).into_iter().filter_map(|token| match token {
        Token::OpenText(at) => Some(at),
        Token::Comment(_) | Token::TopLevelLineEnd(_) => None,
    });
    starts.filter(|&at| at >= from).min()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_around_the_broken_one_are_read() {
        let text = "a \"x\" {\n  b = 1\n}\n\nc {\n  d = = 2\n}\n\ne {\n  f = 3\n}\n";
        let body = body(0, text);
        let kinds: Vec<_> = body.blocks.iter().map(|block| &*block.kind).collect();
        assert_eq!(kinds, ["a", "e"]);
        let span = body.blocks[1].span;
        assert_eq!(
            &text[span.start as usize..span.end as usize],
            "e {\n  f = 3\n}"
        );
    }
}
