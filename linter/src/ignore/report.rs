//! Findings about ignores, and other findings that no rule function makes.

use ppcmk_coverage::estate::{Date, Location};
use ppcmk_coverage::rules::{self, Rule};
use ppcmk_coverage::{Certainty, Finding};

use super::cover::is_below;
use super::{Ignore, Malformed, Scope};
use crate::config::{Config, is_over, without_keys};
use crate::date;
use crate::source::Instance;

/// Rules that speak about changes, which only a plan has.
const NEED_A_PLAN: [&str; 6] = ["CMK112", "CMK113", "CMK117", "CMK120", "CMK210", "CMK217"];
/// Rules that speak about what only sources have.
const NEED_SOURCES: [&str; 1] = ["CMK211"];

/// What the input has, as far as it decides which ignores can be used at all.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seen<'a> {
    pub(crate) changes: bool,
    pub(crate) sources: bool,
    /// All of the sources could be read.
    pub(crate) everything: bool,
    /// Some modules could not be seen.
    pub(crate) unseen: bool,
    pub(crate) instances: &'a [Instance],
}

/// A finding at a place of a file; the file stands for the instance.
pub(crate) fn finding(
    code: &str,
    message: impl Into<String>,
    location: Option<Location>,
) -> Option<Finding> {
    let rule: &'static Rule = rules::find(code)?;
    let address = location
        .as_ref()
        .map_or_else(|| "-".into(), |place| place.file.clone());
    Some(Finding {
        rule,
        level: rule.level,
        certainty: Certainty::Definite,
        message: message.into(),
        help: rule.fix.to_owned(),
        instances: vec![address.clone()],
        address,
        instance: None,
        environment: None,
        attribute: None,
        block: location.clone(),
        location,
        calls: Vec::new(),
        chain: std::sync::Arc::default(),
        related: Vec::new(),
    })
}

/// CMK905.
pub(crate) fn malformed(mistakes: Vec<Malformed>) -> impl Iterator<Item = Finding> {
    mistakes.into_iter().filter_map(|mistake| {
        let mut finding = finding("CMK905", mistake.message, Some(mistake.location))?;
        if let Some(help) = mistake.help {
            finding.help = help;
        }
        Some(finding)
    })
}

/// CMK903.
pub(crate) fn expired(ignores: &[Ignore], today: Date) -> impl Iterator<Item = Finding> {
    ignores.iter().filter_map(move |ignore| {
        let until = ignore.until.filter(|until| is_over(*until, today))?;
        let codes: Vec<_> = ignore
            .codes
            .iter()
            .map(|(rule, _)| format!("`{}`", rule.code))
            .collect();
        let message = format!(
            "the ignore of {} ended on {}",
            codes.join(", "),
            date::show(until)
        );
        finding("CMK903", message, Some(ignore.location.clone()))
    })
}

/// CMK902.
pub(crate) fn unused<'i>(
    ignores: &'i [Ignore],
    used: &'i [Vec<bool>],
    config: &'i Config,
    (seen, today): (Seen<'i>, Date),
) -> impl Iterator<Item = Finding> + use<'i> {
    let each = ignores.iter().zip(used).flat_map(|(ignore, used)| {
        ignore
            .codes
            .iter()
            .zip(used)
            .map(move |(code, used)| (ignore, code, *used))
    });
    each.filter(move |(ignore, (rule, _), used)| {
        !used
            && !ignore.until.is_some_and(|until| is_over(until, today))
            && could_be_used(ignore, rule, config, seen)
    })
    .filter_map(|(ignore, (rule, place), _)| {
        let location = match ignore.codes.len() {
            1 => &ignore.location,
            _ => place,
        };
        finding(
            "CMK902",
            unused_message(ignore, rule),
            Some(location.clone()),
        )
    })
}

fn could_be_used(ignore: &Ignore, rule: &Rule, config: &Config, seen: Seen<'_>) -> bool {
    // A configuration above several root modules has entries for all of them.
    let is_elsewhere = matches!(ignore.scope, Scope::Entry { .. }) && config.is_shared;
    seen.everything
        && !is_elsewhere
        && !(seen.unseen && is_about_unseen(&ignore.scope, seen.instances))
        && config.is_on(rule)
        && (seen.changes || !NEED_A_PLAN.contains(&rule.code))
        && (seen.sources || !NEED_SOURCES.contains(&rule.code))
}

/// Whether the ignore may be about a module that could not be seen: nothing that was seen is in it.
fn is_about_unseen(scope: &Scope, instances: &[Instance]) -> bool {
    let mut addresses = instances.iter().map(|instance| &*instance.address);
    match scope {
        Scope::Comment(comment) => comment.module.as_deref().is_some_and(|module| {
            !addresses.any(|address| is_below(&without_keys(address), module))
        }),
        Scope::Entry { address, .. } => address
            .as_ref()
            .is_some_and(|pattern| !addresses.any(|address| pattern.matches(address))),
    }
}

fn unused_message(ignore: &Ignore, rule: &Rule) -> String {
    match &ignore.scope {
        Scope::Comment(comment) if comment.covers.is_none() => {
            format!("the ignore of `{}` stands above nothing", rule.code)
        }
        _ => format!("`{}` reports nothing that this ignore covers", rule.code),
    }
}
