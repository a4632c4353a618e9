//! What a provider says of itself.

use serde_json::Value as Json;
use tfplugin::wire::tfplugin6 as pb;

use crate::Plugin;
use crate::suite::Subject;
use crate::suite::client::Answer;
use crate::suite::shape::{Nest, Ty};
use crate::suite::value::Val;

/// Cases 44 and 45: the rules of core. Reading the schema checks all of them.
pub async fn the_schema_breaks_no_rule(subject: &Subject) {
    let session = subject.session().await;
    let identities = session
        .client
        .get_resource_identity_schemas(pb::get_resource_identity_schemas::Request {})
        .await;
    for (name, schema) in &identities.identity_schemas {
        assert!(
            session.client.shapes.resources.contains_key(name),
            "{name} is no resource"
        );
        assert!(
            schema.version >= 0 && !schema.identity_attributes.is_empty(),
            "{name}"
        );
        for attribute in &schema.identity_attributes {
            let json: Json = serde_json::from_slice(&attribute.r#type).expect("a type");
            let simple = match Ty::parse(&json).expect("a type") {
                Ty::Primitive(_) => true,
                Ty::Collection(nest, ty) => nest == Nest::List && matches!(*ty, Ty::Primitive(_)),
                _ => false,
            };
            assert!(simple, "{name}.{} has type {json}", attribute.name);
            assert_ne!(attribute.required_for_import, attribute.optional_for_import);
        }
    }
}

/// Case 45.
pub async fn the_schema_is_the_same_every_time(subject: &Subject) {
    let mut answers = Vec::new();
    for _start in 0..2 {
        let plugin = Plugin::start(&subject.command)
            .await
            .expect("the provider starts");
        for _call in 0..2 {
            let request = pb::get_provider_schema::Request {};
            let answer = plugin.provider().get_provider_schema(request).await;
            answers.push(answer.expect("GetProviderSchema is answered").into_inner());
        }
    }
    for answer in &answers {
        assert_eq!(answer, &answers[0]);
        assert!(
            format!("{answer:?}").len() < 64 << 20,
            "core takes at most 64 MiB"
        );
        assert!(answer.diagnostics.is_empty());
        let capabilities = answer.server_capabilities.expect("capabilities");
        assert!(capabilities.plan_destroy && capabilities.get_provider_schema_optional);
    }
}

/// GetMetadata and GetFunctions say what GetProviderSchema says. OpenTofu calls the second.
pub async fn metadata_and_functions_are_those_of_the_schema(subject: &Subject) {
    let session = subject.session().await;
    let schema = session
        .client
        .unchecked()
        .get_provider_schema(pb::get_provider_schema::Request {})
        .await
        .expect("GetProviderSchema is answered")
        .into_inner();
    let metadata = session
        .client
        .get_metadata(pb::get_metadata::Request {})
        .await;
    let sorted = |mut names: Vec<String>| {
        names.sort();
        names
    };
    let resources = metadata
        .resources
        .into_iter()
        .map(|one| one.type_name)
        .collect();
    let sources = metadata
        .data_sources
        .into_iter()
        .map(|one| one.type_name)
        .collect();
    let ephemeral = metadata
        .ephemeral_resources
        .into_iter()
        .map(|one| one.type_name)
        .collect();
    let functions = metadata.functions.into_iter().map(|one| one.name).collect();
    assert!(sorted(resources).iter().eq(schema.resource_schemas.keys()));
    assert!(sorted(sources).iter().eq(schema.data_source_schemas.keys()));
    assert!(
        sorted(ephemeral)
            .iter()
            .eq(schema.ephemeral_resource_schemas.keys())
    );
    assert!(sorted(functions).iter().eq(schema.functions.keys()));
    assert_eq!(metadata.server_capabilities, schema.server_capabilities);
    let functions = session
        .client
        .get_functions(pb::get_functions::Request {})
        .await;
    assert_eq!(functions.functions, schema.functions);
}

/// Case 48: core asks one process for the schema and uses others.
pub async fn calls_work_without_the_schema(subject: &Subject) {
    let asked = subject.session().await;
    let plugin = Plugin::start(&subject.command)
        .await
        .expect("the provider starts");
    let request = asked.plan_request(&asked.config, &Val::Null);
    let answer = plugin.provider().plan_resource_change(request).await;
    let answer = answer.expect("the plan is answered").into_inner();
    assert_eq!(answer.errors(), [""; 0]);
}
