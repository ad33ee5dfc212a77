//! What `stagger` and `ttl` share: moving on, what stands, and undo.

use std::time::Duration;

use crate::action::redis::expiry::{at, beside_others, now, on_replica, refused, until_they_are_done};
use crate::action::redis::stagger::image::Image;
use crate::action::redis::stagger::sample::{Ours, Sample};
use crate::action::redis::stagger::sweep::{Count, Sweep, Way};
use crate::action::{Applied, Beyond, Context, Recorder, Reverted, tally};
use crate::approval::Permit;
use crate::change::{Part, Standing};
use crate::error::TargetError;
use crate::system::redis::{Others, Reader, Writer};
use crate::text;

/// Keys a second on undo: 7 % of a core (docs/systems.md, E).
const BACK_RATE: f64 = 20_000.0;
/// From this share of the keys on a step stands; the others were rewritten meanwhile.
const STANDS: f64 = 0.9;
/// So much more than an earlier run had moved is ours.
const MORE: f64 = 0.02;

/// Whole seconds, at least one.
pub fn seconds(time: Duration) -> i64 {
    i64::try_from(time.as_secs()).unwrap_or(i64::MAX / 4_000).max(1)
}

/// Moves the keys of the planned image on.
pub async fn on(
    images: &[(String, Image)],
    rate: Option<f64>,
    context: &Context<'_>,
    writer: &mut Writer<'_>,
    record: &dyn Recorder,
) -> Result<Applied, TargetError> {
    let Some((_, image)) = images.first() else {
        return Ok(Applied::over(Vec::new()));
    };
    let (primaries, mut notes) = writer.reader.primaries().await?;
    if let Some(refusal) = on_replica(&primaries) {
        return Err(refused(refusal));
    }
    let mut earlier =
        ["redis.stagger", "redis.ttl"].into_iter().flat_map(|name| context.earlier::<Image>(name));
    let again = image.had > 0.0 || earlier.any(|(step, other)| step.in_effect && other.is_like(image));
    let mut sweep = Sweep::new(image, Way::On { again }, rate);
    let (stopping, progress) = (|| record.stopping(), |done| record.progress(done, None));
    sweep.stopping = &stopping;
    sweep.progress = &progress;
    let nodes: Vec<String> = primaries.into_iter().map(|who| who.node).collect();
    let permit = record.planned(0)?;
    notes.extend(writer.reader.take_turn(&nodes).await?);
    let swept = sweep.over(writer, &permit, &nodes).await;
    writer.reader.give_turn_back(&nodes).await;
    let count = swept?;
    notes.extend(said(&count));
    // What an earlier run has nearly done is in effect by that one.
    let in_effect = count.moved + count.already > 0 && image.had < STANDS;
    Ok(Applied::left(in_effect, notes).cut_short(count.stopped))
}

fn said(count: &Count) -> Vec<String> {
    tally(
        format!("{} keys have another expiry now", count.moved),
        &[
            (count.already, "had it from an earlier run"),
            (count.gone, "had gone before"),
            (count.others, "have no TTL, and were not touched"),
            (count.spared, "left alone because of a segment of their names, or as switches (S14)"),
            (count.elsewhere, "are on the move between nodes: run it again for them"),
        ],
    )
}

/// Records `image` as a part of its own, for what is not known before it begins.
pub async fn recorded<'r>(
    image: &Image,
    writer: &mut Writer<'_>,
    record: &'r dyn Recorder,
) -> Result<Permit<'r>, TargetError> {
    let (primaries, _) = writer.reader.primaries().await?;
    let (node, id) = primaries.into_iter().next().map(|who| (who.node, who.id)).unwrap_or_default();
    record.batch(Part::of(node, id, image)?).await
}

async fn sample(image: &Image, reader: &mut Reader) -> Result<Sample, TargetError> {
    let (primaries, _) = reader.primaries().await?;
    Sample::take(reader, &primaries, &image.pattern, &image.names()).await
}

/// What some of the keys show. A key whose old time is over keeps ours, ends by itself, and counts for nothing.
pub async fn standing(image: &Image, reader: &mut Reader) -> Result<Standing, TargetError> {
    let ours = sample(image, reader).await?.ours(image);
    if ours.ours == 0 && ours.others > 0 {
        let (primaries, _) = reader.primaries().await?;
        let nodes: Vec<String> = primaries.into_iter().map(|who| who.node).collect();
        if let Others::Are(who) = reader.others_turn(&nodes).await {
            return Ok(Standing::Partly(until_they_are_done(&who)));
        }
    }
    Ok(shown(ours, image.had))
}

