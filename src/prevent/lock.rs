//! Distributed lock: a key is rebuilt once in the whole fleet. Its name and its rules are those of `break lock`
//! (`lock_dialect: "lock:{key}"`): a random token, a time to live, and released only by comparison (S15).

use std::fmt::Write as _;
use std::time::Duration;

use redis::aio::MultiplexedConnection;
use ring::rand::{SecureRandom as _, SystemRandom};

use crate::clock;
use crate::prevent::{Locking, Unserved, milliseconds};

const RELEASE: &str =
    "if redis.call('GET',KEYS[1])==ARGV[1] then return redis.call('DEL',KEYS[1]) end return 0";
const LIVES: &str =
    "if redis.call('GET',KEYS[1])==ARGV[1] then return redis.call('PEXPIRE',KEYS[1],ARGV[2]) end return 0";
/// In one step, so that nobody whose lock is gone writes over the value of the next holder.
const STORE: &str = "if redis.call('GET',KEYS[1])~=ARGV[1] then return 0 end \
                     redis.call('SET',KEYS[2],ARGV[2],'PX',ARGV[3]) redis.call('DEL',KEYS[1]) return 1";

/// The lock of one key, held until its time to live is over, or it is released. Dropping it does not release it: that is what a
/// process does that dies.
pub struct Lock {
    cache: MultiplexedConnection,
    key: String,
    name: String,
    token: String,
    ttl: Duration,
}

/// The name of the lock of a key.
pub fn name(key: &str) -> String {
    format!("lock:{key}")
}

impl Lock {
    /// Takes the lock; none: somebody holds it. Errors: the cache does not answer.
    pub async fn take(
        cache: &MultiplexedConnection,
        key: &str,
        ttl: Duration,
    ) -> Result<Option<Self>, Unserved> {
        let mut random = [0; 16];
        SystemRandom::new().fill(&mut random).map_err(|_| Unserved::cache("no random bytes for a token"))?;
        let mut token = String::new();
        random.iter().for_each(|byte| _ = write!(token, "{byte:02x}"));
        let mut lock = Self { cache: cache.clone(), key: key.to_owned(), name: name(key), token, ttl };
        let mut set = redis::cmd("SET");
        set.arg(&lock.name).arg(&lock.token).arg("NX").arg("PX").arg(milliseconds(ttl));
        let taken: Option<String> = set.query_async(&mut lock.cache).await.map_err(Unserved::cache)?;
        Ok(taken.map(|_| lock))
    }

    async fn eval(&self, script: &str, keys: &[&str], args: &[&[u8]]) -> Result<bool, Unserved> {
        let mut eval = redis::cmd("EVAL");
        eval.arg(script).arg(keys.len()).arg(keys).arg(&self.token).arg(args);
        let done: i64 = eval.query_async(&mut self.cache.clone()).await.map_err(Unserved::cache)?;
        Ok(done == 1)
    }

    async fn lives(&self, ttl: Duration) -> Result<bool, Unserved> {
        self.eval(LIVES, &[&self.name], &[milliseconds(ttl).to_string().as_bytes()]).await
    }

    /// Writes the value and releases the lock; false: it was not ours any more, and nothing was written. Errors: the cache does
    /// not answer.
    pub async fn store(self, value: &[u8], ttl: Duration) -> Result<bool, Unserved> {
        let ttl = milliseconds(ttl).to_string();
        self.eval(STORE, &[&self.name, &self.key], &[value, ttl.as_bytes()]).await
    }

    /// Releases the lock, if it is still ours; says whether it was. `after`: not at once, but so much later, and nobody tries
    /// meanwhile. Errors: the cache does not answer.
    pub async fn release(self, after: Duration) -> Result<bool, Unserved> {
        match after.is_zero() {
            true => self.eval(RELEASE, &[&self.name], &[]).await,
            false => self.lives(after).await,
        }
    }

    /// Waits for something, and renews the lock meanwhile: a time to live may be shorter than a rebuild. It ends by itself when
    /// that has taken longer than anything may.
    pub(super) async fn while_renewed<T>(&self, locking: &Locking, work: impl Future<Output = T>) -> T {
        let mut work = std::pin::pin!(work);
        let end = clock::instant() + locking.longest;
        let mut ours = true;
        loop {
            tokio::select! {
                done = &mut work => return done,
                () = clock::sleep(self.ttl / 3), if ours => {
                    ours = clock::instant() < end && self.lives(self.ttl).await.unwrap_or(true);
                }
            }
        }
    }
}
