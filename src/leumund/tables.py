"""Every table, declared once: field, type, unit, meaning, key, personal mark.

A row class is the declaration. Arrow schema, documentation page and the engines' casts come from it.
Columns are flat, times are UTC, probabilities are whole numbers of 1/10,000 so that sums are exact on every engine.
"""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

import pyarrow as pa

__all__ = [
    "TABLES",
    "AuditRow",
    "Author",
    "Coverage",
    "Estimate",
    "Evidence",
    "Family",
    "Field",
    "Intake",
    "Issue",
    "Label",
    "Language",
    "Post",
    "PostReading",
    "Publication",
    "Quote",
    "Reading",
    "Sighting",
    "Table",
    "Thread",
    "arrow_schema",
    "field_names",
    "rows_to_arrow",
    "table_of",
    "tables_page",
]


@dataclass(frozen=True)
class Unit:
    """The unit of a number, or the set of values of a word."""

    text: str


class _Mark:
    def __init__(self, name: str) -> None:
        self.name = name


KEY = _Mark("key")
PERSONAL = _Mark("personal")
P = Unit("1/10,000")


@dataclass(frozen=True)
class Field:
    """One column: its Arrow type, unit, meaning, and whether it is part of the key or personal data."""

    name: str
    type: pa.DataType
    nullable: bool
    unit: str
    meaning: str
    key: bool
    personal: bool


@dataclass(frozen=True)
class Table:
    """One table: its name, what a row is, its fields and the class of a row."""

    name: str
    meaning: str
    fields: tuple[Field, ...]
    row_class: type

    @property
    def schema(self) -> pa.Schema:
        """The Arrow schema in the declared order."""
        return pa.schema([pa.field(f.name, f.type, nullable=f.nullable) for f in self.fields])

    @property
    def key(self) -> tuple[str, ...]:
        """The names of the fields that tell one row from another."""
        return tuple(f.name for f in self.fields if f.key)


TABLES: dict[str, Table] = {}

_ARROW_TYPES: dict[type, pa.DataType] = {
    str: pa.string(),
    int: pa.int64(),
    bool: pa.bool_(),
    float: pa.float64(),
    datetime: pa.timestamp("us", tz="UTC"),
    date: pa.date32(),
    Decimal: pa.decimal128(38, 0),
}


def _field(name: str, annotation: Any) -> Field:
    base, *notes = typing.get_args(annotation)
    nullable = isinstance(base, types.UnionType)
    if nullable:
        (base,) = [part for part in typing.get_args(base) if part is not type(None)]
    return Field(
        name=name,
        type=_ARROW_TYPES[base],
        nullable=nullable,
        unit=next((note.text for note in notes if isinstance(note, Unit)), ""),
        meaning=next(note for note in notes if isinstance(note, str)),
        key=KEY in notes,
        personal=PERSONAL in notes,
    )


_Row = typing.TypeVar("_Row")


def _declare(name: str) -> typing.Callable[[type[_Row]], type[_Row]]:
    def declare(row_class: type[_Row]) -> type[_Row]:
        hints = typing.get_type_hints(row_class, include_extras=True)
        fields = tuple(_field(f.name, hints[f.name]) for f in dataclasses.fields(typing.cast(Any, row_class)))
        TABLES[name] = Table(name, (row_class.__doc__ or "").strip(), fields, row_class)
        return row_class

    return declare


@_declare("posts")
@dataclass(frozen=True, slots=True)
class Post:
    """One post: its own words, without quotes and signature."""

    post_id: Annotated[
        str, KEY, "blake2b-128, hex, of venue and the software's number, else of thread, position, author, time"
    ]
    source: Annotated[str, "name of the source in leumund.toml, or 'import'"]
    venue: Annotated[str, "the forum as a place: host name, mailbox or table name"]
    software: Annotated[str, "phpbb, vbulletin, xenforo, mailbox, table …"]
    board: Annotated[str, "part of the forum, '' when the page does not say"]
    thread_id: Annotated[str, "blake2b-128, hex, of venue and the thread's own number or address"]
    thread_title: Annotated[str, "title as shown"]
    position: Annotated[int, Unit("1 = first post"), "place in the thread, 0 when unknown"]
    url: Annotated[str, PERSONAL, "address of the post or its page, '' when unknown"]
    author_key: Annotated[str, PERSONAL, "HMAC of venue and name; '' for a post without author"]
    posted_at: Annotated[datetime | None, Unit("UTC"), "when it was posted; empty when unknown"]
    posted_precision: Annotated[str, Unit("second, minute, day, month, unknown"), "how exactly the time is known"]
    zone_assumed: Annotated[str, "the time zone that had to be assumed, '' when the page states it"]
    time_text: Annotated[str, "the time as shown"]
    text: Annotated[str, PERSONAL, "own words: no quotes, no signature"]
    reply_to: Annotated[str, "post_id of the first quoted post in the thread, '' when none"]
    edited_at: Annotated[datetime | None, Unit("UTC"), "last edit as the page tells it"]
    collected_at: Annotated[datetime, Unit("UTC"), "when the page was taken or, if unknown, brought in"]
    page_sha256: Annotated[str, "digest of the page or table it was read from"]
    reader: Annotated[str, "reader and its version"]
    reservation: Annotated[str, "text-and-data-mining verdict stored with the page: none, reserved, unknown"]


