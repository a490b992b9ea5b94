"""Small real projects to walk on, and what makes two tables equal."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa

from leumund import world
from leumund.engines.snapshots import Snapshot, Store
from leumund.loop import Project, init_project, open_project
from leumund.settings import BrandSetting
from leumund.tables import TABLES, Label, Post, rows_to_arrow

BRANDS = [BrandSetting(brand.name, brand.aliases, own=place == 0) for place, brand in enumerate(world.BRANDS)]
Changed = Mapping[tuple[str, str], str | int | float | bool]


def simulated_project(
    folder: Path, n_posts: int, *, seed: int = 1, rows_per_file: int = 50_000, changed: Changed | None = None
) -> Project:
    """A project whose stored posts are a simulated market's."""
    project = init_project(folder, BRANDS, dict(changed or {}))
    world.write_posts_parquet(seed, n_posts, folder / "data", rows_per_file)
    commit_what_lies_there(project.store)
    return project


GOOD = (
    "{} ist super, alles läuft schnell und stabil, ich bin sehr zufrieden.",
    "Bei {} läuft der Anschluss stabil und die Hotline war freundlich, klare Empfehlung.",
)
BAD = (
    "{} ist furchtbar, ständig Störung und die Hotline ist eine Katastrophe.",
    "{} ist eine Frechheit, nie wieder, nur Ärger mit der Rechnung.",
)
FILLING = ("Haus", "Garten", "Stadt", "Berg", "Fluss", "Wald", "Wiese", "Hügel", "Tal", "See")
LAST_DAY = datetime(2024, 6, 30, 12, tzinfo=UTC)  # a Sunday and the last day of a quarter


@dataclass(frozen=True)
class Talk:
    """Posts of 28 weeks in two venues: how many a day, how many of them good before and after, and where they stand."""

    seed: int = 1
    a_day: int = 6
    days: int = 196
    good: Mapping[str, float] = field(default_factory=lambda: {"a.example": 0.3, "b.example": 0.7})
    good_after: Mapping[str, float] | None = None  # from the last 28 days on
    share_of_b: tuple[float, float] = (0.4, 0.4)
    said_after: str = ""  # words that a third of the last 28 days' authors add
    silent: Mapping[str, tuple[int, int]] = field(default_factory=dict)  # venue -> days before the end, first and last
    brand: str = BRANDS[0].name

    def posts(self) -> list[Post]:
        """Give the posts; the same plan gives the same."""
        chance = random.Random(self.seed)
        made = []
        for number in range(self.a_day * self.days):
            before_end = self.days - 1 - number // self.a_day
            after = before_end < 28
            venue = "b.example" if chance.random() < self.share_of_b[after] else "a.example"
            good = (self.good_after if after and self.good_after else self.good)[venue]
            text = chance.choice(GOOD if chance.random() < good else BAD).format(self.brand)
            text += " " + " ".join(chance.sample(FILLING, 5)) + "."
            author = chance.randrange(150)
            if after and self.said_after and author % 3 == 0:
                text += f" {self.said_after}."
            thread = f"{venue} {number // 25} {chance.randrange(6)}"
            first, last = self.silent.get(venue, (-1, -1))
            if not last <= before_end <= first:
                when = LAST_DAY - timedelta(days=before_end, minutes=chance.randrange(600))
                made.append(self._post(number, text, venue=venue, author=f"{venue} {author}", thread=thread, at=when))
        return made

    def _post(self, number: int, text: str, *, venue: str, author: str, thread: str, at: datetime) -> Post:
        return Post(
            post_id=hashlib.blake2b(f"{self.seed} {number}".encode(), digest_size=16).hexdigest(),
            source="test",
            venue=venue,
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
            collected_at=LAST_DAY + timedelta(days=1),
            page_sha256="",
            reader="test 1",
            reservation="unknown",
        )


