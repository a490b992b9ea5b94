"""Runs the migrations inside the transaction that the caller has begun, so that a kill leaves the old or the new."""

from __future__ import annotations

from alembic import context

from leumund.ledger.databases import VERSION_TABLE

context.configure(connection=context.config.attributes["connection"], version_table=VERSION_TABLE)
context.run_migrations()
