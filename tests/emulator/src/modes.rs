//! Choices where the behaviour of the real services is unknown or differs between reports.
//!
//! Each field names the open question; the default is what most sources say, or the safer guess
//! for finding mistakes in a client. Tests of a client run under every variant of the modes that
//! matter to it.

use serde::{Deserialize, Serialize};

macro_rules! modes {
    ($($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident),+ $(,)? })+) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
            #[serde(rename_all = "camelCase")]
            pub enum $name { $($(#[$variant_doc])* $variant),+ }
        )+
    };
}

modes! {
    /// How the slots of `properties.enterprisePolicies` are written. [F] for the first, the other
    /// spellings were seen in clients [M].
    SlotCasing {
        /// `customerManagedKeys`, `vNets`, `identity`.
        #[default] Documented,
        /// `CustomerManagedKeys`, `VNets`, `Identity`.
        Pascal,
        /// `customermanagedkeys`, `vnets`, `identity`.
        Lower,
    }
    /// Whether an empty slot shows up while the first link runs. [X]
    SlotWhileLinking {
        /// Present with `Linking`.
        #[default] Shown,
        /// Absent until the operation has succeeded.
        Absent,
    }
    /// What the slot shows while another policy takes over. [X]
    SlotWhileSwapping {
        /// The new policy with `Linking`.
        #[default] NewPolicy,
        /// The old policy with `Linked`.
        OldPolicy,
    }
    /// What is left of the slot after a link failed after `Validate`. [X]
    SlotAfterFailure {
        /// What was there before.
        #[default] Restored,
        /// The new policy with `Failed`.
        Failed,
    }
    /// Where a refusal appears whose place is unknown: at the POST or in the operation. [X]
    Refusal {
        /// Mode A: 400 on the POST.
        #[default] Request,
        /// Mode B: 202, then the operation fails at `Validate` with `error.message`.
        Operation,
    }
    /// Link of an environment that is not managed: 400 [I], or 404 as accelerators report [C].
    UnmanagedLink { #[default] BadRequest, NotFound }
    /// Unlink with nothing linked. [X]
    UnlinkNothing {
        /// 400.
        #[default] Refused,
        /// 202 and an operation that succeeds at once.
        Succeeds,
    }
    /// Body of a 409 on link, unlink and governance. An empty one was captured on DELETE [F].
    ConflictBody { #[default] Json, Empty }
    /// Which headers a 202 of the environment API carries. [F] and [M] name one each.
    AcceptedHeaders { #[default] Both, LocationOnly, OperationLocationOnly, Neither }
    /// How header names are written under HTTP/1.1. HTTP/2 always writes lower case.
    HeaderCasing { #[default] Lower, Title }
    /// Status of a poll while the operation runs: 200 [F], 202 in one report [C].
    RunningPollStatus { #[default] Ok, Accepted }
    /// When a role assignment is refused because Entra has not replicated the principal.
    PrincipalNotFound {
        /// Only without `principalType`. [D]
        #[default] WithoutPrincipalType,
        /// Also with it, as some report. [C]
        Always,
        /// Replication is instant.
        Never,
    }
    /// Whether the default environment takes a key (refused in a 2022 capture [F], listed later).
    DefaultEnvironment { #[default] Refused, Allowed }
    /// `healthStatus` of a policy that works: stuck in several reports [C].
    HealthAfterLink { #[default] Undetermined, Healthy }
    /// Name of the principal in `identity`: returned [F], in the specification [S].
    IdentityMember { #[default] PrincipalId, SystemAssignedIdentityPrincipalId }
    /// How a policy without a key version prints it: null in a transcript [F]. [X] for the rest.
    NoKeyVersion { #[default] Null, Absent, Empty }
    /// Whether PUT of exactly what is there passes while environments are linked. [X]
    IdenticalPutWhileLinked { #[default] Refused, Accepted }
    /// Which API versions of enterprisePolicies are known. [S] preview only, [D][M] both.
    PolicyApiVersions { #[default] Both, PreviewOnly, StableOnly }
    /// `protectionStatus.keyManagedBy` while linked: `Microsoft` in every capture. [F]
    KeyManagedByWhileLinked { #[default] Microsoft, Customer }
    /// What an application that is not registered gets on reads: 403 as on link [M], or 404. [X]
    UnregisteredReads { #[default] Forbidden, NotFound }
}

/// All choices together; [`Default`] is the most likely service.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[expect(missing_docs, reason = "each field has the documentation of its type")]
pub struct Modes {
    pub slot_casing: SlotCasing,
    pub slot_while_linking: SlotWhileLinking,
    pub slot_while_swapping: SlotWhileSwapping,
    pub slot_after_failure: SlotAfterFailure,
    /// Link of an environment in another geography than the policy.
    pub location_mismatch: Refusal,
    /// Link with a key that is disabled, expired, missing, or that the policy may not use.
    pub unusable_key: Refusal,
    pub unmanaged_link: UnmanagedLink,
    pub unlink_nothing: UnlinkNothing,
    pub conflict_body: ConflictBody,
    pub accepted_headers: AcceptedHeaders,
    pub header_casing: HeaderCasing,
    pub running_poll_status: RunningPollStatus,
    pub principal_not_found: PrincipalNotFound,
    pub default_environment: DefaultEnvironment,
    pub health_after_link: HealthAfterLink,
    pub identity_member: IdentityMember,
    pub no_key_version: NoKeyVersion,
    pub identical_put_while_linked: IdenticalPutWhileLinked,
    pub policy_api_versions: PolicyApiVersions,
    pub key_managed_by_while_linked: KeyManagedByWhileLinked,
    pub unregistered_reads: UnregisteredReads,
    /// Environments per page; absent means all in one answer, as in every capture.
    pub environment_page_size: Option<usize>,
    /// Policies per page; absent means all in one answer.
    pub policy_page_size: Option<usize>,
}

impl Modes {
    /// Reads `name=value` as the command line has it, for example `unusableKey=operation`.
    pub fn set(&mut self, assignment: &str) -> Result<(), String> {
        let (name, value) = assignment
            .split_once('=')
            .ok_or_else(|| format!("`{assignment}` is not of the form name=value"))?;
        let value = value
            .parse::<u64>()
            .map_or_else(|_| value.into(), serde_json::Value::from);
        let mut all = serde_json::to_value(&*self).map_err(|error| error.to_string())?;
        all[name] = value;
        *self = serde_json::from_value(all).map_err(|error| error.to_string())?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_a_word_from_the_command_line() {
        let mut modes = Modes::default();
        modes.set("unusableKey=operation").unwrap();
        modes.set("environmentPageSize=50").unwrap();
        assert_eq!(modes.unusable_key, Refusal::Operation);
        assert_eq!(modes.environment_page_size, Some(50));
    }

    #[test]
    fn names_an_unknown_mode() {
        let error = Modes::default().set("unusableKeys=operation").unwrap_err();
        assert!(error.contains("unusableKeys"), "{error}");
    }
}
