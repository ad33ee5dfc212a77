#!/usr/bin/env python3
"""Runs a command at a terminal and draws what stands there at given moments, as an SVG.

usage: picture.py --size 80x24 --at 0.3 --at 2.5 --out docs/images/detect.svg -- stampede detect
needs: pip install pyte
"""
import argparse
import fcntl
import os
import pty
import select
import struct
import termios
import time
from xml.sax.saxutils import escape

import pyte

COLOURS = {
    "red": "#ff7b72", "green": "#7ee787", "brown": "#e3b341", "magenta": "#d2a8ff", "default": "#e6edf3",
}
CELL, LINE, PAD = 8.43, 18, 14


def screens(size, moments, command):
    """What stands on a terminal of that size (columns, rows) at those moments, in seconds after the start."""
    columns, rows = size
    screen = pyte.Screen(columns, rows)
    stream = pyte.ByteStream(screen)
    pid, terminal = pty.fork()
    if pid == 0:
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        os.environ.update(TERM="xterm-256color", LC_ALL="C.UTF-8")
        os.execvp(command[0], command)
    start, seen = time.monotonic(), []
    for moment in sorted(moments):
        while (left := start + moment - time.monotonic()) > 0:
            if select.select([terminal], [], [], left)[0]:
                try:
                    stream.feed(os.read(terminal, 65536))
                except OSError:  # the command has ended
                    time.sleep(max(0, start + moment - time.monotonic()))
        seen.append([[screen.buffer[row][column] for column in range(columns)] for row in range(rows)])
    os.waitpid(pid, 0)
    return seen


def line(cells, x, y):
    """One row as text; neighbours of one style are one piece."""
    out, at = [], 0
    while at < len(cells):
        style = (cells[at].fg, cells[at].bold)
        end = at
        while end < len(cells) and (cells[end].fg, cells[end].bold) == style:
            end += 1
        text = "".join(cell.data for cell in cells[at:end])
        if text.strip():
            bold = ' font-weight="bold"' if style[1] else ""
            fill = COLOURS.get(style[0], COLOURS["default"])
            place = f'x="{x + at * CELL:.1f}" y="{y}" textLength="{len(text) * CELL:.1f}"'
            out.append(f'<text {place} fill="{fill}"{bold} xml:space="preserve">{escape(text)}</text>')
        at = end
    return out


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", default="80x24")
    parser.add_argument("--at", type=float, action="append", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("command", nargs="+")
    args = parser.parse_args()
    columns, rows = map(int, args.size.split("x"))
    width, out, top = columns * CELL + 2 * PAD, [], 0
    for moment, cells in zip(sorted(args.at), screens((columns, rows), args.at, args.command)):
        caption = f"{columns} columns × {rows} rows, {moment:g} s after Enter"
        out.append(f'<text x="{PAD}" y="{top + 20}" fill="#8b949e">{escape(caption)}</text>')
        top += 28
        height = rows * LINE + 2 * PAD
        out.append(f'<rect x="0" y="{top}" width="{width:.0f}" height="{height}" rx="6" fill="#0d1117"/>')
        for row, one in enumerate(cells):
            out += line(one, PAD, top + PAD + row * LINE + 13)
        top += height + 12
    with open(args.out, "w") as file:
        file.write(f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {top:.0f}" '
                   f'font-family="ui-monospace, Menlo, Consolas, monospace" font-size="14">\n')
        file.write("\n".join(out) + "\n</svg>\n")


if __name__ == "__main__":
    main()
