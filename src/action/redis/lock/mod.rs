//! `break lock`: one rebuild of a key instead of a thousand (S15).

mod answer;
mod exclusive;
mod held;
mod rebuild;
pub mod release;
mod token;
mod words;

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::action::field::{Field, FieldError, Given, Type};
use crate::action::params::params;
use crate::action::redis::lock::exclusive::Taken;
use crate::action::redis::lock::held::State;
use crate::action::redis::lock::rebuild::{Before, Call};
use crate::action::{
    About, Action, Applied, Apply, Asking, ByHand, Context, Needs, Phase, Plan, PlanResult, Planned, Refusal,
    Reverted, Spec, Touch, Undo, Unplanned,
};
use crate::change::Standing;
use crate::error::{TargetError, TargetErrorKind};
use crate::observation::Kind;
use crate::system::redis::Key;
use crate::system::{Redis, redis::Reader, redis::Write};
use crate::text;

params! {
    /// What it is given.
    pub struct Params {
        keys: Vec<String> = positional Type::List,
            "the cache keys; `hot`: the missing ones that are asked for most" => Vec::new();
        top: Option<u64> = flag "top", Type::Whole(1, 100), "how many of the hottest [default: 20]";
        ttl: Option<Duration> = flag "ttl", Type::Duration(Duration::from_secs(2), Duration::from_secs(600)),
            "when a lock ends by itself, if it is not renewed [default: 30s]";
        hold: bool = flag "hold", Type::Switch, "merely hold the locks, and rebuild nothing";
        dialect: Option<String> = shared DIALECT;
        inspect: bool = flag "inspect", Type::Switch, "only say who holds the locks of these keys";
        list: bool = flag "list", Type::Switch, "only say which locks are held";
    }
}

/// The registry line.
pub static SPEC: Spec = Spec::of::<Lock>(About {
    name: "redis.lock",
    command: "lock",
    phase: Phase::Break,
    kind: Kind::Redis,
    summary: "rebuild keys once, under the application's own lock",
    help: "Takes the lock that the application uses for a key, has the key rebuilt once as stampede.yaml says \
           (rebuild:), sees it come back, and releases the lock: one query instead of a thousand. KEY is the cache key; \
           the lock_dialect makes the lock's name of it. Never over a lock that is held, never without a TTL, and only \
           our own token is ever released (S15). --hold merely holds the lock, which helps only an application that \
           serves old data meanwhile. --inspect and --list say who holds what, and change nothing.",
    example: "stampede break lock user:profile:popular_user_123",
    by_hand: ByHand {
        act: &["redis-cli SET lock:KEY TOKEN NX EX {ttl:s}  # the name your application uses"],
        back: &["redis-cli GET lock:KEY  # only when it is still TOKEN:", "redis-cli DEL lock:KEY"],
    },
});

/// The lock's name, for this once.
const DIALECT: Field =
    Field::new(Given::Flag("dialect"), Type::Text, "how the application names the lock of a key: lock:{key}");
const FACT: &str = "lock_dialect";
const TOP: u64 = 20;
const TTL: Duration = Duration::from_secs(30);

struct Lock;

/// One lock and its key.
#[derive(Serialize, Deserialize)]
pub struct Image {
    key: Key,
    lock: Key,
    token: String,
    ttl_ms: u64,
    /// What is called to rebuild the key; none: the lock is merely held.
    call: Option<String>,
}

fn is_hot(params: &Params) -> bool {
    params.keys == ["hot"]
}

/// A dialect has one place for the key, or is `none`.
fn dialect_is_one(given: Option<&str>) -> Result<(), FieldError> {
    match given {
        Some(given) if given != "none" && given.matches("{key}").count() != 1 => {
            Err(FieldError::new("dialect", "expected a template with {key} in it once (lock:{key}), or none"))
        }
        _ => Ok(()),
    }
}

/// How the application names its locks. Errors: it is not known, or there are none.
fn dialect<'a>(given: Option<&'a str>, context: &'a Context<'_>) -> Result<&'a str, Unplanned> {
    Err(Unplanned::Instead(match given.or(context.facts.lock_dialect.as_deref()) {
        Some("none") => Planned::Blocked(Refusal::by(
            "S15",
            "the application uses no locks (lock_dialect: none): one that we held would keep nobody out",
            "rebuild the keys without it, or correct it: --fact lock_dialect=lock:{key}",
        )),
        Some("{key}") => Planned::Blocked(Refusal::by(
            "S15",
            "the lock would have the name of the key itself",
            "say how the application names it: --fact lock_dialect=lock:{key}",
        )),
        Some(dialect) => return Ok(dialect),
        None => Planned::Ask(Asking {
            fact: FACT,
            question:
                "How does the application name the lock of a cache key? A template with {key} in it, as in \
                       lock:{key}; none when it uses no locks. A lock of any other name keeps nobody out."
                    .into(),
            otherwise: Refusal::by(
                "S15",
                "how the application names its locks is not known (lock_dialect)",
                "say it: --fact lock_dialect=lock:{key} (none when it uses no locks)",
            ),
        }),
    }))
}

