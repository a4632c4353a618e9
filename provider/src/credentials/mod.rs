//! Who we are: the kinds of credentials, and which one a configuration means.
//!
//! The nearest place that asks for a method decides (`places` says what near means): a secret or
//! a certificate asks for itself, a flag for its method, `auth_method` for any. Two methods in one
//! place are an error that lists what was found and where, and so is a method with something
//! missing. A federated token in the environment is used when nobody asks for anything else; the
//! Azure CLI when there is nothing at all. Nothing here sends a request: that is left to the
//! sources, when a token is needed.

mod arguments;
mod azure_cli;
mod choose;
mod client_certificate;
mod client_secret;
mod developer_cli;
mod federated;
mod managed_identity;
mod pfx;
mod places;
mod process;
mod table;

#[cfg(test)]
mod emulated;
#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::Arc;

use tfplugin::{Diagnostic, Diagnostics};

pub use arguments::CredentialArguments;
pub(crate) use arguments::attributes;
pub use client_secret::ClientSecretSource;
pub(crate) use table::TENANT_VARIABLES;

use crate::client::{Cloud, CredentialSource};
use places::Places;

/// Looks up an environment variable.
pub(crate) type Environment<'a> = &'a dyn Fn(&str) -> Option<String>;

/// A way to sign in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Method {
    ClientSecret,
    ClientCertificate,
    Oidc,
    AksWorkloadIdentity,
    ManagedIdentity,
    AzureCli,
    AzureDeveloperCli,
}

impl Method {
    /// All of them, in the order of messages.
    const ALL: [Self; 7] = [
        Self::ClientSecret,
        Self::ClientCertificate,
        Self::Oidc,
        Self::AksWorkloadIdentity,
        Self::ManagedIdentity,
        Self::AzureCli,
        Self::AzureDeveloperCli,
    ];

    /// The words of `auth_method`.
    const WORDS: &'static [&'static str] = &[
        "client_secret",
        "client_certificate",
        "oidc",
        "aks_workload_identity",
        "managed_identity",
        "azure_cli",
        "azure_developer_cli",
    ];

    fn word(self) -> &'static str {
        match self {
            Self::ClientSecret => "client_secret",
            Self::ClientCertificate => "client_certificate",
            Self::Oidc => "oidc",
            Self::AksWorkloadIdentity => "aks_workload_identity",
            Self::ManagedIdentity => "managed_identity",
            Self::AzureCli => "azure_cli",
            Self::AzureDeveloperCli => "azure_developer_cli",
        }
    }

    fn parse(word: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|method| method.word().eq_ignore_ascii_case(word.trim()))
    }
}

impl fmt::Display for Method {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.word())
    }
}

/// The block that overrides the credentials of a plane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PlaneBlock {
    Azure,
    PowerPlatform,
}

impl PlaneBlock {
    /// The block's name.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Azure => "azure",
            Self::PowerPlatform => "power_platform",
        }
    }

    fn service(self) -> &'static str {
        match self {
            Self::Azure => "Azure",
            Self::PowerPlatform => "the Power Platform",
        }
    }
}

/// The credentials of a plane.
#[derive(Clone, Debug)]
pub(crate) struct Credential {
    pub(crate) method: Method,
    pub(crate) source: Arc<dyn CredentialSource>,
}

/// What is the same for both planes.
#[derive(Clone, Copy)]
pub(crate) struct Context<'a> {
    /// The tenant, and where it was found; `None` when no tenant is set.
    pub(crate) tenant: Option<(&'a str, &'a str)>,
    pub(crate) cloud: &'a Cloud,
    pub(crate) environment: Environment<'a>,
}

/// The credentials of both planes: Azure, then the Power Platform.
pub(crate) fn resolve(
    provider: &CredentialArguments,
    azure: Option<&CredentialArguments>,
    power_platform: Option<&CredentialArguments>,
    context: Context<'_>,
) -> Result<(Credential, Credential), Diagnostics> {
    let of = |block: PlaneBlock, own: Option<&CredentialArguments>| -> Result<_, Problem> {
        let places = Places::new(block, own, provider, context.environment);
        let credential = choose::credential(&places, own.map(|_| block), context)?;
        let service = block.service();
        tracing::debug!(method = %credential.method, service, "credentials chosen");
        Ok(credential)
    };
    match (
        of(PlaneBlock::Azure, azure),
        of(PlaneBlock::PowerPlatform, power_platform),
    ) {
        (Ok(azure), Ok(power_platform)) => Ok((azure, power_platform)),
        (Err(azure), Err(power_platform)) if azure == power_platform => {
            Err(azure.diagnostic(None).into())
        }
        (azure, power_platform) => {
            let both = [
                (PlaneBlock::Azure, azure.err()),
                (PlaneBlock::PowerPlatform, power_platform.err()),
            ];
            Err(both
                .into_iter()
                .filter_map(|(block, problem)| Some(problem?.diagnostic(Some(block))))
                .collect())
        }
    }
}

/// What the blocks alone tell: methods that exclude each other.
pub(crate) fn validate(
    provider: &CredentialArguments,
    azure: Option<&CredentialArguments>,
    power_platform: Option<&CredentialArguments>,
    diagnostics: &mut Diagnostics,
) {
    let blocks = [
        (None, Some(provider)),
        (Some(PlaneBlock::Azure), azure),
        (Some(PlaneBlock::PowerPlatform), power_platform),
    ];
    for (block, arguments) in blocks {
        let Some(arguments) = arguments else { continue };
        let own = block.map(|_| arguments);
        let none = CredentialArguments::default();
        let outer = if block.is_none() { arguments } else { &none };
        let places = Places::new(block.unwrap_or(PlaneBlock::Azure), own, outer, &|_| None);
        if let Err(problem) = choose::method(&places, block, None)
            && problem.is_ambiguous()
        {
            diagnostics.push(problem.diagnostic(None));
        }
    }
}

/// Why there are no usable credentials.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Problem {
    summary: &'static str,
    /// The block and the argument to look at.
    place: (Option<&'static str>, &'static str),
    detail: String,
}

impl Problem {
    fn new(
        summary: &'static str,
        place: (Option<&'static str>, &'static str),
        detail: String,
    ) -> Self {
        Self {
            summary,
            place,
            detail,
        }
    }

    fn is_ambiguous(&self) -> bool {
        self.summary == choose::AMBIGUOUS
    }

    fn diagnostic(self, plane: Option<PlaneBlock>) -> Diagnostic {
        let (block, argument) = self.place;
        let detail = match plane {
            Some(plane) => format!("For {}: {}", plane.service(), self.detail),
            None => self.detail,
        };
        Diagnostic::error(self.summary, detail).at(places::path(block, argument))
    }
}
