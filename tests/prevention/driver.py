"""driver.py PORT FORM CHECK...: does checks to the `right` or the `naive` form, on the Redis at that port, and prints for each
what it has seen, as JSON. What is right is said in the tests (mod.rs). The first check finds Redis as it is; before each of the
others it is emptied."""

import json
import os
import random
import signal
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../../docs/prevention"))

import breaker
import coalesce
import early
import jitter
import lock
import naive
import negative
import stale
import throttle
from crowd import REQUESTS, THREADS, Database, client, crowd, kill, skewed, start, until

KEY = "user:profile:7"
CHECKS = {}


def check(name):
    return lambda do: CHECKS.setdefault(name, do)


def get_with_lock(right, r, rebuild, lock_ttl=30.0, **more):
    if right:
        return lock.cache_with_lock(r, KEY, rebuild, lock_ttl=lock_ttl, wait=30.0, **more)
    return naive.cache_with_lock(r, KEY, rebuild, lock_ttl=lock_ttl)


# Distributed lock.


@check("lock-expiry")
def lock_expiry(port, r, right):
    db = Database(r)
    seen = crowd(port, lambda r: get_with_lock(right, r, Database(r).slow))
    return {"rebuilds": db.asked, "seen": seen, "locked": r.exists(f"lock:{KEY}")}


@check("lock-holder-dies")
def lock_holder_dies(port, r, right):
    db = Database(r)
    holder = start(port, lambda r: get_with_lock(right, r, lambda: Database(r).until_told("holder"), 1.0))
    db.until_in("holder")
    kill(holder)
    r.set("test:asked", 0)
    seen = crowd(port, lambda r: get_with_lock(right, r, Database(r).slow, 1.0))
    return {"rebuilds": db.asked, "seen": seen}


@check("lock-shorter-than-rebuild")
def lock_shorter(port, r, right):
    db = Database(r)
    # The time to live is over many times before the crowd is there and the statement ends.
    holder = start(port, lambda r: get_with_lock(right, r, lambda: Database(r).until_told("holder"), 0.3))
    db.until_in("holder")
    ends = time.monotonic() + 1.0

    def meanwhile():
        until(lambda: int(r.get("test:arrived") or 0) >= REQUESTS and time.monotonic() > ends, "a crowd")
        db.tell("holder")

    seen = crowd(port, lambda r: get_with_lock(right, r, Database(r).slow, 0.3), meanwhile=meanwhile)
    return {"rebuilds": db.asked, "seen": seen}


def stopped_holder(port, r, right, fails=False):
    """A holder that stands still (SIGSTOP: a long collection of garbage, a paused machine) until its lock has run out."""
    db = Database(r)

    def rebuild(r):
        value = Database(r).until_told("first", b"old")
        if fails:
            raise RuntimeError("the database is down")
        return value

    def request(r):
        try:
            get_with_lock(right, r, lambda: rebuild(r), 0.5, **({"cooldown": 0.0} if right else {}))
        except RuntimeError:
            pass

    first = start(port, request)
    db.until_in("first")
    os.kill(first.pid, signal.SIGSTOP)
    until(lambda: not r.exists(f"lock:{KEY}"), "the lock runs out")
    second = start(port, lambda r: get_with_lock(right, r, lambda: Database(r).until_told("second", b"new")))
    db.until_in("second")
    return db, first, second


def goes_on(db, first):
    db.tell("first")
    os.kill(first.pid, signal.SIGCONT)
    first.join()


@check("lock-of-another")
def lock_of_another(port, r, right):
    db, first, second = stopped_holder(port, r, right)
    held = r.get(f"lock:{KEY}")
    goes_on(db, first)
    still = r.get(f"lock:{KEY}") == held
    early_value = r.get(KEY)
    db.tell("second")
    second.join()
    return {"still_held": still, "early_value": early_value and early_value.decode()}


