"""The catalogue and the forms of numbers and dates."""

from __future__ import annotations

import re
from datetime import date, datetime
from pathlib import Path
from string import Formatter

import pytest
from hypothesis import given
from hypothesis import strategies as st

import leumund
from leumund.errors import UnknownName
from leumund.wording import catalogue, day, day_span, index_span, month, number, quarter, say, share_span, signed

SOURCES = Path(leumund.__file__).parent


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("key", sorted(catalogue()))
def test_each_key_is_said_in_both_languages_with_the_same_placeholders(key: str) -> None:
    forms = catalogue()[key]
    assert {"de", "en"} <= set(forms) <= {"de", "en", "de_one", "en_one"}
    assert placeholders(forms["de"]) == placeholders(forms["en"])
    for language in ("de", "en"):
        if f"{language}_one" in forms:
            assert "n" in placeholders(forms[language])
            assert placeholders(forms[f"{language}_one"]) <= placeholders(forms[language])


def test_no_key_is_unused_and_none_is_missing() -> None:
    texts = [file.read_text(encoding="utf-8") for kind in ("*.py", "*.j2") for file in SOURCES.rglob(kind)]
    source = "\n".join(texts)
    named = set(re.findall(r"""["']([a-z_]+\.[a-z_-]+)["']""", source))
    # A key may be put together from a fixed first part: say(f"support.{…}") or say("head." ~ head).
    begun = set(re.findall(r"""f["']([a-z_]+\.(?:[a-z]+_)?)\{""", source)) | set(re.findall(r'"([a-z_]+\.)" ~', source))
    words = set(re.findall(r"""["']([a-z_-]+)["']""", source))
    built = {key for key in catalogue() for first in begun if key.startswith(first) and key[len(first) :] in words}
    assert sorted(set(catalogue()) - named - built) == []
    said = set(re.findall(r"""say\(\s*["']([a-z_]+\.[a-z_-]+)["']""", source))
    assert said - set(catalogue()) == set()


def test_german_is_written_as_german_and_no_sentence_shouts() -> None:
    for key, forms in catalogue().items():
        for form, text in forms.items():
            assert "!" not in text, key
            assert '"' not in text, key
            assert not re.search(r"(?<!\w)-\d", text), key
            quotes = "“”" if form.startswith("en") else "„“"
            assert not set("„“”") - set(quotes) & set(text), key
            assert text.count(quotes[0]) == text.count(quotes[1]), key


def test_numbers_and_dates_take_the_form_of_the_language() -> None:
    assert number(1234.5, "de") == "1.234,5"
    assert number(1234.5, "en") == "1,234.5"
    assert number(-0.04, "de", digits=1) == "0,0"
    assert signed(-18.4, "en") == "−18"
    assert day(date(2010, 5, 3), "de") == "3. Mai 2010"
    assert day(date(2010, 5, 3), "en") == "3 May 2010"
    assert day_span(date(2023, 9, 8), date(2023, 9, 16), "de") == "8. bis 16. September 2023"
    assert day_span(date(2023, 9, 8), date(2023, 10, 1), "en") == "8 September to 1 October 2023"
    assert day_span(date(2023, 12, 8), date(2024, 1, 1), "de") == "8. Dezember 2023 bis 1. Januar 2024"
    assert day_span(date(2023, 9, 8), date(2023, 9, 8), "en") == "8 September 2023"
    assert month(date(2010, 5, 3), "en") == "May 2010"
    assert quarter(date(2010, 12, 31), "de") == "4. Quartal 2010"
    assert say("report.made", "de", when=datetime(2010, 5, 3, 7, 5), snapshot="x").startswith(
        "Gemacht mit Leumund am 3. Mai 2010, 07:05 UTC"
    )


def test_an_interval_bears_no_more_digits_than_its_width() -> None:
    assert index_span(-18.2, -25.1, -11.4, "de") == "−18 (−25 bis −11)"
    assert index_span(1.14, 0.31, 2.04, "en") == "+1.1 (+0.3 to +2.0)"
    assert share_span(0.234, 0.21, 0.26, "de") == "23\N{NO-BREAK SPACE}% (21 bis 26\N{NO-BREAK SPACE}%)"
    assert share_span(0.234, 0.21, 0.26, "en") == "23% (21 to 26%)"


def test_what_cannot_be_said_is_a_dash_and_not_a_zero() -> None:
    assert index_span(None, None, None, "de") == "–"
    assert share_span(None, None, None, "en") == "–"


def test_one_of_a_thing_is_said_in_the_singular() -> None:
    assert say("count.posts", "de", n=1) == "1 Beitrag"
    assert say("count.posts", "de", n=0) == "0 Beiträge"
    assert say("count.posts", "en", n=12345) == "12,345 posts"


def test_an_unknown_key_or_language_names_the_near_one() -> None:
    with pytest.raises(UnknownName, match=r"count\.post"):
        say("count.post", "de", n=1)
    with pytest.raises(UnknownName, match="language 'fr'"):
        say("count.posts", "fr", n=1)


@given(st.floats(-1e9, 1e9), st.sampled_from(["de", "en"]), st.integers(0, 3))
def test_a_number_can_be_read_back_and_has_a_real_minus_sign(value: float, language: str, digits: int) -> None:
    text = number(value, language, digits=digits)
    assert "-" not in text
    assert not text.startswith("−0") or text.strip("−0.,") != ""
    points = (".", ",") if language == "de" else (",", ".")
    back = float(text.replace(points[0], "").replace(points[1], ".").replace("−", "-"))
    assert back == pytest.approx(value, abs=0.51 * 10.0**-digits)
