//! The attributes of `ppcmk_environment_assignment`, and what an environment makes of them.

use ppcmk_coverage::{EnvironmentId, LinkStatus, PolicyId, SystemId};
use serde::{Deserialize, Serialize};
use tfplugin::schema::validator::{one_of, parses};
use tfplugin::timeouts::{DefaultTimeouts, Timeouts};
use tfplugin::{Attr, Attribute, Model, Nesting, Schema, Value};
use time::OffsetDateTime;

use crate::client::{
    Environment, Operation, OperationState, OperationType, PolicyLink, newest_of_key,
};
use crate::resources::same_without_case;
use crate::services::Touched;

/// One environment under one policy.
#[derive(Clone, Debug, Default, Model)]
pub(crate) struct Assignment {
    pub(super) id: Attr<String>,
    pub(super) environment_id: Attr<String>,
    pub(super) policy_id: Attr<String>,
    pub(super) policy_system_id: Attr<String>,
    pub(super) wait_for: Attr<String>,
    pub(super) wait_for_on_destroy: Attr<String>,
    pub(super) deletion_policy: Attr<String>,
    pub(super) adopt_existing: Attr<bool>,
    pub(super) link_status: Attr<String>,
    pub(super) encryption_status: Attr<String>,
    pub(super) key_managed_by: Attr<String>,
    pub(super) environment: Attr<EnvironmentInfo>,
    pub(super) operation: Attr<OperationInfo>,
    pub(super) timeouts: Attr<Timeouts>,
}

/// What the environment is.
#[derive(Clone, Debug, Default, Model)]
pub(crate) struct EnvironmentInfo {
    name: Attr<String>,
    r#type: Attr<String>,
    location: Attr<String>,
    state: Attr<String>,
    managed: Attr<bool>,
}

/// The lifecycle operation that is running.
#[derive(Clone, Debug, Default, Model)]
pub(crate) struct OperationInfo {
    id: Attr<String>,
    r#type: Attr<String>,
    state: Attr<String>,
    started_at: Attr<String>,
}

/// How far create and update wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum WaitFor {
    /// The service has accepted the request.
    Accepted,
    /// The environment shows the link.
    Linked,
    /// The operation that re-encrypts has succeeded.
    Encrypted,
}

/// What destroy does with the link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DeletionPolicy {
    /// Destroy is an error.
    Prevent,
    /// The environment goes back to Microsoft's key.
    Unlink,
    /// The link stays, Terraform forgets it.
    Abandon,
}

impl DeletionPolicy {
    pub(crate) const WORDS: &[&str] = &["PREVENT", "UNLINK", "ABANDON"];

    pub(crate) fn parse(word: &str) -> Option<Self> {
        match word {
            "PREVENT" => Some(Self::Prevent),
            "UNLINK" => Some(Self::Unlink),
            "ABANDON" => Some(Self::Abandon),
            _ => None,
        }
    }

    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Prevent => "PREVENT",
            Self::Unlink => "UNLINK",
            Self::Abandon => "ABANDON",
        }
    }
}

