"""Results on disk: each record in the output folder, and what stands beside documents that came in as files.

A delivery to files brings everything of its bill up to date with the ledger, so that it may be repeated at will.
"""

import asyncio
import datetime as dt
from collections.abc import Callable, Iterable
from pathlib import Path
from weakref import WeakValueDictionary

import structlog

from ingest.config import Settings
from ingest.delivery import places
from ingest.delivery.sidecars import as_json, refusal_text, sidecar
from ingest.errors import NotReady
from ingest.sources.inbox import MARKER, PROCESSED, REJECTED
from ingest.store.disk import disk_errors, write_durably
from ingest.store.ledger import Ledger
from ingest.store.rows import Arrival, Outcome, Step, WholeBill

NOTE = ".txt"

MOVING = dt.timedelta(seconds=60)
"""How long after its arrival a file may still be on its way to its place. Later, a missing file was taken away."""

log = structlog.get_logger()


class FileDelivery:
    """Writes records, sidecars and refusals."""

    def __init__(self, ledger: Ledger, settings: Settings, clock: Callable[[], dt.datetime]) -> None:
        self._ledger = ledger
        self._settings = settings
        self._clock = clock
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def bring_up_to_date(self, bill_id: str) -> None:
        """Everything on disk that shows this bill. Raises Unavailable when some of it has to wait."""
        bill, parents = await asyncio.gather(self._bill(bill_id), self._ledger.parents(bill_id))
        await self._write_record(bill)
        await self._beside(bill.id)
        for parent_id in parents:
            await self._beside(parent_id)

    async def _write_record(self, bill: WholeBill) -> None:
        """Until it is the ledger's: of several workers one may have stood still between reading and writing, and what
        it writes when it goes on is older than what another, who took it for dead, has delivered since."""
        place, written = self._settings.output_dir / bill.account / f"{bill.id}.json", None
        while bill.record is not None and bill.record != written:
            await asyncio.to_thread(write_durably, place, as_json(bill.record))
            written, bill = bill.record, await self._bill(bill.id)

    async def _bill(self, bill_id: str) -> WholeBill:
        bill = await self._ledger.bill(bill_id)
        if bill is None:
            raise LookupError(f"the ledger has a delivery of bill {bill_id}, but not the bill")
        return bill

    async def _beside(self, document_id: str) -> None:
        """What stands beside the files of one document; one writer at a time, so that the newest state stands last.

        A place that has to wait does not keep the others waiting.
        """
        lock = self._locks.setdefault(document_id, asyncio.Lock())
        async with lock:
            arrivals = by_place(await self._ledger.arrivals(bill_id=document_id))
            if not arrivals:
                return
            document = await self._bill(document_id)
            write = self._reject if document.step is Step.REFUSED else self._write_sidecar
            late: list[NotReady] = []
            for place, came in arrivals.items():
                try:
                    await write(place, came, document)
                except NotReady as error:
                    late.append(error)
        if late:
            raise late[0]

    async def _write_sidecar(self, place: Path, came: list[Arrival], document: WholeBill) -> None:
        if not await asyncio.to_thread(places.holds, place, first(came).sha256):
            await asyncio.to_thread(self._let_go, place, came)
            return
        content, written = await self._sidecar(place, came, document), b""
        while content != written:
            await asyncio.to_thread(write_durably, places.beside(place, ".json"), content)
            written, content = content, await self._sidecar(place, came, await self._bill(document.id))

    async def _sidecar(self, place: Path, came: list[Arrival], document: WholeBill) -> bytes:
        bills = await self._ledger.children(document.id) if document.step is Step.SPLIT else [document]
        return as_json(sidecar(place.name, first(came), document, bills))

    async def _reject(self, place: Path, came: list[Arrival], document: WholeBill) -> None:
        taken = {Path(a.place) for a in await self._ledger.arrivals(bill_id=document.id) if a.place} - {place}
        aside = await asyncio.to_thread(self._move_to_rejected, place, document.account, first(came).sha256, taken)
        if aside is None:
            await asyncio.to_thread(self._let_go, place, came)
            return
        assert document.reason is not None  # noqa: S101 - a refusal has its reason
        text = refusal_text(first(came).name, document.reason, document.detail)
        await asyncio.to_thread(write_durably, places.beside(aside, NOTE), text.encode("utf-8", "replace"))
        await asyncio.to_thread(_remove_sidecar, place)
        if aside != place:
            for arrival in came:
                await self._ledger.move_arrival(arrival.id, str(aside))

    def _move_to_rejected(self, place: Path, account: str, sha256: str | None, taken: set[Path]) -> Path | None:
        """Where the refused file lies now; None when it is nowhere. A file outside of ``processed`` stays there."""
        inbox = self._inbox(account)
        wanted = inbox and places.other_folder(place, inbox, PROCESSED, REJECTED)
        if places.holds(place, sha256):
            return places.move_aside(place, wanted, NOTE) if wanted else place
        return wanted and places.moved_before(wanted, sha256, taken)

    def _let_go(self, place: Path, came: Iterable[Arrival]) -> None:
        """The document is not at its place: raises NotReady when it may still come, else nothing is written there.

        The source moves a file only after it has its receipt, and a share may be unmounted for a while. But people
        may do with processed files what they like, and that must not hold up the bill.
        """
        newest = max(arrival.received_at for arrival in came)
        inbox = self._inbox(next(iter(came)).account)
        if inbox and place.absolute().is_relative_to(inbox.absolute()) and not (inbox / MARKER).exists():
            raise NotReady(f"the inbox {inbox} is not there: mount its share")
        if not place.exists() and self._clock() - newest < MOVING:
            raise NotReady(f"{place} is not there yet")
        log.info("the file was taken away, so no result is written beside it", arrivals=[a.id for a in came])

    def _inbox(self, account: str) -> Path | None:
        return self._settings.inbox(account) if account in self._settings.accounts else None


def by_place(arrivals: Iterable[Arrival]) -> dict[Path, list[Arrival]]:
    """Arrivals that came in as files, by where the file is to lie."""
    found: dict[Path, list[Arrival]] = {}
    for arrival in arrivals:
        if arrival.place:
            found.setdefault(Path(arrival.place), []).append(arrival)
    return found


def first(came: list[Arrival]) -> Arrival:
    """Of several arrivals for one place (a crash before the file was moved) the one that opened the bill."""
    return min(came, key=lambda arrival: (arrival.outcome is not Outcome.ACCEPTED, arrival.received_at, arrival.id))


def _remove_sidecar(place: Path) -> None:
    """Of a file that is gone; a new file of the same name keeps its own."""
    with disk_errors():
        if not place.exists():
            places.beside(place, ".json").unlink(missing_ok=True)
