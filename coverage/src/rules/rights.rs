//! Whether a grant gives a policy's identity what it needs: to get, wrap and unwrap with the key.

use super::custody::is_managed_hsm;
use crate::estate::{
    Answer, Estate, Fact, Grant, Identity, Key, Known, Link, Policy, Reason, Right, Scope, Unknown,
    Vault,
};

/// Roles of Azure that let an identity wrap and unwrap with keys of a vault: names and GUIDs.
const ENOUGH: [[&str; 2]; 4] = [
    [
        "key vault crypto service encryption user",
        "e147488a-f6f5-4113-8e2d-b22465e65bf6",
    ],
    [
        "key vault crypto user",
        "12338af0-0e69-4776-bea7-57ae8d297424",
    ],
    [
        "key vault crypto officer",
        "14b46e9e-c2b7-41b4-b07b-48a6ebf60603",
    ],
    [
        "key vault administrator",
        "00482a5a-887f-4fb3-b363-3b7fe8e74483",
    ],
];

/// Built-in roles that certainly do not. Any other role may be one of the customer's own.
const NOT_ENOUGH: [[&str; 2]; 12] = [
    ["owner", "8e3af657-a8ff-443c-a75c-2fe8c4bcb635"],
    ["contributor", "b24988ac-6180-42a0-ab88-20f7382dd24c"],
    ["reader", "acdd72a7-3385-48ef-bd42-f606fba81ae7"],
    [
        "user access administrator",
        "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9",
    ],
    [
        "key vault contributor",
        "f25e0fa2-a7c8-4377-a976-54943a77a395",
    ],
    ["key vault reader", "21090545-7ca7-4776-b22c-e363652d74d2"],
    [
        "key vault secrets user",
        "4633458b-17de-408a-b874-0445c86b69e6",
    ],
    [
        "key vault secrets officer",
        "b86a8fe4-44ce-4948-aee5-eccb2c155cd7",
    ],
    [
        "key vault certificates officer",
        "a4417e6f-fecd-4de8-b567-7b0420556985",
    ],
    [
        "key vault certificate user",
        "db79e9a7-68ee-4b58-9aeb-b90e7c24fcba",
    ],
    [
        "key vault crypto service release user",
        "08bbd89e-9f13-488c-ac41-acfcb10c90ab",
    ],
    [
        "key vault data access administrator",
        "8b54135c-b56d-4d72-a534-26097cfdc8d8",
    ],
];

/// Local roles of a Managed HSM that are enough.
const ENOUGH_ON_HSM: [[&str; 2]; 2] = [
    [
        "managed hsm crypto service encryption user",
        "33413926-3206-4cdd-b39a-83574fe37a17",
    ],
    [
        "managed hsm crypto user",
        "21dbd100-6940-42c2-9190-5d6cb909625b",
    ],
];

/// What an access policy needs, in lower case.
const PERMISSIONS: [&str; 3] = ["get", "wrapkey", "unwrapkey"];

/// What a grant is to a policy's key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It gives the right.
    Enough,
    /// It is about the key, and gives another right. The text completes "its identity has only".
    TooLittle(String),
    /// It is about something else.
    Unrelated,
    /// Nobody can say.
    Unknown(Unknown),
}

/// What this grant is to the key of this policy, whoever it is for.
pub(super) fn judge(estate: &Estate, grant: &Grant, policy: &Policy) -> Verdict {
    let scope = covers(estate, &grant.scope, policy);
    if scope == Answer::No {
        return Verdict::Unrelated;
    }
    let right = match &grant.right.known {
        Known::Value(right) => judge_right(estate, right, policy),
        Known::Absent => Verdict::Unknown(Unknown::new(Reason::Expression(
            format!("`{}` names no right", grant.header.address).into(),
        ))),
        Known::Unknown(unknown) => Verdict::Unknown(unknown.clone()),
    };
    match (right, scope) {
        // A right that is too little is too little wherever it is.
        (Verdict::Enough, Answer::Unknown(unknown)) => Verdict::Unknown(unknown),
        (right, _) => right,
    }
}

fn judge_right(estate: &Estate, right: &Right, policy: &Policy) -> Verdict {
    let link = vault_link(estate, policy);
    match right {
        Right::Fitting => Verdict::Enough,
        Right::Role(role) if is_managed_hsm(estate, link) => judge_role_on_hsm(role),
        Right::Role(role) => judge_role(estate, role, link),
        Right::AccessPolicy(permissions) => judge_permissions(estate, permissions, link),
    }
}

