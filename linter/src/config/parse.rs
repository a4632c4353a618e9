//! From the text to a [`Config`].

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ppcmk_coverage::Geo;
use ppcmk_coverage::rules::{self, Rule};
use toml::Spanned;
use toml::de::{DeString, DeTable};

use super::table::{Item, Mistakes, Table, entries};
use super::{Config, Pattern, RuleLevel, entry};
use crate::source::{InputError, SourceFile};
use crate::words::meant;

pub(super) const KEYS: &[&str] = &[
    "fail-on",
    "undecided",
    "inventory",
    "plan",
    "coverage",
    "rules",
    "ignore",
];
pub(super) const COVERAGE_KEYS: &[&str] = &["require", "exempt", "allowed-geos"];
pub(super) const RULE_KEYS: &[&str] = &["level"];

impl Config {
    /// Reads a configuration. `name` is how the file is shown and opened: paths inside are relative
    /// to its folder. All mistakes are reported, not only the first.
    pub fn parse(name: &str, text: &str) -> Result<Self, Vec<InputError>> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let file = Arc::new(SourceFile::new(name.replace('\\', "/"), text));
        let mut mistakes = Mistakes {
            file: file.clone(),
            found: Vec::new(),
        };
        let config = match DeTable::parse(text) {
            Ok(document) => read(document.get_ref(), Path::new(name), &mut mistakes),
            Err(error) => {
                let message = error.message().lines().collect::<Vec<_>>().join(", ");
                mistakes.at(
                    error.span().unwrap_or(0..0),
                    format!("no TOML: {message}"),
                    None,
                );
                Self::default()
            }
        };
        if mistakes.found.is_empty() {
            Ok(Self {
                file: Some(file),
                ..config
            })
        } else {
            mistakes
                .found
                .sort_by_cached_key(|mistake| mistake.location.clone());
            Err(mistakes.found)
        }
    }

    /// Reads a configuration file.
    pub fn read(path: &Path) -> Result<Self, Vec<InputError>> {
        let name = path.to_string_lossy().replace('\\', "/");
        let name = name.strip_prefix("./").unwrap_or(&name);
        let unreadable = |why: String| {
            vec![InputError::new(format!(
                "could not read configuration {name}: {why}"
            ))]
        };
        let bytes = std::fs::read(path).map_err(|error| unreadable(error.to_string()))?;
        let text = String::from_utf8(bytes).map_err(|_| unreadable("it is not UTF-8".into()))?;
        Self::parse(name, &text)
    }
}

fn read(document: &DeTable<'_>, path: &Path, mistakes: &mut Mistakes) -> Config {
    let table = Table::new("", document, KEYS, mistakes);
    let folder = path.parent().unwrap_or(Path::new(""));
    let file = |key, mistakes: &mut Mistakes| -> Option<PathBuf> {
        table.text(key, mistakes).map(|(name, _)| folder.join(name))
    };
    let mut config = Config {
        fail_on: table.word("fail-on", mistakes),
        undecided: table.word("undecided", mistakes),
        inventory: file("inventory", mistakes),
        plan: file("plan", mistakes),
        ..Config::default()
    };
    if let Some(item) = table.get("coverage") {
        coverage(item, &mut config, mistakes);
    }
    if let Some(item) = table.get("rules") {
        config.levels = levels(item, mistakes);
    }
    if let Some(item) = table.get("ignore") {
        config.ignores = entry::ignores(item, mistakes);
    }
    config
}

fn coverage(item: &Item<'_>, config: &mut Config, mistakes: &mut Mistakes) {
    let Some(entries) = entries(item, "`coverage`", mistakes) else {
        return;
    };
    let table = Table::new("coverage", entries, COVERAGE_KEYS, mistakes);
    let patterns = |key, mistakes: &mut Mistakes| -> Vec<Pattern> {
        let texts = table.texts(key, mistakes);
        texts
            .into_iter()
            .map(|(text, _)| Pattern::new(text))
            .collect()
    };
    config.require = patterns("require", mistakes);
    config.exempt = patterns("exempt", mistakes);
    for (name, span) in table.texts("allowed-geos", mistakes) {
        if let Some(geo) = Geo::from_any_name(&name) {
            config.allowed_geos.push(geo);
            continue;
        }
        let help = match meant(&name, Geo::all().map(Geo::id)) {
            Some(geo) => format!("did you mean `{geo}`?"),
            None => "name a geo such as `europe`, not an Azure region".into(),
        };
        mistakes.at(
            span,
            format!("`{name}` is not in the table of geos"),
            Some(help),
        );
    }
}

fn levels(item: &Item<'_>, mistakes: &mut Mistakes) -> BTreeMap<&'static str, RuleLevel> {
    let Some(rules) = entries(item, "`rules`", mistakes) else {
        return BTreeMap::new();
    };
    rules
        .iter()
        .filter_map(|(name, item)| {
            let rule = rule(name, mistakes);
            let name = format!("rules.{}", name.get_ref());
            let entries = entries(item, &format!("`{name}`"), mistakes)?;
            let table = Table::new(&name, entries, RULE_KEYS, mistakes);
            Some((rule?.code, table.word("level", mistakes)?))
        })
        .collect()
}

fn rule(name: &Spanned<DeString<'_>>, mistakes: &mut Mistakes) -> Option<&'static Rule> {
    let text = name.get_ref();
    let found = rules::find(text);
    if found.is_none() {
        let help = suggest_rule(text);
        mistakes.at(name.span(), format!("unknown rule `{text}`"), Some(help));
    }
    found
}

/// What to say about a rule that does not exist.
pub(crate) fn suggest_rule(text: &str) -> String {
    let words = rules::all().iter().flat_map(|rule| [rule.code, rule.name]);
    match meant(text, words) {
        Some(word) => format!("did you mean `{word}`?"),
        None => "`ppcmk-lint rules` lists all rules".into(),
    }
}
