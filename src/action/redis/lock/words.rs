//! What is said about locks before they are taken.

use std::time::Duration;

use crate::action::redis::lock::Params;
use crate::action::redis::lock::held::State;
use crate::action::redis::lock::rebuild::Before;
use crate::action::redis::lock::token::Holder;
use crate::action::redis::lock::{Image, is_hot};
use crate::action::{Context, Draft, Plan, Refusal};
use crate::change::Level;
use crate::config::Remedies;
use crate::text;

/// Lines about single keys in a forecast.
const LINES: usize = 8;

/// Leaves a forecast about many keys as long as one can read.
pub fn shorten(forecast: &mut Vec<String>) {
    let more = forecast.len().saturating_sub(LINES);
    forecast.truncate(LINES);
    if more > 0 {
        forecast.push(format!("and {more} more keys"));
    }
}

/// Why a lock alone is not offered.
pub fn no_rebuild(remedies: &Remedies) -> Refusal {
    if let Some(lacks) = &remedies.rebuild_lacks {
        return Refusal::for_want(
            format!("how a key is rebuilt cannot be used: {}", text::escape(lacks)),
            "set what it refers to; or hold the lock: --hold",
        );
    }
    Refusal::for_want(
        "how a key is rebuilt is not known, and a lock that is merely held rebuilds nothing",
        "in stampede.yaml: rebuild: { http: \"http://api/internal/cache/warm/{key}\" }; or hold it: --hold",
    )
}

/// Why nothing can be taken.
pub fn nothing<I>(held: &[(String, State)], notes: &[String]) -> Plan<I> {
    let ours = |state: &State| matches!(state, State::Held { by: Holder::Us, .. });
    match held {
        [] => Plan::Blocked(Refusal::for_want(notes.join("; "), "look at the nodes of the cluster")),
        held if held.iter().all(|(_, state)| ours(state)) => Plan::AlreadySo(
            held.iter()
                .map(|(lock, state)| format!("{lock} {}", state.words()))
                .collect::<Vec<_>>()
                .join("; "),
        ),
        [(lock, state), ..] => Plan::Blocked(Refusal::by(
            "S15",
            format!("{lock} {}: a lock is never taken over", state.words()),
            match state {
                State::Held { by: Holder::Operator(..), .. } => {
                    "they may be at it; else: stampede break unlock KEY"
                }
                State::Held { left: Some(_), .. } => "its holder rebuilds the key: wait for it",
                _ => "its holder may be dead: only the application's owner can tell, and delete it",
            },
        )),
    }
}

/// What the rebuild of one key would do (S5).
pub fn expect(key: &[u8], share: Option<f64>, before: Before, rebuilds: bool) -> String {
    let key = text::fit_bytes(key, 48);
    let share = share.map_or_else(String::new, |share| format!(", {} of the misses", text::percent(share)));
    let there = match before {
        Before::Gone => format!("{key} is gone{share}"),
        Before::Forever => format!("{key} is there and does not expire{share}"),
        Before::Left(left, _) => {
            let left = text::duration(Duration::from_millis(left.unsigned_abs()));
            format!("{key} is there for another {left}{share}")
        }
    };
    match (rebuilds, before) {
        (true, Before::Gone) => {
            format!("{there}: one rebuild instead of one for each request that misses it")
        }
        (true, _) => format!("{there}: rebuilt before anybody misses it"),
        (false, _) => there,
    }
}

/// What it all rests on.
pub fn basis(params: &Params, context: &Context<'_>) -> Vec<String> {
    let mut lines = Vec::new();
    if is_hot(params) && !context.hot.basis.is_empty() {
        lines.push(format!("measured: {}", context.hot.basis));
    }
    if params.hold {
        lines.push(
            "sheds 0 % of the load where waiters ask the database after a short wait, as the protocol's own code does; \
             it helps where they serve old data meanwhile"
                .into(),
        );
    }
    lines
}

/// The change as it is shown.
pub fn draft(
    parts: Vec<(String, String, Image)>,
    forecast: Vec<String>,
    timeout: Option<Duration>,
    ttl: Duration,
) -> Draft<Image> {
    let what = match &parts[..] {
        [(_, _, image)] => text::fit_bytes(&image.key.0, 48),
        several => format!("{} keys, one after another", several.len()),
    };
    let ttl = text::duration(ttl);
    match timeout {
        Some(timeout) => Draft {
            summary: format!("rebuild {what} once, under the application's lock"),
            commands: Vec::new(),
            forecast,
            risk: vec![
                "until a key is back, instances that honour its lock wait, or ask the database".into(),
                format!(
                    "a rebuild may take {}; its lock is renewed meanwhile, and ends {ttl} after we do",
                    text::duration(timeout)
                ),
            ],
            back: "nothing stays: each lock is released when its key is back, or is given up".into(),
            level: Level::Ask,
            parts,
        },
        None => Draft {
            summary: format!("hold the lock of {what} for {ttl}"),
            commands: Vec::new(),
            forecast,
            risk: vec![
                "nobody rebuilds these keys meanwhile: who needs them waits, or asks the database".into(),
            ],
            back: format!("releases what is still ours; each lock ends by itself after {ttl}"),
            level: Level::Type,
            parts,
        },
    }
}
