//! Options of client libraries that are passed over: silently where they mean nothing here, with a word where that is not known.

use crate::config::url::wish::shown;

/// How a client pools, waits, encodes, and calls its keys: nothing of it changes what one looks at.
const MEANINGLESS: &[&str] = &[
    "abortconnect",
    "adapter",
    "alias",
    "allowmultiqueries",
    "allownativepasswords",
    "application_name",
    "applicationname",
    "async_fallback",
    "autocommit",
    "autoreconnect",
    "bignumberstrings",
    "binary_parameters",
    "cacheprepstmts",
    "characterencoding",
    "charset",
    "class",
    "client_encoding",
    "client_name",
    "clientfoundrows",
    "clientname",
    "collation",
    "compress",
    "compression",
    "conn_max_age",
    "currentschema",
    "datestrings",
    "decimalnumbers",
    "decode_responses",
    "defaultrowfetchsize",
    "dialect",
    "driver",
    "enablereadycheck",
    "enableofflinequeue",
    "encoding",
    "encoding_errors",
    "failover",
    "fallback_application_name",
    "family",
    "gssencmode",
    "gsslib",
    "health_check_interval",
    "init_command",
    "interpolateparams",
    "keepalive",
    "keepalives",
    "keepalives_count",
    "keepalives_idle",
    "keepalives_interval",
    "keyprefix",
    "krbsrvname",
    "lazy",
    "lazyconnect",
    "libraryname",
    "load_balance_hosts",
    "loc",
    "maxallowedpacket",
    "multistatements",
    "network",
    "nodelay",
    "options",
    "parsetime",
    "persistent",
    "persistent_id",
    "pgbouncer",
    "prefer_socket",
    "prefix",
    "prepared_statements",
    "preparethreshold",
    "prepstmtcachesize",
    "protocol",
    "queuelimit",
    "reconnect",
    "replication",
    "resp",
    "rewritebatchedinserts",
    "rewritebatchedstatements",
    "schema",
    "search_path",
    "server_version",
    "servertimezone",
    "serverversion",
    "setinfo",
    "showfriendlyerrorstack",
    "sql_mode",
    "sslcompression",
    "sslsni",
    "sslnegotiation",
    "stringtype",
    "supportbignumbers",
    "target_session_attrs",
    "targetservertype",
    "time_zone",
    "timezone",
    "unicode",
    "useserverprepstmts",
    "usecursorfetch",
    "useunicode",
    "virtual_host",
    "waitforconnections",
    "weight",
    "workaround",
    "zerodatetimebehavior",
];

/// Families of such options.
const FAMILIES: &[&str] = &["timeout", "pool", "retr", "cache"];
/// What the names of others begin with.
const BEGINNINGS: &[&str] = &["max", "min", "conn_", "connection_", "tcp", "socket_"];

/// What was passed over.
#[derive(Default)]
pub(in crate::config) struct Passed(Vec<String>);

impl Passed {
    /// Passes over an option.
    pub(in crate::config) fn option(&mut self, key: &str) {
        let meaningless = MEANINGLESS.contains(&key)
            || FAMILIES.iter().any(|family| key.contains(family))
            || BEGINNINGS.iter().any(|beginning| key.starts_with(beginning));
        if !meaningless {
            self.0.push(format!("the option `{}` is not known here and was passed over", shown(key)));
        }
    }

    /// Passes over an option that means something, and is not followed.
    pub(in crate::config) fn because(&mut self, key: &str, why: &str) {
        self.0.push(format!("the option `{}` is passed over: {why}", shown(key)));
    }

    /// The words about all of them, after others.
    pub(in crate::config) fn notes(self, mut others: Vec<String>) -> Vec<String> {
        others.extend(self.0);
        others
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_pools_and_waits_is_no_word_worth_and_the_rest_is_named() {
        let mut passed = Passed::default();
        for key in ["charset", "pool_size", "socket_connect_timeout", "retry_on_timeout", "readonly", "a b"] {
            passed.option(key);
        }
        let word = |key| format!("the option `{key}` is not known here and was passed over");
        assert_eq!(passed.notes(Vec::new()), [word("readonly"), word("***")]);
    }
}
