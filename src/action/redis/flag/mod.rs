//! `break flag`: the application's own circuit breaker or throttle, switched by its key for a time.

pub mod image;
mod which;

use std::time::Duration;

use crate::action::field::{FieldError, Type};
use crate::action::params::params;
use crate::action::redis::expiry::at;
use crate::action::redis::flag::image::{Held, Image, Now, lasting, look, shown, write};
use crate::action::redis::flag::which::{Which, which};
use crate::action::{
    About, Action, Applied, Apply, ByHand, Context, Draft, Lifting, Phase, Plan, PlanResult, Refusal,
    Reverted, Spec, Touch, Undo,
};
use crate::change::{Left, Level, Standing};
use crate::error::{TargetError, TargetErrorKind};
use crate::observation::Kind;
use crate::system::Redis;
use crate::system::redis::Key;
use crate::system::redis::Reader;

params! {
    /// What it is given.
    pub struct Params {
        name: Option<String> = positional Type::Text, "a flag that the configuration names (flags:)";
        key: Option<String> = flag "key", Type::Text, "instead of a name: the key that the application reads";
        value: Option<String> = flag "value", Type::Text, "instead of a name: the value that switches it on";
        ttl: Option<Duration> =
            flag "ttl", Type::Duration(Duration::from_secs(1), Duration::from_secs(86_400)),
            "how long it stays on: 1s to 24h [default: 10m]";
    }
}

/// The registry line.
pub static SPEC: Spec = Spec::of::<Flag>(About {
    name: "redis.flag",
    command: "flag",
    phase: Phase::Break,
    kind: Kind::Redis,
    summary: "switch the application's circuit breaker or throttle on",
    help: "Sets a key that the application reads: one of the flags that the configuration names, or a key and value \
           given here. Always with a time to live, so that it ends by itself. What is there already is shown, and \
           only what was shown is replaced; undo brings it back with the expiry that it had, and touches nothing that \
           somebody else has set since.",
    example: "stampede break flag circuit_breaker --ttl 10m",
    by_hand: ByHand {
        act: &["redis-cli SET KEY VALUE EX {ttl:s}  # KEY and VALUE of {name}"],
        back: &["redis-cli DEL KEY"],
    },
});

const TTL: Duration = Duration::from_secs(600);
/// Milliseconds that make no difference.
const SLACK: u64 = 2_000;
/// A value longer than this is no flag.
const LONGEST: usize = 4_096;

struct Flag;

impl Action for Flag {
    type System = Redis;
    type Image = Image;
    type Params = Params;

    const LIFTING: Lifting = Lifting::Held;

    fn check(params: &Params) -> Result<(), FieldError> {
        which::check(params)
    }

    async fn plan(params: &Params, context: &Context<'_>, reader: &mut Reader) -> PlanResult<Image> {
        let Which { label, key, value } = match which(params, context.remedies) {
            Ok(which) => which,
            // An application without switches has none to be switched.
            Err(refusal) if context.remedies.flags.is_empty() => {
                return Ok(Plan::NotApplicable(format!("{}: {}", refusal.why, refusal.unblock)));
            }
            Err(refusal) => return Ok(Plan::Blocked(refusal)),
        };
        let ttl = params.ttl.unwrap_or(TTL);
        let lives = u64::try_from(ttl.as_millis()).unwrap_or(u64::MAX);
        let nodes = reader.all().await?;
        let now = match look(reader, &key).await {
            Ok(now) => now,
            Err(error) if error.kind == TargetErrorKind::Input => {
                return Ok(Plan::Blocked(error.into()));
            }
            Err(error) => return Err(error.into()),
        };
        let Some(who) = nodes.into_iter().find(|who| who.node == now.node) else {
            let why = format!("{} has just gone", now.node);
            return Err(TargetError::new(TargetErrorKind::Busy, why).into());
        };
        if let Some(held) = &now.held {
            if let Some(words) = enough(held, &value, now.at, lives) {
                return Ok(Plan::AlreadySo(format!("{label} is on already: {words}")));
            }
            if held.value.0.len() > LONGEST {
                let why = format!("{} holds {} bytes: that is no flag", shown(&key), held.value.0.len());
                return Ok(Plan::Blocked(Refusal::for_want(why, "is this the right key?")));
            }
        }
        let image =
            Image { key: Key(key), ours: Key(value), lives, planned: now.at, before: now.held.clone() };
        if let Some(error) = reader.forbids(&now.node, &image.on()).await? {
            return Ok(Plan::Blocked(error.into()));
        }
        Ok(Plan::Change(draft(&label, &image, &now, who.id)))
    }

    fn touches(image: &Image) -> Vec<Touch> {
        vec![Touch::Key(image.key.0.clone())]
    }

    fn commands(image: &Image) -> Vec<String> {
        vec![image.on().to_string()]
    }

