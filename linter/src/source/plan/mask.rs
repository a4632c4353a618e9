//! Which parts of a value are unknown, or sensitive.

use std::cell::RefCell;
use std::collections::HashMap;
use std::fmt;
use std::rc::Rc;

use foldhash::fast::RandomState;
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::address::Step;
use super::document::Text;
use crate::source::InstanceKey;

/// Which parts of a value are marked: `after_unknown`, `after_sensitive` and their like.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Mask<'a> {
    /// Nothing.
    #[default]
    None,
    /// Everything.
    All,
    /// Parts of some attributes, sorted by name.
    Object(Box<[(Text<'a>, Mask<'a>)]>),
    /// Parts of some elements.
    List(Box<[Mask<'a>]>),
}

pub(super) const NONE: &Mask<'static> = &Mask::None;

impl<'a> Mask<'a> {
    pub(super) fn attribute(&self, name: &str) -> &Mask<'a> {
        match self {
            Self::None | Self::List(_) => NONE,
            Self::All => self,
            Self::Object(parts) => parts
                .binary_search_by(|(one, _)| (**one).cmp(name))
                .map_or(NONE, |at| &parts[at].1),
        }
    }

    /// For attributes that are asked for in the order of their names, mostly.
    pub(super) fn cursor(&self) -> Cursor<'_, 'a> {
        Cursor { mask: self, at: 0 }
    }

    pub(super) fn element(&self, index: usize) -> &Mask<'a> {
        match self {
            Self::None | Self::Object(_) => NONE,
            Self::All => self,
            Self::List(parts) => parts.get(index).unwrap_or(NONE),
        }
    }

    pub(super) fn is_none(&self) -> bool {
        matches!(self, Self::None)
    }

    pub(super) fn is_all(&self) -> bool {
        matches!(self, Self::All)
    }

    /// How many parts are marked, a whole value counting once.
    pub(super) fn count(&self) -> usize {
        match self {
            Self::None => 0,
            Self::All => 1,
            Self::Object(parts) => parts.iter().map(|(_, part)| part.count()).sum(),
            Self::List(parts) => parts.iter().map(Self::count).sum(),
        }
    }

    /// The name of the attribute that the first mark is at, inside of this value.
    pub(super) fn last_name(&self) -> Option<&str> {
        match self {
            Self::None | Self::All => None,
            Self::Object(parts) => {
                let (name, part) = parts.first()?;
                Some(part.last_name().unwrap_or(&**name))
            }
            Self::List(parts) => parts.iter().find(|part| !part.is_none())?.last_name(),
        }
    }

    /// The attributes that are marked as a whole, or have marked elements, each with the name of the
    /// one around it. What has no name has an empty one.
    pub(super) fn names(&self) -> Vec<[&str; 2]> {
        let mut names = Vec::new();
        self.collect_names(["", ""], &mut names);
        names
    }

    fn collect_names<'m>(&'m self, name: [&'m str; 2], names: &mut Vec<[&'m str; 2]>) {
        match self {
            Self::None => {}
            Self::All => names.push(name),
            Self::Object(parts) => {
                for (inside, part) in parts {
                    part.collect_names([name[1], inside], names);
                }
            }
            Self::List(parts) => {
                for part in parts {
                    part.collect_names(name, names);
                }
            }
        }
    }

    /// Whether what is at the end of the path, or a part of it, is marked.
    pub(super) fn touches(&self, path: &[Step]) -> bool {
        let mut mask = self;
        for step in path {
            mask = match step {
                Step::Name(name) | Step::Key(InstanceKey::Name(name)) => mask.attribute(name),
                Step::Key(InstanceKey::Index(index)) => {
                    usize::try_from(*index).map_or(NONE, |index| mask.element(index))
                }
                Step::Key(InstanceKey::Unknown) => return !mask.is_none(),
            };
        }
        !mask.is_none()
    }
}

/// So many attributes a cursor looks ahead.
const STEPS: usize = 4;

/// A mask whose attributes are asked for one after the other.
pub(super) struct Cursor<'m, 'a> {
    mask: &'m Mask<'a>,
    at: usize,
}

impl<'m, 'a> Cursor<'m, 'a> {
    /// What [`Mask::attribute`] gives.
    pub(super) fn attribute(&mut self, name: &str) -> &'m Mask<'a> {
        let Mask::Object(parts) = self.mask else {
            return self.mask.attribute(name);
        };
        let is_before = |part: &(Text<'a>, Mask<'a>)| *part.0 < *name;
        let (passed, ahead) = parts.split_at(self.at);
        let steps = ahead.iter().take(STEPS).position(|part| !is_before(part));
        self.at = match steps {
            Some(steps) if passed.last().is_none_or(is_before) => self.at + steps,
            _ => parts.partition_point(is_before),
        };
        match parts.get(self.at) {
            Some((one, part)) if **one == *name => part,
            _ => NONE,
        }
    }
}

impl Mask<'static> {
    /// Marks the attribute as a whole.
    pub(super) fn mark(&mut self, name: &str) {
        let mut parts = match self {
            Self::All => return,
            Self::Object(parts) => std::mem::take(parts).into_vec(),
            Self::None | Self::List(_) => Vec::new(),
        };
        parts.push((Text(name.to_owned().into()), Self::All));
        *self = object(parts);
    }
}

