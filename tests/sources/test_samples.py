"""Every sample page stands beside what should come of it; a reader without a sample fails."""

import json
from pathlib import Path
from typing import Any

import pytest

from leumund.sources.found import FoundPost
from leumund.sources.pages import page_of, read_page, readers

SAMPLES = Path(__file__).parents[1] / "samples"
EXPECTED = sorted(SAMPLES.glob("*/*.json"))


def as_shown(post: FoundPost, fields: dict[str, Any]) -> dict[str, Any]:
    shown = post._asdict() | {"quotes": [quote._asdict() for quote in post.quotes]}
    for name in ("posted_at", "edited_at"):
        shown[name] = shown[name].isoformat() if shown[name] else None
    shown["quotes"] = list(shown["quotes"])
    return {name: shown[name] for name in fields}


@pytest.mark.parametrize("expected", EXPECTED, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_sample_gives_the_posts_written_beside_it(expected: Path) -> None:
    wanted = json.loads(expected.read_text("utf-8"))
    sample = next(path for path in expected.parent.glob(f"{expected.stem}.*") if path.suffix != ".json")
    posts = [post for part in read_page(page_of(sample.name, sample.read_bytes())) for post in part.posts]
    assert [as_shown(post, fields) for post, fields in zip(posts, wanted, strict=True)] == wanted


def test_every_reader_has_a_sample() -> None:
    assert {reader.name for reader in readers()} <= {path.parent.name for path in EXPECTED}


def test_labels_need_not_be_bold_in_the_older_look_of_phpbb() -> None:
    sample = (SAMPLES / "phpbb" / "subsilver2.html").read_bytes()
    plain = sample.replace(b"<b>Verfasst:</b>", b"Verfasst:").replace(b"<b>Betreff des Beitrags:</b>", b"Betreff: Re:")
    first, second = (
        [post for part in read_page(page_of("x.html", page)) for post in part.posts] for page in (sample, plain)
    )
    assert len(second) > 1
    assert second == first
