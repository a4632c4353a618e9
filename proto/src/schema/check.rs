//! The rules that core holds against schemas, so that a mistake is found by a unit test and not
//! by a user whose every command fails.

use std::collections::BTreeSet;
use std::fmt;

use super::{Attribute, Mode, Nesting, Schema, Shape};
use crate::function::Signature;
use crate::identity::IdentitySchema;
use crate::value::{self, Type};

/// Names that Terraform's language takes in every resource block. Core does not report a clash.
const RESERVED_IN_RESOURCES: [&str; 7] = [
    "connection",
    "count",
    "depends_on",
    "for_each",
    "lifecycle",
    "provider",
    "provisioner",
];
/// Names that Terraform's language takes in provider blocks.
const RESERVED_IN_PROVIDERS: [&str; 2] = ["alias", "version"];

/// A schema that core would refuse, or that would surprise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SchemaProblem {
    /// The attribute or block.
    pub place: String,
    /// What is wrong with it.
    pub message: String,
}

impl fmt::Display for SchemaProblem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.place, self.message)
    }
}

impl Schema {
    /// Everything wrong with the schema of a resource or data source called `place`.
    pub fn problems(&self, place: &str) -> Vec<SchemaProblem> {
        self.problems_with_names(place, &RESERVED_IN_RESOURCES)
    }

    /// Everything wrong with the schema of a provider block.
    pub fn provider_problems(&self) -> Vec<SchemaProblem> {
        self.problems_with_names("provider", &RESERVED_IN_PROVIDERS)
    }

    fn problems_with_names(&self, place: &str, reserved: &[&str]) -> Vec<SchemaProblem> {
        let mut checker = Checker {
            problems: Vec::new(),
        };
        if self.version < 0 {
            checker.report(place, "the version is negative");
        }
        checker.attributes(place, &self.attributes, reserved, false);
        let mut names: BTreeSet<&str> = self
            .attributes
            .iter()
            .map(|attribute| attribute.name.as_str())
            .collect();
        for block in &self.blocks {
            let place = format!("{place}.{}", block.name);
            if !names.insert(&block.name) {
                checker.report(&place, "the name is used twice");
            }
            if !is_valid_name(&block.name) || reserved.contains(&block.name.as_str()) {
                checker.report(&place, "the name cannot be used");
            }
            if block.description.is_empty() {
                checker.report(&place, "there is no description");
            }
            checker.attributes(
                &place,
                &block.attributes,
                &[],
                block.nesting == Nesting::Set,
            );
        }
        checker.problems
    }
}

impl Signature {
    /// Everything wrong with the parameters of the function called `place`.
    pub fn problems(&self, place: &str) -> Vec<SchemaProblem> {
        let mut checker = Checker {
            problems: Vec::new(),
        };
        if !is_valid_name(place) {
            checker.report(place, "the name cannot be used");
        }
        if self.summary.is_empty() || self.description.is_empty() {
            checker.report(place, "there is no description");
        }
        let mut names = BTreeSet::new();
        for parameter in self.parameters.iter().chain(&self.variadic) {
            let place = format!("{place}({})", parameter.name);
            if !is_valid_name(&parameter.name) || !names.insert(&parameter.name) {
                checker.report(&place, "the name cannot be used, or is used twice");
            }
            if parameter.description.is_empty() {
                checker.report(&place, "there is no description");
            }
        }
        checker.problems
    }
}

impl IdentitySchema {
    /// Everything wrong with the identity of the resource called `place`.
    pub fn problems(&self, place: &str) -> Vec<SchemaProblem> {
        let mut checker = Checker {
            problems: Vec::new(),
        };
        if self.version < 0 {
            checker.report(place, "the version of the identity is negative");
        }
        if !self
            .attributes
            .iter()
            .any(|attribute| attribute.required_for_import)
        {
            checker.report(place, "an import by identity would need nothing");
        }
        let mut names = BTreeSet::new();
        for attribute in &self.attributes {
            let place = format!("{place}.{}", attribute.name);
            if !is_valid_name(&attribute.name) || !names.insert(&attribute.name) {
                checker.report(&place, "the name cannot be used, or is used twice");
            }
            if attribute.description.is_empty() {
                checker.report(&place, "there is no description");
            }
        }
        checker.problems
    }
}

struct Checker {
    problems: Vec<SchemaProblem>,
}

impl Checker {
    fn report(&mut self, place: &str, message: &str) {
        self.problems.push(SchemaProblem {
            place: place.to_owned(),
            message: message.to_owned(),
        });
    }

