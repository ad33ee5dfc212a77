//! `~/.my.cnf`: the `[client]` group that the mysql and mariadb clients read, byte for byte as they read it.

use std::path::{Path, PathBuf};

use crate::config::url::mysql;
use crate::config::url::wish::{Level, Wish};
use crate::config::{Address, LoadOptions, MysqlTarget, Secret, files};
use crate::text;

/// What the file says, and what was passed over.
#[derive(Default)]
pub(super) struct ClientFile {
    host: Option<String>,
    port: Option<u16>,
    user: Option<String>,
    password: Option<String>,
    socket: Option<String>,
    database: Option<String>,
    protocol: Option<Protocol>,
    tls: Wish,
    /// Sentences about what was not followed.
    pub notes: Vec<String>,
}

/// How the clients are told to connect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Protocol {
    Tcp,
    Socket,
}

/// The file, where there is one.
pub(super) fn path(options: &LoadOptions<'_>) -> Option<PathBuf> {
    options.home.as_ref().map(|home| home.join(".my.cnf")).filter(|path| path.is_file())
}

/// Reads the file. Errors: why it is passed over.
pub(super) fn read(path: &Path) -> Result<ClientFile, String> {
    // The clients ignore such a file as well: anybody could send them elsewhere.
    if files::anybody_may_write(path) {
        return Err("anybody can write it".into());
    }
    files::read_bytes(path).and_then(|bytes| parse(&bytes))
}

/// Gives `target` its password from where the clients have it, when it has none. The result says where it came from.
pub(super) fn fill(target: &mut MysqlTarget, options: &LoadOptions<'_>) -> Option<String> {
    if target.password.is_some() {
        return None;
    }
    if let Some(password) = options.var("MYSQL_PWD") {
        target.password = Some(Secret::new(password));
        return Some("mysql password: MYSQL_PWD".into());
    }
    let path = path(options)?;
    // What is wrong with it is no matter of a target that did not name it.
    target.password = Some(read(&path).ok()?.password_for(target)?);
    Some(format!("mysql password: {}", text::path(&path)))
}

/// Reads the file, which may be in any encoding: only what is used must be text. The error names the line and repeats nothing of
/// it.
pub(super) fn parse(bytes: &[u8]) -> Result<ClientFile, String> {
    let mut file = ClientFile::default();
    let mut here = false;
    let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
    for (number, line) in bytes.split(|byte| *byte == b'\n').enumerate() {
        let number = number + 1;
        let line = line.trim_ascii();
        match line.first() {
            None | Some(b'#' | b';') => {}
            Some(b'!') => file.notes.push(format!("line {number}: !include is not followed")),
            Some(b'[') => {
                let group = line[1..].split(|byte| *byte == b']').next().unwrap_or_default().trim_ascii();
                // The groups that a client of either flavour reads; later lines win, as there.
                here = matches!(group, b"client" | b"client-server" | b"client-mariadb");
            }
            Some(_) if here => {
                let line = before_comment(line);
                let (key, value) = match line.iter().position(|byte| *byte == b'=') {
                    Some(at) => (&line[..at], Some(value(&line[at + 1..]))),
                    None => (line, None),
                };
                let key = String::from_utf8_lossy(key.trim_ascii()).replace('_', "-").to_ascii_lowercase();
                file.set(&key, value.as_deref(), number)?;
            }
            Some(_) => {}
        }
    }
    Ok(file)
}

/// The line without its comment: a `#` outside of quotes, wherever it stands.
fn before_comment(line: &[u8]) -> &[u8] {
    let mut quote = None;
    let mut escaped = false;
    for (at, byte) in line.iter().enumerate() {
        if matches!(byte, b'\'' | b'"') && !escaped {
            quote = match quote {
                None => Some(byte),
                Some(open) if open == byte => None,
                open => open,
            };
        }
        if quote.is_none() && *byte == b'#' {
            return &line[..at];
        }
        escaped = quote.is_some() && *byte == b'\\' && !escaped;
    }
    line
}

