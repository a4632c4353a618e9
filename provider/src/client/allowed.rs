//! What may be touched: the allow-lists of the provider block.
//!
//! Resources refuse what is not allowed at plan time, with the attribute. This is the backstop:
//! every request passes here before there is a token, so nothing that resources forget goes out.

use std::collections::HashSet;

use ppcmk_coverage::{EnvironmentId, SubscriptionId};
use url::Url;

/// Allow-lists; a missing one allows everything.
#[derive(Clone, Debug, Default)]
pub struct Allowed {
    subscriptions: Option<HashSet<SubscriptionId>>,
    environments: Option<HashSet<EnvironmentId>>,
}

/// Something that is not on its list.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the {what} {id} is not in {argument} of the provider block, so no request was sent")]
pub struct NotAllowed {
    /// What it is.
    pub what: &'static str,
    /// Which one.
    pub id: String,
    /// The list.
    pub argument: &'static str,
}

impl Allowed {
    /// The lists.
    pub fn new(
        subscriptions: Option<HashSet<SubscriptionId>>,
        environments: Option<HashSet<EnvironmentId>>,
    ) -> Self {
        Self {
            subscriptions,
            environments,
        }
    }

    /// Whether objects in this subscription may be touched.
    pub fn subscription(&self, id: &SubscriptionId) -> Result<(), NotAllowed> {
        match &self.subscriptions {
            Some(list) if !list.contains(id) => Err(not_subscription(id.to_string())),
            _ => Ok(()),
        }
    }

    /// Whether this environment may be touched.
    pub fn environment(&self, id: &EnvironmentId) -> Result<(), NotAllowed> {
        match &self.environments {
            Some(list) if !list.contains(id) => Err(not_environment(id.to_string())),
            _ => Ok(()),
        }
    }

    /// Whether a request may go out, by the ids in its path.
    pub(crate) fn url(&self, url: &Url) -> Result<(), NotAllowed> {
        if self.subscriptions.is_none() && self.environments.is_none() {
            return Ok(());
        }
        let segments: Vec<&str> = url.path().split('/').collect();
        for pair in segments.windows(2) {
            let &[collection, id] = pair else { continue };
            if id.is_empty() {
                continue;
            }
            // An id that cannot be read is on no list.
            if collection.eq_ignore_ascii_case("subscriptions") && self.subscriptions.is_some() {
                match id.parse() {
                    Ok(id) => self.subscription(&id)?,
                    Err(_) => return Err(not_subscription(id.to_owned())),
                }
            }
            if collection.eq_ignore_ascii_case("environments") && self.environments.is_some() {
                match id.parse() {
                    Ok(id) => self.environment(&id)?,
                    Err(_) => return Err(not_environment(id.to_owned())),
                }
            }
        }
        Ok(())
    }
}

fn not_subscription(id: String) -> NotAllowed {
    NotAllowed {
        what: "subscription",
        id,
        argument: "allowed_subscription_ids",
    }
}

fn not_environment(id: String) -> NotAllowed {
    NotAllowed {
        what: "environment",
        id,
        argument: "allowed_environment_ids",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = "aaaaaaaa-0000-0000-0000-000000000001";
    const TWO: &str = "aaaaaaaa-0000-0000-0000-000000000002";

    fn check(allowed: &Allowed, path: &str) -> bool {
        let url = Url::parse("https://host").unwrap().join(path).unwrap();
        allowed.url(&url).is_ok()
    }

    #[test]
    fn no_list_allows_everything() {
        assert!(check(
            &Allowed::default(),
            "/subscriptions/x/environments/y"
        ));
    }

    #[test]
    fn ids_are_found_in_paths_in_any_case() {
        let allowed = Allowed::new(
            Some(HashSet::from([ONE.parse().unwrap()])),
            Some(HashSet::from([ONE.parse().unwrap()])),
        );
        for (path, expected) in [
            (format!("/subscriptions/{ONE}/resourceGroups/rg"), true),
            (format!("/SUBSCRIPTIONS/{}", ONE.to_uppercase()), true),
            (format!("/subscriptions/{TWO}/resourceGroups/rg"), false),
            (
                format!("/providers/X/scopes/admin/environments/{ONE}"),
                true,
            ),
            (format!("/providers/X/environments/{TWO}/Y/link"), false),
            ("/providers/X/scopes/admin/environments".to_owned(), true),
            ("/providers/X/environments/%2f".to_owned(), false),
            ("/subscriptions/not-an-id".to_owned(), false),
        ] {
            assert_eq!(check(&allowed, &path), expected, "{path}");
        }
    }
}
