//! A SELECT of the operator's on a PostgreSQL: through a cursor, so that each page is a statement with a time of its own and
//! no page is computed before it is wanted.

use std::time::Duration;

use futures_util::TryStreamExt as _;
use tokio::time::timeout;
use tokio_postgres::types::{Kind as TypeKind, Type};
use tokio_postgres::{Error, SimpleQueryMessage, SimpleQueryRow};

use crate::error::{TargetError, TargetErrorKind};
use crate::system::Dialling;
use crate::system::postgres::connect::{Caller, Connection, beside};
use crate::system::postgres::error::translate;
use crate::system::postgres::{Reader, query};
use crate::system::select::{
    BYTES, Column, NARROWER, Outline, PAGE, Pages, Row, Rows, Shape, full, input, late, no_rows, parameters,
};
use crate::text;

/// Rows of the first page: nobody knows yet how long they are.
const FIRST: usize = 8;
/// Longest wait for goodbyes.
const GOODBYE: Duration = Duration::from_secs(1);
/// The server's own limit comes first.
const LATER: Duration = Duration::from_secs(1);

impl Reader {
    /// What a SELECT would give; see [`crate::system::Line::outline`].
    pub(in crate::system) async fn outline(
        &self,
        sql: &str,
        patience: Duration,
    ) -> Result<Outline, TargetError> {
        let looked = async {
            let (connection, columns) = self.begin(sql, patience).await?;
            let plan = connection.client.query(&format!("EXPLAIN {sql}"), &[]).await.ok();
            let first = plan.and_then(|rows| rows.first()?.try_get::<_, String>(0).ok()).unwrap_or_default();
            let rows = number_after(&first, "rows=");
            let bytes = rows.zip(number_after(&first, "width=")).map(|(rows, width)| rows * width);
            goodbye(connection).await;
            Ok(Outline { columns, rows, bytes })
        };
        timeout(patience, looked).await.unwrap_or_else(|_| Err(late(&self.node(), patience)))
    }

    /// Runs a SELECT; see [`crate::system::Line::rows`].
    pub(in crate::system) async fn rows(&self, sql: &str, patience: Duration) -> Result<Rows, TargetError> {
        let begun = timeout(patience, self.begin(sql, patience)).await;
        let (mut connection, columns) = begun.unwrap_or_else(|_| Err(late(&self.node(), patience)))?;
        let (at, shapes) = (self.node(), columns.iter().map(|column| column.shape).collect::<Vec<_>>());
        Ok(Rows::of(columns, move |mut pages| async move {
            match read(&mut connection, &shapes, &at, patience, &mut pages).await {
                Ok(()) => {}
                Err(error) => pages.fail(error).await,
            }
            // A page that is still under way goes with its connection.
            if !connection.asking {
                goodbye(connection).await;
            }
        }))
    }

    /// A connection beside the kept one, in a read-only transaction, with a cursor over the statement. It was prepared
    /// before: that is how the server takes one statement and no more.
    async fn begin(&self, sql: &str, patience: Duration) -> Result<(Connection, Vec<Column>), TargetError> {
        let at = self.node();
        let failed = |error: Error| meaning(error, &at);
        let dialling = Dialling::silent(patience, patience);
        let caller = Caller { target: &self.target, name: &self.name, dialling: &dialling };
        let connection = beside(&caller).await?;
        let crowded = connection.client.simple_query(query::CROWDED).await.map_err(failed)?;
        let yes = |message: &SimpleQueryMessage| matches!(message, SimpleQueryMessage::Row(row) if row.get(0) == Some("t"));
        if crowded.iter().any(yes) {
            return Err(full(&at));
        }
        connection.client.batch_execute(&query::begin_rows(patience)).await.map_err(failed)?;
        connection.client.batch_execute(query::LOOK_FOR_US).await.map_err(failed)?;
        let statement = connection.client.prepare(sql).await.map_err(failed)?;
        let of = |column: &tokio_postgres::Column| Column {
            name: column.name().to_owned(),
            shape: shape(column.type_()),
        };
        let columns: Vec<Column> = statement.columns().iter().map(of).collect();
        match () {
            () if columns.is_empty() => return Err(no_rows()),
            () if !statement.params().is_empty() => return Err(parameters()),
            () => {}
        }
        connection.client.execute(&format!("{}{sql}", query::CURSOR), &[]).await.map_err(failed)?;
        Ok((connection, columns))
    }
}

