//! Reports a policy whose identity gets no right on the key.
//!
//! Definite when policy and vault are managed here and nothing gives the identity a right that
//! fits. Undecided when the vault is somebody else's, when a right is for somebody who is not
//! known, or when a part of the configuration cannot be seen.
//!
//! Of a policy that was read from the tenant together with its rights the finding is possible: the
//! right may be made in the same run, or be that of a group.

use std::collections::{HashMap, HashSet};

use super::rights::{Verdict, judge, vault_link};
use super::{Evidence, Example, Level, Rule, Source, pages};
use crate::estate::{
    Answer, Estate, Grant, Handle, Header, Identity, Key, Known, Management, Policy, Reason, Scope,
    Unknown, Vault, VaultKind,
};
use crate::finding::{Finding, Findings};

pub(super) const RULE: Rule = Rule {
    code: "CMK107",
    name: "policy-without-key-grant",
    level: Level::Error,
    summary: "the identity of an encryption policy gets no right on its key",
    explanation: "\
A policy uses the key through its own managed identity, which exists only once the policy does. \
Without the right to get, wrap and unwrap with the key every link fails with a 403; if the right is \
taken away later, environments are locked.\n\n\
The right is the role `Key Vault Crypto Service Encryption User` on the vault (or on the key, the \
resource group, the subscription), or an access policy with `Get`, `WrapKey` and `UnwrapKey`, \
whichever the vault uses: a role on a vault with access policies gives nothing, and neither does \
the reverse. A Managed HSM has local roles of its own. Reader on the policy is another thing: it is \
for the administrator who assigns.",
    fix: "give the policy's identity the right on the key: a `ppcmk_key_access`, or the role `Key Vault Crypto Service Encryption User` on the vault",
    example: Example {
        before: "\
resource \"azurerm_key_vault\" \"cmk\" {
  name                       = \"kv-cmk\"
  location                   = \"westeurope\"
  resource_group_name        = \"rg-cmk\"
  tenant_id                  = var.tenant_id
  sku_name                   = \"premium\"
  rbac_authorization_enabled = true
  purge_protection_enabled   = true
}

resource \"ppcmk_enterprise_policy\" \"europe\" {
  name                = \"ep-cmk-europe\"
  resource_group_name = \"rg-cmk\"
  location            = \"europe\"
  key_vault_id        = azurerm_key_vault.cmk.id
  key_name            = \"cmk\"
}",
        after: "\
resource \"azurerm_key_vault\" \"cmk\" {
  name                       = \"kv-cmk\"
  location                   = \"westeurope\"
  resource_group_name        = \"rg-cmk\"
  tenant_id                  = var.tenant_id
  sku_name                   = \"premium\"
  rbac_authorization_enabled = true
  purge_protection_enabled   = true
}

resource \"ppcmk_enterprise_policy\" \"europe\" {
  name                = \"ep-cmk-europe\"
  resource_group_name = \"rg-cmk\"
  location            = \"europe\"
  key_vault_id        = azurerm_key_vault.cmk.id
  key_name            = \"cmk\"
}

resource \"azurerm_role_assignment\" \"europe\" {
  scope                = azurerm_key_vault.cmk.id
  role_definition_name = \"Key Vault Crypto Service Encryption User\"
  principal_id         = ppcmk_enterprise_policy.europe.principal_id
}",
    },
    sources: &[
        Source {
            url: pages::CMK,
            says: "the policy's identity gets the role on the vault, or the permissions Get, Wrap key and Unwrap key",
            date: "2025-06-09",
            evidence: Evidence::Documented,
        },
        Source {
            url: pages::SCRIPTS,
            says: "Microsoft's validation checks the role or the access policy of the policy's identity",
            date: "2026-05-13",
            evidence: Evidence::Code,
        },
        Source {
            url: pages::HSM_ROLES,
            says: "the local roles of a Managed HSM that wrap and unwrap",
            date: "2024-01-25",
            evidence: Evidence::Documented,
        },
    ],
    conflicts: "",
    check: Some(check),
};

