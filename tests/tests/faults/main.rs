//! What goes wrong in the cloud, one fault at a time: what the user sees, that nothing is lost,
//! that nothing is done twice, and that applying again ends well where it should.

mod answers;
mod conflicts;
mod environments;
mod lag;
mod operations;
mod permissions;
mod policies;
mod sequences;
mod unlinking;

/// Runs cases side by side: most of them wait.
fn side_by_side<T: Send>(cases: impl IntoIterator<Item = T>, check: impl Fn(T) + Sync) {
    std::thread::scope(|threads| {
        for case in cases {
            threads.spawn(|| check(case));
        }
    });
}

/// A `timeouts` block.
fn within(operation: &str, time: &str) -> String {
    format!("timeouts {{\n    {operation} = \"{time}\"\n  }}")
}
