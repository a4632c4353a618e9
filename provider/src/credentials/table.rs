//! What credentials are made of: every argument and every environment variable that counts.
//!
//! The schema, its descriptions, the search for values and the messages about missing ones all
//! read this table. Variables are those that users of azurerm (`ARM_*`), of Microsoft's provider
//! (`POWER_PLATFORM_*`), of the Azure SDKs (`AZURE_*`) and of CI systems know.

/// One thing that a credential may be made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Name {
    AuthMethod,
    ClientId,
    ClientIdFilePath,
    ClientSecret,
    ClientSecretFilePath,
    ClientCertificate,
    ClientCertificatePath,
    ClientCertificatePassword,
    UseOidc,
    OidcToken,
    OidcTokenFilePath,
    OidcRequestUrl,
    OidcRequestToken,
    AdoConnection,
    HcpTag,
    UseAks,
    UseMsi,
    MsiEndpoint,
    UseCli,
    UseDevCli,
    GitHubUrl,
    GitHubToken,
    AdoUrl,
    AdoToken,
    HcpToken,
    KubernetesFile,
    AppServiceEndpoint,
    AppServiceHeader,
}

/// What a value looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    Text,
    Secret,
    Flag,
}

/// Who set a variable up, and for which tool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Family {
    /// `ARM_*`, for azurerm.
    Arm,
    /// `POWER_PLATFORM_*`, for Microsoft's provider.
    PowerPlatform,
    /// `AZURE_*`, for the Azure SDKs.
    Azure,
    /// Our own.
    Ours,
    /// The machine or the CI system, whether anybody wants it or not.
    Machine,
}

/// A row of the table.
pub(crate) struct Row {
    pub(crate) name: Name,
    /// The argument; `None` for what only the environment has.
    pub(crate) argument: Option<&'static str>,
    pub(crate) shape: Shape,
    pub(crate) variables: &'static [(Family, &'static str)],
    /// For the documentation, without the variables.
    pub(crate) about: &'static str,
}

use Family::{Arm, Azure, Machine, Ours, PowerPlatform};

const fn argument(
    name: Name,
    argument: &'static str,
    shape: Shape,
    variables: &'static [(Family, &'static str)],
    about: &'static str,
) -> Row {
    Row {
        name,
        argument: Some(argument),
        shape,
        variables,
        about,
    }
}

const fn machine(name: Name, variable: &'static [(Family, &'static str)]) -> Row {
    Row {
        name,
        argument: None,
        shape: Shape::Secret,
        variables: variable,
        about: "",
    }
}

