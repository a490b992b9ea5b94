"""What people decide, as events with a current view, in one small transactional database.

Labels, audit, publications and campaigns so far. The room knows no domain rule: what a verdict means is for others to
say. Importing it loads no PostgreSQL driver; only a URL that asks for one does.
"""

from __future__ import annotations

from leumund.ledger.book import Ledger, open_ledger

__all__ = ["Ledger", "open_ledger"]
