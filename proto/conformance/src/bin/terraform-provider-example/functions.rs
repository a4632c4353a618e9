//! `provider::example::...`: functions, which are pure and need no configured provider.

use tfplugin::{Function, FunctionError, Number, Parameter, Signature, Type, Value};

/// `port("https")`: an error that points at the argument.
pub(crate) struct Port;

impl Function for Port {
    fn name(&self) -> &'static str {
        "port"
    }

    fn signature(&self) -> Signature {
        Signature {
            summary: "Port of a service".to_owned(),
            description: "Gives the usual port of a service.".to_owned(),
            parameters: vec![Parameter::new("service", Type::String, "Such as `https`.")],
            variadic: None,
            returns: Type::Number,
        }
    }

    fn call(&self, arguments: Vec<Value>) -> Result<Value, FunctionError> {
        let port: i64 = match arguments.first().and_then(Value::as_str) {
            Some("http") => 80,
            Some("https") => 443,
            Some("panic") => panic!("as it was told to"),
            other => {
                let text = format!("{:?} is no service.", other.unwrap_or_default());
                return Err(FunctionError::at(0, text));
            }
        };
        Ok(Value::Number(Number::from(port)))
    }
}

/// `coalesce(null, "a")`: any number of arguments, with its own opinion on null and unknown.
pub(crate) struct Coalesce;

impl Function for Coalesce {
    fn name(&self) -> &'static str {
        "coalesce"
    }

    fn signature(&self) -> Signature {
        let mut texts = Parameter::new("texts", Type::String, "Texts, null or not.");
        texts.allow_null = true;
        texts.allow_unknown = true;
        Signature {
            summary: "First text".to_owned(),
            description: "Gives the first text that is not null, or null.".to_owned(),
            parameters: Vec::new(),
            variadic: Some(texts),
            returns: Type::String,
        }
    }

    fn call(&self, arguments: Vec<Value>) -> Result<Value, FunctionError> {
        // An unknown text may turn out to be null, so nothing behind it can be the answer yet.
        Ok(arguments
            .into_iter()
            .find(|text| !text.is_null())
            .unwrap_or_default())
    }
}

/// `shout("a")`: the usual case. The SDK refuses null and answers unknown for unknown.
pub(crate) struct Shout;

impl Function for Shout {
    fn name(&self) -> &'static str {
        "shout"
    }

    fn signature(&self) -> Signature {
        Signature {
            summary: "Upper case".to_owned(),
            description: "Writes a text in upper case.".to_owned(),
            parameters: vec![Parameter::new("text", Type::String, "The text.")],
            variadic: None,
            returns: Type::String,
        }
    }

    fn call(&self, arguments: Vec<Value>) -> Result<Value, FunctionError> {
        let text = arguments.first().and_then(Value::as_str);
        Ok(Value::string(text.unwrap_or_default().to_uppercase()))
    }
}
