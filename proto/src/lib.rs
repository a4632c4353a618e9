//! An SDK for Terraform providers in Rust: plugin protocol 6, typed resources, the plan pipeline.

#![warn(missing_docs)]

pub mod host;
pub mod stop;
pub mod wire;
