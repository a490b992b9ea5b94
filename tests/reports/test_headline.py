"""The three sentences and the one thing to do."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from leumund.picture.view import Picture
from leumund.reports import headline
from leumund.reports.figures import Figures, span_of
from leumund.reports.headline import advice
from leumund.tables import Change, Estimate
from tests.reports.pictures import Plan, make_picture, without_value

LANGUAGES = ("de", "en")


def with_figures(picture: Picture, **changes: object) -> Picture:
    """Give the picture with these fields changed in every figure over the whole period."""
    changed = (replace(figure, **changes) if figure.period == "all" else figure for figure in picture.estimates)
    return replace(picture, estimates=tuple(changed))


def difference(picture: Picture, rival: str, verdict: str) -> Picture:
    def told(figure: Estimate) -> Estimate:
        mine = figure.measure == "difference" and figure.period == "all" and figure.rival == rival
        return replace(figure, verdict=verdict) if mine else figure

    return replace(picture, estimates=tuple(told(figure) for figure in picture.estimates))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "plan",
    [
        Plan(weeks=12),
        Plan(weeks=12, brands=1),
        Plan(weeks=12, aspects=0),
        Plan(posts=False),
        Plan(weeks=12, support="unproven"),
        Plan(weeks=12, support="borrowed"),
        Plan(weeks=12, support="mixed"),
    ],
)
def test_there_are_always_three_sentences(plan: Plan, language: str) -> None:
    sentences = headline(make_picture(plan), language)
    assert len(sentences) == 3
    assert all(sentence.endswith(".") and sentence[0].isupper() and "{" not in sentence for sentence in sentences)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_first_sentence_gives_the_index_with_its_interval(language: str) -> None:
    picture = make_picture(Plan(weeks=12))
    whole = Figures(picture).whole("net_index", picture.own)
    assert span_of(whole, language) in headline(picture, language)[0]


def test_the_second_sentence_sorts_the_rivals_by_what_is_shown() -> None:
    picture = make_picture(Plan(weeks=12, brands=5))
    for rival, verdict in zip(picture.rivals, ("higher", "lower", "no_difference_shown", "too_few"), strict=True):
        picture = difference(picture, rival, verdict)
    better, worse, same, unknown = picture.rivals
    assert headline(picture, "de")[1] == (
        f"Besser als {better}; schlechter als {worse}; "
        f"kein Unterschied zu sehen zu {same}; nichts zu sagen über {unknown}."
    )


def test_an_unproven_figure_is_never_in_the_headline() -> None:
    picture = make_picture(Plan(weeks=12, support="unproven"))
    for language in LANGUAGES:
        text = " ".join(headline(picture, language))
        for figure in picture.estimates:
            if figure.period == "all" and figure.measure == "net_index":
                assert span_of(figure, language) not in text
    assert "noch nicht geprüft" in headline(picture, "de")[0]
    assert "label" in advice(picture, "de").command


def test_an_unproven_difference_shows_nothing() -> None:
    picture = make_picture(Plan(weeks=12, brands=2))
    shown = difference(picture, picture.rivals[0], "higher")
    hidden = tuple(replace(f, support="unproven") if f.measure == "difference" else f for f in shown.estimates)
    assert "Besser als" in headline(shown, "de")[1]
    assert "Nichts zu sagen" in headline(replace(shown, estimates=hidden), "de")[1]


def test_a_borrowed_correction_is_named() -> None:
    assert "entlehnt" in headline(make_picture(Plan(weeks=12, support="borrowed")), "de")[0]


def test_too_few_posts_are_said_to_be_too_few_and_not_zero() -> None:
    picture = make_picture(Plan(weeks=12))
    empty = replace(picture, estimates=tuple(without_value(figure) for figure in picture.estimates))
    assert "lässt sich nichts sagen" in headline(empty, "de")[0]
    assert "0 (" not in " ".join(headline(empty, "de"))
    assert advice(empty, "de").command == "leumund collect"


def test_the_weakest_aspect_is_only_called_weakest_when_it_stands_apart() -> None:
    picture = make_picture(Plan(weeks=12, aspects=2))
    assert headline(apart(picture, "activation"), "de")[2].startswith("Am schwächsten ist „Schaltung und Umzug“")
    level = with_figures(picture, value=-10.0, low=-20.0, high=0.0)
    assert headline(level, "de")[2].startswith("Kein Thema steht erkennbar schlechter")


def apart(picture: Picture, aspect: str, *, high: float = -85.0) -> Picture:
    """Give the picture with one of the own brand's aspects far down."""
    figures = tuple(
        replace(f, value=-90.0, low=-95.0, high=high) if f.aspect == aspect and f.period == "all" else f
        for f in picture.estimates
    )
    return replace(picture, estimates=figures)