    fn undo_commands(image: &Image) -> Vec<String> {
        vec![image.back(&image.ours.0).to_string()]
    }

    async fn standing(_: &str, image: &Image, reader: &mut Reader) -> Result<Standing, TargetError> {
        // By the key and not by the node: a failover or a moving slot takes it along.
        match look(reader, &image.key.0).await {
            Ok(now) => Ok(image.standing(&now)),
            Err(error) if error.kind == TargetErrorKind::Input => Ok(Standing::Drifted(error.message.into())),
            Err(error) => Err(error),
        }
    }

    async fn apply(
        Apply { images, writer, record, .. }: Apply<'_, '_, Self>,
    ) -> Result<Applied, TargetError> {
        let mut applied = Applied::over(Vec::new());
        for (index, (_, image)) in images.iter().enumerate() {
            let permit = record.planned(index)?;
            if write(writer, &permit, image.on()).await? {
                applied.in_effect = true;
                continue;
            }
            let now = look(writer.reader, &image.key.0).await?;
            let words = now.held.as_ref().map_or_else(|| "gone".into(), |held| held.words(now.at));
            match now.held {
                // The same value, and not by us: not ours to put back.
                Some(held) if held.value == image.ours => {
                    applied.notes.push(format!("somebody else has just switched it on: {words}"));
                }
                _ => {
                    let key = shown(&image.key.0);
                    let message = format!("somebody else has just changed {key}: it is {words}");
                    return Err(TargetError::new(TargetErrorKind::Input, message));
                }
            }
        }
        Ok(applied)
    }

    async fn prove(images: &[(String, Image)], reader: &mut Reader) -> Result<Vec<String>, TargetError> {
        let mut notes = Vec::new();
        for (_, image) in images {
            let now = look(reader, &image.key.0).await?;
            match now.held.and_then(|held| held.expires) {
                // By the clock, as it is read again long after.
                Some(expires) => {
                    let at = at(i64::try_from(expires).unwrap_or(i64::MAX));
                    notes.push(format!("it ends by itself at {at}"));
                }
                None => {
                    let message = format!("{} has no expiry", shown(&image.key.0));
                    return Err(TargetError::new(TargetErrorKind::Protocol, message));
                }
            }
        }
        Ok(notes)
    }

    async fn undo(
        Undo { image, force, writer, permit, .. }: Undo<'_, '_, Self>,
    ) -> Result<Reverted, TargetError> {
        let now = look(writer.reader, &image.key.0).await?;
        let writes = match &now.held {
            Some(held) if force.drift.is_some() => Some(image.back(&held.value.0)),
            Some(_) => Some(image.back(&image.ours.0)),
            None => image.back_from_nothing(now.at),
        };
        let Some(back) = writes else { return Ok(Reverted::whole([])) };
        if write(writer, permit, back).await? {
            return Ok(Reverted::whole([]));
        }
        let why = format!("{} was changed at this moment: left alone", shown(&image.key.0));
        Ok(Reverted::left(Left::by("S27", why)))
    }
}

/// Why nothing needs to be done: it is on, and for about as long as is wanted. A renewal by a moment would be a change
/// that nobody can tell from none.
fn enough(held: &Held, value: &[u8], at: u64, lives: u64) -> Option<String> {
    let about = lives.saturating_sub(SLACK.max(lives / 10));
    let long = held.expires.is_none_or(|expires| expires >= at + about);
    (held.value.0 == value && long).then(|| held.words(at))
}

fn draft(label: &str, image: &Image, now: &Now, id: String) -> Draft<Image> {
    let (key, ours, ttl) = (shown(&image.key.0), shown(&image.ours.0), lasting(image.lives));
    let mut risk = Vec::new();
    let (is, back) = match &image.before {
        None => ("it is not set".into(), "deletes it, if it is still ours".into()),
        Some(old) if old.value == image.ours => {
            let words = old.words(now.at);
            (format!("it is {words}"), "gives it the expiry back that it had, if it is still ours".into())
        }
        Some(old) => {
            let words = old.words(now.at);
            risk.push(format!("replaces what somebody else has set: {words}"));
            if old.expires.is_none_or(|expires| expires > now.at + image.lives) {
                risk.push(format!(
                    "after {ttl} the key is gone, not {}: undo brings it back",
                    shown(&old.value.0)
                ));
            }
            (format!("it is {words}"), format!("sets it back to {words}, if ours is still there"))
        }
    };
    Draft {
        summary: format!("switch {label} on for {ttl}: {key} = {ours}"),
        commands: Vec::new(),
        forecast: vec![
            format!("{is}; it ends by itself after {ttl}"),
            "how much load it sheds is up to the application, and nothing here can measure it beforehand"
                .into(),
        ],
        risk,
        back,
        level: Level::Ask,
        parts: vec![(now.node.clone(), id, image.clone())],
    }
}
