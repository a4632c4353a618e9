//! `ppcmk_enterprise_policy`: an enterprise policy of kind Encryption in Azure.
//!
//! A policy is frozen while environments are linked to it, its tags included (API facts 2.6 [C],
//! several independent reports), and the link is visible only on the environments. So the plan
//! looks at the environments before it promises a change.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use ppcmk_coverage::geo::{LocationName, RegionGeo};
use ppcmk_coverage::{
    HealthStatus, KeyName, KeyVaultId, KeyVersion, PolicyId, PolicyKind, PolicyLocation,
    PolicyName, ResourceGroupName, SameGeo, SubscriptionId, SystemId,
};
use tfplugin::schema::validator::{Validator, parses, sentence};
use tfplugin::timeouts::{DefaultTimeouts, Timeouts};
use tfplugin::{
    Attr, Attribute, AttributePath, Change, Cx, Diagnostic, Diagnostics, IdentitySchema, ImportKey,
    Model, MoveSource, Plan, Resource, Schema, Sink, Type, Value,
};

use super::{same_without_case, take_over};
use crate::client::{Call, Deleted, EnterprisePolicy, Environment, PolicySpec, Tags};
use crate::explain::explain;
use crate::services::{Services, call};

/// How long a new policy may take to show its identity (API facts 2.2, CMK facts 1 [C]: about 90 s).
const IDENTITY_WITHIN: Duration = Duration::from_secs(5 * 60);
/// How long a policy may take to notice that its last environment has left.
const UNLINK_NOTICED_WITHIN: Duration = Duration::from_secs(3 * 60);
const PAUSE: Duration = Duration::from_secs(3);
/// Terraform plans in parallel and without a fixed order. So long a policy that is to be deleted
/// waits for the plans that take its environments elsewhere.
const PLANS_OF_OTHERS: Duration = Duration::from_secs(2);
/// The kind of journal entries for policies.
const JOURNAL: &str = "policy";

/// The resource type.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct EnterprisePolicies;

/// The attributes.
#[derive(Clone, Debug, Default, Model)]
pub(crate) struct PolicyModel {
    id: Attr<String>,
    name: Attr<String>,
    resource_group_name: Attr<String>,
    subscription_id: Attr<String>,
    location: Attr<String>,
    key_vault_id: Attr<String>,
    key_name: Attr<String>,
    key_version: Attr<String>,
    tags: Attr<BTreeMap<String, Attr<String>>>,
    system_id: Attr<String>,
    principal_id: Attr<String>,
    tenant_id: Attr<String>,
    health_status: Attr<String>,
    linked_environment_ids: Attr<Vec<String>>,
    timeouts: Attr<Timeouts>,
}

impl Resource for EnterprisePolicies {
    type Client = Services;
    type Model = PolicyModel;

