"""Campaigns in words: one plain sentence first, then what stands beside it, and the same as a table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from statistics import fmean

from leumund.charts import Dot, Gap, LineChart, Row, Series, Tick, WhiskerChart, draw_lines, draw_whiskers
from leumund.picture.verdict import Campaign, CampaignWeek, Span
from leumund.reports.gaps import stretches
from leumund.reports.headline import listed
from leumund.reports.panel import Cell, Panel, Sheet
from leumund.wording import day, day_span, index_span, month, number, say, signed

__all__ = ["beside", "campaign_panels", "effect_sheet", "sentence", "span_text"]

OFTEN = 0.2
DIGEST_SHOWN = 16
WEEKS_TOGETHER = 4  # one week alone swings with its few posts


def sentence(campaign: Campaign, language: str) -> str:
    """Give what may be said, in one sentence."""
    words: dict[str, str | date] = {"brand": campaign.terms.brand, "start": campaign.terms.starts_on}
    if campaign.verdict == "cannot_be_said":
        return say("campaign.cannot_be_said", language, reason=reason(campaign, language), **words)
    if campaign.support == "unproven":
        return say(f"campaign_unproven.{campaign.verdict}", language, **words)
    return say(f"campaign.{campaign.verdict}", language, span=span_text(campaign.effect, language), **words)


def reason(campaign: Campaign, language: str) -> str:
    """Give why nothing can be said, and what to do."""
    why = say(f"campaign_reason.{campaign.reason}", language, n=campaign.n_before, needed=campaign.needed_before)
    is_planned = campaign.reason == "not_started" and campaign.plan.kind == "planned"
    return f"{why} {say('campaign_next.planned' if is_planned else f'campaign_next.{campaign.reason}', language)}"


def span_text(span: Span | None, language: str) -> str:
    """Give an effect with its interval; where there is no interval, the value alone would say too much."""
    if span is None or span.low is None or span.high is None:
        return "–"
    ends = (span.low, span.high)
    # An end that is not nought must not look like it: then everything hangs on the next digit.
    fine = any(end and abs(end) < 0.5 for end in ends) and max(map(abs, ends)) < 100
    value, low, high = (signed(one, language, digits=int(fine)) for one in (span.value, *ends))
    return (
        say("campaign.span", language, value=value, low=low, high=high)
        if fine
        else index_span(span.value, *ends, language)
    )


def beside(campaign: Campaign, language: str) -> list[str]:
    """Give the sentences that stand beside the result: reader, weeks, plan, placebos, second opinion, truth."""
    found = list(_about_result(campaign, language)) if campaign.verdict != "cannot_be_said" else []
    return [*_about_plan(campaign, language), *found, *_from_outside(campaign, language)]


def _about_result(campaign: Campaign, language: str) -> Iterator[str]:
    if campaign.support == "unproven" or campaign.response is None:
        yield say("campaign.reader_unproven", language, span=span_text(campaign.machine_effect, language))
    else:
        moved = number(10 * campaign.response.value, language, digits=1)
        seen = span_text(campaign.machine_effect, language)
        yield say("campaign.reader", language, span=seen, moved=moved, n=campaign.n_labels)
    yield _second(campaign, language)
    yield _placebos(campaign, language)
    if campaign.truth is not None and campaign.effect is not None and campaign.support != "unproven":
        inside = _holds(campaign.effect, campaign.truth)
        where = say("campaign.truth_inside" if inside else "campaign.truth_outside", language)
        yield say("campaign.truth", language, value=signed(campaign.truth, language), where=where)
    if campaign.interim:
        yield say("campaign.interim", language, after=campaign.n_after, n=campaign.terms.weeks_after)
    rivals = listed(list(campaign.rivals_used), language)
    yield say("campaign.used", language, before=campaign.n_before, after=campaign.n_after, rivals=rivals)
    if campaign.left_out:
        counts = Counter(one.why for one in campaign.left_out)
        why = ", ".join(say(f"campaign_why.{name}", language, n=n) for name, n in sorted(counts.items()))
        yield say("campaign.left_out", language, n=len(campaign.left_out), why=why)


def _from_outside(campaign: Campaign, language: str) -> Iterator[str]:
    weeks = [week.week for week in campaign.weeks]
    for one in campaign.outside:
        held = [(week, value) for week, value in one.weeks if weeks and weeks[0] <= week <= weeks[-1]]
        if not held:
            yield say("campaign.outside_elsewhere", language, name=one.name)
            continue
        sides = [[v for w, v in held if (w < campaign.terms.starts_on) is before] for before in (True, False)]
        texts = [number(fmean(side), language, digits=_digits(side)) if side else "–" for side in sides]
        yield say("campaign.outside_means", language, name=one.name, before=texts[0], after=texts[1])


def _digits(values: list[float]) -> int:
    return 0 if max(map(abs, values)) >= 100 else 1


def _holds(span: Span, value: float) -> bool | None:
    if span.low is None or span.high is None:
        return None
    return span.low <= value <= span.high


def _second(campaign: Campaign, language: str) -> str:
    second, effect = campaign.second, campaign.effect
    if second is None or effect is None or second.effect.low is None:
        return say("campaign_second.no_interval", language)
    shows = not _holds(second.effect, 0.0)
    same = (second.effect.value > 0) == (effect.value > 0)
    if campaign.verdict == "not_shown":
        key = "contradicts" if shows else "also_none"
    else:
        key = ("agrees" if same else "contradicts") if shows else "silent"
    span = span_text(second.effect, language)
    return say(f"campaign_second.{key}", language, span=span, weeks=second.window_weeks)


def _placebos(campaign: Campaign, language: str) -> str:
    alarms = sum(not _holds(one.effect, 0.0) for one in campaign.placebo_starts)
    moved = sum(not _holds(one.effect, 0.0) for one in campaign.placebo_brands)
    n, brands = len(campaign.placebo_starts), len(campaign.placebo_brands)
    key = "placebos" if n else "placebos_brands" if brands else "placebos_none"
    text = say(f"campaign.{key}", language, alarms=alarms, n=n, moved=moved, brands=brands)
    often = alarms > OFTEN * n or moved > OFTEN * brands
    return f"{text} {say('campaign.placebos_many', language)}" if often else text


def _about_plan(campaign: Campaign, language: str) -> Iterator[str]:
    plan = campaign.plan
    words = {
        "day": plan.recorded_at.date() if plan.recorded_at else "",
        "digest": f"{plan.digest[:DIGEST_SHOWN]}…",
        "what": ", ".join(say(f"campaign_field.{name}", language) for name in plan.differences),
    }
    yield say(f"campaign_plan.{plan.kind}", language, **words)
    if plan.n_plans > 1:
        yield say("campaign.plans_changed", language, n=plan.n_plans)
    if plan.n_looks > 1:
        yield say("campaign.looks", language, n=plan.n_looks)


def effect_sheet(campaign: Campaign, language: str) -> Sheet | None:
    """Give effect, second opinion, placebo brands and placebo starts as one table; None where nothing can be said."""
    if campaign.effect is None:
        return None
    heads = tuple(say(f"campaign_head.{name}", language) for name in ("what", "span", "holds_zero"))
    cells = tuple(
        (
            Cell(name),
            Cell(
                span_text(span, language),
                number=True,
                value=span.value if span else None,
                ends=(span.low, span.high) if span else None,
            ),
            Cell(_zero(span, language)),
        )
        for name, span in _spans(campaign, language)
    )
    return Sheet(say("campaign.checks_rows", language), heads, cells)


def _spans(campaign: Campaign, language: str) -> list[tuple[str, Span | None]]:
    rows: list[tuple[str, Span | None]] = [(say("campaign_row.effect", language), campaign.effect)]
    if campaign.support != "unproven":
        rows.append((say("campaign_row.machine", language), campaign.machine_effect))
    if campaign.second is not None:
        rows.append((say("campaign_row.second", language), campaign.second.effect))
    rows += [(say("campaign_row.brand", language, brand=one.brand), one.effect) for one in campaign.placebo_brands]
    rows += [(say("campaign_row.start", language, day=one.week), one.effect) for one in campaign.placebo_starts]
    return rows


def _zero(span: Span | None, language: str) -> str:
    holds = None if span is None else _holds(span, 0.0)
    return say({True: "campaign.yes", False: "campaign.no", None: "campaign.unknown"}[holds], language)


def campaign_panels(campaign: Campaign, language: str, *, place: int = 1) -> Iterator[Panel]:
    """Give the parts of a report about one campaign: its course, the placebos, and what came from outside."""
    yield _course_panel(campaign, language, f"campaign-{place}")
    checks = _checks_panel(campaign, language, f"campaign-{place}-checks")
    if checks is not None:
        yield checks
    if campaign.outside:
        yield _outside_panel(campaign, language, f"campaign-{place}-outside")


@dataclass(frozen=True)
class _Block:
    """Up to four weeks that lie wholly before or after the start, with their means."""

    first: date
    last: date
    index: float
    expected: float | None
    low: float | None
    high: float | None

    @property
    def middle(self) -> date:
        return date.fromordinal((self.first.toordinal() + self.last.toordinal()) // 2)


def _blocks(campaign: Campaign) -> list[_Block | None]:
    """Give the weeks four by four, counted from the start; None where fewer than two of them can be used."""
    begun = sum(week.week < campaign.terms.starts_on for week in campaign.weeks)
    groups: dict[int, list[CampaignWeek]] = {}
    for number_, week in enumerate(campaign.weeks):
        groups.setdefault((number_ - begun) // WEEKS_TOGETHER, []).append(week)
    return [_mean_of([week for week in weeks if week.index is not None]) for _, weeks in sorted(groups.items())]


def _mean_of(weeks: list[CampaignWeek]) -> _Block | None:
    if len(weeks) < 2:
        return None

    def mean(name: str) -> float | None:
        held = [value for value in (getattr(week, name) for week in weeks) if value is not None]
        return fmean(held) if held else None

    index = mean("index")
    last = weeks[-1].week + timedelta(days=6)
    return _Block(weeks[0].week, last, index or 0.0, mean("expected"), mean("low"), mean("high"))


def _course_panel(campaign: Campaign, language: str, panel_id: str) -> Panel:
    blocks = _blocks(campaign)
    found = [one for one in blocks if one is not None]
    title, words = sentence(campaign, language), tuple(beside(campaign, language))
    if campaign.verdict != "cannot_be_said":  # then it is one sentence, and a title has no full stop
        title = title.removesuffix(".")
    name = say("campaign.contents", language, name=campaign.terms.name)
    level = number(100 * campaign.level, language)
    note = say("campaign.course", language, level=level)
    if not found or campaign.effect is None:  # the index alone stands elsewhere, with its intervals
        return Panel(panel_id, title, "", paragraphs=words, name=name)
    own = Series(campaign.terms.brand, True, tuple(_index_dot(one, campaign, language, panel_id) for one in blocks))
    expected = Series(
        say("campaign.expected", language),
        False,
        tuple(_expected_dot(one, language, panel_id) for one in blocks),
        banded=True,
    )
    chart = LineChart(
        chart_id=panel_id,
        title=title,
        description=note,
        series=(expected, own),
        first=campaign.weeks[0].week,
        last=campaign.weeks[-1].week + timedelta(days=6),
        gaps=_gaps(campaign),
        lowest=-100,
        highest=100,
        tell=lambda value: signed(value, language),
        tell_month=lambda when, with_year: month(when, language, with_year=with_year),
        marks=(campaign.terms.starts_on,),
    )
    rows = tuple(_course_row(one, language) for one in found)
    heads = (say("campaign.head_period", language), say("campaign.head_index", language))
    sheet = Sheet(say("campaign.course_rows", language), (*heads, say("campaign.head_expected", language)), rows)
    return Panel(panel_id, title, note, (("", draw_lines(chart)),), sheet, paragraphs=words, name=name)


def _gaps(campaign: Campaign) -> tuple[Gap, ...]:
    weeks = [one.week for one in campaign.left_out if one.why == "gap"]
    return tuple(stretches(week + timedelta(days=day) for week in weeks for day in range(7)))


def _index_dot(one: _Block | None, campaign: Campaign, language: str, panel_id: str) -> Dot | None:
    if one is None:
        return None
    name = _dot_name(campaign.terms.brand, one, signed(one.index, language), language)
    return Dot(one.index, one.index, one.index, "measured", name, f"#t-{panel_id}", one.middle)


def _expected_dot(one: _Block | None, language: str, panel_id: str) -> Dot | None:
    if one is None or one.expected is None:
        return None
    low, high = (one.expected if end is None else end for end in (one.low, one.high))
    name = _dot_name(say("campaign.expected", language), one, _expected_text(one, language), language)
    return Dot(one.expected, low, high, "borrowed", name, f"#t-{panel_id}", one.middle)


def _dot_name(what: str, one: _Block, value: str, language: str) -> str:
    return say("campaign.dot", language, what=what, days=day_span(one.first, one.last, language), value=value)


def _expected_text(one: _Block, language: str) -> str:
    if one.expected is None:
        return "–"
    if one.low is None or one.high is None:
        return signed(one.expected, language)
    return index_span(one.expected, one.low, one.high, language)


def _course_row(one: _Block, language: str) -> tuple[Cell, ...]:
    return (
        Cell(day_span(one.first, one.last, language)),
        Cell(signed(one.index, language), number=True, value=one.index),
        Cell(_expected_text(one, language), number=True, value=one.expected, ends=(one.low, one.high)),
    )


def _checks_panel(campaign: Campaign, language: str, panel_id: str) -> Panel | None:
    sheet = effect_sheet(campaign, language)
    if sheet is None or campaign.effect is None:
        return None
    spans = _spans(campaign, language)
    placebos = [one.effect for one in campaign.placebo_brands] + [one.effect for one in campaign.placebo_starts]
    seen = sum(_holds(span, 0.0) is False for span in placebos)
    title = say("campaign.checks_quiet" if placebos else "campaign.checks_none", language, seen=seen, n=len(placebos))
    parts = [say("campaign.checks", language, level=number(100 * campaign.level, language))]
    known = campaign.truth is not None and campaign.support != "unproven"
    if known:
        parts.append(say("campaign.checks_truth", language))
    rows = []
    for place, (name, span) in enumerate(spans):
        text = span_text(span, language)
        found = (_span_dot(name, span, panel_id, text),) if span and span.low is not None else ()
        ticks = (Tick(campaign.truth or 0.0, "diamond"),) if known and place == 0 else ()
        rows.append(Row(name, place < 2, found, text, ticks, strong=place == 0))
    note = " ".join(parts)
    chart = WhiskerChart(
        chart_id=panel_id,
        title=title,
        description=note,
        rows=tuple(rows),
        lowest=-1000,
        highest=1000,
        tell=lambda value: signed(value, language),
    )
    name = say("campaign.contents_checks", language, name=campaign.terms.name)
    return Panel(panel_id, title, note, (("", draw_whiskers(chart)),), sheet, name=name)


def _span_dot(name: str, span: Span, panel_id: str, text: str) -> Dot:
    return Dot(span.value, span.low or 0.0, span.high or 0.0, "measured", f"{name}: {text}", f"#t-{panel_id}")


def _outside_panel(campaign: Campaign, language: str, panel_id: str) -> Panel:
    note = say("campaign.outside", language)
    names = listed([one.name for one in campaign.outside], language)
    title = say("campaign.outside_title", language, names=names)
    index = tuple((week.week, week.index) for week in campaign.weeks if week.index is not None)
    first, last = campaign.weeks[0].week, campaign.weeks[-1].week + timedelta(days=6)
    series = [(say("campaign.index_name", language, brand=campaign.terms.brand), index, True)]
    series += [(one.name, one.weeks, False) for one in campaign.outside]
    charts = []
    for place, (name, weeks, own) in enumerate(series):
        tell = partial(signed, language=language) if own else partial(number, language=language)
        known = {week: value for week, value in weeks if first <= week <= last}
        calendar = [first + timedelta(weeks=n) for n in range((last - first).days // 7 + 1)]
        dots = tuple(
            Dot(known[week], known[week], known[week], "measured",
                say("campaign.dot", language, what=name, days=day(week, language), value=tell(known[week])),
                f"#t-{panel_id}", week + timedelta(days=3))
            if week in known else None
            for week in calendar
        )  # fmt: skip
        if any(dots):
            values = list(known.values())
            chart = LineChart(
                chart_id=f"{panel_id}-{place}", title=name, description=note, series=(Series(name, own, dots),),
                first=first, last=last, gaps=(), lowest=min(0.0, *values, -100.0 if own else 0.0),
                highest=max(0.0, *values, 100.0 if own else 0.0), tell=tell,
                tell_month=lambda when, with_year: month(when, language, with_year=with_year),
                small=True, marks=(campaign.terms.starts_on,),
            )  # fmt: skip
            charts.append((name, draw_lines(chart)))
    sheet = _outside_sheet(campaign, title, language)
    contents = say("campaign.contents_outside", language, name=campaign.terms.name)
    return Panel(panel_id, title, note, tuple(charts), sheet, name=contents)


def _outside_sheet(campaign: Campaign, title: str, language: str) -> Sheet:
    by_name = [dict(one.weeks) for one in campaign.outside]
    heads = (say("campaign.head_period", language), say("campaign.head_index", language))
    rows = []
    for week in campaign.weeks:
        held = [week.index, *(weeks.get(week.week) for weeks in by_name)]
        texts = ["–" if value is None else number(value, language) for value in held[1:]]
        texts.insert(0, "–" if week.index is None else signed(week.index, language))
        cells = (Cell(text, number=True, value=value) for text, value in zip(texts, held, strict=True))
        rows.append((Cell(say("period.week", language, day=day(week.week, language, short=True))), *cells))
    return Sheet(title, (*heads, *(one.name for one in campaign.outside)), tuple(rows))
