"""How the ledger's database grew, one file a change; a file that was ever released is never edited again."""

from __future__ import annotations
