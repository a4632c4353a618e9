//! Managed resources: upgrade, read, plan, import, move. Apply has a file of its own.

#![expect(
    clippy::unused_async,
    reason = "the handlers of all RPCs have one shape"
)]

use serde_json::Value as Json;

use super::{Core, values};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::identity::IdentitySchema;
use crate::path::AttributePath;
use crate::plan;
use crate::plan::check::Violation;
use crate::provider::Provider;
use crate::resource::{DynResource, ImportKey, MoveSource, ValuePlan};
use crate::timeouts::{self, TimedOperation};
use crate::value::{self, Value};
use crate::wire::tfplugin6 as pb;

impl<P: Provider> Core<P> {
    pub(super) fn resource(&self, name: &str) -> Result<&dyn DynResource<P::Client>, Diagnostics> {
        self.resources
            .get(name)
            .map(AsRef::as_ref)
            .ok_or_else(|| Self::unknown_type("resource", name))
    }

    pub(super) async fn upgrade_state(
        &self,
        request: pb::upgrade_resource_state::Request,
    ) -> pb::upgrade_resource_state::Response {
        values::or_report(self.upgraded(&request))
    }

    fn upgraded(
        &self,
        request: &pb::upgrade_resource_state::Request,
    ) -> Result<pb::upgrade_resource_state::Response, Diagnostics> {
        let resource = self.resource(&request.type_name)?;
        let schema = resource.schema();
        let raw = request.raw_state.as_ref().map_or(&[][..], |raw| &raw.json);
        let mut state = stored_json(raw, &request.type_name)?;
        if request.version > schema.version {
            return Err(Diagnostic::error(
                "State of a newer provider",
                format!(
                    "The state of {} has version {}, and this provider knows versions up to {}. \
                     Use the version of the provider that wrote it, or a newer one.",
                    request.type_name, request.version, schema.version
                ),
            )
            .into());
        }
        if request.version < schema.version {
            state = resource.upgrade(request.version, state)?;
        }
        let ty = schema.ty();
        let state = value::from_json(&state, &ty).map_err(|error| {
            Diagnostics::from(
                Diagnostic::error(
                    "Damaged state",
                    format!(
                        "The stored state of {} does not fit its schema at {}: {error}. Restore \
                         the state from a backup, or remove the object with `terraform state rm` \
                         and import it again.",
                        request.type_name, error.path
                    ),
                )
                .at(&error.path),
            )
        })?;
        if state.is_null() {
            // An empty answer would mean that the object is gone, and a duplicate be created.
            return Err(Diagnostic::error(
                "Damaged state",
                format!("The stored state of {} is null.", request.type_name),
            )
            .into());
        }
        Ok(pb::upgrade_resource_state::Response {
            upgraded_state: Some(values::encode(&state, &ty)?),
            diagnostics: Vec::new(),
        })
    }

    pub(super) async fn upgrade_identity(
        &self,
        request: pb::upgrade_resource_identity::Request,
    ) -> pb::upgrade_resource_identity::Response {
        let upgraded = || {
            let resource = self.resource(&request.type_name)?;
            let Some(schema) = resource.identity_schema() else {
                return Err(no_identity(&request.type_name));
            };
            let raw = request
                .raw_identity
                .as_ref()
                .map_or(&[][..], |raw| &raw.json);
            let json = stored_json(raw, &request.type_name)?;
            let ty = schema.ty();
            let identity = value::from_json(&json, &ty).map_err(values::misfit)?;
            Ok(pb::upgrade_resource_identity::Response {
                upgraded_identity: Some(pb::ResourceIdentityData {
                    identity_data: Some(values::encode(&identity, &ty)?),
                }),
                diagnostics: Vec::new(),
            })
        };
        values::or_report(upgraded())
    }

