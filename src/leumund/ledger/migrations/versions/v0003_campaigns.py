"""Campaigns: plans and evaluations."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from leumund.ledger.schema import UtcTime

revision = "0003"
down_revision = "0002"


def _text(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text(), nullable=False) for name in names]


def upgrade() -> None:
    """Make the table of campaigns."""
    op.create_table(
        "campaigns",
        *_text("entry_id"),
        sa.Column("number", sa.BigInteger(), nullable=False),
        *_text("name"),
        sa.Column("planned", sa.Boolean(), nullable=False),
        *_text("brand"),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("weeks_after", sa.BigInteger(), nullable=False),
        *_text("measure", "counted", "aspect", "rivals", "digest", "recorded_by"),
        sa.Column("recorded_at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("entry_id", name="pk_campaigns"),
        sa.UniqueConstraint("name", "number", name="uq_campaigns_name"),
    )
