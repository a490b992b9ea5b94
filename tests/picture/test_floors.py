"""What must not move a figure, on posts brought in and walked: quotes, copies elsewhere, a forum gone silent."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest

from leumund.loop import Project, init_project
from leumund.picture.spans import MISSING
from leumund.reports.gaps import shown_gaps, stretches
from leumund.reports.layout import laid_out
from tests.walks import BRANDS, Talk, label_some, simulated_project, talking_project

FIRST = datetime(2024, 1, 1, 9, tzinfo=UTC)
DAYS, A_DAY = 84, 4
OPENINGS = ("Seit dem Umzug", "Nach dem Wechsel", "Bei uns auf dem Land", "In der neuen Wohnung", "Wie schon im Herbst")
GOOD = "läuft {} schnell und stabil, ich bin sehr zufrieden und die Hotline war freundlich"
BAD = "ist {} furchtbar, ständig Störung, nur Ärger mit der Rechnung und nie wieder"
WORDS = [
    "Haus",
    "Garten",
    "Stadt",
    "Berg",
    "Fluss",
    "Wald",
    "Wiese",
    "Hügel",
    "Tal",
    "See",
    "Kirche",
    "Mühle",
    "Brücke",
    "Hafen",
    "Markt",
    "Turm",
    "Ufer",
    "Feld",
]


def sayings() -> list[str]:
    """Give texts of which no two are copies of one another."""
    dice = random.Random(5)
    made = []
    for number in range(DAYS * A_DAY):
        brand = BRANDS[dice.random() < 0.4].name
        said = dice.choice((GOOD, BAD, BAD)).format(brand)
        made.append(f"{dice.choice(OPENINGS)} {said}. Zum Vergleich {' '.join(dice.sample(WORDS, 9))} Nummer {number}.")
    return made


def message(number: str, text: str, *, author: int, thread: int, at: datetime, box: str) -> str:
    heads = {
        "From": f"Mensch {author} <mensch{author}@{box}.example>",
        "Date": format_datetime(at),
        "Message-ID": f"<{number}@{box}.example>",
        "List-Id": f"<{box}.example>",
        "Subject": f"Erfahrungen {thread}",
    }
    lines = "\n".join(f"{name}: {value}" for name, value in heads.items())
    return f"From x Mon Jan  1 00:00:00 2024\n{lines}\nContent-Type: text/plain; charset=utf-8\n\n{text}\n\n"


def mails(texts: list[str], *, noisy: bool) -> Iterator[str]:
    """Give a mailbox's messages; if noisy, half of them quote another one and a fifth come again on another list."""
    dice = random.Random(8)
    for number, text in enumerate(texts):
        author, other, quotes, again = dice.randrange(90), dice.randrange(max(number, 1)), dice.random(), dice.random()
        at, thread = FIRST + timedelta(hours=24 / A_DAY * number), number // 6
        said = text
        if noisy and number and quotes < 0.5:
            said = f"Am 3. Januar 2024 schrieb Mensch 7:\n> {texts[other]}\n> {texts[other - 1]}\n\n{text}"
        yield message(str(number), said, author=author, thread=thread, at=at, box="dsl")
        if noisy and again < 0.2:
            copy = text.replace("Vergleich", "Nachlesen") if again < 0.1 else text
            when = at + timedelta(minutes=90)
            yield message(f"{number}b", copy, author=author, thread=thread, at=when, box="netz")


def walked(folder: Path, *, noisy: bool) -> Project:
    project = init_project(folder / "project", BRANDS)
    box = folder / "posts.mbox"
    box.write_text("".join(mails(sayings(), noisy=noisy)), encoding="utf-8")
    project.import_pages([box])
    project.run()
    label_some(project, every=3)
    project.run()
    return project


def table(project: Project, name: str) -> list[dict[str, Any]]:
    rows = project.store.read(project.store.current(), name).to_pylist()
    return sorted(({k: v for k, v in row.items() if k != "snapshot_id"} for row in rows), key=repr)


def test_quotes_and_posts_that_come_again_elsewhere_leave_every_figure_exactly_as_it_was(tmp_path: Path) -> None:
    clean, noisy = (walked(tmp_path / name, noisy=name == "noisy") for name in ("clean", "noisy"))
    counts = noisy.picture().counts
    assert len(table(noisy, "quotes")) > 100
    assert counts.copies > 40
    assert counts.stored == clean.picture().counts.stored + counts.copies
    for name in ("opinions", "estimates", "changes", "drivers"):
        found = table(clean, name)
        assert found
        assert table(noisy, name) == found, name


