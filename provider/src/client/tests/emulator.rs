//! The whole life of a policy against the emulator, over TLS.
//!
//! The emulator was written from the same facts by other hands. Its time moves with requests, so
//! nothing here waits.

use std::sync::Arc;

use ppcmk_coverage::{EnvironmentId, LinkStatus, PolicyId, PrincipalId, SystemId};
use ppcmk_emulator::{Effect, Emulator, Fault, RequestMatch};

use super::support::{ENVIRONMENT, POLICY_ID, VAULT_ID, call};
use crate::client::{
    Accepted, Call, Client, ClientConfig, Cloud, CloudName, CustomEndpoints, Deleted, HttpOptions,
    KEY_ENCRYPTION_ROLE, LinkOutcome, OperationState, PolicySpec, Poll, RoleAssigned, Secret, Tags,
};
use crate::credentials::ClientSecretSource;

struct Fixture {
    emulator: Emulator,
    client: Client,
    call: Call,
}

fn fixture() -> Fixture {
    let emulator = Emulator::start().unwrap();
    let variables = emulator.environment_variables();
    let variable = |name: &str| {
        variables
            .iter()
            .find(|(own, _)| own == name)
            .map(|(_, value)| value.clone())
            .unwrap()
    };
    let source = Arc::new(ClientSecretSource {
        tenant_id: variable("ARM_TENANT_ID"),
        client_id: variable("ARM_CLIENT_ID"),
        client_secret: Secret::new(variable("ARM_CLIENT_SECRET")),
    });
    let endpoints = CustomEndpoints {
        authority_host: Some(variable("PPCMK_AUTHORITY_HOST")),
        resource_manager: Some(variable("PPCMK_RESOURCE_MANAGER_ENDPOINT")),
        bap: Some(variable("PPCMK_BAP_ENDPOINT")),
        ..CustomEndpoints::default()
    };
    let ca = std::fs::read(emulator.ca_certificate_file()).unwrap();
    let client = Client::new(ClientConfig {
        cloud: Cloud::new(CloudName::Custom, &endpoints).unwrap(),
        http: HttpOptions {
            ca_certificates_pem: Some(ca),
            ..HttpOptions::default()
        },
        azure: source.clone(),
        power_platform: source,
        allowed: crate::client::Allowed::default(),
    })
    .unwrap();
    Fixture {
        emulator,
        client,
        call: call(60),
    }
}

impl Fixture {
    /// A policy whose identity may use its key.
    async fn policy(&self) -> SystemId {
        let id: PolicyId = POLICY_ID.parse().unwrap();
        let spec = PolicySpec {
            location: "europe".into(),
            key_vault_id: VAULT_ID.parse().unwrap(),
            key_name: "cmk".parse().unwrap(),
            key_version: None,
            tags: Tags::new(),
        };
        let arm = self.client.arm();
        let policy = arm.put_policy(&self.call, &id, &spec).await.unwrap();
        self.grant(&policy.principal_id.unwrap()).await;
        policy.system_id.unwrap()
    }

    async fn grant(&self, principal: &PrincipalId) {
        let arm = self.client.arm();
        for _ in 0..100 {
            let role = KEY_ENCRYPTION_ROLE;
            match arm
                .assign_role(&self.call, VAULT_ID, principal, role)
                .await
                .unwrap()
            {
                RoleAssigned::Done(assignment) => return assert!(assignment.covers(VAULT_ID)),
                RoleAssigned::PrincipalNotFound(_) => (),
                RoleAssigned::ExistsElsewhere(error) => panic!("{error}"),
            }
        }
        panic!("the principal never became visible");
    }

    /// Links, as often as the new policy is not visible yet.
    async fn link(&self, policy: &SystemId) -> LinkOutcome {
        let environment = environment();
        for _ in 0..100 {
            match self
                .client
                .bap()
                .link(&self.call, &environment, policy)
                .await
            {
                LinkOutcome::Refused(error) if error.status() == Some(404) => (),
                other => return other,
            }
        }
        panic!("the policy never became visible");
    }