/// Everything, in the order of the documentation. Of several variables of a family the first one
/// that is set counts.
pub(crate) const TABLE: &[Row] = &[
    argument(
        Name::AuthMethod,
        "auth_method",
        Shape::Text,
        &[(Ours, "PPCMK_AUTH_METHOD")],
        "How to sign in, where what else is set does not say it or says it twice: \
         `client_secret`, `client_certificate`, `oidc`, `aks_workload_identity`, \
         `managed_identity`, `azure_cli` or `azure_developer_cli`.",
    ),
    argument(
        Name::ClientId,
        "client_id",
        Shape::Text,
        &[
            (Arm, "ARM_CLIENT_ID"),
            (PowerPlatform, "POWER_PLATFORM_CLIENT_ID"),
            (Azure, "AZURE_CLIENT_ID"),
        ],
        "The application to sign in as, or the user-assigned managed identity.",
    ),
    argument(
        Name::ClientIdFilePath,
        "client_id_file_path",
        Shape::Text,
        &[(Arm, "ARM_CLIENT_ID_FILE_PATH")],
        "A file with what `client_id` would be.",
    ),
    argument(
        Name::ClientSecret,
        "client_secret",
        Shape::Secret,
        &[
            (Arm, "ARM_CLIENT_SECRET"),
            (PowerPlatform, "POWER_PLATFORM_CLIENT_SECRET"),
            (Azure, "AZURE_CLIENT_SECRET"),
        ],
        "The secret of the application.",
    ),
    argument(
        Name::ClientSecretFilePath,
        "client_secret_file_path",
        Shape::Text,
        &[(Arm, "ARM_CLIENT_SECRET_FILE_PATH")],
        "A file with what `client_secret` would be.",
    ),
    argument(
        Name::ClientCertificate,
        "client_certificate",
        Shape::Secret,
        &[
            (Arm, "ARM_CLIENT_CERTIFICATE"),
            (PowerPlatform, "POWER_PLATFORM_CLIENT_CERTIFICATE"),
        ],
        "The certificate of the application with its RSA key: PEM, or a PEM or PFX (PKCS#12) file \
         in base64.",
    ),
    argument(
        Name::ClientCertificatePath,
        "client_certificate_path",
        Shape::Text,
        &[
            (Arm, "ARM_CLIENT_CERTIFICATE_PATH"),
            (PowerPlatform, "POWER_PLATFORM_CLIENT_CERTIFICATE_FILE_PATH"),
            (Azure, "AZURE_CLIENT_CERTIFICATE_PATH"),
        ],
        "A PFX (PKCS#12) or PEM file with the certificate of the application and its RSA key.",
    ),
    argument(
        Name::ClientCertificatePassword,
        "client_certificate_password",
        Shape::Secret,
        &[
            (Arm, "ARM_CLIENT_CERTIFICATE_PASSWORD"),
            (PowerPlatform, "POWER_PLATFORM_CLIENT_CERTIFICATE_PASSWORD"),
            (Azure, "AZURE_CLIENT_CERTIFICATE_PASSWORD"),
        ],
        "The password of the PFX file, or of the key if the PEM has `ENCRYPTED PRIVATE KEY`.",
    ),
    argument(
        Name::UseOidc,
        "use_oidc",
        Shape::Flag,
        &[
            (Arm, "ARM_USE_OIDC"),
            (PowerPlatform, "POWER_PLATFORM_USE_OIDC"),
        ],
        "Sign in with workload identity federation: the token is `oidc_token`, comes from \
         `oidc_token_file_path`, or is issued by Azure DevOps \
         (`ado_pipeline_service_connection_id`), GitHub Actions (with the permission \
         `id-token: write`), or HCP Terraform.",
    ),
    argument(
        Name::OidcToken,
        "oidc_token",
        Shape::Secret,
        &[(Arm, "ARM_OIDC_TOKEN")],
        "A federated token. It lives for minutes, so longer runs need one of the other sources.",
    ),
    argument(
        Name::OidcTokenFilePath,
        "oidc_token_file_path",
        Shape::Text,
        &[(Arm, "ARM_OIDC_TOKEN_FILE_PATH")],
        "A file with a federated token. It is read again whenever a token is needed.",
    ),
    argument(
        Name::OidcRequestUrl,
        "oidc_request_url",
        Shape::Text,
        &[(Arm, "ARM_OIDC_REQUEST_URL")],
        "Where federated tokens are issued. GitHub Actions sets it as \
         `ACTIONS_ID_TOKEN_REQUEST_URL`, Azure DevOps as `SYSTEM_OIDCREQUESTURI`.",
    ),
    argument(
        Name::OidcRequestToken,
        "oidc_request_token",
        Shape::Secret,
        &[(Arm, "ARM_OIDC_REQUEST_TOKEN")],
        "The token for `oidc_request_url`. GitHub Actions sets it as \
         `ACTIONS_ID_TOKEN_REQUEST_TOKEN`; in Azure DevOps, map `System.AccessToken` to \
         `SYSTEM_ACCESSTOKEN`.",
    ),
    argument(
        Name::AdoConnection,
        "ado_pipeline_service_connection_id",
        Shape::Text,
        &[
            (Arm, "ARM_ADO_PIPELINE_SERVICE_CONNECTION_ID"),
            (Arm, "ARM_OIDC_AZURE_SERVICE_CONNECTION_ID"),
            (PowerPlatform, "POWER_PLATFORM_AZDO_SERVICE_CONNECTION_ID"),
        ],
        "The Azure DevOps service connection that federated tokens are issued for.",
    ),
    argument(
        Name::HcpTag,
        "hcp_workload_identity_tag",
        Shape::Text,
        &[(Ours, "PPCMK_HCP_WORKLOAD_IDENTITY_TAG")],
        "The tag of the HCP Terraform token: `TFC_WORKLOAD_IDENTITY_TOKEN_<tag>` is used instead \
         of `TFC_WORKLOAD_IDENTITY_TOKEN`.",
    ),
    argument(
        Name::UseAks,
        "use_aks_workload_identity",
        Shape::Flag,
        &[(Arm, "ARM_USE_AKS_WORKLOAD_IDENTITY")],
        "Sign in with the workload identity of the Kubernetes pod, whose token is in the file \
         that `AZURE_FEDERATED_TOKEN_FILE` names.",
    ),
    argument(
        Name::UseMsi,
        "use_msi",
        Shape::Flag,
        &[
            (Arm, "ARM_USE_MSI"),
            (PowerPlatform, "POWER_PLATFORM_USE_MSI"),
        ],
        "Sign in as the managed identity of the machine in Azure, or as the one that `client_id` \
         names.",
    ),
    argument(
        Name::MsiEndpoint,
        "msi_endpoint",
        Shape::Text,
        &[(Arm, "ARM_MSI_ENDPOINT")],
        "Where tokens of managed identities come from, in the rare case that it is not the \
         metadata service of the machine or App Service's `IDENTITY_ENDPOINT`.",
    ),
    argument(
        Name::UseCli,
        "use_cli",
        Shape::Flag,
        &[
            (Arm, "ARM_USE_CLI"),
            (PowerPlatform, "POWER_PLATFORM_USE_CLI"),
        ],
        "Sign in as who is signed in to the Azure CLI (`az login`). This happens by itself when \
         no other credentials are found; `false` prevents that.",
    ),
    argument(
        Name::UseDevCli,
        "use_dev_cli",
        Shape::Flag,
        &[(PowerPlatform, "POWER_PLATFORM_USE_DEV_CLI")],
        "Sign in as who is signed in to the Azure Developer CLI (`azd auth login`).",
    ),
    machine(
        Name::GitHubUrl,
        &[(Machine, "ACTIONS_ID_TOKEN_REQUEST_URL")],
    ),
    machine(
        Name::GitHubToken,
        &[(Machine, "ACTIONS_ID_TOKEN_REQUEST_TOKEN")],
    ),
    machine(Name::AdoUrl, &[(Machine, "SYSTEM_OIDCREQUESTURI")]),
    machine(Name::AdoToken, &[(Machine, "SYSTEM_ACCESSTOKEN")]),
    machine(Name::HcpToken, &[(Machine, "TFC_WORKLOAD_IDENTITY_TOKEN")]),
    machine(
        Name::KubernetesFile,
        &[(Machine, "AZURE_FEDERATED_TOKEN_FILE")],
    ),
    machine(Name::AppServiceEndpoint, &[(Machine, "IDENTITY_ENDPOINT")]),
    machine(Name::AppServiceHeader, &[(Machine, "IDENTITY_HEADER")]),
];

