"""Mail: own words apart from what is quoted, and one broken message costs itself only."""

from pathlib import Path

import pytest

from leumund.errors import NoUsableRow
from leumund.sources.mailbox.reader import own_words
from leumund.sources.pages import page_of, read_page

MAIL = (Path(__file__).parents[1] / "samples" / "mailbox" / "liste.mbox").read_bytes()


def test_a_single_message_is_a_mailbox_of_one() -> None:
    message = MAIL.split(b"\n", 1)[1].split(b"\nFrom bert", 1)[0]
    (part,) = read_page(page_of("x.eml", message))
    assert [post.author for post in part.posts] == ["Anna Müller"]


@pytest.mark.parametrize(
    "body",
    [
        "Ja.\n\nAm 05.01.2009 um 10:00 schrieb Anna Müller <anna@example.org>:\n> mein Anschluss\n> ist tot\n",
        "Ja.\n\nOn Mon, Jan 5, 2009 at 10:00 AM, Anna Müller <a@example.org>\nwrote:\n\n> mein Anschluss\n> ist tot\n",
        "Anna Müller <anna@example.org> schrieb am 5.1.2009:\n> mein Anschluss\n> ist tot\n\nJa.",
    ],
)
def test_the_line_above_a_quote_names_who_is_quoted(body: str) -> None:
    text, (quote,) = own_words(body, "<1@example.org>")
    assert (text, quote.author, quote.text) == ("Ja.", "Anna Müller", "mein Anschluss\nist tot")
    assert quote.number == "<1@example.org>"


def test_a_whole_message_below_the_answer_is_a_quote() -> None:
    text, (quote,) = own_words("Danke!\n\n-----Ursprüngliche Nachricht-----\nVon: Hotline\nSie erhalten 20 Euro.", "")
    assert (text, "20 Euro" in quote.text) == ("Danke!", True)


def test_a_signature_is_not_said() -> None:
    assert own_words("Gut.\n\n-- \nAnna\nTel. 0123", "")[0] == "Gut."


def test_a_message_without_a_date_is_kept_and_noted() -> None:
    (part,) = read_page(page_of("x.mbox", MAIL.replace(b"Date: Mon, 5 Jan 2009 11:00", b"Date: neulich")))
    assert [post.posted_precision for post in part.posts] == ["second", "unknown"]
    assert [note.code for note in part.notes] == ["LM213"]


def test_html_mail_is_read_as_words() -> None:
    head = b"From: A <a@example.org>\nDate: Mon, 5 Jan 2009 10:00:00 +0100\nSubject: x\nContent-Type: text/html\n\n"
    html = head + b"<p>Gut<br>so</p>"
    (part,) = read_page(page_of("x.eml", html))
    assert part.posts[0].text == "Gut\nso"


def test_quoted_lines_alone_are_no_words_of_ones_own() -> None:
    assert own_words("> nur Zitat", "")[0] == ""


def test_a_mailbox_of_unreadable_messages_is_no_success(monkeypatch: pytest.MonkeyPatch) -> None:
    from leumund.sources.mailbox import reader

    monkeypatch.setattr(reader, "_body", lambda message: (_ for _ in ()).throw(LookupError("charset")))
    with pytest.raises(NoUsableRow):
        list(read_page(page_of("x.mbox", MAIL)))
