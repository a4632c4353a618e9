//! Enterprise policies (API facts 2).

use ppcmk_coverage::{PolicyId, ResourceGroupName, SubscriptionId};
use reqwest::Method;
use serde_json::json;

use super::{ArmClient, POLL, PROVIDER_VERSION};
use crate::client::error::{BodyProblem, ClientError};
use crate::client::http::{Request, Response};
use crate::client::model::{EnterprisePolicy, PolicySpec, ProviderRegistration, Tags};
use crate::client::service_error::ServiceError;
use crate::client::time::Call;
use crate::client::wire::policy::{PolicyDto, RegistrationDto};

/// How often an accepted policy is looked for; together about five minutes.
const MOST_LOOKS: u32 = 60;

/// The policies that Resource Manager shows.
#[derive(Clone, Debug, Default)]
pub struct PolicyList {
    /// Those that could be read.
    pub policies: Vec<EnterprisePolicy>,
    /// How many entries could not.
    pub unreadable: usize,
}

/// What a delete found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deleted {
    /// It was there and is gone.
    Removed,
    /// It was not there.
    WasAbsent,
}

impl ArmClient {
    /// Whether `Microsoft.PowerPlatform` may be used in a subscription.
    pub async fn registration(
        &self,
        call: &Call,
        subscription: &SubscriptionId,
    ) -> Result<ProviderRegistration, ClientError> {
        let id = format!("/subscriptions/{subscription}/providers/Microsoft.PowerPlatform");
        let request = self.request(Method::GET, &id, PROVIDER_VERSION);
        let response = self.plane.send(call, &request).await?;
        Ok(self
            .plane
            .decode::<RegistrationDto>(&request, &response)?
            .into())
    }

    /// A policy; `None` when Resource Manager says that it, or its resource group, is gone.
    pub async fn policy(
        &self,
        call: &Call,
        id: &PolicyId,
    ) -> Result<Option<EnterprisePolicy>, ClientError> {
        let make = |version| self.request(Method::GET, id.as_str(), version);
        match self.send_policy(call, make).await {
            Ok((request, response)) => self.read_policy(&request, &response).map(Some),
            Err(error) if error.service().is_some_and(ServiceError::says_gone) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Creates a policy, or replaces it. Repeating it changes nothing, unless environments are
    /// linked: then the service refuses even an identical one with
    /// `EnterprisePolicyUpdateNotAllowed` (API facts 2.6).
    pub async fn put_policy(
        &self,
        call: &Call,
        id: &PolicyId,
        spec: &PolicySpec,
    ) -> Result<EnterprisePolicy, ClientError> {
        let body = spec.body();
        let make = |version| self.request(Method::PUT, id.as_str(), version).json(&body);
        self.change_policy(call, id, make).await
    }

    /// Replaces a policy's tags, which the service refuses too while environments are linked.
    pub async fn tag_policy(
        &self,
        call: &Call,
        id: &PolicyId,
        tags: &Tags,
    ) -> Result<EnterprisePolicy, ClientError> {
        let body = json!({ "tags": tags });
        let make = |version| {
            self.request(Method::PATCH, id.as_str(), version)
                .json(&body)
        };
        self.change_policy(call, id, make).await
    }

    async fn change_policy(
        &self,
        call: &Call,
        id: &PolicyId,
        make: impl Fn(&'static str) -> Request,
    ) -> Result<EnterprisePolicy, ClientError> {
        let (request, response) = self.send_policy(call, make).await?;
        if response.status == 202 {
            self.settle(call, &request, response).await?;
        } else if !response.is_blank() {
            return self.read_policy(&request, &response);
        }
        let request = self.request(Method::GET, id.as_str(), self.policy_version());
        // A 202 without an address to ask, or an answer without a body, leaves nothing but looking
        // for the policy itself.
        for _ in 1..MOST_LOOKS {
            match self.plane.send(call, &request).await {
                Ok(response) => return self.read_policy(&request, &response),
                Err(error) if error.service().is_some_and(ServiceError::says_gone) => {
                    if call.sleep(POLL).await.is_err() {
                        return Err(error);
                    }
                }
                Err(error) => return Err(error),
            }
        }
        let response = self.plane.send(call, &request).await?;
        self.read_policy(&request, &response)
    }

    /// Deletes a policy. While environments are linked the service refuses with
    /// `EnterprisePolicyDeleteNotAllowed`.
    pub async fn delete_policy(&self, call: &Call, id: &PolicyId) -> Result<Deleted, ClientError> {
        let make = |version| self.request(Method::DELETE, id.as_str(), version);
        match self.send_policy(call, make).await {
            Ok((_, response)) if response.status == 204 => Ok(Deleted::WasAbsent),
            Ok((request, response)) => {
                match self.settle(call, &request, response).await {
                    // The operation's own URL may vanish together with the policy.
                    Err(error) if error.service().is_some_and(ServiceError::says_gone) => (),
                    settled => drop(settled?),
                }
                Ok(Deleted::Removed)
            }
            Err(error) if error.service().is_some_and(ServiceError::says_gone) => {
                Ok(Deleted::WasAbsent)
            }
            Err(error) => Err(error),
        }
    }

    /// All policies of a subscription, of every kind.
    pub async fn policies_in_subscription(
        &self,
        call: &Call,
        subscription: &SubscriptionId,
    ) -> Result<PolicyList, ClientError> {
        self.policies_below(call, &format!("/subscriptions/{subscription}"))
            .await
    }

    /// All policies of a resource group, of every kind.
    pub async fn policies_in_group(
        &self,
        call: &Call,
        subscription: &SubscriptionId,
        group: &ResourceGroupName,
    ) -> Result<PolicyList, ClientError> {
        let scope = format!("/subscriptions/{subscription}/resourceGroups/{group}");
        self.policies_below(call, &scope).await
    }

    async fn policies_below(&self, call: &Call, scope: &str) -> Result<PolicyList, ClientError> {
        let id = format!("{scope}/providers/Microsoft.PowerPlatform/enterprisePolicies");
        let make = |version| self.request(Method::GET, &id, version);
        let first = self.send_policy(call, make).await?;
        let dtos: Vec<PolicyDto> = self.pages(call, first).await?;
        let mut list = PolicyList::default();
        for dto in dtos {
            match EnterprisePolicy::try_from(dto) {
                Ok(policy) => list.policies.push(policy),
                // One policy with a strange id does not hide the others.
                Err(error) => {
                    tracing::warn!(%error, "a policy is left out");
                    list.unreadable += 1;
                }
            }
        }
        Ok(list)
    }

    fn read_policy(
        &self,
        request: &Request,
        response: &Response,
    ) -> Result<EnterprisePolicy, ClientError> {
        let dto: PolicyDto = self.plane.decode(request, response)?;
        dto.try_into().map_err(|error: ppcmk_coverage::ParseError| {
            self.plane
                .unreadable(request, response, BodyProblem::Shape(error.to_string()))
        })
    }
}