/// A key, and its share of what was measured.
type Wanted = (Vec<u8>, Option<f64>);

/// The keys that are meant.
fn keys(params: &Params, context: &Context<'_>) -> Result<Vec<Wanted>, Refusal> {
    if !is_hot(params) {
        let mut keys: Vec<&String> = params.keys.iter().collect();
        keys.sort();
        keys.dedup();
        return Ok(keys.into_iter().map(|key| (key.clone().into_bytes(), None)).collect());
    }
    let top = usize::try_from(params.top.unwrap_or(TOP)).unwrap_or(usize::MAX);
    let missing = context.hot.keys.iter().filter(|key| key.missing).take(top);
    let missing: Vec<_> = missing.map(|key| (key.key.clone(), Some(key.share))).collect();
    if missing.is_empty() {
        return Err(Refusal::for_want(
            format!("which missing keys are asked for most is not known: {}", context.hot.basis),
            "name the keys; or first: stampede break keymiss-events",
        ));
    }
    Ok(missing)
}

impl Action for Lock {
    type System = Redis;
    type Image = Image;
    type Params = Params;

    fn check(params: &Params) -> Result<(), FieldError> {
        dialect_is_one(params.dialect.as_deref())?;
        match () {
            () if params.list && (!params.keys.is_empty() || params.inspect || params.hold) => {
                Err(FieldError::new("list", "lists all locks: it takes no keys and nothing else"))
            }
            () if !params.list && params.keys.is_empty() => {
                Err(FieldError::new("keys", "name the cache keys, or `hot`"))
            }
            () if params.top.is_some() && !is_hot(params) => {
                Err(FieldError::new("top", "is for the hottest keys: keys `hot`"))
            }
            () if params.inspect && params.hold => Err(FieldError::new("hold", "inspecting changes nothing")),
            () => Ok(()),
        }
    }

    fn needs(params: &Params) -> Needs {
        if is_hot(params) { Needs::HotKeys } else { Needs::Nothing }
    }

    async fn plan(params: &Params, context: &Context<'_>, reader: &mut Reader) -> PlanResult<Image> {
        let dialect = dialect(params.dialect.as_deref(), context)?;
        if params.list {
            return Ok(Plan::Answer(answer::list(reader, dialect, context.owner).await?));
        }
        let keys = keys(params, context)?;
        let (primaries, mut notes) = reader.primaries().await?;
        if params.inspect {
            let keys: Vec<Vec<u8>> = keys.into_iter().map(|(key, _)| key).collect();
            return Ok(Plan::Answer(answer::inspect(reader, dialect, &keys, context.owner).await?));
        }
        if let Some(replica) = primaries.iter().find(|who| !who.primary) {
            let why = format!("{} is a replica: locks are taken on the primary", replica.node);
            return Ok(Plan::Blocked(Refusal::for_want(why, "name the primary as the target")));
        }
        let rebuild = match (params.hold, &context.remedies.rebuild) {
            (true, _) => None,
            (false, Some(rebuild)) => Some(rebuild),
            (false, None) => return Ok(Plan::Blocked(words::no_rebuild(context.remedies))),
        };
        let locks: Vec<Vec<u8>> = keys.iter().map(|(key, _)| held::name(dialect, key)).collect();
        let states = held::look(reader, &locks, context.owner).await?;
        let ttl = params.ttl.unwrap_or(TTL);
        let (mut parts, mut forecast, mut held) = (Vec::new(), Vec::new(), Vec::new());
        for ((key, share), (lock, state)) in keys.into_iter().zip(locks.into_iter().zip(states)) {
            if state != State::Free {
                held.push((text::escape_bytes(&lock), state));
                continue;
            }
            let call = rebuild.map(|rebuild| Call::of(rebuild, &key)).transpose()?;
            let home = reader.home(&lock);
            let Some(who) = primaries.iter().find(|who| Some(&who.node) == home.as_ref()) else {
                notes.push(format!("{} has no node that answers", text::escape_bytes(&lock)));
                continue;
            };
            let before = Before::look(reader, &key).await?;
            forecast.push(words::expect(&key, share, before, call.is_some()));
            let image = Image {
                key: Key(key),
                lock: Key(lock),
                token: token::fresh(context.owner)?,
                ttl_ms: u64::try_from(ttl.as_millis()).unwrap_or(u64::MAX),
                call: call.map(|call| call.words()),
            };
            parts.push((who.node.clone(), who.id.clone(), image));
        }
        let Some((node, _, first)) = parts.first() else { return Ok(words::nothing(&held, &notes)) };
        if let Some(error) = forbidden(reader, node, first).await? {
            return Ok(Plan::Blocked(error.into()));
        }
        notes.extend(held.iter().map(|(lock, state)| format!("left alone: {lock} {}", state.words())));
        words::shorten(&mut forecast);
        forecast.extend(words::basis(params, context));
        forecast.append(&mut notes);
        Ok(Plan::Change(words::draft(parts, forecast, rebuild.map(|rebuild| rebuild.timeout), ttl)))
    }