/// Reads to the end, or until nobody wants any more.
async fn read(
    connection: &mut Connection,
    shapes: &[Shape],
    at: &str,
    patience: Duration,
    pages: &mut Pages,
) -> Result<(), TargetError> {
    let mut most = FIRST;
    loop {
        connection.asking = true;
        let asked = connection.client.simple_query_raw(&query::fetch(most)).await;
        let messages = asked.map_err(|error| meaning(error, at))?;
        tokio::pin!(messages);
        let (mut rows, mut bytes) = (0, 0);
        loop {
            let next = tokio::select! {
                next = timeout(patience + LATER, messages.try_next()) => next,
                () = pages.unwanted() => return Ok(()),
            };
            let row = match next.map_err(|_| late(at, patience))? {
                Ok(Some(SimpleQueryMessage::Row(row))) => cells(&row, shapes, at)?,
                Ok(Some(_)) => continue,
                Ok(None) => break,
                Err(error) => {
                    // The server has ended it by itself.
                    connection.asking = false;
                    return Err(meaning(error, at));
                }
            };
            rows += 1;
            bytes += row.iter().flatten().map(Vec::len).sum::<usize>();
            if !pages.push(row).await {
                return Ok(());
            }
        }
        connection.asking = false;
        if !pages.turn().await || rows == 0 {
            return Ok(());
        }
        most = (BYTES / (bytes / rows).max(1)).clamp(1, PAGE);
    }
}

async fn goodbye(connection: Connection) {
    drop(timeout(GOODBYE, connection.client.batch_execute(query::ROLLBACK)).await);
}

fn cells(row: &SimpleQueryRow, shapes: &[Shape], at: &str) -> Result<Row, TargetError> {
    let cell = |(index, shape): (usize, &Shape)| {
        let text = row.try_get(index).map_err(|_| {
            input(format!("{at} has a text in column {} that is no UTF-8", index + 1))
                .hint("take it as bytes: convert_to(column, 'SQL_ASCII')")
        })?;
        Ok(match (text, shape) {
            (Some(text), Shape::Bytes) => Some(unhex(text).unwrap_or_else(|| text.as_bytes().to_vec())),
            (text, _) => text.map(|text| text.as_bytes().to_vec()),
        })
    };
    shapes.iter().enumerate().map(cell).collect()
}

/// The bytes of `\x00ff`.
fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits = text.strip_prefix("\\x")?.as_bytes();
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    digits.chunks(2).map(|two| Some(digit(*two.first()?)? << 4 | digit(*two.get(1)?)?)).collect()
}

fn shape(ty: &Type) -> Shape {
    match *ty {
        Type::INT2 | Type::INT4 | Type::INT8 | Type::OID | Type::FLOAT4 | Type::FLOAT8 | Type::NUMERIC => {
            Shape::Number
        }
        Type::BOOL => Shape::Truth,
        Type::JSON | Type::JSONB => Shape::Json,
        Type::BYTEA => Shape::Bytes,
        _ => match ty.kind() {
            TypeKind::Domain(inner) => shape(inner),
            _ => Shape::Text,
        },
    }
}

/// The number that follows `name` in a line of `EXPLAIN`: `Seq Scan on p  (cost=0.00..1.00 rows=100 width=36)`.
fn number_after(line: &str, name: &str) -> Option<f64> {
    let rest = line.split_once(name)?.1;
    rest.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

/// What the server says of a statement that is not ours.
fn meaning(error: Error, at: &str) -> TargetError {
    use TargetErrorKind as Kind;
    let code = error.code().cloned();
    // Beside the words of the server, whatever it has hinted at.
    let hinted =
        error.as_db_error().and_then(|error| error.hint()).map(|hint| text::escape(hint).into_owned());
    let said = translate(error, at);
    let (kind, hint) = match code.as_ref().map_or("", |code| code.code()) {
        "25006" => {
            (Kind::Input, "it would write: a SELECT runs in a read-only transaction, and nothing was changed")
        }
        "42501" => (Kind::Permission, "GRANT SELECT on the table to the role stampede uses"),
        "42P01" => (Kind::Input, "name the schema (FROM shop.products), or the target's own database"),
        "57014" => (Kind::Timeout, NARROWER),
        // Syntax, names, types; values that do not fit; more than one command.
        code if ["42", "22", "0A"].iter().any(|class| code.starts_with(class)) => {
            (Kind::Input, "one SELECT and nothing else: try it in the database's own client first")
        }
        _ => return said,
    };
    let hint = hinted.map_or(hint.into(), |hinted| format!("{hinted} {hint}"));
    TargetError { kind, ..said.hint(hint) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_read_from_their_digits_and_numbers_from_a_plan() {
        assert_eq!(unhex("\\x00ff0A"), Some(vec![0, 255, 10]));
        assert_eq!(unhex("\\x"), Some(Vec::new()));
        assert_eq!((unhex("00"), unhex("\\x0"), unhex("\\xzz")), (None, None, None));
        let line = "Seq Scan on p  (cost=0.00..35.50 rows=2550 width=36)";
        assert_eq!((number_after(line, "rows="), number_after(line, "width=")), (Some(2550.0), Some(36.0)));
        assert_eq!(number_after("", "rows="), None);
    }
}
