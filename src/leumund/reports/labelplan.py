"""The plan for labels and the agreement of labellers in words: a few sentences and a small table."""

from __future__ import annotations

import math
from collections.abc import Sequence

from leumund.picture.agreement import Agreement, Differing
from leumund.picture.planning import TARGETS, LabelPlan, PlannedFigure
from leumund.wording import number, say

__all__ = ["agreement_lines", "agreement_short", "plan_lines"]


def plan_lines(plan: LabelPlan, language: str) -> list[str]:
    """Give the plan as lines of text: sentences, then a table of plain columns."""
    if not plan.figures or plan.figures[0].figure != "quarter":
        return [say("plan.nothing", language, brand=plan.own)]
    quarter = plan.figures[0]
    sentences = [*_of_reader(plan, language), _of_posts(quarter, language), _of_weekly(plan, quarter, language)]
    double = number(100 * plan.double_share, language, digits=0)
    sentences.append(say("plan.counted", language, brand=plan.own, double=double))
    if plan.n_open_seconds:
        sentences.append(say("plan.waiting", language, n=plan.n_open_seconds))
    return [say("plan.title", language, brand=plan.own), "", *sentences, "", *_table(plan, language)]


def _of_reader(plan: LabelPlan, language: str) -> list[str]:
    reader = plan.reader
    rho, low, high = (number(value, language, digits=2) for value in (reader.rho, reader.low, reader.high))
    said: dict[str, str | int] = {"rho": rho, "low": low, "high": high, "n": reader.n_labels}
    gain = number(100 * (1 - reader.width_ratio), language, digits=0)
    if reader.assumed is None:
        first = say("plan.reader_measured", language, gain=gain, **said)
    else:
        what, elsewhere = reader.assumed.what[language], reader.assumed.n
        first = say("plan.reader_assumed", language, gain=gain, what=what, elsewhere=elsewhere, **said)
    tau = number(reader.tau, language, digits=0 if reader.tau >= 1 else 1)
    return [first, say("plan.tau_assumed" if reader.tau_assumed else "plan.tau_measured", language, tau=tau)]


def _of_posts(quarter: PlannedFigure, language: str) -> str:
    effective = round(quarter.n_posts / quarter.posts_design)
    design = number(quarter.labels_design, language, digits=1)
    return say("plan.design", language, posts=quarter.n_posts, effective=effective, design=design)


def _of_weekly(plan: LabelPlan, quarter: PlannedFigure, language: str) -> str:
    widths = {"quarter": quarter.after_quarter, "year": quarter.after_year, "best": quarter.best}
    said = {name: _points(width, language) for name, width in widths.items()}
    return say("plan.weekly_buys", language, weekly=plan.weekly, brand=plan.own, **said)


def _points(width: float, language: str) -> str:
    if not math.isfinite(width) or width > 100:
        return "100"
    return number(width, language, digits=0 if width >= 10 else 1)


def _table(plan: LabelPlan, language: str) -> list[str]:
    heads = [say("plan.head_figure", language), *(f"±{target}" for target in TARGETS)]
    heads += [say("plan.head_quarter", language), say("plan.head_year", language)]
    rows = [heads]
    for figure in plan.figures:
        name = _named(figure, plan, language)
        counts = [say("plan.never", language) if n is None else number(n, language) for n in figure.labels]
        widths = [f"±{_points(width, language)}" for width in (figure.after_quarter, figure.after_year)]
        rows.append([name, *counts, *widths])
    return _columns(rows)


def _named(figure: PlannedFigure, plan: LabelPlan, language: str) -> str:
    if figure.figure == "difference":
        return say("plan.difference", language, rival=figure.rival)
    return f"{plan.own}, {say('plan.quarter' if figure.figure == 'quarter' else 'plan.week', language)}"


def _columns(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    return [
        "  ".join(cell.ljust(width) if place == 0 else cell.rjust(width) for place, (cell, width) in enumerate(pairs))
        for pairs in (list(zip(row, widths, strict=True)) for row in rows)
    ]


def agreement_lines(agreement: Agreement, differing: Sequence[Differing], language: str) -> list[str]:
    """Give what is said of the agreement, and each post on which people differ."""
    grade, n, same = agreement.grade, agreement.n_posts, agreement.n_same
    if grade == "none":
        return [say("agreement.none", language)]
    if grade == "undefined":
        lines = [say("agreement.undefined", language, n=n, same=same), say("agreement.undecided", language)]
    else:
        lines = [say("agreement.measured", language, n=n, same=same, **_alphas(agreement, language))]
        lines.append(say(f"agreement.{grade}", language))
    for one in differing:
        said = ", ".join(f"{labeller}: {say(f'label.{verdict}', language)}" for labeller, verdict in one.verdicts)
        lines += ["", f"{one.brand} · {said} · {one.post_id}", f"  {one.excerpt}"]
    return lines


def agreement_short(agreement: Agreement, language: str) -> str:
    """Give the agreement for one cell of the method page; '' when there is none."""
    if agreement.alpha is None or agreement.low is None:
        return ""
    return say("agreement.short", language, n=agreement.n_posts, **_alphas(agreement, language))


def _alphas(agreement: Agreement, language: str) -> dict[str, str]:
    values = {"alpha": agreement.alpha, "low": agreement.low, "high": agreement.high}
    return {name: number(value or 0.0, language, digits=2) for name, value in values.items()}
