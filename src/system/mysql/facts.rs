//! What the server says of itself: flavour, version, role.

use std::collections::BTreeMap;

use mysql_async::{Row, Value};

use crate::proof::{Lasts, Life};
use crate::system::Identity;
use crate::text;

/// The settings that were read, by name.
#[derive(Clone, Debug, Default)]
pub struct Variables(BTreeMap<String, String>);

impl Variables {
    pub(super) fn new(values: BTreeMap<String, String>) -> Self {
        Self(values)
    }

    /// The settings of a test.
    #[cfg(test)]
    pub fn of(pairs: &[(&str, &str)]) -> Self {
        Self(pairs.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect())
    }

    fn get(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }

    /// Whether this is MariaDB; `5.5.5-10.11.19-MariaDB` and `10.11.19-MariaDB-log` both say so.
    pub fn mariadb(&self) -> bool {
        self.get("version").to_ascii_lowercase().contains("mariadb")
            || self.get("version_comment").to_ascii_lowercase().contains("mariadb")
    }

    /// Whether `performance_schema` is on.
    pub fn performance_schema(&self) -> bool {
        is_on(self.get("performance_schema"))
    }

    /// The limit on connections of ordinary accounts.
    pub fn max_connections(&self) -> Option<f64> {
        self.get("max_connections").parse().ok()
    }

    /// A setting as the server says it; empty when it has none of that name.
    pub fn value(&self, name: &str) -> &str {
        self.get(name)
    }

    /// What keeps several servers in step and sets `read_only` by its own rules; none when this is one server.
    pub fn cluster(&self) -> Option<&'static str> {
        match () {
            () if !self.get("group_replication_group_name").is_empty() => Some("Group Replication"),
            () if is_on(self.get("wsrep_on")) => Some("Galera"),
            () => None,
        }
    }

    /// Whether the storage is one that this server only reads.
    fn storage_reads(&self) -> bool {
        is_on(self.get("innodb_read_only"))
    }

    /// Whether another server writes what this one reads.
    fn aurora(&self) -> bool {
        !self.get("aurora_version").is_empty()
    }

    /// Who else says whether it may be written to: a cluster, or the storage that it reads and another server writes (Aurora).
    pub fn read_only_by(&self) -> Option<&'static str> {
        self.cluster().or_else(|| (self.storage_reads() && self.aurora()).then_some("the storage"))
    }

    /// The limit on prepared statements of all sessions together; none when there are to be none.
    pub fn max_prepared(&self) -> Option<f64> {
        self.get("max_prepared_stmt_count").parse().ok().filter(|most| *most > 0.0)
    }

    /// Why a node of Galera turns its clients away, by its configuration.
    pub fn rejects(&self) -> Option<String> {
        let what = self.get("wsrep_reject_queries");
        let rejects = matches!(what, "ALL" | "ALL_KILL");
        rejects.then(|| format!("wsrep_reject_queries is {what}"))
    }

    /// Whether something is done for each ordinary client when it connects; where that fails, the client is thrown out.
    pub fn greets(&self) -> bool {
        !self.get("init_connect").trim().is_empty()
    }

    /// Why writes are refused, whatever `read_only` says: the server was started to save what a crash has left, or each
    /// transaction begins as one that only reads.
    pub fn rescue(&self) -> Option<String> {
        let by_default =
            ["transaction_read_only", "tx_read_only"].into_iter().find(|name| is_on(self.get(name)));
        if let Some(name) = by_default {
            return Some(format!("{name} is on"));
        }
        if self.storage_reads() && !self.aurora() {
            return Some("innodb_read_only is on".into());
        }
        let level = self.get("innodb_force_recovery").parse::<u32>().ok()?;
        let from = if self.mariadb() { 5 } else { 4 };
        (level >= from).then(|| format!("innodb_force_recovery is {level}"))
    }

    /// Whether ordinary clients can not write. MariaDB 12 has more words than `ON` for it.
    pub fn read_only(&self) -> Option<bool> {
        let value = self.get("read_only");
        (!value.is_empty()).then(|| is_on(value) || is_on(self.get("super_read_only")))
    }
}

fn is_on(value: &str) -> bool {
    !matches!(value, "" | "0") && !value.eq_ignore_ascii_case("off")
}