#[expect(
    clippy::too_many_lines,
    reason = "one list of attributes with their texts"
)]
pub(super) fn schema(timeouts: &DefaultTimeouts) -> Schema {
    Schema::new(
        "Puts one environment under one encryption policy, so that its data is protected by the \
         customer's key. The environment is offline while the key is applied or removed, and \
         re-encryption can take up to four days.\n\nA change of the policy swaps the key in \
         place. The link is requested once; whatever interrupts Terraform, the next run finds it \
         and goes on.",
    )
    .attributes([
        Attribute::string("id")
            .computed()
            .use_prior()
            .describe("The environment's id."),
        Attribute::string("environment_id")
            .required()
            .requires_replace()
            .same_when(same_without_case)
            .describe("The environment: a GUID, or `Default-<tenant id>`.")
            .validate(parses(
                "Invalid environment id",
                str::parse::<EnvironmentId>,
            )),
        Attribute::string("policy_id")
            .same_when(same_without_case)
            .describe(
                "The enterprise policy of kind Encryption, by its Azure resource id. Exactly one \
                 of `policy_id` and `policy_system_id` is needed. Linking needs the role Reader \
                 on the policy.",
            )
            .validate(parses("Invalid policy id", str::parse::<PolicyId>)),
        Attribute::string("policy_system_id")
            .same_when(same_without_case)
            .describe(
                "The enterprise policy by its system id, `/regions/<location>/providers/\
                 Microsoft.PowerPlatform/enterprisePolicies/<guid>`, for a policy that cannot be \
                 read.",
            )
            .validate(parses("Invalid system id", str::parse::<SystemId>)),
        Attribute::string("wait_for")
            .default_value("accepted")
            .describe(
                "How far an apply waits: `accepted` (default) until the service has taken the \
                 request, `linked` until the environment shows the link, `encrypted` until the \
                 operation that re-encrypts the data has succeeded.",
            )
            .validate(one_of(&["accepted", "linked", "encrypted"])),
        Attribute::string("wait_for_on_destroy")
            .default_value("unlinked")
            .describe(
                "How far a destroy waits: `unlinked` (default) until the environment shows no \
                 link, `accepted` until the service has taken the request. A policy can be \
                 deleted only when its environments are unlinked.",
            )
            .validate(one_of(&["accepted", "unlinked"])),
        Attribute::string("deletion_policy")
            .optional_computed()
            .describe(
                "What destroying does: `PREVENT` (default) refuses, `UNLINK` takes the \
                 environment off the policy, which takes it offline and back to Microsoft's key, \
                 `ABANDON` leaves the link and forgets it. The provider's \
                 `default_deletion_policy` changes the default.",
            )
            .validate(one_of(DeletionPolicy::WORDS)),
        Attribute::bool("adopt_existing")
            .default_value(false)
            .describe(
                "Whether to take over a link to the same policy that exists already, instead of \
                 asking for an import.",
            ),
        Attribute::string("link_status").computed().describe(
            "The link as the environment shows it: `Linking`, `Linked`, `Unlinking`, `Failed` or \
             whatever word the service uses.",
        ),
        Attribute::string("encryption_status").computed().describe(
            "`Encrypting` while the operation runs, `Encrypted` once it was seen to succeed, \
             `Failed`, or `Unknown` where nobody has looked: the environment itself does not tell.",
        ),
        Attribute::string("key_managed_by").computed().describe(
            "What the service says about who manages the key. It is known to say `Microsoft` \
             also for environments under a policy, so rely on `link_status`.",
        ),
        Attribute::nested(
            "environment",
            Nesting::Single,
            [
                Attribute::string("name")
                    .computed()
                    .describe("The display name."),
                Attribute::string("type")
                    .computed()
                    .describe("The type, such as `Production` or `Sandbox`."),
                Attribute::string("location")
                    .computed()
                    .describe("The geo, as the service names it."),
                Attribute::string("state")
                    .computed()
                    .describe("The runtime state: `Enabled`, or `Disabled` while it is offline."),
                Attribute::bool("managed")
                    .computed()
                    .describe("Whether it is a Managed Environment."),
            ],
        )
        .computed()
        .describe("What the environment is."),
        Attribute::nested(
            "operation",
            Nesting::Single,
            [
                Attribute::string("id")
                    .computed()
                    .describe("The operation's id."),
                Attribute::string("type").computed().describe(
                    "`NewCustomerManagedKey`, `RotateCustomerManagedKey` or \
                     `RevertToMicrosoftKey`.",
                ),
                Attribute::string("state")
                    .computed()
                    .describe("`NotStarted` or `Running`."),
                Attribute::string("started_at")
                    .computed()
                    .describe("When it was requested, RFC 3339."),
            ],
        )
        .computed()
        .describe("The lifecycle operation that is still running, if any."),
    ])
    .block(timeouts.block())
}

/// The operation that this provider has started, kept in private state until its end is seen.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Note {
    /// Where it is polled.
    pub(super) url: Option<String>,
    pub(super) id: Option<String>,
    pub(super) kind: Option<String>,
    pub(super) started_at: Option<String>,
    /// The newest operation about keys before it: what the list shows of that one is old news.
    pub(super) previous: Option<String>,
    /// The ids of the policy that the slot named before. Reads may name it for a while longer.
    pub(super) from: Vec<String>,
    /// Whether the slot showed a failed link to the same policy before.
    pub(super) resumes: bool,
    /// When it was requested, in seconds of Unix time.
    pub(super) requested_at: Option<i64>,
}

impl Note {
    pub(super) const NAME: &str = "operation";

    /// A note of what was there before an operation was requested.
    ///
    /// The ids of `wanted` do not tell what was before: a policy that was created in place of a
    /// deleted one has its Azure resource id.
    pub(super) fn before(
        slot: Option<&PolicyLink>,
        is_here: bool,
        wanted: Option<&PolicyId>,
        earlier: &[Operation],
    ) -> Self {
        let resumes = is_here && slot.is_some_and(|link| link.status == LinkStatus::Failed);
        let is_wanted =
            |id: &str| wanted.is_some_and(|id_of| id.parse().ok().as_ref() == Some(id_of));
        Self {
            previous: newest_of_key(earlier).map(|operation| operation.id.clone()),
            from: slot
                .filter(|_| !is_here)
                .map(|link| {
                    let ids = link.ids().filter(|id| !is_wanted(id));
                    ids.map(str::to_owned).collect()
                })
                .unwrap_or_default(),
            resumes,
            requested_at: Some(OffsetDateTime::now_utc().unix_timestamp()),
            ..Self::default()
        }
    }

