//! `mysql://` and `mariadb://`.

use crate::config::url::wish::{Level, Wish};
use crate::config::url::{Named, Passed, flag, split};
use crate::config::{Address, MysqlTarget, Secret};

/// Port of a server.
pub(crate) const PORT: u16 = 3306;
/// What the schemes begin with; `mysql+pymysql://` and the like are how some frameworks write it.
pub(crate) const SCHEMES: [&str; 5] = ["mysql", "mariadb", "mysql2", "mysqlgis", "trilogy"];

/// Reads a MySQL URL; `user` is the account when the URL names none. The error repeats nothing of the URL.
pub(crate) fn parse(text: &str, user: &str) -> Result<Named<MysqlTarget>, String> {
    let parts = split(text)?;
    if !parts.scheme.split('+').next().is_some_and(|scheme| SCHEMES.contains(&scheme)) {
        return Err("has an unknown scheme; known: mysql, mariadb".into());
    }
    if parts.hosts.len() > 1 {
        return Err("has several hosts; make each a target of its own in stampede.yaml".into());
    }
    let mut socket = None;
    let mut admin_port = None;
    let mut account = (parts.user, parts.password.map(Secret::new));
    let mut wish = Wish::default();
    let mut passed = Passed::default();
    // Prisma calls the CA so, and its own client certificate something else.
    let prisma = parts.query.iter().any(|(key, _)| matches!(key.as_str(), "sslaccept" | "sslidentity"));
    for (key, value) in &parts.query {
        match key.as_str() {
            "socket" | "unix_socket" | "unixsocket" | "socketpath" => socket = Some(value.clone()),
            "admin_port" => {
                admin_port = Some(value.parse().map_err(|_| "has an admin_port that is not a port")?);
            }
            "user" | "username" => account.0 = Some(value.clone()),
            "password" => account.1 = Some(Secret::new(value)),
            "sslcert" if prisma => wish.files.ca = Some(value.into()),
            key if tls_option(&mut wish, key, value)? => {}
            key => passed.option(key),
        }
    }
    let address = match (socket, parts.hosts.into_iter().next()) {
        (Some(path), _) => Address::Unix(path.into()),
        (None, Some((host, _))) if host.starts_with('/') => Address::Unix(host.into()),
        (None, Some((host, port))) => Address::Tcp(host, port.unwrap_or(PORT)),
        (None, None) => return Err("has no host".into()),
    };
    let tls = wish.outcome();
    let target = MysqlTarget {
        address,
        admin_port,
        user: account.0.filter(|user| !user.is_empty()).unwrap_or_else(|| user.into()),
        password: account.1.filter(|password| !password.expose().is_empty()),
        database: Some(parts.path).filter(|name| !name.is_empty()),
        tls,
    };
    Ok(Named { target, notes: passed.notes(wish.notes) })
}

/// Options about TLS of the clients: the mysql client, Connector/J and /NET, mysql2, PyMySQL, Prisma, mysql_async, Go's driver.
/// Says whether the key was one of those. The error repeats nothing of the value.
pub(crate) fn tls_option(wish: &mut Wish, key: &str, value: &str) -> Result<bool, String> {
    match key {
        "ssl-mode" | "ssl_mode" | "sslmode" => wish.mode(value)?,
        "ssl" | "tls" => wish.flag_or_mode(key, value),
        // As `ssl-mode=REQUIRED`: encrypted, and verified only where it is asked for.
        "usessl" | "requiressl" => wish.ask(if flag(value)? { Level::Encrypted } else { Level::Off }),
        "require_ssl" | "require-ssl" => wish.ask(if flag(value)? { Level::Verified } else { Level::Off }),
        "ssl_disabled" | "ssl-disabled" | "skip-ssl" => {
            if flag(value)? {
                wish.ask(Level::Off);
            }
        }
        "sslaccept" if value.eq_ignore_ascii_case("accept_invalid_certs") => {
            wish.ask(Level::Encrypted);
            wish.accept_any();
        }
        "sslaccept" => wish.ask(Level::Verified),
        "verifyservercertificate"
        | "verify_ca"
        | "verify_cert"
        | "ssl_verify_cert"
        | "sslverify"
        | "ssl_verify_server_cert"
        | "ssl-verify-server-cert"
        | "sslverifyservercert" => wish.verify(value)?,
        // The host is verified wherever the certificate is: less cannot be asked for.
        "verify_identity" | "ssl_verify_identity" | "ssl_check_hostname" => {
            if flag(value)? {
                wish.ask(Level::Verified);
            }
        }
        "trustservercertificate" | "insecure" => {
            if flag(value)? {
                // As it always was: `?insecure` alone is TLS without verification.
                if key == "insecure" {
                    wish.ask(Level::Encrypted);
                }
                wish.accept_any();
            }
        }
        "disablesslhostnameverification" | "allowpublickeyretrieval" => {}
        key => return Ok(wish.file(key, value) || wish.unknown(key, value)),
    }
    Ok(true)
}
