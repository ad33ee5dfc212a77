//! Every statement that is ever sent to a MySQL or MariaDB server (S2): all of them read, or bound our own session.

use std::time::Duration;

/// Bounds our own statements: MariaDB reads only the first comment, MySQL only the second. No lock is waited for any
/// longer than this (S20): while `SET GLOBAL read_only` waits, every other write on the server does too.
///
/// What a server has as its default for everybody must not cut our answers short, refuse our questions for being large, or
/// keep a transaction open: it is set back.
pub(super) const LIMIT_OURSELVES: &str = "SET SESSION lock_wait_timeout=2, autocommit=1, \
    sql_select_limit=18446744073709551615, sql_big_selects=1 \
    /*M! ,max_statement_time=5 */ /*!50708 ,max_execution_time=5000 */";

/// For the connection that only we ask on: our questions are written for these, and the times of InnoDB are in the system's
/// zone. A SELECT of the operator's has the server's own.
pub(super) const OUR_DIALECT: &str =
    "SET SESSION sql_mode='', time_zone='SYSTEM', character_set_results=utf8mb4, sql_safe_updates=0";

/// Begins what a SELECT of the operator's runs in.
pub(super) const READ_ONLY: &str = "START TRANSACTION READ ONLY";

/// How many connections there are, and may be.
pub(super) const SEATS: [&str; 2] =
    ["SHOW GLOBAL STATUS LIKE 'Threads_connected'", "SHOW GLOBAL VARIABLES LIKE 'max_connections'"];

/// Bounds a SELECT of the operator's: it is read no faster than the cache takes it, and the server waits for that.
pub(super) fn limit_rows(whole: Duration) -> String {
    let (seconds, ms) = (whole.as_secs(), whole.as_millis());
    format!(
        "SET SESSION net_write_timeout={seconds} /*M! ,max_statement_time={seconds} */ \
         /*!50708 ,max_execution_time={ms} */"
    )
}

/// What the server is and may do. Names that a flavour lacks are simply absent.
pub(super) const VARIABLES: &str = "SHOW GLOBAL VARIABLES WHERE Variable_name IN ('version','version_comment',\
    'server_uuid','server_id','hostname','port','max_connections','read_only','super_read_only',\
    'performance_schema','group_replication_group_name','wsrep_on','innodb_read_only','innodb_force_recovery',\
    'tx_read_only','transaction_read_only','wsrep_reject_queries','max_prepared_stmt_count',\
    'init_connect','aurora_version')";

/// Counters, all since start.
pub(super) const STATUS: &str = "SHOW GLOBAL STATUS WHERE Variable_name IN ('Questions','Uptime',\
    'Uptime_since_flush_status','Threads_connected','Threads_running','Connection_errors_max_connections',\
    'Com_select','Com_insert','Com_insert_select','Com_update','Com_update_multi','Com_delete',\
    'Com_delete_multi','Com_replace','Com_replace_select','Com_load','Qcache_hits','Aborted_connects',\
    'Aborted_connects_preauth','Aborted_clients','Connections','Handler_commit','Handler_rollback','Prepared_stmt_count','Max_statement_time_exceeded','Max_execution_time_exceeded',\
    'wsrep_ready','wsrep_cluster_status')";

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

/// Replication, by the name of MySQL 8.0.22. A MariaDB may follow several, each under a name, and shows only one without `ALL`;
/// it reads only the first comment, MySQL only the second.
pub(super) const REPLICA: &str = "SHOW /*M! ALL SLAVES STATUS */ /*!80022 REPLICA STATUS */";

/// Replication, by the old name.
pub(super) const SLAVE: &str = "SHOW SLAVE STATUS";

/// Replicas that are connected, by the name of MySQL 8.0.22: number, host (may be empty), port.
pub(super) const REPLICAS: &str = "SHOW REPLICAS";

/// The same by the old name, which MariaDB knows.
pub(super) const SLAVE_HOSTS: &str = "SHOW SLAVE HOSTS";

/// Where replicas connect from.
pub(super) const DUMPS: &str =
    "SELECT HOST FROM information_schema.PROCESSLIST WHERE COMMAND LIKE 'Binlog Dump%'";

