//! What a file is that was named as a plan or a state, and advice where it is something else.

use super::document::Signs;
use crate::source::InputError;
use crate::source::encoded::{Document, decode};

/// What a file that was named as a plan looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlanInput {
    /// A saved plan (`terraform plan -out`): a zip archive.
    Saved,
    /// JSON, in any encoding: a plan or a state.
    Json,
    /// Neither.
    Other,
}

/// Looks at the first bytes.
pub fn recognise(bytes: &[u8]) -> PlanInput {
    let bytes = match bytes {
        [0xef, 0xbb, 0xbf, rest @ ..] | [0xff, 0xfe, rest @ ..] | [0xfe, 0xff, rest @ ..] => rest,
        _ => bytes,
    };
    let first = bytes
        .iter()
        .find(|byte| !byte.is_ascii_whitespace() && **byte != 0);
    match first {
        _ if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06") => {
            PlanInput::Saved
        }
        Some(b'{') => PlanInput::Json,
        _ => PlanInput::Other,
    }
}

const AS_PLAN: &str = "write the plan as JSON: `terraform show -json tfplan > tfplan.json`";
const AS_STATE: &str = "write the state as JSON: `terraform show -json > state.json`";

/// The text of a document, once it is clear that it is a JSON object.
pub(super) fn text<'a>(
    bytes: &'a [u8],
    kind: &'static str,
    name: &str,
) -> Result<std::borrow::Cow<'a, str>, InputError> {
    if recognise(bytes) == PlanInput::Saved {
        return Err(InputError::new(format!(
            "could not read {kind} {name}: it is a saved plan, not JSON"
        ))
        .help(AS_PLAN));
    }
    if bytes.starts_with(b"tfplan") {
        return Err(InputError::new(format!(
            "could not read {kind} {name}: it is a saved plan of Terraform 0.11 or older"
        )));
    }
    let text = decode(bytes, kind, name)?;
    let document = Document {
        kind,
        name,
        text: &text,
    };
    match text.trim_start().chars().next() {
        Some('{') => Ok(text),
        None => Err(document.fault(0, 0, "it is empty").help(advice(kind))),
        Some(_) => Err(noise_before(document)),
    }
}

fn advice(kind: &str) -> &'static str {
    if kind == "plan" { AS_PLAN } else { AS_STATE }
}

/// Scripts and wrappers print something before the JSON.
fn noise_before(document: Document<'_>) -> InputError {
    let Document { text, kind, .. } = document;
    let json = text
        .lines()
        .find(|line| line.starts_with("{\"format_version\"") || *line == "{");
    let line = text
        .lines()
        .find(|line| !line.trim().is_empty())
        .unwrap_or_default();
    let excerpt: String = line.trim().chars().take(60).collect();
    match json {
        Some(_) => document
            .fault(0, line.len(), &format!("other output stands before the JSON: `{excerpt}`"))
            .help("write only the standard output of `terraform show -json` to the file (with hashicorp/setup-terraform: `terraform_wrapper: false`)"),
        None if text.starts_with(['[', '"']) => document.fault(0, 1, "it is JSON, but no object").help(advice(kind)),
        None => document
            .fault(0, line.len(), &format!("it is not JSON: `{excerpt}`"))
            .help(advice(kind)),
    }
}

/// The error of a document that could not be parsed as what it was named.
pub(super) fn not_a_plan(document: Document<'_>, error: Option<&serde_json::Error>) -> InputError {
    let signs = signs(document);
    let wrong = |what: &str, help: &str| document.fault(0, 1, &format!("it is {what}")).help(help);
    if let Some(error) = newer(document, &signs) {
        return error;
    }
    let is_plan = signs.planned_values.is_some() || signs.resource_changes.is_some();
    if !is_plan {
        if signs.values.is_some() {
            return wrong("a state, not a plan", "name it with `--state`");
        }
        if signs.lineage.is_some() || signs.serial.is_some() {
            return wrong("a state file, not a plan", "name it with `--state`");
        }
        if let Some(error) = neither(document, &signs) {
            return error;
        }
    }
    match error {
        Some(error) => explain(document, error),
        None => wrong("a JSON object, but no plan", AS_PLAN),
    }
}

/// The error of a document that is no state.
pub(super) fn not_a_state(document: Document<'_>, error: Option<&serde_json::Error>) -> InputError {
    let signs = signs(document);
    let wrong = |what: &str, help: &str| document.fault(0, 1, &format!("it is {what}")).help(help);
    if let Some(error) = newer(document, &signs) {
        return error;
    }
    if signs.planned_values.is_some() || signs.resource_changes.is_some() {
        return wrong("a plan, not a state", "name it with `--plan`");
    }
    if let Some(error) = neither(document, &signs) {
        return error;
    }
    match error {
        Some(error) => explain(document, error),
        None => wrong("a JSON object, but no state", AS_STATE),
    }
}

