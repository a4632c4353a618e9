//! `ppcmk_environment`: one environment.

use ppcmk_coverage::EnvironmentId;
use tfplugin::schema::validator::{parses, sentence};
use tfplugin::{Attr, Attribute, Cx, DataSource, Diagnostic, Diagnostics, Schema};

use super::views::EnvironmentView;
use crate::explain::explain;
use crate::services::{Services, call};

pub(super) struct EnvironmentSource;

impl DataSource for EnvironmentSource {
    type Client = Services;
    type Model = EnvironmentView;

    fn type_name(&self) -> &'static str {
        "ppcmk_environment"
    }

    fn schema(&self) -> Schema {
        Schema::new(
            "What a Power Platform environment is, as far as a customer-managed key is concerned: \
             where it is, whether it can come under a key, and whether it is under one.",
        )
        .attribute(
            Attribute::string("id")
                .required()
                .describe("The environment: a GUID, or `Default-<tenant id>`.")
                .validate(parses(
                    "Invalid environment id",
                    str::parse::<EnvironmentId>,
                )),
        )
        .attributes(EnvironmentView::attributes())
    }

    async fn read(
        &self,
        cx: Cx<Services>,
        config: EnvironmentView,
    ) -> Result<EnvironmentView, Diagnostics> {
        let services = cx.client()?;
        let call = call(&cx);
        let text = config.id.as_str().unwrap_or_default();
        let id: EnvironmentId = text.parse().map_err(|error: ppcmk_coverage::ParseError| {
            Diagnostic::error("Invalid environment id", sentence(&error.to_string())).at("id")
        })?;
        let environment = services
            .environments()
            .environment(&call, &id)
            .await
            .map_err(|error| explain(&format!("read the environment {id}"), &error))?;
        let Some(environment) = environment else {
            return Err(Diagnostic::error(
                "Environment not found",
                format!(
                    "There is no environment {id} in the tenant, or the application is not \
                     registered as a Power Platform administrator: the service answers the same \
                     to both."
                ),
            )
            .at("id")
            .into());
        };
        Ok(EnvironmentView {
            id: Attr::Known(text.to_owned()),
            ..EnvironmentView::of(&environment)
        })
    }
}