/// The replication of a server, as far as it may be seen.
#[derive(Clone, Debug, PartialEq)]
pub enum Replication {
    /// It is nobody's replica.
    None,
    /// We may not ask.
    Hidden,
    /// It follows another server.
    Replica {
        /// Seconds behind, or why that is not known.
        lag: Result<f64, String>,
        /// What stands, in words, where something does.
        stands: Option<String>,
        /// Seconds that it is told to stay behind.
        delay: f64,
        /// The lock that its applier waits for, escaped, where it waits for one.
        waits: Option<String>,
    },
}

/// Reads the rows of `SHOW REPLICA STATUS`, one for each that is followed: the worst counts.
pub(super) fn replicas(rows: &[Row]) -> Replication {
    let mut all: Vec<Replication> = rows.iter().map(replica).collect();
    all.sort_by(|a, b| badness(a).total_cmp(&badness(b)));
    all.pop().unwrap_or(Replication::None)
}

fn badness(replication: &Replication) -> f64 {
    match replication {
        Replication::Replica { stands: Some(_), .. } => f64::INFINITY,
        Replication::Replica { lag: Ok(lag), .. } => *lag,
        _ => 0.0,
    }
}

fn replica(row: &Row) -> Replication {
    let find = |names: [&str; 2]| {
        let at = row.columns_ref().iter().position(|column| names.contains(&&*column.name_str()))?;
        match row.as_ref(at) {
            Some(Value::Bytes(bytes)) => Some(String::from_utf8_lossy(bytes).into_owned()),
            _ => None,
        }
    };
    let number = |names| find(names).and_then(|value| value.parse::<f64>().ok());
    let io = find(["Replica_IO_Running", "Slave_IO_Running"]).unwrap_or_default();
    let sql = find(["Replica_SQL_Running", "Slave_SQL_Running"]).unwrap_or_default();
    let delay = number(["SQL_Delay", "SQL_Delay"]).unwrap_or(0.0);
    // Seconds_Behind_Source is 0 as well when nothing arrives any more.
    if io == "Yes" && sql == "Yes" {
        let behind = number(["Seconds_Behind_Source", "Seconds_Behind_Master"]);
        let lag = behind.ok_or_else(|| "the server does not say".to_owned());
        let state = find(["Replica_SQL_Running_State", "Slave_SQL_Running_State"]).unwrap_or_default();
        let waits = state.strip_prefix("Waiting for ").filter(|what| what.ends_with(" lock"));
        let waits = waits.map(|what| text::escape(what).into_owned());
        return Replication::Replica { lag, stands: None, delay, waits };
    }
    let threads = format!("receiver {}, applier {}", text::escape(&io), text::escape(&sql));
    // The words of an applier's error hold values of rows, and statements: its number must do.
    let applying = number(["Last_SQL_Errno", "Last_SQL_Errno"]).filter(|number| *number > 0.0);
    let receiving = number(["Last_IO_Errno", "Last_IO_Errno"]).filter(|number| *number > 0.0);
    let error = match (applying, receiving) {
        (Some(number), _) => format!("; error {number}{}", known(number)),
        (None, Some(number)) => {
            let said = find(["Last_IO_Error", "Last_IO_Error"]).unwrap_or_default();
            format!("; error {number}: {}", text::fit(&text::escape(&said), 160))
        }
        (None, None) => String::new(),
    };
    let stands = Some(format!("replication stands ({threads}{error})"));
    let lag = Err(format!("replication is broken or stopped ({threads})"));
    Replication::Replica { lag, stands, delay, waits: None }
}

/// What the usual errors of an applier are.
fn known(error: f64) -> &'static str {
    match error as u32 {
        1062 => ": duplicate key",
        1032 => ": row not found",
        1146 => ": no such table",
        1205 | 1213 => ": lock wait or deadlock",
        _ => "",
    }
}

/// Puts the identity together; `greeting` is the version in the handshake.
pub(super) fn identity(
    variables: &Variables,
    replication: &Replication,
    greeting: (u16, u16, u16),
) -> Identity {
    let get = |name| text::escape(variables.get(name)).into_owned();
    let mariadb = variables.mariadb();
    let version = get("version");
    let version = version.strip_prefix("5.5.5-").unwrap_or(&version).to_owned();
    let id = match get("server_uuid") {
        uuid if uuid.is_empty() || mariadb => {
            format!("server_id {} on {}:{}", get("server_id"), get("hostname"), get("port"))
        }
        uuid => uuid,
    };
    let role = match replication {
        Replication::Replica { .. } => "replica",
        Replication::None if variables.read_only() == Some(true) => "read-only, follows nobody",
        Replication::None => "primary",
        Replication::Hidden if variables.read_only() == Some(true) => "read-only (replication hidden)",
        Replication::Hidden => "writable (replication hidden)",
    };
    Identity {
        id,
        product: if mariadb { "MariaDB" } else { "MySQL" }.into(),
        note: proxy(&get("version_comment"), &version, greeting),
        version,
        role: role.into(),
        lasts: Lasts::Always(Life::default()),
    }
}

