//! How hard one node works, and with what: our own round trips, its processor, its network, its slow commands, its refusals.

use std::time::{Duration, Instant};

use crate::clock;
use crate::error::TargetErrorKind;
use crate::probe::cache::counters::Counters;
use crate::probe::cache::following::{self, Behind};
use crate::system::redis::{CommandUse, Connection, Echo, Own, Query, Reply, refusal};
use crate::text;

/// Between two PINGs.
const PAUSE: Duration = Duration::from_millis(100);
/// PINGs of one look without a window.
const FEW: usize = 3;
/// Entries of the slow log that are read.
const ENTRIES: u32 = 32;
/// Commands that run a program of the client's on the server.
const SCRIPTS: [&str; 6] = ["eval", "evalsha", "eval_ro", "evalsha_ro", "fcall", "fcall_ro"];

/// Our own PINGs to one node.
#[derive(Clone, Debug, Default)]
pub struct Echoes {
    took: Vec<Duration>,
    /// The last answer.
    pub last: Option<Echo>,
}

impl Echoes {
    /// Asks again and again until then, and at least once; a connection that breaks ends it, and so does a PING that is not
    /// answered in time: each would be waited for as long.
    pub async fn listen(connection: &Connection, until: Instant, reply: Duration) -> Self {
        let mut echoes = Self::default();
        loop {
            let by = clock::instant() + reply;
            let sent = clock::instant();
            match connection.echo(by).await {
                Ok(echo) => {
                    echoes.took.push(echo.took);
                    echoes.last = Some(echo);
                }
                Err(error) => {
                    // It took at least that long.
                    let late = error.kind == TargetErrorKind::Timeout;
                    echoes.took.extend(late.then(|| sent.elapsed()));
                    break;
                }
            }
            let next = clock::instant() + PAUSE;
            match next < until {
                true => clock::sleep_until(next).await,
                false if echoes.took.len() < FEW => {}
                false => break,
            }
        }
        echoes
    }

    /// The median, what a quarter took at least, and the longest, in milliseconds; none when none was sent.
    pub fn millis(&self) -> Option<[f64; 3]> {
        let mut took = self.took.clone();
        took.sort_unstable();
        let millis = |took: &Duration| took.as_secs_f64() * 1e3;
        let at = |share: usize| took.get(took.len() * share / 4).map(millis);
        Some([at(2)?, at(3)?, took.last().map(millis)?])
    }

    /// How many were sent.
    pub fn count(&self) -> usize {
        self.took.len()
    }
}

/// The slow log at one moment: the number of its newest entry, -1 before the first.
#[derive(Clone, Copy, Debug)]
pub struct Newest(i64);

/// What was added to a slow log.
#[derive(Clone, Debug, Default)]
pub struct Slow {
    /// Entries.
    pub entries: f64,
    /// The longest of those that could be read: milliseconds, and the command with the prefix of its key.
    pub worst: Option<(f64, String)>,
}

impl Newest {
    /// Reads the number of the newest entry; none when the server does not let us.
    pub async fn read(connection: &Connection, by: Instant) -> Option<Self> {
        let reply = connection.query_one(Query::SlowlogGet(1), by).await.ok()?;
        match reply {
            Reply::Array(entries) => {
                Some(Self(entries.first().map_or(Some(-1), |entry| entry.items().first()?.int())?))
            }
            _ => None,
        }
    }

    /// What has come since.
    pub async fn since(self, connection: &Connection, by: Instant) -> Option<Slow> {
        let reply = connection.query_one(Query::SlowlogGet(ENTRIES), by).await.ok()?;
        let Reply::Array(entries) = &reply else { return None };
        let number = |entry: &Reply| entry.items().first().and_then(Reply::int);
        let newest = entries.first().map_or(Some(-1), number)?;
        let new = entries.iter().filter(|entry| number(entry).is_some_and(|number| number > self.0));
        let worst = new.filter_map(|entry| Some((entry.items().get(2)?.int()?, entry.items().get(3)?)));
        let worst = worst.max_by_key(|(micros, _)| *micros);
        Some(Slow {
            entries: (newest - self.0).max(0) as f64,
            worst: worst.map(|(micros, words)| (micros as f64 / 1e3, shown(words.items()))),
        })
    }
}

