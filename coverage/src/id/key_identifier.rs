//! The identifier by which Key Vault's data plane names a key.

use std::str::FromStr;

use super::arm::check_not_blank;
use super::{KeyName, KeyVersion, ParseError, Problem};

const WHAT: &str = "key identifier";
const BEGINNING: &str = "https://";

/// `https://{vault host}/keys/{name}[/{version}]`, of a vault or a Managed HSM.
///
/// Resource Manager writes the same with the port `:443` (API facts 3.2), which is dropped.
///
/// ```
/// use ppcmk_coverage::KeyIdentifier;
///
/// let id: KeyIdentifier =
///     "https://kv-cmk.vault.azure.net:443/keys/cmk/0123456789abcdef0123456789abcdef".parse()?;
/// assert_eq!(id.vault_name(), "kv-cmk");
/// assert_eq!(id.versionless(), "https://kv-cmk.vault.azure.net/keys/cmk");
/// assert!(!id.is_managed_hsm());
/// # Ok::<(), ppcmk_coverage::ParseError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyIdentifier {
    host: String,
    name: KeyName,
    version: Option<KeyVersion>,
}

impl KeyIdentifier {
    /// The base of the vault's data plane, with a slash at the end as Key Vault writes it.
    pub fn vault_uri(&self) -> String {
        format!("https://{}/", self.host)
    }

    /// The name of the vault or HSM: the first label of its host.
    pub fn vault_name(&self) -> &str {
        self.host.split('.').next().unwrap_or(&self.host)
    }

    /// The key's name.
    pub fn name(&self) -> &KeyName {
        &self.name
    }

    /// The version, when the identifier has one.
    pub fn version(&self) -> Option<&KeyVersion> {
        self.version.as_ref()
    }

    /// The identifier that follows the newest version.
    pub fn versionless(&self) -> String {
        format!("https://{}/keys/{}", self.host, self.name)
    }

    /// Whether the host is a Managed HSM's, in any cloud (API facts 1.5).
    pub fn is_managed_hsm(&self) -> bool {
        self.host.split('.').nth(1) == Some("managedhsm")
    }
}

impl FromStr for KeyIdentifier {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        let refuse = |problem| ParseError::new(WHAT, text, problem);
        check_not_blank(text).map_err(refuse)?;
        if text.to_ascii_lowercase().starts_with("/subscriptions/") {
            return Err(refuse(Problem::Confused {
                seen: "an ARM id",
                expected: "the key's URI",
            }));
        }
        let rest = text
            .get(..BEGINNING.len())
            .filter(|beginning| beginning.eq_ignore_ascii_case(BEGINNING))
            .map(|_| &text[BEGINNING.len()..])
            .ok_or_else(|| {
                refuse(Problem::Beginning {
                    expected: BEGINNING,
                })
            })?;
        let mut segments = rest.trim_end_matches('/').split('/');
        let host = segments.next().unwrap_or_default().to_ascii_lowercase();
        let host = host.strip_suffix(":443").unwrap_or(&host).to_owned();
        if let Some(character) = host
            .chars()
            .find(|c| !c.is_ascii_alphanumeric() && !matches!(c, '-' | '.'))
        {
            let position = host
                .chars()
                .position(|c| c == character)
                .unwrap_or_default()
                + 1;
            return Err(refuse(Problem::Character {
                part: "the host",
                character,
                position,
                allowed: "letters, digits, `-` and `.`",
            }));
        }
        let too_short = |expected: &str| {
            refuse(Problem::TooShort {
                expected: expected.to_owned(),
            })
        };
        if !host.contains('.') {
            return Err(too_short("the vault's host"));
        }
        match segments.next() {
            Some(segment) if segment.eq_ignore_ascii_case("keys") => {}
            Some(segment) => {
                return Err(refuse(Problem::Segment {
                    position: 2,
                    seen: segment.to_owned(),
                    expected: "keys".to_owned(),
                }));
            }
            None => return Err(too_short("`/keys/` and the key's name")),
        }
        let name = segments
            .next()
            .ok_or_else(|| too_short("the key's name"))?
            .parse()?;
        let version = segments.next().map(str::parse).transpose()?;
        if let Some(seen) = segments.next() {
            return Err(refuse(Problem::TooLong {
                position: 4,
                seen: seen.to_owned(),
            }));
        }
        Ok(Self {
            host,
            name,
            version,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn managed_hsms_are_told_by_their_host() {
        for (text, hsm) in [
            ("https://h.managedhsm.azure.net/keys/k", true),
            ("https://h.managedhsm.usgovcloudapi.net/keys/k", true),
            ("https://managedhsm.vault.azure.net/keys/k", false),
        ] {
            assert_eq!(
                text.parse::<KeyIdentifier>().unwrap().is_managed_hsm(),
                hsm,
                "{text}"
            );
        }
    }

    #[test]
    fn what_is_no_key_identifier_says_why() {
        for (text, part) in [
            ("", "empty"),
            ("cmk", "does not begin with"),
            ("https://kv.vault.azure.net/secrets/s", "`keys` is expected"),
            ("https://kv.vault.azure.net", "`/keys/`"),
            ("https://kv.vault.azure.net/keys", "the key's name"),
            ("https://kv.vault.azure.net/keys/k/abc", "32"),
            ("https://u:p@kv.vault.azure.net/keys/k", "not allowed"),
            ("/subscriptions/x/vaults/kv/keys/k", "an ARM id"),
        ] {
            let error = text.parse::<KeyIdentifier>().unwrap_err().to_string();
            assert!(error.contains(part), "{text}: {error}");
        }
        let version = "0".repeat(32);
        assert!(
            format!("https://kv.vault.azure.net/keys/k/{version}/x")
                .parse::<KeyIdentifier>()
                .is_err()
        );
    }
}
