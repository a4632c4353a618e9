//! Role assignments on vaults and keys (API facts 3.4).

use ppcmk_coverage::{ParseError, PrincipalId, RoleAssignmentId};
use reqwest::Method;

use super::{ArmClient, Deleted, ROLE_VERSION};
use crate::client::error::{BodyProblem, ClientError};
use crate::client::http::{Request, Response};
use crate::client::model::{RoleAssignment, role_assignment_name};
use crate::client::service_error::ServiceError;
use crate::client::time::Call;
use crate::client::wire::role::{RoleAssignmentDto, body};

/// How giving a role ended.
#[derive(Clone, Debug)]
pub enum RoleAssigned {
    /// It is given, under our name.
    Done(RoleAssignment),
    /// The same role was given before under another name: a success after reading it.
    ExistsElsewhere(ServiceError),
    /// The identity is too new to be known everywhere; try again for some minutes.
    PrincipalNotFound(ServiceError),
}

impl ArmClient {
    /// The id that our assignment of a role has.
    pub fn role_assignment_id(
        scope: &str,
        principal: &PrincipalId,
        role: &str,
    ) -> Result<RoleAssignmentId, ParseError> {
        let name = role_assignment_name(scope, principal, role);
        format!("{scope}/providers/Microsoft.Authorization/roleAssignments/{name}").parse()
    }

    /// The assignments of a principal at, above and **below** a scope; ask
    /// [`RoleAssignment::covers`] which of them hold where.
    pub async fn role_assignments(
        &self,
        call: &Call,
        scope: &str,
        principal: &PrincipalId,
    ) -> Result<Vec<RoleAssignment>, ClientError> {
        let path = format!("{scope}/providers/Microsoft.Authorization/roleAssignments");
        let filter = format!("principalId eq '{principal}'");
        let query = [("api-version", ROLE_VERSION), ("$filter", filter.as_str())];
        let request = self.plane.request(Method::GET, &path, &query);
        let response = self.plane.send(call, &request).await?;
        let dtos: Vec<RoleAssignmentDto> = self.pages(call, (request, response)).await?;
        Ok(dtos
            .into_iter()
            .filter_map(|dto| dto.try_into().ok())
            .collect())
    }

    /// An assignment by its id. One that is not found, or may not be asked for alone, is looked for
    /// in the list at its scope: what is gone there is gone.
    pub async fn role_assignment(
        &self,
        call: &Call,
        id: &RoleAssignmentId,
    ) -> Result<Option<RoleAssignment>, ClientError> {
        let request = self.request(Method::GET, id.as_str(), ROLE_VERSION);
        match self.plane.send(call, &request).await {
            Ok(response) => self.read_assignment(&request, &response).map(Some),
            Err(error) if matches!(error.status(), Some(404 | 405)) => {
                self.listed_assignment(call, id).await
            }
            Err(error) => Err(error),
        }
    }

    /// The same from the assignments at and above its scope.
    async fn listed_assignment(
        &self,
        call: &Call,
        id: &RoleAssignmentId,
    ) -> Result<Option<RoleAssignment>, ClientError> {
        let path = format!(
            "{}/providers/Microsoft.Authorization/roleAssignments",
            id.scope()
        );
        let query = [("api-version", ROLE_VERSION), ("$filter", "atScope()")];
        let request = self.plane.request(Method::GET, &path, &query);
        let response = match self.plane.send(call, &request).await {
            Ok(response) => response,
            Err(error) if error.service().is_some_and(ServiceError::says_gone) => return Ok(None),
            Err(error) => return Err(error),
        };
        let dtos: Vec<RoleAssignmentDto> = self.pages(call, (request, response)).await?;
        Ok(dtos
            .into_iter()
            .filter_map(|dto| RoleAssignment::try_from(dto).ok())
            .find(|assignment| assignment.id == *id))
    }

    /// Gives a role at a scope under our deterministic name. A 403 stays an error: right after a
    /// role was given to the caller itself, the caller may retry.
    pub async fn assign_role(
        &self,
        call: &Call,
        scope: &str,
        principal: &PrincipalId,
        role: &str,
    ) -> Result<RoleAssigned, ClientError> {
        let name = role_assignment_name(scope, principal, role);
        let id = format!("{scope}/providers/Microsoft.Authorization/roleAssignments/{name}");
        let request = self
            .request(Method::PUT, &id, ROLE_VERSION)
            .json(&body(scope, role, principal));
        let error = match self.plane.send(call, &request).await {
            // Everything about it is known, so an answer without a body is no failure.
            Ok(response) if response.is_blank() => {
                return made(&request, scope, principal, role).map(RoleAssigned::Done);
            }
            Ok(response) => {
                return self
                    .read_assignment(&request, &response)
                    .map(RoleAssigned::Done);
            }
            Err(error) => error,
        };
        match error.service() {
            Some(service) if service.has_code("RoleAssignmentExists") => {
                Ok(RoleAssigned::ExistsElsewhere(service.clone()))
            }
            Some(service) if service.has_code("PrincipalNotFound") => {
                Ok(RoleAssigned::PrincipalNotFound(service.clone()))
            }
            _ => Err(error),
        }
    }

    /// Takes a role away.
    pub async fn remove_role(
        &self,
        call: &Call,
        id: &RoleAssignmentId,
    ) -> Result<Deleted, ClientError> {
        let request = self.request(Method::DELETE, id.as_str(), ROLE_VERSION);
        match self.plane.send(call, &request).await {
            Ok(response) if response.status == 204 => Ok(Deleted::WasAbsent),
            Ok(_) => Ok(Deleted::Removed),
            Err(error) if error.service().is_some_and(ServiceError::says_gone) => {
                Ok(Deleted::WasAbsent)
            }
            Err(error) => Err(error),
        }
    }

    fn read_assignment(
        &self,
        request: &Request,
        response: &Response,
    ) -> Result<RoleAssignment, ClientError> {
        let dto: RoleAssignmentDto = self.plane.decode(request, response)?;
        dto.try_into().map_err(|error: ParseError| {
            self.plane
                .unreadable(request, response, BodyProblem::Shape(error.to_string()))
        })
    }
}

/// The assignment that a request has made.
fn made(
    request: &Request,
    scope: &str,
    principal: &PrincipalId,
    role: &str,
) -> Result<RoleAssignment, ClientError> {
    let id = ArmClient::role_assignment_id(scope, principal, role);
    let id = id.map_err(|error| ClientError::Setup {
        problem: format!("{} names no role assignment: {error}", request.describe()),
    })?;
    Ok(RoleAssignment {
        id,
        scope: scope.to_owned(),
        role: role.to_owned(),
        principal_id: principal.to_string(),
        principal_type: Some("ServicePrincipal".to_owned()),
        condition: None,
    })
}
