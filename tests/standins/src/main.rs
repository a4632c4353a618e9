//! `ppcmk-standin`: a Terraform provider that stands in for others, so that tests get the plans
//! that users have, from a real `terraform`.
//!
//! It never touches a cloud. Objects exist in Terraform's state only; what a service would choose
//! (ids, principals, versions) is derived from the arguments, so that two runs agree. What it takes
//! care to have right is what a plan shows: names and nesting of arguments, what is computed, what
//! has a default, what replaces an object. Validation, and what the services would refuse, is left
//! out, because configurations with mistakes have to reach their plan.
//!
//! The name of the executable decides whom it stands in for:
//!
//! | executable | provider | version of the schemas |
//! |---|---|---|
//! | `terraform-provider-azurerm` | `hashicorp/azurerm` | 4.42 |
//! | `terraform-provider-azapi` | `azure/azapi` | 2.5 |
//! | `terraform-provider-power-platform` | `microsoft/power-platform` | 3.8 |
//! | `terraform-provider-ppcmk` | our own, with its own schemas | this one |

use std::ffi::OsStr;
use std::path::Path;
use std::process::ExitCode;

use tfplugin::ProviderService;
use tfplugin::host::{self, About};

mod anything;
mod azapi;
mod azurerm;
mod family;
mod invent;
mod kind;
mod powerplatform;
mod ppcmk;
mod shapes;
mod source;

use crate::family::Family;

const PREFIX: &str = "terraform-provider-";

fn main() -> ExitCode {
    let executable = std::env::args_os().next().unwrap_or_default();
    let name = Path::new(&executable)
        .file_stem()
        .and_then(OsStr::to_str)
        .and_then(|name| name.strip_prefix(PREFIX))
        .unwrap_or_default();
    let family = match name {
        "azurerm" => azurerm::family(),
        "azapi" => azapi::family(),
        "power-platform" => powerplatform::family(),
        "ppcmk" => ppcmk::family(),
        _ => Family::nobody(),
    };
    let about = About {
        name: "standin",
        version: env!("CARGO_PKG_VERSION"),
        address: family.address,
    };
    host::main(&about, |stop| ProviderService::new(family, stop))
}

#[cfg(test)]
mod tests {
    use tfplugin::stop::StopSource;

    use super::*;

    /// What attributes are for, their real providers say.
    #[test]
    fn terraform_takes_every_schema() {
        for family in [
            azurerm::family(),
            azapi::family(),
            powerplatform::family(),
            ppcmk::family(),
        ] {
            let address = family.address;
            let service = ProviderService::new(family, StopSource::new());
            let problems: Vec<_> = service
                .schema_problems()
                .into_iter()
                .filter(|problem| problem.message != "there is no description")
                .collect();
            assert_eq!(problems, [], "{address}");
        }
    }
}
