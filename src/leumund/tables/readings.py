"""What was read in the posts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from leumund.tables.declaration import KEY, P, Unit, declare

__all__ = ["PostReading", "Reading"]


@declare("readings")
@dataclass(frozen=True, slots=True)
class Reading:
    """What a post says about one brand and one aspect."""

    post_id: Annotated[str, KEY, "the post"]
    brand: Annotated[str, KEY, "brand's name in leumund.toml, '' = none named"]
    aspect: Annotated[str, KEY, "aspect, '' = the post as a whole"]
    relevant: Annotated[bool, "speaks about a watched company"]
    p_negative: Annotated[int, P, "probability of negative"]
    p_neutral: Annotated[int, P, "probability of neutral"]
    p_positive: Annotated[int, P, "probability of positive; the three sum to 10,000"]
    span_start: Annotated[int, Unit("character"), "start of the words that show it"]
    span_end: Annotated[int, Unit("character"), "end of the words that show it"]
    model: Annotated[str, "model's name"]
    model_version: Annotated[str, "model's version"]


@declare("post_readings")
@dataclass(frozen=True, slots=True)
class PostReading:
    """What kind of post it is, who speaks, and what the writer wants."""

    post_id: Annotated[str, KEY, "the post"]
    post_kind: Annotated[str, Unit("opinion, question, news, deal, sale, company"), "kind"]
    voice: Annotated[str, Unit("customer, company, dealer, press, unclear"), "who speaks"]
    incentive: Annotated[bool, "the writer says that he was given something for it"]
    p_complaint: Annotated[int, P, "intent: complains"]
    p_cancel_threat: Annotated[int, P, "intent: threatens to cancel"]
    p_switch: Annotated[int, P, "intent: changes the provider"]
    p_question: Annotated[int, P, "intent: asks"]
    p_praise: Annotated[int, P, "intent: praises"]
    p_advise_for: Annotated[int, P, "intent: advises others to go there"]
    p_advise_against: Annotated[int, P, "intent: advises others against it"]
    p_legal_threat: Annotated[int, P, "intent: threatens with lawyers or authorities"]
    model: Annotated[str, "model's name"]
    model_version: Annotated[str, "model's version"]
