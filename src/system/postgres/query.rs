//! Every question that is ever sent to a PostgreSQL server (S2): all of them read. What is written is in `write.rs`.

use std::time::Duration;

use crate::system::postgres::Scope;
use crate::system::postgres::quote::literal;

/// Begins what a SELECT of the operator's runs in; `patience`: for each page of its rows. All of them are wanted, and none
/// of them soon: the plan is to be the one for all.
pub(super) fn begin_rows(patience: Duration) -> String {
    format!(
        "BEGIN READ ONLY; SET LOCAL statement_timeout = {}; SET LOCAL idle_in_transaction_session_timeout = '15min'; \
         SET LOCAL bytea_output = hex; SET LOCAL cursor_tuple_fraction = 1",
        patience.as_millis()
    )
}

/// Whether only the slots are left that are reserved for superusers and the like.
pub(super) const CROWDED: &str = "SELECT count(*) > current_setting('max_connections')::int \
    - current_setting('superuser_reserved_connections')::int \
    - coalesce(current_setting('reserved_connections', true), '0')::int AS crowded \
    FROM pg_stat_activity WHERE backend_type = 'client backend'";

/// Has the server look each second whether we are still there, where it can (14 and later): a statement whose connection is gone
/// would go on else until it has something to say.
pub(super) const LOOK_FOR_US: &str = "SELECT set_config(name, '1000', true) FROM pg_settings \
    WHERE name = 'client_connection_check_interval' AND version() LIKE '%linux%'";

/// What a SELECT of the operator's is read through; the statement follows.
pub(super) const CURSOR: &str = "DECLARE stampede_rows NO SCROLL CURSOR FOR ";

/// So many of its rows.
pub(super) fn fetch(count: usize) -> String {
    format!("FETCH FORWARD {count} FROM stampede_rows")
}

/// What the server proves it is. Open to everybody unless somebody closed it.
pub(super) const SYSTEM: &str = "SELECT system_identifier AS id FROM pg_control_system()";

/// Whether `pg_stat_statements` is loaded and can be read from this database.
pub(super) const EXTENSIONS: &str = "SELECT current_setting('pg_stat_statements.max', true) IS NOT NULL \
    AND to_regclass('pg_stat_statements') IS NOT NULL AS statements";

/// Everything of one moment that is one row: one statement, as each look of a watch asks it. `calls`: whether
/// `pg_stat_statements` can be asked.
pub(super) fn moment(calls: bool) -> String {
    let calls = if calls { format!(", ({CALLS}) s") } else { String::new() };
    format!("SELECT * FROM ({FACTS}) f, ({COUNTERS}) c, ({WAITING}) w{calls}")
}

/// Settings, role, slots, replay position. `pg_has_role` is true for superusers and members of pg_monitor.
pub(super) const FACTS: &str = "SELECT current_setting('max_connections') AS max_connections, \
    current_setting('superuser_reserved_connections') AS superuser_reserved, \
    current_setting('reserved_connections', true) AS reserved, pg_is_in_recovery() AS standby, \
    extract(epoch FROM pg_postmaster_start_time()) AS started, extract(epoch FROM clock_timestamp()) AS now, \
    pg_has_role(current_user, 'pg_read_all_stats', 'USAGE') AS sees_all, \
    current_setting('default_transaction_read_only') AS read_only, \
    CASE WHEN current_setting('default_transaction_read_only') = 'on' THEN (SELECT source FROM pg_settings \
    WHERE name = 'default_transaction_read_only') END AS read_only_by, inet_server_port() AS port, a.*, \
    CASE WHEN pg_is_in_recovery() THEN pg_is_wal_replay_paused() END AS paused, \
    CASE WHEN pg_is_in_recovery() THEN EXISTS (SELECT FROM pg_stat_activity \
    WHERE backend_type = 'startup' AND wait_event = 'RecoveryApplyDelay') END AS delays, \
    CASE WHEN pg_is_in_recovery() THEN EXISTS (SELECT FROM pg_stat_activity WHERE backend_type = 'startup' \
    AND (wait_event_type = 'Lock' OR wait_event LIKE 'RecoveryConflict%')) END AS held, \
    CASE WHEN pg_is_in_recovery() THEN (SELECT setting <> '' FROM pg_settings WHERE name = 'primary_conninfo') END \
    AS streams, CASE WHEN pg_is_in_recovery() THEN (SELECT setting::float8 / 1000 FROM pg_settings \
    WHERE name = 'recovery_min_apply_delay') END AS delay, \
    EXISTS (SELECT FROM pg_stat_wal_receiver) AS receiving, \
    pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() AS replayed, \
    pg_last_wal_receive_lsn() - '0/0' AS received_to, pg_last_wal_replay_lsn() - '0/0' AS replayed_to, \
    extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp()) AS replay_age \
    FROM (SELECT count(*) AS clients, \
    count(*) FILTER (WHERE state = 'disabled' AND pid <> pg_backend_pid()) AS closed, \
    count(*) FILTER (WHERE state LIKE 'idle in transaction%') AS idle_open, \
    count(*) FILTER (WHERE state = 'idle in transaction (aborted)') AS aborted, \
    extract(epoch FROM clock_timestamp() - min(state_change) FILTER (WHERE state LIKE 'idle in transaction%')) \
    AS idle_age FROM pg_stat_activity WHERE backend_type = 'client backend') a";

