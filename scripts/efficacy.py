#!/usr/bin/env python3
"""How much sooner users have it back: plays `drill --compare` again and again, and makes the table of docs/efficacy.md.

  scripts/efficacy.py play [--runs 3] [--into docs/efficacy.jsonl] [SCENARIO ...]
  scripts/efficacy.py table [docs/efficacy.jsonl]

Each scenario is played once per seed with everything, once more by a page that types without waiting, and once by an application
without a breaker. What is there already (the same build, scenario, seed and kind) is not played again, so that it can be done in
pieces. Nothing else should load the machine meanwhile: the load average at the start of each is kept beside it.
"""

import argparse
import collections
import json
import os
import statistics
import subprocess
import sys
import tempfile

PROGRAM = os.environ.get("STAMPEDE_BIN", "target/release/stampede")
KINDS = {
    "all": [],
    "at once": ["--page-waits", "0s,0s,0s", "--ways", "page"],
    "no breaker": ["--no-breaker", "--ways", "page,stampede"],
}


def told(*arguments):
    return subprocess.run(arguments, check=True, capture_output=True, text=True).stdout.strip()


def lines(path):
    if not os.path.exists(path):
        return []
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def key(line):
    return line["version"], line["scenario"], line["seed"], line["kind"]


def play(options):
    version = told(PROGRAM, "--version")
    known = {row["name"]: row for row in json.loads(told(PROGRAM, "drill", "list", "-o", "json"))["scenarios"] if not row.get("path")}
    done = {key(line) for line in lines(options.into)}
    for name in options.scenarios or list(known):
        kinds = ["all"] if known[name]["leave_alone"] else list(KINDS)
        for seed in range(1, options.runs + 1):
            for kind in kinds:
                line = {"version": version, "scenario": name, "seed": seed, "kind": kind}
                if key(line) not in done:
                    one(options, line)


def one(options, line):
    line["load_average"] = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as folder:
        report = os.path.join(folder, "report.json")
        command = [PROGRAM, "drill", line["scenario"], "--compare", "--seed", str(line["seed"]), "--report", report]
        ended = subprocess.run(command + KINDS[line["kind"]], capture_output=True, text=True, cwd=folder if os.path.isabs(PROGRAM) else None)
        if not os.path.exists(report):
            print(f"{key(line)}: no report, exit {ended.returncode}: {ended.stderr.strip()[-300:]}", file=sys.stderr)
            return
        with open(report, encoding="utf-8") as file:
            document = json.load(file)
    kept = ("way", "looked_at_s", "first_change_s", "recovered_s", "failed_requests", "second_stampede", "left_switched", "exit")
    line["exit"] = ended.returncode
    line["limit_s"] = document["limit_s"]
    line["arms"] = [{name: arm.get(name) for name in kept} | {"acts": [act["what"] for act in arm["acts"]]} for arm in document["arms"]]
    with open(options.into, "a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")
    print(line["scenario"], line["kind"], line["seed"], {arm["way"]: arm["recovered_s"] for arm in line["arms"]}, flush=True)


def median(values, limit):
    """The one in the middle; what has not ended within the limit is longer than everything that has."""
    middle = statistics.median_high([limit if value is None else value for value in values]) if values else None
    return middle


def seconds(value, limit):
    if value is None:
        return "-"
    return f"> {limit:.0f} s" if value >= limit else f"{value:.0f} s"


def table(options):
    all_lines = lines(options.path)
    newest = all_lines[-1]["version"]
    arms = collections.defaultdict(list)
    limit = {}
    for line in all_lines:
        if line["version"] == newest:
            limit[line["scenario"]] = line["limit_s"]
            for arm in line["arms"]:
                arms[line["scenario"], line["kind"], arm["way"]].append(arm)
    print(f"Build: `{newest}`\n")
    print("| scenario | breaker | nothing | page | page, at once | stampede | page / stampede | from the first act: page, stampede | failed requests: nothing, page, stampede | a second stampede |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    for name in dict.fromkeys(scenario for scenario, _, _ in arms):
        for kind, breaker in (("all", "yes"), ("no breaker", "no")):
            if not arms[name, kind, "stampede"]:
                continue
            most = limit[name]
            found = {
                "nothing": arms[name, "all", "nothing"],
                "page": arms[name, kind, "page"],
                "at once": arms[name, "at once", "page"],
                "stampede": arms[name, kind, "stampede"],
            }
            back = {way: median([arm["recovered_s"] for arm in all_arms], most) for way, all_arms in found.items()}
            since = {
                way: median([None if arm["recovered_s"] is None or arm["first_change_s"] is None else max(arm["recovered_s"] - arm["first_change_s"], 0) for arm in found[way]], most)
                for way in ("page", "stampede")
            }
            failed = [str(round(statistics.median(arm["failed_requests"] for arm in found[way]))) if found[way] else "-" for way in ("nothing", "page", "stampede")]
            again = "yes" if any(arm["second_stampede"] for arm in found["stampede"]) else "no"
            ratio = "-"
            if back["page"] and back["stampede"] and back["stampede"] < most:
                ratio = f"{'> ' if back['page'] >= most else ''}{back['page'] / max(back['stampede'], 1):.1f}"
            cells = [name, breaker] + [seconds(back[way], most) for way in ("nothing", "page", "at once", "stampede")] + [ratio]
            cells += [f"{seconds(since['page'], most)}, {seconds(since['stampede'], most)}", ", ".join(failed), again]
            print("| " + " | ".join(cells) + " |")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(required=True)
    playing = commands.add_parser("play", help="play what is missing")
    playing.add_argument("--runs", type=int, default=3)
    playing.add_argument("--into", default="docs/efficacy.jsonl")
    playing.add_argument("scenarios", nargs="*")
    playing.set_defaults(run=play)
    printing = commands.add_parser("table", help="print the table")
    printing.add_argument("path", nargs="?", default="docs/efficacy.jsonl")
    printing.set_defaults(run=table)
    options = parser.parse_args()
    options.run(options)


if __name__ == "__main__":
    main()
