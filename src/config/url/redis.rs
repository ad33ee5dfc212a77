//! `redis://`, `rediss://`, `valkey://`, `unix://`, `redis+sentinel://`.

use std::path::Path;

use crate::config::url::wish::{Level, Wish};
use crate::config::url::{Named, Parts, Passed, address, flag, is_url, split};
use crate::config::{Address, RedisTarget, Secret, Topology};

/// Port of a server.
pub(crate) const PORT: u16 = 6379;
/// Port of a Sentinel.
pub(crate) const SENTINEL_PORT: u16 = 26379;

/// What a scheme says.
struct Scheme {
    encrypted: bool,
    sentinel: bool,
    unix: bool,
}

impl Scheme {
    fn of(name: &str) -> Option<Self> {
        let (encrypted, sentinel, unix) = match name {
            "redis" | "valkey" | "redis+cluster" | "redis-cluster" | "tcp" => (false, false, false),
            "rediss" | "valkeys" | "redis+ssl" | "redis+tls" | "rediss+cluster" | "rediss-cluster"
            | "tls" => (true, false, false),
            "redis+sentinel" | "redis-sentinel" | "valkey+sentinel" => (false, true, false),
            "rediss+sentinel" | "rediss-sentinel" | "valkeys+sentinel" => (true, true, false),
            "unix" | "redis+unix" | "valkey+unix" | "redis+socket" | "redis-socket" => (false, false, true),
            _ => return None,
        };
        Some(Self { encrypted, sentinel, unix })
    }
}

/// A Redis that a URL names, and the lone word before its `@`, if there was one.
#[derive(Debug)]
pub(crate) struct Login {
    pub target: RedisTarget,
    /// It is the password, as redis-cli has it; the user, where a password stands elsewhere.
    pub lone_word: Option<String>,
}

impl Login {
    /// The target; where a password stands beside the URL, a lone word in it is the user.
    pub(crate) fn with_password_beside(self, beside: bool) -> RedisTarget {
        match self.lone_word {
            Some(user) if beside => RedisTarget { user: Some(user), password: None, ..self.target },
            _ => self.target,
        }
    }
}

/// Reads a Redis URL. The error continues "… has", "… is", and repeats nothing of the URL.
pub(crate) fn parse(text: &str) -> Result<Named<Login>, String> {
    let parts = split(text)?;
    let Some(scheme) = Scheme::of(&parts.scheme) else {
        return Err("has an unknown scheme; known: redis, rediss, valkey, valkeys, unix, redis+sentinel, rediss+sentinel".into());
    };
    let mut target = RedisTarget {
        user: parts.user.clone(),
        password: parts.password.as_deref().map(Secret::new),
        ..RedisTarget::default()
    };
    let mut wish = Wish::default();
    let mut passed = Passed::default();
    let mut service = options(&parts, &mut target, &mut wish, &mut passed)?;
    if let Some(named) = fragment(&parts, &scheme, &mut wish)? {
        service.get_or_insert(named);
    }
    let lone_word = match target.password {
        None => target.user.take(),
        Some(_) => None,
    };
    target.password = target.password.or_else(|| lone_word.as_ref().map(Secret::new));
    if scheme.unix {
        if !parts.hosts.is_empty() || parts.path.is_empty() {
            return Err("is a unix URL without a path: unix:///run/redis.sock".into());
        }
        target.addresses = vec![Address::Unix(Path::new("/").join(&parts.path))];
        return Ok(Named { target: Login { target, lone_word }, notes: passed.notes(wish.notes) });
    }
    let port = if scheme.sentinel { SENTINEL_PORT } else { PORT };
    let hosts = parts.hosts.iter().map(|(host, given)| Address::Tcp(host.clone(), given.unwrap_or(port)));
    target.addresses.splice(0..0, hosts);
    if target.addresses.is_empty() {
        return Err("has no host".into());
    }
    let mut path = parts.path.trim_end_matches('/').split('/');
    if scheme.sentinel {
        match service.or_else(|| path.next().filter(|service| !service.is_empty()).map(str::to_owned)) {
            Some(service) => target.topology = Topology::Sentinel(service),
            None => return Err("names no service: redis+sentinel://host:26379/SERVICE".into()),
        }
    }
    if let Some(number) = path.next().filter(|number| !number.is_empty()) {
        target.database = database(number)?;
    }
    if path.next().is_some() {
        return Err("has a path with too many parts".into());
    }
    if scheme.encrypted {
        wish.ask(Level::Verified);
    } else if wish.has_only_details() {
        return Err("has TLS options without TLS: use rediss://".into());
    }
    target.tls = wish.outcome();
    Ok(Named { target: Login { target, lone_word }, notes: passed.notes(wish.notes) })
}

