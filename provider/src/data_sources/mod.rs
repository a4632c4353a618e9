//! The data sources, one file per Terraform type.

mod client_config;
mod coverage;
mod enterprise_policies;
mod enterprise_policy;
mod environment;
mod environments;
mod key_readiness;
mod locations;
mod views;

use tfplugin::{DynDataSource, data_source};

use crate::services::Services;

/// All data sources.
pub(crate) fn all() -> Vec<Box<dyn DynDataSource<Services>>> {
    vec![
        data_source(client_config::ClientConfigs),
        data_source(coverage::CoverageSource),
        data_source(enterprise_policies::EnterprisePolicies),
        data_source(enterprise_policy::EnterprisePolicySource),
        data_source(environment::EnvironmentSource),
        data_source(environments::Environments),
        data_source(key_readiness::KeyReadinessSource),
        data_source(locations::Locations),
    ]
}