@check("lock-of-another-fails")
def lock_of_another_fails(port, r, right):
    """The same, and the rebuild of the first one fails: it has nothing to write, but a lock to release."""
    db, first, second = stopped_holder(port, r, right, fails=True)
    held = r.get(f"lock:{KEY}")
    goes_on(db, first)
    still = r.get(f"lock:{KEY}") == held
    db.tell("second")
    second.join()
    return {"still_held": still}


@check("lock-late-writer")
def lock_late_writer(port, r, right):
    db, first, second = stopped_holder(port, r, right)
    db.tell("second")
    second.join()
    between = r.get(KEY).decode()
    goes_on(db, first)
    return {"between": between, "after": r.get(KEY).decode()}


@check("lock-skew")
def lock_skew(port, r, right):
    db = Database(r)

    def request(r):
        off = 30 if r.incr("test:process") % 2 else -30
        return skewed(off, lambda: get_with_lock(right, r, Database(r, 8).slow))

    # A process has one clock: so one request in each.
    seen = crowd(port, request, processes=8, threads=1)
    return {"rebuilds": db.asked, "seen": seen}


@check("lock-empty-value")
def lock_empty(port, r, right):
    db = Database(r, 0)
    for _ in range(10):
        get_with_lock(right, r, lambda: db.quick(b""))
    return {"rebuilds": db.asked}


@check("lock-rebuild-fails")
def lock_fails(port, r, right):
    db = Database(r)

    def request(r):
        if right:
            return lock.cache_with_lock(r, KEY, Database(r).failing, wait=1.0, cooldown=30.0)
        return get_with_lock(right, r, Database(r).failing)

    seen = crowd(port, request)
    return {"rebuilds": db.asked, "seen": seen}


@check("lock-operator")
def lock_operator(port, r, right):
    """The operator holds the lock, has the key rebuilt, and lets go (`break lock`)."""
    db = Database(r)
    token = "op:anna@bastion:night:00ff"
    r.set(f"lock:{KEY}", token, nx=True, px=30_000)

    def meanwhile():
        until(lambda: int(r.get("test:arrived") or 0) >= REQUESTS, "a crowd")
        # Longer than the naive form waits: what it does then is the point. The right one has no such moment.
        end = time.monotonic() + 0.5
        until(lambda: time.monotonic() > end or db.asked >= REQUESTS, "half a second")
        r.set(KEY, b"operator", px=300_000)
        r.eval(lock.RELEASE, 1, f"lock:{KEY}", token)

    seen = crowd(port, lambda r: get_with_lock(right, r, Database(r).slow), meanwhile=meanwhile)
    return {"rebuilds": db.asked, "seen": seen}


@check("lock-waiters")
def lock_waiters(port, r, right):
    """Requests that wait for whoever holds the lock, until it is released: for the tests, which hold it by `break lock`."""
    seen = crowd(port, lambda r: get_with_lock(right, r, Database(r).quick))
    return {"rebuilds": Database(r).asked, "seen": seen}


@check("lock-holds")
def lock_holds(port, r, right):
    """A request whose rebuild ends when it is told to."""
    get_with_lock(right, r, lambda: Database(r).until_told("holder"))
    return {"rebuilds": Database(r).asked}


# Probabilistic early expiration.


def get_early(right, r, rebuild, ttl=300):
    if right:
        return early.get_with_early_expiration(r, KEY, rebuild, ttl, wait=30.0)
    return naive.early_and_rebuild(r, KEY, rebuild, ttl)


def seed_early(right, r, age, ttl, cost=0.2):
    """A value of this age."""
    if right:
        r.set(KEY, b"%.6f value" % cost, px=int((ttl - age) * 1000))
    else:
        r.hset(KEY, mapping={"value": b"value", "created": time.time() - age})
        r.expire(KEY, int(ttl - age))


@check("early-expiry")
def early_expiry(port, r, right):
    db = Database(r)
    seen = crowd(port, lambda r: get_early(right, r, Database(r).slow))
    return {"rebuilds": db.asked, "seen": seen}


