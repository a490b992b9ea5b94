"""How good the baseline is: figures that `python -m bench.readings` measured, and the sentences that tell them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib import resources

from leumund.wording import number

__all__ = ["Measured", "how_good", "measured"]


@dataclass(frozen=True, slots=True)
class Measured:
    """One figure (0..1) with its 95 % interval, on what it was measured, and on how many posts."""

    key: str
    value: float
    low: float
    high: float
    n: int
    what_de: str
    what_en: str
    shown: bool  # in the sentences; the others stand in the file


def measured() -> tuple[Measured, ...]:
    """Give the figures that come with the program."""
    file = resources.files("leumund.readings") / "measured.json"
    return tuple(Measured(**row) for row in json.loads(file.read_text("utf-8"))["figures"])


def how_good() -> tuple[tuple[str, str], ...]:
    """Give (language, sentence) pairs that say how well the baseline reads, on what, and what it never saw."""
    figures = [figure for figure in measured() if figure.shown]
    de, en = (
        "; ".join(_told(figure, what, to, language) for figure, what in zip(figures, whats, strict=True))
        for language, to, whats in (
            ("de", "bis", [figure.what_de for figure in figures]),
            ("en", "to", [figure.what_en for figure in figures]),
        )
    )
    return (
        ("de", f"So gut liest das mitgelieferte Modell, gemessen, mit der Spanne bei 95 % Vertrauen: {de}."),
        (
            "de",
            "Auf Beiträgen über DSL-Anbieter ist es nicht gemessen; eigene Stichproben sagen, wie gut es dort liest.",
        ),
        ("en", f"How well the model that comes along reads, measured, with 95% interval: {en}."),
        (
            "en",
            "It has not been measured on posts about DSL providers; labels of your own tell how well it reads there.",
        ),
    )


def _told(figure: Measured, what: str, to: str, language: str) -> str:
    value, low, high = (number(part, language, digits=2) for part in (figure.value, figure.low, figure.high))
    return f"{what} {value} ({low} {to} {high}), n = {number(figure.n, language)}"
