import pickle
import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leumund.posts.language import language_of, languages_of

KNOWN = {
    "de": "Seit drei Tagen ist die Leitung tot und keiner meldet sich bei mir.",
    "en": "The line has been dead for three days and nobody calls me back.",
    "fr": "La ligne est coupée depuis trois jours et personne ne me rappelle.",
    "nl": "De verbinding ligt er al drie dagen uit en niemand belt terug.",
}


@pytest.mark.parametrize(("language", "text"), KNOWN.items())
def test_a_sentence_is_enough_to_tell_the_language(language: str, text: str) -> None:
    assert language_of(text) == language


@pytest.mark.parametrize(
    "text", ["", "ok", ":-)", "😀😀😀😀😀😀😀😀😀😀", "1&1 DSL 16.000", "@telekom_hilft http://t.co/abcdefgh", "\0\0"]
)
def test_too_little_text_has_no_language(text: str) -> None:
    assert language_of(text) == "und"


def test_lines_and_links_do_not_disturb() -> None:
    assert (
        language_of("Hallo zusammen,\n\nhttp://example.org/the-best-page\nich warte noch immer auf den Techniker.")
        == "de"
    )


def test_no_network_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("asked for the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    assert language_of(KNOWN["de"]) == "de"


def test_the_function_can_be_sent_to_another_process() -> None:
    assert pickle.loads(pickle.dumps(languages_of))([KNOWN["en"]]) == ["en"]


@given(st.lists(st.text(), max_size=5))
def test_any_text_has_a_language_and_texts_do_not_disturb_each_other(texts: list[str]) -> None:
    assert languages_of(texts) == [language_of(text) for text in texts]
