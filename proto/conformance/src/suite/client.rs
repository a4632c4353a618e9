//! Calls that hold every answer against what is true of all of them (case 80): no gRPC status,
//! diagnostics that core shows, paths that lead somewhere.

use std::collections::BTreeMap;

use tfplugin::wire::tfplugin6::{
    self as pb, Diagnostic, DynamicValue, diagnostic::Severity, provider_client::ProviderClient,
};
use tonic::{Response, Status, transport::Channel};

use super::shape::{self, Shape};
use super::value::Val;

const IN_RESOURCES: &[&str] = &[
    "connection",
    "count",
    "depends_on",
    "for_each",
    "lifecycle",
    "provider",
    "provisioner",
];

/// The shapes of everything a provider has.
#[derive(Clone, Debug, Default)]
pub struct Shapes {
    /// The provider block.
    pub provider: Shape,
    /// The managed resources, with their versions.
    pub resources: BTreeMap<String, (i64, Shape)>,
    /// The data sources.
    pub data_sources: BTreeMap<String, Shape>,
    /// The ephemeral resources.
    pub ephemeral: BTreeMap<String, Shape>,
}

impl Shapes {
    /// Reads a provider's schema, or says what core would refuse in it.
    pub fn read(schema: &pb::get_provider_schema::Response) -> Result<Self, Vec<String>> {
        let mut problems = Vec::new();
        let mut read = |place: &str, schema: &pb::Schema, reserved: &[&str]| {
            shape::check(place, schema, reserved).unwrap_or_else(|found| {
                problems.extend(found);
                Shape::default()
            })
        };
        let mut shapes = Self::default();
        match &schema.provider {
            Some(provider) => shapes.provider = read("provider", provider, &["alias", "version"]),
            None => return Err(vec!["there is no provider schema".to_owned()]),
        }
        for (name, schema) in &schema.resource_schemas {
            let shape = read(name, schema, IN_RESOURCES);
            shapes
                .resources
                .insert(name.clone(), (schema.version, shape));
        }
        for (name, schema) in &schema.data_source_schemas {
            shapes
                .data_sources
                .insert(name.clone(), read(name, schema, IN_RESOURCES));
        }
        for (name, schema) in &schema.ephemeral_resource_schemas {
            shapes
                .ephemeral
                .insert(name.clone(), read(name, schema, IN_RESOURCES));
        }
        if problems.is_empty() {
            Ok(shapes)
        } else {
            Err(problems)
        }
    }
}

/// A connection to a provider that checks what every answer has to be.
#[derive(Clone, Debug)]
pub struct Client {
    inner: ProviderClient<Channel>,
    /// What the provider has; diagnostics' paths are held against it.
    pub shapes: Shapes,
}

/// Answers with diagnostics.
pub trait Answer {
    /// They.
    fn diagnostics(&self) -> &[Diagnostic];

    /// The errors' headlines and texts, for messages and comparisons.
    fn errors(&self) -> Vec<String> {
        self.of(Severity::Error)
    }

    /// The warnings' headlines and texts.
    fn warnings(&self) -> Vec<String> {
        self.of(Severity::Warning)
    }

    #[doc(hidden)]
    fn of(&self, severity: Severity) -> Vec<String> {
        self.diagnostics()
            .iter()
            .filter(|one| one.severity() == severity)
            .map(|one| format!("{}: {}", one.summary, one.detail))
            .collect()
    }
}

macro_rules! calls {
    ($($rpc:ident, $module:ident, |$request:ident, $shapes:ident| $shape:expr;)*) => {
        $(impl Answer for pb::$module::Response {
            fn diagnostics(&self) -> &[Diagnostic] {
                &self.diagnostics
            }
        })*

        impl Client {
            $(
                /// The RPC of this name.
                pub async fn $rpc(&self, $request: pb::$module::Request) -> pb::$module::Response {
                    let $shapes = &self.shapes;
                    let shape: Option<&Shape> = $shape;
                    let answer = self.inner.clone().$rpc($request).await;
                    checked(stringify!($rpc), answer, shape)
                }
            )*
        }
    };
}

