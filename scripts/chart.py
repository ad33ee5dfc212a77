#!/usr/bin/env python3
"""Draws a record of `stampede drill --stay --record FILE.csv` as an SVG: hit ratio above, running statements below.

usage: chart.py RECORD.csv TITLE STOP [SECONDS:WORDS ...] > chart.svg

STOP is the stop threshold; SECONDS:WORDS marks a moment. Needs nothing but Python.
"""
import csv
import html
import sys

WIDTH, LEFT, RIGHT = 760, 46, 12
TOP, PANEL, GAP, FOOT = 62, 120, 34, 30
BLUE, ORANGE, GREEN, RED, GREY = "#1f6feb", "#bc4c00", "#1a7f37", "#cf222e", "#57606a"


def main():
    path, title, stop = sys.argv[1:4]
    marks = [(float(at), words) for at, _, words in (mark.partition(":") for mark in sys.argv[4:])]
    rows = list(csv.DictReader(open(path)))
    times = [float(row["seconds"]) for row in rows]
    end = times[-1]
    stop = float(stop)
    ratios = [(at, float(row["hit_ratio"]) * 100) for at, row in zip(times, rows) if row["hit_ratio"]]
    mysql = [(at, float(row["mysql_running"])) for at, row in zip(times, rows)]
    postgres = [(at, float(row["postgres_running"])) for at, row in zip(times, rows)]
    most = max([stop * 1.3] + [value for _, value in mysql + postgres])
    height = TOP + 2 * PANEL + GAP + FOOT

    def x(at):
        return LEFT + (WIDTH - LEFT - RIGHT) * at / end

    def line(points, top, largest, colour):
        # Every pixel column once: its mean.
        columns = {}
        for at, value in points:
            columns.setdefault(round(x(at)), []).append(value)
        drawn = " ".join(
            f"{column},{top + PANEL - PANEL * min(sum(values) / len(values), largest) / largest:.1f}"
            for column, values in sorted(columns.items())
        )
        out.append(f'<polyline fill="none" stroke="{colour}" stroke-width="1.6" points="{drawn}"/>')

    def text(at, y, words, colour=GREY, anchor="start", size=11):
        out.append(f'<text x="{at}" y="{y}" fill="{colour}" text-anchor="{anchor}" font-size="{size}">{html.escape(words)}</text>')

    def level(y, colour, dash):
        out.append(f'<line x1="{LEFT}" y1="{y:.1f}" x2="{WIDTH - RIGHT}" y2="{y:.1f}" stroke="{colour}" stroke-dasharray="{dash}"/>')

    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="sans-serif">',
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
    ]
    text(LEFT, 18, title, "#24292f", size=14)
    below = TOP + PANEL + GAP
    for top, words in [(TOP, "hit ratio, %"), (below, "statements running")]:
        out.append(f'<rect x="{LEFT}" y="{top}" width="{WIDTH - LEFT - RIGHT}" height="{PANEL}" fill="none" stroke="#d0d7de"/>')
        text(LEFT + 4, top + PANEL - 5 if top == TOP else top - 6, words)
    for value in (0, 50, 95, 100):
        text(LEFT - 5, TOP + PANEL - PANEL * value / 100 + 4, str(value) if value != 95 else "", anchor="end", size=10)
    level(TOP + PANEL * 0.05, GREEN, "4 3")
    text(WIDTH - RIGHT - 4, TOP + PANEL * 0.05 + 12, "95 %", GREEN, "end", 10)
    for value in (0, int(stop), int(most)):
        text(LEFT - 5, below + PANEL - PANEL * value / most + 4, str(value), anchor="end", size=10)
    level(below + PANEL - PANEL * stop / most, RED, "4 3")
    text(WIDTH - RIGHT - 4, below + PANEL - PANEL * stop / most - 4, "stop threshold", RED, "end", 10)
    line(ratios, TOP, 100, BLUE)
    line(mysql, below, most, ORANGE)
    line(postgres, below, most, GREEN)
    text(LEFT + 130, below - 6, "MariaDB", ORANGE)
    text(LEFT + 190, below - 6, "PostgreSQL", GREEN)
    for number, (at, words) in enumerate(marks):
        out.append(f'<line x1="{x(at):.1f}" y1="{TOP - 6}" x2="{x(at):.1f}" y2="{below + PANEL}" stroke="{GREY}" stroke-dasharray="1 3"/>')
        text(round(x(at)) + 2, TOP - 10 - 13 * (number % 2), words, size=10)
    step = next(step for step in (10, 30, 60, 120, 300, 600) if end / step <= 12)
    for at in range(0, int(end) + 1, step):
        text(round(x(at)), below + PANEL + 14, f"{at} s" if step < 60 else f"{at // 60} min", anchor="middle", size=10)
    print("\n".join(out + ["</svg>"]))


main()
