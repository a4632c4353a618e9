//! Why a provider could not start.

use std::io;

/// Why a provider could not start. Terraform shows it only in its log, with the provider's stderr.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HostError {
    /// A variable that the parent sets has a value of the wrong form.
    #[error("`{name}` is not {expected}")]
    Variable {
        /// The variable.
        name: &'static str,
        /// What its value has to be.
        expected: &'static str,
    },
    /// `PLUGIN_CLIENT_CERT` is set and is no certificate. Serving without TLS would be worse.
    #[error("`PLUGIN_CLIENT_CERT` is not a usable certificate: {0}")]
    ClientCertificate(String),
    /// The certificate for this process could not be made.
    #[error("could not make a certificate")]
    OwnCertificate(#[source] rcgen::Error),
    /// The TLS library refused the configuration.
    #[error("could not configure TLS")]
    Tls(#[source] rustls::Error),
    /// Neither the temporary directory nor a shorter one takes a socket.
    #[error("no temporary directory is usable for a unix socket")]
    NoSocketDirectory,
    /// The unix socket could not be made.
    #[error("could not listen on the unix socket {path}")]
    Socket {
        /// The socket's path.
        path: String,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// `PLUGIN_UNIX_SOCKET_GROUP` is neither a number nor in `/etc/group`.
    #[error("the group `{0}` of `PLUGIN_UNIX_SOCKET_GROUP` does not exist")]
    UnknownGroup(String),
    /// Every port of the range is taken.
    #[error("no port from {range} is free on 127.0.0.1")]
    NoFreePort {
        /// The first and the last port.
        range: String,
        /// What the system said of the last one.
        #[source]
        source: io::Error,
    },
    /// The system refused a listener, a signal handler or a runtime.
    #[error("could not listen")]
    Listen(#[source] io::Error),
    /// The handshake line could not be written, because the parent is gone.
    #[error("could not write the handshake line")]
    Handshake(#[source] io::Error),
    /// The server failed while it was running.
    #[error("the server failed")]
    Serve(#[source] tonic::transport::Error),
}