@_declare("quotes")
@dataclass(frozen=True, slots=True)
class Quote:
    """One quotation inside a post; never counted as an opinion of its own."""

    post_id: Annotated[str, KEY, "the post that quotes"]
    number: Annotated[int, KEY, Unit("1 = first"), "place among the post's quotes"]
    quoted_author_key: Annotated[str, PERSONAL, "who is quoted, '' when not said"]
    quoted_post_id: Annotated[str, "the quoted post where it is in the thread, else ''"]
    text: Annotated[str, PERSONAL, "the quoted words"]


@_declare("authors")
@dataclass(frozen=True, slots=True)
class Author:
    """The name behind an author_key; apart from everything else and seen by role only."""

    author_key: Annotated[str, KEY, PERSONAL, "HMAC of venue and name"]
    venue: Annotated[str, "the forum"]
    name: Annotated[str, PERSONAL, "name as shown"]


@_declare("threads")
@dataclass(frozen=True, slots=True)
class Thread:
    """One thread as seen on a page."""

    thread_id: Annotated[str, KEY, "blake2b-128, hex"]
    venue: Annotated[str, "the forum"]
    board: Annotated[str, "part of the forum"]
    title: Annotated[str, "title as shown"]
    url: Annotated[str, "address of the thread"]


@_declare("sightings")
@dataclass(frozen=True, slots=True)
class Sighting:
    """A post was seen again, perhaps with other words."""

    post_id: Annotated[str, KEY, "the post"]
    seen_at: Annotated[datetime, KEY, Unit("UTC"), "when it was seen again"]
    page_sha256: Annotated[str, "on which page"]
    changed: Annotated[bool, "the words differed from those stored"]


@_declare("intakes")
@dataclass(frozen=True, slots=True)
class Intake:
    """One file that was brought in, so that the same file again changes nothing."""

    page_sha256: Annotated[str, KEY, "digest of the file's bytes"]
    page: Annotated[str, "name of the file as given"]
    reader: Annotated[str, "reader and its version"]
    taken_at: Annotated[datetime, Unit("UTC"), "when it was brought in"]
    n_posts: Annotated[int, "posts found in it"]
    n_set_aside: Annotated[int, "rows or posts set aside, see issues"]


@_declare("issues")
@dataclass(frozen=True, slots=True)
class Issue:
    """One thing that could not be used, kept aside instead of skipped in silence."""

    page: Annotated[str, KEY, "file"]
    place: Annotated[str, KEY, "row, post or line in the file"]
    code: Annotated[str, KEY, "error code, see leumund explain"]
    seen: Annotated[str, "what was seen"]
    next_step: Annotated[str, "what to do"]
    noted_at: Annotated[datetime, Unit("UTC"), "when"]


@_declare("coverage")
@dataclass(frozen=True, slots=True)
class Coverage:
    """What was collected on one day from one venue; a gap is not an image."""

    source: Annotated[str, KEY, "the venue"]
    day: Annotated[date, KEY, Unit("UTC"), "the day"]
    expected: Annotated[float | None, "posts a day that the weeks around lead one to expect"]
    seen: Annotated[int, "posts of that day"]
    problem: Annotated[str, Unit("'', gap, outage, partial"), "why the day is not like the others"]


@_declare("languages")
@dataclass(frozen=True, slots=True)
class Language:
    """The language of a post's own words."""

    post_id: Annotated[str, KEY, "the post"]
    language: Annotated[str, Unit("ISO 639-1, 'und' when too short to say"), "language"]


