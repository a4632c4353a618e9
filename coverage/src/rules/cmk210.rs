//! Reports a plan that takes key material away from environments that still need it.
//!
//! It reads what a plan does, so it says nothing about sources alone. An object is needed while an
//! environment is linked through it, while a policy that stays uses it, and for 30 days after an
//! unlink: so also when the same plan unlinks, and when it destroys everything. What nobody can see
//! is whether environments of another configuration are linked; then it is undecided.
//!
//! A grant that is created anew before the old one goes is fine, and so is one that another grant
//! of the same identity stands in for. Objects that only leave the state are not touched.

use std::collections::HashMap;

use super::example::{environment, key, policy, vault};
use super::{Evidence, Example, Level, Rule, Source, pages};
use crate::estate::{
    Action, Assignment, Estate, Grant, Handle, Header, OnDestroy, Origin, Policy, Reason, Right,
    Scope, Unknown, VaultKind,
};
use crate::finding::{Finding, Findings};

pub(super) const RULE: Rule = Rule {
    code: "CMK210",
    name: "key-material-removed-too-early",
    level: Level::Error,
    summary: "a plan that destroys or replaces a vault, key, grant or policy that is still needed",
    explanation: "\
When a policy loses its key (the vault, the key or the policy is deleted, or the policy's identity \
loses its right), all environments of the policy go offline at once and without a warning. \
Sandboxes are deleted after 7 days without their key, production environments after 30.\n\
\n\
Unlinking first is not enough. The service decrypts in the background, and backups stay under the \
old key: vault, key, permissions and policy must stay for 30 days after the last environment was \
removed. So a plan that unlinks and destroys in one go is reported too, and with it every \
`terraform destroy` of a whole set-up.\n\
\n\
A replacement counts as a destruction: the new key or policy is another one. Only a grant may be \
replaced, with `create_before_destroy`, because nobody notices when the right is never gone.\n\
\n\
Terraform deletes a key \"softly\", so within the vault's retention it can be recovered.",
    fix: "keep it in the configuration for at least 30 days after the last environment was unlinked",
    example: Example {
        before: concat!(
            "# Today, and environment `retail` is linked. The change removes all of it in one go,\n\
             # with the assignment:\n\n",
            environment!(),
            "# removed: ppcmk_environment_assignment.retail\n\
             # removed: ppcmk_enterprise_policy.europe\n\
             # removed: azurerm_key_vault_key.cmk\n\
             # removed: azurerm_key_vault.cmk\n"
        ),
        after: concat!(
            "# The change removes the assignment alone. The rest follows 30 days later.\n\n",
            environment!(),
            "# removed: ppcmk_environment_assignment.retail\n\n",
            vault!(),
            key!(),
            policy!()
        ),
    },
    sources: &[
        Source {
            url: pages::CMK,
            says: "keep the key, its vault and the permissions for 30 days after an environment was removed from the policy",
            date: "2025-06-09",
            evidence: Evidence::Documented,
        },
        Source {
            url: pages::LOCK,
            says: "deleted keys, vaults and policies, and permissions taken away, lock all environments",
            date: "2025-07-14",
            evidence: Evidence::Documented,
        },
    ],
    conflicts: "",
    check: Some(check),
};

fn check(estate: &Estate, out: &mut Findings) {
    if !estate.scope.has_changes {
        return;
    }
    let plan = Plan::of(estate);
    for (handle, vault) in estate.all_vaults() {
        let what = match vault.kind {
            VaultKind::KeyVault => "vault",
            VaultKind::ManagedHsm => "Managed HSM",
        };
        let policies = handles(estate.all_policies_of_vault(handle));
        plan.judge(&vault.header, what, &policies, out);
    }
    for (handle, key) in estate.all_keys() {
        let policies = handles(estate.all_policies_of_key(handle));
        plan.judge(&key.header, "key", &policies, out);
    }
    for (_, grant) in estate.all_grants() {
        plan.judge_grant(grant, out);
    }
    for (handle, policy) in estate.all_policies() {
        if policy.may_encrypt() {
            plan.judge(&policy.header, "policy", &[handle], out);
        }
    }
}

