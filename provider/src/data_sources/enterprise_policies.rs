//! `ppcmk_enterprise_policies`: the encryption policies that the caller sees.

use std::collections::BTreeSet;

use ppcmk_coverage::{
    PolicyId, PolicyKind, PolicyLocation, ResourceGroupName, SameGeo, SubscriptionId,
};
use tfplugin::schema::validator::{parses, sentence};
use tfplugin::{Attr, Attribute, Cx, DataSource, Diagnostic, Diagnostics, Model, Nesting, Schema};

use super::views::PolicyView;
use crate::client::Snapshot;
use crate::explain::explain;
use crate::services::{Services, call};

pub(super) struct EnterprisePolicies;

#[derive(Clone, Debug, Default, Model)]
pub(super) struct PoliciesModel {
    subscription_id: Attr<String>,
    resource_group_name: Attr<String>,
    location: Attr<String>,
    policies: Attr<Vec<PolicyView>>,
    not_visible_ids: Attr<Vec<String>>,
    unreadable_count: Attr<i64>,
    complete: Attr<bool>,
}

impl DataSource for EnterprisePolicies {
    type Client = Services;
    type Model = PoliciesModel;

    fn type_name(&self) -> &'static str {
        "ppcmk_enterprise_policies"
    }

    fn schema(&self) -> Schema {
        let mut view = PolicyView::attributes();
        view.insert(
            0,
            Attribute::string("id")
                .computed()
                .describe("The Azure resource id."),
        );
        Schema::new(
            "The encryption policies of a subscription or resource group that the application \
             sees. Azure leaves out what the application has no role on, so the list is never \
             said to be complete; policies that environments name and that the list lacks are \
             shown.",
        )
        .attributes([
            Attribute::string("subscription_id")
                .optional_computed()
                .describe("The Azure subscription. Default: the provider's.")
                .validate(parses(
                    "Invalid subscription id",
                    str::parse::<SubscriptionId>,
                )),
            Attribute::string("resource_group_name")
                .describe("Only policies in this resource group.")
                .validate(parses(
                    "Invalid resource group name",
                    str::parse::<ResourceGroupName>,
                )),
            Attribute::string("location")
                .describe("Only policies in this geo; aliases are understood."),
            Attribute::nested("policies", Nesting::List, view)
                .computed()
                .describe("The policies, by id."),
            Attribute::new(
                "not_visible_ids",
                tfplugin::Type::list(tfplugin::Type::String),
            )
            .computed()
            .describe(
                "Policies of the subscription that environments are under and that the list \
                     lacks: the application has no role on them, or they were deleted. Null when \
                     no environment could be read.",
            ),
            Attribute::number("unreadable_count").computed().describe(
                "How many entries of the service's list the provider could not read. They are \
                 missing in `policies`.",
            ),
            Attribute::bool("complete").computed().describe(
                "`false` when policies are known to be missing, null otherwise: nobody can tell.",
            ),
        ])
    }

    async fn read(
        &self,
        cx: Cx<Services>,
        mut config: PoliciesModel,
    ) -> Result<PoliciesModel, Diagnostics> {
        let services = cx.client()?;
        let call = call(&cx);
        let subscription = match config.subscription_id.as_str() {
            Some(text) => text.parse::<SubscriptionId>().map_err(|error| {
                Diagnostic::error("Invalid subscription id", sentence(&error.to_string()))
                    .at("subscription_id")
            })?,
            None => services.subscription_id.clone().ok_or_else(|| {
                Diagnostic::error(
                    "Missing subscription",
                    "Set subscription_id here, in the provider block, or as ARM_SUBSCRIPTION_ID.",
                )
                .at("subscription_id")
            })?,
        };
        let group: Option<ResourceGroupName> = config
            .resource_group_name
            .as_str()
            .and_then(|name| name.parse().ok());
        let list = match &group {
            Some(group) => {
                services
                    .arm()
                    .policies_in_group(&call, &subscription, group)
                    .await
            }
            None => {
                services
                    .arm()
                    .policies_in_subscription(&call, &subscription)
                    .await
            }
        }
        .map_err(|error| explain(&format!("list the policies of {subscription}"), &error))?;
        let visible: BTreeSet<PolicyId> = list
            .policies
            .iter()
            .map(|policy| policy.id.clone())
            .collect();
        let snapshot = services.environments().all(&call).await;
        if let Err(error) = &snapshot {
            cx.report(Diagnostic::warning(
                "Linked environments not known",
                sentence(&error.report()),
            ));
        }
        let mut views = Vec::new();
        for policy in list.policies {
            let wanted = policy.kind == PolicyKind::Encryption
                && config.location.as_str().is_none_or(|location| {
                    policy.location.same_as(&PolicyLocation::new(location)) == SameGeo::Same
                });
            if !wanted {
                continue;
            }
            let linked = snapshot.as_ref().ok().map(|snapshot| {
                let mut ids: Vec<String> = snapshot
                    .environments()
                    .filter(|environment| {
                        environment.encryption.as_ref().is_some_and(|link| {
                            link.is_to(Some(&policy.id), policy.system_id.as_ref())
                        })
                    })
                    .map(|environment| environment.id.to_string())
                    .collect();
                ids.sort();
                ids
            });
            views.push((policy.id.clone(), PolicyView::of(&policy, linked)));
        }
        views.sort_by(|one, other| one.0.cmp(&other.0));
        let missing = snapshot
            .ok()
            .map(|snapshot| not_visible(&snapshot, &subscription, group.as_ref(), &visible));
        config.complete = match &missing {
            Some(missing) if !missing.is_empty() => Attr::Known(false),
            _ if list.unreadable > 0 => Attr::Known(false),
            _ => Attr::Null,
        };
        config.unreadable_count = i64::try_from(list.unreadable).unwrap_or(i64::MAX).into();
        config.not_visible_ids = missing
            .map(|missing| missing.iter().map(ToString::to_string).collect::<Vec<_>>())
            .into();
        if config.subscription_id.is_null() {
            config.subscription_id = subscription.to_string().into();
        }
        config.policies = views
            .into_iter()
            .map(|(_, view)| view)
            .collect::<Vec<_>>()
            .into();
        Ok(config)
    }
}

/// The policies that environments are under and that the list lacks.
fn not_visible(
    snapshot: &Snapshot,
    subscription: &SubscriptionId,
    group: Option<&ResourceGroupName>,
    visible: &BTreeSet<PolicyId>,
) -> BTreeSet<PolicyId> {
    snapshot
        .environments()
        .filter_map(|environment| environment.encryption.as_ref()?.policy_id.clone())
        .filter(|id| id.subscription() == subscription)
        .filter(|id| group.is_none_or(|group| id.resource_group() == group))
        .filter(|id| !visible.contains(id))
        .collect()
}
