"""Each gate is shown a program that is broken on purpose, and has to reject it."""

from __future__ import annotations

import dataclasses
import sys

import numpy as np
import pyarrow as pa
import pytest

from bench import cells as cells_bench
from bench import families as families_bench
from bench import intake as intake_bench
from bench import kill as kill_bench
from bench import pages as pages_bench
from bench import proven as proven_bench
from bench import walk as walk_bench
from bench import weights as weights_bench
from bench.figure import Figure
from bench.proven_market import Labelled, labelled
from bench.tree import watched
from leumund.estimates import LabelledErrors, Mixtures, Pooled, pool_errors
from leumund.picture import borrowing
from leumund.picture import weights as weights_room
from leumund.posts import families
from leumund.step import Batch
from leumund.tables import arrow_schema


def passes(figures: list[Figure]) -> bool:
    return all(figure.holds or figure.is_open for figure in figures)


def holds(figures: list[Figure], words: str) -> bool:
    """Tell whether the one figure holds whose name ends with `words`."""
    (found,) = [figure for figure in figures if figure.name.endswith(words)]
    return found.holds


def test_a_reader_that_parses_each_page_once_more_is_too_slow(monkeypatch: pytest.MonkeyPatch) -> None:
    read = pages_bench.read
    monkeypatch.setattr(pages_bench, "read", lambda page: read(page) + read(page))
    assert not passes(pages_bench.figures_of(pages_bench.measured(pages_bench.QUICK_ROUNDS)))


def everything_is_alike(batch: pa.RecordBatch) -> pa.RecordBatch:
    columns = [batch["left_id"], batch["right_id"], pa.array([10_000] * batch.num_rows, pa.int64())]
    return pa.RecordBatch.from_arrays(columns, schema=arrow_schema("twins"))


def nothing_is_alike(batch: pa.RecordBatch) -> pa.RecordBatch:
    return everything_is_alike(batch.slice(0, min(batch.num_rows, 3)))


@pytest.mark.parametrize("broken", [everything_is_alike, nothing_is_alike])
def test_families_that_compare_nothing_are_rejected(broken: object, monkeypatch: pytest.MonkeyPatch) -> None:
    steps = tuple(
        dataclasses.replace(step, run=broken, version="broken")
        if isinstance(step, Batch) and step.name == "compare"
        else step
        for step in families.STEPS
    )
    monkeypatch.setattr(families, "STEPS", steps)
    assert not passes(families_bench.run(quick=True))


def test_a_program_that_loads_its_engine_for_a_help_page_takes_too_long() -> None:
    heavy = "import ibis, scipy.stats, sklearn.linear_model, duckdb; from leumund.cli import main"
    assert watched([sys.executable, "-c", heavy]).cpu_seconds > 0.3


# In plain Python, since loading an engine takes longer than what these programs do with a few posts.
WALKED = (
    "import json, sys, time; from pathlib import Path\n"
    "stored = b''.join(path.read_bytes() for path in Path(sys.argv[1], 'data', 'posts').glob('*.parquet'))\n"
    "posts = [stored[at : at + 140] for at in range(0, len(stored), 140)]\n"
)
# Long enough for each post that a clock tells it.
EACH_ONCE = "import hashlib; known = {hashlib.pbkdf2_hmac('md5', one, b'', 600) for one in posts}\n"
EACH_WITH_EACH = "before = [sum(map(one.__lt__, posts)) for one in posts]\n"
ALL_KEPT = "kept = [bytearray(b'x' * 400_000) for one in posts]; time.sleep(0.3)\n"
TOLD = "print(json.dumps({'read': 1.0}))"


def walked(code: str, sizes: tuple[int, ...], monkeypatch: pytest.MonkeyPatch) -> list[Figure]:
    monkeypatch.setattr(walk_bench, "WALK", WALKED + code + TOLD)
    monkeypatch.setattr(walk_bench, "KINDS", ("duckdb",))
    monkeypatch.setattr(walk_bench, "QUICK_SIZES", sizes)
    return walk_bench.run(quick=True)