fn check(estate: &Estate, out: &mut Findings) {
    let strays = Strays::of(estate);
    for (handle, policy) in estate.policies() {
        // A policy without a key is CMK109's.
        let has_key = !matches!(vault_link(estate, policy).identity, Identity::Absent);
        if !policy.may_encrypt() || !has_key {
            continue;
        }
        if policy.header.is_managed_here() {
            match own_grants(estate, handle) {
                Own::Enough => {}
                Own::Unknown(unknown) => undecided(policy, &unknown, out),
                Own::None(only) => match doubt(estate, &strays, policy) {
                    Some(unknown) => undecided(policy, &unknown, out),
                    None => {
                        report(estate, policy, only.as_ref(), out);
                    }
                },
            }
        } else {
            check_read(estate, handle, out);
        }
    }
}

/// A policy that is only read is its manager's, unless its rights were read, too.
fn check_read(estate: &Estate, handle: Handle<Policy>, out: &mut Findings) {
    let policy = &estate[handle];
    match &policy.grants_read.known {
        Known::Value(true) => {}
        Known::Unknown(unknown) => return undecided(policy, unknown, out),
        Known::Value(false) | Known::Absent => return,
    }
    match own_grants(estate, handle) {
        Own::Enough => {}
        Own::Unknown(unknown) => undecided(policy, &unknown, out),
        Own::None(only) => {
            report(estate, policy, only.as_ref(), out).possible();
        }
    }
}

/// What the grants that name the policy's identity come to.
enum Own<'a> {
    Enough,
    Unknown(Unknown),
    /// No right; perhaps one that does not fit.
    None(Option<(&'a Grant, String)>),
}

fn own_grants(estate: &Estate, handle: Handle<Policy>) -> Own<'_> {
    let policy = &estate[handle];
    let mut open = None;
    let mut only = None;
    for (_, grant) in estate.grants_of_policy(handle) {
        match judge(estate, grant, policy) {
            Verdict::Enough => match grant.header.is_there_for(&policy.header) {
                Answer::Yes => return Own::Enough,
                Answer::No => {}
                Answer::Unknown(unknown) => open = Some(unknown),
            },
            Verdict::Unknown(unknown) => open = Some(unknown),
            Verdict::TooLittle(what) => only = only.or(Some((grant, what))),
            Verdict::Unrelated => {}
        }
    }
    match open {
        Some(unknown) => Own::Unknown(unknown),
        None => Own::None(only),
    }
}

/// Why there may be a right after all.
fn doubt(estate: &Estate, strays: &Strays<'_>, policy: &Policy) -> Option<Unknown> {
    if let Some(unknown) = policy.kind.unknown() {
        return Some(unknown.clone());
    }
    let link = vault_link(estate, policy);
    let Some((handle, vault)) = estate.vault(link) else {
        return link.why_not_here("the key vault");
    };
    if !vault.header.is_managed_here() {
        return Some(elsewhere(&vault.header));
    }
    strays
        .for_vault(handle)
        .find_map(|grant| may_be_for(estate, grant, policy))
        .or_else(|| estate.scope.unseen.first().cloned())
}

fn elsewhere(vault: &Header) -> Unknown {
    Unknown::new(Reason::Elsewhere(
        format!(
            "`{}` is managed outside of this configuration, and so may be the right on it",
            vault.address
        )
        .into(),
    ))
}

/// Whether a grant for somebody who is not known may be for this policy's identity.
fn may_be_for(estate: &Estate, grant: &Grant, policy: &Policy) -> Option<Unknown> {
    let unknown = match &grant.principal.identity {
        Identity::Unknown(unknown) => unknown.clone(),
        // The identity of a new policy has no object id that could be written down.
        Identity::Elsewhere(id) if !policy.header.is_new() && may_be_policy(id) => {
            Unknown::new(Reason::Expression(
                format!("`{}` is for the object id `{id}`", grant.header.address).into(),
            ))
        }
        Identity::Here(read) if may_be_same(&estate[*read], policy) => {
            let read = &estate[*read].header.address;
            Unknown::new(Reason::Expression(
                format!("`{read}` may be this policy, read from the tenant").into(),
            ))
        }
        Identity::Elsewhere(_) | Identity::Here(_) | Identity::Absent => return None,
    };
    match judge(estate, grant, policy) {
        Verdict::Enough | Verdict::Unknown(_) => Some(unknown),
        Verdict::TooLittle(_) | Verdict::Unrelated => None,
    }
}

/// Whether a policy that is read from the tenant may be this one: nobody knows both of their ids.
fn may_be_same(read: &Policy, policy: &Policy) -> bool {
    let are_known = read.id.value().is_some() && policy.id.value().is_some();
    is_read(read) && !are_known && !policy.header.is_new()
}