@_declare("signatures")
@dataclass(frozen=True, slots=True)
class Signature:
    """One band of a post's MinHash signature; posts with an equal band may be copies."""

    post_id: Annotated[str, KEY, "the post"]
    band: Annotated[int, KEY, Unit("0 …"), "number of the band"]
    band_hash: Annotated[int, "hash of the band's rows"]
    order_hash: Annotated[int, "hash by which alike posts come to stand beside each other"]


@_declare("neighbours")
@dataclass(frozen=True, slots=True)
class Neighbour:
    """Two posts that share a band, with their words, waiting to be compared."""

    left_id: Annotated[str, KEY, "the smaller post_id"]
    right_id: Annotated[str, KEY, "the larger post_id"]
    left_text: Annotated[str, PERSONAL, "own words"]
    right_text: Annotated[str, PERSONAL, "own words"]


@_declare("twins")
@dataclass(frozen=True, slots=True)
class Twin:
    """Two posts that say the same but for a word or two."""

    left_id: Annotated[str, KEY, "the smaller post_id"]
    right_id: Annotated[str, KEY, "the larger post_id"]
    similarity: Annotated[int, P, "share of words alike, in order"]


@_declare("kin")
@dataclass(frozen=True, slots=True)
class Kin:
    """A post that has twins, with the group it hangs together with."""

    post_id: Annotated[str, KEY, "the post"]
    group_id: Annotated[str, "smallest post_id of the group"]


@_declare("families")
@dataclass(frozen=True, slots=True)
class Family:
    """Posts that are copies of one another; one voice. Posts without a copy have no row."""

    post_id: Annotated[str, KEY, "the post"]
    family_id: Annotated[str, "post_id of the family's first post"]
    is_copy: Annotated[bool, "not the first of its family"]


@_declare("readings")
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


@_declare("post_readings")
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


@_declare("labels")
@dataclass(frozen=True, slots=True)
class Label:
    """What a person read in a post; the ledger's current view, frozen for a run."""

    post_id: Annotated[str, KEY, "the post"]
    brand: Annotated[str, KEY, "brand, '' = the post as a whole"]
    aspect: Annotated[str, KEY, "aspect, '' = all"]
    field: Annotated[str, KEY, Unit("polarity, relevant, …"), "what was judged"]
    value: Annotated[str, "the verdict: negative, neutral, positive, true, false …"]
    labeller: Annotated[str, KEY, "who"]
    labelled_at: Annotated[datetime, Unit("UTC"), "when"]
    plan_id: Annotated[str, "the plan that drew the post, '' = not drawn: teaches, never measures"]
    inclusion_probability: Annotated[float | None, Unit("0..1"), "probability with which the plan drew it"]
    blind: Annotated[bool, "the labeller did not see the machine's verdict"]


@_declare("audit")
@dataclass(frozen=True, slots=True)
class AuditRow:
    """Who saw or changed what; only ever added to."""

    number: Annotated[int, KEY, "grows in the order in which the ledger took them, with gaps"]
    at: Annotated[datetime, Unit("UTC"), "when"]
    who: Annotated[str, PERSONAL, "who did it"]
    what: Annotated[str, "what was done, in a word"]
    subject: Annotated[str, PERSONAL, "to what: a post, a name, a report"]
    detail: Annotated[str, PERSONAL, "what else there is to say"]


@_declare("publications")
@dataclass(frozen=True, slots=True)
class Publication:
    """A report that was frozen and given out."""

    publication_id: Annotated[str, KEY, "blake2b-128, hex, of snapshot and report"]
    snapshot_id: Annotated[str, "the snapshot that its figures recompute from"]
    report_sha256: Annotated[str, "digest of the report's bytes"]
    title: Annotated[str, "title as given first"]
    published_by: Annotated[str, PERSONAL, "who gave it out first"]
    published_at: Annotated[datetime, Unit("UTC"), "when it was first given out"]


@_declare("opinions")
@dataclass(frozen=True, slots=True)
class Opinion:
    """One countable opinion: an original post of a customer, dated, about one brand and aspect."""

    post_id: Annotated[str, KEY, "the post"]
    brand: Annotated[str, KEY, "brand"]
    aspect: Annotated[str, KEY, "aspect, '' = the post as a whole"]
    venue: Annotated[str, "the forum"]
    author: Annotated[str, PERSONAL, "author_key; the post's own id where there is no author"]
    thread: Annotated[str, "thread_id"]
    day: Annotated[date, Unit("UTC"), "day it was posted"]
    y: Annotated[int, P, "p_positive − p_negative"]