/// Other documents around Terraform.
fn neither(document: Document<'_>, signs: &Signs<'_>) -> Option<InputError> {
    let (what, help) = if signs.level.is_some() {
        (
            "the log of `terraform plan -json`, not the plan",
            "save the plan with `terraform plan -out tfplan`, then `terraform show -json tfplan > tfplan.json`",
        )
    } else if signs.provider_schemas.is_some() {
        ("the schemas of providers", advice(document.kind))
    } else if signs.encrypted_data.is_some() {
        (
            "encrypted by OpenTofu",
            "write it as JSON where the key is: `tofu show -json tfplan > tfplan.json`",
        )
    } else if signs.root_module.is_some() || signs.resource_blocks.is_some() {
        (
            "a configuration",
            "name its folder instead: `ppcmk-lint check DIRECTORY`",
        )
    } else {
        return None;
    };
    Some(document.fault(0, 1, &format!("it is {what}")).help(help))
}

/// A format that is newer than this program.
fn newer(document: Document<'_>, signs: &Signs<'_>) -> Option<InputError> {
    let raw = signs.format_version?.get();
    let version = raw.trim_matches('"');
    if is_understood(version) {
        return None;
    }
    let start = (raw.as_ptr() as usize).saturating_sub(document.text.as_ptr() as usize);
    let message = format!("its format is {version}, and this program reads format 1");
    Some(
        document
            .fault(start, start + raw.len(), &message)
            .help("look for a newer version of ppcmk-lint"),
    )
}

/// Formats of one major version only get additions.
pub(super) fn is_understood(version: &str) -> bool {
    matches!(version.split('.').next(), Some("0" | "1"))
}

/// Whether it says that there is no state: `{"format_version": "1.0"}`.
pub(super) fn is_empty_state(document: Document<'_>, signs: &Signs<'_>) -> bool {
    signs.format_version.is_some()
        && signs.planned_values.is_none()
        && signs.resource_changes.is_none()
        && neither(document, signs).is_none()
}

/// The fields by which the document can be told.
pub(super) fn signs(document: Document<'_>) -> Signs<'_> {
    let mut reader = serde_json::Deserializer::from_str(document.text);
    serde::Deserialize::deserialize(&mut reader).unwrap_or_default()
}

/// The parser's error; what a log looks like after its first line is said.
pub(super) fn explain(document: Document<'_>, error: &serde_json::Error) -> InputError {
    let fault = document.broken(document.text, error);
    if error.to_string().starts_with("trailing characters") {
        return fault.help("write only the standard output of `terraform show -json` to the file (with hashicorp/setup-terraform: `terraform_wrapper: false`)");
    }
    fault
}

#[cfg(test)]
mod tests {
    use crate::source::plan::{read_plan, read_state};

    use super::*;

    #[test]
    fn looks_at_the_first_bytes() {
        for (bytes, expected) in [
            (&b"PK\x03\x04rest"[..], PlanInput::Saved),
            (b" \n{", PlanInput::Json),
            (b"\xef\xbb\xbf{", PlanInput::Json),
            (b"\xff\xfe{\0}\0", PlanInput::Json),
            (b"{\0}\0", PlanInput::Json),
            (b"", PlanInput::Other),
            (b"resource \"x\"", PlanInput::Other),
        ] {
            assert_eq!(recognise(bytes), expected);
        }
    }

    #[test]
    fn says_what_it_is_instead() {
        for (text, message, help) in [
            (
                r#"{"format_version":"1.0","values":{}}"#,
                "it is a state, not a plan",
                "--state",
            ),
            (
                r#"{"version":4,"serial":1,"lineage":""}"#,
                "it is a state file, not a plan",
                "--state",
            ),
            (
                r#"{"@level":"info"}
{"@level":"info"}"#,
                "it is the log of",
                "-out tfplan",
            ),
            (
                r#"{"format_version":"1.0","provider_schemas":{}}"#,
                "it is the schemas",
                "show -json",
            ),
            (r#"{"resource":{}}"#, "it is a configuration", "DIRECTORY"),
            (
                r#"{"meta":{},"encrypted_data":""}"#,
                "it is encrypted by OpenTofu",
                "tofu show",
            ),
            ("{}", "it is a JSON object, but no plan", "show -json"),
            (
                r#"{"format_version":"2.0","resource_changes":{}}"#,
                "its format is 2.0",
                "newer",
            ),
            ("", "it is empty", "show -json"),
            ("[]", "it is JSON, but no object", "show -json"),
            (
                "resource \"a\" {\n}",
                "it is not JSON: `resource \"a\" {`",
                "show -json",
            ),
            ("PK\u{3}\u{4}", "it is a saved plan, not JSON", "show -json"),
            (
                "[command]/usr/bin/terraform\n{\"format_version\":\"1.2\"}",
                "other output stands before",
                "terraform_wrapper",
            ),
            (
                "{\"format_version\":\"1.2\"}\n::debug::exit",
                "trailing characters",
                "terraform_wrapper",
            ),
        ] {
            let error = read_plan(text.as_bytes(), "p.json").unwrap_err();
            let expected = format!("could not read plan p.json: {message}");
            assert!(error.message.starts_with(&expected), "{text}: {error}");
            assert!(error.help.clone().unwrap().contains(help), "{error:?}");
        }
        let error = read_state(br#"{"resource_changes":[]}"#, "s").unwrap_err();
        assert_eq!(
            error.message,
            "could not read state s: it is a plan, not a state"
        );
    }
}
