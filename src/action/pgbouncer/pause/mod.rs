//! `protect pause`: clients queue in PgBouncer for a moment instead of hammering the database.

mod hold;
mod words;

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::action::field::{FieldError, Type};
use crate::action::params::params;
use crate::action::pgbouncer::pause::hold::Watched;
use crate::action::{
    About, Action, Applied, Apply, ByHand, Context, Draft, Phase, Plan, PlanResult, Refusal, Reverted, Spec,
    Touch, Undo, unless,
};
use crate::change::{Level, Standing};
use crate::error::TargetError;
use crate::observation::Kind;
use crate::system::Pgbouncer;
use crate::system::pgbouncer::{CONSOLE, Database, Reader, Write};
use crate::text;

params! {
    /// What it is given.
    pub struct Params {
        r#for: Option<Duration> = flag "for", Type::Duration(Duration::from_secs(1), Duration::from_secs(60)),
            "how long, the end of what runs included [default: 10s]";
        database: Option<String> = flag "database", Type::Text,
            "only this database, as clients of PgBouncer name it [default: all]";
    }
}

/// The registry line.
pub static SPEC: Spec = Spec::of::<Pause>(About {
    name: "pgbouncer.pause",
    command: "pause",
    phase: Phase::Protect,
    kind: Kind::Pgbouncer,
    summary: "let clients queue in PgBouncer for a moment",
    help: "Pauses the databases of a PgBouncer: transactions that run go on to their end, whatever comes after them \
           queues in PgBouncer and not at the database, and after the given time all of it is let on, through no more \
           server connections than the pools have. It resumes by itself: when the time is over, at once on Ctrl-C, and \
           by a second process when this one dies. Refused where clients would be disconnected meanwhile \
           (query_wait_timeout), and in session mode while clients hold a server connection, because these would go on \
           all the same. A database that somebody else has paused is left alone.",
    example: "stampede protect pause --for 10s",
    by_hand: ByHand {
        act: &[
            "psql -p 6432 pgbouncer -c 'SHOW POOLS'  # only where pool_mode is not session",
            "psql -p 6432 pgbouncer -c 'PAUSE {database}'  # for {for:s} s, less than query_wait_timeout; waits for what runs",
        ],
        back: &["psql -p 6432 pgbouncer -c 'RESUME {database}'"],
    },
});

const TIME: Duration = Duration::from_secs(10);

struct Pause;

/// One database that is paused. That it was not is known: one that was is left alone.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Image {
    database: String,
    /// The transactions of the database that the process had served. One that has served fewer was started since.
    served: u64,
}

fn time(params: &Params) -> Duration {
    params.r#for.unwrap_or(TIME)
}

/// The databases that are meant, and those of them that are paused already. Errors: there is none.
fn meant(params: &Params, databases: Vec<Database>) -> Result<(Vec<Database>, Vec<Database>), Refusal> {
    let meant: Vec<Database> = match params.database.as_deref() {
        None => databases.into_iter().filter(|database| !database.disabled).collect(),
        Some(name) => {
            let (meant, others): (Vec<_>, Vec<_>) =
                databases.into_iter().partition(|database| database.name == name);
            if meant.is_empty() {
                return Err(words::no_such(name, &others));
            }
            meant
        }
    };
    Ok(meant.into_iter().partition(|database| !database.paused))
}

impl Action for Pause {
    type System = Pgbouncer;
    type Image = Image;
    type Params = Params;

    const WATCHDOG: bool = true;

    fn check(params: &Params) -> Result<(), FieldError> {
        match params.database.as_deref() {
            Some(CONSOLE) => {
                Err(FieldError::new("database", "is the admin console itself, which cannot be paused"))
            }
            // Its console has no way to write such a name that can be shown.
            Some(name) if text::escape(name) != name => {
                Err(FieldError::new("database", "has characters that a name at the console cannot have"))
            }
            _ => Ok(()),
        }
    }

