#!/usr/bin/env python3
"""How much sooner users have it back: plays `drill --compare` again and again, and makes the table of docs/efficacy.md.

  scripts/efficacy.py play [--runs 3] [--into docs/efficacy.jsonl] [--again] [--kinds all] [SCENARIO ...]
  scripts/efficacy.py table [docs/efficacy.jsonl]

Each scenario is played once per seed with everything, once more by a page that types without waiting, and once by an application
without a breaker. What is there already (the same scenario, seed and kind) is played again only with --again, so that it can be done
in pieces; the last of each counts, and the table names the builds. Nothing else should load the machine meanwhile: the load average at the start of each is kept beside it.
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
    return line["scenario"], line["seed"], line["kind"]


def play(options):
    version = told(PROGRAM, "--version")
    known = {row["name"]: row for row in json.loads(told(PROGRAM, "drill", "list", "-o", "json"))["drills"] if not row.get("path")}
    done = set() if options.again else {key(line) for line in lines(options.into)}
    # All of one seed first: what is there when it is ended early says something of each scenario.
    for seed in range(1, options.runs + 1):
        for name in options.scenarios or list(known):
            kinds = [kind for kind in options.kinds.split(",") if kind == "all" or not known[name]["leave_alone"]]
            for kind in kinds:
                line = {"version": version, "scenario": name, "expected": known[name]["pattern"], "seed": seed, "kind": kind}
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
    kept = ("way", "looks", "first_change_s", "recovered_s", "failed_requests", "second_stampede", "left_switched", "exit")
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


def diagnosed(arms, expected):
    """When the pattern was first named by who looks on and does nothing, in the middle of all runs, and how many of them named another one first."""
    right = [next((look["at_s"] for look in arm["looks"] if look["pattern"] == expected), None) for arm in arms]
    other = sum(1 for arm in arms if arm["looks"] and arm["looks"][0]["pattern"] != expected)
    middle = median(right, float("inf"))
    words = "never" if middle in (None, float("inf")) else f"{middle:.1f} s"
    return words + f" of {len(arms)}" + (f", {other} first another" if other else "")


def table(options):
    last = {key(line): line for line in lines(options.path)}.values()
    arms = collections.defaultdict(list)
    limit, expected = {}, {}
    for line in last:
        limit[line["scenario"]] = line["limit_s"]
        expected[line["scenario"]] = line["expected"]
        for arm in line["arms"]:
            arms[line["scenario"], line["kind"], arm["way"]].append(arm)
    builds = sorted({line["version"] for line in last})
    print("Builds: " + ", ".join(f"`{build}`" for build in builds) + "\n")
    print("| scenario | breaker | runs | diagnosed | nothing | page | page, at once | stampede | page / stampede | from the first act: page, stampede | failed requests: nothing, page, stampede | a second stampede |")
    print("|---|---|---|---|---|---|---|---|---|---|---|---|")
    for name in dict.fromkeys(scenario for scenario, _, _ in arms):
        for kind, breaker in (("all", "yes"), ("no breaker", "no")):
            if not arms[name, kind, "stampede"]:
                continue
            print("| " + " | ".join(row(arms, name, kind, breaker, limit[name], expected[name])) + " |")


def row(arms, name, kind, breaker, most, expected):
    found = {
        "nothing": arms[name, "all", "nothing"],
        "page": arms[name, kind, "page"],
        "at once": arms[name, "at once", "page"],
        "stampede": arms[name, kind, "stampede"],
    }
    back = {way: median([arm["recovered_s"] for arm in all_arms], most) for way, all_arms in found.items()}
    acted = {way: [arm for arm in found[way] if arm["first_change_s"] is not None] for way in ("page", "stampede")}
    since = {
        way: median([None if arm["recovered_s"] is None else max(arm["recovered_s"] - arm["first_change_s"], 0) for arm in all_arms], most)
        for way, all_arms in acted.items()
    }
    failed = [str(round(statistics.median(arm["failed_requests"] for arm in found[way]))) if found[way] else "-" for way in ("nothing", "page", "stampede")]
    again = "yes" if any(arm["second_stampede"] for arm in found["stampede"]) else "no"
    ratio = "-"
    if back["stampede"] == 0:
        ratio = "nobody felt it"
    elif back["page"] and back["stampede"] is not None and back["stampede"] < most:
        ratio = f"{'> ' if back['page'] >= most else ''}{back['page'] / max(back['stampede'], 1):.1f}"
    cells = [name, breaker, str(len(found["stampede"])), diagnosed(found["nothing"] or found["stampede"], expected)]
    cells += [seconds(back[way], most) for way in ("nothing", "page", "at once", "stampede")] + [ratio]
    return cells + [f"{seconds(since['page'], most)}, {seconds(since['stampede'], most)}", ", ".join(failed), again]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(required=True)
    playing = commands.add_parser("play", help="play what is missing")
    playing.add_argument("--runs", type=int, default=3)
    playing.add_argument("--into", default="docs/efficacy.jsonl")
    playing.add_argument("--again", action="store_true", help="play again what is there, too")
    playing.add_argument("--kinds", default=",".join(KINDS), help=f"some of {', '.join(KINDS)}, with commas")
    playing.add_argument("scenarios", nargs="*")
    playing.set_defaults(run=play)
    printing = commands.add_parser("table", help="print the table")
    printing.add_argument("path", nargs="?", default="docs/efficacy.jsonl")
    printing.set_defaults(run=table)
    options = parser.parse_args()
    options.run(options)


if __name__ == "__main__":
    main()
