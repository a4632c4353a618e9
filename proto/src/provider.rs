//! What a provider is made of.

use std::future::Future;

use crate::context::Cx;
use crate::data_source::DynDataSource;
use crate::diagnostic::Diagnostics;
use crate::ephemeral::DynEphemeralResource;
use crate::function::Function;
use crate::model::Model;
use crate::resource::DynResource;
use crate::schema::Schema;

/// A Terraform provider.
pub trait Provider: Send + Sync + 'static {
    /// The attributes of the `provider` block.
    type Config: Model + Send;
    /// What resources work with once the provider is configured.
    type Client: Send + Sync + 'static;

    /// The shape of the `provider` block.
    fn schema(&self) -> Schema;

    /// Checks across attributes; no network, and unknown values are no opinion.
    fn validate(&self, config: &Self::Config, diagnostics: &mut Diagnostics) {
        let _ = (config, diagnostics);
    }

    /// Makes the client. Values may be unknown while Terraform plans.
    fn configure(
        &self,
        cx: Configure,
        config: Self::Config,
    ) -> impl Future<Output = Result<Configured<Self::Client>, Diagnostics>> + Send;

    /// The managed resources.
    fn resources(&self) -> Vec<Box<dyn DynResource<Self::Client>>>;

    /// The data sources.
    fn data_sources(&self) -> Vec<Box<dyn DynDataSource<Self::Client>>> {
        Vec::new()
    }

    /// The ephemeral resources.
    fn ephemeral_resources(&self) -> Vec<Box<dyn DynEphemeralResource<Self::Client>>> {
        Vec::new()
    }

    /// The functions.
    fn functions(&self) -> Vec<Box<dyn Function>> {
        Vec::new()
    }
}

/// What `configure` is given besides the configuration.
#[derive(Clone, Debug)]
pub struct Configure {
    /// The version of Terraform or OpenTofu, such as `1.11.4`.
    pub terraform_version: String,
    pub(crate) cx: ConfigureCx,
}

#[derive(Clone)]
pub(crate) struct ConfigureCx(pub(crate) Cx<()>);

impl std::fmt::Debug for ConfigureCx {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Cx")
    }
}

impl Configure {
    /// Adds a warning.
    pub fn report(&self, diagnostic: crate::diagnostic::Diagnostic) {
        self.cx.0.report(diagnostic);
    }

    /// Cancelled when the user stops Terraform.
    pub fn stop(&self) -> &tokio_util::sync::CancellationToken {
        self.cx.0.stop()
    }
}

/// The outcome of `configure`.
#[derive(Debug)]
pub enum Configured<C> {
    /// The provider can work.
    Ready(C),
    /// Something is known only after apply. Plans go on without the client; reads and applies
    /// answer with an error that quotes the text.
    AfterApply(String),
}
