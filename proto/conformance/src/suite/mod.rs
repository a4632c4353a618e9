//! The conformance checklist as functions over any provider.
//!
//! A crate that has a provider's binary runs all of it with one line:
//!
//! ```ignore
//! use serde_json::json;
//! use tfplugin_conformance::{PluginCommand, suite::Subject};
//!
//! fn subject() -> Subject {
//!     Subject::new(
//!         PluginCommand::new(env!("CARGO_BIN_EXE_terraform-provider-thing")),
//!         "thing_item",
//!         json!({ "name": "x" }),
//!     )
//! }
//!
//! tfplugin_conformance::conformance_suite!(subject);
//! ```
//!
//! Each case becomes a test of its own, so the crate needs `tokio` with its macros. They call validate, plan, read, upgrade, import and apply
//! with good and with damaged values; a good apply happens only where the subject says that it
//! may. Where each case of the checklist is covered is written in `CASES.md`.

use serde_json::Value as Json;
use tfplugin::wire::tfplugin6 as pb;

pub mod cases;
pub mod client;
pub mod core;
pub mod shape;
pub mod value;

use self::client::{Answer, Client, wire};
use self::shape::Shape;
use self::value::Val;
use crate::{Plugin, PluginCommand};

/// A provider, and what of it to try.
#[derive(Clone, Debug)]
pub struct Subject {
    /// Starts the provider.
    pub command: PluginCommand,
    /// The type of one of its managed resources.
    pub resource: String,
    /// A valid configuration of that resource, without the attributes that are null.
    pub config: Json,
    /// A valid configuration of the provider; `None` leaves it unconfigured.
    pub provider: Option<Json>,
    /// Whether objects may be created, and are removed again.
    pub applies: bool,
}

impl Subject {
    /// A provider that is not configured, so that nothing is read or applied for real.
    pub fn new(command: PluginCommand, resource: impl Into<String>, config: Json) -> Self {
        Self {
            command,
            resource: resource.into(),
            config,
            provider: None,
            applies: false,
        }
    }

    /// Configures the provider before the calls that need it.
    #[must_use]
    pub fn configured(mut self, provider: Json) -> Self {
        self.provider = Some(provider);
        self
    }

    /// Lets the cases create objects, and remove them.
    #[must_use]
    pub fn applied(mut self) -> Self {
        self.applies = true;
        self
    }

    /// A started provider, configured when the subject has a configuration.
    pub async fn session(&self) -> Session {
        self.session_with(&self.command).await
    }

    /// As [`Subject::session`], started another way.
    ///
    /// # Panics
    ///
    /// If the provider cannot be started, or the configuration is refused.
    pub async fn session_with(&self, command: &PluginCommand) -> Session {
        let plugin = Plugin::start(command).await.expect("the provider starts");
        let client = Client::new(plugin.provider()).await;
        let (version, shape) = client
            .shapes
            .resources
            .get(&self.resource)
            .cloned()
            .unwrap_or_else(|| panic!("there is no resource {}", self.resource));
        let session = Session {
            config: shape.fill(&self.config),
            type_name: self.resource.clone(),
            version,
            shape,
            client,
            plugin,
        };
        if let Some(provider) = &self.provider {
            let answer = session.configure(provider).await;
            assert_eq!(answer.errors(), [""; 0], "the configuration is valid");
        }
        session
    }
}

/// A provider that runs, and the calls that cases make of it.
#[derive(Debug)]
pub struct Session {
    /// The process.
    pub plugin: Plugin,
    /// The checking client.
    pub client: Client,
    /// The resource's type.
    pub type_name: String,
    /// The version of its schema.
    pub version: i64,
    /// Its shape.
    pub shape: Shape,
    /// The subject's configuration.
    pub config: Val,
}

impl Session {
    /// ConfigureProvider.
    pub async fn configure(&self, provider: &Json) -> pb::configure_provider::Response {
        self.client
            .configure_provider(pb::configure_provider::Request {
                terraform_version: "1.11.4".to_owned(),
                config: Some(wire(&self.client.shapes.provider.fill(provider))),
                client_capabilities: None,
            })
            .await
    }

    /// ValidateResourceConfig, of a core that knows write-only attributes.
    pub async fn validate(&self, config: &Val) -> pb::validate_resource_config::Response {
        self.client
            .validate_resource_config(pb::validate_resource_config::Request {
                type_name: self.type_name.clone(),
                config: Some(wire(config)),
                client_capabilities: Some(pb::ClientCapabilities {
                    write_only_attributes_allowed: true,
                    ..Default::default()
                }),
            })
            .await
    }

    /// The plan request that core would make.
    pub fn plan_request(&self, config: &Val, prior: &Val) -> pb::plan_resource_change::Request {
        let proposed = core::proposed(&self.shape, config, prior);
        pb::plan_resource_change::Request {
            type_name: self.type_name.clone(),
            prior_state: Some(wire(prior)),
            proposed_new_state: Some(wire(&proposed)),
            config: Some(wire(config)),
            ..Default::default()
        }
    }

    /// PlanResourceChange.
    pub async fn plan(&self, config: &Val, prior: &Val) -> pb::plan_resource_change::Response {
        let request = self.plan_request(config, prior);
        self.client.plan_resource_change(request).await
    }

    /// ApplyResourceChange of a plan.
    pub async fn apply(
        &self,
        config: &Val,
        prior: &Val,
        plan: &pb::plan_resource_change::Response,
    ) -> pb::apply_resource_change::Response {
        self.client
            .apply_resource_change(pb::apply_resource_change::Request {
                type_name: self.type_name.clone(),
                prior_state: Some(wire(prior)),
                planned_state: plan.planned_state.clone(),
                config: Some(wire(config)),
                planned_private: plan.planned_private.clone(),
                planned_identity: plan.planned_identity.clone(),
                ..Default::default()
            })
            .await
    }

    /// Plans and applies.
    pub async fn change(&self, config: &Val, prior: &Val) -> pb::apply_resource_change::Response {
        let plan = self.plan(config, prior).await;
        assert_eq!(plan.errors(), [""; 0], "the plan succeeds");
        self.apply(config, prior, &plan).await
    }

    /// ReadResource.
    pub async fn read(&self, state: &Val, private: &[u8]) -> pb::read_resource::Response {
        self.client
            .read_resource(pb::read_resource::Request {
                type_name: self.type_name.clone(),
                current_state: Some(wire(state)),
                private: private.to_vec(),
                ..Default::default()
            })
            .await
    }

    /// Deletes an object.
    pub async fn delete(&self, state: &Val, private: &[u8]) -> pb::apply_resource_change::Response {
        self.client
            .apply_resource_change(pb::apply_resource_change::Request {
                type_name: self.type_name.clone(),
                prior_state: Some(wire(state)),
                planned_state: Some(wire(&Val::Null)),
                config: Some(wire(&Val::Null)),
                planned_private: private.to_vec(),
                ..Default::default()
            })
            .await
    }

    /// UpgradeResourceState of stored JSON.
    pub async fn upgrade(&self, version: i64, json: &[u8]) -> pb::upgrade_resource_state::Response {
        self.client
            .upgrade_resource_state(pb::upgrade_resource_state::Request {
                type_name: self.type_name.clone(),
                version,
                raw_state: Some(pb::RawState {
                    json: json.to_vec(),
                    ..Default::default()
                }),
            })
            .await
    }
}