fn judge_role(estate: &Estate, role: &str, vault: &Link<Vault>) -> Verdict {
    match model_of(estate, vault) {
        Model::AccessPolicies => too_little("a role, and the vault uses access policies"),
        _ if is_one_of(role, &NOT_ENOUGH) => too_little(format!("the role `{role}`")),
        Model::Unknown(unknown) => Verdict::Unknown(unknown),
        _ if is_one_of(role, &ENOUGH) => Verdict::Enough,
        Model::Roles | Model::NotOurs => custom(role),
    }
}

/// Roles of Azure manage a Managed HSM, and give no right on its keys.
fn judge_role_on_hsm(role: &str) -> Verdict {
    if is_one_of(role, &ENOUGH_ON_HSM) {
        Verdict::Enough
    } else if is_one_of(role, &ENOUGH) || is_one_of(role, &NOT_ENOUGH) {
        too_little("a role of Azure, and a Managed HSM has roles of its own")
    } else {
        custom(role)
    }
}

fn judge_permissions(estate: &Estate, permissions: &[String], vault: &Link<Vault>) -> Verdict {
    let has = |wanted: &str| {
        permissions
            .iter()
            .any(|own| own.eq_ignore_ascii_case(wanted))
    };
    let missing: Vec<String> = PERMISSIONS
        .iter()
        .filter(|wanted| !has(wanted) && !has("all"))
        .map(|wanted| format!("`{wanted}`"))
        .collect();
    match model_of(estate, vault) {
        Model::Roles => too_little("an access policy, and the vault uses roles"),
        _ if !missing.is_empty() => {
            too_little(format!("an access policy without {}", missing.join(", ")))
        }
        Model::Unknown(unknown) => Verdict::Unknown(unknown),
        Model::AccessPolicies | Model::NotOurs => Verdict::Enough,
    }
}

fn too_little(what: impl Into<String>) -> Verdict {
    Verdict::TooLittle(what.into())
}

fn custom(role: &str) -> Verdict {
    Verdict::Unknown(Unknown::new(Reason::Expression(
        format!("what the role `{role}` allows is not known").into(),
    )))
}

/// Whether a role is in a list, by its name or by the GUID at the end of its definition's id.
fn is_one_of(role: &str, list: &[[&str; 2]]) -> bool {
    let name = role.rsplit('/').next().unwrap_or(role);
    list.iter()
        .flatten()
        .any(|known| known.eq_ignore_ascii_case(name))
}

/// How a vault decides about access to its keys.
enum Model {
    Roles,
    AccessPolicies,
    /// The vault is not managed here, and its model is nobody's mistake here: what is granted is
    /// taken to fit.
    NotOurs,
    Unknown(Unknown),
}

fn model_of(estate: &Estate, vault: &Link<Vault>) -> Model {
    let Some((_, vault)) = estate.vault(vault) else {
        return Model::NotOurs;
    };
    match &vault.rbac.known {
        Known::Value(true) => Model::Roles,
        Known::Value(false) => Model::AccessPolicies,
        _ if !vault.header.is_managed_here() => Model::NotOurs,
        Known::Unknown(unknown) => Model::Unknown(unknown.clone()),
        // The default differs by the version of the API.
        Known::Absent => Model::Unknown(Unknown::new(Reason::NotDeclared(
            "the permission model of the vault".into(),
        ))),
    }
}

/// Where a policy says that its vault is: itself, or through its key.
pub(super) fn vault_link<'a>(estate: &'a Estate, policy: &'a Policy) -> &'a Link<Vault> {
    match (&policy.vault.identity, policy.key.target()) {
        (Identity::Absent, Some(key)) => &estate[key].vault,
        _ => &policy.vault,
    }
}

/// Whether a scope holds the key of a policy. A resource group, a subscription or a management
/// group does unless the ids say otherwise: the right is for this policy's identity, so it is meant.
fn covers(estate: &Estate, scope: &Scope, policy: &Policy) -> Answer {
    match scope {
        Scope::Vault(vault) => is_same(
            vault,
            vault_link(estate, policy),
            |link| Some(estate.vault(link)?.0),
            "the vault",
        ),
        Scope::Key(key) => covers_key(estate, key, policy),
        Scope::Wider(scope) if is_outside(estate, scope, policy) => Answer::No,
        Scope::Wider(_) => Answer::Yes,
        Scope::Other => Answer::No,
        Scope::Unknown(unknown) => Answer::Unknown(unknown.clone()),
    }
}

