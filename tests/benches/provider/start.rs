//! The provider alone, started as Terraform starts it.

use std::time::{Duration, Instant};

use ppcmk_tests::figures::Figure;
use ppcmk_tests::provider_binary;
use tfplugin::wire::tfplugin6::get_provider_schema;
use tfplugin_conformance::{Plugin, PluginCommand};

use crate::Effort;

/// Terraform waits this long for a provider to end before it kills it.
const PATIENCE: Duration = Duration::from_secs(2);

/// One life of a provider.
struct Life {
    line: Duration,
    handshake: Duration,
    schema: Duration,
    stop: Duration,
    processor: Duration,
    memory: u64,
    peak: u64,
}

/// Size, times from the start of the process on, and memory.
pub(crate) fn figures(effort: Effort) -> Vec<Figure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let lives: Vec<_> = (0..effort.starts)
        .map(|_| runtime.block_on(live()))
        .collect();
    let times = |of: fn(&Life) -> Duration| lives.iter().map(of).collect::<Vec<_>>();
    let sizes = |of: fn(&Life) -> u64| lives.iter().map(of).collect::<Vec<_>>();
    let size = std::fs::metadata(provider_binary()).unwrap().len();
    vec![
        Figure::sizes("size of the program", &[size]).target("15 MB"),
        Figure::durations("start to handshake line", &times(|life| life.line)),
        Figure::durations("start to mutual TLS", &times(|life| life.handshake)).target("10 ms"),
        Figure::durations("start to schema", &times(|life| life.schema)),
        Figure::durations("  processor time of it", &times(|life| life.processor)),
        Figure::durations("stop, until the process is gone", &times(|life| life.stop)),
        Figure::sizes("memory at schema", &sizes(|life| life.memory)).target("15 MB"),
        Figure::sizes("memory at most until then", &sizes(|life| life.peak)),
    ]
}

/// The certificate is made before the start, as Terraform does; checking the provider's, and
/// proving ours on P-521, counts.
async fn live() -> Life {
    let command = PluginCommand::new(provider_binary());
    let begun = Instant::now();
    let mut plugin = Plugin::start(&command).await.unwrap();
    let connection = plugin.connector().tls().await.unwrap();
    let handshake = begun.elapsed();
    drop(connection);
    plugin
        .provider()
        .get_provider_schema(get_provider_schema::Request {})
        .await
        .unwrap();
    let schema = begun.elapsed();
    let id = plugin.id().unwrap();
    let processor = processor_time(id).unwrap();
    let memory = memory_of(id, "VmRSS").unwrap();
    let peak = memory_of(id, "VmHWM").unwrap();
    let stopping = Instant::now();
    plugin.shutdown().await.unwrap();
    plugin.ended(PATIENCE).await.unwrap();
    Life {
        line: plugin.start_time,
        handshake,
        schema,
        stop: stopping.elapsed(),
        processor,
        memory,
        peak,
    }
}

/// A line of `/proc/PID/status` in bytes, while the process runs.
pub(crate) fn memory_of(id: u32, name: &str) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{id}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    let number = line.strip_prefix(':')?.trim().strip_suffix(" kB")?;
    Some(number.parse::<u64>().ok()? * 1024)
}

/// How long the threads of a process have had a processor. Unlike the time on the clock it does not
/// grow when others want the processors, too.
fn processor_time(id: u32) -> Option<Duration> {
    let threads = std::fs::read_dir(format!("/proc/{id}/task")).ok()?;
    let nanoseconds = threads.filter_map(|thread| {
        let text = std::fs::read_to_string(thread.ok()?.path().join("schedstat")).ok()?;
        text.split_whitespace().next()?.parse::<u64>().ok()
    });
    Some(Duration::from_nanos(nanoseconds.sum()))
}
