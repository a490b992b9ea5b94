"""The market as the program meets it: forum pages of three softwares, a mailbox and a table."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from leumund.errors import WrongUse, storage_errors
from leumund.world.brands import VENUES
from leumund.world.market import Market
from leumund.world.pages.mail import mailbox
from leumund.world.pages.phpbb import phpbb_page
from leumund.world.pages.shown import SIMULATED, Page, shown_pages
from leumund.world.pages.table import comment_table
from leumund.world.pages.vbulletin import vbulletin_page
from leumund.world.pages.xenforo import xenforo_page

__all__ = ["MOST_POSTS", "SIMULATED", "write_pages"]

MOST_POSTS = 100_000
_PRINTERS: dict[str, tuple[Callable[[Page], str], str]] = {
    "phpbb3": (phpbb_page, "utf-8"),
    "vbulletin4": (vbulletin_page, "iso-8859-1"),
    "xenforo2": (xenforo_page, "utf-8"),
}
README = f"""{SIMULATED}

Alles unter diesem Ordner ist erfunden: Anbieter, Foren, Menschen, Beiträge. Kein Name meint jemanden.
Everything below this folder is invented: providers, forums, people, posts. No name is meant to be anybody's.

pages/   forum pages (phpBB 3, vBulletin 4, XenForo 2), a mailbox, a table: what the program reads
truth/   what is true of them: for comparison only, the program never reads it
"""


def write_pages(market: Market, folder: Path) -> int:
    """Write the market below `folder/pages` and give the number of files.

    Raises WrongUse above MOST_POSTS posts (`write_posts_parquet` goes further) and StorageError.
    """
    if market.n_posts > MOST_POSTS:
        raise WrongUse(
            f"{market.n_posts:,} posts as pages; the most is {MOST_POSTS:,}", next_step="write them as Parquet"
        )
    root = Path(folder) / "pages"
    n_files = 0
    with storage_errors(root):
        root.mkdir(parents=True, exist_ok=True)
        (Path(folder) / "README.txt").write_text(README, encoding="utf-8")
        for venue in VENUES:
            place = root / venue.software
            place.mkdir(exist_ok=True)
            if venue.software == "mail":
                with (place / f"SIMULIERT-{venue.title}.mbox").open("wb") as stream:
                    stream.writelines(mailbox(market.posts, venue))
                n_files += 1
            elif venue.software == "table":
                text = comment_table(market.posts, venue)
                (place / "SIMULIERT-kommentare.csv").write_text(text, encoding="utf-8", newline="")
                n_files += 1
            else:
                printer, encoding = _PRINTERS[venue.software]
                for page in shown_pages(market.posts, venue):
                    name = f"SIMULIERT-t{page.thread}-{page.number}.html"
                    (place / name).write_bytes(printer(page).encode(encoding, errors="xmlcharrefreplace"))
                    n_files += 1
    return n_files
