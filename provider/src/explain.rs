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
        ClientError::NotAllowed(_) => (
            "Not on the allow-list",
            "Nothing was changed. Extend the list if this was meant.",
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
    if says("purge protection") || says("soft delete") || says("soft-delete") {
        return (
            "Vault can be purged",
            "The key has to be in a vault with soft delete and purge protection, so that nobody \
             can destroy it at once. Enable purge protection on the vault; it cannot be disabled \
             again.",
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

#[cfg(test)]
mod tests {
    use super::*;

    fn service(plane: Plane, status: u16, code: &str, message: &str) -> ServiceError {
        ServiceError {
            plane,
            method: "POST".to_owned(),
            url: "https://example.com/x".to_owned(),
            status,
            code: (!code.is_empty()).then(|| code.to_owned()),
            inner_code: None,
            message: message.to_owned(),
            is_structured: true,
            is_empty: false,
            correlation_id: Some("correlation-1".to_owned()),
            request_id: None,
            client_request_id: None,
            retry_after: None,
        }
    }

    /// What the services say, and what the user is told. The texts are those of API facts 1.6,
    /// 2.6, 3.3, 3.4 and 4.9.
    const KNOWN: &[(Plane, u16, &str, &str, &str, &str)] = {
        use Plane::{PowerPlatform as P, ResourceManager as R};
        &[
            (
                P,
                403,
                "Forbidden",
                "The service principal does not have permission to access the path 'x' in tenant y.",
                "Application not registered",
                "New-PowerAppManagementApp",
            ),
            (
                R,
                403,
                "AuthorizationFailed",
                "The client does not have authorization to perform action 'x/read'.",
                "Missing Azure role",
                "Reader on a policy",
            ),
            (
                P,
                403,
                "EnvironmentAccess",
                "Error Code: 'UserMissingRequiredPermission'. Missing: ManageProtectionKeys.",
                "Missing Power Platform role",
                "Power Platform Administrator",
            ),
            (
                P,
                409,
                "OperationNotStartable",
                "there is an active lifecycle operation",
                "Another operation is active",
                "one lifecycle operation at a time",
            ),
            (
                R,
                400,
                "EnterprisePolicyUpdateNotAllowed",
                "linked",
                "Linked policy cannot change",
                "swap in place",
            ),
            (
                R,
                400,
                "EnterprisePolicyDeleteNotAllowed",
                "linked with 1 environment(s).",
                "Linked policy cannot be deleted",
                "Unlink them first",
            ),
            (
                P,
                400,
                "InvalidRequest",
                "Environment location 'uk' does not match the enterprise policy location 'europe'.",
                "Environment in another geo",
                "geo of the environment",
            ),
            (
                P,
                400,
                "EnterprisePolicyKeyVaultAccessDenied",
                "The enterprise policy identity cannot use the configured key.",
                "Key not usable",
                "ppcmk_key_access",
            ),
            (
                P,
                400,
                "X",
                "The key vault has no purge protection.",
                "Vault can be purged",
                "Enable purge protection",
            ),
            (
                R,
                400,
                "PrincipalNotFound",
                "Principal x does not exist",
                "Identity not found",
                "run the command again",
            ),
            (
                R,
                403,
                "RequestDisallowedByPolicy",
                "Resource was disallowed by policy",
                "Denied by Azure Policy",
                "exemption",
            ),
            (
                R,
                403,
                "ForbiddenByFirewall",
                "Client address is not authorized",
                "Vault behind a firewall",
                "network",
            ),
            (
                R,
                409,
                "MissingSubscriptionRegistration",
                "not registered",
                "Resource provider not registered",
                "az provider register",
            ),
            (
                R,
                409,
                "InvalidResourceLocation",
                "exists in location",
                "Policy exists in another location",
                "another name",
            ),
            (
                R,
                400,
                "LocationNotAvailableForResourceType",
                "not available",
                "Not a policy location",
                "Azure region",
            ),
            (
                R,
                409,
                "ScopeLocked",
                "locked",
                "Resource is locked",
                "lock",
            ),
            (
                R,
                404,
                "ResourceGroupNotFound",
                "not found",
                "Resource group not found",
                "Create the resource group",
            ),
            (
                R,
                404,
                "SubscriptionNotFound",
                "not found",
                "Subscription not found",
                "tenant",
            ),
            (
                P,
                400,
                "InvalidLifecycleOperationRequest",
                "cannot be performed because of the governance configuration.",
                "Environment not managed",
                "Managed Environment",
            ),
            (
                P,
                400,
                "InvalidLifecycleOperationRequest",
                "cannot be performed on environment of type Trial.",
                "Environment type not supported",
                "Trial",
            ),
            (
                P,
                429,
                "",
                "too many",
                "Too many requests",
                "max_concurrency",
            ),
            (R, 503, "", "unavailable", "Service failed", "temporary"),
            (
                P,
                404,
                "EnterprisePolicyNotFound",
                "could not be found",
                "Not found",
                "Reader role",
            ),
        ]
    };

    #[test]
    fn every_known_text_has_a_way_out_and_stays_visible() {
        for (plane, status, code, message, summary, advice) in KNOWN {
            let error = ClientError::from(service(*plane, *status, code, message));
            let diagnostic = explain("link the environment", &error);
            assert_eq!(&diagnostic.summary, summary, "{code} {message}");
            for part in [
                *advice,
                *code,
                "correlation-1",
                "Could not link the environment.",
            ] {
                assert!(
                    diagnostic.detail.contains(part),
                    "{part:?} in {}",
                    diagnostic.detail
                );
            }
        }
    }

    #[test]
    fn a_stop_is_no_failure_of_the_service() {
        let stopped = ClientError::Ended {
            ended: crate::client::Ended::Stopped,
            plane: Plane::PowerPlatform,
        };
        assert_eq!(explain("wait", &stopped).summary, "Stopped");
    }
}
