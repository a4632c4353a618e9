//! Which log lines are wanted, by whom.
//!
//! Terraform filters the lines again, but a line that is not written costs nothing. Only targets
//! of the provider and of this SDK pass: at trace level h2 prints header values, an authorization
//! header among them, and nobody has checked what the others print.

use std::ffi::OsString;

use tracing::{Metadata, level_filters::LevelFilter};

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Levels {
    /// For the provider's crates, known by the first segment of the target.
    provider: LevelFilter,
    /// For this SDK.
    sdk: LevelFilter,
    crates: Vec<String>,
}

impl Levels {
    /// The levels for the provider `name`, from its variables.
    pub(crate) fn from_lookup(name: &str, lookup: impl Fn(&str) -> Option<OsString>) -> Self {
        // The most specific variable that is set decides, also when it says `off`.
        let first = |names: &[&str]| {
            names
                .iter()
                .filter_map(|name| lookup(name))
                .find(|value| !value.is_empty())
                .map_or(LevelFilter::OFF, |value| level(&value.to_string_lossy()))
        };
        let own = format!(
            "TF_LOG_PROVIDER_{}",
            name.to_ascii_uppercase().replace('-', "_")
        );
        let module = name.replace('-', "_");
        Self {
            provider: first(&[&own, "TF_LOG_PROVIDER", "TF_LOG"]),
            sdk: first(&["TF_LOG_SDK", "TF_LOG_PROVIDER", "TF_LOG"]),
            crates: vec![format!("terraform_provider_{module}"), module],
        }
    }

    /// The most verbose of them.
    pub(crate) fn max(&self) -> LevelFilter {
        self.provider.max(self.sdk)
    }

    pub(crate) fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        *metadata.level() <= self.of_target(metadata.target())
    }

    fn of_target(&self, target: &str) -> LevelFilter {
        let name = target.split("::").next().unwrap_or_default();
        // `ppcmk_coverage` belongs to `ppcmk`.
        let is = |prefix: &str| {
            name.strip_prefix(prefix)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('_'))
        };
        if is("tfplugin") {
            self.sdk
        } else if self.crates.iter().any(|prefix| is(prefix)) {
            self.provider
        } else {
            LevelFilter::OFF
        }
    }
}

/// A level as Terraform reads it: any case, `JSON` means everything, and so does a word that is no
/// level, because whoever sets it wants to see something.
fn level(text: &str) -> LevelFilter {
    match text.to_ascii_lowercase().as_str() {
        "off" => LevelFilter::OFF,
        "error" => LevelFilter::ERROR,
        "warn" => LevelFilter::WARN,
        "info" => LevelFilter::INFO,
        "debug" => LevelFilter::DEBUG,
        _ => LevelFilter::TRACE,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn levels(variables: &[(&str, &str)]) -> (LevelFilter, LevelFilter) {
        let levels = Levels::from_lookup("pp-cmk", |name| {
            let (_, value) = variables.iter().find(|(key, _)| *key == name)?;
            Some(OsString::from(value))
        });
        (levels.provider, levels.sdk)
    }

    #[test]
    fn nothing_is_written_unless_asked_for() {
        assert_eq!(levels(&[]), (LevelFilter::OFF, LevelFilter::OFF));
        assert_eq!(
            levels(&[("TF_LOG", "")]),
            (LevelFilter::OFF, LevelFilter::OFF)
        );
    }

    #[test]
    fn the_most_specific_variable_decides() {
        assert_eq!(
            levels(&[("TF_LOG", "warn"), ("TF_LOG_PROVIDER", "DEBUG")]),
            (LevelFilter::DEBUG, LevelFilter::DEBUG)
        );
        assert_eq!(
            levels(&[
                ("TF_LOG", "trace"),
                ("TF_LOG_PROVIDER_PP_CMK", "info"),
                ("TF_LOG_SDK", "off")
            ]),
            (LevelFilter::INFO, LevelFilter::OFF)
        );
    }

    #[test]
    fn json_and_unknown_words_mean_everything() {
        assert_eq!(level("JSON"), LevelFilter::TRACE);
        assert_eq!(level("verbose"), LevelFilter::TRACE);
    }

    #[test]
    fn other_crates_are_silent() {
        let levels = Levels::from_lookup("ppcmk", |_| Some("trace".into()));
        for ours in [
            "tfplugin::host",
            "terraform_provider_ppcmk::client",
            "ppcmk_coverage",
        ] {
            assert_eq!(levels.of_target(ours), LevelFilter::TRACE, "{ours}");
        }
        for other in ["h2::codec", "rustls", "reqwest", "tfpluginx", ""] {
            assert_eq!(levels.of_target(other), LevelFilter::OFF, "{other}");
        }
    }
}
