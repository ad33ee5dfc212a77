//! A rate limit for bulk work on keys: as fast as was said, slower when the server answers slowly, and not at all when it
//! shows that it suffers.

use std::time::{Duration, Instant};

use crate::clock;
use crate::error::{TargetError, TargetErrorKind};
use crate::system::redis::{Hold, Info, Query};
use crate::text;

/// A key that is only scanned costs the server 1 µs, one that is extended and read back 5: with ten of the one for one of
/// the other, the usual rate stays under a tenth of its time.
const LOOKED_AT: f64 = 0.1;
/// The lowest rate.
const SLOWEST: f64 = 100.0;
/// A PING that takes this much longer than at the beginning is one of a busy server.
const SLOW: Duration = Duration::from_millis(5);
/// Below this a PING says more about us than about the server.
const FLOOR: Duration = Duration::from_micros(500);
/// How often the server's own signs are read.
const LOOK: Duration = Duration::from_secs(1);
/// PINGs that the first measure is taken from.
const PINGS: usize = 5;
/// The share of `maxmemory` from which on nothing is kept longer (S14).
const FULL: f64 = 0.9;

/// What a server shows when it is under pressure.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pressure {
    /// Keys thrown away for want of memory.
    pub evicted: f64,
    /// Clients that were refused.
    pub rejected: f64,
    /// Replicas that are in step.
    pub replicas: usize,
    /// Memory in use of the memory that may be.
    pub memory: Option<f64>,
}

impl Pressure {
    /// Reads them from `INFO`.
    pub fn of(info: &Info) -> Self {
        let number = |name: &str| info.number(name).unwrap_or(0.0);
        let most = number("maxmemory");
        let online = |line: &str| line.split(',').any(|part| part == "state=online");
        Self {
            evicted: number("evicted_keys"),
            rejected: number("rejected_connections"),
            replicas: (0..).map_while(|n| info.get(&format!("slave{n}"))).filter(|line| online(line)).count(),
            memory: (most > 0.0).then(|| number("used_memory") / most),
        }
    }

    /// Asks a node for them.
    pub async fn query(node: &mut Hold<'_>) -> Result<Self, TargetError> {
        let queries = ["stats", "replication", "memory"].map(|section| [section]);
        let queries: Vec<Query<'_>> = queries.iter().map(|section| Query::Info(section)).collect();
        let replies = node.query(&queries).await?;
        let text: Vec<String> = replies.iter().filter_map(|reply| reply.text()).collect();
        Ok(Self::of(&Info::parse(&text.join("\n"))))
    }

    /// Why nothing may be kept longer now, having been like `before` a moment ago.
    pub fn forbid(&self, before: &Self) -> Option<String> {
        if self.evicted > before.evicted {
            let more = text::count(self.evicted - before.evicted);
            return Some(format!(
                "the server evicts ({more} keys just now): what lives longer pushes out others"
            ));
        }
        match self.memory {
            Some(share) if share > FULL => Some(format!(
                "{} of maxmemory is in use: keys that live longer would push out others",
                text::percent(share)
            )),
            _ => None,
        }
    }

    /// What has got worse since `before`.
    fn worse(&self, before: &Self, refused_before: bool) -> Option<String> {
        if let Some(why) = self.forbid(before) {
            return Some(why);
        }
        if self.rejected > before.rejected && !refused_before {
            let more = text::count(self.rejected - before.rejected);
            return Some(format!("the server has begun to refuse connections ({more})"));
        }
        (self.replicas < before.replicas)
            .then(|| format!("a replica has lost its link ({} of {} left)", self.replicas, before.replicas))
    }
}

/// The rate limit on one node.
pub struct RateLimit {
    /// Keys a second that were asked for; none is as fast as it goes.
    nominal: Option<f64>,
    rate: f64,
    ping: Duration,
    next: Instant,
    look: Instant,
    signs: Pressure,
    /// Clients were refused already before we began: that is not our doing.
    refused_before: bool,
}

impl RateLimit {
    /// Takes the first measures. Errors: the node does not answer, or suffers already.
    pub async fn set(node: &mut Hold<'_>, nominal: Option<f64>) -> Result<Self, TargetError> {
        let before = Pressure::query(node).await?;
        let mut pings = Vec::new();
        for _ in 0..PINGS {
            pings.push(ping(node).await?);
        }
        pings.sort();
        let signs = Pressure::query(node).await?;
        if let Some(why) = signs.forbid(&before) {
            return Err(stopped(&node.name(), &format!("S14 {why}")));
        }
        let now = clock::instant();
        Ok(Self {
            nominal,
            rate: nominal.unwrap_or(f64::MAX),
            ping: pings[PINGS / 2].max(FLOOR),
            next: now,
            look: now + LOOK,
            signs,
            refused_before: signs.rejected > before.rejected,
        })
    }

