//! `postgres://` and libpq's parameters, wherever they come from.

use std::path::{Path, PathBuf};

use crate::config::pgpass::Question;
use crate::config::url::wish::{Level, Wish};
use crate::config::url::{Passed, flag, is_loopback, split};
use crate::config::{Address, Env, PostgresTarget, Secret, Tls};

/// Port of a server.
pub(crate) const PORT: u16 = 5432;
/// Port of a PgBouncer.
const CONSOLE_PORT: u16 = 6432;
/// The database that is its admin console.
const CONSOLE: &str = "pgbouncer";
/// Where distributions put the socket.
pub(crate) const SOCKET_DIRS: [&str; 2] = ["/var/run/postgresql", "/tmp"];
/// What the schemes begin with: libpq's, and those of frameworks for the same server.
pub(crate) const SCHEMES: [&str; 8] =
    ["postgres", "postgresql", "pgsql", "psql", "postgis", "timescale", "timescaledb", "postgresql_psycopg2"];

/// What is known of a connection; `None` is not said.
#[derive(Default)]
pub(crate) struct Params {
    pub host: Option<String>,
    /// Where it is, when `host` says only what it is called (certificates, the password file).
    pub hostaddr: Option<String>,
    pub port: Option<u16>,
    pub user: Option<String>,
    pub password: Option<Secret>,
    pub database: Option<String>,
    pub sslmode: Option<String>,
    pub files: Tls,
    /// `sslrootcert=system`: verified, with the system's authorities.
    pub system_roots: bool,
    pub passfile: Option<PathBuf>,
    /// What was passed over, or understood otherwise than its author may think.
    pub notes: Vec<String>,
}

impl Params {
    /// Reads a URL. The error repeats nothing of it.
    pub(crate) fn from_url(text: &str) -> Result<Self, String> {
        Self::from_url_of(&SCHEMES, text)
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
        let mut wish = Wish::default();
        let mut passed = Passed::default();
        // Prisma calls the CA so, and its own client certificate something else.
        let prisma = parts.query.iter().any(|(key, _)| matches!(key.as_str(), "sslaccept" | "sslidentity"));
        for (key, value) in parts.query {
            let key = if prisma && key == "sslcert" { "sslrootcert" } else { &*key };
            params.set(key, value, &mut wish, &mut passed)?;
        }
        params.heed(&mut wish);
        params.notes = passed.notes(wish.notes);
        Ok(params)
    }

    /// Sets one of the parameters of libpq, JDBC, node-postgres, asyncpg or Prisma; those that change nothing for us are passed over.
    fn set(&mut self, key: &str, value: String, wish: &mut Wish, passed: &mut Passed) -> Result<(), String> {
        match key {
            "host" => self.host = Some(value),
            "hostaddr" => self.hostaddr = Some(value),
            "port" => {
                self.port =
                    Some(value.parse().map_err(|_| "has a port that is not a number from 1 to 65535")?);
            }
            "user" | "username" => self.user = Some(value),
            "password" => self.password = Some(Secret::new(value)),
            "dbname" | "database" => self.database = Some(value),
            "sslmode" => self.sslmode = Some(value).filter(|mode| !mode.is_empty()),
            "ssl" | "tls" => wish.flag_or_mode(key, &value),
            "requiressl" => wish.ask(if flag(&value)? { Level::Encrypted } else { Level::IfThere }),
            "sslaccept" if value.eq_ignore_ascii_case("accept_invalid_certs") => {
                wish.ask(Level::Encrypted);
                wish.accept_any();
            }
            "sslaccept" => wish.ask(Level::Verified),
            "sslfactory" if value.to_ascii_lowercase().contains("nonvalidating") => wish.accept_any(),
            // Would end with whoever sits in between and shows another certificate; verification does as well.
            "channel_binding" if value == "require" => {
                wish.insist();
                passed.because(key, "certificates are verified instead");
            }
            "channel_binding" => {}
            "gssencmode" if value == "require" => {
                return Err("asks for GSSAPI encryption, which is not supported: sslmode=verify-full".into());
            }
            // What a server is shown, and with which versions: nothing that asks for TLS.
            "sslsni" | "sslcompression" | "sslnegotiation" | "sslcertmode" => {}
            "ssl_min_protocol_version" | "ssl_max_protocol_version" => {}
            "sslcrl" | "sslcrldir" | "sslpassword" | "require_auth" => {
                passed.because(key, "it is not supported");
            }
            "sslrootcert" if value == "system" => (self.files.ca, self.system_roots) = (None, true),
            "sslrootcert" => self.files.ca = Some(value.into()),
            "sslcert" => self.files.cert = Some(value.into()),
            "sslkey" => self.files.key = Some(value.into()),
            "passfile" => self.passfile = Some(value.into()),
            "service" => {
                return Err("names a service, which is not supported: write its parameters out".into());
            }
            key if wish.unknown(key, &value) => {}
            key => passed.option(key),
        }
        Ok(())
    }