fn handles<'a>(
    policies: impl Iterator<Item = (Handle<Policy>, &'a Policy)>,
) -> Vec<Handle<Policy>> {
    policies.map(|(handle, _)| handle).collect()
}

/// What a plan means for the policies.
struct Plan<'a> {
    estate: &'a Estate,
    needs: HashMap<Handle<Policy>, Need<'a>>,
    /// Some environment moves to another policy, and nobody sees from which.
    swaps: bool,
}

/// Who needs the key of a policy, the most urgent last.
#[derive(Clone, Copy)]
enum Need<'a> {
    /// An environment that the plan takes off it.
    Unlinked(&'a Assignment),
    /// An environment that stays linked.
    Linked(&'a Assignment),
}

impl<'a> Plan<'a> {
    fn of(estate: &'a Estate) -> Self {
        let mut needs = HashMap::new();
        let mut swaps = false;
        for (_, assignment) in estate.all_assignments() {
            swaps |= assignment.swapped;
            if !assignment.may_encrypt() || !existed(&assignment.header) || assignment.swapped {
                continue;
            }
            let Some((policy, _)) = estate.policy(&assignment.policy) else {
                continue;
            };
            if unlinks(assignment) {
                needs.entry(policy).or_insert(Need::Unlinked(assignment));
            } else {
                needs.insert(policy, Need::Linked(assignment));
            }
        }
        Self {
            estate,
            needs,
            swaps,
        }
    }

    /// Judges what the plan does with an object that these policies depend on.
    fn judge(&self, object: &Header, what: &str, policies: &[Handle<Policy>], out: &mut Findings) {
        let Some(verb) = destruction(object) else {
            return;
        };
        let Some(&first) = policies.first() else {
            return;
        };
        let needs = || policies.iter().filter_map(|policy| self.needs.get(policy));
        let linked = needs().find(|need| matches!(need, Need::Linked(_)));
        if let Some(need) = linked.or_else(|| needs().next()) {
            self.needed(*need, object, what, verb, out);
        } else if let Some(policy) = self.staying(policies, object) {
            let name = &policy.header.address;
            let message = format!("the plan {verb} the {what} that policy `{name}` uses");
            advise(out.report(object, message), object).related(
                &policy.header,
                &Origin::default(),
                "stays, and uses it",
            );
        } else if self.swaps {
            let message = format!(
                "the plan {verb} the {what} of a policy while it moves environments to another one"
            );
            advise(out.report(object, message).possible(), object);
        } else {
            let name = &self.estate[first].header.address;
            let text = format!("nothing here says whether an environment is linked to `{name}`");
            out.undecided(object, &Unknown::new(Reason::Elsewhere(text.into())));
        }
    }

    fn needed(&self, need: Need, object: &Header, what: &str, verb: &str, out: &mut Findings) {
        let (assignment, message, label) = match need {
            Need::Linked(assignment) => {
                let name = self.environment(assignment);
                let message =
                    format!("the plan {verb} the {what} that environment `{name}` depends on");
                (assignment, message, "links the environment")
            }
            Need::Unlinked(assignment) => {
                let name = self.environment(assignment);
                let message = format!(
                    "the plan {verb} the {what} together with the link of environment `{name}`, \
                     which needs it for 30 days more"
                );
                (assignment, message, "removed by the same plan")
            }
        };
        let finding = advise(out.report(object, message), object);
        finding.related(&assignment.header, &Origin::default(), label);
        if let Some((_, environment)) = self.estate.environment(&assignment.environment) {
            finding.environment(&environment.header.address);
        }
    }

    fn environment(&self, assignment: &'a Assignment) -> &'a str {
        match self.estate.environment(&assignment.environment) {
            Some((_, environment)) => &environment.header.address,
            None => &assignment.header.address,
        }
    }

    /// A policy that the plan does not destroy, other than the object itself.
    fn staying(&self, policies: &[Handle<Policy>], object: &Header) -> Option<&'a Policy> {
        let estate = self.estate;
        let policies = policies.iter().map(|&policy| &estate[policy]);
        policies
            .filter(|policy| policy.header.address != object.address)
            .find(|policy| destruction(&policy.header).is_none() && !policy.header.is_removed())
    }

    fn judge_grant(&self, grant: &Grant, out: &mut Findings) {
        let action = grant.header.change.as_ref().map(|change| change.action);
        let lives_on =
            action == Some(Action::CreateThenDelete) || grant.retained.value() == Some(&true);
        if lives_on || !may_be_about_keys(grant) {
            return;
        }
        let Some((policy, _)) = self.estate.policy(&grant.principal) else {
            return;
        };
        if !self.has_another(policy, grant) {
            self.judge(&grant.header, "grant", &[policy], out);
        }
    }

    /// Whether another right of this identity was there before and is there afterwards.
    fn has_another(&self, policy: Handle<Policy>, grant: &Grant) -> bool {
        let mut grants = self.estate.grants_of_policy(policy);
        grants.any(|(_, other)| {
            other.header.address != grant.header.address
                && may_be_about_keys(other)
                && existed(&other.header)
                && destruction(&other.header).is_none()
        })
    }
}

/// What the plan does to the object itself, in words.
fn destruction(object: &Header) -> Option<&'static str> {
    let change = object.change.as_ref()?;
    match (change.destroys(), change.replaces()) {
        (true, true) => Some("replaces"),
        (true, false) => Some("destroys"),
        (false, _) => None,
    }
}

