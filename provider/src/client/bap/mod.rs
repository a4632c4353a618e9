//! The Power Platform admin API: environments, links, lifecycle operations.
//!
//! Undocumented but for the list of environments; what is known comes from two Microsoft clients
//! and captures (API facts 4).

mod directory;
mod environments;
mod links;
mod operations;

pub use directory::{EnvironmentDirectory, Snapshot};
pub use environments::EnvironmentList;
pub use links::{Accepted, LinkOutcome};
pub use operations::{OperationUrl, Poll};

use reqwest::Method;

use super::caller::Caller;
use super::http::Request;
use super::plane::PlaneClient;
use super::time::Call;

const BASE: &str = "/providers/Microsoft.BusinessAppPlatform";

/// Speaks to the Power Platform admin API.
#[derive(Debug)]
pub struct BapClient {
    plane: PlaneClient,
}

impl BapClient {
    pub(crate) fn new(plane: PlaneClient) -> Self {
        Self { plane }
    }

    /// Who we are, as far as our token for this service tells.
    pub async fn caller(&self, call: &Call) -> Caller {
        self.plane.caller(call).await
    }

    fn request(&self, method: Method, path: &str, query: &[(&str, &str)]) -> Request {
        self.plane.request(method, &format!("{BASE}{path}"), query)
    }
}
