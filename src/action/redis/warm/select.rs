//! Refilling from a SELECT: for applications that cache rows, when they cannot be asked to do it themselves.

use std::time::Duration;

use crate::action::redis::expiry::{on_replica, refused};
use crate::action::redis::warm::fields::Params;
use crate::action::redis::warm::image::Checkpoint;
use crate::action::redis::warm::{busy, limits, may_write, too_much};
use crate::action::{Context, Draft, Plan, PlanResult, Refusal, unless};
use crate::change::Level;
use crate::error::TargetError;
use crate::refill::health::LoadSampler;
use crate::refill::rows::{KeyTemplate, RowMapping, SPREAD};
use crate::refill::select::QueryRows;
use crate::refill::throttle::Limits;
use crate::sql::{self, Dialect};
use crate::system::Line;
use crate::system::load::{Gauge, Load};
use crate::system::redis::Reader;
use crate::system::select::{Column, Outline};
use crate::text;

/// Longest wait for the next rows.
const PATIENCE: Duration = Duration::from_secs(10);

/// What is asked of which database, and what becomes of it.
struct Select<'a> {
    line: &'a Line,
    name: &'a str,
    sql: &'a str,
    to: &'a str,
    key: KeyTemplate,
    value: Option<&'a str>,
    ttl: Duration,
    patience: Duration,
}

impl<'a> Select<'a> {
    fn of(params: &'a Params, context: &Context<'a>) -> Result<Self, Refusal> {
        let (name, line) = database(params.database.as_deref(), context)?;
        let dialect = if matches!(line, Line::Postgres(_)) { Dialect::Postgres } else { Dialect::Mysql };
        let sql = params.sql.as_deref().unwrap_or_default();
        if sql::locks(sql.as_bytes(), dialect) {
            let why = "the SELECT locks what it reads, and the application would wait for it";
            return Err(Refusal::for_want(why, "leave FOR UPDATE and the like out"));
        }
        let to = params.to.as_deref().unwrap_or_default();
        let key = KeyTemplate::parse(to)
            .map_err(|why| Refusal::for_want(format!("--to: {why}"), "--to 'product:{id}'"))?;
        Ok(Self {
            line,
            name,
            sql,
            to,
            key,
            value: params.value.as_deref(),
            ttl: params.ttl.unwrap_or(Duration::from_secs(60)),
            patience: params.timeout.unwrap_or(PATIENCE),
        })
    }

    fn mapping(&self, columns: &[Column]) -> Result<RowMapping, TargetError> {
        RowMapping::of(&self.key, self.value, self.ttl, columns)
    }

    /// The shortest and the longest lifetime of a key.
    fn lifetimes(&self) -> [Duration; 2] {
        [1.0 - SPREAD, 1.0 + SPREAD].map(|share| self.ttl.mul_f64(share))
    }
}

/// The database that is meant.
fn database<'a>(named: Option<&str>, context: &Context<'a>) -> Result<(&'a str, &'a Line), Refusal> {
    let is_database = |line: &Line| matches!(line, Line::Mysql(_) | Line::Postgres(_));
    let all: Vec<(&str, &Line)> = context
        .lines
        .iter()
        .filter(|(_, line)| is_database(line))
        .map(|(name, line)| (name.as_str(), line))
        .collect();
    let names = all.iter().map(|(name, _)| text::escape(name)).collect::<Vec<_>>().join(", ");
    match (named, all.as_slice()) {
        (_, []) => Err(Refusal::for_want(
            "no database is configured that the rows could come from",
            "MYSQL_URL, DATABASE_URL, or targets: in stampede.yaml; --target must name it, too",
        )),
        (None, [only]) => Ok(*only),
        (None, [(first, _), ..]) => Err(Refusal::for_want(
            format!("more than one database is configured: {names}"),
            format!("say which: --database {}", text::escape(first)),
        )),
        (Some(named), all) => all.iter().find(|(name, _)| *name == named).copied().ok_or_else(|| {
            Refusal::for_want(
                format!("no database is called {}", text::escape(named)),
                format!("there is {names}"),
            )
        }),
    }
}

/// What it would do. No row is read for it.
pub async fn plan(params: &Params, context: &Context<'_>, reader: &mut Reader) -> PlanResult<Checkpoint> {
    let (primaries, notes) = reader.primaries().await?;
    unless(on_replica(&primaries))?;
    let select = Select::of(params, context)?;
    let limits = limits(params, context);
    let load = Gauge::over(context.lines).read().await;
    unless(busy(&load, &limits, "the SELECT is one more"))?;
    let outline = select.line.outline(select.sql, select.patience).await.map_err(Refusal::from)?;
    select.mapping(&outline.columns).map_err(Refusal::from)?;
    may_write(reader, &select.key.example()).await?;
    unless(too_much(&primaries, outline.bytes, "take fewer rows"))?;
    let [least, most] = select.lifetimes().map(text::duration);
    let mut forecast = vec![
        expected(&outline, select.name),
        "it is read in a read-only transaction, one statement and no more".into(),
        "what is there is left alone; a row with NULL in its key is passed over".into(),
        format!("each key lives {least} to {most}, by its name: they do not expire together"),
        heeded(&load, &limits),
    ];
    forecast.extend(notes);
    let value = match select.value {
        Some(column) => format!("<{}>", text::escape(column)),
        None => "<the row as JSON>".into(),
    };
    let to = text::escape(select.to);
    Ok(Plan::Change(Draft {
        summary: format!("fill in {to} from {}, where it is missing", text::escape(select.name)),
        parts: Vec::new(),
        commands: vec![text::escape(select.sql).into(), format!("SET {to} {value} PX <lifetime> NX")],
        forecast,
        risk: vec![
            format!("one statement on {} until the last row is read", text::escape(select.name)),
            "a row that changes between its reading and its writing stays old until its key expires".into(),
        ],
        back: "none is needed: what is filled in ends with its lifetime".into(),
        level: Level::Ask,
    }))
}

fn expected(outline: &Outline, name: &str) -> String {
    let name = text::escape(name);
    match (outline.rows, outline.bytes) {
        (Some(rows), Some(bytes)) => {
            format!("{name} expects about {} rows, {}", text::count(rows), text::bytes(bytes))
        }
        (Some(rows), None) => format!("{name} expects to look at about {} rows", text::count(rows)),
        (None, _) => format!("{name} does not say how many rows it expects"),
    }
}

fn heeded(load: &Load, limits: &Limits) -> String {
    match (&load.busiest, limits.off) {
        (_, true) => "the database is not heeded".into(),
        (Some((running, name)), false) => format!(
            "no row is read from {} running statements on, until it is below {} ({} runs {})",
            text::count(limits.stop),
            text::count(limits.slow),
            text::escape(name),
            text::count(*running)
        ),
        (None, false) => format!(
            "the load of the database is not seen: {}",
            load.missing.first().map_or("no reason is known", String::as_str)
        ),
    }
}

/// Begins to read. Errors: the database is busy (S29), or refuses the statement.
pub async fn begin(params: &Params, context: &Context<'_>) -> Result<QueryRows, TargetError> {
    let select = Select::of(params, context).map_err(refused)?;
    let limits = limits(params, context);
    let mut loads = LoadSampler::start(Gauge::over(context.lines));
    let load = loads.next().await.unwrap_or_default();
    unless(busy(&load, &limits, "the SELECT is one more")).map_err(refused)?;
    let rows = select.line.rows(select.sql, select.patience).await?;
    let mapping = select.mapping(&rows.columns)?;
    Ok(QueryRows::new(rows, mapping, limits, loads, load))
}