/// Connections of this program, by the names that they gave themselves.
pub(super) const PROGRAMS: &str = "SELECT DISTINCT ATTR_VALUE FROM performance_schema.session_connect_attrs \
    WHERE ATTR_NAME = 'program_name' AND ATTR_VALUE LIKE 'stampede:%' AND PROCESSLIST_ID <> CONNECTION_ID()";

/// Every session of MySQL, with the number of the statement that it runs and what its transaction has changed.
/// Replication workers have no kind of connection.
pub(super) const SESSIONS_MYSQL: &str = "SELECT t.PROCESSLIST_ID, t.PROCESSLIST_USER, t.PROCESSLIST_HOST, \
    t.PROCESSLIST_DB, t.PROCESSLIST_COMMAND, t.CONNECTION_TYPE IS NOT NULL, s.TIMER_WAIT DIV 1000000000, \
    t.PROCESSLIST_TIME * 1000, CONCAT(s.THREAD_ID, '.', s.EVENT_ID), COALESCE(x.trx_rows_modified, 0), \
    LEFT(t.PROCESSLIST_INFO, 1024), a.ATTR_VALUE, t.PROCESSLIST_ID = CONNECTION_ID(), \
    IF(s.EVENT_ID IS NULL, NULL, n.EVENT_ID IS NOT NULL OR s.EVENT_NAME = 'statement/sql/call_procedure') \
    FROM performance_schema.threads t LEFT JOIN performance_schema.events_statements_current s \
    ON s.THREAD_ID = t.THREAD_ID AND s.END_EVENT_ID IS NULL AND s.NESTING_EVENT_LEVEL = 0 \
    LEFT JOIN performance_schema.events_statements_current n \
    ON n.THREAD_ID = t.THREAD_ID AND n.END_EVENT_ID IS NULL AND n.NESTING_EVENT_LEVEL = 1 \
    LEFT JOIN information_schema.INNODB_TRX x ON x.trx_mysql_thread_id = t.PROCESSLIST_ID \
    LEFT JOIN performance_schema.session_connect_attrs a \
    ON a.PROCESSLIST_ID = t.PROCESSLIST_ID AND a.ATTR_NAME = 'program_name'";

/// Every session of MariaDB, which numbers its statements.
pub(super) const SESSIONS_MARIADB: &str = "SELECT p.ID, p.USER, p.HOST, p.DB, p.COMMAND, 1, p.TIME_MS, p.TIME * 1000, \
    p.QUERY_ID, COALESCE(x.trx_rows_modified, 0), LEFT(p.INFO, 8192), '', p.ID = CONNECTION_ID(), NULL \
    FROM information_schema.PROCESSLIST p \
    LEFT JOIN information_schema.INNODB_TRX x ON x.trx_mysql_thread_id = p.ID";

/// Every session of a MySQL whose `performance_schema` is off: statements have no number, so their text must do.
pub(super) const SESSIONS_ANY: &str = "SELECT p.ID, p.USER, p.HOST, p.DB, p.COMMAND, 1, NULL, p.TIME * 1000, '', \
    COALESCE(x.trx_rows_modified, 0), LEFT(p.INFO, 8192), '', p.ID = CONNECTION_ID(), NULL \
    FROM information_schema.PROCESSLIST p \
    LEFT JOIN information_schema.INNODB_TRX x ON x.trx_mysql_thread_id = p.ID";

/// Whether routines were ever called, and texts executed that stand in a variable or in a block of the client's own.
pub(super) const CALLS: &str = "SHOW GLOBAL STATUS WHERE Variable_name IN ('Com_call_procedure',\
    'Com_execute_sql','Com_execute_immediate','Com_compound_sql')";

/// The bodies of all stored routines, as they are run and as they are shown; whoever may read this table is shown all of them
/// (MariaDB, MySQL before 8.0). What comes with the server runs texts that are not its own, and no application calls it.
pub(super) const ROUTINES_OLD: &str =
    "SELECT body, body_utf8 FROM mysql.proc WHERE db NOT IN ('sys', 'mysql')";

