import pytest

from leumund.readings.cues import Cues
from leumund.readings.polarity import Valence, clause_valences
from leumund.readings.sheets import clauses_of, sheet_of


def valence(text: str) -> Valence:
    sheet = sheet_of(text)
    found = clause_valences(sheet.folded, clauses_of(sheet))
    return Valence(sum(v.praise for v in found), sum(v.blame for v in found))


@pytest.mark.parametrize(
    "text",
    [
        "Der Service ist gut",
        "nie Probleme gehabt",
        "kann nicht klagen",
        "Not bad at all",
        "Läuft stabil :-)",
        "no problems",
        "Störung behoben, danke",
    ],
)
def test_praise_outweighs(text: str) -> None:
    assert valence(text).praise > valence(text).blame


@pytest.mark.parametrize(
    "text",
    [
        "Der Service ist nicht gut",
        "gefällt mir gar nicht gut",
        "funktioniert seit Montag nicht",
        "kein Internet",
        "Frechheit!",
        "not helpful",
        "Stoerung",
        "Störung",
    ],
)
def test_blame_outweighs(text: str) -> None:
    assert valence(text).blame > valence(text).praise


def test_what_follows_but_weighs_more() -> None:
    found = valence("Die Hotline ist freundlich, aber langsam.")
    assert found.blame > found.praise > 0


def test_very_raises_and_a_wish_lowers() -> None:
    assert valence("sehr langsam").blame > valence("langsam").blame > valence("etwas langsam").blame
    assert valence("wäre schnell").praise < valence("ist schnell").praise


def test_a_negation_does_not_reach_into_the_next_clause() -> None:
    assert valence("Das weiß ich nicht. Gut ist der Preis").blame == 0


def test_a_turn_of_phrase_with_a_gap_stays_in_its_sentence() -> None:
    cues = Cues([("wenn … kündig*", "threat")])
    assert cues.find("wenn sich nichts tut, kündige ich") == [(0, 28, "threat")]
    assert cues.find("wenn sich nichts tut. kündige ich") == []


def test_open_ends_are_open_and_closed_ends_are_closed() -> None:
    cues = Cues([("preis", "word"), ("tarif*", "start"), ("*gebühr", "end")])
    found = [label for _, _, label in cues.find("preislich tariflich grundgebühren grundgebuehr preis")]
    assert found == ["start", "end", "word"]


def test_clauses_cover_a_text_without_gap_or_overlap() -> None:
    text = "Erst gut, dann schlecht. Aber: am Ende (gestern) ging es!  \n\nUnd nun?"
    clauses = clauses_of(sheet_of(text))
    assert "".join(text[c.start : c.end] for c in clauses) == text
    assert clauses[-1].sentence > clauses[0].sentence