fn shown(ours: Ours, had: f64) -> Standing {
    match ours.share() {
        _ if ours.begun && had == 0.0 && ours.ours == 0 => {
            Standing::Partly("only the first keys have our expiry".into())
        }
        share if share <= had + MORE && (had > 0.0 || share == 0.0) => Standing::Before,
        share if share >= STANDS => Standing::After,
        share => Standing::Partly(format!(
            "{} of {} keys looked at have our expiry",
            text::percent(share),
            ours.ours + ours.others
        )),
    }
}

/// That putting it back has keys expire together again.
pub async fn cliff(images: &[(String, Image)], reader: &mut Reader) -> Vec<Beyond> {
    let Some((_, image)) = images.first() else { return Vec::new() };
    let Ok(sample) = sample(image, reader).await else { return Vec::new() };
    let before = |key: &[u8], time: i64| match image.old(key, time) {
        Some(old) if old >= sample.now => old,
        _ => time,
    };
    match sample.together(before) {
        Some((share, when)) if share > 0.2 => vec![Beyond::Consequence(format!(
            "{} of them expire within the same 10 s then ({}): put back only what was a mistake; left alone, they \
             end by themselves",
            text::percent(share),
            at(when)
        ))],
        _ => Vec::new(),
    }
}

/// Takes the jitter off again, where it is still ours and the old time is not over (S27).
pub async fn back(
    image: &Image,
    writer: &mut Writer<'_>,
    permit: &Permit<'_>,
) -> Result<Reverted, TargetError> {
    gather(image, None, &|| false, &|_| {}, writer, permit).await.map(|(reverted, _)| reverted)
}

/// The same; with `over`, what would be over expires from now on, spread over so many milliseconds.
pub async fn gather(
    image: &Image,
    over: Option<i64>,
    stopping: &(dyn Fn() -> bool + Sync),
    progress: &(dyn Fn(u64) + Sync),
    writer: &mut Writer<'_>,
    permit: &Permit<'_>,
) -> Result<(Reverted, Count), TargetError> {
    let (primaries, mut notes) = writer.reader.primaries().await?;
    let left_out = !notes.is_empty();
    let now = match primaries.first() {
        Some(who) => now(writer.reader, &who.node).await?,
        None => 0,
    };
    let mut sweep = Sweep::new(image, Way::Back { now, over }, Some(BACK_RATE));
    sweep.stopping = stopping;
    sweep.progress = progress;
    let nodes: Vec<String> = primaries.into_iter().map(|who| who.node).collect();
    let before = writer.reader.others_turn(&nodes).await;
    let count = sweep.over(writer, permit, &nodes).await?;
    let (beside, all) = beside_others(before, count.others, writer.reader, &nodes).await;
    notes.extend(beside);
    notes.extend(tally(
        format!("{} expiries put back", count.moved),
        &[
            (count.others, "are not ours: rewritten since, or without a TTL; left alone"),
            (
                count.already,
                match over {
                    Some(_) => "keep ours and end by themselves: their turn would be no earlier",
                    None => {
                        "keep ours and end by themselves: their old time is over, they would be gone at once"
                    }
                },
            ),
            (count.elsewhere, "are on the move between nodes: undo once more when they have arrived"),
        ],
    ));
    let complete = count.elsewhere == 0 && all && !left_out && !count.stopped;
    Ok((Reverted { complete, ..Reverted::whole(notes) }, count))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_is_told_from_a_share_of_the_keys() {
        let ours = |ours, others| Ours { ours, others, ..Ours::default() };
        assert_eq!(shown(ours(0, 100), 0.0), Standing::Before);
        assert_eq!(shown(ours(3, 3_000), 0.0), Standing::Before, "by chance");
        assert_eq!(shown(ours(99, 1), 0.0), Standing::After);
        assert!(matches!(shown(ours(50, 50), 0.0), Standing::Partly(_)));
        assert_eq!(shown(ours(50, 50), 0.5), Standing::Before, "as an earlier run left it");
        assert!(matches!(shown(ours(60, 40), 0.5), Standing::Partly(_)));
        assert_eq!(shown(ours(0, 100), 0.5), Standing::Before, "all of it is put back");
    }
}
