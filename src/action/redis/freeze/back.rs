//! What has become of the keys of an image, and putting their expiries back (S27).

use std::collections::BTreeSet;

use crate::action::redis::expiry::frozen::{beneath, on_whole_second, seem_frozen};
use crate::action::redis::expiry::{at, beside_others, now, until_they_are_done};
use crate::action::redis::freeze::image::{Image, Moved};
use crate::action::{Reverted, tally};
use crate::approval::Permit;
use crate::change::Standing;
use crate::error::{TargetError, TargetErrorKind};
use crate::system::redis::{Others, Query, Reader, Reply, Write, Writer};

/// Keys that are put back in one go.
const BATCH: usize = 1_000;
/// An expiry that lies less than this ahead is over: putting it back would end the key at once. The script that does it
/// says the same.
const AHEAD: i64 = 1_000;

/// What the keys of an image show. Ours is what can be put back; a key whose old time is over keeps ours, ends by
/// itself, and counts as gone.
pub async fn standing(image: &Image, reader: &mut Reader) -> Result<Standing, TargetError> {
    let Some(node) = image.iter().next().and_then(|moved| reader.home(moved.key)) else {
        return Ok(Standing::Before);
    };
    let now = now(reader, &node).await?;
    let queries: Vec<Query<'_>> = image.iter().map(|moved| Query::Pexpiretime(moved.key)).collect();
    let (mut ours, mut before, mut changed, mut whole) = (0, 0, 0, 0);
    for (moved, reply) in image.iter().zip(reader.query_keys(&queries).await?) {
        match reply {
            Reply::Int(-2) => {}
            Reply::Int(time) if time == moved.new && moved.old < now + AHEAD => {}
            Reply::Int(time) if time == moved.new => ours += 1,
            Reply::Int(time) if time == moved.old => before += 1,
            Reply::Int(time) => {
                changed += 1;
                whole += usize::from(lies_over(&moved, time));
            }
            other => return Err(reader.unexpected(moved.key, &other).await),
        }
    }
    if ours == 0
        && changed > 0
        && let Others::Are(who) = reader.others_turn(&homes(image, reader)).await
    {
        return Ok(Standing::Partly(until_they_are_done(&who)));
    }
    Ok(match (ours, before + changed) {
        (0, _) if seem_frozen(whole, changed) => Standing::Partly(beneath(whole)),
        (0, _) => Standing::Before,
        (_, 0) => Standing::After,
        (ours, _) => Standing::Partly(format!(
            "{ours} of {} keys have our expiry, {before} the one of before, {changed} another one",
            image.len()
        )),
    })
}

/// Puts the expiry of each key back, where it is still ours and its old time is not over.
pub async fn undo(
    image: &Image,
    writer: &mut Writer<'_>,
    permit: &Permit<'_>,
) -> Result<Reverted, TargetError> {
    let all: Vec<Moved<'_>> = image.iter().collect();
    let (mut back, mut gone, mut changed, mut elsewhere) = (0, 0, 0_usize, 0);
    let (mut late, mut whole) = (Vec::new(), 0);
    let homes = homes(image, writer.reader);
    let before = writer.reader.others_turn(&homes).await;
    for batch in all.chunks(BATCH) {
        let writes: Vec<Write<'_>> = batch.iter().map(Moved::back).collect();
        let (replies, again) = match writer.write_keys(permit, &writes).await {
            Ok(replies) => (replies, false),
            // Each compares before it writes, so it may be said twice.
            Err(error) if error.kind == TargetErrorKind::Unreachable => {
                (writer.write_keys(permit, &writes).await?, true)
            }
            Err(error) => return Err(error),
        };
        let mut others = Vec::new();
        for (moved, reply) in batch.iter().zip(replies) {
            match reply {
                Reply::Int(1) => back += 1,
                Reply::Int(0) => late.push(moved.new),
                Reply::Int(-2) => gone += 1,
                // The first time may have put it back.
                Reply::Int(_) if again && shows(writer.reader, moved).await? => back += 1,
                Reply::Int(_) => others.push(moved),
                reply if reply.is_elsewhere() => elsewhere += 1,
                other => return Err(writer.reader.unexpected(moved.key, &other).await),
            }
        }
        changed += others.len();
        whole += lie_over(&others, writer.reader).await?;
    }
    let covered = seem_frozen(whole, changed);
    let (beside, all) = beside_others(before, changed as u64, writer.reader, &homes).await;
    let mut notes = tally(
        format!("{back} of {} expiries put back", image.len()),
        &[
            (gone, "had gone"),
            (changed, "were given another expiry since, and left alone"),
            (elsewhere, "are on the move between nodes: undo once more when they have arrived"),
        ],
    );
    notes.extend(beside);
    notes.extend(covered.then(|| beneath(whole)));
    if let Some(last) = late.iter().max() {
        let until = at(*last);
        notes.push(format!(
            "{} keep ours and end by themselves until {until}: their old time is over, they would all be gone at once",
            late.len()
        ));
    }
    Ok(Reverted { complete: elsewhere == 0 && all && !covered, ..Reverted::whole(notes) })
}

/// The nodes that have the keys.
fn homes(image: &Image, reader: &Reader) -> Vec<String> {
    let homes: BTreeSet<String> = image.iter().filter_map(|moved| reader.home(moved.key)).collect();
    homes.into_iter().collect()
}

/// Whether a key that expires at `time` may have been moved on from where we had moved it.
fn lies_over(moved: &Moved<'_>, time: i64) -> bool {
    time > moved.new && on_whole_second(time)
}

/// How many of these keys, which do not show ours, may have been moved on from there.
async fn lie_over(others: &[&Moved<'_>], reader: &mut Reader) -> Result<usize, TargetError> {
    let queries: Vec<Query<'_>> = others.iter().map(|moved| Query::Pexpiretime(moved.key)).collect();
    let times = reader.query_keys(&queries).await?;
    let both = others.iter().zip(&times);
    Ok(both.filter(|(moved, time)| time.int().is_some_and(|time| lies_over(moved, time))).count())
}

/// Whether a key has its old expiry.
async fn shows(reader: &mut Reader, moved: &Moved<'_>) -> Result<bool, TargetError> {
    let reply = reader.query_keys(&[Query::Pexpiretime(moved.key)]).await?.pop();
    Ok(reply == Some(Reply::Int(moved.old)))
}
