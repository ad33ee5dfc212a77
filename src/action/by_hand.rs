//! The commands of each action for the day this program cannot be used: what a person types on paper's word.

use crate::text;

/// The commands of an action.
struct ByHand {
    action: &'static str,
    /// What does it. `{field}` is the action's field, `{field:s}` the same in seconds; words in capitals are read off
    /// what the command before showed.
    act: &'static [&'static str],
    /// What puts it back.
    back: &'static [&'static str],
}

const TABLE: &[ByHand] = &[
    ByHand {
        action: "redis.maxclients",
        act: &[
            "redis-cli CONFIG GET maxclients  # note OLD; only ever raise it",
            "redis-cli CONFIG SET maxclients {value}",
        ],
        back: &["redis-cli CONFIG SET maxclients OLD"],
    },
    ByHand {
        action: "redis.timeout",
        act: &["redis-cli CONFIG GET timeout  # note OLD", "redis-cli CONFIG SET timeout {value:s}"],
        back: &["redis-cli CONFIG SET timeout OLD"],
    },
    ByHand {
        action: "redis.clients.kill-idle",
        act: &[
            "redis-cli CLIENT LIST TYPE normal  # id=, addr= and idle= of each",
            "redis-cli CLIENT KILL ID ID ADDR ADDR  # each idle for more than {idle:s} s",
        ],
        back: &[],
    },
    ByHand {
        action: "redis.ttl.extend",
        act: &[
            "stampede detect hotkeys  # or the keys you know of",
            "redis-cli PEXPIRETIME KEY  # note OLD of each",
            "redis-cli TTL KEY",
            "redis-cli EXPIRE KEY LONGER GT  # LONGER: its TTL plus {by:s}",
        ],
        back: &["redis-cli PEXPIREAT KEY OLD"],
    },
    ByHand {
        action: "redis.warm",
        act: &[
            "stampede detect hotkeys  # or the keys you know of, the hottest first, a line each in KEYS",
            "while IFS= read -r key; do curl -sfG URL --data-urlencode \"key=$key\"; sleep 0.1; done < KEYS  # watch the database",
        ],
        back: &[],
    },
    ByHand {
        action: "redis.ramp",
        act: &[
            "redis-cli GET {key}  # note OLD",
            "redis-cli SET {key} 1 KEEPTTL  # then 5, 10, 25, 50, 75, 100: half a minute each, watching the database",
        ],
        back: &["redis-cli SET {key} OLD KEEPTTL"],
    },
    ByHand {
        action: "kubernetes.ramp",
        act: &[
            "kubectl get {object} -o yaml  # note the weights, OLD",
            "kubectl edit {object}  # 1, 5, 10, 25, 50, 75, 100: half a minute each, watching the database",
        ],
        back: &["kubectl edit {object}  # OLD"],
    },
    ByHand {
        action: "redis.stagger",
        act: &[
            "redis-cli --scan --pattern '{pattern}'  # note the PEXPIRETIME of each",
            "redis-cli EXPIRE KEY LONGER GT  # LONGER: its TTL plus a random part of {over:s} s",
        ],
        back: &["redis-cli PEXPIREAT KEY OLD"],
    },
    ByHand {
        action: "redis.ttl",
        act: &[
            "redis-cli --scan --pattern '{pattern}'  # note the PEXPIRETIME of each",
            "redis-cli EXPIRE KEY LONGER GT  # LONGER: its TTL plus {by:s} s, and some more at random",
        ],
        back: &["redis-cli PEXPIREAT KEY OLD  # some of them at a time: each that expires is a refill"],
    },
    ByHand {
        action: "redis.lock",
        act: &["redis-cli SET lock:KEY TOKEN NX EX {ttl:s}  # the name your application uses"],
        back: &["redis-cli GET lock:KEY  # only when it is still TOKEN:", "redis-cli DEL lock:KEY"],
    },
    ByHand {
        action: "redis.lock.release",
        act: &["redis-cli GET lock:KEY  # only when it is an operator's, op:…:", "redis-cli DEL lock:KEY"],
        back: &[],
    },
    ByHand {
        action: "redis.keymiss-events",
        act: &[
            "redis-cli CONFIG GET notify-keyspace-events  # note OLD",
            "redis-cli CONFIG SET notify-keyspace-events OLDEm",
            "redis-cli SUBSCRIBE __keyevent@0__:keymiss  # {for:s} s, then Ctrl-C",
        ],
        back: &["redis-cli CONFIG SET notify-keyspace-events OLD"],
    },
    ByHand {
        action: "redis.flag",
        act: &["redis-cli SET KEY VALUE EX {ttl:s}  # KEY and VALUE of {name}"],
        back: &["redis-cli DEL KEY"],
    },
    ByHand {
        action: "mysql.kill",
        act: &[
            "mysql -e \"SELECT id, user, time, info FROM information_schema.processlist WHERE command = 'Query' AND time > {older_than:s}\"",
            "mysql -e \"KILL QUERY ID\"  # copies of one SELECT only; keep the oldest, never replication, backups or writers",
        ],
        back: &[],
    },
    ByHand {
        action: "postgres.cancel",
        act: &[
            "psql -c \"SELECT pid, usename, now() - query_start, query FROM pg_stat_activity WHERE state = 'active' AND backend_type = 'client backend'\"",
            "psql -c \"SELECT pg_cancel_backend(PID)\"  # copies of one SELECT only; keep the oldest, never pg_dump or writers",
        ],
        back: &[],
    },
    ByHand {
        action: "postgres.terminate",
        act: &[
            "psql -c \"SELECT pid, usename, now() - query_start, query FROM pg_stat_activity WHERE state = 'active' AND backend_type = 'client backend'\"",
            "psql -c \"SELECT pg_terminate_backend(PID)\"  # copies of one SELECT only; keep the oldest",
        ],
        back: &[],
    },
    ByHand {
        action: "mysql.max-connections",
        act: &[
            "mysql -e \"SELECT @@max_connections\"  # note OLD",
            "mysql -e \"SET GLOBAL max_connections={value}\"",
        ],
        back: &["mysql -e \"SET GLOBAL max_connections=OLD\""],
    },
    ByHand {
        action: "mysql.user-limit",
        act: &[
            "mysql -e \"SELECT User, Host, max_user_connections FROM mysql.user\"  # note OLD of {account}",
            "mysql -e \"ALTER USER 'USER'@'HOST' WITH MAX_USER_CONNECTIONS {to}\"",
        ],
        back: &["mysql -e \"ALTER USER 'USER'@'HOST' WITH MAX_USER_CONNECTIONS OLD\""],
    },
    ByHand {
        action: "mysql.read-only",
        act: &[
            "mysql -e \"SELECT * FROM information_schema.innodb_trx\"  # none may have trx_rows_modified > 0",
            "mysql -e \"SET SESSION lock_wait_timeout=2; SET GLOBAL read_only=ON\"",
            "mysql -e \"SELECT @@read_only\"",
        ],
        back: &["mysql -e \"SET GLOBAL read_only=OFF\"  # never while SHOW REPLICA STATUS shows a source"],
    },
    ByHand {
        action: "kubernetes.service-selector",
        act: &[
            "kubectl get {service} -o wide  # note OLD, its SELECTOR",
            "kubectl set selector {service} OLD,{selector}  # of OLD the other keys: it replaces all of them",
        ],
        back: &["kubectl set selector {service} OLD"],
    },
    ByHand {
        action: "postgres.read-only",
        act: &[
            "psql -c 'SELECT * FROM pg_file_settings'  # note OLD of default_transaction_read_only in postgresql.auto.conf",
            "psql -c 'ALTER SYSTEM SET default_transaction_read_only = on'  # or ALTER ROLE {role} SET, for new sessions",
            "psql -c 'SELECT pg_reload_conf()'",
        ],
        back: &[
            "psql -c 'SELECT pg_is_in_recovery()'  # only when it is f:",
            "psql -c 'ALTER SYSTEM RESET default_transaction_read_only'  # or SET it to OLD",
            "psql -c 'SELECT pg_reload_conf()'",
        ],
    },
    ByHand {
        action: "postgres.connection-limit",
        act: &[
            "psql -c 'SELECT rolname, rolconnlimit FROM pg_roles'  # note OLD; -1 is no limit",
            "psql -c 'ALTER ROLE \"ROLE\" CONNECTION LIMIT {to}'  # ROLE: {account}",
        ],
        back: &["psql -c 'ALTER ROLE \"ROLE\" CONNECTION LIMIT OLD'"],
    },
    ByHand {
        action: "pgbouncer.pause",
        act: &[
            "psql -p 6432 pgbouncer -c 'SHOW POOLS'  # only where pool_mode is not session",
            "psql -p 6432 pgbouncer -c 'PAUSE {database}'  # for {for:s} s, less than query_wait_timeout; waits for what runs",
        ],
        back: &["psql -p 6432 pgbouncer -c 'RESUME {database}'"],
    },
    ByHand {
        action: "kubernetes.restart",
        act: &["kubectl rollout restart {workload}", "kubectl rollout status {workload}"],
        back: &[],
    },
    ByHand {
        action: "http.call",
        act: &[
            "curl API{path}  # note OLD",
            "curl -X {method} API{path} -H 'content-type: application/json' -d {body}  # PUT: the whole, with it",
        ],
        back: &["curl -X {method} API{path} -H 'content-type: application/json' -d OLD"],
    },
    ByHand {
        action: "kubernetes.annotate",
        act: &[
            "kubectl get {object} -o yaml  # note OLD",
            "kubectl annotate --overwrite {object} {annotations}",
        ],
        back: &["kubectl annotate --overwrite {object} KEY=OLD  # KEY- where there was none"],
    },
    ByHand {
        action: "kubernetes.patch",
        act: &[
            "kubectl get {object} -o yaml > before.yaml",
            "kubectl patch {object} --type merge --dry-run=server -o yaml -p {patch}  # is it what you want?",
            "kubectl patch {object} --type merge -p {patch}",
        ],
        back: &["kubectl patch {object} --type merge -p OLD  # the same fields from before.yaml"],
    },
    ByHand {
        action: "kubernetes.scale",
        act: &["kubectl get {workload}  # note OLD", "kubectl scale {workload} --replicas={replicas}"],
        back: &["kubectl scale {workload} --replicas=OLD"],
    },
];

