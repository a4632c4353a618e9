//! The page of a function.

use std::path::Path;

use tfplugin::{Parameter, Signature, Type};

use crate::inputs::{Inputs, MissingInput};
use crate::page::Page;
use crate::schema::one_line;
use crate::words;

pub(crate) fn page(
    name: &str,
    signature: &Signature,
    path: &Path,
    inputs: &Inputs,
) -> Result<String, MissingInput> {
    let mut page = Page::new(
        &format!("{name} function - {}", inputs.name),
        &format!("function: {name}"),
        &format!(
            "{}.\n\n{}",
            signature.summary.trim_end_matches('.'),
            signature.description
        ),
    );
    page.heading("Example Usage");
    page.code(
        "terraform",
        &inputs.example(&Path::new("functions").join(name), "function.tf")?,
    );
    page.fragment(inputs.fragment(path)?);
    page.heading("Signature");
    page.code("text", &call(name, signature));
    page.heading("Arguments");
    let arguments: Vec<String> = signature
        .parameters
        .iter()
        .enumerate()
        .map(|(index, parameter)| format!("{}. {}", index + 1, argument(parameter, "")))
        .chain(
            signature
                .variadic
                .iter()
                .map(|parameter| format!("1. {}", argument(parameter, "Variadic, "))),
        )
        .collect();
    page.paragraph(&arguments.join("\n"));
    page.heading("Return Type");
    page.paragraph(&returns(&signature.returns));
    Ok(page.finish())
}

fn call(name: &str, signature: &Signature) -> String {
    let typed =
        |parameter: &Parameter| format!("{} {}", parameter.name, words::in_code(&parameter.ty));
    let arguments: Vec<String> =
        signature
            .parameters
            .iter()
            .map(typed)
            .chain(signature.variadic.iter().map(|parameter| {
                format!("{} {}...", parameter.name, words::in_code(&parameter.ty))
            }))
            .collect();
    format!(
        "{name}({}) {}",
        arguments.join(", "),
        words::in_code(&signature.returns)
    )
}

fn argument(parameter: &Parameter, marks: &str) -> String {
    let nullable = if parameter.allow_null {
        ", Nullable"
    } else {
        ""
    };
    format!(
        "`{}` ({marks}{}{nullable}) {}",
        parameter.name,
        words::of_type(&parameter.ty),
        one_line(&parameter.description)
    )
}

fn returns(ty: &Type) -> String {
    let Type::Object(members) = ty else {
        return format!("{}.", words::of_type(ty));
    };
    let members: Vec<String> = members
        .iter()
        .map(|(name, ty)| format!("- `{name}` ({})", words::of_type(ty)))
        .collect();
    format!("Object with these attributes:\n\n{}", members.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_reads_like_a_call() {
        let signature = Signature {
            summary: String::new(),
            description: String::new(),
            parameters: vec![Parameter::new("id", Type::String, "The id.")],
            variadic: Some(Parameter::new("more", Type::Number, "More.")),
            returns: Type::list(Type::String),
        };
        assert_eq!(
            call("parse", &signature),
            "parse(id string, more number...) list of string"
        );
    }
}
