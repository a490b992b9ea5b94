"""The walk, in order, on one page: sources -> posts -> readings -> picture."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from leumund.engines import start_engine
from leumund.engines.runner import OnStep, Runner
from leumund.engines.snapshots import Snapshot
from leumund.errors import LeumundError, UnknownName, storage_errors
from leumund.posts.arrival import Arrived, Desk
from leumund.posts.identity import AuthorKeys
from leumund.project.campaigning import Campaigning
from leumund.project.labelling import Labelling
from leumund.project.publishing import Publishing
from leumund.readings.measured import how_good
from leumund.settings import FILE_NAME, BrandSetting, read_settings, settings_text
from leumund.sources.archives import open_pages
from leumund.sources.found import Page
from leumund.sources.pages import read_page
from leumund.step import Step
from leumund.tables import Amendment, Bridge

if TYPE_CHECKING:
    from leumund.picture.view import Picture, TrueValue
    from leumund.picture.window import Window

# Steps and ledger are loaded where they are needed: bringing pages in takes neither, and they take two seconds to load.

__all__ = ["Project", "Walked", "init_project", "open_project"]


@dataclass(frozen=True)
class Walked:
    """What a run did: seconds by step, and the snapshot it left."""

    step_seconds: dict[str, float]
    snapshot_id: str

    @property
    def did_nothing(self) -> bool:
        """Tell whether there was nothing new."""
        return not self.step_seconds


@dataclass(frozen=True)
class _Seen:
    """What a report is made from: a snapshot, its tables by name, and the window of days that some of them are of."""

    snapshot: Snapshot
    read: Callable[..., pa.Table]
    window: Window | None = None


class Project(Labelling, Campaigning, Publishing):
    """One folder with everything in it; see `leumund.open`."""

    def import_pages(
        self, paths: Iterable[Path], *, on_progress: Callable[[Arrived], None] | None = None, **options: Any
    ) -> Arrived:
        """Bring saved pages, archives, mailboxes and tables in; the same file again changes nothing."""
        options = {
            "zone": self.settings.text("posts", "zone"),
            "date_order": self.settings.text("posts", "date_order"),
            **options,
        }
        with self.store.writer():
            desk = Desk(
                self.store,
                keys=AuthorKeys.of_this_user(),
                source="import",
                rows_per_part=self.settings.number("posts", "rows_per_part"),
                on_progress=on_progress,
            )
            for entry in open_pages(paths):
                if isinstance(entry, Page):
                    _take_page(desk, entry, options)
                else:
                    desk.problem(*entry)
            return desk.close()

    def run(self, *, on_step: OnStep = lambda name, done, of: None) -> Walked:
        """Walk from the stored posts to the figures; resumes where it stopped, does nothing when nothing is new."""
        with self.store.writer():
            before = self.store.current()
            runner = Runner(self.store, self._engine, self._with_decisions(before), on_step)
            try:
                runner.walk(self._steps())
                runner.snapshot = self._with_overlap(before, runner.snapshot)
                runner.walk([self._bridges()])
                snapshot_id = runner.snapshot.snapshot_id
                runner.walk([self._figures(snapshot_id)])
            finally:
                runner.close()
            self.store.commit(runner.snapshot)
        return Walked(runner.seconds, snapshot_id)

    def _steps(self) -> Sequence[Step]:
        from leumund.picture import counting, coverage, evidence, polarities, weekly
        from leumund.posts import steps as post_steps
        from leumund.readings import steps as reading_steps
        from leumund.readings.brand import Brand

        own, rivals = self.own, self.rivals
        brands = [Brand(b.name, b.aliases, context=b.context, blocked=b.blocked) for b in self.settings.brands]
        return [
            *post_steps.steps(),
            *reading_steps.steps(brands),
            *counting.steps(own, rivals, level=self.level, min_posts=self.min_posts),
            coverage.step(),
            *evidence.steps(),
            polarities.judged_step(),
            *self._comparisons(),
            weekly.step(min_posts=self.min_posts),
        ]

    def _comparisons(self, window: Window | None = None) -> Sequence[Step]:
        """Give the steps from coverage and opinions to shares of polarity and what changed lately."""
        from leumund.picture import change, movers, phrases, polarities, spans

        own, rivals = self.own, self.rivals
        level, min_posts = self.level, self.min_posts
        return [
            *polarities.steps(
                own, level=level, min_posts=min_posts, window=(window.period, window.first) if window else None
            ),
            spans.step(),
            *change.steps(own, rivals, level=level, min_posts=min_posts),
            *phrases.steps([name for brand in self.settings.brands for name in (brand.name, *brand.aliases)]),
            *movers.steps(),
        ]

    def _bridges(self) -> Step:
        from leumund.picture import bridging

        return bridging.step(self.level)

    def _figures(self, snapshot_id: str) -> Step:
        from leumund.picture import figures

        return figures.step(
            level=self.level,
            min_posts=self.min_posts,
            rivals=len(self.settings.rivals),
            snapshot_id=snapshot_id,
        )

    def _engine(self, scratch: Path | None = None) -> Any:
        return start_engine(
            self.settings.text("engine", "kind"),
            scratch=scratch or self.folder / "scratch",
            processes=self.settings.number("engine", "processes"),
            memory_mib=self.settings.number("engine", "memory_mib"),
            spark_master=self.settings.text("engine", "spark_master"),
        )

    def _with_decisions(self, snapshot: Snapshot) -> Snapshot:
        """Freeze what people judged, what was drawn and put right, so that figures come again from files alone."""
        with self.ledger() as ledger:
            decided = {"labels": ledger.labels(), "drawn": ledger.drawn(), "overrides": ledger.overrides()}
        for table, rows in decided.items():
            name = f"{_digest(rows)}.parquet"
            if snapshot.names(table) != (name,):
                snapshot = snapshot.with_parts({table: [self.store.write(table, name, rows)]})
        return snapshot

    def _with_overlap(self, before: Snapshot, after: Snapshot) -> Snapshot:
        """Keep, when another reader has read the posts, some that both have read: what the old one said goes else."""
        from leumund.picture.bridging import overlap_of, reader_of

        then, now = (lambda table, of=of: self.store.read(of, table) for of in (before, after))
        if reader_of(then) in ("", reader_of(now)):
            return after
        rows = overlap_of(then, now, changed_at=datetime.now(UTC))
        if not rows:
            return after
        part = self.store.write("overlap", f"{_digest(rows)}.parquet", rows)
        return after.with_parts({"overlap": [*before.tables.get("overlap", ()), part]})

    def picture(
        self,
        *,
        since: date | None = None,
        until: date | None = None,
        truth: tuple[TrueValue, ...] = (),
        step_seconds: dict[str, float] | None = None,
    ) -> Picture:
        """Give the picture as of the last run, of all days or of those between two, both included.

        Raises NothingToShow before the first run and where no opinion lies between the days.
        """
        return self._picture(self._seen(since, until), truth=truth, step_seconds=step_seconds)

    def _picture(
        self, seen: _Seen, *, truth: tuple[TrueValue, ...] = (), step_seconds: dict[str, float] | None = None
    ) -> Picture:
        from leumund.picture.amendments import summed_up
        from leumund.picture.assemble import picture_of

        with self.ledger() as ledger:
            noted = [Amendment(**row) for row in ledger.amendments().to_pylist()]
            amended = summed_up(ledger.publications(), noted) if noted else ()
        found = picture_of(
            seen.read,
            self.settings,
            snapshot_id=seen.snapshot.snapshot_id,
            how_good=how_good(),
            step_seconds=step_seconds,
            truth=truth,
            campaigns=lambda: self.campaigns(truth=truth),
            window=seen.window,
        )
        bridges = tuple(Bridge(**row) for row in seen.read("bridges").to_pylist())
        return replace(found, amended=() if seen.window else amended, bridges=bridges)

    def _seen(self, since: date | None, until: date | None) -> _Seen:
        """Give the tables of the current snapshot, those of a window of days made from its posts."""
        from leumund.picture import window as windows

        snapshot = self.store.current()
        read = partial(self.store.read, snapshot)
        if not since and not until:
            return _Seen(snapshot, read)
        window = windows.window_of(read("opinions", ["day"])["day"], since, until)
        own, rivals = self.own, self.rivals
        min_posts = self.min_posts
        with tempfile.TemporaryDirectory() as scratch:
            store = self.store.beside(Path(scratch), snapshot)
            runner = Runner(store, lambda: self._engine(Path(scratch) / "scratch"), snapshot)
            try:
                asked = windows.steps(window, own, rivals, self._comparisons(window), min_posts=min_posts)
                runner.walk(asked)
            finally:
                runner.close()
            made = partial(store.read, runner.snapshot)
            tables = windows.tables_within(window, made, read, self._figures(snapshot.snapshot_id))
        return _Seen(snapshot, lambda table: tables[table] if table in tables else read(table), window)

    def posts_behind(
        self, figure_id: str, *, since: date | None = None, until: date | None = None
    ) -> list[dict[str, str]]:
        """Give every post that a net index was counted from, with its address; raises UnknownName for an unknown id.

        A figure of a stretch of days is known only together with these.
        """
        seen = self._seen(since, until)
        snapshot = seen.snapshot
        rows = seen.read("estimates").filter(pc.field("figure_id") == figure_id).to_pylist()
        if not rows:
            raise UnknownName(
                f"no figure {figure_id}", where=str(self.folder), next_step="ids stand in the report and its JSON"
            )
        figure = rows[0]
        opinions = self.store.read(snapshot, "opinions")
        behind = (pc.field("day") >= figure["period_start"]) & (pc.field("day") <= figure["period_end"])
        behind &= (pc.field("brand") == figure["brand"]) & (pc.field("aspect") == figure["aspect"])
        ids = opinions.filter(behind)["post_id"].combine_chunks()
        posts = self.store.read(snapshot, "posts", ["post_id", "venue", "thread_title", "url", "text"])
        kept: list[dict[str, str]] = posts.filter(pc.is_in(posts["post_id"], value_set=ids)).to_pylist()
        return kept

    def write_report(
        self, path: Path, *, form: str, language: str, since: date | None = None, until: date | None = None
    ) -> None:
        """Write the picture as html, pdf, xlsx, mail, json, or as a pack of all that its figures were made from."""
        from leumund.reports.forms import write_form
        from leumund.reports.pack import write_pack

        seen = self._seen(since, until)
        picture = self._picture(seen)
        if form != "pack":
            write_form(picture, path, form=form, language=language)
            return
        min_posts = self.min_posts
        write_pack(picture, seen.read, path, min_posts=min_posts, keys=AuthorKeys.of_this_user())


def _take_page(desk: Desk, page: Page, options: dict[str, Any]) -> None:
    if desk.knows(page.sha256):
        return
    reader, n_posts, n_notes = "", 0, 0
    try:
        for read in read_page(page, **options):
            desk.take(read)
            reader, n_posts, n_notes = read.reader, n_posts + len(read.posts), n_notes + len(read.notes)
    except LeumundError as error:
        desk.problem(page.name, error)
        return
    desk.finish_page(page, reader=reader, n_posts=n_posts, n_set_aside=n_notes)


def _digest(rows: pa.Table) -> str:
    digest = hashlib.blake2b(digest_size=16)
    for row in rows.to_pylist():
        digest.update(repr(sorted(row.items())).encode())
    return digest.hexdigest()


def open_project(folder: Path | str) -> Project:
    """Open the project in a folder; raises NotAProject or BadSettings."""
    folder = Path(folder)
    return Project(folder, read_settings(folder))


def init_project(
    folder: Path | str,
    brands: Sequence[BrandSetting],
    changed: dict[tuple[str, str], str | int | float | bool] | None = None,
) -> Project:
    """Make a project with a commented leumund.toml; an existing one is left as it is."""
    folder = Path(folder)
    path = folder / FILE_NAME
    with storage_errors(path):
        folder.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            path.write_text(settings_text(tuple(brands), changed), encoding="utf-8")
    return open_project(folder)
