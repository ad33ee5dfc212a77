//! `~/.pgpass`: `host:port:database:user:password`, with `*` for anything and `\` before `:` and `\`.

use std::path::{Path, PathBuf};

use crate::config::files::{self, others_may_read};
use crate::config::{Address, Env, PostgresTarget, Secret};

/// Gives `target` its password from the password file, when it has none. The result says so, or why the file was passed over.
pub(super) fn fill(
    target: &mut PostgresTarget,
    passfile: Option<&Path>,
    env: Env<'_>,
    home: Option<&Path>,
) -> Option<String> {
    if target.password.is_some() {
        return None;
    }
    let path = passfile
        .map(Path::to_path_buf)
        .or_else(|| env("PGPASSFILE").map(PathBuf::from))
        .or_else(|| home.map(|home| home.join(".pgpass")))?;
    if !path.is_file() {
        return None;
    }
    if others_may_read(&path) {
        return Some(format!("{} was passed over: others can read it (chmod 600 {0})", path.display()));
    }
    let text = match files::read_text(&path) {
        Ok(text) => text,
        Err(why) => return Some(format!("{} was passed over: {why}", path.display())),
    };
    target.password = Some(Secret::new(find(&text, target)?));
    Some(format!("postgres password: {}", path.display()))
}

/// The password of the first line that fits. A socket is called `localhost`, or by its directory.
fn find(text: &str, target: &PostgresTarget) -> Option<String> {
    let (hosts, port) = match &target.address {
        Address::Tcp(host, port) => (vec![host.clone()], port.to_string()),
        Address::Unix(path) => {
            let port = path.extension().map(|port| port.to_string_lossy().into_owned()).unwrap_or_default();
            let dir = path.parent().map(|dir| dir.display().to_string()).unwrap_or_default();
            (vec!["localhost".into(), dir], port)
        }
    };
    text.lines().filter(|line| !line.starts_with('#')).find_map(|line| {
        let [host, given_port, database, user, password] = fields(line)?;
        let fits = |field: &str, value: &str| field == "*" || field == value;
        (hosts.iter().any(|name| fits(&host, name))
            && fits(&given_port, &port)
            && fits(&database, &target.database)
            && fits(&user, &target.user))
        .then_some(password)
    })
}

/// The five fields. What follows the fourth `:` is the password, in which a `:` needs no escape.
fn fields(line: &str) -> Option<[String; 5]> {
    let mut fields: [String; 5] = Default::default();
    let mut at = 0;
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => fields[at].push(chars.next().unwrap_or('\\')),
            ':' if at < 4 => at += 1,
            c => fields[at].push(c),
        }
    }
    (at == 4 && !fields[4].is_empty()).then_some(fields)
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

    #[test]
    fn the_first_line_that_fits_gives_the_password() {
        let file =
            "# a comment\npg1:5432:other:ops:no\npg2:*:*:*:no\npg1:5432:*:ops:a\\:b\\\\c:d\npg1:*:*:*:late\n";
        let tcp = target(Address::Tcp("pg1".into(), 5432));
        assert_eq!(find(file, &tcp).as_deref(), Some("a:b\\c:d"));
        let other_port = target(Address::Tcp("pg1".into(), 5433));
        assert_eq!(find(file, &other_port).as_deref(), Some("late"));
        assert_eq!(find(file, &target(Address::Tcp("pg3".into(), 5432))), None);
    }

    #[test]
    fn a_socket_is_localhost_or_its_directory() {
        let socket = target(Address::Unix("/run/pg/.s.PGSQL.5433".into()));
        assert_eq!(find("localhost:5433:users:ops:one\n", &socket).as_deref(), Some("one"));
        assert_eq!(find("/run/pg:5433:users:ops:two\n", &socket).as_deref(), Some("two"));
        assert_eq!(find("localhost:5432:users:ops:three\n", &socket), None);
    }
}
