//! Getting in, also when every slot is taken (docs/systems.md: normal port, admin port, the contended reserved slot).

use std::path::PathBuf;
use std::time::Duration;

use mysql_async::{ClientIdentity, Conn, Opts, OptsBuilder, PoolOpts, SslOpts};

use crate::clock;
use crate::config::{Address, MysqlTarget, Tls};
use crate::error::{TargetError, TargetErrorKind};
use crate::system::mysql::error::{FULL, code, translate};
use crate::system::mysql::query;
use crate::system::seat::{self, Refusal, contend};
use crate::system::{net, tls};

/// Longest wait for a connection to be accepted and the login to be answered.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// Pause between tries for the reserved slot: refused logins of others hold it for less than this.
const RETRY: Duration = Duration::from_millis(5);
/// The admin port MySQL has unless told otherwise. MariaDB's `extra_port` has no default.
const ADMIN_PORT: u16 = 33_062;
/// What is said first on the connection that is kept.
const OURS: &[&str] = &[query::LIMIT_OURSELVES, query::OUR_DIALECT];

/// A connection, and how it was won when that was not the ordinary way.
pub(super) struct Connection {
    pub(super) conn: Conn,
    pub(super) note: Option<String>,
}

/// How to get to a MySQL or MariaDB.
pub(super) type Caller<'a> = seat::Caller<'a, MysqlTarget>;

/// Opens one connection. Errors: `Full` after all ways in were tried, and what else a login can say.
pub(super) async fn connect(caller: &Caller<'_>) -> Result<Connection, TargetError> {
    let Caller { target, dialling, .. } = *caller;
    let first = match attempt(caller, &target.address, OURS).await {
        Ok(conn) => return Ok(Connection { conn, note: None }),
        Err(refusal) => refusal,
    };
    if !first.full {
        return Err(first.error);
    }
    (dialling.say)(&format!("{} is full (1040); trying other ways in", target.address));
    if let Some(address) = admin_address(target) {
        (dialling.say)(&format!("trying the admin port {address}"));
        match attempt(caller, &address, OURS).await {
            Ok(conn) => {
                let note = format!(
                    "full: got in through the admin port {address}; this seat counts as a connection"
                );
                return Ok(Connection { conn, note: Some(note) });
            }
            Err(refusal) if target.admin_port.is_some() => {
                (dialling.say)(&format!("no way in there: {}", refusal.error));
            }
            Err(_) => {}
        }
    }
    (dialling.say)("trying for the reserved seat, or one that somebody leaves");
    let again = || attempt(caller, &target.address, OURS);
    let (conn, tries) = contend(dialling, RETRY, (first, 1), again).await?;
    let note = format!("full: got in at try {tries}; this seat counts as a connection");
    Ok(Connection { conn, note: Some(note) })
}

/// Opens one more connection by the ordinary way only: a statement that takes long must not hold the slot that is reserved for
/// emergencies. Errors: all that a login can say.
pub(super) async fn beside(caller: &Caller<'_>) -> Result<Conn, TargetError> {
    attempt(caller, &caller.target.address, &[query::LIMIT_OURSELVES]).await.map_err(Refusal::of_select)
}

/// Where the admin port is. The default is guessed for a TCP target only: it costs one refused connection.
fn admin_address(target: &MysqlTarget) -> Option<Address> {
    match (&target.address, target.admin_port) {
        (Address::Tcp(host, _), port) => Some(Address::Tcp(host.clone(), port.unwrap_or(ADMIN_PORT))),
        (Address::Unix(_), Some(port)) => Some(Address::Tcp("127.0.0.1".into(), port)),
        (Address::Unix(_), None) => None,
    }
}

async fn attempt(caller: &Caller<'_>, address: &Address, setup: &[&str]) -> Result<Conn, Refusal> {
    let Caller { target, name, dialling } = *caller;
    let at = address.to_string();
    let opts = options(target, name, address, setup)?;
    let began = clock::instant();
    let until = dialling.connect_by.min(began + HANDSHAKE);
    let login = async {
        Conn::new(opts).await.map_err(|error| {
            let full = code(&error) == Some(FULL);
            Refusal { full, server: full, error: translate(error, &at) }
        })
    };
    tokio::pin!(login);
    let accepted_by = until.min(began + net::CONNECT_TIMEOUT);
    if let Ok(result) = tokio::time::timeout_at(accepted_by.into(), &mut login).await {
        return result;
    }
    if accepted_by < until {
        // Slow to accept or slow to answer? The library does not tell, a second connection does.
        tokio::select! {
            result = &mut login => return result,
            reached = net::connect(address) => drop(reached?),
        }
    }
    tokio::time::timeout_at(until.into(), &mut login)
        .await
        .unwrap_or_else(|_| Err(silent(&at, until.saturating_duration_since(began)).into()))
}

fn silent(at: &str, waited: Duration) -> TargetError {
    TargetError::new(
        TargetErrorKind::Timeout,
        format!("{at} did not answer a login within {:.1} s", waited.as_secs_f64()),
    )
    .hint("a hung or overloaded server, a firewall, or the port of another service")
}

fn options(target: &MysqlTarget, name: &str, address: &Address, setup: &[&str]) -> Result<Opts, TargetError> {
    let builder = OptsBuilder::default()
        .user(Some(target.user.clone()))
        .pass(target.password.as_ref().map(|password| password.expose().to_owned()))
        .db_name(target.database.clone())
        .prefer_socket(false)
        // With these given the library asks the server nothing on its own account.
        .max_allowed_packet(Some(64 * 1024 * 1024))
        .wait_timeout(Some(28_800))
        .stmt_cache_size(0)
        .pool_opts(PoolOpts::default().with_reset_connection(false))
        .connect_attribute("program_name", name)
        .setup(setup.iter().map(|statement| (*statement).to_owned()).collect::<Vec<_>>());
    Ok(match address {
        Address::Tcp(host, port) => builder
            .ip_or_hostname(host.clone())
            .tcp_port(*port)
            .ssl_opts(target.tls.as_ref().map(ssl).transpose()?)
            .into(),
        Address::Unix(path) => builder.socket(Some(path.to_string_lossy().into_owned())).into(),
    })
}

/// Our TLS options in the library's words. The system's authorities are handed over one by one: the library would
/// trust a built-in list instead.
fn ssl(tls: &Tls) -> Result<SslOpts, TargetError> {
    // Reads each file once, so that a bad one is named as for every other kind of target.
    tls::client_config(tls)?;
    let mut ssl = SslOpts::default();
    if tls.insecure {
        ssl = ssl.with_danger_accept_invalid_certs(true).with_danger_skip_domain_validation(true);
    } else {
        let roots = match &tls.ca {
            Some(path) => vec![path.clone().into()],
            None => rustls_native_certs::load_native_certs()
                .certs
                .into_iter()
                .map(|cert| cert.as_ref().to_vec().into())
                .collect(),
        };
        ssl = ssl.with_disable_built_in_roots(true).with_root_certs(roots);
    }
    if let Some(name) = &tls.server_name {
        ssl = ssl.with_danger_tls_hostname_override(Some(name.clone()));
    }
    if let (Some(cert), Some(key)) = (&tls.cert, &tls.key) {
        let (cert, key): (PathBuf, PathBuf) = (cert.clone(), key.clone());
        ssl = ssl.with_client_identity(Some(ClientIdentity::new(cert.into(), key.into())));
    }
    Ok(ssl)
}