/// A value: quotes around all of it are taken off, `\` escapes as in the clients.
fn value(raw: &[u8]) -> Vec<u8> {
    let raw = raw.trim_ascii();
    let body = match raw {
        [first @ (b'"' | b'\''), inner @ .., last] if first == last => inner,
        _ => raw,
    };
    let mut out = Vec::with_capacity(body.len());
    let mut bytes = body.iter().peekable();
    while let Some(byte) = bytes.next() {
        if *byte != b'\\' {
            out.push(*byte);
            continue;
        }
        match bytes.next() {
            Some(b'n') => out.push(b'\n'),
            Some(b't') => out.push(b'\t'),
            Some(b'r') => out.push(b'\r'),
            Some(b'b') => out.push(8),
            Some(b's') => out.push(b' '),
            Some(byte @ (b'\\' | b'"' | b'\'')) => out.push(*byte),
            // Anything else is kept as it stands.
            Some(byte) => out.extend([b'\\', *byte]),
            None => out.push(b'\\'),
        }
    }
    out
}

impl ClientFile {
    /// Sets an option. `loose-` before it lets clients pass over what they do not know; `skip-` and the like are flags.
    fn set(&mut self, key: &str, value: Option<&[u8]>, line: usize) -> Result<(), String> {
        let key = key.strip_prefix("loose-").unwrap_or(key);
        let text = || match value {
            Some(bytes) => String::from_utf8(bytes.to_vec())
                .map(Some)
                .map_err(|_| format!("line {line}: the value of {key} is not UTF-8 text")),
            None => Ok(None),
        };
        match key {
            "host" => self.host = text()?,
            "user" => self.user = text()?,
            // As far as the clients tell it from their other options.
            "password" | "passwor" | "passwo" | "passw" | "pass" => {
                self.password = text()?.filter(|value| !value.is_empty());
            }
            "socket" => self.socket = text()?.filter(|path| !path.is_empty()),
            "database" => self.database = text()?.filter(|name| !name.is_empty()),
            "protocol" => self.protocol = protocol(&text()?.unwrap_or_default()),
            "port" => {
                // 0 is the default port, as in the clients.
                let port = text()?.and_then(|text| text.trim().parse::<u16>().ok());
                let port =
                    port.ok_or_else(|| format!("line {line}: port is not a number from 1 to 65535"))?;
                self.port = Some(port).filter(|port| *port > 0);
            }
            _ => self.set_tls(key, &text().unwrap_or_default().unwrap_or_default(), value.is_some(), line)?,
        }
        Ok(())
    }

    fn set_tls(&mut self, key: &str, value: &str, given: bool, line: usize) -> Result<(), String> {
        let on = !given || !matches!(value.to_ascii_lowercase().as_str(), "0" | "off" | "false");
        match key {
            "ssl" | "enable-ssl" if on => self.tls.ask(Level::Verified),
            "ssl" | "enable-ssl" | "skip-ssl" | "disable-ssl" => self.tls.turn_off(),
            "ssl-verify-server-cert" | "enable-ssl-verify-server-cert" if on => self.tls.insist(),
            "ssl-verify-server-cert" | "skip-ssl-verify-server-cert" | "disable-ssl-verify-server-cert" => {
                self.tls.accept_any();
            }
            // Which ciphers and versions: nothing that asks for TLS, here as in the clients.
            "ssl-cipher" | "tls-version" | "tls-ciphersuites" | "ssl-fips-mode" => {}
            key if key.contains("ssl") || key.contains("tls") => {
                mysql::tls_option(&mut self.tls, key, value)
                    .map_err(|why| format!("line {line}: {key} {why}"))?;
            }
            _ => {}
        }
        Ok(())
    }

    /// Whether the file names a server or an account at all.
    pub(super) fn names_something(&self) -> bool {
        self.host.is_some() || self.socket.is_some() || self.user.is_some() || self.port.is_some()
    }

