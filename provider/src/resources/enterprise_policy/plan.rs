//! What a plan of a policy looks at: whether environments are linked, and whether its vault and its
//! key can encrypt at all.
//!
//! The id of a policy that no state has had is known at plan, because Resource Manager's ids follow
//! from the names: so a plan of an assignment to it can be checked before the policy exists. A
//! policy that replaces another one of the same id has another identity and another system id, and
//! keeps its id unknown, so that whatever depends on it is planned anew.

use std::sync::Arc;

use ppcmk_coverage::estate::{
    Action, Change, Estate, Fact, Header, Identity, Link, Origin, Policy, PolicyForm,
};
use ppcmk_coverage::{KeyName, KeyVaultId, KeyVersion, PolicyId, PolicyKind, PolicyLocation};
use tfplugin::{Attr, AttributePath, Cx, Plan};

use super::linked;
use super::messages::{frozen, not_seen, replaces_while_linked};
use super::model::{PolicyModel, changed_arguments};
use crate::checks::{Place, add_material};
use crate::client::Environment;
use crate::estate::fact::fact;
use crate::planned::PlannedPolicy;
use crate::services::{Services, call};

/// The rules that a plan of a policy asks about its vault, its key, and itself.
const RULES: [&str; 8] = [
    "CMK201", "CMK202", "CMK203", "CMK204", "CMK205", "CMK206", "CMK207", "CMK216",
];
/// The policy's address in the estate; the provider does not know the one in Terraform.
const POLICY: &str = "ppcmk_enterprise_policy";

/// Plans a policy that nothing is in the state of.
pub(super) async fn create(cx: &Cx<Services>, plan: &mut Plan<PolicyModel>) {
    default_subscription(cx, plan);
    refuse(cx, plan);
    let Some(services) = cx.try_client() else {
        return;
    };
    plan_id(services, plan);
    if !plan.diagnostics.has_errors() {
        check_key(cx, services, plan, Action::Create).await;
    }
}

/// Plans the change of a policy that is in the state.
pub(super) async fn change(cx: &Cx<Services>, plan: &mut Plan<PolicyModel>, prior: &PolicyModel) {
    refuse(cx, plan);
    let Some(services) = cx.try_client() else {
        return;
    };
    remember_state(services, prior);
    let changed = changed_arguments(prior, &plan.planned);
    if changed.is_empty() && !plan.replaces() {
        return;
    }
    match linked(services, &call(cx), prior).await {
        Ok(linked) => refuse_while_linked(plan, &changed, &linked),
        Err(why) => plan.diagnostics.push(not_seen(&why)),
    }
    // Terraform asks again about what it creates.
    let changes_key = changed.iter().any(|argument| *argument != "tags");
    if changes_key && !plan.replaces() && !plan.diagnostics.has_errors() {
        check_key(cx, services, plan, Action::Update).await;
    }
}

/// Notes that a state has the policy.
pub(super) fn remember_state(services: &Services, state: &PolicyModel) {
    if let Some(id) = state.id.as_str().and_then(|id| id.parse::<PolicyId>().ok()) {
        services.planned.has_state(id);
    }
}

