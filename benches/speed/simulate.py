"""The peer of `stampede simulate`: the same system as a straightforward SimPy model, in which each request is a process.

Prints JSON: the seconds that it took, requests, and rebuilds. Arguments: requests per second, keys, Zipf exponent, TTL, rebuild time,
connections, length of the run (seconds), seed.
"""

import bisect
import itertools
import json
import random
import sys
import time

import simpy

rate, zipf, ttl, rebuild, length = (float(sys.argv[n]) for n in (1, 3, 4, 5, 7))
keys, connections, seed = (int(sys.argv[n]) for n in (2, 6, 8))
random.seed(seed)
weights = [rank**-zipf for rank in range(1, keys + 1)]
sums = list(itertools.accumulate(weights))
# A warm cache: a key is there for its TTL, then gone until somebody asks.
expires = {}
for key, weight in enumerate(weights):
    asked = rate * weight / sums[-1] * ttl
    if random.random() < asked / (1 + asked):
        expires[key] = random.random() * ttl
counts = {"requests": 0, "hits": 0, "rebuilds": 0}


def request(env, database, key):
    counts["requests"] += 1
    if expires.get(key, 0) > env.now:
        counts["hits"] += 1
        yield env.timeout(0.001)
        return
    with database.request() as connection:
        yield connection
        counts["rebuilds"] += 1
        yield env.timeout(rebuild)
    expires[key] = env.now + ttl


def arrivals(env, database):
    while True:
        yield env.timeout(random.expovariate(rate))
        key = bisect.bisect(sums, random.random() * sums[-1])
        env.process(request(env, database, key))


env = simpy.Environment()
begin = time.perf_counter()
env.process(arrivals(env, simpy.Resource(env, connections)))
env.run(until=length)
print(json.dumps({"seconds": time.perf_counter() - begin, **counts}))
