import json
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leumund.readings.aspect import aspects
from leumund.readings.brand import default_brands
from leumund.readings.intent import INTENTS, KINDS, VOICES
from leumund.readings.judge import WHOLE, Judge, Judgement, shares_of
from leumund.readings.model import POLARITIES, baseline

JUDGE = Judge(baseline(), default_brands())


def opinions(text: str) -> dict[tuple[str, str], str]:
    return {(o.brand, o.aspect): o.polarity for o in JUDGE.judge(text).opinions}


def test_praise_of_one_and_blame_of_the_other_are_told_apart() -> None:
    found = opinions(
        "Bei 1&1 ist die Hotline sehr freundlich und kompetent, super Service. "
        "Die Telekom dagegen ist eine Frechheit, der Techniker kam wieder nicht."
    )
    assert found["1&1", "support"] == "positive"
    assert found["Telekom", "appointment"] == "negative"
    assert ("Telekom", "support") not in found


def test_the_words_shown_as_evidence_are_those_of_the_text_as_given() -> None:
    text = "Hallo zusammen. Der Telekom-Techniker kam nicht, eine Frechheit! Sonst alles wie immer."
    (opinion,) = [o for o in JUDGE.judge(text).opinions if o.aspect == "appointment"]
    assert text[opinion.start : opinion.end] in ("eine Frechheit!", "Der Telekom-Techniker kam nicht,")


def test_evidence_is_right_where_letters_are_written_in_two_parts() -> None:
    text = "Grüße! Die Störung bei der Telekom ist eine Frechheit."
    apart = unicodedata.normalize("NFD", text)
    (near,) = [o for o in JUDGE.judge(apart).opinions if o.aspect == "outage"]
    assert (
        unicodedata.normalize("NFC", apart[near.start : near.end]) == "Die Störung bei der Telekom ist eine Frechheit."
    )


def test_a_brand_of_which_nothing_special_is_said_gets_the_general_aspect() -> None:
    assert set(opinions("Also die Telekom, na ja.")) == {("Telekom", "general")}


def test_aspects_without_a_brand_stand_by_themselves() -> None:
    judgement = JUDGE.judge("Der Router ist kaputt.")
    assert {(o.brand, o.aspect) for o in judgement.opinions} == {("", "hardware")}
    assert not judgement.relevant


@pytest.mark.parametrize(
    ("intent", "text"),
    [
        ("complaint", "Seit drei Wochen warte ich, wieder kein Techniker. Eine Frechheit!"),
        ("complaint", "Still waiting for a reply, this is unacceptable."),
        ("cancel_threat", "Wenn das bis Montag nicht läuft, kündige ich."),
        ("switch", "Ich bin zu Vodafone gewechselt."),
        ("question", "Weiß jemand, wie lange die Portierung dauert?"),
        ("praise", "Ein großes Lob an die Hotline, ich bin sehr zufrieden!"),
        ("advise_for", "Den Anbieter kann ich nur empfehlen."),
        ("advise_against", "Finger weg von diesem Laden, nie wieder!"),
        ("legal_threat", "Jetzt geht die Sache zum Anwalt und an die Bundesnetzagentur."),
    ],
)
def test_what_the_writer_wants_is_recognised(intent: str, text: str) -> None:
    assert JUDGE.judge(text).intents.intents[intent] >= 0.5


def test_a_neutral_sentence_wants_nothing() -> None:
    found = JUDGE.judge("Der Vertrag läuft 24 Monate.").intents.intents
    assert [name for name, p in found.items() if p >= 0.5] == []


def test_to_advise_against_is_not_to_advise_for() -> None:
    found = JUDGE.judge("Kann ich leider nicht empfehlen.").intents.intents
    assert found["advise_against"] > 0.5 > found["advise_for"]


@pytest.mark.parametrize(
    "text",
    [
        "Hallo Kai, wir haben es an die Technik gegeben. Viele Grüße, Ihr 1&1-Team",
        "Das Problem ist behoben.\nIhr congstar Team",
        "Schade, dass du Ärger hast. Melde dich bei mir per PN. Gruß, Anna vom Vodafone-Team",
        "Die Störung ist bekannt.\n\nLiebe Grüße\nJan von o2",
        "Die Leitung ist wieder da.\n\nMit freundlichen Grüßen\nSabine Müller\n1&1 Internet AG, Kundenservice",
        "It is fixed now. Kind regards, your Vodafone support team",
    ],
)
def test_who_signs_in_a_companys_name_speaks_for_it(text: str) -> None:
    intents = JUDGE.judge(text).intents
    assert (intents.voice, intents.post_kind) == ("company", "company")


