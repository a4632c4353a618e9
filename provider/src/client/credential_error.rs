//! Why there is no token, in words that help.
//!
//! Entra's numeric codes are for people, not for program logic (API facts 1.1); here they choose
//! an explanation and nothing else.

use std::fmt;
use std::sync::Arc;

use super::error::ClientError;

/// Why there is no token.
#[derive(Clone, Debug)]
pub struct CredentialError {
    /// What was tried ("client secret").
    pub method: String,
    /// What happened.
    pub problem: CredentialProblem,
}

/// What happened when a token was asked for.
#[derive(Clone, Debug)]
pub enum CredentialProblem {
    /// Entra refused.
    Refused(Refusal),
    /// Entra could not be asked.
    Unreachable(Arc<ClientError>),
    /// The credential itself cannot be used, such as an empty secret.
    Unusable(String),
}

/// Entra's refusal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The HTTP status.
    pub status: u16,
    /// The OAuth code, such as `invalid_client`.
    pub error: Option<String>,
    /// The number of the `AADSTS` code.
    pub number: Option<u32>,
    /// The first line of Entra's description.
    pub description: String,
    /// The id to look up in the sign-in log.
    pub correlation_id: Option<String>,
    /// What to do about it; empty when the number is not known.
    pub explanation: &'static str,
}

impl Refusal {
    /// Reads Entra's error; `description` may span lines with trace ids at the end.
    pub(crate) fn new(
        status: u16,
        error: Option<String>,
        description: &str,
        correlation_id: Option<String>,
    ) -> Self {
        let number = aadsts_number(description);
        let correlation_id = correlation_id.or_else(|| aadsts_correlation(description));
        let description = description.lines().next().unwrap_or_default().trim();
        Self {
            status,
            error,
            number,
            description: super::redact::text(description),
            correlation_id,
            explanation: explain(number),
        }
    }
}

impl fmt::Display for CredentialError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { method, problem } = self;
        match problem {
            CredentialProblem::Refused(refusal) => {
                write!(
                    formatter,
                    "no token with the {method}: {}",
                    refusal.description
                )?;
                if !refusal.explanation.is_empty() {
                    write!(formatter, "; {}", refusal.explanation)?;
                }
                if let Some(id) = &refusal.correlation_id {
                    write!(formatter, " [correlation id {id}]")?;
                }
                Ok(())
            }
            CredentialProblem::Unreachable(error) => {
                write!(formatter, "no token with the {method}: {}", error.report())
            }
            CredentialProblem::Unusable(problem) => {
                write!(formatter, "the {method} cannot be used: {problem}")
            }
        }
    }
}

impl std::error::Error for CredentialError {}

/// The number after `AADSTS`.
fn aadsts_number(description: &str) -> Option<u32> {
    let rest = description.split_once("AADSTS")?.1;
    let end = rest
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(rest.len());
    rest[..end].parse().ok()
}

fn aadsts_correlation(description: &str) -> Option<String> {
    let rest = description.split_once("Correlation ID:")?.1.trim_start();
    rest.split_whitespace().next().map(str::to_owned)
}

/// What to do about the codes that people meet (API facts 1.1).
fn explain(number: Option<u32>) -> &'static str {
    match number {
        Some(7_000_215) => "the client secret is wrong; the secret's value is meant, not its id",
        Some(7_000_222) => "the client secret has expired; create a new one for the application",
        Some(700_027) => {
            "the certificate is not registered with the application, or it has expired"
        }
        Some(700_016) => {
            "the application is not in this tenant; check the client id and the tenant id"
        }
        Some(70_021 | 700_213) => {
            "no federated credential of the application matches the token's issuer, subject and \
             audience"
        }
        Some(700_024) => "the federated token is not valid at this time; it may be too old",
        Some(90_002) => "the tenant does not exist in this cloud; check the tenant id",
        Some(500_011) => {
            "the service is not known in this tenant; the cloud or the scope may be the wrong one"
        }
        Some(70_011) => "the scope is not valid; the cloud may be the wrong one",
        Some(53_003 | 530_034) => "a conditional access policy blocks this sign-in",
        Some(7_000_112) => "the application is disabled in this tenant",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn explains_a_wrong_secret() {
        let description = "AADSTS7000215: Invalid client secret provided.\r\nTrace ID: x\r\nCorrelation ID: aaaa0000-bb11-2222-33cc-444444dddddd\r\nTimestamp: t";
        let refusal = Refusal::new(401, Some("invalid_client".into()), description, None);
        let error = CredentialError {
            method: "client secret".into(),
            problem: CredentialProblem::Refused(refusal),
        };
        assert_eq!(
            error.to_string(),
            "no token with the client secret: AADSTS7000215: Invalid client secret provided.; \
             the client secret is wrong; the secret's value is meant, not its id \
             [correlation id aaaa0000-bb11-2222-33cc-444444dddddd]"
        );
    }

    #[test]
    fn explains_every_number_that_people_meet() {
        for (number, part) in [
            (7_000_222, "has expired"),
            (700_016, "not in this tenant"),
            (70_021, "federated credential"),
            (700_213, "federated credential"),
            (700_024, "too old"),
            (90_002, "check the tenant id"),
            (500_011, "the cloud or the scope"),
        ] {
            let refusal = Refusal::new(400, None, &format!("AADSTS{number}: x"), None);
            assert_eq!(refusal.number, Some(number));
            assert!(refusal.explanation.contains(part), "{number}");
        }
    }

    #[test]
    fn an_unknown_number_has_no_explanation() {
        let refusal = Refusal::new(400, None, "AADSTS12: x", None);
        assert_eq!((refusal.number, refusal.explanation), (Some(12), ""));
        assert_eq!(Refusal::new(400, None, "nothing", None).number, None);
    }
}