/// Transactions of all databases since their statistics were reset, and per second since then; and those of applications: what
/// made the server is in `template1`.
const COUNTERS: &str = "SELECT sum(xact_commit + xact_rollback) AS xacts, sum(xact_rollback) AS rollbacks, \
    sum(xact_commit + xact_rollback) FILTER (WHERE datname NOT IN ('template0', 'template1')) AS ended, \
    sum(conflicts) AS conflicts, \
    sum(numbackends) AS backends, max(extract(epoch FROM stats_reset)) AS reset, \
    (SELECT max(greatest(age(datfrozenxid), mxid_age(datminmxid))) FROM pg_database) AS xid_age, \
    sum((xact_commit + xact_rollback) / nullif(extract(epoch FROM clock_timestamp() \
    - coalesce(stats_reset, (SELECT stats_reset FROM pg_stat_archiver))), 0)) AS lifetime FROM pg_stat_database";

/// Statements counted by `pg_stat_statements`, without their texts. PostgreSQL 14 and later.
const CALLS: &str = "SELECT sum(calls) AS calls, (SELECT dealloc FROM pg_stat_statements_info) AS dealloc, \
    (SELECT extract(epoch FROM clock_timestamp() - stats_reset) FROM pg_stat_statements_info) AS since \
    FROM pg_stat_statements(false)";

/// Running client statements. The text travels as hex: it may be in another encoding than this database's.
pub(super) const RUNNING: &str = "SELECT extract(epoch FROM clock_timestamp() - query_start) AS age, query_id AS id, \
    encode(substring(textsend(query) FROM 1 FOR 2048), 'hex') AS query FROM pg_stat_activity \
    WHERE backend_type = 'client backend' AND state = 'active' AND pid <> pg_backend_pid() \
    AND usename NOT IN ('rdsadmin', 'cloudsqladmin', 'azuresu', 'azure_superuser')";

/// The same before PostgreSQL 14, which has no query ids.
pub(super) const RUNNING_13: &str = "SELECT extract(epoch FROM clock_timestamp() - query_start) AS age, NULL AS id, \
    encode(substring(textsend(query) FROM 1 FOR 2048), 'hex') AS query FROM pg_stat_activity \
    WHERE backend_type = 'client backend' AND state = 'active' AND pid <> pg_backend_pid() \
    AND usename NOT IN ('rdsadmin', 'cloudsqladmin', 'azuresu', 'azure_superuser')";

/// Client sessions that wait for a lock, or with their commit for a synchronous standby, and for how long their statements have
/// run. An advisory lock is what an application made for itself, and waits for on purpose; for the end of others' transactions
/// (`virtualxid`) waits who builds an index concurrently, and holds nobody up.
const WAITING: &str = "SELECT count(*) AS waiting, count(*) FILTER (WHERE wait_event = 'SyncRep') AS commits, \
    extract(epoch FROM max(clock_timestamp() - coalesce(query_start, state_change))) AS longest \
    FROM pg_stat_activity WHERE (wait_event_type = 'Lock' AND wait_event NOT IN ('advisory', 'virtualxid') OR wait_event = 'SyncRep') \
    AND backend_type = 'client backend' AND pid <> pg_backend_pid()";

