"""Small real projects to walk on, and what makes two tables equal."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa

from leumund import world
from leumund.engines.snapshots import Snapshot, Store
from leumund.loop import Project, init_project
from leumund.settings import BrandSetting
from leumund.tables import TABLES, Label

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


def commit_what_lies_there(store: Store) -> None:
    """Make every part that lies in the project's folder its own."""
    parts = {
        place.name: [store.part(place.name, path.name) for path in sorted(place.iterdir())]
        for place in (store.folder / "data").iterdir()
    }
    store.commit(store.current().with_parts(parts))


def label_some(project: Project, *, every: int = 7) -> None:
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
        )
        for row in whole[::every]
    )


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
