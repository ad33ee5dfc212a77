//! Refilling from a SELECT: for applications that cache rows, when they cannot be asked to do it themselves.

use std::time::Duration;

use tokio::time::timeout;

use crate::action::field::With;
use crate::action::load::{Gauge, Load};
use crate::action::redis::expiry::{memory_left, on_replica, refused};
use crate::action::redis::pulse::Sampler;
use crate::action::redis::warm::brakes::{Brakes, Limits, Seen};
use crate::action::redis::warm::image::Checkpoint;
use crate::action::redis::warm::resp::Put;
use crate::action::redis::warm::row::{Recipe, SPREAD, Template};
use crate::action::redis::warm::{busy, limits};
use crate::action::{Context, Draft, Plan, Refusal};
use crate::change::Level;
use crate::clock;
use crate::error::{TargetError, TargetErrorKind};
use crate::sql::{self, Dialect};
use crate::system::Line;
use crate::system::redis::{Reader, Tell};
use crate::system::select::{Column, Outline, Rows};
use crate::text;

/// Longest wait for the next rows.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long rows are waited for before it is looked whether to stop.
const LOOK: Duration = Duration::from_millis(100);

/// What is asked of which database, and what becomes of it.
struct Select<'a> {
    line: &'a Line,
    name: &'a str,
    sql: &'a str,
    to: &'a str,
    key: Template,
    value: Option<&'a str>,
    ttl: Duration,
    patience: Duration,
}

impl<'a> Select<'a> {
    fn of(with: &'a With, context: &Context<'a>) -> Result<Self, Refusal> {
        let (name, line) = database(with.text("database"), context)?;
        let dialect = if matches!(line, Line::Postgres(_)) { Dialect::Postgres } else { Dialect::Mysql };
        let sql = with.text("sql").unwrap_or_default();
        if sql::locks(sql.as_bytes(), dialect) {
            let why = "the SELECT locks what it reads, and the application would wait for it";
            return Err(Refusal::for_want(why, "leave FOR UPDATE and the like out"));
        }
        let to = with.text("to").unwrap_or_default();
        let key = Template::parse(to)
            .map_err(|why| Refusal::for_want(format!("--to: {why}"), "--to 'product:{id}'"))?;
        Ok(Self {
            line,
            name,
            sql,
            to,
            key,
            value: with.text("value"),
            ttl: with.duration("ttl").unwrap_or(Duration::from_secs(60)),
            patience: with.duration("timeout").unwrap_or(PATIENCE),
        })
    }

    fn recipe(&self, columns: &[Column]) -> Result<Recipe, Refusal> {
        Recipe::of(&self.key, self.value, self.ttl, columns)
    }

    /// The shortest and the longest life of a key.
    fn lives(&self) -> [Duration; 2] {
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
pub async fn plan(
    with: &With,
    context: &Context<'_>,
    reader: &mut Reader,
) -> Result<Plan<Checkpoint>, TargetError> {
    let (primaries, notes) = reader.primaries().await?;
    if let Some(refusal) = on_replica(&primaries) {
        return Ok(Plan::Blocked(refusal));
    }
    let select = match Select::of(with, context) {
        Ok(select) => select,
        Err(refusal) => return Ok(Plan::Blocked(refusal)),
    };
    let limits = limits(with, context);
    let load = Gauge::over(context).read().await;
    if let Some(refusal) = busy(&load, &limits, "the SELECT is one more") {
        return Ok(Plan::Blocked(refusal));
    }
    let outline = match select.line.outline(select.sql, select.patience).await {
        Ok(outline) => outline,
        Err(error) => return Ok(Plan::Blocked(error.into())),
    };
    if let Err(refusal) = select.recipe(&outline.columns) {
        return Ok(Plan::Blocked(refusal));
    }
    let key = select.key.example();
    if let Some(home) = reader.home(&key)
        && let Some(error) = reader.forbids(&home, &Tell::SetNew(&key, b"", Some(1))).await?
    {
        return Ok(Plan::Blocked(error.into()));
    }
    if let Some((bytes, left)) =
        outline.bytes.zip(memory_left(&primaries)).filter(|(bytes, left)| bytes > left)
    {
        let why = format!(
            "about {} are to be filled in, and {} are left of maxmemory",
            text::bytes(bytes),
            text::bytes(left)
        );
        return Ok(Plan::Blocked(Refusal::by("S29", why, "raise maxmemory, or take fewer rows")));
    }
    let [least, most] = select.lives().map(text::duration);
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
            load.missing.first().map_or("nobody said why", String::as_str)
        ),
    }
}

