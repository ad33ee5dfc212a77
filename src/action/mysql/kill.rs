//! `protect kill` on MySQL and MariaDB: copies of a running statement end, the oldest of each goes on (S16-S19).

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::action::batches::{Batches, Ender};
use crate::action::mysql::privileges;
use crate::action::sessions::{self, Killing, Marked, Params};
use crate::action::{
    About, Action, Applied, Apply, ByHand, Context, Draft, Phase, Plan, PlanResult, Spec, Unplanned,
};
use crate::approval::Permit;
use crate::change::{Level, Part, Standing};
use crate::clock;
use crate::error::TargetError;
use crate::kill_policy::{Rule, Session, choose};
use crate::observation::Kind;
use crate::system::Mysql;
use crate::system::mysql::{Reader, Variables, Write, Writer};

/// The registry line.
pub static SPEC: Spec = Spec::of::<Kill>(About {
    name: "mysql.kill",
    command: "kill",
    phase: Phase::Protect,
    kind: Kind::Mysql,
    summary: "end copies of a running query, and keep the oldest of each",
    help: "Ends reading statements that run the same query, literals included, for longer than --older-than. The oldest of \
           each is kept: it will refill the cache (S18). Only sessions of clients are looked at: never replication, backups, \
           schema changes, the server's own or ours, never one that writes, locks, takes from a sequence, runs inside a \
           stored procedure, or has changed rows (S16, S19). What you approve is the rule: the queries that have copies now, \
           whose they are, the age, and how many at most (--limit). Who matches is found right before each batch, for 5 s, \
           so it does not matter how long you take to answer. In batches of 50, 100, 200, 400, each told all together; a \
           connection never loses more than its statement (KILL QUERY). Afterwards it says whether the kept ones have \
           finished and the load fell.",
    example: "stampede protect kill --older-than 30s",
    by_hand: ByHand {
        act: &[
            "mysql -e \"SELECT id, user, time, info FROM information_schema.processlist WHERE command = 'Query' AND time > {older_than:s}\"",
            "mysql -e \"KILL QUERY ID\"  # copies of one SELECT only; keep the oldest, never replication, backups or writers",
        ],
        back: &[],
    },
});

/// An answer that takes longer than this came over a slow line.
const QUICK: Duration = Duration::from_millis(3);

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
    killing: Killing,
}

impl Means {
    fn write(self, victim: &Marked) -> Write<'static> {
        match (self, victim.mark.parse()) {
            (Self::KillId, Ok(number)) => Write::KillQueryId(number),
            (Self::Rds, _) => Write::RdsKillQuery(victim.id),
            _ => Write::KillQuery(victim.id),
        }
    }

    fn command(self, victim: &Marked) -> String {
        format!("{}{}", self.write(victim), victim.comment("#"))
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
        let now = sessions::now(&choice, filter.keep, all.len(), |victim| means.command(victim));
        let rule = Rule::of(who.id.clone(), filter, &choice, &all, params.limit);
        let draft = Draft {
            summary: sessions::summary(&rule, "running statements"),
            commands: Vec::new(),
            forecast: basis.into_iter().chain(sessions::bounds(&rule)).collect(),
            risk,
            back: "none: a statement that was ended has to be run again by its client".into(),
            level: Level::Type,
            parts: vec![(reader.node(), who.id, Image { means, killing: Killing::Rule { rule } })],
        };
        Ok(Plan::ByRule(draft, now))
    }

    fn commands(image: &Image) -> Vec<String> {
        image.killing.victims().iter().map(|victim| image.means.command(victim)).collect()
    }

    async fn standing(_: &str, image: &Image, reader: &mut Reader) -> Result<Standing, TargetError> {
        let variables = reader.variables().await?;
        Ok(image.killing.standing(&reader.sessions(&variables).await?))
    }

    async fn apply(
        Apply { images, writer, record, .. }: Apply<'_, '_, Self>,
    ) -> Result<Applied, TargetError> {
        let mut notes = Vec::new();
        for (node, image) in images {
            let Killing::Rule { rule } = &image.killing else { continue };
            let mut reader = writer.reader.staying().await?;
            rule.is_for(node, &reader.who().await?.id)?;
            let variables = reader.variables().await?;
            let writer = writer.with(&mut reader);
            let mut here = Here { node, rule, means: image.means, variables, writer };
            notes.extend(Batches::new(rule, record).run(&mut here).await?);
        }
        Ok(Applied::over(notes))
    }
}

/// The server, as it ends statements.
struct Here<'a> {
    node: &'a str,
    rule: &'a Rule,
    means: Means,
    variables: Variables,
    writer: Writer<'a>,
}

impl Ender for Here<'_> {
    async fn sessions(&mut self) -> Result<Vec<Session>, TargetError> {
        self.writer.reader.candidates(&self.variables).await
    }

    fn part(&self, victims: Vec<Marked>) -> Result<Part, TargetError> {
        let image = Image { means: self.means, killing: Killing::Wave { victims } };
        Part::of(self.node, &self.rule.server, &image)
    }

    async fn end(&mut self, permit: &Permit<'_>, wave: &[Marked]) -> Result<usize, TargetError> {
        let still = |now: &[Session], victim: &Marked| now.iter().any(|session| victim.is(session));
        match self.means {
            Means::KillId => self.kill_by_number(permit, wave).await,
            // The record was written meanwhile: all are looked at once more.
            Means::Kill => {
                let now = self.writer.reader.sessions(&self.variables).await?;
                self.kill(permit, wave.iter().filter(|victim| still(&now, victim))).await
            }
            // How long a call of the procedure takes is not known: each is looked at right before.
            Means::Rds => {
                let mut killed = 0;
                for victim in wave {
                    let now = self.writer.reader.session(&self.variables, victim.id).await?;
                    if now.is_some_and(|session| victim.is(&session)) {
                        killed += self.kill(permit, std::iter::once(victim)).await?;
                    }
                }
                Ok(killed)
            }
        }
    }
}

impl Here<'_> {
    /// MariaDB ends a statement by its number, whatever the connection runs by then. Those who `SLEEP` are woken under one mutex, and
    /// a kill that comes too soon after another one waits 50 ms for it: over a quick line one after the other is sooner than all at
    /// once. Over a slow one it is not.
    async fn kill_by_number(&mut self, permit: &Permit<'_>, wave: &[Marked]) -> Result<usize, TargetError> {
        let (first, rest) = wave.split_at(1.min(wave.len()));
        let began = clock::instant();
        let mut killed = self.kill(permit, first.iter()).await?;
        let together = if began.elapsed() < QUICK { 1 } else { rest.len().max(1) };
        for some in rest.chunks(together) {
            killed += self.kill(permit, some.iter()).await?;
        }
        Ok(killed)
    }

    /// Ends them by one message.
    async fn kill(
        &mut self,
        permit: &Permit<'_>,
        those: impl Iterator<Item = &Marked>,
    ) -> Result<usize, TargetError> {
        let writes: Vec<Write<'_>> = those.map(|victim| self.means.write(victim)).collect();
        self.writer.kill(permit, &writes).await
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
