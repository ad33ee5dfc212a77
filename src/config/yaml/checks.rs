//! Rules about single values: names, thresholds, facts, remedies.

use std::collections::BTreeMap;
use std::time::Duration;

use url::{Position, Url};

use crate::config::yaml::build::Builder;
use crate::config::yaml::raw;
use crate::config::{AppFlag, Facts, Rebuild, RebuildWay, Thresholds, Tls};
use crate::text;
use crate::yaml::{Node, Problem};

/// Where the key goes.
const KEY: &str = "{key}";
/// How long a key is waited for unless somebody has said, and the least and most that may be said.
const TIMEOUT: Duration = Duration::from_secs(30);
const TIMEOUTS: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(600));

/// Whether something may be called so: names end up on command lines, in file names, and as labels of metrics.
pub(crate) fn is_target_name(text: &str) -> bool {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_' | '.');
    (1..=64).contains(&text.len()) && text.chars().all(fits) && !text.starts_with(['-', '.'])
}

impl Builder<'_, '_> {
    /// Names end up on command lines and as labels of metrics.
    pub(super) fn check_name(&mut self, name: &Node) {
        let text = name.text().unwrap_or_default();
        if !is_target_name(text) {
            let message =
                "a name has 1 to 64 of a-z, 0-9, `-`, `_`, `.`, and begins with a letter, a digit or `_`";
            self.problems.push(Problem::new(name.at.clone(), message));
        }
    }

    /// Shares are 0-1, multiples are positive, and a warning comes before the critical level.
    pub(super) fn check_thresholds(&mut self, file: &Node, thresholds: &Thresholds) {
        let Some(node) = file.get("thresholds") else { return };
        let shares = [
            ("hit_ratio_warn", thresholds.hit_ratio_warn),
            ("hit_ratio_critical", thresholds.hit_ratio_critical),
            ("connections_warn", thresholds.connections_warn),
            ("connections_critical", thresholds.connections_critical),
            ("xid_age_warn", thresholds.xid_age_warn),
            ("xid_age_critical", thresholds.xid_age_critical),
        ];
        let before = self.problems.len();
        for (key, value) in shares {
            if !(0.0..=1.0).contains(&value) {
                self.problem(node, key, "expected a share from 0 to 1 (0.95 is 95 %)");
            }
        }
        if thresholds.queries_vs_baseline <= 1.0 {
            self.problem(node, "queries_vs_baseline", "expected a multiple above 1");
        }
        for (key, value) in
            [("running_slow", thresholds.running_slow), ("running_stop", thresholds.running_stop)]
        {
            if value <= 0.0 {
                self.problem(node, key, "expected a number of statements above 0");
            }
        }
        for (key, value) in
            [("cache_slow", thresholds.cache_slow), ("response_slow", thresholds.response_slow)]
        {
            if value <= 0.0 {
                self.problem(node, key, "expected milliseconds above 0");
            }
        }
        for (key, value) in [
            ("lock_wait_warn", thresholds.lock_wait_warn),
            ("lock_wait_critical", thresholds.lock_wait_critical),
            ("replication_lag_warn", thresholds.replication_lag_warn),
            ("replication_lag_critical", thresholds.replication_lag_critical),
            ("pooler_wait_warn", thresholds.pooler_wait_warn),
            ("pooler_wait_critical", thresholds.pooler_wait_critical),
        ] {
            if value <= 0.0 {
                self.problem(node, key, "expected seconds above 0");
            }
        }
        if thresholds.failed_logins_warn <= 0.0 {
            self.problem(node, "failed_logins_warn", "expected logins per second above 0");
        }
        if thresholds.minimum_lookups < 0.0 {
            self.problem(node, "minimum_lookups", "expected a number, 0 or more");
        }
        if self.problems.len() > before {
            return;
        }
        let pair = |first: &'static str, second: &'static str| {
            if node.get(first).is_some() { first } else { second }
        };
        if thresholds.hit_ratio_warn < thresholds.hit_ratio_critical {
            let message = format!(
                "the hit ratio falls: `hit_ratio_warn` ({}) must not be below `hit_ratio_critical` ({})",
                thresholds.hit_ratio_warn, thresholds.hit_ratio_critical
            );
            self.problem(node, pair("hit_ratio_warn", "hit_ratio_critical"), message);
        }
        let (warn, critical) = (thresholds.connections_warn, thresholds.connections_critical);
        let (slow, stop) = (thresholds.running_slow, thresholds.running_stop);
        for [(low, least), (high, most)] in [
            [("connections_warn", warn), ("connections_critical", critical)],
            [("running_slow", slow), ("running_stop", stop)],
            [
                ("lock_wait_warn", thresholds.lock_wait_warn),
                ("lock_wait_critical", thresholds.lock_wait_critical),
            ],
            [
                ("replication_lag_warn", thresholds.replication_lag_warn),
                ("replication_lag_critical", thresholds.replication_lag_critical),
            ],
            [("xid_age_warn", thresholds.xid_age_warn), ("xid_age_critical", thresholds.xid_age_critical)],
            [
                ("pooler_wait_warn", thresholds.pooler_wait_warn),
                ("pooler_wait_critical", thresholds.pooler_wait_critical),
            ],
        ] {
            if least > most {
                let message = format!("`{low}` ({least}) must not be above `{high}` ({most})");
                self.problem(node, pair(low, high), message);
            }
        }
    }

