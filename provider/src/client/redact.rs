//! Removes tokens and secrets from text that people will read.
//!
//! Bodies and URLs end up in errors and logs. Services sometimes repeat what they were sent, and
//! a paging link or an operation URL may carry a signature, so both pass through here first.

use url::Url;

const MARK: &str = "[redacted]";

/// Query parameters whose value tells nothing secret.
const HARMLESS: [&str; 5] = ["api-version", "$filter", "$expand", "$top", "$select"];

/// A URL with the values of unknown query parameters taken out.
pub(crate) fn url(url: &Url) -> String {
    let mut text = format!("{}://", url.scheme());
    text.push_str(url.host_str().unwrap_or_default());
    if let Some(port) = url.port() {
        text.push(':');
        text.push_str(&port.to_string());
    }
    text.push_str(url.path());
    for (index, (name, value)) in url.query_pairs().enumerate() {
        text.push(if index == 0 { '?' } else { '&' });
        text.push_str(&name);
        text.push('=');
        text.push_str(if HARMLESS.contains(&&*name) {
            &value
        } else {
            MARK
        });
    }
    text
}

/// The beginning of a text, on one line, without tokens and secrets.
pub(crate) fn excerpt(text: &str, longest: usize) -> String {
    // Redact a little more than is shown, so that a token cut in half is still recognised.
    let head: String = text.chars().take(longest * 2).collect();
    let line = head.split_whitespace().collect::<Vec<_>>().join(" ");
    let clean = self::text(&line);
    if clean.chars().count() <= longest && text.chars().count() <= longest * 2 {
        return clean;
    }
    let mut short: String = clean.chars().take(longest).collect();
    short.push('…');
    short
}

/// A text without tokens and secrets.
pub(crate) fn text(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut hide_next = false;
    for (token, is_word) in tokens(text) {
        if !is_word {
            clean.push_str(token);
        } else if std::mem::take(&mut hide_next) || looks_like_a_token(token) {
            clean.push_str(MARK);
        } else {
            clean.push_str(token);
            hide_next = introduces_a_secret(token);
        }
    }
    clean
}

/// Splits into words (what a token or a name consists of) and what is between them.
fn tokens(text: &str) -> impl Iterator<Item = (&str, bool)> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let first = rest.chars().next()?;
        let is_word = is_word_character(first);
        let end = rest
            .find(|c| is_word_character(c) != is_word)
            .unwrap_or(rest.len());
        let (token, tail) = rest.split_at(end);
        rest = tail;
        Some((token, is_word))
    })
}

fn is_word_character(character: char) -> bool {
    // `~`, `+` and `%` occur in client secrets and in their form encoding.
    character.is_ascii_alphanumeric() || "-_.~+%/".contains(character)
}

/// JSON web tokens begin with the base64 of `{"`.
fn looks_like_a_token(word: &str) -> bool {
    word.len() > 20 && word.contains("eyJ")
}

fn introduces_a_secret(word: &str) -> bool {
    const NAMES: [&str; 10] = [
        "bearer",
        "client_secret",
        "client_assertion",
        "access_token",
        "refresh_token",
        "id_token",
        "authorization",
        "password",
        "sig",
        "skiptoken",
    ];
    NAMES.iter().any(|name| word.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hides_tokens_wherever_they_stand() {
        let body = r#"{"access_token":"abc.def","message":"Bearer xyz failed for eyJ0eXAiOiJKV1QiLCJhbGciOi"}"#;
        let clean = text(body);
        assert_eq!(
            clean,
            r#"{"access_token":"[redacted]","message":"Bearer [redacted] failed for [redacted]"}"#
        );
    }

    #[test]
    fn hides_form_secrets() {
        assert_eq!(
            text("client_id=a&client_secret=s3~cr%2Bt&x=1"),
            "client_id=a&client_secret=[redacted]&x=1"
        );
    }

    #[test]
    fn hides_a_token_that_is_cut_off() {
        let long = format!("{} Bearer {}", "x".repeat(180), "secretsecret".repeat(40));
        assert!(!excerpt(&long, 200).contains("secretsecret"));
    }

    #[test]
    fn keeps_ids_and_urls_readable() {
        let id = "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/rg";
        assert_eq!(text(id), id);
    }

    #[test]
    fn takes_values_out_of_queries() {
        let link = Url::parse("https://a.example/x?api-version=1&$skiptoken=opaque").unwrap();
        assert_eq!(
            url(&link),
            "https://a.example/x?api-version=1&$skiptoken=[redacted]"
        );
    }

    #[test]
    fn an_excerpt_is_one_short_line() {
        assert_eq!(excerpt("<html>\n <body>", 200), "<html> <body>");
        assert_eq!(excerpt(&"x".repeat(500), 200).chars().count(), 201);
    }
}
