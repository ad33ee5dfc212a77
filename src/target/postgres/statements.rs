//! Every statement that is ever sent to a PostgreSQL server (S2): all of them read.

/// What the server proves it is. Open to everybody unless somebody closed it.
pub(super) const SYSTEM: &str = "SELECT system_identifier AS id FROM pg_control_system()";

/// Whether `pg_stat_statements` is loaded and can be read from this database.
pub(super) const EXTENSIONS: &str = "SELECT current_setting('pg_stat_statements.max', true) IS NOT NULL \
    AND to_regclass('pg_stat_statements') IS NOT NULL AS statements";

/// Settings, role, seats, replay position. `pg_has_role` is true for superusers and members of pg_monitor.
pub(super) const FACTS: &str = "SELECT current_setting('max_connections') AS max_connections, \
    current_setting('superuser_reserved_connections') AS superuser_reserved, \
    current_setting('reserved_connections', true) AS reserved, pg_is_in_recovery() AS standby, \
    extract(epoch FROM pg_postmaster_start_time()) AS started, extract(epoch FROM clock_timestamp()) AS now, \
    pg_has_role(current_user, 'pg_read_all_stats', 'USAGE') AS sees_all, \
    current_setting('default_transaction_read_only') AS read_only, inet_server_port() AS port, \
    (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend') AS clients, \
    EXISTS (SELECT FROM pg_stat_wal_receiver) AS receiving, \
    pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() AS replayed, \
    extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp()) AS replay_age";

/// Transactions of all databases since their statistics were reset, and per second since then.
pub(super) const COUNTERS: &str = "SELECT sum(xact_commit + xact_rollback) AS xacts, \
    sum(numbackends) AS backends, max(extract(epoch FROM stats_reset)) AS reset, \
    sum((xact_commit + xact_rollback) / nullif(extract(epoch FROM clock_timestamp() \
    - coalesce(stats_reset, (SELECT stats_reset FROM pg_stat_archiver))), 0)) AS lifetime FROM pg_stat_database";

/// Statements counted by `pg_stat_statements`, without their texts. PostgreSQL 14 and later.
pub(super) const CALLS: &str = "SELECT sum(calls) AS calls, (SELECT dealloc FROM pg_stat_statements_info) AS dealloc, \
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

/// Connections of this program, by the names that they gave themselves.
pub(super) const PROGRAMS: &str = "SELECT DISTINCT application_name AS name FROM pg_stat_activity \
    WHERE application_name LIKE 'stampede:%' AND pid <> pg_backend_pid()";

/// The start of a statement, in a form that does not depend on the session's time zone.
pub(super) const STARTED: &str = "to_char(query_start AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')";

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
