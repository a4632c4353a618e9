//! Lifecycle Services: metadata of finance and operations environments.
//!
//! The documented example [D] for any project, six calls per minute; a seventh is answered 429.

use std::time::Duration;

use crate::http::{Reply, Request};
use crate::world::World;

const METADATA: &str =
    include_str!("../payloads/finops-lcs-environment-metadata-response-200.json");

pub(crate) fn answer(world: &mut World, request: &Request) -> Reply {
    if request.method != "GET" {
        return Reply::method_not_allowed(request);
    }
    if !world.admit("lcs", 6, Duration::from_secs(60)) {
        return Reply::error(
            429,
            "TooManyRequests",
            "Rate limit is exceeded. Try again later.",
        )
        .with_header("retry-after", "60");
    }
    Reply::text(200, "application/json; charset=utf-8", METADATA.into())
}
