"""Campaigns in words: one plain sentence first, then what stands beside it, and the same as a table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date

from leumund.picture.verdict import Campaign, Span
from leumund.reports.headline import listed
from leumund.reports.panel import Cell, Sheet
from leumund.wording import index_span, number, say, signed

__all__ = ["beside", "effect_sheet", "sentence", "span_text"]

OFTEN = 0.2
DIGEST_SHOWN = 16


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
    return f"{why} {say(f'campaign_next.{campaign.reason}', language)}"


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
    return [*found, *_about_plan(campaign, language)]


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
    text = say("campaign.placebos", language, alarms=alarms, n=n, moved=moved, brands=brands)
    often = alarms > OFTEN * n or moved > OFTEN * brands
    return f"{text} {say('campaign.placebos_many', language)}" if often else text


def _about_plan(campaign: Campaign, language: str) -> Iterator[str]:
    plan = campaign.plan
    words = {
        "day": plan.recorded_at.date() if plan.recorded_at else "",
        "digest": plan.digest[:DIGEST_SHOWN],
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
    rows: list[tuple[str, Span | None]] = [(say("campaign_row.effect", language), campaign.effect)]
    if campaign.support != "unproven":
        rows.append((say("campaign_row.machine", language), campaign.machine_effect))
    if campaign.second is not None:
        rows.append((say("campaign_row.second", language), campaign.second.effect))
    rows += [(say("campaign_row.brand", language, brand=one.brand), one.effect) for one in campaign.placebo_brands]
    rows += [(say("campaign_row.start", language, day=one.week), one.effect) for one in campaign.placebo_starts]
    heads = tuple(say(f"campaign_head.{name}", language) for name in ("what", "span", "holds_zero"))
    cells = tuple(
        (Cell(name), Cell(span_text(span, language), number=True), Cell(_zero(span, language))) for name, span in rows
    )
    return Sheet(sentence(campaign, language), heads, cells)


def _zero(span: Span | None, language: str) -> str:
    holds = None if span is None else _holds(span, 0.0)
    return say({True: "campaign.yes", False: "campaign.no", None: "campaign.unknown"}[holds], language)