/// What does an action by hand, and what puts it back. `field` gives the fields as they are written; one that is not
/// given is shown by its name in capitals.
pub fn by_hand(action: &str, field: &dyn Fn(&str) -> Option<String>) -> Option<(Vec<String>, Vec<String>)> {
    let lines = TABLE.iter().find(|line| line.action == action)?;
    let fill = |templates: &[&str]| templates.iter().map(|template| filled(template, field)).collect();
    Some((fill(lines.act), fill(lines.back)))
}

fn filled(template: &str, field: &dyn Fn(&str) -> Option<String>) -> String {
    let mut out = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        let Some((place, end)) = after.split_once('}') else { break };
        out.push_str(before);
        let (name, seconds) = place.strip_suffix(":s").map_or((place, false), |name| (name, true));
        let value = field(name).and_then(|value| match seconds {
            true => text::parse_duration(&value).ok().map(|time| time.as_secs().to_string()),
            false => Some(value),
        });
        out.push_str(&value.map_or_else(|| name.to_uppercase(), |value| shell_word(&value)));
        rest = end;
    }
    out + rest
}

/// A word as a shell takes it, safe to show.
fn shell_word(word: &str) -> String {
    let word = text::escape(word);
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-./:=@%+,".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.into_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::action::ACTIONS;

    #[test]
    fn every_action_can_be_done_by_hand_and_put_back_when_it_can_be() {
        for (name, irreversible) in ACTIONS.iter().map(|spec| (spec.name, spec.irreversible)) {
            let (act, back) = by_hand(name, &|_| None).unwrap_or_else(|| panic!("no commands for {name}"));
            assert!(!act.is_empty(), "{name}");
            assert_eq!(back.is_empty(), irreversible.is_some(), "{name}");
            // What stands in braces is a field: its name is shown in capitals.
            let strange = act.iter().chain(&back).find(|line| line.contains("'.") || line.contains("{."));
            assert_eq!(strange, None, "{name}");
        }
    }

    #[test]
    fn fields_are_filled_in_and_quoted_for_a_shell() {
        let field = |name: &str| match name {
            "workload" => Some("deployment/x; rm -rf 'y'".to_owned()),
            "value" => Some("2m".to_owned()),
            _ => None,
        };
        let (act, _) = by_hand("kubernetes.scale", &field).unwrap();
        assert_eq!(act[1], r"kubectl scale 'deployment/x; rm -rf '\''y'\''' --replicas=REPLICAS");
        let (act, _) = by_hand("redis.timeout", &field).unwrap();
        assert_eq!(act[1], "redis-cli CONFIG SET timeout 120");
    }
}
