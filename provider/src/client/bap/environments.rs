//! Reading environments (API facts 4.1).

use std::collections::HashSet;

use ppcmk_coverage::{EnvironmentId, ParseError};
use reqwest::Method;
use serde::Deserialize;
use serde::de::Deserializer;
use serde_json::value::RawValue;

use super::BapClient;
use crate::client::error::{BodyProblem, ClientError};
use crate::client::model::Environment;
use crate::client::service_error::ServiceError;
use crate::client::time::Call;
use crate::client::wire::Page;
use crate::client::wire::environment::EnvironmentDto;

const VERSION: &str = "2023-06-01";
/// A tenant with 10,000 environments fills about 50 MiB.
const LARGEST_LIST: usize = 512 * 1024 * 1024;
const MOST_PAGES: usize = 10_000;

/// The environments that the service shows.
#[derive(Clone, Debug, Default)]
pub struct EnvironmentList {
    /// Those that could be read.
    pub environments: Vec<Environment>,
    /// How many entries could not.
    pub unreadable: usize,
}

impl BapClient {
    /// An environment, read now. `None` when the service says that it is not there, which it also
    /// says when the caller lacks the administrator role (API facts 4.9).
    pub async fn environment(
        &self,
        call: &Call,
        id: &EnvironmentId,
    ) -> Result<Option<Environment>, ClientError> {
        let path = format!("/scopes/admin/environments/{id}");
        let query = [("api-version", VERSION), ("$expand", "permissions")];
        let request = self.request(Method::GET, &path, &query);
        let response = match self.plane.send(call, &request).await {
            Ok(response) => response,
            Err(error) if error.service().is_some_and(ServiceError::says_gone) => {
                return Ok(None);
            }
            Err(error) => return Err(error),
        };
        let dto: EnvironmentDto = self.plane.decode(&request, &response)?;
        let environment = dto.try_into().map_err(|error: ParseError| {
            self.plane
                .unreadable(&request, &response, BodyProblem::Shape(error.to_string()))
        })?;
        Ok(Some(environment))
    }

    /// All environments of the tenant that the caller may administer, without their permissions.
    pub async fn environments(&self, call: &Call) -> Result<EnvironmentList, ClientError> {
        let query = [("api-version", VERSION)];
        let mut request = self.request(Method::GET, "/scopes/admin/environments", &query);
        let mut list = EnvironmentList::default();
        let mut pages = HashSet::new();
        loop {
            request.largest_body = LARGEST_LIST;
            let response = self.plane.send(call, &request).await?;
            if !pages.insert(request.url.clone()) || pages.len() > MOST_PAGES {
                // What was read so far would pass for the whole list.
                return Err(self
                    .plane
                    .unreadable(&request, &response, BodyProblem::endless()));
            }
            let page: Page<Lenient> = self.plane.decode(&request, &response)?;
            for Lenient(environment) in page.value {
                match environment {
                    Some(environment) => list.environments.push(environment),
                    None => list.unreadable += 1,
                }
            }
            let Some(link) = page.next_link else {
                return Ok(list);
            };
            let url = request.url.join(&link).map_err(|error| {
                let problem = BodyProblem::Shape(format!("`nextLink` is not a URL: {error}"));
                self.plane.unreadable(&request, &response, problem)
            })?;
            request = self.plane.request_to(Method::GET, url);
        }
    }
}

/// One element of the list, turned into its few fields at once. An element that cannot be read is
/// left out, because one strange environment must not hide the others.
struct Lenient(Option<Environment>);

impl<'de> Deserialize<'de> for Lenient {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw: &'de RawValue = Deserialize::deserialize(deserializer)?;
        let environment = serde_json::from_str::<EnvironmentDto>(raw.get())
            .map_err(|error| error.to_string())
            .and_then(|dto| Environment::try_from(dto).map_err(|error| error.to_string()));
        match environment {
            Ok(environment) => Ok(Self(Some(environment))),
            Err(error) => {
                tracing::warn!(error, "an environment of the list is left out");
                Ok(Self(None))
            }
        }
    }
}