def talking_project(folder: Path, talk: Talk | Sequence[Post], *, labelled: bool = True) -> Project:
    """A project with these posts, walked and, if so wished, labelled and walked again."""
    project = init_project(folder, BRANDS)
    posts = talk.posts() if isinstance(talk, Talk) else talk
    part = project.store.write("posts", "talk.parquet", rows_to_arrow("posts", posts))
    project.store.commit(project.store.current().with_parts({"posts": [part]}))
    project.run()
    if labelled:
        label_some(project, every=2)
        project.run()
    return project


def commit_what_lies_there(store: Store) -> None:
    """Make every part that lies in the project's folder its own."""
    parts = {
        place.name: [store.part(place.name, path.name) for path in sorted(place.iterdir())]
        for place in (store.folder / "data").iterdir()
    }
    store.commit(store.current().with_parts(parts))


def label_some(project: Project, *, every: int = 7, guideline: str = "") -> None:
    """Put down a verdict on every so many opinions that the machine found, as a plan would draw them."""
    opinions = project.store.read(project.store.current(), "opinions").sort_by([("post_id", "ascending")]).to_pylist()
    whole = [row for row in opinions if row["aspect"] == ""]
    when = project.store.read(project.store.current(), "posts", ["collected_at"])["collected_at"][0].as_py()
    verdict = {-1: "negative", 0: "neutral", 1: "positive"}
    project.take_labels(
        Label(
            post_id=row["post_id"],
            brand=row["brand"],
            aspect="",
            field="polarity",
            value=verdict[(row["y"] > 3_000) - (row["y"] < -1_000)],
            labeller="clerk",
            labelled_at=when,
            plan_id="plan",
            inclusion_probability=1 / every,
            blind=True,
            guideline=guideline,
        )
        for row in whole[::every]
    )


def judge(project: Project, n: int, *, at: datetime, harsh: bool = False) -> list[Label]:
    """Hand out `n` posts and take verdicts back; a harsh person blames every second post that praises."""
    _, version = project.guideline()
    handout, shown = project.labels_to_judge(n, "anna", guideline=version)
    words = {(row.post_id, row.brand): row.text for row in shown}
    said = []
    for row in handout.rows:
        good = any(word in words[row.post_id, row.brand] for word in ("super", "stabil"))
        blamed = not good or (harsh and int(row.post_id[:4], 16) % 2 == 0)
        said.append(
            Label(
                post_id=row.post_id,
                brand=row.brand,
                aspect="",
                field="polarity",
                value="negative" if blamed else "positive",
                labeller="anna",
                labelled_at=at,
                plan_id=row.again_of or row.plan_id,
                inclusion_probability=row.inclusion_probability,
                blind=True,
                guideline=version,
            )
        )
    project.take_labels(said)
    return said


def judged_project(folder: Path, n: int = 120) -> Project:
    """A project with `n` verdicts under the guideline that comes along, which then gets a guideline of its own."""
    project = talking_project(folder, Talk(a_day=2), labelled=False)
    judge(project, n, at=LAST_DAY + timedelta(days=2))
    project.run()
    settings = project.folder / "leumund.toml"
    (project.folder / "ours.txt").write_text("# Strenger\n- negativ: auch jede Frage\n", encoding="utf-8")
    settings.write_text(settings.read_text("utf-8").replace('guideline = ""', 'guideline = "ours.txt"'), "utf-8")
    return open_project(project.folder)


def labelled_market(folder: Path) -> Project:
    """A small simulated market, walked, with a verdict on every third opinion, and walked again."""
    project = simulated_project(folder, 2_500)
    project.run()
    label_some(project, every=3)
    project.run()
    return project


def sorted_rows(table: pa.Table, *, without: tuple[str, ...] = ()) -> list[tuple[Any, ...]]:
    """All rows, in an order that does not depend on how they are stored."""
    kept = table.select([name for name in table.column_names if name not in without])
    return sorted(zip(*(column.to_pylist() for column in kept.columns), strict=True), key=repr)


def tables_of(store: Store, snapshot: Snapshot | None = None, *, without: tuple[str, ...] = ()) -> dict[str, Any]:
    """Every table of a snapshot as sorted rows."""
    snapshot = snapshot or store.current()
    return {
        name: sorted_rows(store.read(snapshot, name), without=without) for name in TABLES if name in snapshot.tables
    }
