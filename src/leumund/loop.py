"""The walk, in order, on one page: sources -> posts -> readings -> picture."""

from __future__ import annotations

import dataclasses
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
from leumund.engines.snapshots import Snapshot, Store
from leumund.errors import DamagedProject, LeumundError, NothingToShow, UnknownName, WrongUse, storage_errors
from leumund.picture.plans import Asked, Terms, latest_terms, plan_status, terms_asked
from leumund.posts.arrival import Arrived, Desk
from leumund.posts.identity import AuthorKeys
from leumund.readings.measured import how_good
from leumund.readings.measured import measured as measured_figures
from leumund.settings import FILE_NAME, BrandSetting, Settings, read_settings, settings_text
from leumund.sources.archives import open_pages
from leumund.sources.found import Page
from leumund.sources.pages import read_page
from leumund.step import Step
from leumund.tables import Amendment, Bridge, CampaignEntry, Drawn, Estimate, Label, Override

if TYPE_CHECKING:
    from leumund.ledger import Ledger
    from leumund.picture.agreement import Agreement, Differing
    from leumund.picture.amendments import Published
    from leumund.picture.handout import Handout, Shown
    from leumund.picture.planning import LabelPlan
    from leumund.picture.taking import Known
    from leumund.picture.verdict import Campaign, Outside
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


