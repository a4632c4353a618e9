//! Where the services are.

use tfplugin::schema::validator::sentence;
use tfplugin::{Attr, Attribute, AttributePath, Block, Diagnostics, Model};

use super::Base;
use super::resolve::{Environment, from_environment};
use crate::client::{Cloud, CloudName, CustomEndpoints};

/// The `endpoints` block.
#[derive(Clone, Default, Model)]
pub struct Endpoints {
    authority_host: Attr<String>,
    resource_manager: Attr<String>,
    bap: Attr<String>,
    resource_manager_scope: Attr<String>,
    bap_scope: Attr<String>,
}

/// The shape of the `endpoints` block.
pub(super) fn block() -> Block {
    Block::single(
        "endpoints",
        [
            Attribute::string("authority_host").describe(
                "Where tokens come from, an `https` URL. Environment variable: \
                 `PPCMK_AUTHORITY_HOST`.",
            ),
            Attribute::string("resource_manager").describe(
                "Azure Resource Manager, an `https` URL. Environment variable: \
                 `PPCMK_RESOURCE_MANAGER_ENDPOINT`.",
            ),
            Attribute::string("bap").describe(
                "The Power Platform admin API, an `https` URL. Environment variable: \
                 `PPCMK_BAP_ENDPOINT`.",
            ),
            Attribute::string("resource_manager_scope").describe(
                "The scope of tokens for Azure Resource Manager. Default for a custom cloud: \
                 `https://management.azure.com/.default`. Environment variable: \
                 `PPCMK_RESOURCE_MANAGER_SCOPE`.",
            ),
            Attribute::string("bap_scope").describe(
                "The scope of tokens for the Power Platform admin API. Default for a custom \
                 cloud: `https://service.powerapps.com/.default`. Environment variable: \
                 `PPCMK_BAP_SCOPE`.",
            ),
        ],
    )
    .describe("Base URLs for `cloud = \"custom\"`.")
}

/// What is wrong with the endpoints alone.
pub(super) fn validate(config: &Base, diagnostics: &mut Diagnostics) {
    let Some(endpoints) = config.endpoints.as_ref().known() else {
        return;
    };
    let path = AttributePath::from("endpoints");
    for (name, value) in [
        ("authority_host", &endpoints.authority_host),
        ("resource_manager", &endpoints.resource_manager),
        ("bap", &endpoints.bap),
    ] {
        if value
            .as_str()
            .is_some_and(|url| !url.starts_with("https://"))
        {
            diagnostics.error(
                path.attribute(name),
                "Endpoint without https",
                "An endpoint receives tokens, so it has to be an https URL.",
            );
        }
        if value.is_known() && config.cloud.as_str().is_some_and(|cloud| cloud != "custom") {
            diagnostics.error(
                path.attribute(name),
                "Endpoint without custom cloud",
                "An endpoint only counts with cloud = \"custom\". Set that, or remove the \
                 endpoint.",
            );
        }
    }
}

/// The cloud, from the block or from the environment.
pub(super) fn cloud(
    config: &Base,
    environment: Environment<'_>,
    diagnostics: &mut Diagnostics,
) -> Option<Cloud> {
    let endpoints = config.endpoints.clone().known().unwrap_or_default();
    let or_variable = |value: Attr<String>, name: &str| {
        value
            .known()
            .or_else(|| from_environment(&[name], environment).map(|(_, value)| value))
    };
    let name = match config.cloud.as_str() {
        Some(name) => name.to_owned(),
        None => cloud_of_environment(environment, diagnostics)?,
    };
    let custom = CustomEndpoints {
        authority_host: or_variable(endpoints.authority_host, "PPCMK_AUTHORITY_HOST"),
        resource_manager: or_variable(
            endpoints.resource_manager,
            "PPCMK_RESOURCE_MANAGER_ENDPOINT",
        ),
        bap: or_variable(endpoints.bap, "PPCMK_BAP_ENDPOINT"),
        resource_manager_scope: or_variable(
            endpoints.resource_manager_scope,
            "PPCMK_RESOURCE_MANAGER_SCOPE",
        ),
        bap_scope: or_variable(endpoints.bap_scope, "PPCMK_BAP_SCOPE"),
    };
    match name
        .parse::<CloudName>()
        .and_then(|name| Cloud::new(name, &custom))
    {
        Ok(cloud) => Some(cloud),
        Err(error) => {
            let path = error.endpoint().map_or_else(
                || AttributePath::from("cloud"),
                |endpoint| AttributePath::from("endpoints").attribute(endpoint),
            );
            diagnostics.error(path, "Unusable cloud", sentence(&error.to_string()));
            None
        }
    }
}

/// azurerm's word counts as long as it means one of our clouds; nothing at all means public.
fn cloud_of_environment(
    environment: Environment<'_>,
    diagnostics: &mut Diagnostics,
) -> Option<String> {
    if let Some((_, name)) = from_environment(&["PPCMK_CLOUD", "POWER_PLATFORM_CLOUD"], environment)
    {
        return Some(name);
    }
    let azure = from_environment(&["ARM_ENVIRONMENT"], environment).map(|(_, name)| name);
    match azure.map(|name| name.to_ascii_lowercase()).as_deref() {
        None | Some("public") => Some("public".to_owned()),
        Some("china") => Some("china".to_owned()),
        Some("usgovernment") => {
            diagnostics.error(
                "cloud",
                "Unusable cloud",
                "ARM_ENVIRONMENT names the US Government's Azure, which holds two clouds of the \
                 Power Platform. Set cloud or PPCMK_CLOUD to gcchigh or dod.",
            );
            None
        }
        Some(other) => {
            diagnostics.error(
                "cloud",
                "Unusable cloud",
                format!(
                    "ARM_ENVIRONMENT is {other:?}, and no cloud of the Power Platform goes with \
                     it. Set cloud or PPCMK_CLOUD."
                ),
            );
            None
        }
    }
}
