//! `protect kill` and `protect terminate` on PostgreSQL: copies of a running statement end, the oldest of each goes on
//! (S16-S19).

use crate::action::batches::{Batches, Ender};
use crate::action::sessions::{self, Killing, Marked, Params};
use crate::action::{
    About, Action, Applied, Apply, ByHand, Context, Draft, Phase, Plan, PlanResult, Refusal, Spec,
};
use crate::approval::Permit;
use crate::change::{Level, Part, Standing};
use crate::error::TargetError;
use crate::kill_policy::{Rule, Session, choose};
use crate::observation::Kind;
use crate::system::Postgres;
use crate::system::postgres::{Reader, Signal, Writer};

/// The registry line of `kill`: statements are cancelled.
pub static CANCEL: Spec = Spec::of::<End<false>>(About {
    name: "postgres.cancel",
    command: "kill",
    phase: Phase::Protect,
    kind: Kind::Postgres,
    summary: "end copies of a running query, and keep the oldest of each",
    help: "Cancels reading statements that run the same query, literals included, for longer than --older-than. The oldest \
           of each is kept: it will refill the cache (S18). Only sessions of clients are looked at: never replication, \
           autovacuum, backups, schema changes, administrators or ours, never one that writes, locks, moves a sequence, or \
           whose transaction has written (S16, S19). What you approve is the rule: the queries that have copies now, whose \
           they are, the age, and how many at most (--limit). Who matches is found right before each batch, for 5 s, so it \
           does not matter how long you take to answer. In batches of 50, 100, 200, 400; one statement looks at each once \
           more and signals all of a batch (S17), and the sessions stay. Where parameters travel apart from the text, copies \
           cannot be told: --keep oldest-per-digest goes by the text alone. Afterwards it says whether the kept ones have \
           finished and the load fell.",
    example: "stampede protect kill --older-than 30s",
    by_hand: ByHand {
        act: &[
            "psql -c \"SELECT pid, usename, now() - query_start, query FROM pg_stat_activity WHERE state = 'active' AND backend_type = 'client backend'\"",
            "psql -c \"SELECT pg_cancel_backend(PID)\"  # copies of one SELECT only; keep the oldest, never pg_dump or writers",
        ],
        back: &[],
    },
});

/// The registry line of `terminate`: sessions are ended.
pub static TERMINATE: Spec = Spec::of::<End<true>>(About {
    name: "postgres.terminate",
    command: "terminate",
    phase: Phase::Protect,
    kind: Kind::Postgres,
    summary: "end the sessions that run copies of a query, and keep the oldest of each",
    help: "The same rule as `protect kill`, but the whole session ends (pg_terminate_backend): its slot is free at once, \
           and its client must connect again. For clients that send the same statement again and again over the connection \
           that they have.",
    example: "stampede protect terminate --older-than 30s",
    by_hand: ByHand {
        act: &[
            "psql -c \"SELECT pid, usename, now() - query_start, query FROM pg_stat_activity WHERE state = 'active' AND backend_type = 'client backend'\"",
            "psql -c \"SELECT pg_terminate_backend(PID)\"  # copies of one SELECT only; keep the oldest",
        ],
        back: &[],
    },
});

struct End<const TERMINATE: bool>;

impl<const TERMINATE: bool> Action for End<TERMINATE> {
    type System = Postgres;
    type Image = Killing;
    type Params = Params;

    const IRREVERSIBLE: Option<&'static str> = Some(match TERMINATE {
        true => "a session that was ended has to be opened again by its client",
        false => "a statement that was ended has to be run again by its client",
    });

    async fn plan(params: &Params, context: &Context<'_>, reader: &mut Reader) -> PlanResult<Killing> {
        let all = reader.sessions().await?;
        let (filter, basis) = sessions::filter(params, context, &all);
        let choice = choose(&all, &filter);
        if choice.victims.is_empty() {
            return Ok(sessions::nobody(&choice, &filter, &all));
        }
        if !reader.may_signal().await? {
            return Ok(Plan::Blocked(Refusal::for_want(
                "the role may not end what others run",
                "GRANT pg_signal_backend TO the role stampede uses",
            )));
        }
        let who = reader.who().await?;
        let mut risk = vec![match TERMINATE {
            false => "each client sees its statement cancelled (57014), and may send it again".to_owned(),
            true => "each client loses its connection (57P01), and connects again".to_owned(),
        }];
        if let Some(proxy) = &who.note {
            risk.push(format!("S7 {proxy}: a process number may be another server's"));
        }
        let now = sessions::now(&choice, filter.keep, all.len(), command::<TERMINATE>);
        let rule = Rule::of(who.id.clone(), filter, &choice, &all, params.limit);
        let draft = Draft {
            summary: sessions::summary(&rule, if TERMINATE { "sessions" } else { "running statements" }),
            commands: Vec::new(),
            forecast: basis.into_iter().chain(sessions::bounds(&rule)).collect(),
            risk,
            back: match TERMINATE {
                false => "none: a statement that was ended has to be run again by its client".into(),
                true => "none: a session that was ended has to be opened again by its client".into(),
            },
            level: Level::Type,
            parts: vec![(reader.node(), who.id, Killing::Rule { rule })],
        };
        Ok(Plan::ByRule(draft, now))
    }

    fn commands(image: &Killing) -> Vec<String> {
        image.victims().iter().map(command::<TERMINATE>).collect()
    }

    async fn standing(_: &str, image: &Killing, reader: &mut Reader) -> Result<Standing, TargetError> {
        Ok(image.standing(&reader.sessions().await?))
    }

    async fn apply(
        Apply { images, writer, record, .. }: Apply<'_, '_, Self>,
    ) -> Result<Applied, TargetError> {
        let mut notes = Vec::new();
        for (node, image) in images {
            let Killing::Rule { rule } = image else { continue };
            let mut reader = writer.reader.staying().await?;
            rule.is_for(node, &reader.who().await?.id)?;
            let mut here = Here::<'_, TERMINATE> { node, rule, writer: writer.with(&mut reader) };
            notes.extend(Batches::new(rule, record).run(&mut here).await?);
        }
        Ok(Applied::over(notes))
    }
}

fn signal<const TERMINATE: bool>(wave: &[Marked]) -> Signal<'_> {
    let to = wave.iter().map(|victim| (victim.id, victim.mark.as_str())).collect();
    Signal { to, terminate: TERMINATE }
}

/// As one would type it for one of them.
fn command<const TERMINATE: bool>(victim: &Marked) -> String {
    format!("{}{}", signal::<TERMINATE>(std::slice::from_ref(victim)), victim.comment("--"))
}

/// The server, as it ends statements or sessions.
struct Here<'a, const TERMINATE: bool> {
    node: &'a str,
    rule: &'a Rule,
    writer: Writer<'a>,
}

impl<const TERMINATE: bool> Ender for Here<'_, TERMINATE> {
    async fn sessions(&mut self) -> Result<Vec<Session>, TargetError> {
        self.writer.reader.sessions().await
    }

    fn part(&self, victims: Vec<Marked>) -> Result<Part, TargetError> {
        Part::of(self.node, &self.rule.server, &Killing::Wave { victims })
    }

    async fn end(&mut self, permit: &Permit<'_>, wave: &[Marked]) -> Result<usize, TargetError> {
        self.writer.signal(permit, &signal::<TERMINATE>(wave)).await
    }
}
