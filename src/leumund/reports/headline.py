"""Three sentences: where the own brand stands, what is shown against rivals and against before, and what is weakest."""

from __future__ import annotations

from dataclasses import dataclass

from leumund.picture.view import Picture
from leumund.reports.change import parts_of
from leumund.reports.figures import Figures, anchor, aspect_name, span_of, spoken
from leumund.tables import Estimate
from leumund.wording import index_span, say

__all__ = ["Advice", "advice", "headline", "listed", "stands_apart", "weakest_aspect"]

# Two hundred labels make the correction's own error about as large as seven points of the index.
LABELS_ADVISED = 200
# An interval wider than this says so little about an aspect that the sentence says so.
TELLS_NOTHING = 60.0
# An interval of the whole wider than this is worth more labels before anything else.
WIDE = 15.0


@dataclass(frozen=True)
class Advice:
    """One thing to do: a sentence, perhaps a command to type, perhaps a place in the page to look at."""

    text: str
    command: str = ""
    href: str = ""
    link: str = ""


def headline(picture: Picture, language: str) -> list[str]:
    """Give the three sentences. Figures whose correction is unproven are never among them."""
    figures = Figures(picture)
    if picture.counts.counted == 0 or not picture.estimates:
        return _nothing(picture, language)
    if not spoken(figures.whole("net_index", picture.own)):
        return _unchecked(figures, language)
    return [_standing(figures, language), _compared(figures, language), _weakest(figures, language)]


def _nothing(picture: Picture, language: str) -> list[str]:
    stored = picture.counts.stored
    why = say("headline.stored_not_counted", language, n=stored) if stored else say("headline.no_posts", language)
    return [why, say("headline.no_image", language), say("headline.no_data_is_not_zero", language)]


def _unchecked(figures: Figures, language: str) -> list[str]:
    picture = figures.picture
    whole = figures.whole("net_index", picture.own)
    if whole is None or whole.value is None:
        too_few = say("headline.too_few", language, brand=picture.own, n=whole.n_posts if whole else 0)
        return [too_few, say("headline.no_comparison", language), say("headline.no_data_is_not_zero", language)]
    return [
        say("headline.unchecked", language, brand=picture.own, posts=say("count.posts", language, n=whole.n_posts)),
        say("headline.unchecked_comparison", language),
        say("headline.unchecked_next", language, n=LABELS_ADVISED),
    ]


def _standing(figures: Figures, language: str) -> str:
    whole = figures.whole("net_index", figures.picture.own)
    key = "headline.standing_borrowed" if whole and whole.support == "borrowed" else "headline.standing"
    return say(key, language, brand=figures.picture.own, span=span_of(whole, language))


def listed(names: list[str], language: str) -> str:
    """Join names as the language does: a, b und c."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} {say('word.and', language)} {names[-1]}"


def verdicts(figures: Figures) -> dict[str, list[str]]:
    """Give verdict -> rivals, over the whole period; an unproven difference counts as not checked."""
    found: dict[str, list[str]] = {"higher": [], "lower": [], "no_difference_shown": [], "too_few": []}
    for rival in figures.picture.rivals:
        figure = figures.whole("difference", figures.picture.own, rival=rival)
        verdict = figure.verdict if figure and spoken(figure) else "too_few"
        found.setdefault(verdict, []).append(rival)
    return found


def _compared(figures: Figures, language: str) -> str:
    found = verdicts(figures)
    parts = [
        say(f"compared.{verdict}", language, names=listed(names, language)) for verdict, names in found.items() if names
    ] or [say("headline.no_rivals", language).removesuffix(".")]
    sentence = "; ".join([*parts, *_moved(figures, language)]) + "."
    return sentence[0].upper() + sentence[1:]


def _moved(figures: Figures, language: str) -> list[str]:
    """Give the verdict on the own brand's last four weeks; "no change shown" is one. Nothing where none is compared."""
    opinion = parts_of(figures, figures.picture.own, "four_weeks").get("opinion")
    if opinion is None:
        return []
    span = index_span(opinion.value, opinion.low, opinion.high, language)
    return [say(f"moved.{opinion.verdict}", language, brand=opinion.brand, until=opinion.after_last, span=span)]


def weakest_aspect(figures: Figures) -> Estimate | None:
    """Give the own brand's lowest aspect over the whole period, among those that may be spoken of."""
    named = [aspect for aspect in figures.aspects if aspect != "general"]
    found = [figures.whole("net_index", figures.picture.own, aspect=aspect) for aspect in named]
    held = [figure for figure in found if figure is not None and spoken(figure)]
    return min(held, key=lambda figure: figure.value or 0, default=None)


def stands_apart(weakest: Estimate, figures: Figures) -> bool:
    """Tell whether the weakest aspect lies below the whole with both intervals apart."""
    whole = figures.whole("net_index", figures.picture.own)
    return whole is not None and (weakest.high or 0) < (whole.low or 0)


def _width(figure: Estimate) -> float:
    return (figure.high or 0) - (figure.low or 0)


def _weakest(figures: Figures, language: str) -> str:
    weakest = weakest_aspect(figures)
    if weakest is None:
        return say("headline.no_aspect", language)
    name, span = aspect_name(weakest.aspect, language), span_of(weakest, language)
    if stands_apart(weakest, figures):
        return say("headline.weakest", language, aspect=name, span=span)
    if _width(weakest) > TELLS_NOTHING:
        return say("headline.wide_aspects", language, aspect=name, span=span)
    return say("headline.no_weakest", language, aspect=name, span=span)


def advice(picture: Picture, language: str) -> Advice:
    """Give the one thing to do next."""
    figures = Figures(picture)
    if picture.counts.stored == 0:
        return Advice(say("advice.collect", language), command=say("advice.collect_command", language))
    whole, weakest = figures.whole("net_index", picture.own), weakest_aspect(figures)
    if whole is None or whole.value is None:
        return Advice(say("advice.more", language, brand=picture.own), command="leumund collect")
    if whole.support == "unproven":
        return Advice(say("advice.label", language, n=LABELS_ADVISED), command=say("advice.label_command", language))
    apart = weakest is not None and stands_apart(weakest, figures)
    if _width(whole) > WIDE and not apart:
        text = say("advice.sharpen", language, n=LABELS_ADVISED, width=round(_width(whole)))
        return Advice(text, command=say("advice.label_command", language))
    if weakest is not None and _width(weakest) <= TELLS_NOTHING and figures.behind.get(weakest.figure_id):
        name = aspect_name(weakest.aspect, language)
        link = say("advice.read_link", language, aspect=name)
        return Advice(say("advice.read", language), href=anchor(weakest), link=link)
    return Advice(say("advice.look", language), href=anchor(whole), link=say("advice.look_link", language))