/// A command without its values: its name, and the prefix of its key.
fn shown(words: &[Reply]) -> String {
    let name = words.first().and_then(Reply::text).unwrap_or_default();
    let name = text::fit(&text::escape(&name), 20).to_uppercase();
    let script = SCRIPTS.iter().any(|script| name.eq_ignore_ascii_case(script));
    let key = words.get(1).filter(|_| !script).and_then(Reply::text);
    match key.as_deref().and_then(|key| key.split_once(':')) {
        Some((prefix, _)) => format!("{name} {}:*", text::fit(&text::escape(prefix), 30)),
        None => name,
    }
}

/// What one node did within the window. Each is none where the server does not tell.
#[derive(Clone, Debug, Default)]
pub struct Work {
    /// Processor time of its main thread (else of the process) per second.
    pub cpu: Option<f64>,
    /// Bytes per second that came in.
    pub net_in: Option<f64>,
    /// Bytes per second that went out.
    pub net_out: Option<f64>,
    /// The command that took most of its thread's time, and the share of the window.
    pub top: Option<(String, f64)>,
    /// The share of the window in scripts.
    pub scripts: Option<f64>,
    /// Commands per second that were refused before they began.
    pub rejected: f64,
    /// Refusals and errors per second, most frequent first, without those that belong to how clients work.
    pub errors: Option<Vec<(String, f64)>>,
    /// Writes refused per second, by the code.
    pub writes_refused: Option<Vec<(String, f64)>>,
    /// Clients per second that were thrown out for the memory that all of them take (7.0).
    pub evicted_clients: Option<f64>,
    /// How far its replicas are behind, of which that can be told.
    pub behind: Vec<Behind>,
}

