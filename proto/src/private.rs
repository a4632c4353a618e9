//! Notes that a provider keeps next to an object, unseen by the user. Terraform stores the bytes
//! and hands them back; whatever an answer does not return is erased.

use std::collections::BTreeMap;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value as Json;

/// Named JSON documents.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Private(BTreeMap<String, Json>);

impl Private {
    /// Reads stored bytes. Bytes of another SDK or damaged ones are no notes: a resource that was
    /// taken over from another provider must not fail on them.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Self {
        serde_json::from_slice(bytes).map_or_else(|_| Self::default(), Self)
    }

    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        if self.0.is_empty() {
            Vec::new()
        } else {
            // Keys are strings and values are JSON, so nothing can fail.
            serde_json::to_vec(&self.0).unwrap_or_default()
        }
    }

    /// A note, when there is one of this shape.
    pub fn get<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        serde_json::from_value(self.0.get(name)?.clone()).ok()
    }

    /// Adds or replaces a note.
    pub fn set<T: Serialize>(&mut self, name: &str, note: &T) {
        if let Ok(note) = serde_json::to_value(note) {
            self.0.insert(name.to_owned(), note);
        }
    }

    /// Removes a note.
    pub fn remove(&mut self, name: &str) {
        self.0.remove(name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_survive_and_foreign_bytes_are_none() {
        let mut private = Private::default();
        private.set("operation", &"o-1");
        let read = Private::from_bytes(&private.to_bytes());
        assert_eq!(read.get::<String>("operation").as_deref(), Some("o-1"));
        for bytes in [&b""[..], b"\xff\x00", b"[1]", b"\"text\"", b"null"] {
            assert_eq!(Private::from_bytes(bytes), Private::default());
        }
        assert!(Private::default().to_bytes().is_empty());
    }
}
