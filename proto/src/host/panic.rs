//! Panics: caught ones become diagnostics, the others reach the user through Terraform.
//!
//! Terraform shows the lines that follow one starting with `panic: ` and says that the plugin
//! crashed, also while logs are off. Rust's own panic text does not start that way and would be
//! invisible. A panic that the SDK catches must not look like a crash, so [`catch`] tells the hook
//! to keep quiet and hands the message to its caller instead.

use std::{
    any::Any,
    backtrace::{Backtrace, BacktraceStatus},
    cell::{Cell, RefCell},
    fmt,
    future::Future,
    io::Write,
    panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind},
    pin::pin,
    task::Poll,
};

thread_local! {
    /// How many `catch` are on this thread's stack.
    static CATCHING: Cell<usize> = const { Cell::new(0) };
    /// Where the panic that is being caught happened. Only the hook knows.
    static LOCATION: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// What a caught panic said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PanicMessage {
    /// The text, or a stand-in for a payload that is no text.
    pub message: String,
    /// The place in the source, as `file:line:column`.
    pub location: Option<String>,
}

impl fmt::Display for PanicMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        match &self.location {
            Some(location) => write!(f, " (at {location})"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for PanicMessage {}

/// Runs a future to its end or to its panic, which it logs.
///
/// What the future shares with others may be left half changed. That is the same as with an error
/// in the middle of an operation, and the caller reports it as one.
pub async fn catch<F: Future>(future: F) -> Result<F::Output, PanicMessage> {
    let mut future = pin!(future);
    std::future::poll_fn(|cx| match guarded(|| future.as_mut().poll(cx)) {
        Ok(Poll::Pending) => Poll::Pending,
        Ok(Poll::Ready(output)) => Poll::Ready(Ok(output)),
        Err(panic) => Poll::Ready(Err(panic)),
    })
    .await
}

/// As [`catch`], for code that is not async.
pub fn catch_sync<T>(work: impl FnOnce() -> T) -> Result<T, PanicMessage> {
    guarded(work)
}

fn guarded<T>(work: impl FnOnce() -> T) -> Result<T, PanicMessage> {
    CATCHING.set(CATCHING.get() + 1);
    let result = catch_unwind(AssertUnwindSafe(work));
    CATCHING.set(CATCHING.get() - 1);
    result.map_err(|payload| {
        let panic = PanicMessage {
            message: text(&*payload).to_owned(),
            location: LOCATION.take(),
        };
        // Here and not in the hook: the panic may come from the logging itself.
        tracing::error!(
            panic = panic.message,
            location = panic.location,
            "a handler panicked; this is a bug in the provider"
        );
        panic
    })
}

/// Replaces the process's panic hook.
pub(crate) fn install_hook() {
    std::panic::set_hook(Box::new(|info| {
        let location = info.location().map(ToString::to_string);
        if CATCHING.get() > 0 {
            LOCATION.set(location);
            return;
        }
        let backtrace = Backtrace::capture();
        // stderr may be gone with the parent, and a panic here would abort.
        let _ =
            std::io::stderr().write_all(report(info, location.as_deref(), &backtrace).as_bytes());
    }));
}

fn report(info: &PanicHookInfo<'_>, location: Option<&str>, backtrace: &Backtrace) -> String {
    let thread = std::thread::current();
    let mut report = format!(
        "panic: {}\n\nthread `{}` at {}\n",
        text(info.payload()),
        thread.name().unwrap_or("unnamed"),
        location.unwrap_or("an unknown place"),
    );
    match backtrace.status() {
        BacktraceStatus::Captured => report.push_str(&backtrace.to_string()),
        _ => report.push_str("with `RUST_BACKTRACE=1` there is a backtrace here\n"),
    }
    report
}

fn text(payload: &(dyn Any + Send)) -> &str {
    payload
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("a value that is no text")
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::*;

    #[test]
    fn a_panic_becomes_an_error_with_its_text() {
        let caught = catch(async {
            tokio::task::yield_now().await;
            panic!("after {}", "a wait");
        });
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        let error = runtime.block_on(caught).unwrap_err();
        assert_eq!(error.message, "after a wait");
    }

    #[test]
    fn a_result_passes() {
        assert_eq!(catch(async { 7 }).now_or_never(), Some(Ok(7)));
        assert_eq!(catch_sync(|| 7), Ok(7));
    }

    #[test]
    fn the_guard_ends_with_the_panic() {
        let caught = catch_sync(|| {
            let inner = catch_sync(|| std::panic::panic_any(7));
            assert_eq!(inner.unwrap_err().message, "a value that is no text");
            panic!("outer");
        });
        assert_eq!(caught.unwrap_err().message, "outer");
        assert_eq!(CATCHING.get(), 0);
    }
}
