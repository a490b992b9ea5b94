"""Labels as events with a current view, audit, publications."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from leumund.ledger.schema import UtcTime

revision = "0001"
down_revision = None

_LABEL_KEY = ["post_id", "brand", "aspect", "field", "labeller"]

# The later verdict counts; of two at the same moment the one that was recorded later.
_CURRENT_LABELS = """
CREATE VIEW labels AS
SELECT post_id, brand, aspect, field, value, labeller, labelled_at, plan_id, inclusion_probability, blind
FROM (
    SELECT label_events.*, row_number() OVER (
        PARTITION BY post_id, brand, aspect, field, labeller ORDER BY labelled_at DESC, event_number DESC
    ) AS age
    FROM label_events
) AS verdicts
WHERE age = 1
"""


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True)


def _text(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text(), nullable=False) for name in names]


def _time(name: str) -> sa.Column[object]:
    return sa.Column(name, UtcTime(), nullable=False)


def upgrade() -> None:
    """Make the first three tables and the view of labels."""
    op.create_table(
        "label_events",
        _number("event_number"),
        sa.Column("event_id", sa.Text(), nullable=False),
        _time("recorded_at"),
        *_text("post_id", "brand", "aspect", "field", "value", "labeller"),
        _time("labelled_at"),
        *_text("plan_id"),
        sa.Column("inclusion_probability", sa.Double(), nullable=True),
        sa.Column("blind", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("event_number", name="pk_label_events"),
        sa.UniqueConstraint("event_id", name="uq_label_events_event_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_label_events_post_id", "label_events", _LABEL_KEY)
    op.execute(_CURRENT_LABELS)
    op.create_table(
        "audit",
        _number("number"),
        _time("at"),
        *_text("who", "what", "subject", "detail"),
        sa.PrimaryKeyConstraint("number", name="pk_audit"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "publications",
        *_text("publication_id", "snapshot_id", "report_sha256", "title", "published_by"),
        _time("published_at"),
        sa.PrimaryKeyConstraint("publication_id", name="pk_publications"),
    )
