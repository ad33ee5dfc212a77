//! Every statement that is ever sent to a MySQL or MariaDB server (S2): all of them read, or bound our own session.

/// Bounds our own statements: MariaDB reads only the first comment, MySQL only the second.
pub(super) const LIMIT_OURSELVES: &str =
    "SET SESSION /*M! max_statement_time=5 */ /*!50708 max_execution_time=5000 */";

/// What the server is and may do. Names that a flavour lacks are simply absent.
pub(super) const VARIABLES: &str = "SHOW GLOBAL VARIABLES WHERE Variable_name IN ('version','version_comment',\
    'server_uuid','server_id','hostname','port','max_connections','read_only','super_read_only',\
    'performance_schema')";

/// Counters, all since start.
pub(super) const STATUS: &str = "SHOW GLOBAL STATUS WHERE Variable_name IN ('Questions','Uptime',\
    'Uptime_since_flush_status','Threads_connected','Threads_running','Connection_errors_max_connections',\
    'Com_select','Com_insert','Com_insert_select','Com_update','Com_update_multi','Com_delete',\
    'Com_delete_multi','Com_replace','Com_replace_select','Com_load','Qcache_hits')";

/// Fails with 1227 without PROCESS, on both flavours; a handful of rows else.
pub(super) const MAY_SEE_OTHERS: &str = "SELECT COUNT(*) FROM information_schema.INNODB_CMP";

/// Running client statements on MySQL: exact times, no global mutex, no cut-off digest. Replication workers look like
/// a client's session there (user `root`, command `Query`), but have no kind of connection.
pub(super) const RUNNING_MYSQL: &str = "SELECT t.PROCESSLIST_USER, s.TIMER_WAIT DIV 1000000000, \
    t.PROCESSLIST_TIME * 1000, LEFT(COALESCE(s.DIGEST_TEXT, t.PROCESSLIST_INFO), 2048), s.DIGEST, \
    LEFT(t.PROCESSLIST_INFO, 1024) \
    FROM performance_schema.threads t LEFT JOIN performance_schema.events_statements_current s \
    ON s.THREAD_ID = t.THREAD_ID AND s.END_EVENT_ID IS NULL AND s.NESTING_EVENT_LEVEL = 0 \
    WHERE t.CONNECTION_TYPE IS NOT NULL AND t.PROCESSLIST_COMMAND IN ('Query', 'Execute') \
    AND t.PROCESSLIST_ID <> CONNECTION_ID()";

/// Running client statements on MariaDB.
pub(super) const RUNNING_MARIADB: &str = "SELECT USER, TIME_MS, NULL, LEFT(INFO, 2048), NULL \
    FROM information_schema.PROCESSLIST WHERE COMMAND IN ('Query', 'Execute') AND ID <> CONNECTION_ID()";

/// Running client statements on MySQL when `performance_schema` is off or closed to us: whole seconds.
pub(super) const RUNNING_ANY: &str = "SELECT USER, NULL, TIME * 1000, LEFT(INFO, 2048), NULL \
    FROM information_schema.PROCESSLIST WHERE COMMAND IN ('Query', 'Execute') AND ID <> CONNECTION_ID()";

/// Statement times in buckets (MySQL 8 and later): upper bound in ms, count since start.
pub(super) const HISTOGRAM: &str = "SELECT BUCKET_NUMBER, BUCKET_TIMER_HIGH / 1000000000, COUNT_BUCKET \
    FROM performance_schema.events_statements_histogram_global WHERE COUNT_BUCKET > 0";

/// Replication, by the name of MySQL 8.0.22 and MariaDB 10.5.
pub(super) const REPLICA: &str = "SHOW REPLICA STATUS";

/// Replication, by the old name.
pub(super) const SLAVE: &str = "SHOW SLAVE STATUS";

/// Connections of this program, by the names that they gave themselves.
pub(super) const PROGRAMS: &str = "SELECT DISTINCT ATTR_VALUE FROM performance_schema.session_connect_attrs \
    WHERE ATTR_NAME = 'program_name' AND ATTR_VALUE LIKE 'stampede:%' AND PROCESSLIST_ID <> CONNECTION_ID()";