    pub(super) async fn read(
        &self,
        request: pb::read_resource::Request,
    ) -> Result<pb::read_resource::Response, Diagnostics> {
        let resource = self.resource(&request.type_name)?;
        let schema = resource.schema();
        let ty = schema.ty();
        let state = values::decode(request.current_state.as_ref(), &ty, "state")?;
        if state.is_null() {
            return Ok(pb::read_resource::Response {
                new_state: Some(values::null()),
                ..pb::read_resource::Response::default()
            });
        }
        let allowed = timeouts::bound(&state, &resource.default_timeouts(), TimedOperation::Read);
        let cx = self.cx(&request.private).with_time(allowed);
        let outcome = resource.read(cx.clone(), state.clone()).await;
        let mut diagnostics = cx.take_diagnostics();
        let (new_state, new_identity) = match outcome {
            Ok(Some(mut object)) => {
                plan::spelling::keep(schema, &state, &mut object);
                if let Some(path) = object.first_unknown() {
                    diagnostics
                        .push(Diagnostic::bug(format!("The read left {path} unknown.")).at(path));
                    object = object.unknowns_to_null();
                }
                let identity = identity_of(resource, &object)?;
                (values::encode(&object, &ty)?, identity)
            }
            Ok(None) => (values::null(), None),
            Err(problems) => {
                diagnostics.extend(problems);
                return Ok(pb::read_resource::Response {
                    new_state: request.current_state,
                    private: cx.private_bytes(),
                    new_identity: request.current_identity,
                    diagnostics: diagnostics.into_wire(),
                    ..pb::read_resource::Response::default()
                });
            }
        };
        Ok(pb::read_resource::Response {
            new_state: Some(new_state),
            private: cx.private_bytes(),
            diagnostics: diagnostics.into_wire(),
            new_identity,
            ..pb::read_resource::Response::default()
        })
    }

    pub(super) async fn plan(
        &self,
        request: pb::plan_resource_change::Request,
    ) -> Result<pb::plan_resource_change::Response, Diagnostics> {
        let resource = self.resource(&request.type_name)?;
        let schema = resource.schema();
        let ty = schema.ty();
        let prior = values::decode(request.prior_state.as_ref(), &ty, "prior state")?;
        let proposed = values::decode(request.proposed_new_state.as_ref(), &ty, "proposed state")?;
        let config = values::decode(request.config.as_ref(), &ty, "configuration")?;
        let cx = self.cx(&request.prior_private).with_time(timeouts::bound(
            &proposed,
            &resource.default_timeouts(),
            TimedOperation::Read,
        ));
        if proposed.is_null() {
            let mut diagnostics = Diagnostics::new();
            if !prior.is_null() {
                diagnostics = resource.plan_delete(cx.clone(), prior).await;
            }
            diagnostics.extend(cx.take_diagnostics());
            return Ok(pb::plan_resource_change::Response {
                planned_state: Some(values::null()),
                planned_private: request.prior_private,
                planned_identity: request.prior_identity,
                diagnostics: diagnostics.into_wire(),
                ..pb::plan_resource_change::Response::default()
            });
        }
        let draft = plan::draft(schema, &config, &prior, proposed);
        let planned = resource
            .plan(
                cx.clone(),
                ValuePlan {
                    config: config.clone(),
                    prior: prior.clone(),
                    planned: draft.planned,
                    requires_replace: draft.requires_replace,
                    diagnostics: draft.diagnostics,
                },
            )
            .await;
        let ValuePlan {
            mut planned,
            mut requires_replace,
            mut diagnostics,
            ..
        } = planned;
        diagnostics.extend(cx.take_diagnostics());
        plan::null_write_only(schema, &config, &mut planned);
        if !diagnostics.has_errors()
            && let Err(Violation { path, reason }) =
                plan::check::plan(schema, &config, &prior, &planned)
        {
            diagnostics.push(
                Diagnostic::bug(format!(
                    "The plan breaks a rule of Terraform at {path}: {reason}."
                ))
                .at(path),
            );
        }
        if prior.is_null() {
            requires_replace.clear();
        }
        requires_replace.sort();
        requires_replace.dedup();
        let planned_identity = match request.prior_identity {
            Some(identity) if requires_replace.is_empty() => Some(identity),
            _ => planned_identity(resource, &planned)?,
        };
        Ok(pb::plan_resource_change::Response {
            planned_state: Some(values::encode(&planned, &ty)?),
            requires_replace: requires_replace
                .iter()
                .map(AttributePath::to_wire)
                .collect(),
            planned_private: cx.private_bytes(),
            diagnostics: diagnostics.into_wire(),
            planned_identity,
            ..pb::plan_resource_change::Response::default()
        })
    }

    pub(super) async fn import(
        &self,
        request: pb::import_resource_state::Request,
    ) -> pb::import_resource_state::Response {
        values::or_report(self.imported(request).await)
    }

