//! Managed resources: upgrade, read, plan, import, move. Apply has a file of its own.

#![expect(
    clippy::unused_async,
    reason = "the handlers of all RPCs have one shape"
)]

use serde_json::Value as Json;

use super::bounds::bounded;
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
        let mut state = value::from_json(&state, &ty).map_err(|error| {
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
        plan::tidy(schema, &mut state);
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
        let work = resource.read(cx.clone(), state.clone());
        let object = match bounded("read", &cx, work).await {
            Ok(object) => object,
            Err(problems) => {
                return Ok(pb::read_resource::Response {
                    new_state: request.current_state,
                    private: cx.private_bytes(),
                    new_identity: request.current_identity,
                    diagnostics: problems.into_wire(),
                    ..pb::read_resource::Response::default()
                });
            }
        };
        let mut diagnostics = cx.take_diagnostics();
        let Some(mut object) = object else {
            return Ok(pb::read_resource::Response {
                new_state: Some(values::null()),
                diagnostics: diagnostics.into_wire(),
                ..pb::read_resource::Response::default()
            });
        };
        plan::spelling::keep(schema, &state, &mut object);
        if let Some(path) = object.first_unknown() {
            diagnostics.push(Diagnostic::bug(format!("The read left {path} unknown.")).at(path));
            object = object.unknowns_to_null();
        }
        plan::tidy(schema, &mut object);
        let new_identity = existing_identity(
            resource,
            &object,
            request.current_identity,
            &mut diagnostics,
        );
        Ok(pb::read_resource::Response {
            new_state: Some(values::encode_existing(object, &ty, &mut diagnostics)?),
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
                let work = resource.plan_delete(cx.clone(), prior);
                diagnostics = bounded("plan", &cx, async { Ok(work.await) })
                    .await
                    .unwrap_or_else(|problems| problems);
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
        let work = resource.plan(
            cx.clone(),
            ValuePlan {
                config: config.clone(),
                prior: prior.clone(),
                planned: draft.planned,
                requires_replace: draft.requires_replace,
                diagnostics: draft.diagnostics,
            },
        );
        let ValuePlan {
            mut planned,
            mut requires_replace,
            mut diagnostics,
            ..
        } = bounded("plan", &cx, async { Ok(work.await) }).await?;
        diagnostics.extend(cx.take_diagnostics());
        plan::tidy(schema, &mut planned);
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
            _ => planned_identity(resource, &planned),
        };
        let planned_state = match values::encode(&planned, &ty) {
            Ok(state) => Some(state),
            Err(problems) => {
                diagnostics.extend(problems);
                request.prior_state
            }
        };
        Ok(pb::plan_resource_change::Response {
            planned_state,
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
        let given = request
            .identity
            .filter(|identity| identity.identity_data.is_some());
        let key = match given
            .as_ref()
            .and_then(|given| given.identity_data.as_ref())
        {
            None => ImportKey::Id(request.id),
            Some(identity) => {
                let Some(schema) = resource.identity_schema() else {
                    return Err(no_identity(&request.type_name));
                };
                let identity = values::decode(Some(identity), &schema.ty(), "identity")?;
                complete(schema, &identity)?;
                ImportKey::Identity(identity)
            }
        };
        let bound = resource.default_timeouts().read;
        let cx = self.cx(&[]).with_time(bound);
        let work = resource.import(cx.clone(), key);
        let mut state = bounded("import", &cx, work).await?.unknowns_to_null();
        let mut diagnostics = cx.take_diagnostics();
        if let Value::Object(members) = &state
            && members.values().all(Value::is_null)
        {
            diagnostics.push(Diagnostic::bug(
                "The import found an object without any value.",
            ));
            return Err(diagnostics);
        }
        plan::tidy(resource.schema(), &mut state);
        let identity = match identity_of(resource, &state) {
            // A stub may lack the parts that the identity is made of; the read adds them.
            Ok(None) | Err(_) => given,
            Ok(identity) => identity,
        };
        let state = values::encode(&state, &ty).map_err(|problems| {
            let mut all = diagnostics.clone();
            all.extend(problems);
            all
        })?;
        Ok(pb::import_resource_state::Response {
            imported_resources: vec![pb::import_resource_state::ImportedResource {
                type_name: request.type_name,
                state: Some(state),
                private: cx.private_bytes(),
                identity,
            }],
            diagnostics: diagnostics.into_wire(),
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
        let mut state = state.unknowns_to_null();
        plan::tidy(resource.schema(), &mut state);
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

/// An import by identity names everything that the schema asks for.
fn complete(schema: &IdentitySchema, identity: &Value) -> Result<(), Diagnostics> {
    let missing: Diagnostics = schema
        .attributes
        .iter()
        .filter(|attribute| attribute.required_for_import)
        .filter(|attribute| identity.attribute(&attribute.name).is_null())
        .map(|attribute| {
            Diagnostic::error(
                "Incomplete identity",
                format!("An import by identity needs `{}`.", attribute.name),
            )
        })
        .collect();
    if missing.is_empty() {
        Ok(())
    } else {
        Err(missing)
    }
}

/// The identity of an object that may exist only in part. An identity of which something is
/// missing is none.
pub(super) fn identity_of<C>(
    resource: &dyn DynResource<C>,
    object: &Value,
) -> Result<Option<pb::ResourceIdentityData>, Diagnostics> {
    let Some(schema) = resource.identity_schema() else {
        return Ok(None);
    };
    match resource.identity(object) {
        Some(identity) if identity.is_wholly_known() => wire_identity(schema, &identity).map(Some),
        _ => Ok(None),
    }
}

/// The identity of an object that exists. An object keeps its identity for as long as it lives,
/// so a missing or another one is reported, and the known one stays.
pub(super) fn existing_identity<C>(
    resource: &dyn DynResource<C>,
    object: &Value,
    known: Option<pb::ResourceIdentityData>,
    diagnostics: &mut Diagnostics,
) -> Option<pb::ResourceIdentityData> {
    let schema = resource.identity_schema()?;
    let known = known.and_then(|known| {
        let value = values::decode(known.identity_data.as_ref(), &schema.ty(), "identity").ok()?;
        (!value.is_null() && value.is_wholly_known()).then_some((known, value))
    });
    let now = match identity_of(resource, object) {
        Ok(now) => now,
        Err(problems) => {
            diagnostics.extend(problems);
            None
        }
    };
    match (known, now) {
        (None, None) => {
            diagnostics.push(Diagnostic::bug(
                "The object exists, and the resource does not say what its identity is.",
            ));
            None
        }
        (None, Some(now)) => Some(now),
        (Some((known, _)), None) => Some(known),
        (Some((known, before)), Some(now)) => {
            if resource.identity(object).as_ref() != Some(&before) {
                diagnostics.push(Diagnostic::bug(
                    "The identity of the object changed, and an identity is for good.",
                ));
                return Some(known);
            }
            Some(now)
        }
    }
}

/// The identity of a planned object, of which nothing may be known yet.
fn planned_identity<C>(
    resource: &dyn DynResource<C>,
    planned: &Value,
) -> Option<pb::ResourceIdentityData> {
    let schema = resource.identity_schema()?;
    let identity = resource
        .identity(planned)
        .unwrap_or_else(|| schema.unknown());
    wire_identity(schema, &identity).ok()
}

fn wire_identity(
    schema: &IdentitySchema,
    identity: &Value,
) -> Result<pb::ResourceIdentityData, Diagnostics> {
    Ok(pb::ResourceIdentityData {
        identity_data: Some(values::encode(identity, &schema.ty())?),
    })
}
