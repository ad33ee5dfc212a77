//! Commands of the servers' own clients, as they are pasted: on the server that the verdict speaks of, and with the account
//! that looked. A password is asked for, and never shown.

use crate::config::{Address, Target, TargetSpec, Topology};
use crate::diagnosis::{Level, Verdict};
use crate::text;

/// Says in each next step that is a command of `redis-cli`, `mysql` or `psql`, which server it is for: of several, the one with the worst signals.
pub(super) fn name_servers(verdict: &mut Verdict, targets: &[Target]) {
    let worst = |target: &&Target| {
        let of_target = verdict.signals.iter().filter(|signal| signal.target == target.name);
        of_target.map(|signal| signal.level).map(Level::weight).max()
    };
    let client = |program: &str| {
        // The first of those that are equally bad, as the verdict has it.
        let of_kind = targets.iter().rev().filter(|target| self::program(target) == Some(program));
        of_kind.max_by_key(worst).map(command)
    };
    let clients: Vec<(&str, String)> = ["redis-cli", "mysql", "psql"]
        .into_iter()
        .filter_map(|program| Some((program, client(program)?)))
        .collect();
    for next in &mut verdict.next {
        for (program, client) in &clients {
            if let Some(rest) = next.command.strip_prefix(program).filter(|rest| rest.starts_with(' ')) {
                next.command = format!("{client}{rest}");
                break;
            }
        }
    }
}

fn program(target: &Target) -> Option<&'static str> {
    match target.spec {
        TargetSpec::Redis(_) => Some("redis-cli"),
        TargetSpec::Mysql(_) => Some("mysql"),
        TargetSpec::Postgres(_) => Some("psql"),
        _ => None,
    }
}

/// The client of a target, with where it is and who we are.
fn command(target: &Target) -> String {
    let mut command = program(target).unwrap_or_default().to_owned();
    // The options for host, port, socket and account.
    let (options, address, user) = match &target.spec {
        TargetSpec::Redis(redis) => {
            if let Some(tls) = &redis.tls {
                command.push_str(" --tls");
                if let Some(ca) = &tls.ca {
                    command.push_str(&format!(" --cacert {}", text::shell_word(&ca.display().to_string())));
                }
                command.push_str(if tls.insecure { " --insecure" } else { "" });
            }
            // The addresses of Sentinels lead to none of the servers: who is the primary, they say. Capitals are filled in by hand.
            let address = match redis.topology {
                Topology::Auto => redis.addresses.first(),
                Topology::Sentinel(_) => {
                    command.push_str(" -h PRIMARY -p PORT");
                    None
                }
            };
            if redis.database > 0 {
                command.push_str(&format!(" -n {}", redis.database));
            }
            (["-h", "-p", "-s", "--user"], address, redis.user.as_deref())
        }
        TargetSpec::Mysql(mysql) => {
            (["-h", "-P", "-S", "-u"], Some(&mysql.address), Some(mysql.user.as_str()))
        }
        TargetSpec::Postgres(postgres) => {
            (["-h", "-p", "-h", "-U"], Some(&postgres.address), Some(postgres.user.as_str()))
        }
        _ => return command,
    };
    let [host_option, port_option, socket_option, user_option] = options;
    match address {
        Some(Address::Tcp(host, port)) => {
            command.push_str(&format!(" {host_option} {} {port_option} {port}", text::shell_word(host)));
        }
        Some(Address::Unix(path)) => {
            let path = text::shell_word(&path.display().to_string());
            command.push_str(&format!(" {socket_option} {path}"));
        }
        None => {}
    }
    if let Some(user) = user.filter(|user| !user.is_empty()) {
        command.push_str(&format!(" {user_option} {}", text::shell_word(user)));
    }
    match &target.spec {
        // The account's own database may not exist.
        TargetSpec::Postgres(postgres) => {
            command.push_str(&format!(" -d {}", text::shell_word(&postgres.database)));
        }
        TargetSpec::Redis(redis) if redis.password.is_some() => command.push_str(" --askpass"),
        TargetSpec::Mysql(mysql) if mysql.password.is_some() => command.push_str(" -p"),
        _ => {}
    }
    command
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{MysqlTarget, RedisTarget, Secret};

    #[test]
    fn a_client_is_told_where_and_who_and_never_the_password() {
        let tcp = |host: &str, port| Address::Tcp(host.into(), port);
        let redis = RedisTarget {
            addresses: vec![tcp("cache-1", 6380), tcp("cache-2", 6380)],
            user: Some("ops".into()),
            password: Some(Secret::new("hunter2")),
            ..RedisTarget::default()
        };
        let of = |spec| command(&Target { name: "x".into(), spec });
        let sentinels = RedisTarget { topology: Topology::Sentinel("main".into()), ..redis.clone() };
        assert_eq!(of(TargetSpec::Redis(redis)), "redis-cli -h cache-1 -p 6380 --user ops --askpass");
        let asked = of(TargetSpec::Redis(sentinels));
        assert_eq!(asked, "redis-cli -h PRIMARY -p PORT --user ops --askpass", "never a Sentinel");
        let mysql = MysqlTarget { user: "ops".into(), ..MysqlTarget::at(tcp("db one", 3306)) };
        assert_eq!(of(TargetSpec::Mysql(mysql)), "mysql -h 'db one' -P 3306 -u ops");
        let socket = MysqlTarget::at(Address::Unix("/run/my.sock".into()));
        assert_eq!(of(TargetSpec::Mysql(socket)), "mysql -S /run/my.sock");
    }
}
