//! Reports a plan that unlinks an environment and links it again, or changes the key of a policy
//! while environments are linked to it.
//!
//! What counts is what the plan does: also where nobody changed anything about the assignment, and
//! azapi made an output of the policy unknown because a tag changed. A swap in place is one request
//! and is not reported, and neither is an assignment whose environment is replaced as well.
//! Without a plan there is nothing to say.

use std::sync::Arc;

use super::{Evidence, Example, Level, Rule, Source, pages};
use crate::estate::{
    Action, Assignment, Change, Environment, Estate, Handle, Header, Known, OnDestroy, Origin,
    Policy, Reason, Unknown,
};
use crate::finding::Findings;

pub(super) const RULE: Rule = Rule {
    code: "CMK112",
    name: "assignment-replacement",
    level: Level::Error,
    summary: "the plan unlinks an environment and links it again, or changes the key of a linked policy",
    explanation: "\
A replaced assignment is an unlink and a link: the environment is offline twice, and its data is \
encrypted twice, for up to four days each. In between it is under the key that Microsoft manages. \
Microsoft's provider replaces on every change of `system_id`, and a change as small as a tag makes \
the whole `output` of an `azapi_resource` unknown, so that the link follows.\n\n\
The vault, the key and the version of a policy cannot be changed while environments are linked; the \
service refuses it. To use another key, make a second policy and move the environments to it one \
by one, or rotate: a new version of the same key is used within a day, without an outage.\n\n\
`ppcmk_environment_assignment` moves an environment to another policy in place, with one request.",
    fix: "keep the link: rotate the key, or move the environment to a second policy in place",
    example: Example {
        before: "\
# The tag is new. It makes azapi_resource.policy.output unknown, and the plan replaces the link.
resource \"azapi_resource\" \"policy\" {
  type      = \"Microsoft.PowerPlatform/enterprisePolicies@2020-10-30-preview\"
  name      = \"ep-cmk-europe\"
  parent_id = azurerm_resource_group.cmk.id
  location  = \"europe\"
  tags      = { owner = \"platform\" }

  identity {
    type = \"SystemAssigned\"
  }

  body = {
    kind = \"Encryption\"
    properties = {
      encryption = {
        state    = \"Enabled\"
        keyVault = { id = azurerm_key_vault.cmk.id, key = { name = \"cmk\" } }
      }
    }
  }

  response_export_values = [\"properties.systemId\"]
}

resource \"powerplatform_enterprise_policy\" \"retail\" {
  environment_id = powerplatform_environment.retail.id
  policy_type    = \"Encryption\"
  system_id      = azapi_resource.policy.output.properties.systemId
}",
        after: "\
resource \"ppcmk_enterprise_policy\" \"europe\" {
  name                = \"ep-cmk-europe\"
  resource_group_name = \"rg-cmk\"
  location            = \"europe\"
  key_vault_id        = azurerm_key_vault.cmk.id
  key_name            = \"cmk\"
  tags                = { owner = \"platform\" }
}

resource \"ppcmk_environment_assignment\" \"retail\" {
  environment_id = powerplatform_environment.retail.id
  policy_id      = ppcmk_enterprise_policy.europe.id
  depends_on     = [ppcmk_key_access.europe]
}",
    },
    sources: &[
        Source {
            url: pages::CMK,
            says: "an environment is offline while it is added to a policy or removed, for up to four days",
            date: "2025-06-09",
            evidence: Evidence::Documented,
        },
        Source {
            url: pages::SCRIPTS,
            says: "a policy with linked environments takes no other vault, key or version",
            date: "2026-05-13",
            evidence: Evidence::Code,
        },
        Source {
            url: pages::PROVIDER,
            says: "a change of `system_id` replaces the link",
            date: "2026-08-21",
            evidence: Evidence::Code,
        },
    ],
    conflicts: "",
    check: Some(check),
};

fn check(estate: &Estate, out: &mut Findings) {
    for (_, assignment) in estate.assignments() {
        if !assignment.may_encrypt() {
            continue;
        }
        if unlinks_and_links(assignment) {
            check_replacement(estate, assignment, out);
        } else if assignment.header.is_already_there() && !assignment.swapped {
            check_policy(estate, assignment, out);
        } else if assignment.swapped {
            check_swap(estate, assignment, out);
        }
    }
    for (handle, policy) in estate.policies() {
        check_unseen_links(estate, handle, policy, out);
    }
}

/// Whether the assignment itself is replaced, or changed in a way that is a replacement.
fn unlinks_and_links(assignment: &Assignment) -> bool {
    let is_replaced = assignment
        .header
        .change
        .as_ref()
        .is_some_and(Change::replaces);
    is_replaced || (assignment.swapped && !assignment.swaps_in_place)
}

fn check_replacement(estate: &Estate, assignment: &Assignment, out: &mut Findings) {
    let environment = environment_of(estate, assignment);
    if environment.is_some_and(|it| it.header.change.as_ref().is_some_and(Change::destroys)) {
        return;
    }
    let on_destroy = match &assignment.on_destroy.known {
        _ if !assignment
            .header
            .change
            .as_ref()
            .is_some_and(Change::replaces) =>
        {
            OnDestroy::Unlink
        }
        Known::Value(OnDestroy::Abandon) => return,
        Known::Value(on_destroy) => *on_destroy,
        Known::Absent => OnDestroy::Unlink,
        Known::Unknown(unknown) => {
            out.undecided(&assignment.header, unknown)
                .at(&assignment.on_destroy.origin);
            return;
        }
    };
    let cause = Cause::of(estate, assignment);
    let effect = match on_destroy {
        OnDestroy::Prevent => {
            "the plan replaces the assignment, which its `deletion_policy` refuses"
        }
        _ if cause == Cause::Environment => {
            "the plan replaces the assignment, which takes its old environment off the key"
        }
        _ => "the plan unlinks the environment and links it again",
    };
    let message = format!("{effect}{}", because(&assignment.header));
    report(
        assignment,
        environment,
        message,
        cause.help(assignment),
        cause.origin(assignment),
        out,
    );
}

/// What makes the plan replace an assignment.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Cause {
    /// It is for another environment.
    Environment,
    /// Its policy is changed in place, and the id of the policy is unknown because of that.
    UnknownOutput,
    /// It is for another policy.
    Policy,
    /// It is tainted.
    Tainted,
    /// Something else.
    Other,
}

