//! Why a link that is still to be made would fail, although an assignment is there.
//!
//! The service needs a key that can encrypt and a right on it before it links (CMK facts 3 and 4).
//! What is known to be wrong with them is no question of who holds the key: the environment stays
//! under Microsoft's. Which of that is wrong, the rules about keys decide; what they cannot decide
//! is no reason to doubt an assignment.

use std::collections::HashMap;
use std::sync::Arc;

use super::verdict::Verdict;
use crate::estate::{Assignment, Estate};
use crate::finding::{Certainty, Level};
use crate::rules;

/// Without what they are about, no environment can be encrypted.
const RULES: [&str; 4] = ["CMK107", "CMK201", "CMK203", "CMK204"];

/// What is wrong with keys, by the address of vault, key or policy.
pub(super) struct Unready {
    by_address: HashMap<Arc<str>, (&'static str, String)>,
}

impl Unready {
    pub(super) fn of(estate: &Estate) -> Self {
        let mut by_address = HashMap::new();
        if !estate.assignments().any(|(_, it)| it.makes_link()) {
            return Self { by_address };
        }
        let rules = RULES.iter().filter_map(|code| rules::find(code));
        let (findings, _) = rules::run(estate, rules);
        for finding in findings {
            if finding.level == Level::Error && finding.certainty == Certainty::Definite {
                by_address
                    .entry(finding.address)
                    .or_insert((finding.rule.code, finding.message));
            }
        }
        Self { by_address }
    }

    /// Whether the link of this assignment can be made, as far as its policy is here. A link that
    /// exists was accepted.
    pub(super) fn verdict(&self, estate: &Estate, assignment: &Assignment) -> Verdict {
        if self.by_address.is_empty() || !assignment.makes_link() {
            return Verdict::Yes;
        }
        let Some((_, policy)) = estate.policy(&assignment.policy) else {
            return Verdict::Yes;
        };
        let vault = estate.vault_of_policy(policy).map(|(_, it)| &it.header);
        let key = estate.key_of_policy(policy).map(|(_, it)| &it.header);
        [Some(&policy.header), vault, key]
            .into_iter()
            .flatten()
            .find_map(|header| self.by_address.get(&header.address))
            .map_or(Verdict::Yes, |(code, message)| {
                Verdict::no(code, format!("the link would fail: {message}"))
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::estate::{
        Action, Change, Environment, Header, Link, Policy, PolicyForm, Vault, VaultKind,
    };

    /// The reason for an assignment to a policy whose vault has this purge protection.
    fn reason(purge_protection: bool, change: impl FnOnce(&mut Assignment)) -> Option<String> {
        let mut estate = Estate::default();
        let mut vault = Vault::new(Header::new("vault"), VaultKind::KeyVault);
        vault.purge_protection = purge_protection.into();
        let vault = estate.add_vault(vault);
        let mut policy = Policy::new(Header::new("policy"), PolicyForm::Own);
        policy.vault = Link::to(vault);
        let policy = estate.add_policy(policy);
        let environment = estate.add_environment(Environment::new(Header::new("environment")));
        let mut assignment = Assignment::new(Header::new("assignment"));
        assignment.environment = Link::to(environment);
        assignment.policy = Link::to(policy);
        // The right on the key is not what these tests are about.
        estate.scope.unseen.push(crate::estate::Unknown::new(
            crate::estate::Reason::Elsewhere("a grant may be elsewhere".into()),
        ));
        change(&mut assignment);
        let assignment = estate.add_assignment(assignment);
        match Unready::of(&estate).verdict(&estate, &estate[assignment]) {
            Verdict::Yes => None,
            Verdict::No(why) | Verdict::Unknown(why) => {
                Some(format!("{} {}", why.code.unwrap_or("-"), why.reason))
            }
        }
    }

    #[test]
    fn a_link_to_a_key_that_cannot_encrypt_would_fail() {
        assert_eq!(
            reason(false, |_| {}).as_deref(),
            Some("CMK201 the link would fail: purge protection is off")
        );
        assert_eq!(reason(true, |_| {}), None);
    }

    #[test]
    fn a_link_that_exists_was_accepted() {
        let exists = |assignment: &mut Assignment| {
            assignment.header.change = Some(Change::new(Action::NoOp));
        };
        assert_eq!(reason(false, exists), None);
    }

    #[test]
    fn an_assignment_to_a_policy_elsewhere_is_not_doubted() {
        let elsewhere = |assignment: &mut Assignment| assignment.policy = Link::default();
        assert_eq!(reason(false, elsewhere), None);
    }
}
