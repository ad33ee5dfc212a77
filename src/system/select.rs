//! The rows of one SELECT that the operator has written, a page at a time: in a read-only transaction of its own, over a
//! connection of its own, because the kept one goes on being asked how busy the database is.

use std::time::Duration;

use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::task::JoinHandle;

use crate::error::{TargetError, TargetErrorKind};
use crate::system::{Line, no_answer};

/// Rows of a page, at most.
pub(super) const PAGE: usize = 256;
/// Bytes of a page: with the next one on its way, and one in hand, a few megabytes.
pub(super) const BYTES: usize = 1 << 20;
/// Longest wait for a statement that is given up to be over.
const OVER: Duration = Duration::from_secs(3);

/// What the text of a column is, as far as JSON tells things apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Text, and all that is none of the others.
    Text,
    /// A number.
    Number,
    /// `t` or `f`.
    Truth,
    /// JSON.
    Json,
    /// Bytes that are no text.
    Bytes,
}

/// A column of the result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// What is in it.
    pub shape: Shape,
}

/// What is known before a row is read.
#[derive(Clone, Debug, PartialEq)]
pub struct Outline {
    /// The columns.
    pub columns: Vec<Column>,
    /// How many rows the server expects; none where it does not say.
    pub rows: Option<f64>,
    /// How many bytes they have together; MySQL and MariaDB do not say.
    pub bytes: Option<f64>,
}

/// The cells of a row, as the server writes them out; none is NULL.
pub type Row = Vec<Option<Vec<u8>>>;

/// Rows that are on their way.
pub struct Rows {
    /// The columns.
    pub columns: Vec<Column>,
    pages: Receiver<Result<Vec<Row>, TargetError>>,
    task: JoinHandle<()>,
}

impl Rows {
    /// Rows that `read` brings, a page at a time and no faster than they are taken. It ends when nobody takes them any
    /// more.
    pub(super) fn of<F: Future<Output = ()> + Send + 'static>(
        columns: Vec<Column>,
        read: impl FnOnce(Pages) -> F,
    ) -> Self {
        let (to, pages) = channel(1);
        Self { columns, pages, task: tokio::spawn(read(Pages { to, rows: Vec::new(), bytes: 0 })) }
    }

    /// The next page; empty at the end. Errors: the database, in its own words.
    pub async fn next(&mut self) -> Result<Vec<Row>, TargetError> {
        self.pages.recv().await.unwrap_or(Ok(Vec::new()))
    }

    /// Gives up what is left of them, and waits a moment until the database has ended the statement.
    pub async fn end(mut self) {
        self.pages.close();
        while self.pages.recv().await.is_some() {}
        if tokio::time::timeout(OVER, &mut self.task).await.is_err() {
            self.task.abort();
        }
    }
}

/// Where whoever reads rows puts them.
pub(super) struct Pages {
    to: Sender<Result<Vec<Row>, TargetError>>,
    rows: Vec<Row>,
    bytes: usize,
}

impl Pages {
    /// One more row. Waits while a full page is not taken; false when nobody wants any more.
    pub(super) async fn push(&mut self, row: Row) -> bool {
        self.bytes += row.iter().flatten().map(Vec::len).sum::<usize>();
        self.rows.push(row);
        (self.rows.len() < PAGE && self.bytes < BYTES) || self.turn().await
    }

    /// Hands over what there is.
    pub(super) async fn turn(&mut self) -> bool {
        self.bytes = 0;
        let rows = std::mem::take(&mut self.rows);
        rows.is_empty() || self.to.send(Ok(rows)).await.is_ok()
    }

    /// Hands over what there is, and why there is no more.
    pub(super) async fn fail(&mut self, error: TargetError) {
        if self.turn().await {
            // Nobody may be there to hear it.
            drop(self.to.send(Err(error)).await);
        }
    }

    /// Waits until nobody wants any more.
    pub(super) async fn unwanted(&self) {
        self.to.closed().await;
    }
}

impl Line {
    /// What a SELECT would give, without reading a row. Errors: the database refuses it, has no second connection for us,
    /// or takes longer than `patience`.
    pub async fn outline(&self, sql: &str, patience: Duration) -> Result<Outline, TargetError> {
        match self {
            Self::Mysql(reader) => reader.outline(sql, patience).await,
            Self::Postgres(reader) => reader.outline(sql, patience).await,
            Self::Pgbouncer(_) => Err(pooler()),
        }
    }

    /// Runs a SELECT and gives its rows as they come; `patience`: how long the next of them may take. Errors: as for
    /// [`Line::outline`].
    pub async fn rows(&self, sql: &str, patience: Duration) -> Result<Rows, TargetError> {
        match self {
            Self::Mysql(reader) => reader.rows(sql, patience).await,
            Self::Postgres(reader) => reader.rows(sql, patience).await,
            Self::Pgbouncer(_) => Err(pooler()),
        }
    }
}

fn pooler() -> TargetError {
    input("the console of a pooler has no rows".into()).hint("name the database behind it")
}

/// That the statement itself cannot be used.
pub(super) fn input(message: String) -> TargetError {
    TargetError::new(TargetErrorKind::Input, message)
}

/// What is to be done about a database that has no connection for a SELECT.
pub(super) const ONE_MORE: &str = "a SELECT takes one connection more: free one first";

/// What makes a SELECT quicker.
pub(super) const NARROWER: &str =
    "an index, a LIMIT or a narrower WHERE makes it quicker; --timeout gives it more time";

/// That the next rows did not come in time.
pub(super) fn late(at: &str, patience: Duration) -> TargetError {
    no_answer(at, patience).hint(NARROWER)
}

/// That only the slots are left that are reserved for emergencies: a statement that takes long must not sit there.
pub(super) fn full(at: &str) -> TargetError {
    let message = format!("{at} has no connection left but those that are kept for emergencies");
    TargetError::new(TargetErrorKind::Full, message).hint(ONE_MORE)
}

/// That it gives nothing to read.
pub(super) fn no_rows() -> TargetError {
    input("the statement gives no rows: one SELECT is expected".into())
}

/// That it has places for values that nobody gives.
pub(super) fn parameters() -> TargetError {
    input("the statement has parameters in it: write their values out".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(length: usize) -> Row {
        vec![Some(vec![b'x'; length]), None]
    }

    #[tokio::test]
    async fn a_page_ends_by_rows_or_by_bytes_and_waits_until_it_is_taken() {
        let mut rows = Rows::of(Vec::new(), |mut pages| async move {
            for length in [vec![1; PAGE + 1], vec![BYTES / 2; 4]].concat() {
                assert!(pages.push(row(length)).await);
            }
            pages.fail(no_rows()).await;
        });
        let mut sizes = Vec::new();
        let failed = loop {
            match rows.next().await {
                Ok(page) => sizes.push(page.len()),
                Err(error) => break error.message,
            }
        };
        assert_eq!(sizes, [PAGE, 3, 2]);
        assert!(failed.contains("one SELECT"));
        assert!(rows.next().await.is_ok_and(|page| page.is_empty()), "the end");
    }

    #[tokio::test]
    async fn nobody_reads_on_when_the_rows_are_given_up() {
        let (told, heard) = tokio::sync::oneshot::channel();
        let rows = Rows::of(Vec::new(), |mut pages| async move {
            let mut count = 0;
            while pages.push(row(BYTES)).await {
                count += 1;
            }
            told.send(count).expect("heard");
        });
        rows.end().await;
        assert!(heard.await.expect("told") <= 2);
    }
}
