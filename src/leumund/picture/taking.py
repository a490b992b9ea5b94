"""Taking verdicts back: what people wrote into a table becomes labels; what cannot be right is listed, not guessed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from rapidfuzz import fuzz

from leumund.errors import MissingColumn, near_name
from leumund.folding import fold
from leumund.posts.identity import post_id_of
from leumund.tables import Drawn, Label
from leumund.wording import LANGUAGES, say

__all__ = ["NEEDED", "Known", "Taken", "check_columns", "named_columns", "take_rows"]

NEEDED = ("brand", "value", "labeller")
_SHOWN = ("row", "brand", "context", "text", "value", "labeller", "hint")
_MORE = ("post_id", "venue", "number", "aspect", "field", "plan_id", "inclusion_probability", "labelled_at", "blind")
SAME_TEXT = 90  # per cent of letters alike; a labeller's stray key does not make another post
_COMPARED = 4_000
_POLARITY = {
    "negative": ("neg", "tadel", "blame", "minus", "-", "−", "–", "-1", "−1", "-1.0"),
    "neutral": ("neu", "weder noch", "neither", "0", "0.0"),
    "positive": ("pos", "lob", "praise", "plus", "+", "1", "+1", "1.0"),
    "not_relevant": ("not relevant", "irrelevant", "nicht relevant", "nicht einschlägig", "nicht die marke"),
}
_RELEVANT = {"true": ("wahr", "ja", "yes", "1", "1.0"), "false": ("falsch", "nein", "no", "0", "0.0")}


def _understood(words: Mapping[str, Sequence[str]], *, said: bool) -> dict[str, str]:
    found = {word: value for value, others in words.items() for word in (value, *others)}
    if said:
        found |= {say(f"label.{value}", language).casefold(): value for value in words for language in LANGUAGES}
    return found


VALUES = {"polarity": _understood(_POLARITY, said=True), "relevant": _understood(_RELEVANT, said=False)}


@dataclass(frozen=True)
class Known:
    """What the project knows: brands, what was drawn by (plan, post, brand), and the words of the posts named."""

    brands: Sequence[str]
    drawn: Mapping[tuple[str, str, str], Drawn]
    texts: Mapping[str, str]

    def plan_asks(self, plan_id: str, post_id: str) -> list[str]:
        """Give the brands that a plan asks of a post."""
        return [row.brand for row in self.drawn.values() if (row.plan_id, row.post_id) == (plan_id, post_id)]


@dataclass
class Taken:
    """Labels with their row; notes (row, what was seen, next step) on rows left out; and what else was met.

    `n_elsewhere` of the labels are of a draw that this project did not make: they measure by the chance they state.
    `n_gone` posts were drawn for the people of this file, and are not in it any more.
    """

    labels: list[tuple[int, Label]] = field(default_factory=list)
    notes: list[tuple[int, str, str]] = field(default_factory=list)
    n_empty: int = 0
    n_again: int = 0
    n_elsewhere: int = 0
    n_gone: int = 0

    @property
    def n_teaching(self) -> int:
        """How many labels no plan drew: they teach, and measure nothing."""
        return sum(label.plan_id == "" for _, label in self.labels)


def named_columns(header: Sequence[str]) -> list[str]:
    """Give the columns' names as the program says them, from German or English headings in any case."""
    known = {name: name for name in (*_SHOWN, *_MORE)} | {"labeler": "labeller", "annotator": "labeller"}
    for name in _SHOWN:
        for language in LANGUAGES:
            known.setdefault(say(f"label.{name}", language).casefold(), name)
    return [known.get(name.strip().casefold(), name) for name in header]


