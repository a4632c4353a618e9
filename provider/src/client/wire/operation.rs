//! Lifecycle operations of the admin API (API facts 4.5).
//!
//! An older body with `operationId` and `status` exists in captures of other operations; it is
//! read too, because an operation URL is followed wherever it leads.

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::{Id, wire};
use crate::client::model::{Operation, OperationStage, OperationState, OperationType, Requester};

wire! {
    OperationDto {
        id: Option<String> = "id" or "operationId",
        kind: Id = "type",
        display_name: Option<String> = "typeDisplayName",
        state: Id = "state",
        status: Option<String> = "status",
        created: Option<String> = "createdDateTime",
        last_action: Option<String> = "lastActionDateTime",
        requested_by: RequesterDto = "requestedBy",
        stages: Vec<StageDto> = "stages",
        error: ErrorDto = "error",
        status_message: Option<String> = "statusMessage",
    }
}

wire! {
    RequesterDto {
        id: Option<String> = "id",
        display_name: Option<String> = "displayName",
        kind: Option<String> = "type",
    }
}

wire! {
    StageDto {
        id: Option<String> = "id",
        name: Option<String> = "name",
        state: Id = "state",
    }
}

wire! {
    ErrorDto {
        code: Option<String> = "code",
        message: Option<String> = "message",
    }
}

/// A body without an id or a state, which is no operation.
#[derive(Debug, thiserror::Error)]
#[error("an operation without `{0}`")]
pub(crate) struct NoOperation(&'static str);

impl TryFrom<OperationDto> for Operation {
    type Error = NoOperation;

    fn try_from(dto: OperationDto) -> Result<Self, NoOperation> {
        let state = dto.state.id.or(dto.status).ok_or(NoOperation("state"))?;
        let error = match (dto.error.message, dto.error.code) {
            (Some(message), Some(code)) => Some(format!("{code}: {message}")),
            (message, code) => message.or(code).or(dto.status_message),
        };
        Ok(Self {
            id: dto.id.ok_or(NoOperation("id"))?,
            kind: OperationType::new(dto.kind.id.as_deref().unwrap_or_default()),
            display_name: dto.display_name,
            state: OperationState::new(&state),
            created: dto.created.as_deref().and_then(time),
            last_action: dto.last_action.as_deref().and_then(time),
            requested_by: requester(dto.requested_by),
            stages: dto.stages.into_iter().filter_map(stage).collect(),
            error,
        })
    }
}

fn requester(dto: RequesterDto) -> Option<Requester> {
    let requester = Requester {
        id: dto.id,
        name: dto.display_name,
        kind: dto.kind,
    };
    (requester != Requester::default()).then_some(requester)
}

fn stage(dto: StageDto) -> Option<OperationStage> {
    Some(OperationStage {
        name: dto.name.or(dto.id)?,
        state: OperationState::new(dto.state.id.as_deref().unwrap_or_default()),
    })
}

/// A date with up to nine decimals; one that cannot be read is as good as none.
fn time(text: &str) -> Option<OffsetDateTime> {
    OffsetDateTime::parse(text, &Rfc3339).ok()
}
