//! Connection URLs, taken apart by hand: several hosts are allowed where a cluster has them, and no error ever
//! repeats what was written, because a badly encoded password ends up in any part of a URL.

pub(super) mod mysql;
pub(super) mod postgres;
pub(super) mod redis;

use std::path::Path;

use percent_encoding::percent_decode_str;

use crate::config::{Address, Tls};

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

/// Takes a URL apart. The error says what is wrong with which part, and repeats nothing.
pub(super) fn split(text: &str) -> Result<Parts, String> {
    let (scheme, rest) = text.split_once("://").ok_or("is not a URL (scheme://host:port)")?;
    let (rest, fragment) = rest.split_once('#').unwrap_or((rest, ""));
    let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
    // The path of a unix socket has no host before it.
    let (authority, path) = rest.find('/').map_or((rest, ""), |slash| (&rest[..slash], &rest[slash + 1..]));
    if path.contains('@') || query.contains('@') || fragment.contains('@') {
        return Err(
            "has an `@` behind the host: write `/`, `?`, `#` and `@` of a password as %2F, %3F, %23, %40"
                .into(),
        );
    }
    let (login, hosts) =
        authority.rsplit_once('@').map_or((None, authority), |(login, hosts)| (Some(login), hosts));
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
        parts.hosts.push(host_port(host)?);
    }
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        parts.query.push((decode(key, "query")?.to_ascii_lowercase(), decode(value, "query")?));
    }
    Ok(parts)
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
    if text.starts_with('/') {
        return Ok(Address::Unix(Path::new(text).into()));
    }
    let (host, port) = host_port(text.trim())?;
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

/// Sets a TLS file option that all three kinds of URL share. Says whether the key was one of those.
pub(super) fn tls_option(tls: &mut Tls, key: &str, value: &str) -> bool {
    match key {
        "sslrootcert" | "ssl-ca" | "ssl_ca" | "ca" => tls.ca = Some(value.into()),
        "sslcert" | "ssl-cert" | "ssl_cert" | "cert" => tls.cert = Some(value.into()),
        "sslkey" | "ssl-key" | "ssl_key" | "key" => tls.key = Some(value.into()),
        "server_name" => tls.server_name = Some(value.into()),
        _ => return false,
    }
    true
}

/// Whether the host is this machine, where TLS protects nothing.
pub(super) fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}
