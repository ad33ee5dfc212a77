//! `postgres://` and libpq's parameters, wherever they come from.

use std::path::{Path, PathBuf};

use crate::config::url::{is_loopback, split};
use crate::config::{Address, Env, PostgresTarget, Secret, Tls};

/// Port of a server.
pub(crate) const PORT: u16 = 5432;
/// Port of a PgBouncer.
const CONSOLE_PORT: u16 = 6432;
/// The database that is its admin console.
const CONSOLE: &str = "pgbouncer";
/// Where distributions put the socket.
const SOCKET_DIRS: [&str; 2] = ["/var/run/postgresql", "/tmp"];

/// What is known of a connection; `None` is not said.
#[derive(Default)]
pub(crate) struct Params {
    pub host: Option<String>,
    pub port: Option<u16>,
    pub user: Option<String>,
    pub password: Option<Secret>,
    pub database: Option<String>,
    pub sslmode: Option<String>,
    pub files: Tls,
    pub passfile: Option<PathBuf>,
}

impl Params {
    /// Reads a URL. The error repeats nothing of it.
    pub(crate) fn from_url(text: &str) -> Result<Self, String> {
        Self::from_url_of(&["postgres", "postgresql"], text)
    }

    /// The same of a PgBouncer's admin console.
    pub(crate) fn from_console_url(text: &str) -> Result<Self, String> {
        Self::from_url_of(&[CONSOLE, "postgres", "postgresql"], text)
    }

    fn from_url_of(schemes: &[&str], text: &str) -> Result<Self, String> {
        let parts = split(text)?;
        if !parts.scheme.split('+').next().is_some_and(|scheme| schemes.contains(&scheme)) {
            return Err(format!("has an unknown scheme; known: {}", schemes.join(", ")));
        }
        if parts.hosts.len() > 1 {
            return Err("has several hosts; make each a target of its own in stampede.yaml".into());
        }
        let (host, port) =
            parts.hosts.into_iter().next().map_or((None, None), |(host, port)| (Some(host), port));
        let mut params = Self {
            host,
            port,
            user: parts.user,
            password: parts.password.map(Secret::new),
            database: Some(parts.path).filter(|name| !name.is_empty()),
            ..Self::default()
        };
        for (key, value) in parts.query {
            params.set(&key, value)?;
        }
        Ok(params)
    }

    /// Sets one of libpq's parameters; those that change nothing for us are passed over.
    fn set(&mut self, key: &str, value: String) -> Result<(), String> {
        match key {
            "host" | "hostaddr" => self.host = Some(value),
            "port" => {
                self.port =
                    Some(value.parse().map_err(|_| "has a port that is not a number from 1 to 65535")?);
            }
            "user" => self.user = Some(value),
            "password" => self.password = Some(Secret::new(value)),
            "dbname" => self.database = Some(value),
            "sslmode" => self.sslmode = Some(value),
            "sslrootcert" if value == "system" => self.files.ca = None,
            "sslrootcert" => self.files.ca = Some(value.into()),
            "sslcert" => self.files.cert = Some(value.into()),
            "sslkey" => self.files.key = Some(value.into()),
            "passfile" => self.passfile = Some(value.into()),
            "service" => {
                return Err("names a service, which is not supported: write its parameters out".into());
            }
            _ => {}
        }
        Ok(())
    }

    /// Fills what is not said from the `PG*` variables. The error names the variable, never its value.
    pub(crate) fn fill(&mut self, env: Env<'_>) -> Result<(), String> {
        let get = |name: &str| env(name).filter(|value| !value.is_empty());
        if self.host.is_none() {
            self.host = get("PGHOST").or_else(|| get("PGHOSTADDR"));
        }
        if self.port.is_none()
            && let Some(text) = get("PGPORT")
        {
            let port = text.parse().ok().filter(|port| *port > 0);
            self.port = Some(port.ok_or("PGPORT is not a number from 1 to 65535")?);
        }
        self.user = self.user.take().or_else(|| get("PGUSER"));
        self.password = self.password.take().or_else(|| get("PGPASSWORD").map(Secret::new));
        self.database = self.database.take().or_else(|| get("PGDATABASE"));
        self.sslmode = self.sslmode.take().or_else(|| get("PGSSLMODE"));
        let file = |name| get(name).filter(|value| value != "system").map(PathBuf::from);
        self.files.ca = self.files.ca.take().or_else(|| file("PGSSLROOTCERT"));
        self.files.cert = self.files.cert.take().or_else(|| file("PGSSLCERT"));
        self.files.key = self.files.key.take().or_else(|| file("PGSSLKEY"));
        self.passfile = self.passfile.take().or_else(|| file("PGPASSFILE"));
        Ok(())
    }

    /// The admin console of a PgBouncer, on its usual port when none is named. `user` as for [`Params::build`].
    pub(crate) fn build_console(mut self, user: Option<String>) -> Result<PostgresTarget, String> {
        if self.database.get_or_insert_with(|| CONSOLE.into()) != CONSOLE {
            return Err(format!("leads to a database; the admin console is the one called {CONSOLE}"));
        }
        self.port.get_or_insert(CONSOLE_PORT);
        self.build(user)
    }

    /// The target, with libpq's defaults. `user` is who we are when nobody is named.
    pub(crate) fn build(self, user: Option<String>) -> Result<PostgresTarget, String> {
        let port = self.port.unwrap_or(PORT);
        let socket = |dir: &str| Path::new(dir).join(format!(".s.PGSQL.{port}"));
        let address = match self.host {
            Some(dir) if dir.starts_with('/') => Address::Unix(socket(&dir)),
            Some(host) if host.contains(',') => {
                return Err("has several hosts; make each a target of its own in stampede.yaml".into());
            }
            Some(host) => Address::Tcp(host, port),
            None => SOCKET_DIRS
                .iter()
                .map(|dir| socket(dir))
                .find(|path| path.exists())
                .map_or(Address::Tcp("localhost".into(), port), Address::Unix),
        };
        let user = self.user.or(user).ok_or("names no user")?;
        let (tls, tls_optional) = tls(self.sslmode.as_deref(), self.files, &address)?;
        Ok(PostgresTarget {
            database: self.database.unwrap_or_else(|| user.clone()),
            address,
            user,
            password: self.password,
            tls,
            tls_optional,
        })
    }
}

/// libpq's sslmode, with one difference: where TLS is used under `prefer`, it is verified (S31).
fn tls(mode: Option<&str>, files: Tls, address: &Address) -> Result<(Option<Tls>, bool), String> {
    let local = match address {
        Address::Unix(_) => return Ok((None, false)),
        Address::Tcp(host, _) => is_loopback(host),
    };
    Ok(match mode {
        Some("disable") => (None, false),
        None if local && files == Tls::default() => (None, false),
        None | Some("allow" | "prefer") => (Some(files), true),
        // As in libpq: encrypted, and verified only when there is a CA to verify with.
        Some("require") => (Some(Tls { insecure: files.ca.is_none(), ..files }), false),
        Some("verify-ca" | "verify-full") => (Some(files), false),
        Some(_) => {
            return Err(
                "has an unknown sslmode; known: disable, allow, prefer, require, verify-ca, verify-full"
                    .into(),
            );
        }
    })
}
