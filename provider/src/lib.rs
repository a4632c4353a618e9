//! Terraform provider for customer-managed keys of Power Platform and Dynamics 365.
//!
//! Invariants:
//! - Only [`client`] knows HTTP and JSON; resources speak in the types of `ppcmk-coverage`.
//! - Nothing is sent before an operation needs it: `terraform validate` never touches the network.
//! - A link is posted once. What nobody knows is settled by reading.
//! - Nothing is reported as done that was not read back.

mod checks;
pub mod client;
mod config;
mod credentials;
mod data_sources;
mod estate;
mod explain;
mod functions;
mod journal;
mod planned;
mod provider;
mod resources;
mod services;

pub use crate::config::{Config, Endpoints};
pub use crate::credentials::{ClientSecretSource, CredentialArguments};
pub use crate::provider::PpcmkProvider;
pub use crate::services::Services;
