"""Probabilistic early expiration (XFetch): the hotter a key and the dearer its rebuild, the earlier one request refreshes it.

Vattani, Chierichetti, Lowenstein: Optimal Probabilistic Cache Stampede Prevention, VLDB 2015.
What is left of the time to live is asked of Redis (PTTL). No clock of a client is compared with that of another one.
"""

import math
import random
import time

from lock import Lock, cache_with_lock, rebuild_under


def refresh_now(left, cost, beta=1.0, draw=random.random):
    """Whether this request refreshes the key. `left`: seconds until it expires; `cost`: seconds that a rebuild takes.
    On the average it happens `cost * beta` seconds before the end for one reader, and earlier with many of them."""
    return cost * beta * -math.log(1.0 - draw()) >= left


def timed(rebuild):
    """The value with what it has cost: `SECONDS VALUE`."""

    def made():
        began = time.monotonic()
        value = rebuild()
        return b"%.6f " % (time.monotonic() - began) + value

    return made


def get_with_early_expiration(r, key, rebuild, ttl=300, beta=1.0, lock_ttl=10.0, wait=5.0):
    """The value of the key. A refresh before the end is made by one request, under the lock; the others, and this one
    when the rebuild fails, are served the value that is still good."""
    with r.pipeline(transaction=True) as pipe:
        stored, left = pipe.get(key).pttl(key).execute()
    if stored is None:
        stored = cache_with_lock(r, key, timed(rebuild), ttl, lock_ttl, wait)
    elif left > 0 and refresh_now(left / 1000, float(stored.split(b" ", 1)[0]), beta):
        lock = Lock(r, key, lock_ttl)
        if lock.take():
            now = r.get(key)
            if now != stored:
                # Somebody has refreshed it between the look and the lock.
                lock.release()
                return (now or stored).split(b" ", 1)[1]
            try:
                stored = rebuild_under(lock, timed(rebuild), ttl)
            except Exception:
                pass  # Still good; the next try comes after the lock's cooldown.
    return stored.split(b" ", 1)[1]