@_declare("tallies")
@dataclass(frozen=True, slots=True)
class Tally:
    """How many posts there are of one kind, for the account of what was counted and what was not."""

    name: Annotated[str, KEY, "what was counted"]
    n: Annotated[int, "how many"]


@_declare("origins")
@dataclass(frozen=True, slots=True)
class Origin:
    """What made the rows of a snapshot: readers, models, assumed zones."""

    kind: Annotated[str, KEY, Unit("reader, zone_assumed, model, model_version"), "what it is"]
    name: Annotated[str, KEY, "its name"]
    n: Annotated[int, "rows it made"]


@_declare("days")
@dataclass(frozen=True, slots=True)
class VenueDay:
    """Posts of one day in one venue."""

    venue: Annotated[str, KEY, "the forum"]
    day: Annotated[date, KEY, Unit("UTC"), "the day"]
    n_posts: Annotated[int, "posts of that day"]


@_declare("cells")
@dataclass(frozen=True, slots=True)
class Cell:
    """Sums from which one figure and its error follow; whole numbers, so exact on every engine."""

    measure: Annotated[str, KEY, Unit("net_index, share_of_voice, difference"), "measure"]
    brand: Annotated[str, KEY, "brand"]
    rival: Annotated[str, KEY, "the other brand of a difference, else ''"]
    aspect: Annotated[str, KEY, "aspect, '' = all"]
    period: Annotated[str, KEY, Unit("week, quarter, all"), "length of the period"]
    period_start: Annotated[date, KEY, "first day; 1970-01-01 for all"]
    counted: Annotated[str, KEY, Unit("posts, authors, threads"), "what counts as one voice"]
    clustered: Annotated[str, KEY, Unit("author, thread, both"), "what belongs together in these sums"]
    n_posts: Annotated[int, "posts"]
    n_clusters: Annotated[int, "groups that belong together"]
    sum_n: Annotated[int, Unit("1/1,000,000 voice"), "sum of weights"]
    sum_y: Annotated[int, Unit("weight x 1/10,000"), "sum of weighted y"]
    sum_yy: Annotated[Decimal, "sum over groups of y²; of y₁·y₂ in a difference"]
    sum_yn: Annotated[Decimal, "sum over groups of y·n; of y₁·n₂ in a difference"]
    sum_ny: Annotated[Decimal, "as sum_yn; of n₁·y₂ in a difference"]
    sum_nn: Annotated[Decimal, "sum over groups of n²; of n₁·n₂ in a difference"]


@_declare("telling")
@dataclass(frozen=True, slots=True)
class Telling:
    """The clearest posts behind each net index, with all their words; the excerpt is cut from it."""

    brand: Annotated[str, KEY, "brand"]
    aspect: Annotated[str, KEY, "aspect, '' = all"]
    period: Annotated[str, KEY, Unit("week, quarter, all"), "length of the period"]
    period_start: Annotated[date, KEY, "first day; 1970-01-01 for all"]
    rank: Annotated[int, KEY, Unit("1 = clearest"), "order"]
    post_id: Annotated[str, "the post"]
    venue: Annotated[str, "the forum"]
    posted_at: Annotated[datetime, Unit("UTC"), "when it was posted"]
    posted_precision: Annotated[str, "how exactly the time is known"]
    language: Annotated[str, "language of the post"]
    p_negative: Annotated[int, P, "probability of negative"]
    p_neutral: Annotated[int, P, "probability of neutral"]
    p_positive: Annotated[int, P, "probability of positive"]
    span_start: Annotated[int, Unit("character"), "start of the telling words"]
    span_end: Annotated[int, Unit("character"), "end of the telling words"]
    text: Annotated[str, PERSONAL, "own words"]


@_declare("judged")
@dataclass(frozen=True, slots=True)
class Judged:
    """A drawn and labelled opinion beside the machine's verdict."""

    post_id: Annotated[str, KEY, "the post"]
    brand: Annotated[str, KEY, "brand"]
    author: Annotated[str, PERSONAL, "author_key"]
    thread: Annotated[str, "thread_id"]
    day: Annotated[date, Unit("UTC"), "day it was posted"]
    machine_y: Annotated[int, P, "p_positive − p_negative"]
    label_y: Annotated[int, P, "the label as −10,000, 0, 10,000; mean over labellers"]
    inclusion_probability: Annotated[float, Unit("0..1"), "probability with which the plan drew it"]