@check("early-young")
def early_young(port, r, right):
    """A thousand reads of a value that is a third of its life old and takes 0.2 s to make."""
    db = Database(r, 0)
    for _ in range(1000):
        seed_early(right, r, 100, 300)
        get_early(right, r, db.quick)
    return {"rebuilds": db.asked}


@check("early-due")
def early_due(port, r, right):
    """The whole crowd reads a value that is due: it ends in 30 s, and takes an hour to make."""
    db = Database(r)
    seed_early(right, r, 270, 300, cost=36_000.0)
    seen = crowd(port, lambda r: get_early(right, r, lambda: Database(r).slow(b"new")))
    return {"rebuilds": db.asked, "seen": seen}


@check("early-skew")
def early_skew(port, r, right):
    """A client whose clock is 30 s ahead reads a fresh value that lives for 20 s, one hundred times."""
    db = Database(r, 0)
    for _ in range(100):
        seed_early(right, r, 0, 20)
        skewed(30, lambda: get_early(right, r, db.quick, 20))
    return {"rebuilds": db.asked}


@check("early-fails")
def early_fails(port, r, right):
    """The early refresh fails while the value is still good."""
    db = Database(r)
    seed_early(right, r, 270, 300, cost=36_000.0)
    seen = crowd(port, lambda r: get_early(right, r, Database(r).failing))
    return {"rebuilds": db.asked, "seen": seen}


@check("early-empty")
def early_empty(port, r, right):
    db = Database(r, 0)
    for _ in range(10):
        get_early(right, r, lambda: db.quick(b""))
    return {"rebuilds": db.asked}


def refreshes(due_now, reads, ttl=300.0, cost=0.2, lives=2, alone=False):
    """Refreshes that are begun in a time to live, without a server and without a clock: so many reads a second, and a
    rebuild that takes so long. `alone`: while one is under way, no other is begun, as under a lock."""
    draw = random.Random(7).random
    begun, born, back = 0, 0.0, None
    for n in range(int(lives * ttl * reads)):
        now = n / reads
        if back is not None and now >= back:
            born, back = back, None
        if not (alone and back is not None) and due_now(now - born, ttl, cost, draw):
            begun += 1
            back = back or now + cost
    return begun / lives


def due_by_xfetch(age, ttl, cost, draw):
    return early.refresh_now(ttl - age, cost, draw=draw)


def due_by_protocol(age, ttl, _cost, draw, beta=1.0):
    return age > ttl * beta * draw()


@check("early-refreshes")
def early_refreshes(port, r, right, reads=1000, lives=2):
    """The two formulas, both without a lock; and the right form, which has one."""
    if right:
        with_lock = refreshes(due_by_xfetch, reads, lives=lives, alone=True)
        return {"per_ttl": refreshes(due_by_xfetch, reads, lives=lives), "with_lock": with_lock}
    return {"per_ttl": refreshes(due_by_protocol, reads, lives=lives)}


# Jittered expiration.


