"""Real pages of real forums: author, time and text boundaries against the gold files beside them."""

from pathlib import Path

import pytest

from bench.pages_gold import FLOOR, mistakes, score_pages, share_right
from leumund.errors import LeumundError
from leumund.sources.pages import page_of, read_page

pytestmark = pytest.mark.shared


def pages_of(shared: Path, software: str) -> list[Path]:
    return sorted(path for path in (shared / "forum-pages" / software).glob("*.html") if "-board-" not in path.name)


def test_of_a_hundred_real_posts_ninety_six_are_read_right(shared: Path) -> None:
    scores = score_pages(shared)
    share, posts = share_right(scores)
    wrong = "\n".join(f"{score.name}: {words}" for score in scores for words in score.wrong)
    assert posts > 200
    assert share >= FLOOR, wrong


def test_the_gate_rejects_a_reader_that_leaves_the_quotes_in(shared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from leumund.sources.xenforo import reader

    monkeypatch.setattr(reader, "_is_quote", lambda tag: False)
    share, _ = share_right(score_pages(shared, ["xenforo2"]))
    assert share < FLOOR


@pytest.mark.parametrize("software", ["xenforo1", "vbulletin3", "mybb", "ips4", "discourse", "fluxbb"])
def test_pages_of_other_softwares_are_not_misread_as_ours(shared: Path, software: str) -> None:
    for path in pages_of(shared, software):
        with pytest.raises(LeumundError) as caught:
            list(read_page(page_of(path.name, path.read_bytes())))
        assert caught.value.code in ("LM203", "LM204")


def test_a_list_of_threads_is_called_that_and_not_an_empty_thread(shared: Path) -> None:
    for path in (shared / "forum-pages").glob("*/*-board-1.html"):
        with pytest.raises(LeumundError, match="no post found") as caught:
            list(read_page(page_of(path.name, path.read_bytes())))
        assert "threads, not of boards" in caught.value.next_step


@pytest.mark.parametrize("share", [0.35, 0.5, 0.65, 0.8, 0.95])
@pytest.mark.parametrize("software", ["phpbb3", "vbulletin4", "xenforo2"])
def test_a_page_that_breaks_off_keeps_its_whole_posts_and_shows_no_cut_one(
    shared: Path, software: str, share: float
) -> None:
    for path in pages_of(shared, software):
        content = path.read_bytes()
        whole = [post for part in read_page(page_of("x.html", content)) for post in part.posts]
        cut = content[: int(len(content) * share)]
        try:
            parts = list(read_page(page_of("x.html", cut)))
        except LeumundError as error:
            assert error.code == "LM202"
            continue
        kept = [post for part in parts for post in part.posts]
        assert [(post.number, post.author, post.time_text, post.text) for post in kept] == [
            (post.number, post.author, post.time_text, post.text) for post in whole[: len(kept)]
        ]
        after = [post for post in whole if post.number and cut.decode("utf-8", "replace").count(post.number)]
        assert len(kept) >= len(after) - 2
        assert any(note.code == "LM202" for part in parts for note in part.notes)


def test_wrong_declared_encoding_changes_no_post_and_is_noted(shared: Path) -> None:
    path = shared / "forum-pages" / "xenforo2" / "katzen-forum.net-1.html"
    content = path.read_bytes()
    right = next(read_page(page_of("x.html", content)))
    for wrong in (
        content.replace(b'charset="utf-8"', b'charset="iso-8859-1"'),
        content.decode("utf-8").encode("cp1252", "xmlcharrefreplace"),
    ):
        part = next(read_page(page_of("x.html", wrong)))
        assert [post.text for post in part.posts] == [post.text for post in right.posts]
        assert [note.code for note in part.notes] == ["LM205"]


def test_the_evaluation_finds_a_wrong_author(shared: Path) -> None:
    import json

    path = shared / "forum-pages" / "xenforo2" / "computerbase.de-1.html"
    gold = json.loads(path.with_name("computerbase.de-1.gold.json").read_text("utf-8"))["posts"][0]
    post = next(read_page(page_of("x.html", path.read_bytes()))).posts[0]
    assert mistakes(post, gold) == []
    assert mistakes(post._replace(author="jemand"), gold)
    assert mistakes(post._replace(text=post.text[1:]), gold)
