"""The ledger itself: what is recorded stays, and what holds now can be read."""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from hashlib import blake2b, sha256
from types import TracebackType
from typing import Self

import pyarrow as pa
import pyarrow.compute as pc
import sqlalchemy as sa

from leumund.errors import WrongUse
from leumund.ledger.databases import bring_up_to_date, engine_for, reading, writing
from leumund.ledger.schema import (
    AMENDMENTS,
    AUDIT,
    CAMPAIGNS,
    CURRENT_LABELS,
    CURRENT_OVERRIDES,
    DRAWN,
    LABEL_EVENTS,
    OVERRIDE_EVENTS,
    PUBLICATIONS,
)
from leumund.tables import Amendment, Drawn, Label, Override, rows_to_arrow, table_of

__all__ = ["Ledger", "open_ledger"]

PLANNED = ("name", "brand", "starts_on", "weeks_after", "measure", "counted", "aspect", "rivals")  # what a plan says


def open_ledger(url: str) -> Ledger:
    """Open the ledger at `url`, and make or migrate its tables where needed.

    `sqlite:////path/to/ledger.sqlite` or `postgresql://USER:PASSWORD@HOST/DATABASE`. Raises LedgerError when the
    database cannot be used, with the password left out of the message.
    """
    engine = engine_for(url)
    try:
        bring_up_to_date(engine)
    except BaseException:  # a pressed Ctrl-C too leaves no connection open; it goes on up
        engine.dispose()
        raise
    return Ledger(engine)