    fn type_name(&self) -> &'static str {
        "ppcmk_enterprise_policy"
    }

    fn schema(&self) -> Schema {
        schema(&self.default_timeouts())
    }

    fn default_timeouts(&self) -> DefaultTimeouts {
        DefaultTimeouts {
            read: Duration::from_secs(5 * 60),
            ..DefaultTimeouts::all(Duration::from_secs(30 * 60))
        }
    }

    fn identity_schema(&self) -> Option<IdentitySchema> {
        Some(IdentitySchema::new().required("id", "The Azure resource id of the policy."))
    }

    fn identity(&self, model: &PolicyModel) -> Option<Value> {
        let id = model.id.as_str()?;
        Some(Value::object([("id", Value::from(id))]))
    }

    async fn plan(&self, cx: Cx<Services>, plan: &mut Plan<PolicyModel>) {
        let Some(prior) = plan.prior.clone() else {
            plan_create(&cx, plan);
            return;
        };
        let Some(services) = cx.try_client() else {
            return;
        };
        let changed = changed_arguments(&prior, &plan.planned);
        if changed.is_empty() && !plan.replaces() {
            return;
        }
        let linked = match linked(services, &call(&cx), &prior).await {
            Ok(linked) => linked,
            Err(why) => {
                plan.diagnostics.push(not_seen(&why));
                return;
            }
        };
        if linked.is_empty() {
            return;
        }
        if plan.replaces() {
            plan.diagnostics
                .push(replaces_while_linked(&linked).at(&plan.requires_replace[0]));
            return;
        }
        for argument in changed {
            plan.diagnostics
                .push(frozen(argument, &linked).at(argument));
        }
    }

    async fn plan_delete(&self, cx: Cx<Services>, prior: PolicyModel) -> Diagnostics {
        let mut diagnostics = Diagnostics::from(Diagnostic::warning(
            "Key access ends with the policy",
            format!(
                "Deleting the policy {} deletes its identity, and with it the access to the key. \
                 Backups of environments that were under the policy need the key for at least 30 \
                 days after they left.",
                prior.name.as_str().unwrap_or_default()
            ),
        ));
        let Some(services) = cx.try_client() else {
            return diagnostics;
        };
        match linked(services, &call(&cx), &prior).await {
            Ok(mut linked) => {
                let started = tokio::time::Instant::now();
                linked.retain(|environment| !services.is_leaving(&environment.id));
                while !linked.is_empty() && started.elapsed() < PLANS_OF_OTHERS {
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    linked.retain(|environment| !services.is_leaving(&environment.id));
                }
                if !linked.is_empty() {
                    diagnostics.push(deleted_while_linked(&linked));
                }
            }
            Err(why) => diagnostics.push(not_seen(&why)),
        }
        diagnostics
    }

    async fn create(
        &self,
        cx: Cx<Services>,
        change: Change<PolicyModel>,
        sink: Sink<PolicyModel>,
    ) -> Result<PolicyModel, Diagnostics> {
        let services = cx.client()?;
        let call = call(&cx);
        let mut model = change.planned;
        let id = model.policy_id()?;
        let spec = model.spec()?;
        let doing = format!("create the policy {id}");
        match services.arm().policy(&call, &id).await {
            Ok(None) => {}
            // Our own, from a run that was cut off: writing the same again changes nothing.
            Ok(Some(existing))
                if services
                    .journal
                    .holds(JOURNAL, id.as_str(), &spec.fingerprint())
                    && existing.kind == PolicyKind::Encryption => {}
            Ok(Some(existing)) => return Err(exists(&existing)),
            Err(error) => return Err(explain(&doing, &error).into()),
        }
        services
            .journal
            .begin(JOURNAL, id.as_str(), &spec.fingerprint());
        let policy = services
            .arm()
            .put_policy(&call, &id, &spec)
            .await
            .map_err(|error| explain(&doing, &error))?;
        model.observe(&policy);
        model.linked_environment_ids = Vec::new().into();
        sink.save(model.clone());
        let policy = with_identity(&cx, services, &call, policy).await?;
        model.observe(&policy);
        services.journal.end(JOURNAL, id.as_str());
        Ok(model)
    }

    async fn read(
        &self,
        cx: Cx<Services>,
        mut state: PolicyModel,
    ) -> Result<Option<PolicyModel>, Diagnostics> {
        let services = cx.client()?;
        let call = call(&cx);
        let id: PolicyId = parse_id(state.id.as_str().unwrap_or_default())?;
        let policy = services
            .arm()
            .policy(&call, &id)
            .await
            .map_err(|error| explain(&format!("read the policy {id}"), &error))?;
        let environments = linked(services, &call, &state).await;
        let Some(policy) = policy else {
            if let Ok(environments) = environments
                && !environments.is_empty()
            {
                cx.report(deleted_under_environments(&id, &environments));
            }
            return Ok(None);
        };
        if policy.kind != PolicyKind::Encryption {
            return Err(other_kind(&policy));
        }
        state.observe(&policy);
        state.linked_environment_ids = match environments {
            Ok(environments) => environments
                .iter()
                .map(|environment| environment.id.to_string())
                .collect::<Vec<_>>()
                .into(),
            Err(why) => {
                cx.report(not_seen(&why));
                Attr::Null
            }
        };
        if matches!(
            policy.health_status,
            Some(HealthStatus::Unhealthy | HealthStatus::Warning)
        ) {
            cx.report(unhealthy(&policy));
        }
        Ok(Some(state))
    }

    async fn update(
        &self,
        cx: Cx<Services>,
        prior: PolicyModel,
        change: Change<PolicyModel>,
        sink: Sink<PolicyModel>,
    ) -> Result<PolicyModel, Diagnostics> {
        let services = cx.client()?;
        let call = call(&cx);
        let mut model = change.planned;
        let id: PolicyId = parse_id(prior.id.as_str().unwrap_or_default())?;
        let changed = changed_arguments(&prior, &model);
        let doing = format!("change the policy {id}");
        let outcome = match changed.as_slice() {
            // Timeouts and the like live in Terraform only.
            [] => services
                .arm()
                .policy(&call, &id)
                .await
                .map(|policy| policy.ok_or(())),
            ["tags"] => services
                .arm()
                .tag_policy(&call, &id, &model.tags())
                .await
                .map(Ok),
            _ => services
                .arm()
                .put_policy(&call, &id, &model.spec()?)
                .await
                .map(Ok),
        };
        let policy = outcome.map_err(|error| explain(&doing, &error))?;
        let Ok(policy) = policy else {
            return Err(Diagnostic::error(
                "Policy not found",
                format!("The policy {id} has disappeared since the plan was made. Plan again."),
            )
            .into());
        };
        model.observe(&policy);
        model.linked_environment_ids = prior.linked_environment_ids.clone();
        sink.save(model.clone());
        // What was written is only believed when it was read.
        match services.arm().policy(&call, &id).await {
            Ok(Some(policy)) => {
                model.observe(&policy);
                Ok(model)
            }
            Ok(None) | Err(_) => Ok(model),
        }
    }

    async fn delete(&self, cx: Cx<Services>, prior: PolicyModel) -> Result<(), Diagnostics> {
        let services = cx.client()?;
        let call = call(&cx);
        let id: PolicyId = parse_id(prior.id.as_str().unwrap_or_default())?;
        let started = tokio::time::Instant::now();
        loop {
            let error = match services.arm().delete_policy(&call, &id).await {
                Ok(Deleted::Removed | Deleted::WasAbsent) => return Ok(()),
                Err(error) => error,
            };
            let mut diagnostic = explain(&format!("delete the policy {id}"), &error);
            if !error.has_code("EnterprisePolicyDeleteNotAllowed") {
                return Err(diagnostic.into());
            }
            services.environments().forget_list();
            let environments = linked(services, &call, &prior).await.unwrap_or_default();
            if !environments.is_empty() {
                diagnostic.detail =
                    format!("{}\n\nLinked: {}.", diagnostic.detail, names(&environments));
                return Err(diagnostic.into());
            }
            // No environment shows a link any more, so the policy has only not noticed yet.
            if started.elapsed() > UNLINK_NOTICED_WITHIN {
                return Err(diagnostic.into());
            }
            cx.waiting_for(format!(
                "the policy {id} to notice that no environment is linked"
            ));
            if call.sleep(PAUSE).await.is_err() {
                return Err(diagnostic.into());
            }
        }
    }

    fn take_over(&self, source: &MoveSource) -> Result<Option<PolicyModel>, Diagnostics> {
        if take_over::is_of(source, take_over::AZAPI_RESOURCE) {
            from_azapi(source).map(Some)
        } else {
            Ok(None)
        }
    }

    async fn import(&self, cx: Cx<Services>, key: ImportKey) -> Result<PolicyModel, Diagnostics> {
        let text = match &key {
            ImportKey::Id(id) => id.clone(),
            ImportKey::Identity(identity) => identity
                .attribute("id")
                .as_str()
                .unwrap_or_default()
                .to_owned(),
        };
        let id = parse_id(text.trim())?;
        let services = cx.client()?;
        let policy = services
            .arm()
            .policy(&call(&cx), &id)
            .await
            .map_err(|error| explain(&format!("read the policy {id}"), &error))?;
        let Some(policy) = policy else {
            return Err(Diagnostic::error(
                "Policy not found",
                format!(
                    "There is no enterprise policy {id}, or the application lacks the role Reader \
                     on it. Nothing was imported."
                ),
            )
            .into());
        };
        if policy.kind != PolicyKind::Encryption {
            return Err(other_kind(&policy));
        }
        let mut model = PolicyModel {
            name: policy.id.name().to_string().into(),
            resource_group_name: policy.id.resource_group().to_string().into(),
            subscription_id: policy.id.subscription().to_string().into(),
            ..PolicyModel::default()
        };
        model.observe(&policy);
        Ok(model)
    }
}

