"""Distributed lock: a key is rebuilt once in the whole fleet, and the others wait for the value.

The lock's name is `lock:KEY`, as `lock_dialect: "lock:{key}"` says to `stampede break lock`. It holds a random token, has
a time to live, and is released only by comparison, so an operator and the application respect each other's locks.
In a Redis Cluster the lock must live in the slot of its key: name it `lock:{KEY}` there, which is the dialect "lock:{{key}}".
"""

import random
import secrets
import threading
import time

RELEASE = "if redis.call('GET',KEYS[1])==ARGV[1] then return redis.call('DEL',KEYS[1]) end return 0"
LIVES = "if redis.call('GET',KEYS[1])==ARGV[1] then return redis.call('PEXPIRE',KEYS[1],ARGV[2]) end return 0"
# In one step, so that nobody whose lock is gone writes over the value of the next holder.
STORE = (
    "if redis.call('GET',KEYS[1])~=ARGV[1] then return 0 end "
    "redis.call('SET',KEYS[2],ARGV[2],'PX',ARGV[3]) redis.call('DEL',KEYS[1]) return 1"
)


class NotRebuilt(Exception):
    """Nobody has rebuilt the key in time. The database was left alone."""


class Lock:
    """The lock of one key. Its time to live may be shorter than a rebuild: it is renewed until then, and no longer
    than `longest` seconds, so that a rebuild that hangs does not hold it for ever."""

    def __init__(self, r, key, ttl=10.0, longest=60.0):
        self.r, self.key, self.name = r, key, f"lock:{key}"
        self.ttl, self.longest = ttl, longest
        self.token = secrets.token_hex(16)
        self.over = threading.Event()

    def take(self):
        if not self.r.set(self.name, self.token, nx=True, px=int(self.ttl * 1000)):
            return False
        threading.Thread(target=self._renew, daemon=True).start()
        return True

    def _renew(self):
        end = time.monotonic() + self.longest
        while not self.over.wait(self.ttl / 3) and time.monotonic() < end:
            if not self.r.eval(LIVES, 1, self.name, self.token, int(self.ttl * 1000)):
                return

    def store(self, value, ttl):
        """Writes the value and releases the lock. False: the lock was not ours any more, and nothing was written."""
        self.over.set()
        return bool(self.r.eval(STORE, 2, self.name, self.key, self.token, value, int(ttl * 1000)))

    def release(self, after=0.0):
        """Releases it if it is still ours: at once, or `after` seconds, in which nobody tries again."""
        self.over.set()
        if after > 0:
            return bool(self.r.eval(LIVES, 1, self.name, self.token, int(after * 1000)))
        return bool(self.r.eval(RELEASE, 1, self.name, self.token))


def rebuild_under(lock, rebuild, ttl, cooldown=1.0):
    """Rebuilds the key under its lock. `ttl` is in seconds, or says it of a value. When the rebuild fails, the lock stays for `cooldown` seconds: a database that is in
    trouble is asked once in that time, not once by each waiter in turn."""
    try:
        value = rebuild()
    except BaseException:
        lock.release(after=cooldown)
        raise
    if lock.store(value, ttl(value) if callable(ttl) else ttl):
        return value
    theirs = lock.r.get(lock.key)
    return value if theirs is None else theirs


def cache_with_lock(r, key, rebuild, ttl=300, lock_ttl=10.0, wait=5.0, cooldown=1.0):
    """The value of the key. Errors: `NotRebuilt` after `wait` seconds; what `rebuild` raises, for the one who called it."""
    deadline = time.monotonic() + wait
    while True:
        cached = r.get(key)
        if cached is not None:
            return cached
        lock = Lock(r, key, lock_ttl)
        if lock.take():
            # It may have come back between the look and the lock.
            cached = r.get(key)
            if cached is not None:
                lock.release()
                return cached
            return rebuild_under(lock, rebuild, ttl, cooldown)
        if time.monotonic() >= deadline:
            raise NotRebuilt(key)
        # Whoever holds the lock may die: it is tried again, never the database.
        time.sleep(0.05 * (0.5 + random.random()))
