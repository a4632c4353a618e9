//! The arguments of credentials in a block, read and described by the table.

use std::collections::BTreeMap;

use tfplugin::schema::validator::{Validator, one_of, parses};
use tfplugin::{Attr, Attribute, Field, Model, Type, Value, ValueError};

use super::Method;
use super::table::{Name, Row, Shape, TABLE};

/// What a block says about credentials: the provider block, `azure` or `power_platform`.
#[derive(Clone, Default)]
pub struct CredentialArguments(BTreeMap<Name, Attr<String>>);

impl CredentialArguments {
    /// The values that are known; flags are `true` and `false`.
    pub(super) fn known(&self) -> impl Iterator<Item = (Name, &str)> {
        self.0
            .iter()
            .filter_map(|(name, value)| Some((*name, value.as_str()?)))
    }

    /// Sets a value.
    #[cfg(test)]
    pub(crate) fn with(mut self, name: Name, value: &str) -> Self {
        self.0.insert(name, value.to_owned().into());
        self
    }

    /// Sets a value that is known after apply.
    #[cfg(test)]
    pub(crate) fn with_unknown(mut self, name: Name) -> Self {
        self.0.insert(name, Attr::Unknown);
        self
    }
}

/// The attributes of the schema.
pub(crate) fn attributes() -> Vec<Attribute> {
    rows()
        .map(|(argument, row)| {
            let attribute = match row.shape {
                Shape::Flag => Attribute::bool(argument),
                Shape::Text => Attribute::string(argument),
                Shape::Secret => Attribute::string(argument).sensitive(),
            };
            let attribute = attribute.describe(row.describe());
            match row.name {
                Name::AuthMethod => attribute.validate(one_of(Method::WORDS)),
                _ if row.shape == Shape::Flag => attribute,
                _ => attribute.validate(not_empty(argument)),
            }
        })
        .collect()
}

fn rows() -> impl Iterator<Item = (&'static str, &'static Row)> {
    TABLE.iter().filter_map(|row| Some((row.argument?, row)))
}

fn not_empty(argument: &'static str) -> impl Validator {
    parses("Empty value", move |text: &str| {
        if text.trim().is_empty() {
            Err(format!("{argument} is empty"))
        } else {
            Ok(())
        }
    })
}

impl Field for CredentialArguments {
    fn ty() -> Option<Type> {
        let members = rows().map(|(argument, row)| {
            let ty = match row.shape {
                Shape::Flag => Type::Bool,
                Shape::Text | Shape::Secret => Type::String,
            };
            (argument.to_owned(), ty)
        });
        Some(Type::Object(members.collect()))
    }

    fn from_value(value: Value) -> Result<Self, ValueError> {
        let mut members = tfplugin::model::members(value)?;
        let mut values = BTreeMap::new();
        for (argument, row) in rows() {
            let value: Attr<String> = if row.shape == Shape::Flag {
                let flag: Attr<bool> = tfplugin::model::take(&mut members, argument)?;
                flag.map(|flag| flag.to_string())
            } else {
                tfplugin::model::take(&mut members, argument)?
            };
            if !value.is_null() {
                values.insert(row.name, value);
            }
        }
        Ok(Self(values))
    }

    fn into_value(self) -> Value {
        let mut values = self.0;
        Value::object(rows().map(|(argument, row)| {
            let value = values.remove(&row.name).unwrap_or_default();
            let value = if row.shape == Shape::Flag {
                value.map(|text| text == "true").into_value()
            } else {
                value.into_value()
            };
            (argument, value)
        }))
    }
}

impl Model for CredentialArguments {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_come_back_as_they_were() {
        let arguments = CredentialArguments::default()
            .with(Name::ClientId, "app")
            .with(Name::UseOidc, "true")
            .with_unknown(Name::ClientSecret);
        let value = arguments.clone().into_value();
        assert_eq!(*value.attribute("use_oidc"), Value::Bool(true));
        let read = CredentialArguments::from_value(value).unwrap();
        assert_eq!(read.0, arguments.0);
        assert!(read.0[&Name::ClientSecret].is_unknown());
    }
}