fn schema(timeouts: &DefaultTimeouts) -> Schema {
    Schema::new(
        "An enterprise policy of kind Encryption: the Azure resource that names a key in a Key \
         Vault or Managed HSM, and whose identity uses it. Environments come under it with \
         `ppcmk_environment_assignment`; its identity gets its right on the key with \
         `ppcmk_key_access`.\n\nA policy cannot change while environments are linked to it. \
         Deleting it revokes its access to the key.",
    )
    .attributes([
        Attribute::string("id")
            .computed()
            .use_prior()
            .describe("The Azure resource id."),
        Attribute::string("name")
            .required()
            .requires_replace()
            .same_when(same_without_case)
            .describe("The name of the policy.")
            .validate(parses("Invalid policy name", str::parse::<PolicyName>)),
        Attribute::string("resource_group_name")
            .required()
            .requires_replace()
            .same_when(same_without_case)
            .describe("The resource group that holds the policy.")
            .validate(parses(
                "Invalid resource group name",
                str::parse::<ResourceGroupName>,
            )),
        Attribute::string("subscription_id")
            .optional_computed()
            .use_prior()
            .requires_replace()
            .same_when(same_without_case)
            .describe("The Azure subscription. Default: the provider's `subscription_id`.")
            .validate(parses(
                "Invalid subscription id",
                str::parse::<SubscriptionId>,
            )),
        Attribute::string("location")
            .required()
            .requires_replace()
            .same_when(same_geo)
            .describe(
                "The geo, such as `europe` or `uk`, not an Azure region. The names that \
                 environments use (`unitedkingdom`) are understood. It has to be the geo of the \
                 environments.",
            )
            .validate(PolicyLocationName),
        Attribute::string("key_vault_id")
            .required()
            .same_when(same_without_case)
            .describe(
                "The Azure resource id of the Key Vault or Managed HSM. It needs soft delete and \
                 purge protection.",
            )
            .validate(parses("Invalid key vault id", str::parse::<KeyVaultId>)),
        Attribute::string("key_name")
            .required()
            .same_when(same_without_case)
            .describe("The name of the key: RSA or RSA-HSM of 2048 or 3072 bits.")
            .validate(parses("Invalid key name", str::parse::<KeyName>)),
        Attribute::string("key_version")
            .same_when(same_without_case)
            .describe(
                "A version of the key to pin. Without it the policy follows the newest version, \
                 within 24 hours, which is how keys are rotated.",
            )
            .validate(parses("Invalid key version", str::parse::<KeyVersion>)),
        Attribute::new("tags", Type::map(Type::String)).describe("Azure tags."),
        Attribute::string("system_id")
            .computed()
            .use_prior()
            .describe("The id by which the Power Platform knows the policy."),
        Attribute::string("principal_id")
            .computed()
            .use_prior()
            .describe("The object id of the policy's identity, which needs the right on the key."),
        Attribute::string("tenant_id")
            .computed()
            .use_prior()
            .describe("The Entra tenant of the identity."),
        Attribute::string("health_status").computed().describe(
            "`Undetermined`, `Healthy`, `Warning` or `Unhealthy`. A good policy is known to stay \
             `Undetermined`.",
        ),
        Attribute::new("linked_environment_ids", Type::list(Type::String))
            .computed()
            .describe(
                "The environments that are under the policy, as far as the application sees \
             environments; null when it sees none at all.",
            ),
    ])
    .block(timeouts.block())
}

