"""A campaign's plan: what was written down, when, and whether what is looked at is what was planned."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime

from leumund.errors import UnknownName, WrongUse, near_name
from leumund.tables import CampaignEntry

__all__ = ["COUNTED", "Asked", "PlanStatus", "Terms", "latest_terms", "plan_status", "terms_asked", "terms_of"]

COUNTED = ("posts", "authors", "threads")


@dataclass(frozen=True, slots=True)
class Terms:
    """What is asked of a campaign; `weeks_after` 0 = all weeks there are."""

    name: str
    brand: str
    starts_on: date
    rivals: tuple[str, ...]
    weeks_after: int = 0
    counted: str = "posts"
    measure: str = "net_index"
    aspect: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "rivals", tuple(sorted(self.rivals)))  # their order means nothing


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody asks of a campaign; None = as written down before, else the usual."""

    name: str
    brand: str | None = None
    starts_on: date | None = None
    rivals: tuple[str, ...] | None = None
    weeks_after: int | None = None
    counted: str | None = None


@dataclass(frozen=True, slots=True)
class PlanStatus:
    """Whether a plan stood before the start.

    `kind` is planned, differs (a plan stood, and something else is looked at: `differences` names it), late (a plan,
    but not before the start), altered (the plan no longer fits its fingerprint) or none. `n_plans` counts the plans
    written down before the start, `n_looks` the different ways in which the effect was looked for so far.
    """

    kind: str
    digest: str = ""
    recorded_at: datetime | None = None
    differences: tuple[str, ...] = ()
    n_plans: int = 0
    n_looks: int = 0


def terms_of(entry: CampaignEntry) -> Terms:
    """Give the terms that an entry of the ledger holds."""
    rivals = tuple(str(rival) for rival in json.loads(entry.rivals))
    return Terms(
        name=entry.name,
        brand=entry.brand,
        starts_on=entry.starts_on,
        rivals=rivals,
        weeks_after=entry.weeks_after,
        counted=entry.counted,
        measure=entry.measure,
        aspect=entry.aspect,
    )


def latest_terms(entries: Sequence[CampaignEntry]) -> tuple[Terms, ...]:
    """Give every campaign once, in the order of their starts: as evaluated last, else as planned last."""
    found: dict[str, CampaignEntry] = {}
    for entry in sorted(entries, key=lambda entry: (not entry.planned, entry.number)):
        found[entry.name] = entry
    terms = (terms_of(entry) for entry in found.values())
    return tuple(sorted(terms, key=lambda one: (one.starts_on, one.name)))


def terms_asked(asked: Asked, entries: Sequence[CampaignEntry], *, own: str, brands: Sequence[str]) -> Terms:
    """Fill in what was not asked for: from the plan that stands under the name, else the last evaluation, else usual.

    The usual is the own brand against all others, counted by posts, as long as there are weeks. Raises UnknownName,
    with the near name, for a brand, a way of counting, or a campaign without a start that nobody wrote down.
    """
    mine = [entry for entry in entries if entry.name == asked.name]
    # A plan outlives what was looked at since: who only names the campaign gets what was planned.
    written = next(iter([e for e in reversed(mine) if e.planned] + mine[-1:]), None)
    before = terms_of(written) if written is not None else None
    starts_on = asked.starts_on or (before.starts_on if before else None)
    if starts_on is None:
        near = near_name(asked.name, sorted({entry.name for entry in entries}))
        raise UnknownName(
            f"no campaign “{asked.name}” was written down yet, so its start is not known",
            where="--start",
            next_step=f"did you mean “{near}”? Else add --start DATE" if near else "add --start DATE, as 2024-03-18",
        )
    brand = _known(asked.brand, brands, "brand") or (before.brand if before else own)
    rivals = tuple(_known(rival, brands, "rival") for rival in asked.rivals or ())
    rivals = rivals or (before.rivals if before and before.brand == brand else ())
    weeks = asked.weeks_after if asked.weeks_after is not None else before.weeks_after if before else 0
    counted = _known(asked.counted, COUNTED, "way of counting") or (before.counted if before else COUNTED[0])
    if brand in rivals:
        raise WrongUse(f"{brand} cannot be its own competitor", where="--rival", next_step="name other brands")
    others = tuple(dict.fromkeys(rivals)) or tuple(name for name in brands if name != brand)
    return Terms(asked.name, brand, starts_on, others, weeks, counted)


def _known(name: str | None, known: Sequence[str], what: str) -> str:
    if name is None or name in known:
        return name or ""
    near = near_name(name, known)
    next_step = f"did you mean “{near}”?" if near else f"there are: {', '.join(known)}"
    raise UnknownName(f"no such {what}: {name}", where="command line", next_step=next_step)


def plan_status(entries: Sequence[CampaignEntry], terms: Terms) -> PlanStatus:
    """Give the status of a campaign's plan; the last one written down before the start holds."""
    mine = [entry for entry in entries if entry.name == terms.name]
    plans = [entry for entry in mine if entry.planned]
    # Before both starts: the one that the plan names, and the one that is looked at now.
    stood = [entry for entry in plans if entry.recorded_at.date() < min(entry.starts_on, terms.starts_on)]
    n_looks = len({entry.digest for entry in mine if not entry.planned})
    if not stood:
        last = plans[-1] if plans else None
        if last is None:
            return PlanStatus("none", n_looks=n_looks)
        return PlanStatus("late", last.digest, last.recorded_at, n_looks=n_looks)
    held = stood[-1]
    planned = terms_of(held)
    differences = tuple(one.name for one in fields(Terms) if getattr(planned, one.name) != getattr(terms, one.name))
    kind = "altered" if not held.digest else "differs" if differences else "planned"
    return PlanStatus(kind, held.digest, held.recorded_at, differences, len(stood), n_looks)
