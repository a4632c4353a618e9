//! `ppcmk_key_access`: the right of a policy's identity on the key.
//!
//! Taking the right away too early locks environments, also those that have left the policy:
//! their backups need the key for 30 days (CMK facts 2.2, documented). So destroying keeps the
//! grant unless the user asks otherwise, and even then only when nothing speaks against it.

mod grant;
mod history;
mod model;

use std::time::Duration;

use ppcmk_coverage::{PolicyId, PrincipalId, RoleAssignmentId};
use tfplugin::schema::validator::sentence;
use tfplugin::timeouts::DefaultTimeouts;
use tfplugin::{
    Attr, Change, Cx, Diagnostic, Diagnostics, ImportKey, Plan, Resource, Schema, Sink,
};

use self::grant::Grant;
use self::model::KeyAccess;
use self::model::{GrantId, Mode};
use crate::checks::Presence;
use crate::client::Call;
use crate::explain::explain;
use crate::services::{Services, call};

const PAUSE: Duration = Duration::from_secs(3);
/// How long a new policy may take to show its identity.
const IDENTITY_WITHIN: Duration = Duration::from_secs(5 * 60);

/// The resource type.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct KeyAccesses;

impl Resource for KeyAccesses {
    type Client = Services;
    type Model = KeyAccess;

