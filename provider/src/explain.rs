//! Errors of the services as messages to the user: what was seen, why it matters, what to do.
//!
//! The texts that are known (API facts 1.1, 2.6, 3.3, 4.9) have a translation; everything else is
//! quoted. The service's code and correlation id always stay visible.

use tfplugin::Diagnostic;
use tfplugin::schema::validator::sentence;

use crate::client::{ClientError, Plane, ServiceError};

/// An error that ended an operation; `doing` completes "could not".
pub(crate) fn explain(doing: &str, error: &ClientError) -> Diagnostic {
    let said = sentence(&error.report());
    let (summary, advice) = match error.service() {
        Some(service) => known(service),
        None => local(error),
    };
    let mut detail = format!("Could not {doing}.\n\n{said}");
    if !advice.is_empty() {
        detail.push_str("\n\n");
        detail.push_str(advice);
    }
    Diagnostic::error(summary, detail)
}

fn local(error: &ClientError) -> (&'static str, &'static str) {
    if error.is_stopped() {
        return ("Stopped", "Run the command again to continue.");
    }
    if error.is_out_of_time() {
        return (
            "Operation timed out",
            "Run the command again to continue, or allow more time in the timeouts block.",
        );
    }
    if error.credential().is_some() {
        return ("Sign-in failed", "");
    }
    match error.real() {
        ClientError::Connect { .. } => (
            "Service not reachable",
            "Check the network, the proxy and the configured cloud.",
        ),
        ClientError::Certificate { .. } => (
            "Certificate not trusted",
            "On a network that inspects TLS, set ca_certificate_file in the provider block.",
        ),
        ClientError::ForeignHost(_) => (
            "Foreign host",
            "The token was not sent. If the host is right, the configured cloud is not.",
        ),
        ClientError::Timeout { .. } => (
            "Service did not answer",
            "Run the command again. request_timeout in the provider block allows more time.",
        ),
        _ => ("Request failed", ""),
    }
}

#[expect(clippy::too_many_lines, reason = "one table of what the services say")]
fn known(error: &ServiceError) -> (&'static str, &'static str) {
    let code = |code: &str| error.has_code(code);
    let says = |text: &str| error.message.to_ascii_lowercase().contains(text);
    if says("does not have permission to access the path") {
        return (
            "Application not registered",
            "The Power Platform does not know this application as an administrator. A Power \
             Platform administrator has to register it once:\n\n    \
             New-PowerAppManagementApp -ApplicationId <client id>",
        );
    }
    if code("EnterprisePolicyUpdateNotAllowed") {
        return (
            "Linked policy cannot change",
            "A policy is frozen, its tags included, while environments are linked to it. To use \
             another key, create a second policy with that key, grant its identity the right on \
             it, and change policy_id of the assignments: they swap in place.",
        );
    }
    if code("EnterprisePolicyDeleteNotAllowed") {
        return (
            "Linked policy cannot be deleted",
            "Environments are still linked to the policy. Unlink them first; it can take some \
             minutes until the policy notices.",
        );
    }
    if code("MissingSubscriptionRegistration") {
        return (
            "Resource provider not registered",
            "Register it once in this subscription:\n\n    \
             az provider register --namespace Microsoft.PowerPlatform --wait",
        );
    }
    if code("AuthorizationFailed") {
        return (
            "Missing Azure role",
            "Grant the application the role that the message names: Contributor on the resource \
             group to manage policies, Reader on a policy to link environments to it, User Access \
             Administrator or Role Based Access Control Administrator on the vault to grant key \
             access. A new grant needs some minutes to work.",
        );
    }
    if code("UserMissingRequiredPermission") || code("EnvironmentAccess") {
        return (
            "Missing Power Platform role",
            "Linking needs the Entra role Power Platform Administrator or Dynamics 365 \
             Administrator (environment permission ManageProtectionKeys).",
        );
    }
    if code("InvalidResourceLocation") {
        return (
            "Policy exists in another location",
            "A policy with this name exists in another location, and a location cannot change. \
             Use another name, or import the policy.",
        );
    }
    if code("LocationNotAvailableForResourceType") {
        return (
            "Not a policy location",
            "The location of a policy is a Power Platform geo such as europe or uk, not an Azure \
             region.",
        );
    }
    if code("RequestDisallowedByPolicy") {
        return (
            "Denied by Azure Policy",
            "An Azure Policy of the organisation forbids this. The message names it; ask whoever \
             owns it for an exemption.",
        );
    }
    if code("ScopeLocked") {
        return (
            "Resource is locked",
            "A management lock forbids the change. Remove the lock first.",
        );
    }
    if code("ResourceGroupNotFound") {
        return (
            "Resource group not found",
            "Create the resource group first, or correct its name.",
        );
    }
    if code("SubscriptionNotFound") {
        return (
            "Subscription not found",
            "The subscription does not exist in this tenant, or the application has no role in it.",
        );
    }
    if code("PrincipalNotFound") {
        return (
            "Identity not found",
            "Entra does not know the policy's identity yet. A new identity needs some minutes; \
             run the command again.",
        );
    }
    if code("OperationNotStartable") {
        return (
            "Another operation is active",
            "The environment runs one lifecycle operation at a time. Wait for it to end, and run \
             the command again.",
        );
    }
    if code("ForbiddenByFirewall") || code("ForbiddenByConnection") {
        return (
            "Vault behind a firewall",
            "The vault's network refuses this machine. Run from a network that it allows.",
        );
    }
    if says("governance configuration") {
        return (
            "Environment not managed",
            "Only a Managed Environment can be linked to an encryption policy. Enable Managed \
             Environments for it first.",
        );
    }
    if says("cannot be performed on environment of type") {
        return (
            "Environment type not supported",
            "Trial, Dataverse for Teams and default environments cannot have a customer-managed \
             key.",
        );
    }
    if says("does not match the enterprise policy location") {
        return (
            "Environment in another geo",
            "A policy encrypts only environments of its own geo. Create a key and a policy in the \
             geo of the environment, and use that policy.",
        );
    }
    // The codes are not documented; all that are about the key get the same advice.
    let is_of_key = error.code.as_ref().is_some_and(|code| {
        let code = code.to_ascii_lowercase();
        code.contains("keyvault") || code.contains("customermanagedkey")
    });
    if says("unable to wrap")
        || says("key vault key")
        || (error.plane == Plane::PowerPlatform && is_of_key)
    {
        return (
            "Key not usable",
            "The policy's identity needs get, wrap and unwrap on an enabled RSA key of 2048 or \
             3072 bits, in a vault with soft delete and purge protection. Check ppcmk_key_access \
             and the key.",
        );
    }
    match (error.status, error.plane) {
        (401, _) => (
            "Token refused",
            "The service refused the token also after it was renewed. Check that the configured \
             cloud is the tenant's cloud.",
        ),
        (403, Plane::PowerPlatform) => (
            "Access denied",
            "The application needs to be registered as a Power Platform management application, \
             or its user to be a Power Platform Administrator.",
        ),
        (403, _) => (
            "Access denied",
            "The application lacks a role on the resource.",
        ),
        (404, Plane::PowerPlatform) => (
            "Not found",
            "The service does not see it. Without the Power Platform Administrator role, and for \
             a policy without the Reader role on it, it answers the same.",
        ),
        (404, _) => ("Not found", ""),
        (429, _) => (
            "Too many requests",
            "The service limits requests. Run the command again later, or lower max_concurrency \
             in the provider block.",
        ),
        (500.., _) => (
            "Service failed",
            "This is usually temporary. Run the command again.",
        ),
        _ => ("Request refused", ""),
    }
}
