"""How many posts of real forum pages are read right: author, time, and where the own words start and end.

    python -m bench.pages_gold [phpbb3 vbulletin4 xenforo2 …]

The pages lie in LEUMUND_SHARED/data/forum-pages, each with the right answers beside it (NAME.gold.json).
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from leumund.errors import LeumundError
from leumund.sources.found import FoundPost
from leumund.sources.pages import page_of, read_page

FLOOR, GOAL = 0.96, 0.985
SOFTWARES = ("phpbb3", "vbulletin4", "xenforo2")
LANGUAGES = ("de", "en")


@dataclass
class PageScore:
    """One page: posts that should be there, those read right, and what is wrong with the others."""

    name: str
    language: str
    posts: int
    right: int = 0
    wrong: list[str] = field(default_factory=list)


def collapsed(text: str) -> str:
    """Give the text as the gold files have it: white space collapsed."""
    return " ".join(text.split())


def mistakes(found: FoundPost, gold: dict) -> list[str]:
    """Give what of one post is wrong, in words; [] when author, time and text boundaries are right."""
    text, first, last = collapsed(found.text), gold["text_starts"].strip(), gold["text_ends"].strip()
    checks = (
        ("author", found.author, gold["author"], found.author == gold["author"]),
        ("time", found.posted_at, gold.get("time_iso") or gold.get("time_text"), same_time(found, gold)),
        ("start", text[:60], first, text.startswith(first) and bool(text) == bool(first)),
        ("end", text[-40:], last, text.endswith(last) and bool(text) == bool(last)),
    )
    return [f"{what}: {seen!r}, should be {should!r}" for what, seen, should, fine in checks if not fine]


def same_time(found: FoundPost, gold: dict) -> bool:
    """Tell whether the time is the gold one: the same instant where a zone is stated, else the same clock reading."""
    if not gold.get("time_iso"):
        return collapsed(found.time_text) == collapsed(gold["time_text"])
    if found.posted_at is None:
        return False
    stated = datetime.fromisoformat(gold["time_iso"])
    if stated.tzinfo is not None:
        return found.posted_at.astimezone(UTC) == stated.astimezone(UTC)
    if len(gold["time_iso"]) == 10:
        return found.posted_at.date() == stated.date()
    return clock_as_shown(found) == stated


def clock_as_shown(found: FoundPost) -> datetime:
    """Give the clock reading of `posted_at`; where a machine's stamp was used, that of the words beside it."""
    from leumund.sources.dates import DateRules, find_date

    shown = find_date(found.time_text, DateRules(language="en")).moment
    assert found.posted_at is not None
    return (shown or found.posted_at).replace(tzinfo=None)


def score_page(path: Path, language: str) -> PageScore:
    """Read one page and compare it with its gold file, post by post."""
    gold = json.loads(path.with_name(path.stem + ".gold.json").read_text("utf-8"))
    score = PageScore(f"{path.parent.name}/{path.name}", language, len(gold["posts"]))
    try:
        found = [post for part in read_page(page_of(path.name, path.read_bytes())) for post in part.posts]
    except LeumundError as error:
        score.wrong.append(str(error))
        return score
    if len(found) != len(gold["posts"]):
        score.wrong.append(f"{len(found)} posts found, {len(gold['posts'])} are there")
    for number, (post, right) in enumerate(zip(found, gold["posts"], strict=False), start=1):
        wrong = mistakes(post, right)
        score.right += not wrong
        score.wrong += [f"post {number}: {words}" for words in wrong]
    return score


def score_pages(data: Path, softwares: Iterable[str] = SOFTWARES) -> list[PageScore]:
    """Score every thread page with a gold file of these softwares, all languages."""
    rows = [line.split("\t") for line in (data / "forum-pages" / "index.tsv").read_text("utf-8").splitlines()[1:]]
    wanted = [row for row in rows if row[1] in set(softwares) and row[8] == "yes"]
    return [score_page(data / "forum-pages" / row[0], row[6]) for row in wanted]


def share_right(scores: Iterable[PageScore], languages: Iterable[str] = LANGUAGES) -> tuple[float, int]:
    """Give the share of posts read right in these languages, and how many posts that is of."""
    counted = [score for score in scores if score.language in set(languages)]
    posts = sum(score.posts for score in counted)
    return (sum(score.right for score in counted) / posts if posts else 0.0), posts


def main() -> int:
    """Print each page with what is wrong on it, then the shares; 1 when the floor is missed."""
    data = Path(os.environ.get("LEUMUND_SHARED", Path(__file__).parents[2] / "shared")) / "data"
    scores = score_pages(data, sys.argv[1:] or SOFTWARES)
    for score in scores:
        print(f"{score.name} ({score.language}): {score.right} of {score.posts}")
        for words in score.wrong:
            print(f"    {words}")
    other = sorted({score.language for score in scores} - set(LANGUAGES))
    share, posts = share_right(scores)
    print(f"de, en: {share:.4f} of {posts} posts (floor {FLOOR}, goal {GOAL})")
    if other:
        share_other, posts_other = share_right(scores, other)
        print(f"{', '.join(other)}: {share_other:.4f} of {posts_other} posts")
    return 0 if share >= FLOOR else 1


if __name__ == "__main__":
    sys.exit(main())