/// The variables of the tenant, which is one for both planes.
pub(crate) const TENANT_VARIABLES: &[&str] = &[
    "ARM_TENANT_ID",
    "POWER_PLATFORM_TENANT_ID",
    "AZURE_TENANT_ID",
];

impl Name {
    pub(crate) fn row(self) -> &'static Row {
        TABLE
            .iter()
            .find(|row| row.name == self)
            .expect("every name has a row, and a test looks them up")
    }

    /// How messages call it: the argument, or the variable of what has none.
    pub(crate) fn label(self) -> &'static str {
        let row = self.row();
        row.argument.unwrap_or(row.variables[0].1)
    }

    /// The argument with its variables, as "client_id (ARM_CLIENT_ID, …)".
    pub(crate) fn with_variables(self) -> String {
        let row = self.row();
        let variables: Vec<&str> = row.variables.iter().map(|(_, name)| *name).collect();
        match row.argument {
            Some(argument) => format!("{argument} ({})", variables.join(", ")),
            None => variables.join(", "),
        }
    }
}

impl Row {
    /// The description in the schema.
    pub(crate) fn describe(&self) -> String {
        let variables: Vec<String> = self
            .variables
            .iter()
            .map(|(_, name)| format!("`{name}`"))
            .collect();
        let word = if variables.len() == 1 {
            "variable"
        } else {
            "variables"
        };
        format!(
            "{} Environment {word}: {}.",
            self.about,
            variables.join(", ")
        )
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_name_stands_once() {
        let names: BTreeSet<Name> = TABLE.iter().map(|row| row.name).collect();
        assert_eq!(names.len(), TABLE.len());
        assert_eq!(names.first(), Some(&Name::AuthMethod));
        assert_eq!(names.last(), Some(&Name::AppServiceHeader));
        for (index, name) in names.iter().enumerate() {
            assert_eq!(*name as usize, index);
            assert_eq!(name.row().name, *name);
        }
    }

    #[test]
    fn no_variable_means_two_things() {
        let mut seen = BTreeSet::new();
        for row in TABLE {
            assert!(!row.variables.is_empty(), "{:?}", row.name);
            for (_, variable) in row.variables {
                assert!(seen.insert(variable), "{variable}");
            }
        }
    }

    #[test]
    fn what_could_be_a_secret_is_sensitive() {
        for row in TABLE {
            let Some(argument) = row.argument else {
                continue;
            };
            let secret = ["secret", "password", "token"]
                .iter()
                .any(|word| argument.ends_with(word))
                || argument == "client_certificate";
            assert_eq!(row.shape == Shape::Secret, secret, "{argument}");
        }
    }
}
