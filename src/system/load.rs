//! How busy the databases are, asked over the connections that the runner holds (S3): what warming and ramping heed (S29).

use std::collections::BTreeMap;
use std::time::Duration;

use futures_util::future::join_all;

use crate::error::TargetError;
use crate::system::mysql::Variables;
use crate::system::{Dialling, Line};
use crate::text;

/// Longest wait for one answer.
const PATIENCE: Duration = Duration::from_secs(2);

/// The databases that are asked.
pub struct Gauge {
    each: Vec<Database>,
}

struct Database {
    name: String,
    line: Line,
    /// What a MySQL says of itself, asked once.
    variables: Option<Variables>,
    /// Whether it has ever answered.
    spoke: bool,
}

/// What they said.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Load {
    /// Statements running on the busiest of them, and its name; none when nobody could say.
    pub busiest: Option<(f64, String)>,
    /// Why some could not.
    pub missing: Vec<String>,
    /// The first of them that has answered before and does not any more: it is worse off than any that answers.
    pub silent: Option<String>,
}

impl Gauge {
    /// The databases among these connections.
    pub fn over(lines: &BTreeMap<String, Line>) -> Self {
        let is_database = |line: &Line| matches!(line, Line::Mysql(_) | Line::Postgres(_));
        let each = lines.iter().filter(|(_, line)| is_database(line)).map(|(name, line)| Database {
            name: name.clone(),
            line: line.clone(),
            variables: None,
            spoke: false,
        });
        Self { each: each.collect() }
    }

    /// Asks all of them at the same time.
    pub async fn read(&mut self) -> Load {
        let mut load = Load::default();
        let answers = join_all(self.each.iter_mut().map(Database::count)).await;
        for (database, running) in self.each.iter_mut().zip(answers) {
            let name = &database.name;
            match running {
                Ok(running) => {
                    database.spoke = true;
                    if load.busiest.as_ref().is_none_or(|(most, _)| running > *most) {
                        load.busiest = Some((running, name.clone()));
                    }
                }
                Err(why) => {
                    load.missing.push(format!("{}: {why}", text::escape(name)));
                    load.silent = load.silent.or(database.spoke.then(|| name.clone()));
                }
            }
        }
        load
    }
}

impl Database {
    async fn count(&mut self) -> Result<f64, String> {
        let said = |error: TargetError| error.to_string();
        let dialling = Dialling::silent(PATIENCE, PATIENCE);
        match &mut self.line {
            Line::Mysql(reader) => {
                reader.ready(&dialling).await.map_err(said)?;
                if self.variables.is_none() {
                    self.variables = Some(reader.variables().await.map_err(said)?);
                }
                let Some(variables) = &self.variables else { return Err("it says nothing of itself".into()) };
                match reader.running(variables).await.map_err(said)? {
                    Some(running) => Ok(running.len() as f64),
                    None => Err("it shows us only our own statements".into()),
                }
            }
            Line::Postgres(reader) => {
                reader.ready(&dialling).await.map_err(said)?;
                Ok(reader.running().await.map_err(said)?.len() as f64)
            }
            Line::Pgbouncer(_) => Err("a pooler".into()),
        }
    }
}