/// The same where the routines are in the dictionary.
pub(super) const ROUTINES: &str = "SELECT ROUTINE_DEFINITION FROM information_schema.ROUTINES \
    WHERE ROUTINE_SCHEMA NOT IN ('sys', 'mysql') AND ROUTINE_DEFINITION IS NOT NULL";

/// What our account was granted.
pub(super) const GRANTS: &str = "SHOW GRANTS";

/// Accounts with rights that `read_only` does not bind.
pub(super) const UNBOUND: &str = "SELECT GRANTEE, PRIVILEGE_TYPE FROM information_schema.USER_PRIVILEGES \
    WHERE PRIVILEGE_TYPE IN ('SUPER', 'CONNECTION_ADMIN', 'READ_ONLY ADMIN')";

/// Who holds a table for themselves alone (MySQL): `LOCK TABLES … WRITE`, and schema changes.
pub(super) const HOLDERS_MYSQL: &str = "SELECT DISTINCT t.PROCESSLIST_ID, t.PROCESSLIST_USER, m.OBJECT_SCHEMA, m.OBJECT_NAME \
    FROM performance_schema.metadata_locks m JOIN performance_schema.threads t ON t.THREAD_ID = m.OWNER_THREAD_ID \
    WHERE m.LOCK_STATUS = 'GRANTED' AND m.LOCK_TYPE IN ('SHARED_NO_READ_WRITE', 'SHARED_NO_WRITE', 'EXCLUSIVE') \
    AND m.OBJECT_TYPE = 'TABLE' AND t.PROCESSLIST_ID <> CONNECTION_ID()";

/// The same on MariaDB, where the plugin `metadata_lock_info` is loaded.
pub(super) const HOLDERS_MARIADB: &str = "SELECT DISTINCT m.THREAD_ID, p.USER, m.TABLE_SCHEMA, m.TABLE_NAME \
    FROM information_schema.METADATA_LOCK_INFO m LEFT JOIN information_schema.PROCESSLIST p ON p.ID = m.THREAD_ID \
    WHERE m.LOCK_MODE IN ('MDL_SHARED_NO_READ_WRITE', 'MDL_SHARED_NO_WRITE', 'MDL_EXCLUSIVE') \
    AND m.THREAD_ID <> CONNECTION_ID()";

/// Tables that are in use or locked at this moment, by whomever.
pub(super) const IN_USE: &str = "SHOW OPEN TABLES WHERE In_use > 0";

/// Whether the procedure of Amazon RDS is there.
pub(super) const RDS_KILL: &str = "SELECT 1 FROM information_schema.ROUTINES \
    WHERE ROUTINE_SCHEMA = 'mysql' AND ROUTINE_NAME = 'rds_kill_query'";

/// Accounts and their limits.
pub(super) const ACCOUNTS: &str = "SELECT User, Host, max_user_connections FROM mysql.user";

/// What a connection does, whose number follows.
pub(super) const COMMAND_OF: &str = "SELECT COMMAND FROM information_schema.PROCESSLIST WHERE ID = ";

/// Sessions that set something at this moment; what they set follows.
pub(super) const SETTERS: &str = "SELECT COUNT(*) FROM information_schema.PROCESSLIST \
    WHERE ID <> CONNECTION_ID() AND INFO LIKE ";

/// Who we are to the server.
pub(super) const SELF: &str = "SELECT CURRENT_USER()";

/// What one more connection may take in memory at most, and the limit on open files.
pub(super) const BUFFERS: &str = "SHOW GLOBAL VARIABLES WHERE Variable_name IN ('thread_stack','sort_buffer_size',\
    'join_buffer_size','read_buffer_size','read_rnd_buffer_size','net_buffer_length','binlog_cache_size',\
    'open_files_limit')";

