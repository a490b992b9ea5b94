"""The ledger's tables: the declared columns, and beside them the number and identity of each event.

Migrations make them in the database; a test holds that both say the same.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeEngine

from leumund.tables import Field, table_of

__all__ = [
    "AMENDMENTS",
    "AUDIT",
    "CAMPAIGNS",
    "CURRENT_LABELS",
    "CURRENT_OVERRIDES",
    "DRAWN",
    "LABEL_EVENTS",
    "METADATA",
    "NEWEST_REVISION",
    "OVERRIDE_EVENTS",
    "PUBLICATIONS",
    "UtcTime",
]

NEWEST_REVISION = "0005"
"""The migration that this program expects; a ledger that knows a later one was made by a newer Leumund."""


class UtcTime(sa.types.TypeDecorator[datetime]):
    """A moment: timestamptz on PostgreSQL; on SQLite a text of fixed width, so that order of text is order of time."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[str] | TypeEngine[datetime]:
        """Give the type that this database stores."""
        return sa.Text() if dialect.name == "sqlite" else sa.DateTime(timezone=True)

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | datetime | None:
        """Give the moment as this database takes it."""
        if value is None:
            return None
        utc = value.astimezone(UTC)
        return f"{utc.replace(tzinfo=None).isoformat(timespec='microseconds')}Z" if dialect.name == "sqlite" else utc

    def process_result_value(self, value: str | datetime | None, dialect: Dialect) -> datetime | None:
        """Give the stored moment in UTC, whatever zone the database's session has."""
        if value is None:
            return None
        return (datetime.fromisoformat(value) if isinstance(value, str) else value).astimezone(UTC)


_COLUMN_TYPES: dict[pa.DataType, TypeEngine[Any]] = {
    pa.string(): sa.Text(),
    pa.bool_(): sa.Boolean(),
    pa.int64(): sa.BigInteger(),
    pa.float64(): sa.Double(),
    pa.date32(): sa.Date(),
    pa.timestamp("us", tz="UTC"): UtcTime(),
}

_NAMES = {"pk": "pk_%(table_name)s", "uq": "uq_%(table_name)s_%(column_0_name)s", "ix": "ix_%(column_0_label)s"}

METADATA = sa.MetaData(naming_convention=_NAMES)


def _column(field: Field) -> sa.Column[Any]:
    return sa.Column(field.name, _COLUMN_TYPES[field.type], nullable=field.nullable)


def _event_number(name: str) -> sa.Column[int]:
    # SQLite counts on by itself only in a column whose type is INTEGER to the letter.
    return sa.Column(name, sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True)


LABEL_EVENTS = sa.Table(
    "label_events",
    METADATA,
    _event_number("event_number"),
    sa.Column("event_id", sa.Text(), nullable=False, unique=True),
    sa.Column("recorded_at", UtcTime(), nullable=False),
    *[_column(field) for field in table_of("labels").fields],
    sa.Index(None, *table_of("labels").key),
    sqlite_autoincrement=True,
)
"""Every verdict ever given; event_id is the digest of the whole verdict."""

CURRENT_LABELS = sa.Table("labels", sa.MetaData(), *[_column(field) for field in table_of("labels").fields])
"""The view of the last verdict of each labeller on each (post, brand, aspect, field) under each guideline."""

DRAWN = sa.Table(
    "drawn",
    METADATA,
    *[_column(field) for field in table_of("drawn").fields],
    sa.PrimaryKeyConstraint(*table_of("drawn").key),
)
"""Every post that was ever drawn to be judged."""

AUDIT = sa.Table(
    "audit",
    METADATA,
    _event_number("number"),
    *[_column(field) for field in table_of("audit").fields if field.name != "number"],
    sqlite_autoincrement=True,
)

PUBLICATIONS = sa.Table(
    "publications",
    METADATA,
    *[_column(field) for field in table_of("publications").fields],
    sa.PrimaryKeyConstraint("publication_id"),
)

CAMPAIGNS = sa.Table(
    "campaigns",
    METADATA,
    *[_column(field) for field in table_of("campaigns").fields],
    sa.PrimaryKeyConstraint("entry_id"),
    sa.UniqueConstraint("name", "number"),
)
"""Plans and evaluations as written down; each entry of a name knows the one before it by its identity."""

OVERRIDE_EVENTS = sa.Table(
    "override_events",
    METADATA,
    _event_number("event_number"),
    sa.Column("event_id", sa.Text(), nullable=False, unique=True),
    sa.Column("recorded_at", UtcTime(), nullable=False),
    *[_column(field) for field in table_of("overrides").fields],
    sa.Index(None, *table_of("overrides").key),
    sqlite_autoincrement=True,
)
"""Every reading ever put right by hand."""

CURRENT_OVERRIDES = sa.Table("overrides", sa.MetaData(), *[_column(field) for field in table_of("overrides").fields])
"""The view of the last override of each (post, brand, aspect, field)."""

AMENDMENTS = sa.Table(
    "amendments",
    METADATA,
    *[_column(field) for field in table_of("amendments").fields],
    sa.PrimaryKeyConstraint("amendment_id"),
)
"""Every figure of a published report that changed its digits."""