def test_the_advice_opens_the_posts_on_the_weakest_aspect() -> None:
    picture = apart(make_picture(Plan(weeks=12)), "activation")
    told = advice(picture, "de")
    figure = next(figure for figure in picture.estimates if told.href == f"#f-{figure.figure_id}")
    assert (figure.aspect, figure.brand, figure.period) == ("activation", picture.own, "all")


def test_a_wide_interval_is_to_be_made_narrower_before_anything_else() -> None:
    picture = with_figures(make_picture(Plan(weeks=12)), value=-10.0, low=-40.0, high=20.0)
    assert "60 Punkte weit" in advice(picture, "de").text
    assert "label" in advice(picture, "de").command
    narrow = with_figures(picture, low=-12.0, high=-8.0)
    assert advice(narrow, "de").href


def test_an_aspect_with_an_interval_that_tells_nothing_is_not_called_weak() -> None:
    picture = apart(make_picture(Plan(weeks=12)), "activation", high=95.0)
    assert headline(picture, "de")[2].startswith("Bei einzelnen Themen reicht es noch nicht")


def test_without_posts_the_advice_is_to_bring_some_in() -> None:
    assert "leumund import" in advice(make_picture(Plan(posts=False)), "en").command


def moved(verdict: str) -> Change:
    return Change(
        figure_id="f" * 32,
        brand="Nordnetz",
        span="four_weeks",
        part="opinion",
        before_first=date(2024, 1, 29),
        before_last=date(2024, 2, 25),
        after_first=date(2024, 2, 26),
        after_last=date(2024, 3, 24),
        value=9.0 if verdict == "up" else None,
        low=3.0 if verdict == "up" else None,
        high=15.0 if verdict == "up" else None,
        level=0.95,
        support="borrowed",
        n_before=200,
        n_after=210,
        n_authors=300,
        n_threads=150,
        n_labels=100,
        missing=0,
        verdict=verdict,
    )


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("rivals", [1, 3])
@pytest.mark.parametrize(
    "verdict", ["up", "down", "mix_only", "reader_only", "no_change_shown", "gap", "too_few", "unproven"]
)
def test_the_second_sentence_ends_with_the_verdict_on_the_last_four_weeks(
    verdict: str, rivals: int, language: str
) -> None:
    picture = make_picture(Plan(weeks=12, brands=rivals))
    sentences = headline(replace(picture, changes=(moved(verdict),)), language)
    assert len(sentences) == 3
    before, said = sentences[1].removesuffix(".").rsplit("; ", 1)
    assert before == headline(picture, language)[1].removesuffix(".")
    span = {"de": "+9 (+3 bis +15)", "en": "+9 (+3 to +15)"}[language]
    until = {"de": "24. März 2024", "en": "24 March 2024"}[language]
    assert until in said
    assert (span in said) == (verdict == "up")


def test_no_change_shown_is_a_verdict() -> None:
    picture = replace(make_picture(Plan(weeks=12)), changes=(moved("no_change_shown"),))
    assert headline(picture, "de")[1].endswith("gegen die vier davor: keine Veränderung zu sehen.")
