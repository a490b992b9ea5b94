"""What is behind each figure: a row per figure, its posts as far as the file holds them, the others by their id."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date

from markupsafe import Markup, escape

from leumund.reports.figures import Figures, full_name, is_share, period_name, span_of
from leumund.tables import Estimate, Evidence
from leumund.wording import day, index_span, month, number, say, share_span

__all__ = ["Behind", "ShownPost", "collected", "five_posts", "polarity", "shown_post"]

QUOTED_CHARACTERS = 200
CLEAREST = 3  # posts of a figure that are written before those of the next one
_ROW_END = "</td></tr>\n"
_PERIODS = {"all": 0, "quarter": 1, "four_weeks": 1, "month": 2, "week": 3}


@dataclass(frozen=True, slots=True)
class ShownPost:
    """One post as it is quoted: the words before, in and after the telling ones, and where it stands."""

    post_id: str
    before: str
    marked: str
    after: str
    venue: str
    when: str
    polarity: str
    language: str


@dataclass(frozen=True, slots=True)
class Behind:
    """The finished rows and posts, and what did not fit."""

    rows: Markup
    posts: Markup
    n_rows: int
    n_posts: int
    rows_left_out: int
    posts_left_out: int


def polarity(row: Evidence, language: str) -> str:
    """Give in words what the reader took the post for, and 'rather' where it was less than 70 per cent sure."""
    chances = {"negative": row.p_negative, "neutral": row.p_neutral, "positive": row.p_positive}
    name = max(chances, key=lambda name: chances[name])
    return say(f"polarity.{name}" if chances[name] >= 7000 else f"polarity.rather_{name}", language)


def _when(row: Evidence, language: str) -> str:
    when: date = row.posted_at.date()
    if row.posted_precision == "unknown":
        return say("post.no_date", language)
    return month(when, language, short=False) if row.posted_precision == "month" else day(when, language)


def shown_post(row: Evidence, language: str) -> ShownPost:
    """Give a post for showing; never more than 200 of its characters."""
    text = row.excerpt[:QUOTED_CHARACTERS]
    start = max(0, min(row.mark_start, len(text)))
    end = max(start, min(row.mark_end, len(text)))
    when, tone = _when(row, language), polarity(row, language)
    return ShownPost(row.post_id, text[:start], text[start:end], text[end:], row.venue, when, tone, row.language)


def five_posts(figures: Figures) -> list[Evidence]:
    """Give five posts behind the own brand's index, the clearest first, of every polarity where there are such."""
    own = figures.picture.own
    found: dict[str, Evidence] = {}
    for period in ("all", "quarter", "week"):
        for figure in reversed(figures.over_time("net_index", own, period)):
            for row in figures.behind.get(figure.figure_id, []):
                found.setdefault(row.post_id, row)
        if len(found) >= 5:
            break
    return _mixed(list(found.values()))


def _mixed(rows: Sequence[Evidence]) -> list[Evidence]:
    """Keep the order, but see that each polarity has one among the five."""
    chosen = list(rows[:5])
    for tone in ("p_negative", "p_positive"):
        if any(_leans(row) == tone for row in chosen):
            continue
        other = next((row for row in rows[5:] if _leans(row) == tone), None)
        if other is not None:
            chosen[-1 if tone == "p_positive" else -2] = other
    return chosen


def _leans(row: Evidence) -> str:
    return max(("p_negative", "p_neutral", "p_positive"), key=lambda name: int(getattr(row, name)))


def _importance(figures: Figures) -> Callable[[Estimate], tuple[int, bool, str, str, str, date, str]]:
    own = figures.picture.own

    def key(figure: Estimate) -> tuple[int, bool, str, str, str, date, str]:
        period = _PERIODS.get(figure.period, len(_PERIODS))
        names = (figure.measure, figure.aspect, figure.brand + figure.rival)
        return (period, figure.brand != own, *names, figure.period_start, figure.counted)

    return key


def collected(figures: Figures, language: str, *, budget_bytes: int, shown: Collection[str] = ()) -> Behind:
    """Write a row for each figure with its clearest posts, then the other posts, as far as `budget_bytes` go.

    What the page shows must open: the `shown` figures (by figure_id) come first, then the weightier of the others.
    A post stands in the file once; the figures name it. What does not fit stays in the JSON.
    """
    writer = _Writer(figures, language, budget_bytes)
    every = (*figures.picture.estimates, *figures.changes.values(), *figures.polarities.values())
    order = sorted(every, key=_importance(figures))
    first = [figure for figure in order if figure.figure_id in shown]
    others = [figure for figure in order if figure.figure_id not in shown]
    for figure in first:
        writer.bare(figure)
    for figure in first:
        writer.behind(figure, 0, CLEAREST)
    for figure in others:
        writer.bare(figure)
        writer.behind(figure, 0, CLEAREST)
    for figure in first + others:
        writer.behind(figure, CLEAREST, None)
    return writer.finished()


