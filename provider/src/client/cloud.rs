//! The clouds: where to sign in and where the services are.
//!
//! Hosts and scopes are those of the Go provider's constants and of Microsoft's scripts (API
//! facts 1.5, evidence M). Two of their sources disagree about GCC High; the scope here is the Go
//! provider's (`https://high.service.apps.appsplatform.us/.default`), the PowerShell module has
//! `https://high.service.powerapps.us/`, so scopes can be overridden. Key Vault suffixes outside
//! the public cloud are general knowledge.

use std::str::FromStr;

use url::Url;

/// A cloud by its name in the provider block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CloudName {
    /// Azure and Power Platform for everybody.
    Public,
    /// US Government community cloud; its tenants sit in public Azure.
    Gcc,
    /// US Government, high.
    GccHigh,
    /// US Department of Defense.
    Dod,
    /// China, operated by 21Vianet.
    China,
    /// Endpoints given by the user.
    Custom,
}

impl CloudName {
    /// All of them, in the order of the documentation.
    pub const ALL: [Self; 6] = [
        Self::Public,
        Self::Gcc,
        Self::GccHigh,
        Self::Dod,
        Self::China,
        Self::Custom,
    ];

    /// The name as the configuration has it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Gcc => "gcc",
            Self::GccHigh => "gcchigh",
            Self::Dod => "dod",
            Self::China => "china",
            Self::Custom => "custom",
        }
    }
}

impl std::fmt::Display for CloudName {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl FromStr for CloudName {
    type Err = CloudError;

    fn from_str(text: &str) -> Result<Self, CloudError> {
        Self::ALL
            .into_iter()
            .find(|name| name.as_str().eq_ignore_ascii_case(text))
            .ok_or_else(|| CloudError::UnknownName(text.to_owned()))
    }
}

/// Why a cloud cannot be used as configured.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CloudError {
    /// No such cloud.
    #[error("there is no cloud `{0}`; the clouds are public, gcc, gcchigh, dod, china and custom")]
    UnknownName(String),
    /// The endpoint is needed and was not given.
    #[error("a custom cloud needs the endpoint `{endpoint}`")]
    Missing {
        /// Which endpoint.
        endpoint: &'static str,
    },
    /// The endpoint is not a URL that can be used.
    #[error("the endpoint `{endpoint}` (`{value}`) {problem}")]
    Endpoint {
        /// Which endpoint.
        endpoint: &'static str,
        /// What was given, without credentials.
        value: String,
        /// What is wrong with it.
        problem: &'static str,
    },
}

impl CloudError {
    /// The endpoint that the error is about.
    pub fn endpoint(&self) -> Option<&'static str> {
        match self {
            Self::UnknownName(_) => None,
            Self::Missing { endpoint } | Self::Endpoint { endpoint, .. } => Some(endpoint),
        }
    }
}

/// A service: its base URL and the scope of its tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// The base URL, `https`, without path.
    pub url: Url,
    /// The scope to ask for in a token.
    pub scope: String,
}

/// Where everything is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cloud {
    name: CloudName,
    authority: Url,
    resource_manager: Endpoint,
    bap: Endpoint,
    key_vault_suffix: &'static str,
    federation_audience: &'static str,
}

/// The endpoints of a custom cloud.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CustomEndpoints {
    /// Where to sign in.
    pub authority_host: Option<String>,
    /// Azure Resource Manager.
    pub resource_manager: Option<String>,
    /// The Power Platform admin API.
    pub bap: Option<String>,
    /// Instead of the public cloud's scope for Resource Manager.
    pub resource_manager_scope: Option<String>,
    /// Instead of the public cloud's scope for the admin API.
    pub bap_scope: Option<String>,
}

/// What a cloud is made of.
#[derive(Clone, Copy)]
struct Row {
    name: CloudName,
    authority: &'static str,
    resource_manager: &'static str,
    resource_manager_scope: &'static str,
    bap: &'static str,
    bap_scope: &'static str,
    key_vault_suffix: &'static str,
    federation_audience: &'static str,
}

