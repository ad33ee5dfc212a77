"""What the forms of docs/prevention/ are held against.

The first three are the protocol's own, word for word but for the connection, which it opens anew in each call, and the lock's
time to live, which a test cannot wait 30 s for. The others are what is usually written for the strategies that the protocol
only names.
"""

import random
import threading
import time


def cache_with_lock(r, cache_key, expensive_function, ttl=300, lock_ttl=30.0):
    cached_value = r.get(cache_key)
    if cached_value:
        return cached_value

    lock_key = f"lock:{cache_key}"
    lock_acquired = r.set(lock_key, "1", nx=True, px=int(lock_ttl * 1000))

    if lock_acquired:
        try:
            new_value = expensive_function()
            r.setex(cache_key, ttl, new_value)
            return new_value
        finally:
            r.delete(lock_key)
    else:
        time.sleep(0.1)
        return r.get(cache_key) or expensive_function()


def get_with_early_expiration(r, cache_key, ttl=300, beta=1.0):
    cached_data = r.hmget(cache_key, ["value", "created"])
    if not cached_data[0]:
        return None

    age = time.time() - float(cached_data[1])
    early_expiry_threshold = ttl * beta * random.random()

    if age > early_expiry_threshold:
        return None

    return cached_data[0]


def set_with_jitter(r, cache_key, value, base_ttl=300, jitter_range=60):
    jittered_ttl = base_ttl + random.randint(-jitter_range, jitter_range)
    r.setex(cache_key, jittered_ttl, value)


def early_and_rebuild(r, key, rebuild, ttl=300):
    """How the caller of the protocol's early expiration goes on: None is a miss."""
    value = get_with_early_expiration(r, key, ttl)
    if value is None:
        value = rebuild()
        r.hset(key, mapping={"value": value, "created": time.time()})
        r.expire(key, ttl)
    return value


MUTEX = threading.Lock()


def cache_with_mutex(r, key, rebuild, ttl=300):
    """One after the other is not once."""
    cached = r.get(key)
    if cached is None:
        with MUTEX:
            cached = rebuild()
            r.setex(key, ttl, cached)
    return cached


class RememberingFlights:
    """Flights that are never forgotten: a failure is the answer for ever."""

    def __init__(self):
        self.mutex, self.ended = threading.Lock(), {}

    def do(self, key, work):
        with self.mutex:
            if key not in self.ended:
                try:
                    self.ended[key] = (work(), None)
                except Exception as error:
                    self.ended[key] = (None, error)
        value, error = self.ended[key]
        if error:
            raise error
        return value


def get_stale_while_revalidate(r, key, rebuild, fresh=300, stale=3600):
    """The end of freshness by the clock of whoever has written it, and a refresh in everybody's foreground."""
    value, until = r.hmget(key, ["value", "until"])
    if value is not None and time.time() < float(until):
        return value
    value = rebuild()
    r.hset(key, mapping={"value": value, "until": time.time() + fresh})
    r.expire(key, fresh + stale)
    return value


def get_or_absent(r, key, find, ttl=300):
    """A row that is empty or does not exist is looked for again and again."""
    cached = r.get(key)
    if cached:
        return cached
    row = find()
    if row:
        r.setex(key, ttl, row)
    return row


class Breaker:
    """Counts for itself, knows of no operator, and lets all through at once when its time is over."""

    def __init__(self, failures=5, cooldown=5.0):
        self.failures, self.cooldown, self.seen, self.opened = failures, cooldown, 0, None

    def call(self, rebuild):
        if self.opened is not None and time.monotonic() - self.opened < self.cooldown:
            raise RuntimeError("open")
        try:
            value = rebuild()
        except Exception:
            self.seen += 1
            if self.seen >= self.failures:
                self.opened = time.monotonic()
            raise
        self.seen, self.opened = 0, None
        return value


def allowed(r, key, limit=1, period=1, between=lambda: None):
    """A count of each window of the client's clock, which gets its end in a second command."""
    name = f"throttle:{key}:{int(time.time() // period)}"
    n = r.incr(name)
    between()
    r.expire(name, period)
    return n <= limit


def allowed_since_first(r, key, limit=1, period=1, between=lambda: None):
    """The same without a clock; what is left without an end is never allowed again."""
    name = f"throttle:{key}"
    n = r.incr(name)
    between()
    if n == 1:
        r.expire(name, period)
    return n <= limit
