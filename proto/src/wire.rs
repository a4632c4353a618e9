//! The messages and services of Terraform's plugin protocol, as generated from `proto/*.proto`.
//!
//! Nothing here knows what the messages mean. The generated files are checked in; the test
//! `bindings_are_fresh` proves that they belong to the protocol files. The client side is behind
//! the feature `client`, which only tests need.

use std::fmt;

/// Plugin protocol 6 (minor version 6.11), spoken between Terraform and a provider.
#[allow(
    missing_docs,
    unreachable_pub,
    rustdoc::all,
    clippy::all,
    clippy::pedantic
)]
pub mod tfplugin6 {
    include!("generated/tfplugin6.rs");
}

/// The services that go-plugin, the library below Terraform's plugins, expects of every plugin.
#[allow(
    missing_docs,
    unreachable_pub,
    rustdoc::all,
    clippy::all,
    clippy::pedantic
)]
pub mod plugin {
    include!("generated/plugin.rs");
}

/// `google.protobuf.Timestamp`, here because it is the only well-known type with fields that the
/// protocol uses, and a dependency would bring all of them.
#[derive(Clone, Copy, PartialEq, Eq, Hash, prost::Message)]
pub struct Timestamp {
    /// Seconds since the Unix epoch.
    #[prost(int64, tag = "1")]
    pub seconds: i64,
    /// Nanoseconds within the second, never negative.
    #[prost(int32, tag = "2")]
    pub nanos: i32,
}

// Configuration and state contain secrets, and a request is easily printed whole.
impl fmt::Debug for tfplugin6::DynamicValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DynamicValue")
            .field("msgpack", &Length(self.msgpack.len()))
            .field("json", &Length(self.json.len()))
            .finish()
    }
}

impl fmt::Debug for tfplugin6::RawState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RawState")
            .field("json", &Length(self.json.len()))
            .field("flatmap", &format_args!("{} entries", self.flatmap.len()))
            .finish()
    }
}

struct Length(usize);

impl fmt::Debug for Length {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_printed_request_shows_no_values() {
        let request = tfplugin6::configure_provider::Request {
            config: Some(tfplugin6::DynamicValue {
                msgpack: b"hunter2".to_vec(),
                json: Vec::new(),
            }),
            ..Default::default()
        };
        let printed = format!("{request:?}");
        assert!(printed.contains("msgpack: 7 bytes"), "{printed}");
        assert!(!printed.contains("104, 117"), "{printed}");
    }
}
