//! Reports a grant that gives a policy's identity more than it needs on the key.
//!
//! It is about the right and not about its scope: the right role at a resource group or
//! subscription is a way that some organisations work.

use super::example::{key, policy, vault};
use super::{Evidence, Example, Level, Rule, Source, pages};
use crate::estate::{Estate, Existence, Known, Right, Scope};
use crate::finding::Findings;

/// What the service does with a key, as permissions of an access policy.
const NEEDED: [&str; 3] = ["get", "wrapkey", "unwrapkey"];

/// Roles that can do much more: their names and the GUIDs of their definitions (Azure's built-in
/// roles).
const TOO_BROAD: [(&str, &str); 7] = [
    (
        "key vault administrator",
        "00482a5a-887f-4fb3-b363-3b7fe8e74483",
    ),
    (
        "key vault crypto officer",
        "14b46e9e-c2b7-41b4-b07b-48a6ebf60603",
    ),
    (
        "key vault contributor",
        "f25e0fa2-a7c8-4377-a976-54943a77a395",
    ),
    ("owner", "8e3af657-a8ff-443c-a75c-2fe8c4bcb635"),
    ("contributor", "b24988ac-6180-42a0-ab88-20f7382dd24c"),
    (
        "managed hsm administrator",
        "a290e904-7015-4bba-90c8-60543313cdb4",
    ),
    (
        "managed hsm crypto officer",
        "515eb02d-2335-4d2d-92f2-b1cbdf9c3778",
    ),
];

pub(super) const RULE: Rule = Rule {
    code: "CMK209",
    name: "key-grant-too-broad",
    level: Level::Warning,
    summary: "a policy's identity that gets more than the right to wrap and unwrap with its key",
    explanation: "\
The identity of an encryption policy reads, wraps and unwraps. With an administrator's or an \
officer's role, or with more permissions in an access policy, it could also delete keys, or read \
what else is in the vault. The identity belongs to a service that you do not run; the least right \
is the one to give.\n\
\n\
The role is `Key Vault Crypto Service Encryption User`; for access policies it is Get, Wrap Key and \
Unwrap Key. At which scope it is given is up to you.",
    fix: "grant the role `Key Vault Crypto Service Encryption User` instead",
    example: Example {
        before: concat!(
            vault!(),
            key!(),
            policy!(),
            r#"

resource "azurerm_role_assignment" "cmk" {
  scope                = azurerm_key_vault.cmk.id
  role_definition_name = "Key Vault Administrator"
  principal_id         = ppcmk_enterprise_policy.europe.principal_id
}"#
        ),
        after: concat!(
            vault!(),
            key!(),
            policy!(),
            r#"

resource "azurerm_role_assignment" "cmk" {
  scope                = azurerm_key_vault.cmk.id
  role_definition_name = "Key Vault Crypto Service Encryption User"
  principal_id         = ppcmk_enterprise_policy.europe.principal_id
}"#
        ),
    },
    sources: &[Source {
        url: pages::CMK,
        says: "the role Key Vault Crypto Service Encryption User, or the permissions Get, Wrap Key and Unwrap Key",
        date: "2025-06-09",
        evidence: Evidence::Documented,
    }],
    conflicts: "",
    check: Some(check),
};

fn check(estate: &Estate, out: &mut Findings) {
    for (_, grant) in estate.grants() {
        let Some((_, policy)) = estate.policy(&grant.principal) else {
            continue;
        };
        if !policy.may_encrypt() || matches!(grant.scope, Scope::Other) {
            continue;
        }
        let origin = &grant.right.origin;
        let (message, help) = match &grant.right.known {
            Known::Value(Right::Role(role)) => match broad_role(role) {
                Some(name) => (
                    format!(
                        "the policy's identity gets the role `{name}`, which may do more than wrap and unwrap"
                    ),
                    RULE.fix.to_owned(),
                ),
                None => continue,
            },
            Known::Value(Right::AccessPolicy(permissions)) => match more_than_needed(permissions) {
                Some(more) => (
                    format!("the policy's identity gets `{more}` on keys"),
                    "grant `Get`, `WrapKey` and `UnwrapKey` only".to_owned(),
                ),
                None => continue,
            },
            Known::Value(Right::Fitting) | Known::Absent => continue,
            Known::Unknown(unknown) => {
                out.undecided(&grant.header, unknown).at(origin);
                continue;
            }
        };
        let finding = out.report(&grant.header, message).at(origin).help(help);
        if policy.header.existence != Existence::Certain {
            finding.possible();
        }
        finding.related(&policy.header, &grant.principal.origin, "the policy");
    }
}

