"""The gate that keeps the estimators honest: ours pass it with fixed seeds, and broken ones do not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import stats

from bench import figures
from bench import figures_guidelines as guidelines
from bench import figures_series as series
from bench import figures_shares as shares
from bench.figures_trial import QUICK, Bench, Estimators, Tried
from leumund.estimates import (
    Cells,
    Estimated,
    EstimatedDifference,
    Movement,
    Pooled,
    compare_brands,
    correct_with_labels,
    estimate_bridge,
    estimate_net,
    estimate_share,
    pool_errors,
    ratio_from_sums,
    split_in_three,
)
from leumund.picture import change

REAL = (shares.real_posts, series.published_example)


def test_every_figure_on_simulated_posts_is_at_its_floor_or_better() -> None:
    measured = figures.run(quick=True, parts=tuple(part for part in figures.PARTS if part not in REAL))
    assert len(measured) > 60
    assert [str(figure) for figure in measured if not figure.holds] == []


@pytest.mark.shared
def test_every_figure_on_real_posts_is_at_its_floor_or_better(shared: Path) -> None:
    measured = figures.run(quick=True, parts=REAL)
    assert len(measured) == 2 * 8 + 3, f"a set is missing in {shared}"
    assert [str(figure) for figure in measured if not figure.holds] == []


def machine_count(labels: Any, scores: Any, *_: Any) -> Estimated:
    """Count what the classifier says, as if it were never wrong."""
    value = float(np.mean(scores))
    half = 1.96 * np.sqrt(value * (1 - value) / len(scores))
    return Estimated(value=value, low=value - half, high=value + half, n=len(scores))


def deaf_to_threads(labels: Any, scores: Any, clusters: Any = None, estimand: Any = "corpus") -> Estimated:
    """Take posts of one thread for independent."""
    return estimate_share(labels, scores, None, estimand)


def one_at_a_time(pairs: Any) -> list[EstimatedDifference]:
    """Compare with each rival as if there were no other."""
    return [compare_brands([pairs[0], rival])[0] for rival in pairs[1:]]


def one_look_each_week(weeks: Any) -> list[Estimated]:
    """Take each week's look for the only one."""
    columns = [[np.concatenate(column) for column in zip(*weeks[:n], strict=True)] for n in range(1, len(weeks) + 1)]
    return [estimate_share(*column, estimand="rate") for column in columns]


def plain_regression(index: Any, rivals: Any, start: int) -> Estimated:
    """Regress on the rivals as if weeks were independent."""
    design = np.column_stack([np.ones(len(index)), rivals, np.arange(len(index)) >= start])
    inverse = np.linalg.inv(design.T @ design)
    coefficients = inverse @ design.T @ index
    dof = len(index) - design.shape[1]
    residual = index - design @ coefficients
    half = stats.t.ppf(0.975, dof) * np.sqrt(residual @ residual / dof * inverse[-1, -1])
    value = float(coefficients[-1])
    return Estimated(value=value, low=value - half, high=value + half, n=len(index))


def every_post_a_group(**sums: Any) -> Cells:
    """Take each author × thread for a voice of its own."""
    return ratio_from_sums(**{**sums, "author": sums["both"], "thread": sums["both"]})


def half_an_interval(labels: Any, scores: Any) -> Estimated:
    """Promise more than can be kept."""
    got = estimate_net(labels, scores)
    return replace(got, low=got.value - got.width / 4, high=got.value + got.width / 4)


def without_spread(*values: Any, **options: Any) -> Cells:
    """Carry a correction to other cells as if it had been measured there."""
    return correct_with_labels(*values, **{**options, "spread": 0.0})


def all_of_it_is_opinion(*rows: Any) -> dict[str, Any]:
    """Take this period against last for what people think."""
    parts = split_in_three(*rows)
    return {**parts, "rate": parts["total"]}


def counted_is_thought(machine: Any, **told: Any) -> Movement:
    """Take what the machine's count did for what people think."""
    return Movement(machine, replace_part(machine))


