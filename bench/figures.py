"""Whether the figures can be trusted: `python -m bench.figures [--quick]` tries estimators where the truth is known.

A floor counts as broken when the figure is beyond it by more than 2.2 Monte Carlo standard errors. `run` can be given
other estimators: the tests give it broken ones, which have to fail.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator

from bench import figures_guidelines as guidelines
from bench import figures_real as real
from bench import figures_series as series
from bench import figures_shares as shares
from bench.figure import Figure
from bench.figures_trial import FULL, QUICK, Bench, Estimators, Tried

PARTS = (
    shares.corpus_share,
    shares.poor_readers,
    shares.odd_readers,
    shares.unequal_chances,
    shares.net_index,
    shares.borrowed_correction,
    shares.pooled_reader,
    shares.real_posts,
    shares.rate_under_threads,
    shares.rare_under_threads,
    shares.net_under_threads,
    shares.rate_crossed,
    shares.differences,
    shares.weekly_looks,
    shares.looks_of_a_precise_reader,
    shares.uneven_weeks,
    series.campaigns,
    series.second_opinion,
    series.timid_readers,
    series.published_example,
    series.venue_mix,
    series.changes_read,
    series.change_parts,
    series.bridges,
    guidelines.another_guideline,
    series.year_of_watching,
)


def run(
    quick: bool, use: Estimators | None = None, parts: tuple[Callable[[Bench], Iterator[Tried]], ...] = PARTS
) -> list[Figure]:
    """Try everything: 1,500 trials a cell, or 60 when quick, always from the same seeds."""
    bench = Bench(use or Estimators(), QUICK if quick else FULL)
    return [figure for part in parts for figure in part(bench)]


def main(arguments: list[str]) -> int:
    """Print the table while it grows; 1 when a floor is broken."""
    bench, started = Bench(Estimators(), QUICK if "--quick" in arguments else FULL), time.process_time()
    print(f"{'measure':<66}   {'floor':<6} {'figure':>8} {'trials':>7}")
    figures = []
    for part in PARTS:
        for figure in part(bench):
            print(figure, flush=True)
            figures.append(figure)
    broken = [figure.name for figure in figures if not figure.holds]
    if len(real.sets()) < 2:
        print(f"real posts are missing: no germeval2017 or airline_en in {real.SHARED}; set LEUMUND_SHARED")
    print(f"{len(figures)} figures, {len(broken)} floors broken, {time.process_time() - started:.0f} s of CPU")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
