//! What the parent process says through environment variables.
//!
//! Terraform starts a provider without arguments; everything it wants is in the environment. The
//! lookup is a parameter, so that tests need not change the environment of their process.

use std::{ffi::OsString, ops::RangeInclusive, path::PathBuf};

use super::HostError;

/// Proves that the parent is Terraform (or OpenTofu) and not a person. It is no secret.
pub const MAGIC_COOKIE: (&str, &str) = (
    "TF_PLUGIN_MAGIC_COOKIE",
    "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2",
);

/// The transports a listener can use. Terraform accepts both on every system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Network {
    /// A unix socket in a directory that only the user can enter.
    Unix,
    /// A port of 127.0.0.1.
    Tcp,
}

/// The environment of a plugin process, parsed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Environment {
    /// Whether the parent knows what it starts.
    pub(crate) has_cookie: bool,
    /// The parent's certificate in PEM. Without it there is no TLS.
    pub(crate) client_certificate: Option<String>,
    /// Whether the parent's list of protocol versions lacks ours. It is served anyway: the parent
    /// compares the answer with its list and explains the mismatch better than we can.
    pub(crate) wants_other_protocol: bool,
    /// The ports that TCP may use; absent means any.
    pub(crate) ports: Option<RangeInclusive<u16>>,
    /// The directory that the unix socket must be in.
    pub(crate) socket_dir: Option<PathBuf>,
    /// The group, by name or number, that must be able to use the socket.
    pub(crate) socket_group: Option<String>,
    /// Whether the parent asks if the broker multiplexes, which adds a field to the handshake.
    pub(crate) asks_for_multiplexing: bool,
    /// The user's choice of transport, from `TFPLUGIN_NETWORK`.
    pub(crate) network: Option<Network>,
}

impl Environment {
    pub(crate) fn from_process() -> Result<Self, HostError> {
        Self::from_lookup(|name| std::env::var_os(name))
    }

    pub(crate) fn from_lookup(
        lookup: impl Fn(&str) -> Option<OsString>,
    ) -> Result<Self, HostError> {
        // go-plugin treats an empty variable as absent.
        let raw = |name: &str| lookup(name).filter(|value| !value.is_empty());
        let text = |name: &'static str| {
            raw(name)
                .map(OsString::into_string)
                .transpose()
                .map_err(|_| HostError::Variable {
                    name,
                    expected: "UTF-8",
                })
        };
        let port = |name: &'static str| {
            text(name)?
                .map(|value| value.parse::<u16>())
                .transpose()
                .map_err(|_| HostError::Variable {
                    name,
                    expected: "a port",
                })
        };

        Ok(Self {
            has_cookie: raw(MAGIC_COOKIE.0).is_some_and(|value| value == MAGIC_COOKIE.1),
            client_certificate: text("PLUGIN_CLIENT_CERT")?,
            wants_other_protocol: text("PLUGIN_PROTOCOL_VERSIONS")?
                .is_some_and(|list| !list.split(',').any(|version| version.trim() == "6")),
            ports: match (port("PLUGIN_MIN_PORT")?, port("PLUGIN_MAX_PORT")?) {
                (Some(min @ 1..), Some(max)) => Some(min..=max),
                _ => None,
            },
            socket_dir: raw("PLUGIN_UNIX_SOCKET_DIR").map(PathBuf::from),
            socket_group: text("PLUGIN_UNIX_SOCKET_GROUP")?,
            asks_for_multiplexing: raw("PLUGIN_MULTIPLEX_GRPC").is_some(),
            network: match text("TFPLUGIN_NETWORK")?.as_deref() {
                None => None,
                Some("unix") => Some(Network::Unix),
                Some("tcp") => Some(Network::Tcp),
                Some(_) => {
                    return Err(HostError::Variable {
                        name: "TFPLUGIN_NETWORK",
                        expected: "`unix` or `tcp`",
                    });
                }
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(variables: &[(&str, &str)]) -> Result<Environment, HostError> {
        Environment::from_lookup(|name| {
            let (_, value) = variables.iter().find(|(key, _)| *key == name)?;
            Some(OsString::from(value))
        })
    }

    #[test]
    fn only_the_exact_cookie_counts() {
        let with = |cookie| environment(&[(MAGIC_COOKIE.0, cookie)]).unwrap().has_cookie;
        assert!(with(MAGIC_COOKIE.1));
        assert!(!with("wrong"));
        assert!(!environment(&[]).unwrap().has_cookie);
    }

    #[test]
    fn any_list_with_version_6_suits() {
        let mismatch = |list| {
            environment(&[("PLUGIN_PROTOCOL_VERSIONS", list)])
                .unwrap()
                .wants_other_protocol
        };
        assert!(!mismatch("5,6") && !mismatch("6,5") && !mismatch("6") && !mismatch(""));
        assert!(mismatch("5") && mismatch("16"));
    }

    #[test]
    fn an_empty_certificate_is_no_certificate() {
        let environment = environment(&[("PLUGIN_CLIENT_CERT", "")]).unwrap();
        assert_eq!(environment.client_certificate, None);
    }

    #[test]
    fn ports_need_both_ends_and_zero_means_any() {
        let ports = |min, max| {
            environment(&[("PLUGIN_MIN_PORT", min), ("PLUGIN_MAX_PORT", max)]).map(|e| e.ports)
        };
        assert_eq!(ports("10000", "25000").unwrap(), Some(10000..=25000));
        assert_eq!(ports("0", "0").unwrap(), None);
        assert_eq!(ports("", "25000").unwrap(), None);
        assert!(ports("70000", "1").is_err());
    }

    #[test]
    fn an_unknown_network_is_an_error_that_names_the_variable() {
        let error = environment(&[("TFPLUGIN_NETWORK", "udp")]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "`TFPLUGIN_NETWORK` is not `unix` or `tcp`"
        );
    }
}