    /// Rests after a batch of which so many keys were written, and so many only looked at. Errors: the server suffers.
    pub async fn rest(
        &mut self,
        node: &mut Hold<'_>,
        written: usize,
        seen: usize,
    ) -> Result<(), TargetError> {
        let now = clock::instant();
        if now >= self.look {
            let signs = Pressure::query(node).await?;
            if let Some(why) = signs.worse(&self.signs, self.refused_before) {
                return Err(stopped(&node.name(), &why));
            }
            self.look = now + LOOK;
        }
        let Some(nominal) = self.nominal else { return Ok(()) };
        self.heed(ping(node).await?, nominal);
        let cost = (written as f64 + seen as f64 * LOOKED_AT) / self.rate;
        // Time that a slow batch took is not made up for.
        self.next = self.next.max(now.checked_sub(LOOK / 10).unwrap_or(now)) + Duration::from_secs_f64(cost);
        clock::sleep_until(self.next).await;
        Ok(())
    }

    /// Half the rate for a PING that was slow, a tenth more for one that was not.
    fn heed(&mut self, took: Duration, nominal: f64) {
        let slow = took > self.ping * 3 || took > self.ping + SLOW;
        self.rate = if slow { (self.rate / 2.0).max(SLOWEST) } else { (self.rate * 1.1).min(nominal) };
    }
}

async fn ping(node: &mut Hold<'_>) -> Result<Duration, TargetError> {
    let sent = clock::instant();
    node.query(&[Query::Ping]).await?;
    Ok(sent.elapsed())
}

fn stopped(node: &str, why: &str) -> TargetError {
    TargetError::new(TargetErrorKind::Busy, format!("{node}: {why}"))
        .hint("free memory or connections first, or take fewer keys: --pattern, --top")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signs(evicted: f64, rejected: f64, replicas: usize, memory: Option<f64>) -> Pressure {
        Pressure { evicted, rejected, replicas, memory }
    }

    #[test]
    fn signs_are_read_from_info() {
        let info = Info::parse(
            "evicted_keys:3\r\nrejected_connections:5\r\nused_memory:50\r\nmaxmemory:100\r\n\
             slave0:ip=a,port=1,state=online,offset=1\r\nslave1:ip=b,port=1,state=wait_bgsave\r\n",
        );
        assert_eq!(Pressure::of(&info), signs(3.0, 5.0, 1, Some(0.5)));
        assert_eq!(Pressure::of(&Info::parse("maxmemory:0\r\n")).memory, None, "no limit is not 0 %");
    }

    #[test]
    fn s14_a_server_that_evicts_or_is_nearly_full_keeps_nothing_longer() {
        let calm = signs(3.0, 5.0, 1, Some(0.9));
        assert_eq!(calm.forbid(&calm), None);
        assert!(signs(4.0, 5.0, 1, None).forbid(&calm).is_some());
        assert!(signs(3.0, 5.0, 1, Some(0.91)).forbid(&calm).is_some());
    }

    #[test]
    fn a_server_that_begins_to_suffer_stops_us_and_one_that_did_before_does_not() {
        let calm = signs(0.0, 5.0, 2, None);
        assert!(signs(0.0, 6.0, 2, None).worse(&calm, false).is_some());
        assert_eq!(signs(0.0, 6.0, 2, None).worse(&calm, true), None);
        assert!(signs(0.0, 5.0, 1, None).worse(&calm, true).is_some());
        assert_eq!(signs(0.0, 5.0, 3, None).worse(&calm, false), None);
    }

    #[test]
    fn slow_answers_halve_the_rate_and_quick_ones_bring_it_back() {
        let now = clock::instant();
        let ping = Duration::from_millis(1);
        let mut limit = RateLimit {
            nominal: Some(5_000.0),
            rate: 5_000.0,
            ping,
            next: now,
            look: now,
            signs: signs(0.0, 0.0, 0, None),
            refused_before: false,
        };
        limit.heed(ping * 3, 5_000.0);
        assert_eq!(limit.rate, 5_000.0);
        limit.heed(ping * 4, 5_000.0);
        assert_eq!(limit.rate, 2_500.0);
        (0..20).for_each(|_| limit.heed(Duration::from_secs(1), 5_000.0));
        assert_eq!(limit.rate, SLOWEST);
        (0..100).for_each(|_| limit.heed(ping, 5_000.0));
        assert_eq!(limit.rate, 5_000.0);
        limit.ping = Duration::from_millis(20);
        limit.heed(Duration::from_millis(26), 5_000.0);
        assert_eq!(limit.rate, 2_500.0, "5 ms more are many, however far away the server is");
    }
}