@check("jitter-spread")
def jitter_spread(port, r, right):
    """4 processes write 8000 keys at the same moment: how many of them end in the fullest second, and how long the longest lives."""

    def write(r):
        with r.pipeline(transaction=False) as pipe:
            for _ in range(200):
                key = f"user:{random.getrandbits(64)}"
                if right:
                    jitter.set_with_jitter(pipe, key, b"x", 3600)
                else:
                    naive.set_with_jitter(pipe, key, b"x", 3600)
            pipe.execute()

    crowd(port, write)
    keys = list(r.scan_iter("user:*", count=1000))
    with r.pipeline(transaction=False) as pipe:
        for key in keys:
            pipe.pexpiretime(key) if hasattr(pipe, "pexpiretime") else pipe.execute_command("PEXPIRETIME", key)
        ends = [end // 1000 for end in pipe.execute()]
    return {
        "keys": len(keys),
        "fullest_second": max(ends.count(second) for second in set(ends)),
        "longest": max(r.ttl(key) for key in keys[:2000]),
    }


@check("jitter-short")
def jitter_short(port, r, right):
    """Times to live as short as the jitter."""
    refused = 0
    for _ in range(200):
        try:
            (jitter.set_with_jitter if right else naive.set_with_jitter)(r, KEY, b"x", 30)
        except Exception:
            refused += 1
    return {"refused": refused}


# Request coalescing.


def coalescing(right, flights, r, rebuild):
    if right:
        return coalesce.cache_with_coalescing(flights, r, KEY, rebuild, wait=30.0)
    return naive.cache_with_mutex(r, KEY, rebuild)


@check("coalesce-expiry")
def coalesce_expiry(port, r, right):
    db = Database(r)
    # Made before the fork: each process has a copy of its own.
    flights = coalesce.SingleFlight()
    seen = crowd(port, lambda r: coalescing(right, flights, r, Database(r).slow))
    return {"rebuilds": db.asked, "seen": seen}


@check("coalesce-alone")
def coalesce_alone(port, r, right):
    """Without the lock under it: one for each process."""
    db = Database(r)
    flights = coalesce.SingleFlight()

    def request(r):
        if right:
            return flights.do(KEY, Database(r).slow, 30.0)
        with naive.MUTEX:
            return Database(r).slow()

    seen = crowd(port, request)
    return {"rebuilds": db.asked, "seen": seen, "of_a_process": THREADS}


@check("coalesce-fails")
def coalesce_fails(port, r, right):
    """A flight fails; the one after it, with a database that is back, does not."""
    flights = coalesce.SingleFlight() if right else naive.RememberingFlights()
    db = Database(r, THREADS)
    seen = crowd(port, lambda r: flights.do(KEY, Database(r, THREADS).failing), processes=1)
    failed = db.asked
    outcomes = []
    for work in (db.failing, db.quick):
        try:
            outcomes.append(flights.do(KEY, work).decode())
        except RuntimeError:
            outcomes.append("RuntimeError")
    return {"rebuilds": failed, "seen": seen, "then": outcomes}


@check("coalesce-leader-dies")
def coalesce_leader_dies(port, r, right):
    """A process with a flight and those who have joined it is killed."""
    db = Database(r)
    flights = coalesce.SingleFlight()

    def leads(r):
        work = lambda: Database(r).until_told("leader")
        if right:
            coalesce.cache_with_coalescing(flights, r, KEY, work, wait=30.0, lock_ttl=1.0)
        else:
            naive.cache_with_lock(r, KEY, work, lock_ttl=1.0)

    leader = start(port, leads)
    db.until_in("leader")
    kill(leader)
    r.set("test:asked", 0)
    seen = crowd(port, lambda r: coalescing(right, flights, r, Database(r).slow))
    return {"rebuilds": db.asked, "seen": seen}


# Stale-while-revalidate.


def get_stale(right, r, rebuild, **times):
    if right:
        return stale.get_stale_while_revalidate(r, KEY, rebuild, **{"hard": 30.0, **times})
    return naive.get_stale_while_revalidate(r, KEY, rebuild)


def seed_stale(right, r, fresh=-1.0):
    """An old value, which is fresh for so many seconds more."""
    if right:
        r.set(KEY, b"old", px=int((3600 + fresh) * 1000))
    else:
        r.hset(KEY, mapping={"value": b"old", "until": time.time() + fresh})
        r.expire(KEY, 3600)


@check("stale-expiry")
def stale_expiry(port, r, right):
    db = Database(r)
    seed_stale(right, r)
    seen = crowd(port, lambda r: get_stale(right, r, lambda: Database(r).slow(b"new"), soft=0.05))
    return {"rebuilds": db.asked, "seen": seen}


@check("stale-soft")
def stale_soft(port, r, right):
    """The rebuild does not end before all have been answered; then it does, and the cache has the new value."""
    db = Database(r)
    seed_stale(right, r)
    if right:
        # The process that rebuilds lives on, as an app server does.
        value = get_stale(right, r, lambda: db.until_told("rebuild", b"new"), soft=0.05)
        answered = db.asked == 1 and not r.exists("test:go:rebuild")
        seen = crowd(port, lambda r: get_stale(right, r, lambda: Database(r).quick(b"new")))
        db.tell("rebuild")
        until(lambda: r.get(KEY) == b"new", "the value comes")
        return {"rebuilds": db.asked, "answered": answered, "first": value.decode(), "seen": seen, "after": "new"}
    request = start(port, lambda r: r.set("test:answer", get_stale(right, r, lambda: Database(r).until_told("rebuild", b"new"))))
    db.until_in("rebuild")
    # Whoever asks is kept until the database answers.
    answered = r.exists("test:answer") == 1
    seen = crowd(port, lambda r: get_stale(right, r, lambda: Database(r).quick(b"new")))
    db.tell("rebuild")
    request.join()
    return {"rebuilds": db.asked, "answered": answered, "first": r.get("test:answer").decode(), "seen": seen, "after": "new"}


@check("stale-hard")
def stale_hard(port, r, right):
    """There is no old value, and the rebuild does not end: all are told so, and one rebuild is under way."""
    db = Database(r)
    if right:
        first = None
        try:
            get_stale(right, r, lambda: db.until_told("rebuild", b"new"), hard=0.3)
        except lock.NotRebuilt:
            first = "NotRebuilt"
        seen = crowd(port, lambda r: get_stale(right, r, lambda: Database(r).quick(b"new"), hard=0.3))
        db.tell("rebuild")
        until(lambda: r.get(KEY) == b"new", "the value comes")
    else:
        request = start(port, lambda r: get_stale(right, r, lambda: Database(r).until_told("rebuild", b"new")))
        db.until_in("rebuild")
        first = None
        seen = crowd(port, lambda r: get_stale(right, r, lambda: Database(r).slow(b"new")))
        db.tell("rebuild")
        request.join()
    return {"rebuilds": db.asked, "first": first, "seen": seen}


@check("stale-skew")
def stale_skew(port, r, right):
    """A client whose clock is 30 s ahead reads a value that is fresh for 20 s more; one that is 30 s behind, one that has been old for 20 s."""
    db = Database(r, 0)
    seed_stale(right, r, fresh=20.0)
    skewed(30, lambda: get_stale(right, r, lambda: db.quick(b"new")))
    needless = db.asked
    seed_stale(right, r, fresh=-20.0)
    skewed(-30, lambda: get_stale(right, r, lambda: db.quick(b"new"), soft=30.0))
    return {"needless": needless, "missed": needless + 1 - db.asked}


@check("stale-fails")
def stale_fails(port, r, right):
    db = Database(r)
    seed_stale(right, r)
    seen = crowd(port, lambda r: get_stale(right, r, Database(r).failing, soft=30.0, cooldown=30.0))
    return {"rebuilds": db.asked, "seen": seen}


@check("stale-holder-dies")
def stale_holder_dies(port, r, right):
    db = Database(r)
    seed_stale(right, r)
    holder = start(port, lambda r: get_stale(right, r, lambda: Database(r).until_told("holder"), soft=30.0, lock_ttl=1.0))
    db.until_in("holder")
    kill(holder)
    r.set("test:asked", 0)
    until(lambda: not r.exists(f"lock:{KEY}"), "the lock of the dead runs out")
    seen = crowd(port, lambda r: get_stale(right, r, lambda: Database(r).slow(b"new"), soft=30.0))
    return {"rebuilds": db.asked, "seen": seen}


# Negative caching.


def get_absent(right, r, find, **more):
    return negative.get_or_absent(r, KEY, find, wait=30.0, **more) if right else naive.get_or_absent(r, KEY, find)


@check("negative-absent")
def negative_absent(port, r, right):
    db = Database(r)
    seen = crowd(port, lambda r: get_absent(right, r, lambda: Database(r).slow(None)))
    for _ in range(10):
        get_absent(right, r, lambda: db.quick(None))
    return {"rebuilds": db.asked, "seen": seen, "lives_ms": max(0, r.pttl(KEY))}


@check("negative-empty")
def negative_empty(port, r, right):
    db = Database(r, 0)
    values = {get_absent(right, r, lambda: db.quick(b"")) for _ in range(10)}
    return {"rebuilds": db.asked, "values": [value.decode() for value in values]}


@check("negative-fails")
def negative_fails(port, r, right):
    """An error of the database is no answer: the row is there when it is back."""
    db = Database(r)

    def swallowing():
        # The usual mistake: an error reads as no row.
        try:
            return db.failing_now()
        except RuntimeError:
            return None

    try:
        get_absent(True, r, db.failing_now if right else swallowing, cooldown=0.01)
    except RuntimeError:
        pass
    value = get_absent(True, r, lambda: db.quick(b"row"))
    return {"then": value and value.decode()}


@check("negative-holder-dies")
def negative_holder_dies(port, r, right):
    db = Database(r)
    holder = start(port, lambda r: get_absent(right, r, lambda: Database(r).until_told("holder"), **({"lock_ttl": 1.0} if right else {})))
    db.until_in("holder")
    kill(holder)
    r.set("test:asked", 0)
    seen = crowd(port, lambda r: get_absent(right, r, lambda: Database(r).slow(None)))
    return {"rebuilds": db.asked, "seen": seen}


# Circuit breaker with stale fallback.


@check("breaker-fails")
def breaker_fails(port, r, right):
    """The database is down. 4 app servers are asked for 50 keys each, of which there are old values."""
    for n in range(200):
        r.set(f"page:{n}", b"old", px=3_000_000)

    def serves(r):
        process = r.incr("test:process") - 1
        mine = breaker.Breaker(r, cooldown=60.0) if right else naive.Breaker(cooldown=60.0)
        outcomes = []
        for n in range(50 * process, 50 * process + 50):
            down = Database(r).failing_now
            try:
                outcomes.append(
                    breaker.cache_with_breaker(mine, f"page:{n}", down, soft=30.0) if right else mine.call(down)
                )
            except RuntimeError:
                outcomes.append(b"error")
        return b"served" if outcomes == [b"old"] * 50 else b"not served"

    seen = crowd(port, serves, threads=1)
    return {"rebuilds": Database(r).asked, "seen": seen}


@check("breaker-probe")
def breaker_probe(port, r, right):
    """The breaker has opened, and its cooldown is over; the database is still down. The whole crowd comes at once."""
    db = Database(r)
    r.set(KEY, b"old", px=3_000_000)
    mine = breaker.Breaker(r, failures=1, cooldown=0.2) if right else naive.Breaker(1, 0.2)

    def request(r, down=None):
        down = down or Database(r).failing
        if right:
            one = breaker.Breaker(r, failures=1, cooldown=60.0)
            return breaker.cache_with_breaker(one, f"page:{random.getrandbits(64)}", down)
        return mine.call(down)

    try:
        if right:
            breaker.cache_with_breaker(mine, KEY, db.failing_now, soft=30.0)
        else:
            mine.call(db.failing_now)
    except RuntimeError:
        pass
    if right:
        until(lambda: not r.exists(breaker.TRIPPED), "the cooldown ends")
    else:
        until(lambda: time.monotonic() - mine.opened > mine.cooldown, "the cooldown ends")
    r.set("test:asked", 0)
    seen = crowd(port, request)
    return {"rebuilds": db.asked, "seen": seen}


@check("breaker-closes")
def breaker_closes(port, r, right):
    """One request finds the database well again: it is closed for all."""
    db = Database(r, 0)
    one = breaker.Breaker(r, failures=1, cooldown=0.2)
    other = breaker.Breaker(client(port), failures=1, cooldown=0.2)
    outcomes = []

    def ask(mine, key, rebuild):
        try:
            outcomes.append(breaker.cache_with_breaker(mine, key, rebuild).decode())
        except (RuntimeError, breaker.Open) as error:
            outcomes.append(type(error).__name__)

    ask(one, "page:1", db.failing_now)
    ask(other, "page:2", db.quick)
    until(lambda: not r.exists(breaker.TRIPPED), "the cooldown ends")
    ask(other, "page:3", db.quick)
    ask(one, "page:4", db.quick)
    return {"outcomes": outcomes, "rebuilds": db.asked}


@check("breaker-operator")
def breaker_operator(port, r, right):
    """For the tests, which set the flag by `break flag`: the whole crowd asks for an old value and for one that is not there."""
    db = Database(r)
    mine = None if right else naive.Breaker()
    r.set(KEY, b"old", px=3_000_000)

    def request(r):
        rebuild = lambda: Database(r).slow(b"new")
        if right:
            return breaker.cache_with_breaker(breaker.Breaker(r), KEY, rebuild, soft=30.0)
        return mine.call(rebuild)

    return {"rebuilds": db.asked, "seen": crowd(port, request), "after": db.asked}


# Throttle per key.


@check("throttle-expiry")
def throttle_expiry(port, r, right):
    db = Database(r)

    def request(r):
        if right:
            return throttle.cache_with_throttle(r, KEY, Database(r).slow, period=60.0, wait=30.0)
        cached = r.get(KEY)
        if cached is None:
            # In each process for itself.
            with naive.MUTEX:
                cached = Database(r).slow()
                r.setex(KEY, 300, cached)
        return cached

    seen = crowd(port, request)
    return {"rebuilds": db.asked, "seen": seen}


@check("throttle-skew")
def throttle_skew(port, r, right):
    """Half of the clients' clocks are 30 s ahead. One rebuild a minute is allowed."""
    names = throttle if right else naive

    def request(r):
        ahead = 30 * (r.incr("test:process") % 2)
        # In the middle of the first half of a minute, so that 30 s more are the other half for whoever counts by clocks.
        base = 30 * (time.time() // 30) - time.time() + 1
        return str(skewed(base + ahead, lambda: names.allowed(r, KEY, 1, 30))).encode()

    seen = crowd(port, request, processes=8, threads=1)
    return {"allowed": seen.get("True", 0), "seen": seen}


@check("throttle-dies")
def throttle_dies(port, r, right):
    """A process is killed while it counts. Whether the count ends."""

    def stands(r):
        r.set("test:in:count", 1)
        until(lambda: False, "nobody tells it to go on")

    def counts(r):
        if right:
            throttle.allowed(r, KEY, 1, 30.0)
            stands(r)
        naive.allowed_since_first(r, KEY, 1, 30, between=lambda: stands(r))

    counting = start(port, counts)
    until(lambda: r.exists("test:in:count"), "it counts")
    kill(counting)
    return {"ends": r.pttl(f"throttle:{KEY}") > 0}


@check("throttle-fails")
def throttle_fails(port, r, right):
    """The rebuild fails: it counts all the same, and those who wait are told in the end."""
    db = Database(r)

    def request(r):
        if right:
            return throttle.cache_with_throttle(r, KEY, Database(r).failing, period=60.0, wait=0.5)
        return naive.cache_with_lock(r, KEY, Database(r).failing)

    seen = crowd(port, request)
    return {"rebuilds": db.asked, "seen": seen}


@check("throttle-operator")
def throttle_operator(port, r, right):
    """For the tests, which set the limit by `break flag`: how many of the crowd may rebuild."""

    def request(r):
        if right:
            return str(throttle.allowed(r, KEY, 5, 300.0)).encode()
        return str(naive.allowed_since_first(r, KEY, 5, 300)).encode()

    return {"allowed": crowd(port, request).get("True", 0)}


def main():
    port, form, names = int(sys.argv[1]), sys.argv[2], sys.argv[3:]
    r = client(port)
    for name in names:
        if name != names[0]:
            r.flushall()
        print(json.dumps({"check": name, **CHECKS[name](port, r, form == "right")}), flush=True)


if __name__ == "__main__":
    main()
