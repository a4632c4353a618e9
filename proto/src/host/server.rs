//! The gRPC server of one plugin process, from the bound socket to the last answer.

use std::{future::Future, sync::Arc, time::Duration};

use rustls::{ServerConfig, pki_types::CertificateDer};
use tokio::{pin, task::JoinSet, time};
use tokio_util::sync::CancellationToken;

use super::{
    HostError,
    counted::Counted,
    handshake::{self, Address},
    incoming,
    lifecycle::End,
    listener::{ListenOptions, Listener},
    services::{Broker, Controller, Stdio},
    tls,
};
use crate::{
    stop::StopSource,
    wire::{
        plugin::{
            grpc_broker_server::GrpcBrokerServer, grpc_controller_server::GrpcControllerServer,
            grpc_stdio_server::GrpcStdioServer,
        },
        tfplugin6::provider_server::{Provider, ProviderServer},
    },
};

/// tonic's own limit for requests is 4 MiB, and a state can be larger. Terraform's limits for
/// answers are higher or its own business.
const MAX_MESSAGE: usize = 256 << 20;

/// How long open streams may keep the process after the last answer.
const GRACE: Duration = Duration::from_millis(250);

/// How a plugin process serves.
#[derive(Clone, Debug, Default)]
pub struct ServeOptions {
    /// Where it listens.
    pub listen: ListenOptions,
    /// The only client that is admitted, as PEM. Absent: no TLS.
    pub client_certificate: Option<String>,
    /// Whether `Shutdown` leaves the process running, as debugging needs it.
    pub ignore_shutdown: bool,
}

/// A server that listens and does not answer yet.
pub struct Server {
    listener: Listener,
    address: Address,
    tls: Option<Arc<ServerConfig>>,
    certificate: Option<CertificateDer<'static>>,
    ignore_shutdown: bool,
}

impl Server {
    /// Binds the socket and prepares TLS. The socket's file goes away with the value.
    pub async fn bind(options: &ServeOptions) -> Result<Self, HostError> {
        // First, because a certificate of no use must not leave a socket behind.
        let tls = options
            .client_certificate
            .as_deref()
            .map(tls::server)
            .transpose()?;
        let (listener, address) = Listener::bind(&options.listen).await?;
        let (tls, certificate) = tls.map(|tls| (tls.config, tls.certificate)).unzip();
        Ok(Self {
            listener,
            address,
            tls,
            certificate,
            ignore_shutdown: options.ignore_shutdown,
        })
    }

    /// Where it listens.
    pub fn address(&self) -> &Address {
        &self.address
    }

    /// The line that tells the parent so. `with_multiplexing` adds the field that
    /// `PLUGIN_MULTIPLEX_GRPC` asks for.
    pub fn handshake_line(&self, with_multiplexing: bool) -> String {
        handshake::line(
            &self.address,
            self.certificate.as_deref(),
            with_multiplexing,
        )
    }

    /// Answers requests until the parent asks for the end or `end` happens, whichever is first;
    /// then stops what is in flight, waits for it within bounds, and removes the socket.
    pub async fn serve(
        self,
        service: impl Provider,
        stop: StopSource,
        end: impl Future<Output = End>,
    ) -> Result<End, HostError> {
        let shutdown = CancellationToken::new();
        let ending = CancellationToken::new();
        let mut tasks = JoinSet::new();
        let incoming = incoming::connections(self.listener, self.tls, &mut tasks);

        let provider = ProviderServer::new(service)
            .max_decoding_message_size(MAX_MESSAGE)
            .max_encoding_message_size(MAX_MESSAGE);
        let serving = tonic::transport::Server::builder()
            .add_service(Counted {
                service: provider,
                stop: stop.clone(),
            })
            .add_service(GrpcControllerServer::new(Controller {
                shutdown: shutdown.clone(),
            }))
            .add_service(GrpcStdioServer::new(Stdio {
                ending: ending.clone(),
            }))
            .add_service(GrpcBrokerServer::new(Broker {
                ending: ending.clone(),
            }))
            .serve_with_incoming_shutdown(incoming, ending.clone().cancelled_owned());
        pin!(serving);

        let end = tokio::select! {
            result = &mut serving => {
                // Only a failure ends the server by itself.
                return result.map(|()| End::Shutdown).map_err(HostError::Serve);
            }
            () = shutdown.cancelled(), if !self.ignore_shutdown => End::Shutdown,
            end = end => end,
        };
        tracing::debug!(?end, "ending");
        stop.stop();
        tokio::select! {
            _ = &mut serving => (),
            drained = time::timeout(end.patience(), stop.idle()) => if drained.is_err() {
                tracing::warn!("operations in flight did not stop in time");
            },
        }
        ending.cancel();
        // Too late for a failure to matter.
        let _ = time::timeout(GRACE, serving).await;
        // The listener lives in its task, and the socket's file with it.
        tasks.shutdown().await;
        Ok(end)
    }
}