    async fn wait(&self, accepted: Accepted) -> OperationState {
        let url = accepted.operation.unwrap();
        for _ in 0..1000 {
            match self.client.bap().operation(&self.call, &url).await.unwrap() {
                Poll::Is { operation, .. } if !operation.is_active() => return operation.state,
                Poll::Is { .. } | Poll::Working { .. } => (),
                Poll::Gone(error) => panic!("{error}"),
            }
        }
        panic!("the operation never ended");
    }

    /// Reads until the slot is as expected: reads lag behind.
    async fn slot(&self, expected: Option<&LinkStatus>) {
        for _ in 0..100 {
            let environment = self
                .client
                .bap()
                .environment(&self.call, &environment())
                .await
                .unwrap()
                .unwrap();
            if environment.encryption.as_ref().map(|link| &link.status) == expected {
                return;
            }
        }
        panic!("the slot never became {expected:?}");
    }
}

fn environment() -> EnvironmentId {
    ENVIRONMENT.parse().unwrap()
}

fn accepted(outcome: LinkOutcome) -> Accepted {
    match outcome {
        LinkOutcome::Accepted(accepted) => accepted,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_policy_is_made_linked_unlinked_and_deleted() {
    let fixture = fixture();
    let system_id = fixture.policy().await;
    let id: PolicyId = POLICY_ID.parse().unwrap();
    let link = accepted(fixture.link(&system_id).await);
    assert_eq!(fixture.wait(link).await, OperationState::Succeeded);
    fixture.slot(Some(&LinkStatus::Linked)).await;
    let directory = fixture.client.environments();
    let linked = directory
        .linked_to(&fixture.call, Some(&id), None)
        .await
        .unwrap();
    assert_eq!(linked[0].id, environment());

    let arm = fixture.client.arm();
    let error = arm.delete_policy(&fixture.call, &id).await.unwrap_err();
    assert!(
        error.has_code("EnterprisePolicyDeleteNotAllowed"),
        "{error}"
    );

    directory.forget(&environment());
    let bap = fixture.client.bap();
    let unlink = accepted(bap.unlink(&fixture.call, &environment(), &system_id).await);
    assert_eq!(fixture.wait(unlink).await, OperationState::Succeeded);
    fixture.slot(None).await;
    assert_eq!(
        arm.delete_policy(&fixture.call, &id).await.unwrap(),
        Deleted::Removed
    );
    assert!(arm.policy(&fixture.call, &id).await.unwrap().is_none());
}

#[tokio::test]
async fn a_lost_answer_is_ambiguous_and_the_operation_is_found() {
    let fixture = fixture();
    let system_id = fixture.policy().await;
    // Make sure that the policy is visible, so that the next post is the one that counts.
    let probe = accepted(fixture.link(&system_id).await);
    fixture.wait(probe).await;
    fixture.slot(Some(&LinkStatus::Linked)).await;
    let bap = fixture.client.bap();
    fixture.emulator.clear_requests();
    fixture.emulator.fault(Fault::new(
        RequestMatch::unlink(),
        Effect::ResetAfterProcessing,
    ));
    let outcome = bap.unlink(&fixture.call, &environment(), &system_id).await;
    assert!(matches!(outcome, LinkOutcome::Ambiguous(_)), "{outcome:?}");
    let operations = bap.operations(&fixture.call, &environment()).await.unwrap();
    let newest = crate::client::newest_of_key(&operations).unwrap();
    assert_eq!(
        newest.kind,
        crate::client::OperationType::RevertToMicrosoftKey
    );
    let url = Some(bap.operation_url(newest));
    let found = Accepted {
        operation: url,
        retry_after: None,
        correlation_id: None,
    };
    assert_eq!(fixture.wait(found).await, OperationState::Succeeded);
}
