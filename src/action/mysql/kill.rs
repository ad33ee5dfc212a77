//! `protect kill` on MySQL and MariaDB: copies of a running statement end, the oldest of each goes on (S16-S19).

use serde::{Deserialize, Serialize};

use crate::action::batches::{Batches, Ended, Ender};
use crate::action::mysql::privileges;
use crate::action::sessions::{self, Chosen, Marked, Params};
use crate::action::{
    About, Action, Applied, Apply, ByHand, Context, Draft, Phase, Plan, PlanResult, Spec, Unplanned,
};
use crate::approval::Permit;
use crate::change::{Level, Standing};
use crate::error::TargetError;
use crate::kill_policy::{Session, choose};
use crate::observation::Kind;
use crate::system::Mysql;
use crate::system::mysql::{Killed, Reader, Variables, Write, Writer};

/// The registry line.
pub static SPEC: Spec = Spec::of::<Kill>(About {
    name: "mysql.kill",
    command: "kill",
    phase: Phase::Protect,
    kind: Kind::Mysql,
    summary: "end copies of a running query, and keep the oldest of each",
    help: "Ends reading statements that run the same query, literals included, for longer than --older-than. The oldest of \
           each is kept: it will refill the cache (S18). Only sessions of clients are looked at: never replication, backups, \
           schema changes, the server's own or ours, never one that writes, locks, or has changed rows (S16, S19). In \
           batches of 50, 100, 200, 400; each is looked at again right before, and a connection never loses more than its \
           statement (KILL QUERY). Afterwards it says whether the kept ones have finished and the load fell.",
    example: "stampede protect kill --older-than 30s",
    by_hand: ByHand {
        act: &[
            "mysql -e \"SELECT id, user, time, info FROM information_schema.processlist WHERE command = 'Query' AND time > {older_than:s}\"",
            "mysql -e \"KILL QUERY ID\"  # copies of one SELECT only; keep the oldest, never replication, backups or writers",
        ],
        back: &[],
    },
});

struct Kill;

/// How statements are ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Means {
    /// `KILL QUERY`
    Kill,
    /// `KILL QUERY ID`: MariaDB numbers its statements.
    KillId,
    /// The procedure of Amazon RDS.
    Rds,
}

#[derive(Serialize, Deserialize)]
struct Image {
    means: Means,
    #[serde(flatten)]
    chosen: Chosen,
}

impl Image {
    fn write(&self, victim: &Marked) -> Write<'static> {
        match (self.means, victim.mark.parse()) {
            (Means::KillId, Ok(number)) => Write::KillQueryId(number),
            (Means::Rds, _) => Write::RdsKillQuery(victim.id),
            _ => Write::KillQuery(victim.id),
        }
    }
}

impl Action for Kill {
    type System = Mysql;
    type Image = Image;
    type Params = Params;

    const IRREVERSIBLE: Option<&'static str> =
        Some("a statement that was ended has to be run again by its client");

    async fn plan(params: &Params, context: &Context<'_>, reader: &mut Reader) -> PlanResult<Image> {
        let variables = reader.variables().await?;
        let all = reader.candidates(&variables).await?;
        let (filter, basis) = sessions::filter(params, context, &all);
        let choice = choose(&all, &filter);
        if choice.victims.is_empty() {
            return Ok(sessions::nobody(&choice, &filter, &all));
        }
        let means = means(reader, &variables).await?;
        let replication = reader.replication().await?;
        let who = reader.identity(&variables, &replication).await;
        let mut risk =
            vec!["each client sees its statement interrupted (1317), and may send it again".into()];
        if let Some(proxy) = &who.note {
            risk.push(format!("S7 {proxy}: a KILL through it may land on another server"));
        }
        let image = Image { means, chosen: Chosen::of(&choice, &all) };
        Ok(Plan::Change(Draft {
            summary: image.chosen.summary("running statement"),
            commands: Vec::new(),
            forecast: basis.into_iter().chain(sessions::preview(&choice, filter.keep, all.len())).collect(),
            risk,
            back: "none: a statement that was ended has to be run again by its client".into(),
            level: Level::Type,
            parts: vec![(reader.node(), who.id, image)],
        }))
    }

    fn commands(image: &Image) -> Vec<String> {
        let line = |victim: &Marked| format!("{}{}", image.write(victim), victim.comment("#"));
        image.chosen.victims.iter().map(line).collect()
    }

    async fn standing(_: &str, image: &Image, reader: &mut Reader) -> Result<Standing, TargetError> {
        let variables = reader.variables().await?;
        Ok(image.chosen.standing(&reader.sessions(&variables).await?))
    }

    async fn apply(
        Apply { images, writer, record, .. }: Apply<'_, '_, Self>,
    ) -> Result<Applied, TargetError> {
        let mut notes = Vec::new();
        for (index, (_, image)) in images.iter().enumerate() {
            let permit = record.planned(index)?;
            let variables = writer.reader.variables().await?;
            let mut here = Here { image, variables, writer };
            notes.extend(Batches::new(&image.chosen, record).run(&mut here, &permit).await?);
        }
        Ok(Applied::over(notes))
    }
}

/// The server, as it ends statements.
struct Here<'a, 'w> {
    image: &'a Image,
    variables: Variables,
    writer: &'a mut Writer<'w>,
}

impl Ender for Here<'_, '_> {
    async fn sessions(&mut self) -> Result<Vec<Session>, TargetError> {
        self.writer.reader.sessions(&self.variables).await
    }

    async fn end(&mut self, permit: &Permit<'_>, victim: &Marked) -> Result<Ended, TargetError> {
        // MariaDB ends a statement by its number, whatever the connection runs by then. Where that cannot be said, the
        // session is looked at once more: the batch may have been listed a while ago.
        if self.image.means != Means::KillId {
            let now = self.writer.reader.session(&self.variables, victim.id).await?;
            if !now.is_some_and(|session| victim.is(&session)) {
                return Ok(Ended::Gone);
            }
        }
        Ok(match self.writer.kill(permit, &self.image.write(victim)).await? {
            Killed::Told => Ended::Told,
            Killed::Gone => Ended::Gone,
        })
    }
}

/// How statements can be ended here. A refusal when the account may not.
async fn means(reader: &Reader, variables: &Variables) -> Result<Means, Unplanned> {
    let refusal =
        privileges::refusal(reader, variables, &privileges::KILL, "end statements of other accounts").await?;
    match refusal {
        None if variables.mariadb() => Ok(Means::KillId),
        None => Ok(Means::Kill),
        Some(_) if reader.has_rds_kill().await => Ok(Means::Rds),
        Some(refusal) => Err(refusal.into()),
    }
}