def check_columns(named: Sequence[str], header: Sequence[str], where: str) -> None:
    """Raise MissingColumn when a needed column is not there, with the near name."""
    missing = [name for name in NEEDED if name not in named]
    if "post_id" not in named and not {"venue", "number"} <= set(named):
        missing.append("post_id")
    if missing:
        near = near_name(missing[0], [name for name in header if name not in (*_SHOWN, *_MORE)])
        listed = ", ".join(f"“{name}”" for name in header[:12])
        raise MissingColumn(
            f"no column “{missing[0]}”; there are: {listed}",
            where=where,
            next_step=f"perhaps “{near}” is meant: rename it" if near else f"needed: {', '.join(NEEDED)}, post_id",
        )


def take_rows(
    named: Sequence[str], rows: Iterable[tuple[int, Sequence[Any]]], known: Known, written: datetime
) -> Taken:
    """Make labels of rows; `named` are the columns, `written` the time of verdicts that carry none of their own.

    A row that a plan drew gets the plan's probability and guideline from `known`, never from the file; one judged again
    under a later guideline keeps the plan that drew it first. A row of which plan and text contradict each other is
    left out; so are two different verdicts of one person on the same.
    """
    taken, met = Taken(), set[tuple[str, ...]]()
    for number, cells in rows:
        row = {name: _text(cell) for name, cell in zip(named, cells, strict=False)}
        met.add((*(row.get(name, "") for name in ("plan_id", "labeller", "post_id")), fold(row.get("brand", ""))))
        if not row.get("value"):
            taken.n_empty += any(row.values())
            continue
        try:
            taken.labels.append((number, _label(row, known, written)))
        except _RowError as trouble:
            taken.notes.append((number, trouble.seen, trouble.next_step))
    _settle_doubles(taken)
    ours = {plan_id for plan_id, _, _ in known.drawn} | {""}
    taken.n_elsewhere = sum(label.plan_id not in ours for _, label in taken.labels)
    drawn = {(row.plan_id, row.labeller, row.post_id, fold(row.brand)) for row in known.drawn.values()}
    theirs = {key[:2] for key in met}
    taken.n_gone = sum(key[:2] in theirs for key in drawn - met)
    return taken


class _RowError(Exception):
    def __init__(self, seen: str, next_step: str = "mend the row and take the file again") -> None:
        super().__init__(seen)
        self.seen, self.next_step = seen, next_step


def _text(cell: Any) -> str:
    return "" if cell is None else str(cell).strip()


def _label(row: dict[str, str], known: Known, written: datetime) -> Label:
    what = row.get("field") or "polarity"
    _known("field", what, VALUES)
    value = VALUES[what].get(row["value"].casefold())
    if value is None:
        _known("value", row["value"], VALUES[what])
    brand = _brand(row.get("brand", ""), known.brands)
    if not row.get("labeller"):
        raise _RowError("nobody is named as labeller", "write the name into the row and take the file again")
    post_id = row.get("post_id") or post_id_of(row.get("venue", ""), row.get("number", ""))
    if post_id not in known.texts:
        raise _RowError(f"no post {post_id[:12]}… in this project", "is it a file of another project?")
    _check_text(row, known.texts[post_id])
    plan_id, chance, guideline = _plan(row, post_id, brand, known)
    return Label(
        post_id=post_id,
        brand=brand,
        aspect=row.get("aspect", ""),
        field=what,
        value=str(value),
        labeller=row["labeller"],
        labelled_at=_moment(row.get("labelled_at", ""), written),
        plan_id=plan_id,
        inclusion_probability=chance,
        blind=(row.get("blind") or "true").casefold() not in ("false", "falsch", "0", "no", "nein"),
        guideline=guideline,
    )


def _known(what: str, given: str, among: Iterable[str]) -> None:
    if given not in among:
        near = near_name(given, among)
        raise _RowError(f"{what} “{given[:80]}” is not known" + (f"; did you mean “{near}”?" if near else ""))


def _brand(given: str, brands: Sequence[str]) -> str:
    by_fold = {fold(brand): brand for brand in brands}
    if given and fold(given) not in by_fold:
        _known("brand", given, brands)
    return by_fold.get(fold(given), given)


