//! Connection URLs, taken apart by hand: several hosts are allowed where a cluster has them, and no error ever
//! repeats what was written, because a badly encoded password ends up in any part of a URL.

pub(super) mod mysql;
mod passed;
pub(super) mod postgres;
pub(super) mod redis;
pub(super) mod wish;

use std::path::Path;

use percent_encoding::percent_decode_str;

use crate::config::Address;

pub(super) use passed::Passed;

/// What a URL names.
#[derive(Debug)]
pub(super) struct Named<T> {
    pub target: T,
    /// What of it was not followed, or understood otherwise than its author may think: fragments about the URL.
    pub notes: Vec<String>,
}

/// A URL in pieces, percent-decoded.
#[derive(Default)]
pub(super) struct Parts {
    /// Lower case, without `://`.
    pub scheme: String,
    pub user: Option<String>,
    pub password: Option<String>,
    pub hosts: Vec<(String, Option<u16>)>,
    /// Without the leading slash.
    pub path: String,
    pub query: Vec<(String, String)>,
    pub fragment: String,
}

/// Whether the text is a URL at all.
pub(super) fn is_url(text: &str) -> bool {
    text.contains("://")
}

/// The text without what got around it on its way: a newline from a file, quotes from an env file that keeps them.
pub(super) fn bare(text: &str) -> &str {
    let text = text.trim();
    let inner = ['"', '\''].iter().find_map(|quote| text.strip_prefix(*quote)?.strip_suffix(*quote));
    inner.unwrap_or(text).trim()
}

/// The scheme of a URL, in lower case; `jdbc:` before it says only who reads it.
pub(super) fn scheme(text: &str) -> String {
    let text = bare(text).to_ascii_lowercase();
    let text = text.strip_prefix("jdbc:").unwrap_or(&text);
    text.split(':').next().unwrap_or_default().to_owned()
}

/// Options whose values may have an `@` that is written as it is: everywhere else it is the end of a password.
const WITH_AT: [&str; 12] = [
    "user",
    "username",
    "password",
    "pass",
    "passwd",
    "auth",
    "options",
    "application_name",
    "client_name",
    "sentinel_user",
    "sentinel_password",
    "ssl",
];

/// What is said of an `@` that nobody can place.
const STRAY_AT: &str =
    "has an `@` behind the host: write `/`, `?`, `#` and `@` of a password as %2F, %3F, %23, %40";

/// Takes a URL apart. The error says what is wrong with which part, and repeats nothing.
pub(super) fn split(text: &str) -> Result<Parts, String> {
    let text = bare(text);
    let text = text.strip_prefix("jdbc:").unwrap_or(text);
    let (scheme, rest) = text.split_once("://").ok_or("is not a URL (scheme://host:port)")?;
    // `redis://h1,redis://h2` is a list of URLs, as some clients take it.
    let rest = &rest.replace(&format!(",{scheme}://"), ",");
    let (rest, fragment) = rest.split_once('#').unwrap_or((rest, ""));
    let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
    // The path of a unix socket has no host before it.
    let (authority, path) = rest.find('/').map_or((rest, ""), |slash| (&rest[..slash], &rest[slash + 1..]));
    let at_home = |pair: &str| {
        let (key, value) = pair.split_once('=').unwrap_or(("", pair));
        !pair.contains('@')
            || (!key.contains('@') && WITH_AT.contains(&&*key.to_ascii_lowercase()) && !value.is_empty())
    };
    if path.contains('@') || fragment.contains('@') || !query.split('&').all(at_home) {
        return Err(STRAY_AT.into());
    }
    let (login, hosts) = login_and_hosts(authority)?;
    let hosts = hosts.as_str();
    let (user, password) = match login {
        None => (None, None),
        Some(login) => {
            let (user, password) =
                login.split_once(':').map_or((login, None), |(user, pass)| (user, Some(pass)));
            (Some(decode(user, "user")?), password.map(|text| decode(text, "password")).transpose()?)
        }
    };
    let mut parts = Parts {
        scheme: scheme.to_ascii_lowercase(),
        user: user.filter(|user| !user.is_empty()),
        password: password.filter(|password| !password.is_empty()),
        hosts: Vec::new(),
        path: decode(path, "path")?,
        query: Vec::new(),
        fragment: decode(fragment, "fragment")?,
    };
    for host in hosts.split(',').filter(|host| !host.is_empty()) {
        // With an `@` in the query it may be a piece of a password that looks like a port.
        parts
            .hosts
            .push(host_port(host).map_err(|why| if query.contains('@') { STRAY_AT.into() } else { why })?);
    }
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        parts.query.push((decode(key, "query")?.to_ascii_lowercase(), decode(value, "query")?));
    }
    Ok(parts)
}