/// Rows on their way into the cache.
pub struct Crop {
    rows: Rows,
    recipe: Recipe,
    sampler: Sampler,
    brakes: Brakes,
    /// What the databases said last.
    load: Load,
    /// Rows without a key or a value.
    without: u64,
}

impl Crop {
    /// Begins to read. Errors: the database is busy (S29), or refuses the statement.
    pub async fn begin(with: &With, context: &Context<'_>) -> Result<Self, TargetError> {
        let select = Select::of(with, context).map_err(refused)?;
        let limits = limits(with, context);
        let mut sampler = Sampler::start(Gauge::over(context));
        let load = sampler.loads.recv().await.unwrap_or_default();
        if let Some(refusal) = busy(&load, &limits, "the SELECT is one more") {
            return Err(refused(refusal));
        }
        let rows = select.line.rows(select.sql, select.patience).await?;
        let recipe = select.recipe(&rows.columns).map_err(refused)?;
        let brakes = Brakes::new(Limits { most: 1, ..limits });
        Ok(Self { rows, recipe, sampler, brakes, load, without: 0 })
    }

    /// The next keys, or none yet; `None` at the end. Errors: the database, in its own words.
    pub async fn next(&mut self) -> Result<Option<Vec<Put>>, TargetError> {
        let Ok(rows) = timeout(LOOK, self.rows.next()).await else { return Ok(Some(Vec::new())) };
        let rows = rows?;
        if rows.is_empty() {
            return Ok(None);
        }
        let mut puts = Vec::new();
        for row in &rows {
            match self.recipe.put(row)? {
                Some(put) => puts.push(put),
                None => self.without += 1,
            }
        }
        Ok(Some(puts))
    }

    /// Whether nothing is to be read now. Errors: S29, the database has not recovered.
    pub fn held(&mut self) -> Result<bool, TargetError> {
        while let Ok(load) = self.sampler.loads.try_recv() {
            let running = load.busiest.as_ref().map(|(running, _)| *running);
            let seen = Seen { running, silent: load.silent.clone(), calls: 1, errors: 0 };
            self.load = load;
            self.brakes.heed(seen, clock::instant()).map_err(|why| {
                TargetError::new(TargetErrorKind::Busy, format!("S29 {why}: stopped"))
                    .hint("break the stampede and protect the database first; then run it again")
            })?;
        }
        Ok(self.brakes.limit(clock::instant()) == 0)
    }

    /// How the database is, in words that follow others.
    pub fn words(&self) -> String {
        let mut words = match &self.load.busiest {
            Some((running, name)) => format!("; {} runs {}", text::escape(name), text::count(*running)),
            None => String::new(),
        };
        if let Some(why) = self.brakes.resting(clock::instant()) {
            words += &format!("; {why}");
        }
        words
    }

    /// Ends it, and says what came of it.
    pub async fn end(self) -> Vec<String> {
        self.rows.end().await;
        let mut notes = Vec::new();
        if self.without > 0 {
            notes.push(format!("{} rows had NULL in their key or value and were passed over", self.without));
        }
        if let Some(worst) = self.brakes.worst {
            notes.push(format!(
                "the busiest database ran {} at most, {} samples at the stop threshold or above",
                text::count(worst),
                self.brakes.above
            ));
        }
        notes
    }
}