fn covers_key(estate: &Estate, key: &Link<Key>, policy: &Policy) -> Answer {
    if let Some(same) = key.same(&policy.key) {
        return if same { Answer::Yes } else { Answer::No };
    }
    let own = policy.key.target().map(|key| &estate[key].name);
    let own = own.unwrap_or(&policy.key_name).value();
    let Some(key) = key.target().map(|key| &estate[key]) else {
        // Whatever vault it is in, it has another name.
        let is_other = name_in(key)
            .zip(own)
            .is_some_and(|(granted, used)| !granted.eq_ignore_ascii_case(used));
        return if is_other {
            Answer::No
        } else {
            Answer::Unknown(open(key, "the key"))
        };
    };
    match (key.name.value(), own) {
        (Some(granted), Some(used)) if !granted.eq_ignore_ascii_case(used) => Answer::No,
        (Some(_), Some(_)) => covers(estate, &Scope::Vault(key.vault.clone()), policy),
        _ => Answer::Unknown(open(&policy.key, "the key")),
    }
}

/// The name of a key that is not in the estate, from its id.
fn name_in(key: &Link<Key>) -> Option<&str> {
    let Identity::Elsewhere(id) = &key.identity else {
        return None;
    };
    let (_, rest) = id.rsplit_once("/keys/")?;
    rest.split('/').next().filter(|name| !name.is_empty())
}

/// Whether the ids of scope and vault are known, and the vault is not inside.
fn is_outside(estate: &Estate, scope: &Fact<String>, policy: &Policy) -> bool {
    let link = vault_link(estate, policy);
    let id = match (estate.vault(link), &link.identity) {
        (Some((_, vault)), _) => vault.id.value().map(String::as_str),
        (None, Identity::Elsewhere(id)) => Some(&**id),
        _ => None,
    };
    let (Some(scope), Some(id)) = (scope.value(), id) else {
        return false;
    };
    let scope = format!("{}/", scope.trim_end_matches('/').to_ascii_lowercase());
    // What a management group holds cannot be seen from an id.
    scope.starts_with("/subscriptions/")
        && id.starts_with("/subscriptions/")
        && !id.to_ascii_lowercase().starts_with(&scope)
}

fn is_same<T, H: PartialEq>(
    one: &Link<T>,
    other: &Link<T>,
    find: impl Fn(&Link<T>) -> Option<H>,
    what: &str,
) -> Answer {
    let same = match (find(one), find(other)) {
        (Some(one), Some(other)) => Some(one == other),
        _ => one.same(other),
    };
    match same {
        Some(true) => Answer::Yes,
        Some(false) => Answer::No,
        None if one.unknown().is_some() => Answer::Unknown(open(one, what)),
        None => Answer::Unknown(open(other, what)),
    }
}

