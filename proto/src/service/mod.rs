//! The RPCs of plugin protocol 6 over a [`Provider`].
//!
//! Invariants: no problem of a provider becomes a gRPC status, because core then loses the object
//! that was being created; panics are caught; every operation runs in a task of its own, so that a
//! client that goes away does not cut it in the middle; answers to reads and applies always carry
//! the private bytes.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::{Arc, PoisonError, RwLock};

use tonic::{Request, Response, Status};

use crate::context::{Client, Cx};
use crate::data_source::DynDataSource;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::ephemeral::DynEphemeralResource;
use crate::function::{Function, Signature};
use crate::private::Private;
use crate::provider::{Configure, ConfigureCx, Configured, Provider};
use crate::resource::DynResource;
use crate::schema::{Schema, SchemaProblem};
use crate::stop::StopSource;
use crate::wire::tfplugin6::provider_server;
use crate::wire::tfplugin6::{self as pb};

mod apply;
mod bounds;
mod functions;
mod managed;
mod reading;
mod validate;
mod values;

/// A provider as the gRPC service that core talks to.
pub struct ProviderService<P: Provider> {
    core: Arc<Core<P>>,
}

/// Everything that requests share.
struct Core<P: Provider> {
    provider: P,
    schema: Schema,
    resources: BTreeMap<String, Box<dyn DynResource<P::Client>>>,
    data_sources: BTreeMap<String, Box<dyn DynDataSource<P::Client>>>,
    ephemeral_resources: BTreeMap<String, Box<dyn DynEphemeralResource<P::Client>>>,
    functions: BTreeMap<String, (Signature, Box<dyn Function>)>,
    client: RwLock<Client<P::Client>>,
    stop: StopSource,
}

impl<P: Provider> ProviderService<P> {
    /// A service that is not configured yet. The host hands out the stop source.
    pub fn new(provider: P, stop: StopSource) -> Self {
        fn by_name<T: ?Sized>(
            items: Vec<Box<T>>,
            name: impl Fn(&T) -> &str,
        ) -> BTreeMap<String, Box<T>> {
            items
                .into_iter()
                .map(|item| (name(&item).to_owned(), item))
                .collect()
        }
        Self {
            core: Arc::new(Core {
                schema: provider.schema(),
                resources: by_name(provider.resources(), |item| item.type_name()),
                data_sources: by_name(provider.data_sources(), |item| item.type_name()),
                ephemeral_resources: by_name(provider.ephemeral_resources(), |item| {
                    item.type_name()
                }),
                functions: by_name(provider.functions(), |item| item.name())
                    .into_iter()
                    .map(|(name, function)| (name, (function.signature(), function)))
                    .collect(),
                client: RwLock::new(Client::Missing),
                stop,
                provider,
            }),
        }
    }

    /// What core would refuse in any of the schemas. A provider's unit test asserts that it is
    /// empty.
    pub fn schema_problems(&self) -> Vec<SchemaProblem> {
        let core = &self.core;
        let mut problems = core.schema.provider_problems();
        for (name, resource) in &core.resources {
            problems.extend(resource.schema().problems(name));
            if let Some(identity) = resource.identity_schema() {
                problems.extend(identity.problems(name));
            }
        }
        for (name, data_source) in &core.data_sources {
            problems.extend(data_source.schema().problems(name));
        }
        for (name, resource) in &core.ephemeral_resources {
            problems.extend(resource.schema().problems(name));
        }
        for (name, (signature, _)) in &core.functions {
            problems.extend(signature.problems(name));
        }
        problems
    }
}

impl<P: Provider> Clone for ProviderService<P> {
    fn clone(&self) -> Self {
        Self {
            core: self.core.clone(),
        }
    }
}

impl<P: Provider> Core<P> {
    /// The surroundings of an operation that starts now.
    fn cx(&self, private: &[u8]) -> Cx<P::Client> {
        let client = self
            .client
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        Cx::new(client, self.stop.current(), Private::from_bytes(private))
    }

    fn unknown_type(kind: &str, name: &str) -> Diagnostics {
        Diagnostic::error(
            format!("Unknown {kind}"),
            format!("This provider has no {kind} called {name:?}."),
        )
        .into()
    }