/// Who waits for a lock as far as a role may see it that does not see others' sessions: the locks themselves are open to
/// everybody. Commits that wait for a standby are not among them.
pub(super) const WAITING_PLAIN: &str = "SELECT count(DISTINCT l.pid) AS waiting, \
    extract(epoch FROM clock_timestamp() - min((to_jsonb(l) ->> 'waitstart')::timestamptz)) AS longest, \
    current_setting('synchronous_standby_names') <> '' AS standbys \
    FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid \
    WHERE NOT l.granted AND l.locktype NOT IN ('advisory', 'virtualxid') AND a.usename IS NOT NULL AND l.pid <> pg_backend_pid()";

/// Whom they wait for: from each of the four that have waited longest to whom it waits for, and on, to one that waits for
/// nobody. To ask whom a session waits for stops the lock manager for a moment: it is asked of so few, and only when some
/// wait. Process 0 is a prepared transaction. `waitstart` is there from PostgreSQL 14 on.
pub(super) fn holder(sees_all: bool) -> String {
    let waiting = if sees_all { WAITERS } else { WAITERS_PLAIN };
    format!("WITH RECURSIVE waiting AS ({waiting} LIMIT 4), {CHAIN}")
}

const WAITERS: &str = "SELECT pid FROM pg_stat_activity \
    WHERE wait_event_type = 'Lock' AND wait_event NOT IN ('advisory', 'virtualxid') AND backend_type = 'client backend' \
    AND pid <> pg_backend_pid() ORDER BY query_start";
const WAITERS_PLAIN: &str = "SELECT l.pid FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid \
    WHERE NOT l.granted AND l.locktype NOT IN ('advisory', 'virtualxid') AND a.usename IS NOT NULL AND l.pid <> pg_backend_pid() \
    ORDER BY to_jsonb(l) ->> 'waitstart'";
const CHAIN: &str = "chain AS (SELECT pid AS waiter, pid, \
    (pg_blocking_pids(pid))[1] AS behind, 0 AS depth FROM waiting UNION ALL SELECT waiter, behind, \
    (pg_blocking_pids(behind))[1], depth + 1 FROM chain WHERE behind > 0 AND depth < 8) \
    SELECT r.root AS pid, coalesce(a.usename, a.backend_type) AS who, a.state, a.xact_start::text AS mark, \
    a.xact_start IS NOT NULL AS open, extract(epoch FROM clock_timestamp() - \
    CASE WHEN a.state LIKE 'idle%' THEN a.state_change ELSE coalesce(a.query_start, a.xact_start) END) AS age, \
    encode(substring(textsend(a.query) FROM 1 FOR 2048), 'hex') AS query, w.waited, w.what \
    FROM (SELECT CASE WHEN behind = 0 THEN 0 ELSE pid END AS root, count(*) AS many FROM chain \
    WHERE behind = 0 OR (behind IS NULL AND depth > 0) GROUP BY 1 ORDER BY 2 DESC LIMIT 1) r \
    LEFT JOIN pg_stat_activity a ON a.pid = r.root LEFT JOIN LATERAL (SELECT \
    extract(epoch FROM clock_timestamp() - (to_jsonb(l) ->> 'waitstart')::timestamptz) AS waited, \
    concat_ws(' ', l.locktype, l.mode, CASE WHEN l.database = (SELECT oid FROM pg_database \
    WHERE datname = current_database()) THEN l.relation::regclass::text END) AS what FROM pg_locks l \
    WHERE NOT l.granted AND l.locktype NOT IN ('advisory', 'virtualxid') ORDER BY to_jsonb(l) ->> 'waitstart' LIMIT 1) w ON true";

/// What stands beside the sessions, in rows of one form: one statement, as each look of a watch asks it. `version`: the server's
/// major version; none leaves subscriptions out, which before PostgreSQL 14 are hidden in part from whoever is no superuser.
pub(super) fn standing(version: Option<u32>) -> String {
    let subscriptions = version.map(subscriptions).unwrap_or_default();
    format!(
        "SELECT * FROM (WITH c AS ({CLIENTS}) SELECT NULL AS what, NULL AS name, NULL AS place, NULL AS status, NULL::bool AS active, \
         NULL::float8 AS n, NULL::float8 AS most, NULL::float8 AS idle, NULL::float8 AS hidden WHERE false \
         UNION ALL ({FULL}) UNION ALL ({SHUT}) UNION ALL ({READ_ONLY}) UNION ALL ({SLOTS}) UNION ALL ({ARCHIVE}){subscriptions}) s"
    )
}

