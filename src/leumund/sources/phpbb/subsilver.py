"""subsilver2, the older look of phpBB 3: a post is a table, its own words the first `postbody` in it."""

from __future__ import annotations

import re

from selectolax.lexbor import LexborNode

from leumund.sources.phpbb.text import own_words
from leumund.sources.sheet import Sheet, text_of
from leumund.sources.thread import RawPost

__all__ = ["subsilver_posts"]

_LABEL = re.compile(r"[^\W\d]\s?:\s+")  # the colon of a label, not that of a time


def subsilver_posts(sheet: Sheet, first: int) -> list[RawPost]:
    """Give the posts of a page in the look subsilver2, [] when it has none; `first` is the first one's place."""
    places = enumerate(sheet.tree.css(".postauthor"), start=first)
    return [post for place, name in places if (post := _post(sheet, name, place if first else 0)) is not None]


def _post(sheet: Sheet, name: LexborNode, position: int) -> RawPost | None:
    table = _table_around(name)
    body = table.css_first(".postbody") if table is not None else None
    if table is None or body is None or not sheet.whole(body):
        return None
    text, quotes = own_words(body.inner_html or "")
    anchor = table.css_first('a[name^="p"]')
    number = (anchor.attributes.get("name") or "")[1:] if anchor is not None else ""
    link = table.css_first('a[href*="#p"]')
    return RawPost(
        number=number if number.isdigit() else "",
        author=text_of(name),
        time_text=_time_text(table),
        text=text,
        position=position,
        quotes=quotes,
        url=sheet.absolute((link.attributes.get("href") or "") if link is not None else ""),
        edit_note=_edit_note(table),
    )


def _table_around(node: LexborNode) -> LexborNode | None:
    """Give the nearest table that holds both the author and the words."""
    above: LexborNode | None = node.parent
    while above is not None:
        if above.tag == "table" and above.css_first(".postbody") is not None:
            return above
        above = above.parent
    return None


def _time_text(table: LexborNode) -> str:
    """Give what follows the label „Verfasst:“ / "Posted:", the last one of the head line; in bold or not."""
    cells = [cell for cell in table.css("td.gensmall") if _LABEL.search(text_of(cell))]
    head = next((cell for cell in cells if cell.css_first('a[href*="#p"]') is not None), cells[0] if cells else None)
    return _LABEL.split(text_of(head))[-1].strip()


def _edit_note(table: LexborNode) -> str:
    notes = [text_of(node) for node in table.css("span.gensmall")]
    return next((note for note in notes if re.search(r"\d{4}", note)), "")
