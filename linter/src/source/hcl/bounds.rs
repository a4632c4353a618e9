//! How large values may become.
//!
//! Values share their parts, so a few lines can make one that is astronomically large for whoever
//! walks through it. Every value that gets a name is measured, each part once.

use std::collections::HashMap;
use std::sync::Arc;

use crate::value::{Kind, Value};

/// The deepest nesting of a value.
const DEEPEST: u32 = 200;

/// The most parts of a value, shared ones counted each time.
const LARGEST: u64 = 4_000_000;

/// The sizes of the lists and objects that were seen.
#[derive(Debug, Default)]
pub(super) struct Sizes {
    /// By address; the part is kept, so that the address is not used again.
    known: HashMap<usize, (Size, Kind)>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Size {
    parts: u64,
    depth: u32,
}

impl Sizes {
    /// Whether a value is small enough to be used.
    pub(super) fn fits(&mut self, value: &Value) -> bool {
        // The depth of what is measured is that of one expression, plus known parts.
        let size = self.measure(value, 0);
        size.depth <= DEEPEST && size.parts <= LARGEST
    }

    fn measure(&mut self, value: &Value, nested: u32) -> Size {
        let address = match &value.kind {
            Kind::List(values) => Arc::as_ptr(values).cast::<()>() as usize,
            Kind::Object(object) => Arc::as_ptr(object).cast::<()>() as usize,
            Kind::Json(inner) => Arc::as_ptr(inner).cast::<()>() as usize,
            _ => return Size { parts: 1, depth: 0 },
        };
        if let Some((size, _)) = self.known.get(&address) {
            return *size;
        }
        let mut size = Size { parts: 1, depth: 1 };
        if nested > DEEPEST {
            size.depth = DEEPEST;
            return size;
        }
        match &value.kind {
            Kind::List(values) => {
                for value in values.iter() {
                    size.add(self.measure(value, nested + 1));
                }
            }
            Kind::Object(object) => {
                for value in object.entries.values() {
                    size.add(self.measure(value, nested + 1));
                }
            }
            Kind::Json(inner) => size.add(self.measure(inner, nested + 1)),
            _ => {}
        }
        // An empty list has no address of its own.
        if size.parts > 1 {
            self.known.insert(address, (size, value.kind.clone()));
        }
        size
    }
}

impl Size {
    fn add(&mut self, part: Size) {
        self.parts = self.parts.saturating_add(part.parts);
        self.depth = self.depth.max(part.depth + 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shared_parts_count_each_time() {
        let mut sizes = Sizes::default();
        let mut value = Value::list([Value::null(), Value::null()]);
        for _ in 0..18 {
            assert!(sizes.fits(&value));
            value = Value::list([value.clone(), value.clone()]);
        }
        for _ in 0..10 {
            value = Value::list([value.clone(), value.clone()]);
        }
        assert!(!sizes.fits(&value));
    }

    #[test]
    fn deep_values_do_not_fit() {
        let mut sizes = Sizes::default();
        let mut value = Value::null();
        for _ in 0..199 {
            value = Value::list([value]);
        }
        assert!(sizes.fits(&value));
        for _ in 0..200 {
            value = Value::list([value]);
        }
        assert!(!sizes.fits(&value));
    }
}
