//! The rights of a policy's identity on its vault, as Resource Manager shows them.
//!
//! Only rights of the identity itself: those of its groups are not listed under it. A Managed HSM
//! has local roles, which Resource Manager does not show.

use ppcmk_coverage::estate::{
    Estate, Fact, Grant, Handle, Header, Identity, Link, Management, Policy, Right, Scope, Vault,
};
use ppcmk_coverage::{KeyVaultId, PrincipalId};

use super::fact::not_shown;
use crate::checks::{Seen, why_unread};
use crate::client::{self, RoleAssignment};

/// Adds the rights of `principal`, which is the identity of `policy`, on a vault that was read
/// together with the roles at it, and says in the policy whether these are all.
pub(crate) fn add_grants(
    estate: &mut Estate,
    (policy, principal): (Handle<Policy>, &PrincipalId),
    (vault, id): (Handle<Vault>, &KeyVaultId),
    seen: &Seen<client::Vault>,
    roles: &Seen<Vec<RoleAssignment>>,
) {
    estate[policy].grants_read = match (seen, roles) {
        _ if id.is_managed_hsm() => {
            not_shown("Resource Manager does not show the local roles of a Managed HSM")
        }
        (Seen::Missing, _) => not_shown("the key vault does not exist yet"),
        (Seen::Unread(error), _) => not_shown(format!(
            "the key vault could not be read: {}",
            why_unread(error)
        )),
        (Seen::Is(vault), Seen::Unread(error)) if vault.uses_rbac => not_shown(format!(
            "the roles at the key vault could not be read: {}",
            why_unread(error)
        )),
        (Seen::Is(_), _) => true.into(),
    };
    if let Seen::Is(roles) = roles {
        for role in roles.iter() {
            let scope = scope(role, vault, id);
            add(estate, role.id.as_str(), policy, scope, right(role));
        }
    }
    if let Seen::Is(seen) = seen
        && let Some(access) = seen.access_policy_of(principal)
    {
        let keys = access.keys.iter().map(|key| key.to_ascii_lowercase());
        let right = Right::AccessPolicy(keys.collect()).into();
        add(
            estate,
            id.as_str(),
            policy,
            Scope::Vault(Link::to(vault)),
            right,
        );
    }
}

/// Adds a right that this run plans, which is enough whatever the vault uses.
pub(crate) fn add_planned(estate: &mut Estate, policy: Handle<Policy>, vault: Link<Vault>) {
    estate.add_grant(Grant::new(
        Header::new("ppcmk_key_access"),
        Link::to(policy),
        Scope::Vault(vault),
        Right::Fitting.into(),
    ));
}

fn add(estate: &mut Estate, id: &str, policy: Handle<Policy>, scope: Scope, right: Fact<Right>) {
    let header = Header {
        management: Management::Live,
        ..Header::new(id.to_ascii_lowercase())
    };
    estate.add_grant(Grant::new(header, Link::to(policy), scope, right));
}

fn right(role: &RoleAssignment) -> Fact<Right> {
    match &role.condition {
        Some(_) => not_shown(format!("the role {} has a condition", role.id)),
        None => Right::Role(role.role.to_ascii_lowercase()).into(),
    }
}

fn scope(role: &RoleAssignment, vault: Handle<Vault>, id: &KeyVaultId) -> Scope {
    let own = role.scope.trim_end_matches('/').to_ascii_lowercase();
    let id = id.as_str().to_ascii_lowercase();
    match own.strip_prefix(&id) {
        Some("") => Scope::Vault(Link::to(vault)),
        Some(rest) if rest.starts_with("/keys/") => {
            Scope::Key(Identity::Elsewhere(own.into()).into())
        }
        Some(rest) if rest.starts_with('/') => Scope::Other,
        _ => Scope::Wider(own.into()),
    }
}