    fn attributes(
        &mut self,
        place: &str,
        attributes: &[Attribute],
        reserved: &[&str],
        in_set: bool,
    ) {
        let mut names = BTreeSet::new();
        for attribute in attributes {
            let place = format!("{place}.{}", attribute.name);
            if !names.insert(&attribute.name) {
                self.report(&place, "the name is used twice");
            }
            if !is_valid_name(&attribute.name) || reserved.contains(&attribute.name.as_str()) {
                self.report(&place, "the name cannot be used");
            }
            self.attribute(&place, attribute, in_set);
        }
    }

    fn attribute(&mut self, place: &str, attribute: &Attribute, in_set: bool) {
        if attribute.description.is_empty() {
            self.report(place, "there is no description");
        }
        if attribute.write_only && attribute.is_computed() {
            self.report(place, "a write-only attribute cannot be computed");
        }
        if attribute.write_only && in_set {
            self.report(place, "a write-only attribute cannot be inside of a set");
        }
        if attribute.default.is_some() && attribute.mode != Mode::OptionalComputed {
            self.report(
                place,
                "an attribute with a default must be optional and computed",
            );
        }
        if let Some(default) = &attribute.default
            && let Err(error) = value::encode(default, &attribute.ty())
        {
            self.report(place, &format!("the default does not fit: {error}"));
        }
        match &attribute.shape {
            Shape::Leaf(ty) => {
                if in_set && ty.contains_dynamic() {
                    self.report(place, "a dynamic value cannot be inside of a set");
                }
                if matches!(ty, Type::List(element) | Type::Set(element) | Type::Map(element)
                    if element.contains_dynamic())
                {
                    // Elements of different types in such a list crash core (observed, 1.11.4).
                    self.report(place, "a collection cannot hold dynamic values");
                }
            }
            Shape::Nested(nesting, attributes) => {
                self.attributes(place, attributes, &[], in_set || *nesting == Nesting::Set);
            }
        }
    }
}

fn is_valid_name(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_lowercase() || first == '_')
        && name
            .chars()
            .all(|char| char.is_ascii_lowercase() || char.is_ascii_digit() || char == '_')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::function::Parameter;
    use crate::schema::Block;

    fn check(schema: &Schema, expected: &[&str]) {
        let found: Vec<String> = schema
            .problems("thing")
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(found, expected);
    }

    fn text(name: &str) -> Attribute {
        Attribute::string(name).describe("Text.")
    }

    #[test]
    fn what_core_takes_has_no_problem() {
        let schema = Schema::new("A thing.")
            .attribute(text("name").required())
            .attribute(text("kind").default_value("k"))
            .block(Block::set("rule", [text("port")]).describe("Rules."));
        check(&schema, &[]);
    }

    #[test]
    fn what_core_refuses_is_named() {
        check(
            &Schema::new("")
                .attribute(text("count"))
                .attribute(text("Name")),
            &[
                "thing.count: the name cannot be used",
                "thing.Name: the name cannot be used",
            ],
        );
        check(
            &Schema::new("")
                .attribute(text("a").default_value(7))
                .attribute(text("b").write_only().computed()),
            &[
                "thing.a: the default does not fit: a string is required, got a number",
                "thing.b: a write-only attribute cannot be computed",
            ],
        );
        let secret = Block::set("rule", [text("secret").write_only()]).describe("Rules.");
        check(
            &Schema::new("").attribute(text("rule")).block(secret),
            &[
                "thing.rule: the name is used twice",
                "thing.rule.secret: a write-only attribute cannot be inside of a set",
            ],
        );
        check(
            &Schema::new("")
                .attribute(Attribute::new("any", Type::list(Type::Dynamic)).describe("Anything.")),
            &["thing.any: a collection cannot hold dynamic values"],
        );
    }

    #[test]
    fn functions_and_identities_are_checked_too() {
        let parameter = Parameter::new("text", Type::String, "Text.");
        let signature = Signature {
            summary: "Does".to_owned(),
            description: "Does something.".to_owned(),
            parameters: vec![parameter.clone()],
            variadic: Some(parameter),
            returns: Type::String,
        };
        assert_eq!(signature.problems("do_it").len(), 1);
        assert_eq!(IdentitySchema::new().problems("thing").len(), 1);
        let identity = IdentitySchema::new().required("id", "The id.");
        assert_eq!(identity.problems("thing"), []);
    }
}