/// A policy that azapi managed. A refresh follows, so what names it and its key is enough.
fn from_azapi(source: &MoveSource) -> Result<PolicyModel, Diagnostics> {
    let id = parse_id(take_over::required(source, "id")?)?;
    let body = take_over::azapi_body(&source.state);
    let kind = take_over::text(&body, "kind").unwrap_or("Encryption");
    if !kind.eq_ignore_ascii_case("Encryption") {
        return Err(Diagnostic::error(
            "Move of another kind",
            format!(
                "The policy {id} is of kind {kind}, and this resource manages Encryption only."
            ),
        )
        .into());
    }
    let vault = body.pointer("/properties/encryption/keyVault");
    let vault_text = |path: &str| {
        vault
            .and_then(|vault| vault.pointer(path))
            .and_then(serde_json::Value::as_str)
            .map(str::to_owned)
    };
    Ok(PolicyModel {
        id: id.to_string().into(),
        name: id.name().to_string().into(),
        resource_group_name: id.resource_group().to_string().into(),
        subscription_id: id.subscription().to_string().into(),
        location: take_over::text(&source.state, "location")
            .map(str::to_owned)
            .into(),
        key_vault_id: vault_text("/id").into(),
        key_name: vault_text("/key/name").into(),
        key_version: vault_text("/key/version").into(),
        ..PolicyModel::default()
    })
}

