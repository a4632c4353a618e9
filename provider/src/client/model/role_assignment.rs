//! Role assignments in Resource Manager.

use ppcmk_coverage::{PrincipalId, RoleAssignmentId};
use uuid::Uuid;

/// Key Vault Crypto Service Encryption User: read, wrap, unwrap (API facts 3.4).
pub const KEY_ENCRYPTION_ROLE: &str = "e147488a-f6f5-4113-8e2d-b22465e65bf6";

/// The namespace of our deterministic names; a fixed random id, never to be changed.
const NAMESPACE: Uuid = Uuid::from_u128(0x6f2d_8f0e_5b1c_4c1e_9a57_1e0c_7a3d_92b4);

/// A role assignment (API facts 3.4).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleAssignment {
    /// Its ARM id.
    pub id: RoleAssignmentId,
    /// Where it holds.
    pub scope: String,
    /// The role's GUID: the last segment of the definition's id.
    pub role: String,
    /// Who has the role, as the service wrote it.
    pub principal_id: String,
    /// `ServicePrincipal`, `User`, `Group`.
    pub principal_type: Option<String>,
    /// A condition that narrows it.
    pub condition: Option<String>,
}

impl RoleAssignment {
    /// Whether it gives this role to this principal.
    pub fn gives(&self, role: &str, principal: &PrincipalId) -> bool {
        self.role.eq_ignore_ascii_case(role)
            && self.principal_id.eq_ignore_ascii_case(principal.as_str())
    }

    /// Whether it holds at a resource: at its own scope or at one above.
    pub fn covers(&self, resource: &str) -> bool {
        let resource = resource.to_ascii_lowercase();
        let scope = self.scope.trim_end_matches('/').to_ascii_lowercase();
        resource
            .strip_prefix(&scope)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }
}

/// The name of our assignment: the same for the same scope, principal and role in any case, so
/// that creating it twice creates it once (API facts 3.4).
pub fn role_assignment_name(scope: &str, principal: &PrincipalId, role: &str) -> String {
    let scope = scope.trim_end_matches('/');
    let text = format!("{scope}|{principal}|{role}").to_ascii_lowercase();
    Uuid::new_v5(&NAMESPACE, text.as_bytes()).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    const VAULT: &str = "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/rg/providers/Microsoft.KeyVault/vaults/kv";

    #[test]
    fn a_name_depends_on_everything_but_case() {
        let principal: PrincipalId = "aaaaaaaa-4444-4444-4444-444444444444".parse().unwrap();
        let other: PrincipalId = "bbbbbbbb-4444-4444-4444-444444444444".parse().unwrap();
        let name = role_assignment_name(VAULT, &principal, KEY_ENCRYPTION_ROLE);
        let shouted: PrincipalId = principal.as_str().to_uppercase().parse().unwrap();
        assert_eq!(
            name,
            role_assignment_name(
                &VAULT.to_uppercase(),
                &shouted,
                &KEY_ENCRYPTION_ROLE.to_uppercase()
            )
        );
        assert_ne!(
            name,
            role_assignment_name(VAULT, &other, KEY_ENCRYPTION_ROLE)
        );
        assert_ne!(
            name,
            role_assignment_name(&format!("{VAULT}2"), &principal, KEY_ENCRYPTION_ROLE)
        );
        // Names in users' states must not change between versions.
        assert_eq!(name, "b5610ac5-8e5a-5179-aef1-a823a99a5f0e");
    }

    #[test]
    fn a_scope_covers_what_is_below_it() {
        let covers = |scope: &str, resource: &str| {
            RoleAssignment {
                id: format!("{VAULT}/providers/Microsoft.Authorization/roleAssignments/77777777-7777-7777-7777-777777777777").parse().unwrap(),
                scope: scope.into(),
                role: KEY_ENCRYPTION_ROLE.into(),
                principal_id: String::new(),
                principal_type: None,
                condition: None,
            }
            .covers(resource)
        };
        assert!(covers(VAULT, VAULT));
        assert!(covers(&VAULT.to_uppercase(), &format!("{VAULT}/keys/cmk")));
        assert!(covers("/", VAULT));
        assert!(covers(
            "/subscriptions/22222222-2222-2222-2222-222222222222",
            VAULT
        ));
        assert!(!covers(VAULT, &format!("{VAULT}2")));
        assert!(!covers(&format!("{VAULT}/keys/cmk"), VAULT));
    }
}
