//! `protect read-only` on PostgreSQL: new transactions are read-only by default (S20, S21). No lock: a session can say
//! otherwise.

mod forecast;
mod scope;

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::action::field::{FieldError, Type};
use crate::action::params::params;
use crate::action::postgres::privileges;
use crate::action::postgres::read_only::forecast::Forecast;
use crate::action::postgres::read_only::scope::is_the_server_s;
use crate::action::setting::{self, Sets, Setting, WriterOf, found, set};
use crate::action::{
    About, ByHand, Context, Draft, Force, Lifting, Phase, Plan, PlanResult, Refusal, Spec, unless,
};
use crate::approval::Permit;
use crate::change::{Left, Level, Standing};
use crate::clock;
use crate::error::{TargetError, TargetErrorKind};
use crate::observation::Kind;
use crate::system::Postgres;
use crate::system::postgres::{NewDefault, Reader, Rights, Scope, Write, is_on};
use crate::text;

params! {
    /// What it is given.
    pub struct Params {
        role: Option<String> = flag "role", Type::Text, "only for new sessions of this role";
        database: bool = flag "database", Type::Switch,
            "only for new sessions of the database that is connected to";
    }
}

/// The registry line.
pub static SPEC: Spec = Spec::of::<Sets<ReadOnly>>(About {
    name: "postgres.read-only",
    command: "read-only",
    phase: Phase::Protect,
    kind: Kind::Postgres,
    summary: "make new transactions read-only by default",
    help: "Sets default_transaction_read_only: for the whole server, for the database that is connected to, or for one \
           role. The server's takes effect with each session's next transaction; a database's or role's only for \
           sessions that begin after it. It is a default, not a lock: a session can say SET \
           default_transaction_read_only = off, or BEGIN READ WRITE, and open transactions go on and commit. What is \
           refused fails with 25006. It sheds writes, and a stampede is mostly reads: the forecast says how much of \
           the running load writes. Undo brings back exactly what was set before, and never opens a server that has \
           become a standby (S21).",
    example: "stampede protect read-only --role app",
    by_hand: ByHand {
        act: &[
            "psql -c 'SELECT * FROM pg_file_settings'  # note OLD of default_transaction_read_only in postgresql.auto.conf",
            "psql -c 'ALTER SYSTEM SET default_transaction_read_only = on'  # or ALTER ROLE {role} SET, for new sessions",
            "psql -c 'SELECT pg_reload_conf()'",
        ],
        back: &[
            "psql -c 'SELECT pg_is_in_recovery()'  # only when it is f:",
            "psql -c 'ALTER SYSTEM RESET default_transaction_read_only'  # or SET it to OLD",
            "psql -c 'SELECT pg_reload_conf()'",
        ],
    },
});

/// Longest wait until a reload has reached a session.
const LOADED: Duration = Duration::from_secs(3);
const PAUSE: Duration = Duration::from_millis(50);

/// Whose default it is.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Whose {
    scope: Scope,
}

/// As it is written at the scope; none: nothing is set there.
type Image = setting::Image<Whose, Option<String>>;

struct ReadOnly;

impl Setting for ReadOnly {
    type System = Postgres;
    type Of = Whose;
    type Value = Option<String>;
    type Params = Params;

    const LIFTING: Lifting = Lifting::Held;
    const NAME: &'static str = "";

    fn check(params: &Params) -> Result<(), FieldError> {
        if params.role.is_some() && params.database {
            return Err(FieldError::new("database", "one of role and database, not both"));
        }
        privileges::possible(params.role.as_deref().unwrap_or_default())
            .map_err(|why| FieldError::new("role", why))
    }

    async fn plan(params: &Params, context: &Context<'_>, reader: &mut Reader) -> PlanResult<Image> {
        unless(context.needs_writes())?;
        let rights = reader.rights().await?;
        if rights.standby {
            return Ok(Plan::AlreadySo(format!("{} is a standby: read-only already", reader.node())));
        }
        let scope = scope::wanted(params, &rights);
        scope::allowed(&scope, &rights, reader).await?;
        let words = scope::words(&scope);
        if let Some(plan) = already(&scope, reader).await? {
            return Ok(plan);
        }
        let before = scope::plain(reader.read_only_entry(&scope).await?)?;
        let image = Image { of: Whose { scope }, before, after: Some("on".into()) };
        let id = reader.who().await?.id;
        let Forecast { lines, little } = forecast::forecast(&image.of.scope, &rights, reader).await?;
        let draft = Draft {
            summary: format!(
                "make new transactions of {words} read-only by default: it is {} there now",
                Self::shown(&image.before)
            ),
            commands: Vec::new(),
            forecast: lines,
            risk: risk(&image.of.scope, context.facts.tolerates_read_only, &rights, reader).await,
            back: back(&image),
            level: Level::Type,
            parts: vec![(reader.node(), id, image)],
        };
        Ok(match little {
            Some(why) => Plan::Unadvised(draft, why),
            None => Plan::Change(draft),
        })
    }

