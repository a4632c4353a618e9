//! Values of a plan, built while they are parsed: no tree in between.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::fmt;
use std::sync::Arc;

use foldhash::fast::RandomState;
use ppcmk_coverage::estate::{Reason, Unknown};
use serde::Deserialize as _;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::document::{Text, is_name};
use super::mask::{Mask, NONE};
use crate::source::InstanceKey;
use crate::value::{Entries, Kind, Names as AttributeNames, Number, Object, Value};

/// The name under which `serde_json` hands over numbers that it keeps as text.
const NUMBER: &str = "$serde_json::private::Number";

/// Texts up to this length are shared: names of attributes, locations, words.
const SHARED: usize = 48;

/// So many entries are put among others one by one.
const FEW: usize = 8;

/// How many sets of attributes are remembered of one type.
const SETS: usize = 8;

/// What occurs again and again, kept once.
#[derive(Default)]
pub(super) struct Interner {
    texts: RefCell<HashSet<Arc<str>, RandomState>>,
    /// The attributes that instances of a type have, the latest set last.
    attributes: RefCell<HashMap<Box<str>, Vec<AttributeNames>, RandomState>>,
}

impl Interner {
    /// The attributes that the latest instance of this type had.
    fn expected(&self, kind: Option<&str>) -> Option<AttributeNames> {
        self.attributes.borrow().get(kind?)?.last().cloned()
    }

    /// The attributes of an instance of this type, sorted by name.
    fn entries(&self, kind: &str, entries: Vec<(Arc<str>, Value)>) -> Entries {
        let Some(names) = self.names(kind, &entries) else {
            return entries.into_iter().collect();
        };
        let values: Vec<Value> = entries.into_iter().map(|(_, value)| value).collect();
        Entries::shared(names, values.into()).unwrap_or_default()
    }

    fn names(&self, kind: &str, entries: &[(Arc<str>, Value)]) -> Option<AttributeNames> {
        let mut attributes = self.attributes.borrow_mut();
        let known = match attributes.get_mut(kind) {
            Some(known) => known,
            None => attributes.entry(kind.into()).or_default(),
        };
        let is_same = |names: &AttributeNames| {
            let names = names.as_slice();
            names.len() == entries.len()
                && names
                    .iter()
                    .zip(entries)
                    .all(|(one, (other, _))| one == other)
        };
        if let Some(names) = known.iter().rev().find(|names| is_same(names)) {
            return Some(names.clone());
        }
        let names = AttributeNames::new(entries.iter().map(|(name, _)| name.clone()))?;
        if known.len() == SETS {
            known.remove(0);
        }
        known.push(names.clone());
        Some(names)
    }

    pub(super) fn text(&self, text: &str) -> Arc<str> {
        if text.len() > SHARED {
            return text.into();
        }
        let mut known = self.texts.borrow_mut();
        if let Some(text) = known.get(text) {
            return text.clone();
        }
        let text: Arc<str> = text.into();
        known.insert(text.clone());
        text
    }
}

/// Where in the values of an instance a value is.
#[derive(Clone, Copy)]
pub(super) enum Path<'p> {
    Root(&'p str),
    Attribute(&'p Path<'p>, &'p str),
    Element(&'p Path<'p>, usize),
}

impl Path<'_> {
    /// As Terraform prints it, behind the address.
    fn text(&self) -> Arc<str> {
        let mut text = String::with_capacity(96);
        self.print(&mut text);
        text.into()
    }

    fn print(&self, text: &mut String) {
        match self {
            Self::Root(address) => text.push_str(address),
            Self::Attribute(path, name) => {
                path.print(text);
                if is_name(name) {
                    text.push('.');
                    text.push_str(name);
                } else {
                    text.push_str(&InstanceKey::Name((*name).into()).to_string());
                }
            }
            Self::Element(path, index) => {
                path.print(text);
                text.push_str(&InstanceKey::Index(*index as u64).to_string());
            }
        }
    }
}

/// What the configuration says about a value, so that an unknown one is named after what it refers
/// to.
pub(super) trait Names {
    /// What it says about an attribute.
    fn attribute(&self, name: &str, unknown: &Mask<'_>, sensitive: &Mask<'_>) -> Self;

    /// What it says about an element.
    fn element(&self, index: usize, unknown: &Mask<'_>, sensitive: &Mask<'_>) -> Self;

    /// The name of the value, if it has another one than its place.
    fn symbol(&self) -> Option<Arc<str>>;

    /// Whether nobody has configured it, so that its provider computes it.
    fn is_left_to_provider(&self) -> bool;
}