/// Sessions that wait for a lock, or with their commit for a replica, by what they wait for: how many, and the longest wait in ms. Times are
/// whole seconds: what began at the end of one has waited for a moment at the beginning of the next, so one second less is sure.
/// `User lock` is what an application made for itself (`GET_LOCK`), and waits on purpose.
pub(super) const WAITING_MYSQL: &str = "SELECT t.PROCESSLIST_STATE, COUNT(*), GREATEST(MAX(t.PROCESSLIST_TIME) - 1, 0) * 1000 \
    FROM performance_schema.threads t WHERE t.CONNECTION_TYPE IS NOT NULL \
    AND t.PROCESSLIST_COMMAND IN ('Query', 'Execute') AND t.PROCESSLIST_ID <> CONNECTION_ID() \
    AND (t.PROCESSLIST_STATE LIKE 'Waiting for % lock' OR t.PROCESSLIST_STATE LIKE 'Waiting for semi-sync ACK%' \
    OR t.PROCESSLIST_STATE IN ('Waiting for table flush', 'Waiting for someone to free space')) \
    GROUP BY t.PROCESSLIST_STATE UNION ALL SELECT 'row lock', COUNT(*), \
    GREATEST(MAX(TIMESTAMPDIFF(SECOND, x.trx_wait_started, NOW())) - 1, 0) * 1000 \
    FROM information_schema.INNODB_TRX x WHERE x.trx_state = 'LOCK WAIT'";

/// The same where there is no `performance_schema`.
pub(super) const WAITING_ANY: &str = "SELECT p.STATE, COUNT(*), GREATEST(MAX(p.TIME) - 1, 0) * 1000 \
    FROM information_schema.PROCESSLIST p WHERE p.COMMAND IN ('Query', 'Execute') AND p.ID <> CONNECTION_ID() \
    AND (p.STATE LIKE 'Waiting for % lock' OR p.STATE LIKE 'Waiting for semi-sync ACK%' \
    OR p.STATE IN ('Waiting for table flush', 'Waiting for someone to free space')) \
    GROUP BY p.STATE UNION ALL SELECT 'row lock', COUNT(*), \
    GREATEST(MAX(TIMESTAMPDIFF(SECOND, x.trx_wait_started, NOW())) - 1, 0) * 1000 \
    FROM information_schema.INNODB_TRX x WHERE x.trx_state = 'LOCK WAIT'";

/// The same of MariaDB, which has exact times of its statements: none waits longer than it runs.
pub(super) const WAITING_MARIADB: &str = "SELECT p.STATE, COUNT(*), MAX(p.TIME_MS) \
    FROM information_schema.PROCESSLIST p WHERE p.COMMAND IN ('Query', 'Execute') AND p.ID <> CONNECTION_ID() \
    AND (p.STATE LIKE 'Waiting for % lock' OR p.STATE LIKE 'Waiting for semi-sync ACK%' \
    OR p.STATE IN ('Waiting for table flush', 'Waiting for someone to free space')) \
    GROUP BY p.STATE UNION ALL SELECT 'row lock', COUNT(*), \
    MAX(LEAST(p.TIME_MS, TIMESTAMPDIFF(SECOND, x.trx_wait_started, NOW()) * 1000)) \
    FROM information_schema.INNODB_TRX x JOIN information_schema.PROCESSLIST p ON p.ID = x.trx_mysql_thread_id \
    WHERE x.trx_state = 'LOCK WAIT'";

/// Whom those wait for that wait for a row (MySQL 8 and later): who waits for nobody, and most wait for. A row of session,
/// account, command, ms in it, text, start of the transaction. No session: an XA transaction that was prepared.
pub(super) const ROW_HOLDER_MYSQL: &str = "SELECT b.trx_mysql_thread_id, t.PROCESSLIST_USER, t.PROCESSLIST_COMMAND, \
    t.PROCESSLIST_TIME * 1000, LEFT(t.PROCESSLIST_INFO, 1024), b.trx_started \
    FROM (SELECT BLOCKING_ENGINE_TRANSACTION_ID AS id, COUNT(DISTINCT REQUESTING_ENGINE_TRANSACTION_ID) AS many \
    FROM performance_schema.data_lock_waits GROUP BY 1 ORDER BY 2 DESC LIMIT 50) w \
    JOIN information_schema.INNODB_TRX b ON b.trx_id = w.id \
    LEFT JOIN performance_schema.threads t ON t.PROCESSLIST_ID = b.trx_mysql_thread_id \
    WHERE b.trx_state <> 'LOCK WAIT' ORDER BY w.many DESC LIMIT 1";

