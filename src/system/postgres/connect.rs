//! Getting in, also when every slot is taken: the reserved slots come with the role; then a walsender's connection, which is
//! outside the limit; then fast tries for a slot that somebody frees (docs/systems.md).

use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_postgres::config::SslMode;
use tokio_postgres::{Client, Config, NoTls};

use crate::clock;
use crate::config::{Address, PostgresTarget};
use crate::error::{TargetError, TargetErrorKind};
use crate::system::net::{self, BoxedStream};
use crate::system::postgres::bypass::AsWalsender;
use crate::system::postgres::error::{Limit, foreign, limit, options_refused, translate};
use crate::system::seat::{self, Refusal, contend};
use crate::system::tls;

/// Longest wait for a login to be answered.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// Pause between tries for a freed slot.
const RETRY: Duration = Duration::from_millis(20);
/// Bounds our own statements; each waits for nothing. What is set for everybody, or for our role, must not make our numbers
/// round, our questions refused (a standby knows no serializable transaction) or compiled at length.
const OPTIONS: &str = "-c statement_timeout=5000 -c lock_timeout=1000 -c extra_float_digits=1 -c jit=off \
    -c default_transaction_isolation=read\\ committed -c DateStyle=ISO";
/// The packet that asks for TLS: its length, and a code that stands for no protocol version.
const SSL_REQUEST: [u8; 8] = [0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f];

/// A connection, how it was won, and what the server said of itself.
pub(in crate::system) struct Connection {
    pub(in crate::system) client: Client,
    /// Drives the connection; ends when the client is dropped.
    pub(super) driver: tokio::task::JoinHandle<()>,
    pub(in crate::system) version: String,
    pub(super) notes: Vec<String>,
    /// A question was sent and its answer has not come.
    pub(in crate::system) asking: bool,
}

impl Drop for Connection {
    fn drop(&mut self) {
        // Without a question under way the driver says goodbye by itself; with one it would wait for the answer, and
        // hold a connection to a server that hangs.
        if self.asking {
            self.driver.abort();
        }
    }
}

/// Which way to connect.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Door {
    Ordinary,
    Walsender,
}

/// How to get to a PostgreSQL, or what speaks as it does.
pub(in crate::system) type Caller<'a> = seat::Caller<'a, PostgresTarget>;

/// Opens one connection. Errors: `Full` after all ways in were tried, and what else a login can say.
pub(super) async fn connect(caller: &Caller<'_>) -> Result<Connection, TargetError> {
    let say = |words: &str| (caller.dialling.say)(words);
    let first = match attempt(caller, Door::Ordinary).await {
        Ok(connection) => return Ok(connection),
        Err(refusal) => refusal,
    };
    if !first.server {
        return Err(first.error);
    }
    let at = &caller.target.address;
    say(&format!("{at} is full (53300); trying a walsender's seat, outside max_connections"));
    match attempt(caller, Door::Walsender).await {
        Ok(mut connection) => {
            connection.notes.push(
                "full: got in beside max_connections, through a walsender's seat (replication=database)"
                    .into(),
            );
            return Ok(connection);
        }
        Err(refusal) => say(&format!("no way in there: {}", refusal.error)),
    }
    say("trying for a seat that somebody leaves");
    let again = || attempt(caller, Door::Ordinary);
    let (mut connection, tries) = contend(caller.dialling, RETRY, (first, 2), again).await?;
    connection.notes.push(format!("full: got in at try {tries}"));
    Ok(connection)
}

/// Opens one more connection by the ordinary way only: a walsender's connection takes no statement that is prepared. Errors: all that
/// a login can say.
pub(super) async fn beside(caller: &Caller<'_>) -> Result<Connection, TargetError> {
    attempt(caller, Door::Ordinary).await.map_err(Refusal::of_select)
}

/// Opens one connection to a PgBouncer's admin console, which takes no session options and always has a slot for those
/// it knows. Errors: the console's own words, for the caller to put in terms of a pooler; else all that a login can say.
pub(in crate::system) async fn console(
    caller: &Caller<'_>,
    said: fn(tokio_postgres::Error, &str) -> TargetError,
) -> Result<Connection, TargetError> {
    let at = caller.target.address.to_string();
    let began = clock::instant();
    let until = caller.dialling.connect_by.min(began + HANDSHAKE);
    match tokio::time::timeout_at(until.into(), login(caller, Door::Ordinary, None)).await {
        Ok(Ok(connection)) => Ok(connection),
        Ok(Err(Failure::Login(error))) => Err(said(error, &at)),
        Ok(Err(Failure::Other(error))) => Err(error),
        Err(_) => Err(silent(&at, began)),
    }
}

