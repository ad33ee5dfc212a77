//! `recover remove`: takes a key out of the cache, so that the application makes it anew (S32).

use serde::{Deserialize, Serialize};

use crate::action::field::Type;
use crate::action::params::params;
use crate::action::redis::flag::image::{Held, Now, lasting, look, shown, write};
use crate::action::{
    About, Action, Applied, Apply, ByHand, Context, Draft, Lifting, Phase, Plan, PlanResult, Refusal,
    Reverted, Spec, Touch, Undo, Whose,
};
use crate::change::{Left, Level, Standing};
use crate::error::{TargetError, TargetErrorKind};
use crate::observation::Kind;
use crate::system::Redis;
use crate::system::redis::{Key, Reader, Swap, Write};
use crate::text;

params! {
    /// What it is given.
    pub struct Params {
        key: String = positional Type::Text, "the cache key";
    }
}

/// The registry line.
pub static SPEC: Spec = Spec::of::<Remove>(About {
    name: "redis.remove",
    command: "remove",
    phase: Phase::Recover,
    kind: Kind::Redis,
    summary: "take one key out of the cache, so that it is made anew",
    help: "Deletes one key, as its expiry would, if it still holds what was shown. Its value and TTL are in the journal \
           before that, and undo puts both back where nothing has refilled it meanwhile. Strings of up to 1 MiB only: \
           what cannot be compared and written back in one command is not removed. A key that everybody asks for is a \
           stampede when it is gone: prevent check says beforehand what the application makes of it.",
    example: "stampede recover remove user:profile:popular_user_123",
    by_hand: ByHand {
        act: &["redis-cli GET KEY; redis-cli PTTL KEY  # keep both", "redis-cli DEL KEY"],
        back: &["redis-cli SET KEY VALUE NX PX TTL  # what you have kept; only where nothing is"],
    },
});

/// The longest value that is removed, in bytes: it goes into the journal as a whole.
pub const LONGEST: usize = 1 << 20;

struct Remove;

/// A key that is removed.
#[derive(Clone, Serialize, Deserialize)]
pub struct Image {
    key: Key,
    /// What was in it.
    held: Held,
    /// When that was read, Unix milliseconds of the server's clock.
    planned: u64,
}

impl Image {
    /// Only what was seen is deleted.
    fn away(&self) -> Write<'_> {
        Write::Swap(&self.key.0, Swap { from: &self.held.value.0, to: None })
    }

    /// Brings it back where nothing is, for the time that is left of it; none: that is over.
    fn back(&self, at: u64) -> Option<Write<'_>> {
        self.held.brought_back(&self.key, at)
    }

    /// What is there now has been made by somebody else: nothing of ours is left, whatever it holds.
    fn standing(&self, now: &Now) -> Standing {
        match (&now.held, self.back(now.at)) {
            (None, Some(_)) => Standing::After,
            (Some(_), _) | (None, None) => Standing::Before,
        }
    }
}

impl Action for Remove {
    type System = Redis;
    type Image = Image;
    type Params = Params;

    /// What is refilled is over, and lifting would put old data in the place of a rebuild.
    const LIFTING: Lifting = Lifting::ByItself;

    async fn plan(params: &Params, _: &Context<'_>, reader: &mut Reader) -> PlanResult<Image> {
        let key = params.key.clone().into_bytes();
        let nodes = reader.all().await?;
        let now = match look(reader, &key).await {
            Ok(now) => now,
            Err(error) if error.kind == TargetErrorKind::Input => {
                return Ok(Plan::Blocked(Refusal::by(
                    "S32",
                    error.message,
                    "only strings are removed: another type cannot be compared and written back in one command",
                )));
            }
            Err(error) => return Err(error.into()),
        };
        let Some(held) = now.held else {
            return Ok(Plan::AlreadySo(format!("{} is not there", shown(&key))));
        };
        if held.value.0.len() > LONGEST {
            let size = held.value.0.len() as f64 / f64::from(1 << 20);
            return Ok(Plan::Blocked(Refusal::by(
                "S32",
                format!("{} holds {size:.1} MiB: too much to be kept in the journal (1 MiB)", shown(&key)),
                "name a smaller key; or delete this one by hand, knowing that nothing brings it back",
            )));
        }
        let Some(who) = nodes.into_iter().find(|who| who.node == now.node) else {
            let why = format!("{} has just gone", now.node);
            return Err(TargetError::new(TargetErrorKind::Busy, why).into());
        };
        let image = Image { key: Key(key), held, planned: now.at };
        let back = image.held.brought_back(&image.key, now.at);
        for write in [Some(image.away()), back].into_iter().flatten() {
            if let Some(error) = reader.forbids(&now.node, &write).await? {
                return Ok(Plan::Blocked(error.into()));
            }
        }
        Ok(Plan::Change(draft(image, now.at, (now.node, who.id))))
    }