/// The same of MariaDB and of MySQL before 8.
pub(super) const ROW_HOLDER_ANY: &str = "SELECT b.trx_mysql_thread_id, p.USER, p.COMMAND, p.TIME * 1000, \
    LEFT(p.INFO, 1024), b.trx_started \
    FROM (SELECT blocking_trx_id AS id, COUNT(DISTINCT requesting_trx_id) AS many \
    FROM information_schema.INNODB_LOCK_WAITS GROUP BY 1 ORDER BY 2 DESC LIMIT 50) w \
    JOIN information_schema.INNODB_TRX b ON b.trx_id = w.id \
    LEFT JOIN information_schema.PROCESSLIST p ON p.ID = b.trx_mysql_thread_id \
    WHERE b.trx_state <> 'LOCK WAIT' ORDER BY w.many DESC LIMIT 1";

/// Who holds what others wait for in the metadata of tables, or in the server as a whole, and waits for nothing of that kind
/// (MySQL, where the instrument is on, as it is from 8.0 on): the oldest transaction first.
pub(super) const TABLE_HOLDER_MYSQL: &str = "SELECT t.PROCESSLIST_ID, t.PROCESSLIST_USER, t.PROCESSLIST_COMMAND, \
    t.PROCESSLIST_TIME * 1000, LEFT(t.PROCESSLIST_INFO, 1024), x.trx_started \
    FROM (SELECT DISTINCT OBJECT_TYPE, OBJECT_SCHEMA, OBJECT_NAME FROM performance_schema.metadata_locks \
    WHERE LOCK_STATUS = 'PENDING' LIMIT 20) w JOIN performance_schema.metadata_locks g \
    ON g.OBJECT_TYPE = w.OBJECT_TYPE AND g.OBJECT_SCHEMA <=> w.OBJECT_SCHEMA AND g.OBJECT_NAME <=> w.OBJECT_NAME \
    AND g.LOCK_STATUS = 'GRANTED' JOIN performance_schema.threads t ON t.THREAD_ID = g.OWNER_THREAD_ID \
    LEFT JOIN information_schema.INNODB_TRX x ON x.trx_mysql_thread_id = t.PROCESSLIST_ID \
    WHERE t.PROCESSLIST_ID <> CONNECTION_ID() AND g.OWNER_THREAD_ID NOT IN \
    (SELECT OWNER_THREAD_ID FROM performance_schema.metadata_locks WHERE LOCK_STATUS = 'PENDING') \
    ORDER BY x.trx_started IS NULL, x.trx_started LIMIT 1";

/// Who holds a table, or the server, against others, and waits for nothing (MariaDB, where the plugin `metadata_lock_info` is
/// loaded): it does not say which of them is waited for.
pub(super) const TABLE_HOLDER_MARIADB: &str = "SELECT m.THREAD_ID, p.USER, p.COMMAND, p.TIME_MS, LEFT(p.INFO, 1024), \
    x.trx_started FROM information_schema.METADATA_LOCK_INFO m \
    JOIN information_schema.PROCESSLIST p ON p.ID = m.THREAD_ID \
    LEFT JOIN information_schema.INNODB_TRX x ON x.trx_mysql_thread_id = p.ID \
    WHERE p.ID <> CONNECTION_ID() AND COALESCE(p.STATE, '') NOT LIKE 'Waiting for %' \
    AND (m.LOCK_MODE IN ('MDL_SHARED_NO_READ_WRITE', 'MDL_SHARED_NO_WRITE', 'MDL_EXCLUSIVE') \
    OR m.LOCK_MODE LIKE 'MDL\\_BACKUP\\_FTWRL%' OR m.LOCK_MODE LIKE 'MDL\\_BACKUP\\_WAIT%') \
    ORDER BY m.LOCK_TIME_MS DESC LIMIT 1";