    /// Takes in what was said of TLS beside `sslmode`, which may have asked for more or for less.
    fn heed(&mut self, wish: &mut Wish) {
        if let Some(name) = wish.files.server_name.take() {
            self.files.server_name = Some(name);
        }
        let level = wish.level();
        // A file alone asks for nothing here: libpq has its own rules for what `sslmode` is then.
        if let Some(mode) = match level {
            None | Some(Level::IfThere) => None,
            Some(Level::Off) => Some("disable"),
            Some(Level::Encrypted) if wish.is_unverified() => Some("no-verify"),
            Some(Level::Encrypted) => Some("require"),
            Some(Level::Verified) if wish.is_unverified() => Some("no-verify"),
            Some(Level::Verified) => Some("verify-full"),
        } && self.sslmode.as_deref().is_none_or(|said| weaker(said, mode))
        {
            self.sslmode = Some(mode.into());
        }
        match self.sslmode.as_deref() {
            Some("require") if wish.is_unverified() => self.sslmode = Some("no-verify".into()),
            Some("require") if wish.is_verified() => self.sslmode = Some("verify-full".into()),
            _ => {}
        }
    }

    /// What the password file is asked about this server.
    pub(crate) fn question(&self) -> Question {
        let name = self.hostaddr.as_ref().and(self.host.clone()).filter(|name| !name.starts_with('/'));
        Question { passfile: self.passfile.clone(), name }
    }

    /// Fills what is not said from the `PG*` variables. The error names the variable, never its value.
    pub(crate) fn fill(&mut self, env: Env<'_>) -> Result<(), String> {
        let get = |name: &str| env(name).filter(|value| !value.is_empty());
        if self.host.is_none() && self.hostaddr.is_none() {
            (self.host, self.hostaddr) = (get("PGHOST"), get("PGHOSTADDR"));
        }
        if self.port.is_none()
            && let Some(text) = get("PGPORT")
        {
            let port = text.trim().parse().ok().filter(|port| *port > 0);
            self.port = Some(port.ok_or("PGPORT is not a number from 1 to 65535")?);
        }
        self.user = self.user.take().or_else(|| get("PGUSER"));
        self.password = self.password.take().or_else(|| get("PGPASSWORD").map(Secret::new));
        self.database = self.database.take().or_else(|| get("PGDATABASE"));
        self.sslmode = self.sslmode.take().or_else(|| get("PGSSLMODE"));
        let file = |name| get(name).map(PathBuf::from);
        if self.files.ca.is_none() && !self.system_roots {
            self.system_roots = get("PGSSLROOTCERT").is_some_and(|value| value == "system");
            self.files.ca = file("PGSSLROOTCERT").filter(|_| !self.system_roots);
        }
        self.files.cert = self.files.cert.take().or_else(|| file("PGSSLCERT"));
        self.files.key = self.files.key.take().or_else(|| file("PGSSLKEY"));
        self.passfile = self.passfile.take().or_else(|| file("PGPASSFILE"));
        Ok(())
    }

    /// Whether a mode says that there is to be TLS, so that libpq would look for a CA.
    pub(crate) fn wants_tls(&self) -> bool {
        !self.system_roots && self.sslmode.as_deref().is_some_and(|mode| mode != "disable")
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
    pub(crate) fn build(mut self, user: Option<String>) -> Result<PostgresTarget, String> {
        let port = self.port.unwrap_or(PORT);
        let socket = |dir: &str| Path::new(dir).join(format!(".s.PGSQL.{port}"));
        // As in libpq: the address is where, the host is what certificates and the password file call it.
        let host = match (self.hostaddr.take(), self.host.take()) {
            (Some(address), Some(name)) if !name.starts_with('/') => {
                self.files.server_name.get_or_insert(name);
                Some(address)
            }
            (address, name) => address.or(name),
        };
        let address = match host {
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
        let (tls, tls_optional) = tls(self.sslmode.as_deref(), self.files, self.system_roots, &address)?;
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

/// The modes, the one that asks for least first.
const MODES: [&str; 7] = ["disable", "allow", "prefer", "require", "no-verify", "verify-ca", "verify-full"];

/// Whether a mode asks for less than another.
fn weaker(mode: &str, than: &str) -> bool {
    let place = |mode: &str| MODES.iter().position(|known| *known == mode);
    place(mode).zip(place(than)).is_some_and(|(mode, than)| mode < than)
}

/// libpq's sslmode, with one difference: where TLS is used under `prefer`, it is verified (S31).
fn tls(
    mode: Option<&str>,
    files: Tls,
    system_roots: bool,
    address: &Address,
) -> Result<(Option<Tls>, bool), String> {
    let local = match address {
        Address::Unix(_) => return Ok((None, false)),
        Address::Tcp(host, _) => is_loopback(host),
    };
    Ok(match mode {
        // As in libpq: whoever names the system's authorities wants them asked.
        None if system_roots => (Some(files), false),
        Some("disable") => (None, false),
        None if local && no_file(&files) => (None, false),
        None | Some("allow" | "prefer") => (Some(files), true),
        // As in libpq: encrypted, and verified only when there is a CA to verify with.
        Some("require") => {
            let insecure = files.ca.is_none() && !system_roots;
            (Some(Tls { insecure, ..files }), false)
        }
        // As node-postgres writes it.
        Some("no-verify") => (Some(Tls { insecure: true, ..files }), false),
        Some("verify-ca" | "verify-full") => (Some(files), false),
        Some(_) => {
            return Err(
                "has an unknown sslmode; known: disable, allow, prefer, require, verify-ca, verify-full"
                    .into(),
            );
        }
    })
}

/// Whether nothing is said of how TLS is to be; the name of a host is no wish for it.
fn no_file(files: &Tls) -> bool {
    *files == Tls { server_name: files.server_name.clone(), ..Tls::default() }
}
