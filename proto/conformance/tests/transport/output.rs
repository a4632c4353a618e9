//! What the process writes: logs and panics to stderr, nothing to stdout.

use serde_json::Value;
use tfplugin_conformance::{Connector, Handshake, Plugin};
use tonic::Code;

use crate::{PATIENCE, answers, command, read, start};

async fn stderr_after(mut plugin: Plugin) -> Vec<String> {
    plugin.shutdown().await.expect("the plugin answers");
    plugin.ended(PATIENCE).await.expect("the plugin ends");
    assert_eq!(plugin.stdout.end().await.len(), 1);
    plugin.stderr.end().await
}

#[tokio::test]
async fn nothing_is_written_unless_somebody_asks() {
    let plugin = start().await;
    read(&plugin, "log", "x").await.unwrap();
    assert_eq!(stderr_after(plugin).await, [""; 0]);
}

// Case 81.
#[tokio::test]
async fn each_log_line_is_an_object_that_terraform_survives() {
    let plugin = Plugin::start(&command().env("TF_LOG", "JSON"))
        .await
        .unwrap();
    read(&plugin, "log", "caf\u{e9} \"\n").await.unwrap();
    read(&plugin, "log", b"\xff\x00\n".repeat(100_000))
        .await
        .unwrap();
    let lines = stderr_after(plugin).await;
    let mut messages = Vec::new();
    for line in lines {
        assert!(line.len() < 64 * 1024 - 1, "{} bytes", line.len());
        let object: Value = serde_json::from_str(&line).unwrap();
        for key in ["@level", "@message", "@module", "@timestamp"] {
            assert!(object[key].is_string(), "{line}");
        }
        let module = object["@module"].as_str().unwrap();
        assert!(module.starts_with("tfplugin"), "{module} is none of ours");
        messages.push(object["@message"].as_str().unwrap().to_owned());
    }
    messages.retain(|message| message == "quote \" and\nnewline");
    assert_eq!(messages.len(), 2);
}

#[tokio::test]
async fn a_caught_panic_is_no_crash() {
    let plugin = Plugin::start(&command().env("TF_LOG", "error"))
        .await
        .unwrap();
    let status = read(&plugin, "caught", "").await.unwrap_err();
    assert_eq!(status.code(), Code::Internal);
    assert!(
        status.message().starts_with("inside a guard (at "),
        "{status}"
    );
    answers(&plugin).await.unwrap();
    let lines = stderr_after(plugin).await;
    let [line] = &lines[..] else {
        panic!("one line, not {lines:#?}")
    };
    let object: Value = serde_json::from_str(line).unwrap();
    assert_eq!(object["panic"], "inside a guard");
}

#[tokio::test]
async fn any_other_panic_is_shown_as_terraform_shows_it() {
    let plugin = start().await;
    assert!(read(&plugin, "crash", "").await.is_err());
    answers(&plugin)
        .await
        .expect("the other requests are not affected");
    let lines = stderr_after(plugin).await;
    assert_eq!(lines[0], "panic: outside of any guard");
    assert!(lines[2].contains("tfplugin-minimal.rs:"), "{lines:#?}");
}

#[cfg(unix)]
#[tokio::test]
async fn in_debug_mode_terraform_attaches_and_leaves() {
    let mut child = command()
        .env_remove("TF_PLUGIN_MAGIC_COOKIE")
        .command()
        .arg("--debug")
        .spawn()
        .unwrap();
    let stdout = tfplugin_conformance::Output::collect(child.stdout.take().unwrap());
    let line = tokio::time::timeout(PATIENCE, stdout.line(|_| true)).await;
    let line = line.unwrap().expect("an assignment");
    let json = line
        .strip_prefix("TF_REATTACH_PROVIDERS='")
        .and_then(|line| line.strip_suffix('\''))
        .expect("an assignment for a shell");
    let value: Value = serde_json::from_str(json).unwrap();
    let entry = &value["example.com/tfplugin/minimal"];
    assert_eq!(entry["Pid"], child.id().unwrap());
    assert_eq!(entry["ProtocolVersion"], 6);

    let path = entry["Addr"]["String"].as_str().unwrap();
    let handshake = Handshake::parse(&format!("1|6|unix|{path}|grpc|")).unwrap();
    for _command in 0..2 {
        let channel = Connector::new(&handshake, None).channel();
        let mut controller =
            tfplugin::wire::plugin::grpc_controller_client::GrpcControllerClient::new(
                channel.clone(),
            );
        controller
            .shutdown(tfplugin::wire::plugin::Empty {})
            .await
            .unwrap();
        tfplugin::wire::tfplugin6::provider_client::ProviderClient::new(channel)
            .get_provider_schema(tfplugin::wire::tfplugin6::get_provider_schema::Request {})
            .await
            .unwrap();
    }

    crate::end::signal("INT", child.id().unwrap());
    let status = tokio::time::timeout(PATIENCE, child.wait())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(status.code(), Some(0));
    assert!(!std::path::Path::new(path).exists());
}
