//! `break keymiss-events`: the keys that everybody asks for and nobody has, heard for a moment.

mod classes;
mod hear;

use std::time::Duration;

use crate::action::field::Type;
use crate::action::params::params;
use crate::action::redis::keymiss::classes::{are_on, same, with_misses};
use crate::action::redis::keymiss::hear::{hear, missed, words};
use crate::action::redis::{maxclients, setting};
use crate::action::setting::{Sets, Setting, TheNode, drifted, found, set, told};
use crate::action::{
    About, Applied, Apply, ByHand, Context, Draft, Phase, Plan, PlanResult, Refusal, Spec, unless,
};
use crate::approval::Permit;
use crate::change::Level;
use crate::error::TargetError;
use crate::observation::Kind;
use crate::system::Redis;
use crate::system::redis::{Misses, Reader, Who, Write, Writer};
use crate::text;

params! {
    /// What it is given.
    pub struct Params {
        r#for: Option<Duration> =
            flag "for", Type::Duration(Duration::from_millis(500), Duration::from_secs(60)),
            "how long to listen [default: 2s]";
        top: Option<u64> = flag "top", Type::Whole(1, 100), "how many keys to name [default: 10]";
    }
}

/// The registry line.
pub static SPEC: Spec = Spec::of::<Sets<Events>>(About {
    name: "redis.keymiss-events",
    command: "keymiss-events",
    phase: Phase::Break,
    kind: Kind::Redis,
    summary: "name the hottest keys that are missing",
    help: "Switches key-miss notifications on for a moment on every node, listens over a second connection that is \
           opened first, counts which missing keys are asked for most, and puts the exact old flags back. Where they \
           are on already it only listens. An event costs the server up to 0.3 µs a miss; a listener that falls \
           behind is cut off by the server at 32 MB. MONITOR is never used. When this process dies in between, a \
           second one puts the flags back.",
    example: "stampede break keymiss-events --for 5s",
    by_hand: ByHand {
        act: &[
            "redis-cli CONFIG GET notify-keyspace-events  # note OLD",
            "redis-cli CONFIG SET notify-keyspace-events OLDEm",
            "redis-cli SUBSCRIBE __keyevent@0__:keymiss  # {for:s} s, then Ctrl-C",
        ],
        back: &["redis-cli CONFIG SET notify-keyspace-events OLD"],
    },
});

struct Events;

/// The flags of one node, exactly as it said them.
type Image = setting::Image<TheNode, String>;

/// How long to listen, and how many keys to name.
fn given(params: &Params) -> (Duration, usize) {
    let time = params.r#for.unwrap_or(Duration::from_secs(2));
    (time, params.top.unwrap_or(10) as usize)
}

impl Setting for Events {
    type System = Redis;
    type Of = TheNode;
    type Value = String;
    type Params = Params;

    const WATCHDOG: bool = true;
    const NAME: &'static str = "notify-keyspace-events";

