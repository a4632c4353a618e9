//! Which parts of a value are unknown, or sensitive.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

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
    /// Parts of some attributes.
    Object(BTreeMap<Text<'a>, Mask<'a>>),
    /// Parts of some elements.
    List(Vec<Mask<'a>>),
}

pub(super) const NONE: &Mask<'static> = &Mask::None;

impl<'a> Mask<'a> {
    pub(super) fn attribute(&self, name: &str) -> &Mask<'a> {
        match self {
            Self::None | Self::List(_) => NONE,
            Self::All => self,
            Self::Object(parts) => parts.get(name).unwrap_or(NONE),
        }
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
            Self::Object(parts) => parts.values().map(Self::count).sum(),
            Self::List(parts) => parts.iter().map(Self::count).sum(),
        }
    }

    /// The name of the attribute that the first mark is at, inside of this value.
    pub(super) fn last_name(&self) -> Option<&str> {
        match self {
            Self::None | Self::All => None,
            Self::Object(parts) => {
                let (name, part) = parts.iter().next()?;
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

    /// Marks what is at the end of the path.
    pub(super) fn mark(&mut self, path: &[Step]) {
        let Some((first, rest)) = path.split_first() else {
            *self = Self::All;
            return;
        };
        match (first, &mut *self) {
            (_, Self::All) => {}
            (Step::Name(name) | Step::Key(InstanceKey::Name(name)), Self::Object(parts)) => {
                let name = Text(name.to_string().into());
                parts.entry(name).or_default().mark(rest);
            }
            (Step::Name(name) | Step::Key(InstanceKey::Name(name)), Self::None) => {
                let mut part = Self::None;
                part.mark(rest);
                let name = Text(name.to_string().into());
                *self = Self::Object(BTreeMap::from([(name, part)]));
            }
            // Sets have no places, and paths into lists are rare: the whole is marked.
            _ => *self = Self::All,
        }
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
        Ok(if parts.is_empty() {
            Mask::None
        } else {
            Mask::Object(BTreeMap::from_iter(parts))
        })
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Mask<'de>, A::Error> {
        let mut parts = Vec::new();
        while let Some(mask) = sequence.next_element()? {
            parts.push(mask);
        }
        Ok(if parts.iter().all(Mask::is_none) {
            Mask::None
        } else {
            Mask::List(parts)
        })
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
    fn marks_are_added() {
        let mut mask = Mask::None;
        mask.mark(&steps("a.b"));
        mask.mark(&steps("a.c[0]"));
        assert_eq!(mask.count(), 2);
        mask.mark(&steps("a"));
        assert_eq!(mask.count(), 1);
    }
}