const PUBLIC: Row = Row {
    name: CloudName::Public,
    authority: "https://login.microsoftonline.com",
    resource_manager: "https://management.azure.com",
    resource_manager_scope: "https://management.azure.com/.default",
    bap: "https://api.bap.microsoft.com",
    bap_scope: "https://service.powerapps.com/.default",
    key_vault_suffix: "vault.azure.net",
    federation_audience: "api://AzureADTokenExchange",
};

const GCC_HIGH: Row = Row {
    name: CloudName::GccHigh,
    authority: "https://login.microsoftonline.us",
    resource_manager: "https://management.usgovcloudapi.net",
    resource_manager_scope: "https://management.usgovcloudapi.net/.default",
    bap: "https://high.api.bap.microsoft.us",
    bap_scope: "https://high.service.apps.appsplatform.us/.default",
    key_vault_suffix: "vault.usgovcloudapi.net",
    federation_audience: "api://AzureADTokenExchangeUSGov",
};

/// The clouds with a name; a custom one takes from the first what its endpoints leave open.
const TABLE: [Row; 5] = [
    PUBLIC,
    Row {
        name: CloudName::Gcc,
        bap: "https://gov.api.bap.microsoft.us",
        bap_scope: "https://service.powerapps.us/.default",
        ..PUBLIC
    },
    GCC_HIGH,
    Row {
        name: CloudName::Dod,
        bap: "https://api.bap.appsplatform.us",
        bap_scope: "https://service.apps.appsplatform.us/.default",
        ..GCC_HIGH
    },
    Row {
        name: CloudName::China,
        authority: "https://login.chinacloudapi.cn",
        resource_manager: "https://management.chinacloudapi.cn",
        resource_manager_scope: "https://management.chinacloudapi.cn/.default",
        bap: "https://api.bap.partner.microsoftonline.cn",
        bap_scope: "https://service.powerapps.cn/.default",
        key_vault_suffix: "vault.azure.cn",
        federation_audience: "api://AzureADTokenExchangeChina",
    },
];

impl Cloud {
    /// The public cloud.
    pub fn public() -> Self {
        Self::from_row(&PUBLIC)
    }

    /// A cloud of the table, or the custom one from its endpoints, which the others ignore except
    /// for the scopes.
    pub fn new(name: CloudName, endpoints: &CustomEndpoints) -> Result<Self, CloudError> {
        let mut cloud = match TABLE.iter().find(|row| row.name == name) {
            Some(row) => Self::from_row(row),
            None => Self::custom(endpoints)?,
        };
        if let Some(scope) = &endpoints.resource_manager_scope {
            cloud.resource_manager.scope.clone_from(scope);
        }
        if let Some(scope) = &endpoints.bap_scope {
            cloud.bap.scope.clone_from(scope);
        }
        Ok(cloud)
    }

    fn custom(endpoints: &CustomEndpoints) -> Result<Self, CloudError> {
        let parse = |endpoint, value: &Option<String>| match value {
            Some(value) => parse_endpoint(endpoint, value),
            None => Err(CloudError::Missing { endpoint }),
        };
        let public = Self::public();
        Ok(Self {
            name: CloudName::Custom,
            authority: parse("authority_host", &endpoints.authority_host)?,
            resource_manager: Endpoint {
                url: parse("resource_manager", &endpoints.resource_manager)?,
                ..public.resource_manager
            },
            bap: Endpoint {
                url: parse("bap", &endpoints.bap)?,
                ..public.bap
            },
            ..public
        })
    }

    fn from_row(row: &Row) -> Self {
        let url = |text| Url::parse(text).expect("the table holds URLs, and a test parses them");
        let endpoint = |text, scope: &str| Endpoint {
            url: url(text),
            scope: scope.to_owned(),
        };
        Self {
            name: row.name,
            authority: url(row.authority),
            resource_manager: endpoint(row.resource_manager, row.resource_manager_scope),
            bap: endpoint(row.bap, row.bap_scope),
            key_vault_suffix: row.key_vault_suffix,
            federation_audience: row.federation_audience,
        }
    }

    /// The cloud's name.
    pub fn name(&self) -> CloudName {
        self.name
    }

