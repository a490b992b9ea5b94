"""What was found: posts, who wrote them, what is quoted, copied, seen again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated

from leumund.tables.declaration import KEY, PERSONAL, P, Unit, declare

__all__ = [
    "Author",
    "Coverage",
    "Family",
    "Intake",
    "Issue",
    "Kin",
    "Language",
    "Neighbour",
    "Post",
    "Quote",
    "Sighting",
    "Signature",
    "Thread",
    "Twin",
]


@declare("posts")
@dataclass(frozen=True, slots=True)
class Post:
    """One post: its own words, without quotes and signature."""

    post_id: Annotated[
        str, KEY, "blake2b-128, hex, of venue and the software's number, else of thread, position, author, time"
    ]
    source: Annotated[str, "name of the source in leumund.toml, or 'import'"]
    venue: Annotated[str, "the forum as a place: host name, mailbox or table name"]
    software: Annotated[str, "phpbb, vbulletin, xenforo, mailbox, table …"]
    board: Annotated[str, "part of the forum, '' when the page does not say"]
    thread_id: Annotated[str, "blake2b-128, hex, of venue and the thread's own number or address"]
    thread_title: Annotated[str, "title as shown"]
    position: Annotated[int, Unit("1 = first post"), "place in the thread, 0 when unknown"]
    url: Annotated[str, PERSONAL, "address of the post or its page, '' when unknown"]
    author_key: Annotated[str, PERSONAL, "HMAC of venue and name; '' for a post without author"]
    posted_at: Annotated[datetime | None, Unit("UTC"), "when it was posted; empty when unknown"]
    posted_precision: Annotated[str, Unit("second, minute, day, month, unknown"), "how exactly the time is known"]
    zone_assumed: Annotated[str, "the time zone that had to be assumed, '' when the page states it"]
    time_text: Annotated[str, "the time as shown"]
    text: Annotated[str, PERSONAL, "own words: no quotes, no signature"]
    reply_to: Annotated[str, "post_id of the first quoted post in the thread, '' when none"]
    edited_at: Annotated[datetime | None, Unit("UTC"), "last edit as the page tells it"]
    collected_at: Annotated[datetime, Unit("UTC"), "when the page was taken or, if unknown, brought in"]
    page_sha256: Annotated[str, "digest of the page or table it was read from"]
    reader: Annotated[str, "reader and its version"]
    reservation: Annotated[str, "text-and-data-mining verdict stored with the page: none, reserved, unknown"]


@declare("quotes")
@dataclass(frozen=True, slots=True)
class Quote:
    """One quotation inside a post; never counted as an opinion of its own."""

    post_id: Annotated[str, KEY, "the post that quotes"]
    number: Annotated[int, KEY, Unit("1 = first"), "place among the post's quotes"]
    quoted_author_key: Annotated[str, PERSONAL, "who is quoted, '' when not said"]
    quoted_post_id: Annotated[str, "the quoted post where it is in the thread, else ''"]
    text: Annotated[str, PERSONAL, "the quoted words"]


@declare("authors")
@dataclass(frozen=True, slots=True)
class Author:
    """The name behind an author_key; apart from everything else and seen by role only."""

    author_key: Annotated[str, KEY, PERSONAL, "HMAC of venue and name"]
    venue: Annotated[str, "the forum"]
    name: Annotated[str, PERSONAL, "name as shown"]


@declare("threads")
@dataclass(frozen=True, slots=True)
class Thread:
    """One thread as seen on a page."""

    thread_id: Annotated[str, KEY, "blake2b-128, hex"]
    venue: Annotated[str, "the forum"]
    board: Annotated[str, "part of the forum"]
    title: Annotated[str, "title as shown"]
    url: Annotated[str, "address of the thread"]


@declare("sightings")
@dataclass(frozen=True, slots=True)
class Sighting:
    """A post was seen again, perhaps with other words."""

    post_id: Annotated[str, KEY, "the post"]
    seen_at: Annotated[datetime, KEY, Unit("UTC"), "when it was seen again"]
    page_sha256: Annotated[str, "on which page"]
    changed: Annotated[bool, "the words differed from those stored"]


@declare("intakes")
@dataclass(frozen=True, slots=True)
class Intake:
    """One file that was brought in, so that the same file again changes nothing."""

    page_sha256: Annotated[str, KEY, "digest of the file's bytes"]
    page: Annotated[str, "name of the file as given"]
    reader: Annotated[str, "reader and its version"]
    taken_at: Annotated[datetime, Unit("UTC"), "when it was brought in"]
    n_posts: Annotated[int, "posts found in it"]
    n_set_aside: Annotated[int, "rows or posts set aside, see issues"]


@declare("issues")
@dataclass(frozen=True, slots=True)
class Issue:
    """One thing that could not be used, kept aside instead of skipped in silence."""

    page: Annotated[str, KEY, "file"]
    place: Annotated[str, KEY, "row, post or line in the file"]
    code: Annotated[str, KEY, "error code, see leumund explain"]
    seen: Annotated[str, "what was seen"]
    next_step: Annotated[str, "what to do"]
    noted_at: Annotated[datetime, Unit("UTC"), "when"]


@declare("coverage")
@dataclass(frozen=True, slots=True)
class Coverage:
    """What was collected on one day from one venue; a gap is not an image."""

    source: Annotated[str, KEY, "the venue"]
    day: Annotated[date, KEY, Unit("UTC"), "the day"]
    expected: Annotated[float | None, "posts a day that the weeks around lead one to expect"]
    seen: Annotated[int, "posts of that day"]
    problem: Annotated[str, Unit("'', gap, outage, partial"), "why the day is not like the others"]


@declare("languages")
@dataclass(frozen=True, slots=True)
class Language:
    """The language of a post's own words."""

    post_id: Annotated[str, KEY, "the post"]
    language: Annotated[str, Unit("ISO 639-1, 'und' when too short to say"), "language"]


@declare("signatures")
@dataclass(frozen=True, slots=True)
class Signature:
    """One band of a post's MinHash signature; posts with an equal band may be copies."""

    post_id: Annotated[str, KEY, "the post"]
    band: Annotated[int, KEY, Unit("0 …"), "number of the band"]
    band_hash: Annotated[int, "hash of the band's rows"]
    order_hash: Annotated[int, "hash by which alike posts come to stand beside each other"]


@declare("neighbours")
@dataclass(frozen=True, slots=True)
class Neighbour:
    """Two posts that share a band, with their words, waiting to be compared."""

    left_id: Annotated[str, KEY, "the smaller post_id"]
    right_id: Annotated[str, KEY, "the larger post_id"]
    left_text: Annotated[str, PERSONAL, "own words"]
    right_text: Annotated[str, PERSONAL, "own words"]


@declare("twins")
@dataclass(frozen=True, slots=True)
class Twin:
    """Two posts that say the same but for a word or two."""

    left_id: Annotated[str, KEY, "the smaller post_id"]
    right_id: Annotated[str, KEY, "the larger post_id"]
    similarity: Annotated[int, P, "share of words alike, in order"]


@declare("kin")
@dataclass(frozen=True, slots=True)
class Kin:
    """A post that has twins, with the group it hangs together with."""

    post_id: Annotated[str, KEY, "the post"]
    group_id: Annotated[str, "smallest post_id of the group"]


@declare("families")
@dataclass(frozen=True, slots=True)
class Family:
    """Posts that are copies of one another; one voice. Posts without a copy have no row."""

    post_id: Annotated[str, KEY, "the post"]
    family_id: Annotated[str, "post_id of the family's first post"]
    is_copy: Annotated[bool, "not the first of its family"]
