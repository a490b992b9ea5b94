"""Overrides as events with a current view, and amendments of published reports."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from leumund.ledger.schema import UtcTime

revision = "0004"
down_revision = "0003"

_OVERRIDE_KEY = ["post_id", "brand", "aspect", "field"]

# The later override counts, whoever made it; of two at the same moment the one that was recorded later.
_CURRENT_OVERRIDES = """
CREATE VIEW overrides AS
SELECT post_id, brand, aspect, field, value, overridden_by, overridden_at, reason
FROM (
    SELECT override_events.*, row_number() OVER (
        PARTITION BY post_id, brand, aspect, field ORDER BY overridden_at DESC, event_number DESC
    ) AS age
    FROM override_events
) AS verdicts
WHERE age = 1
"""


def _text(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text(), nullable=False) for name in names]


def _dates(*names: str) -> list[sa.Column[object]]:
    return [sa.Column(name, sa.Date(), nullable=False) for name in names]


def _figure(when: str) -> list[sa.Column[float]]:
    return [sa.Column(f"{when}_{name}", sa.Double(), nullable=True) for name in ("value", "low", "high")]


def upgrade() -> None:
    """Make both tables and the view of overrides."""
    op.create_table(
        "override_events",
        sa.Column("event_number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True),
        *_text("event_id"),
        sa.Column("recorded_at", UtcTime(), nullable=False),
        *_text(*_OVERRIDE_KEY, "value", "overridden_by"),
        sa.Column("overridden_at", UtcTime(), nullable=False),
        *_text("reason"),
        sa.PrimaryKeyConstraint("event_number", name="pk_override_events"),
        sa.UniqueConstraint("event_id", name="uq_override_events_event_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_override_events_post_id", "override_events", _OVERRIDE_KEY)
    op.execute(_CURRENT_OVERRIDES)
    op.create_table(
        "amendments",
        *_text("amendment_id", "publication_id", "figure_id", "snapshot_id", "kind", "cause"),
        *_text("measure", "brand", "rival", "aspect", "period"),
        *_dates("period_start", "period_end"),
        *_text("counted"),
        *_figure("old"),
        *_text("old_support"),
        *_figure("new"),
        *_text("new_support"),
        sa.Column("noted_at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("amendment_id", name="pk_amendments"),
    )
