//! The attributes of an object, by name.
//!
//! A plan has thousands of instances of a few types, and all instances of a type have the same
//! attributes. Their names are kept once, and each instance only has its values in their order.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Value;

/// Names and values, sorted by name.
#[derive(Clone, Debug)]
pub struct Entries(Layout);

/// Names in ascending order, each once, that many objects have.
#[derive(Clone, Debug)]
pub struct Names(Arc<[Arc<str>]>);

impl Names {
    /// `None` where the names are not ascending.
    pub fn new(names: impl IntoIterator<Item = Arc<str>>) -> Option<Self> {
        let names: Arc<[Arc<str>]> = names.into_iter().collect();
        names
            .is_sorted_by(|one, next| one < next)
            .then_some(Self(names))
    }

    /// The names.
    pub fn as_slice(&self) -> &[Arc<str>] {
        &self.0
    }
}

#[derive(Clone, Debug)]
enum Layout {
    /// With names of its own.
    Own(BTreeMap<Arc<str>, Value>),
    /// With the names of other objects of its kind; as many values as names.
    Shared(Names, Box<[Value]>),
}

impl Entries {
    /// No entries.
    pub const fn new() -> Self {
        Self(Layout::Own(BTreeMap::new()))
    }

    /// Values in the order of names that other objects have, too; `None` where there are not as many
    /// values as names.
    pub fn shared(names: Names, values: Box<[Value]>) -> Option<Self> {
        (names.0.len() == values.len()).then_some(Self(Layout::Shared(names, values)))
    }

    /// The value of a name.
    pub fn get(&self, name: &str) -> Option<&Value> {
        match &self.0 {
            Layout::Own(map) => map.get(name),
            Layout::Shared(names, values) => {
                let at = names.0.binary_search_by(|one| (**one).cmp(name)).ok()?;
                values.get(at)
            }
        }
    }

    /// Whether there is such a name.
    pub fn contains_key(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// Sets a value, in place of one with the same name.
    pub fn insert(&mut self, name: Arc<str>, value: Value) {
        let mut map = match std::mem::take(self).0 {
            Layout::Own(map) => map,
            Layout::Shared(names, values) => {
                names.0.iter().cloned().zip(values.into_vec()).collect()
            }
        };
        map.insert(name, value);
        self.0 = Layout::Own(map);
    }

    /// Takes all entries away.
    pub fn clear(&mut self) {
        *self = Self::new();
    }

    /// All entries.
    pub fn iter(&self) -> impl Iterator<Item = (&Arc<str>, &Value)> {
        let (map, names, values): (_, &[_], &[_]) = match &self.0 {
            Layout::Own(map) => (Some(map), &[], &[]),
            Layout::Shared(names, values) => (None, &names.0, values),
        };
        let own = map.into_iter().flatten();
        own.chain(names.iter().zip(values))
    }

    /// All names.
    pub fn keys(&self) -> impl Iterator<Item = &Arc<str>> {
        self.iter().map(|(name, _)| name)
    }

    /// All values.
    pub fn values(&self) -> impl Iterator<Item = &Value> {
        self.iter().map(|(_, value)| value)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        match &self.0 {
            Layout::Own(map) => map.len(),
            Layout::Shared(_, values) => values.len(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether the names of both are kept once.
    #[cfg(test)]
    pub(crate) fn has_names_of(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (Layout::Shared(names, _), Layout::Shared(others, _)) => {
                Arc::ptr_eq(&names.0, &others.0)
            }
            _ => false,
        }
    }

    /// The same names with other values.
    #[must_use]
    pub fn map(&self, mut change: impl FnMut(&Arc<str>, &Value) -> Value) -> Self {
        match &self.0 {
            Layout::Own(map) => map
                .iter()
                .map(|(name, value)| (name.clone(), change(name, value)))
                .collect(),
            Layout::Shared(names, values) => {
                let values = names.0.iter().zip(values);
                let values = values.map(|(name, value)| change(name, value)).collect();
                Self(Layout::Shared(names.clone(), values))
            }
        }
    }
}

impl Default for Entries {
    fn default() -> Self {
        Self::new()
    }
}

impl FromIterator<(Arc<str>, Value)> for Entries {
    fn from_iter<I: IntoIterator<Item = (Arc<str>, Value)>>(entries: I) -> Self {
        Self(Layout::Own(entries.into_iter().collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(names: &[&str]) -> Option<Names> {
        Names::new(names.iter().map(|name| Arc::from(*name)))
    }

    fn shared() -> Entries {
        let values = [Value::string("1"), Value::string("2")].into();
        Entries::shared(names(&["a", "c"]).unwrap(), values).unwrap()
    }

    fn shown(entries: &Entries) -> String {
        let pairs: Vec<String> = entries
            .iter()
            .map(|(name, value)| format!("{name}={}", value.as_str().unwrap()))
            .collect();
        pairs.join(" ")
    }

    #[test]
    fn both_layouts_answer_alike() {
        let own: Entries = [("c", "2"), ("a", "1")]
            .map(|(name, text)| (name.into(), Value::string(text)))
            .into_iter()
            .collect();
        for entries in [own, shared()] {
            assert_eq!(shown(&entries), "a=1 c=2");
            assert_eq!(entries.get("c").unwrap().as_str(), Some("2"));
            assert!(entries.get("b").is_none() && !entries.contains_key(""));
            assert_eq!(entries.len(), 2);
            let mapped = entries.map(|name, _| Value::string(name.clone()));
            assert_eq!(shown(&mapped), "a=a c=c");
        }
    }

    #[test]
    fn what_is_changed_gets_names_of_its_own() {
        let before = shared();
        let mut after = before.clone();
        after.insert("b".into(), Value::string("3"));
        after.insert("a".into(), Value::string("4"));
        assert_eq!(shown(&after), "a=4 b=3 c=2");
        assert_eq!(shown(&before), "a=1 c=2");
        after.clear();
        assert!(after.is_empty());
    }

    #[test]
    fn names_are_in_order_and_fit() {
        let two = names(&["a", "b"]).unwrap();
        assert!(Entries::shared(two, [Value::null()].into()).is_none());
        assert!(names(&["b", "a"]).is_none());
        assert!(names(&["a", "a"]).is_none());
    }
}
