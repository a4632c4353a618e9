//! The provider's two arguments about checks.

use ppcmk_coverage::rules::{self, Rule};

/// What a plan does with findings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Errors are errors.
    #[default]
    Enforce,
    /// Errors are warnings.
    Warn,
    /// Nobody looks.
    Off,
}

impl Mode {
    /// As users write them, in the order of the variants.
    pub(crate) const WORDS: &[&str] = &["enforce", "warn", "off"];

    /// The mode of a word.
    pub(crate) fn parse(word: &str) -> Option<Self> {
        match word {
            "enforce" => Some(Self::Enforce),
            "warn" => Some(Self::Warn),
            "off" => Some(Self::Off),
            _ => None,
        }
    }
}

/// The rule that is meant, by its code or name in any case; or what to tell the user.
pub(crate) fn rule(text: &str) -> Result<&'static Rule, String> {
    let word = text.trim();
    if let Some(rule) = rules::find(&word.to_ascii_lowercase()) {
        return Ok(rule);
    }
    let hint = nearest(word).map_or_else(
        || " Codes look like CMK102; `ppcmk-lint rules` lists them.".to_owned(),
        |rule| format!(" Did you mean {} ({})?", rule.code, rule.name),
    );
    Err(format!("There is no rule {text:?}.{hint}"))
}

/// The rule whose code or name the word most likely is a slip of.
fn nearest(word: &str) -> Option<&'static Rule> {
    let word = word.to_lowercase().replace(['_', ' '], "-");
    rules::all()
        .iter()
        .flat_map(|rule| {
            [
                (*rule, rule.code.to_lowercase()),
                (*rule, rule.name.to_owned()),
            ]
        })
        .map(|(rule, name)| (strsim::osa_distance(&word, &name), name.len(), rule))
        // One slip in a code: with two, any code is like any other.
        .filter(|(distance, length, _)| *distance <= (*length / 5).max(1))
        .min_by_key(|(distance, _, _)| *distance)
        .map(|(_, _, rule)| rule)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_named_by_code_or_name() {
        for text in ["CMK102", "cmk102", " policy-in-other-geo "] {
            assert_eq!(rule(text).unwrap().code, "CMK102", "{text}");
        }
        assert_eq!(
            rule("policy_in_other_geo").unwrap_err(),
            "There is no rule \"policy_in_other_geo\". Did you mean CMK102 (policy-in-other-geo)?"
        );
        assert!(rule("CMK1022").unwrap_err().contains("Did you mean CMK102"));
        for text in ["", "geo", "CMK777", "CMK"] {
            let refused = rule(text).unwrap_err();
            assert!(refused.contains("There is no rule"), "{text}: {refused}");
        }
    }

    #[test]
    fn every_word_is_a_mode() {
        let modes: Vec<_> = Mode::WORDS
            .iter()
            .filter_map(|word| Mode::parse(word))
            .collect();
        assert_eq!(modes, [Mode::Enforce, Mode::Warn, Mode::Off]);
        assert_eq!(Mode::parse("Enforce"), None);
    }
}
