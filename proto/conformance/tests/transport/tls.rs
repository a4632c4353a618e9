//! Who may talk to the provider.

use rustls::ProtocolVersion;
use tfplugin::wire::tfplugin6::{get_provider_schema, provider_client::ProviderClient};
use tfplugin_conformance::{Connector, Identity, Plugin};
use tonic::Status;

use crate::{answers, command, read, start};

async fn call(connector: &Connector) -> Result<(), Status> {
    ProviderClient::new(connector.channel())
        .get_provider_schema(get_provider_schema::Request {})
        .await
        .map(drop)
}

// Case 38.
#[tokio::test]
async fn the_announced_client_is_served_over_tls_13_and_http_2() {
    let plugin = start().await;
    answers(&plugin).await.unwrap();
    let stream = plugin.connector().tls().await.unwrap();
    let (_, connection) = stream.get_ref();
    assert_eq!(connection.alpn_protocol(), Some(&b"h2"[..]));
    assert_eq!(
        connection.protocol_version(),
        Some(ProtocolVersion::TLSv1_3)
    );
}

// Case 38.
#[tokio::test]
async fn other_clients_are_refused() {
    let plugin = start().await;
    let handshake = &plugin.handshake;
    for stranger in [Some(Identity::terraform()), Some(Identity::p256()), None] {
        let result = call(&Connector::new(handshake, stranger.as_ref())).await;
        assert!(result.is_err(), "{stranger:?}");
        let result = call(&Connector::tls12(handshake, stranger.as_ref())).await;
        assert!(result.is_err(), "{stranger:?} with TLS 1.2");
    }
    answers(&plugin)
        .await
        .expect("the right client is still served");
}

#[tokio::test]
async fn a_stolen_certificate_is_of_no_use_without_its_key() {
    let command = command();
    let plugin = Plugin::start(&command).await.unwrap();
    let own = command.identity().unwrap();
    let thief = Identity::terraform().with_certificate_of(own);
    assert!(
        call(&Connector::new(&plugin.handshake, Some(&thief)))
            .await
            .is_err()
    );
    assert!(
        call(&Connector::tls12(&plugin.handshake, Some(&thief)))
            .await
            .is_err()
    );
}

#[tokio::test]
async fn tls_12_is_served() {
    let command = command();
    let plugin = Plugin::start(&command).await.unwrap();
    call(&Connector::tls12(&plugin.handshake, command.identity()))
        .await
        .unwrap();
}

#[tokio::test]
async fn a_client_with_a_p256_key_is_served() {
    let plugin = Plugin::start(&command().with_identity(Identity::p256()))
        .await
        .unwrap();
    answers(&plugin).await.unwrap();
}

#[tokio::test]
async fn without_a_client_certificate_there_is_no_tls() {
    let plugin = Plugin::start(&command().without_tls()).await.unwrap();
    assert_eq!(plugin.handshake.certificate, None);
    answers(&plugin).await.unwrap();
}

#[tokio::test]
async fn a_client_that_stays_silent_keeps_nobody_waiting() {
    let plugin = start().await;
    let mut silent = Vec::new();
    for _ in 0..5 {
        silent.push(plugin.connector().raw().await.unwrap());
    }
    answers(&plugin).await.unwrap();
}

#[tokio::test]
async fn messages_above_the_usual_4_mib_pass() {
    let plugin = start().await;
    let state = vec![7; 20 << 20];
    let echo = read(&plugin, "echo", state.clone()).await.unwrap();
    assert!(echo == state);
}
