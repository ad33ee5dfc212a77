//! `protect limit` on PostgreSQL: a role or a database may have so many sessions.

use serde::{Deserialize, Serialize};

use crate::action::field::{FieldError, Type};
use crate::action::params::params;
use crate::action::postgres::privileges::{self, holder_words, sessions};
use crate::action::setting::{self, Sets, Setting};
use crate::action::{
    About, ByHand, Context, Draft, Force, Lifting, Phase, Plan, PlanResult, Refusal, Spec, unless,
};
use crate::change::{Left, Level};
use crate::error::TargetError;
use crate::observation::Kind;
use crate::system::Postgres;
use crate::system::postgres::{Holder, Limited, Reader, Rights, Write};

params! {
    /// What it is given.
    pub struct Params {
        account: Option<String> = positional Type::Text, "the role whose sessions are limited";
        database: Option<String> = flag "database", Type::Text,
            "instead of a role: the database whose sessions are limited";
        to: u64 = flag "to", Type::Whole(0, 100_000),
            "sessions that there may be at a time; 0 lets nobody in";
    }
}

/// The registry line.
pub static SPEC: Spec = Spec::of::<Sets<Limit>>(About {
    name: "postgres.connection-limit",
    command: "limit",
    phase: Phase::Protect,
    kind: Kind::Postgres,
    summary: "limit the sessions of a role or a database",
    help: "Sets CONNECTION LIMIT of a role or of a database. Sessions that are there stay: only new ones are refused, \
           with 53300, while there are as many. Superusers are never refused by it. Our own role, and the database that \
           we are in unless we are a superuser, are left alone: undo has to log in. Undo restores the number \
           that was there before.",
    example: "stampede protect limit app --to 20",
    by_hand: ByHand {
        act: &[
            "psql -c 'SELECT rolname, rolconnlimit FROM pg_roles'  # note OLD; -1 is no limit",
            "psql -c 'ALTER ROLE \"ROLE\" CONNECTION LIMIT {to}'  # ROLE: {account}",
        ],
        back: &["psql -c 'ALTER ROLE \"ROLE\" CONNECTION LIMIT OLD'"],
    },
});

/// Whose limit it is.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Whose {
    whose: Holder,
}

/// -1: no limit.
type Image = setting::Image<Whose, i64>;

struct Limit;

impl Setting for Limit {
    type System = Postgres;
    type Of = Whose;
    type Value = i64;
    type Params = Params;

    const LIFTING: Lifting = Lifting::Held;
    const NAME: &'static str = "";

    fn check(params: &Params) -> Result<(), FieldError> {
        for (field, name) in [("account", &params.account), ("database", &params.database)] {
            privileges::possible(name.as_deref().unwrap_or_default())
                .map_err(|why| FieldError::new(field, why))?;
        }
        match (params.account.is_some(), params.database.is_some()) {
            (false, false) => Err(FieldError::new("account", "name a role, or a database with --database")),
            (true, true) => Err(FieldError::new("database", "a role or a database, not both")),
            _ => Ok(()),
        }
    }

    async fn plan(params: &Params, _: &Context<'_>, reader: &mut Reader) -> PlanResult<Image> {
        let whose = match (params.account.as_deref(), params.database.as_deref()) {
            (Some(role), _) => Holder::Role(role.to_owned()),
            (None, database) => Holder::Database(database.unwrap_or_default().to_owned()),
        };
        let after = i64::try_from(params.to).unwrap_or(i64::MAX);
        let mine = reader.rights().await?;
        if mine.standby {
            let why =
                format!("{} is a standby: it takes roles and databases from its primary", reader.node());
            return Ok(Plan::Blocked(Refusal::for_want(why, "name the primary as the target")));
        }
        let known = privileges::known(&whose, &mine, false, reader).await?;
        unless(pointless(&whose, &known, &mine))?;
        let words = holder_words(&whose);
        let image = Image { of: Whose { whose }, before: known.most, after };
        if image.before == after {
            return Ok(Plan::AlreadySo(format!(
                "{words} is limited to {} already",
                sessions(known.most.unsigned_abs())
            )));
        }
        let below = known.sessions > u64::try_from(after).unwrap_or(0);
        let id = reader.who().await?.id;
        Ok(Plan::Change(Draft {
            summary: format!(
                "limit {words} to {after} sessions at a time: the limit is {} now",
                most(image.before)
            ),
            commands: Vec::new(),
            forecast: forecast(&image, &known),
            risk: vec![
                "a pool that reconnects sees its errors as a database that is down, and may try in a loop"
                    .into(),
            ],
            back: format!("sets it back to {}; nobody is disconnected by either", most(image.before)),
            level: if below { Level::Type } else { Level::Ask },
            parts: vec![(reader.node(), id, image)],
        }))
    }

