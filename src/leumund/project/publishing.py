"""Published reports: what stands on the shelf, and what reads differently by now."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from leumund.project.folder import Folder
from leumund.tables import Amendment, Estimate
from leumund.wording import LANGUAGES

if TYPE_CHECKING:
    from leumund.ledger import Ledger
    from leumund.picture.amendments import Published

__all__ = ["Publishing", "digest_of_pages"]

PAGES = tuple(sorted(f"{code}.{form}" for code in LANGUAGES for form in ("html", "json")))


def digest_of_pages(pages: Mapping[str, bytes]) -> str:
    """Give the SHA-256 of a published report: its pages in the order of their names, one after the other."""
    return sha256(b"".join(content for _, content in sorted(pages.items()))).hexdigest()


class Publishing(Folder):
    """The publications of a project."""

    @property
    def shelf(self) -> Path:
        """Where published reports stand, each in a folder named by its publication_id."""
        return self.folder / "reports" / "published"

    def amend(self) -> dict[str, list[Amendment]]:
        """Compare every published report with today's figures, note in the ledger what is new, and give it.

        Lists of what was newly noted by publication_id, an empty one where nothing has to be, or where the pages are
        not as they were given out.
        """
        from leumund.picture.amendments import Changes, amendments_of
        from leumund.reports.figures import span_of

        snapshot = self.store.current()
        today = {row["figure_id"]: Estimate(**row) for row in self.store.read(snapshot, "estimates").to_pylist()}
        with self.ledger() as ledger:
            found: dict[str, list[Amendment]] = {row["publication_id"]: [] for row in ledger.publications().to_pylist()}
            known = [Amendment(**row) for row in ledger.amendments().to_pylist()]
            for published in self.published(ledger):
                kept = self.store.keeps(published.snapshot_id)
                then = self.store.snapshot(published.snapshot_id) if kept else snapshot
                changes = Changes(*(lambda table, of=of: self.store.read(of, table) for of in (then, snapshot)))
                found[published.publication_id] = amendments_of(
                    published,
                    today,
                    changes if kept else None,
                    known=known,
                    shown=lambda figure: span_of(figure, "en"),
                    snapshot_id=snapshot.snapshot_id,
                    noted_at=datetime.now(UTC),
                )
            ledger.record_amendments(one for new in found.values() for one in new)
        return found

    def altered(self, ledger: Ledger) -> list[Path]:
        """Give the folders of published reports whose pages are not byte for byte as they were given out."""
        found = []
        for row in ledger.publications().to_pylist():
            kept = self.shelf / row["publication_id"]
            try:
                pages = {name: (kept / name).read_bytes() for name in PAGES}
            except OSError:
                pages = {}
            if digest_of_pages(pages) != row["report_sha256"]:
                found.append(kept)
        return found

    def published(self, ledger: Ledger) -> list[Published]:
        """Give the reports on the shelf with their figures, oldest first; not those that are not as given out."""
        from leumund.picture.amendments import published_of

        altered, reports = self.altered(ledger), []
        for row in ledger.publications().to_pylist():
            kept = self.shelf / row["publication_id"]
            if kept not in altered:
                twin = (kept / "de.json").read_text(encoding="utf-8")
                reports.append(published_of(row["publication_id"], row["title"], twin))
        return reports