impl Cause {
    fn of(estate: &Estate, assignment: &Assignment) -> Self {
        let Some(change) = &assignment.header.change else {
            return Self::Other;
        };
        let names = |part: &str| change.replace_paths.iter().any(|path| path.contains(part));
        if names("environment") {
            Self::Environment
        } else if names("system_id") || names("policy") || assignment.swapped {
            let policy = estate.policy(&assignment.policy).map(|(_, policy)| policy);
            let is_updated = policy
                .and_then(|it| it.header.change.as_ref())
                .is_some_and(|change| change.action == Action::Update);
            if is_updated {
                Self::UnknownOutput
            } else {
                Self::Policy
            }
        } else if change.reason.as_deref() == Some("replace_because_tainted") {
            Self::Tainted
        } else {
            Self::Other
        }
    }

    fn origin(self, assignment: &Assignment) -> &Origin {
        match self {
            Self::Environment => &assignment.environment.origin,
            _ => &assignment.policy.origin,
        }
    }

    fn help(self, assignment: &Assignment) -> String {
        let address = &assignment.header.address;
        match self {
            Self::Environment => {
                "add an assignment for the new environment, and decide about the old one in a plan of its own".into()
            }
            Self::UnknownOutput => "the id of the policy stays the same: apply the change of the policy first with `-target`, or use `ppcmk_enterprise_policy`, whose ids stay known".into(),
            Self::Policy => "use `ppcmk_environment_assignment`, which moves an environment to another policy in place".into(),
            Self::Tainted => format!("if the environment is linked, run `terraform untaint '{address}'`"),
            Self::Other => RULE.fix.into(),
        }
    }
}