class Project:
    """One folder with everything in it; see `leumund.open`."""

    def __init__(self, folder: Path, settings: Settings) -> None:
        self.folder, self.settings, self.store = folder, settings, Store(folder)

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

        own, rivals = self.settings.own_brand.name, [brand.name for brand in self.settings.rivals]
        brands = [Brand(b.name, b.aliases, context=b.context, blocked=b.blocked) for b in self.settings.brands]
        return [
            *post_steps.steps(),
            *reading_steps.steps(brands),
            *counting.steps(own, rivals, min_posts=self.settings.number("picture", "min_posts")),
            coverage.step(),
            *evidence.steps(),
            polarities.judged_step(),
            *self._comparisons(),
            weekly.step(min_posts=self.settings.number("picture", "min_posts")),
        ]

    def _comparisons(self, window: Window | None = None) -> Sequence[Step]:
        """Give the steps from coverage and opinions to shares of polarity and what changed lately."""
        from leumund.picture import change, movers, phrases, polarities, spans

        own, rivals = self.settings.own_brand.name, [brand.name for brand in self.settings.rivals]
        level, min_posts = self.settings.share("picture", "level"), self.settings.number("picture", "min_posts")
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

        return bridging.step(self.settings.share("picture", "level"))

    def _figures(self, snapshot_id: str) -> Step:
        from leumund.picture import figures

        return figures.step(
            level=self.settings.share("picture", "level"),
            min_posts=self.settings.number("picture", "min_posts"),
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

    def ledger(self) -> Ledger:
        """Open what people decided; close it again, best by `with`."""
        from leumund.ledger import open_ledger

        return open_ledger(self.settings.text("ledger", "url") or f"sqlite:///{self.folder / 'ledger.sqlite'}")

    def take_labels(self, labels: Iterable[Label]) -> int:
        """Record labels; give how many are new. A verdict that holds already is not recorded again."""
        with self.ledger() as ledger:
            holding = {_said(Label(**row)) for row in ledger.labels().to_pylist()}
            return ledger.record_labels(label for label in labels if _said(label) not in holding)

    def label_plan(self) -> LabelPlan:
        """Say what labels would buy, as of the last run."""
        from leumund.picture.handout import open_seconds
        from leumund.picture.planning import Assumed, plan_labels

        snapshot = self.store.current()
        measured = {figure.key: figure for figure in measured_figures()}
        rho, sd = measured["germeval2017_correlation"], measured["germeval2017_label_sd"]
        with self.ledger() as ledger:
            waiting = open_seconds(ledger.drawn(), ledger.labels())
        return plan_labels(
            self.store.read(snapshot, "opinions"),
            self.store.read(snapshot, "judged"),
            own=self.settings.own_brand.name,
            rivals=[brand.name for brand in self.settings.rivals],
            level=self.settings.share("picture", "level"),
            weekly=self.settings.number("labels", "weekly"),
            double_share=self.settings.share("labels", "double_share"),
            assumed=Assumed(rho.value, 100 * sd.value, rho.n, {"de": rho.what_de, "en": rho.what_en}),
            n_open_seconds=len(waiting),
        )

    def label_agreement(self) -> tuple[Agreement, list[Differing]]:
        """Say how far people agree who judged the same posts, as of now, and on which they do not."""
        from leumund.picture.agreement import agreement_of, where_they_differ

        with self.ledger() as ledger:
            labels = ledger.labels()
        posts = self.store.read(self.store.current(), "posts", ["post_id", "text"])
        level = self.settings.share("picture", "level")
        return agreement_of(labels, level=level), where_they_differ(labels, posts)

    def guideline(self) -> tuple[str, str]:
        """Give the guideline for labellers and its version: the project's own, else the one that comes along."""
        from leumund.wording import guideline, guideline_version, version_of

        own = self.settings.text("labels", "guideline")
        if not own:
            return guideline(self.settings.text("project", "language")), guideline_version()
        path = self.folder / own
        with storage_errors(path):
            text = path.read_text(encoding="utf-8", errors="replace")
        return text, version_of(text)

    def known_to_labels(self) -> Known:
        """Give what a table of labels is held against: brands, what was drawn, the posts' words."""
        from leumund.picture.taking import Known

        with self.ledger() as ledger:
            drawn = [Drawn(**row) for row in ledger.drawn().to_pylist()]
        posts = self.store.read(self.store.current(), "posts", ["post_id", "text"])
        return Known(
            brands=tuple(brand.name for brand in self.settings.brands),
            drawn={(row.plan_id, row.post_id, row.brand): row for row in drawn},
            texts=dict(zip(posts["post_id"].to_pylist(), posts["text"].to_pylist(), strict=True)),
        )

    def labels_to_judge(self, n: int, labeller: str, *, guideline: str = "") -> tuple[Handout, list[Shown]]:
        """Draw what `labeller` judges next, note it in the ledger, and give it with its words.

        Raises NothingToShow when nothing is left to judge.
        """
        from leumund.picture.handout import hand_out, words_of

        snapshot = self.store.current()
        opinions = ["post_id", "brand", "aspect", "author", "thread", "day", "y"]
        tables = {
            "opinions": self.store.read(snapshot, "opinions", opinions),
            "judged": self.store.read(snapshot, "judged", ["machine_y", "label_y", "weight"]),
            "posts": self.store.read(snapshot, "posts", ["collected_at"]),
        }
        with self.ledger() as ledger:
            handout = hand_out(
                {**tables, "labels": ledger.labels(), "drawn": ledger.drawn()},
                own=self.settings.own_brand.name,
                n=n,
                labeller=labeller,
                double_share=self.settings.share("labels", "double_share"),
                guideline=guideline,
                snapshot_id=snapshot.snapshot_id,
                now=datetime.now(UTC),
            )
            if not handout.rows:
                raise NothingToShow(
                    "no post is left to judge", where=str(self.folder), next_step="leumund import, then run"
                )
            ledger.record_drawn(handout.drawn)
        posts = self.store.read(snapshot, "posts", ["post_id", "thread_title", "text"])
        return handout, words_of(
            handout.rows, posts, self.store.read(snapshot, "quotes", ["post_id", "number", "text"])
        )

    def override(
        self, post_id: str, *, field: str, value: str, reason: str, by: str, brand: str = "", aspect: str = ""
    ) -> int:
        """Put one reading right by hand and note it in the audit; give 1, or 0 when it was recorded before.

        `field` polarity takes negative, neutral, positive for a brand and aspect; `field` relevant takes false and
        takes the post out, for a brand or, with brand '', for all. An empty value lets the machine's verdict hold
        again. Figures follow with the next run. Raises UnknownName for what is not there, WrongUse without a reason.
        """
        from leumund.picture.overrides import checked

        override = Override(post_id, brand, aspect, field, value, by, datetime.now(UTC), reason)
        snapshot = self.store.current()
        checked(override, self.store.read(snapshot, "readings", ["post_id", "brand", "aspect"]), self.settings.brands)
        with self.ledger() as ledger:
            n = ledger.record_overrides([override])
            what = f"{field} of {brand or 'all'} put to {value or 'as read'}"
            ledger.audit(who=by, what="override", subject=post_id, detail=f"{what}: {reason}")
            return n

    @property
    def shelf(self) -> Path:
        """Where published reports stand, each in a folder named by its publication_id."""
        return self.folder / "reports" / "published"

    def amend(self) -> dict[str, list[Amendment]]:
        """Compare every published report with today's figures, note in the ledger what is new, and give it.

        Lists of what was newly noted by publication_id, an empty one where nothing has to be. Raises DamagedProject
        when the figures of a publication are not on the shelf any more.
        """
        from leumund.picture.amendments import Changes, amendments_of
        from leumund.reports.figures import span_of

        snapshot = self.store.current()
        today = {row["figure_id"]: Estimate(**row) for row in self.store.read(snapshot, "estimates").to_pylist()}
        found: dict[str, list[Amendment]] = {}
        with self.ledger() as ledger:
            known = [Amendment(**row) for row in ledger.amendments().to_pylist()]
            for published in self.published(ledger):
                kept = self.store.keeps(published.snapshot_id)
                then = self.store.snapshot(published.snapshot_id) if kept else snapshot
                changes = Changes(*(lambda table, of=of: self.store.read(of, table) for of in (then, snapshot)))
                found[published.publication_id] = amendments_of(
                    published,
                    today,
                    changes if kept else None,
                    known=known,
                    shown=lambda figure: span_of(figure, "en"),
                    snapshot_id=snapshot.snapshot_id,
                    noted_at=datetime.now(UTC),
                )
            ledger.record_amendments(one for new in found.values() for one in new)
        return found

    def published(self, ledger: Ledger) -> list[Published]:
        """Give the reports on the shelf with their figures, oldest first."""
        from leumund.picture.amendments import published_of

        reports = []
        for row in ledger.publications().to_pylist():
            twin = self.shelf / row["publication_id"] / "de.json"
            try:
                reports.append(published_of(row["publication_id"], row["title"], twin.read_text(encoding="utf-8")))
            except (OSError, ValueError, KeyError) as error:
                raise DamagedProject(
                    "a published report cannot be read", where=str(twin), next_step="put it back from a copy"
                ) from error
        return reports

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

    def campaign_terms(self, asked: Asked) -> Terms:
        """Fill in what was not asked for of a campaign, from what was written down; raises UnknownName."""
        brands = [brand.name for brand in self.settings.brands]
        return terms_asked(asked, self._campaign_entries(), own=self.settings.own_brand.name, brands=brands)

    def plan_campaign(self, terms: Terms, *, by: str) -> CampaignEntry:
        """Write a campaign down before its start, and give the entry; the same again changes nothing.

        Raises WrongUse when the start is not ahead.
        """
        if terms.starts_on <= datetime.now(UTC).date():
            raise WrongUse(
                f"the start {terms.starts_on} is not ahead, and a plan must stand before it",
                where="--start",
                next_step="without --plan its effect is looked for, marked as not planned",
            )
        self._write_campaign(terms, planned=True, by=by)
        return [entry for entry in self._campaign_entries() if entry.name == terms.name and entry.planned][-1]

    def evaluate_campaign(self, terms: Terms, *, by: str, outside: Sequence[Outside] = ()) -> Campaign:
        """Give what the last run's figures say of a campaign, and note that it was looked at.

        Raises NothingToShow before the first run.
        """
        snapshot = self.store.current()
        if not snapshot.rows("estimates"):
            raise NothingToShow("no figure yet", where=str(self.folder), next_step="leumund import PAGE…, then run")
        self._write_campaign(terms, planned=False, by=by)
        return self._campaign(snapshot, terms, self._campaign_entries(), outside=outside)

    def campaigns(self, *, truth: Sequence[TrueValue] = ()) -> tuple[Campaign, ...]:
        """Give what the last run's figures say of every campaign that was written down, in the order of starts."""
        snapshot, entries = self.store.current(), self._campaign_entries()
        return tuple(self._campaign(snapshot, terms, entries, truth=truth) for terms in latest_terms(entries))

    def _write_campaign(self, terms: Terms, *, planned: bool, by: str) -> None:
        with self.ledger() as ledger:
            ledger.record_campaign(**dataclasses.asdict(terms), planned=planned, recorded_by=by)

    def _campaign(
        self,
        snapshot: Snapshot,
        terms: Terms,
        entries: Sequence[CampaignEntry],
        *,
        outside: Sequence[Outside] = (),
        truth: Sequence[TrueValue] = (),
    ) -> Campaign:
        from leumund.picture.campaign import campaign_effect

        return campaign_effect(
            lambda table: self.store.read(snapshot, table),
            terms,
            level=self.settings.share("picture", "level"),
            plan=plan_status(entries, terms),
            outside=outside,
            truth=truth,
        )

    def _campaign_entries(self) -> list[CampaignEntry]:
        with self.ledger() as ledger:
            return [CampaignEntry(**row) for row in ledger.campaigns().to_pylist()]

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
        own, rivals = self.settings.own_brand.name, [brand.name for brand in self.settings.rivals]
        min_posts = self.settings.number("picture", "min_posts")
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
        min_posts = self.settings.number("picture", "min_posts")
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


def _said(label: Label) -> tuple[str, ...]:
    """Who says what of what, and by which draw; not when."""
    return (*(label.post_id, label.brand, label.aspect, label.field, label.labeller), label.value, label.plan_id)


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