class _Writer:
    """Counts bytes while it writes, so that the file stays below its bound."""

    def __init__(self, figures: Figures, language: str, budget_bytes: int) -> None:
        self._behind, self._language, self._left = figures.behind, language, budget_bytes
        self._rows: dict[str, tuple[str, list[str]]] = {}
        self._posts: dict[str, str] = {}
        self._rows_left_out = self._links_left_out = 0
        self._more: set[str] = set()
        self._only_json = say("behind.only_json", language)

    def _take(self, text: str) -> bool:
        size = len(text.encode())
        if size > self._left:
            return False
        self._left -= size
        return True

    def bare(self, figure: Estimate) -> None:
        text = _row(figure, self._language)
        # Each row may need the remark that its posts stand in the JSON only.
        if self._take(text + self._only_json + _ROW_END):
            self._rows[figure.figure_id] = (text, [])
        else:
            self._rows_left_out += 1

    def behind(self, figure: Estimate, start: int, end: int | None) -> None:
        if figure.figure_id not in self._rows:
            return
        links = self._rows[figure.figure_id][1]
        for number_, row in enumerate(self._behind.get(figure.figure_id, [])[start:end], start=start + 1):
            if not self._post(row, links, number_):
                self._more.add(figure.figure_id)

    def _post(self, row: Evidence, links: list[str], place: int) -> bool:
        """Link the post, writing it first where there is room; else name it by its id; else say no."""
        link = f'<a href="#p-{escape(row.post_id)}">{place}</a> '
        if row.post_id in self._posts:
            if not self._take(link):
                return False
            links.append(link)
            return True
        article = _article(shown_post(row, self._language))
        # A tenth is kept for naming posts by their id when there is no room for their words.
        if self._left > 250_000 and self._take(article + link):
            self._posts[row.post_id] = article
            links.append(link)
            return True
        named = f"<code>{escape(row.post_id)}</code> "
        if self._take(named):
            links.append(named)
            return True
        return False

    def finished(self) -> Behind:
        rows = []
        for figure_id, (text, links) in self._rows.items():
            more = self._only_json if figure_id in self._more else ""
            rows.append(f"{text}{''.join(links)}{more}{_ROW_END}")
        named = {row.post_id for found in self._behind.values() for row in found} - self._posts.keys()
        return Behind(
            rows=Markup("".join(rows)),
            posts=Markup("".join(self._posts.values())),
            n_rows=len(rows),
            n_posts=len(self._posts),
            rows_left_out=self._rows_left_out,
            posts_left_out=len(named),
        )


def _machine(figure: Estimate, language: str) -> str:
    if figure.machine_value is None:
        return "–"
    wide, write = (1, share_span) if is_share(figure) else (10, index_span)
    return write(figure.machine_value, -wide, wide, language).split(" (", 1)[0]


def _row(figure: Estimate, language: str) -> str:
    verdict = say(f"verdict.{figure.verdict}", language) if figure.verdict else ""
    cells = [
        period_name(figure, language),
        say(f"counted.{figure.counted}", language),
        span_of(figure, language),
        _machine(figure, language),
        say(f"support.{figure.support}", language),
        *(number(n, language) for n in (figure.n_posts, figure.n_authors, figure.n_threads, figure.n_labels)),
        figure.method,
        verdict,
    ]
    tds = "".join(f"<td>{escape(cell)}</td>" for cell in cells)
    name = escape(full_name(figure, language))
    return f'<tr id="f-{escape(figure.figure_id)}"><th scope="row">{name}</th>{tds}<td>'


def _article(post: ShownPost) -> str:
    return (
        f'<article id="p-{escape(post.post_id)}"><blockquote lang="{escape(post.language)}">{escape(post.before)}'
        f"<mark>{escape(post.marked)}</mark>{escape(post.after)}</blockquote>"
        f"<p>{escape(post.venue)} · {escape(post.when)} · {escape(post.polarity)}</p></article>\n"
    )