/// A policy under an assignment that goes on: its key must stay, and so must the policy.
fn check_policy(estate: &Estate, assignment: &Assignment, out: &mut Findings) {
    let Some((_, policy)) = estate.policy(&assignment.policy) else {
        return;
    };
    let change = policy.header.change.as_ref();
    let message = if let Some(change) = change.filter(|change| change.replaces()) {
        // Whoever makes the new policy first can move the environment before the old one goes.
        if change.action == Action::CreateThenDelete && moves_in_place(assignment) {
            return;
        }
        format!(
            "the plan replaces its policy while the environment is linked{}",
            because(&policy.header)
        )
    } else if let Some(changed) = &policy.key_change {
        format!(
            "the plan changes {} of its policy, which is refused while environments are linked",
            listed(changed)
        )
    } else {
        return;
    };
    report_about_policy(estate, assignment, policy, message, out);
}

/// A swap in place, away from a policy that the plan destroys first.
fn check_swap(estate: &Estate, assignment: &Assignment, out: &mut Findings) {
    let Some((_, policy)) = estate.policy(&assignment.policy) else {
        return;
    };
    let change = policy.header.change.as_ref();
    if change.is_some_and(|change| change.action == Action::DeleteThenCreate) {
        let message = format!(
            "the plan replaces its policy while the environment is linked{}",
            because(&policy.header)
        );
        report_about_policy(estate, assignment, policy, message, out);
    }
}

fn moves_in_place(assignment: &Assignment) -> bool {
    let change = assignment.header.change.as_ref();
    assignment.swaps_in_place && change.is_some_and(|change| change.action == Action::Update)
}

fn report_about_policy(
    estate: &Estate,
    assignment: &Assignment,
    policy: &Policy,
    message: String,
    out: &mut Findings,
) {
    if let Some(unknown) = policy.kind.unknown() {
        out.undecided(&assignment.header, unknown)
            .at(&policy.kind.origin);
        return;
    }
    if !policy.may_encrypt() {
        return;
    }
    let environment = environment_of(estate, assignment);
    let help = HELP_FOR_KEYS.to_owned();
    report(
        assignment,
        environment,
        message,
        help,
        &assignment.policy.origin,
        out,
    );
    if let Some(finding) = out.findings.last_mut() {
        finding.related(&policy.header, &policy.vault.origin, "this policy");
    }
}

const HELP_FOR_KEYS: &str = "make a second policy with the new key and move the environments to it in place, or rotate the key by a new version";

fn report(
    assignment: &Assignment,
    environment: Option<&Environment>,
    message: String,
    help: String,
    origin: &Origin,
    out: &mut Findings,
) {
    if let Some(unknown) = assignment.kind.unknown() {
        out.undecided(&assignment.header, unknown)
            .at(&assignment.kind.origin);
        return;
    }
    let finding = out
        .report(&assignment.header, message)
        .at(origin)
        .help(help);
    if let Some(environment) = environment {
        finding.environment(&environment.header.address).related(
            &environment.header,
            &environment.id.origin,
            "goes offline",
        );
    }
}

/// A policy that is not assigned here, and whose key changes: environments of another state may be
/// linked to it.
fn check_unseen_links(
    estate: &Estate,
    handle: Handle<Policy>,
    policy: &Policy,
    out: &mut Findings,
) {
    let Some(changed) = &policy.key_change else {
        return;
    };
    let is_kept = policy.may_encrypt() && policy.header.is_already_there();
    if !is_kept || estate.all_assignments_of_policy(handle).next().is_some() {
        return;
    }
    match &policy.linked.known {
        Known::Value(false) => {}
        Known::Value(true) => {
            out.report(
                &policy.header,
                format!(
                    "the plan changes {}, which is refused while environments are linked",
                    listed(changed)
                ),
            )
            .at(&policy.vault.origin)
            .help(HELP_FOR_KEYS);
        }
        Known::Absent => {
            let what =
                "which environments are linked to the policy is not part of this configuration";
            let unknown = Unknown::new(Reason::Elsewhere(what.into()));
            out.undecided(&policy.header, &unknown);
        }
        Known::Unknown(unknown) => {
            out.undecided(&policy.header, unknown)
                .at(&policy.linked.origin);
        }
    }
}

