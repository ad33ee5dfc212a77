//! `protect read-only` on MySQL and MariaDB: ordinary accounts write no more (S20, S21).

mod front;

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::action::field::Type;
use crate::action::mysql::privileges;
use crate::action::mysql::read_only::front::{Front, transactions};
use crate::action::params::params;
use crate::action::setting::{self, Sets, Setting, found};
use crate::action::{
    About, Applied, Apply, ByHand, Context, Draft, Force, Lifting, Phase, Plan, PlanResult, Refusal, Spec,
    unless,
};
use crate::change::{Left, Level, Standing};
use crate::error::{TargetError, TargetErrorKind};
use crate::kill_policy::{Session, Whose};
use crate::observation::Kind;
use crate::sql;
use crate::system::Mysql;
use crate::system::mysql::{Reader, Replication, Variables, Waited, Write, Writer};
use crate::text;

params! {
    /// What it is given.
    pub struct Params {
        allow_lost_commits: Option<u64> = flag "allow-lost-commits", Type::Whole(0, 100_000),
            "open transactions with changed rows that may fail at COMMIT [default: 0]";
    }
}

/// The registry line.
pub static SPEC: Spec = Spec::of::<Sets<ReadOnly>>(About {
    name: "mysql.read-only",
    command: "read-only",
    phase: Phase::Protect,
    kind: Kind::Mysql,
    summary: "stop ordinary accounts from writing",
    help: "Sets read_only. While the server waits to do so, every other write waits too: so what would keep it waiting is \
           looked for first and named, the wait is bounded to 2 s, and a second connection watches over it (S20). \
           Transactions that have changed rows would fail at their COMMIT: with any, it is refused unless \
           --allow-lost-commits says how many may. Accounts with CONNECTION_ADMIN or SUPER (MariaDB: READ_ONLY ADMIN) \
           go on writing, and are named. Refused in a cluster that sets read_only by its own rules. Undo never opens a \
           server that follows another one by then (S21). A restart undoes it.",
    example: "stampede protect read-only",
    by_hand: ByHand {
        act: &[
            "mysql -e \"SELECT * FROM information_schema.innodb_trx\"  # none may have trx_rows_modified > 0",
            "mysql -e \"SET SESSION lock_wait_timeout=2; SET GLOBAL read_only=ON\"",
            "mysql -e \"SELECT @@read_only\"",
        ],
        back: &["mysql -e \"SET GLOBAL read_only=OFF\"  # never while SHOW REPLICA STATUS shows a source"],
    },
});

/// How long the server may wait for it: what our sessions have as `lock_wait_timeout`.
const BOUND: Duration = Duration::from_secs(2);
/// Below this share of writes it protects little.
const WORTH: f64 = 0.2;
/// Statements since the start whose share of writes says something.
const COUNTED: f64 = 500.0;

struct ReadOnly;

/// The server, and what stands beside it.
#[derive(Serialize, Deserialize)]
struct Server {
    /// Of `super_read_only`, never set by us; none on MariaDB.
    #[serde(default)]
    super_before: String,
}

type Image = setting::Image<Server, String>;

impl Setting for ReadOnly {
    type System = Mysql;
    type Of = Server;
    type Value = String;
    type Params = Params;

    const LIFTING: Lifting = Lifting::Held;
    const NAME: &'static str = "read_only";