    fn metadata(&self) -> pb::get_metadata::Response {
        use pb::get_metadata as wire;
        pb::get_metadata::Response {
            server_capabilities: Some(capabilities()),
            resources: self
                .resources
                .keys()
                .map(|name| wire::ResourceMetadata {
                    type_name: name.clone(),
                })
                .collect(),
            data_sources: self
                .data_sources
                .keys()
                .map(|name| wire::DataSourceMetadata {
                    type_name: name.clone(),
                })
                .collect(),
            functions: self
                .functions
                .keys()
                .map(|name| wire::FunctionMetadata { name: name.clone() })
                .collect(),
            ephemeral_resources: self
                .ephemeral_resources
                .keys()
                .map(|name| wire::EphemeralMetadata {
                    type_name: name.clone(),
                })
                .collect(),
            ..wire::Response::default()
        }
    }

    fn provider_schema(&self) -> pb::get_provider_schema::Response {
        pb::get_provider_schema::Response {
            provider: Some(self.schema.to_wire()),
            resource_schemas: self
                .resources
                .iter()
                .map(|(name, resource)| (name.clone(), resource.schema().to_wire()))
                .collect(),
            data_source_schemas: self
                .data_sources
                .iter()
                .map(|(name, data_source)| (name.clone(), data_source.schema().to_wire()))
                .collect(),
            ephemeral_resource_schemas: self
                .ephemeral_resources
                .iter()
                .map(|(name, resource)| (name.clone(), resource.schema().to_wire()))
                .collect(),
            functions: self.function_schemas(),
            server_capabilities: Some(capabilities()),
            ..pb::get_provider_schema::Response::default()
        }
    }

    fn function_schemas(&self) -> BTreeMap<String, pb::Function> {
        self.functions
            .iter()
            .map(|(name, (signature, _))| (name.clone(), signature.to_wire()))
            .collect()
    }

    fn identity_schemas(&self) -> pb::get_resource_identity_schemas::Response {
        pb::get_resource_identity_schemas::Response {
            identity_schemas: self
                .resources
                .iter()
                .filter_map(|(name, resource)| {
                    Some((name.clone(), resource.identity_schema()?.to_wire()))
                })
                .collect(),
            diagnostics: Vec::new(),
        }
    }

    async fn configure(
        &self,
        request: pb::configure_provider::Request,
    ) -> Result<Diagnostics, Diagnostics> {
        let config = values::decode(request.config.as_ref(), &self.schema.ty(), "configuration")?;
        let model = crate::model::Field::from_value(values::object_of_nulls(&self.schema, config))
            .map_err(values::misfit)?;
        let cx = Cx::new(Client::Missing, self.stop.current(), Private::default());
        let configure = Configure {
            terraform_version: request.terraform_version,
            cx: ConfigureCx(cx.clone()),
        };
        let work = self.provider.configure(configure, model);
        let client = match bounds::bounded("configuration of the provider", &cx, work).await? {
            Configured::Ready(client) => Client::Ready(Arc::new(client)),
            Configured::AfterApply(why) => Client::Waiting(why.into()),
        };
        *self.client.write().unwrap_or_else(PoisonError::into_inner) = client;
        Ok(cx.take_diagnostics())
    }
}

fn capabilities() -> pb::ServerCapabilities {
    pb::ServerCapabilities {
        plan_destroy: true,
        get_provider_schema_optional: true,
        move_resource_state: true,
        ..pb::ServerCapabilities::default()
    }
}

/// Runs an operation to its end whatever happens to the caller, and keeps the process alive until
/// then. A panic is one diagnostic.
async fn detached<T: Send + 'static>(
    stop: &StopSource,
    operation: impl Future<Output = T> + Send + 'static,
) -> Result<T, Diagnostics> {
    let in_flight = stop.operation();
    let task = tokio::spawn(async move {
        let outcome = crate::host::panic::catch(operation).await;
        drop(in_flight);
        outcome
    });
    match task.await {
        Ok(Ok(output)) => Ok(output),
        Ok(Err(panic)) => Err(bounds::panicked(&panic)),
        Err(error) => Err(Diagnostic::bug(format!("The operation ended early: {error}.")).into()),
    }
}

