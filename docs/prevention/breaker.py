"""Circuit breaker with stale fallback: a database that fails is left alone, and users are served what is at hand.

Its state is in Redis, so that one app server's bad experience counts for all. It is open while the operator's key says so
(`stampede break flag circuit_breaker`, with `flags: { circuit_breaker: { key: "app:breaker", value: "open" } }`), and for
`cooldown` seconds after `failures` failures within `window` seconds. Then one request at a time tries the database.
"""

from stale import get_stale_while_revalidate, look

OPERATOR = "app:breaker"
# In braces, so that a cluster keeps them in one slot.
FAILURES, TRIPPED, DOUBT, PROBE = (f"{{app:breaker}}:{part}" for part in ("failures", "tripped", "doubt", "probe"))
# Counts a failure, and opens at the limit, or at once when it was the probe that failed.
FAILED = (
    "local n=redis.call('INCR',KEYS[1]) if n==1 then redis.call('PEXPIRE',KEYS[1],ARGV[1]) end "
    "if n>=tonumber(ARGV[2]) or redis.call('EXISTS',KEYS[3])==1 then "
    "redis.call('SET',KEYS[2],'1','PX',ARGV[3]) redis.call('SET',KEYS[3],'1','EX',86400) "
    "redis.call('DEL',KEYS[1],KEYS[4]) end return n"
)


class Open(Exception):
    """The breaker is open, and there is no old value to serve."""


class Breaker:
    """The breaker of one database."""

    def __init__(self, r, failures=5, window=10.0, cooldown=5.0, probe=10.0):
        self.r, self.failures, self.window, self.cooldown, self.probe = r, failures, window, cooldown, probe

    def is_open(self):
        """Whether the database is to be left alone."""
        operator, tripped = self.r.mget(OPERATOR, TRIPPED)
        return operator == b"open" or tripped is not None

    def watching(self, rebuild):
        """The same rebuild, whose outcome counts. After a cooldown it is made once in `probe` seconds until one succeeds;
        else `Open`."""

        def watched():
            if self.r.exists(DOUBT) and not self.r.set(PROBE, "1", nx=True, px=int(self.probe * 1000)):
                raise Open("one request tries the database")
            try:
                value = rebuild()
            except Exception:
                times = int(self.window * 1000), self.failures, int(self.cooldown * 1000)
                self.r.eval(FAILED, 4, FAILURES, TRIPPED, DOUBT, PROBE, *times)
                raise
            self.r.delete(FAILURES, DOUBT, PROBE)
            return value

        return watched


def cache_with_breaker(breaker, key, rebuild, fresh=300, stale=86400, **timeouts):
    """The value of the key: an old one where the breaker is open or the rebuild fails. Errors: `Open`, or what `rebuild`
    raises, where there is none."""
    value, is_fresh = look(breaker.r, key, stale)
    if is_fresh:
        return value
    if not breaker.is_open():
        return get_stale_while_revalidate(breaker.r, key, breaker.watching(rebuild), fresh, stale, **timeouts)
    if value is None:
        raise Open(key)
    return value