/// Sessions that count in a limit, without ours.
const CLIENTS: &str = "SELECT usesysid, datid, state, backend_type, backend_start FROM pg_stat_activity \
    WHERE usesysid IS NOT NULL AND pid <> pg_backend_pid() \
    AND coalesce(backend_type, 'client backend') IN ('client backend', 'walsender')";

/// Roles and databases that have all the connections that they may have, and how many of those are idle. Superusers are never
/// refused.
const FULL: &str = "SELECT 'full', name, NULL, NULL, NULL::bool, count(*), most, count(*) FILTER (WHERE state = 'idle'), \
    count(*) FILTER (WHERE state IS NULL OR state = 'disabled') FROM (SELECT rolname::text AS name, rolconnlimit AS most, state \
    FROM pg_roles r JOIN c ON usesysid = r.oid WHERE rolconnlimit > 0 AND NOT rolsuper UNION ALL \
    SELECT 'database ' || datname, datconnlimit, state FROM pg_database d JOIN c ON datid = d.oid WHERE datconnlimit > 0) l \
    GROUP BY name, most HAVING count(*) >= most ORDER BY name LIMIT 20";

/// Roles and databases with sessions that take no new ones. A session that began after `VALID UNTIL` was not let in by its
/// password. Whose sessions are hidden is left out: they may be the server's own.
const SHUT: &str = "SELECT 'shut', name, NULL, why, NULL::bool, count(*), NULL::float8, NULL::float8, NULL::float8 \
    FROM (SELECT rolname::text AS name, CASE WHEN NOT rolcanlogin THEN 'login' WHEN rolconnlimit = 0 AND NOT rolsuper THEN 'limit' \
    WHEN rolvaliduntil < clock_timestamp() THEN CASE WHEN max(backend_start) OVER (PARTITION BY r.oid) > rolvaliduntil \
    THEN 'entered' ELSE 'until' END END AS why FROM pg_roles r JOIN c ON usesysid = r.oid AND backend_type IS NOT NULL \
    WHERE rolname !~ '^(pg_|rds|cloudsql|azure|alloydb)' UNION ALL SELECT 'database ' || datname, \
    CASE WHEN NOT datallowconn THEN 'allow' WHEN datconnlimit = 0 THEN 'limit' END \
    FROM pg_database d JOIN c ON datid = d.oid AND backend_type IS NOT NULL UNION ALL \
    SELECT rolname || ' in ' || datname, 'connect' FROM c JOIN pg_roles r ON usesysid = r.oid JOIN pg_database d ON datid = d.oid \
    WHERE backend_type IS NOT NULL AND NOT rolsuper AND NOT has_database_privilege(r.oid, d.oid, 'CONNECT')) l \
    WHERE why IS NOT NULL GROUP BY name, why ORDER BY name LIMIT 20";

/// Databases and roles with sessions that have a default of their own for what is read-only.
const READ_ONLY: &str = "SELECT 'read_only', d.datname::text, r.rolname::text, \
    substr(entry, length('default_transaction_read_only=') + 1), d.datname = current_database(), count(*), NULL::float8, \
    NULL::float8, NULL::float8 FROM pg_db_role_setting LEFT JOIN pg_database d ON d.oid = setdatabase \
    LEFT JOIN pg_roles r ON r.oid = setrole CROSS JOIN unnest(setconfig) AS entry \
    JOIN c ON (setdatabase = 0 OR datid = setdatabase) AND (setrole = 0 OR usesysid = setrole) \
    WHERE entry LIKE 'default_transaction_read_only=%' GROUP BY d.datname, r.rolname, entry ORDER BY 2, 3 LIMIT 20";

