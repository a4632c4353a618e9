//! `ppcmk_locations`: the geos, their names and their Azure regions.

use ppcmk_coverage::Geo;
use ppcmk_coverage::geo::{Confidence, Listed};
use tfplugin::{Attr, Attribute, Cx, DataSource, Diagnostics, Model, Nesting, Schema, Type};

use crate::explain::explain;
use crate::services::{Services, call};

pub(super) struct Locations;

#[derive(Clone, Debug, Default, Model)]
pub(super) struct LocationsModel {
    live: Attr<bool>,
    locations: Attr<Vec<LocationView>>,
    unknown_locations: Attr<Vec<String>>,
}

#[derive(Clone, Debug, Default, Model)]
pub(super) struct LocationView {
    geo: Attr<String>,
    display_name: Attr<String>,
    policy_location: Attr<String>,
    environment_location: Attr<String>,
    azure_regions: Attr<Vec<String>>,
    listed: Attr<String>,
    confidence: Attr<String>,
    available: Attr<bool>,
}

impl DataSource for Locations {
    type Client = Services;
    type Model = LocationsModel;

    fn type_name(&self) -> &'static str {
        "ppcmk_locations"
    }

    fn schema(&self) -> Schema {
        let text = |name: &str, description: &str| {
            Attribute::string(name).computed().describe(description)
        };
        Schema::new(
            "The geos of Power Platform: how policies and environments name them, and which Azure \
             regions they hold. From the provider's own table, which says how sure it is.",
        )
        .attributes([
            Attribute::bool("live").describe(
                "Whether to ask Azure which locations it offers for policies. Needs a \
                 subscription. Default: `false`, and nothing is asked.",
            ),
            Attribute::nested(
                "locations",
                Nesting::List,
                [
                    text("geo", "The canonical name."),
                    text("display_name", "The name for people."),
                    text("policy_location", "What the `location` of a policy is."),
                    text(
                        "environment_location",
                        "What environments call it; null where no source says.",
                    ),
                    Attribute::new("azure_regions", Type::list(Type::String))
                        .computed()
                        .describe("The Azure regions; empty means that no source lists them."),
                    text(
                        "listed",
                        "Where the policy location was seen: `key_page` (Microsoft's page on \
                         customer-managed keys), `microsoft_code` or `not_seen`.",
                    ),
                    text(
                        "confidence",
                        "`documented`, `partly_inferred` or `unknown`.",
                    ),
                    Attribute::bool("available").computed().describe(
                        "Whether Azure offers the location for policies; null when it was not \
                         asked.",
                    ),
                ],
            )
            .computed()
            .describe("The geos, by canonical name."),
            Attribute::new("unknown_locations", Type::list(Type::String))
                .computed()
                .describe(
                    "Locations that Azure offers and the table lacks; null when it was not asked.",
                ),
        ])
    }

    async fn read(
        &self,
        cx: Cx<Services>,
        mut config: LocationsModel,
    ) -> Result<LocationsModel, Diagnostics> {
        let offered = if config.live == Attr::Known(true) {
            Some(offered(&cx).await?)
        } else {
            None
        };
        let mut geos: Vec<Geo> = Geo::all().collect();
        geos.sort_by_key(|geo| geo.id());
        let offers = |geo: &Geo| {
            offered.as_ref().map(|names| {
                names
                    .iter()
                    .any(|name| Geo::from_any_name(name).as_ref() == Some(geo))
            })
        };
        config.locations = geos
            .iter()
            .map(|geo| view(*geo, offers(geo)))
            .collect::<Vec<_>>()
            .into();
        config.unknown_locations = offered
            .as_ref()
            .map(|names| {
                names
                    .iter()
                    .filter(|name| Geo::from_any_name(name).is_none())
                    .cloned()
                    .collect::<Vec<_>>()
            })
            .into();
        Ok(config)
    }
}

async fn offered(cx: &Cx<Services>) -> Result<Vec<String>, Diagnostics> {
    let services = cx.client()?;
    let Some(subscription) = &services.subscription_id else {
        return Err(tfplugin::Diagnostic::error(
            "Missing subscription",
            "Azure is asked for the locations of a subscription. Set subscription_id in the \
             provider block or ARM_SUBSCRIPTION_ID, or live = false.",
        )
        .at("live")
        .into());
    };
    let registration = services
        .arm()
        .registration(&call(cx), subscription)
        .await
        .map_err(|error| explain("read the locations of policies", &error))?;
    Ok(registration.policy_locations)
}

fn view(geo: Geo, available: Option<bool>) -> LocationView {
    LocationView {
        geo: geo.id().to_owned().into(),
        display_name: geo.display().to_owned().into(),
        policy_location: geo.policy_location().to_owned().into(),
        environment_location: geo.environment_location().map(str::to_owned).into(),
        azure_regions: geo
            .azure_regions()
            .iter()
            .map(|region| (*region).to_owned())
            .collect::<Vec<_>>()
            .into(),
        listed: match geo.listed() {
            Listed::KeyPage => "key_page",
            Listed::MicrosoftCode => "microsoft_code",
            Listed::NotSeen => "not_seen",
        }
        .to_owned()
        .into(),
        confidence: match geo.confidence() {
            Confidence::Documented => "documented",
            Confidence::PartlyInferred => "partly_inferred",
            Confidence::Unknown => "unknown",
        }
        .to_owned()
        .into(),
        available: available.into(),
    }
}