    /// The password, where the file has one that may be for this account: it names no other account and no other server.
    pub(super) fn password_for(&self, target: &MysqlTarget) -> Option<Secret> {
        let host = match &target.address {
            Address::Tcp(host, _) => host.as_str(),
            Address::Unix(_) => "localhost",
        };
        let same = |said: &Option<String>, is: &str| said.as_deref().is_none_or(|said| said == is);
        (same(&self.user, &target.user) && same(&self.host, host))
            .then(|| self.password.clone().map(Secret::new))
            .flatten()
    }

    /// The target. As in the clients, a host that is absent or `localhost` means the socket, unless the protocol is another.
    pub(super) fn target(mut self, options: &LoadOptions<'_>) -> Result<(MysqlTarget, Vec<String>), String> {
        let local = self.host.as_deref().is_none_or(|host| host.is_empty() || host == "localhost")
            && self.protocol != Some(Protocol::Tcp);
        let port =
            self.port.or_else(|| options.var("MYSQL_TCP_PORT")?.trim().parse().ok().filter(|port| *port > 0));
        let socket = self.socket.take().or_else(|| options.var("MYSQL_UNIX_PORT"));
        let address = match socket.filter(|_| local) {
            Some(path) => Address::Unix(path.into()),
            // Whatever the port, as in the clients.
            None if local && Path::new(SOCKET).exists() => Address::Unix(SOCKET.into()),
            None => Address::Tcp(
                self.host.take().filter(|host| !host.is_empty()).unwrap_or_else(|| "localhost".into()),
                port.unwrap_or(mysql::PORT),
            ),
        };
        let tls = self.tls.outcome().filter(|_| !matches!(address, Address::Unix(_)));
        let target = MysqlTarget {
            address,
            admin_port: None,
            user: self.user.filter(|user| !user.is_empty()).or(options.login()).ok_or("names no user")?,
            password: self.password.or_else(|| options.var("MYSQL_PWD")).map(Secret::new),
            database: self.database,
            tls,
        };
        Ok((target, self.tls.notes))
    }
}

/// The protocol of a name, or of its number; the clients let it be shortened. Shared memory and pipes are of another system.
fn protocol(text: &str) -> Option<Protocol> {
    match text.to_ascii_lowercase().as_str() {
        "tcp" | "tc" | "t" | "1" => Some(Protocol::Tcp),
        "socket" | "socke" | "sock" | "soc" | "so" | "s" | "2" => Some(Protocol::Socket),
        _ => None,
    }
}