fn broad_role(role: &str) -> Option<&'static str> {
    let role = role.rsplit('/').next()?;
    let mut broad = TOO_BROAD.iter();
    let found =
        broad.find(|(name, id)| role.eq_ignore_ascii_case(name) || role.eq_ignore_ascii_case(id));
    found.map(|(name, _)| *name)
}

fn more_than_needed(permissions: &[String]) -> Option<String> {
    let needed = |permission: &&String| {
        NEEDED
            .iter()
            .any(|needed| permission.eq_ignore_ascii_case(needed))
    };
    let more: Vec<&str> = permissions
        .iter()
        .filter(|permission| !needed(permission))
        .map(String::as_str)
        .collect();
    (!more.is_empty()).then(|| more.join("`, `"))
}

#[cfg(test)]
mod tests {
    use super::super::custody::fixtures::{vault, with_vault};
    use crate::PolicyKind;
    use crate::estate::{Estate, Fact, Grant, Header, Link, Right, Scope};
    use crate::rules::testing::{Answers, answers, unknown};

    fn estate(right: Fact<Right>) -> Estate {
        let mut estate = with_vault(vault());
        let vault = estate.vaults().next().unwrap().0;
        let policy = estate.policies().next().unwrap().0;
        estate.add_grant(Grant::new(
            Header::new("azurerm_role_assignment.cmk"),
            Link::to(policy),
            Scope::Vault(Link::to(vault)),
            right,
        ));
        estate
    }

    fn check(right: impl Into<Fact<Right>>) -> Answers {
        answers(&super::RULE, &estate(right.into()))
    }

    fn role(name: &str) -> Right {
        Right::Role(name.to_owned())
    }

    fn permissions(words: &[&str]) -> Right {
        Right::AccessPolicy(words.iter().map(|word| (*word).to_owned()).collect())
    }

    #[test]
    fn points_at_the_grant() {
        check(role("key vault administrator")).finds(&[
            "azurerm_role_assignment.cmk: the policy's identity gets the role `key vault administrator`, which may do more than wrap and unwrap",
        ]);
        check(role("14b46e9e-c2b7-41b4-b07b-48a6ebf60603")).finds(&[
            "azurerm_role_assignment.cmk: the policy's identity gets the role `key vault crypto officer`, which may do more than wrap and unwrap",
        ]);
        check(permissions(&[
            "get",
            "wrapkey",
            "unwrapkey",
            "delete",
            "purge",
        ]))
        .finds(&[
            "azurerm_role_assignment.cmk: the policy's identity gets `delete`, `purge` on keys",
        ]);
    }

    #[test]
    fn is_silent_about_what_is_needed_and_about_other_roles() {
        check(role("key vault crypto service encryption user")).is_silent();
        check(role("a role of our own")).is_silent();
        check(permissions(&["Get", "WrapKey", "UnwrapKey"])).is_silent();
        check(Right::Fitting).is_silent();
    }

    #[test]
    fn cannot_decide_about_an_unknown_right() {
        check(unknown()).is_undecided(&["azurerm_role_assignment.cmk: variable `x` has no value"]);
    }

    #[test]
    fn leaves_other_scopes_and_policies_alone() {
        let mut other = estate(role("owner").into());
        let grant = other.grants().next().unwrap().0;
        other[grant].scope = Scope::Other;
        answers(&super::RULE, &other).is_silent();
        let mut other = estate(role("owner").into());
        let policy = other.policies().next().unwrap().0;
        other[policy].kind = PolicyKind::Identity.into();
        answers(&super::RULE, &other).is_silent();
    }
}
