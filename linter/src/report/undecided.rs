//! What could not be decided, for people: results of many instances with one cause are one entry.
//! Programs get each of them.

use std::collections::HashMap;

use ppcmk_coverage::Undecided;
use ppcmk_coverage::estate::Location;
use ppcmk_coverage::rules::without_keys;

/// Results with one cause.
pub(super) struct Group<'a> {
    /// The first of them.
    pub(super) first: &'a Undecided,
    /// Why, in its words.
    pub(super) reason: String,
    /// The others, in order.
    pub(super) others: Vec<&'a Undecided>,
}

/// What makes results one: the rule, the reason whatever the key in it, and the place to edit. Without
/// sources the place is the block.
#[derive(PartialEq, Eq, Hash)]
struct Cause<'a> {
    code: &'static str,
    reason: String,
    location: Option<&'a Location>,
    block: Option<String>,
}

/// The results in groups, in the order of the first ones.
pub(super) fn groups(undecided: &[Undecided]) -> Vec<Group<'_>> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    let mut places = HashMap::new();
    for one in undecided {
        let reason = one.unknown.reason.to_string();
        let place = *places
            .entry(Cause::of(one, &reason))
            .or_insert(groups.len());
        match groups.get_mut(place) {
            Some(group) => group.others.push(one),
            None => groups.push(Group {
                first: one,
                reason,
                others: Vec::new(),
            }),
        }
    }
    groups
}

/// The instance and the scale unit or component inside it.
pub(super) fn subject(undecided: &Undecided) -> String {
    match &undecided.instance {
        Some(instance) => format!("{} ({instance})", undecided.address),
        None => undecided.address.to_string(),
    }
}

impl<'a> Cause<'a> {
    fn of(undecided: &'a Undecided, reason: &str) -> Self {
        let location = undecided.location.as_ref();
        Self {
            code: undecided.rule.code,
            reason: without_keys(reason),
            location,
            block: location.is_none().then(|| without_keys(&undecided.address)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    fn addresses(undecided: &[Undecided]) -> Vec<Vec<String>> {
        let groups = groups(undecided);
        groups
            .iter()
            .map(|group| {
                let all = std::iter::once(&group.first).chain(&group.others);
                all.map(|one| subject(one)).collect()
            })
            .collect()
    }

    #[test]
    fn one_cause_is_one_entry() {
        let of =
            |address: &str, variable: &str| testing::undecided(&testing::POLICY, address, variable);
        let mut scale_unit = of("a.b[\"z\"]", "x");
        scale_unit.instance = Some("csu".into());
        let mut other_rule = of("a.b[\"x\"]", "x");
        other_rule.rule = &testing::PURGE;
        let undecided = [
            of("a.b[\"x\"]", "x"),
            of("a.b[\"y\"]", "x"),
            scale_unit,
            of("a.b[\"x\"]", "other"),
            of("a.c[\"x\"]", "x"),
            other_rule,
        ];
        assert_eq!(
            addresses(&undecided),
            [
                vec!["a.b[\"x\"]", "a.b[\"y\"]", "a.b[\"z\"] (csu)"],
                vec!["a.b[\"x\"]"],
                vec!["a.c[\"x\"]"],
                vec!["a.b[\"x\"]"],
            ]
        );
    }

    #[test]
    fn one_place_is_one_cause_for_all_blocks() {
        let file = testing::sources().get("main.tf").cloned().unwrap();
        let place = testing::place(&file, "var.apac");
        let undecided = ["a.b", "a.c"].map(|address| {
            let mut one = testing::undecided(&testing::POLICY, address, "apac");
            one.location = Some(place.clone());
            one
        });
        assert_eq!(addresses(&undecided), [["a.b", "a.c"]]);
    }

    #[test]
    fn keys_in_reasons_make_no_difference() {
        use ppcmk_coverage::estate::Reason;
        let undecided = ["x", "y"].map(|key| {
            let mut one = testing::undecided(&testing::POLICY, &format!("a.b[\"{key}\"]"), "");
            one.unknown.reason = Reason::KnownAfterApply(format!("a.c[\"{key}\"].id").into());
            one
        });
        assert_eq!(addresses(&undecided).len(), 1);
    }
}
