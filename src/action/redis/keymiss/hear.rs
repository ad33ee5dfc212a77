//! Listening on all nodes at the same time, and what was heard in words.

use std::time::Duration;

use futures_util::future::join_all;

use crate::clock;
use crate::system::redis::{Keymiss, Misses};
use crate::text;
use crate::topk::KEPT;

/// How soon a wish to stop is heard.
const STEP: Duration = Duration::from_millis(100);
/// Columns of a key.
const WIDTH: usize = 48;

/// Listens for `time`, or until `stopping`; `say` hears how long it has been.
pub async fn hear(
    mut listeners: Vec<Keymiss>,
    time: Duration,
    stopping: impl Fn() -> bool,
    say: impl Fn(Duration),
) -> Vec<Misses> {
    let mut heard: Vec<Misses> = listeners.iter().map(|_| Misses::default()).collect();
    let from = clock::instant();
    let until = from + time;
    while clock::instant() < until && !stopping() {
        let next = until.min(clock::instant() + STEP);
        let both = heard.iter_mut().zip(&mut listeners);
        join_all(both.map(|(misses, events)| async {
            misses.go_on(events, next).await;
            // One that was cut off must not make the others hurry.
            clock::sleep_until(next).await;
        }))
        .await;
        say(clock::instant() - from);
    }
    heard
}

/// The missed keys by their whole names, the most missed first: long ones are not kept whole, and left out.
pub fn missed(misses: &[Misses]) -> Vec<(Vec<u8>, f64)> {
    let whole = Misses::ranked(misses, usize::MAX).into_iter().filter(|missed| missed.key.len() < KEPT);
    whole.map(|one| (one.key.to_vec(), one.share)).collect()
}

/// The most missed keys, a line each, under a line that says how many misses there were; only that line when there were
/// none.
pub fn words(misses: &[Misses], top: usize) -> Vec<String> {
    let total = Misses::total(misses);
    let longest = misses.iter().map(|node| node.listened).max().unwrap_or_default();
    let on = if misses.len() == 1 { String::new() } else { format!(" on {} nodes", misses.len()) };
    let listened = format!("{:.1} s", longest.as_secs_f64());
    let mut lines = vec![match total {
        0 => format!("no key was missed in {listened}{on}"),
        total => format!("{} misses in {listened}{on}", text::count(total as f64)),
    }];
    lines.extend(Misses::ranked(misses, top).iter().map(|missed| {
        let key = text::escape_bytes(&missed.key[..missed.key.len().min(4 * WIDTH)]);
        let (rate, share) = (text::count(missed.rate), text::percent(missed.share));
        format!("{}: {rate}/s, {share} of the misses", text::fit(&key, WIDTH))
    }));
    lines.extend(misses.iter().filter_map(|node| node.trouble.clone()));
    lines
}
