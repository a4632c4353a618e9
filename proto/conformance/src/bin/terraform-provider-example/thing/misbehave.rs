//! What goes wrong in real clouds, on request. A real resource has no such file.

use tfplugin::{Attr, Cx, Diagnostic, Diagnostics};

use super::model::Thing;
use crate::remote::Remote;

/// Runs after the object was written, with its id in the sink.
pub(super) async fn after_write(cx: &Cx<Remote>, thing: &mut Thing) -> Result<(), Diagnostics> {
    match thing.misbehave.as_str() {
        Some("fail") => {
            cx.report(Diagnostic::warning("Slow cloud", "It took a while."));
            return Err(Diagnostic::error("Second step failed", "The first was done.").into());
        }
        Some("panic") => panic!("as it was told to"),
        // What a polling loop does: it watches the stop token and the deadline.
        Some("wait") => {
            cx.waiting_for("the end of the world");
            let deadline = cx.deadline().expect("every apply has a deadline");
            tokio::select! {
                () = cx.stop().cancelled() => {
                    return Err(Diagnostic::error("Stopped", "The thing is not complete.").into());
                }
                () = tokio::time::sleep_until(deadline.at) => {
                    return Err(Diagnostic::error(
                        "Create timed out",
                        "The world did not end within `timeouts.create`.",
                    )
                    .into());
                }
            }
        }
        // What a loop without a thought does. The SDK ends it some time after a stop.
        Some("ignore_stop") => {
            cx.waiting_for("nothing at all");
            std::future::pending::<()>().await;
        }
        Some("sleep") => tokio::time::sleep(std::time::Duration::from_millis(300)).await,
        Some("change_name") => thing.name = Attr::Known("another".to_owned()),
        Some("leave_unknown") => thing.etag = Attr::Unknown,
        Some("change_identity") => thing.id = Attr::Known("thing-0".to_owned()),
        _ => {}
    }
    Ok(())
}