/// Locations that name the same geo.
fn same_geo(left: &Value, right: &Value) -> bool {
    let (Some(left), Some(right)) = (left.as_str(), right.as_str()) else {
        return false;
    };
    let (left, right) = (PolicyLocation::new(left), PolicyLocation::new(right));
    left.same_as(&right) == SameGeo::Same
}

/// A policy location, with a hint for what is mistaken for one.
struct PolicyLocationName;

impl Validator for PolicyLocationName {
    fn validate(&self, value: &Value, path: &AttributePath, diagnostics: &mut Diagnostics) {
        let Some(text) = value.as_str() else { return };
        let refuse = |detail: String| Diagnostic::error("Not a policy location", detail).at(path);
        match PolicyLocation::new(text).classify() {
            LocationName::PolicyLocation(_) | LocationName::OtherName(_) => {}
            LocationName::AzureRegion(region) => {
                let geos = match region {
                    RegionGeo::One(geo) => vec![geo],
                    RegionGeo::Several(geos) => geos,
                    RegionGeo::Unknown => Vec::new(),
                };
                let names: Vec<_> = geos
                    .into_iter()
                    .map(|geo| format!("{:?}", geo.policy_location()))
                    .collect();
                let way_out = if names.is_empty() {
                    String::new()
                } else {
                    format!(" Use {}.", names.join(" or "))
                };
                diagnostics.push(refuse(format!(
                    "{text:?} is an Azure region. The location of a policy is a Power Platform \
                     geo.{way_out}"
                )));
            }
            LocationName::Unknown if text.trim().is_empty() => {
                diagnostics.push(refuse("The location is empty.".to_owned()));
            }
            LocationName::Unknown => diagnostics.push(
                Diagnostic::warning(
                    "Unknown policy location",
                    format!(
                        "{text:?} is not in the provider's table of geos. It may be new; Azure \
                         decides when the policy is created."
                    ),
                )
                .at(path),
            ),
        }
    }
}

impl PolicyModel {
    fn policy_id(&self) -> Result<PolicyId, Diagnostics> {
        let part = |value: &Attr<String>| value.as_str().unwrap_or_default().to_owned();
        let build = || {
            Ok::<_, ppcmk_coverage::ParseError>(PolicyId::new(
                part(&self.subscription_id).parse::<SubscriptionId>()?,
                part(&self.resource_group_name).parse::<ResourceGroupName>()?,
                part(&self.name).parse::<PolicyName>()?,
            ))
        };
        build().map_err(|error| {
            Diagnostic::error("Invalid policy id", sentence(&error.to_string())).into()
        })
    }

