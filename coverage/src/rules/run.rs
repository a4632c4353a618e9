//! Runs rules, and merges what has one cause.

use std::cmp::Ordering;
use std::collections::HashMap;

use super::Rule;
use crate::estate::{Estate, Location};
use crate::finding::{Finding, Findings, Undecided};

/// Runs rules over an estate, and merges findings with the same cause and text.
///
/// The answers are sorted: by place in the sources, then by address, code and text.
pub fn check(
    estate: &Estate,
    rules: impl IntoIterator<Item = &'static Rule>,
) -> (Vec<Finding>, Vec<Undecided>) {
    let (findings, undecided) = run(estate, rules);
    (merge(findings), undecided)
}

/// Runs rules over an estate, and keeps a finding per instance, for whoever has something to do
/// (an ignore of one `module` call) before [`merge`]. Sorted as [`check`] sorts.
pub fn run(
    estate: &Estate,
    rules: impl IntoIterator<Item = &'static Rule>,
) -> (Vec<Finding>, Vec<Undecided>) {
    let mut out: Option<Findings> = None;
    for rule in rules {
        let Some(check) = rule.check else { continue };
        let findings = out.get_or_insert_with(|| Findings::new(rule));
        findings.set_rule(rule);
        check(estate, findings);
    }
    let Some(mut out) = out else {
        return (Vec::new(), Vec::new());
    };
    out.findings.sort_by(|one, other| {
        by_place(one.location.as_ref(), other.location.as_ref())
            .then_with(|| natural(&one.address, &other.address))
            .then_with(|| one.rule.code.cmp(other.rule.code))
            .then_with(|| one.instance.cmp(&other.instance))
            .then_with(|| one.message.cmp(&other.message))
    });
    out.undecided.sort_by(|one, other| {
        by_place(one.location.as_ref(), other.location.as_ref())
            .then_with(|| natural(&one.address, &other.address))
            .then_with(|| one.rule.code.cmp(other.rule.code))
            .then_with(|| one.instance.cmp(&other.instance))
    });
    (out.findings, out.undecided)
}

/// What makes two findings one: the rule, the place to edit, and the text. Without sources the
/// place is the block and the attribute.
#[derive(PartialEq, Eq, Hash)]
struct Cause {
    code: &'static str,
    location: Option<Location>,
    block: Option<String>,
    attribute: Option<String>,
    instance: Option<String>,
    message: String,
    help: String,
}

/// One finding for one cause, with all instances; the first of them in the order of addresses has
/// the rest of what there is to say.
pub fn merge(findings: Vec<Finding>) -> Vec<Finding> {
    let mut merged: Vec<Finding> = Vec::with_capacity(findings.len());
    let mut places = HashMap::with_capacity(findings.len());
    for finding in findings {
        let place = *places.entry(Cause::of(&finding)).or_insert(merged.len());
        match merged.get_mut(place) {
            Some(first) => join(first, finding),
            None => merged.push(finding),
        }
    }
    for finding in &mut merged {
        finding.instances.sort_by(|one, other| natural(one, other));
        finding.instances.dedup();
        if let Some(first) = finding.instances.first() {
            finding.address = first.clone();
        }
    }
    merged
}

fn join(first: &mut Finding, finding: Finding) {
    first.certainty = first.certainty.max(finding.certainty);
    first.level = first.level.max(finding.level);
    first.instances.extend(finding.instances);
}

impl Cause {
    fn of(finding: &Finding) -> Self {
        let without_place = finding.location.is_none();
        let attribute = finding.attribute.as_deref().filter(|_| without_place);
        Self {
            code: finding.rule.code,
            location: finding.location.clone(),
            block: without_place.then(|| without_keys(&finding.address)),
            attribute: attribute.map(str::to_owned),
            instance: finding.instance.clone(),
            message: finding.message.clone(),
            help: finding.help.clone(),
        }
    }
}

/// An address without the keys of instances: `module.a["x.y"].kv.this[0]` is `module.a.kv.this`.
pub fn without_keys(address: &str) -> String {
    let mut block = String::with_capacity(address.len());
    let (mut depth, mut quoted, mut escaped) = (0_u32, false, false);
    for character in address.chars() {
        match character {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' if depth > 0 => quoted = !quoted,
            '[' if !quoted => depth += 1,
            ']' if !quoted && depth > 0 => depth -= 1,
            _ if depth == 0 => block.push(character),
            _ => {}
        }
    }
    block
}

/// By file and position; what has no place comes last.
fn by_place(one: Option<&Location>, other: Option<&Location>) -> Ordering {
    match (one, other) {
        (Some(one), Some(other)) => one.cmp(other),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => Ordering::Equal,
    }
}

