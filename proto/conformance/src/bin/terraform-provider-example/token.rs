//! `ephemeral.example_token`: a token that lives while Terraform runs.

use std::time::{Duration, SystemTime};

use tfplugin::{Attr, Attribute, Cx, Diagnostic, Diagnostics, EphemeralResource, Model, Schema};

use crate::remote::Remote;

pub(crate) struct Tokens;

#[derive(Model)]
pub(crate) struct Token {
    name: Attr<String>,
    lifetime: Attr<i64>,
    fail_close: Attr<bool>,
    value: Attr<String>,
}

impl EphemeralResource for Tokens {
    type Client = Remote;
    type Model = Token;

    fn type_name(&self) -> &'static str {
        "example_token"
    }

    fn schema(&self) -> Schema {
        Schema::new("A token that Terraform does not store.").attributes([
            Attribute::string("name").required().describe("Whose."),
            Attribute::number("lifetime").describe("Seconds until it has to be renewed."),
            Attribute::bool("fail_close").describe("Whether closing it shall fail, for tests."),
            Attribute::string("value")
                .computed()
                .sensitive()
                .describe("The token."),
        ])
    }

    async fn open(
        &self,
        cx: Cx<Remote>,
        config: Token,
    ) -> Result<(Token, Option<SystemTime>), Diagnostics> {
        let name = config.name.as_str().unwrap_or_default().to_owned();
        note(&cx, "open", &name)?;
        // Close gets the notes of open, also after a renewal: what it needs has to be here.
        cx.private(|notes| {
            notes.set("name", &name);
            notes.set("lifetime", &config.lifetime.known());
            notes.set("fail_close", &config.fail_close.known());
        });
        let renew_at = config.lifetime.known().and_then(in_seconds);
        let token = Token {
            value: Attr::Known(format!("secret-of-{name}")),
            ..config
        };
        Ok((token, renew_at))
    }

    async fn renew(&self, cx: Cx<Remote>) -> Result<Option<SystemTime>, Diagnostics> {
        let (name, lifetime) = cx.private(|notes| {
            let name: Option<String> = notes.get("name");
            (name.unwrap_or_default(), notes.get::<i64>("lifetime"))
        });
        note(&cx, "renew", &name)?;
        Ok(lifetime.and_then(in_seconds))
    }

    async fn close(&self, cx: Cx<Remote>) -> Result<(), Diagnostics> {
        let name: String = cx.private(|notes| notes.get("name")).unwrap_or_default();
        note(&cx, "close", &name)?;
        if cx.private(|notes| notes.get("fail_close")) == Some(true) {
            return Err(Diagnostic::error("Token not closed", "As it was told to.").into());
        }
        Ok(())
    }
}

fn in_seconds(seconds: i64) -> Option<SystemTime> {
    let lifetime = Duration::from_secs(u64::try_from(seconds).ok()?);
    SystemTime::now().checked_add(lifetime)
}

fn note(cx: &Cx<Remote>, what: &str, name: &str) -> Result<(), Diagnostics> {
    cx.client()?.note(what, name).map_err(|error| {
        Diagnostic::error(
            "Directory not usable",
            format!("The journal cannot be written: {error}."),
        )
        .into()
    })
}
