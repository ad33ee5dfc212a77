//! `~/.pgpass`: `host:port:database:user:password`, with `*` for anything and `\` before `:` and `\`.

use std::path::{Path, PathBuf};

use crate::config::files::{self, others_may_use};
use crate::config::url::postgres::SOCKET_DIRS;
use crate::config::{Address, Env, PostgresTarget, Secret};
use crate::text;

/// What became of the password file.
pub(super) enum Found {
    /// It gave the password.
    Used(String),
    /// It was passed over, and why.
    PassedOver(String),
}

/// Which file is asked, and for whom.
pub(super) struct Question {
    /// The file, where one is named.
    pub passfile: Option<PathBuf>,
    /// What the server is called, beside its address.
    pub name: Option<String>,
}

/// Gives `target` its password from the password file, when it has none.
pub(super) fn fill(
    target: &mut PostgresTarget,
    Question { passfile, name }: Question,
    env: Env<'_>,
    home: Option<&Path>,
) -> Option<Found> {
    if target.password.is_some() {
        return None;
    }
    let path = passfile
        .or_else(|| env("PGPASSFILE").filter(|path| !path.is_empty()).map(PathBuf::from))
        .or_else(|| home.map(|home| home.join(".pgpass")))?;
    let passed_over = |why: &str| Found::PassedOver(format!("{} was passed over: {why}", text::path(&path)));
    if !path.exists() {
        return None;
    }
    if !path.is_file() {
        return Some(passed_over("it is no plain file"));
    }
    if others_may_use(&path) {
        return Some(passed_over(&format!("others can read or write it (chmod 600 {})", text::path(&path))));
    }
    let bytes = match files::read_bytes(&path) {
        Ok(bytes) => bytes,
        Err(why) => return Some(passed_over(&why)),
    };
    match find(&bytes, target, name.as_deref())? {
        Ok(password) => {
            target.password = Some(Secret::new(password));
            Some(Found::Used(format!("postgres password: {}", text::path(&path))))
        }
        Err(line) => Some(passed_over(&format!("the password in line {line} is not UTF-8 text"))),
    }
}

/// The password of the first line that fits; its number where it is no text. A socket is called `localhost` where its directory is
/// the usual one, else by its directory; a server by its name, where it has one beside its address.
fn find(bytes: &[u8], target: &PostgresTarget, name: Option<&str>) -> Option<Result<String, usize>> {
    let (host, port) = match &target.address {
        Address::Tcp(address, port) => (name.unwrap_or(address).to_owned(), port.to_string()),
        Address::Unix(path) => {
            let port = path.extension().map(|port| port.to_string_lossy().into_owned()).unwrap_or_default();
            let dir = path.parent().map(|dir| dir.display().to_string()).unwrap_or_default();
            let usual = SOCKET_DIRS.contains(&&*dir);
            (if usual { "localhost".into() } else { dir }, port)
        }
    };
    let wanted = [&*host, &*port, &*target.database, &*target.user];
    for (number, line) in bytes.split(|byte| *byte == b'\n').enumerate() {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.starts_with(b"#") {
            continue;
        }
        let mut rest = line;
        let fits = wanted.iter().all(|value| {
            let Some(field) = field(&mut rest) else { return false };
            field.raw == b"*" || field.text == value.as_bytes()
        });
        if !fits {
            continue;
        }
        // As in libpq: it ends at a `:`, and what follows may be a comment.
        let password = match field(&mut rest) {
            Some(field) => field.text,
            None => unescaped(rest),
        };
        if password.is_empty() {
            return None;
        }
        return Some(String::from_utf8(password).map_err(|_| number + 1));
    }
    None
}

/// A field: as it stands, and without its `\`.
struct Field<'a> {
    raw: &'a [u8],
    text: Vec<u8>,
}

/// Takes the field that ends at the next bare `:` off the front; none when there is no such end.
fn field<'a>(rest: &mut &'a [u8]) -> Option<Field<'a>> {
    let mut at = 0;
    while *rest.get(at)? != b':' {
        at += if rest[at] == b'\\' { 2 } else { 1 };
    }
    let (raw, behind) = rest.split_at(at);
    *rest = &behind[1..];
    Some(Field { raw, text: unescaped(raw) })
}

fn unescaped(raw: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(raw.len());
    let mut bytes = raw.iter();
    while let Some(byte) = bytes.next() {
        out.push(match byte {
            b'\\' => *bytes.next().unwrap_or(byte),
            byte => *byte,
        });
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(address: Address) -> PostgresTarget {
        PostgresTarget {
            address,
            user: "ops".into(),
            password: None,
            database: "users".into(),
            tls: None,
            tls_optional: false,
        }
    }

    fn found(file: &str, target: &PostgresTarget) -> Option<String> {
        find(file.as_bytes(), target, None).and_then(Result::ok)
    }

    #[test]
    fn the_first_line_that_fits_gives_the_password() {
        let file =
            "# a comment\npg1:5432:other:ops:no\npg2:*:*:*:no\npg1:5432:*:ops:a\\:b\\\\c\npg1:*:*:*:late\r\n";
        let tcp = target(Address::Tcp("pg1".into(), 5432));
        assert_eq!(found(file, &tcp).as_deref(), Some("a:b\\c"));
        let other_port = target(Address::Tcp("pg1".into(), 5433));
        assert_eq!(found(file, &other_port).as_deref(), Some("late"));
        assert_eq!(found(file, &target(Address::Tcp("pg3".into(), 5432))), None);
        assert_eq!(found("\\*:5432:users:ops:x\n", &tcp), None, "an escaped star is a star");
    }

    #[test]
    fn a_password_ends_at_a_colon() {
        let tcp = target(Address::Tcp("pg1".into(), 5432));
        for line in ["pg1:5432:users:ops:pa:", "pg1:5432:users:ops:pa:of the billing team", "*:*:*:*:pa"] {
            assert_eq!(found(line, &tcp).as_deref(), Some("pa"), "{line}");
        }
        assert_eq!(found("pg1:5432:users:ops:\n*:*:*:*:other\n", &tcp), None, "the first line says: none");
    }

    #[test]
    fn text_of_another_encoding_disturbs_only_where_it_is_the_password() {
        let tcp = target(Address::Tcp("pg1".into(), 5432));
        let of = |file: &[u8]| find(file, &tcp, None);
        assert_eq!(of(b"# f\xfcr uns\npg1:5432:users:ops:pa:f\xfcr uns\n"), Some(Ok("pa".into())));
        assert_eq!(of(b"\npg1:5432:users:ops:p\xe4\n"), Some(Err(2)));
    }

    #[test]
    fn a_socket_is_localhost_or_its_directory() {
        let usual = target(Address::Unix("/var/run/postgresql/.s.PGSQL.5433".into()));
        assert_eq!(found("localhost:5433:users:ops:one\n", &usual).as_deref(), Some("one"));
        assert_eq!(found("localhost:5432:users:ops:three\n", &usual), None);
        let socket = target(Address::Unix("/run/pg/.s.PGSQL.5433".into()));
        let file = "localhost:5433:users:ops:one\n/run/pg:5433:users:ops:two\n";
        assert_eq!(found(file, &socket).as_deref(), Some("two"));
    }

    #[test]
    fn a_server_with_a_name_beside_its_address_goes_by_its_name() {
        let file = b"10.0.0.1:*:*:*:no\npg1:*:*:*:yes\n";
        let named = target(Address::Tcp("10.0.0.1".into(), 5432));
        assert_eq!(find(file, &named, Some("pg1")), Some(Ok("yes".into())));
    }
}
