"""The peer of `recover stagger`: a pipelined redis-py client that spreads expiries, as one would write it by hand.

Prints the seconds that it took for all keys. Arguments: port, pattern, window in seconds.
"""

import random
import sys
import time

import redis

client = redis.Redis(port=int(sys.argv[1]))
client.ping()
pattern, over = sys.argv[2], int(sys.argv[3]) * 1000
begin = time.perf_counter()
cursor = 0
while True:
    cursor, keys = client.scan(cursor, match=pattern, count=1000)
    if keys:
        pipe = client.pipeline(transaction=False)
        for key in keys:
            pipe.pttl(key)
        left = pipe.execute()
        pipe = client.pipeline(transaction=False)
        for key, ms in zip(keys, left):
            if ms > 0:
                pipe.pexpire(key, ms + random.randint(0, over), gt=True)
        pipe.execute()
    if cursor == 0:
        break
print(time.perf_counter() - begin)
