"""What was drawn to be judged, and under which guideline a label was given."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from leumund.ledger.schema import UtcTime

revision = "0002"
down_revision = "0001"

_CURRENT_LABELS = """
CREATE VIEW labels AS
SELECT post_id, brand, aspect, field, value, labeller, labelled_at, plan_id, inclusion_probability, blind, guideline
FROM (
    SELECT label_events.*, row_number() OVER (
        PARTITION BY post_id, brand, aspect, field, labeller ORDER BY labelled_at DESC, event_number DESC
    ) AS age
    FROM label_events
) AS verdicts
WHERE age = 1
"""


def upgrade() -> None:
    """Labels before this one have guideline '': nobody wrote down which one lay beside."""
    op.execute("DROP VIEW labels")
    op.add_column("label_events", sa.Column("guideline", sa.Text(), nullable=False, server_default=""))
    op.execute(_CURRENT_LABELS)
    op.create_table(
        "drawn",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("plan_id", "post_id", "brand")),
        sa.Column("inclusion_probability", sa.Double(), nullable=False),
        sa.Column("second", sa.Boolean(), nullable=False),
        sa.Column("labeller", sa.Text(), nullable=False),
        sa.Column("drawn_at", UtcTime(), nullable=False),
        sa.Column("snapshot_id", sa.Text(), nullable=False),
        sa.Column("frame_until", UtcTime(), nullable=False),
        sa.Column("guideline", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("plan_id", "post_id", "brand", name="pk_drawn"),
    )
