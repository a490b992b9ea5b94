"""Labels: what they would buy, what to judge next, and verdicts taken in, also one put right by hand."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from leumund.errors import NothingToShow, storage_errors
from leumund.project.folder import Folder
from leumund.readings.measured import measured as measured_figures
from leumund.tables import Drawn, Label, Override

if TYPE_CHECKING:
    from leumund.picture.agreement import Agreement, Differing
    from leumund.picture.handout import Handout, Shown
    from leumund.picture.planning import LabelPlan
    from leumund.picture.taking import Known

__all__ = ["Labelling"]


class Labelling(Folder):
    """What people judge in a project."""

    def take_labels(self, labels: Iterable[Label]) -> int:
        """Record labels; give how many are new and hold from now on.

        A verdict that holds already is not recorded again; one older than what holds is, and goes on not holding.
        """
        with self.ledger() as ledger:
            held = {_said(Label(**row)) for row in ledger.labels().to_pylist()}
            told = [label for label in labels if _said(label) not in held]
            ledger.record_labels(told)
            holding = {_said(Label(**row)) for row in ledger.labels().to_pylist()}
            return sum(_said(label) in holding for label in told)

    def label_plan(self) -> LabelPlan:
        """Say what labels would buy, as of the last run."""
        from leumund.picture.handout import open_seconds
        from leumund.picture.planning import Assumed, plan_labels

        snapshot = self.store.current()
        measured = {figure.key: figure for figure in measured_figures()}
        rho, sd = measured["germeval2017_correlation"], measured["germeval2017_label_sd"]
        with self.ledger() as ledger:
            waiting = open_seconds(ledger.drawn(), ledger.labels(), self.guideline()[1])
        return plan_labels(
            self.store.read(snapshot, "opinions"),
            self.store.read(snapshot, "judged"),
            own=self.own,
            rivals=self.rivals,
            level=self.level,
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
        level = self.level
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
        return text, self.settings.text("labels", "guideline_version").strip() or version_of(text)

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
                own=self.own,
                n=n,
                labeller=labeller,
                double_share=self.settings.share("labels", "double_share"),
                guideline=guideline,
                snapshot_id=snapshot.snapshot_id,
                now=datetime.now(UTC),
            )
            if not handout.rows:
                raise NothingToShow(
                    "no post is left to judge" if n else "no post waits for a second verdict",
                    where=str(self.folder),
                    next_step="leumund import PAGE…, then run" if n else "leumund label next -n 30 draws new ones",
                )
            ledger.record_drawn(handout.drawn)
        posts = self.store.read(snapshot, "posts", ["post_id", "thread_title", "text"])
        return handout, words_of(
            handout.rows, posts, self.store.read(snapshot, "quotes", ["post_id", "number", "text"])
        )

    def override(
        self, post_id: str, *, field: str, value: str, reason: str, by: str, brand: str = "", aspect: str = ""
    ) -> int:
        """Put one reading right by hand and note it in the audit; give 1, or 0 when this person's word holds already.

        `field` polarity takes negative, neutral, positive for a brand and aspect; `field` relevant takes false and
        takes the post out, for a brand or, with brand '', for all. An empty value lets the machine's verdict hold
        again. Figures follow with the next run. Raises UnknownName for what is not there, WrongUse without a reason or
        a name.
        """
        from leumund.picture.overrides import checked

        override = Override(post_id, brand, aspect, field, value, by, datetime.now(UTC), reason)
        snapshot = self.store.current()
        checked(override, self.store.read(snapshot, "readings", ["post_id", "brand", "aspect"]), self.settings.brands)
        with self.ledger() as ledger:
            if any(_settled(Override(**row)) == _settled(override) for row in ledger.overrides().to_pylist()):
                return 0
            n = ledger.record_overrides([override])
            what = f"{field} of {brand or 'all'} put to {value or 'as read'}"
            ledger.audit(who=by, what="override", subject=post_id, detail=f"{what}: {reason}")
            return n


def _settled(override: Override) -> Override:
    """What was put right, without when."""
    return dataclasses.replace(override, overridden_at=datetime.min.replace(tzinfo=UTC))


def _said(label: Label) -> tuple[str, ...]:
    """Who says what of what, by which draw and guideline; not when."""
    said_of = (label.post_id, label.brand, label.aspect, label.field, label.labeller)
    return (*said_of, label.value, label.plan_id, label.guideline)
