//! JSON as the services write it.
//!
//! Members are found in any case, because the admin API varies its own (`vNets`, `VNets`; API
//! facts 4). Unknown members are skipped, null and absent are the same. What is read here becomes
//! a domain type once, in a `TryFrom` beside it, and is then forgotten.

pub(crate) mod environment;
pub(crate) mod operation;
pub(crate) mod policy;
pub(crate) mod role;
pub(crate) mod vault;

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Visitor};

/// Finds the index of a member's name without copying it.
pub(crate) struct MemberIndex(pub(crate) fn(&str) -> usize);

impl<'de> DeserializeSeed<'de> for MemberIndex {
    type Value = usize;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<usize, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for MemberIndex {
    type Value = usize;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a member's name")
    }

    fn visit_str<E>(self, name: &str) -> Result<usize, E> {
        Ok((self.0)(name))
    }
}

/// Defines a struct that reads a JSON object by the rules of this module.
macro_rules! wire {
    (
        $(#[$meta:meta])*
        $name:ident {
            $($field:ident: $type:ty = $member:literal $(or $other:literal)*,)*
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Default)]
        pub(crate) struct $name {
            $(pub(crate) $field: $type,)*
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct ObjectVisitor;

                impl<'de> serde::de::Visitor<'de> for ObjectVisitor {
                    type Value = $name;

                    fn expecting(
                        &self,
                        formatter: &mut std::fmt::Formatter<'_>,
                    ) -> std::fmt::Result {
                        formatter.write_str("an object")
                    }

                    fn visit_map<A: serde::de::MapAccess<'de>>(
                        self,
                        mut map: A,
                    ) -> Result<$name, A::Error> {
                        // One name per field, so that fields need no numbers.
                        const NAMES: &[&[&str]] = &[$(&[$member $(, $other)*],)*];
                        fn index(name: &str) -> usize {
                            NAMES
                                .iter()
                                .position(|names| {
                                    names.iter().any(|own| own.eq_ignore_ascii_case(name))
                                })
                                .unwrap_or(NAMES.len())
                        }
                        let mut object = $name::default();
                        while let Some(found) =
                            map.next_key_seed($crate::client::wire::MemberIndex(index))?
                        {
                            let mut _position = 0;
                            $(
                                if found == _position {
                                    if let Some(value) = map.next_value::<Option<$type>>()? {
                                        object.$field = value;
                                    }
                                    continue;
                                }
                                _position += 1;
                            )*
                            map.next_value::<serde::de::IgnoredAny>()?;
                        }
                        Ok(object)
                    }
                }

                deserializer.deserialize_map(ObjectVisitor)
            }
        }
    };
}

pub(crate) use wire;

wire! {
    /// `{"id": …}`, which the admin API uses for every word.
    Id {
        id: Option<String> = "id",
    }
}

/// One page of a list.
#[derive(Debug)]
pub(crate) struct Page<T> {
    pub(crate) value: Vec<T>,
    pub(crate) next_link: Option<String>,
}

impl<T> Default for Page<T> {
    fn default() -> Self {
        Self {
            value: Vec::new(),
            next_link: None,
        }
    }
}

impl<'de, T: serde::Deserialize<'de>> serde::Deserialize<'de> for Page<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct PageVisitor<T>(std::marker::PhantomData<T>);

        impl<'de, T: serde::Deserialize<'de>> Visitor<'de> for PageVisitor<T> {
            type Value = Page<T>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a page of a list")
            }

            fn visit_map<A: serde::de::MapAccess<'de>>(
                self,
                mut map: A,
            ) -> Result<Page<T>, A::Error> {
                fn index(name: &str) -> usize {
                    ["value", "nextLink", "@odata.nextLink"]
                        .iter()
                        .position(|own| own.eq_ignore_ascii_case(name))
                        .unwrap_or(3)
                }
                let mut value = None;
                let mut next_link = None;
                while let Some(member) = map.next_key_seed(MemberIndex(index))? {
                    match member {
                        0 => value = map.next_value::<Option<Vec<T>>>()?,
                        1 | 2 => next_link = map.next_value::<Option<String>>()?.or(next_link),
                        _ => {
                            map.next_value::<serde::de::IgnoredAny>()?;
                        }
                    }
                }
                // Without `value` this is no list, and an empty one would hide everything.
                let value = value.ok_or_else(|| serde::de::Error::missing_field("value"))?;
                let next_link = next_link.filter(|link| !link.is_empty());
                Ok(Page { value, next_link })
            }
        }

        deserializer.deserialize_map(PageVisitor(std::marker::PhantomData))
    }
}
