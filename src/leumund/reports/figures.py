"""Finding figures in a picture, and saying one in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from leumund.charts import Dot
from leumund.picture.view import Picture
from leumund.tables import Change, Estimate, Evidence, Phrase, Polarity
from leumund.wording import day, index_span, month, quarter, say, share_span

__all__ = [
    "COUNTED",
    "Figures",
    "anchor",
    "aspect_name",
    "disagree",
    "dot",
    "full_name",
    "is_share",
    "period_name",
    "span_of",
    "spoken",
]


PERIODS = ("week", "month", "quarter")
WIDE_BAND = 40.0  # index points from end to end
COUNTED = ("posts", "authors", "threads")
MOSTLY = 0.8
LONG_DAYS = 200


def disagree(counts: Sequence[Estimate | None]) -> bool:
    """Tell whether one way of counting lies outside of another's interval: a few heavy voices weigh on the image."""
    held = [figure for figure in counts if figure is not None and figure.value is not None]
    return any(
        not (other.low or 0) <= (figure.value or 0) <= (other.high or 0)
        for figure in held
        for other in held
        if figure is not other
    )


class Figures:
    """The figures of a picture, to be asked for by what they measure."""

    def __init__(self, picture: Picture) -> None:
        self.picture = picture

    @cached_property
    def _index(self) -> dict[tuple[str, str, str, str, str, str], list[Estimate]]:
        found: dict[tuple[str, str, str, str, str, str], list[Estimate]] = {}
        for figure in self.picture.estimates:
            if figure.venue == "":
                key = (figure.measure, figure.brand, figure.rival, figure.aspect, figure.period, figure.counted)
                found.setdefault(key, []).append(figure)
        for figures in found.values():
            figures.sort(key=lambda figure: figure.period_start)
        return found

    def over_time(
        self, measure: str, brand: str, period: str, *, rival: str = "", aspect: str = "", counted: str = "posts"
    ) -> list[Estimate]:
        """Give the figures of one brand in the order of time."""
        return self._index.get((measure, brand, rival, aspect, period, counted), [])

    def whole(
        self, measure: str, brand: str, *, rival: str = "", aspect: str = "", counted: str = "posts"
    ) -> Estimate | None:
        """Give the figure over the whole period, or None when there is none."""
        return next(iter(self.over_time(measure, brand, "all", rival=rival, aspect=aspect, counted=counted)), None)

    def counts_disagree(self, figure: Estimate) -> bool:
        """Tell whether posts, authors and threads say something else of the same brand, aspect and period."""
        place = {"rival": figure.rival, "aspect": figure.aspect}
        found = [
            one
            for counted in COUNTED
            for one in self.over_time(figure.measure, figure.brand, figure.period, counted=counted, **place)
            if one.period_start == figure.period_start
        ]
        return disagree(found)

    @cached_property
    def brands(self) -> tuple[str, ...]:
        """The own brand, then the rivals."""
        return (self.picture.own, *self.picture.rivals)

    @cached_property
    def aspects(self) -> tuple[str, ...]:
        """The aspects that any brand has a figure for, by name."""
        return tuple(sorted({figure.aspect for figure in self.picture.estimates if figure.aspect}))

    @cached_property
    def changes(self) -> dict[str, Estimate]:
        """The parts of changes and the risen phrases, by figure_id, in the form of figures: they open like these."""
        found = {row.figure_id: _of_change(row, self.picture) for row in self.picture.changes}
        return found | {row.figure_id: _of_phrase(row, self.picture) for row in self.picture.phrases}

    @cached_property
    def polarities(self) -> dict[tuple[str, str, str], Estimate]:
        """The shares of polarity by brand ('' = the rivals together), aspect and polarity, in the form of figures."""
        rows = self.picture.polarities
        return {(row.brand, row.aspect, row.polarity): _of_polarity(row, self.picture) for row in rows}

    @cached_property
    def behind(self) -> dict[str, list[Evidence]]:
        """The posts behind each figure, clearest first."""
        found: dict[str, list[Evidence]] = {}
        for row in sorted(self.picture.evidence, key=lambda row: row.rank):
            found.setdefault(row.figure_id, []).append(row)
        return found

    @cached_property
    def readable_period(self) -> str:
        """The shortest period in which the own brand's band can be read; where none can, the longest there is."""
        readable = [period for period in PERIODS if self._readable(period)]
        if readable:
            return readable[0]
        days = (self.picture.period_end - self.picture.period_start).days
        has_quarters = any(f.period == "quarter" and f.value is not None for f in self.picture.estimates)
        return "quarter" if days > LONG_DAYS and has_quarters else "week"

    @property
    def shorter_is_too_wide(self) -> bool:
        """Tell whether shorter periods were left out because their intervals say too little."""
        shorter = PERIODS[: PERIODS.index(self.readable_period)]
        return any(spoken(figure) for period in shorter for figure in self._own(period))

    def _own(self, period: str) -> list[Estimate]:
        return self.over_time("net_index", self.picture.own, period)

    def _readable(self, period: str) -> bool:
        """Most periods may be spoken of, and half of them have an interval that is not too wide."""
        found = self._own(period)
        widths = sorted((figure.high or 0) - (figure.low or 0) for figure in found if spoken(figure))
        return len(found) > 1 and len(widths) >= MOSTLY * len(found) and widths[len(widths) // 2] <= WIDE_BAND


def spoken(figure: Estimate | None) -> bool:
    """Tell whether a figure may stand in a sentence: it has a value and its correction is not unproven."""
    return figure is not None and figure.value is not None and figure.support != "unproven"


def is_share(figure: Estimate) -> bool:
    """Tell whether a figure is a share, 0..1, and no index."""
    return figure.measure.startswith("share_")


def anchor(figure: Estimate) -> str:
    """Give the address in the page where a figure opens."""
    return f"#f-{figure.figure_id}"


def span_of(figure: Estimate | None, language: str) -> str:
    """Give value and interval in the figure's unit, '–' when nothing can be said.

    An unproven figure is given as the interval alone: its middle is nothing to hold on to.
    """
    if figure is None or figure.value is None or figure.low is None or figure.high is None:
        return "–"
    write = share_span if is_share(figure) else index_span
    text = write(figure.value, figure.low, figure.high, language)
    return text.split(" (", 1)[1].removesuffix(")") if figure.support == "unproven" else text


_PLAIN: dict[str, Any] = {"rival": "", "aspect": "", "venue": "", "estimand": "rate", "counted": "posts"}
_PLAIN |= {"value": None, "low": None, "high": None, "machine_value": None, "gap_share": 0.0, "n_labels": 0}


def _figure(row: Change | Phrase | Polarity, picture: Picture, **told: Any) -> Estimate:
    """Give a row of another table in the form of a figure: what both call alike, and what is told besides."""
    alike = {field.name: getattr(row, field.name) for field in fields(Estimate) if hasattr(row, field.name)}
    return Estimate(**{**_PLAIN, "snapshot_id": picture.snapshot_id, "level": picture.level, **alike, **told})


def _of_change(row: Change, picture: Picture) -> Estimate:
    return _figure(
        row,
        picture,
        measure=f"change_{row.part}",
        period=row.span,
        period_start=row.after_first,
        period_end=row.after_last,
        n_posts=row.n_before + row.n_after,
        method="split, two-way clustered",
    )


def _of_phrase(row: Phrase, picture: Picture) -> Estimate:
    return _figure(
        row,
        picture,
        measure="phrase",
        aspect=row.phrase,
        period="four_weeks",
        period_start=row.since,
        period_end=row.since + timedelta(days=27),
        estimand="corpus",
        counted="authors",
        support="measured",
        n_posts=row.authors_after,
        n_authors=row.authors_after,
        n_threads=row.threads_after,
        method="Fisher exact, Benjamini-Hochberg",
        verdict="",
    )


def _of_polarity(row: Polarity, picture: Picture) -> Estimate:
    return _figure(
        row,
        picture,
        measure=f"share_{row.polarity}",
        period="all",
        period_start=row.first,
        period_end=row.last,
        method="rectified share",
        verdict="" if row.value is not None else "too_few",
    )


def aspect_name(aspect: str, language: str) -> str:
    """Give an aspect's name; one that the reader does not know keeps its own."""
    from leumund.readings.aspect import aspects

    if not aspect:
        return say("aspect.all", language)
    known = {one.name: one.de if language == "de" else one.en for one in aspects()}
    return known.get(aspect, aspect.replace("_", " "))


def period_name(figure: Estimate, language: str) -> str:
    """Give a figure's period in words."""
    if figure.period == "quarter":
        return quarter(figure.period_start, language)
    if figure.period == "month":
        return month(figure.period_start, language, short=False)
    if figure.period == "four_weeks":
        return say("period.four_weeks", language, day=day(figure.period_start, language, short=True))
    if figure.period == "week":
        return say("period.week", language, day=day(figure.period_start, language, short=True))
    return say("period.all", language)


def full_name(figure: Estimate, language: str) -> str:
    """Give what a figure measures: measure, brand, aspect."""
    if figure.measure in ("share_negative", "share_neutral", "share_positive"):
        whose = figure.brand or say("measure.rivals", language)
        words = {"brand": whose, "aspect": aspect_name(figure.aspect, language)}
        return say(f"measure.{figure.measure}", language, **words)
    words = {"brand": figure.brand}
    part = figure.measure.removeprefix("change_")
    if figure.measure != part:
        return say(f"measure.change_{part}", language, **words)
    if figure.measure == "net_index" and figure.aspect:
        return say("measure.aspect", language, **words, aspect=aspect_name(figure.aspect, language))
    more = {"difference": {"rival": figure.rival}, "phrase": {"phrase": figure.aspect}}
    if figure.measure in ("difference", "phrase", "share_of_voice", "net_index"):
        return say(f"measure.{figure.measure}", language, **words, **more.get(figure.measure, {}))
    return f"{figure.measure}, {figure.brand}"


def dot(
    figure: Estimate | None, language: str, *, scale: float = 1, shape: str = "circle", href: str = ""
) -> Dot | None:
    """Give a figure as it is drawn; None when nothing can be said."""
    if figure is None or figure.value is None or figure.low is None or figure.high is None:
        return None
    name = say(
        "figure.name",
        language,
        what=full_name(figure, language),
        period=period_name(figure, language),
        span=span_of(figure, language),
        support=say(f"support.{figure.support}", language),
        posts=say("count.posts", language, n=figure.n_posts),
    )
    middle = date.fromordinal((figure.period_start.toordinal() + figure.period_end.toordinal()) // 2)
    low, high = (bound * scale for bound in (figure.low, figure.high))
    where = href or anchor(figure)
    return Dot(figure.value * scale, low, high, figure.support, name, where, middle, shape)
