//! What can go wrong between us and a service, one variant per cause.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::allowed::NotAllowed;
use super::credential_error::CredentialError;
use super::origin::ForeignHost;
use super::service_error::ServiceError;
use super::time::Ended;

/// The cause of an error in libraries below.
pub type Cause = Box<dyn std::error::Error + Send + Sync>;

/// The services we talk to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Plane {
    /// Where tokens come from.
    Entra,
    /// The CI system, which issues what Entra takes for a token.
    Issuer,
    /// Where a machine in Azure gets the tokens of its managed identity.
    ManagedIdentity,
    /// Policies, vaults, role assignments.
    ResourceManager,
    /// Environments and their links.
    PowerPlatform,
}

impl fmt::Display for Plane {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Entra => "Microsoft Entra ID",
            Self::Issuer => "the issuer of federated tokens",
            Self::ManagedIdentity => "the managed identity endpoint",
            Self::ResourceManager => "Azure Resource Manager",
            Self::PowerPlatform => "the Power Platform admin API",
        })
    }
}

/// Why a request has no result.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The service answered, and the answer is no.
    #[error("{0}")]
    Service(Box<ServiceError>),
    /// No connection: nothing was sent.
    #[error("could not connect to {host}")]
    Connect {
        /// The host.
        host: String,
        /// Why.
        #[source]
        source: Cause,
    },
    /// The host's certificate is not trusted: nothing was sent.
    #[error(
        "the certificate of {host} is not trusted; on an inspected network, \
         `ca_certificate_file` adds the network's own authority"
    )]
    Certificate {
        /// The host.
        host: String,
        /// Why.
        #[source]
        source: Cause,
    },
    /// The connection ended before the answer was complete.
    #[error("the connection to {host} broke before the answer was complete")]
    Broken {
        /// The host.
        host: String,
        /// Why.
        #[source]
        source: Cause,
    },
    /// No answer in time.
    #[error("{host} did not answer within {} s", .limit.as_secs_f32().ceil())]
    Timeout {
        /// The host.
        host: String,
        /// The time it had.
        limit: Duration,
    },
    /// The answer has a body that we cannot read.
    #[error("{plane} answered {status} to {request}, and {problem}{}", quoted(.excerpt))]
    Body {
        /// The service.
        plane: Plane,
        /// Method and URL.
        request: String,
        /// The status of the answer.
        status: u16,
        /// What is wrong with the body.
        problem: BodyProblem,
        /// The beginning of the body, without secrets.
        excerpt: String,
    },
    /// There is no token.
    #[error("{0}")]
    Credential(Box<CredentialError>),
    /// The URL belongs to a host that must not get a token.
    #[error(transparent)]
    ForeignHost(#[from] ForeignHost),
    /// The allow-lists forbid it.
    #[error(transparent)]
    NotAllowed(#[from] NotAllowed),
    /// The HTTP client could not be set up.
    #[error("could not set up the HTTP client: {problem}")]
    Setup {
        /// What is wrong.
        problem: String,
    },
    /// Stopped or out of time before there was any answer.
    #[error("{ended} before {plane} was asked")]
    Ended {
        /// Which of the two.
        ended: Ended,
        /// The service.
        plane: Plane,
    },
    /// Stopped while a request was on its way.
    #[error("stopped while waiting for {host}")]
    StoppedInFlight {
        /// The host.
        host: String,
    },
    /// Several attempts failed; this is the last real error.
    #[error("{last} ({attempts} {} in {:.1} s{})", attempts_word(*.attempts), .elapsed.as_secs_f32(), ended_word(*.ended))]
    GaveUp {
        /// How many attempts were made.
        attempts: u32,
        /// How long all of them took, waits included.
        elapsed: Duration,
        /// Whether more attempts would have followed.
        ended: Option<Ended>,
        /// The last real error.
        last: Box<ClientError>,
    },
    /// The error of a request that several callers waited for.
    #[error(transparent)]
    Shared(Arc<ClientError>),
}

fn attempts_word(attempts: u32) -> &'static str {
    if attempts == 1 { "attempt" } else { "attempts" }
}

