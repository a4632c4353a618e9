//! The shape of `terraform show -json`, as far as it is read. What does not matter is skipped, and
//! what may not matter stays a slice of the text.
//!
//! Source: <https://developer.hashicorp.com/terraform/internals/json-format>, and plans of
//! Terraform 1.11.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::address::Step;
use super::configuration::ConfigurationDocument;
use super::mask::Mask;
use super::variables::Given;
use crate::adapt::is_understood;
use crate::source::InstanceKey;

/// A text of the document, copied only where it has escapes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Text<'a>(pub(super) Cow<'a, str>);

impl std::ops::Deref for Text<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

// A map of texts is asked for `&str`.
impl std::borrow::Borrow<str> for Text<'_> {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(TextVisitor).map(Self)
    }
}

struct TextVisitor;

impl<'de> Visitor<'de> for TextVisitor {
    type Value = Cow<'de, str>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a text")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(text))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(text.to_owned()))
    }
}

/// A plan.
#[derive(Deserialize)]
pub(super) struct PlanDocument<'a> {
    #[serde(borrow)]
    pub(super) format_version: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) resource_changes: Option<Changes<'a>>,
    #[serde(borrow)]
    pub(super) deferred_changes: Option<Vec<DeferredChange<'a>>>,
    #[serde(borrow)]
    pub(super) variables: Option<BTreeMap<Text<'a>, Given<'a>>>,
    pub(super) planned_values: Option<IgnoredAny>,
    #[serde(borrow)]
    pub(super) prior_state: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) configuration: Option<ConfigurationDocument<'a>>,
    pub(super) complete: Option<bool>,
    pub(super) errored: Option<bool>,
}

/// The fields by which documents of Terraform are told from one another.
#[derive(Default, Deserialize)]
pub(super) struct Signs<'a> {
    #[serde(borrow)]
    pub(super) format_version: Option<&'a RawValue>,
    pub(super) planned_values: Option<IgnoredAny>,
    pub(super) resource_changes: Option<IgnoredAny>,
    pub(super) values: Option<IgnoredAny>,
    #[serde(borrow)]
    pub(super) version: Option<&'a RawValue>,
    pub(super) lineage: Option<IgnoredAny>,
    pub(super) serial: Option<IgnoredAny>,
    pub(super) provider_schemas: Option<IgnoredAny>,
    pub(super) root_module: Option<IgnoredAny>,
    pub(super) encrypted_data: Option<IgnoredAny>,
    #[serde(rename = "@level")]
    pub(super) level: Option<IgnoredAny>,
    #[serde(rename = "resource")]
    pub(super) resource_blocks: Option<IgnoredAny>,
}

/// The changes to resources of types that are understood.
#[derive(Default)]
pub(super) struct Changes<'a>(pub(super) Vec<ResourceChange<'a>>);

/// A change to one instance.
#[derive(Deserialize)]
pub(super) struct ResourceChange<'a> {
    #[serde(borrow)]
    pub(super) address: Text<'a>,
    #[serde(borrow)]
    pub(super) previous_address: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) mode: Option<Text<'a>>,
    #[serde(borrow, rename = "type")]
    pub(super) type_name: Text<'a>,
    pub(super) index: Option<Index>,
    #[serde(default)]
    pub(super) index_unknown: bool,
    #[serde(borrow)]
    pub(super) deposed: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) change: ChangeDocument<'a>,
    #[serde(borrow)]
    pub(super) action_reason: Option<Text<'a>>,
}

/// A change that waits for another plan.
#[derive(Deserialize)]
pub(super) struct DeferredChange<'a> {
    #[serde(borrow)]
    pub(super) reason: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) resource_change: Option<ResourceChange<'a>>,
}