class Ledger:
    """What people decide: events that are only ever added to, and the view of what holds now.

    Threads may share one; each process opens its own. Every method raises LedgerError when the database fails, and then
    nothing of that call was recorded.
    """

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the database; SQLite then folds its side files back into the one file."""
        self._engine.dispose()

    def record_labels(self, labels: Iterable[Label]) -> int:
        """Add verdicts, all or none, and give how many were new.

        The very same label again changes nothing. Among the verdicts of one labeller on one (post, brand, aspect,
        field) under one guideline the latest labelled_at holds; at the same moment the one recorded last. Raises
        WrongUse for a time without zone and for text that no database can store.
        """
        events = [_label_event(label) for label in labels]
        return self._add(LABEL_EVENTS, events, identity="event_id") if events else 0

    def labels(self) -> pa.Table:
        """Give the verdicts that hold now, in the schema of table `labels`, sorted by its key."""
        return self._read("labels", CURRENT_LABELS, order=table_of("labels").key)

    def record_drawn(self, rows: Iterable[Drawn]) -> int:
        """Add what chance picked to be judged, all or none, and give how many rows were new.

        A plan's post and brand that are known already stay as they are. Raises WrongUse as `record_labels` does.
        """
        drawn = [_plain_row(row) for row in rows]
        return self._add(DRAWN, drawn, identity=table_of("drawn").key) if drawn else 0

    def drawn(self) -> pa.Table:
        """Give all that was ever drawn, in the schema of table `drawn`, sorted by its key."""
        return self._read("drawn", DRAWN, order=table_of("drawn").key)

    def audit(self, *, who: str, what: str, subject: str = "", detail: str = "") -> None:
        """Note that `who` did `what` to `subject`, now."""
        row = {"at": datetime.now(UTC), "who": who, "what": what, "subject": subject, "detail": detail}
        _check_text(row)
        with writing(self._engine) as connection:
            connection.execute(AUDIT.insert(), row)

    def audit_rows(self) -> pa.Table:
        """Give every note, oldest first, in the schema of table `audit`."""
        return self._read("audit", AUDIT, order=("number",))

    def publish(self, *, snapshot_id: str, report_sha256: str, title: str, published_by: str) -> str:
        """Note that a report was given out, and give its publication_id.

        The identity follows from snapshot and report alone. The same again changes nothing: title, person and time of
        the first stay.
        """
        report: dict[str, object] = {
            "snapshot_id": snapshot_id,
            "report_sha256": report_sha256,
            "title": title,
            "published_by": published_by,
        }
        _check_text(report)
        publication_id = _digest(snapshot_id, report_sha256)
        event = {"publication_id": publication_id, **report, "published_at": datetime.now(UTC)}
        self._add(PUBLICATIONS, [event], identity="publication_id")
        return publication_id

    def publications(self) -> pa.Table:
        """Give every report that was given out, oldest first, in the schema of table `publications`."""
        return self._read("publications", PUBLICATIONS, order=("published_at", "publication_id"))

    def record_campaign(
        self,
        name: str,
        *,
        planned: bool,
        brand: str,
        starts_on: date,
        weeks_after: int,
        measure: str,
        counted: str,
        aspect: str,
        rivals: Sequence[str],
        recorded_by: str,
    ) -> bool:
        """Write a campaign down, as a plan or as evaluated, and tell whether that is new.

        The same as the last plan (or the last evaluation) under this name changes nothing. Time and number are the
        ledger's own; the digest follows from what is written down alone, so it can be handed to somebody else.
        """
        said: dict[str, object] = {
            "name": name,
            "brand": brand,
            "starts_on": starts_on,
            "weeks_after": weeks_after,
            "measure": measure,
            "counted": counted,
            "aspect": aspect,
            "rivals": json.dumps(list(rivals), ensure_ascii=False),
        }
        _check_text({**said, "recorded_by": recorded_by})
        digest = _plan_digest(said)
        with writing(self._engine) as connection:
            found = connection.execute(
                sa.select(CAMPAIGNS).where(CAMPAIGNS.c.name == name).order_by(CAMPAIGNS.c.number)
            ).all()
            if digest in [row.digest for row in found if row.planned is planned][-1:]:
                return False
            before = found[-1].entry_id if found else ""
            entry = {
                "entry_id": _digest(before, planned, digest),
                "number": len(found) + 1,
                "planned": planned,
                "digest": digest,
                "recorded_by": recorded_by,
                "recorded_at": datetime.now(UTC),
            }
            connection.execute(CAMPAIGNS.insert(), {**said, **entry})
        return True

    def campaigns(self) -> pa.Table:
        """Give every plan and evaluation, by name and in the order they came, in the schema of table `campaigns`.

        The digest is '' where it does not fit what stands beside it: somebody has altered the row.
        """
        rows = self._read("campaigns", CAMPAIGNS, order=("name", "number"))
        fits = [row["digest"] == _plan_digest({name: row[name] for name in PLANNED}) for row in rows.to_pylist()]
        digest = pc.if_else(pa.array(fits, pa.bool_()), rows["digest"], "")
        return rows.set_column(rows.schema.get_field_index("digest"), rows.schema.field("digest"), digest)

    def record_overrides(self, overrides: Iterable[Override]) -> int:
        """Add readings put right by hand, all or none, and give how many were new.

        Of one (post, brand, aspect, field) the latest overridden_at holds; at the same moment the one recorded last.
        Raises WrongUse for a time without zone, an empty reason, and text that no database can store.
        """
        events = [_override_event(override) for override in overrides]
        return self._add(OVERRIDE_EVENTS, events, identity="event_id") if events else 0

    def overrides(self) -> pa.Table:
        """Give the overrides that hold now, in the schema of table `overrides`, sorted by its key."""
        return self._read("overrides", CURRENT_OVERRIDES, order=table_of("overrides").key)

    def record_amendments(self, amendments: Iterable[Amendment]) -> int:
        """Note what changed in published reports, all or none, and give how many were new; known ones stay."""
        rows = [{name: getattr(one, name) for name in Amendment.__slots__} for one in amendments]
        return self._add(AMENDMENTS, rows, identity="amendment_id") if rows else 0

    def amendments(self) -> pa.Table:
        """Give every amendment, oldest first, in the schema of table `amendments`."""
        return self._read("amendments", AMENDMENTS, order=("noted_at", "amendment_id"))

    def _add(self, table: sa.Table, rows: list[dict[str, object]], *, identity: str | tuple[str, ...]) -> int:
        keys = (identity,) if isinstance(identity, str) else identity
        insert = _insert_new(table, keys, self._engine.dialect.name).returning(table.c[keys[0]])
        with writing(self._engine) as connection:
            return len(connection.execute(insert, rows).all())

    def _read(self, name: str, source: sa.Table, *, order: tuple[str, ...]) -> pa.Table:
        with reading(self._engine) as connection:
            rows = connection.execute(sa.select(source)).all()
        # Sorted here, because databases sort text by the rules of the country they were set up in.
        return rows_to_arrow(name, rows).sort_by([(column, "ascending") for column in order])


def _insert_new(table: sa.Table, identity: tuple[str, ...], database: str) -> sa.Insert:
    # SQLAlchemy has no common word for this; and a dialect that is not needed is not loaded.
    if database == "postgresql":
        from sqlalchemy.dialects import postgresql

        return postgresql.insert(table).on_conflict_do_nothing(index_elements=list(identity))
    from sqlalchemy.dialects import sqlite

    return sqlite.insert(table).on_conflict_do_nothing(index_elements=list(identity))


def _label_event(label: Label) -> dict[str, object]:
    row: dict[str, object] = {field.name: getattr(label, field.name) for field in dataclasses.fields(label)}
    _check_text(row)
    if label.labelled_at.tzinfo is None:
        raise WrongUse(
            "a label's time has no zone",
            where=f"label of post {label.post_id} by {label.labeller}",
            next_step="give labelled_at with a zone, for example datetime.now(UTC)",
        )
    probability = label.inclusion_probability
    if probability is not None and not math.isfinite(probability):
        raise WrongUse(
            f"a label's inclusion_probability is {probability}",
            where=f"label of post {label.post_id} by {label.labeller}",
            next_step="give a number, or None where no plan drew the post",
        )
    row["labelled_at"] = label.labelled_at.astimezone(UTC)
    row["inclusion_probability"] = None if probability is None else float(probability)
    row["blind"] = bool(label.blind)
    # Verdicts from before guidelines had versions keep their identity.
    told = [value for name, value in row.items() if name != "guideline" or value]
    return {"event_id": _digest(*told), "recorded_at": datetime.now(UTC), **row}


def _plain_row(drawn: Drawn) -> dict[str, object]:
    row: dict[str, object] = {field.name: getattr(drawn, field.name) for field in dataclasses.fields(drawn)}
    _check_text(row)
    for name in ("drawn_at", "frame_until"):
        if getattr(drawn, name).tzinfo is None:
            raise WrongUse(f"{name} has no zone", where=f"plan {drawn.plan_id}", next_step="give a time with a zone")
    return row


def _override_event(override: Override) -> dict[str, object]:
    row: dict[str, object] = {field.name: getattr(override, field.name) for field in dataclasses.fields(override)}
    _check_text(row)
    where = f"override of post {override.post_id} by {override.overridden_by}"
    if override.overridden_at.tzinfo is None:
        raise WrongUse(
            "an override's time has no zone", where=where, next_step="give overridden_at with a zone, as in labels"
        )
    if not override.reason.strip():
        raise WrongUse("an override has no reason", where=where, next_step="say in a sentence why the reading is wrong")
    if not override.overridden_by.strip():
        raise WrongUse(
            "an override has no name of who made it", where=where, next_step="say who puts the reading right"
        )
    row["overridden_at"] = override.overridden_at.astimezone(UTC)
    return {"event_id": _digest(*row.values()), "recorded_at": datetime.now(UTC), **row}


def _check_text(row: dict[str, object]) -> None:
    for name, value in row.items():
        if isinstance(value, str) and ("\0" in value or not _is_unicode(value)):
            raise WrongUse(
                f"{name} has signs that a database cannot store: {ascii(value)[:80]}",
                where=f"column {name}",
                next_step="read the text with the right encoding, without NUL bytes and half signs",
            )


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _digest(*parts: object) -> str:
    """Give the blake2b-128 of `parts`, as hex; times count as their moment in UTC."""
    return blake2b(_canonical(parts).encode(), digest_size=16).hexdigest()


def _plan_digest(said: Mapping[str, object]) -> str:
    """Give the SHA-256 of what a plan says, in the order of PLANNED, as JSON without spaces."""
    return sha256(_canonical({name: said[name] for name in PLANNED}).encode()).hexdigest()


def _canonical(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=_iso)


def _iso(when: date | datetime) -> str:
    return when.isoformat()