/// Whether an object id, or where it is from, may be that of a policy's identity. Entra knows the
/// identity as a service principal, which can be looked up by the policy's name.
fn may_be_policy(id: &str) -> bool {
    !id.contains('.') || id.contains("data.azuread_service_principal")
}

/// Grants for somebody who may be a policy's identity, by the vault that they are about. Of those
/// that could not be told apart here only the first is kept, so that a policy meets few of them.
struct Strays<'a> {
    by_vault: HashMap<Handle<Vault>, Vec<&'a Grant>>,
    /// Of a wider scope, or one that is not known.
    wide: Vec<&'a Grant>,
}

impl<'a> Strays<'a> {
    fn of(estate: &'a Estate) -> Self {
        let mut strays = Self {
            by_vault: HashMap::new(),
            wide: Vec::new(),
        };
        let mut seen = HashSet::new();
        for (_, grant) in estate.grants() {
            let whom = match &grant.principal.identity {
                Identity::Unknown(_) => Whom::Unknown,
                Identity::Elsewhere(id) if may_be_policy(id) => Whom::ObjectId,
                Identity::Here(policy) if is_read(&estate[*policy]) => Whom::Read(*policy),
                Identity::Elsewhere(_) | Identity::Here(_) | Identity::Absent => continue,
            };
            let is_here = estate.policy(&grant.principal).is_some();
            if matches!(grant.scope, Scope::Other) || (is_here && !matches!(whom, Whom::Read(_))) {
                continue;
            }
            let vault = vault_of(estate, &grant.scope);
            let on = (vault, key_of(&grant.scope), scope_id(&grant.scope));
            if seen.insert((whom, on, grant.right.value())) {
                match vault {
                    Some(vault) => strays.by_vault.entry(vault).or_default().push(grant),
                    None => strays.wide.push(grant),
                }
            }
        }
        strays
    }

    fn for_vault(&self, vault: Handle<Vault>) -> impl Iterator<Item = &'a Grant> {
        let own = self.by_vault.get(&vault).map_or(&[][..], Vec::as_slice);
        own.iter().chain(&self.wide).copied()
    }
}

/// Whom a grant is for that may be a policy's identity.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Whom {
    Unknown,
    ObjectId,
    /// The identity of this policy, which is read from the tenant.
    Read(Handle<Policy>),
}

fn is_read(policy: &Policy) -> bool {
    policy.header.management == Management::DataSource
}

/// The vault of the estate that a grant is about.
fn vault_of(estate: &Estate, scope: &Scope) -> Option<Handle<Vault>> {
    let link = match scope {
        Scope::Vault(vault) => vault,
        Scope::Key(key) => &estate[key.target()?].vault,
        Scope::Wider(_) | Scope::Other | Scope::Unknown(_) => return None,
    };
    estate.vault(link).map(|(handle, _)| handle)
}

fn key_of(scope: &Scope) -> Option<Handle<Key>> {
    match scope {
        Scope::Key(key) => key.target(),
        Scope::Vault(_) | Scope::Wider(_) | Scope::Other | Scope::Unknown(_) => None,
    }
}

/// What tells apart scopes that are no vault of the estate.
fn scope_id(scope: &Scope) -> Option<&str> {
    match scope {
        Scope::Vault(vault) => vault.name(),
        Scope::Key(key) => key.name(),
        Scope::Wider(scope) => scope.value().map(String::as_str),
        Scope::Other | Scope::Unknown(_) => None,
    }
}

fn undecided(policy: &Policy, unknown: &Unknown, out: &mut Findings) {
    out.undecided(&policy.header, unknown)
        .at(&policy.vault.origin);
}

fn report<'f>(
    estate: &Estate,
    policy: &Policy,
    only: Option<&(&Grant, String)>,
    out: &'f mut Findings,
) -> &'f mut Finding {
    let message = match only {
        Some((_, what)) => format!("the policy's identity gets no right on the key, only {what}"),
        None => "the policy's identity gets no right on the key".to_owned(),
    };
    let finding = out.report(&policy.header, message);
    if let Some((grant, _)) = only {
        finding.related(
            &grant.header,
            &grant.right.origin,
            "does not give the right",
        );
    }
    let link = vault_link(estate, policy);
    if let Some((_, vault)) = estate.vault(link) {
        if let Some(help) = help(vault) {
            finding.help(help);
        }
        finding.related(&vault.header, &link.origin, "the key is in this vault");
    }
    finding
}

