//! The servers' own clients as they are pasted into a shell: on the server that is meant, with the account that we have. A
//! password is asked for, or comes from the environment, and is never shown.

use crate::config::{Address, PostgresTarget, RedisTarget, Target, TargetSpec, Tls, Topology};
use crate::text::shell_word;

/// How the client of a target is called; none for what has none.
pub fn program(target: &Target) -> Option<&'static str> {
    match target.spec {
        TargetSpec::Redis(_) => Some("redis-cli"),
        TargetSpec::Mysql(_) => Some("mysql"),
        TargetSpec::Postgres(_) | TargetSpec::Pgbouncer(_) => Some("psql"),
        _ => None,
    }
}

/// The client of a target, with where it is and who we are; it asks for a password.
pub fn asking(target: &Target) -> Option<String> {
    let mut client = client(target, None)?;
    if let TargetSpec::Redis(RedisTarget { password: Some(_), .. }) = target.spec {
        client.push_str(" --askpass");
    }
    Some(client)
}

/// What is typed into a shell for the statements, on one node of a target: what the system itself is told stands there as its client
/// takes it. A comment stays one.
pub fn typed(target: &Target, node: &str, statements: &[String]) -> Vec<String> {
    let client = client(target, Some(node));
    let mut lines: Vec<String> = Vec::new();
    for statement in statements {
        lines.push(match (&target.spec, &client) {
            _ if statement.starts_with('#') => statement.clone(),
            // Its own quotes are not those of a shell.
            (TargetSpec::Redis(_), Some(client)) if !statement.split(' ').all(is_plain) => {
                format!("printf '%s\\n' {} | {client}", shell_word(statement))
            }
            (TargetSpec::Redis(_), Some(client)) => format!("{client} {statement}"),
            (TargetSpec::Mysql(_), Some(client)) => format!("{client} -e {}", shell_word(statement)),
            (TargetSpec::Postgres(_) | TargetSpec::Pgbouncer(_), Some(client)) => {
                format!("{client} -c {}", shell_word(statement))
            }
            (TargetSpec::Kubernetes(cluster), _) if !cluster.kubeconfig.is_empty() => {
                let files: Vec<String> =
                    cluster.kubeconfig.iter().map(|file| file.display().to_string()).collect();
                format!("KUBECONFIG={} {statement}", shell_word(&files.join(":")))
            }
            // It is one for a shell already.
            _ => statement.clone(),
        });
    }
    let asked_for = match &target.spec {
        TargetSpec::Redis(redis) if redis.password.is_some() => Some("REDISCLI_AUTH"),
        _ => None,
    };
    if let Some(variable) = asked_for.filter(|_| lines.iter().any(|line| !line.starts_with('#'))) {
        lines.insert(0, format!("# its password is read from {variable}"));
    }
    lines
}

/// Whether a word is the same to a shell.
fn is_plain(word: &str) -> bool {
    !word.is_empty() && shell_word(word) == word
}

fn client(target: &Target, node: Option<&str>) -> Option<String> {
    let mut words = vec![program(target)?.to_owned()];
    let node = node.and_then(Address::of_node);
    match &target.spec {
        TargetSpec::Redis(redis) => of_redis(&mut words, redis, node.as_ref()),
        TargetSpec::Mysql(mysql) => {
            at(&mut words, ["-h", "-P", "-S"], Some(node.as_ref().unwrap_or(&mysql.address)));
            user(&mut words, "-u", &mysql.user);
            files(&mut words, mysql.tls.as_ref(), ["--ssl-ca", "--ssl-cert", "--ssl-key"]);
            words.extend(mysql.password.as_ref().map(|_| "-p".to_owned()));
        }
        TargetSpec::Postgres(postgres) | TargetSpec::Pgbouncer(postgres) => {
            of_postgres(&mut words, postgres, node.as_ref());
        }
        _ => return None,
    }
    Some(words.join(" "))
}

fn of_redis(words: &mut Vec<String>, redis: &RedisTarget, node: Option<&Address>) {
    if let Some(tls) = &redis.tls {
        words.push("--tls".into());
        files(words, Some(tls), ["--cacert", "--cert", "--key"]);
        words.extend(tls.server_name.as_ref().map(|name| format!("--sni {}", shell_word(name))));
        words.extend(tls.insecure.then(|| "--insecure".to_owned()));
    }
    // The addresses of Sentinels lead to none of the servers: who is the primary, they say. Capitals are filled in by hand.
    match (node, &redis.topology) {
        (None, Topology::Sentinel(_)) => words.push("-h PRIMARY -p PORT".into()),
        (node, _) => at(words, ["-h", "-p", "-s"], node.or(redis.addresses.first())),
    }
    if redis.database > 0 {
        words.push(format!("-n {}", redis.database));
    }
    user(words, "--user", redis.user.as_deref().unwrap_or_default());
}

