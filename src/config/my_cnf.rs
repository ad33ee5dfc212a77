//! `~/.my.cnf`: the `[client]` group that the mysql and mariadb clients read.

use std::path::Path;

use crate::config::url::mysql;
use crate::config::{Address, MysqlTarget, Secret, Tls};

/// What the file says, and what was passed over.
#[derive(Default)]
pub(super) struct ClientFile {
    host: Option<String>,
    port: Option<u16>,
    user: Option<String>,
    password: Option<String>,
    socket: Option<String>,
    database: Option<String>,
    mode: Option<String>,
    insecure: bool,
    files: Tls,
    /// Sentences about what was not followed.
    pub notes: Vec<String>,
}

/// Reads the text of the file. The error names the line and repeats nothing of it.
pub(super) fn parse(text: &str) -> Result<ClientFile, String> {
    let mut file = ClientFile::default();
    let mut here = false;
    for (number, line) in text.lines().enumerate() {
        let number = number + 1;
        let line = line.trim();
        if line.is_empty() || line.starts_with(['#', ';']) {
            continue;
        }
        if line.starts_with("!include") {
            file.notes.push(format!("line {number}: !include is not followed"));
        } else if let Some(group) = line.strip_prefix('[') {
            let group = group.split(']').next().unwrap_or_default().trim();
            // The groups that a client of either flavour reads; later lines win, as there.
            here = matches!(group, "client" | "client-server" | "client-mariadb");
        } else if here {
            let (key, raw) = line.split_once('=').map_or((line, None), |(key, value)| (key, Some(value)));
            let key = key.trim().replace('_', "-").to_ascii_lowercase();
            file.set(&key, raw.map(value), number)?;
        }
    }
    Ok(file)
}

impl ClientFile {
    fn set(&mut self, key: &str, value: Option<String>, line: usize) -> Result<(), String> {
        let on = value
            .as_deref()
            .is_none_or(|value| !matches!(value.to_ascii_lowercase().as_str(), "0" | "off" | "false"));
        match key {
            "host" => self.host = value,
            "user" => self.user = value,
            "password" => self.password = value.filter(|value| !value.is_empty()),
            "socket" => self.socket = value,
            "database" => self.database = value,
            "port" => {
                let port = value.as_deref().and_then(|text| text.parse().ok()).filter(|port| *port > 0);
                self.port =
                    Some(port.ok_or_else(|| format!("line {line}: port is not a number from 1 to 65535"))?);
            }
            "ssl-mode" => self.mode = value,
            "ssl" if on => _ = self.mode.get_or_insert_with(|| "VERIFY_IDENTITY".into()),
            "ssl" | "skip-ssl" => self.mode = Some("DISABLED".into()),
            "ssl-verify-server-cert" => self.insecure = !on,
            "skip-ssl-verify-server-cert" | "disable-ssl-verify-server-cert" => self.insecure = on,
            "ssl-ca" => self.files.ca = value.map(Into::into),
            "ssl-cert" => self.files.cert = value.map(Into::into),
            "ssl-key" => self.files.key = value.map(Into::into),
            _ => {}
        }
        Ok(())
    }

    /// Whether the file names a server or an account at all.
    pub(super) fn names_something(&self) -> bool {
        self.host.is_some() || self.socket.is_some() || self.user.is_some() || self.port.is_some()
    }

    /// The target. As in the clients, a host that is absent or `localhost` means the socket, when there is one.
    pub(super) fn target(self, user: Option<String>) -> Result<MysqlTarget, String> {
        let local = self.host.as_deref().is_none_or(|host| host == "localhost");
        let address = match self.socket.filter(|_| local) {
            Some(path) => Address::Unix(path.into()),
            None if local && self.port.is_none() && Path::new(SOCKET).exists() => {
                Address::Unix(SOCKET.into())
            }
            None => Address::Tcp(
                self.host.unwrap_or_else(|| "localhost".into()),
                self.port.unwrap_or(mysql::PORT),
            ),
        };
        let mut tls =
            mysql::tls(self.mode.as_deref(), self.files)?.filter(|_| !matches!(address, Address::Unix(_)));
        if let Some(tls) = tls.as_mut()
            && self.insecure
        {
            tls.insecure = true;
        }
        Ok(MysqlTarget {
            address,
            admin_port: None,
            user: self.user.or(user).ok_or("names no user")?,
            password: self.password.map(Secret::new),
            database: self.database,
            tls,
        })
    }
}

/// Where distributions put the socket.
const SOCKET: &str = "/run/mysqld/mysqld.sock";

/// A value: quotes are taken off, a `#` outside of them begins a comment, `\` escapes as in the clients.
fn value(raw: &str) -> String {
    let raw = raw.trim();
    let quote = raw.chars().next().filter(|c| matches!(c, '"' | '\''));
    let body = match quote {
        Some(quote) => {
            let inner = &raw[1..];
            let end = inner.rfind(quote).unwrap_or(inner.len());
            &inner[..end]
        }
        None => raw.find(" #").map_or(raw, |at| raw[..at].trim_end()),
    };
    let mut out = String::with_capacity(body.len());
    let mut chars = body.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        match chars.next() {
            Some('n') => out.push('\n'),
            Some('t') => out.push('\t'),
            Some('r') => out.push('\r'),
            Some('b') => out.push('\u{8}'),
            Some('s') => out.push(' '),
            Some(c @ ('\\' | '"' | '\'')) => out.push(c),
            // Anything else is kept as it stands.
            Some(c) => out.extend(['\\', c]),
            None => out.push('\\'),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_comments_and_escapes_are_those_of_the_clients() {
        assert_eq!(value(" plain "), "plain");
        assert_eq!(value("\"a # b\" # why"), "a # b");
        assert_eq!(value("abc # why"), "abc");
        assert_eq!(value("abc#def"), "abc#def");
        assert_eq!(value("'it\\'s'"), "it's");
        assert_eq!(value("a\\sb\\\\c\\d"), "a b\\c\\d");
    }

    #[test]
    fn only_the_client_group_counts() {
        let file = parse(
            "[mysqld]\nport=1\n[client]\nhost = db1\nuser=ops\n[mysql]\nuser=other\n!includedir /etc\n",
        )
        .unwrap();
        assert_eq!(file.notes, ["line 8: !include is not followed"]);
        let target = file.target(None).unwrap();
        assert_eq!(target.address, Address::Tcp("db1".into(), 3306));
        assert_eq!(target.user, "ops");
    }

    #[test]
    fn a_port_that_is_no_port_is_an_error_without_its_value() {
        assert_eq!(
            parse("[client]\nport=hunter2").err().as_deref(),
            Some("line 2: port is not a number from 1 to 65535")
        );
    }
}
