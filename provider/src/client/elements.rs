//! Takes the elements out of a list while it arrives.
//!
//! The environments of a large tenant come in one answer of 50 MiB, of which a hundredth is of
//! interest. So an element is read as soon as it is complete and then forgotten, and what is kept
//! of the body is the page around them, such as `{"value":[],"nextLink":"…"}`. That is read as any
//! other body, so a list that is cut off or is none shows there.

use std::fmt::Debug;

/// Reads the elements of one list. A request may be repeated, so there may be more than one
/// beginning; only what came after the last one counts.
pub(crate) trait Elements: Debug + Send + Sync {
    /// An answer begins.
    fn begin(&self);
    /// An element of the list, as the service wrote it.
    fn element(&self, text: &[u8]);
}

/// Cuts the elements of the member `value` out of a JSON object that comes in pieces.
#[derive(Debug, Default)]
pub(super) struct Splitter {
    rest: Vec<u8>,
    element: Vec<u8>,
    /// How many objects and arrays are open.
    depth: usize,
    /// Whether `depth` 2 is the list.
    is_in_list: bool,
    string: Option<Escape>,
    /// The member of the outermost object, while its name or its value is read.
    member: Vec<u8>,
    expects_name: bool,
}

/// Where in a string the next byte is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Escape {
    No,
    AfterBackslash,
}

impl Splitter {
    /// Takes the next piece of the body.
    pub(super) fn push(&mut self, piece: &[u8], elements: &dyn Elements) {
        for &byte in piece {
            if let Some(escape) = self.string {
                self.in_string(byte, escape);
            } else {
                self.between(byte, elements);
            }
        }
    }

    /// How much is held in memory.
    pub(super) fn held(&self) -> usize {
        self.rest.len() + self.element.len()
    }

    /// The body without its elements. One that was cut off is given too, so that it does not read
    /// as complete.
    pub(super) fn finish(mut self) -> Vec<u8> {
        self.rest.append(&mut self.element);
        self.rest
    }

    fn in_string(&mut self, byte: u8, escape: Escape) {
        self.keep(byte);
        self.string = match (byte, escape) {
            (b'\\', Escape::No) => Some(Escape::AfterBackslash),
            (b'"', Escape::No) => None,
            (_, Escape::No | Escape::AfterBackslash) => Some(Escape::No),
        };
        if self.string.is_some() && self.depth == 1 && self.expects_name {
            self.member.push(byte);
        }
    }

    fn between(&mut self, byte: u8, elements: &dyn Elements) {
        let is_list_level = self.is_in_list && self.depth == 2;
        match byte {
            b',' if is_list_level => return self.complete(elements),
            b']' if is_list_level => {
                self.complete(elements);
                self.is_in_list = false;
            }
            b' ' | b'\t' | b'\r' | b'\n' if is_list_level && self.element.is_empty() => return,
            b'"' => self.begin_string(),
            b',' if self.depth == 1 => self.expects_name = true,
            b':' if self.depth == 1 => self.expects_name = false,
            b'{' if self.depth == 0 => self.expects_name = true,
            _ => {}
        }
        self.keep(byte);
        match byte {
            b'{' | b'[' => self.open(byte),
            b'}' | b']' => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
    }

    fn begin_string(&mut self) {
        self.string = Some(Escape::No);
        if self.depth == 1 && self.expects_name {
            self.member.clear();
        }
    }

    fn open(&mut self, byte: u8) {
        let is_list = byte == b'['
            && self.depth == 1
            && !self.expects_name
            && self.member.eq_ignore_ascii_case(b"value");
        self.is_in_list |= is_list;
        self.depth += 1;
    }

    /// An element is complete, if there is one.
    fn complete(&mut self, elements: &dyn Elements) {
        if !self.element.is_empty() {
            elements.element(&self.element);
            self.element.clear();
        }
    }

    fn keep(&mut self, byte: u8) {
        if self.is_in_list && !(self.depth == 2 && byte == b']') {
            self.element.push(byte);
        } else {
            self.rest.push(byte);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    #[derive(Debug, Default)]
    struct Texts(Mutex<Vec<String>>);

    impl Elements for Texts {
        fn begin(&self) {
            self.0.lock().unwrap().clear();
        }

        fn element(&self, text: &[u8]) {
            let text = String::from_utf8(text.to_vec()).unwrap();
            self.0.lock().unwrap().push(text);
        }
    }

    /// In pieces of every length the same comes out.
    fn check(body: &str, elements: &[&str], rest: &str) {
        for length in 1..=body.len().max(1) {
            let texts = Texts::default();
            let mut splitter = Splitter::default();
            for piece in body.as_bytes().chunks(length) {
                splitter.push(piece, &texts);
            }
            let kept = String::from_utf8(splitter.finish()).unwrap();
            assert_eq!(kept, rest, "{body} in pieces of {length}");
            assert_eq!(*texts.0.lock().unwrap(), elements, "{body}");
        }
    }

    #[test]
    fn elements_are_cut_out_of_their_list() {
        check("", &[], "");
        check(r#"{"value":[]}"#, &[], r#"{"value":[]}"#);
        check(
            r#"{"a":["value",{"value":[1]}],"VALUE": [ {"x":"],[}\"\\"} , 2,"s",[3] ] ,"nextLink":"u"}"#,
            &[r#"{"x":"],[}\"\\"} "#, "2", r#""s""#, "[3] "],
            r#"{"a":["value",{"value":[1]}],"VALUE": [] ,"nextLink":"u"}"#,
        );
    }

    #[test]
    fn what_is_no_list_comes_out_as_it_is() {
        for body in [
            "<html>[1,2]</html>",
            r#"[{"value":[1]}]"#,
            r#"{"error":{"value":[1]}}"#,
            r#"{"value":null}"#,
            r#"{"value":{"value":[1]}}"#,
            r#"{"x":"value"}"#,
            "}}]]",
        ] {
            check(body, &[], body);
        }
    }

    #[test]
    fn a_list_that_is_cut_off_does_not_read_as_complete() {
        check(r#"{"value":[1,{"a":"#, &["1"], r#"{"value":[{"a":"#);
        check(r#"{"value":[1,"#, &["1"], r#"{"value":["#);
    }
}