/// Whether the object was there before the plan.
fn existed(object: &Header) -> bool {
    object.change.as_ref().is_none_or(|change| change.existed)
}

/// Whether the plan takes the environment off its key.
fn unlinks(assignment: &Assignment) -> bool {
    let change = assignment.header.change.as_ref();
    change.is_some_and(|change| change.action == Action::Delete)
        && !matches!(
            assignment.on_destroy.value(),
            Some(OnDestroy::Abandon | OnDestroy::Prevent)
        )
}

/// Whether a grant can be a right on a key; the right to read a policy is none.
fn may_be_about_keys(grant: &Grant) -> bool {
    !matches!(grant.scope, Scope::Other)
        && !matches!(grant.right.value(), Some(Right::Role(role)) if role == "reader")
}

/// A replacement has a cause that can be undone.
fn advise<'f>(finding: &'f mut Finding, object: &Header) -> &'f mut Finding {
    let Some(change) = object.change.as_ref().filter(|change| change.replaces()) else {
        return finding;
    };
    let paths = change.replace_paths.join("`, `");
    if paths.is_empty() {
        finding.help("undo the change that forces the replacement")
    } else {
        finding.help(format!(
            "undo the change of `{paths}`, which forces the replacement"
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::super::custody::fixtures::{key, vault, with_key_in};
    use crate::estate::{
        Action, Assignment, Change, Environment, Estate, Grant, Handle, Header, Identity, Link,
        OnDestroy, Policy, Right, Scope,
    };
    use crate::rules::testing::{Answers, answers};

    /// Vault, key, grant, policy, an environment and its assignment, and a plan that does nothing.
    struct World {
        estate: Estate,
        grant: Handle<Grant>,
        policy: Handle<Policy>,
        assignment: Option<Handle<Assignment>>,
    }

    fn header(address: &str) -> Header {
        let mut header = Header::new(address);
        header.change = Some(Change::new(Action::NoOp));
        header
    }

    fn grant(estate: &mut Estate, address: &str, policy: Handle<Policy>) -> Handle<Grant> {
        let vault = estate.vaults().next().unwrap().0;
        let right = Right::Role("key vault crypto service encryption user".into());
        estate.add_grant(Grant::new(
            header(address),
            Link::to(policy),
            Scope::Vault(Link::to(vault)),
            right.into(),
        ))
    }

    fn world() -> World {
        let mut world = world_without_assignment();
        let environment = Environment::new(header("powerplatform_environment.retail"));
        let mut assignment = Assignment::new(header("ppcmk_environment_assignment.retail"));
        assignment.environment = Link::to(world.estate.add_environment(environment));
        assignment.policy = Link::to(world.policy);
        world.assignment = Some(world.estate.add_assignment(assignment));
        world
    }

    fn world_without_assignment() -> World {
        let (mut estate, _) = with_key_in(vault(), key());
        estate.scope.has_changes = true;
        let policy = estate.policies().next().unwrap().0;
        let grant = grant(&mut estate, "azurerm_role_assignment.cmk", policy);
        World {
            estate,
            grant,
            policy,
            assignment: None,
        }
    }

    impl World {
        fn vault(mut self, action: Action) -> Self {
            let handle = self.estate.vaults().next().unwrap().0;
            self.estate[handle].header.change = Some(Change::new(action));
            self
        }

        fn key(mut self, action: Action) -> Self {
            let handle = self.estate.keys().next().unwrap().0;
            let mut change = Change::new(action);
            change.replace_paths = vec!["key_size".into()];
            self.estate[handle].header.change = Some(change);
            self
        }

        fn grant(mut self, action: Action) -> Self {
            self.estate[self.grant].header.change = Some(Change::new(action));
            self
        }

        fn policy(mut self, action: Action) -> Self {
            self.estate[self.policy].header.change = Some(Change::new(action));
            self
        }

        fn assignment(mut self, action: Action) -> Self {
            let handle = self.assignment.unwrap();
            self.estate[handle].header.change = Some(Change::new(action));
            self
        }

        fn answers(&self) -> Answers {
            answers(&super::RULE, &self.estate)
        }
    }

    #[test]
    fn points_at_what_a_linked_environment_depends_on() {
        world().vault(Action::Delete).answers().finds(&[
            "azurerm_key_vault.cmk: the plan destroys the vault that environment `powerplatform_environment.retail` depends on",
        ]);
        world().key(Action::DeleteThenCreate).answers().finds(&[
            "azurerm_key_vault_key.cmk: the plan replaces the key that environment `powerplatform_environment.retail` depends on",
        ]);
        world().policy(Action::CreateThenDelete).answers().finds(&[
            "ppcmk_enterprise_policy.eu: the plan replaces the policy that environment `powerplatform_environment.retail` depends on",
        ]);
        world().grant(Action::Delete).answers().finds(&[
            "azurerm_role_assignment.cmk: the plan destroys the grant that environment `powerplatform_environment.retail` depends on",
        ]);
    }

    #[test]
    fn is_silent_about_a_plan_that_destroys_nothing() {
        world().answers().is_silent();
        world().key(Action::Update).answers().is_silent();
        world().assignment(Action::Delete).answers().is_silent();
        world().vault(Action::Forget).answers().is_silent();
    }

    #[test]
    fn names_the_change_that_forces_a_replacement() {
        let world = world().key(Action::DeleteThenCreate);
        let (findings, _) = crate::rules::check(&world.estate, [&super::RULE]);
        assert_eq!(
            findings[0].help,
            "undo the change of `key_size`, which forces the replacement"
        );
    }

    #[test]
    fn a_destroy_of_everything_comes_too_early() {
        let world = world()
            .vault(Action::Delete)
            .key(Action::Delete)
            .grant(Action::Delete)
            .policy(Action::Delete)
            .assignment(Action::Delete);
        let finding = |address: &str, what: &str| {
            format!(
                "{address}: the plan destroys the {what} together with the link of environment \
                 `powerplatform_environment.retail`, which needs it for 30 days more"
            )
        };
        let findings = [
            finding("azurerm_key_vault.cmk", "vault"),
            finding("azurerm_key_vault_key.cmk", "key"),
            finding("azurerm_role_assignment.cmk", "grant"),
            finding("ppcmk_enterprise_policy.eu", "policy"),
        ];
        let findings: Vec<&str> = findings.iter().map(String::as_str).collect();
        world.answers().finds(&findings);
    }

    #[test]
    fn an_assignment_that_is_abandoned_still_needs_its_key() {
        let mut world = world().key(Action::Delete).assignment(Action::Delete);
        let assignment = world.assignment.unwrap();
        world.estate[assignment].on_destroy = OnDestroy::Abandon.into();
        world.answers().finds(&[
            "azurerm_key_vault_key.cmk: the plan destroys the key that environment `powerplatform_environment.retail` depends on",
        ]);
    }

    #[test]
    fn a_grant_may_be_replaced_without_a_gap() {
        world()
            .grant(Action::CreateThenDelete)
            .answers()
            .is_silent();
        world().grant(Action::DeleteThenCreate).answers().finds(&[
            "azurerm_role_assignment.cmk: the plan replaces the grant that environment `powerplatform_environment.retail` depends on",
        ]);
    }

    #[test]
    fn another_grant_that_stays_stands_in() {
        let mut world = world().grant(Action::Delete);
        let other = grant(
            &mut world.estate,
            "azurerm_role_assignment.other",
            world.policy,
        );
        world.answers().is_silent();
        world.estate[other].header.change = Some(Change::new(Action::Create));
        world.answers().finds(&[
            "azurerm_role_assignment.cmk: the plan destroys the grant that environment `powerplatform_environment.retail` depends on",
        ]);
    }

    #[test]
    fn leaves_grants_alone_that_live_on_or_belong_to_somebody_else() {
        let mut world = world().grant(Action::Delete);
        let grant = world.grant;
        world.estate[grant].retained = true.into();
        world.answers().is_silent();
        world.estate[grant].retained = false.into();
        world.estate[grant].scope = Scope::Other;
        world.answers().is_silent();
        world.estate[grant].principal = Identity::Elsewhere("1a".into()).into();
        world.answers().is_silent();
    }

    #[test]
    fn a_policy_that_stays_needs_its_key() {
        let world = world_without_assignment();
        world.key(Action::Delete).answers().finds(&[
            "azurerm_key_vault_key.cmk: the plan destroys the key that policy `ppcmk_enterprise_policy.eu` uses",
        ]);
    }

    #[test]
    fn cannot_decide_about_links_of_another_configuration() {
        let world = world_without_assignment();
        world
            .key(Action::Delete)
            .policy(Action::Delete)
            .answers()
            .is_undecided(&[
                "azurerm_key_vault_key.cmk: nothing here says whether an environment is linked to `ppcmk_enterprise_policy.eu`",
                "ppcmk_enterprise_policy.eu: nothing here says whether an environment is linked to `ppcmk_enterprise_policy.eu`",
            ]);
    }

    #[test]
    fn an_assignment_that_is_new_did_not_need_the_old_policy() {
        world()
            .policy(Action::DeleteThenCreate)
            .assignment(Action::Create)
            .answers()
            .is_undecided(&[
                "ppcmk_enterprise_policy.eu: nothing here says whether an environment is linked to `ppcmk_enterprise_policy.eu`",
            ]);
    }

    #[test]
    fn says_nothing_without_a_plan_and_about_other_vaults() {
        let mut world = world().vault(Action::Delete);
        world.estate.scope.has_changes = false;
        world.answers().is_silent();

        let mut estate = Estate::default();
        estate.scope.has_changes = true;
        let mut other = vault();
        other.header.change = Some(Change::new(Action::Delete));
        estate.add_vault(other);
        answers(&super::RULE, &estate).is_silent();
    }
}
