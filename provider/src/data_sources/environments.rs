//! `ppcmk_environments`: the environments that the caller sees.

use ppcmk_coverage::{EnvironmentLocation, PolicyId, PolicyLocation, SameGeo};
use tfplugin::schema::validator::parses;
use tfplugin::{Attr, Attribute, Cx, DataSource, Diagnostic, Diagnostics, Model, Nesting, Schema};

use super::views::EnvironmentView;
use crate::client::Environment;
use crate::explain::explain;
use crate::services::{Services, call};

pub(super) struct Environments;

#[derive(Clone, Debug, Default, Model)]
pub(super) struct EnvironmentsModel {
    location: Attr<String>,
    r#type: Attr<String>,
    managed: Attr<bool>,
    linked: Attr<bool>,
    policy_id: Attr<String>,
    environments: Attr<Vec<EnvironmentView>>,
    unreadable_count: Attr<i64>,
    complete: Attr<bool>,
}

impl DataSource for Environments {
    type Client = Services;
    type Model = EnvironmentsModel;

    fn type_name(&self) -> &'static str {
        "ppcmk_environments"
    }

    fn schema(&self) -> Schema {
        let mut view = EnvironmentView::attributes();
        view.insert(
            0,
            Attribute::string("id")
                .computed()
                .describe("The environment's id."),
        );
        Schema::new(
            "The environments that the application sees. The service does not tell how many it \
             does not show, so the list is never said to be complete.",
        )
        .attributes([
            Attribute::string("location")
                .describe("Only environments in this geo; aliases are understood."),
            Attribute::string("type")
                .describe("Only environments of this type, such as `Production`."),
            Attribute::bool("managed").describe("Only Managed Environments, or only the others."),
            Attribute::bool("linked").describe(
                "Only environments that are under an encryption policy, or only the others.",
            ),
            Attribute::string("policy_id")
                .describe("Only environments under this encryption policy.")
                .validate(parses("Invalid policy id", str::parse::<PolicyId>)),
            Attribute::nested("environments", Nesting::List, view)
                .computed()
                .describe("The environments, by id."),
            Attribute::number("unreadable_count").computed().describe(
                "How many entries of the service's list the provider could not read. They are \
                 missing in `environments`.",
            ),
            Attribute::bool("complete").computed().describe(
                "`false` when entries are known to be missing, null otherwise: nobody can tell.",
            ),
        ])
    }

    async fn read(
        &self,
        cx: Cx<Services>,
        mut config: EnvironmentsModel,
    ) -> Result<EnvironmentsModel, Diagnostics> {
        let services = cx.client()?;
        let snapshot = services
            .environments()
            .all(&call(&cx))
            .await
            .map_err(|error| explain("list the environments", &error))?;
        let mut found: Vec<_> = snapshot
            .environments()
            .filter(|environment| config.selects(environment))
            .cloned()
            .collect();
        found.sort_by(|one, other| one.id.cmp(&other.id));
        if snapshot.environments().next().is_none() {
            cx.report(Diagnostic::warning(
                "No environment visible",
                "The service shows no environment at all. Every tenant has a default environment, \
                 so the application is probably not registered as a management application.",
            ));
        }
        let unreadable = snapshot.unreadable();
        config.environments = found
            .iter()
            .map(|environment| EnvironmentView::of(environment))
            .collect::<Vec<_>>()
            .into();
        config.unreadable_count = i64::try_from(unreadable).unwrap_or(i64::MAX).into();
        config.complete = if unreadable > 0 {
            Attr::Known(false)
        } else {
            Attr::Null
        };
        Ok(config)
    }
}

impl EnvironmentsModel {
    fn selects(&self, environment: &Environment) -> bool {
        let place = self
            .location
            .as_str()
            .is_none_or(|location| in_geo(location, environment));
        let sku = self
            .r#type
            .as_str()
            .is_none_or(|sku| environment.sku.as_str().eq_ignore_ascii_case(sku));
        let managed = self
            .managed
            .known()
            .is_none_or(|managed| managed == environment.is_managed);
        let linked = self
            .linked
            .known()
            .is_none_or(|linked| linked == environment.encryption.is_some());
        let policy = self.policy_id.as_str().is_none_or(|policy| {
            let policy: Option<PolicyId> = policy.parse().ok();
            environment
                .encryption
                .as_ref()
                .is_some_and(|link| link.is_to(policy.as_ref(), None))
        });
        place && sku && managed && linked && policy
    }
}

fn in_geo(location: &str, environment: &Environment) -> bool {
    let by_policy = PolicyLocation::new(location).same_geo(&environment.location);
    let same_text = EnvironmentLocation::new(location)
        .as_str()
        .eq_ignore_ascii_case(environment.location.as_str());
    by_policy == SameGeo::Same || same_text
}