    async fn read(_: &str, of: &Whose, reader: &mut Reader) -> Result<Option<Option<String>>, TargetError> {
        reader.settles().await?;
        reader.read_only_entry(&of.scope).await.map(Some)
    }

    fn writes<'a>(of: &'a Whose, value: &'a Option<String>) -> Vec<Write<'a>> {
        let entry = Write::ReadOnly(&of.scope, value.as_deref());
        if of.scope == Scope::Server { vec![entry, Write::Reload] } else { vec![entry] }
    }

    fn shown(value: &Option<String>) -> String {
        value.as_deref().map_or_else(|| "not set".into(), |value| text::escape(value).into_owned())
    }

    fn named(_: &Whose) -> String {
        "it".into()
    }

    async fn denied(error: TargetError, _: &str, of: &Whose, reader: &mut Reader) -> TargetError {
        match scope::holder(&of.scope) {
            Some(holder) => privileges::lacking_for(error, &holder, reader).await,
            None => match reader.rights().await {
                Ok(mine) => privileges::lacking(error, || scope::grant_for_server(&mine)),
                Err(_) => error,
            },
        }
    }

    /// At its scope, never our session's own. That the entry is gone is not all, where the server has not loaded that
    /// yet.
    async fn standing(node: &str, image: &Image, reader: &mut Reader) -> Result<Standing, TargetError> {
        let now = Self::read(node, &image.of, reader).await?.flatten();
        Ok(match now {
            now if now == image.after => Standing::After,
            now if now == image.before && lingers(&image.of.scope, reader).await? => Standing::After,
            now if now == image.before => Standing::Before,
            now => Standing::Drifted(found::<Self>(&now)),
        })
    }

