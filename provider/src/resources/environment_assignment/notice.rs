//! What goes offline, said before it does.

use tfplugin::Diagnostic;

use super::model::Assignment;
use super::plan::Cause;
use crate::client::Environment;

/// A plan links an environment, or swaps its key (CMK facts 4: the environment is disabled when it
/// is added [D]; for a swap plan for downtime).
pub(super) fn of_link(
    planned: &Assignment,
    environment: Option<&Environment>,
    cause: Cause,
) -> Diagnostic {
    let id = planned.environment_id.as_str().unwrap_or("(not known yet)");
    let doing = match cause {
        Cause::Create { .. } | Cause::Again => "Bringing the environment under its key",
        Cause::Swap => "Swapping the key of the environment",
    };
    Diagnostic::warning(
        "Environment goes offline",
        format!(
            "{doing} takes it offline while its data is encrypted: {}. Apply when nobody needs it.",
            called(environment, id)
        ),
    )
}

/// A plan takes the environment of this state off its policy.
pub(super) fn of_unlink(prior: &Assignment) -> Diagnostic {
    Diagnostic::warning(
        "Environment leaves its key",
        format!(
            "Destroying the assignment takes the environment {} offline while its data goes back \
             to Microsoft's key. Keep the key and the right of the policy's identity on it for at \
             least 30 days: backups still need them.",
            prior.called()
        ),
    )
}

/// An environment by its name, if it is known, and its id.
pub(super) fn called(environment: Option<&Environment>, id: &str) -> String {
    match environment.map(|environment| environment.display_name.as_str()) {
        None | Some("") => id.to_owned(),
        Some(name) => format!("{name} ({id})"),
    }
}
