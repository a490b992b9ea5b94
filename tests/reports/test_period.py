"""The first chart runs in the shortest period whose intervals say something, and says why it is not a shorter one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from leumund.picture.view import Picture
from leumund.reports.figures import Figures
from leumund.reports.overtime import lead_panel
from tests.reports.pictures import Plan, make_picture


def with_band(half_of: dict[str, float], *, support: str = "borrowed") -> Picture:
    """Ninety weeks whose own index has a band of so many points to each side of zero by period."""
    picture = make_picture(Plan(weeks=90))
    months = [replace(f, period="month") for f in picture.estimates if f.period == "quarter"]
    estimates = [
        replace(f, value=0.0, low=-half_of[f.period], high=half_of[f.period], support=support)
        if f.measure == "net_index" and f.brand == picture.own and f.period in half_of and f.value is not None
        else f
        for f in (*picture.estimates, *months)
    ]
    return replace(picture, estimates=tuple(estimates))


@pytest.mark.parametrize(
    ("half_of", "period", "told"),
    [
        ({"week": 14, "month": 9, "quarter": 7}, "week", ""),
        ({"week": 32, "month": 15, "quarter": 9}, "month", "Single weeks say too little"),
        ({"week": 50, "month": 30, "quarter": 12}, "quarter", "Single weeks and months say too little"),
        ({"week": 60, "month": 50, "quarter": 40}, "quarter", "Single weeks and months say too little"),
    ],
)
def test_the_chart_takes_the_shortest_period_that_can_be_read(
    half_of: dict[str, float], period: str, told: str
) -> None:
    picture = with_band(half_of)
    assert Figures(picture).readable_period == period
    note = lead_panel(Figures(picture), "en").note
    assert (told in note) if told else ("too little" not in note)


def test_weeks_that_nobody_checked_are_not_called_too_wide() -> None:
    figures = Figures(with_band({"week": 5, "month": 5, "quarter": 5}, support="unproven"))
    assert (figures.readable_period, figures.shorter_is_too_wide) == ("quarter", False)