    fn type_name(&self) -> &'static str {
        "ppcmk_key_access"
    }

    fn schema(&self) -> Schema {
        model::schema(&self.default_timeouts())
    }

    fn default_timeouts(&self) -> DefaultTimeouts {
        DefaultTimeouts {
            read: Duration::from_secs(5 * 60),
            ..DefaultTimeouts::all(Duration::from_secs(30 * 60))
        }
    }

    fn validate(&self, config: &KeyAccess, diagnostics: &mut Diagnostics) {
        match (&config.policy_id, &config.principal_id) {
            (Attr::Null, Attr::Null) => diagnostics.error(
                "policy_id",
                "Missing identity",
                "Set exactly one of policy_id and principal_id: whose right on the key this is.",
            ),
            (Attr::Known(_), Attr::Known(_)) => diagnostics.error(
                "principal_id",
                "Two identities",
                "Set exactly one of policy_id and principal_id. With policy_id the provider finds \
                 the identity itself.",
            ),
            _ => {}
        }
        if config.key_name.is_known() && config.mode() == Mode::AccessPolicy {
            diagnostics.error(
                "key_name",
                "Scope not possible",
                model::ACCESS_POLICY_COVERS_VAULT,
            );
        }
        if config.is_in_managed_hsm() {
            diagnostics.error(
                "key_vault_id",
                "Managed HSM not supported",
                model::MANAGED_HSM,
            );
        }
    }

    async fn plan(&self, cx: Cx<Services>, plan: &mut Plan<KeyAccess>) {
        if let Some(services) = cx.try_client() {
            services.refuse(&plan.planned.touched(), &mut plan.diagnostics);
        }
        let Some(prior) = &plan.prior else {
            if let Some(services) = cx.try_client() {
                services.planned.will_grant(plan.planned.planned());
            }
            return;
        };
        if prior.is_of_another_mode_than(plan.planned.mode()) {
            plan.requires_replace.push("mode".into());
            plan.planned.id = Attr::Unknown;
        }
        if plan.planned.names_another_identity_than(prior) {
            plan.planned.principal_id = Attr::Unknown;
            if names_the_same_identity(&cx, prior, &plan.planned).await {
                // An imported grant knows the identity, and the configuration its policy.
                plan.requires_replace
                    .retain(|path| *path != "policy_id".into());
                plan.planned.principal_id = prior.principal_id.clone();
            }
        }
        if plan.replaces() {
            plan.planned.id = Attr::Unknown;
        }
    }

    async fn plan_delete(&self, _: Cx<Services>, prior: KeyAccess) -> Diagnostics {
        if prior.retains() {
            return Diagnostics::new();
        }
        Diagnostic::warning(
            "Key access ends",
            "Destroying the grant takes the policy's access to the key away. Environments that \
             are under the policy go offline, and backups of environments that have left it \
             cannot be restored.",
        )
        .into()
    }

    async fn create(
        &self,
        cx: Cx<Services>,
        change: Change<KeyAccess>,
        sink: Sink<KeyAccess>,
    ) -> Result<KeyAccess, Diagnostics> {
        let services = cx.client()?;
        let call = call(&cx);
        let mut model = change.planned;
        let principal = principal(&cx, services, &call, &model).await?;
        model.principal_id = principal.to_string().into();
        let grant = Grant::resolve(services, &call, &model, principal).await?;
        let id = grant.make(&cx, services, &call).await?;
        model.id = id.to_string().into();
        sink.save(model.clone());
        match grant.wait_until_visible(&cx, services, &call, &id).await {
            Ok(()) => {}
            // Nothing that needs the grant is begun any more, and an error would replace it.
            Err(_) if cx.stop().is_cancelled() => cx.report(not_seen_yet(&id)),
            Err(problems) => return Err(problems),
        }
        Ok(model)
    }

    async fn read(
        &self,
        cx: Cx<Services>,
        state: KeyAccess,
    ) -> Result<Option<KeyAccess>, Diagnostics> {
        let services = cx.client()?;
        let call = call(&cx);
        let Some(id) = state.grant_id() else {
            return Ok(None);
        };
        if is_of_former_identity(&cx, services, &call, &state).await {
            return Ok(None);
        }
        let doing = format!("read the grant {id}");
        let effective = match &id {
            GrantId::Role(role) => {
                let assignment = services
                    .arm()
                    .role_assignment(&call, role)
                    .await
                    .map_err(|error| explain(&doing, &error))?;
                grant::is_effective(&cx, services, &call, &state, assignment.as_ref()).await?
            }
            GrantId::AccessPolicy { vault, principal } => {
                let vault = services
                    .arm()
                    .vault(&call, vault)
                    .await
                    .map_err(|error| explain(&doing, &error))?;
                vault.is_some_and(|vault| {
                    if vault.uses_rbac {
                        cx.report(model::ignored_by_vault(&id, "role assignments"));
                    }
                    !vault.uses_rbac
                        && vault
                            .access_policy_of(principal)
                            .is_some_and(crate::client::AccessPolicy::allows_encryption)
                })
            }
        };
        Ok(effective.then_some(state))
    }

    async fn update(
        &self,
        _: Cx<Services>,
        prior: KeyAccess,
        change: Change<KeyAccess>,
        _: Sink<KeyAccess>,
    ) -> Result<KeyAccess, Diagnostics> {
        // What names the grant replaces it; the rest lives in Terraform only.
        let mut model = change.planned;
        model.id = prior.id;
        model.principal_id = prior.principal_id;
        Ok(model)
    }

    async fn delete(&self, cx: Cx<Services>, prior: KeyAccess) -> Result<(), Diagnostics> {
        let Some(id) = prior.grant_id() else {
            return Ok(());
        };
        if prior.retains() {
            cx.report(model::kept(&id));
            return Ok(());
        }
        let services = cx.client()?;
        let call = call(&cx);
        if !grant::exists(services, &call, &id).await? {
            return Ok(());
        }
        history::refuse_if_needed(services, &call, &prior).await?;
        grant::remove(services, &call, &id).await
    }

    async fn import(&self, cx: Cx<Services>, key: ImportKey) -> Result<KeyAccess, Diagnostics> {
        let ImportKey::Id(text) = key else {
            return Err(Diagnostic::error("No resource identity", "Import it by its id.").into());
        };
        let services = cx.client()?;
        let call = call(&cx);
        let id: GrantId = super::pasted(&text).parse().map_err(|error: ppcmk_coverage::ParseError| {
            Diagnostic::error(
                "Invalid import id",
                format!(
                    "{} A grant is imported by the id of its role assignment, <vault or key id>/\
                     providers/Microsoft.Authorization/roleAssignments/<guid>, or for an access \
                     policy by <vault id>/objectId/<principal id>.",
                    sentence(&error.to_string())
                ),
            )
        })?;
        grant::import(services, &call, &id).await
    }
}

