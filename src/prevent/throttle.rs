//! Throttle per key: no key is rebuilt more often than so many times in so long, whatever else goes wrong.

use redis::aio::MultiplexedConnection;

use crate::prevent::{Throttle, Unserved, milliseconds};

/// The count and its end are one step: a process that dies in between would leave a count that never ends.
const ALLOWED: &str = "local n=tonumber(redis.call('GET',KEYS[1]) or 0) \
                       if n>=tonumber(ARGV[1]) then return 0 end \
                       if redis.call('INCR',KEYS[1])==1 then redis.call('PEXPIRE',KEYS[1],ARGV[2]) end return 1";

/// Whether the key may be rebuilt now; counts it if so. The operator's key, while it is there, says the limit (`break flag`).
/// Errors: the cache does not answer.
pub async fn allowed(
    cache: &MultiplexedConnection,
    key: &str,
    throttle: &Throttle,
) -> Result<bool, Unserved> {
    let mut cache = cache.clone();
    let operator: Option<String> = match &throttle.operator {
        Some(key) => redis::cmd("GET").arg(key).query_async(&mut cache).await.map_err(Unserved::cache)?,
        None => None,
    };
    let limit = operator.and_then(|limit| limit.parse().ok()).unwrap_or(throttle.limit);
    let mut eval = redis::cmd("EVAL");
    eval.arg(ALLOWED).arg(1).arg(format!("throttle:{key}")).arg(limit).arg(milliseconds(throttle.period));
    let allowed: i64 = eval.query_async(&mut cache).await.map_err(Unserved::cache)?;
    Ok(allowed == 1)
}