    async fn plan(params: &Params, _: &Context<'_>, reader: &mut Reader) -> PlanResult<Image> {
        let time = time(params);
        let setup = reader.setup().await?;
        if !setup.admin {
            return Ok(Plan::Blocked(words::no_right(reader.user())));
        }
        if setup.shares_port && reader.by_port() {
            return Ok(Plan::Blocked(words::shared_port()));
        }
        reader.is_one_process().await?;
        let (databases, paused) = meant(params, reader.databases().await?)?;
        if databases.is_empty() && !paused.is_empty() {
            return Ok(Plan::AlreadySo(words::already(&paused)));
        }
        if databases.is_empty() {
            return Ok(Plan::NotApplicable("it has no database that is in use".into()));
        }
        let is_meant = |name: &str| databases.iter().any(|database| database.name == name);
        let mut pools = reader.pools().await?;
        pools.retain(|pool| is_meant(&pool.database));
        unless(words::would_go_on(&pools).or_else(|| words::would_disconnect(time, &setup, &pools)))?;
        let mut parts = Vec::new();
        for database in &databases {
            let served = reader.served(&database.name).await?;
            let image = Image { database: database.name.clone(), served };
            parts.push((reader.node(), setup.id.clone(), image));
        }
        let wide = words::width(&databases, &pools);
        Ok(Plan::Change(Draft {
            summary: words::summary(&databases, time),
            commands: Vec::new(),
            forecast: words::forecast(&pools, &paused, &setup, time, wide),
            risk: words::risk(time, wide),
            back: format!(
                "resumes by itself after {}, at once on Ctrl-C, and also when this process dies",
                text::duration(time)
            ),
            level: Level::Type,
            parts,
        }))
    }

    fn touches(image: &Image) -> Vec<Touch> {
        vec![Touch::Own(image.database.clone())]
    }

    fn commands(image: &Image) -> Vec<String> {
        [Write::Pause(&image.database), Write::Resume(&image.database)].map(|write| write.to_string()).into()
    }

    fn undo_commands(image: &Image) -> Vec<String> {
        vec![Write::Resume(&image.database).to_string()]
    }

    /// A process that was started since has none of our pauses: one that is there is somebody else's.
    async fn standing(_: &str, image: &Image, reader: &mut Reader) -> Result<Standing, TargetError> {
        if !reader.is_paused(&image.database).await? {
            return Ok(Standing::Before);
        }
        Ok(match reader.served(&image.database).await? < image.served {
            true => Standing::Drifted(
                format!(
                    "{} is paused, by somebody else since PgBouncer was restarted",
                    text::escape(&image.database)
                )
                .into(),
            ),
            false => Standing::After,
        })
    }

    async fn apply(
        Apply { params, images, writer, record, .. }: Apply<'_, '_, Self>,
    ) -> Result<Applied, TargetError> {
        let names: Vec<&str> = images.iter().map(|(_, image)| image.database.as_str()).collect();
        let mut watched = Watched::begin(&names, writer.reader).await?;
        for (index, name) in names.iter().enumerate() {
            let permit = record.planned(index)?;
            writer.pause(&permit, name).await?;
        }
        watched.hold(time(params), writer.reader, record).await;
        let mut trouble = None;
        for (index, name) in names.iter().enumerate() {
            let permit = record.planned(index)?;
            match writer.resume(&permit, name).await {
                Ok(true) => {}
                Ok(false) => watched.gone(name),
                Err(error) => trouble = Some(error),
            }
        }
        match trouble {
            Some(error) => Err(error),
            None => Ok(Applied::over(watched.end(writer.reader).await)),
        }
    }

    async fn undo(Undo { image, writer, permit, .. }: Undo<'_, '_, Self>) -> Result<Reverted, TargetError> {
        let name = text::escape(&image.database);
        let note = match writer.resume(permit, &image.database).await? {
            true => format!("{name} resumed"),
            false => format!("{name} was not paused any more"),
        };
        Ok(Reverted::whole([note]))
    }
}
