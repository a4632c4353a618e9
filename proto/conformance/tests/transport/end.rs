//! How the process ends, and how it does not.

use std::{
    path::Path,
    process::{Command, Stdio},
    time::Duration,
};

use tfplugin::wire::{plugin::ConnInfo, tfplugin6::stop_provider};
use tfplugin_conformance::{Address, Output, Plugin};

use crate::{PATIENCE, answers, command, start};

fn socket(plugin: &Plugin) -> &Path {
    match &plugin.handshake.address {
        Address::Unix(path) => Path::new(path),
        Address::Tcp(address) => panic!("a unix socket, not {address}"),
    }
}

/// Sends a signal as a shell does, because the system call would need unsafe code.
pub(crate) fn signal(name: &str, process: u32) {
    let status = Command::new("kill")
        .args(["-s", name, &process.to_string()])
        .status();
    assert!(status.expect("`kill` runs").success());
}

/// Starts a call that ends with a stop, and waits until it has begun.
async fn waiting(plugin: &Plugin) -> impl Future<Output = bool> + use<> {
    let mut provider = plugin.provider();
    let call = tokio::spawn(async move {
        let request = tfplugin::wire::tfplugin6::read_resource::Request {
            type_name: "wait".into(),
            ..Default::default()
        };
        provider.read_resource(request).await.is_ok()
    });
    let begun = plugin.stderr.line(|line| line.contains("waiting"));
    tokio::time::timeout(PATIENCE, begun)
        .await
        .ok()
        .flatten()
        .expect("the call begins");
    async { call.await.expect("the call does not panic") }
}

// Case 34. Terraform kills the process two seconds after it asked.
#[tokio::test]
async fn shutdown_ends_the_process_in_spite_of_open_streams() {
    let mut plugin = start().await;
    let path = socket(&plugin).to_owned();
    assert!(path.exists());
    let stdio = plugin.stdio().stream_stdio(()).await.unwrap();
    let (knocks, requests) = tokio::sync::mpsc::channel::<ConnInfo>(1);
    let requests = tokio_stream(requests);
    let broker = plugin.broker().start_stream(requests).await.unwrap();

    plugin.shutdown().await.unwrap();
    let status = plugin.ended(Duration::from_secs(2)).await.unwrap();
    assert_eq!(status.code(), Some(0));
    assert!(!path.exists() && !path.parent().unwrap().exists());
    assert_eq!(plugin.stdout.end().await.len(), 1);
    drop((stdio, broker, knocks));
}

fn tokio_stream<T: Send + 'static>(
    mut receiver: tokio::sync::mpsc::Receiver<T>,
) -> impl futures::Stream<Item = T> + Send {
    futures::stream::poll_fn(move |cx| receiver.poll_recv(cx))
}

#[tokio::test]
async fn the_silent_streams_stay_open() {
    let plugin = start().await;
    let mut stdio = plugin.stdio().stream_stdio(()).await.unwrap().into_inner();
    // The answer to a later call shows that the stream had its chance to end.
    answers(&plugin).await.unwrap();
    let message = tokio::time::timeout(Duration::ZERO, stdio.message()).await;
    assert!(message.is_err(), "{message:?}");
}

// Case 36, and case 2 for the part of the process.
#[tokio::test]
async fn an_interrupt_does_nothing() {
    let mut plugin = start().await;
    let process = plugin.id().unwrap();
    for _ in 0..3 {
        signal("INT", process);
        answers(&plugin).await.unwrap();
    }
    plugin.shutdown().await.unwrap();
    assert!(plugin.ended(PATIENCE).await.unwrap().success());
}

// Case 36.
#[tokio::test]
async fn a_termination_ends_the_process_after_its_operations() {
    let mut plugin = Plugin::start(&command().env("TF_LOG", "info"))
        .await
        .unwrap();
    let path = socket(&plugin).to_owned();
    let call = waiting(&plugin).await;
    signal("TERM", plugin.id().unwrap());
    assert!(call.await, "the operation in flight is answered");
    let status = plugin.ended(PATIENCE).await.unwrap();
    assert_eq!(status.code(), Some(143));
    assert!(!path.exists());
}

// Case 32, for the part of the host.
#[tokio::test]
async fn a_stop_is_answered_and_later_calls_work() {
    let plugin = Plugin::start(&command().env("TF_LOG", "info"))
        .await
        .unwrap();
    let call = waiting(&plugin).await;
    plugin
        .provider()
        .stop_provider(stop_provider::Request {})
        .await
        .unwrap();
    assert!(call.await);
    answers(&plugin).await.unwrap();
}

#[tokio::test]
async fn shutdown_stops_what_is_in_flight() {
    let mut plugin = Plugin::start(&command().env("TF_LOG", "info"))
        .await
        .unwrap();
    let call = waiting(&plugin).await;
    plugin.shutdown().await.unwrap();
    assert!(call.await);
    assert!(
        plugin
            .ended(Duration::from_secs(2))
            .await
            .unwrap()
            .success()
    );
}

// Case 35. A shell stands for Terraform, so that there is a parent to kill.
#[tokio::test]
async fn the_death_of_the_parent_ends_the_process() {
    let inner = command();
    let mut parent = inner.command();
    let program = parent.as_std().get_program().to_owned();
    let variables: Vec<_> = parent
        .as_std()
        .get_envs()
        .map(|(name, value)| (name.to_owned(), value.map(ToOwned::to_owned)))
        .collect();
    parent = tokio::process::Command::new("sh");
    // Not `exec`, and something to do afterwards: the shell must stay.
    parent.args(["-c", "\"$0\" & wait"]).arg(program);
    for (name, value) in variables {
        match value {
            Some(value) => parent.env(name, value),
            None => parent.env_remove(name),
        };
    }
    let mut parent = parent
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let stdout = Output::collect(parent.stdout.take().unwrap());
    let line = tokio::time::timeout(PATIENCE, stdout.line(|_| true)).await;
    let line = line.unwrap().expect("the provider starts");
    let path = line.split('|').nth(3).unwrap().to_owned();
    assert!(Path::new(&path).exists());

    parent.kill().await.unwrap();
    // The stream ends when the last process that holds it is gone.
    tokio::time::timeout(PATIENCE, stdout.end())
        .await
        .expect("the provider ends, too");
    assert!(!Path::new(&path).exists());
}