/// Nothing is known of references.
#[derive(Clone, Copy)]
pub(super) struct OwnNames;

impl Names for OwnNames {
    fn attribute(&self, _: &str, _: &Mask<'_>, _: &Mask<'_>) -> Self {
        *self
    }

    fn element(&self, _: usize, _: &Mask<'_>, _: &Mask<'_>) -> Self {
        *self
    }

    fn symbol(&self) -> Option<Arc<str>> {
        None
    }

    fn is_left_to_provider(&self) -> bool {
        false
    }
}

/// How to build one value.
#[derive(Clone, Copy)]
pub(super) struct Build<'b, N> {
    pub(super) interner: &'b Interner,
    pub(super) path: &'b Path<'b>,
    pub(super) unknown: &'b Mask<'b>,
    pub(super) sensitive: &'b Mask<'b>,
    pub(super) names: &'b N,
    /// The type, where it is a whole instance.
    pub(super) kind: Option<&'b str>,
}

impl<N: Names> Build<'_, N> {
    /// The value of an instance without values, as far as the masks tell.
    pub(super) fn without_values(&self) -> Value {
        if self.unknown.is_all() || self.sensitive.is_all() {
            self.not_known()
        } else {
            self.only_marks().unwrap_or_else(Value::null)
        }
    }

    fn not_known(&self) -> Value {
        let own = self.path.text();
        let reason = if self.unknown.is_all() {
            Reason::KnownAfterApply(own.clone())
        } else {
            Reason::Expression(format!("`{own}` is sensitive").into())
        };
        Value::symbol(reason, self.names.symbol().unwrap_or(own))
    }

    /// A value without parts. Marks on parts that it does not have are taken for marks on all of it.
    fn scalar(&self, kind: Kind) -> Value {
        if self.sensitive.is_none() {
            Value::new(kind)
        } else {
            self.not_known()
        }
    }

    /// What has no value in the document, but parts that are unknown.
    fn only_marks(&self) -> Option<Value> {
        match self.unknown {
            Mask::Object(_) => Some(self.object(Vec::new())),
            Mask::List(parts) => Some(Value::list(
                (0..parts.len()).map(|index| self.unseen_element(index)),
            )),
            Mask::None | Mask::All => None,
        }
    }

    /// An object of these entries, which are sorted, and the unknown ones that are missing. As in
    /// sources, what is left to the provider is not among the entries: the object is open instead.
    fn object(&self, mut entries: Vec<(Arc<str>, Value)>) -> Value {
        let parts: &[_] = match self.unknown {
            Mask::Object(parts) => parts,
            _ => &[],
        };
        let mut is_open = false;
        let mut unseen = Vec::new();
        for (name, unknown) in parts {
            let seen = entries.binary_search_by(|(one, _)| (**one).cmp(name));
            self.attribute(name, unknown, |build| {
                if build.names.is_left_to_provider() {
                    is_open = true;
                    if let Ok(at) = seen {
                        entries.remove(at);
                    }
                } else if seen.is_err() {
                    unseen.push((self.interner.text(name), build.without_values()));
                }
            });
        }
        insert(&mut entries, unseen);
        let rest = is_open.then(|| self.own_unknown().into());
        let entries = match self.kind {
            Some(kind) => self.interner.entries(kind, entries),
            None => entries.into_iter().collect(),
        };
        Value::object(Object { entries, rest })
    }

    fn own_unknown(&self) -> Unknown {
        let own = self.path.text();
        Unknown {
            reason: Reason::KnownAfterApply(own.clone()),
            symbol: Some(own),
        }
    }

    fn unseen_element(&self, index: usize) -> Value {
        self.element(index, |build| build.without_values())
    }

    fn attribute<T>(
        &self,
        name: &str,
        unknown: &Mask<'_>,
        then: impl FnOnce(Build<'_, N>) -> T,
    ) -> T {
        let sensitive = self.sensitive.attribute(name);
        if unknown.is_none() && sensitive.is_none() {
            // Of what is known, nobody asks for a name.
            return then(Build {
                interner: self.interner,
                path: &Path::Attribute(self.path, name),
                unknown,
                sensitive,
                names: self.names,
                kind: None,
            });
        }
        then(Build {
            interner: self.interner,
            path: &Path::Attribute(self.path, name),
            unknown,
            sensitive,
            names: &self.names.attribute(name, unknown, sensitive),
            kind: None,
        })
    }

    fn element<T>(&self, index: usize, then: impl FnOnce(Build<'_, N>) -> T) -> T {
        let (unknown, sensitive) = (self.unknown.element(index), self.sensitive.element(index));
        then(Build {
            interner: self.interner,
            path: &Path::Element(self.path, index),
            unknown,
            sensitive,
            names: &self.names.element(index, unknown, sensitive),
            kind: None,
        })
    }
}

impl<'de, N: Names> DeserializeSeed<'de> for Build<'_, N> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        if self.unknown.is_all() || self.sensitive.is_all() {
            IgnoredAny::deserialize(deserializer)?;
            return Ok(self.not_known());
        }
        deserializer.deserialize_any(self)
    }
}