    /// A lock template names the key exactly once.
    pub(super) fn check_facts(&mut self, file: &Node, facts: &Facts) {
        let Some(node) = file.get("facts") else { return };
        if let Some(dialect) = &facts.lock_dialect
            && dialect != "none"
            && dialect.matches("{key}").count() != 1
        {
            self.problem(
                node,
                "lock_dialect",
                "expected a template with `{key}` in it once (`lock:{key}`), or `none`",
            );
        }
    }

    /// How a key is rebuilt: one way, in which the key has its place.
    pub(super) fn rebuild(&mut self, node: &Node, raw: raw::Rebuild) -> Option<Rebuild> {
        let before = self.problems.len();
        if raw.method.is_some() && raw.http.is_none() {
            self.problem(node, "method", "only a request (`http`) has a method");
        }
        if raw.headers.is_some() && raw.http.is_none() {
            self.problem(node, "headers", "only a request (`http`) has headers");
        }
        if raw.tls.is_some() && !raw.http.as_deref().is_some_and(|url| url.starts_with("https:")) {
            self.problem(node, "tls", "only a request to https:// has TLS");
        }
        let way = match (raw.http, raw.command) {
            (Some(url), None) => {
                if let Err(why) = keyed_url(&url) {
                    self.problem(node, "http", why);
                }
                let method = raw.method.unwrap_or(raw::Method::Get);
                let method = if method == raw::Method::Get { "GET" } else { "POST" };
                let headers = self.headers(node, raw.headers);
                let default = url.starts_with("https:").then(Tls::default);
                let tls = self.tls(node, raw.tls, default);
                RebuildWay::Http { method: method.into(), url, headers, tls }
            }
            (None, Some(words)) => {
                if words.first().is_none_or(|program| program.is_empty() || program.contains(KEY)) {
                    self.problem(node, "command", "expected a program, then its arguments");
                } else if !words.iter().any(|word| word.contains(KEY)) {
                    self.problem(node, "command", "expected `{key}` in one of the arguments");
                }
                RebuildWay::Command(words)
            }
            (Some(_), Some(_)) => {
                self.problem(node, "command", "a key is rebuilt in one way: `http` or `command`");
                return None;
            }
            (None, None) => {
                // One that is there and cannot be read has been told already.
                if node.get("http").is_none() && node.get("command").is_none() {
                    self.problem(node, "http", "expected `http` (a URL with `{key}`) or `command` (a list)");
                }
                return None;
            }
        };
        let timeout = match raw.timeout.as_deref().map(a_time) {
            Some(Ok(timeout)) => timeout,
            Some(Err(why)) => {
                self.problem(node, "timeout", why);
                TIMEOUT
            }
            None => TIMEOUT,
        };
        (self.problems.len() == before).then_some(Rebuild { way, timeout })
    }

    /// The application's switches, in the order of the file.
    pub(super) fn flags(&mut self, file: &Node, known: &BTreeMap<String, raw::Flag>) -> Vec<AppFlag> {
        let mut flags = Vec::new();
        for (name, node) in file.get("flags").into_iter().flat_map(Node::entries) {
            self.check_name(name);
            let name = name.text().unwrap_or_default();
            let Some(raw) = known.get(name) else { continue };
            if raw.key.is_empty() {
                self.problem(node, "key", "expected the key that the application reads");
            }
            flags.push(AppFlag { name: name.into(), key: raw.key.clone(), value: raw.value.clone() });
        }
        flags
    }
}

/// Whether the key has its place behind the host of this URL.
fn keyed_url(text: &str) -> Result<(), &'static str> {
    let filled = |key| Url::parse(&text.replace(KEY, key)).map_err(|_| "this is no URL");
    let (one, other) = (filled("a")?, filled("b")?);
    if !matches!(one.scheme(), "http" | "https") || one.host_str().is_none() {
        return Err("expected http:// or https://");
    }
    if one.password().is_some() || !one.username().is_empty() {
        return Err("a user or password in this URL is not supported");
    }
    let target = Position::BeforePath..Position::AfterQuery;
    if one[..Position::BeforePath] != other[..Position::BeforePath] || one[target.clone()] == other[target] {
        return Err("expected `{key}` in the path or query of this URL");
    }
    Ok(())
}

pub(super) fn a_time(given: &str) -> Result<Duration, String> {
    if given.trim().parse::<f64>().is_ok() {
        return Err("a time needs its unit: 30s or 1m".into());
    }
    let time = text::parse_duration(given)?;
    if !(TIMEOUTS.0..=TIMEOUTS.1).contains(&time) {
        let (least, most) = (text::duration(TIMEOUTS.0), text::duration(TIMEOUTS.1));
        return Err(format!("expected a time from {least} to {most}"));
    }
    Ok(time)
}