/// Slots that keep more log than a server keeps by itself: what it says of them, where its reader is (`n`), and how far
/// behind the end of the log. `wal_status` is there from PostgreSQL 13 on.
const SLOTS: &str = "SELECT 'slot', slot_name::text, NULL, status, active, place, behind - pg_size_bytes(current_setting('max_wal_size')), \
    NULL::float8, NULL::float8 FROM (SELECT slot_name, active, place, tip - place AS behind, \
    coalesce(to_jsonb(s) ->> 'wal_status', CASE WHEN tip - (restart_lsn - '0/0') > pg_size_bytes(current_setting('max_wal_size')) \
    THEN 'extended' END) AS status FROM pg_replication_slots s CROSS JOIN LATERAL \
    (SELECT (coalesce((to_jsonb(s) ->> 'confirmed_flush_lsn')::pg_lsn, restart_lsn) - '0/0')::float8 AS place, (CASE WHEN pg_is_in_recovery() \
    THEN pg_last_wal_receive_lsn() ELSE pg_current_wal_lsn() END - '0/0')::float8 AS tip) p) k \
    WHERE status <> 'reserved' ORDER BY slot_name LIMIT 20";

/// An archive whose last try has failed.
const ARCHIVE: &str = "SELECT 'archive', NULL, NULL, NULL, NULL::bool, NULL::float8, NULL::float8, NULL::float8, NULL::float8 \
    FROM pg_stat_archiver WHERE current_setting('archive_mode') <> 'off' \
    AND last_failed_time > coalesce(last_archived_time, '-infinity')";

/// Subscriptions that are switched on, whether a worker applies what comes (`active`), and how often one has failed: that is
/// counted from PostgreSQL 15 on.
fn subscriptions(version: u32) -> String {
    let same = if version >= 14 { "w.subid = u.oid" } else { "w.subname = u.subname" };
    let failed = if version >= 15 {
        "(SELECT coalesce((to_jsonb(e) ->> 'apply_error_count')::float8, 0) + coalesce((to_jsonb(e) ->> 'sync_error_count')::float8, 0) \
         FROM pg_stat_subscription_stats e WHERE e.subid = u.oid)"
    } else {
        "NULL::float8"
    };
    format!(
        " UNION ALL (SELECT 'subscription', u.subname::text, u.subdbid::text, NULL, EXISTS (SELECT FROM pg_stat_subscription w \
         WHERE {same} AND w.pid IS NOT NULL AND w.relid IS NULL), {failed}, NULL::float8, NULL::float8, NULL::float8 \
         FROM pg_subscription u WHERE u.subenabled ORDER BY u.subname LIMIT 100)"
    )
}

/// Roles that cannot log in, and own or were granted something: none may, none more may, or their password has expired. One
/// that has members is a group, and no account.
pub(super) const LOCKED_ROLES: &str = "SELECT rolname AS name FROM pg_roles r \
    WHERE (NOT rolcanlogin OR rolconnlimit = 0 OR rolvaliduntil < clock_timestamp()) \
    AND rolname !~ '^(pg_|rds|cloudsql|azure|alloydb)' \
    AND NOT EXISTS (SELECT FROM pg_auth_members m JOIN pg_roles u ON u.oid = m.member \
    WHERE m.roleid = r.oid AND u.rolcanlogin) AND EXISTS (SELECT FROM pg_shdepend d \
    WHERE d.refclassid = 'pg_authid'::regclass AND d.refobjid = r.oid AND d.deptype IN ('o', 'a')) ORDER BY 1 LIMIT 20";

/// Connections of this program, by the names that they gave themselves.
pub(super) const PROGRAMS: &str = "SELECT DISTINCT application_name AS name FROM pg_stat_activity \
    WHERE application_name LIKE 'stampede:%' AND pid <> pg_backend_pid()";

/// Whether other roles' sessions are shown to us.
pub(super) const MAY_SEE_OTHERS: &str =
    "SELECT pg_has_role(current_user, 'pg_read_all_stats', 'USAGE') AS sees_all";

/// Whether our role may end what others run.
pub(super) const MAY_SIGNAL: &str = "SELECT pg_has_role(current_user, 'pg_signal_backend', 'USAGE') AS may";

/// Every session, with the start of its statement and whether its transaction has written. The text travels as hex: it may
/// be in another encoding than this database's.
pub(super) const SESSIONS: &str = "SELECT a.pid, a.usename, coalesce(host(a.client_addr), '') AS host, a.datname, \
    a.backend_type, a.state, a.application_name, a.pid = pg_backend_pid() AS ours, coalesce(r.rolsuper, false) AS admin, \
    extract(epoch FROM clock_timestamp() - a.query_start) AS age, a.backend_xid IS NOT NULL AS wrote, \
    to_char(a.query_start AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US') AS mark, \
    encode(substring(textsend(a.query) FROM 1 FOR 2048), 'hex') AS query \
    FROM pg_stat_activity a LEFT JOIN pg_roles r ON r.oid = a.usesysid";

