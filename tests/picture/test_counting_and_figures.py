"""Figures: what counts, what does not, and values that a few lines of numpy give as well."""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import stats

from leumund.estimates.clustered import CAUTION
from leumund.loop import Project, init_project
from leumund.settings import BrandSetting
from leumund.tables import Label, Post, rows_to_arrow

BRANDS = [BrandSetting("Pirolnet", own=True), BrandSetting("Talvero")]
SAID = (
    "Pirolnet ist super, alles läuft schnell und stabil, ich bin sehr zufrieden.",
    "Pirolnet ist furchtbar, ständig Störung und die Hotline ist eine Katastrophe.",
    "Talvero ist großartig, freundlich und schnell, klare Empfehlung von mir.",
    "Talvero ist eine Frechheit, nie wieder, nur Ärger mit der Rechnung.",
    "Ich bin bei Pirolnet, das ist der Anschluss in meiner Wohnung.",
    "Pirolnet ist furchtbar, ständig Ausfälle. Talvero dagegen ist super und schnell.",
)
MONDAY = datetime(2024, 1, 1, 12, tzinfo=UTC)


def post(number: int, text: str, *, author: str, thread: str, at: datetime, **changed: Any) -> Post:
    made = Post(
        post_id=f"{number:032x}",
        source="test",
        venue="forum.example",
        software="phpbb3",
        board="DSL",
        thread_id=thread,
        thread_title="Erfahrungen",
        position=1,
        url="",
        author_key=author,
        posted_at=at,
        posted_precision="minute",
        zone_assumed="",
        time_text="",
        text=text,
        reply_to="",
        edited_at=None,
        collected_at=MONDAY + timedelta(days=400),
        page_sha256="",
        reader="test 1",
        reservation="unknown",
    )
    return dataclasses.replace(made, **changed)


def some_posts(n: int, *, seed: int = 1) -> list[Post]:
    chance = random.Random(seed)
    return [
        post(
            number,
            chance.choice(SAID)
            + " "
            + " ".join(chance.sample(["Haus", "Garten", "Stadt", "Berg", "Fluss", "Wald"], 4)),
            author=f"author {int(chance.expovariate(0.2))}",
            thread=f"thread {chance.randrange(25)}",
            at=MONDAY + timedelta(days=chance.randrange(21)),
        )
        for number in range(n)
    ]


def different_posts(n: int) -> list[Post]:
    """Posts so long and so different that none is taken for a copy of another."""
    chance = random.Random(5)

    def word() -> str:
        return "".join(chance.choice("bdfgklmnprst") + chance.choice("aeiou") for _ in range(3))

    return [
        dataclasses.replace(one, text=f"{one.text} {' '.join(word() for _ in range(25))}.") for one in some_posts(n)
    ]


def walked(folder: Path, *parts: Sequence[Post]) -> Project:
    project = init_project(folder, BRANDS)
    written = [
        project.store.write("posts", f"{number}.parquet", rows_to_arrow("posts", posts))
        for number, posts in enumerate(parts)
    ]
    project.store.commit(project.store.current().with_parts({"posts": written}))
    project.run()
    return project


def table(project: Project, name: str) -> list[dict[str, Any]]:
    return project.store.read(project.store.current(), name).to_pylist()


def figure(
    project: Project, brand: str, *, measure: str = "net_index", period: str = "all", **where: str
) -> dict[str, Any]:
    wanted = {"measure": measure, "brand": brand, "period": period, "aspect": "", "counted": "posts", **where}
    (found,) = (row for row in table(project, "estimates") if all(row[name] == wanted[name] for name in wanted))
    return found


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return walked(tmp_path_factory.mktemp("figures") / "project", some_posts(160))