/// Where nothing tells who holds what of a table: the transaction that has been open longest and waits for nothing.
pub(super) const OLDEST: &str = "SELECT x.trx_mysql_thread_id, p.USER, p.COMMAND, p.TIME * 1000, LEFT(p.INFO, 1024), \
    x.trx_started, TIMESTAMPDIFF(SECOND, x.trx_started, NOW()) FROM information_schema.INNODB_TRX x \
    JOIN information_schema.PROCESSLIST p ON p.ID = x.trx_mysql_thread_id \
    WHERE x.trx_state <> 'LOCK WAIT' AND p.ID <> CONNECTION_ID() \
    AND COALESCE(p.STATE, '') NOT LIKE 'Waiting for %' ORDER BY x.trx_started LIMIT 1";

/// What failed since the server started, by its number (MySQL 8 and later), statements and logins; and in the row without a number
/// the statements that failed.
pub(super) const ERRORS: &str = "SELECT ERROR_NUMBER, ERROR_NAME, SUM_ERROR_RAISED \
    FROM performance_schema.events_errors_summary_global_by_error \
    WHERE SUM_ERROR_RAISED > 0 AND ERROR_NUMBER IS NOT NULL UNION ALL SELECT NULL, NULL, SUM(SUM_ERRORS) \
    FROM performance_schema.events_statements_summary_global_by_event_name WHERE EVENT_NAME NOT LIKE 'statement/sp/%'";

/// Statements that failed since the server started; those within a routine are its own affair.
pub(super) const FAILED: &str = "SELECT NULL, NULL, SUM(SUM_ERRORS) \
    FROM performance_schema.events_statements_summary_global_by_event_name WHERE EVENT_NAME NOT LIKE 'statement/sp/%'";

/// Accounts that are locked, without those that come so.
pub(super) const LOCKED_MYSQL: &str = "SELECT User, Host FROM mysql.user WHERE account_locked = 'Y' \
    AND User NOT IN ('mysql.sys', 'mysql.session', 'mysql.infoschema') ORDER BY User, Host LIMIT 20";

/// The same of MariaDB.
pub(super) const LOCKED_MARIADB: &str = "SELECT User, Host FROM mysql.global_priv \
    WHERE JSON_VALUE(Priv, '$.account_locked') AND User <> 'mariadb.sys' ORDER BY User, Host LIMIT 20";

/// Accounts that have all the connections that they may have: their own limit, or that of all accounts.
pub(super) const AT_LIMIT: &str = "SELECT l.User, l.Host, l.most, COUNT(*) FROM (SELECT User, Host, \
    IF(max_user_connections = 0, @@GLOBAL.max_user_connections, max_user_connections) AS most FROM mysql.user) l \
    JOIN information_schema.PROCESSLIST p ON BINARY p.USER = BINARY l.User \
    WHERE l.most > 0 AND p.ID <> CONNECTION_ID() GROUP BY l.User, l.Host, l.most \
    HAVING COUNT(*) >= l.most ORDER BY l.User, l.Host LIMIT 20";

/// Sessions that ask nothing, those of them that are in a transaction, and for how many seconds the first of those has been.
pub(super) const IDLE: &str = "SELECT COUNT(*), COUNT(x.trx_id), MAX(IF(x.trx_id IS NULL, 0, p.TIME)) \
    FROM information_schema.PROCESSLIST p \
    LEFT JOIN information_schema.INNODB_TRX x ON x.trx_mysql_thread_id = p.ID \
    WHERE p.COMMAND = 'Sleep' AND p.ID <> CONNECTION_ID()";

/// Seconds since the server started.
pub(super) const UPTIME: &str = "SHOW GLOBAL STATUS LIKE 'Uptime'";

/// Our own connection, as the server numbers it.
pub(super) const OUR_SEAT: &str =
    "SELECT ID, HOST FROM information_schema.PROCESSLIST WHERE ID = CONNECTION_ID()";

/// Where a connection comes from, and whether it is the one that asks; ends with its number.
pub(super) const SEAT_OF: &str =
    "SELECT ID, HOST, ID = CONNECTION_ID() FROM information_schema.PROCESSLIST WHERE ID = ";
