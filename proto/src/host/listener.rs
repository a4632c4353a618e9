//! The socket that Terraform connects to.

use std::{io, ops::RangeInclusive, path::PathBuf};

use tokio::net::TcpListener;

#[cfg(unix)]
use super::socket::{self, SocketFile};
use super::{
    HostError,
    connection::Connection,
    environment::{Environment, Network},
    handshake::Address,
};

/// What a listener has to respect.
#[derive(Clone, Debug, Default)]
pub struct ListenOptions {
    /// The transport. Absent: a unix socket where the system has them and a directory is usable.
    pub network: Option<Network>,
    /// The ports that TCP may use; absent means any.
    pub ports: Option<RangeInclusive<u16>>,
    /// The directory that a unix socket must be in; absent means the temporary directory, or
    /// another one if its path is too long for a socket.
    pub socket_dir: Option<PathBuf>,
    /// The group, by name or number, that must be able to use the unix socket.
    pub socket_group: Option<String>,
}

/// A bound listener. Its socket file goes away with it.
pub(crate) enum Listener {
    #[cfg(unix)]
    Unix {
        listener: tokio::net::UnixListener,
        _file: SocketFile,
    },
    Tcp(TcpListener),
}

impl From<&Environment> for ListenOptions {
    fn from(environment: &Environment) -> Self {
        Self {
            network: environment.network,
            ports: environment.ports.clone(),
            socket_dir: environment.socket_dir.clone(),
            socket_group: environment.socket_group.clone(),
        }
    }
}

impl Listener {
    /// Binds as asked, and reports where.
    pub(crate) async fn bind(options: &ListenOptions) -> Result<(Self, Address), HostError> {
        match options.network {
            Some(Network::Tcp) => bind_tcp(options).await,
            #[cfg(unix)]
            Some(Network::Unix) => bind_unix(options),
            #[cfg(unix)]
            None => match bind_unix(options) {
                // Nobody asked for a place, so a port will do where no directory does.
                Err(HostError::NoSocketDirectory) => bind_tcp(options).await,
                bound => bound,
            },
            // Tokio has no unix sockets on Windows.
            #[cfg(not(unix))]
            None | Some(Network::Unix) => bind_tcp(options).await,
        }
    }

    pub(crate) async fn accept(&self) -> io::Result<Connection> {
        match self {
            #[cfg(unix)]
            Self::Unix { listener, .. } => Ok(Connection::new(listener.accept().await?.0)),
            Self::Tcp(listener) => {
                let (stream, _) = listener.accept().await?;
                // Answers are small and Terraform waits for each of them.
                stream.set_nodelay(true)?;
                Ok(Connection::new(stream))
            }
        }
    }
}

#[cfg(unix)]
fn bind_unix(options: &ListenOptions) -> Result<(Listener, Address), HostError> {
    let (listener, file) = socket::bind(options)?;
    let address = Address {
        network: Network::Unix,
        address: file.address().to_owned(),
    };
    let listener = Listener::Unix {
        listener,
        _file: file,
    };
    Ok((listener, address))
}

async fn bind_tcp(options: &ListenOptions) -> Result<(Listener, Address), HostError> {
    let ports = options.ports.clone().unwrap_or(0..=0);
    let range = format!("{} to {}", ports.start(), ports.end());
    let mut last = None;
    for port in ports {
        match TcpListener::bind(("127.0.0.1", port)).await {
            Ok(listener) => {
                let address = Address {
                    network: Network::Tcp,
                    address: listener
                        .local_addr()
                        .map_err(HostError::Listen)?
                        .to_string(),
                };
                return Ok((Listener::Tcp(listener), address));
            }
            Err(error) => last = Some(error),
        }
    }
    Err(HostError::NoFreePort {
        range,
        source: last.unwrap_or_else(|| io::ErrorKind::InvalidInput.into()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_busy_port_is_skipped() {
        // Somebody else may take the neighbour first, so try until a pair of ports is ours.
        for _ in 0..100 {
            let busy = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let port = busy.local_addr().unwrap().port();
            let Some(next) = port.checked_add(1) else {
                continue;
            };
            let options = ListenOptions {
                network: Some(Network::Tcp),
                ports: Some(port..=next),
                ..ListenOptions::default()
            };
            if let Ok((_listener, address)) = Listener::bind(&options).await {
                assert_eq!(address.address, format!("127.0.0.1:{next}"));
                return;
            }
        }
        panic!("no two neighbouring ports were free in 100 attempts");
    }

    #[tokio::test]
    async fn a_range_without_free_ports_is_an_error_that_names_it() {
        let busy = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = busy.local_addr().unwrap().port();
        let options = ListenOptions {
            network: Some(Network::Tcp),
            ports: Some(port..=port),
            ..ListenOptions::default()
        };
        let error = Listener::bind(&options)
            .await
            .err()
            .expect("the port is busy");
        assert_eq!(
            error.to_string(),
            format!("no port from {port} to {port} is free on 127.0.0.1")
        );
    }
}
