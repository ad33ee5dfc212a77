"""Many requests at once, the database that they reach, and processes that die or stand still at a chosen moment."""

import collections
import multiprocessing
import os
import signal
import threading
import time

import redis

FORK = multiprocessing.get_context("fork")
PROCESSES, THREADS = 4, 8
REQUESTS = PROCESSES * THREADS
# How long anything is waited for before a check gives up. None of the checks is about it.
PATIENCE = 60.0


def client(port):
    return redis.Redis(port=port, max_connections=200)


def until(right, what):
    """Waits for an event."""
    end = time.monotonic() + PATIENCE
    while not right():
        if time.monotonic() > end:
            raise SystemExit(f"{what}: not within {PATIENCE:.0f} s")
        time.sleep(0.01)


class Database:
    """The database of a check: counts in Redis who asks, whichever process that is."""

    def __init__(self, r, crowd=REQUESTS):
        self.r, self.crowd = r, crowd

    @property
    def asked(self):
        return int(self.r.get("test:asked") or 0)

    def arrived(self):
        self.r.incr("test:arrived")

    def slow(self, value=b"value"):
        """A statement that takes until all of the crowd ask, or a while from when all of it was there. Those of them that
        are sent after the first has ended take no longer."""
        self.r.incr("test:asked")
        first = self.r.set("test:first", 1, nx=True)
        until(lambda: int(self.r.get("test:arrived") or 0) >= self.crowd, "a crowd")
        end = time.monotonic() + 0.4
        while first and self.asked < self.crowd and time.monotonic() < end:
            time.sleep(0.02)
        if first:
            self.r.set("test:over", 1)
        until(lambda: self.r.exists("test:over"), "the first statement ends")
        return value

    def quick(self, value=b"value"):
        self.r.incr("test:asked")
        return value

    def failing_now(self):
        self.r.incr("test:asked")
        raise RuntimeError("the database is down")

    def failing(self):
        self.slow()
        raise RuntimeError("the database is down")

    def until_told(self, name, value=b"value"):
        """A statement that ends when `test:go:NAME` is set."""
        self.r.incr("test:asked")
        self.r.set(f"test:in:{name}", 1)
        until(lambda: self.r.exists(f"test:go:{name}"), f"{name} is told to go on")
        return value

    def until_in(self, name):
        until(lambda: self.r.exists(f"test:in:{name}"), f"{name} asks the database")

    def tell(self, name):
        self.r.set(f"test:go:{name}", 1)


def crowd(port, call, processes=PROCESSES, threads=THREADS, meanwhile=None):
    """Lets so many requests begin at the same moment, each `call(r)`; how often each outcome came: a value, or the name of
    an error. `meanwhile` is done while they are under way."""
    barrier = FORK.Barrier(processes * threads)
    outcomes = FORK.SimpleQueue()

    def process():
        r = client(port)
        seen = []

        def request():
            barrier.wait(PATIENCE)
            r.incr("test:arrived")
            try:
                value = call(r)
                seen.append(value.decode() if isinstance(value, bytes) else str(value))
            except Exception as error:
                seen.append(type(error).__name__)

        requests = [threading.Thread(target=request) for _ in range(threads)]
        for one in requests:
            one.start()
        for one in requests:
            one.join()
        outcomes.put(seen)

    children = [FORK.Process(target=process) for _ in range(processes)]
    for child in children:
        child.start()
    if meanwhile:
        meanwhile()
    seen = collections.Counter()
    for _ in children:
        seen.update(outcomes.get())
    for child in children:
        child.join()
    return dict(seen)


def start(port, call):
    """Begins one request in a process of its own."""
    child = FORK.Process(target=lambda: call(client(port)), daemon=True)
    child.start()
    return child


def kill(child):
    os.kill(child.pid, signal.SIGKILL)
    child.join()


def skewed(seconds, call):
    """Does something while the clock of this process is so far off. The monotonic clock goes on: nobody sets that."""
    right = time.time
    time.time = lambda: right() + seconds
    try:
        return call()
    finally:
        time.time = right
