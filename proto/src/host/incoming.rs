//! Accepts connections and secures them.
//!
//! Each TLS handshake runs in a task of its own and within a time limit, so that one client that
//! connects and stays silent does not keep the next one waiting.

use std::{io, sync::Arc, time::Duration};

use tokio::{sync::mpsc, task::JoinSet, time};
use tokio_rustls::{TlsAcceptor, rustls::ServerConfig};
use tokio_stream::wrappers::ReceiverStream;

use super::{connection::Connection, listener::Listener};

/// Far more than a local handshake needs, even on a loaded machine.
const HANDSHAKE_PATIENCE: Duration = Duration::from_secs(10);

/// Long enough for file descriptors to become free, short enough that nobody notices.
const PAUSE_AFTER_REFUSAL: Duration = Duration::from_millis(50);

pub(crate) type Incoming = ReceiverStream<io::Result<Connection>>;

/// The connections of a listener that are ready for HTTP/2. The listener lives in a task, which
/// ends when the stream is dropped.
pub(crate) fn connections(
    listener: Listener,
    tls: Option<Arc<ServerConfig>>,
    tasks: &mut JoinSet<()>,
) -> Incoming {
    let (sender, receiver) = mpsc::channel(1);
    tasks.spawn(accept(listener, tls.map(TlsAcceptor::from), sender));
    ReceiverStream::new(receiver)
}

async fn accept(
    listener: Listener,
    tls: Option<TlsAcceptor>,
    ready: mpsc::Sender<io::Result<Connection>>,
) {
    let mut handshakes = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = ready.closed() => return,
            // Keeps finished tasks from piling up.
            Some(_) = handshakes.join_next() => continue,
        };
        match accepted {
            Ok(connection) => {
                handshakes.spawn(secure(connection, tls.clone(), ready.clone()));
            }
            Err(error) => {
                // Out of file descriptors, or a client that is gone already. Neither ends the
                // plugin.
                tracing::warn!(%error, "could not accept a connection");
                time::sleep(PAUSE_AFTER_REFUSAL).await;
            }
        }
    }
}

async fn secure(
    connection: Connection,
    tls: Option<TlsAcceptor>,
    ready: mpsc::Sender<io::Result<Connection>>,
) {
    let connection = match tls {
        None => connection,
        Some(tls) => match time::timeout(HANDSHAKE_PATIENCE, tls.accept(connection)).await {
            Ok(Ok(stream)) => Connection::new(stream),
            Ok(Err(error)) => {
                tracing::warn!(%error, "refused a client");
                return;
            }
            Err(_) => {
                tracing::warn!("a client did not finish its TLS handshake");
                return;
            }
        },
    };
    // An error says that the server is ending, and the client will notice.
    let _ = ready.send(Ok(connection)).await;
}
