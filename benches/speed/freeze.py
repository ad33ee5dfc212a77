"""The peer of `break freeze`: a pipelined redis-py client that does the same reads and writes, and writes them down.

Prints the seconds that it took for all keys. Arguments: port, file of the record, number of keys.
"""

import json
import os
import random
import sys
import time

import redis

BATCH = 10_000
BY = 900_000

client = redis.Redis(port=int(sys.argv[1]))
client.ping()
record = open(sys.argv[2], "w", encoding="utf-8")
begin = time.perf_counter()
seen, batch, done, cursor = set(), [], 0, 0


def expiries(keys):
    pipe = client.pipeline(transaction=False)
    for key in keys:
        pipe.pexpiretime(key)
    return pipe.execute()


def flush(keys):
    moved = [
        (key, old, old + BY + random.randint(0, BY // 5)) for key, old in zip(keys, expiries(keys)) if old > 0
    ]
    names, old, new = zip(*moved)
    json.dump({"keys": [name.decode() for name in names], "old": old, "new": new}, record)
    record.flush()
    os.fsync(record.fileno())
    pipe = client.pipeline(transaction=False)
    for key, _, at in moved:
        pipe.pexpireat(key, at, gt=True)
    pipe.execute()
    assert expiries(names) == list(new)
    return len(moved)


while True:
    cursor, keys = client.scan(cursor, match="user:*", count=1000)
    batch.extend(key for key in keys if key not in seen)
    seen.update(keys)
    while len(batch) >= BATCH or (cursor == 0 and batch):
        done += flush(batch[:BATCH])
        batch = batch[BATCH:]
    if cursor == 0:
        break
took = time.perf_counter() - begin
assert done == int(sys.argv[3]), done
print(took)
