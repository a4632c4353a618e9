//! Role assignments in Resource Manager (API facts 3.4).

use ppcmk_coverage::{ParseError, PrincipalId, RoleAssignmentId};
use serde_json::{Value, json};

use super::wire;
use crate::client::model::RoleAssignment;

wire! {
    RoleAssignmentDto {
        id: String = "id",
        properties: RoleProperties = "properties",
    }
}

wire! {
    RoleProperties {
        scope: Option<String> = "scope",
        role_definition_id: String = "roleDefinitionId",
        principal_id: String = "principalId",
        principal_type: Option<String> = "principalType",
        condition: Option<String> = "condition",
    }
}

impl TryFrom<RoleAssignmentDto> for RoleAssignment {
    type Error = ParseError;

    fn try_from(dto: RoleAssignmentDto) -> Result<Self, ParseError> {
        let id: RoleAssignmentId = dto.id.parse()?;
        let properties = dto.properties;
        let role = properties.role_definition_id;
        Ok(Self {
            scope: properties.scope.unwrap_or_else(|| id.scope().to_owned()),
            // With or without a subscription in front: the last segment is the role.
            role: role.rsplit('/').next().unwrap_or_default().to_owned(),
            principal_id: properties.principal_id,
            principal_type: properties.principal_type,
            condition: properties.condition,
            id,
        })
    }
}

/// The body of a new assignment. `principalType` spares Resource Manager the look-up that fails
/// for identities that are seconds old.
pub(crate) fn body(scope: &str, role: &str, principal: &PrincipalId) -> Value {
    let subscription = scope.split('/').nth(2).unwrap_or_default();
    let role = format!(
        "/subscriptions/{subscription}/providers/Microsoft.Authorization/roleDefinitions/{role}"
    );
    json!({
        "properties": {
            "roleDefinitionId": role,
            "principalId": principal.as_str(),
            "principalType": "ServicePrincipal",
        },
    })
}