    fn touches(image: &Image) -> Vec<Touch> {
        vec![Touch::Key(image.key.0.clone())]
    }

    fn commands(image: &Image) -> Vec<String> {
        vec![image.away().to_string()]
    }

    fn undo_commands(image: &Image) -> Vec<String> {
        image.back(image.planned).iter().map(ToString::to_string).collect()
    }

    async fn undo_commands_now(image: &Image, _: Option<Whose>, reader: &mut Reader) -> Vec<String> {
        match look(reader, &image.key.0).await {
            Ok(now) => image.back(now.at).iter().map(ToString::to_string).collect(),
            Err(_) => Self::undo_commands(image),
        }
    }

    async fn standing(_: &str, image: &Image, reader: &mut Reader) -> Result<Standing, TargetError> {
        match look(reader, &image.key.0).await {
            Ok(now) => Ok(image.standing(&now)),
            // Something of another type is there, and not ours.
            Err(error) if error.kind == TargetErrorKind::Input => Ok(Standing::Before),
            Err(error) => Err(error),
        }
    }

    async fn apply(
        Apply { images, writer, record, .. }: Apply<'_, '_, Self>,
    ) -> Result<Applied, TargetError> {
        for (index, (_, image)) in images.iter().enumerate() {
            let permit = record.planned(index)?;
            if write(writer, &permit, image.away()).await? {
                continue;
            }
            let message = format!("{} has just changed, or gone: left alone", shown(&image.key.0));
            return Err(TargetError::new(TargetErrorKind::Input, message)
                .hint("somebody refills it right now; run it again"));
        }
        Ok(Applied::in_effect(Vec::new()))
    }

    async fn undo(Undo { image, writer, permit, .. }: Undo<'_, '_, Self>) -> Result<Reverted, TargetError> {
        let now = look(writer.reader, &image.key.0).await?;
        let name = shown(&image.key.0);
        let Some(back) = image.back(now.at) else {
            return Ok(Reverted::whole([format!("{name} would have expired by now")]));
        };
        if write(writer, permit, back).await? {
            return Ok(Reverted::whole([]));
        }
        Ok(Reverted::left(Left::by("S27", format!("{name} was refilled at this moment: left alone"))))
    }
}

fn draft(image: Image, at: u64, (node, id): (String, String)) -> Draft<Image> {
    let name = shown(&image.key.0);
    let size = text::count(image.held.value.0.len() as f64);
    let (left, lives) = match image.held.expires {
        Some(expires) => {
            let left = lasting(expires.saturating_sub(at));
            (format!("expires in {left}"), format!("with what is left of its {left}"))
        }
        None => ("never expires".to_owned(), "without an expiry, as it was".to_owned()),
    };
    let mut risk = vec![
        "whoever asks for it now reaches the database, all of them at once if nothing stops them".into(),
    ];
    if image.held.expires.is_none() {
        risk.push("it has no TTL: an application that writes it only once will not bring it back".into());
    }
    Draft {
        summary: format!("remove {name} ({size} bytes, {left})"),
        commands: Vec::new(),
        forecast: vec!["the next request for it is a miss, as if it had expired".into()],
        risk,
        back: format!("puts the value back {lives}, where nothing has refilled the key"),
        level: Level::Type,
        parts: vec![(node, id, image)],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn standing(held: Option<&str>, at: u64) -> Standing {
        let of = |value: &str| Held { value: Key(value.into()), expires: Some(1_010_000) };
        let image = Image { key: Key(b"k".to_vec()), held: of("old"), planned: 1_000_000 };
        image.standing(&Now { node: "cache:6379".into(), at, held: held.map(of) })
    }

    #[test]
    fn a_key_that_is_there_again_or_would_be_gone_anyway_is_nothing_of_ours() {
        assert_eq!(standing(None, 1_000_001), Standing::After);
        assert_eq!(standing(None, 1_010_000), Standing::Before);
        assert_eq!(standing(Some("new"), 1_000_001), Standing::Before);
        assert_eq!(standing(Some("old"), 1_000_001), Standing::Before);
    }
}
