"""Jittered expiration: keys that are written together do not expire together."""

import random


def jittered(ttl, spread=0.2, draw=random.random):
    """A time to live in whole milliseconds: `ttl` seconds, less a random part of up to `spread` of it. Only shorter, so that
    nothing lives longer than was promised, and a part of it, so that a short one does not become none."""
    if not 0.0 <= spread < 1.0:
        raise ValueError("spread is a part of the time to live: 0 to less than 1")
    return max(1, round(ttl * 1000 * (1.0 - spread * draw())))


def set_with_jitter(r, key, value, ttl=300, spread=0.2):
    """Writes the value."""
    r.set(key, value, px=jittered(ttl, spread))
