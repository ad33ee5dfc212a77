//! A SELECT of the operator's on a MySQL or MariaDB.

use std::time::Duration;

use futures_util::TryStreamExt as _;
use mysql_async::consts::ColumnType;
use mysql_async::prelude::Queryable;
use mysql_async::{Conn, Error, Value};
use tokio::time::timeout;

use crate::error::{TargetError, TargetErrorKind};
use crate::system::Dialling;
use crate::system::mysql::connect::{Caller, beside};
use crate::system::mysql::error::{NO_TABLE_PRIVILEGE, SYNTAX, code, translate};
use crate::system::mysql::{Reader, Write, query};
use crate::system::select::{
    Column, NARROWER, Outline, Pages, Row, Rows, Shape, full, late, no_rows, parameters,
};

/// Longest time for the whole of it: the pace of the cache and pauses for the database are part of it.
const WHOLE: Duration = Duration::from_secs(15 * 60);
/// Longest wait for goodbyes.
const GOODBYE: Duration = Duration::from_secs(1);
/// The collation that says that a text is none.
const BINARY: u16 = 63;

impl Reader {
    /// What a SELECT would give; see [`crate::system::Line::outline`].
    pub(in crate::system) async fn outline(
        &self,
        sql: &str,
        patience: Duration,
    ) -> Result<Outline, TargetError> {
        let looked = async {
            let (mut conn, columns) = self.begin(sql, patience).await?;
            let rows = expected(&mut conn, sql).await;
            drop(timeout(GOODBYE, conn.disconnect()).await);
            Ok(Outline { columns, rows, bytes: None })
        };
        timeout(patience, looked).await.unwrap_or_else(|_| Err(late(&self.node(), patience)))
    }

    /// Runs a SELECT; see [`crate::system::Line::rows`].
    pub(in crate::system) async fn rows(&self, sql: &str, patience: Duration) -> Result<Rows, TargetError> {
        let begun = timeout(patience, self.begin(sql, patience)).await;
        let (mut conn, columns) = begun.unwrap_or_else(|_| Err(late(&self.node(), patience)))?;
        let (line, sql) = (self.clone(), sql.to_owned());
        Ok(Rows::of(columns, move |mut pages| async move {
            let id = conn.id();
            if !read(&mut conn, &sql, &line.node(), patience, &mut pages).await {
                stop(&line, id).await;
            }
            drop(timeout(GOODBYE, conn.disconnect()).await);
        }))
    }

    /// A connection beside the kept one, in a read-only transaction. The server has taken the statement apart by then: it
    /// is one and no more, which the protocol of queries would not tell.
    async fn begin(&self, sql: &str, patience: Duration) -> Result<(Conn, Vec<Column>), TargetError> {
        let at = self.node();
        let failed = |error: Error| meaning(error, &at);
        let dialling = Dialling::silent(patience, patience);
        let caller = Caller { target: &self.target, name: &self.name, dialling: &dialling };
        let mut conn = beside(&caller).await?;
        let mut connections = [0.0; 2];
        for (connections, queries) in connections.iter_mut().zip(query::SEATS) {
            let row: Option<(String, String)> = conn.query_first(queries).await.map_err(failed)?;
            *connections = row.and_then(|(_, number)| number.parse().ok()).unwrap_or(0.0);
        }
        // One connection is kept for those who may do everything, and that may be us.
        if connections[0] > connections[1] {
            return Err(full(&at));
        }
        conn.query_drop(query::limit_rows(WHOLE)).await.map_err(failed)?;
        conn.query_drop(query::READ_ONLY).await.map_err(failed)?;
        let statement = conn.prep(sql).await.map_err(failed)?;
        let columns: Vec<Column> = statement.columns().iter().map(column).collect();
        let (none, queries) = (columns.is_empty(), statement.num_params() > 0);
        conn.close(statement).await.map_err(failed)?;
        match () {
            () if none => Err(no_rows()),
            () if queries => Err(parameters()),
            () => Ok((conn, columns)),
        }
    }
}

/// Reads to the end. False when the statement still runs: it took too long, or nobody wants it any more.
async fn read(conn: &mut Conn, sql: &str, at: &str, patience: Duration, pages: &mut Pages) -> bool {
    match read_rows(conn, sql, at, patience, pages).await {
        Ok(ended) => ended,
        Err((error, ended)) => {
            pages.fail(error).await;
            ended
        }
    }
}

