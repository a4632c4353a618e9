//! Between the wire's values and ours.

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::schema::Schema;
use crate::value::{self, Type, Value, ValueError};
use crate::wire::tfplugin6::{self as pb, DynamicValue};

/// Reads a value; `what` names it in the message.
pub(super) fn decode(
    value: Option<&DynamicValue>,
    ty: &Type,
    what: &str,
) -> Result<Value, Diagnostics> {
    let Some(value) = value else {
        return Ok(Value::Null);
    };
    let decoded = if !value.msgpack.is_empty() {
        value::decode(&value.msgpack, ty)
    } else if value.json.is_empty() {
        return Ok(Value::Null);
    } else {
        match serde_json::from_slice(&value.json) {
            Ok(json) => value::from_json(&json, ty),
            Err(error) => {
                return Err(undecodable(what, &error.to_string()).into());
            }
        }
    };
    decoded.map_err(|error| {
        let diagnostic = undecodable(what, &format!("at {}: {error}", place(&error)));
        diagnostic.at(error.path).into()
    })
}

fn place(error: &ValueError) -> String {
    if error.path.is_root() {
        "the top".to_owned()
    } else {
        error.path.to_string()
    }
}

fn undecodable(what: &str, why: &str) -> Diagnostic {
    Diagnostic::error(
        "Undecodable value",
        format!(
            "The {what} that Terraform sent does not fit the schema, {why}. This happens when \
             the provider's version changes while Terraform runs, or when the data was damaged. \
             Run the command again; if it stays, this is a bug in the provider."
        ),
    )
}

/// Writes a value that the SDK has checked.
pub(super) fn encode(value: &Value, ty: &Type) -> Result<DynamicValue, Diagnostics> {
    match value::encode(value, ty) {
        Ok(msgpack) => Ok(DynamicValue {
            msgpack,
            json: Vec::new(),
        }),
        Err(error) => Err(misfit(error)),
    }
}

/// Writes an object that exists remotely. What of it does not fit becomes null and is reported:
/// an answer without the object would lose it.
pub(super) fn encode_existing(
    value: Value,
    ty: &Type,
    diagnostics: &mut Diagnostics,
) -> Result<DynamicValue, Diagnostics> {
    encode(&value, ty).or_else(|problems| {
        diagnostics.extend(problems);
        encode(&fitting(value, ty), ty)
    })
}

fn fitting(value: Value, ty: &Type) -> Value {
    match (value, ty) {
        (Value::Object(mut members), Type::Object(attributes)) => {
            Value::object(attributes.iter().map(|(name, ty)| {
                let member = members.remove(name).unwrap_or_default();
                (name.as_str(), fitting(member, ty))
            }))
        }
        (value, ty) if value::encode(&value, ty).is_ok() => value,
        _ => Value::Null,
    }
}

/// A null of any type.
pub(super) fn null() -> DynamicValue {
    DynamicValue {
        msgpack: vec![0xc0],
        json: Vec::new(),
    }
}

/// A value of the provider that its own schema does not allow.
pub(super) fn misfit(error: ValueError) -> Diagnostics {
    Diagnostic::bug(format!("A value does not fit the schema: {error}."))
        .at(error.path)
        .into()
}

/// An absent block as an object whose attributes are null, as core sends it most of the time.
pub(super) fn object_of_nulls(schema: &Schema, value: Value) -> Value {
    match (value, schema.ty()) {
        (Value::Null, Type::Object(attributes)) => {
            Value::object(attributes.into_keys().map(|name| (name, Value::Null)))
        }
        (value, _) => value,
    }
}

/// Answers that carry diagnostics.
pub(super) trait Reports {
    fn diagnostics(&mut self) -> &mut Vec<pb::Diagnostic>;
}

macro_rules! reports {
    ($($response:ident),* $(,)?) => {$(
        impl Reports for pb::$response::Response {
            fn diagnostics(&mut self) -> &mut Vec<pb::Diagnostic> {
                &mut self.diagnostics
            }
        }
    )*};
}

reports!(
    validate_provider_config,
    validate_resource_config,
    validate_data_resource_config,
    validate_ephemeral_resource_config,
    upgrade_resource_state,
    upgrade_resource_identity,
    import_resource_state,
    move_resource_state,
    read_data_source,
    open_ephemeral_resource,
    renew_ephemeral_resource,
    close_ephemeral_resource,
);

/// Adds diagnostics to an answer.
pub(super) fn report<R: Reports>(response: &mut R, diagnostics: Diagnostics) {
    response.diagnostics().extend(diagnostics.into_wire());
}

/// An answer, or one that only has diagnostics.
pub(super) fn or_report<R: Reports + Default>(outcome: Result<R, Diagnostics>) -> R {
    outcome.unwrap_or_else(|diagnostics| {
        let mut response = R::default();
        report(&mut response, diagnostics);
        response
    })
}