OURS = "Wir bei {} sind super, schnell und stabil, schicken Sie uns die Kundennummer. Nummer {}. Ihr Team von {}"
GIVEN = "{} ist super und schnell, den Router habe ich kostenlos zur Verfügung gestellt bekommen. {}. Mal #{}."


def test_companies_and_gifts_move_no_figure_and_are_told_apart(tmp_path: Path) -> None:
    talk, own = Talk(a_day=3, days=84), BRANDS[0].name
    said = talk.posts()
    dice = random.Random(3)
    praise = [
        replace(
            said[number],
            post_id=f"{number:032x}",
            text=(
                OURS.format(own, number, own) if number % 3 else GIVEN.format(own, " ".join(dice.sample(WORDS, 9)), 1)
            )
            + f" {' '.join(dice.sample(WORDS, 8))}",
            author_key=f"else {number % 7}",
        )
        for number in range(60)
    ]
    plain, praised = (
        talking_project(tmp_path / name, posts, labelled=False)
        for name, posts in (("plain", said), ("praised", [*said, *praise]))
    )
    aside = {row["kind"]: row for row in table(praised, "apart")}
    counted = {row["post_id"] for row in table(praised, "opinions")}
    assert not counted & {post.post_id for post in praise}
    assert table(plain, "apart") == []
    assert sum(row["n_posts"] for row in aside.values()) == len(praise)
    assert all(row["brand"] == own and row["y"] / row["n_posts"] > 3_000 for row in aside.values())
    assert table(praised, "estimates") == table(plain, "estimates")
    page = laid_out(praised.picture(), "de")
    panel = next(panel for panel in page.panels if panel.panel_id == "apart")
    assert panel.sheet is not None
    assert {row[1].text: row[2].text for row in panel.sheet.rows} == {
        "Stimme der Firma": "40",
        "Gegen Vorteil geschrieben": "20",
    }
    assert all(row[4].text.startswith("+") for row in panel.sheet.rows)
    assert "apart" not in {panel.panel_id for panel in laid_out(plain.picture(), "de").panels}


def test_ten_days_without_a_forum_are_one_note_and_no_verdict_of_change_however_few_write(tmp_path: Path) -> None:
    silent = {"b.example": (17, 8)}
    for a_day in (3, 8):
        project = talking_project(tmp_path / str(a_day), Talk(a_day=a_day, silent=silent))
        coverage = project.picture().coverage
        assert len(shown_gaps([row for row in coverage if row.source == "b.example"])) == 1
        assert not [row for row in coverage if row.source != "b.example" and row.problem]
        said = {row["verdict"] for row in table(project, "changes")}
        assert not said & {"up", "down", "mix_only", "reader_only"}


@pytest.fixture(scope="module")
def market(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A simulated market of which the fullest forum is not collected for ten days of the last four weeks."""
    project = simulated_project(tmp_path_factory.mktemp("market") / "project", 8_000)
    project.run()
    return project


def test_ten_days_without_the_markets_fullest_forum_are_one_more_note_and_no_change(
    market: Project, tmp_path: Path
) -> None:
    import pyarrow.compute as pc

    posts = market.store.read(market.store.current(), "posts")
    venues = posts["venue"].to_pylist()
    fullest = max(set(venues), key=venues.count)
    last = max(row["after_last"] for row in table(market, "changes") if row["span"] == "four_weeks")
    from_, until = (datetime.combine(last - timedelta(days=back), datetime.min.time(), UTC) for back in (16, 6))
    gone = pc.and_(
        pc.equal(posts["venue"], fullest),
        pc.and_(pc.greater_equal(posts["posted_at"], from_), pc.less(posts["posted_at"], until)),
    )
    kept = posts.filter(pc.invert(pc.fill_null(gone, False)))
    assert len(kept) < len(posts)
    without = init_project(tmp_path / "project", BRANDS)
    without.store.commit(
        without.store.current().with_parts({"posts": [without.store.write("posts", "kept.parquet", kept)]})
    )
    without.run()
    for project in (market, without):
        label_some(project, every=4)
        project.run()
    missing = [
        {(row["source"], row["day"]) for row in table(project, "coverage") if row["problem"] in MISSING}
        for project in (market, without)
    ]
    days = {(fullest, (from_ + timedelta(days=n)).date()) for n in range(10)}
    assert days <= missing[1]
    # A day beside them on which nobody wrote cannot be told from them; it belongs to the same note.
    added = missing[1] - missing[0]
    assert {source for source, _ in added} == {fullest}
    assert len(stretches(day for _, day in added)) == 1
    assert len(added) <= 15
    verdicts = {row["verdict"] for row in table(without, "changes") if row["span"] == "four_weeks"}
    assert not verdicts & {"up", "down", "mix_only", "reader_only"}
