//! What the `references` of an expression mean.

use super::address::{Step, steps};
use super::document::Text;

/// The references of one expression, sorted out.
#[derive(Debug, Default)]
pub(super) struct Referred {
    /// References to resources, modules, variables and locals, each once.
    pub(super) others: Vec<Vec<Step>>,
    /// `each.key` or `count.index` is among them.
    pub(super) has_key: bool,
    /// The path behind `each.value`, if that is among them.
    pub(super) each_value: Option<Vec<Step>>,
}

/// Drops repeated references, and those that only are the start of another one: Terraform lists
/// `a.b.id` together with `a.b`.
pub(super) fn innermost<'r, 'a>(references: &'r [Text<'a>]) -> impl Iterator<Item = &'r Text<'a>> {
    references
        .iter()
        .enumerate()
        .filter(|(at, reference)| {
            !references.iter().enumerate().any(|(other_at, other)| {
                other_at != *at && covers(other, reference, other_at < *at)
            })
        })
        .map(|(_, reference)| reference)
}

/// Whether `longer` says all that `shorter` says; of two equal ones the first counts.
fn covers(longer: &str, shorter: &str, is_first: bool) -> bool {
    match longer.strip_prefix(shorter) {
        Some("") => is_first,
        Some(rest) => rest.starts_with(['.', '[']),
        None => false,
    }
}

impl Referred {
    pub(super) fn new(references: &[Text<'_>]) -> Self {
        let mut referred = Self::default();
        for reference in innermost(references) {
            referred.add(steps(reference));
        }
        referred
    }

    fn add(&mut self, reference: Vec<Step>) {
        let names: Vec<&str> = reference
            .iter()
            .map_while(|step| step.name().map(|name| &**name))
            .take(2)
            .collect();
        match names.as_slice() {
            ["each", "key"] | ["count", "index"] => self.has_key = true,
            ["each", "value"] => self.each_value = Some(reference[2..].to_vec()),
            [
                "each" | "count" | "path" | "terraform" | "self" | "tofu",
                ..,
            ] => {}
            _ => self.others.push(reference),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn referred(references: &[&str]) -> Referred {
        let texts: Vec<Text<'_>> = references.iter().map(|text| Text((*text).into())).collect();
        Referred::new(&texts)
    }

    #[test]
    fn shorter_forms_and_iteration_do_not_count() {
        let referred = referred(&[
            "azurerm_key_vault.all[\"a\"].id",
            "azurerm_key_vault.all[\"a\"]",
            "azurerm_key_vault.all",
            "each.key",
            "path.module",
            "var.id",
            "var.id",
            "azurerm_key_vault.all2.id",
        ]);
        assert_eq!(referred.others.len(), 3);
        assert!(referred.has_key);
        assert!(referred.each_value.is_none());
    }

    #[test]
    fn each_value_has_a_path() {
        let referred = referred(&["each.value.id", "each.value"]);
        assert_eq!(referred.each_value.unwrap().len(), 1);
        assert!(referred.others.is_empty());
    }
}