def _moment(given: str, written: datetime) -> datetime:
    try:
        at = datetime.fromisoformat(given) if given else written
    except ValueError:
        raise _RowError(f"labelled_at “{given[:40]}” is not understood", "write it as 2024-05-03T14:05:00") from None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    if given and at > datetime.now(UTC) + timedelta(days=1):  # it would outlast every later verdict
        raise _RowError(f"labelled_at “{given[:40]}” lies in the future", "put the day right, or leave it empty")
    return at


def _check_text(row: dict[str, str], text: str) -> None:
    """The labeller judged the words in the row; if they are not the post's, the row was torn apart."""
    shown = _letters(row.get("text", ""))
    if shown and row.get("plan_id") and fuzz.ratio(shown, _letters(text)[: len(shown) + 40]) < SAME_TEXT:
        raise _RowError(
            f"the text is not that of post {row.get('post_id', '')[:12]}…: “{row['text'][:40]}…”",
            "rows were mixed up: sort whole rows only, or judge it in a fresh workbook (leumund label next)",
        )


def _letters(text: str) -> str:
    for language in LANGUAGES:
        text = text.removesuffix(say("label.cut", language))
    return "".join(fold(text).split())[:_COMPARED]


def _plan(row: dict[str, str], post_id: str, brand: str, known: Known) -> tuple[str, float | None, str]:
    """Which draw measures with this label, if any: plan, probability, guideline."""
    plan_id = row.get("plan_id", "")
    drawn = known.drawn.get((plan_id, post_id, brand))
    if drawn is not None and not row.get("aspect") and (row.get("field") or "polarity") == "polarity":
        return drawn.again_of or plan_id, drawn.inclusion_probability, drawn.guideline
    asked = known.plan_asks(plan_id, post_id) if plan_id else []
    if asked and brand not in asked:
        raise _RowError(
            f"brand “{brand}” was not asked of this post, but {', '.join(f'“{name}”' for name in asked)}",
            "put the brand back, or judge it in a fresh workbook (leumund label next)",
        )
    ours = any(plan == plan_id for plan, _, _ in known.drawn)
    if plan_id and not ours and row.get("inclusion_probability"):
        # Drawn elsewhere, and it says with what probability.
        return plan_id, _chance(row["inclusion_probability"], len(known.texts) * len(known.brands)), ""
    return "", None, ""


def _chance(given: str, most: int) -> float:
    try:
        chance = float(given)
    except ValueError:
        raise _RowError(f"inclusion_probability “{given[:40]}” is not a number") from None
    if not 0 < chance <= 1:
        raise _RowError(f"inclusion_probability {chance} is not between 0 and 1")
    if chance * most < 1:
        raise _RowError(
            f"with inclusion_probability {chance:g} it stands for {1 / chance:,.0f} opinions of at most {most:,}",
            "write with which chance it was drawn from the posts of this project",
        )
    return chance


def _settle_doubles(taken: Taken) -> None:
    """The same verdict twice is one; two different ones by the same person are none, and both are listed."""
    said: dict[tuple[str, ...], list[tuple[int, Label]]] = {}
    for number, label in taken.labels:
        key = (label.post_id, label.brand, label.aspect, label.field, label.labeller, label.guideline)
        said.setdefault(key, []).append((number, label))
    taken.labels = []
    for again in said.values():
        if len({label.value for _, label in again}) == 1:
            # A copied row without its plan does not take the plan from the first.
            taken.labels.append(next((one for one in again if one[1].plan_id), again[0]))
            taken.n_again += len(again) - 1
            continue
        rows = " and ".join(str(number) for number, _ in again)
        for number, label in again:
            seen = f"{label.labeller} gives this post {label.value} here and something else elsewhere (rows {rows})"
            taken.notes.append((number, seen, "keep one of them and take the file again"))
    taken.labels.sort(key=lambda one: one[0])
    taken.notes.sort()