/// What to do, where that is not a role on a key vault.
fn help(vault: &Vault) -> Option<&'static str> {
    match (vault.kind, vault.rbac.value()) {
        (VaultKind::ManagedHsm, _) => Some(
            "give the policy's identity the local role `Managed HSM Crypto Service Encryption User` \
             in the Managed HSM",
        ),
        (VaultKind::KeyVault, Some(false)) => Some(
            "give the policy's identity the right on the key: a `ppcmk_key_access`, or an access \
             policy of the vault with the key permissions `Get`, `WrapKey` and `UnwrapKey`",
        ),
        (VaultKind::KeyVault, Some(true) | None) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::estate::{Action, Change, Link, Management, Right};
    use crate::rules::fixture::{Chain, from_variable, if_variable, role, variable};
    use crate::rules::testing::{Answers, answers};

    fn check(change: impl FnOnce(&mut Chain)) -> Answers {
        let mut chain = Chain::new();
        change(&mut chain);
        answers(&RULE, &chain.estate)
    }

    /// The chain without a right of the policy's identity.
    fn without(change: impl FnOnce(&mut Chain)) -> Answers {
        check(|chain| {
            chain.grant().principal = Link::default();
            change(chain);
        })
    }

    const NOTHING: &str = "azapi_resource.policy: the policy's identity gets no right on the key";
    const UNKNOWN: &str = "azapi_resource.policy: variable `x` has no value";

    #[test]
    fn points_at_the_policy() {
        without(|_| {}).finds(&[NOTHING]);
        check(|chain| chain.grant().header.change = Some(Change::new(Action::Delete)))
            .finds(&[NOTHING]);
    }

    #[test]
    fn a_right_that_does_not_fit_is_none() {
        check(|chain| chain.vault().rbac = false.into()).finds(&[
            "azapi_resource.policy: the policy's identity gets no right on the key, only a role, and the \
             vault uses access policies",
        ]);
        check(|chain| chain.grant().right = role("reader")).finds(&[
            "azapi_resource.policy: the policy's identity gets no right on the key, only the role `reader`",
        ]);
        check(|chain| chain.grant().scope = Scope::Other).finds(&[NOTHING]);
    }

    #[test]
    fn says_what_fits_the_vault() {
        let help = |change: &dyn Fn(&mut Chain)| {
            let mut chain = Chain::new();
            chain.grant().principal = Link::default();
            change(&mut chain);
            let (findings, _) = crate::rules::check(&chain.estate, [&RULE]);
            findings[0].help.clone()
        };
        assert_eq!(help(&|_| {}), RULE.fix);
        assert!(help(&|chain| chain.vault().rbac = false.into()).contains("access policy"));
        assert!(help(&|chain| chain.vault().kind = VaultKind::ManagedHsm).contains("local role"));
    }

    #[test]
    fn is_silent_when_the_identity_gets_the_right() {
        check(|_| {}).is_silent();
        check(|chain| chain.grant().right = Right::Fitting.into()).is_silent();
        check(|chain| chain.grant().scope = Scope::Wider(from_variable("subscription")))
            .is_silent();
        check(|chain| {
            chain.policy().header.existence = if_variable("enabled");
            chain.grant().header.existence = if_variable("enabled");
        })
        .is_silent();
    }

    #[test]
    fn is_silent_about_policies_that_are_not_ours() {
        without(|chain| chain.policy().header.management = Management::DataSource).is_silent();
        without(|chain| chain.policy().kind = crate::PolicyKind::NetworkInjection.into())
            .is_silent();
        without(|chain| chain.policy().vault = Link::default()).is_silent();
    }

    #[test]
    fn a_policy_of_the_tenant_is_judged_by_the_rights_that_were_read() {
        let live = |change: &dyn Fn(&mut Chain)| {
            check(|chain| {
                chain.policy().header.management = Management::Live;
                chain.vault().header.management = Management::Live;
                chain.policy().grants_read = true.into();
                change(chain);
            })
        };
        live(&|_| {}).is_silent();
        let nobody = |chain: &mut Chain| chain.grant().principal = Link::default();
        live(&nobody).finds(&[NOTHING]);
        live(&|chain| {
            nobody(chain);
            chain.policy().grants_read = from_variable("x");
        })
        .is_undecided(&[UNKNOWN]);
        let mut chain = Chain::new();
        nobody(&mut chain);
        chain.policy().header.management = Management::Live;
        chain.policy().grants_read = true.into();
        let (findings, _) = crate::rules::check(&chain.estate, [&RULE]);
        assert_eq!(findings[0].certainty, crate::Certainty::Possible);
    }

    #[test]
    fn cannot_decide_about_a_vault_of_others() {
        without(|chain| chain.policy().vault = Identity::Elsewhere("/kv".into()).into())
            .is_undecided(&[
                "azapi_resource.policy: the key vault `/kv` is not part of this configuration",
            ]);
        without(|chain| chain.policy().vault = Identity::Unknown(variable("x")).into())
            .is_undecided(&[UNKNOWN]);
        without(|chain| chain.vault().header.management = Management::DataSource).is_undecided(&[
            "azapi_resource.policy: `azurerm_key_vault.cmk` is managed outside of this \
             configuration, and so may be the right on it",
        ]);
    }

    #[test]
    fn cannot_decide_when_a_right_may_be_for_the_policy() {
        check(|chain| chain.grant().principal = Identity::Unknown(variable("x")).into())
            .is_undecided(&[UNKNOWN]);
        check(|chain| chain.grant().right = from_variable("x")).is_undecided(&[UNKNOWN]);
        check(|chain| chain.vault().rbac = from_variable("x")).is_undecided(&[UNKNOWN]);
        check(|chain| chain.grant().header.existence = if_variable("x")).is_undecided(&[UNKNOWN]);
        without(|chain| chain.policy().kind = from_variable("x")).is_undecided(&[UNKNOWN]);
        without(|chain| chain.estate.scope.unseen.push(variable("x"))).is_undecided(&[UNKNOWN]);
    }

    #[test]
    fn cannot_decide_when_one_of_several_rights_may_be_for_the_policy() {
        check(|chain| {
            let keys = ["other", "cmk"].map(|name| {
                let mut key = Key::new(Header::new(name));
                key.name = name.to_owned().into();
                key.vault = Link::to(chain.vault);
                chain.estate.add_key(key)
            });
            chain.policy().key_name = "cmk".to_owned().into();
            chain.grant().principal = Identity::Unknown(variable("x")).into();
            let mut second = chain.grant().clone();
            let [other, own] = keys;
            chain.grant().scope = Scope::Key(Link::to(other));
            second.scope = Scope::Key(Link::to(own));
            chain.estate.add_grant(second);
        })
        .is_undecided(&[UNKNOWN]);
    }

    #[test]
    fn cannot_decide_when_a_policy_that_is_read_may_be_this_one() {
        let read = |ids: [Option<&str>; 2]| {
            check(|chain| {
                let mut other = chain.policy().clone();
                other.header = crate::estate::Header::new("data.azapi_resource.policy");
                other.header.management = Management::DataSource;
                let [own, others] =
                    ids.map(|id| id.map_or_else(|| from_variable("id"), |id| id.to_owned().into()));
                chain.policy().id = own;
                other.id = others;
                let other = chain.estate.add_policy(other);
                chain.grant().principal = Link::to(other);
            })
        };
        read([None, None]).is_undecided(&[
            "azapi_resource.policy: `data.azapi_resource.policy` may be this policy, read from the \
             tenant",
        ]);
        read([Some("/a"), Some("/b")]).finds(&[NOTHING]);
    }

    #[test]
    fn somebody_else_is_not_the_policy() {
        let principal = |id: &'static str| {
            move |chain: &mut Chain| {
                chain.grant().principal = Identity::Elsewhere(id.into()).into();
            }
        };
        check(principal("data.azurerm_client_config.current.object_id")).finds(&[NOTHING]);
        check(principal("1a2b")).is_undecided(&[
            "azapi_resource.policy: `azurerm_role_assignment.cmk` is for the object id `1a2b`",
        ]);
        check(|chain| {
            principal("1a2b")(chain);
            chain.policy().header.change = Some(Change::new(Action::Create));
        })
        .finds(&[NOTHING]);
        check(|chain| {
            chain.grant().principal = Identity::Unknown(variable("x")).into();
            chain.grant().right = role("key vault secrets user");
        })
        .finds(&[NOTHING]);
    }
}