/// Names a proxy that stands in between (S7): by its own words, or because it greets with another version.
fn proxy(comment: &str, version: &str, greeting: (u16, u16, u16)) -> Option<String> {
    let lower = format!("{comment} {version}").to_ascii_lowercase();
    for name in ["ProxySQL", "MaxScale"] {
        if lower.contains(&name.to_ascii_lowercase()) {
            return Some(format!("{name} stands in between"));
        }
    }
    let said = number(version);
    (said.is_some_and(|said| said != greeting)).then(|| {
        let (a, b, c) = greeting;
        format!("greets as {a}.{b}.{c} but is {version}: a proxy (ProxySQL, MaxScale?) stands in between")
    })
}

/// `9.7.4-2` → (9, 7, 4); calendar versions (`26.10.0`) are numbers like any other.
fn number(version: &str) -> Option<(u16, u16, u16)> {
    let mut parts = version.split(|c: char| !c.is_ascii_digit());
    let mut next = || parts.next()?.parse().ok();
    Some((next()?, next()?, next()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variables(pairs: &[(&str, &str)]) -> Variables {
        Variables::of(pairs)
    }

    #[test]
    fn flavours_and_versions_are_told_apart() {
        let maria = variables(&[
            ("version", "5.5.5-10.11.19-MariaDB-log"),
            ("server_id", "7"),
            ("hostname", "db1"),
            ("port", "3306"),
        ]);
        let identity = identity(&maria, &Replication::None, (10, 11, 19));
        assert_eq!(
            (identity.product.as_str(), identity.version.as_str()),
            ("MariaDB", "10.11.19-MariaDB-log")
        );
        assert_eq!(identity.id, "server_id 7 on db1:3306");
        assert_eq!(identity.note, None);
        assert_eq!(number("26.10.0"), Some((26, 10, 0)));
        assert_eq!(number("9.7.4-2"), Some((9, 7, 4)));
    }

    #[test]
    fn a_proxy_is_named() {
        let mysql =
            variables(&[("version", "8.4.2"), ("version_comment", "(ProxySQL)"), ("server_uuid", "u-1")]);
        let of =
            |v: &Variables, greeting| identity(v, &Replication::Hidden, greeting).note.unwrap_or_default();
        assert!(of(&mysql, (8, 4, 2)).contains("ProxySQL"));
        let plain = variables(&[("version", "8.4.2"), ("server_uuid", "u-1")]);
        assert!(of(&plain, (8, 0, 30)).contains("greets as 8.0.30"));
        assert_eq!(of(&plain, (8, 4, 2)), "");
    }

    #[test]
    fn what_was_started_for_a_rescue_refuses_writes() {
        let of =
            |version, level| variables(&[("version", version), ("innodb_force_recovery", level)]).rescue();
        let by_default =
            variables(&[("version", "8.4.2"), ("transaction_read_only", "ON"), ("tx_read_only", "OFF")]);
        assert_eq!(by_default.rescue().as_deref(), Some("transaction_read_only is on"));
        assert_eq!(of("8.4.2", "4").as_deref(), Some("innodb_force_recovery is 4"));
        assert_eq!(of("10.11.14-MariaDB", "5").as_deref(), Some("innodb_force_recovery is 5"));
        assert_eq!((of("10.11.14-MariaDB", "4"), of("8.4.2", "3"), of("8.4.2", "0")), (None, None, None));
    }

    #[test]
    fn a_storage_that_nobody_writes_is_read_only_and_aurora_s_is_another_s() {
        let of = |more: &[(&str, &str)]| {
            let all = [&[("version", "10.11.14-MariaDB"), ("innodb_read_only", "ON")], more].concat();
            variables(&all).rescue()
        };
        assert_eq!(of(&[]).as_deref(), Some("innodb_read_only is on"));
        assert_eq!(of(&[("aurora_version", "3.05.2")]), None);
    }

    #[test]
    fn read_only_has_many_words() {
        for (value, expected) in
            [("ON", true), ("1", true), ("NO_LOCK_NO_ADMIN", true), ("OFF", false), ("0", false)]
        {
            assert_eq!(variables(&[("read_only", value)]).read_only(), Some(expected));
        }
        assert_eq!(variables(&[]).read_only(), None);
    }
}
