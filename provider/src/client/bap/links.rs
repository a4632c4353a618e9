//! Linking and unlinking (API facts 4.4).
//!
//! Sent once. A second POST for a link that the service is already making could be taken for a
//! swap or start a second outage, so an outcome that nobody knows is settled by reading the
//! environment, never here.

use std::time::Duration;

use ppcmk_coverage::{EnvironmentId, SystemId};
use reqwest::{Method, Url};
use serde_json::json;

use super::{BapClient, OperationUrl};
use crate::client::error::ClientError;
use crate::client::http::Response;
use crate::client::plane::Once;
use crate::client::service_error::{ResponseIds, ServiceError};
use crate::client::time::Call;

const VERSION: &str = "2019-10-01";

/// How asking for a link or its removal ended.
#[derive(Debug)]
pub enum LinkOutcome {
    /// The service took it (any 2xx). From here on a failure is the operation's, not the call's.
    Accepted(Accepted),
    /// The service certainly did not execute it: a 4xx, a host that was not reached, no token. A
    /// 404 may be a policy that the service does not see yet, or an environment that is not
    /// managed (API facts 4.9).
    Refused(ClientError),
    /// 409: another operation is active on the environment. It may be ours, from a POST whose
    /// answer was lost.
    Conflict(ServiceError),
    /// Nobody knows: a timeout, a reset, a 5xx, a 408, a stop while it was on its way.
    Ambiguous(ClientError),
}

/// What the service said when it took a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// The operation to poll, if the service named one.
    pub operation: Option<OperationUrl>,
    /// How long to wait before the first poll.
    pub retry_after: Option<Duration>,
    /// The id for Microsoft's support.
    pub correlation_id: Option<String>,
}

impl BapClient {
    /// Links a policy to an environment, or swaps it for the one that is linked.
    pub async fn link(
        &self,
        call: &Call,
        environment: &EnvironmentId,
        policy: &SystemId,
    ) -> LinkOutcome {
        self.post(call, environment, policy, "link").await
    }

    /// Takes an environment off the policy that is linked now, which must be named.
    pub async fn unlink(
        &self,
        call: &Call,
        environment: &EnvironmentId,
        policy: &SystemId,
    ) -> LinkOutcome {
        self.post(call, environment, policy, "unlink").await
    }

    async fn post(
        &self,
        call: &Call,
        environment: &EnvironmentId,
        policy: &SystemId,
        verb: &str,
    ) -> LinkOutcome {
        // Not under `scopes/admin`: that route answers 404.
        let path = format!("/environments/{environment}/enterprisePolicies/Encryption/{verb}");
        let request = self
            .request(Method::POST, &path, &[("api-version", VERSION)])
            .json(&json!({ "SystemId": policy.as_str() }));
        match self.plane.send_once(call, &request).await {
            Once::Accepted(response) => {
                LinkOutcome::Accepted(self.accepted(&request.url, &response))
            }
            Once::Refused(error) => LinkOutcome::Refused(error),
            Once::Conflict(error) => LinkOutcome::Conflict(error),
            Once::Ambiguous(error) => LinkOutcome::Ambiguous(error),
        }
    }

    /// Either header may be missing. One that names a foreign host is kept only when the other
    /// does too: polling it then says which host it was.
    fn accepted(&self, base: &Url, response: &Response) -> Accepted {
        let urls: Vec<Url> = ["location", "operation-location"]
            .into_iter()
            .filter_map(|name| base.join(response.header(name)?).ok())
            .collect();
        let trusted = urls
            .iter()
            .find(|url| self.plane.trusts(url))
            .or_else(|| urls.first());
        Accepted {
            operation: trusted.cloned().map(OperationUrl::from),
            retry_after: response.retry_after,
            correlation_id: ResponseIds::of(&response.headers).correlation_id,
        }
    }
}