/// Where standbys stream to; no backup that runs, and no subscription.
pub(super) const STANDBYS: &str = "SELECT coalesce(host(r.client_addr), '') AS host, \
    CASE WHEN r.replay_lsn = r.sent_lsn THEN 0 ELSE extract(epoch FROM r.replay_lag) END AS lag \
    FROM pg_stat_replication r \
    WHERE r.state <> 'backup' AND NOT EXISTS \
    (SELECT FROM pg_replication_slots s WHERE s.active_pid = r.pid AND s.slot_type = 'logical')";

/// Sessions that alter something at this moment, in the words that this program uses for it (`n`); and other sessions of our own
/// name that were at work a moment ago (`ours`): what one was sent last it may not have begun yet.
pub(super) const ALTERING: &str = "SELECT count(*) FILTER (WHERE state <> 'idle' AND \
    (query LIKE 'BEGIN READ WRITE; ALTER %' OR query LIKE 'ALTER SYSTEM %')) AS n, \
    count(*) FILTER (WHERE application_name = current_setting('application_name') AND application_name <> '' \
    AND state_change > clock_timestamp() - interval '3 seconds') AS ours \
    FROM pg_stat_activity WHERE pid <> pg_backend_pid()";

/// Ends what a refused write has begun; a warning where there is nothing to end.
pub(super) const ROLLBACK: &str = "ROLLBACK";

/// Who we are, and what we may change.
pub(super) const RIGHTS: &str = "SELECT current_user AS me, session_user AS login, current_database() AS database, \
    pg_is_in_recovery() AS standby, rolsuper AS superuser, rolcreaterole AS createrole, \
    pg_has_role(current_user, 'pg_read_all_stats', 'USAGE') AS sees_all, \
    has_function_privilege('pg_reload_conf()', 'EXECUTE') AS reload, \
    has_table_privilege('pg_file_settings', 'SELECT') AS files, \
    has_function_privilege('pg_show_all_file_settings()', 'EXECUTE') AS show_files, \
    current_setting('allow_alter_system', true) = 'off' AS alter_system_off, \
    (SELECT min(rolname) FROM pg_roles WHERE rolname IN ('rds_superuser', 'cloudsqlsuperuser', 'azure_pg_admin')) \
    AS hosted FROM pg_roles WHERE rolname = current_user";

/// Whether we may set the default by `ALTER SYSTEM`. PostgreSQL 15 and later; before, superusers only.
pub(super) const ALTER_SYSTEM: &str =
    "SELECT has_parameter_privilege('default_transaction_read_only', 'ALTER SYSTEM') AS may";

/// What new transactions of our own session are, and where that comes from.
pub(super) const READ_ONLY_HERE: &str =
    "SELECT setting, source FROM pg_settings WHERE name = 'default_transaction_read_only'";

/// What the configuration files say, the last one counts. `ALTER SYSTEM` writes one of them.
pub(super) const READ_ONLY_FILES: &str = "SELECT setting, sourcefile LIKE '%/postgresql.auto.conf' AS auto FROM pg_file_settings \
    WHERE name = 'default_transaction_read_only' ORDER BY seqno";

/// Configuration files that were changed since they were last loaded. Superusers only.
pub(super) const FILES_NOT_LOADED: &str = "SELECT f.sourcefile AS file FROM (SELECT DISTINCT sourcefile \
    FROM pg_file_settings WHERE sourcefile IS NOT NULL) AS f, pg_stat_file(f.sourcefile) AS s \
    WHERE s.modification > pg_conf_load_time() ORDER BY 1";

/// Has the server publish at once what our own session has done (PostgreSQL 15); it would up to a second later.
pub(super) const PUBLISH: &str = "SELECT pg_stat_force_next_flush()";

