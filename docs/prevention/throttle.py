"""Throttle per key: no key is rebuilt more often than so many times in so long, whatever else goes wrong.

The weakest of the forms, and the one that needs least: no lock to lose, no old value to keep. The operator's key
`app:throttle` (`stampede break flag`) holds another limit for as long as it lives; 0 rebuilds nothing.
"""

import random
import time

OPERATOR = "app:throttle"
# The count and its end are one step: a process that dies in between would leave a count that never ends. The period begins
# with the first rebuild and is measured by Redis: clients need not agree what time it is.
ALLOWED = (
    "local n=tonumber(redis.call('GET',KEYS[1]) or 0) if n>=tonumber(ARGV[1]) then return 0 end "
    "if redis.call('INCR',KEYS[1])==1 then redis.call('PEXPIRE',KEYS[1],ARGV[2]) end return 1"
)


class Throttled(Exception):
    """The key has been rebuilt as often as it may be, and is not there."""


def allowed(r, key, limit=1, period=1.0):
    """Whether the key may be rebuilt now; counts it if so. At most `limit` in a period, which begins with the first one."""
    operator = r.get(OPERATOR)
    if operator is not None and operator.isdigit():
        limit = int(operator)
    return bool(r.eval(ALLOWED, 1, f"throttle:{key}", limit, int(period * 1000)))


def cache_with_throttle(r, key, rebuild, ttl=300, limit=1, period=1.0, wait=5.0):
    """The value of the key. Errors: `Throttled` after `wait` seconds; what `rebuild` raises."""
    deadline = time.monotonic() + wait
    while True:
        cached = r.get(key)
        if cached is not None:
            return cached
        if allowed(r, key, limit, period):
            value = rebuild()
            r.set(key, value, px=int(ttl * 1000))
            return value
        if time.monotonic() >= deadline:
            raise Throttled(key)
        # Those who wait do not come back all at once.
        time.sleep(0.05 * (0.5 + random.random()))
