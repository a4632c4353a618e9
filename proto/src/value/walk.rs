//! Going through all parts of a value.

use super::Value;
use crate::path::{AttributePath, Step};

impl Value {
    /// Rebuilds the value, inner parts first; `change` sees every part with its path.
    #[must_use]
    pub fn transform(self, change: &mut impl FnMut(&AttributePath, Value) -> Value) -> Self {
        self.transform_at(&AttributePath::root(), change)
    }

    fn transform_at(
        self,
        path: &AttributePath,
        change: &mut impl FnMut(&AttributePath, Value) -> Value,
    ) -> Self {
        let rebuilt = match self {
            Self::List(elements) => Self::List(
                elements
                    .into_iter()
                    .enumerate()
                    .map(|(index, element)| element.transform_at(&path.index(index), change))
                    .collect(),
            ),
            Self::Set(elements) => Self::Set(
                elements
                    .into_iter()
                    .map(|element| element.transform_at(&path.set_element(), change))
                    .collect(),
            ),
            Self::Map(members) => Self::Map(
                members
                    .into_iter()
                    .map(|(key, member)| {
                        let member = member.transform_at(&path.key(&key), change);
                        (key, member)
                    })
                    .collect(),
            ),
            Self::Object(members) => Self::Object(
                members
                    .into_iter()
                    .map(|(name, member)| {
                        let member = member.transform_at(&path.attribute(&name), change);
                        (name, member)
                    })
                    .collect(),
            ),
            other => other,
        };
        change(path, rebuilt)
    }

    /// The value with every unknown part turned to null: what can be stored of an object that
    /// exists only in part.
    #[must_use]
    pub fn unknowns_to_null(self) -> Self {
        self.transform(&mut |_, part| match part {
            Self::Unknown => Self::Null,
            Self::Dynamic(inner) if inner.1.is_unknown() => Self::Null,
            other => other,
        })
    }

    /// The path of the first unknown part.
    pub fn first_unknown(&self) -> Option<AttributePath> {
        fn search(value: &Value, path: &AttributePath) -> Option<AttributePath> {
            match value {
                Value::Unknown => Some(path.clone()),
                Value::List(elements) => elements
                    .iter()
                    .enumerate()
                    .find_map(|(index, element)| search(element, &path.index(index))),
                Value::Set(elements) => elements
                    .iter()
                    .find_map(|element| search(element, &path.set_element())),
                Value::Map(members) => members
                    .iter()
                    .find_map(|(key, member)| search(member, &path.key(key))),
                Value::Object(members) => members
                    .iter()
                    .find_map(|(name, member)| search(member, &path.attribute(name))),
                Value::Dynamic(inner) => search(&inner.1, path),
                Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
            }
        }
        search(self, &AttributePath::root())
    }

    /// The part at a path. `None` when the path leads nowhere; unknown when it leads into an
    /// unknown value.
    pub fn at(&self, path: &AttributePath) -> Option<&Self> {
        let mut value = self;
        for step in path.steps() {
            value = match (value, step) {
                (Self::Unknown, _) => return Some(value),
                (Self::Object(members), Step::Attribute(name)) => members.get(name)?,
                (Self::Map(members), Step::Key(key)) => members.get(key)?,
                (Self::List(elements), Step::Index(index)) => elements.get(*index)?,
                _ => return None,
            };
        }
        Some(value)
    }
}
