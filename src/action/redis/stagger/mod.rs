//! `recover stagger`: keys that were filled together do not expire together. `recover ttl` shares all of it.

mod belt;
mod common;
mod ground;
mod image;
pub mod jitter;
mod sample;
mod seen;
mod sweep;
pub mod ttl;
mod window;

use std::time::Duration;

use crate::action::field::{Field, FieldError, Given, Type, With};
use crate::action::redis::expiry::given::{PATTERN, PER_SECOND, UNTHROTTLED, one_pace, rate};
use crate::action::redis::stagger::common::seconds;
use crate::action::redis::stagger::ground::{Ground, Words};
use crate::action::redis::stagger::image::Image;
use crate::action::redis::stagger::jitter::Jitter;
use crate::action::redis::stagger::window::Window;
use crate::action::{
    Action, Applied, Beyond, ByHand, Context, Force, Lifting, Needs, Of, Phase, Plan, Recorder, Reverted,
    Spec,
};
use crate::approval::Permit;
use crate::change::Standing;
use crate::error::TargetError;
use crate::observation::Kind;
use crate::system::redis::Reader;
use crate::system::{Redis, System};
use crate::text;

/// The registry line.
pub static SPEC: Spec = Spec {
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
    fields: &[
        PATTERN,
        Field {
            name: "over",
            given: Given::Flag("over"),
            ty: Type::Duration(Duration::from_secs(1), Duration::from_secs(86_400)),
            required: false,
            help: "the window [default: as long as the refills need, when their cost is known]",
        },
        Field {
            name: "at_least",
            given: Given::Flag("at-least"),
            ty: Type::Duration(Duration::from_secs(1), Duration::from_secs(86_400)),
            required: false,
            help: "instead of --over: as long as the refills need, and no shorter than this",
        },
        Field {
            name: "cost",
            given: Given::Flag("cost"),
            ty: Type::Duration(Duration::from_millis(1), Duration::from_secs(600)),
            required: false,
            help: "time the database needs for one refill [default: as `recover warm` measured it]",
        },
        PER_SECOND,
        UNTHROTTLED,
    ],
    check: |with| match () {
        () if with.has("over") && with.has("at_least") => {
            Err(FieldError::new("over", "say either the window or the least of it"))
        }
        () => one_pace(with),
    },
    needs: |_| Needs::Nothing,
    irreversible: None,
    amplifier: false,
    dead_man: false,
    lifting: Lifting::ByItself,
    action: &Of::<Stagger>::NEW,
};

const NAME: &str = "redis.stagger";
/// The shortest window that is chosen.
const SHORTEST: Duration = Duration::from_secs(60);

struct Stagger;

impl Action for Stagger {
    type System = Redis;
    type Image = Image;

    async fn plan(
        with: &With,
        context: &Context<'_>,
        reader: &mut Reader,
    ) -> Result<Plan<Image>, TargetError> {
        let pattern = with.text("pattern").unwrap_or_default();
        let given = with.duration("over");
        let ground = match Ground::survey(reader, context, pattern, given.unwrap_or(SHORTEST)).await? {
            Ok(ground) => ground,
            Err(plan) => return Ok(plan),
        };
        let mut checked = Vec::new();
        let window = Window::needed(with, context, ground.outlook.touched()).await;
        let least = with.duration("at_least");
        let chosen = match (least, window.is_known()) {
            // Nobody knows how long it must be: then it is as long as was said.
            (Some(least), false) => window.choose(Some(least), least, &mut checked),
            _ => window.choose(given, least.unwrap_or(SHORTEST), &mut checked),
        };
        let over = match chosen {
            Ok(over) => over,
            Err(refusal) => return Ok(Plan::Blocked(refusal)),
        };
        let time = text::duration(over);
        let words = Words {
            does: format!("spread the expiries of {} over {time}", ground.keys()),
            longer: time,
            checked,
            back: "takes the jitter off again, to the second: they would expire together again; a key whose old time \
                   is over by then keeps ours and ends by itself",
        };
        Ok(ground.plan(context, Jitter { by: 0, over: seconds(over) }, words, rate(with)))
    }

    fn commands(image: &Image) -> Vec<String> {
        image.commands()
    }

    fn way_back(image: &Image) -> Vec<String> {
        image.way_back()
    }

    async fn standing(_: &str, image: &Image, reader: &mut Reader) -> Result<Standing, TargetError> {
        common::standing(image, reader).await
    }

    async fn apply(
        with: &With,
        context: &Context<'_>,
        images: &[(String, Image)],
        writer: &mut <Redis as System>::Writer<'_>,
        record: &dyn Recorder,
    ) -> Result<Applied, TargetError> {
        common::on(images, rate(with), context, writer, record).await
    }

    async fn beyond_undo(images: &[(String, Image)], reader: &mut Reader) -> Vec<Beyond> {
        common::cliff(images, reader).await
    }

    async fn undo(
        _: &str,
        image: &Image,
        // A key that the application has written since is as the application wants it.
        _: Force,
        writer: &mut <Redis as System>::Writer<'_>,
        permit: &Permit<'_>,
    ) -> Result<Reverted, TargetError> {
        common::back(image, writer, permit).await
    }
}
