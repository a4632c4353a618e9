//! Where a bearer token may go.
//!
//! Services answer with URLs: the next page, the operation to poll. An answer that was tampered
//! with, or a wrong endpoint, must not make us send a token elsewhere, so every request is
//! checked here, in one place, before a token is attached (API facts 0.3, token safety).

use url::{Host, Url};

/// The host of a plane; its subdomains belong to it, because operation URLs name regional hosts
/// such as `europe.api.bap.microsoft.com` (API facts 4.5).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    host: Host,
    port: u16,
}

/// A URL that no token may be sent to.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no credentials were sent to `{host}`: {reason}")]
pub struct ForeignHost {
    /// The host that the URL names.
    pub host: String,
    /// Why it is not trusted.
    pub reason: String,
}

impl Origin {
    /// The origin of an endpoint, which is `https` and has a host.
    pub fn of(endpoint: &Url) -> Option<Self> {
        if endpoint.scheme() != "https" {
            return None;
        }
        Some(Self {
            host: endpoint.host()?.to_owned(),
            port: endpoint.port_or_known_default()?,
        })
    }

    /// Lets a URL pass that belongs to this origin.
    pub fn check(&self, url: &Url) -> Result<(), ForeignHost> {
        let refuse = |reason: String| {
            let host = url.host_str().unwrap_or_default().to_owned();
            Err(ForeignHost { host, reason })
        };
        if url.scheme() != "https" {
            return refuse(format!("the scheme is `{}`, not `https`", url.scheme()));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return refuse("the URL carries credentials of its own".to_owned());
        }
        if !self.owns(url) {
            return refuse(format!(
                "it is not `{}` or a subdomain of it",
                self.authority()
            ));
        }
        Ok(())
    }

    fn owns(&self, url: &Url) -> bool {
        if url.port_or_known_default() != Some(self.port) {
            return false;
        }
        match (&self.host, url.host()) {
            (Host::Domain(own), Some(Host::Domain(other))) => {
                other == own
                    || other
                        .strip_suffix(own.as_str())
                        .is_some_and(|rest| rest.ends_with('.'))
            }
            (Host::Ipv4(own), Some(Host::Ipv4(other))) => *own == other,
            (Host::Ipv6(own), Some(Host::Ipv6(other))) => *own == other,
            _ => false,
        }
    }

    fn authority(&self) -> String {
        if self.port == 443 {
            return self.host.to_string();
        }
        format!("{}:{}", self.host, self.port)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(endpoint: &str, url: &str) -> Result<(), ForeignHost> {
        Origin::of(&Url::parse(endpoint).unwrap())
            .unwrap()
            .check(&Url::parse(url).unwrap())
    }

    const BAP: &str = "https://api.bap.microsoft.com";

    #[test]
    fn the_host_and_its_subdomains_are_trusted() {
        assert_eq!(check(BAP, "https://api.bap.microsoft.com/x"), Ok(()));
        assert_eq!(
            check(BAP, "https://EUROPE.api.bap.microsoft.com:443/x"),
            Ok(())
        );
        assert_eq!(
            check("https://127.0.0.1:8443", "https://127.0.0.1:8443/x"),
            Ok(())
        );
    }

    #[test]
    fn nothing_else_is_trusted() {
        for url in [
            "https://evil.example/x",
            "http://api.bap.microsoft.com/x",
            "https://api.bap.microsoft.com.evil.example/x",
            "https://evilapi.bap.microsoft.com/x",
            "https://api.bap.microsoft.com:8443/x",
            "https://api.bap.microsoft.com@evil.example/x",
            "https://user:pass@api.bap.microsoft.com/x",
            "https://bap.microsoft.com/x",
            "https://api.bap.microsoft.com./x",
            "https://127.0.0.1/x",
            "ftp://api.bap.microsoft.com/x",
        ] {
            assert!(check(BAP, url).is_err(), "{url}");
        }
        assert!(check("https://127.0.0.1", "https://1.127.0.0.1.example/x").is_err());
        assert!(check("https://127.0.0.1", "https://127.0.0.2/x").is_err());
    }

    #[test]
    fn the_refusal_names_both_hosts() {
        let error = check(BAP, "https://evil.example/x?code=1").unwrap_err();
        assert_eq!(
            error.to_string(),
            "no credentials were sent to `evil.example`: \
             it is not `api.bap.microsoft.com` or a subdomain of it"
        );
    }

    #[test]
    fn an_endpoint_without_tls_has_no_origin() {
        assert_eq!(Origin::of(&Url::parse("http://localhost").unwrap()), None);
    }
}
