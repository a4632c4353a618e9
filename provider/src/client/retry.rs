//! Whether to try again, and after which wait (API facts 0.3).

use std::time::{Duration, SystemTime};

use reqwest::header::{HeaderMap, RETRY_AFTER};
use tokio::time::Instant;

use super::error::{ClientError, Plane};
use super::time::{Call, Ended, Jitter};

const FIRST_WAIT: Duration = Duration::from_secs(1);
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// Whether a request may be sent more than once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Repeat {
    /// Sending it again has the same effect.
    Safely,
    /// Only when the service certainly did not execute it.
    IfNotExecuted,
}

/// The attempts of one request, and whether there will be another.
///
/// The error that comes out at the end is always the last real one, with the number of attempts
/// around it when there was more than one or when time cut them short.
pub(crate) struct Retries<'a> {
    call: &'a Call,
    repeat: Repeat,
    most: u32,
    jitter: Jitter,
    start: Instant,
    failed: u32,
    last: Option<ClientError>,
}

impl<'a> Retries<'a> {
    pub(crate) fn new(call: &'a Call, repeat: Repeat, most: u32, jitter: Jitter) -> Self {
        Self {
            call,
            repeat,
            most,
            jitter,
            start: Instant::now(),
            failed: 0,
            last: None,
        }
    }

    /// Waits for the next attempt, or says why there is none.
    pub(crate) async fn after(&mut self, error: ClientError) -> Result<(), ClientError> {
        // An attempt that was cut short before it said anything does not hide the last answer.
        if let ClientError::Ended { ended, .. } = error
            && let Some(last) = self.last.take()
        {
            return Err(self.gave_up(last, Some(ended)));
        }
        self.failed += 1;
        if !is_transient(&error, self.repeat) || self.failed >= self.most {
            let is_first = self.failed == 1;
            return Err(if is_first {
                error
            } else {
                self.gave_up(error, None)
            });
        }
        let wait = wait_after(&error, self.failed, self.jitter);
        tracing::debug!(attempts = self.failed, ?wait, %error, "trying again");
        let ended = if self.call.has_time_for(wait) {
            self.call.sleep(wait).await.err()
        } else if self.call.stop_token().is_cancelled() {
            Some(Ended::Stopped)
        } else {
            Some(Ended::OutOfTime)
        };
        if ended.is_some() {
            return Err(self.gave_up(error, ended));
        }
        self.last = Some(error);
        Ok(())
    }

    fn gave_up(&self, last: ClientError, ended: Option<Ended>) -> ClientError {
        ClientError::GaveUp {
            attempts: self.failed,
            elapsed: self.start.elapsed(),
            ended,
            last: Box::new(last),
        }
    }
}

/// Whether this error is worth another attempt.
pub(crate) fn is_transient(error: &ClientError, repeat: Repeat) -> bool {
    match (error, repeat) {
        // No connection: nothing was sent.
        (ClientError::Connect { .. }, _)
        | (ClientError::Broken { .. } | ClientError::Timeout { .. }, Repeat::Safely) => true,
        (ClientError::Service(error), Repeat::Safely) => {
            matches!(error.status, 408 | 425 | 429 | 500 | 502 | 503 | 504)
                // It is updating itself, or the identity was assigned just now (API facts 1.3).
                || (error.plane == Plane::ManagedIdentity && matches!(error.status, 404 | 410))
                || (error.plane == Plane::ResourceManager
                    && error.status == 409
                    && error.has_code("AnotherOperationInProgress"))
        }
        // A throttled request was turned away at the door, and so was one that came too early (RFC
        // 8470). A 503 may come from a gateway behind which the request still runs, also with a
        // `Retry-After`.
        (ClientError::Service(error), Repeat::IfNotExecuted) => {
            matches!(error.status, 425 | 429)
        }
        _ => false,
    }
}

/// The wait before the next attempt: what the service asks for, else exponential with jitter.
pub(crate) fn wait_after(error: &ClientError, attempts: u32, jitter: Jitter) -> Duration {
    if let Some(wait) = error.service().and_then(|error| error.retry_after) {
        return wait;
    }
    let doublings = attempts.saturating_sub(1).min(16);
    jitter.apply(FIRST_WAIT.saturating_mul(1 << doublings).min(LONGEST_WAIT))
}

/// `Retry-After`: seconds, or a date of which the past means now.
pub(crate) fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse::<u64>() {
        return Some(Duration::from_secs(seconds));
    }
    let date = httpdate::parse_http_date(text).ok()?;
    Some(date.duration_since(now).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(value: &str) -> HeaderMap {
        HeaderMap::from_iter([(RETRY_AFTER, value.parse().unwrap())])
    }

    #[test]
    fn understands_both_forms_of_retry_after() {
        let now = httpdate::parse_http_date("Fri, 02 Jan 2026 03:04:05 GMT").unwrap();
        let check = |value: &str, expected: Option<u64>| {
            assert_eq!(
                retry_after(&header(value), now),
                expected.map(Duration::from_secs),
                "{value}"
            );
        };
        check("7", Some(7));
        check(" 0 ", Some(0));
        check("Fri, 02 Jan 2026 03:05:05 GMT", Some(60));
        check("Fri, 02 Jan 2026 03:04:00 GMT", Some(0));
        check("soon", None);
        check("-1", None);
        assert_eq!(retry_after(&HeaderMap::new(), now), None);
    }

    #[test]
    fn waits_double_up_to_a_limit() {
        let error = ClientError::Timeout {
            host: "h".into(),
            limit: Duration::from_secs(1),
        };
        let waits: Vec<_> = [1, 2, 3, 6, 60, u32::MAX]
            .map(|attempts| wait_after(&error, attempts, Jitter::None).as_secs())
            .into();
        assert_eq!(waits, [1, 2, 4, 30, 30, 30]);
    }
}
