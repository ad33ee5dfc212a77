//! `recover ttl`: expiries are raised for a time, and brought back gradually.

use std::time::Duration;

use crate::action::field::{FieldError, Type};
use crate::action::params::params;
use crate::action::redis::expiry::given::{PATTERN, PER_SECOND, UNTHROTTLED, one_rate, rate};
use crate::action::redis::stagger::common::{self, seconds};
use crate::action::redis::stagger::image::Image;
use crate::action::redis::stagger::jitter::Jitter;
use crate::action::redis::stagger::plan::{Ground, Words};
use crate::action::{
    About, Action, Applied, Apply, ByHand, Context, Draft, Lifting, Phase, Plan, PlanResult, Reverted, Spec,
    Touch, Undo,
};
use crate::change::{Level, Standing};
use crate::error::TargetError;
use crate::observation::Kind;
use crate::system::Redis;
use crate::system::redis::Reader;
use crate::text;

params! {
    /// What it is given.
    pub struct Params {
        raise: bool = flag "raise", Type::Switch, "have the keys live longer";
        restore: bool = flag "restore", Type::Switch, "bring back what was raised";
        pattern: Option<String> = shared PATTERN;
        by: Option<Duration> = flag "by", Type::Duration(Duration::from_secs(5), Duration::from_secs(86_400)),
            "with --raise: how much longer they live";
        over: Option<Duration> =
            flag "over", Type::Duration(Duration::from_secs(1), Duration::from_secs(86_400)),
            "with --restore: over how long expires what is overdue [default: 10m]";
        rate: Option<u64> = shared PER_SECOND;
        no_throttle: bool = shared UNTHROTTLED;
    }
}

/// The registry line.
pub static SPEC: Spec = Spec::of::<Ttl>(About {
    name: NAME,
    command: "ttl",
    phase: Phase::Recover,
    kind: Kind::Redis,
    summary: "raise the TTLs of keys for a time, or bring them back gradually",
    help: "--raise moves the expiry of each key of the pattern that has one, by a time and up to a fifth of it more that \
           is the key's own, as `stagger` does: fewer keys expire while the database recovers. --restore brings what this \
           incident has raised back to its old expiry; keys whose old time is over meanwhile expire one after the other \
           from now on, spread over a time, and not all at once. Never touches a key without a TTL; a key that was \
           rewritten since is left alone.",
    example: "stampede recover ttl --raise --pattern 'user:profile:*' --by 15m",
    by_hand: ByHand {
        act: &[
            "redis-cli --scan --pattern '{pattern}'  # note the PEXPIRETIME of each",
            "redis-cli EXPIRE KEY LONGER GT  # LONGER: its TTL plus {by:s} s, and some more at random",
        ],
        back: &["redis-cli PEXPIREAT KEY OLD  # some of them at a time: each that expires is a refill"],
    },
});

const NAME: &str = "redis.ttl";
/// Over how long what is overdue expires.
const OVER: Duration = Duration::from_secs(600);

struct Ttl;

/// What this incident has raised on the target and is in effect, the newest first, each once.
fn raised(context: &Context<'_>) -> Vec<Image> {
    let mut images: Vec<Image> = Vec::new();
    for (step, image) in context.earlier::<Image>(NAME).into_iter().rev() {
        if step.in_effect && !images.iter().any(|known| known.is_like(&image)) {
            images.push(image);
        }
    }
    images
}

async fn restore(
    params: &Params,
    context: &Context<'_>,
    reader: &mut Reader,
) -> Result<Plan<Image>, TargetError> {
    let images = raised(context);
    if images.is_empty() {
        return Ok(Plan::NotApplicable("this incident has raised no TTLs here that are still raised".into()));
    }
    let (primaries, notes) = reader.primaries().await?;
    let Some(first) = primaries.first() else {
        return Ok(Plan::NotApplicable("there is no primary".into()));
    };
    let over = text::duration(params.over.unwrap_or(OVER));
    let patterns: Vec<_> = images.iter().map(|image| text::escape(&image.pattern)).collect();
    let patterns = patterns.join(", ");
    Ok(Plan::Change(Draft {
        summary: format!("bring the TTLs of {patterns} back to what they were"),
        parts: Vec::new(),
        commands: vec![format!(
            "PEXPIREAT <each key of {patterns} that is ours> <its old time, or from now within {over}> XX LT"
        )],
        forecast: vec![
            format!("keys whose old time is over expire one after the other within {over}"),
            "keys that were rewritten since are left alone".into(),
        ]
        .into_iter()
        .chain(notes)
        .collect(),
        risk: vec!["each key that expires is one refill: watch the database".into()],
        back: format!("none is needed: it is an undo itself ({})", first.node),
        level: Level::Ask,
    }))
}

