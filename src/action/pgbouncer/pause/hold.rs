//! Holding a pause for its time, and what is seen meanwhile.

use std::time::{Duration, Instant};

use crate::action::Recorder;
use crate::clock;
use crate::error::TargetError;
use crate::system::pgbouncer::{Pool, Reader};
use crate::text;

/// Between two looks.
const LOOKS: Duration = Duration::from_millis(100);
/// How long the queue is watched after the resume.
const DRAIN: Duration = Duration::from_secs(2);

/// What the pools of some databases show.
#[derive(Clone, Copy, Debug, Default)]
struct Sums {
    servers: u64,
    waiting: u64,
}

/// What is seen of a pause, from before it to after it.
pub(super) struct Watched {
    databases: Vec<String>,
    began: Instant,
    before: Sums,
    last: Sums,
    quiet_after: Option<Duration>,
    most_waiting: u64,
    held: Duration,
    asked_to_stop: bool,
    /// What was resumed by others, or by a restart.
    gone: Vec<String>,
}

impl Watched {
    /// Looks before the pause. Errors: the pooler does not answer.
    pub(super) async fn begin(databases: &[&str], reader: &Reader) -> Result<Self, TargetError> {
        let databases: Vec<String> = databases.iter().map(|&name| name.to_owned()).collect();
        let before = sums(&databases, &reader.pools().await?);
        Ok(Self {
            databases,
            began: clock::instant(),
            before,
            last: before,
            quiet_after: None,
            most_waiting: 0,
            held: Duration::ZERO,
            asked_to_stop: false,
            gone: Vec::new(),
        })
    }

    /// Waits until the time is over, counted from before the first pause; until it is asked to stop; or until nothing is
    /// paused any more. A look that fails ends nothing: what was paused must be resumed anyway.
    pub(super) async fn hold(&mut self, time: Duration, reader: &Reader, record: &dyn Recorder) {
        let until = self.began + time;
        loop {
            // Before the look: the last one shows how it was when it ended.
            self.asked_to_stop = record.stopping();
            let is_over = self.asked_to_stop || clock::instant() >= until;
            if let Ok(pools) = reader.pools().await {
                self.see(&pools);
            }
            self.held = self.began.elapsed();
            if is_over {
                return;
            }
            record.progress(self.held.as_secs(), Some(time.as_secs()));
            if let Ok(known) = reader.databases().await
                && !known.iter().any(|database| database.paused && self.databases.contains(&database.name))
            {
                return;
            }
            clock::sleep_until(until.min(clock::instant() + LOOKS)).await;
        }
    }

    fn see(&mut self, pools: &[Pool]) {
        self.last = sums(&self.databases, pools);
        self.most_waiting = self.most_waiting.max(self.last.waiting);
        if self.last.servers == 0 {
            self.quiet_after.get_or_insert(self.began.elapsed());
        }
    }

    /// Notes that a database was not paused any more when it was to be resumed.
    pub(super) fn gone(&mut self, database: &str) {
        self.gone.push(text::escape(database).into_owned());
    }

    /// Watches the queue empty, for a moment, and says what was seen.
    pub(super) async fn end(self, reader: &Reader) -> Vec<String> {
        let resumed = clock::instant();
        let mut after = self.last;
        let mut empty = None;
        while resumed.elapsed() < DRAIN {
            if let Ok(pools) = reader.pools().await {
                after = sums(&self.databases, &pools);
                if after.waiting == 0 {
                    empty = Some(resumed.elapsed());
                    break;
                }
            }
            clock::sleep(LOOKS).await;
        }
        let mut notes = vec![match self.quiet_after {
            Some(time) => format!(
                "{} before the pause; none was at work {} after it began",
                active(self.before.servers),
                text::duration(time)
            ),
            None => format!(
                "{} before the pause; {} of them {} still at work when it ended",
                active(self.before.servers),
                self.last.servers,
                if self.last.servers == 1 { "was" } else { "were" }
            ),
        }];
        notes.push(format!("{} waited at the most", clients(self.most_waiting)));
        let why = if self.asked_to_stop { ", because it was asked to stop" } else { "" };
        notes.push(format!("held for {}{why}", text::duration(self.held)));
        if !self.gone.is_empty() {
            notes.push(format!(
                "{} was resumed before by somebody else, or by a restart of PgBouncer",
                self.gone.join(", ")
            ));
        }
        notes.push(match empty {
            Some(time) => {
                format!("the queue was empty {} later; {} then", text::duration(time), active(after.servers))
            }
            None => format!(
                "{} still in the queue {} later; {} then",
                clients(after.waiting),
                text::duration(DRAIN),
                active(after.servers)
            ),
        });
        notes
    }
}

fn sums(databases: &[String], pools: &[Pool]) -> Sums {
    let ours = pools.iter().filter(|pool| databases.contains(&pool.database));
    ours.fold(Sums::default(), |sums, pool| Sums {
        servers: sums.servers + pool.servers_active,
        waiting: sums.waiting + pool.clients_waiting,
    })
}

/// `3 server connections were active`
fn active(count: u64) -> String {
    match count {
        1 => "1 server connection was active".into(),
        several => format!("{several} server connections were active"),
    }
}

fn clients(count: u64) -> String {
    format!("{count} client{}", if count == 1 { "" } else { "s" })
}
