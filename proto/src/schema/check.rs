//! The rules that core holds against schemas, so that a mistake is found by a unit test and not
//! by a user whose every command fails.

use std::collections::BTreeSet;
use std::fmt;

use super::{Attribute, Mode, Nesting, Schema, Shape};
use crate::value::Type;

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
