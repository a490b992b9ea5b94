"""One folder with everything of a project in it: settings, tables, and the ledger of what people decided."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from leumund.engines.snapshots import Store
from leumund.settings import Settings

if TYPE_CHECKING:
    from leumund.ledger import Ledger

__all__ = ["Folder"]


class Folder:
    """The folder, its settings and its tables."""

    def __init__(self, folder: Path, settings: Settings) -> None:
        self.folder, self.settings, self.store = folder, settings, Store(folder)

    @property
    def own(self) -> str:
        """The own brand."""
        return self.settings.own_brand.name

    @property
    def rivals(self) -> list[str]:
        """The competitors, in the order of the settings."""
        return [brand.name for brand in self.settings.rivals]

    @property
    def level(self) -> float:
        """Confidence level of all intervals."""
        return self.settings.share("picture", "level")

    @property
    def min_posts(self) -> int:
        """Below this number of posts a figure says that it cannot be told."""
        return self.settings.number("picture", "min_posts")

    def ledger(self) -> Ledger:
        """Open what people decided; close it again, best by `with`."""
        from leumund.ledger import open_ledger

        return open_ledger(self.settings.text("ledger", "url") or f"sqlite:///{self.folder / 'ledger.sqlite'}")