    async fn plan(params: &Params, context: &Context<'_>, reader: &mut Reader) -> PlanResult<Image> {
        unless(context.needs_writes())?;
        let variables = reader.variables().await?;
        let before = variables.value(Self::NAME).to_owned();
        if variables.read_only() == Some(true) {
            return Ok(Plan::AlreadySo(format!("read_only is {before} already")));
        }
        if let Some(cluster) = variables.cluster() {
            return Ok(Plan::Blocked(Refusal::by(
                "S20",
                format!("{cluster} sets read_only by its own rules on every member"),
                "use its own means (for the whole cluster), or stop writes in the application",
            )));
        }
        unless(privileges::refusal(reader, &variables, &privileges::READ_ONLY, "set read_only").await?)?;
        let sessions = reader.sessions(&variables).await?;
        let allowed = params.allow_lost_commits.unwrap_or(0);
        let front = Front::of(reader, &variables, &sessions, BOUND).await;
        unless(front.refusal(BOUND).or_else(|| lost_commits(&sessions, allowed)))?;
        let replication = reader.replication().await?;
        let who = reader.identity(&variables, &replication).await;
        let Expected { lines: forecast, little } = expect(reader, &variables, &sessions).await?;
        let mut risk = vec![match context.facts.tolerates_read_only {
            Some(true) => "ordinary accounts cannot write".into(),
            _ => "ordinary accounts cannot write: whether the application works on is not known (tolerates_read_only)".into(),
        }];
        risk.extend(front.notes);
        risk.extend(transactions(&sessions).map(|words| format!("would fail at COMMIT: {words}")));
        if let Replication::Replica { .. } = replication {
            risk.push("this server follows another one, whose changes go on being applied".into());
        }
        let of = Server { super_before: variables.value("super_read_only").to_owned() };
        let image = Image { of, before, after: "ON".into() };
        let draft = Draft {
            summary: "set read_only: ordinary accounts write no more".into(),
            back: format!(
                "sets it back to {}, unless the server follows another one by then; a restart does it too",
                image.before
            ),
            parts: vec![(reader.node(), who.id, image)],
            commands: Vec::new(),
            forecast,
            risk,
            level: Level::Type,
        };
        Ok(match little {
            Some(why) => Plan::Unadvised(draft, why),
            None => Plan::Change(draft),
        })
    }

    async fn read(_: &str, _: &Server, reader: &mut Reader) -> Result<Option<String>, TargetError> {
        reader.settles(Self::NAME).await?;
        Ok(Some(reader.variables().await?.value(Self::NAME).to_owned()))
    }

    fn writes<'a>(_: &'a Server, value: &'a String) -> Vec<Write<'a>> {
        vec![Write::SetGlobal(Self::NAME, value.into())]
    }

    fn shown(value: &String) -> String {
        text::escape(value).into_owned()
    }

    async fn standing(node: &str, image: &Image, reader: &mut Reader) -> Result<Standing, TargetError> {
        let now = Self::read(node, &image.of, reader).await?.unwrap_or_default();
        let variables = reader.variables().await?;
        let beside = variables.value("super_read_only");
        Ok(match () {
            () if now == image.before => Standing::Before,
            () if beside != image.of.super_before => {
                Standing::Drifted(format!("super_read_only {}", text::escape(beside)).into())
            }
            () if now == image.after => Standing::After,
            () => Standing::Drifted(found::<Self>(&now)),
        })
    }

    async fn apply(
        Apply { images, writer, record, .. }: Apply<'_, '_, Sets<Self>>,
    ) -> Result<Applied, TargetError> {
        let mut notes = Vec::new();
        for (index, (node, image)) in images.iter().enumerate() {
            let permit = record.planned(index)?;
            let write = Write::SetGlobal(Self::NAME, image.after.as_str().into());
            let (waited, words) = writer.write_waiting(&permit, &write, BOUND).await?;
            notes.extend(words);
            if let Waited::OutOfTime = waited {
                return Err(in_front(writer, node).await);
            }
        }
        Ok(Applied::in_effect(notes))
    }

    async fn prove(_: &[(String, Image)], reader: &mut Reader) -> Result<Vec<String>, TargetError> {
        let variables = reader.variables().await?;
        if variables.read_only() != Some(true) {
            return Err(TargetError::new(TargetErrorKind::Protocol, "read_only reads OFF"));
        }
        let sessions = reader.sessions(&variables).await?;
        let mut notes =
            vec![format!("read back: read_only is {}", text::escape(variables.value(Self::NAME)))];
        notes.push(bypass(reader, &variables, &sessions).await);
        Ok(notes)
    }

    async fn keeps(
        node: &str,
        _: &Image,
        _: Force,
        reader: &mut Reader,
    ) -> Result<Option<Left>, TargetError> {
        // S21: two servers that both take writes are worse than one that takes none. There is no "anyway".
        let follows = matches!(reader.replication().await?, Replication::Replica { .. });
        Ok(follows.then(|| {
            let why = format!(
                "{node} follows another server now: a demoted primary is not opened for writes again"
            );
            Left::by("S21", why)
        }))
    }
}

