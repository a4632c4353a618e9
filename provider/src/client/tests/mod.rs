//! The client against scripted answers, and its network layer against a real TLS server.
//!
//! Scripted tests run on tokio's paused clock: no test sleeps.

mod clouds;
mod directory;
mod emulator;
mod links;
mod network;
mod payloads;
mod resource_manager;
mod retries;
mod support;
mod tokens;
