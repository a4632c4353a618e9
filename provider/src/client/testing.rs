//! Collected payloads, for tests outside of the client.

use super::Environment;
use super::plane::decode;
use super::wire::environment::EnvironmentDto;

/// The environment of `bap-environment-get-response-200-{name}.json`.
pub(crate) fn environment(name: &str) -> Environment {
    let path = format!(
        "{}/testdata/bap-environment-get-response-200-{name}.json",
        env!("CARGO_MANIFEST_DIR")
    );
    let body = std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    decode::<EnvironmentDto>(&body).unwrap().try_into().unwrap()
}