/// Databases and roles that have a default of their own, and their sessions, without ours.
pub(super) const READ_ONLY_OWN: &str = "SELECT d.datname AS database, r.rolname AS role, \
    substr(entry, length('default_transaction_read_only=') + 1) AS value, (SELECT count(*) FROM pg_stat_activity a \
    WHERE pid <> pg_backend_pid() AND (setdatabase = 0 OR datid = setdatabase) \
    AND (setrole = 0 OR usesysid = setrole)) AS sessions \
    FROM pg_db_role_setting LEFT JOIN pg_database d ON d.oid = setdatabase LEFT JOIN pg_roles r ON r.oid = setrole, \
    unnest(setconfig) AS entry WHERE entry LIKE 'default_transaction_read_only=%' ORDER BY 1, 2";

/// Client sessions by role and database, without ours.
pub(super) const CROWDS: &str = "SELECT usename AS role, datname AS database, count(*) AS sessions, \
    count(xact_start) AS open FROM pg_stat_activity WHERE usename IS NOT NULL AND pid <> pg_backend_pid() \
    AND coalesce(backend_type, 'client backend') = 'client backend' GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2";

/// Open transactions that have written, oldest first, without ours.
pub(super) const OPEN: &str = "SELECT pid, usename AS role, datname AS database, \
    extract(epoch FROM clock_timestamp() - xact_start) AS age FROM pg_stat_activity \
    WHERE backend_xid IS NOT NULL AND backend_type = 'client backend' AND pid <> pg_backend_pid() ORDER BY xact_start";

/// Names of roles.
pub(super) const ROLES: &str = "SELECT rolname AS name FROM pg_roles ORDER BY 1";
/// Names of databases.
pub(super) const DATABASES: &str = "SELECT datname AS name FROM pg_database ORDER BY 1";

/// What is known of a role, and whether we may alter it: `pg_has_role` is asked as PostgreSQL 16 does where it is
/// one. A session counts in its limit whatever it does; background workers do not.
pub(super) fn role(name: &str) -> String {
    format!(
        "SELECT rolname AS name, rolconnlimit AS most, rolsuper AS superuser, rolcanlogin AS login, \
         rolname = session_user AS ours, rolreplication AS replication, NULL AS owner, \
         pg_has_role(current_user, oid, 'MEMBER WITH ADMIN OPTION') AS admin, (SELECT count(*) FROM pg_stat_activity \
         WHERE usesysid = r.oid AND coalesce(backend_type, 'client backend') IN ('client backend', 'walsender')) \
         AS sessions, 0 AS exempt FROM pg_roles AS r WHERE rolname::text = {}",
        literal(name)
    )
}

/// What is known of a database, and whether we may alter it. Superusers' sessions count in its limit and are never
/// refused by it.
pub(super) fn database(name: &str) -> String {
    format!(
        "SELECT datname AS name, datconnlimit AS most, false AS superuser, datallowconn AS login, \
         datname = current_database() AS ours, false AS replication, pg_get_userbyid(datdba) AS owner, \
         pg_has_role(current_user, datdba, 'USAGE') AS admin, (SELECT count(*) FROM pg_stat_activity \
         WHERE datid = d.oid AND coalesce(backend_type, 'client backend') IN ('client backend', 'walsender')) \
         AS sessions, (SELECT count(*) FROM pg_stat_activity JOIN pg_roles r ON r.oid = usesysid \
         WHERE datid = d.oid AND rolsuper AND coalesce(backend_type, 'client backend') IN \
         ('client backend', 'walsender')) AS exempt FROM pg_database AS d WHERE datname::text = {}",
        literal(name)
    )
}

/// The entry that a database or role has of its own for the default.
pub(super) fn read_only_of(scope: &Scope) -> String {
    let whose = match scope {
        Scope::Server => "false".into(),
        Scope::Database(name) => format!(
            "setrole = 0 AND setdatabase = (SELECT oid FROM pg_database WHERE datname::text = {})",
            literal(name)
        ),
        Scope::Role(name) => format!(
            "setdatabase = 0 AND setrole = (SELECT oid FROM pg_roles WHERE rolname::text = {})",
            literal(name)
        ),
    };
    format!(
        "SELECT substr(entry, length('default_transaction_read_only=') + 1) AS value FROM pg_db_role_setting, \
         unnest(setconfig) AS entry WHERE {whose} AND entry LIKE 'default_transaction_read_only=%'"
    )
}