fn not_seen_yet(id: &GrantId) -> Diagnostic {
    Diagnostic::warning(
        "Grant not visible yet",
        format!(
            "You stopped Terraform after the grant {id} was made and before Azure showed it. The \
             state has it; the next run looks again."
        ),
    )
}

/// Whether the policy was deleted and created again, so that it has another identity now and the
/// grant is of no use to it.
async fn is_of_former_identity(
    cx: &Cx<Services>,
    services: &Services,
    call: &Call,
    state: &KeyAccess,
) -> bool {
    let Some(policy) = state.policy_id.as_str().and_then(|id| id.parse().ok()) else {
        return false;
    };
    let present = services.checks.live.present(services, call, &policy).await;
    let Presence::Is(present) = present else {
        return false;
    };
    let Some(is) = &present.principal_id else {
        return false;
    };
    let was = state.principal_id.as_str().unwrap_or_default();
    if was.is_empty() || is.as_str().eq_ignore_ascii_case(was) {
        return false;
    }
    cx.report(Diagnostic::warning(
        "Grant of a former identity",
        format!(
            "The grant is for the identity {was}, and the policy {policy} has the identity {is}: \
             it was deleted and created again. The present identity needs a grant of its own."
        ),
    ));
    true
}

/// Whether the policy that is now named is the one whose identity has the grant.
async fn names_the_same_identity(
    cx: &Cx<Services>,
    prior: &KeyAccess,
    planned: &KeyAccess,
) -> bool {
    let (Some(services), None, Some(policy)) = (
        cx.try_client(),
        prior.policy_id.as_str(),
        planned.policy_id.as_str(),
    ) else {
        return false;
    };
    let Ok(id) = policy.parse::<PolicyId>() else {
        return false;
    };
    if services.planned.policy(&id).is_some() {
        // Its identity does not exist yet, so it is another one.
        return false;
    }
    match services.arm().policy(&call(cx), &id).await {
        Ok(Some(policy)) => policy.principal_id.is_some_and(|principal| {
            prior
                .principal_id
                .as_str()
                .is_some_and(|known| principal.as_str().eq_ignore_ascii_case(known))
        }),
        Ok(None) | Err(_) => false,
    }
}

/// The identity that gets the right.
async fn principal(
    cx: &Cx<Services>,
    services: &Services,
    call: &Call,
    model: &KeyAccess,
) -> Result<PrincipalId, Diagnostics> {
    if let Some(principal) = model.principal_id.as_str() {
        return principal
            .parse()
            .map_err(|error: ppcmk_coverage::ParseError| {
                Diagnostic::error("Invalid principal id", sentence(&error.to_string()))
                    .at("principal_id")
                    .into()
            });
    }
    let problem = |summary: &str, detail: String| {
        Diagnostics::from(Diagnostic::error(summary, detail).at("policy_id"))
    };
    let text = model.policy_id.as_str().unwrap_or_default();
    let id: PolicyId = text.parse().map_err(|error: ppcmk_coverage::ParseError| {
        problem("Invalid policy id", sentence(&error.to_string()))
    })?;
    let patience = call.within(IDENTITY_WITHIN);
    loop {
        let policy = services.arm().policy(call, &id).await.map_err(|error| {
            Diagnostics::from(explain(&format!("read the policy {id}"), &error).at("policy_id"))
        })?;
        match policy {
            None => {
                return Err(problem(
                    "Policy not found",
                    format!(
                        "There is no enterprise policy {id}, or the application lacks the role \
                         Reader on it."
                    ),
                ));
            }
            Some(policy) => {
                if let Some(principal) = policy.principal_id {
                    return Ok(principal);
                }
            }
        }
        cx.waiting_for(format!("the identity of the policy {id}"));
        if patience.sleep(PAUSE).await.is_err() {
            return Err(problem(
                "Policy without identity",
                format!(
                    "Azure shows no identity for the policy {id}. A new policy needs some \
                     minutes; run the command again."
                ),
            ));
        }
    }
}

/// Parses the id of a role assignment.
fn role_id(text: &str) -> Result<RoleAssignmentId, ppcmk_coverage::ParseError> {
    text.parse()
}