def weights(opinions: list[dict[str, Any]], counted: str) -> np.ndarray:
    """One voice for each post, author or thread, in whole millionths."""
    if counted == "posts":
        return np.ones(len(opinions))
    unit = [row[counted.removesuffix("s")] for row in opinions]
    return np.array([1_000_000 // unit.count(who) / 1_000_000 for who in unit])


def clustered_variance(score: np.ndarray, weight: np.ndarray, groups: list[Any]) -> float:
    """Variance of the weighted mean when the rows of a group hang together, freed of the bias of centring."""
    mean = weight @ score / weight.sum()
    names = sorted(set(groups))
    sums = np.array(
        [sum(w * (s - mean) for s, w, g in zip(score, weight, groups, strict=True) if g == n) for n in names]
    )
    sizes = np.array([sum(w for w, g in zip(weight, groups, strict=True) if g == name) for name in names])
    return float((sums**2).sum() / (weight.sum() ** 2 - (sizes**2).sum()))


@pytest.mark.parametrize("brand", ["Pirolnet", "Talvero"])
@pytest.mark.parametrize("counted", ["posts", "authors", "threads"])
def test_a_net_index_and_its_interval_are_what_numpy_makes_of_the_opinions(
    project: Project, brand: str, counted: str
) -> None:
    rows = [row for row in table(project, "opinions") if row["brand"] == brand and row["aspect"] == ""]
    score, weight = np.array([row["y"] / 100 for row in rows]), weights(rows, counted)
    kinds = {
        "author": [row["author"] for row in rows],
        "thread": [row["thread"] for row in rows],
        "both": [(row["author"], row["thread"]) for row in rows],
    }
    one_way = {kind: clustered_variance(score, weight, groups) for kind, groups in kinds.items()}
    variance = max(one_way["author"] + one_way["thread"] - one_way["both"], one_way["author"], one_way["thread"])
    said = figure(project, brand, counted=counted)
    assert said["machine_value"] == pytest.approx(weight @ score / weight.sum(), abs=1e-4)
    assert said["n_posts"] == len(rows)
    assert said["n_authors"] == len(set(kinds["author"]))
    assert said["n_threads"] == len(set(kinds["thread"]))
    assert said["support"] == "unproven"
    sizes = [
        [sum(w for w, g in zip(weight, groups, strict=True) if g == n) for n in set(groups)]
        for groups in kinds.values()
    ]
    effective = min(sum(size) ** 2 / sum(n * n for n in size) for size in sizes)
    half = np.sqrt(variance) * stats.t.ppf(0.975, max(CAUTION * effective - 1, 1))
    value = said["machine_value"]
    assert (said["low"], said["high"]) == pytest.approx((max(value - half, -100), min(value + half, 100)), abs=1e-3)


def test_shares_of_voice_add_up_and_are_those_of_the_opinions(project: Project) -> None:
    whole = [row for row in table(project, "opinions") if row["aspect"] == ""]
    shares = {brand.name: figure(project, brand.name, measure="share_of_voice")["machine_value"] for brand in BRANDS}
    assert sum(shares.values()) == pytest.approx(1, abs=1e-5)
    assert shares["Talvero"] == pytest.approx(sum(row["brand"] == "Talvero" for row in whole) / len(whole), abs=1e-5)


def test_a_difference_is_the_difference_of_the_two_indices(project: Project) -> None:
    own, rival = (figure(project, brand.name)["machine_value"] for brand in BRANDS)
    said = figure(project, "Pirolnet", measure="difference", rival="Talvero")
    assert said["machine_value"] == pytest.approx(own - rival, abs=1e-4)
    assert said["low"] <= said["value"] <= said["high"]


def test_the_order_of_posts_and_parts_does_not_matter(project: Project, tmp_path: Path) -> None:
    posts = some_posts(160)
    random.Random(7).shuffle(posts)
    other = walked(tmp_path / "project", posts[:31], posts[31:100], posts[100:])
    without = [
        [{name: value for name, value in row.items() if name != "snapshot_id"} for row in table(one, "estimates")]
        for one in (project, other)
    ]
    assert without[0] == without[1]


def test_copies_are_one_voice(tmp_path: Path) -> None:
    long = "Pirolnet hat bei uns seit Montag die Leitung nicht repariert und am Telefon hört man nur Musik statt Hilfe"
    at = [MONDAY + timedelta(hours=hour) for hour in range(4)]
    posts = [post(900 + n, long, author=f"copyist {n}", thread=f"elsewhere {n}", at=at[n]) for n in range(4)]
    posts[2] = dataclasses.replace(posts[2], text=long.replace("Montag", "Dienstag"))
    one = walked(tmp_path / "project", posts)
    assert {row["post_id"] for row in table(one, "opinions")} == {posts[0].post_id}
    assert {row["family_id"] for row in table(one, "families")} == {posts[0].post_id}
    assert one.picture().counts.copies == 3


def test_what_companies_say_and_what_nobody_can_date_is_not_counted(tmp_path: Path) -> None:
    ours = "Wir bitten um Entschuldigung und kümmern uns, schicken Sie uns die Kundennummer. Ihr Team von Pirolnet"
    posts = [
        *some_posts(12),
        post(900, ours, author="Pirolnet", thread="t", at=MONDAY),
        post(901, SAID[0], author="a", thread="t", at=MONDAY, posted_at=None, posted_precision="unknown"),
        post(902, SAID[1], author="b", thread="t", at=MONDAY, posted_precision="month"),
    ]
    one = walked(tmp_path / "project", posts)
    counted = {row["post_id"] for row in table(one, "opinions")}
    assert not counted & {entry.post_id for entry in posts[12:]}
    assert (one.picture().counts.company_voice, one.picture().counts.without_time) == (1, 2)
    assert one.picture().counts.stored == 15


def test_one_author_with_120_posts_moves_the_author_counted_index_by_less_than_one_voice(
    project: Project, tmp_path: Path
) -> None:
    angry = [
        post(
            5_000 + n,
            f"{SAID[1]} Tickets {', '.join(map(str, range(7 * n, 7 * n + 7)))}.",
            author="one man",
            thread=f"his {n}",
            at=MONDAY,
        )
        for n in range(120)
    ]
    louder = walked(tmp_path / "project", some_posts(160), angry)
    before, after = (figure(one, "Pirolnet", counted="authors") for one in (project, louder))
    assert after["n_authors"] == before["n_authors"] + 1
    moved = abs(after["machine_value"] - before["machine_value"])
    assert 0 < moved < 200 / after["n_authors"]  # the scale is 200 points long
    by_posts = [figure(one, "Pirolnet")["machine_value"] for one in (project, louder)]
    assert abs(by_posts[1] - by_posts[0]) > 5 * moved


def labelled(project: Project, brand: str, value: str, *, every: int = 1) -> None:
    """Judge each n-th post that names a brand, as if all had been drawn with the same chance."""
    named = [row for row in table(project, "opinions") if row["brand"] == brand and row["aspect"] == ""]
    project.take_labels(
        Label(row["post_id"], brand, "", "polarity", value, "a clerk", MONDAY, "a plan", 1 / every, True)
        for row in named[::every]
    )
    project.run()


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Project:
    project = walked(tmp_path_factory.mktemp("judged") / "project", different_posts(240))
    labelled(project, "Pirolnet", "negative", every=2)
    return project


def test_labels_on_a_brand_put_all_its_figures_right_and_none_of_another_brand(judged: Project) -> None:
    for period in ("week", "month", "quarter", "all"):
        rows = [row for row in table(judged, "estimates") if row["period"] == period and row["measure"] == "net_index"]
        own = [row for row in rows if row["brand"] == "Pirolnet" and row["value"] is not None]
        assert own, period
        assert all(row["low"] <= -90 and row["support"] in ("measured", "borrowed") for row in own)
        assert {row["support"] for row in rows if row["brand"] == "Talvero"} == {"unproven"}


def test_a_whole_with_labels_is_measured_and_its_aspects_are_borrowed(judged: Project) -> None:
    whole = figure(judged, "Pirolnet")
    assert (whole["support"], whole["n_labels"]) == ("measured", judged.picture().method.n_labels)
    assert whole["value"] == pytest.approx(-100, abs=5)
    aspects = [row for row in table(judged, "estimates") if row["brand"] == "Pirolnet" and row["aspect"] != ""]
    assert {row["support"] for row in aspects if row["value"] is not None} == {"borrowed"}


def test_a_difference_to_an_unchecked_rival_is_unproven(judged: Project) -> None:
    assert figure(judged, "Pirolnet", measure="difference", rival="Talvero")["support"] == "unproven"


def test_more_labels_make_a_week_surer(judged: Project, tmp_path: Path) -> None:
    more = walked(tmp_path / "project", different_posts(240))
    labelled(more, "Pirolnet", "negative")

    def widths(project: Project) -> list[float]:
        rows = [row for row in table(project, "estimates") if row["period"] == "week" and row["counted"] == "posts"]
        own = [row for row in rows if row["measure"] == "net_index" and row["brand"] == "Pirolnet"]
        return [row["high"] - row["low"] for row in sorted(own, key=lambda row: row["period_start"])]

    assert all(many <= few + 0.1 for few, many in zip(widths(judged), widths(more), strict=True))


FORUMS = {"wuetend.example": SAID[1], "froh.example": SAID[0], "still.example": SAID[4]}


def daily_posts(*, without: tuple[str, range] = ("", range(0))) -> list[Post]:
    """Three posts a day for twelve weeks, angry, happy and even forum; one of them not collected for some days."""
    venue, days = without
    posts = []
    for number, old in enumerate(different_posts(12 * 7 * 3)):
        day, forum = number // 3, list(FORUMS)[number % 3]
        if not (forum == venue and day in days):
            text = f"{FORUMS[forum]} {old.text.split('. ', 1)[-1]}"
            posts.append(dataclasses.replace(old, venue=forum, text=text, posted_at=MONDAY + timedelta(days=day)))
    return posts


@pytest.fixture(scope="module")
def complete(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return walked(tmp_path_factory.mktemp("complete") / "project", daily_posts())


def of_week(project: Project, week: int, measure: str = "net_index") -> dict[str, Any]:
    start = (MONDAY + timedelta(weeks=week)).date()
    weeks = [row for row in table(project, "estimates") if row["period"] == "week" and row["period_start"] == start]
    rows = [row for row in weeks if row["aspect"] == ""]
    (found,) = (r for r in rows if (r["measure"], r["brand"], r["counted"]) == (measure, "Pirolnet", "posts"))
    return found


@pytest.mark.parametrize("venue", FORUMS)
def test_a_forum_that_was_not_collected_widens_its_weeks_and_does_not_shift_them(
    complete: Project, tmp_path: Path, venue: str
) -> None:
    cut = walked(tmp_path / "project", daily_posts(without=(venue, range(35, 45))))
    for week in (5, 6):
        before, after = of_week(complete, week), of_week(cut, week)
        assert after["value"] == pytest.approx(before["value"], abs=8), week
        assert after["gap_share"] == pytest.approx({5: 1 / 3, 6: 1 / 7}[week], abs=0.04)
        assert after["low"] <= before["value"] <= after["high"]
    shifted = abs(of_week(cut, 5)["machine_value"] - of_week(complete, 5)["machine_value"])
    assert shifted > 15 or venue == "still.example", "the bare count would have shifted"
    assert of_week(cut, 1) == {**of_week(complete, 1), "snapshot_id": of_week(cut, 1)["snapshot_id"]}


def test_a_week_of_which_most_was_not_collected_is_withheld(complete: Project, tmp_path: Path) -> None:
    gone = {"wuetend.example", "froh.example"}
    days = {(MONDAY + timedelta(days=day)).date() for day in range(35, 45)}
    posts = [one for one in daily_posts() if not (one.venue in gone and one.posted_at and one.posted_at.date() in days)]
    said = of_week(walked(tmp_path / "project", posts), 5)
    assert (said["value"], said["verdict"]) == (None, "gap")
    assert said["gap_share"] > 0.5