fn ended_word(ended: Option<Ended>) -> String {
    ended
        .map(|ended| format!(", then {ended}"))
        .unwrap_or_default()
}

fn quoted(excerpt: &str) -> String {
    if excerpt.is_empty() {
        String::new()
    } else {
        format!(": `{excerpt}`")
    }
}

/// What is wrong with a body.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BodyProblem {
    /// Nothing came.
    #[error("the body is empty")]
    Empty,
    /// A web page, usually of a proxy or a sign-in page.
    #[error("the body is a web page, not JSON; is there a proxy in between?")]
    Html,
    /// The JSON ends too early.
    #[error("the body is cut off")]
    Truncated,
    /// No JSON.
    #[error("the body is not JSON")]
    NotJson,
    /// JSON of another shape.
    #[error("the body has an unexpected shape ({0})")]
    Shape(String),
    /// Larger than we are willing to read.
    #[error("the body is larger than {} MiB", .limit / (1024 * 1024))]
    TooLarge {
        /// The limit in bytes.
        limit: usize,
    },
}

impl BodyProblem {
    /// A list whose pages go in circles.
    pub(crate) fn endless() -> Self {
        Self::Shape("the list of pages does not end".to_owned())
    }
}

impl ClientError {
    /// The service's answer, if there was one.
    pub fn service(&self) -> Option<&ServiceError> {
        match self.real() {
            Self::Service(error) => Some(error),
            _ => None,
        }
    }

    /// The credential's error, if there is no token.
    pub fn credential(&self) -> Option<&CredentialError> {
        match self.real() {
            Self::Credential(error) => Some(error),
            _ => None,
        }
    }

    /// The status of the service's answer.
    pub fn status(&self) -> Option<u16> {
        self.service().map(|error| error.status)
    }

    /// Whether the service answered with this code, in any case.
    pub fn has_code(&self, code: &str) -> bool {
        self.service().is_some_and(|error| error.has_code(code))
    }

    /// Whether the user stopped the work.
    pub fn is_stopped(&self) -> bool {
        match self {
            Self::Ended { ended, .. } => *ended == Ended::Stopped,
            Self::StoppedInFlight { .. } => true,
            Self::GaveUp { ended, last, .. } => *ended == Some(Ended::Stopped) || last.is_stopped(),
            Self::Shared(error) => error.is_stopped(),
            _ => false,
        }
    }

    /// Whether the deadline ended the work.
    pub fn is_out_of_time(&self) -> bool {
        match self {
            Self::Ended { ended, .. } => *ended == Ended::OutOfTime,
            Self::GaveUp { ended, .. } => *ended == Some(Ended::OutOfTime),
            Self::Shared(error) => error.is_out_of_time(),
            _ => false,
        }
    }

    /// The error itself, without the count of attempts around it.
    pub fn real(&self) -> &ClientError {
        match self {
            Self::GaveUp { last, .. } => last.real(),
            Self::Shared(error) => error.real(),
            other => other,
        }
    }

    /// The error and its causes in one line, for people.
    pub fn report(&self) -> String {
        let mut text = self.to_string();
        let mut source = std::error::Error::source(self.real());
        while let Some(cause) = source {
            let cause_text = cause.to_string();
            if !text.contains(&cause_text) {
                text.push_str(": ");
                text.push_str(&cause_text);
            }
            source = cause.source();
        }
        super::redact::text(&text)
    }
}

impl From<ServiceError> for ClientError {
    fn from(error: ServiceError) -> Self {
        Self::Service(Box::new(error))
    }
}

impl From<CredentialError> for ClientError {
    fn from(error: CredentialError) -> Self {
        Self::Credential(Box::new(error))
    }
}