    async fn imported(
        &self,
        request: pb::import_resource_state::Request,
    ) -> Result<pb::import_resource_state::Response, Diagnostics> {
        let resource = self.resource(&request.type_name)?;
        let ty = resource.schema().ty();
        let key = match request.identity.and_then(|identity| identity.identity_data) {
            None => ImportKey::Id(request.id),
            Some(identity) => {
                let Some(schema) = resource.identity_schema() else {
                    return Err(no_identity(&request.type_name));
                };
                let identity = values::decode(Some(&identity), &schema.ty(), "identity")?;
                ImportKey::Identity(identity)
            }
        };
        let bound = resource.default_timeouts().read;
        let cx = self.cx(&[]).with_time(bound);
        let state = resource.import(cx.clone(), key).await?.unknowns_to_null();
        if let Value::Object(members) = &state
            && members.values().all(Value::is_null)
        {
            return Err(Diagnostic::bug("The import found an object without any value.").into());
        }
        let identity = identity_of(resource, &state)?;
        Ok(pb::import_resource_state::Response {
            imported_resources: vec![pb::import_resource_state::ImportedResource {
                type_name: request.type_name,
                state: Some(values::encode(&state, &ty)?),
                private: cx.private_bytes(),
                identity,
            }],
            diagnostics: cx.take_diagnostics().into_wire(),
            deferred: None,
        })
    }

    pub(super) async fn take_over(
        &self,
        request: pb::move_resource_state::Request,
    ) -> pb::move_resource_state::Response {
        values::or_report(self.taken_over(request))
    }

    fn taken_over(
        &self,
        request: pb::move_resource_state::Request,
    ) -> Result<pb::move_resource_state::Response, Diagnostics> {
        let resource = self.resource(&request.target_type_name)?;
        let raw = request
            .source_state
            .as_ref()
            .map_or(&[][..], |raw| &raw.json);
        let source = MoveSource {
            state: stored_json(raw, &request.source_type_name)?,
            provider: request.source_provider_address,
            type_name: request.source_type_name,
            schema_version: request.source_schema_version,
        };
        let Some(state) = resource.take_over(&source)? else {
            return Err(Diagnostic::error(
                "Unsupported move",
                format!(
                    "An object of type {} of {} cannot become a {}. Remove the moved block, and \
                     import the object instead.",
                    source.type_name, source.provider, request.target_type_name
                ),
            )
            .into());
        };
        let state = state.unknowns_to_null();
        Ok(pb::move_resource_state::Response {
            target_identity: identity_of(resource, &state)?,
            target_state: Some(values::encode(&state, &resource.schema().ty())?),
            diagnostics: Vec::new(),
            // Notes of another provider mean nothing here.
            target_private: Vec::new(),
        })
    }
}

/// Parses stored JSON. State from before Terraform 0.12 has another form and no JSON.
fn stored_json(bytes: &[u8], type_name: &str) -> Result<Json, Diagnostics> {
    let damaged = |why: String| {
        Diagnostics::from(Diagnostic::error(
            "Damaged state",
            format!(
                "The stored state of {type_name} cannot be read: {why}. Restore the state from a \
                 backup, or remove the object with `terraform state rm` and import it again."
            ),
        ))
    };
    if bytes.is_empty() {
        return Err(damaged(
            "it is empty, or of a Terraform older than 0.12".to_owned(),
        ));
    }
    serde_json::from_slice(bytes).map_err(|error| damaged(error.to_string()))
}

fn no_identity(type_name: &str) -> Diagnostics {
    Diagnostic::error(
        "No resource identity",
        format!("{type_name} has no identity. Use its id instead."),
    )
    .into()
}

/// The identity of an object that exists.
pub(super) fn identity_of<C>(
    resource: &dyn DynResource<C>,
    object: &Value,
) -> Result<Option<pb::ResourceIdentityData>, Diagnostics> {
    let Some(schema) = resource.identity_schema() else {
        return Ok(None);
    };
    let Some(identity) = resource.identity(object) else {
        return Ok(None);
    };
    wire_identity(schema, &identity).map(Some)
}

/// The identity of a planned object, of which nothing may be known yet.
fn planned_identity<C>(
    resource: &dyn DynResource<C>,
    planned: &Value,
) -> Result<Option<pb::ResourceIdentityData>, Diagnostics> {
    let Some(schema) = resource.identity_schema() else {
        return Ok(None);
    };
    let identity = resource
        .identity(planned)
        .unwrap_or_else(|| schema.unknown());
    wire_identity(schema, &identity).map(Some)
}

fn wire_identity(
    schema: &IdentitySchema,
    identity: &Value,
) -> Result<pb::ResourceIdentityData, Diagnostics> {
    Ok(pb::ResourceIdentityData {
        identity_data: Some(values::encode(identity, &schema.ty())?),
    })
}
