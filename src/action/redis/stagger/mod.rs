//! `recover stagger`: keys that were filled together do not expire together. `recover ttl` shares all of it.

mod common;
mod image;
pub mod jitter;
mod pipeline;
mod plan;
mod sample;
mod seen;
mod sweep;
pub mod ttl;
mod window;

use std::time::Duration;

use crate::action::field::{FieldError, Type};
use crate::action::params::params;
use crate::action::redis::expiry::given::{PATTERN, PER_SECOND, UNTHROTTLED, one_rate, rate};
use crate::action::redis::stagger::common::seconds;
use crate::action::redis::stagger::image::Image;
use crate::action::redis::stagger::jitter::Jitter;
use crate::action::redis::stagger::plan::{Ground, Words};
use crate::action::redis::stagger::window::Window;
use crate::action::{
    About, Action, Applied, Apply, Beyond, ByHand, Context, Lifting, Phase, PlanResult, Reverted, Spec,
    Touch, Undo,
};
use crate::change::Standing;
use crate::error::TargetError;
use crate::observation::Kind;
use crate::system::Redis;
use crate::system::redis::Reader;
use crate::text;

params! {
    /// What it is given.
    pub struct Params {
        pattern: String = shared PATTERN;
        over: Option<Duration> =
            flag "over", Type::Duration(Duration::from_secs(1), Duration::from_secs(86_400)),
            "the window [default: as long as the refills need, when their cost is known]";
        at_least: Option<Duration> =
            flag "at-least", Type::Duration(Duration::from_secs(1), Duration::from_secs(86_400)),
            "instead of --over: as long as the refills need, and no shorter than this";
        cost: Option<Duration> =
            flag "cost", Type::Duration(Duration::from_millis(1), Duration::from_secs(600)),
            "time the database needs for one refill [default: as `recover warm` measured it]";
        rate: Option<u64> = shared PER_SECOND;
        no_throttle: bool = shared UNTHROTTLED;
    }
}

/// The registry line.
pub static SPEC: Spec = Spec::of::<Stagger>(About {
    name: NAME,
    command: "stagger",
    phase: Phase::Recover,
    kind: Kind::Redis,
    summary: "spread the expiries of keys that would expire together",
    help: "Moves the expiry of each key of the pattern that has one, by a time of its own within the window: keys that \
           were filled together do not expire together. The time is told by the key's name, so a second run leaves \
           alone what the first has moved, and undo takes it off again to the second, without a record of every key. \
           The window must be as long as the database needs to refill them all: keys × cost of a refill / refills at a \
           time that it has room for; without --over it is that. Never shortens, never touches a key without a TTL, \
           and leaves names alone that have a segment lock, session, token, rate and the like unless the pattern \
           spells it (S14). A key that the application rewrites later is left alone by undo; one in a thousand of \
           those is taken for ours, and expires earlier by up to the window.",
    example: "stampede recover stagger --pattern 'user:profile:*' --over 10m",
    by_hand: ByHand {
        act: &[
            "redis-cli --scan --pattern '{pattern}'  # note the PEXPIRETIME of each",
            "redis-cli EXPIRE KEY LONGER GT  # LONGER: its TTL plus a random part of {over:s} s",
        ],
        back: &["redis-cli PEXPIREAT KEY OLD"],
    },
});

const NAME: &str = "redis.stagger";
/// The shortest window that is chosen.
const SHORTEST: Duration = Duration::from_secs(60);

struct Stagger;

impl Action for Stagger {
    type System = Redis;
    type Image = Image;
    type Params = Params;

    const LIFTING: Lifting = Lifting::ByItself;

    fn check(params: &Params) -> Result<(), FieldError> {
        match () {
            () if params.over.is_some() && params.at_least.is_some() => {
                Err(FieldError::new("over", "say either the window or the least of it"))
            }
            () => one_rate(params.rate, params.no_throttle),
        }
    }

    async fn plan(params: &Params, context: &Context<'_>, reader: &mut Reader) -> PlanResult<Image> {
        let pattern = params.pattern.as_str();
        let given = params.over;
        let ground = Ground::survey(reader, context, pattern, given.unwrap_or(SHORTEST)).await?;
        let mut checked = Vec::new();
        let window = Window::needed(params, context, ground.impact.touched()).await;
        let least = params.at_least;
        let chosen = match (least, window.is_known()) {
            // Nobody knows how long it must be: then it is as long as was said.
            (Some(least), false) => window.choose(Some(least), least, &mut checked),
            _ => window.choose(given, least.unwrap_or(SHORTEST), &mut checked),
        };
        let over = chosen?;
        let time = text::duration(over);
        let words = Words {
            does: format!("spread the expiries of {} over {time}", ground.keys()),
            longer: time,
            checked,
            back: "takes the jitter off again, to the second: they would expire together again; a key whose old time \
                   is over by then keeps ours and ends by itself",
        };
        Ok(ground.plan(
            context,
            Jitter { by: 0, over: seconds(over) },
            words,
            rate(params.rate, params.no_throttle),
        ))
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
        common::on(images, rate(params.rate, params.no_throttle), context, writer, record).await
    }

    async fn beyond_undo(images: &[(String, Image)], reader: &mut Reader) -> Vec<Beyond> {
        common::cliff(images, reader).await
    }

    // A key that the application has written since is as the application wants it.
    async fn undo(Undo { image, writer, permit, .. }: Undo<'_, '_, Self>) -> Result<Reverted, TargetError> {
        common::back(image, writer, permit).await
    }
}
