//! The provider: its configuration and its resources.

use tfplugin::{
    Configure, Configured, Diagnostics, DynDataSource, DynResource, Function, Provider, Schema,
    resource,
};

use crate::config::{self, Config};
use crate::resources::{EnterprisePolicies, EnvironmentAssignments, KeyAccesses};
use crate::services::Services;

/// `ppcmk`.
#[derive(Clone, Copy, Debug, Default)]
pub struct PpcmkProvider;

impl Provider for PpcmkProvider {
    type Config = Config;
    type Client = Services;

    fn schema(&self) -> Schema {
        config::schema()
    }

    fn validate(&self, config: &Config, diagnostics: &mut Diagnostics) {
        config::validate(config, diagnostics);
    }

    async fn configure(
        &self,
        _: Configure,
        config: Config,
    ) -> Result<Configured<Services>, Diagnostics> {
        if let Some(why) = config.unknown_arguments() {
            return Ok(Configured::AfterApply(why));
        }
        let settings = config::resolve(&config, &|name| std::env::var(name).ok())?;
        Ok(Configured::Ready(Services::new(settings)?))
    }

    fn resources(&self) -> Vec<Box<dyn DynResource<Services>>> {
        vec![
            resource(EnterprisePolicies),
            resource(EnvironmentAssignments),
            resource(KeyAccesses),
        ]
    }

    fn data_sources(&self) -> Vec<Box<dyn DynDataSource<Services>>> {
        crate::data_sources::all()
    }

    fn functions(&self) -> Vec<Box<dyn Function>> {
        crate::functions::all()
    }
}

#[cfg(test)]
mod tests {
    use tfplugin::ProviderService;
    use tfplugin::stop::StopSource;

    use super::*;

    #[test]
    fn core_accepts_every_schema() {
        let service = ProviderService::new(PpcmkProvider, StopSource::new());
        assert_eq!(service.schema_problems(), []);
    }
}
