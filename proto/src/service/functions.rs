//! Calls of functions.

use super::{Core, values};
use crate::function::FunctionError;
use crate::provider::Provider;
use crate::value::Value;
use crate::wire::tfplugin6 as pb;

impl<P: Provider> Core<P> {
    pub(super) fn call_function(
        &self,
        request: &pb::call_function::Request,
    ) -> pb::call_function::Response {
        match self.called(request) {
            Ok(response) => response,
            Err(error) => pb::call_function::Response {
                result: None,
                error: Some(pb::FunctionError {
                    text: error.text,
                    function_argument: error
                        .argument
                        .and_then(|argument| i64::try_from(argument).ok()),
                }),
            },
        }
    }

    fn called(
        &self,
        request: &pb::call_function::Request,
    ) -> Result<pb::call_function::Response, FunctionError> {
        let general = |text: String| FunctionError {
            text,
            argument: None,
        };
        let Some((signature, function)) = self.functions.get(&request.name) else {
            return Err(general(format!(
                "This provider has no function called {:?}.",
                request.name
            )));
        };
        let (given, wanted) = (request.arguments.len(), signature.parameters.len());
        if given < wanted || (given > wanted && signature.variadic.is_none()) {
            return Err(general(format!(
                "The function takes {wanted} arguments, and {given} were given."
            )));
        }
        let mut arguments = Vec::with_capacity(given);
        let mut unknown = false;
        for (index, argument) in request.arguments.iter().enumerate() {
            let Some(parameter) = signature.parameter(index) else {
                continue;
            };
            let value = values::decode(Some(argument), &parameter.ty, "argument").map_err(
                |diagnostics| {
                    let text = diagnostics.iter().next().map(|first| first.detail.clone());
                    FunctionError::at(index, text.unwrap_or_default())
                },
            )?;
            if value.is_null() && !parameter.allow_null {
                return Err(FunctionError::at(index, "The argument must not be null."));
            }
            unknown |= !value.is_wholly_known() && !parameter.allow_unknown;
            arguments.push(value);
        }
        let result = if unknown {
            Value::Unknown
        } else {
            function.call(arguments)?
        };
        let result = values::encode(&result, &signature.returns).map_err(|_| {
            general("The result does not fit. This is a bug in the provider.".into())
        })?;
        Ok(pb::call_function::Response {
            result: Some(result),
            error: None,
        })
    }
}
