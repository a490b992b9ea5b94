"""Made-up pictures for the tests: seeded, plausible, and with the edges where a report breaks."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from leumund.picture.view import Counts, Method, Picture, TrueValue
from leumund.tables import Coverage, Estimate, Evidence, Polarity

__all__ = ["Plan", "make_picture"]

BRANDS = ("Nordnetz", "Rheinkabel", "Alpenfunk", "Hansa DSL", "Sprint & Söhne", "Bitwerk")
ASPECTS = ("appointment", "activation", "support", "outage", "price", "speed", "contract", "hardware")
VENUES = ("dsl-forum.example", "onlinekosten.example", "netztreff.example", "board.example")
SAYINGS = (
    ("de", "Seit drei Wochen warte ich auf den Techniker, {}keiner kommt und keiner ruft an{}. Jetzt reicht es mir."),
    (
        "de",
        "Muss auch mal gesagt werden: {}läuft seit der Umschaltung ohne jeden Aussetzer{}, und die Rechnung stimmt.",
    ),
    ("de", "Hat jemand Erfahrung mit dem neuen Router? {}Ich finde keine Angaben zum Modem{} auf der Seite."),
    ("en", "Moved house in May and {}they switched the wrong line twice{}. The neighbour was offline for a week."),
    ("en", "Fair price, decent speed, {}the hotline picked up after one minute{}. Cannot complain."),
)


@dataclass(frozen=True)
class Plan:
    """What the picture is to be like."""

    seed: int = 1
    weeks: int = 90
    brands: int = 6
    aspects: int = 8
    support: str = "measured"  # or borrowed, unproven, mixed
    gap: bool = True
    posts: bool = True
    simulated: bool = True
    evidence_per_figure: int = 8
    hostile: str = ""


def make_picture(plan: Plan | None = None) -> Picture:
    """Make a picture after a plan; the same plan always gives the same picture."""
    return _Maker(plan or Plan()).picture()


class _Maker:
    def __init__(self, plan: Plan) -> None:
        self.plan, self.dice = plan, random.Random(plan.seed)
        self.start = date(2024, 1, 1)
        self.end = self.start + timedelta(days=7 * plan.weeks - 1)
        self.brands = BRANDS[: plan.brands]
        self.levels = {brand: self.dice.gauss(-12, 12) for brand in self.brands}
        self.levels[self.brands[0]] = -18.0

    def picture(self) -> Picture:
        estimates = tuple(self._estimates()) if self.plan.posts else ()
        evidence = tuple(self._evidence(estimates))
        n = 20_000 if self.plan.posts else 0
        return Picture(
            title="Nordnetz",
            own=self.brands[0],
            rivals=self.brands[1:],
            simulated=self.plan.simulated,
            level=0.95,
            snapshot_id="3f9c2a7e1b0d4855",
            made_at=datetime(2025, 9, 22, 14, 5, tzinfo=UTC),
            period_start=self.start,
            period_end=self.end,
            counts=Counts(
                n, n * 4 // 5, n // 40, n // 60, n // 200, 0, n // 8, n // 500, n // 9, n // 7, 4 if n else 0
            ),
            method=Method(
                readers=("phpbb 1", "vbulletin 1", "xenforo 1"),
                model="baseline",
                model_version="2025.1",
                how_good=(("de", "F1 0,71 auf 2.000 fremden Beiträgen"), ("en", "F1 0.69 on 2,000 foreign posts")),
                n_labels=600 if self.plan.support != "unproven" else 0,
                engine="duckdb",
                zone_assumed=("Europe/Berlin",),
                step_seconds=(("readings", 21.4), ("families", 6.2), ("cells", 3.1)),
            ),
            estimates=estimates,
            evidence=evidence,
            coverage=tuple(self._coverage()) if self.plan.posts else (),
            truth=tuple(self._truth(estimates)) if self.plan.simulated else (),
            polarities=tuple(self._polarities()) if self.plan.posts else (),
        )

    def _polarities(self) -> Iterator[Polarity]:
        dice = random.Random(self.plan.seed)  # of its own: the other figures stay as they were
        for brand in (self.brands[0], ""):
            for aspect in ("", *ASPECTS[: self.plan.aspects]):
                negative = dice.uniform(0.2, 0.6)
                shares = {"negative": negative, "neutral": 0.9 - negative, "positive": 0.1}
                for polarity, share in shares.items():
                    yield Polarity(
                        figure_id=hashlib.blake2b(f"{brand} {aspect} {polarity}".encode(), digest_size=16).hexdigest(),
                        brand=brand,
                        aspect=aspect,
                        polarity=polarity,
                        first=self.start,
                        last=self.end,
                        value=share,
                        low=max(0.0, share - 0.08),
                        high=share + 0.08,
                        level=0.95,
                        machine_value=share + 0.02,
                        support=self._support(brand or self.brands[-1]),
                        gap_share=0.0,
                        n_posts=900,
                        n_authors=500,
                        n_threads=300,
                        n_labels=120,
                    )

    def _periods(self) -> Iterator[tuple[str, date, date]]:
        yield "all", self.start, self.end
        first = self.start
        while first <= self.end:
            following = date(first.year + first.month // 10, (first.month + 2) % 12 + 1, 1)
            yield "quarter", first, min(self.end, following - timedelta(days=1))
            first = following
        for week in range(self.plan.weeks):
            monday = self.start + timedelta(days=7 * week)
            yield "week", monday, monday + timedelta(days=6)

    def _estimates(self) -> Iterator[Estimate]:
        for period, first, last in self._periods():
            when = {"period": period, "first": first, "last": last}
            for brand in self.brands:
                for counted in ("posts", "authors", "threads"):
                    yield self._figure("net_index", brand, counted=counted, **when)
                yield self._figure("share_of_voice", brand, **when)
                if period != "week":
                    for aspect in ASPECTS[: self.plan.aspects]:
                        yield self._figure("net_index", brand, aspect=aspect, **when)
            for rival in self.brands[1:]:
                yield self._figure("difference", self.brands[0], rival=rival, **when)

    def _support(self, brand: str) -> str:
        if self.plan.support != "mixed":
            return self.plan.support
        return ("measured", "borrowed", "unproven")[self.brands.index(brand) % 3]

    def _figure(
        self,
        measure: str,
        brand: str,
        *,
        period: str,
        first: date,
        last: date,
        rival: str = "",
        aspect: str = "",
        counted: str = "posts",
    ) -> Estimate:
        dice = self.dice
        days = (last - first).days + 1
        n = max(0, int(dice.gauss(1.6, 0.5) * days * (0.12 if aspect else 1)))
        half = min(90.0, 250 / max(1, n) ** 0.5)
        drift = 12 * (first - self.start).days / 630 if period != "all" else 0
        value: float | None = self.levels[brand] + drift * (1 if brand == self.brands[0] else -0.3)
        value = (value or 0) + dice.gauss(0, half / 2.5) + (ASPECTS.index(aspect) * 6 - 20 if aspect else 0)
        if rival:
            value -= self.levels[rival]
            half *= 1.4
        lowest, highest = (-200.0, 200.0) if rival else (-100.0, 100.0)
        if measure == "share_of_voice":
            value, half, lowest, highest = 1 / len(self.brands) + dice.gauss(0, 0.02), half / 500, 0.0, 1.0
        if self.plan.gap and period == "week" and 38 <= (first - self.start).days // 7 < 41:
            n = 2
        value = max(lowest, min(highest, value))
        low, high = max(lowest, value - half), min(highest, value + half)
        verdict = ""
        if measure == "difference":
            verdict = "higher" if low > 0 else "lower" if high < 0 else "no_difference_shown"
        if n < 5:
            value, low, high, verdict = None, None, None, "too_few"
        key = "|".join((measure, brand, rival, aspect, period, first.isoformat(), counted))
        return Estimate(
            figure_id=hashlib.blake2b(key.encode(), digest_size=16).hexdigest(),
            snapshot_id="3f9c2a7e1b0d4855",
            measure=measure,
            brand=brand,
            rival=rival,
            aspect=aspect,
            venue="",
            period=period,
            period_start=first,
            period_end=last,
            estimand="corpus",
            counted=counted,
            value=value,
            low=low if value is not None else None,
            high=high if value is not None else None,
            level=0.95,
            machine_value=None if value is None else value * 0.8 + (0 if measure == "share_of_voice" else 3),
            support=self._support(brand),
            gap_share=0.0,
            n_posts=n,
            n_authors=n * 2 // 3,
            n_threads=n // 2,
            n_labels=600 if self.plan.support != "unproven" else 0,
            method="clustered-ppi",
            verdict=verdict,
        )

    def _evidence(self, estimates: tuple[Estimate, ...]) -> Iterator[Evidence]:
        for figure in estimates:
            if figure.measure != "net_index" or figure.counted != "posts":
                continue
            for rank in range(1, min(self.plan.evidence_per_figure, figure.n_posts) + 1):
                yield self._post(figure, rank)

    def _post(self, figure: Estimate, rank: int) -> Evidence:
        number = self.dice.randrange(9_000)
        language, saying = SAYINGS[number % len(SAYINGS)]
        before, marked, after = saying.split("{}")
        if self.plan.hostile:
            before, marked = f"{self.plan.hostile} {before}", f"{marked}{self.plan.hostile}"
        excerpt = (before + marked + after)[:200]
        tone = {1: 9000, 4: 8800}.get(number % len(SAYINGS), 700)
        return Evidence(
            figure_id=figure.figure_id,
            rank=rank,
            post_id=hashlib.blake2b(str(number).encode(), digest_size=16).hexdigest(),
            venue=VENUES[number % len(VENUES)],
            posted_at=datetime(2024, 1, 1, tzinfo=UTC) + timedelta(minutes=number * 97),
            posted_precision="minute",
            language=language,
            p_negative=10_000 - tone - 600,
            p_neutral=600,
            p_positive=tone,
            excerpt=excerpt,
            mark_start=len(before),
            mark_end=min(len(excerpt), len(before) + len(marked)),
        )

    def _coverage(self) -> Iterator[Coverage]:
        for place, venue in enumerate(VENUES):
            for offset in range((self.end - self.start).days + 1):
                expected = 10.0 + 3 * place
                seen = max(0, int(self.dice.gauss(expected, 3)))
                problem = ""
                if self.plan.gap and 266 <= offset < 287:
                    seen, problem = 0, "gap"
                elif self.plan.gap and place == 1 and 400 <= offset < 409:
                    seen, problem = 0, "outage"
                elif self.plan.gap and place == 2 and 500 <= offset < 520:
                    seen, problem = seen // 2, "partial"
                yield Coverage(venue, self.start + timedelta(days=offset), expected, seen, problem)

    def _truth(self, estimates: tuple[Estimate, ...]) -> Iterator[TrueValue]:
        for figure in estimates:
            plain = figure.aspect == "" and figure.counted == "posts" and figure.measure != "difference"
            if plain and figure.value is not None and figure.high is not None:
                value = figure.value + self.dice.gauss(0, (figure.high - figure.value) / 1.96)
                yield TrueValue(figure.measure, figure.brand, figure.period, figure.period_start, value)


def without_value(figure: Estimate) -> Estimate:
    """Give the same figure as one of which nothing can be said."""
    return replace(figure, value=None, low=None, high=None, machine_value=None, verdict="too_few")
