//! The program that Terraform starts.

use std::process::ExitCode;

use ppcmk_provider::PpcmkProvider;
use tfplugin::ProviderService;
use tfplugin::host::{self, About};

fn main() -> ExitCode {
    let about = About {
        name: "ppcmk",
        version: env!("CARGO_PKG_VERSION"),
        address: "registry.terraform.io/ppcmk/ppcmk",
    };
    host::main(&about, |stop| ProviderService::new(PpcmkProvider, stop))
}
