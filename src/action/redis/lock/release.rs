//! `break unlock`: lets go of a lock that an operator took with this program, and of no other (S15).

use serde::{Deserialize, Serialize};

use crate::action::field::{FieldError, Type};
use crate::action::params::params;
use crate::action::redis::lock::held::{self, State};
use crate::action::redis::lock::token::Holder;
use crate::action::redis::lock::{DIALECT, dialect, dialect_is_one, exclusive, token_is};
use crate::action::{
    About, Action, Applied, Apply, ByHand, Context, Draft, Phase, Plan, PlanResult, Refusal, Spec, Touch,
};
use crate::change::{Level, Standing};
use crate::error::TargetError;
use crate::observation::Kind;
use crate::system::Redis;
use crate::system::redis::Key;
use crate::system::redis::{Reader, Write};
use crate::text;

params! {
    /// What it is given.
    pub struct Params {
        keys: Vec<String> = positional Type::List, "the cache keys";
        dialect: Option<String> = shared DIALECT;
    }
}

/// The registry line.
pub static SPEC: Spec = Spec::of::<Release>(About {
    name: "redis.lock.release",
    command: "unlock",
    phase: Phase::Break,
    kind: Kind::Redis,
    summary: "release locks that an operator left behind",
    help: "Releases the locks of these cache keys where an operator has taken them with this program, by comparison \
           with the token that is in them. A lock that the application holds is never released (S15). What this \
           incident has locked is better put back with undo.",
    example: "stampede break unlock user:profile:popular_user_123",
    by_hand: ByHand {
        act: &["redis-cli GET lock:KEY  # only when it is an operator's, op:…:", "redis-cli DEL lock:KEY"],
        back: &[],
    },
});

struct Release;

/// One lock, and the token that is in it.
#[derive(Serialize, Deserialize)]
struct Image {
    lock: Key,
    token: String,
}

impl Image {
    fn release(&self) -> Write<'_> {
        Write::ReleaseLock(&self.lock.0, &self.token)
    }
}

impl Action for Release {
    type System = Redis;
    type Image = Image;
    type Params = Params;

    const IRREVERSIBLE: Option<&'static str> =
        Some("a lock that was released may be somebody else's a moment later");

    fn check(params: &Params) -> Result<(), FieldError> {
        dialect_is_one(params.dialect.as_deref())
    }

    async fn plan(params: &Params, context: &Context<'_>, reader: &mut Reader) -> PlanResult<Image> {
        let dialect = dialect(params.dialect.as_deref(), context)?;
        let mut locks: Vec<Vec<u8>> =
            params.keys.iter().map(|key| held::name(dialect, key.as_bytes())).collect();
        locks.sort();
        locks.dedup();
        let (primaries, _) = reader.primaries().await?;
        let states = held::look(reader, &locks, context.owner).await?;
        let (mut parts, mut forecast, mut foreign) = (Vec::new(), Vec::new(), Vec::new());
        let mut level = Level::Ask;
        for (lock, state) in locks.into_iter().zip(states) {
            let words = format!("{} {}", text::escape_bytes(&lock), state.words());
            let home = reader.home(&lock);
            let who = primaries.iter().find(|who| Some(&who.node) == home.as_ref());
            match (state, who) {
                (State::Held { by: Holder::Application, .. } | State::Strange, _) => foreign.push(words),
                (State::Held { by, token, .. }, Some(who)) => {
                    if by != Holder::Us {
                        level = Level::Type;
                    }
                    forecast.push(words);
                    let token = String::from_utf8_lossy(&token).into_owned();
                    parts.push((who.node.clone(), who.id.clone(), Image { lock: Key(lock), token }));
                }
                _ => forecast.push(words),
            }
        }
        match (parts.is_empty(), foreign.first()) {
            (true, Some(words)) => {
                return Ok(Plan::Blocked(Refusal::by(
                    "S15",
                    format!("{words}: only what an operator took with this program is released"),
                    "it ends by itself, or its owner deletes it",
                )));
            }
            (true, None) => return Ok(Plan::AlreadySo(forecast.join("; "))),
            (false, _) => {}
        }
        forecast.extend(foreign.into_iter().map(|words| format!("left alone: {words}")));
        Ok(Plan::Change(Draft {
            summary: format!("release {} lock{}", parts.len(), if parts.len() == 1 { "" } else { "s" }),
            parts,
            commands: Vec::new(),
            forecast,
            risk: vec!["whoever waits for it rebuilds the key now".into()],
            back: "none: take it again, with `break lock` and its key".into(),
            level,
        }))
    }

    fn touches(image: &Image) -> Vec<Touch> {
        vec![Touch::Key(image.lock.0.clone())]
    }

    fn commands(image: &Image) -> Vec<String> {
        vec![image.release().to_string()]
    }

    async fn standing(_: &str, image: &Image, reader: &mut Reader) -> Result<Standing, TargetError> {
        Ok(match token_is(reader, &image.lock.0, &image.token).await? {
            true => Standing::Before,
            false => Standing::After,
        })
    }

    async fn apply(
        Apply { images, writer, record, .. }: Apply<'_, '_, Self>,
    ) -> Result<Applied, TargetError> {
        let mut notes = Vec::new();
        for (index, (_, image)) in images.iter().enumerate() {
            let permit = record.planned(index)?;
            let released = exclusive::release(writer, &permit, &image.lock.0, &image.token).await?;
            let lock = text::escape_bytes(&image.lock.0);
            notes.push(match released {
                true => format!("{lock} released"),
                false => format!("{lock} had ended, or is somebody else's by now"),
            });
        }
        Ok(Applied::over(notes))
    }
}