type Answer<T> = Result<Response<T>, Status>;

/// One RPC: runs the handler detached and, should it panic, answers with `$failed`.
macro_rules! answer {
    ($service:ident, $request:ident, $handler:ident) => {{
        let core = $service.core.clone();
        let request = $request.into_inner();
        let response = detached(
            &$service.core.stop,
            async move { core.$handler(request).await },
        )
        .await
        .unwrap_or_else(|diagnostics| {
            let mut response = Default::default();
            values::report(&mut response, diagnostics);
            response
        });
        Ok(Response::new(response))
    }};
}

#[tonic::async_trait]
impl<P: Provider> provider_server::Provider for ProviderService<P> {
    async fn get_metadata(
        &self,
        _: Request<pb::get_metadata::Request>,
    ) -> Answer<pb::get_metadata::Response> {
        Ok(Response::new(self.core.metadata()))
    }

    async fn get_provider_schema(
        &self,
        _: Request<pb::get_provider_schema::Request>,
    ) -> Answer<pb::get_provider_schema::Response> {
        Ok(Response::new(self.core.provider_schema()))
    }

    async fn get_resource_identity_schemas(
        &self,
        _: Request<pb::get_resource_identity_schemas::Request>,
    ) -> Answer<pb::get_resource_identity_schemas::Response> {
        Ok(Response::new(self.core.identity_schemas()))
    }

    async fn get_functions(
        &self,
        _: Request<pb::get_functions::Request>,
    ) -> Answer<pb::get_functions::Response> {
        Ok(Response::new(pb::get_functions::Response {
            functions: self.core.function_schemas(),
            diagnostics: Vec::new(),
        }))
    }

    async fn validate_provider_config(
        &self,
        request: Request<pb::validate_provider_config::Request>,
    ) -> Answer<pb::validate_provider_config::Response> {
        answer!(self, request, validate_provider)
    }

    async fn validate_resource_config(
        &self,
        request: Request<pb::validate_resource_config::Request>,
    ) -> Answer<pb::validate_resource_config::Response> {
        answer!(self, request, validate_resource)
    }

    async fn validate_data_resource_config(
        &self,
        request: Request<pb::validate_data_resource_config::Request>,
    ) -> Answer<pb::validate_data_resource_config::Response> {
        answer!(self, request, validate_data_source)
    }

    async fn validate_ephemeral_resource_config(
        &self,
        request: Request<pb::validate_ephemeral_resource_config::Request>,
    ) -> Answer<pb::validate_ephemeral_resource_config::Response> {
        answer!(self, request, validate_ephemeral)
    }

    async fn configure_provider(
        &self,
        request: Request<pb::configure_provider::Request>,
    ) -> Answer<pb::configure_provider::Response> {
        let core = self.core.clone();
        let request = request.into_inner();
        let diagnostics = detached(
            &self.core.stop,
            async move { core.configure(request).await },
        )
        .await
        .and_then(|outcome| outcome)
        .unwrap_or_else(|diagnostics| diagnostics);
        Ok(Response::new(pb::configure_provider::Response {
            diagnostics: diagnostics.into_wire(),
        }))
    }

    async fn upgrade_resource_state(
        &self,
        request: Request<pb::upgrade_resource_state::Request>,
    ) -> Answer<pb::upgrade_resource_state::Response> {
        answer!(self, request, upgrade_state)
    }

    async fn upgrade_resource_identity(
        &self,
        request: Request<pb::upgrade_resource_identity::Request>,
    ) -> Answer<pb::upgrade_resource_identity::Response> {
        answer!(self, request, upgrade_identity)
    }

    async fn read_resource(
        &self,
        request: Request<pb::read_resource::Request>,
    ) -> Answer<pb::read_resource::Response> {
        let core = self.core.clone();
        let request = request.into_inner();
        let kept = pb::read_resource::Response {
            // Null would mean that the object is gone.
            new_state: request.current_state.clone(),
            private: request.private.clone(),
            new_identity: request.current_identity.clone(),
            ..pb::read_resource::Response::default()
        };
        let response = detached(&self.core.stop, async move { core.read(request).await })
            .await
            .and_then(|outcome| outcome)
            .unwrap_or_else(|diagnostics| pb::read_resource::Response {
                diagnostics: diagnostics.into_wire(),
                ..kept
            });
        Ok(Response::new(response))
    }