def replace_part(part: Any) -> Any:
    """Nothing moved beyond the machine's count."""
    return part._replace(value=0.0, se=0.0, low=0.0, high=0.0)


def one_mean_for_all(labelled: Any, mixtures: Any) -> Pooled:
    """Take the reader's mean error over all labels for every week's."""
    n = int(np.max(mixtures.target)) + 1
    error = np.asarray(labelled.error)
    return Pooled(np.full(n, error.mean()), np.full(n, error.std() / np.sqrt(error.size)), np.full(n, error.size - 1.0))


def deaf_to_authors_and_threads(old: Any, new: Any, clusters: Any, **options: Any) -> Estimated:
    """Take every post for a voice of its own where two readers are set beside each other."""
    return estimate_bridge(old, new, **options)


def as_the_machine_sees_it(effect: Estimated, response: Any) -> Estimated:
    """Take a timid reader's change for people's."""
    return effect


def before_and_after(index: Any, rivals: Any, start: int) -> Estimated:
    """Set the weeks after against those before, as if there were no rivals and weeks were independent."""
    after, before = index[start:], index[:start]
    value = float(after.mean() - before.mean())
    half = 2 * float(np.hypot(after.std() / len(after) ** 0.5, before.std() / len(before) ** 0.5))
    return Estimated(value=value, low=value - half, high=value + half, n=len(index))


def as_if_bridges_had_no_error(labelled: Any, mixtures: Any) -> Pooled:
    """Take labels that a bridge moved for labels of the later guideline."""
    return pool_errors(replace(labelled, scales=None), mixtures)


Part = Callable[[Bench], Iterator[Tried]]


@pytest.mark.parametrize(
    ("broken", "part"),
    [
        (Estimators(share=machine_count), shares.corpus_share),
        (Estimators(share=deaf_to_threads), shares.rate_under_threads),
        (Estimators(compare=one_at_a_time), shares.differences),
        (Estimators(follow=one_look_each_week), shares.weekly_looks),
        (Estimators(effect=plain_regression), series.campaigns),
        (Estimators(ratio=every_post_a_group), shares.rate_crossed),
        (Estimators(net=half_an_interval), shares.net_index),
        (Estimators(pool=one_mean_for_all), shares.pooled_reader),
        (Estimators(correct=without_spread), shares.borrowed_correction),
        (Estimators(second=before_and_after), series.second_opinion),
        (Estimators(carry=as_the_machine_sees_it), series.timid_readers),
        (Estimators(split=all_of_it_is_opinion), series.venue_mix),
        (Estimators(movement=counted_is_thought), series.changes_read),
        (Estimators(bridge=deaf_to_authors_and_threads), series.bridges),
        (Estimators(pool=as_if_bridges_had_no_error), guidelines.another_guideline),
        (Estimators(watch=series.naive_watch), series.year_of_watching),
    ],
)
def test_the_gate_rejects_what_the_tools_of_the_field_do(broken: Estimators, part: Part) -> None:
    assert any(not figure.holds for figure in part(Bench(broken, QUICK)))


def surer_than_can_be(*rows: Any, **options: Any) -> dict[str, Any]:
    """Split a change as if it rested on nine times as many posts."""
    parts = split_in_three(*rows, **options)
    return {name: part._replace(se=part.se / 3, low=_nearer(part.low, part), high=_nearer(part.high, part))
            for name, part in parts.items()}  # fmt: skip


def _nearer(end: float, part: Any) -> float:
    return float(part.value + (end - part.value) / 3)


@pytest.mark.parametrize(
    ("function", "broken", "part"),
    [("estimate_movement", counted_is_thought, "authors"), ("split_in_three", surer_than_can_be, "total")],
)
def test_the_gate_rejects_a_change_that_is_told_as_the_machine_sees_it_or_too_surely(
    function: str, broken: Any, part: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(series, "PARTED", {"other authors": series.PARTED["other authors"]})
    monkeypatch.setattr(change, function, broken)
    missed = [figure.name for figure in series.change_parts(Bench(Estimators(), QUICK)) if not figure.holds]
    assert f"parts, other authors: {part}, truth held" in missed
