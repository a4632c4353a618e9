//! Reading environments (API facts 4.1).

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ppcmk_coverage::{EnvironmentId, ParseError};
use reqwest::Method;
use serde::de::IgnoredAny;

use super::BapClient;
use crate::client::elements::Elements;
use crate::client::error::{BodyProblem, ClientError};
use crate::client::model::Environment;
use crate::client::service_error::ServiceError;
use crate::client::time::Call;
use crate::client::wire::Page;
use crate::client::wire::environment::EnvironmentDto;

const VERSION: &str = "2023-06-01";
const MOST_PAGES: usize = 10_000;

/// The environments that the service shows.
#[derive(Clone, Debug, Default)]
pub struct EnvironmentList {
    /// Those that could be read.
    pub environments: Vec<Arc<Environment>>,
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
    /// Captures show one answer for all; pages are followed where the service makes them, one after
    /// the other, since only a page names the next (API facts 4.1, an assumption).
    pub async fn environments(&self, call: &Call) -> Result<EnvironmentList, ClientError> {
        let query = [("api-version", VERSION)];
        let mut request = self.request(Method::GET, "/scopes/admin/environments", &query);
        let mut list = EnvironmentList::default();
        let mut pages = HashSet::new();
        loop {
            let elements = Arc::new(Collected::default());
            request.elements = Some(elements.clone());
            let response = self.plane.send(call, &request).await?;
            let unreadable = |problem| self.plane.unreadable(&request, &response, problem);
            if !pages.insert(request.url.clone()) || pages.len() > MOST_PAGES {
                // What was read so far would pass for the whole list.
                return Err(unreadable(BodyProblem::endless()));
            }
            let page: Page<IgnoredAny> = self.plane.decode(&request, &response)?;
            elements.move_to(&mut list).map_err(unreadable)?;
            let Some(link) = page.next_link else {
                return Ok(list);
            };
            let url = request.url.join(&link).map_err(|error| {
                unreadable(BodyProblem::Shape(format!(
                    "`nextLink` is not a URL: {error}"
                )))
            })?;
            request = self.plane.request_to(Method::GET, url);
        }
    }
}

/// The elements of one page, each turned into its few fields at once. One that cannot be read is
/// left out, because one strange environment must not hide the others; one that is no JSON makes
/// the page none.
#[derive(Debug, Default)]
struct Collected(Mutex<Found>);

#[derive(Debug, Default)]
struct Found {
    list: EnvironmentList,
    problem: Option<BodyProblem>,
}

impl Collected {
    fn found(&self) -> MutexGuard<'_, Found> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn move_to(&self, list: &mut EnvironmentList) -> Result<(), BodyProblem> {
        let found = std::mem::take(&mut *self.found());
        list.environments.extend(found.list.environments);
        list.unreadable += found.list.unreadable;
        found.problem.map_or(Ok(()), Err)
    }
}

impl Elements for Collected {
    fn begin(&self) {
        *self.found() = Found::default();
    }

    fn element(&self, text: &[u8]) {
        let read = serde_json::from_slice::<EnvironmentDto>(text);
        let mut found = self.found();
        let why = match read.map(Environment::try_from) {
            Ok(Ok(environment)) => return found.list.environments.push(Arc::new(environment)),
            Ok(Err(error)) => error.to_string(),
            Err(error) if error.is_data() => error.to_string(),
            Err(_) => {
                found.problem = Some(BodyProblem::NotJson);
                return;
            }
        };
        tracing::warn!(error = why, "an environment of the list is left out");
        found.list.unreadable += 1;
    }
}
