//! Whether an ignore covers one instance of a finding.

use std::collections::HashMap;

use ppcmk_coverage::estate::{Location, Step};
use ppcmk_coverage::{Finding, Undecided};

use super::Scope;
use crate::config::without_keys;
use crate::source::{Comment, Instance, Sources};

/// What is looked up while ignores are applied.
pub(crate) struct Lookup<'a> {
    pub(crate) sources: &'a Sources,
    pub(crate) instances: HashMap<&'a str, &'a Instance>,
}

/// What a rule said about one instance.
pub(super) struct Target<'a> {
    pub(super) address: &'a str,
    pub(super) instance: Option<&'a str>,
    attribute: Option<&'a str>,
    location: Option<&'a Location>,
    block: Option<&'a Location>,
    calls: &'a [Step],
    chain: &'a [Step],
}

impl<'a> Target<'a> {
    /// One of the instances of a finding.
    pub(super) fn of_finding(finding: &'a Finding, address: &'a str, lookup: &Lookup<'a>) -> Self {
        let is_first = *finding.address == *address;
        let known = lookup.instances.get(address);
        Self {
            address,
            instance: finding.instance.as_deref(),
            attribute: finding.attribute.as_deref(),
            location: finding.location.as_ref(),
            // Block and calls of a merged finding are those of its first instance.
            block: extent(known).or(finding.block.as_ref().filter(|_| is_first)),
            calls: match known {
                Some(instance) => &instance.calls,
                None if is_first => &finding.calls,
                None => &[],
            },
            chain: &finding.chain,
        }
    }

    pub(super) fn of_undecided(undecided: &'a Undecided, lookup: &Lookup<'a>) -> Self {
        let known = lookup.instances.get(&*undecided.address);
        Self {
            address: &undecided.address,
            instance: undecided.instance.as_deref(),
            attribute: undecided.attribute.as_deref(),
            location: undecided.location.as_ref(),
            block: extent(known).or(undecided.block.as_ref()),
            calls: &undecided.calls,
            chain: &[],
        }
    }
}

fn extent<'a>(instance: Option<&&'a Instance>) -> Option<&'a Location> {
    instance.and_then(|instance| instance.extent.as_ref().or(instance.location.as_ref()))
}

/// Whether the ignore covers it.
pub(super) fn covers(scope: &Scope, target: &Target<'_>, lookup: &Lookup<'_>) -> bool {
    match scope {
        Scope::Comment(comment) => comment_covers(comment, target, lookup.sources),
        Scope::Entry { address, instance } => {
            address
                .as_ref()
                .is_none_or(|pattern| pattern.matches(target.address))
                && instance
                    .as_ref()
                    .is_none_or(|pattern| target.instance.is_some_and(|name| pattern.matches(name)))
        }
    }
}

fn comment_covers(comment: &Comment, target: &Target<'_>, sources: &Sources) -> bool {
    let Some(covered) = &comment.covers else {
        return false;
    };
    let is_inside = |place: Option<&Location>| place.is_some_and(|place| contains(covered, place));
    let starts_inside =
        |place: Option<&Location>| place.is_some_and(|place| starts_in(covered, place));
    is_inside(target.location)
        || target
            .chain
            .iter()
            .any(|step| is_inside(step.location.as_ref()))
        || starts_inside(target.block)
        || comment
            .module
            .as_deref()
            .is_some_and(|module| in_module(module, covered, target))
        || is_at_attribute(covered, target, sources)
}

/// Whether the instance was created by this call, directly or further down.
fn in_module(module: &str, covered: &Location, target: &Target<'_>) -> bool {
    let address = without_keys(target.address);
    // The name is the whole path from the root; of a call inside of a module it may be the last
    // part of it, and then the call's own place decides.
    is_below(&address, module)
        || target.calls.iter().any(|call| {
            call.location
                .as_ref()
                .is_some_and(|place| starts_in(covered, place))
                && address
                    .match_indices(module)
                    .any(|(at, _)| is_below(&address[at..], module))
        })
}

/// Whether an address without keys is in this module.
pub(super) fn is_below(address: &str, module: &str) -> bool {
    address
        .strip_prefix(module)
        .is_some_and(|rest| rest.starts_with('.'))
}

/// Whether the comment stands at the attribute in the block, or at the element of the scale unit,
/// whose value came from elsewhere: the place of the finding is then a variable file, say, where
/// other instances have theirs, too.
fn is_at_attribute(covered: &Location, target: &Target<'_>, sources: &Sources) -> bool {
    let (Some(block), Some(location)) = (target.block, target.location) else {
        return false;
    };
    if !contains(block, covered) || (contains(block, location) && location != block) {
        return false;
    }
    let text = sources.get(&covered.file).and_then(|file| {
        file.text
            .get(covered.start.offset as usize..covered.end.offset as usize)
    });
    let (Some(text), Some(attribute)) = (text, target.attribute) else {
        return false;
    };
    let first = attribute.split(['.', '[']).next().unwrap_or(attribute);
    let is_attribute = text
        .strip_prefix(first)
        .is_some_and(|rest| rest.trim_start().starts_with(['=', '{', '"', ':']));
    let is_element = target
        .instance
        .is_some_and(|name| text.starts_with('{') && text.contains(&format!("\"{name}\"")));
    is_attribute || is_element
}

fn contains(outer: &Location, inner: &Location) -> bool {
    starts_in(outer, inner) && inner.end.offset <= outer.end.offset
}

fn starts_in(outer: &Location, inner: &Location) -> bool {
    outer.file == inner.file
        && outer.start.offset <= inner.start.offset
        && inner.start.offset < outer.end.offset
}