    fn touches(image: &Image) -> Vec<Touch> {
        vec![Touch::Key(image.lock.0.clone())]
    }

    fn commands(image: &Image) -> Vec<String> {
        let mut lines = vec![image.take().to_string()];
        if let Some(call) = &image.call {
            lines.push(format!("once: {call}"));
            lines.push(image.release().to_string());
        }
        lines
    }

    fn undo_commands(image: &Image) -> Vec<String> {
        vec![image.release().to_string()]
    }

    /// A lock that is not ours, or not any more, has nothing of ours to put back, whoever holds it.
    async fn standing(_: &str, image: &Image, reader: &mut Reader) -> Result<Standing, TargetError> {
        Ok(match token_is(reader, &image.lock.0, &image.token).await? {
            true => Standing::After,
            false => Standing::Before,
        })
    }

    async fn apply(
        Apply { context, images, writer, record, .. }: Apply<'_, '_, Self>,
    ) -> Result<Applied, TargetError> {
        let (mut notes, mut held, mut rebuilt) = (Vec::new(), 0, 0);
        for (index, (_, image)) in images.iter().enumerate() {
            if record.stopping() {
                notes.push(format!("stopped: {} of {} not begun", images.len() - index, images.len()));
                break;
            }
            let permit = record.planned(index)?;
            let rebuild = context.remedies.rebuild.as_ref().filter(|_| image.call.is_some());
            match exclusive::take(writer, &permit, image, context.owner).await? {
                // Its holder rebuilds it: that is what we wanted, or as good.
                Taken::Held(words) if rebuild.is_some() => notes.push(format!("left alone: {words}")),
                Taken::Held(words) => {
                    let error = TargetError::new(TargetErrorKind::Busy, words);
                    let key = text::shell_word(&String::from_utf8_lossy(&image.key.0));
                    let look =
                        format!("somebody was faster; look again: stampede break lock --inspect {key}");
                    return Err(error.hint(look));
                }
                Taken::Ours => match rebuild {
                    None => held += 1,
                    Some(rebuild) => {
                        let call = Call::of(rebuild, &image.key.0)?;
                        let told = exclusive::rebuild(writer, &permit, image, &call, rebuild.timeout, record);
                        notes.push(told.await.map_err(|error| after(error, rebuilt, images.len()))?);
                        rebuilt += 1;
                    }
                },
            }
            record.progress(index as u64 + 1, Some(images.len() as u64));
        }
        if held > 0 {
            notes.push(format!("{held} held; nothing was rebuilt"));
        }
        Ok(Applied::left(held > 0, notes))
    }

    async fn undo(Undo { image, writer, permit, .. }: Undo<'_, '_, Self>) -> Result<Reverted, TargetError> {
        // Only our own token is ever released (S15).
        let lock = text::escape_bytes(&image.lock.0);
        let note = match exclusive::release(writer, permit, &image.lock.0, &image.token).await? {
            true => format!("{lock} released"),
            false => format!("{lock} was not ours any more"),
        };
        Ok(Reverted::whole([note]))
    }
}

impl Image {
    fn take(&self) -> Write<'_> {
        Write::TakeLock(&self.lock.0, &self.token, self.ttl_ms)
    }

    fn release(&self) -> Write<'_> {
        Write::ReleaseLock(&self.lock.0, &self.token)
    }
}

/// Whether this token is in the lock.
async fn token_is(reader: &mut Reader, lock: &[u8], token: &str) -> Result<bool, TargetError> {
    // Whose it is does not matter here: the token is compared.
    let nobody = crate::action::Owner { incident: String::new(), user: String::new(), host: String::new() };
    let state = held::look(reader, &[lock.to_vec()], &nobody).await?.pop();
    Ok(matches!(state, Some(State::Held { token: found, .. }) if found == token.as_bytes()))
}

/// What would stand in the way of it all, as far as the server says.
async fn forbidden(
    reader: &mut Reader,
    node: &str,
    image: &Image,
) -> Result<Option<TargetError>, TargetError> {
    for write in [image.take(), image.release()] {
        if let Some(error) = reader.forbids(node, &write).await? {
            return Ok(Some(error));
        }
    }
    Ok(None)
}

/// An error after some keys are done: those stay.
fn after(error: TargetError, rebuilt: usize, of: usize) -> TargetError {
    match rebuilt {
        0 => error,
        _ => TargetError { message: format!("{} ({rebuilt} of {of} were rebuilt)", error.message), ..error },
    }
}