def test_a_walk_that_compares_each_post_with_each_is_rejected(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes, growth = (3_000, 9_000), "over that at 3,000"
    assert not holds(walked(EACH_WITH_EACH, sizes, monkeypatch), growth)
    assert holds(walked(EACH_ONCE, sizes, monkeypatch), growth)


def test_a_walk_that_keeps_everything_in_memory_is_rejected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(walk_bench, "PEAK_FLOOR_GIB", 0.3)  # a tenth, so that the test fits into any machine
    assert not holds(walked(ALL_KEPT, (2_000,), monkeypatch), "posts: peak")
    assert holds(walked(EACH_ONCE, (2_000,), monkeypatch), "posts: peak")


MEASURED = cells_bench.MEASURE


def summed(broken: str, rows: int, monkeypatch: pytest.MonkeyPatch) -> list[Figure]:
    once = "from bench import cells as bench_cells; bench_cells.ROUNDS = 1\n"
    monkeypatch.setattr(cells_bench, "MEASURE", once + broken + MEASURED)
    monkeypatch.setattr(cells_bench, "QUICK_ROWS", rows)
    return cells_bench.run(quick=True)


ONE_BY_ONE = (
    "from leumund.picture import exact, voices\n"
    "def one_by_one(one, other, starts, *, scale=1):\n"
    "    return exact._scaled(exact._in_python(one.astype(int), other.astype(int), starts), scale)\n"
    "voices.sums_of_products = one_by_one\n"
)
NO_WEEKS = "from leumund.picture import cells; cells.PERIODS = ('quarter', 'all')\n"
TOO_SLOW, ALL_TOLD = "over the bare group-by's", "weeks of aspects told"


def test_sums_made_number_by_number_are_too_slow(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not holds(summed(ONE_BY_ONE, cells_bench.QUICK_ROWS, monkeypatch), TOO_SLOW)


def test_sums_that_leave_out_the_weeks_are_rejected_however_quick(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not holds(summed(NO_WEEKS, 200_000, monkeypatch), ALL_TOLD)
    assert holds(summed("", 200_000, monkeypatch), ALL_TOLD)


def brought_in(broken: str, monkeypatch: pytest.MonkeyPatch) -> list[Figure]:
    monkeypatch.setattr(intake_bench, "ONE_CORE", broken + intake_bench.ONE_CORE)
    monkeypatch.setattr(intake_bench, "QUICK_POSTS", 60)
    return intake_bench.run(quick=True)


ROW_BY_ROW = (
    "from leumund import loop; from leumund.sources.found import ReadPage; from dataclasses import replace\n"
    "take = loop.Desk.take\n"
    "def one_by_one(desk, read):\n"
    "    desk._rows_per_part = 1\n"
    "    for post in read.posts: take(desk, replace(read, posts=[post]))\n"
    "loop.Desk.take = one_by_one\n"
)
FORGETFUL = (
    "from leumund import loop\n"
    "class Forgetful(loop.Desk):\n"
    "    def __init__(self, *given, **named):\n"
    "        super().__init__(*given, **named)\n"
    "        self._known_pages, self._known_posts = set(), self._known_posts.slice(0, 0)\n"
    "loop.Desk = Forgetful\n"
)


def test_an_import_that_stores_row_by_row_is_rejected(monkeypatch: pytest.MonkeyPatch) -> None:
    figures = brought_in(ROW_BY_ROW, monkeypatch)
    assert not holds(figures, "files of tables")
    assert holds(figures, "the same again changes nothing")


def test_an_import_that_forgets_what_it_has_read_is_rejected(monkeypatch: pytest.MonkeyPatch) -> None:
    figures = brought_in(FORGETFUL, monkeypatch)
    assert not holds(figures, "the same again changes nothing")
    assert holds(figures, "files of tables")


IN_PLACE = (
    "import contextlib, time; from leumund.engines import snapshots\n"
    "@contextlib.contextmanager\n"
    "def in_place(output):\n"
    "    output.parent.mkdir(parents=True, exist_ok=True)\n"
    "    yield output\n"
    "    whole = output.read_bytes()\n"
    "    output.write_bytes(whole[: len(whole) // 2])\n"
    "    time.sleep(0.1)  # as on a slow disk\n"
    "    output.write_bytes(whole)\n"
    "snapshots.writing = in_place\n"
)


def test_a_store_that_writes_in_place_is_rejected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kill_bench, "IMPORT", IN_PLACE + kill_bench.IMPORT)
    assert not holds(
        kill_bench.figures_of("import", kill_bench.killed_imports(200, kills=1), looks=1), "half a table met"
    )


@pytest.fixture(scope="module")
def half_a_year() -> Labelled:
    market = proven_bench.ForumMarket(weeks=26, drift=8)
    return labelled(market.forum(np.random.default_rng(1)), market.weeks, market.labels_a_week)


def proven(found: Labelled) -> list[Figure]:
    seen = proven_bench.Seen()
    seen.look(found, 26)
    return list(seen.figures("half a year", gated=True))


WEEKS_PROVEN, WEEKS_HELD, QUARTER_KNOWN = "own weeks proven", "borrowed own weeks, truth held", "quarter, half width"


def test_a_program_that_calls_every_week_unproven_is_rejected(
    half_a_year: Labelled, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert holds(proven(half_a_year), WEEKS_PROVEN)
    monkeypatch.setattr(borrowing, "LABELS_FOR_A_BRAND", 10_000)
    assert not holds(proven(half_a_year), WEEKS_PROVEN)


def errors_times(factor: float, monkeypatch: pytest.MonkeyPatch) -> None:
    def otherwise(labels: LabelledErrors, mixtures: Mixtures) -> Pooled:
        got = pool_errors(labels, mixtures)
        return Pooled(got.value * min(factor, 1), got.se * factor, got.dof)

    monkeypatch.setattr(borrowing, "pool_errors", otherwise)


def test_a_reader_that_is_taken_for_sure_is_rejected(half_a_year: Labelled, monkeypatch: pytest.MonkeyPatch) -> None:
    assert holds(proven(half_a_year), WEEKS_HELD)
    errors_times(0, monkeypatch)
    assert not holds(proven(half_a_year), WEEKS_HELD)


def test_a_quarter_that_gets_less_sure_than_it_was_is_rejected(
    half_a_year: Labelled, monkeypatch: pytest.MonkeyPatch
) -> None:
    (width,) = [figure.value for figure in proven(half_a_year) if figure.name.endswith(QUARTER_KNOWN)]
    monkeypatch.setattr(proven_bench, "WIDEST_POINTS", 1.05 * width)  # half a year tells less than what is measured
    assert passes(proven(half_a_year))
    errors_times(1.5, monkeypatch)
    assert not passes(proven(half_a_year))


def test_a_missed_floor_is_open_only_as_long_as_it_gets_no_worse() -> None:
    figure = Figure("x", 4.2, floor=4.0, reached=4.5)
    assert not figure.holds
    assert figure.is_open
    assert not dataclasses.replace(figure, value=4.6).is_open
    assert not dataclasses.replace(figure, reached=None).is_open
    assert dataclasses.replace(figure, value=3.9).holds


def by_its_own_chance(verdicts: pa.Table, drawn: pa.Table) -> np.ndarray:
    return 1 / verdicts["inclusion_probability"].to_numpy()


def test_weights_that_take_each_draw_for_the_only_one_are_rejected() -> None:
    assert not passes(weights_bench.figures_of(weights_bench.trials(40, by_its_own_chance)))


def test_weights_that_trust_every_draw_with_old_posts_alike_are_rejected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weights_room, "_age", lambda day, until: np.zeros((len(day), len(until)), dtype=np.int64))
    figures = weights_bench.figures_of(weights_bench.trials(40))
    assert not holds(figures, "Own: a label is worth, of an equal one")
    assert holds(figures, "Own: opinions, off by"), "they are right, but of little use"
