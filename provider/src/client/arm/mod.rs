//! Azure Resource Manager: policies, vaults, keys, grants.

mod access_policies;
mod policies;
mod roles;
mod vaults;

pub use access_policies::AccessPolicyChange;
pub use policies::{Deleted, PolicyList};
pub use roles::RoleAssigned;

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use reqwest::{Method, Url};
use serde::de::DeserializeOwned;

use super::error::{BodyProblem, ClientError};
use super::http::{Request, Response};
use super::plane::PlaneClient;
use super::redact;
use super::service_error::{ResponseIds, ServiceError};
use super::time::Call;
use super::wire::Page;

/// The only published version of enterprise policies, and the one that documentation uses; the
/// second is tried when the first is not registered (API facts 0.2).
const POLICY_VERSIONS: [&str; 2] = ["2020-10-30-preview", "2020-10-30"];
const KEY_VAULT_VERSION: &str = "2023-07-01";
const ROLE_VERSION: &str = "2022-04-01";
const PROVIDER_VERSION: &str = "2021-04-01";

/// The wait between polls when the service asks for none.
const POLL: Duration = Duration::from_secs(5);
/// However long the service asks to wait, it is asked again after this.
const LONGEST_POLL: Duration = Duration::from_secs(5 * 60);
/// A list that goes on longer than this goes in circles.
const MOST_PAGES: usize = 10_000;

/// Speaks to Azure Resource Manager.
#[derive(Debug)]
pub struct ArmClient {
    plane: PlaneClient,
    uses_second_version: AtomicBool,
}

impl ArmClient {
    pub(crate) fn new(plane: PlaneClient) -> Self {
        Self {
            plane,
            uses_second_version: AtomicBool::new(false),
        }
    }

    fn request(&self, method: Method, id: &str, version: &str) -> Request {
        self.plane.request(method, id, &[("api-version", version)])
    }

    /// The version of enterprise policies that this cloud knows, as far as we have learned.
    fn policy_version(&self) -> &'static str {
        POLICY_VERSIONS[usize::from(self.uses_second_version.load(Ordering::Relaxed))]
    }

    /// Sends a request about policies, once more with the other version if this one is unknown.
    async fn send_policy(
        &self,
        call: &Call,
        make: impl Fn(&'static str) -> Request,
    ) -> Result<(Request, Response), ClientError> {
        let version = self.policy_version();
        let request = make(version);
        let error = match self.plane.send(call, &request).await {
            Ok(response) => return Ok((request, response)),
            Err(error) => error,
        };
        if version != POLICY_VERSIONS[0] || !is_unknown_version(&error) {
            return Err(error);
        }
        let request = make(POLICY_VERSIONS[1]);
        match self.plane.send(call, &request).await {
            Ok(response) => {
                self.uses_second_version.store(true, Ordering::Relaxed);
                Ok((request, response))
            }
            // The first answer lists what the cloud knows, so it is the better one to show.
            Err(second) if is_unknown_version(&second) => Err(error),
            Err(second) => {
                self.uses_second_version.store(true, Ordering::Relaxed);
                Err(second)
            }
        }
    }

    /// Collects all pages, following `nextLink` as it stands.
    async fn pages<T: DeserializeOwned>(
        &self,
        call: &Call,
        first: (Request, Response),
    ) -> Result<Vec<T>, ClientError> {
        let (mut request, mut response) = first;
        let mut items = Vec::new();
        let mut pages = HashSet::new();
        while pages.insert(request.url.clone()) && pages.len() <= MOST_PAGES {
            let page: Page<T> = self.plane.decode(&request, &response)?;
            items.extend(page.value);
            let Some(link) = page.next_link else {
                return Ok(items);
            };
            request = self.next_page(&request, &response, &link)?;
            response = self.plane.send(call, &request).await?;
        }
        Err(self
            .plane
            .unreadable(&request, &response, BodyProblem::endless()))
    }

    fn next_page(
        &self,
        request: &Request,
        response: &Response,
        link: &str,
    ) -> Result<Request, ClientError> {
        let url = request.url.join(link).map_err(|error| {
            let problem = BodyProblem::Shape(format!("`nextLink` is not a URL: {error}"));
            self.plane.unreadable(request, response, problem)
        })?;
        Ok(self.plane.request_to(Method::GET, url))
    }

    /// Waits until a request that was answered with 202 is done, the generic way: the URL in
    /// `Azure-AsyncOperation` tells a status, the one in `Location` answers 202 until the end.
    /// Policies are declared synchronous (API facts 2.3), so this is for the day they are not.
    async fn settle(
        &self,
        call: &Call,
        request: &Request,
        response: Response,
    ) -> Result<Response, ClientError> {
        let mut wait = response.retry_after.unwrap_or(POLL).min(LONGEST_POLL);
        let url = |name: &str| {
            response
                .header(name)
                .and_then(|url| request.url.join(url).ok())
        };
        let (url, has_status) = match (url("Azure-AsyncOperation"), url("Location")) {
            _ if response.status != 202 => return Ok(response),
            (Some(url), _) => (url, true),
            (None, Some(url)) => (url, false),
            (None, None) => return Ok(response),
        };
        let poll = self.plane.request_to(Method::GET, url);
        loop {
            let plane = request.plane;
            call.sleep(wait)
                .await
                .map_err(|ended| ClientError::Ended { ended, plane })?;
            let answer = self.plane.send(call, &poll).await?;
            wait = answer.retry_after.unwrap_or(POLL).min(LONGEST_POLL);
            if !has_status {
                if answer.status != 202 {
                    return Ok(answer);
                }
                continue;
            }
            if answer.status == 202 && answer.body.iter().all(u8::is_ascii_whitespace) {
                continue;
            }
            let status: AsyncStatus = self.plane.decode(&poll, &answer)?;
            match status.status.to_ascii_lowercase().as_str() {
                "succeeded" => return Ok(answer),
                "failed" | "canceled" => {
                    return Err(failed_operation(&poll, &answer, status).into());
                }
                _ => (),
            }
        }
    }

    /// A URL of this cloud's Resource Manager, for messages and tests.
    pub fn url_of(&self, id: &str) -> Url {
        self.plane.request(Method::GET, id, &[]).url
    }
}

/// Whether the cloud does not know the API version (API facts 2.6).
fn is_unknown_version(error: &ClientError) -> bool {
    ["NoRegisteredProviderFound", "InvalidApiVersionParameter"]
        .into_iter()
        .any(|code| error.has_code(code))
}

/// The error inside an operation that answers 200 and says that it failed.
fn failed_operation(poll: &Request, answer: &Response, status: AsyncStatus) -> ServiceError {
    let ids = ResponseIds::of(&answer.headers);
    let message = status
        .error
        .message
        .unwrap_or_else(|| "no explanation".to_owned());
    ServiceError {
        plane: poll.plane,
        method: poll.method.to_string(),
        url: redact::url(&poll.url),
        status: answer.status,
        code: Some(status.error.code.unwrap_or(status.status)),
        inner_code: None,
        message: redact::text(&message),
        is_structured: true,
        is_empty: false,
        correlation_id: ids.correlation_id,
        request_id: ids.request_id,
        client_request_id: None,
        retry_after: None,
    }
}

super::wire::wire! {
    AsyncStatus {
        status: String = "status",
        error: AsyncError = "error",
    }
}

super::wire::wire! {
    AsyncError {
        code: Option<String> = "code",
        message: Option<String> = "message",
    }
}
