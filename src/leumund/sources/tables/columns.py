"""Which column of somebody's table is what: by its name in German or English, or as the user says."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from leumund.errors import MissingColumn, UnknownName, near_name

__all__ = ["KNOWN", "NEEDED", "folded", "known_columns", "mapped"]

# Our name -> names that mean it, the surest first; compared without case, spaces and signs.
_NAMES = {
    "number": "post_id postid id beitragsnr beitragsnummer beitrag_id nr nummer number message_id msgid",
    "author": "author autor autorin verfasser verfasserin user username nutzer nutzername benutzer benutzername "
    "nick nickname name author_name absender",
    "text": "text beitrag beitragstext inhalt message body content nachricht kommentar comment post_text posttext "
    "review bewertung post",
    "posted_at": "posted_at datum date zeit zeitpunkt time timestamp datetime created_at created erstellt erstellt_am "
    "veröffentlicht veröffentlicht_am published published_at created_utc posted datum_zeit",
    "title": "thread_title title titel thema threadtitel betreff subject topic thread",
    "thread": "thread_id threadid thread_number themen_id topic_id themanr",
    "url": "url link permalink adresse",
    "venue": "venue quelle forum source website site plattform",
    "board": "board unterforum bereich rubrik kategorie category section",
    "position": "position pos",
    "quotes": "quotes zitate",
    "edited_at": "edited_at geändert geändert_am bearbeitet_am",
}
NEEDED = ("text", "posted_at")
KNOWN = tuple(_NAMES)


def folded(name: str) -> str:
    """Give a column's name without case, spaces and signs, umlauts written out."""
    low = name.strip().lower().replace("ä", "ae").replace("ö", "oe").replace("ü", "ue").replace("ß", "ss")
    return re.sub(r"[^a-z0-9]", "", low)


_MEANING = {folded(name): ours for ours, names in reversed(_NAMES.items()) for name in names.split()}
_RANK = {folded(name): rank for names in _NAMES.values() for rank, name in enumerate(names.split())}


def known_columns(header: Sequence[str]) -> int:
    """Give how many columns of `header` are called by a known name."""
    return sum(folded(name) in _MEANING for name in header)


def mapped(header: Sequence[str], wanted: Mapping[str, str], *, where: str) -> dict[str, int]:
    """Give our name -> place of the column.

    `wanted` (our name -> the table's) goes first; '' there means "has none". Raises MissingColumn when a needed or
    wanted column is not there, UnknownName when `wanted` uses a name that is not ours.
    """
    places = _as_wanted(header, wanted, where)
    taken = set(places.values())
    for place in sorted(range(len(header)), key=lambda place: _RANK.get(folded(header[place]), 0)):
        ours = _MEANING.get(folded(header[place]))
        if ours and ours not in places and ours not in wanted and place not in taken:
            places[ours] = place
            taken.add(place)
    for ours in NEEDED:
        if ours not in places and ours not in wanted:
            raise _missing(ours, header, where)
    if "text" not in places:
        raise _missing("text", header, where)
    return places


def _as_wanted(header: Sequence[str], wanted: Mapping[str, str], where: str) -> dict[str, int]:
    places: dict[str, int] = {}
    plain = {folded(name): place for place, name in reversed(list(enumerate(header)))}
    for ours, theirs in wanted.items():
        if ours not in _NAMES:
            near = near_name(ours, KNOWN)
            raise UnknownName(
                f"“{ours}” is no column of ours", where=where, next_step=f"perhaps {near}" if near else ", ".join(KNOWN)
            )
        if not theirs:
            continue
        place = header.index(theirs) if theirs in header else plain.get(folded(theirs))
        if place is None:
            near = near_name(theirs, header)
            raise MissingColumn(
                f"no column “{theirs}”; there are: {_listed(header)}",
                where=where,
                next_step=f"perhaps “{near}”: --column {ours}={near}" if near else "name one of these columns",
            )
        places[ours] = place
    return places


def _missing(ours: str, header: Sequence[str], where: str) -> MissingColumn:
    names = {folded(name): name for name in header}
    near = next((names[hit] for name in _NAMES[ours].split() if (hit := near_name(folded(name), names))), "")
    return MissingColumn(
        f"no column for {ours}; there are: {_listed(header)}",
        where=where,
        next_step=f"perhaps --column {ours}={near}" if near else f"name it: --column {ours}=NAME",
    )


def _listed(header: Sequence[str]) -> str:
    shown = ", ".join(f"“{name}”" for name in header[:12])
    return f"{shown} …" if len(header) > 12 else shown
