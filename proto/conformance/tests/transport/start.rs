//! From the first instruction to the handshake line.

use tfplugin_conformance::{Address, Plugin, StartError};
use tokio::net::TcpListener;

use crate::{answers, command, run, start};

// Case 37.
#[tokio::test]
async fn a_person_gets_an_explanation_and_no_handshake() {
    for command in [
        command().env_remove("TF_PLUGIN_MAGIC_COOKIE"),
        command().env("TF_PLUGIN_MAGIC_COOKIE", "wrong"),
    ] {
        let output = run(&command, &[]).await;
        assert_eq!(output.status.code(), Some(1));
        assert!(output.stdout.is_empty());
        let text = String::from_utf8(output.stderr).unwrap();
        assert!(
            text.contains("Terraform and OpenTofu, which start it"),
            "{text}"
        );
        assert!(
            text.contains("source = \"example.com/tfplugin/minimal\""),
            "{text}"
        );
    }
}

#[tokio::test]
async fn questions_are_answered_on_stdout_with_and_without_the_cookie() {
    for command in [command(), command().env_remove("TF_PLUGIN_MAGIC_COOKIE")] {
        let version = run(&command, &["--version"]).await;
        assert!(version.status.success());
        assert_eq!(version.stdout, b"terraform-provider-minimal 0.1.0\n");
        let help = run(&command, &["-help"]).await;
        assert!(help.status.success());
        assert!(String::from_utf8(help.stdout).unwrap().contains("--debug"));
    }
}

#[tokio::test]
async fn an_unknown_argument_is_a_usage_error() {
    let output = run(&command(), &["serve"]).await;
    assert_eq!(output.status.code(), Some(2));
    assert!(output.stdout.is_empty());
    let text = String::from_utf8(output.stderr).unwrap();
    assert_eq!(
        text,
        "unexpected argument `serve`; `terraform-provider-minimal --help` lists what there is\n"
    );
}

// Case 39.
#[tokio::test]
async fn a_garbage_certificate_ends_the_start() {
    for garbage in [
        "garbage",
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        "-----BEGIN CERTIFICATE-----\n!!!\n",
    ] {
        let output = run(&command().env("PLUGIN_CLIENT_CERT", garbage), &[]).await;
        assert_eq!(output.status.code(), Some(1));
        assert!(output.stdout.is_empty());
        let text = String::from_utf8(output.stderr).unwrap();
        assert!(text.starts_with("fatal error: "), "{text}");
        assert!(
            text.contains("`PLUGIN_CLIENT_CERT` is not a usable certificate"),
            "{text}"
        );
    }
}

// Case 40. The length of a certificate varies with its signature and serial number, and so would
// the padding.
#[tokio::test]
async fn every_start_prints_one_line_that_terraform_reads() {
    for _ in 0..20 {
        // `Plugin::start` decodes the certificate as strictly as Go does.
        let mut plugin = start().await;
        assert!(plugin.handshake.certificate.is_some());
        assert_eq!(plugin.handshake.multiplexing, None);
        plugin.kill().await.unwrap();
        assert_eq!(plugin.stdout.end().await.len(), 1);
    }
}

// Case 41.
#[tokio::test]
async fn protocol_6_is_served_whatever_the_parent_lists() {
    let with = |list: &str| command().env("PLUGIN_PROTOCOL_VERSIONS", list);
    for command in [
        with("5,6"),
        with("6,5"),
        with("6"),
        with("5"),
        command().env_remove("PLUGIN_PROTOCOL_VERSIONS"),
    ] {
        let plugin = Plugin::start(&command).await.unwrap();
        assert_eq!(plugin.handshake.protocol, 6);
    }
}

// Case 42.
#[cfg(unix)]
#[tokio::test]
async fn a_long_temporary_directory_gives_way_to_a_short_one() {
    let short = tempfile::tempdir().unwrap();
    let long = short.path().join("x".repeat(110));
    std::fs::create_dir(&long).unwrap();
    let plugin = Plugin::start(&command().env("TMPDIR", &long))
        .await
        .unwrap();
    let Address::Unix(path) = &plugin.handshake.address else {
        panic!("a unix socket, not {:?}", plugin.handshake.address)
    };
    assert!(path.len() < 104, "{path}");
    answers(&plugin).await.unwrap();
}

// Case 42.
#[tokio::test]
async fn a_busy_port_gives_way_to_the_next() {
    let busy = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = busy.local_addr().unwrap().port();
    let command = command()
        .env("TFPLUGIN_NETWORK", "tcp")
        .env("PLUGIN_MIN_PORT", port.to_string())
        .env("PLUGIN_MAX_PORT", u16::MAX.to_string());
    let plugin = Plugin::start(&command).await.unwrap();
    let Address::Tcp(address) = &plugin.handshake.address else {
        panic!("a port, not {:?}", plugin.handshake.address)
    };
    let (host, found) = address.split_once(':').unwrap();
    assert_eq!(host, "127.0.0.1");
    assert!(found.parse::<u16>().unwrap() > port);
    answers(&plugin).await.unwrap();
}

#[tokio::test]
async fn a_range_without_a_free_port_ends_the_start() {
    let busy = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = busy.local_addr().unwrap().port().to_string();
    let command = command()
        .env("TFPLUGIN_NETWORK", "tcp")
        .env("PLUGIN_MIN_PORT", &port)
        .env("PLUGIN_MAX_PORT", &port);
    let error = Plugin::start(&command).await.unwrap_err();
    let StartError::Ended { status, stderr } = error else {
        panic!("it ends, not {error}")
    };
    assert_eq!(status.code(), Some(1));
    assert!(stderr[0].contains(&format!("no port from {port} to {port} is free")));
}

#[cfg(unix)]
#[tokio::test]
async fn a_runner_can_say_where_the_socket_is() {
    let directory = tempfile::Builder::new().tempdir_in("/tmp").unwrap();
    let command = command().env("PLUGIN_UNIX_SOCKET_DIR", directory.path());
    let plugin = Plugin::start(&command).await.unwrap();
    let Address::Unix(path) = &plugin.handshake.address else {
        panic!("a unix socket, not {:?}", plugin.handshake.address)
    };
    assert!(
        path.starts_with(directory.path().to_str().unwrap()),
        "{path}"
    );
    answers(&plugin).await.unwrap();
}

#[tokio::test]
async fn the_question_about_multiplexing_is_answered() {
    let command = command().env("PLUGIN_MULTIPLEX_GRPC", "true");
    let plugin = Plugin::start(&command).await.unwrap();
    assert_eq!(plugin.handshake.multiplexing, Some(false));
}