/// What stands behind `#`: `insecure`, or the service, as one client has it. Errors: anything else.
fn fragment(parts: &Parts, scheme: &Scheme, wish: &mut Wish) -> Result<Option<String>, String> {
    match parts.fragment.as_str() {
        "" => Ok(None),
        "insecure" => {
            wish.accept_any();
            Ok(None)
        }
        service if scheme.sentinel => Ok(Some(service.into())),
        _ => Err("has a fragment (`#…`) other than #insecure; write a `#` of a password as %23".into()),
    }
}

/// The options of redis-py, ioredis, go-redis, Lettuce and others that mean something here. Returns the service, where one is named.
fn options(
    parts: &Parts,
    target: &mut RedisTarget,
    wish: &mut Wish,
    passed: &mut Passed,
) -> Result<Option<String>, String> {
    let mut service = None;
    for (key, value) in &parts.query {
        match key.as_str() {
            "insecure" | "skip_verify" | "insecure_skip_verify" => {
                if flag(value)? {
                    wish.accept_any();
                }
            }
            "db" | "database" | "dbindex" => target.database = database(value)?,
            "user" | "username" => target.user = Some(value.clone()),
            "password" | "pass" | "auth" => target.password = Some(Secret::new(value)),
            "sentinel_user" | "sentinel_username" => target.sentinel_user = Some(value.clone()),
            "sentinel_password" => target.sentinel_password = Some(Secret::new(value)),
            "sentinelmasterid" | "master_name" | "service_name" | "redis_sentinel" => {
                service = Some(value.clone());
            }
            // Another node of the cluster.
            "addr" => target.addresses.push(address(value, PORT)?),
            "ssl" | "tls" => wish.flag_or_mode(key, value),
            "ssl_cert_reqs" | "verifypeer" => certificates(wish, value)?,
            // The host is verified wherever the certificate is: less cannot be asked for.
            "ssl_check_hostname" => {}
            key if wish.file(key, value) || wish.unknown(key, value) => {}
            key => passed.option(key),
        }
    }
    Ok(service)
}

/// Which certificates are accepted, in the words of redis-py (and Python's `ssl`) and of Lettuce.
fn certificates(wish: &mut Wish, value: &str) -> Result<(), String> {
    match value.to_ascii_lowercase().trim_start_matches("ssl.").trim_start_matches("cert_") {
        "none" | "0" | "false" => wish.accept_any(),
        // Optional is for servers: a client verifies all the same.
        "required" | "optional" | "2" | "1" | "true" | "full" | "ca" => wish.insist(),
        _ => return Err("has an ssl_cert_reqs that is none of none, optional, required".into()),
    }
    Ok(())
}

/// A URL, or the bare `host:port` that some platforms set.
pub(crate) fn parse_or_hosts(text: &str) -> Result<Named<Login>, String> {
    if is_url(text) {
        return parse(text);
    }
    let addresses = text.split(',').map(|one| address(one, PORT)).collect::<Result<_, _>>()?;
    let target = RedisTarget { addresses, ..RedisTarget::default() };
    Ok(Named { target: Login { target, lone_word: None }, notes: Vec::new() })
}

fn database(text: &str) -> Result<u32, String> {
    text.parse().map_err(|_| "has a database that is not a number".into())
}
