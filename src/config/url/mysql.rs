//! `mysql://` and `mariadb://`.

use crate::config::url::{flag, split, tls_option};
use crate::config::{Address, MysqlTarget, Secret, Tls};

/// Port of a server.
pub(crate) const PORT: u16 = 3306;

/// Reads a MySQL URL; `user` is the account when the URL names none. The error repeats nothing of the URL.
pub(crate) fn parse(text: &str, user: &str) -> Result<MysqlTarget, String> {
    let parts = split(text)?;
    // `mysql+pymysql://` and the like are how some frameworks write it.
    if !matches!(parts.scheme.split('+').next(), Some("mysql" | "mariadb" | "mysql2")) {
        return Err("has an unknown scheme; known: mysql, mariadb".into());
    }
    if parts.hosts.len() > 1 {
        return Err("has several hosts; make each a target of its own in stampede.yaml".into());
    }
    let mut socket = None;
    let mut admin_port = None;
    let mut files = Tls::default();
    let mut mode = None;
    let mut insecure = false;
    for (key, value) in &parts.query {
        match key.as_str() {
            "socket" | "unix_socket" => socket = Some(value.clone()),
            "admin_port" => {
                admin_port = Some(value.parse().map_err(|_| "has an admin_port that is not a port")?);
            }
            "ssl-mode" | "ssl_mode" | "sslmode" => mode = Some(value.clone()),
            "ssl" | "tls" => mode = Some(if flag(value)? { "VERIFY_IDENTITY" } else { "DISABLED" }.into()),
            "insecure" => insecure = flag(value)?,
            key if tls_option(&mut files, key, value) => {}
            // Options of client libraries (charset, pool, encoding) change nothing for us.
            _ => {}
        }
    }
    let address = match (socket, parts.hosts.into_iter().next()) {
        (Some(path), _) => Address::Unix(path.into()),
        (None, Some((host, _))) if host.starts_with('/') => Address::Unix(host.into()),
        (None, Some((host, port))) => Address::Tcp(host, port.unwrap_or(PORT)),
        (None, None) => return Err("has no host".into()),
    };
    let mut tls = tls(mode.as_deref(), files)?;
    if insecure {
        tls.get_or_insert_default().insecure = true;
    }
    Ok(MysqlTarget {
        address,
        admin_port,
        user: parts.user.unwrap_or_else(|| user.into()),
        password: parts.password.map(Secret::new),
        database: Some(parts.path).filter(|name| !name.is_empty()),
        tls,
    })
}

/// TLS from an ssl-mode and files. Without a mode, a CA file asks for verified TLS and nothing asks for none.
pub(crate) fn tls(mode: Option<&str>, files: Tls) -> Result<Option<Tls>, String> {
    let mode = mode.map(|mode| mode.to_ascii_uppercase().replace('-', "_"));
    Ok(match mode.as_deref() {
        None | Some("PREFERRED") if files == Tls::default() => None,
        Some("DISABLED") => None,
        // As in the mysql client: encrypted, and verified only when there is a CA to verify with.
        Some("REQUIRED") => Some(Tls { insecure: files.ca.is_none(), ..files }),
        None | Some("PREFERRED" | "VERIFY_CA" | "VERIFY_IDENTITY") => Some(files),
        Some(_) => {
            return Err(
                "has an unknown ssl-mode; known: DISABLED, PREFERRED, REQUIRED, VERIFY_CA, VERIFY_IDENTITY"
                    .into(),
            );
        }
    })
}
