"""A purge from its beginning to its end: what it would take, and taking it, in steps that keep nobody waiting."""

import asyncio
import datetime as dt
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import sqlalchemy as sa

from ingest.retention.files import FileRemover
from ingest.store.ledger import Ledger
from ingest.store.purge_rows import Family, Purged, Selection

BILLS_AT_ONCE = 25
"""In one transaction, unless one document alone holds more."""
EXAMPLES = 5

T = TypeVar("T")


@dataclass(slots=True)
class Plan:
    """What a purge would take, and what it would leave although it was chosen."""

    bills: int = 0
    documents: int = 0
    refused: int = 0
    oldest: dt.datetime | None = None
    newest: dt.datetime | None = None
    under_way: int = 0
    """Bills that are not finished, with those of the same document."""
    came_again: int = 0
    """Bills whose document came in once more, too lately."""
    of_others: int = 0
    """Documents, of those that would go, in which another customer has a part."""
    examples: list[str] = field(default_factory=list)
    """Ids of some bills that would go."""
    found: set[str] = field(default_factory=set)
    """Of bills that were named: those that are there."""

    def add(self, family: Family, selection: Selection) -> bool:
        """Counts a family; whether it goes."""
        number = len(family.bills)
        self.found.update(bill.id for bill in family.bills if bill.id in selection.bill_ids)
        if family.under_way and not selection.unfinished:
            self.under_way += number
            return False
        if selection.received_before is not None and family.last_received >= selection.received_before:
            self.came_again += number
            return False
        self.bills += number
        self.documents += 1
        self.of_others += selection.customer is not None and family.of_others(selection.customer)
        came = [bill.received_at for bill in family.bills]
        self.oldest = min(filter(None, (self.oldest, *came)))
        self.newest = max(filter(None, (self.newest, *came)))
        if len(self.examples) < EXAMPLES:
            self.examples.append(family.bills[0].id)
        return True

    @property
    def empty(self) -> bool:
        """Nothing would go."""
        return not self.bills and not self.refused


@dataclass(slots=True)
class Outcome:
    """What a purge did: what it left is in the plan of that moment."""

    plan: Plan
    purged: Purged
    files: int = 0


class Purger:
    """Plans and does. ``rest`` is how many times as long as a step took the next one waits: others come first."""

    def __init__(self, ledger: Ledger, files: FileRemover, *, rest: float = 0.0) -> None:
        self._ledger = ledger
        self._files = files
        self._rest = rest

    async def plan(self, selection: Selection) -> Plan:
        """What would go. Changes nothing."""
        plan = Plan(refused=await self._ledger.purges.refused(selection))
        families = self._ledger.purges.families(selection)
        while (page := await families.page()) is not None:
            for family in page:
                plan.add(family, selection)
        return plan

    async def purge(self, selection: Selection, progress: Callable[[int], None] = lambda _: None) -> Outcome:
        """Takes what is chosen, the files right after their rows. Stopped at any point, the next one goes on.

        ``progress`` is told the number of bills after each step.
        """
        outcome = Outcome(Plan(), Purged())
        families = self._ledger.purges.families(selection)
        while (page := await families.page()) is not None:
            going = [family for family in page if outcome.plan.add(family, selection)]
            for some in _steps(going):
                outcome.purged += await self._rested(self._one_step(some, selection))
                progress(outcome.purged.bills)
            outcome.files += await self.remove_files()
        while (gone := await self._rested(self._ledger.purges.purge_refused(selection))).refused:
            outcome.purged += gone
        outcome.files += await self.remove_files()
        return outcome

    async def remove_files(self) -> int:
        """Removes what purges have noted, this one's and earlier ones'; how many files were looked at."""
        number = 0
        while some := await self._rested(self._files.remove_some()):
            number += some
        return number

    async def _one_step(self, families: list[Family], selection: Selection) -> Purged:
        try:
            return await self._ledger.purges.purge(families, selection)
        except sa.exc.IntegrityError:  # PostgreSQL: one of the documents came in again at the same moment
            return Purged(skipped=sum(len(family.bills) for family in families))

    async def _rested(self, step: Awaitable[T]) -> T:
        loop = asyncio.get_running_loop()
        begun = loop.time()
        result = await step
        if self._rest:
            await asyncio.sleep(self._rest * (loop.time() - begun))
        return result


def _steps(families: Sequence[Family]) -> Iterator[list[Family]]:
    """Some documents at a time, so that no transaction is a long one."""
    some: list[Family] = []
    for family in families:
        if some and sum(len(each.bills) for each in (*some, family)) > BILLS_AT_ONCE:
            yield some
            some = []
        some.append(family)
    if some:
        yield some