/// The login before the last `@`, and the hosts. Errors: several hosts, each with a login of its own.
fn login_and_hosts(authority: &str) -> Result<(Option<&str>, String), String> {
    let Some((login, last)) = authority.rsplit_once('@') else { return Ok((None, authority.to_owned())) };
    let pieces: Vec<_> = authority.split(',').collect();
    let logins: Vec<_> = pieces.iter().filter_map(|piece| piece.rsplit_once('@')).collect();
    // A comma or an `@` in one password looks the same where only one piece has both; two pieces with a login are two servers.
    match logins.as_slice() {
        [(first, _), rest @ ..] if !rest.is_empty() => {
            if logins.len() < pieces.len() || rest.iter().any(|(login, _)| login != first) {
                return Err(
                    "has several hosts with logins of their own (or `@` and `,` in a password: %40, %2C); \
                            make each a target of its own in stampede.yaml"
                        .into(),
                );
            }
            let hosts: Vec<_> = logins.iter().map(|(_, host)| *host).collect();
            Ok((Some(first), hosts.join(",")))
        }
        _ => Ok((Some(login), last.to_owned())),
    }
}

/// `host`, `host:port`, `[::1]:port`, `::1`.
pub(super) fn host_port(text: &str) -> Result<(String, Option<u16>), String> {
    let port = |text: &str| match text.parse::<u16>() {
        Ok(port) if port > 0 => Ok(port),
        _ => Err("has a port that is not a number from 1 to 65535".to_string()),
    };
    let (host, port) = if let Some(rest) = text.strip_prefix('[') {
        let (host, rest) = rest.split_once(']').ok_or("has a `[` without `]` in its host")?;
        match rest.strip_prefix(':') {
            Some(text) => (host, Some(port(text)?)),
            None if rest.is_empty() => (host, None),
            None => return Err("has something between `]` and the port".into()),
        }
    } else if text.matches(':').count() > 1 {
        (text, None)
    } else {
        match text.split_once(':') {
            Some((host, text)) => (host, Some(port(text)?)),
            None => (text, None),
        }
    };
    let host = decode(host, "host")?;
    if host.is_empty() {
        return Err("has no host".into());
    }
    if !host.starts_with('/')
        && !host.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | ':' | '%'))
    {
        return Err("has a host with characters that no host has".into());
    }
    Ok((host, port))
}

/// A server given as `host`, `host:port` or `/path/of/a.socket`.
pub(super) fn address(text: &str, default_port: u16) -> Result<Address, String> {
    let text = bare(text);
    if text.starts_with('/') {
        return Ok(Address::Unix(Path::new(text).into()));
    }
    let (host, port) = host_port(text)?;
    Ok(Address::Tcp(host, port.unwrap_or(default_port)))
}

fn decode(text: &str, part: &str) -> Result<String, String> {
    let bytes = text.as_bytes();
    let stray = bytes.iter().enumerate().any(|(at, byte)| {
        *byte == b'%' && !bytes.get(at + 1..at + 3).is_some_and(|hex| hex.iter().all(u8::is_ascii_hexdigit))
    });
    if stray {
        return Err(format!("has a `%` in its {part} that is no percent-code: write it as %25"));
    }
    let text = percent_decode_str(text).decode_utf8();
    text.map(Into::into).map_err(|_| format!("has percent-codes in its {part} that are not UTF-8"))
}

/// `true`, `1`, `yes`, or nothing at all (`?insecure`).
pub(super) fn flag(value: &str) -> Result<bool, String> {
    match value.to_ascii_lowercase().as_str() {
        "" | "true" | "1" | "yes" | "on" => Ok(true),
        "false" | "0" | "no" | "off" => Ok(false),
        _ => Err("has an option that must be true or false".into()),
    }
}

/// Whether the host is this machine, where TLS protects nothing.
pub(super) fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}
