//! Checks of configuration before anything is planned. Core leaves many of them to the provider:
//! a value for a read-only attribute, a null for a required one.

#![expect(
    clippy::unused_async,
    reason = "the handlers of all RPCs have one shape"
)]

use super::{Core, values};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::path::AttributePath;
use crate::provider::Provider;
use crate::schema::{Attribute, Mode, Nesting, Schema, Shape};
use crate::value::Value;
use crate::wire::tfplugin6 as pb;

impl<P: Provider> Core<P> {
    pub(super) async fn validate_provider(
        &self,
        request: pb::validate_provider_config::Request,
    ) -> pb::validate_provider_config::Response {
        let mut diagnostics = Diagnostics::new();
        match values::decode(request.config.as_ref(), &self.schema.ty(), "configuration") {
            Ok(config) => {
                let config = values::object_of_nulls(&self.schema, config);
                check(&self.schema, &config, true, &mut diagnostics);
                match crate::model::Field::from_value(config) {
                    Ok(model) => self.provider.validate(&model, &mut diagnostics),
                    Err(error) => diagnostics.extend(values::misfit(error)),
                }
            }
            Err(problems) => diagnostics.extend(problems),
        }
        pb::validate_provider_config::Response {
            diagnostics: diagnostics.into_wire(),
        }
    }

    pub(super) async fn validate_resource(
        &self,
        request: pb::validate_resource_config::Request,
    ) -> pb::validate_resource_config::Response {
        let mut diagnostics = Diagnostics::new();
        let write_only = request
            .client_capabilities
            .is_some_and(|capabilities| capabilities.write_only_attributes_allowed);
        match self.resources.get(&request.type_name) {
            None => diagnostics.extend(Self::unknown_type("resource", &request.type_name)),
            Some(resource) => {
                let schema = resource.schema();
                match values::decode(request.config.as_ref(), &schema.ty(), "configuration") {
                    Ok(config) => {
                        check(schema, &config, write_only, &mut diagnostics);
                        resource.validate(config, &mut diagnostics);
                    }
                    Err(problems) => diagnostics.extend(problems),
                }
            }
        }
        pb::validate_resource_config::Response {
            diagnostics: diagnostics.into_wire(),
        }
    }

    pub(super) async fn validate_data_source(
        &self,
        request: pb::validate_data_resource_config::Request,
    ) -> pb::validate_data_resource_config::Response {
        let mut diagnostics = Diagnostics::new();
        match self.data_sources.get(&request.type_name) {
            None => diagnostics.extend(Self::unknown_type("data source", &request.type_name)),
            Some(data_source) => {
                let schema = data_source.schema();
                match values::decode(request.config.as_ref(), &schema.ty(), "configuration") {
                    Ok(config) => {
                        check(schema, &config, false, &mut diagnostics);
                        data_source.validate(config, &mut diagnostics);
                    }
                    Err(problems) => diagnostics.extend(problems),
                }
            }
        }
        pb::validate_data_resource_config::Response {
            diagnostics: diagnostics.into_wire(),
        }
    }

    pub(super) async fn validate_ephemeral(
        &self,
        request: pb::validate_ephemeral_resource_config::Request,
    ) -> pb::validate_ephemeral_resource_config::Response {
        let mut diagnostics = Diagnostics::new();
        match self.ephemeral_resources.get(&request.type_name) {
            None => {
                diagnostics.extend(Self::unknown_type("ephemeral resource", &request.type_name));
            }
            Some(resource) => {
                let schema = resource.schema();
                match values::decode(request.config.as_ref(), &schema.ty(), "configuration") {
                    Ok(config) => {
                        check(schema, &config, true, &mut diagnostics);
                        resource.validate(config, &mut diagnostics);
                    }
                    Err(problems) => diagnostics.extend(problems),
                }
            }
        }
        pb::validate_ephemeral_resource_config::Response {
            diagnostics: diagnostics.into_wire(),
        }
    }
}

/// Holds a configuration against its schema, all attributes, outer before inner.
fn check(schema: &Schema, config: &Value, write_only: bool, diagnostics: &mut Diagnostics) {
    let root = AttributePath::root();
    attributes(&schema.attributes, config, &root, write_only, diagnostics);
    for block in &schema.blocks {
        let value = config.attribute(&block.name);
        let path = root.attribute(&block.name);
        if let Some(message) = &block.deprecated
            && is_given(&value)
        {
            diagnostics.push(Diagnostic::warning("Deprecated block", message.clone()).at(&path));
        }
        elements(
            block.nesting,
            &block.attributes,
            &value,
            &path,
            write_only,
            diagnostics,
        );
    }
}

fn attributes(
    attributes: &[Attribute],
    config: &Value,
    path: &AttributePath,
    write_only: bool,
    diagnostics: &mut Diagnostics,
) {
    if !matches!(config, Value::Object(_)) {
        return;
    }
    for attribute in attributes {
        let path = path.attribute(&attribute.name);
        let value = config.attribute(&attribute.name);
        one(attribute, &value, &path, write_only, diagnostics);
        if let Shape::Nested(nesting, inner) = &attribute.shape {
            elements(*nesting, inner, &value, &path, write_only, diagnostics);
        }
    }
}

fn one(
    attribute: &Attribute,
    value: &Value,
    path: &AttributePath,
    write_only: bool,
    diagnostics: &mut Diagnostics,
) {
    if value.is_null() {
        if attribute.mode == Mode::Required {
            diagnostics.push(
                Diagnostic::error(
                    "Missing required argument",
                    format!("The argument {path} is required, and its value is null."),
                )
                .at(path),
            );
        }
        return;
    }
    if attribute.mode == Mode::Computed {
        diagnostics.push(
            Diagnostic::error(
                "Read-only attribute",
                format!(
                    "The attribute {path} is set by the provider. Remove it from the configuration."
                ),
            )
            .at(path),
        );
        return;
    }
    if attribute.write_only && !write_only {
        diagnostics.push(
            Diagnostic::error(
                "Write-only argument not supported",
                format!(
                    "The argument {path} is write-only, and this version of Terraform would \
                     store it. Use Terraform 1.11 or newer, or OpenTofu 1.11 or newer."
                ),
            )
            .at(path),
        );
    }
    if value.is_unknown() {
        return;
    }
    if let Some(message) = &attribute.deprecated {
        diagnostics.push(Diagnostic::warning("Deprecated argument", message.clone()).at(path));
    }
    for validator in &attribute.validators {
        validator.validate(value, path, diagnostics);
    }
}

fn elements(
    nesting: Nesting,
    inner: &[Attribute],
    value: &Value,
    path: &AttributePath,
    write_only: bool,
    diagnostics: &mut Diagnostics,
) {
    match value {
        Value::Object(_) if nesting == Nesting::Single => {
            attributes(inner, value, path, write_only, diagnostics);
        }
        Value::List(elements) => {
            for (index, element) in elements.iter().enumerate() {
                attributes(inner, element, &path.index(index), write_only, diagnostics);
            }
        }
        Value::Set(elements) => {
            for element in elements {
                attributes(inner, element, &path.set_element(), write_only, diagnostics);
            }
        }
        Value::Map(members) => {
            for (key, member) in members {
                attributes(inner, member, &path.key(key), write_only, diagnostics);
            }
        }
        _ => {}
    }
}

fn is_given(value: &Value) -> bool {
    match value {
        Value::List(elements) | Value::Set(elements) => !elements.is_empty(),
        Value::Map(members) => !members.is_empty(),
        other => !other.is_null(),
    }
}
