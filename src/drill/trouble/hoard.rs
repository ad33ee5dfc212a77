//! A job that fills a cache which is too small.

use std::time::Duration;

use anyhow::Context as _;
use redis::aio::MultiplexedConnection;
use tokio::task::JoinHandle;

use crate::clock;
use crate::error::Failure;

/// Keys that the job writes at a time, and how often.
const KEYS: u64 = 100;
const PAUSE: Duration = Duration::from_millis(50);
const BYTES: usize = 1_000;
/// A key of the job ends by itself after this long, in seconds.
const LIFETIME: u64 = 300;

/// The job, and the limit that is too small.
pub(super) struct Hoard {
    admin: MultiplexedConnection,
    job: JoinHandle<()>,
    before: String,
    limit: String,
}

impl Drop for Hoard {
    fn drop(&mut self) {
        self.job.abort();
    }
}

impl Hoard {
    /// The data may use this share of what they use now, and the job begins. Errors: the cache does not answer, or refuses.
    pub(super) async fn begin(mut admin: MultiplexedConnection, share: f64) -> Result<Self, Failure> {
        let cannot = "cannot make the drill's cache smaller";
        let memory: String =
            redis::cmd("INFO").arg("memory").query_async(&mut admin).await.context(cannot)?;
        let figure = |name: &str| {
            let found = memory.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
            found.and_then(|figure| figure.trim().parse::<f64>().ok()).context(cannot)
        };
        // Of a small cache most is overhead and the buffers of its clients, which cannot be thrown out.
        let (used, data) = (figure("used_memory")?, figure("used_memory_dataset")?);
        let limit_now = used - data * (1.0 - share);
        let before = limit(&mut admin).await.context(cannot)?;
        let limit = (limit_now as u64).to_string();
        set_limit(&mut admin, &limit).await.context(cannot)?;
        let job = tokio::spawn(write(admin.clone()));
        Ok(Self { admin, job, before, limit })
    }

    /// Ends it. A limit that somebody else has set meanwhile stays. Errors: the cache does not answer.
    pub(super) async fn end(self) -> Result<(), Failure> {
        let mut admin = self.admin.clone();
        let cannot = "cannot put back the memory limit of the drill's cache";
        if limit(&mut admin).await.context(cannot)? == self.limit {
            set_limit(&mut admin, &self.before).await.context(cannot)?;
        }
        Ok(())
    }
}

async fn limit(admin: &mut MultiplexedConnection) -> redis::RedisResult<String> {
    let limit: (String, String) = redis::cmd("CONFIG").arg("GET").arg("maxmemory").query_async(admin).await?;
    Ok(limit.1)
}

async fn set_limit(admin: &mut MultiplexedConnection, limit: &str) -> redis::RedisResult<()> {
    redis::cmd("CONFIG").arg("SET").arg("maxmemory").arg(limit).query_async(admin).await
}

/// New keys all the time, for ever.
async fn write(mut admin: MultiplexedConnection) {
    let body = "j".repeat(BYTES);
    for round in 0_u64.. {
        let mut pipe = redis::pipe();
        for n in 0..KEYS {
            let key = format!("job:result:{}", round * KEYS + n);
            pipe.cmd("SETEX").arg(key).arg(LIFETIME).arg(&body).ignore();
        }
        // A cache that refuses them is asked again, as such jobs do.
        _ = pipe.query_async::<()>(&mut admin).await;
        clock::sleep(PAUSE).await;
    }
}
