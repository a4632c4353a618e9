//! Lifecycle operations (API facts 4.5).

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use ppcmk_coverage::EnvironmentId;
use reqwest::{Method, Url};

use super::BapClient;
use crate::client::error::{BodyProblem, ClientError};
use crate::client::model::Operation;
use crate::client::service_error::ServiceError;
use crate::client::time::Call;
use crate::client::wire::Page;
use crate::client::wire::operation::OperationDto;

const VERSION: &str = "2023-06-01";
const LIST_VERSION: &str = "2024-05-01";

/// Where an operation is polled: the service's URL, verbatim. It may be stored and read back; a
/// token is sent to it only if its host belongs to the cloud.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OperationUrl(Url);

impl OperationUrl {
    /// The URL as text, for storing.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl From<Url> for OperationUrl {
    fn from(url: Url) -> Self {
        Self(url)
    }
}

impl FromStr for OperationUrl {
    type Err = url::ParseError;

    fn from_str(text: &str) -> Result<Self, url::ParseError> {
        Url::parse(text).map(Self)
    }
}

impl fmt::Display for OperationUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&crate::client::redact::url(&self.0))
    }
}

/// What a poll of an operation tells.
#[derive(Clone, Debug)]
pub enum Poll {
    /// The operation as it is now.
    Is {
        /// The operation.
        operation: Operation,
        /// How long to wait before the next poll.
        retry_after: Option<Duration>,
    },
    /// It runs, and the service says no more: a 202 without a body, or a 409.
    Working {
        /// How long to wait before the next poll.
        retry_after: Option<Duration>,
    },
    /// 404. That is neither success nor failure: the environment decides.
    Gone(ServiceError),
}

impl BapClient {
    /// Polls an operation once.
    pub async fn operation(&self, call: &Call, url: &OperationUrl) -> Result<Poll, ClientError> {
        let request = self.plane.request_to(Method::GET, url.0.clone());
        let response = match self.plane.send(call, &request).await {
            Ok(response) => response,
            Err(error) => {
                return match error.service() {
                    Some(service) if service.status == 404 => Ok(Poll::Gone(service.clone())),
                    Some(service) if service.status == 409 => Ok(Poll::Working {
                        retry_after: service.retry_after,
                    }),
                    _ => Err(error),
                };
            }
        };
        let retry_after = response.retry_after;
        if response.status == 202 && response.is_blank() {
            return Ok(Poll::Working { retry_after });
        }
        let dto: OperationDto = self.plane.decode(&request, &response)?;
        match Operation::try_from(dto) {
            Ok(operation) => Ok(Poll::Is {
                operation,
                retry_after,
            }),
            Err(_) if response.status == 202 => Ok(Poll::Working { retry_after }),
            Err(error) => {
                let problem = BodyProblem::Shape(error.to_string());
                Err(self.plane.unreadable(&request, &response, problem))
            }
        }
    }

    /// Where an operation of the list is polled.
    pub fn operation_url(&self, operation: &Operation) -> OperationUrl {
        let path = format!("/lifecycleOperations/{}", operation.id);
        OperationUrl(
            self.request(Method::GET, &path, &[("api-version", VERSION)])
                .url,
        )
    }

    /// The operations of an environment, newest first. It is how an operation is found again
    /// after a crash, and the one behind a 409.
    pub async fn operations(
        &self,
        call: &Call,
        environment: &EnvironmentId,
    ) -> Result<Vec<Operation>, ClientError> {
        let filter = format!("environment eq '{environment}'");
        let query = [("api-version", LIST_VERSION), ("$filter", filter.as_str())];
        let request = self.request(Method::GET, "/lifecycleOperations", &query);
        let response = self.plane.send(call, &request).await?;
        // Newest first, so the first page is enough: what still runs is on it.
        let page: Page<OperationDto> = self.plane.decode(&request, &response)?;
        let mut operations: Vec<Operation> = page
            .value
            .into_iter()
            .filter_map(|dto| dto.try_into().ok())
            .collect();
        // The order is a field report; dates decide where they are known.
        operations.sort_by(|one, other| match (one.created, other.created) {
            (Some(one), Some(other)) => other.cmp(&one),
            _ => std::cmp::Ordering::Equal,
        });
        Ok(operations)
    }
}