/// Numbers by value, so that `this[2]` comes before `this[10]`; everything else as text.
pub(super) fn natural(one: &str, other: &str) -> Ordering {
    let (mut left, mut right) = (one, other);
    loop {
        let (Some(a), Some(b)) = (left.chars().next(), right.chars().next()) else {
            return left.len().cmp(&right.len()).then_with(|| one.cmp(other));
        };
        if a.is_ascii_digit() && b.is_ascii_digit() {
            let (number, rest) = leading_number(left);
            let (other_number, other_rest) = leading_number(right);
            // Of two numbers without leading zeros the longer is the greater.
            let order = number
                .len()
                .cmp(&other_number.len())
                .then_with(|| number.cmp(other_number));
            if order.is_ne() {
                return order;
            }
            (left, right) = (rest, other_rest);
        } else if a == b {
            (left, right) = (&left[a.len_utf8()..], &right[b.len_utf8()..]);
        } else {
            return a.cmp(&b);
        }
    }
}

fn leading_number(text: &str) -> (&str, &str) {
    let end = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    (text[..end].trim_start_matches('0'), &text[end..])
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::estate::{Existence, Header, Origin, Position, Reason, Unknown};
    use crate::finding::Certainty;
    use crate::rules::cmk201;

    fn at_line(line: u32) -> Location {
        let position = Position {
            line,
            column: 1,
            offset: line,
        };
        Location {
            file: "main.tf".into(),
            start: position,
            end: position,
        }
    }

    fn header(address: &str, line: Option<u32>) -> Header {
        Header {
            location: line.map(at_line),
            ..Header::new(address)
        }
    }

    fn merged(reports: impl FnOnce(&mut Findings)) -> Vec<Vec<Arc<str>>> {
        let mut out = Findings::new(&cmk201::RULE);
        reports(&mut out);
        let findings = merge(out.findings);
        assert!(
            findings
                .iter()
                .all(|finding| finding.address == finding.instances[0])
        );
        findings
            .into_iter()
            .map(|finding| finding.instances)
            .collect()
    }

    #[test]
    fn instances_of_one_cause_are_one_finding_in_natural_order() {
        let instances = merged(|out| {
            for index in [10, 2, 1] {
                out.report(&header(&format!("kv.this[{index}]"), Some(3)), "off");
            }
        });
        assert_eq!(
            instances,
            [["kv.this[1]", "kv.this[2]", "kv.this[10]"].map(Into::into)]
        );
    }

    #[test]
    fn without_sources_the_block_and_the_attribute_are_the_cause() {
        let instances = merged(|out| {
            out.report(&header("kv.this[\"a.b\"]", None), "off");
            out.report(&header("kv.this[\"]\"]", None), "off");
            out.report(&header("kv.other", None), "off");
            out.report(&header("kv.other", None), "off")
                .at(&Origin::at_path("purge"));
        });
        assert_eq!(instances.len(), 3, "{instances:?}");
        assert_eq!(instances[0].len(), 2);
    }

    #[test]
    fn another_text_place_or_component_is_another_finding() {
        let instances = merged(|out| {
            out.report(&header("a", Some(1)), "off");
            out.report(&header("b", Some(2)), "off");
            out.report(&header("c", Some(1)), "on");
            out.report(&header("d", Some(1)), "off").instance("csu");
            out.report(&header("e", Some(1)), "off")
                .help("do something else");
        });
        assert_eq!(instances.len(), 5, "{instances:?}");
    }

    #[test]
    fn one_certain_instance_makes_the_finding_certain() {
        let mut possible = header("kv[0]", None);
        possible.existence = Existence::Possible(Unknown::new(Reason::Function("f".into())));
        let mut out = Findings::new(&cmk201::RULE);
        out.report(&possible, "off");
        out.report(&header("kv[1]", None), "off");
        assert_eq!(merge(out.findings)[0].certainty, Certainty::Definite);
    }

    #[test]
    fn numbers_are_compared_as_numbers() {
        assert_eq!(natural("a[2]", "a[10]"), Ordering::Less);
        assert_eq!(natural("a[02]", "a[2]"), Ordering::Less);
        assert_eq!(natural("a", "a"), Ordering::Equal);
        assert_eq!(natural("a", "b"), Ordering::Less);
        assert_eq!(natural("a.b", "a"), Ordering::Greater);
    }

    #[test]
    fn keys_are_taken_out_of_addresses() {
        assert_eq!(without_keys(r#"module.a["x]\"y"].b.c[0]"#), "module.a.b.c");
        assert_eq!(without_keys("plain]"), "plain]");
    }
}