/// What changes. Most of it is only parsed for types that are understood.
#[derive(Deserialize)]
pub(super) struct ChangeDocument<'a> {
    /// A list of texts.
    #[serde(borrow)]
    pub(super) actions: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) before: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) after: Option<&'a RawValue>,
    /// A mask, as those below.
    #[serde(borrow)]
    pub(super) after_unknown: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) before_sensitive: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) after_sensitive: Option<&'a RawValue>,
    /// A list of lists of [`Index`].
    #[serde(borrow)]
    pub(super) replace_paths: Option<&'a RawValue>,
    pub(super) importing: Option<IgnoredAny>,
}

/// The key of an instance, or a part of a path: a number or a text.
#[derive(Clone, Debug)]
pub(super) struct Index(pub(super) InstanceKey);

impl Index {
    /// As a part of a path, where texts that are names are names.
    pub(super) fn to_step(&self) -> Step {
        match &self.0 {
            InstanceKey::Name(name) if is_name(name) => Step::Name(name.clone()),
            key => Step::Key(key.clone()),
        }
    }
}

/// Whether a path prints this with a dot.
pub(super) fn is_name(text: &str) -> bool {
    let mut letters = text.chars();
    letters
        .next()
        .is_some_and(|first| first.is_alphabetic() || first == '_')
        && letters.all(|letter| letter.is_alphanumeric() || letter == '_' || letter == '-')
}

impl<'de> Deserialize<'de> for Index {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // `arbitrary_precision` makes a number look like an object to anything that does not ask for
        // a number, so the text is looked at.
        let raw = <&RawValue>::deserialize(deserializer)?.get();
        let key = if raw.starts_with('"') {
            let text: Text<'_> = serde_json::from_str(raw).map_err(serde::de::Error::custom)?;
            InstanceKey::Name(text.0.into())
        } else {
            raw.parse().map_or(InstanceKey::Unknown, InstanceKey::Index)
        };
        Ok(Self(key))
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Changes<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(ChangesVisitor)
    }
}

/// Resources and data sources are; what lives for one run only (`ephemeral`) is not.
pub(super) fn is_kept(mode: Option<&str>) -> bool {
    matches!(mode, None | Some("managed" | "data"))
}

struct ChangesVisitor;

impl<'de> Visitor<'de> for ChangesVisitor {
    type Value = Changes<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a list of changes")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Self::Value, A::Error> {
        let mut changes = Vec::new();
        while let Some(change) = sequence.next_element::<ResourceChange<'de>>()? {
            if is_understood(&change.type_name) && is_kept(change.mode.as_deref()) {
                changes.push(change);
            }
        }
        Ok(Changes(changes))
    }
}

/// Values of a state, or of what a plan leads to.
#[derive(Deserialize)]
pub(super) struct StateDocument<'a> {
    #[serde(borrow)]
    pub(super) format_version: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) values: Option<StateValues<'a>>,
}

/// The root module of a state.
#[derive(Deserialize)]
pub(super) struct StateValues<'a> {
    #[serde(borrow)]
    pub(super) root_module: Option<StateModule<'a>>,
}

/// A module of a state.
#[derive(Default, Deserialize)]
pub(super) struct StateModule<'a> {
    #[serde(borrow)]
    pub(super) resources: Option<Vec<StateResource<'a>>>,
    #[serde(borrow)]
    pub(super) child_modules: Option<Vec<StateModule<'a>>>,
}

/// An instance in a state.
#[derive(Deserialize)]
pub(super) struct StateResource<'a> {
    #[serde(borrow)]
    pub(super) address: Text<'a>,
    #[serde(borrow)]
    pub(super) mode: Option<Text<'a>>,
    #[serde(borrow, rename = "type")]
    pub(super) type_name: Text<'a>,
    pub(super) index: Option<Index>,
    #[serde(borrow)]
    pub(super) values: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub(super) sensitive_values: Mask<'a>,
    #[serde(borrow)]
    pub(super) depends_on: Option<Vec<Text<'a>>>,
    #[serde(borrow)]
    pub(super) deposed_key: Option<Text<'a>>,
}
