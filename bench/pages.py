"""CPU per forum page, from bytes to posts, beside a bare lexbor parse of the same pages in the same run.

    python -m bench.pages [--quick]

Pages are those of LEUMUND_SHARED where it is there, else the samples of the tests. Exit status 1 above the floor.

Some of those pages were written by an XML tool: their <iframe/> and <script/> make a bare parse skip most of the page
unread, in a tenth of the time. There the bare parse is given what the reader's own parse is given, the opened bytes;
the ratio to the untouched bytes is printed beside it, and that to a parse of text, which lexbor has to encode first.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from selectolax.lexbor import LexborHTMLParser

from bench.figure import Figure
from leumund.sources.encoding import decode
from leumund.sources.found import Page
from leumund.sources.pages import page_of, read_page
from leumund.sources.sheet import opened

FLOOR, GOAL = 4.0, 3.0
PROCESSES = 12  # where a process has its memory makes it up to a fifth slower: the least of a dozen stays the same
ROUNDS, QUICK_ROUNDS = 12, 6  # in each of them
# glibc keeps what it was given: else a parse pays the kernel for the same memory again and again, or does not, as what
# was freed before happened to set its thresholds, and the ratio goes from 2.9 to 4.1 without a change of the program.
ALLOCATOR = {"MALLOC_TRIM_THRESHOLD_": str(1 << 28), "MALLOC_MMAP_THRESHOLD_": str(1 << 25)}
MEASURE = "import json, sys; from bench.pages import measured; print(json.dumps(measured(int(sys.argv[1]))))"
SOFTWARES = ("phpbb3", "vbulletin4", "xenforo2")
HERE = Path(__file__).parents[1]


def pages() -> list[Page]:
    """Give the thread pages of the three softwares."""
    shared = Path(os.environ.get("LEUMUND_SHARED", HERE.parent / "shared")) / "data" / "forum-pages"
    if shared.is_dir():
        found = [path for name in SOFTWARES for path in sorted((shared / name).glob("*.html"))]
        found = [path for path in found if path.with_name(path.stem + ".gold.json").exists()]
    else:
        found = sorted((HERE / "tests" / "samples").glob("*/*.html"))
    return [page_of(path.name, path.read_bytes()) for path in found]


def least_cpu_ms(works: Sequence[Sequence[Callable[[], object]]], rounds: int) -> list[list[float]]:
    """Give the least CPU time of each work, in milliseconds, by kind of work; the least is the least disturbed.

    One kind goes over all pages, then the next, as in use, where no page is read twice: a parse that has just read the
    same bytes would know every turn of them. They take turns, so that a slow moment of the machine meets all of them.
    """
    least = [[float("inf")] * len(kind) for kind in works]
    for _ in range(rounds):
        for times, kind in zip(least, works, strict=True):
            for place, work in enumerate(kind):
                start = time.process_time_ns()
                work()
                times[place] = min(times[place], (time.process_time_ns() - start) / 1e6)
    return least


def read(page: Page) -> int:
    """Read a page to the end; give how many posts it holds."""
    return sum(len(part.posts) for part in read_page(page))


def run(quick: bool = False) -> list[Figure]:
    """Measure in processes of their own: what other measures leave in one makes small objects a sixth dearer.

    Of every page and parse the least of all counts.
    """
    command = [sys.executable, "-c", MEASURE, str(QUICK_ROUNDS if quick else ROUNDS)]
    told = [
        subprocess.run(command, env=os.environ | ALLOCATOR, stdout=subprocess.PIPE, text=True, check=True)
        for _ in range(PROCESSES)
    ]
    tables = [json.loads(one.stdout) for one in told]
    rows = [[min(times) for times in zip(*of_page, strict=True)] for of_page in zip(*tables, strict=True)]
    return figures_of(rows)


def figures_of(rows: Sequence[Sequence[float]]) -> list[Figure]:
    """Print each page; give the reader's CPU over the bare parse's, and what it is made of."""
    for page, (_, _, bare, own) in zip(pages(), rows, strict=True):
        print(
            f"{page.name:34} {len(page.content) / 1000:4.0f} kB {bare:6.2f} ms bare {own:6.2f} ms {own / bare:5.1f} x"
        )
    untouched, text, bare, own = (sum(column) / len(rows) for column in zip(*rows, strict=True))
    return [
        Figure("pages: CPU over the bare parse", own / bare, "x", floor=FLOOR, goal=GOAL),
        Figure("pages: CPU over the parse of untouched bytes", own / untouched, "x"),
        Figure("pages: CPU over the parse of text", own / text, "x"),
        Figure("pages: CPU a page", own, "ms"),
    ]


def measured(rounds: int) -> list[list[float]]:
    """Give by page the least CPU, in ms, of a parse of untouched bytes, text and opened bytes, and of reading it."""
    found = pages()
    whole = [opened(decode(page.content, name=page.name).utf8) for page in found]
    given: tuple[Sequence[bytes | str], ...] = (
        [page.content for page in found],
        [html.decode("utf-8") for html in whole],
        whole,
    )
    parses: list[list[Callable[[], object]]] = [[partial(LexborHTMLParser, one) for one in kind] for kind in given]
    times = least_cpu_ms([*parses, [partial(read, page) for page in found]], rounds)
    return [list(of_page) for of_page in zip(*times, strict=True)]


if __name__ == "__main__":
    sys.exit(0 if all(figure.holds for figure in run("--quick" in sys.argv)) else 1)