    fn spec(&self) -> Result<PolicySpec, Diagnostics> {
        let build = || {
            Ok::<_, ppcmk_coverage::ParseError>(PolicySpec {
                location: PolicyLocation::new(self.location.as_str().unwrap_or_default()),
                key_vault_id: self.key_vault_id.as_str().unwrap_or_default().parse()?,
                key_name: self.key_name.as_str().unwrap_or_default().parse()?,
                key_version: self.key_version.as_str().map(str::parse).transpose()?,
                tags: self.tags(),
            })
        };
        build().map_err(|error| {
            Diagnostic::error("Invalid policy", sentence(&error.to_string())).into()
        })
    }

    fn tags(&self) -> Tags {
        let tags = self.tags.clone().known().unwrap_or_default();
        tags.into_iter()
            .map(|(name, value)| (name, value.known().unwrap_or_default()))
            .collect()
    }

    /// Fills in what Azure shows.
    fn observe(&mut self, policy: &EnterprisePolicy) {
        if !self.id.is_known() {
            self.id = policy.id.to_string().into();
        }
        self.location = policy.location.as_str().to_owned().into();
        if let Some(vault) = &policy.key_vault_id {
            self.key_vault_id = vault.to_string().into();
        } else {
            self.key_vault_id = policy.key_vault_id_text.clone().into();
        }
        self.key_name = policy.key_name.as_ref().map(ToString::to_string).into();
        self.key_version = policy.key_version.as_ref().map(ToString::to_string).into();
        // Azure does not tell an empty map from none; the user's choice stays.
        if !policy.tags.is_empty()
            || self
                .tags
                .as_ref()
                .known()
                .is_some_and(|tags| !tags.is_empty())
        {
            self.tags = if policy.tags.is_empty() {
                Attr::Null
            } else {
                let known =
                    |(name, value): (&String, &String)| (name.clone(), value.clone().into());
                policy
                    .tags
                    .iter()
                    .map(known)
                    .collect::<BTreeMap<_, _>>()
                    .into()
            };
        }
        self.system_id = policy.system_id.as_ref().map(ToString::to_string).into();
        self.principal_id = policy.principal_id.as_ref().map(ToString::to_string).into();
        self.tenant_id = policy.tenant_id.as_ref().map(ToString::to_string).into();
        self.health_status = policy
            .health_status
            .as_ref()
            .map(|status| status.as_str().to_owned())
            .into();
    }
}

fn plan_create(cx: &Cx<Services>, plan: &mut Plan<PolicyModel>) {
    if !plan.config.subscription_id.is_null() {
        return;
    }
    let Some(services) = cx.try_client() else {
        return;
    };
    match &services.subscription_id {
        Some(subscription) => plan.planned.subscription_id = subscription.to_string().into(),
        None => plan.diagnostics.error(
            "subscription_id",
            "Missing subscription",
            "Neither the policy nor the provider names an Azure subscription. Set \
             subscription_id here, in the provider block, or as ARM_SUBSCRIPTION_ID.",
        ),
    }
}

/// The arguments that Azure would see change.
fn changed_arguments(prior: &PolicyModel, planned: &PolicyModel) -> Vec<&'static str> {
    let same = |left: &Attr<String>, right: &Attr<String>| match (left, right) {
        (Attr::Known(left), Attr::Known(right)) => left.eq_ignore_ascii_case(right),
        (left, right) => left == right,
    };
    let same_tags = match (&prior.tags, &planned.tags) {
        (_, Attr::Unknown) => false,
        _ => prior.tags() == planned.tags(),
    };
    [
        (
            "key_vault_id",
            same(&prior.key_vault_id, &planned.key_vault_id),
        ),
        ("key_name", same(&prior.key_name, &planned.key_name)),
        (
            "key_version",
            same(&prior.key_version, &planned.key_version),
        ),
        ("tags", same_tags),
    ]
    .into_iter()
    .filter_map(|(argument, same)| (!same).then_some(argument))
    .collect()
}

