//! `terraform-provider-example`: every feature of the SDK in one small provider.
//!
//! It is what the conformance tests run, and it is written as an author outside of this repository
//! would write it: only with the public interface of `tfplugin`. Read it in this order:
//!
//! 1. this file: the provider block, the list of what there is, `main`;
//! 2. [`thing`]: a managed resource, its schema in `thing/schema.rs`, its model in `thing/model.rs`;
//! 3. [`lookup`], [`token`], [`functions`]: a data source, an ephemeral resource, functions.
//!
//! The "cloud" in [`remote`] is a directory of JSON files, so that several processes see the same
//! objects and a test can change or delete one behind Terraform's back.

use std::path::PathBuf;
use std::process::ExitCode;

use tfplugin::host::{self, About};
use tfplugin::{
    Attr, Attribute, Configure, Configured, Diagnostic, Diagnostics, DynDataSource,
    DynEphemeralResource, DynResource, Function, Model, Provider, ProviderService, Schema,
    data_source, ephemeral_resource, resource,
};

mod functions;
mod lookup;
mod remote;
mod thing;
mod token;

use crate::remote::Remote;

fn main() -> ExitCode {
    let about = About {
        name: "example",
        version: env!("CARGO_PKG_VERSION"),
        address: "example.com/tfplugin/example",
    };
    host::main(&about, |stop| ProviderService::new(Example, stop))
}

struct Example;

/// The `provider` block.
#[derive(Model)]
struct Config {
    directory: Attr<String>,
    zone: Attr<String>,
    secret_key: Attr<String>,
}

impl Provider for Example {
    type Config = Config;
    type Client = Remote;

    fn schema(&self) -> Schema {
        Schema::new("Keeps things as files in a directory.").attributes([
            Attribute::string("directory").describe("Where the things are kept."),
            Attribute::string("zone").describe("The zone of things that do not name one."),
            Attribute::string("secret_key")
                .sensitive()
                .describe("What a real provider would log in with."),
        ])
    }

    async fn configure(
        &self,
        _cx: Configure,
        config: Config,
    ) -> Result<Configured<Remote>, Diagnostics> {
        let directory = match config.directory {
            Attr::Known(directory) => PathBuf::from(directory),
            // Not an error: the value may come from a resource that does not exist yet.
            Attr::Unknown => {
                return Ok(Configured::AfterApply("`directory` is unknown.".to_owned()));
            }
            Attr::Null => {
                return Err(Diagnostic::error(
                    "Missing directory",
                    "The provider keeps things in a directory. Set `directory`.",
                )
                .at("directory")
                .into());
            }
        };
        if !directory.is_dir() {
            return Err(Diagnostic::error(
                "Missing directory",
                format!("There is no directory {}.", directory.display()),
            )
            .at("directory")
            .into());
        }
        let zone = config.zone.known().unwrap_or_else(|| "zone-1".to_owned());
        Ok(Configured::Ready(Remote::new(directory, zone)))
    }

    fn resources(&self) -> Vec<Box<dyn DynResource<Remote>>> {
        vec![resource(thing::Things)]
    }

    fn data_sources(&self) -> Vec<Box<dyn DynDataSource<Remote>>> {
        vec![data_source(lookup::Lookup)]
    }

    fn ephemeral_resources(&self) -> Vec<Box<dyn DynEphemeralResource<Remote>>> {
        vec![ephemeral_resource(token::Tokens)]
    }

    fn functions(&self) -> Vec<Box<dyn Function>> {
        vec![
            Box::new(functions::Port),
            Box::new(functions::Coalesce),
            Box::new(functions::Shout),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terraform_takes_the_schema() {
        let service = ProviderService::new(Example, tfplugin::stop::StopSource::new());
        assert_eq!(service.schema_problems(), []);
    }
}
