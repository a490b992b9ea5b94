"""Campaigns: written down before they start, and looked at afterwards."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from leumund.engines.snapshots import Snapshot
from leumund.errors import NothingToShow, WrongUse
from leumund.picture.plans import Asked, Terms, latest_terms, plan_status, terms_asked
from leumund.project.folder import Folder
from leumund.tables import CampaignEntry

if TYPE_CHECKING:
    from leumund.picture.verdict import Campaign, Outside
    from leumund.picture.view import TrueValue

__all__ = ["Campaigning"]


class Campaigning(Folder):
    """The campaigns of a project."""

    def campaign_terms(self, asked: Asked) -> Terms:
        """Fill in what was not asked for of a campaign, from what was written down; raises UnknownName."""
        brands = [brand.name for brand in self.settings.brands]
        return terms_asked(asked, self._campaign_entries(), own=self.own, brands=brands)

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
            level=self.level,
            plan=plan_status(entries, terms),
            outside=outside,
            truth=truth,
        )

    def _campaign_entries(self) -> list[CampaignEntry]:
        with self.ledger() as ledger:
            return [CampaignEntry(**row) for row in ledger.campaigns().to_pylist()]
