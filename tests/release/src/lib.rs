//! Lays out a release as the Terraform registry demands it: an archive per program and platform,
//! their checksums, and the registry's manifest.
//!
//! One machine builds for its own platform (`cargo dist-release`). A forge builds each platform on a
//! machine of its own, gathers the archives in one directory, and has them checked and summed there
//! (`cargo dist-release --collect`). Both go through the same tables: [`PROGRAMS`] and [`TARGETS`].
//!
//! Two runs over the same files give the same bytes: archives know neither the time nor the user.
//! What is left out: signing, publishing and bills of material, which need a forge's secrets and
//! services (`.github/workflows/release.yml`).

#![warn(missing_docs)]

mod archive;
pub mod arguments;
mod cargo;
mod collect;
mod error;
mod layout;
mod manifest;
mod program;
mod sums;
mod target;

pub use cargo::host;
pub use collect::collect;
pub use error::ReleaseError;
pub use layout::{Layout, lay_out};
pub use program::{Naming, PROGRAMS, Program};
pub use target::{TARGETS, Target};
