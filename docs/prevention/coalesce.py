"""Request coalescing (single flight): requests of one process for the same key share one rebuild.

A fleet of P processes still makes P rebuilds. Under it belongs the lock, which makes one of them.
"""

import threading
from concurrent.futures import Future

from lock import cache_with_lock


class SingleFlight:
    """The rebuilds that are under way in this process."""

    def __init__(self):
        self.mutex = threading.Lock()
        self.flights = {}

    def do(self, key, work, wait=5.0):
        """The result of `work`, which one of those who ask at the same time does. Errors: what it raises, for all who have
        waited for it and for nobody after them; `TimeoutError` after `wait` seconds."""
        with self.mutex:
            flight = self.flights.get(key)
            leads = flight is None
            if leads:
                flight = self.flights[key] = Future()
        if not leads:
            return flight.result(wait)
        try:
            result = work()
        except BaseException as error:
            self._land(key)
            flight.set_exception(error)
            raise
        self._land(key)
        flight.set_result(result)
        return result

    def _land(self, key):
        with self.mutex:
            del self.flights[key]


def cache_with_coalescing(flights, r, key, rebuild, ttl=300, wait=5.0, **lock):
    """The value of the key. The look into the cache is a part of the flight: whoever starts one right after another has
    ended finds what that one has written."""
    cached = r.get(key)
    if cached is not None:
        return cached
    return flights.do(key, lambda: cache_with_lock(r, key, rebuild, ttl, wait=wait, **lock), wait)