calls! {
    get_metadata, get_metadata, |request, _shapes| None;
    get_functions, get_functions, |request, _shapes| None;
    get_resource_identity_schemas, get_resource_identity_schemas, |request, _shapes| None;
    validate_provider_config, validate_provider_config, |request, shapes| Some(&shapes.provider);
    configure_provider, configure_provider, |request, shapes| Some(&shapes.provider);
    validate_resource_config, validate_resource_config, |request, shapes| managed(shapes, &request.type_name);
    upgrade_resource_state, upgrade_resource_state, |request, shapes| managed(shapes, &request.type_name);
    upgrade_resource_identity, upgrade_resource_identity, |request, _shapes| None;
    read_resource, read_resource, |request, shapes| managed(shapes, &request.type_name);
    plan_resource_change, plan_resource_change, |request, shapes| managed(shapes, &request.type_name);
    apply_resource_change, apply_resource_change, |request, shapes| managed(shapes, &request.type_name);
    import_resource_state, import_resource_state, |request, shapes| managed(shapes, &request.type_name);
    move_resource_state, move_resource_state, |request, shapes| managed(shapes, &request.target_type_name);
    validate_data_resource_config, validate_data_resource_config, |request, shapes| shapes.data_sources.get(&request.type_name);
    read_data_source, read_data_source, |request, shapes| shapes.data_sources.get(&request.type_name);
    validate_ephemeral_resource_config, validate_ephemeral_resource_config, |request, shapes| shapes.ephemeral.get(&request.type_name);
    open_ephemeral_resource, open_ephemeral_resource, |request, shapes| shapes.ephemeral.get(&request.type_name);
    renew_ephemeral_resource, renew_ephemeral_resource, |request, _shapes| None;
    close_ephemeral_resource, close_ephemeral_resource, |request, _shapes| None;
}

fn managed<'a>(shapes: &'a Shapes, name: &str) -> Option<&'a Shape> {
    shapes.resources.get(name).map(|(_, shape)| shape)
}

fn checked<T: Answer>(rpc: &str, answer: Result<Response<T>, Status>, shape: Option<&Shape>) -> T {
    let answer = answer
        .unwrap_or_else(|status| panic!("{rpc} was answered with a gRPC status: {status}"))
        .into_inner();
    for one in answer.diagnostics() {
        assert!(
            matches!(one.severity(), Severity::Error | Severity::Warning),
            "{rpc}: core drops a diagnostic without a severity: {one:?}"
        );
        assert!(
            !one.summary.trim().is_empty(),
            "{rpc}: no headline: {one:?}"
        );
        if let Some(path) = &one.attribute {
            let shape = shape.unwrap_or_else(|| panic!("{rpc}: a path without a schema: {one:?}"));
            if let Err(problem) = shape.resolve(path) {
                panic!("{rpc}: {problem} in {one:?}");
            }
        }
    }
    answer
}

impl Client {
    /// Asks for the schema. Every other call works without, but is checked against it.
    ///
    /// # Panics
    ///
    /// If core would refuse the schema.
    pub async fn new(mut inner: ProviderClient<Channel>) -> Self {
        let schema = inner
            .get_provider_schema(pb::get_provider_schema::Request {})
            .await
            .expect("GetProviderSchema is answered")
            .into_inner();
        let shapes = Shapes::read(&schema).unwrap_or_else(|problems| panic!("{problems:#?}"));
        Self { inner, shapes }
    }

    /// The connection without checks.
    pub fn unchecked(&self) -> ProviderClient<Channel> {
        self.inner.clone()
    }

    /// CallFunction.
    pub async fn call_function(
        &self,
        name: &str,
        arguments: &[Val],
    ) -> Result<Val, pb::FunctionError> {
        self.call(name, arguments.iter().map(wire).collect()).await
    }

    /// CallFunction with arguments as they go over the wire.
    ///
    /// # Panics
    ///
    /// If the answer is a gRPC status, or an error without a text.
    pub async fn call(
        &self,
        name: &str,
        arguments: Vec<DynamicValue>,
    ) -> Result<Val, pb::FunctionError> {
        let answer = self
            .unchecked()
            .call_function(pb::call_function::Request {
                name: name.to_owned(),
                arguments,
            })
            .await
            .expect("a function is never answered with a gRPC status")
            .into_inner();
        match answer.error {
            Some(error) => {
                assert!(!error.text.is_empty(), "an error without a text");
                Err(error)
            }
            None => Ok(value(answer.result.as_ref())),
        }
    }

    /// StopProvider.
    pub async fn stop(&self) {
        let answer = self
            .unchecked()
            .stop_provider(pb::stop_provider::Request {})
            .await
            .expect("StopProvider is answered")
            .into_inner();
        assert_eq!(answer.error, "");
    }
}

/// A value for a request.
pub fn wire(value: &Val) -> DynamicValue {
    DynamicValue {
        msgpack: value.encode(),
        json: Vec::new(),
    }
}

/// The value of an answer; nothing is null.
///
/// # Panics
///
/// If core could not read it.
pub fn value(value: Option<&DynamicValue>) -> Val {
    match value {
        None => Val::Null,
        Some(value) => {
            assert!(value.json.is_empty(), "answers are MessagePack");
            Val::decode(&value.msgpack).unwrap_or_else(|error| panic!("core cannot read: {error}"))
        }
    }
}
