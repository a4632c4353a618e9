//! An SDK for Terraform providers in Rust: plugin protocol 6, typed resources, the plan pipeline.
//!
//! A provider is a type that implements [`Provider`]; its resources implement [`Resource`] over a
//! struct that derives [`Model`]. [`host::main`] turns it into the program that Terraform starts.
//!
//! Invariants:
//! - Nothing in here knows what a provider manages, and nothing but this crate knows the wire.
//! - Standard output belongs to the handshake line.
//! - A problem of a provider is a diagnostic, never a gRPC status: core loses objects on a status.
//! - What an operation put into its [`Sink`] is in the answer, whatever happened afterwards.

#![warn(missing_docs)]

// The derive names this crate by its public name, also in here.
extern crate self as tfplugin;

mod context;
mod data_source;
mod diagnostic;
mod ephemeral;
mod function;
pub mod host;
mod identity;
#[doc(hidden)]
pub mod model;
mod path;
mod plan;
mod private;
mod provider;
mod resource;
pub mod schema;
mod service;
mod sink;
pub mod stop;
pub mod timeouts;
pub mod value;
pub mod wire;

pub use tfplugin_derive::Model;

pub use crate::context::{Cx, Deadline};
pub use crate::data_source::{DataSource, DynDataSource, data_source};
pub use crate::diagnostic::{Diagnostic, Diagnostics, Severity};
pub use crate::ephemeral::{DynEphemeralResource, EphemeralResource, ephemeral_resource};
pub use crate::function::{Function, FunctionError, Parameter, Signature};
pub use crate::identity::{IdentityAttribute, IdentitySchema};
pub use crate::model::{Attr, Field, Model, SetOf};
pub use crate::path::{AttributePath, Step};
pub use crate::private::Private;
pub use crate::provider::{Configure, Configured, Provider};
pub use crate::resource::{
    Change, DynResource, ImportKey, MoveSource, Plan, Resource, ValuePlan, resource,
};
pub use crate::schema::{Attribute, Block, Mode, Nesting, Schema};
pub use crate::service::ProviderService;
#[doc(hidden)]
pub use crate::sink::Kept;
pub use crate::sink::Sink;
pub use crate::value::{Number, Type, Value, ValueError};

/// The examples of the README are compiled.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