impl Work {
    /// What was done since `before`; nothing of it when the counters were reset.
    pub fn since(now: &Counters, before: &Counters) -> Self {
        let seconds = (now.at - before.at).as_secs_f64();
        let rate = |names: &[&str]| {
            let sum = |at: &Counters| names.iter().map(|name| at.number(name)).sum::<Option<f64>>();
            sum(now).zip(sum(before)).map(|(now, before)| ((now - before) / seconds).max(0.0))
        };
        let rate_of = |name: &str| rate(&[name]).unwrap_or(0.0);
        let main = rate(&["used_cpu_sys_main_thread", "used_cpu_user_main_thread"]);
        let shares = now.info.commands().zip(before.info.commands()).map(|(now, before)| {
            let share = |(name, used): (&&str, &CommandUse)| {
                let was = before.get(name).map_or(0.0, |used| used.seconds);
                (name.to_ascii_lowercase(), ((used.seconds - was) / seconds).max(0.0))
            };
            now.iter().map(share).collect::<Vec<_>>()
        });
        let rejected = |at: &Counters| {
            at.info.commands().map(|commands| commands.values().map(|used| used.rejected).sum::<f64>())
        };
        let rejected = rejected(now).zip(rejected(before));
        let (own, own_before) = (&now.own, &before.own);
        let errors = now.info.errors().zip(before.info.errors()).map(|(now, before)| {
            let rate = |(name, count): (&&str, &f64)| {
                let was = before.get(name).copied().unwrap_or(0.0);
                let ours = |own: &Own| own.errors.get(*name).copied().unwrap_or(0) as f64;
                let ours = ours(own) - ours(own_before);
                ((*name).to_owned(), ((count - was - ours) / seconds).max(0.0))
            };
            let mut rates: Vec<_> = now.iter().map(rate).filter(|(_, rate)| *rate > 0.0).collect();
            // Clients try what an old server does not know when they connect: HELLO, CLIENT SETINFO twice, and
            // CLIENT MAINT_NOTIFICATIONS.
            let connected = rate_of("total_connections_received");
            rates
                .iter_mut()
                .filter(|(code, _)| refusal::is_general(code))
                .for_each(|(_, rate)| *rate -= 4.0 * connected);
            rates.retain(|(_, rate)| *rate > 0.0);
            rates.sort_by(|a, b| b.1.total_cmp(&a.1));
            rates
        });
        let of = |wanted: &dyn Fn(&str) -> bool| {
            Some(errors.as_ref()?.iter().filter(|(code, _)| wanted(code)).cloned().collect())
        };
        Self {
            cpu: main.or_else(|| rate(&["used_cpu_sys", "used_cpu_user"])),
            rejected: rejected.map_or(0.0, |(now, before)| ((now - before) / seconds).max(0.0)),
            net_in: rate(&["total_net_input_bytes"]),
            net_out: rate(&["total_net_output_bytes"]),
            scripts: shares.as_ref().map(|shares| {
                let scripts = shares.iter().filter(|(name, _)| SCRIPTS.contains(&name.as_str()));
                scripts.map(|(_, share)| share).sum()
            }),
            top: shares.and_then(|shares| shares.into_iter().max_by(|a, b| a.1.total_cmp(&b.1))),
            errors: of(&|code| !refusal::is_usual(code)),
            writes_refused: of(&refusal::is_of_a_write),
            evicted_clients: rate(&["evicted_clients"]),
            behind: following::behind(now, before),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::system::redis::Info;

    fn at(seconds: u64, text: &str) -> Counters {
        let info = Info::parse(&text.replace(' ', "\r\n"));
        let at = clock::instant() + Duration::from_secs(seconds);
        Counters { node: "a:1".into(), primary: true, at, own: Own::default(), info }
    }

    #[test]
    fn what_took_the_time_and_what_was_refused_is_counted_over_the_window() {
        let before =
            at(0, "used_cpu_sys:1 used_cpu_user:1 #Commandstats cmdstat_eval:calls=1,usec=0 #Errorstats");
        let now = at(
            2,
            "used_cpu_sys:2 used_cpu_user:1.5 #Commandstats cmdstat_eval:calls=3,usec=1800000 \
             cmdstat_get:calls=9,usec=90 #Errorstats errorstat_MOVED:count=8 errorstat_OOM:count=4",
        );
        let work = Work::since(&now, &before);
        let (name, share) = work.top.expect("counted");
        assert_eq!(name, "eval");
        assert!((share - 0.9).abs() < 0.01 && (work.scripts.unwrap() - 0.9).abs() < 0.01);
        assert!((work.cpu.unwrap() - 0.75).abs() < 0.01);
        assert_eq!(work.errors.as_ref().unwrap()[0].0, "OOM", "a redirect is no error");
        assert_eq!(work.errors.unwrap().len(), 1);
        assert!((work.writes_refused.unwrap()[0].1 - 2.0).abs() < 0.01);
        assert_eq!(work.net_in, None);
        let ours = Own { errors: [("OOM".to_owned(), 4)].into(), ..Own::default() };
        let work = Work::since(&Counters { own: ours, ..now }, &before);
        assert!(
            work.errors.is_some_and(|errors| errors.is_empty()),
            "what we were refused is nobody's trouble"
        );
        let silent = Work::since(&at(2, "role:master"), &at(0, "role:master"));
        assert!(silent.errors.is_none() && silent.top.is_none() && silent.cpu.is_none());
    }

    #[test]
    fn a_slow_command_is_shown_without_its_values() {
        let words = |words: &[&str]| {
            shown(&words.iter().map(|word| Reply::Bulk(word.as_bytes().to_vec())).collect::<Vec<_>>())
        };
        assert_eq!(words(&["hgetall", "cart:4711"]), "HGETALL cart:*");
        assert_eq!(words(&["GET", "secret"]), "GET");
        assert_eq!(words(&["eval", "return redis.call('get','a:b')", "0"]), "EVAL");
    }
}