fn environment_of<'a>(estate: &'a Estate, assignment: &Assignment) -> Option<&'a Environment> {
    let (_, environment) = estate.environment(&assignment.environment)?;
    Some(environment)
}

/// Why Terraform replaces an object, as far as the plan says.
fn because(header: &Header) -> String {
    let Some(change) = &header.change else {
        return String::new();
    };
    match change.reason.as_deref() {
        _ if !change.replace_paths.is_empty() => {
            let verb = if change.replace_paths.len() == 1 {
                "changes"
            } else {
                "change"
            };
            format!(", because {} {verb}", listed(&change.replace_paths))
        }
        Some("replace_because_tainted") => ", because it is tainted".into(),
        Some("replace_by_request") => ", because `-replace` asks for it".into(),
        Some("replace_by_triggers") => ", because `replace_triggered_by` asks for it".into(),
        _ => String::new(),
    }
}

fn listed(names: &[Arc<str>]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    names.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::estate::Link;
    use crate::rules::fixture::{Chain, from_variable};
    use crate::rules::testing::{Answers, answers};

    fn check(change: impl FnOnce(&mut Chain)) -> Answers {
        let mut chain = Chain::new();
        change(&mut chain);
        answers(&RULE, &chain.estate)
    }

    fn replaced(paths: &[&str]) -> Change {
        let mut change = Change::new(Action::DeleteThenCreate);
        change.replace_paths = names(paths);
        change
    }

    fn names(names: &[&str]) -> Vec<Arc<str>> {
        names.iter().map(|&name| name.into()).collect()
    }

    const AGAIN: &str = "powerplatform_enterprise_policy.link: the plan unlinks the environment \
                         and links it again";

    #[test]
    fn points_at_an_assignment_that_is_replaced() {
        check(|chain| chain.assignment().header.change = Some(replaced(&["system_id"])))
            .finds(&[&format!("{AGAIN}, because `system_id` changes")]);
        check(|chain| chain.assignment().header.change = Some(replaced(&[]))).finds(&[AGAIN]);
        check(|chain| {
            chain.assignment_exists();
            chain.assignment().swapped = true;
        })
        .finds(&[AGAIN]);
    }

    #[test]
    fn an_environment_that_is_left_goes_off_its_key() {
        check(|chain| chain.assignment().header.change = Some(replaced(&["environment_id"]))).finds(&[
            "powerplatform_enterprise_policy.link: the plan replaces the assignment, which takes \
             its old environment off the key, because `environment_id` changes",
        ]);
    }

    #[test]
    fn explains_an_output_that_becomes_unknown() {
        let mut chain = Chain::new();
        chain.assignment().header.change = Some(replaced(&["system_id"]));
        chain.policy().header.change = Some(Change::new(Action::Update));
        let (findings, _) = crate::rules::check(&chain.estate, [&RULE]);
        assert!(
            findings[0].help.contains("stays the same"),
            "{}",
            findings[0].help
        );
    }

    #[test]
    fn a_tainted_assignment_can_be_untainted() {
        let mut chain = Chain::new();
        let mut change = Change::new(Action::DeleteThenCreate);
        change.reason = Some("replace_because_tainted".into());
        chain.assignment().header.change = Some(change);
        let (findings, _) = crate::rules::check(&chain.estate, [&RULE]);
        assert!(findings[0].message.ends_with("because it is tainted"));
        assert!(findings[0].help.contains("terraform untaint"));
    }

    #[test]
    fn is_silent_without_a_replacement() {
        check(|_| {}).is_silent();
        for action in [
            Action::Create,
            Action::NoOp,
            Action::Update,
            Action::ForgetThenCreate,
        ] {
            check(|chain| chain.assignment().header.change = Some(Change::new(action))).is_silent();
        }
        check(|chain| {
            chain.assignment_exists();
            chain.assignment().swapped = true;
            chain.assignment().swaps_in_place = true;
        })
        .is_silent();
    }

    #[test]
    fn is_silent_when_nothing_is_unlinked() {
        check(|chain| {
            chain.assignment().header.change = Some(replaced(&["policy_id"]));
            chain.assignment().on_destroy = OnDestroy::Abandon.into();
        })
        .is_silent();
        check(|chain| {
            chain.assignment().header.change = Some(replaced(&["environment_id"]));
            chain.environment().header.change = Some(replaced(&["location"]));
        })
        .is_silent();
        check(|chain| {
            chain.assignment().header.change = Some(replaced(&["system_id"]));
            chain.assignment().kind = crate::PolicyKind::NetworkInjection.into();
        })
        .is_silent();
    }

    #[test]
    fn a_replacement_that_is_refused_says_so() {
        check(|chain| {
            chain.assignment().header.change = Some(replaced(&["environment_id"]));
            chain.assignment().on_destroy = OnDestroy::Prevent.into();
        })
        .finds(&[
            "powerplatform_enterprise_policy.link: the plan replaces the assignment, which its \
             `deletion_policy` refuses, because `environment_id` changes",
        ]);
    }

    #[test]
    fn points_at_assignments_of_a_policy_whose_key_changes() {
        check(|chain| {
            chain.assignment_exists();
            chain.policy().header.change = Some(Change::new(Action::Update));
            chain.policy().key_change = Some(names(&["key_name", "key_version"]));
        })
        .finds(&[
            "powerplatform_enterprise_policy.link: the plan changes `key_name`, `key_version` of \
             its policy, which is refused while environments are linked",
        ]);
    }

    #[test]
    fn a_key_may_change_before_the_first_link() {
        check(|chain| {
            chain.assignment().header.change = Some(Change::new(Action::Create));
            chain.policy().header.change = Some(Change::new(Action::Update));
            chain.policy().key_change = Some(names(&["key_name"]));
        })
        .is_silent();
    }

    #[test]
    fn points_at_assignments_of_a_policy_that_is_replaced() {
        let expected = "powerplatform_enterprise_policy.link: the plan replaces its policy while \
                        the environment is linked, because `location` changes";
        let replace = |chain: &mut Chain| {
            chain.assignment_exists();
            chain.policy().header.change = Some(replaced(&["location"]));
        };
        check(replace).finds(&[expected]);
        check(|chain| {
            replace(chain);
            chain.assignment().swapped = true;
            chain.assignment().swaps_in_place = true;
        })
        .finds(&[expected]);
    }

    #[test]
    fn a_new_policy_that_comes_first_takes_the_environment_over() {
        check(|chain| {
            chain.policy().header.change = Some(Change::new(Action::CreateThenDelete));
            chain.assignment().header.change = Some(Change::new(Action::Update));
            chain.assignment().swaps_in_place = true;
        })
        .is_silent();
    }

    #[test]
    fn a_policy_without_an_assignment_here_may_be_linked_elsewhere() {
        let alone = |linked: Option<bool>| {
            check(|chain| {
                chain.assignment().policy = Link::default();
                chain.policy().header.change = Some(Change::new(Action::Update));
                chain.policy().key_change = Some(names(&["key_name"]));
                if let Some(linked) = linked {
                    chain.policy().linked = linked.into();
                }
            })
        };
        alone(None).is_undecided(&[
            "azapi_resource.policy: which environments are linked to the policy is not part of \
             this configuration",
        ]);
        alone(Some(true)).finds(&[
            "azapi_resource.policy: the plan changes `key_name`, which is refused while \
             environments are linked",
        ]);
        alone(Some(false)).is_silent();
    }

    #[test]
    fn cannot_decide_about_unknown_values() {
        let expected = "powerplatform_enterprise_policy.link: variable `x` has no value";
        check(|chain| {
            chain.assignment().header.change = Some(replaced(&["system_id"]));
            chain.assignment().kind = from_variable("x");
        })
        .is_undecided(&[expected]);
        check(|chain| {
            chain.assignment().header.change = Some(replaced(&["system_id"]));
            chain.assignment().on_destroy = from_variable("x");
        })
        .is_undecided(&[expected]);
    }
}