impl<'de, N: Names> Visitor<'de> for Build<'_, N> {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(self.without_values())
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(self.scalar(Kind::Bool(value)))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(self.scalar(Kind::Number(Number::Int(number))))
    }

    fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<Value, E> {
        if let Ok(number) = i64::try_from(number) {
            return self.visit_i64(number);
        }
        self::number(&number.to_string()).map(|number| self.scalar(number))
    }

    fn visit_f64<E: serde::de::Error>(self, number: f64) -> Result<Value, E> {
        self::number(&number.to_string()).map(|number| self.scalar(number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(self.scalar(Kind::String(self.interner.text(text))))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        while let Some(value) =
            self.element(values.len(), |build| sequence.next_element_seed(build))?
        {
            values.push(value);
        }
        if let Mask::List(parts) = self.unknown {
            for index in values.len()..parts.len() {
                values.push(self.unseen_element(index));
            }
        }
        Ok(Value::list(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let names = self.interner.expected(self.kind);
        let mut expected = names.as_ref().map_or(&[][..], AttributeNames::as_slice);
        let mut entries: Vec<(Arc<str>, Value)> = Vec::with_capacity(expected.len());
        let mut unknown = self.unknown.cursor();
        let mut is_sorted = true;
        while let Some(name) = map.next_key::<Text<'de>>()? {
            if &*name == NUMBER && entries.is_empty() {
                let number = number(&map.next_value::<Text<'de>>()?)?;
                return Ok(self.scalar(number));
            }
            let mask = unknown.attribute(&name);
            let value = self.attribute(&name, mask, |build| map.next_value_seed(build))?;
            // What is expected is in order.
            let name = next(&mut expected, &name).unwrap_or_else(|| {
                is_sorted = false;
                self.interner.text(&name)
            });
            entries.push((name, value));
        }
        if !is_sorted {
            sort(&mut entries);
        }
        Ok(self.object(entries))
    }
}

/// Sorts by name. Terraform does so, too; of the same name the last one counts.
fn sort(entries: &mut Vec<(Arc<str>, Value)>) {
    if !entries.is_sorted_by(|(one, _), (next, _)| one < next) {
        entries.reverse();
        entries.sort_by(|(one, _), (other, _)| one.cmp(other));
        entries.dedup_by(|(later, _), (kept, _)| later == kept);
    }
}

/// Puts more entries in their places; both are sorted, and have no name in common.
fn insert(entries: &mut Vec<(Arc<str>, Value)>, more: Vec<(Arc<str>, Value)>) {
    if more.len() > FEW {
        entries.extend(more);
        return sort(entries);
    }
    for (name, value) in more {
        let at = entries.partition_point(|(one, _)| *one < name);
        entries.insert(at, (name, value));
    }
}

/// The name, if it is among the next that are expected.
fn next(expected: &mut &[Arc<str>], name: &str) -> Option<Arc<str>> {
    let at = expected.iter().take(4).position(|one| **one == *name)?;
    let found = expected[at].clone();
    *expected = &expected[at + 1..];
    Some(found)
}

fn number<E: serde::de::Error>(text: &str) -> Result<Kind, E> {
    let number = match text.parse() {
        Ok(whole) => Some(Number::Int(whole)),
        Err(_) => text.parse().ok().and_then(Number::from_f64),
    };
    number
        .map(Kind::Number)
        .ok_or_else(|| E::custom(format_args!("the number `{text}` is out of range")))
}

/// Builds values without references: of states and data sources. `kind` is the type of the instance,
/// where it is a whole one.
pub(super) fn build_plain<'b>(
    interner: &'b Interner,
    path: &'b Path<'b>,
    sensitive: &'b Mask<'b>,
    kind: Option<&'b str>,
) -> Build<'b, OwnNames> {
    Build {
        kind,
        interner,
        path,
        unknown: NONE,
        sensitive,
        names: &OwnNames,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn build(text: &str, unknown: &str, sensitive: &str) -> Value {
        let (unknown, sensitive) = (
            serde_json::from_str(unknown).unwrap(),
            serde_json::from_str(sensitive).unwrap(),
        );
        let build = Build {
            interner: &Interner::default(),
            path: &Path::Root("a.b"),
            unknown: &unknown,
            sensitive: &sensitive,
            names: &OwnNames,
            kind: Some("a"),
        };
        let mut reader = serde_json::Deserializer::from_str(text);
        build.deserialize(&mut reader).unwrap()
    }

    fn symbol(value: &Value) -> String {
        value
            .as_unknown()
            .unwrap()
            .symbol
            .clone()
            .unwrap()
            .to_string()
    }

    #[test]
    fn unknown_parts_are_laid_over() {
        let value = build(
            r#"{"name": "x", "list": [null, 1], "nested": {"known": true}, "count": 1.5}"#,
            r#"{"id": true, "list": [true, false, {"a": true}], "nested": {"y z": true}}"#,
            "{}",
        );
        assert_eq!(value.get("name").unwrap().as_str(), Some("x"));
        assert_eq!(symbol(&value.get("id").unwrap()), "a.b.id");
        let list = value.get("list").unwrap();
        let list = list.as_list().unwrap();
        assert_eq!(symbol(&list[0]), "a.b.list[0]");
        assert!(matches!(list[1].kind, Kind::Number(Number::Int(1))));
        assert_eq!(symbol(&list[2].get("a").unwrap()), "a.b.list[2].a");
        let nested = value.get("nested").unwrap();
        assert_eq!(symbol(&nested.get("y z").unwrap()), "a.b.nested[\"y z\"]");
        assert!(matches!(
            nested.get("known").unwrap().kind,
            Kind::Bool(true)
        ));
    }

    #[test]
    fn what_is_null_may_have_unknown_parts() {
        let value = build("null", r#"{"id": true, "list": [{"a": true}]}"#, "false");
        assert_eq!(symbol(&value.get("id").unwrap()), "a.b.id");
        assert!(build("null", "{}", "{}").is_null());
    }

    #[test]
    fn sensitive_values_are_not_kept() {
        let value = build(
            r#"{"secret": {"deep": "hunter2"}, "list": ["hunter2", "open"]}"#,
            "{}",
            r#"{"secret": true, "list": [true, false]}"#,
        );
        assert!(!format!("{value:?}").contains("hunter2"));
        let secret = value.get("secret").unwrap();
        let why = secret.as_unknown().unwrap();
        assert_eq!(why.reason.to_string(), "`a.b.secret` is sensitive");
        assert_eq!(
            value.get("list").unwrap().as_list().unwrap()[1].as_str(),
            Some("open")
        );
    }

    /// What a plan of ten thousand instances costs, hangs on this.
    #[test]
    fn instances_of_a_type_have_their_names_once() {
        let interner = Interner::default();
        let read = |kind, text: &str| {
            let path = Path::Root("a.b");
            let build = build_plain(&interner, &path, NONE, Some(kind));
            let mut reader = serde_json::Deserializer::from_str(text);
            build.deserialize(&mut reader).unwrap()
        };
        let shares = |one: &Value, other: &Value| {
            let [one, other] = [one, other].map(|value| &value.as_object().unwrap().entries);
            one.has_names_of(other)
        };
        let first = read("a", r#"{"x": 1, "y": {"z": 1}}"#);
        let more = read("a", r#"{"w": 0, "x": 1, "y": null}"#);
        assert!(shares(&first, &read("a", r#"{"x": 2, "y": {}}"#)));
        assert!(shares(&first, &read("a", r#"{"y": 3, "x": 4}"#)));
        assert!(shares(&more, &read("a", r#"{"w": 5, "x": 6, "y": 7}"#)));
        assert!(!shares(&first, &more));
        assert!(!shares(&first, &read("b", r#"{"x": 1, "y": 2}"#)));
        // Maps and nested blocks have any names, so those are not remembered.
        let nested = |value: &Value| value.get("y").unwrap();
        assert!(!shares(
            &nested(&first),
            &nested(&read("a", r#"{"x": 1, "y": {"z": 1}}"#))
        ));
    }

    #[test]
    fn nobody_can_forge_a_number() {
        let text = format!(r#"{{"{NUMBER}": "x"}}"#);
        let interner = Interner::default();
        let mut reader = serde_json::Deserializer::from_str(&text);
        let result = build_plain(&interner, &Path::Root("a"), NONE, None).deserialize(&mut reader);
        assert!(result.unwrap_err().to_string().contains("out of range"));
    }
}