/// The same; an error comes with whether the statement has ended by it.
async fn read_rows(
    conn: &mut Conn,
    sql: &str,
    at: &str,
    patience: Duration,
    pages: &mut Pages,
) -> Result<bool, (TargetError, bool)> {
    let said = |error: Error| (meaning(error, at), true);
    let in_vain = |_| (late(at, patience), false);
    let begun = tokio::select! {
        begun = timeout(patience, conn.query_stream::<mysql_async::Row, _>(sql)) => begun,
        () = pages.unwanted() => return Ok(false),
    };
    let mut rows = begun.map_err(in_vain)?.map_err(said)?;
    loop {
        let next = tokio::select! {
            next = timeout(patience, rows.try_next()) => next,
            () = pages.unwanted() => return Ok(false),
        };
        let Some(row) = next.map_err(in_vain)?.map_err(said)? else {
            pages.turn().await;
            return Ok(true);
        };
        if !pages.push(cells(row)).await {
            return Ok(false);
        }
    }
}

/// Ends our own statement: the server would not see before it writes again that nobody reads it.
async fn stop(line: &Reader, id: u32) {
    drop(line.write(&Write::KillQuery(u64::from(id)).to_string(), GOODBYE).await);
}

fn cells(row: mysql_async::Row) -> Row {
    let cell = |value: Option<Value>| match value? {
        Value::NULL => None,
        Value::Bytes(bytes) => Some(bytes),
        other => Some(other.as_sql(true).into_bytes()),
    };
    row.unwrap_raw().into_iter().map(cell).collect()
}

fn column(column: &mysql_async::Column) -> Column {
    use ColumnType as Type;
    let binary = column.character_set() == BINARY;
    let shape = match column.column_type() {
        Type::MYSQL_TYPE_TINY
        | Type::MYSQL_TYPE_SHORT
        | Type::MYSQL_TYPE_INT24
        | Type::MYSQL_TYPE_LONG
        | Type::MYSQL_TYPE_LONGLONG
        | Type::MYSQL_TYPE_FLOAT
        | Type::MYSQL_TYPE_DOUBLE
        | Type::MYSQL_TYPE_DECIMAL
        | Type::MYSQL_TYPE_NEWDECIMAL
        | Type::MYSQL_TYPE_YEAR => Shape::Number,
        Type::MYSQL_TYPE_JSON => Shape::Json,
        Type::MYSQL_TYPE_BIT | Type::MYSQL_TYPE_GEOMETRY => Shape::Bytes,
        Type::MYSQL_TYPE_STRING
        | Type::MYSQL_TYPE_VARCHAR
        | Type::MYSQL_TYPE_VAR_STRING
        | Type::MYSQL_TYPE_TINY_BLOB
        | Type::MYSQL_TYPE_MEDIUM_BLOB
        | Type::MYSQL_TYPE_LONG_BLOB
        | Type::MYSQL_TYPE_BLOB
            if binary =>
        {
            Shape::Bytes
        }
        _ => Shape::Text,
    };
    Column { name: column.name_str().into_owned(), shape }
}

/// The rows that the server expects: those of the first table times those of each that is joined to it.
async fn expected(conn: &mut Conn, sql: &str) -> Option<f64> {
    let steps: Vec<mysql_async::Row> = conn.query(format!("EXPLAIN {sql}")).await.ok()?;
    let number = |row: &mysql_async::Row, name: &str| -> Option<f64> {
        let at = row.columns_ref().iter().position(|column| column.name_str().eq_ignore_ascii_case(name))?;
        match row.as_ref(at)? {
            Value::Bytes(bytes) => std::str::from_utf8(bytes).ok()?.parse().ok(),
            _ => None,
        }
    };
    let first = number(steps.first()?, "id")?;
    let steps = steps.iter().filter(|row| number(row, "id") == Some(first));
    let rows = |row| Some(number(row, "rows")? * number(row, "filtered").unwrap_or(100.0) / 100.0);
    steps.map(rows).try_fold(1.0, |all, rows| Some(all * rows?))
}

/// What the server says of a statement that is not ours.
fn meaning(error: Error, at: &str) -> TargetError {
    use TargetErrorKind as Kind;
    let code = code(&error);
    let said = translate(error, at);
    let (kind, hint) = match code {
        Some(1792) => {
            (Kind::Input, "it would write: a SELECT runs in a read-only transaction, and nothing was changed")
        }
        Some(SYNTAX) => {
            (Kind::Input, "one SELECT and nothing else: try it in the database's own client first")
        }
        Some(1046) => (Kind::Input, "name the schema (FROM shop.products), or give the target a database"),
        Some(1051 | 1054 | 1146 | 1305 | 1109 | 1052) => {
            (Kind::Input, "names are as in the database: try it in the database's own client first")
        }
        Some(NO_TABLE_PRIVILEGE | 1143 | 1044 | 1370) => {
            (Kind::Permission, "GRANT SELECT on the table to the account stampede uses")
        }
        Some(1317 | 1969 | 3024 | 1205) => (Kind::Timeout, NARROWER),
        _ => return said,
    };
    TargetError { kind, ..said.hint(hint) }
}