@_declare("estimates")
@dataclass(frozen=True, slots=True)
class Estimate:
    """One figure of the picture with its error."""

    figure_id: Annotated[str, KEY, "blake2b-128, hex, of the figure's coordinates"]
    snapshot_id: Annotated[str, KEY, "the snapshot it was made from"]
    measure: Annotated[str, Unit("net_index, share_of_voice, difference"), "measure"]
    brand: Annotated[str, "brand"]
    rival: Annotated[str, "the other brand of a difference, else ''"]
    aspect: Annotated[str, "aspect, '' = all"]
    venue: Annotated[str, "venue, '' = all"]
    period: Annotated[str, Unit("week, quarter, all"), "length of the period"]
    period_start: Annotated[date, "first day"]
    period_end: Annotated[date, "last day"]
    estimand: Annotated[str, Unit("corpus, rate"), "the posts collected, or what lies behind them"]
    counted: Annotated[str, Unit("posts, authors, threads"), "what counts as one voice"]
    value: Annotated[float | None, "index −100..100, or share 0..1; empty when nothing can be said"]
    low: Annotated[float | None, "lower end of the interval"]
    high: Annotated[float | None, "upper end of the interval"]
    level: Annotated[float, "confidence level of the interval"]
    machine_value: Annotated[float | None, "what counting the machine's verdicts gives"]
    support: Annotated[
        str, Unit("measured, borrowed, unproven"), "where the correction of the reader's mistakes comes from"
    ]
    n_posts: Annotated[int, "posts"]
    n_authors: Annotated[int, "authors"]
    n_threads: Annotated[int, "threads"]
    n_labels: Annotated[int, "labels that the correction rests on"]
    method: Annotated[str, "name of the method, see the method page"]
    verdict: Annotated[str, Unit("'', higher, lower, no_difference_shown, too_few"), "what may be said"]


@_declare("evidence")
@dataclass(frozen=True, slots=True)
class Evidence:
    """One post behind a figure, as it may be quoted: at most 200 characters, no name, no address."""

    figure_id: Annotated[str, KEY, "the figure"]
    rank: Annotated[int, KEY, Unit("1 = clearest"), "order in which to show the posts"]
    post_id: Annotated[str, "the post"]
    venue: Annotated[str, "the forum"]
    posted_at: Annotated[datetime, Unit("UTC"), "when it was posted"]
    posted_precision: Annotated[str, "how exactly the time is known"]
    language: Annotated[str, "language of the post"]
    p_negative: Annotated[int, P, "probability of negative"]
    p_neutral: Annotated[int, P, "probability of neutral"]
    p_positive: Annotated[int, P, "probability of positive"]
    excerpt: Annotated[str, "own words around the span, at most 200 characters"]
    mark_start: Annotated[int, Unit("character"), "start of the telling words in the excerpt"]
    mark_end: Annotated[int, Unit("character"), "end of the telling words in the excerpt"]


def table_of(name: str) -> Table:
    """Give the declaration of table `name`; KeyError when there is none is a mistake in the code, not the user's."""
    return TABLES[name]


def arrow_schema(name: str) -> pa.Schema:
    """Give the Arrow schema of table `name`."""
    return TABLES[name].schema


def field_names(name: str) -> tuple[str, ...]:
    """Give the names of the columns of table `name`, in order."""
    return tuple(field.name for field in TABLES[name].fields)


def rows_to_arrow(name: str, rows: Iterable[Any]) -> pa.Table:
    """Turn row objects of table `name` into one Arrow table in the declared schema."""
    table = TABLES[name]
    listed = list(rows)
    columns = [pa.array([getattr(row, f.name) for row in listed], type=f.type) for f in table.fields]
    return pa.Table.from_arrays(columns, schema=table.schema)


def tables_page() -> str:
    """Give docs/tables.md: every table and column in words."""
    lines = [
        "# Tables",
        "",
        "Made from `src/leumund/tables.py`; a test holds it. Times are UTC; **key** columns tell rows",
    ]
    lines += ["apart; **personal** columns are personal data.", ""]
    for table in TABLES.values():
        lines += [f"## {table.name}", "", table.meaning, ""]
        lines += ["| column | type | unit or values | meaning |", "|---|---|---|---|"]
        for field in table.fields:
            marks = "".join(f" **{mark}**" for mark, on in (("key", field.key), ("personal", field.personal)) if on)
            kind = f"{field.type}{', may be empty' if field.nullable else ''}"
            lines.append(f"| {field.name}{marks} | {kind} | {field.unit} | {field.meaning} |")
        lines.append("")
    return "\n".join(lines)