/// Terraform sorts names, so this mostly only looks. Of the same name the last one counts.
fn object<'a>(mut parts: Vec<(Text<'a>, Mask<'a>)>) -> Mask<'a> {
    if !parts.is_sorted_by(|(one, _), (next, _)| one < next) {
        parts.reverse();
        parts.sort_by(|(one, _), (other, _)| one.cmp(other));
        parts.dedup_by(|(later, _), (kept, _)| later == kept);
    }
    if parts.is_empty() {
        Mask::None
    } else {
        Mask::Object(parts.into())
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Mask<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(MaskVisitor)
    }
}

struct MaskVisitor;

impl<'de> Visitor<'de> for MaskVisitor {
    type Value = Mask<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("true, false, or an object or list of them")
    }

    fn visit_bool<E>(self, marked: bool) -> Result<Mask<'de>, E> {
        Ok(if marked { Mask::All } else { Mask::None })
    }

    fn visit_unit<E>(self) -> Result<Mask<'de>, E> {
        Ok(Mask::None)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Mask<'de>, A::Error> {
        let mut parts = Vec::new();
        while let Some(name) = map.next_key::<Text<'de>>()? {
            let mask = map.next_value::<Mask<'de>>()?;
            if !mask.is_none() {
                parts.push((name, mask));
            }
        }
        Ok(object(parts))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Mask<'de>, A::Error> {
        let mut parts = Vec::new();
        while let Some(mask) = sequence.next_element()? {
            parts.push(mask);
        }
        Ok(if parts.iter().all(Mask::is_none) {
            Mask::None
        } else {
            Mask::List(parts.into())
        })
    }
}

/// The masks of a plan. Instances of a type mostly have the same ones, letter by letter, so each text
/// is parsed once.
#[derive(Default)]
pub(super) struct Masks<'a>(RefCell<HashMap<&'a str, Rc<Mask<'a>>, RandomState>>);

impl<'a> Masks<'a> {
    /// The mask of a text; of none, nothing is marked.
    pub(super) fn read(&self, raw: Option<&'a RawValue>) -> serde_json::Result<Rc<Mask<'a>>> {
        let text = raw.map_or("false", RawValue::get);
        if let Some(mask) = self.0.borrow().get(text) {
            return Ok(mask.clone());
        }
        let mask: Rc<Mask<'a>> = Rc::new(serde_json::from_str(text)?);
        self.0.borrow_mut().insert(text, mask.clone());
        Ok(mask)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::plan::address::steps;

    fn mask(text: &str) -> Mask<'_> {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn what_is_not_marked_is_not_kept() {
        assert_eq!(mask(r#"{"a": {"b": false}, "c": [false, {}]}"#), Mask::None);
        assert_eq!(mask("null"), Mask::None);
        assert!(serde_json::from_str::<Mask<'_>>("1").is_err());
    }

    #[test]
    fn paths_lead_into_it() {
        let mask = mask(r#"{"a": [false, {"b": true}], "output": true}"#);
        assert_eq!(mask.count(), 2);
        for (path, is_touched) in [
            ("a[1].b", true),
            ("a[0]", false),
            ("a", true),
            ("output.properties.systemId", true),
            ("name", false),
        ] {
            assert_eq!(mask.touches(&steps(path)), is_touched, "{path}");
        }
    }

    #[test]
    fn the_order_of_questions_does_not_matter() {
        let mask = mask(r#"{"b": true, "d": {"x": true}}"#);
        let mut cursor = mask.cursor();
        for name in ["a", "b", "c", "b", "d", "d", "e", "a", "d", ""] {
            assert_eq!(cursor.attribute(name), mask.attribute(name), "{name}");
        }
        assert!(Mask::All.cursor().attribute("a").is_all());
    }

    #[test]
    fn marks_are_added() {
        let mut mask = Mask::None;
        mask.mark("b");
        mask.mark("a");
        assert_eq!(mask.names(), [["", "a"], ["", "b"]]);
        mask.mark("a");
        assert_eq!(mask.count(), 2);
    }

    #[test]
    fn the_last_of_the_same_name_counts() {
        let mask = mask(r#"{"b": true, "a": [true], "b": {"c": true}}"#);
        assert!(mask.attribute("a").element(0).is_all());
        assert!(!mask.attribute("b").is_all() && mask.attribute("b").attribute("c").is_all());
    }

    #[test]
    fn the_same_text_is_the_same_mask() {
        let texts: Vec<Box<RawValue>> = ["{\"a\":true}", "{\"a\":true}", "{\"b\":true}"]
            .map(|text| RawValue::from_string(text.to_owned()).unwrap())
            .into();
        let masks = Masks::default();
        let [one, same, other] = [0, 1, 2].map(|at| masks.read(Some(&texts[at])).unwrap());
        assert!(Rc::ptr_eq(&one, &same) && one != other);
        assert!(masks.read(None).unwrap().is_none());
    }
}
