//! `protect kill` and `protect terminate` on PostgreSQL: copies of a running statement end, the oldest of each goes on
//! (S16-S19).

use crate::action::batches::{Batches, Ended, Ender};
use crate::action::sessions::{self, Chosen, Marked, Params};
use crate::action::{
    About, Action, Applied, Apply, ByHand, Context, Draft, Phase, Plan, PlanResult, Refusal, Spec,
};
use crate::approval::Permit;
use crate::change::{Level, Standing};
use crate::error::TargetError;
use crate::kill_policy::{Session, choose};
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
           autovacuum, backups, schema changes, administrators or ours, never one that writes, locks, or whose \
           transaction has written (S16, S19). In batches of 50, 100, 200, 400; each signal looks again in the \
           same statement (S17), and the session stays. Where parameters travel apart from the text, copies cannot be told: --keep \
           oldest-per-digest goes by the text alone. Afterwards it says whether the kept ones have finished and the load \
           fell.",
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
    help: "The same choice as `protect kill`, but the whole session ends (pg_terminate_backend): its slot is free at once, \
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
    type Image = Chosen;
    type Params = Params;

    const IRREVERSIBLE: Option<&'static str> = Some(match TERMINATE {
        true => "a session that was ended has to be opened again by its client",
        false => "a statement that was ended has to be run again by its client",
    });

    async fn plan(params: &Params, context: &Context<'_>, reader: &mut Reader) -> PlanResult<Chosen> {
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
        let chosen = Chosen::of(&choice, &all);
        Ok(Plan::Change(Draft {
            summary: chosen.summary(if TERMINATE { "session" } else { "running statement" }),
            commands: Vec::new(),
            forecast: basis.into_iter().chain(sessions::preview(&choice, filter.keep, all.len())).collect(),
            risk,
            back: match TERMINATE {
                false => "none: a statement that was ended has to be run again by its client".into(),
                true => "none: a session that was ended has to be opened again by its client".into(),
            },
            level: Level::Type,
            parts: vec![(reader.node(), who.id, chosen)],
        }))
    }

    fn commands(image: &Chosen) -> Vec<String> {
        let line = |victim: &Marked| format!("{}{}", signal::<TERMINATE>(victim), victim.comment("--"));
        image.victims.iter().map(line).collect()
    }

    async fn standing(_: &str, image: &Chosen, reader: &mut Reader) -> Result<Standing, TargetError> {
        Ok(image.standing(&reader.sessions().await?))
    }

    async fn apply(
        Apply { images, writer, record, .. }: Apply<'_, '_, Self>,
    ) -> Result<Applied, TargetError> {
        let mut notes = Vec::new();
        for (index, (_, image)) in images.iter().enumerate() {
            let permit = record.planned(index)?;
            let mut here = Here::<'_, '_, TERMINATE> { writer };
            notes.extend(Batches::new(image, record).run(&mut here, &permit).await?);
        }
        Ok(Applied::over(notes))
    }
}

fn signal<const TERMINATE: bool>(victim: &Marked) -> Signal<'_> {
    Signal { pid: victim.id, mark: &victim.mark, terminate: TERMINATE }
}

/// The server, as it ends statements or sessions.
struct Here<'a, 'w, const TERMINATE: bool> {
    writer: &'a mut Writer<'w>,
}

impl<const TERMINATE: bool> Ender for Here<'_, '_, TERMINATE> {
    async fn sessions(&mut self) -> Result<Vec<Session>, TargetError> {
        self.writer.reader.sessions().await
    }

    async fn end(&mut self, permit: &Permit<'_>, victim: &Marked) -> Result<Ended, TargetError> {
        let done = self.writer.signal(permit, &signal::<TERMINATE>(victim)).await?;
        Ok(if done { Ended::Told } else { Ended::Gone })
    }
}