/// Transactions with changed rows, more than may be lost.
fn lost_commits(sessions: &[Session], allowed: u64) -> Option<Refusal> {
    let open: Vec<String> = transactions(sessions).collect();
    let count = open.len() as u64;
    (count > allowed).then(|| {
        let (which, more) = (open.first().cloned().unwrap_or_default(), count - 1);
        let more = if more > 0 { format!(", and {more} more") } else { String::new() };
        Refusal::by(
            "S20",
            format!("open transactions with changed rows would fail at COMMIT: {which}{more}"),
            format!("wait until they have ended, or accept it: --allow-lost-commits {count}"),
        )
    })
}

/// What kept it waiting, looked for at once: it may be gone in a second.
async fn in_front(writer: &mut Writer<'_>, node: &str) -> TargetError {
    let bound = text::duration(BOUND);
    let message = format!("{node} could not be made read-only within {bound}, and nothing was changed");
    let error = TargetError::new(TargetErrorKind::Timeout, message);
    let Ok(variables) = writer.reader.variables().await else { return error };
    let Ok(sessions) = writer.reader.sessions(&variables).await else { return error };
    let front = Front::of(writer.reader, &variables, &sessions, Duration::ZERO).await;
    let words: Vec<String> = front.blockers.into_iter().chain(front.notes).collect();
    error.hint(match words.is_empty() {
        true => "what was in front of it is gone by now, or is not shown to us: try again".to_owned(),
        false => format!("in front of it: {}", words.join("; ")),
    })
}

/// What it is expected to do.
struct Expected {
    lines: Vec<String>,
    /// Why it would help little, or that this is not known; none: it helps.
    little: Option<String>,
}

async fn expect(
    reader: &Reader,
    variables: &Variables,
    sessions: &[Session],
) -> Result<Expected, TargetError> {
    let clients = || sessions.iter().filter(|session| session.whose == Whose::Client);
    let statements = || clients().filter_map(|session| session.statement.as_ref());
    let of = |kind| statements().filter(|statement| statement.kind == kind).count();
    let (reads, writes) = (of(sql::Kind::Read), of(sql::Kind::Write));
    let status = reader.status().await?;
    let get = |name: &str| status.values.get(name).copied().unwrap_or(0.0);
    let written = status.written();
    let all = written + get("Com_select");
    let mut lines = vec![format!("{writes} of {} running statements write", reads + writes)];
    if all > 0.0 {
        lines.push(format!("{} of all statements since the start did", text::percent(written / all)));
    }
    // Of a few nothing follows.
    let share = match reads + writes {
        running @ 20.. => Some(writes as f64 / running as f64),
        _ if all >= COUNTED => Some(written / all),
        _ => None,
    };
    let little = match share {
        Some(share) if share >= WORTH => None,
        Some(share) => Some(format!("{} of the load writes, the rest goes on", text::percent(share))),
        None => Some("too little runs to say what share of the load writes".to_owned()),
    };
    lines.extend(little.as_ref().map(|why| format!("not recommended: {why}")));
    lines.push(bypass(reader, variables, sessions).await);
    Ok(Expected { lines, little })
}

/// Which accounts that are connected go on writing.
async fn bypass(reader: &Reader, variables: &Variables, sessions: &[Session]) -> String {
    let Ok((unbound, all)) = reader.unbound(variables).await else {
        return "which accounts go on writing is not known".into();
    };
    let mut names: Vec<&str> =
        sessions.iter().map(|session| session.user.as_str()).filter(|user| unbound.contains(*user)).collect();
    names.sort_unstable();
    names.dedup();
    match names.as_slice() {
        [] if all => "no connected account can write all the same".into(),
        [] => "which accounts can write all the same is not shown to this account".into(),
        names => {
            let others = if all { "" } else { "; the rights of others are not shown to this account" };
            format!("can write all the same: {}{others}", text::escape(&names.join(", ")))
        }
    }
}