    /// None: the role or database is gone.
    async fn read(_: &str, of: &Whose, reader: &mut Reader) -> Result<Option<i64>, TargetError> {
        reader.settles().await?;
        Ok(reader.limited(&of.whose).await?.map(|known| known.most))
    }

    fn writes<'a>(of: &'a Whose, value: &'a i64) -> Vec<Write<'a>> {
        vec![Write::Limit(&of.whose, *value)]
    }

    fn shown(value: &i64) -> String {
        most(*value)
    }

    fn named(_: &Whose) -> String {
        "the limit".into()
    }

    async fn denied(error: TargetError, _: &str, of: &Whose, reader: &mut Reader) -> TargetError {
        privileges::lacking_for(error, &of.whose, reader).await
    }

    async fn prove(images: &[(String, Image)], reader: &mut Reader) -> Result<Vec<String>, TargetError> {
        let mut notes = Vec::new();
        for (_, image) in images {
            if let Some(known) = reader.limited(&image.of.whose).await? {
                let words = holder_words(&image.of.whose);
                notes.push(format!("{words}: {} of {} taken", known.sessions, most(known.most)));
            }
        }
        Ok(notes)
    }

    async fn keeps(
        node: &str,
        _: &Image,
        _: Force,
        reader: &mut Reader,
    ) -> Result<Option<Left>, TargetError> {
        let standby = reader.is_standby().await?;
        Ok(standby.then(|| Left::by("S21", format!("{node} is a standby now: put it back on its primary"))))
    }
}

/// Why a limit would do nothing there, or would shut ourselves out.
fn pointless(whose: &Holder, known: &Limited, mine: &Rights) -> Option<Refusal> {
    let words = holder_words(whose);
    match whose {
        Holder::Role(_) if known.superuser => Some(Refusal::for_want(
            format!("{words} is a superuser, and superusers are not limited"),
            "limit the role that the application logs in as; a superuser is none for it",
        )),
        Holder::Role(_) if known.ours => Some(Refusal::by(
            "S3",
            format!("{words} is our own: undo could not log in"),
            "give this program a role of its own",
        )),
        Holder::Role(_) if !known.open => Some(Refusal::for_want(
            format!("{words} cannot log in, and the sessions of its members are not counted"),
            "name the role that the application logs in as",
        )),
        Holder::Database(_) if known.most < -1 => Some(Refusal::for_want(
            format!("{words} is invalid: an attempt to drop it was interrupted"),
            "name another database",
        )),
        Holder::Database(_) if known.ours && !mine.superuser => Some(Refusal::by(
            "S3",
            format!("we are in {words} ourselves, and no superuser: undo could not log in"),
            "give this target another database in its URL (postgres), from which this one can be altered too",
        )),
        _ => None,
    }
}

fn forecast(image: &Image, known: &Limited) -> Vec<String> {
    let (now, after) = (known.sessions, u64::try_from(image.after).unwrap_or(0));
    let mut lines = vec![if now >= after {
        let free = match now + 1 - after {
            1 => "1 has".to_owned(),
            free => format!("{free} have"),
        };
        let now = sessions(now);
        format!("{now} now: all of them stay; new ones are refused with 53300 until {free} gone")
    } else {
        format!("{} now: {} more may begin, then they are refused with 53300", sessions(now), after - now)
    }];
    if let Holder::Database(_) = image.of.whose {
        let exempt = known.exempt;
        lines.push(format!("superusers are never refused, and count: {exempt} of them here now"));
    }
    if image.before >= 0 && image.before < image.after {
        lines.push(format!("more than before: the limit is {} now", image.before));
    }
    lines
}

/// A limit in words.
fn most(most: i64) -> String {
    if most < 0 { "unlimited".into() } else { most.to_string() }
}