@pytest.mark.parametrize(
    "text",
    [
        "Ihr Team ist unfähig, Telekom! Nie wieder.",
        "Seit Wochen kein Internet. Viele Grüße an das 1&1-Team!",
        "Der Techniker war da. Danke, liebes Telekom-Team!",
        "Liebes 1&1 Team,\nmein Router geht nicht.\nMit freundlichen Grüßen, Kai Meier",
        "Läuft gut hier. Gruß, Kai (Telekom-Kunde seit 1999)",
        "Ich warte auf meinen Anschluss, und dann schreiben die: wir bitten um Geduld. Grüße, Ihr 1&1 Kundenservice",
        "Wechsle weg von 1&1, Gruß von der Ostsee",
        "Thanks to your support team I am back online",
    ],
)
def test_who_speaks_of_a_team_or_to_it_does_not_speak_for_it(text: str) -> None:
    intents = JUDGE.judge(text).intents
    assert "company" not in (intents.voice, intents.post_kind)


@pytest.mark.parametrize(
    ("voice", "kind", "text"),
    [
        ("customer", "opinion", "Mein Anschluss ist seit Montag tot, ich habe dreimal bei der Hotline angerufen."),
        ("company", "company", "Das tut uns leid, wir entschuldigen uns. Schick uns deine Kundennummer. Dein Team"),
        ("press", "news", "Bonn (dpa) - Der Konzern teilte am Montag mit, der Umsatz sei um 3 Prozent gestiegen."),
        ("unclear", "sale", "Verkaufe Fritzbox, OVP, VHB 40 Euro zzgl. Versand."),
    ],
)
def test_who_speaks_and_what_kind_of_post_it_is(voice: str, kind: str, text: str) -> None:
    read = JUDGE.judge(text).intents
    assert (read.voice, read.post_kind) == (voice, kind)


def test_a_disclosed_gift_is_seen_and_an_undisclosed_one_not_invented() -> None:
    assert JUDGE.judge("Ich war eingeladen, es gab Werbegeschenke. Das Netz ist super!").intents.incentive
    assert not JUDGE.judge("Das Netz ist super!").intents.incentive


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "\0\0\0",
        "😡😡😡",
        "„“",
        '"',
        ">>> > >",
        "\ud800",
        "a" * 1_000_000,
        "Telekom schlecht, " * 60_000,
        "\n" * 1000,
        "?" * 1000,
    ],
    ids=[
        "empty",
        "blank",
        "nul",
        "emoji",
        "quotes",
        "quote",
        "quoted",
        "surrogate",
        "long word",
        "long",
        "lines",
        "marks",
    ],
)
def test_odd_texts_are_read_without_a_fuss(text: str) -> None:
    row = JUDGE.judge(text).to_json(id="1")
    assert row["polarity"] in POLARITIES
    json.dumps(row)


def test_an_empty_text_is_neutral_and_not_relevant() -> None:
    judgement = JUDGE.judge("")
    assert judgement.whole.shares == (0, WHOLE, 0)
    assert not judgement.relevant


def test_a_row_has_the_fields_that_scripts_rely_on() -> None:
    row = JUDGE.judge("Die Telekom ist zu teuer.").to_json(id="7", language="de")
    assert list(row) == [
        *("id", "language", "relevant", "post_kind", "polarity", "p_negative", "p_neutral", "p_positive"),
        *("intents", "voice", "incentive", "opinions", "model"),
    ]
    assert list(row["opinions"][0]) == [
        *("brand", "aspect", "polarity", "p_negative", "p_neutral", "p_positive", "start", "end")
    ]
    assert tuple(row["intents"]) == INTENTS


def check(judgement: Judgement, text: str) -> None:
    assert judgement.intents.post_kind in KINDS
    assert judgement.intents.voice in VOICES
    assert {o.aspect for o in judgement.opinions} <= {a.name for a in aspects()}
    keys = [(o.brand, o.aspect) for o in judgement.opinions]
    assert len(keys) == len(set(keys))
    for opinion in (judgement.whole, *judgement.brands, *judgement.opinions):
        assert sum(opinion.shares) == WHOLE
        assert 0 <= opinion.start <= opinion.end <= len(text)


@given(
    st.lists(
        st.text(max_size=80) | st.sampled_from(["Telekom ", "1&1 nicht gut, ", "Techniker. ", "\u0308", "ä"]),
        max_size=8,
    )
)
@settings(max_examples=150)
def test_every_text_gets_a_sound_judgement(parts: list[str]) -> None:
    text = "".join(parts)
    check(JUDGE.judge(text), text)


@given(st.lists(st.floats(0.001, 1), min_size=3, max_size=3))
def test_three_shares_sum_to_the_whole_and_stay_near(weights: list[float]) -> None:
    chances = [weight / sum(weights) for weight in weights]
    shares = shares_of(chances)
    assert sum(shares) == WHOLE
    assert all(abs(share - chance * WHOLE) <= 1 for share, chance in zip(shares, chances, strict=True))


@pytest.mark.shared
def test_the_post_that_began_it_all_names_both_companies_and_its_gift(shared: Path) -> None:
    judgement = JUDGE.judge((shared / "seed" / "post.txt").read_text("utf-8"))
    assert {o.brand for o in judgement.brands} == {"1&1", "Telekom"}
    assert judgement.intents.incentive
    assert judgement.intents.voice == "customer"
    told = {(o.brand, o.aspect): o.polarity for o in judgement.opinions}
    assert told["Telekom", "appointment"] == "negative"
    assert judgement.intents.intents["cancel_threat"] < 0.5