    async fn prove(images: &[(String, Image)], reader: &mut Reader) -> Result<Vec<String>, TargetError> {
        let mut notes = Vec::new();
        for (_, Image { of: Whose { scope }, .. }) in images {
            notes.push(tried(scope, reader).await?);
            notes.extend(scope::past(scope, reader.read_only_overrides().await?).iter().map(forecast::own));
            if *scope == Scope::Server {
                notes.extend(forecast::open(&reader.open_writes().await?));
                continue;
            }
            let whose = forecast::by_role(&scope::of(scope, reader.crowds().await?));
            if !whose.is_empty() {
                notes.push(format!("not bound by it until they reconnect: sessions of {whose}"));
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
        Ok(standby.then(|| {
            let why = format!(
                "{node} is a standby now: what was read-only as a primary is not opened again here; it is the new \
                 primary's to say"
            );
            Left::by("S21", why)
        }))
    }

    async fn restore(
        node: &str,
        image: &Image,
        writer: &mut WriterOf<'_, Self>,
        permit: &Permit<'_>,
    ) -> Result<Vec<String>, TargetError> {
        let scope = &image.of.scope;
        if writer.reader.read_only_entry(scope).await? != image.before {
            set::<Self>(node, &image.of, &image.before, writer, permit).await?;
        } else if lingers(scope, writer.reader).await? {
            writer.write(permit, &Write::Reload).await?;
        }
        if *scope != Scope::Server {
            return Ok(vec![format!(
                "{node}: sessions that began meanwhile stay read-only until they reconnect"
            )]);
        }
        let until = clock::instant() + LOADED;
        while lingers(scope, writer.reader).await? && clock::instant() < until {
            clock::sleep(PAUSE).await;
        }
        Ok(Vec::new())
    }
}

/// What there is to say in place of a change: it is so already, or the files say so and nobody has loaded them.
async fn already(scope: &Scope, reader: &Reader) -> Result<Option<Plan<Image>>, TargetError> {
    let words = scope::words(scope);
    let so = |entry: &str| format!("{words} is read-only by default already ({})", text::escape(entry));
    if *scope != Scope::Server {
        let entry = reader.read_only_entry(scope).await?.filter(|entry| is_on(entry));
        return Ok(entry.map(|entry| Plan::AlreadySo(so(&entry))));
    }
    let Some(last) = reader.read_only_filed().await?.last.filter(|last| is_on(last)) else { return Ok(None) };
    let loaded = reader.read_only_here().await?.filter(is_the_server_s).is_none_or(|here| here.on);
    Ok(Some(match loaded {
        true => Plan::AlreadySo(so(&last)),
        false => Plan::Blocked(Refusal::for_want(
            "the server's configuration files say it already, and nobody has loaded them",
            Write::Reload.to_string(),
        )),
    }))
}

/// Whether the server still has a default loaded that its files do not say any more.
async fn lingers(scope: &Scope, reader: &Reader) -> Result<bool, TargetError> {
    if *scope != Scope::Server {
        return Ok(false);
    }
    let filed = reader.read_only_filed().await?.last.is_some_and(|last| is_on(&last));
    let loaded = reader.read_only_here().await?.filter(is_the_server_s).is_some_and(|here| here.on);
    Ok(loaded && !filed)
}

/// What a session gets now. Errors: not what was set, so that it does nothing.
async fn tried(scope: &Scope, reader: &Reader) -> Result<String, TargetError> {
    let useless = |why: String| Err(TargetError::new(TargetErrorKind::Input, why));
    let own = |here: &NewDefault| {
        format!(
            "it is set; our own role has another default ({}), so that it could not be tried",
            here.source
        )
    };
    match scope {
        Scope::Server => {
            let until = clock::instant() + LOADED;
            loop {
                match reader.read_only_here().await? {
                    Some(here) if here.on && is_the_server_s(&here) => {
                        return Ok("our own next transaction would be read-only".into());
                    }
                    Some(here) if here.source == "command line" => {
                        return useless("the server was started with another value, which wins".into());
                    }
                    Some(here) if !is_the_server_s(&here) => return Ok(own(&here)),
                    _ if clock::instant() > until => {
                        return useless(
                            "the server has not loaded it: pg_file_settings says what is wrong with its files".into(),
                        );
                    }
                    _ => clock::sleep(PAUSE).await,
                }
            }
        }
        Scope::Role(name) if *name != reader.rights().await?.login => {
            Ok("it is set; only that role could try it".into())
        }
        _ => Ok(match reader.read_only_afresh().await {
            Ok(Some(here)) if here.on => "a new session is read-only".into(),
            Ok(Some(here)) => own(&here),
            Ok(None) => "it is set, and was not tried".into(),
            Err(error) => format!("it is set, and was not tried with a new session: {}", error.message),
        }),
    }
}

async fn risk(scope: &Scope, tolerates: Option<bool>, rights: &Rights, reader: &Reader) -> Vec<String> {
    let mut risk = vec![
        "a default and no lock: a session can say SET default_transaction_read_only = off, or BEGIN READ WRITE"
            .to_owned(),
        "what it stops fails with 25006: also nextval, SELECT … FOR UPDATE and CREATE TEMP TABLE".to_owned(),
    ];
    if tolerates.is_none() {
        risk.push("whether the application works on then is not known (tolerates_read_only)".into());
    }
    risk.push(match scope {
        Scope::Server => "a restart keeps it; a fail-over leaves it behind on this server".into(),
        Scope::Database(_) | Scope::Role(_) => "a restart keeps it, and so does a fail-over".into(),
    });
    if *scope == Scope::Server && rights.superuser {
        let files = reader.files_not_loaded().await;
        if !files.is_empty() {
            risk.push(format!(
                "loading the configuration brings in what else was changed there and not loaded yet: {}",
                files.iter().map(|file| text::escape(file)).collect::<Vec<_>>().join(", ")
            ));
        }
    }
    risk
}

fn back(image: &Image) -> String {
    let what = match &image.before {
        Some(before) => format!("sets it back to {before}"),
        None => "takes the setting away again".into(),
    };
    match image.of.scope {
        Scope::Server => format!("{what}, as it was; not on a server that has become a standby (S21)"),
        _ => format!("{what}, as it was; sessions that begin meanwhile stay read-only until they reconnect"),
    }
}
