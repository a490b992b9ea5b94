"""The digest as a mail: short, whole without a network, the same for everyone who opens it."""

from __future__ import annotations

import email
import re
from dataclasses import replace
from email import policy

import pytest

from leumund.reports import headline
from leumund.reports.mail import report_mail
from tests.reports.pictures import Plan, make_picture

PICTURE = make_picture(Plan(weeks=14, brands=2, aspects=2))


@pytest.mark.parametrize("language", ["de", "en"])
def test_text_and_page_hold_the_three_sentences_and_the_chart_is_inside(language: str) -> None:
    mail = email.message_from_bytes(report_mail(PICTURE, language=language), policy=policy.default)
    text, page = (mail.get_body((kind,)).get_content() for kind in ("plain", "html"))
    assert all(sentence in text for sentence in headline(PICTURE, language))
    assert "SIMUL" in mail["Subject"]
    assert f"leumund picture --language {language}" in text
    (image,) = [part for part in mail.walk() if part.get_content_type() == "image/png"]
    assert image.get_content().startswith(b"\x89PNG")
    assert re.findall(r'src="([^"]*)"', page) == [f"cid:{image['Content-ID'].strip('<>')}"]
    assert "<script" not in page
    assert "http" not in page


def test_the_same_picture_gives_the_same_bytes_and_hostile_names_stay_text() -> None:
    assert report_mail(PICTURE, language="de") == report_mail(PICTURE, language="de")
    hostile = replace(PICTURE, title="<b>x</b>\nBcc: a@b.example")
    mail = email.message_from_bytes(report_mail(hostile, language="de"), policy=policy.default)
    assert mail["Bcc"] is None
    assert "<b>x</b>" not in mail.get_body(("html",)).get_content()
