#!/usr/bin/env bash
# Counts four patterns in a 600 MB log with stampede and one with `rg -c`, side by side, as whole processes.
#
#   benches/logs.sh [STAMPEDE [ROUNDS]]      default: target/release/stampede, 15 rounds
#
# Prints, for a log with rare matches and for one in which every line matches, the medians, the ratio rg / stampede
# (the target for rare matches is at least 0.8) and the peak memory of stampede (at most 64 MB).
set -euo pipefail

stampede=${1:-target/release/stampede}
rounds=${2:-15}
size=${SIZE:-600000000}
command -v rg >/dev/null || { echo "needs ripgrep (apt install ripgrep)" >&2; exit 1; }
[ -x "$stampede" ] || { echo "$stampede is missing: cargo build --release" >&2; exit 1; }
dir=$(mktemp -d "${TMPDIR:-/tmp}/stampede-bench.XXXXXX")
trap 'rm -rf "$dir"' EXIT

# 40,000 different lines of an application server, repeated up to the size. The seed is fixed.
make_log() { # rare|storm
    awk -v kind="$1" 'BEGIN {
        srand(7)
        split("GET /api/v1/users/%d 200 in %d ms|cache hit for key user:profile:%d ttl=%d|" \
              "query SELECT * FROM products WHERE id = ? took %d ms rows=%d|session %d refreshed, expires in %d s|" \
              "published event order.created id=%d partition=%d|Response sent: {\"id\":%d,\"items\":%d}", said, "|")
        split("cache miss for key user:profile:%d|ERROR 1040 (HY000): Too many connections (%d)|" \
              "redis: connection pool exhausted (%d)", bad, "|")
        split("UserService ProductService CartController SearchApi Auth CacheClient", who, " ")
        for (i = 0; i < 40000; i++) {
            if (kind == "storm") text = sprintf(bad[1] ", loading from database", rand() * 1e6)
            else if (rand() < 0.0005) text = sprintf(bad[1 + int(rand() * 3)], rand() * 1e6)
            else text = sprintf(said[1 + int(rand() * 6)], rand() * 1e7, rand() * 1000)
            printf "2024-01-02T15:%02d:%02d.%03dZ %s [http-nio-8080-exec-%d] com.example.shop.%s - %s\n",
                int(i / 1000) % 60, int(i / 17) % 60, i % 1000, rand() < 0.5 ? "INFO " : "WARN ", rand() * 40,
                who[1 + int(rand() * 6)], text
        }
    }' >"$dir/once"
    while [ "$(stat -c %s "$dir/log" 2>/dev/null || echo 0)" -lt "$size" ]; do
        for _ in 1 2 3 4 5 6 7 8; do cat "$dir/once"; done >>"$dir/log"
    done
}

milliseconds() { # command …
    local begin=$EPOCHREALTIME end
    "$@" >/dev/null || true # detect exits with its verdict
    end=$EPOCHREALTIME
    echo $(((${end/./} - ${begin/./}) / 100)) | sed -E 's/(.)$/.\1/; s/^\./0./'
}

median() { sort -n | awk '{ v[NR] = $1 } END { print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'; }

for kind in rare storm; do
    rm -f "$dir/log"
    make_log "$kind"
    cat "$dir/log" >/dev/null # into the page cache
    : >"$dir/ours" && : >"$dir/rg"
    for _ in $(seq "$rounds"); do
        milliseconds "$stampede" detect logs "$dir/log" >>"$dir/ours"
        milliseconds rg -c "cache miss" "$dir/log" >>"$dir/rg"
    done
    ours=$(median <"$dir/ours")
    rg=$(median <"$dir/rg")
    /usr/bin/time -f %M -o "$dir/memory" "$stampede" detect logs "$dir/log" >/dev/null || true
    awk -v kind="$kind" -v ours="$ours" -v rg="$rg" -v bytes="$(stat -c %s "$dir/log")" \
        -v memory="$(tail -n 1 "$dir/memory")" 'BEGIN {
        printf "logs %s: stampede %.0f ms (%.0f MB/s, peak %.1f MB), rg -c %.0f ms, ratio %.2f\n",
            kind, ours, bytes / ours / 1000, memory / 1024, rg, rg / ours
    }'
done