fn of_postgres(words: &mut Vec<String>, postgres: &PostgresTarget, node: Option<&Address>) {
    at(words, ["-h", "-p", "-h"], Some(node.unwrap_or(&postgres.address)));
    user(words, "-U", &postgres.user);
    // The account's own database may not exist. What the options do not say, a connection string does.
    let name = &postgres.database;
    let value = |value: &str| format!("'{}'", value.replace('\\', r"\\").replace('\'', r"\'"));
    let database = match &postgres.tls {
        Some(tls) if !postgres.tls_optional => {
            let mode = if tls.insecure { "require" } else { "verify-full" };
            let mut parts = vec![format!("dbname={} sslmode={mode}", value(name))];
            let named = [("sslrootcert", &tls.ca), ("sslcert", &tls.cert), ("sslkey", &tls.key)];
            for (option, file) in named {
                parts.extend(
                    file.as_ref().map(|file| format!("{option}={}", value(&file.display().to_string()))),
                );
            }
            parts.join(" ")
        }
        _ if name.contains(['=', ':']) => format!("dbname={}", value(name)),
        _ => name.clone(),
    };
    words.push(format!("-d {}", shell_word(&database)));
}

/// `options`: those for host, port and socket.
fn at(words: &mut Vec<String>, options: [&str; 3], address: Option<&Address>) {
    let [host_option, port_option, socket_option] = options;
    match address {
        Some(Address::Tcp(host, port)) => {
            words.push(format!("{host_option} {} {port_option} {port}", shell_word(host)));
        }
        Some(Address::Unix(path)) => {
            words.push(format!("{socket_option} {}", shell_word(&path.display().to_string())));
        }
        None => {}
    }
}

fn user(words: &mut Vec<String>, option: &str, user: &str) {
    if !user.is_empty() {
        words.push(format!("{option} {}", shell_word(user)));
    }
}

/// `options`: those for the authorities, our certificate and its key.
fn files(words: &mut Vec<String>, tls: Option<&Tls>, options: [&str; 3]) {
    let Some(tls) = tls else { return };
    for (option, file) in options.iter().zip([&tls.ca, &tls.cert, &tls.key]) {
        words.extend(
            file.as_ref().map(|file| format!("{option} {}", shell_word(&file.display().to_string()))),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{MysqlTarget, Secret};

    fn tcp(host: &str, port: u16) -> Address {
        Address::Tcp(host.into(), port)
    }

    fn redis() -> RedisTarget {
        RedisTarget {
            addresses: vec![tcp("cache-1", 6380), tcp("cache-2", 6380)],
            user: Some("ops".into()),
            password: Some(Secret::new("hunter2")),
            ..RedisTarget::default()
        }
    }

    fn named(spec: TargetSpec) -> Target {
        Target { name: "x".into(), spec }
    }

    #[test]
    fn a_client_is_told_where_and_who_and_never_the_password() {
        let of = |spec| asking(&named(spec)).expect("it has one");
        let sentinels = RedisTarget { topology: Topology::Sentinel("main".into()), ..redis() };
        assert_eq!(of(TargetSpec::Redis(redis())), "redis-cli -h cache-1 -p 6380 --user ops --askpass");
        let asked = of(TargetSpec::Redis(sentinels));
        assert_eq!(asked, "redis-cli -h PRIMARY -p PORT --user ops --askpass", "never a Sentinel");
        let mysql = MysqlTarget { user: "ops".into(), ..MysqlTarget::at(tcp("db one", 3306)) };
        assert_eq!(of(TargetSpec::Mysql(mysql)), "mysql -h 'db one' -P 3306 -u ops");
        let socket = MysqlTarget::at(Address::Unix("/run/my.sock".into()));
        assert_eq!(of(TargetSpec::Mysql(socket)), "mysql -S /run/my.sock");
    }

    #[test]
    fn a_statement_is_typed_at_its_own_node_and_quoted_for_a_shell() {
        let target = named(TargetSpec::Redis(RedisTarget { database: 3, ..redis() }));
        let statements =
            ["CONFIG SET timeout 0", "EVAL \"return 'a'\" 1 k*", "# and 3 more"].map(str::to_owned);
        assert_eq!(
            typed(&target, "[::1]:7002", &statements),
            [
                "# its password is read from REDISCLI_AUTH",
                "redis-cli -h ::1 -p 7002 -n 3 --user ops CONFIG SET timeout 0",
                "printf '%s\\n' 'EVAL \"return '\\''a'\\''\" 1 k*' | redis-cli -h ::1 -p 7002 -n 3 --user ops",
                "# and 3 more",
            ]
        );
    }

    #[test]
    fn a_server_that_must_be_verified_is_verified_by_hand_too() {
        let tls = Tls { ca: Some("/etc/my ca.pem".into()), ..Tls::default() };
        let postgres = PostgresTarget {
            address: tcp("db", 5432),
            user: "ops".into(),
            password: None,
            database: "shop".into(),
            tls: Some(tls),
            tls_optional: false,
        };
        let statement = ["SELECT pg_reload_conf()".to_owned()];
        assert_eq!(
            typed(&named(TargetSpec::Postgres(postgres)), "db:5432", &statement),
            [
                r"psql -h db -p 5432 -U ops -d 'dbname='\''shop'\'' sslmode=verify-full sslrootcert='\''/etc/my ca.pem'\''' -c 'SELECT pg_reload_conf()'"
            ]
        );
    }
}
