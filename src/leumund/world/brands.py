"""Who offers lines and where people talk about it: six invented providers, five invented places.

None of the names is meant to be a company's. Hosts end in .example, which RFC 2606 keeps free.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["ASPECTS", "BRANDS", "OWN_BRAND", "VENUES", "Board", "Brand", "Venue"]


@dataclass(frozen=True)
class Brand:
    """A provider: its name, how people write it (the name first), its part of the talk and its usual index."""

    name: str
    aliases: tuple[str, ...]
    voice_share: float
    base_index: float
    network_owner: bool = False


BRANDS: tuple[Brand, ...] = (
    Brand("Brisanta", ("Brisanta", "Brisanta DSL", "brisanta", "Brisannta", "Brisanta-DSL"), 0.28, -14.0),
    Brand(
        "Fernkupfer",
        ("Fernkupfer", "fernkupfer", "FernKupfer AG", "F-Kupfer", "FeKu"),
        0.24,
        -22.0,
        network_owner=True,
    ),
    Brand("Pirolnet", ("Pirolnet", "pirolnet", "Pirol-Net", "Pirol Net"), 0.15, 8.0),
    Brand("Talvero", ("Talvero", "talvero", "Talvero Kabel"), 0.14, -6.0),
    Brand("Zirbelcom", ("Zirbelcom", "zirbelcom", "Zirbel-Com", "ZirbelCom"), 0.10, 2.0),
    Brand("Acht7", ("Acht7", "acht7", "Acht 7", "Acht-7", "8sieben"), 0.09, -10.0),
)
"""The market. The first name is the own brand."""

OWN_BRAND = BRANDS[0].name

ASPECTS: tuple[str, ...] = (
    "line",
    "speed",
    "activation",
    "technician",
    "service",
    "billing",
    "price",
    "contract",
    "hardware",
    "advertising",
)
"""What opinions are about; `activation` covers moves, switching and number porting."""


@dataclass(frozen=True)
class Board:
    """A part of a forum: its number, its name, and what is talked about there (providers, offtopic, english)."""

    number: int
    name: str
    about: str


@dataclass(frozen=True)
class Venue:
    """A place of talk: host, title, software, its part of all threads, its boards and posts a page."""

    host: str
    title: str
    software: str
    thread_share: float
    boards: tuple[Board, ...]
    posts_per_page: int
    first_number: int


VENUES: tuple[Venue, ...] = (
    Venue(
        "forum.dslstammtisch.example",
        "DSL-Stammtisch",
        "phpbb3",
        0.34,
        (
            Board(4, "Anbieter und Tarife", "providers"),
            Board(7, "Störungen und Technik", "providers"),
            Board(9, "Umzug und Anbieterwechsel", "providers"),
            Board(12, "Plauderecke", "offtopic"),
        ),
        15,
        300_000,
    ),
    Venue(
        "leitungsforum.example",
        "Leitungsforum",
        "vbulletin4",
        0.28,
        (
            Board(21, "Festnetz & DSL", "providers"),
            Board(24, "Anbieter im Gespräch", "providers"),
            Board(30, "Kaffeeküche", "offtopic"),
        ),
        20,
        4_100_000,
    ),
    Venue(
        "community.breitbandfreunde.example",
        "Breitbandfreunde",
        "xenforo2",
        0.22,
        (
            Board(3, "Provider-Erfahrungen", "providers"),
            Board(5, "Anschluss und Umzug", "providers"),
            Board(8, "English Corner", "english"),
            Board(11, "Alles andere", "offtopic"),
        ),
        20,
        70_000,
    ),
    Venue(
        "anschluss.lists.example",
        "anschluss-liste",
        "mail",
        0.08,
        (Board(1, "anschluss.lists.example", "providers"),),
        20,
        0,
    ),
    Venue("tarifstimmen.example", "Tarifstimmen", "table", 0.08, (Board(1, "Kommentare", "providers"),), 20, 9_000_000),
)
"""Three forums, a mailing list, and a site that hands its comments over as a table."""