fn refuse_while_linked(
    plan: &mut Plan<PolicyModel>,
    changed: &[&'static str],
    linked: &[Arc<Environment>],
) {
    if linked.is_empty() {
        return;
    }
    if plan.replaces() {
        let place = plan.requires_replace[0].clone();
        plan.diagnostics
            .push(replaces_while_linked(linked).at(&place));
        return;
    }
    for argument in changed {
        plan.diagnostics
            .push(frozen(argument, linked).at(*argument));
    }
}

fn default_subscription(cx: &Cx<Services>, plan: &mut Plan<PolicyModel>) {
    if !plan.config.subscription_id.is_null() {
        return;
    }
    let Some(services) = cx.try_client() else {
        return;
    };
    match &services.subscription_id {
        Some(subscription) => plan.planned.subscription_id = subscription.to_string().into(),
        None => plan.diagnostics.error(
            "subscription_id",
            "Missing subscription",
            "Neither the policy nor the provider names an Azure subscription. Set \
             subscription_id here, in the provider block, or as ARM_SUBSCRIPTION_ID.",
        ),
    }
}

/// Says what the allow-lists forbid.
fn refuse(cx: &Cx<Services>, plan: &mut Plan<PolicyModel>) {
    if let Some(services) = cx.try_client() {
        services.refuse(&plan.planned.touched(), &mut plan.diagnostics);
    }
}

/// Plans the id, and tells the plans of others what this policy will be.
fn plan_id(services: &Services, plan: &mut Plan<PolicyModel>) {
    let Ok(id) = plan.planned.policy_id() else {
        return;
    };
    if services.planned.had_state(&id) {
        return;
    }
    plan.planned.id = id.to_string().into();
    services.planned.will_create(PlannedPolicy {
        id,
        location: plan.planned.location.as_str().map(PolicyLocation::new),
        vault: parsed(&plan.planned.key_vault_id),
        key_name: parsed(&plan.planned.key_name),
    });
}

fn parsed<T: std::str::FromStr>(value: &Attr<String>) -> Option<T> {
    value.as_str()?.parse().ok()
}

/// Reads vault and key through Resource Manager, and asks the rules about them.
async fn check_key(
    cx: &Cx<Services>,
    services: &Services,
    plan: &mut Plan<PolicyModel>,
    action: Action,
) {
    if !services.checks.are_on() {
        return;
    }
    let planned = &plan.planned;
    let mut estate = Estate::default();
    let mut policy = policy(planned, action);
    let name = format!(
        "the policy {}",
        planned.name.as_str().unwrap_or("(known after apply)")
    );
    let mut places = vec![place(POLICY, &name, "key_version")];
    if let Some(vault) = parsed::<KeyVaultId>(&planned.key_vault_id) {
        // Which version of the key is meant has to be known as well.
        let key =
            parsed::<KeyName>(&planned.key_name).filter(|_| !planned.key_version.is_unknown());
        let version = parsed::<KeyVersion>(&planned.key_version);
        let wanted = key.as_ref().map(|key| (key, version.as_ref()));
        let material = add_material(services, &call(cx), &mut estate, &vault, wanted).await;
        policy.vault.identity = Identity::Here(material.vault);
        let address = estate[material.vault].header.address.clone();
        places.push(place(
            &address,
            &format!("the vault {}", vault.name()),
            "key_vault_id",
        ));
        if let (Some(handle), Some(key)) = (material.key, &key) {
            policy.key = Link::to(handle);
            let address = estate[handle].header.address.clone();
            let argument = version.map_or("key_name", |_| "key_version");
            places.push(place(&address, &format!("the key {key}"), argument));
        }
    }
    estate.add_policy(policy);
    let mut report = services.checks.report();
    report.take(services.checks.ask(&mut estate, &RULES), &places, |_| None);
    plan.diagnostics.extend(report.finish(&name));
}

fn place(address: &str, name: &str, argument: &'static str) -> Place {
    Place {
        address: address.into(),
        name: name.to_owned(),
        argument,
    }
}

fn policy(planned: &PolicyModel, action: Action) -> Policy {
    let mut header = Header::new(POLICY);
    header.change = Some(Change::new(action));
    let mut policy = Policy::new(header, PolicyForm::Own);
    policy.kind = PolicyKind::Encryption.into();
    policy.location = argument(&planned.location, "location", |name| {
        PolicyLocation::new(name)
    });
    policy.key_name = argument(&planned.key_name, "key_name", ToString::to_string);
    policy.key_version = argument(&planned.key_version, "key_version", ToString::to_string);
    policy.vault = Identity::Absent.into();
    policy.vault.origin = Origin::at_path("key_vault_id");
    policy
}

fn argument<U>(
    value: &Attr<String>,
    name: &'static str,
    convert: impl FnOnce(&str) -> U,
) -> Fact<U> {
    fact(value, &AttributePath::from(name), |text| convert(text))
}
