//! How long the window must be: so long that the database can refill all keys one after the other (S29).

use std::time::Duration;

use crate::action::redis::stagger::Params;
use crate::action::{Context, Refusal};
use crate::system::load::Gauge;
use crate::text;

/// What is known of it.
pub struct Window {
    keys: f64,
    /// The time of one refill, and how it is known.
    cost: Option<(Duration, &'static str)>,
    /// Refills at a time that the database has room for, and how that is known.
    room: Option<(f64, String)>,
    missing: Vec<String>,
}

impl Window {
    /// Asks the databases how much room they have.
    pub async fn needed(params: &Params, context: &Context<'_>, keys: f64) -> Self {
        let cost = match (params.cost, refill(context)) {
            (Some(cost), _) => Some((cost, "as given")),
            (None, Some(cost)) => Some((cost, "as measured while warming")),
            (None, None) => None,
        };
        let mut gauge = Gauge::over(context.lines);
        let load = gauge.read().await;
        let slow = context.thresholds.running_slow;
        let room = load.busiest.map(|(running, name)| {
            let spare = (slow - running).max(1.0);
            (spare, format!("{} runs {} of {}", text::escape(&name), text::count(running), text::count(slow)))
        });
        Self { keys, cost, room, missing: load.missing }
    }

    /// Whether it can be told how long it must be.
    pub fn is_known(&self) -> bool {
        self.shortest().is_some()
    }

    fn shortest(&self) -> Option<Duration> {
        let ((cost, _), (room, _)) = (self.cost?, self.room.as_ref()?);
        let seconds = self.keys * cost.as_secs_f64() / room;
        Some(Duration::from_secs_f64(seconds.clamp(0.0, 1e9).ceil()))
    }

    /// The window to use, and lines that say how it was checked. A refusal when it is too short, or nobody knows.
    pub fn choose(
        &self,
        given: Option<Duration>,
        least: Duration,
        lines: &mut Vec<String>,
    ) -> Result<Duration, Refusal> {
        let needed = self.shortest();
        if let (Some(needed), Some((cost, how)), Some((room, busy))) = (needed, self.cost, &self.room) {
            lines.push(format!(
                "the refills need {}: {} keys × {} each ({how}) / {} at a time ({busy})",
                text::duration(needed),
                text::count(self.keys),
                text::duration(cost),
                text::count(*room),
            ));
        }
        match (given, needed) {
            (Some(given), Some(needed)) if given < needed => Err(Refusal::by(
                "S29",
                format!(
                    "{} is too short: {}",
                    text::duration(given),
                    lines.last().map(String::as_str).unwrap_or_default()
                ),
                format!("--over {}s, or --cost if a refill is cheaper", needed.as_secs()),
            )),
            (Some(given), Some(_)) => Ok(given),
            (Some(given), None) => {
                let why = match (&self.cost, self.missing.first()) {
                    (None, _) => "what a refill costs is not known (--cost)".to_owned(),
                    (_, Some(why)) => format!("the database cannot say how busy it is ({why})"),
                    (_, None) => "no database is configured".to_owned(),
                };
                lines
                    .push(format!("whether {} is long enough was not checked: {why}", text::duration(given)));
                Ok(given)
            }
            (None, Some(needed)) => Ok(needed.max(least)),
            (None, None) => Err(Refusal::for_want(
                "how long the window must be is not known: what a refill costs is not measured",
                "say the window (--over 10m), or the cost of a refill (--cost 200ms) with a database configured",
            )),
        }
    }
}

/// The time of one refill, as the last warming of this incident measured it.
fn refill(context: &Context<'_>) -> Option<Duration> {
    let warmed = context.earlier.iter().rev().filter(|earlier| earlier.action == "redis.warm");
    let cost = |image: &serde_json::Value| image.get("refill_ms")?.as_f64().filter(|ms| *ms > 0.0);
    let ms = warmed.flat_map(|earlier| earlier.images.iter().rev()).find_map(cost)?;
    Some(Duration::from_secs_f64(ms / 1e3))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(cost: Option<u64>, room: Option<f64>) -> Window {
        Window {
            keys: 6_000.0,
            cost: cost.map(|ms| (Duration::from_millis(ms), "as given")),
            room: room.map(|room| (room, "mysql runs 3 of 20".into())),
            missing: Vec::new(),
        }
    }

    #[test]
    fn s29_the_window_is_keys_times_cost_by_room_and_no_shorter() {
        let mut lines = Vec::new();
        let least = Duration::from_secs(60);
        let known = window(Some(500), Some(10.0));
        assert_eq!(known.choose(None, least, &mut lines), Ok(Duration::from_secs(300)));
        assert_eq!(
            lines,
            [
                "the refills need 5 min: 6000 keys × 500 ms each (as given) / 10 at a time (mysql runs 3 of 20)"
            ]
        );
        assert_eq!(
            known.choose(Some(Duration::from_secs(300)), least, &mut lines),
            Ok(Duration::from_secs(300))
        );
        let refusal = known.choose(Some(Duration::from_secs(299)), least, &mut lines).expect_err("too short");
        assert_eq!(refusal.rule, Some("S29"));
        assert_eq!(window(Some(1), Some(10.0)).choose(None, least, &mut lines), Ok(least));
    }

    #[test]
    fn what_is_not_known_is_said_and_nothing_is_guessed() {
        let mut lines = Vec::new();
        let hour = Duration::from_secs(3_600);
        assert_eq!(window(None, Some(10.0)).choose(Some(hour), hour, &mut lines), Ok(hour));
        assert!(lines[0].contains("was not checked: what a refill costs is not known"), "{lines:?}");
        assert!(window(None, Some(10.0)).choose(None, hour, &mut lines).is_err());
        assert!(window(Some(5), None).choose(None, hour, &mut lines).is_err());
    }
}
