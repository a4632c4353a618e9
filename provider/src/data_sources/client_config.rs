//! `ppcmk_client_config`: who we are, which services answer, what is missing. A doctor: it
//! reports problems as values and does not fail on them.

use tfplugin::schema::validator::sentence;
use tfplugin::{Attr, Attribute, Cx, DataSource, Diagnostics, Model, Nesting, Schema};

use crate::client::{ClientError, RegistrationState};
use crate::explain::explain;
use crate::services::{Services, call};

pub(super) struct ClientConfigs;

#[derive(Clone, Debug, Default, Model)]
pub(super) struct ClientConfigModel {
    cloud: Attr<String>,
    tenant_id: Attr<String>,
    subscription_id: Attr<String>,
    object_id: Attr<String>,
    resource_manager: Attr<PlaneView>,
    power_platform: Attr<PlaneView>,
    resource_provider_state: Attr<String>,
    visible_environment_count: Attr<i64>,
    problems: Attr<Vec<ProblemView>>,
}

#[derive(Clone, Debug, Default, Model)]
pub(super) struct PlaneView {
    endpoint: Attr<String>,
    answers: Attr<bool>,
}

#[derive(Clone, Debug, Default, Model)]
pub(super) struct ProblemView {
    plane: Attr<String>,
    summary: Attr<String>,
    detail: Attr<String>,
}

impl DataSource for ClientConfigs {
    type Client = Services;
    type Model = ClientConfigModel;

    fn type_name(&self) -> &'static str {
        "ppcmk_client_config"
    }

    fn schema(&self) -> Schema {
        let text = |name: &str, description: &str| {
            Attribute::string(name).computed().describe(description)
        };
        let plane = || {
            [
                text("endpoint", "The base URL."),
                Attribute::bool("answers")
                    .computed()
                    .describe("Whether the service answered a read with these credentials."),
            ]
        };
        Schema::new(
            "Who the provider signs in as, which services answer, and which role is missing. \
             Problems are values here, not errors, so that a configuration can look at all of \
             them at once.",
        )
        .attributes([
            text("cloud", "The cloud, such as `public`."),
            text("tenant_id", "The Entra tenant."),
            text("subscription_id", "The provider's Azure subscription; null without one."),
            text(
                "object_id",
                "The object id of the application or user, when the token tells it.",
            ),
            Attribute::nested("resource_manager", Nesting::Single, plane())
                .computed()
                .describe("Azure Resource Manager."),
            Attribute::nested("power_platform", Nesting::Single, plane())
                .computed()
                .describe("The Power Platform admin API."),
            text(
                "resource_provider_state",
                "The registration of Microsoft.PowerPlatform in the subscription; null when it \
                 could not be read.",
            ),
            Attribute::number("visible_environment_count").computed().describe(
                "How many environments the application sees; null when it could not be asked. How \
                 many there are, the service does not tell.",
            ),
            Attribute::nested(
                "problems",
                Nesting::List,
                [
                    text("plane", "`resource_manager` or `power_platform`."),
                    text("summary", "The problem."),
                    text("detail", "What was seen, and what to do."),
                ],
            )
            .computed()
            .describe("What is in the way. Empty when everything answered."),
        ])
    }

    async fn read(
        &self,
        cx: Cx<Services>,
        _: ClientConfigModel,
    ) -> Result<ClientConfigModel, Diagnostics> {
        let services = cx.client()?;
        let call = call(&cx);
        let mut problems = Vec::new();
        let mut registration = None;
        let mut azure_answers = None;
        match &services.subscription_id {
            None => problems.push(problem(
                "resource_manager",
                "Missing subscription",
                "The provider has no subscription_id, so Azure was not asked. Set it in the \
                 provider block or as ARM_SUBSCRIPTION_ID.",
            )),
            Some(subscription) => match services.arm().registration(&call, subscription).await {
                Ok(found) => {
                    azure_answers = Some(true);
                    if found.state != RegistrationState::Registered {
                        problems.push(problem(
                            "resource_manager",
                            "Resource provider not registered",
                            "Register it once in this subscription:\n\n    az provider register \
                             --namespace Microsoft.PowerPlatform --wait",
                        ));
                    }
                    registration = Some(word(&found.state));
                }
                Err(error) => {
                    azure_answers = Some(false);
                    problems.push(of_error(
                        "resource_manager",
                        "read the subscription",
                        &error,
                    ));
                }
            },
        }
        let mut count = None;
        let power_platform_answers = match services.environments().all(&call).await {
            Ok(snapshot) => {
                let visible = snapshot.environments().count();
                count = i64::try_from(visible).ok();
                if visible == 0 {
                    problems.push(problem(
                        "power_platform",
                        "No environment visible",
                        "Every tenant has a default environment, so the application is probably \
                         not registered as a management application. A Power Platform \
                         administrator has to register it once:\n\n    \
                         New-PowerAppManagementApp -ApplicationId <client id>",
                    ));
                }
                true
            }
            Err(error) => {
                problems.push(of_error("power_platform", "list the environments", &error));
                false
            }
        };
        let caller = services.bap().caller(&call).await;
        let cloud = services.cloud();
        Ok(ClientConfigModel {
            cloud: cloud.name().as_str().to_owned().into(),
            tenant_id: services.tenant_id.as_ref().map(ToString::to_string).into(),
            subscription_id: services
                .subscription_id
                .as_ref()
                .map(ToString::to_string)
                .into(),
            object_id: caller.object_id().map(str::to_owned).into(),
            resource_manager: PlaneView {
                endpoint: cloud.resource_manager().url.to_string().into(),
                answers: azure_answers.into(),
            }
            .into(),
            power_platform: PlaneView {
                endpoint: cloud.bap().url.to_string().into(),
                answers: power_platform_answers.into(),
            }
            .into(),
            resource_provider_state: registration.into(),
            visible_environment_count: count.into(),
            problems: problems.into(),
        })
    }
}

fn word(state: &RegistrationState) -> String {
    match state {
        RegistrationState::Registered => "Registered".to_owned(),
        RegistrationState::Registering => "Registering".to_owned(),
        RegistrationState::NotRegistered => "NotRegistered".to_owned(),
        RegistrationState::Unregistering => "Unregistering".to_owned(),
        RegistrationState::Other(word) => word.clone(),
    }
}

fn problem(plane: &str, summary: &str, detail: &str) -> ProblemView {
    ProblemView {
        plane: plane.to_owned().into(),
        summary: summary.to_owned().into(),
        detail: detail.to_owned().into(),
    }
}

fn of_error(plane: &str, doing: &str, error: &ClientError) -> ProblemView {
    let diagnostic = explain(doing, error);
    problem(plane, &diagnostic.summary, &sentence(&diagnostic.detail))
}
