"""Whatever happens to a page on its way, it gives posts or an error that says what to do, and soon."""

from datetime import UTC
from pathlib import Path
from time import process_time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leumund.errors import LeumundError
from leumund.sources.dates import DateRules, find_date, zone_from_words
from leumund.sources.found import FoundPost
from leumund.sources.pages import page_of, read_page

SAMPLES = sorted(
    path
    for path in (Path(__file__).parents[1] / "samples").glob("*/*")
    if path.suffix != ".json" and path.parent.name in {"mailbox", "phpbb", "vbulletin", "xenforo"}
)
LONGEST_SECONDS = 2.0  # of CPU; a page takes some thousandths
ODD = (
    b"<", b">", b'"', b"&", b"\x00", b"\xff", b"<table>", b"</div>", b"</blockquote>", b"<blockquote>" * 50,
    b"<br/>", b"</>", b"< />", b"&#0;", b"&#xd800;", b"&#99999999;", b'<div class="quotecontent">', b"http://[",
    b"//[x", b"9" * 30, b"+9999", b"UTC + 99", b"GMT+24", b"#99999999999", b"start=99999999999", b"\xc2\xb2",
    b"vor 99999999999 Jahren", b"vor 9999 Jahren", b"01.01.0001, 00:00", b"31.12.9999 23:59", b"Heute, 14:05",
)  # fmt: skip
changes = st.tuples(st.floats(0, 1), st.sampled_from(("put", "cut", "double", "end")), st.sampled_from(ODD))


def changed(content: bytes, place: float, how: str, odd: bytes) -> bytes:
    at = int(place * len(content))
    if how == "put":
        return content[:at] + odd + content[at:]
    if how == "cut":
        return content[:at] + content[at + 7 * len(odd) :]
    if how == "double":
        return content[:at] + content[at - 40 * len(odd) : at] * 2 + content[at:]
    return content[:at] if place > 0.5 else content


def posts_of(name: str, content: bytes) -> list[FoundPost]:
    try:
        return [post for part in read_page(page_of(name, content)) for post in part.posts]
    except LeumundError as error:
        assert error.next_step
        return []


@settings(deadline=None, max_examples=300, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(SAMPLES), st.lists(changes, min_size=1, max_size=8))
def test_no_page_however_broken_ends_without_posts_or_a_plain_error(
    sample: Path, how: list[tuple[float, str, bytes]]
) -> None:
    content = sample.read_bytes()
    for place, kind, odd in how:
        content = changed(content, place, kind, odd)
    started = process_time()
    posts = posts_of(sample.name, content)
    assert process_time() - started < LONGEST_SECONDS
    for post in posts:
        for moment in (post.posted_at, post.edited_at):
            assert moment is None or moment.astimezone(UTC).year >= 1899
        assert 0 <= post.position < 2**31
        "".join((post.text, post.author, post.url, post.number, post.time_text, post.thread_title)).encode()


@given(
    st.lists(
        st.sampled_from(
            [odd.decode("latin-1") for odd in ODD] + ["um", "Uhr", "1", "12:00", "Jan", "1.", "2020", "pm", "-"]
        )
    )
)
def test_no_words_about_time_are_too_odd_to_be_refused(parts: list[str]) -> None:
    words = " ".join(parts)
    moment = find_date(words, DateRules()).moment
    assert moment is None or moment.astimezone(UTC)
    zone_from_words(words)


@pytest.mark.parametrize("link", ["http://[", "//[x/viewtopic.php?p=1", "http://[::1"])
def test_a_link_that_is_no_address_costs_no_post(link: str) -> None:
    page = (
        f'<html><head><link rel="canonical" href="{link}"><base href="{link}"></head><body id="phpbb">'
        f'<div id="p1" class="post"><div class="postbody"><p class="author"><a href="{link}#p1">x</a>'
        "<strong>Anna</strong> » 1. Mai 2023, 10:00</p>"
        '<div class="content">Hallo</div></div></div></body></html>'
    )
    assert [post.text for post in posts_of("x.html", page.encode())] == ["Hallo"]


@pytest.mark.parametrize("name", ["data-time", "data-timestamp"])
def test_a_time_in_seconds_is_read_where_no_other_is_stated(name: str) -> None:
    page = (
        '<html id="XF" lang="de-DE"><body><article class="message" data-author="Anna" id="js-post-1">'
        f'<header class="message-attribution"><time class="u-dt" {name}="1682928000">Montag um 10:00</time></header>'
        '<div class="message-body"><div class="bbWrapper">Siehe<div class="bbCodeBlock bbCodeBlock--code">'
        '<div class="bbCodeBlock-title">Code:</div><pre>ping  9.9.9.9</pre></div></div></div></article></body></html>'
    )
    (post,) = posts_of("x.html", page.encode())
    assert post.posted_at is not None
    assert post.posted_at.isoformat() == "2023-05-01T08:00:00+00:00"
    assert post.text.split() == ["Siehe", "ping", "9.9.9.9"]


def test_a_page_that_a_browser_saved_has_the_address_noted_in_it() -> None:
    page = (
        "<!DOCTYPE html>\n<!-- saved from url=(0055)https://forum.example/viewtopic.php?f=2&t=12&start=10 -->\n"
        '<html lang="de"><body id="phpbb"><div id="p71" class="post"><div class="postbody">'
        '<p class="author"><strong>Anna</strong> » 1. Mai 2023, 10:00</p><div class="content">Hallo</div></div></div>'
        "</body></html>"
    )
    (post,) = posts_of("Thema.html", page.encode())
    assert (post.venue, post.thread_number, post.position) == ("forum.example", "12", 11)