    async fn plan(params: &Params, _: &Context<'_>, reader: &mut Reader) -> PlanResult<Image> {
        let (time, top) = given(params);
        let nodes = reader.all().await?;
        let mut parts = Vec::new();
        let mut closed = None;
        for who in &nodes {
            match reader.setting(&who.node, Self::NAME).await {
                Ok(before) if are_on(&before) => {}
                Ok(before) => {
                    let after = with_misses(&before);
                    parts.push((who.node.clone(), who.id.clone(), Image { of: TheNode {}, before, after }));
                }
                Err(error) => closed = Some(setting::refused(error, Self::NAME)?),
            }
        }
        if let Some(full) = nodes.iter().find(|who| is_full(who)) {
            return Ok(Plan::Blocked(Refusal::for_want(
                format!("{} has no connection left to listen over", full.node),
                "make room first: stampede break maxclients --to N",
            )));
        }
        if parts.is_empty() || closed.is_some() {
            // Hosted services may have them on and not say so: only listening tells.
            let misses = hear(reader.listen().await?, time, || false, |_| {}).await;
            return Ok(match closed {
                Some(refusal) if Misses::total(&misses) == 0 => Plan::Blocked(Refusal {
                    why: format!("{}; and nothing was heard in {}", refusal.why, text::duration(time)),
                    ..refusal
                }),
                _ => {
                    let on = "key-miss events are on already: nothing was changed".to_owned();
                    Plan::Answer([on].into_iter().chain(words(&misses, top)).collect())
                }
            });
        }
        for (node, _, image) in &parts {
            unless(setting::forbidden(reader, node, Self::NAME, &image.after).await?)?;
        }
        let time = text::duration(time);
        let on = if nodes.len() == 1 { String::new() } else { format!(" on {} nodes", nodes.len()) };
        let patterns: f64 = nodes.iter().filter_map(|who| who.info.number("pubsub_patterns")).sum();
        let mut risk = vec!["each miss costs the server up to 0.3 µs more meanwhile".to_owned()];
        if patterns > 0.0 {
            risk.push(format!(
                "{} pattern subscriptions are there: those that match __keyevent@*__ hear the misses too",
                text::count(patterns)
            ));
        }
        Ok(Plan::Change(Draft {
            summary: format!("listen to key misses{on} for {time} and name the {top} most missed keys"),
            commands: Vec::new(),
            forecast: vec![
                "changes nothing for the application: it shows which keys to lock or rebuild first".into(),
                format!(
                    "takes one more connection a node; {}",
                    if parts.len() == nodes.len() {
                        "events are off now".into()
                    } else {
                        format!("events are off now on {} of {} nodes", parts.len(), nodes.len())
                    }
                ),
            ],
            risk,
            back: format!(
                "puts the exact old flags back by itself after {time}, also when this process dies"
            ),
            level: Level::Ask,
            parts,
        }))
    }

    async fn read(node: &str, _: &TheNode, reader: &mut Reader) -> Result<Option<String>, TargetError> {
        reader.setting(node, Self::NAME).await.map(Some)
    }

    fn writes<'a>(_: &'a TheNode, value: &'a String) -> Vec<Write<'a>> {
        vec![Write::ConfigSet(Self::NAME, value.into())]
    }

    fn commands(image: &Image) -> Vec<String> {
        [&image.after, &image.before].into_iter().flat_map(|flags| told::<Self>(&image.of, flags)).collect()
    }

    fn shown(value: &String) -> String {
        if value.is_empty() { "empty".into() } else { text::escape(value).into_owned() }
    }

    fn same(one: &String, other: &String) -> bool {
        same(one, other)
    }

    async fn apply(
        Apply { params, images, writer, record, .. }: Apply<'_, '_, Sets<Self>>,
    ) -> Result<Applied, TargetError> {
        let (time, top) = given(params);
        // Before the write: what cannot be heard need not be switched on (S3).
        let listeners = writer.reader.listen().await?;
        for (index, (node, image)) in images.iter().enumerate() {
            let permit = record.planned(index)?;
            set::<Self>(node, &image.of, &image.after, writer, &permit).await?;
        }
        let of = time.as_secs().max(1);
        let say = |heard: Duration| record.progress(heard.as_secs().min(of), Some(of));
        let misses = hear(listeners, time, || record.stopping(), say).await;
        let mut notes = words(&misses, top);
        let mut trouble = None;
        for (index, (node, image)) in images.iter().enumerate() {
            let permit = record.planned(index)?;
            match put_back(writer, &permit, node, image).await {
                Ok(note) => notes.extend(note),
                Err(error) => trouble = Some(error),
            }
        }
        match trouble {
            Some(error) => Err(error),
            None => Ok(Applied::over(notes).having_heard(missed(&misses))),
        }
    }
}

/// Puts the flags of a node back at the end of the time that was asked for, unless somebody has changed them meanwhile: that is
/// told.
async fn put_back(
    writer: &mut Writer<'_>,
    permit: &Permit<'_>,
    node: &str,
    image: &Image,
) -> Result<Option<String>, TargetError> {
    let now = writer.reader.setting(node, Events::NAME).await?;
    if same(&now, &image.after) {
        set::<Events>(node, &image.of, &image.before, writer, permit).await?;
    } else if !same(&now, &image.before) {
        return Ok(Some(format!("S27 {}", drifted::<Events>(node, image, &found::<Events>(&now)))));
    }
    Ok(None)
}

fn is_full(who: &Who) -> bool {
    who.info.number("maxclients").is_some_and(|limit| maxclients::taken(&who.info) as f64 >= limit)
}
