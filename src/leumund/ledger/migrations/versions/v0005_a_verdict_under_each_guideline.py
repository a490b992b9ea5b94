"""What a person said under an earlier guideline still holds beside what the same person says under a later one."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_KEY = ["post_id", "brand", "aspect", "field", "labeller", "guideline"]

_CURRENT_LABELS = """
CREATE VIEW labels AS
SELECT post_id, brand, aspect, field, value, labeller, labelled_at, plan_id, inclusion_probability, blind, guideline
FROM (
    SELECT label_events.*, row_number() OVER (
        PARTITION BY post_id, brand, aspect, field, labeller, guideline ORDER BY labelled_at DESC, event_number DESC
    ) AS age
    FROM label_events
) AS verdicts
WHERE age = 1
"""


def upgrade() -> None:
    """Nothing drawn before this was handed out a second time under another guideline."""
    op.execute("DROP VIEW labels")
    op.drop_index("ix_label_events_post_id", "label_events")
    op.create_index("ix_label_events_post_id", "label_events", _KEY)
    op.execute(_CURRENT_LABELS)
    op.add_column("drawn", sa.Column("again_of", sa.Text(), nullable=False, server_default=""))
