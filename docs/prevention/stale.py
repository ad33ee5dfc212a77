"""Stale-while-revalidate: an old value is served while one request makes the new one.

A key lives for `fresh` + `stale` seconds, and is fresh while Redis says that more than `stale` of them are left (PTTL).
So no clock of a client is read, and an expiry that an operator moves (`stampede break freeze`) counts at once.
"""

import os
import random
import time
from concurrent.futures import ThreadPoolExecutor, wait

from lock import Lock, NotRebuilt, rebuild_under


def begin():
    """Rebuilds go on here after their request has been answered. Its size is the most that one process rebuilds at a time."""
    global REBUILDS
    REBUILDS = ThreadPoolExecutor(max_workers=8, thread_name_prefix="rebuild")


begin()
# The threads of a pool do not come along into a worker that is forked (gunicorn, celery): it begins with its own.
os.register_at_fork(after_in_child=begin)


def look(r, key, stale):
    """The value, or None, and whether it is fresh. One that never expires is fresh."""
    with r.pipeline(transaction=True) as pipe:
        value, left = pipe.get(key).pttl(key).execute()
    return value, value is not None and (left == -1 or left > stale * 1000)


def get_stale_while_revalidate(
    r, key, rebuild, fresh=300, stale=3600, soft=0.1, hard=5.0, lock_ttl=10.0, cooldown=1.0
):
    """The value of the key. Whoever rebuilds it waits `soft` seconds where there is an old value, `hard` seconds where there
    is none; the rebuild goes on. All others are served the old value at once. Errors: `NotRebuilt` after `hard` seconds,
    or what `rebuild` raises, where there is no old value."""
    deadline = time.monotonic() + hard
    while True:
        value, is_fresh = look(r, key, stale)
        if is_fresh:
            return value
        lock = Lock(r, key, lock_ttl)
        if lock.take():
            now, is_fresh = look(r, key, stale)
            if is_fresh:
                lock.release()
                return now
            made = REBUILDS.submit(rebuild_under, lock, rebuild, fresh + stale, cooldown)
            wait([made], soft if value is not None else deadline - time.monotonic())
            if made.done() and (value is None or made.exception() is None):
                return made.result()
            if value is None:
                raise NotRebuilt(key)
        if value is not None:
            return value
        if time.monotonic() >= deadline:
            raise NotRebuilt(key)
        time.sleep(0.05 * (0.5 + random.random()))
