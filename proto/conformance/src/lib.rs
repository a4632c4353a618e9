//! Takes Terraform's side of the plugin protocol.
//!
//! [`Plugin`] starts a provider's binary exactly as Terraform does: cookie, protocol versions, a
//! P-521 client certificate, mutual TLS to what the handshake line says. On top of it a test can
//! make every call, also those that Terraform never makes, and watch what becomes of the process.
//!
//! The crate shares the generated messages with the SDK and none of its host code, so that one
//! mistake cannot hide on both sides.

#![warn(missing_docs)]

mod certificate;
mod connect;
mod handshake;
mod identity;
mod output;
mod plugin;
pub mod suite;

pub use self::{
    connect::Connector,
    handshake::{Address, Handshake, HandshakeError},
    identity::Identity,
    output::Output,
    plugin::{Plugin, PluginCommand, StartError},
};
