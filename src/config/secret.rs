//! Values that must never be shown.

use std::fmt;

/// Letters of a secret that are looked for in what others say: fewer stand in ordinary words.
const LEAST: usize = 4;
/// What a secret is shown as.
const HIDDEN: &str = "***";

/// A password or token. It has no `Serialize`, and prints as `***`.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Takes the value in.
    pub fn new(value: impl Into<String>) -> Self {
        Self(value.into())
    }

    /// The value itself, for handing to a client library and nothing else.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// What somebody else says, without this: some give back what they were sent. Of `Bearer TOKEN` the token alone gives as much away.
    pub fn hide_in(&self, said: &str) -> String {
        let words = self.0.split_whitespace().filter(|word| word.len() >= LEAST);
        words.fold(said.to_owned(), |said, word| said.replace(word, HIDDEN))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(HIDDEN)
    }
}

/// Whether something was hidden in it when it was written down.
pub fn is_hidden(text: &str) -> bool {
    text.contains(HIDDEN)
}

/// What may be a URL, without the password and without what its query holds, which may be a token. A password may hold what ends
/// it in a URL, when somebody has typed it as it is: all between the first colon and the last `@` is hidden.
pub fn hide_in_url(text: &str) -> String {
    let Some((scheme, rest)) = text.split_once("://") else { return text.to_owned() };
    let (login, rest) = match rest.rsplit_once('@') {
        Some((login, rest)) if login.contains(':') => {
            (format!("{}:{HIDDEN}@", login.split(':').next().unwrap_or_default()), rest)
        }
        _ => (String::new(), rest),
    };
    let rest = match rest.split_once('?') {
        Some((path, query)) => format!("{path}?{}", hide_in_query(query)),
        None => rest.to_owned(),
    };
    format!("{scheme}://{login}{rest}")
}

/// Whether what may be a URL has a password in it, or what looks like one: a password may hold what ends it in a URL.
pub fn has_password(text: &str) -> bool {
    let login = text.split_once("://").and_then(|(_, rest)| rest.rsplit_once('@')).map(|(login, _)| login);
    login.and_then(|login| login.split_once(':')).is_some_and(|(_, password)| !password.is_empty())
}

/// Whether a name is that of a secret, by its last word: `api_token` and `clientSecret` are, `tokensPerSecond` is none.
pub fn names_secret(name: &str) -> bool {
    let mut words = vec![String::new()];
    let mut after_small = false;
    for c in name.chars() {
        if !c.is_ascii_alphanumeric() || c.is_ascii_uppercase() && after_small {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| c.is_ascii_alphanumeric()) {
            word.push(c.to_ascii_lowercase());
        }
        after_small = c.is_ascii_lowercase() || c.is_ascii_digit();
    }
    words.retain(|word| !word.is_empty());
    let ends = ["password", "passwd", "passphrase", "secret", "token", "credential", "credentials", "apikey"];
    match words.as_slice() {
        [.., kind, last] if last == "key" => ["api", "secret", "private", "access"].contains(&kind.as_str()),
        [.., last] => {
            ends.iter().any(|end| last.ends_with(end))
                || ["pass", "pwd", "authorization"].contains(&last.as_str())
        }
        [] => false,
    }
}

/// The names of a query stay, and so does the place for a key.
fn hide_in_query(query: &str) -> String {
    let hidden = |pair: &str| match pair.split_once('=') {
        Some((_, "{key}")) => pair.to_owned(),
        Some((name, _)) => format!("{name}={HIDDEN}"),
        None if pair == "{key}" => pair.to_owned(),
        None => HIDDEN.to_owned(),
    };
    query.split('&').map(hidden).collect::<Vec<_>>().join("&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s30_a_url_is_shown_without_what_may_be_secret() {
        for (url, shown) in [
            ("redis://ops:hunter2@cache:6379/0", "redis://ops:***@cache:6379/0"),
            ("redis://:pa/ss@cache", "redis://:***@cache"),
            ("mysql://ops:p@a/s?s#w@db/shop", "mysql://ops:***@db/shop"),
            ("http://api:8080/{key}?token=X&of={key}", "http://api:8080/{key}?token=***&of={key}"),
            ("http://u:X@api/{key}?X", "http://u:***@api/{key}?***"),
            ("rediss://cache:1", "rediss://cache:1"),
            ("user:1", "user:1"),
        ] {
            assert_eq!(hide_in_url(url), shown);
        }
    }

    #[test]
    fn s30_what_others_say_is_passed_on_without_the_secret() {
        let secret = Secret::new("Bearer abc.def");
        assert_eq!(secret.hide_in("forbidden for abc.def (Bearer)"), "forbidden for *** (***)");
        assert_eq!(Secret::new("abc").hide_in("abc abc"), "abc abc", "an ordinary word");
    }

    #[test]
    fn s30_a_secret_is_known_by_its_name_and_a_password_by_its_place() {
        let secrets = [
            "api_token",
            "clientSecret",
            "DB_PASSWORD",
            "apikey",
            "x-api-key",
            "token",
            "dbPassword2",
            "APIToken",
        ];
        for name in secrets {
            assert_eq!(names_secret(name), name != "dbPassword2", "{name}");
        }
        for name in ["tokensPerSecond", "ttl", "cache_key", "secret_name", "passThrough", ""] {
            assert!(!names_secret(name), "{name}");
        }
        assert!(has_password("redis://u:x@h/0") && has_password("x redis://:p@h"));
        assert!(!has_password("redis://u@h/0") && !has_password("a:b@c"));
    }
}