async fn attempt(caller: &Caller<'_>, door: Door) -> Result<Connection, Refusal> {
    let at = caller.target.address.to_string();
    let began = clock::instant();
    let until = caller.dialling.connect_by.min(began + HANDSHAKE);
    let login = async {
        match login(caller, door, Some(OPTIONS)).await {
            Err(Failure::Login(error)) if options_refused(&error) => {
                let again = login(caller, door, None).await;
                let mut connection = again.map_err(|failure| failure.refusal(&at))?;
                connection.notes.push("pgbouncer stands in between: it refused session options".into());
                Ok(connection)
            }
            result => result.map_err(|failure| failure.refusal(&at)),
        }
    };
    tokio::time::timeout_at(until.into(), login).await.unwrap_or_else(|_| Err(silent(&at, began).into()))
}

fn silent(at: &str, began: Instant) -> TargetError {
    let waited = began.elapsed().as_secs_f64();
    TargetError::new(TargetErrorKind::Timeout, format!("{at} did not answer a login within {waited:.1} s"))
        .hint("a hung or overloaded server, a login storm, or the port of another service")
}

enum Failure {
    Login(tokio_postgres::Error),
    Other(TargetError),
}

impl Failure {
    fn refusal(self, at: &str) -> Refusal {
        match self {
            Self::Login(error) => {
                let limit = limit(&error);
                let server = limit == Some(Limit::Server);
                Refusal { full: limit.is_some(), server, error: translate(error, at) }
            }
            Self::Other(error) => error.into(),
        }
    }
}

async fn login(caller: &Caller<'_>, door: Door, options: Option<&str>) -> Result<Connection, Failure> {
    let Caller { target, name, .. } = *caller;
    let stream = net::connect(&target.address).await.map_err(Failure::Other)?;
    let (stream, note) = encrypt(stream, target).await.map_err(Failure::Other)?;
    let mut config = Config::new();
    // TLS is ours: by now the stream is encrypted, or need not be.
    config.ssl_mode(SslMode::Disable).user(&target.user).dbname(&target.database).application_name(name);
    if let Some(password) = &target.password {
        config.password(password.expose());
    }
    if let Some(options) = options {
        config.options(options);
    }
    let stream: BoxedStream = match door {
        Door::Ordinary => stream,
        Door::Walsender => Box::new(AsWalsender::new(stream)),
    };
    let (client, connection) = config.connect_raw(stream, NoTls).await.map_err(Failure::Login)?;
    let version = connection.parameter("server_version").unwrap_or_default().to_owned();
    let driver = tokio::spawn(async move {
        // What ends it is told to whoever waits for an answer.
        drop(connection.await);
    });
    Ok(Connection { client, driver, version, notes: note.into_iter().collect(), asking: false })
}

/// Negotiates TLS where the target wants it (never on a unix socket). The words are what the operator must see.
async fn encrypt(
    mut stream: BoxedStream,
    target: &PostgresTarget,
) -> Result<(BoxedStream, Option<String>), TargetError> {
    let (Some(tls), Address::Tcp(..)) = (&target.tls, &target.address) else {
        return Ok((stream, None));
    };
    let at = &target.address;
    let lost = |error: std::io::Error| {
        TargetError::new(
            TargetErrorKind::Unreachable,
            format!("{at} closed the connection before TLS: {error}"),
        )
        .caused_by(error)
    };
    stream.write_all(&SSL_REQUEST).await.map_err(lost)?;
    // One byte and no more: what follows it unencrypted would be somebody else's words.
    match stream.read_u8().await.map_err(lost)? {
        b'S' => {
            let note = tls.insecure.then(|| "TLS without verification (tls.insecure)".to_owned());
            Ok((tls::wrap(stream, &target.address, tls).await?, note))
        }
        b'N' if target.tls_optional => Ok((stream, None)),
        b'N' => Err(TargetError::new(TargetErrorKind::Tls, format!("{at} offers no TLS"))
            .hint("sslmode=disable (or prefer), or turn TLS on there")),
        _ => Err(foreign(&at.to_string())),
    }
}