    /// Whether it was requested within this time.
    pub(super) fn is_younger_than(&self, age: time::Duration) -> bool {
        let now = OffsetDateTime::now_utc().unix_timestamp();
        self.requested_at
            .is_some_and(|then| now.saturating_sub(then) < age.whole_seconds())
    }

    /// Whether a read shows what was there before the operation, and not its result.
    pub(super) fn is_from(&self, link: &PolicyLink) -> bool {
        let is_known = |id: &str| self.from.iter().any(|known| known.eq_ignore_ascii_case(id));
        (self.resumes && link.status == LinkStatus::Failed) || link.ids().any(is_known)
    }

    /// Whether a read shows the time before the operation: an empty slot, or what was in it then.
    pub(super) fn is_before(&self, environment: &Environment) -> bool {
        let slot = environment.encryption.as_ref();
        slot.is_none_or(|link| self.is_from(link))
    }

    /// The newest operation about keys that is not older than the one of this note.
    pub(super) fn newest<'a>(&self, operations: &'a [Operation]) -> Option<&'a Operation> {
        newest_of_key(operations).filter(|operation| self.previous.as_ref() != Some(&operation.id))
    }

    /// The same note with the URL of the operation.
    pub(super) fn at(self, url: Option<&str>) -> Self {
        let id = url.and_then(|url| {
            let path = url.split(['?', '#']).next()?;
            path.rsplit('/')
                .next()
                .filter(|id| !id.is_empty())
                .map(str::to_owned)
        });
        Self {
            url: url.map(str::to_owned),
            id,
            ..self
        }
    }

    /// The same note with what the operation says about itself.
    pub(super) fn with(mut self, operation: &Operation) -> Self {
        self.id = Some(operation.id.clone());
        self.kind = Some(operation.kind.as_str().to_owned());
        self.started_at = operation.created.map(|created| {
            created
                .format(&time::format_description::well_known::Rfc3339)
                .unwrap_or_default()
        });
        self
    }

    fn info(&self) -> OperationInfo {
        OperationInfo {
            id: self.id.clone().into(),
            r#type: self.kind.clone().into(),
            state: Attr::Known("Running".to_owned()),
            started_at: self.started_at.clone().into(),
        }
    }
}

/// How far the re-encryption is, as far as anybody has looked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encryption {
    Encrypting,
    Encrypted,
    Failed,
    Unknown,
}

impl Encryption {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Encrypting => "Encrypting",
            Self::Encrypted => "Encrypted",
            Self::Failed => "Failed",
            Self::Unknown => "Unknown",
        }
    }

    /// What an operation says.
    pub(super) fn of(operation: &Operation) -> Self {
        match (&operation.kind, &operation.state) {
            (OperationType::RevertToMicrosoftKey | OperationType::Other(_), _) => Self::Unknown,
            (_, OperationState::Succeeded) => Self::Encrypted,
            (_, OperationState::Failed | OperationState::Canceled) => Self::Failed,
            (_, _) => Self::Encrypting,
        }
    }
}

impl Assignment {
    /// Fills in what the environment shows; `running` is the operation that is under way.
    pub(super) fn observe(
        &mut self,
        environment: &Environment,
        encryption: Encryption,
        running: Option<&Note>,
    ) {
        if !self.id.is_known() {
            self.id = self
                .environment_id
                .as_str()
                .map_or_else(|| environment.id.to_string(), str::to_owned)
                .into();
        }
        let status = environment
            .encryption
            .as_ref()
            .map(|link| link.status.as_str().to_owned());
        self.link_status = status.unwrap_or_else(|| "Linking".to_owned()).into();
        self.encryption_status = encryption.word().to_owned().into();
        self.key_managed_by = environment.key_managed_by.clone().into();
        self.environment = EnvironmentInfo {
            name: environment.display_name.clone().into(),
            r#type: environment.sku.as_str().to_owned().into(),
            location: environment.location.as_str().to_owned().into(),
            state: environment.runtime_state.clone().into(),
            managed: environment.is_managed.into(),
        }
        .into();
        self.operation = running.map(Note::info).into();
    }