    /// Where to sign in.
    pub fn authority(&self) -> &Url {
        &self.authority
    }

    /// Azure Resource Manager.
    pub fn resource_manager(&self) -> &Endpoint {
        &self.resource_manager
    }

    /// The Power Platform admin API.
    pub fn bap(&self) -> &Endpoint {
        &self.bap
    }

    /// The end of the host names of key vaults.
    pub fn key_vault_suffix(&self) -> &'static str {
        self.key_vault_suffix
    }

    /// For whom CI systems issue the tokens that are exchanged here (API facts 1.1).
    pub fn federation_audience(&self) -> &'static str {
        self.federation_audience
    }
}

/// A base URL: `https`, a host, perhaps a port, and nothing else.
fn parse_endpoint(endpoint: &'static str, text: &str) -> Result<Url, CloudError> {
    // Whatever stands before an `@` may be a password, also in what is no URL at all.
    let shown = text.rsplit('@').next().unwrap_or_default();
    let refuse = |problem| {
        Err(CloudError::Endpoint {
            endpoint,
            value: shown.to_owned(),
            problem,
        })
    };
    let Ok(url) = Url::parse(text) else {
        return refuse("is not a URL; it should look like `https://host`");
    };
    if url.scheme() != "https" {
        return refuse("does not begin with `https://`");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return refuse("carries credentials, which do not belong into a URL");
    }
    if url.query().is_some() || url.fragment().is_some() {
        return refuse("has a query or fragment; only the host is meant");
    }
    if url.path() != "/" {
        return refuse("has a path; only the host is meant");
    }
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn endpoints(bap: &str) -> CustomEndpoints {
        CustomEndpoints {
            authority_host: Some("https://localhost:1".into()),
            resource_manager: Some("https://localhost:2/".into()),
            bap: Some(bap.into()),
            ..CustomEndpoints::default()
        }
    }

    #[test]
    fn every_cloud_of_the_table_can_be_built() {
        for name in CloudName::ALL {
            let cloud = Cloud::new(name, &endpoints("https://localhost:3")).unwrap();
            assert_eq!(cloud.name(), name);
            assert_eq!(name.as_str().parse(), Ok(name));
            assert!(cloud.resource_manager().scope.ends_with("/.default"));
            assert!(cloud.bap().scope.ends_with("/.default"));
        }
    }

    #[test]
    fn a_custom_cloud_uses_the_public_scopes_unless_told_otherwise() {
        let mut endpoints = endpoints("https://localhost:3");
        let cloud = Cloud::new(CloudName::Custom, &endpoints).unwrap();
        assert_eq!(cloud.bap().scope, "https://service.powerapps.com/.default");
        endpoints.bap_scope = Some("https://other/.default".into());
        let cloud = Cloud::new(CloudName::Custom, &endpoints).unwrap();
        assert_eq!(cloud.bap().scope, "https://other/.default");
    }

    #[test]
    fn a_scope_can_be_overridden_in_a_named_cloud() {
        let endpoints = CustomEndpoints {
            bap_scope: Some("https://x/.default".into()),
            ..Default::default()
        };
        let cloud = Cloud::new(CloudName::GccHigh, &endpoints).unwrap();
        assert_eq!(cloud.bap().scope, "https://x/.default");
    }

    #[test]
    fn a_bad_endpoint_is_named_and_keeps_its_password_to_itself() {
        for bap in [
            "localhost",
            "http://localhost",
            "https://localhost/path",
            "https://localhost?x=1",
            "https://user:hunter2@localhost",
            "user:hunter2@localhost",
        ] {
            let error = Cloud::new(CloudName::Custom, &endpoints(bap)).unwrap_err();
            assert_eq!(error.endpoint(), Some("bap"), "{bap}");
            assert!(!format!("{error:?} {error}").contains("hunter2"), "{error}");
        }
        let none = CustomEndpoints::default();
        let error = Cloud::new(CloudName::Custom, &none).unwrap_err();
        assert_eq!(
            error.to_string(),
            "a custom cloud needs the endpoint `authority_host`"
        );
    }
}
