//! Who we are, as far as our own token tells.
//!
//! Access tokens are opaque to those who send them, and ours is read for one purpose only: to tell
//! whether an operation of the list was requested by us. What it does not tell stays unknown.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;

use super::model::Requester;

/// The holder of a token.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Caller {
    object_id: Option<String>,
    application_id: Option<String>,
    is_application: Option<bool>,
}

#[derive(Deserialize)]
struct Claims {
    oid: Option<String>,
    appid: Option<String>,
    azp: Option<String>,
    idtyp: Option<String>,
    upn: Option<String>,
}

impl Caller {
    /// Reads the claims of a token, if it is one that has them.
    pub(crate) fn of_token(token: &str) -> Self {
        let claims = token
            .split('.')
            .nth(1)
            .and_then(|payload| URL_SAFE_NO_PAD.decode(payload.trim_end_matches('=')).ok())
            .and_then(|payload| serde_json::from_slice::<Claims>(&payload).ok());
        let Some(claims) = claims else {
            return Self::default();
        };
        let is_application = match claims.idtyp.as_deref() {
            Some(kind) => Some(kind == "app"),
            None => claims.upn.is_some().then_some(false),
        };
        Self {
            object_id: claims.oid,
            application_id: claims.appid.or(claims.azp),
            is_application,
        }
    }

    /// The object id in the tenant, if the token tells it.
    pub fn object_id(&self) -> Option<&str> {
        self.object_id.as_deref()
    }

    /// Whether the requester is this caller; `None` where nobody can tell.
    pub fn is(&self, requester: &Requester) -> Option<bool> {
        let same = |own: &Option<String>, id: &str| {
            own.as_ref().is_some_and(|own| own.eq_ignore_ascii_case(id))
        };
        if let Some(id) = &requester.id {
            if same(&self.object_id, id) || same(&self.application_id, id) {
                return Some(true);
            }
            if self.object_id.is_some() {
                return Some(false);
            }
        }
        match (self.is_application, requester.kind.as_deref()) {
            (Some(is_application), Some(kind)) => {
                let asks_application = kind.eq_ignore_ascii_case("ServicePrincipal");
                let asks_user = kind.eq_ignore_ascii_case("User");
                ((is_application && asks_user) || (!is_application && asks_application))
                    .then_some(false)
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn requester(id: &str, kind: &str) -> Requester {
        Requester {
            id: Some(id.to_owned()),
            name: None,
            kind: Some(kind.to_owned()),
        }
    }

    #[test]
    fn a_token_with_claims_decides() {
        let payload = URL_SAFE_NO_PAD.encode(r#"{"oid":"O-1","appid":"A-1","idtyp":"app"}"#);
        let caller = Caller::of_token(&format!("e30.{payload}.sig"));
        assert_eq!(caller.is(&requester("o-1", "ServicePrincipal")), Some(true));
        assert_eq!(caller.is(&requester("a-1", "ServicePrincipal")), Some(true));
        assert_eq!(
            caller.is(&requester("other", "ServicePrincipal")),
            Some(false)
        );
    }

    #[test]
    fn an_opaque_token_leaves_it_open() {
        for token in ["", "opaque", "a.b.c", "a.!!.c"] {
            let caller = Caller::of_token(token);
            assert_eq!(caller.is(&requester("x", "User")), None, "{token}");
        }
    }

    #[test]
    fn an_application_is_no_person() {
        let payload = URL_SAFE_NO_PAD.encode(r#"{"idtyp":"app"}"#);
        let caller = Caller::of_token(&format!("e30.{payload}."));
        assert_eq!(caller.is(&requester("x", "User")), Some(false));
        assert_eq!(caller.is(&requester("x", "ServicePrincipal")), None);
    }
}
