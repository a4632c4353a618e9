//! Paths of Resource Manager, split into segments, and the look-alikes among them.

use super::Problem;
use super::guid::{check_guid, check_guid_part};
use super::names::check_resource_group;

pub(crate) const POLICY_TYPE: &str = "Microsoft.PowerPlatform/enterprisePolicies";

/// Refuses what is empty or was pasted with white space around it.
pub(crate) fn check_not_blank(text: &str) -> Result<(), Problem> {
    if text.is_empty() {
        return Err(Problem::Empty);
    }
    if text.trim() != text {
        return Err(Problem::Whitespace);
    }
    Ok(())
}

/// Says what a text is when it is clearly one of the things that get confused.
pub(crate) fn recognise(text: &str) -> Option<&'static str> {
    let lower = text.to_ascii_lowercase();
    if lower.starts_with("https://") || lower.starts_with("http://") {
        return Some(recognise_uri(&lower));
    }
    if lower.starts_with("/regions/") {
        return Some("a system id");
    }
    if lower.starts_with("/subscriptions/") {
        return Some("an ARM id");
    }
    if lower.starts_with("default-") && check_guid(&text[8..]).is_ok() {
        return Some("the id of a default environment");
    }
    if text.contains('/') {
        return Some("a path");
    }
    None
}

fn recognise_uri(lower: &str) -> &'static str {
    let rest = lower.split_once("://").map_or("", |(_, rest)| rest);
    let host = rest.split('/').next().unwrap_or_default();
    if host.contains(".vault.") || host.contains(".managedhsm.") {
        if rest.contains("/keys/") {
            "the URI of a key"
        } else {
            "the URI of a key vault"
        }
    } else {
        "a URI"
    }
}

/// `/subscriptions/{guid}/resourceGroups/{group}/providers/{namespace}/{type}/{name}`, checked.
#[derive(Debug)]
pub(crate) struct Resource<'a> {
    pub(crate) subscription: &'a str,
    pub(crate) group: &'a str,
    pub(crate) kind: &'a str,
    pub(crate) name: &'a str,
}

const BEGINNING: &str = "/subscriptions/{subscription id}/resourceGroups/";

/// Parses the id of a top-level resource in a resource group.
///
/// `expected` says which type is meant, for the message when a segment is missing.
pub(crate) fn parse_resource<'a>(
    text: &'a str,
    expected: &'static str,
    is_type: fn(&str, &str) -> bool,
) -> Result<Resource<'a>, Problem> {
    let mut segments = split(text, BEGINNING)?;
    segments.word("subscriptions")?;
    let subscription = segments.next("the subscription id")?;
    check_guid_part("the subscription id", subscription)?;
    segments.word("resourceGroups")?;
    let group = segments.next("the resource group's name")?;
    check_resource_group(group)?;
    segments.word("providers")?;
    let namespace = segments.next(&format!("`{expected}`"))?;
    let kind = segments.next(&format!("`{expected}`"))?;
    if !is_type(namespace, kind) {
        let seen = format!("{namespace}/{kind}");
        return Err(Problem::ResourceType { seen, expected });
    }
    let name = segments.next("the resource's name")?;
    segments.end()?;
    Ok(Resource {
        subscription,
        group,
        kind,
        name,
    })
}

pub(crate) fn split<'a>(text: &'a str, expected: &'static str) -> Result<Segments<'a>, Problem> {
    check_not_blank(text)?;
    let Some(rest) = text.strip_prefix('/') else {
        return Err(Problem::Beginning { expected });
    };
    Ok(Segments {
        rest: Some(rest),
        position: 0,
    })
}

/// The segments of a path, each with its position for messages.
pub(crate) struct Segments<'a> {
    rest: Option<&'a str>,
    position: usize,
}

impl<'a> Segments<'a> {
    /// The next segment, which may not be empty.
    pub(crate) fn next(&mut self, expected: &str) -> Result<&'a str, Problem> {
        let too_short = || Problem::TooShort {
            expected: expected.to_owned(),
        };
        let rest = self.rest.ok_or_else(too_short)?;
        self.position += 1;
        let (segment, rest) = match rest.split_once('/') {
            Some((segment, rest)) => (segment, Some(rest)),
            None => (rest, None),
        };
        self.rest = rest;
        if segment.is_empty() {
            if rest.is_none() {
                return Err(too_short());
            }
            return Err(Problem::Segment {
                position: self.position,
                seen: String::new(),
                expected: expected.to_owned(),
            });
        }
        Ok(segment)
    }

    /// The next segment, which must be this word in any case.
    pub(crate) fn word(&mut self, expected: &'static str) -> Result<(), Problem> {
        let seen = self.next(&format!("`{expected}`"))?;
        if seen.eq_ignore_ascii_case(expected) {
            return Ok(());
        }
        Err(Problem::Segment {
            position: self.position,
            seen: seen.to_owned(),
            expected: expected.to_owned(),
        })
    }

    pub(crate) fn end(&self) -> Result<(), Problem> {
        match self.rest {
            None => Ok(()),
            Some(seen) => Err(Problem::TooLong {
                position: self.position,
                seen: format!("/{seen}"),
            }),
        }
    }
}