    async fn plan_resource_change(
        &self,
        request: Request<pb::plan_resource_change::Request>,
    ) -> Answer<pb::plan_resource_change::Response> {
        let core = self.core.clone();
        let request = request.into_inner();
        let kept = pb::plan_resource_change::Response {
            // Not the proposed state: that one holds the write-only values.
            planned_state: request.prior_state.clone(),
            planned_private: request.prior_private.clone(),
            planned_identity: request.prior_identity.clone(),
            ..pb::plan_resource_change::Response::default()
        };
        let response = detached(&self.core.stop, async move { core.plan(request).await })
            .await
            .and_then(|outcome| outcome)
            .unwrap_or_else(|diagnostics| pb::plan_resource_change::Response {
                diagnostics: diagnostics.into_wire(),
                ..kept
            });
        Ok(Response::new(response))
    }

    async fn apply_resource_change(
        &self,
        request: Request<pb::apply_resource_change::Request>,
    ) -> Answer<pb::apply_resource_change::Response> {
        let core = self.core.clone();
        let request = request.into_inner();
        let kept = pb::apply_resource_change::Response {
            // What is not known to have changed is as it was; a create that never began is null.
            new_state: request.prior_state.clone(),
            private: request.planned_private.clone(),
            ..pb::apply_resource_change::Response::default()
        };
        let response = detached(&self.core.stop, async move { core.apply(request).await })
            .await
            .and_then(|outcome| outcome)
            .unwrap_or_else(|diagnostics| pb::apply_resource_change::Response {
                diagnostics: diagnostics.into_wire(),
                ..kept
            });
        Ok(Response::new(response))
    }

    async fn import_resource_state(
        &self,
        request: Request<pb::import_resource_state::Request>,
    ) -> Answer<pb::import_resource_state::Response> {
        answer!(self, request, import)
    }

    async fn move_resource_state(
        &self,
        request: Request<pb::move_resource_state::Request>,
    ) -> Answer<pb::move_resource_state::Response> {
        answer!(self, request, take_over)
    }

    async fn read_data_source(
        &self,
        request: Request<pb::read_data_source::Request>,
    ) -> Answer<pb::read_data_source::Response> {
        answer!(self, request, read_data_source)
    }

    async fn open_ephemeral_resource(
        &self,
        request: Request<pb::open_ephemeral_resource::Request>,
    ) -> Answer<pb::open_ephemeral_resource::Response> {
        answer!(self, request, open_ephemeral)
    }

    async fn renew_ephemeral_resource(
        &self,
        request: Request<pb::renew_ephemeral_resource::Request>,
    ) -> Answer<pb::renew_ephemeral_resource::Response> {
        answer!(self, request, renew_ephemeral)
    }

    async fn close_ephemeral_resource(
        &self,
        request: Request<pb::close_ephemeral_resource::Request>,
    ) -> Answer<pb::close_ephemeral_resource::Response> {
        answer!(self, request, close_ephemeral)
    }

    async fn call_function(
        &self,
        request: Request<pb::call_function::Request>,
    ) -> Answer<pb::call_function::Response> {
        let core = self.core.clone();
        let request = request.into_inner();
        let response = detached(&self.core.stop, async move { core.call_function(&request) })
            .await
            .unwrap_or_else(|diagnostics| pb::call_function::Response {
                result: None,
                error: Some(pb::FunctionError {
                    text: diagnostics
                        .iter()
                        .map(|diagnostic| diagnostic.detail.as_str())
                        .collect::<Vec<_>>()
                        .join("\n"),
                    function_argument: None,
                }),
            });
        Ok(Response::new(response))
    }

    async fn stop_provider(
        &self,
        _: Request<pb::stop_provider::Request>,
    ) -> Answer<pb::stop_provider::Response> {
        tracing::info!("Terraform asked to stop what is running");
        self.core.stop.stop();
        Ok(Response::new(pb::stop_provider::Response::default()))
    }
}

#[cfg(test)]
mod tests;