fn open<T>(link: &Link<T>, what: &str) -> Unknown {
    link.why_not_here(what)
        .unwrap_or_else(|| Unknown::new(Reason::NotDeclared(what.into())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::estate::{Header, VaultKind};
    use crate::rules::fixture::{Chain, from_variable, role, variable};

    fn check(change: impl FnOnce(&mut Chain)) -> Verdict {
        let mut chain = Chain::new();
        change(&mut chain);
        let estate = &chain.estate;
        judge(estate, &estate[chain.grant], &estate[chain.policy])
    }

    fn permissions(names: &[&str]) -> Fact<Right> {
        Right::AccessPolicy(names.iter().map(|&name| name.to_owned()).collect()).into()
    }

    fn too_little(verdict: &Verdict) -> &str {
        match verdict {
            Verdict::TooLittle(what) => what,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn roles_are_known_by_name_and_by_the_end_of_their_id() {
        for name in [
            "key vault crypto service encryption user",
            "e147488a-f6f5-4113-8e2d-b22465e65bf6",
            "/subscriptions/s/providers/microsoft.authorization/roledefinitions/e147488a-f6f5-4113-8e2d-b22465e65bf6",
            "Key Vault Administrator",
        ] {
            assert_eq!(
                check(|chain| chain.grant().right = role(name)),
                Verdict::Enough
            );
        }
        let verdict = check(|chain| chain.grant().right = role("key vault reader"));
        assert_eq!(too_little(&verdict), "the role `key vault reader`");
        let verdict = check(|chain| chain.grant().right = role("our own role"));
        assert!(matches!(verdict, Verdict::Unknown(_)), "{verdict:?}");
    }

    #[test]
    fn a_right_on_another_key_is_none_wherever_that_is() {
        let on = |id: &str| {
            check(|chain| {
                chain.policy().key_name = "cmk".to_owned().into();
                chain.policy().key = Link::default();
                chain.grant().scope = Scope::Key(Identity::Elsewhere(id.into()).into());
            })
        };
        assert_eq!(on("azurerm_key_vault.cmk/keys/other"), Verdict::Unrelated);
        for id in ["azurerm_key_vault.cmk/keys/cmk", "/kv"] {
            assert!(matches!(on(id), Verdict::Unknown(_)), "{id}");
        }
    }

    #[test]
    fn a_right_of_the_other_model_is_none() {
        let verdict = check(|chain| chain.vault().rbac = false.into());
        assert_eq!(
            too_little(&verdict),
            "a role, and the vault uses access policies"
        );
        let all = permissions(&["get", "wrapkey", "unwrapkey"]);
        let verdict = check(|chain| chain.grant().right = all.clone());
        assert_eq!(
            too_little(&verdict),
            "an access policy, and the vault uses roles"
        );
        let verdict = check(|chain| {
            chain.vault().rbac = false.into();
            chain.grant().right = all;
        });
        assert_eq!(verdict, Verdict::Enough);
    }

    #[test]
    fn an_access_policy_needs_three_permissions() {
        let of = |names: &[&str]| {
            check(|chain| {
                chain.vault().rbac = false.into();
                chain.grant().right = permissions(names);
            })
        };
        assert_eq!(
            too_little(&of(&["get", "list"])),
            "an access policy without `wrapkey`, `unwrapkey`"
        );
        assert_eq!(of(&["Get", "WrapKey", "UnwrapKey"]), Verdict::Enough);
        assert_eq!(of(&["all"]), Verdict::Enough);
    }

    #[test]
    fn a_managed_hsm_has_roles_of_its_own() {
        let of = |name: &str| {
            check(|chain| {
                chain.vault().kind = VaultKind::ManagedHsm;
                chain.grant().right = role(name);
            })
        };
        assert_eq!(
            of("Managed HSM Crypto Service Encryption User"),
            Verdict::Enough
        );
        assert_eq!(of("21dbd100-6940-42c2-9190-5d6cb909625b"), Verdict::Enough);
        let azure = of("key vault crypto user");
        assert!(too_little(&azure).contains("Managed HSM"));
        assert!(matches!(
            of("managed hsm policy administrator"),
            Verdict::Unknown(_)
        ));
    }

    #[test]
    fn the_model_of_a_vault_that_is_not_ours_is_not_our_mistake() {
        let elsewhere: Link<Vault> = Identity::Elsewhere("/subscriptions/s/v".into()).into();
        let verdict = check(|chain| {
            chain.policy().vault = elsewhere.clone();
            chain.grant().scope = Scope::Vault(elsewhere);
        });
        assert_eq!(verdict, Verdict::Enough);
        let verdict = check(|chain| chain.vault().rbac = from_variable("x"));
        assert_eq!(verdict, Verdict::Unknown(variable("x")));
    }

    #[test]
    fn a_wider_scope_counts_unless_the_vault_is_outside() {
        let of = |scope: &str| {
            check(|chain| {
                chain.vault().id = "/subscriptions/1/resourcegroups/rg/providers/kv"
                    .to_owned()
                    .into();
                chain.grant().scope = Scope::Wider(scope.to_owned().into());
            })
        };
        assert_eq!(of("/subscriptions/1"), Verdict::Enough);
        assert_eq!(of("/subscriptions/1/resourceGroups/rg"), Verdict::Enough);
        assert_eq!(of("/subscriptions/1/resourcegroups/r"), Verdict::Unrelated);
        assert_eq!(of("/subscriptions/2"), Verdict::Unrelated);
        assert_eq!(
            of("/providers/microsoft.management/managementgroups/m"),
            Verdict::Enough
        );
        let unknown = check(|chain| chain.grant().scope = Scope::Wider(from_variable("x")));
        assert_eq!(unknown, Verdict::Enough);
    }

    #[test]
    fn a_right_on_something_else_is_unrelated() {
        assert_eq!(
            check(|chain| chain.grant().scope = Scope::Other),
            Verdict::Unrelated
        );
        let other = check(|chain| {
            let other = Vault::new(Header::new("azurerm_key_vault.other"), VaultKind::KeyVault);
            let other = chain.estate.add_vault(other);
            chain.grant().scope = Scope::Vault(Link::to(other));
        });
        assert_eq!(other, Verdict::Unrelated);
        let unknown = check(|chain| chain.grant().scope = Scope::Unknown(variable("x")));
        assert_eq!(unknown, Verdict::Unknown(variable("x")));
    }

    #[test]
    fn a_right_on_one_key_is_for_the_policy_that_uses_it() {
        let of = |name: &str, used: &str| {
            check(|chain| {
                let mut key = Key::new(Header::new("azurerm_key_vault_key.cmk"));
                key.name = name.to_owned().into();
                key.vault = Link::to(chain.vault);
                let key = chain.estate.add_key(key);
                chain.policy().key_name = used.to_owned().into();
                chain.grant().scope = Scope::Key(Link::to(key));
            })
        };
        assert_eq!(of("cmk", "CMK"), Verdict::Enough);
        assert_eq!(of("cmk", "other"), Verdict::Unrelated);
    }
}
