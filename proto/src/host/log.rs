//! Writes `tracing` events to stderr in the form that Terraform reads.
//!
//! Fields of the enclosing spans are part of every line, so a request id set once at the RPC is on
//! all that happens below it. Nothing is installed when no variable asks for logs.

use std::{io::Write, sync::Mutex};

use time::OffsetDateTime;
use tracing::{
    Event, Metadata, Subscriber,
    level_filters::LevelFilter,
    span::{Attributes, Id, Record},
};
use tracing_subscriber::{
    Layer, Registry,
    layer::{Context, SubscriberExt},
    registry::LookupSpan,
};

use super::{
    hclog::{self, Fields},
    level::Levels,
};

/// Starts logging for the provider `name` if the environment asks for it.
pub(crate) fn init(name: &str) {
    let levels = Levels::from_lookup(name, |variable| std::env::var_os(variable));
    if levels.max() == LevelFilter::OFF {
        return;
    }
    let layer = HclogLayer::new(levels, std::io::stderr());
    // Somebody who installed a subscriber before us wants theirs.
    let _ = tracing::subscriber::set_global_default(Registry::default().with(layer));
}

pub(crate) struct HclogLayer<W> {
    levels: Levels,
    writer: Mutex<W>,
}

impl<W> HclogLayer<W> {
    pub(crate) fn new(levels: Levels, writer: W) -> Self {
        Self {
            levels,
            writer: Mutex::new(writer),
        }
    }
}

impl<S, W> Layer<S> for HclogLayer<W>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    W: Write + 'static,
{
    fn enabled(&self, metadata: &Metadata<'_>, _: Context<'_, S>) -> bool {
        self.levels.enabled(metadata)
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(self.levels.max())
    }

    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        if let Some(span) = context.span(id) {
            let mut fields = Fields::default();
            attributes.record(&mut fields);
            span.extensions_mut().insert(fields);
        }
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        if let Some(span) = context.span(id)
            && let Some(fields) = span.extensions_mut().get_mut::<Fields>()
        {
            values.record(fields);
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut fields = Fields::default();
        for span in context
            .event_scope(event)
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .iter()
            .rev()
        {
            if let Some(of_span) = span.extensions().get::<Fields>() {
                fields.values.extend(of_span.values.clone());
            }
        }
        event.record(&mut fields);
        let metadata = event.metadata();
        let line = hclog::line(
            *metadata.level(),
            metadata.target(),
            OffsetDateTime::now_utc(),
            &fields,
        );
        // One write per line keeps lines whole, and a parent that is gone cannot be told so.
        if let Ok(mut writer) = self.writer.lock() {
            let _ = writer.write_all(&line);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[derive(Clone, Default)]
    struct Buffer(Arc<Mutex<Vec<u8>>>);

    impl Write for Buffer {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    fn lines(level: &'static str, emit: impl FnOnce()) -> Vec<serde_json::Value> {
        let buffer = Buffer::default();
        let levels = Levels::from_lookup("x", |_| Some(level.into()));
        let layer = HclogLayer::new(levels, buffer.clone());
        tracing::subscriber::with_default(Registry::default().with(layer), emit);
        let bytes = buffer.0.lock().unwrap().clone();
        let text = String::from_utf8(bytes).expect("lines are UTF-8");
        text.lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    #[test]
    fn fields_of_spans_are_on_every_line_and_inner_ones_win() {
        let lines = lines("debug", || {
            let _outer = tracing::info_span!("rpc", tf_rpc = "Read", id = 1).entered();
            let inner = tracing::info_span!("call", id = 2, late = tracing::field::Empty);
            inner.record("late", true);
            let _inner = inner.entered();
            tracing::debug!(status = 404_u16, "not {}", "found");
        });
        let [line] = &lines[..] else {
            panic!("one line, not {lines:?}")
        };
        assert_eq!(line["@message"], "not found");
        assert_eq!(line["tf_rpc"], "Read");
        assert_eq!((&line["id"], &line["late"]), (&2.into(), &true.into()));
        assert_eq!(line["status"], 404);
    }

    #[test]
    fn lines_below_the_level_and_of_other_crates_are_not_written() {
        let lines = lines("info", || {
            tracing::debug!("below");
            tracing::error!(target: "h2::proto", authorization = "Bearer x", "headers");
        });
        assert!(lines.is_empty(), "{lines:?}");
    }

    #[test]
    fn bytes_that_are_no_text_are_written_as_text() {
        let lines = lines("info", || {
            tracing::info!(body = &b"caf\xe9\n"[..], number = f64::NAN, "x");
        });
        assert_eq!(lines[0]["body"], "caf\u{fffd}\n");
        assert_eq!(lines[0]["number"], serde_json::Value::Null);
    }
}
