//! The services, as the rest of the provider sees them.
//!
//! Only this module knows HTTP and JSON. What comes out are domain types and errors with one
//! variant per cause. Every call takes a [`Call`]: a deadline and a stop token that end every
//! wait inside.
//!
//! - Requests that may be repeated are, within bounds; a link is posted once and its outcome has
//!   four names ([`LinkOutcome`]).
//! - A bearer token goes to hosts of the configured cloud and nowhere else (module `origin`).
//! - Nothing happens before the first request: no certificate is read, no token is fetched.

mod allowed;
mod arm;
mod bap;
mod caller;
mod cloud;
mod credential_error;
mod elements;
mod entra;
mod error;
mod federation;
mod http;
mod metadata;
mod model;
mod origin;
mod pace;
mod pinned;
mod plane;
mod redact;
mod retry;
mod secret;
mod service_error;
mod time;
mod token;
mod transport;
mod wire;

#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;

pub use allowed::{Allowed, NotAllowed};
pub use arm::{AccessPolicyChange, ArmClient, Deleted, PolicyList, RoleAssigned};
pub use bap::{
    Accepted, BapClient, EnvironmentDirectory, EnvironmentList, LinkOutcome, OperationUrl, Poll,
    Snapshot,
};
pub use caller::Caller;
pub use cloud::{Cloud, CloudError, CloudName, CustomEndpoints, Endpoint};
pub use credential_error::{CredentialError, CredentialProblem, Refusal};
pub use entra::{CredentialTransport, GivenCredential};
pub use error::{BodyProblem, Cause, ClientError, Plane};
pub use federation::IssuerRequest;
pub use http::HttpOptions;
pub use metadata::METADATA_SERVICE;
pub use model::{
    AccessPolicy, EnterprisePolicy, Environment, FinanceAndOperations, KEY_ENCRYPTION_ROLE, Key,
    KeyPermission, LifecycleOperations, LifecycleRule, NetworkRules, Operation, OperationStage,
    OperationState, OperationType, PolicyLink, PolicySpec, ProviderRegistration, RegistrationState,
    Requester, RoleAssignment, Tags, Vault, newest_active, newest_of_key, role_assignment_name,
};
pub use origin::{ForeignHost, Origin};
pub use secret::Secret;
pub use service_error::ServiceError;
pub use time::{Call, Ended};
pub use token::CredentialSource;

use std::sync::Arc;

use http::Http;
use plane::PlaneClient;
use token::Tokens;

/// What a client is made of.
#[derive(Clone, Debug)]
pub struct ClientConfig {
    /// Where everything is.
    pub cloud: Cloud,
    /// How to talk.
    pub http: HttpOptions,
    /// Who we are for Resource Manager.
    pub azure: Arc<dyn CredentialSource>,
    /// Who we are for the Power Platform; often the same source.
    pub power_platform: Arc<dyn CredentialSource>,
    /// What may be touched.
    pub allowed: Allowed,
}

/// All services behind one connection pool. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Client {
    arm: Arc<ArmClient>,
    bap: Arc<BapClient>,
    environments: Arc<EnvironmentDirectory>,
    cloud: Cloud,
}

impl Client {
    /// Puts a client together. Nothing is sent; only a bad CA file is an error.
    pub fn new(config: ClientConfig) -> Result<Self, ClientError> {
        let http = Http::new(&config.http)?;
        Self::over(&http, config)
    }

    fn over(http: &Http, config: ClientConfig) -> Result<Self, ClientError> {
        let ClientConfig {
            cloud,
            azure,
            power_platform,
            allowed,
            ..
        } = config;
        let allowed = Arc::new(allowed);
        let transport = CredentialTransport::new(http.clone(), cloud.authority().clone());
        let tokens = |source| Arc::new(Tokens::new(source, transport.clone(), http.clock()));
        let arm = PlaneClient::new(
            Plane::ResourceManager,
            http.clone(),
            tokens(azure),
            cloud.resource_manager().clone(),
            allowed.clone(),
        )?;
        let bap = PlaneClient::new(
            Plane::PowerPlatform,
            http.clone(),
            tokens(power_platform),
            cloud.bap().clone(),
            allowed,
        )?;
        let bap = Arc::new(BapClient::new(bap));
        Ok(Self {
            arm: Arc::new(ArmClient::new(arm)),
            environments: Arc::new(EnvironmentDirectory::new(bap.clone())),
            bap,
            cloud,
        })
    }

    /// What credentials of a test send their requests with.
    #[cfg(test)]
    pub(crate) fn transport(
        cloud: &Cloud,
        options: &HttpOptions,
    ) -> Result<CredentialTransport, ClientError> {
        let http = Http::new(options)?;
        Ok(CredentialTransport::new(http, cloud.authority().clone()))
    }

    /// Azure Resource Manager.
    pub fn arm(&self) -> &ArmClient {
        &self.arm
    }

    /// The Power Platform admin API.
    pub fn bap(&self) -> &BapClient {
        &self.bap
    }

    /// Environments for refreshes: shared and at most a minute old.
    pub fn environments(&self) -> &EnvironmentDirectory {
        &self.environments
    }

    /// The cloud.
    pub fn cloud(&self) -> &Cloud {
        &self.cloud
    }
}
