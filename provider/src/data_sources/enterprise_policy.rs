//! `ppcmk_enterprise_policy`: one encryption policy.

use ppcmk_coverage::{PolicyId, PolicyKind};
use tfplugin::schema::validator::{parses, sentence};
use tfplugin::{Attr, Attribute, Cx, DataSource, Diagnostic, Diagnostics, Schema};

use super::views::PolicyView;
use crate::explain::explain;
use crate::services::{Services, call};

pub(super) struct EnterprisePolicySource;

impl DataSource for EnterprisePolicySource {
    type Client = Services;
    type Model = PolicyView;

    fn type_name(&self) -> &'static str {
        "ppcmk_enterprise_policy"
    }

    fn schema(&self) -> Schema {
        Schema::new("An enterprise policy of kind Encryption that is managed elsewhere.")
            .attribute(
                Attribute::string("id")
                    .required()
                    .describe("The Azure resource id of the policy.")
                    .validate(parses("Invalid policy id", str::parse::<PolicyId>)),
            )
            .attributes(PolicyView::attributes())
    }

    async fn read(&self, cx: Cx<Services>, config: PolicyView) -> Result<PolicyView, Diagnostics> {
        let services = cx.client()?;
        let call = call(&cx);
        let text = config.id.as_str().unwrap_or_default();
        let id: PolicyId = text.parse().map_err(|error: ppcmk_coverage::ParseError| {
            Diagnostic::error("Invalid policy id", sentence(&error.to_string())).at("id")
        })?;
        let policy = services
            .arm()
            .policy(&call, &id)
            .await
            .map_err(|error| explain(&format!("read the policy {id}"), &error))?;
        let problem = |summary: &str, detail: String| {
            Diagnostics::from(Diagnostic::error(summary, detail).at("id"))
        };
        let Some(policy) = policy else {
            return Err(problem(
                "Policy not found",
                format!(
                    "There is no enterprise policy {id}, or the application lacks the role Reader \
                     on it.{}",
                    if services.planned.policy(&id).is_some() {
                        " This run creates it: use the attributes of the resource, or let this \
                         data source depend on it."
                    } else {
                        ""
                    }
                ),
            ));
        };
        if policy.kind != PolicyKind::Encryption {
            return Err(problem(
                "Not an encryption policy",
                format!(
                    "The enterprise policy {id} is of kind {}.",
                    policy.kind.as_str()
                ),
            ));
        }
        let linked = match services
            .environments()
            .linked_to(&call, Some(&policy.id), policy.system_id.as_ref())
            .await
        {
            Ok(linked) => Some(
                linked
                    .iter()
                    .map(|environment| environment.id.to_string())
                    .collect(),
            ),
            Err(error) => {
                cx.report(Diagnostic::warning(
                    "Linked environments not known",
                    sentence(&error.report()),
                ));
                None
            }
        };
        Ok(PolicyView {
            id: Attr::Known(text.to_owned()),
            ..PolicyView::of(&policy, linked)
        })
    }
}
