//! What a process writes, line by line, while it runs.

use tokio::{
    io::{AsyncBufReadExt, AsyncRead, BufReader},
    sync::watch,
};

/// The lines that a process has written to one of its streams.
///
/// Bytes that are no UTF-8 are replaced.
#[derive(Clone, Debug)]
pub struct Output(watch::Receiver<Lines>);

#[derive(Clone, Debug, Default)]
struct Lines {
    lines: Vec<String>,
    ended: bool,
}

impl Output {
    /// Starts to collect. Terraform drains both streams, too, so that the plugin never blocks.
    pub fn collect(stream: impl AsyncRead + Send + Unpin + 'static) -> Self {
        let (sender, receiver) = watch::channel(Lines::default());
        tokio::spawn(async move {
            let mut stream = BufReader::new(stream);
            let mut line = Vec::new();
            while let Ok(1..) = stream.read_until(b'\n', &mut line).await {
                let text = String::from_utf8_lossy(line.strip_suffix(b"\n").unwrap_or(&line));
                sender.send_modify(|lines| lines.lines.push(text.clone().into_owned()));
                line.clear();
            }
            sender.send_modify(|lines| lines.ended = true);
        });
        Self(receiver)
    }

    /// The lines so far.
    pub fn lines(&self) -> Vec<String> {
        self.0.borrow().lines.clone()
    }

    /// Waits for a line that `matches`; `None` means that the stream ended without one.
    pub async fn line(&self, matches: impl Fn(&str) -> bool) -> Option<String> {
        let mut receiver = self.0.clone();
        let find = |lines: &Lines| lines.lines.iter().find(|line| matches(line)).cloned();
        let lines = receiver
            .wait_for(|lines| lines.ended || find(lines).is_some())
            .await
            .ok()?;
        find(&lines)
    }

    /// Waits until everybody who holds the stream has closed it, and gives all lines.
    pub async fn end(&self) -> Vec<String> {
        let mut receiver = self.0.clone();
        // The collecting task says so before it goes.
        let _ = receiver.wait_for(|lines| lines.ended).await;
        self.lines()
    }
}