impl Action for Ttl {
    type System = Redis;
    type Image = Image;
    type Params = Params;

    const LIFTING: Lifting = Lifting::ByItself;

    fn check(params: &Params) -> Result<(), FieldError> {
        match (params.raise, params.restore) {
            (true, true) | (false, false) => Err(FieldError::new("raise", "say either --raise or --restore")),
            (true, false) if params.pattern.is_none() || params.by.is_none() => {
                Err(FieldError::new("raise", "say which keys and by how much: --pattern P --by 15m"))
            }
            (true, false) if params.over.is_some() => Err(FieldError::new("over", "is for --restore")),
            (false, true) if params.by.is_some() => Err(FieldError::new("by", "is for --raise")),
            (false, true) if params.pattern.is_some() => {
                Err(FieldError::new("pattern", "--restore brings back all that this incident has raised"))
            }
            _ => one_rate(params.rate, params.no_throttle),
        }
    }

    async fn plan(params: &Params, context: &Context<'_>, reader: &mut Reader) -> PlanResult<Image> {
        if params.restore {
            return Ok(restore(params, context, reader).await?);
        }
        let pattern = params.pattern.as_deref().unwrap_or_default();
        let by = params.by.unwrap_or_default();
        let jitter = Jitter { by: seconds(by), over: (seconds(by) / 5).max(1) };
        let longer = by + by / 5;
        let ground = Ground::survey(reader, context, pattern, longer).await?;
        let words = Words {
            does: format!("have {} live {} longer", ground.keys(), text::duration(by)),
            longer: text::duration(longer),
            checked: vec![format!(
                "{} of them would expire within {}: refills that the database is spared for now",
                text::count(ground.impact.soon()),
                text::duration(longer)
            )],
            back: "takes it off again, to the second; a key whose old time is over by then keeps ours and ends by \
                   itself. `recover ttl --restore` brings those back gradually",
        };
        Ok(ground.plan(context, jitter, words, rate(params.rate, params.no_throttle)))
    }

    fn touches(image: &Image) -> Vec<Touch> {
        vec![Touch::expiries_of(&image.pattern)]
    }

    fn commands(image: &Image) -> Vec<String> {
        image.commands()
    }

    fn undo_commands(image: &Image) -> Vec<String> {
        image.undo_commands()
    }

    async fn standing(_: &str, image: &Image, reader: &mut Reader) -> Result<Standing, TargetError> {
        common::standing(image, reader).await
    }

    async fn apply(
        Apply { params, context, images, writer, record }: Apply<'_, '_, Self>,
    ) -> Result<Applied, TargetError> {
        if !params.restore {
            return common::on(images, rate(params.rate, params.no_throttle), context, writer, record).await;
        }
        let over = i64::try_from(params.over.unwrap_or(OVER).as_millis()).unwrap_or(i64::MAX / 4);
        let (mut notes, mut left, mut stopped) = (Vec::new(), false, false);
        for image in raised(context) {
            let permit = common::recorded(&image, writer, record).await?;
            let (stopping, progress) = (|| record.stopping(), |done| record.progress(done, None));
            let (reverted, count) =
                common::gather(&image, Some(over), &stopping, &progress, writer, &permit).await?;
            notes.extend(reverted.notes);
            left |= !reverted.complete;
            stopped = count.stopped;
            if stopped {
                break;
            }
        }
        // What is not brought back yet is in effect by the step that raised it.
        Ok(Applied::left(left, notes).cut_short(stopped))
    }

    async fn undo(Undo { image, writer, permit, .. }: Undo<'_, '_, Self>) -> Result<Reverted, TargetError> {
        common::back(image, writer, permit).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn raise_and_restore_are_not_mixed() {
        let check = |given: &[(&'static str, &str)]| {
            let mut with = crate::action::field::Arguments::default();
            for (name, text) in given {
                let field = SPEC.fields.iter().find(|field| field.name == *name).expect("a field");
                with.set(field.name, field.ty.parse(text).expect("a value"));
            }
            SPEC.action.check(&with).map_err(|error| error.field)
        };
        assert_eq!(check(&[]), Err("raise"));
        assert_eq!(check(&[("raise", "true"), ("restore", "true")]), Err("raise"));
        assert_eq!(check(&[("raise", "true"), ("pattern", "a*")]), Err("raise"));
        assert_eq!(check(&[("raise", "true"), ("pattern", "a*"), ("by", "1m")]), Ok(()));
        assert_eq!(check(&[("restore", "true"), ("over", "1m")]), Ok(()));
        assert_eq!(check(&[("restore", "true"), ("by", "1m")]), Err("by"));
        assert_eq!(check(&[("restore", "true"), ("pattern", "a*")]), Err("pattern"));
    }
}