/// The environments under the policy, or why nobody knows.
async fn linked(
    services: &Services,
    call: &Call,
    state: &PolicyModel,
) -> Result<Vec<Arc<Environment>>, String> {
    let policy = state.id.as_str().and_then(|id| id.parse::<PolicyId>().ok());
    let system_id = state
        .system_id
        .as_str()
        .and_then(|id| id.parse::<SystemId>().ok());
    services
        .environments()
        .linked_to(call, policy.as_ref(), system_id.as_ref())
        .await
        .map_err(|error| error.report())
}

/// A new policy shows its identity and its system id after a while.
async fn with_identity(
    cx: &Cx<Services>,
    services: &Services,
    call: &Call,
    mut policy: EnterprisePolicy,
) -> Result<EnterprisePolicy, Diagnostics> {
    let id = policy.id.clone();
    let patience = call.within(IDENTITY_WITHIN);
    loop {
        // Also when the answer to the PUT had everything: what was written is read back.
        if let Some(read) = services
            .arm()
            .policy(call, &id)
            .await
            .map_err(|error| explain(&format!("read the new policy {id}"), &error))?
        {
            policy = read;
        }
        if policy.principal_id.is_some() && policy.system_id.is_some() {
            return Ok(policy);
        }
        cx.waiting_for(format!("the identity of the new policy {id}"));
        if patience.sleep(PAUSE).await.is_err() {
            cx.report(Diagnostic::warning(
                "Identity not visible yet",
                format!(
                    "The policy {id} exists, and Azure does not show its identity or its system \
                     id yet. The next refresh reads them."
                ),
            ));
            return Ok(policy);
        }
    }
}

fn parse_id(text: &str) -> Result<PolicyId, Diagnostics> {
    text.parse().map_err(|error: ppcmk_coverage::ParseError| {
        Diagnostic::error(
            "Invalid policy id",
            format!(
                "{} A policy is imported by its Azure resource id, /subscriptions/<subscription \
                 id>/resourceGroups/<group>/providers/Microsoft.PowerPlatform/\
                 enterprisePolicies/<name>.",
                sentence(&error.to_string())
            ),
        )
        .into()
    })
}

fn names(environments: &[Arc<Environment>]) -> String {
    const MOST: usize = 10;
    let mut names: Vec<String> = environments
        .iter()
        .take(MOST)
        .map(|environment| format!("{} ({})", environment.display_name, environment.id))
        .collect();
    if environments.len() > MOST {
        names.push(format!("{} more", environments.len() - MOST));
    }
    names.join(", ")
}

fn not_seen(why: &str) -> Diagnostic {
    Diagnostic::warning(
        "Linked environments not known",
        format!(
            "Which environments are under the policy could not be read, so nothing was checked \
             against them: {why}"
        ),
    )
}

fn frozen(argument: &str, linked: &[Arc<Environment>]) -> Diagnostic {
    let way_out = if argument == "tags" {
        "Tags can change only while no environment is linked."
    } else {
        "To use another key, create a second policy with it, grant its identity the right on \
         that key, and change policy_id of the assignments: they swap in place. To rotate the \
         key, add a new version of the same key; a policy without key_version follows it."
    };
    Diagnostic::error(
        "Linked policy cannot change",
        format!(
            "Azure refuses every change of a policy while environments are linked to it, and \
             {argument} changes. Linked: {}.\n\n{way_out}",
            names(linked)
        ),
    )
}

fn replaces_while_linked(linked: &[Arc<Environment>]) -> Diagnostic {
    Diagnostic::warning(
        "Linked policy is replaced",
        format!(
            "Environments are linked to the policy that this change replaces: {}. Azure refuses \
             to delete it before they are under another one. That works with create_before_destroy \
             and another name: the new policy is created, the assignments swap, the old policy is \
             deleted. Otherwise the apply ends with an error before anything is lost.",
            names(linked)
        ),
    )
}

