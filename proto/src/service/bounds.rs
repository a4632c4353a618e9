//! The bounds of every operation of a provider: a panic, the deadline, a stop that it ignores.

use std::future::Future;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::task::JoinHandle;

use crate::context::Cx;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::host::panic;
use crate::timeouts::format_duration;

/// How long after its deadline an operation may take to notice it, before it is cut off.
const DEADLINE_GRACE: Duration = Duration::from_secs(15);

/// How long after a stop an operation may go on. Terraform waits for the answer, and a user who
/// sees nothing happen presses Ctrl-C again, which kills the provider and loses the object. So the
/// answer comes while most people still wait; a request that is on its way gets this long to end.
const STOP_GRACE: Duration = Duration::from_secs(20);

/// Runs an operation to its end, its panic or its bounds. What it reported before is part of every
/// error, so that no way of failing loses a warning.
pub(super) async fn bounded<C, T>(
    name: &str,
    cx: &Cx<C>,
    work: impl Future<Output = Result<T, Diagnostics>>,
) -> Result<T, Diagnostics> {
    let mut work = pin!(panic::catch(work));
    let outcome = tokio::select! {
        biased;
        outcome = &mut work => {
            outcome.unwrap_or_else(|panic| Err(panicked(&panic)))
        }
        () = overdue(cx) => Err(timed_out(name, cx).into()),
        () = ignored_stop(cx) => Err(stopped(name, cx).into()),
    };
    outcome.map_err(|problems| {
        let mut all = cx.take_diagnostics();
        all.extend(problems);
        all
    })
}

/// A task that ends with whoever waits for it. It is not polled together with its bounds, so even
/// an operation that blocks its thread can be given up.
pub(super) struct Work<T>(JoinHandle<T>);

impl<T: Send + 'static> Work<T> {
    pub(super) fn start(work: impl Future<Output = T> + Send + 'static) -> Self {
        Self(tokio::spawn(work))
    }
}

impl<T> Future for Work<Result<T, Diagnostics>> {
    type Output = Result<T, Diagnostics>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.0).poll(context).map(|joined| {
            joined.unwrap_or_else(|error| {
                Err(Diagnostic::bug(format!("The operation ended early: {error}.")).into())
            })
        })
    }
}

impl<T> Drop for Work<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// The diagnostic of a panic.
pub(super) fn panicked(panic: &panic::PanicMessage) -> Diagnostics {
    Diagnostic::bug(format!("The operation panicked: {panic}.")).into()
}

async fn overdue<C>(cx: &Cx<C>) {
    match cx.deadline() {
        // A deadline near the end of time has no grace.
        Some(deadline) => match deadline.at.checked_add(DEADLINE_GRACE) {
            Some(end) => tokio::time::sleep_until(end).await,
            None => std::future::pending().await,
        },
        None => std::future::pending().await,
    }
}

async fn ignored_stop<C>(cx: &Cx<C>) {
    cx.stop().cancelled().await;
    tokio::time::sleep(STOP_GRACE).await;
}

fn timed_out<C>(name: &str, cx: &Cx<C>) -> Diagnostic {
    let allowed = cx.deadline().map_or(Duration::ZERO, |end| end.allowed);
    Diagnostic::error(
        "Operation timed out",
        format!(
            "The {name} did not end within {allowed}.{waiting}\n\nWhere the resource has a \
             timeouts block, set `{name}` there to wait longer.",
            allowed = format_duration(allowed),
            waiting = waiting(cx),
        ),
    )
}

fn stopped<C>(name: &str, cx: &Cx<C>) -> Diagnostic {
    Diagnostic::error(
        "Operation stopped",
        format!(
            "Terraform was asked to stop, and the {name} did not end within {grace} from then.\
             {waiting} It was given up, and what it had reported so far was kept. Run the command \
             again to see what is left to do.",
            grace = format_duration(STOP_GRACE),
            waiting = waiting(cx),
        ),
    )
}

fn waiting<C>(cx: &Cx<C>) -> String {
    cx.last_wait()
        .map_or(String::new(), |what| format!(" It was waiting for {what}."))
}

#[cfg(test)]
mod tests {
    use tokio::time::Instant;

    use super::*;
    use crate::context::Client;
    use crate::private::Private;
    use crate::stop::StopSource;

    fn cx(stop: &StopSource) -> Cx<()> {
        Cx::new(Client::Missing, stop.current(), Private::default())
    }

    async fn forever() -> Result<(), Diagnostics> {
        std::future::pending().await
    }

    fn boom() -> impl Future<Output = Result<(), Diagnostics>> {
        std::future::poll_fn(|_| panic!("boom"))
    }

    #[tokio::test(start_paused = true)]
    async fn an_operation_that_ignores_a_stop_is_given_up() {
        let stop = StopSource::new();
        let cx = cx(&stop);
        cx.waiting_for("the moon");
        cx.report(Diagnostic::warning("Seen before", ""));
        let began = Instant::now();
        stop.stop();
        let problems = bounded("create", &cx, forever()).await.unwrap_err();
        assert_eq!(began.elapsed().as_secs(), STOP_GRACE.as_secs());
        let summaries: Vec<_> = problems.iter().map(|one| one.summary.as_str()).collect();
        assert_eq!(summaries, ["Seen before", "Operation stopped"]);
        let last = problems.iter().next_back().unwrap();
        assert!(last.detail.contains("for the moon. It was"), "{last:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn an_operation_that_notices_a_stop_has_the_last_word() {
        let stop = StopSource::new();
        let cx = cx(&stop);
        let token = cx.stop().clone();
        stop.stop();
        let outcome = bounded("create", &cx, async {
            token.cancelled().await;
            tokio::time::sleep(STOP_GRACE / 2).await;
            Ok(7)
        });
        assert_eq!(outcome.await, Ok(7));
    }

    #[tokio::test(start_paused = true)]
    async fn an_operation_that_ignores_its_deadline_is_given_up() {
        let cx = cx(&StopSource::new()).with_time(Duration::from_secs(60));
        let began = Instant::now();
        let problems = bounded("update", &cx, forever()).await.unwrap_err();
        assert_eq!(began.elapsed(), Duration::from_secs(60) + DEADLINE_GRACE);
        let detail = &problems.iter().next().unwrap().detail;
        assert!(
            detail.starts_with("The update did not end within 1m."),
            "{detail}"
        );
    }

    #[tokio::test]
    async fn a_panic_keeps_what_was_reported() {
        let cx = cx(&StopSource::new());
        cx.report(Diagnostic::warning("Seen before", ""));
        let problems = bounded("read", &cx, boom()).await.unwrap_err();
        assert_eq!(problems.iter().len(), 2);
        assert!(problems.has_errors());
    }

    #[tokio::test]
    async fn work_that_is_given_up_ends() {
        let (held, mut seen) = tokio::sync::oneshot::channel::<()>();
        let work = Work::<Result<(), Diagnostics>>::start(async move {
            let _held = held;
            std::future::pending().await
        });
        drop(work);
        seen.close();
        assert!((&mut seen).await.is_err());
    }
}
