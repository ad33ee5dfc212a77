"""Negative caching: that a row does not exist is an answer too, and is cached for a short time.

What is stored says what it is: `+VALUE`, also for an empty value, or `-` for a row that does not exist.
"""

from lock import cache_with_lock

ABSENT = b"-"


def get_or_absent(r, key, find, ttl=300, absent_ttl=5, **lock):
    """The value of the key, or None where there is no such row. `find` returns None for that; an error of the database is
    no such answer, and is not cached. Whoever creates the row writes or deletes the key."""

    def found():
        row = find()
        return ABSENT if row is None else b"+" + row

    def lives(stored):
        return absent_ttl if stored == ABSENT else ttl

    stored = cache_with_lock(r, key, found, lives, **lock)
    return None if stored == ABSENT else stored[1:]