    /// Makes the policy attributes say what the environment shows. The spelling that means the
    /// same stays. `remembered` is the system id of the policy that `policy_id` named when it was
    /// linked: some answers name the policy by that alone.
    pub(super) fn follow(&mut self, link: &PolicyLink, remembered: Option<&SystemId>) {
        let by_system_id = self.policy_system_id.is_known() && !self.policy_id.is_known();
        let names_policy_id = link.policy_id.is_some() || link.policy_id_text.is_some();
        let same = if by_system_id {
            link.is_to(None, self.policy_system_id().as_ref())
        } else {
            self.policy_id.is_known() && !names_policy_id && link.is_to(None, remembered)
        };
        if same {
            return;
        }
        if by_system_id && link.system_id.is_none() && link.system_id_text.is_none() {
            // Whether the Azure resource id is that of our policy cannot be told from here.
            if link.policy_guid.is_some() {
                self.policy_id = link.policy_id_text.clone().into();
                self.policy_system_id = Attr::Null;
            }
        } else if by_system_id {
            self.policy_system_id = respelled(
                &self.policy_system_id,
                link.system_id.as_ref().map(SystemId::as_str),
                link.system_id_text.as_deref(),
            );
        } else if names_policy_id {
            self.policy_id = respelled(
                &self.policy_id,
                link.policy_id.as_ref().map(PolicyId::as_str),
                link.policy_id_text.as_deref(),
            );
        } else {
            // The service names the policy by its system id only.
            self.policy_id = Attr::Null;
            self.policy_system_id = link
                .system_id
                .as_ref()
                .map(|id| id.as_str().to_owned())
                .or_else(|| link.system_id_text.clone())
                .into();
        }
    }

    pub(super) fn wait_for(&self) -> WaitFor {
        match self.wait_for.as_str() {
            Some("linked") => WaitFor::Linked,
            Some("encrypted") => WaitFor::Encrypted,
            _ => WaitFor::Accepted,
        }
    }

    pub(super) fn waits_for_unlinked(&self) -> bool {
        self.wait_for_on_destroy.as_str() != Some("accepted")
    }

    /// What people call the environment, as far as it was read.
    pub(super) fn called(&self) -> String {
        let id = self.environment_id.as_str().unwrap_or_default();
        let seen = self.environment.as_ref().known();
        match seen.and_then(|environment| environment.name.as_str()) {
            None | Some("") => id.to_owned(),
            Some(name) => format!("{name} ({id})"),
        }
    }

    pub(super) fn environment_id(&self) -> Option<EnvironmentId> {
        self.environment_id.as_str()?.parse().ok()
    }

    /// What the allow-lists have to permit, with the argument that names it.
    pub(super) fn touched(&self) -> Vec<(&'static str, Touched)> {
        let environment = self
            .environment_id()
            .map(|id| ("environment_id", Touched::Environment(id)));
        let policy = self.policy_id().map(|id| {
            (
                "policy_id",
                Touched::Subscription(id.subscription().clone()),
            )
        });
        environment.into_iter().chain(policy).collect()
    }

    pub(super) fn policy_id(&self) -> Option<PolicyId> {
        self.policy_id.as_str()?.parse().ok()
    }

    pub(super) fn policy_system_id(&self) -> Option<SystemId> {
        self.policy_system_id.as_str()?.parse().ok()
    }

    /// Whether both name the same policy in the same way.
    pub(super) fn has_policy_of(&self, other: &Self) -> bool {
        let same = |left: &Attr<String>, right: &Attr<String>| match (left, right) {
            (Attr::Known(left), Attr::Known(right)) => left.eq_ignore_ascii_case(right),
            (Attr::Null, Attr::Null) => true,
            _ => false,
        };
        same(&self.policy_id, &other.policy_id)
            && same(&self.policy_system_id, &other.policy_system_id)
    }

    /// Whether the last link ended badly, so that it has to be requested again.
    pub(super) fn has_failed(&self) -> bool {
        self.link_status
            .as_str()
            .is_some_and(|status| LinkStatus::new(status) == LinkStatus::Failed)
    }
}

fn respelled(current: &Attr<String>, parsed: Option<&str>, raw: Option<&str>) -> Attr<String> {
    let Some(shown) = parsed.or(raw) else {
        return current.clone();
    };
    match current.as_str() {
        Some(current) if current.eq_ignore_ascii_case(shown) => current.to_owned().into(),
        _ => shown.to_owned().into(),
    }
}

/// The identity of an assignment.
pub(super) fn identity(model: &Assignment) -> Option<Value> {
    let environment_id = model.environment_id.as_str()?;
    Some(Value::object([(
        "environment_id",
        Value::from(environment_id),
    )]))
}
