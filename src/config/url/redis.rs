//! `redis://`, `rediss://`, `valkey://`, `unix://`, `redis+sentinel://`.

use std::path::Path;

use crate::config::url::{Parts, flag, split, tls_option};
use crate::config::{Address, RedisTarget, Secret, Tls, Topology};

/// Port of a server.
pub(crate) const PORT: u16 = 6379;
/// Port of a Sentinel.
pub(crate) const SENTINEL_PORT: u16 = 26379;

/// Reads a Redis URL. The error continues "… has", "… is", and repeats nothing of the URL.
pub(crate) fn parse(text: &str) -> Result<RedisTarget, String> {
    let parts = split(text)?;
    let (encrypted, sentinel, unix) = match parts.scheme.as_str() {
        "redis" | "valkey" => (false, false, false),
        "rediss" | "valkeys" => (true, false, false),
        "redis+sentinel" | "redis-sentinel" | "valkey+sentinel" => (false, true, false),
        "rediss+sentinel" | "rediss-sentinel" | "valkeys+sentinel" => (true, true, false),
        "unix" | "redis+unix" | "valkey+unix" => (false, false, true),
        _ => return Err("has an unknown scheme; known: redis, rediss, valkey, valkeys, unix, redis+sentinel, rediss+sentinel".into()),
    };
    let mut target = RedisTarget {
        user: parts.user.clone(),
        password: parts.password.as_deref().map(Secret::new),
        ..RedisTarget::default()
    };
    let mut tls = Tls::default();
    options(&parts, &mut target, &mut tls)?;
    if unix {
        if !parts.hosts.is_empty() || parts.path.is_empty() {
            return Err("is a unix URL without a path: unix:///run/redis.sock".into());
        }
        target.addresses = vec![Address::Unix(Path::new("/").join(&parts.path))];
        return Ok(target);
    }
    let port = if sentinel { SENTINEL_PORT } else { PORT };
    target.addresses =
        parts.hosts.iter().map(|(host, given)| Address::Tcp(host.clone(), given.unwrap_or(port))).collect();
    if target.addresses.is_empty() {
        return Err("has no host".into());
    }
    let mut path = parts.path.trim_end_matches('/').split('/');
    if sentinel {
        match path.next().filter(|service| !service.is_empty()) {
            Some(service) => target.topology = Topology::Sentinel(service.into()),
            None => return Err("names no service: redis+sentinel://host:26379/SERVICE".into()),
        }
    }
    if let Some(number) = path.next().filter(|number| !number.is_empty()) {
        target.database = database(number)?;
    }
    if path.next().is_some() {
        return Err("has a path with too many parts".into());
    }
    if encrypted {
        target.tls = Some(tls);
    } else if tls != Tls::default() {
        return Err("has TLS options without TLS: use rediss://".into());
    }
    Ok(target)
}

fn options(parts: &Parts, target: &mut RedisTarget, tls: &mut Tls) -> Result<(), String> {
    match parts.fragment.as_str() {
        "" => {}
        "insecure" => tls.insecure = true,
        _ => {
            return Err("has a fragment (`#…`) other than #insecure; write a `#` of a password as %23".into());
        }
    }
    for (key, value) in &parts.query {
        match key.as_str() {
            "insecure" => tls.insecure = flag(value)?,
            "db" => target.database = database(value)?,
            "user" | "username" => target.user = Some(value.clone()),
            "password" | "pass" => target.password = Some(Secret::new(value)),
            "sentinel_user" => target.sentinel_user = Some(value.clone()),
            "sentinel_password" => target.sentinel_password = Some(Secret::new(value)),
            // Options of client libraries that change nothing for us.
            "protocol" | "timeout" | "client_name" | "socket_timeout" | "max_connections" | "pool_size" => {}
            key if tls_option(tls, key, value) => {}
            _ => return Err("has an unknown option behind `?`; known: db, insecure, ca, cert, key, server_name, sentinel_user, sentinel_password".into()),
        }
    }
    Ok(())
}

fn database(text: &str) -> Result<u32, String> {
    text.parse().map_err(|_| "has a database that is not a number".into())
}