/// Where distributions put the socket.
const SOCKET: &str = "/run/mysqld/mysqld.sock";

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> String {
        let line = before_comment(line.as_bytes());
        String::from_utf8(value(&line[line.iter().position(|byte| *byte == b'=').unwrap() + 1..])).unwrap()
    }

    #[test]
    fn quotes_comments_and_escapes_are_those_of_the_clients() {
        for (line, value) in [
            ("password= plain ", "plain"),
            ("password=abc#def", "abc"),
            ("password=abc # why", "abc"),
            ("password=\"a # b\" # why", "a # b"),
            ("password=\"abc#def\" # my \"nice\" one", "abc#def"),
            ("password=a#'b'", "a"),
            ("password=o'bri#en", "o'bri#en"),
            ("password=\"abc", "\"abc"),
            ("password=\"a\"b", "\"a\"b"),
            ("password=\"a\"#b\"", "a"),
            ("password=\"pass\"word\"", "pass\"word"),
            ("password='it\\'s'", "it's"),
            ("password=a\\sb\\\\c\\d", "a b\\c\\d"),
            ("password=abc;def", "abc;def"),
            ("password=\"", "\""),
            ("password==a", "=a"),
        ] {
            assert_eq!(read(line), value, "{line}");
        }
    }

    fn target(file: &[u8]) -> MysqlTarget {
        let env = |name: &str| (name == "USER").then(|| "oncall".to_owned());
        let options = LoadOptions { config: None, env: &env, home: None, cwd: ".".into() };
        parse(file).unwrap().target(&options).unwrap().0
    }

    #[test]
    fn only_the_client_group_counts() {
        let file =
            b"[mysqld]\nport=1\n[client]\nhost = db1\nuser=ops\n[mysql]\nuser=other\n!includedir /etc\n";
        assert_eq!(parse(file).unwrap().notes, ["line 8: !include is not followed"]);
        let target = target(file);
        assert_eq!(target.address, Address::Tcp("db1".into(), 3306));
        assert_eq!(target.user, "ops");
    }

    #[test]
    fn the_protocol_decides_between_socket_and_port() {
        let of = |rest: &str| {
            target(format!("[client]\nsocket=/run/my.sock\nport=3307\n{rest}\n").as_bytes()).address
        };
        let (tcp, unix) = (Address::Tcp("localhost".into(), 3307), Address::Unix("/run/my.sock".into()));
        assert_eq!(of(""), unix);
        assert_eq!(of("protocol=tcp"), tcp);
        assert_eq!(of("protocol = TCP # not the socket"), tcp);
        assert_eq!(of("loose_protocol=1"), tcp);
        assert_eq!(of("protocol=socket"), unix);
        assert_eq!(of("host=127.0.0.1"), Address::Tcp("127.0.0.1".into(), 3307));
    }

    #[test]
    fn a_file_in_another_encoding_is_read_where_it_is_used() {
        let file = b"\xef\xbb\xbf# f\xfcr uns\n[client]\nhost=db1\nuser=ops\n[other]\nx=\xe4\n".as_slice();
        assert_eq!(target(file).user, "ops");
        let error = parse(b"[client]\npassword=p\xe4ss\n").err();
        assert_eq!(error.as_deref(), Some("line 2: the value of password is not UTF-8 text"));
    }

    #[test]
    fn a_wish_for_tls_is_heard_in_every_dialect() {
        let tls = |rest: &str| {
            target(format!("[client]\nhost=db1\n{rest}\n").as_bytes())
                .tls
                .map(|tls| if tls.insecure { "any" } else { "verified" })
        };
        for (rest, heard) in [
            ("", None),
            ("ssl", Some("verified")),
            ("ssl=0", None),
            ("ssl\nskip-ssl", None),
            ("skip-ssl\nssl", Some("verified")),
            ("loose-ssl-mode=REQUIRED", Some("any")),
            ("ssl-mode=required\nssl-ca=/ca.pem", Some("verified")),
            ("ssl-capath=/etc/ssl/certs", Some("verified")),
            ("ssl-verify-server-cert", Some("verified")),
            ("ssl\nssl-verify-server-cert=0", Some("any")),
            ("disable-ssl-verify-server-cert", None),
            ("tls-version=TLSv1.3", None),
        ] {
            assert_eq!(tls(rest), heard, "{rest}");
        }
    }

    #[test]
    fn a_password_is_for_the_account_and_the_server_that_the_file_names() {
        let file = |text: &str| parse(text.as_bytes()).unwrap();
        let at = MysqlTarget { user: "ops".into(), ..MysqlTarget::at(Address::Tcp("db1".into(), 3306)) };
        let of = |text: &str| file(text).password_for(&at).is_some();
        assert!(of("[client]\npassword=x\n"));
        assert!(of("[client]\nuser=ops\nhost=db1\npassword=x\n"));
        assert!(!of("[client]\nuser=other\npassword=x\n"));
        assert!(!of("[client]\nhost=db2\npassword=x\n"));
        assert!(!of("[client]\nuser=ops\n"));
    }

    #[test]
    fn a_port_that_is_no_port_is_an_error_without_its_value() {
        assert_eq!(
            parse(b"[client]\nport=hunter2").err().as_deref(),
            Some("line 2: port is not a number from 1 to 65535")
        );
    }
}