fn deleted_while_linked(linked: &[Arc<Environment>]) -> Diagnostic {
    Diagnostic::error(
        "Linked policy cannot be deleted",
        format!(
            "Environments are linked to the policy: {}. Without it they would lose their key and \
             go offline, and Azure refuses to delete it.\n\nPut them under another policy or \
             destroy their assignments with deletion_policy = \"UNLINK\" first. If this plan does \
             that, Terraform has not told the provider in time: apply it before you remove the \
             policy from the configuration.",
            names(linked)
        ),
    )
}

fn deleted_under_environments(id: &PolicyId, linked: &[Arc<Environment>]) -> Diagnostic {
    Diagnostic::warning(
        "Policy deleted under its environments",
        format!(
            "The policy {id} does not exist any more, and environments still name it: {}. They \
             have lost their key and go offline; production environments are deleted after 30 \
             days, sandboxes after 7. A new policy of the same name is another one: swap the \
             environments to it, or ask Microsoft's support to restore the old one.",
            names(linked)
        ),
    )
}

fn unhealthy(policy: &EnterprisePolicy) -> Diagnostic {
    let status = policy
        .health_status
        .as_ref()
        .map_or("unknown", HealthStatus::as_str);
    Diagnostic::warning(
        "Policy is not healthy",
        format!(
            "Azure shows the policy {} as {status}: its key or its right on the key is in \
             trouble. Check that the key and its version are enabled and not expired, that the \
             vault is reachable for trusted services, and that the identity still has its right. \
             Environments without their key go offline.",
            policy.id
        ),
    )
}

fn other_kind(policy: &EnterprisePolicy) -> Diagnostics {
    Diagnostic::error(
        "Not an encryption policy",
        format!(
            "The enterprise policy {} is of kind {}, and this resource manages the kind \
             Encryption only.",
            policy.id,
            policy.kind.as_str()
        ),
    )
    .into()
}

fn exists(policy: &EnterprisePolicy) -> Diagnostics {
    Diagnostic::error(
        "Policy already exists",
        format!(
            "The enterprise policy {id} exists already (kind {kind}, location {location}), and \
             this state does not manage it. Nothing was changed.\n\nImport it:\n\n    import {{\n\
             \x20     to = ppcmk_enterprise_policy.<name>\n      id = \"{id}\"\n    }}\n\nOr use \
             another name.",
            id = policy.id,
            kind = policy.kind.as_str(),
            location = policy.location.as_str()
        ),
    )
    .at("name")
    .into()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const ID: &str = "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/rg/providers/Microsoft.PowerPlatform/enterprisePolicies/ep";

    fn azapi(kind: &str) -> MoveSource {
        MoveSource {
            provider: "registry.terraform.io/azure/azapi".to_owned(),
            type_name: "azapi_resource".to_owned(),
            schema_version: 2,
            state: json!({
                "id": ID,
                "location": "europe",
                "body": {"kind": kind, "properties": {"encryption": {"keyVault": {
                    "id": "/subscriptions/s/vaults/kv", "key": {"name": "cmk"}}}}},
            }),
        }
    }

    #[test]
    fn a_policy_of_azapi_is_taken_over() {
        let model = EnterprisePolicies
            .take_over(&azapi("Encryption"))
            .unwrap()
            .unwrap();
        assert_eq!(model.id.as_str(), Some(ID));
        assert_eq!(model.name.as_str(), Some("ep"));
        assert_eq!(model.key_name.as_str(), Some("cmk"));
    }

    #[test]
    fn other_kinds_and_other_types_are_not() {
        assert!(
            EnterprisePolicies
                .take_over(&azapi("NetworkInjection"))
                .is_err()
        );
        let other = MoveSource {
            type_name: "azurerm_key_vault".to_owned(),
            ..azapi("Encryption")
        };
        assert!(EnterprisePolicies.take_over(&other).unwrap().is_none());
    }
}
