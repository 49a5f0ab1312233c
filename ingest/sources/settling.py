"""One file of an inbox: offered to the intake, then moved to ``processed/`` or, with the reason, ``rejected/``."""

import asyncio
import unicodedata
from dataclasses import dataclass
from pathlib import Path, PurePath

from ingest.delivery.sidecars import refusal_text
from ingest.intake import Intake, Receipt
from ingest.offers import Offer
from ingest.sources.inbox import PROCESSED, REJECTED
from ingest.sources.names import printable
from ingest.sources.shelf import Shelf
from ingest.sources.stability import Fingerprint
from ingest.store.disk import write_durably

NOTE = ".txt"


@dataclass(slots=True)
class _Settled:
    """A file that has its receipt and still has to be moved."""

    fingerprint: Fingerprint
    receipt: Receipt
    place: Path | None


class Settling:
    """Remembers what has its receipt and could not be moved yet, so that it is not offered twice."""

    def __init__(self, account: str, inbox: Path, intake: Intake) -> None:
        self._account = account
        self._inbox = inbox
        self._intake = intake
        self._processed = Shelf(inbox, PROCESSED)
        self._rejected = Shelf(inbox, REJECTED, NOTE)
        self._settled: dict[Path, _Settled] = {}

    async def settle(self, path: Path, fingerprint: Fingerprint) -> Receipt | None:
        """Offers and moves a file. None when it was changed meanwhile: then it is still in the inbox, as a new file.

        Raises Unavailable (nothing was taken) or OSError (it could not be moved); both can be tried again.
        """
        settled = self._settled.get(path)
        if settled is not None and settled.fingerprint != fingerprint:
            self._forget(path)
            settled = None
        if settled is None:
            settled = self._settled[path] = await self._offer(path, fingerprint)
        moved = await asyncio.to_thread(self._put_away, path, settled)
        return settled.receipt if moved else None

    async def _offer(self, path: Path, fingerprint: Fingerprint) -> _Settled:
        place = await asyncio.to_thread(self._processed.reserve, self._relative(path))
        try:
            [receipt] = await self._intake.take([self._offered(path, place)])
        except BaseException:
            self._processed.release(place)
            raise
        if receipt.taken:
            return _Settled(fingerprint, receipt, place)
        self._processed.release(place)
        return _Settled(fingerprint, receipt, None)

    def _offered(self, path: Path, place: Path) -> Offer:
        folders = self._relative(path).parts[:-1]
        return Offer(
            account=self._account,
            source="folder",
            name=printable(path.name),
            content=path,
            customer=unicodedata.normalize("NFC", printable(folders[0])) if folders else None,
            place=str(place),
        )

    def _put_away(self, path: Path, settled: _Settled) -> bool:
        try:
            if Fingerprint.of(path.lstat()) != settled.fingerprint:
                self._forget(path)
                return False
            if settled.receipt.taken:
                assert settled.place is not None  # noqa: S101 - named in the offer
                self._processed.put(path, settled.place)
            else:
                self._reject(path, settled)
        except (FileNotFoundError, FileExistsError):
            self._forget(path)  # if it is still there, it is offered again, with another place
            raise
        self._forget(path)
        return True

    def _reject(self, path: Path, settled: _Settled) -> None:
        """The note is written first: no file lies in ``rejected/`` without one."""
        if settled.place is None:
            settled.place = self._rejected.reserve(self._relative(path))
        write_durably(settled.place.with_name(settled.place.name + NOTE), note(settled.receipt))
        self._rejected.put(path, settled.place)

    def _forget(self, path: Path) -> None:
        settled = self._settled.pop(path)
        if settled.place is not None:
            shelf = self._processed if settled.receipt.taken else self._rejected
            shelf.release(settled.place)

    def _relative(self, path: Path) -> PurePath:
        return path.relative_to(self._inbox)


def note(receipt: Receipt) -> bytes:
    """What lies beside a refused file: what happened, why, and what to do."""
    assert receipt.reason is not None  # noqa: S101 - a refusal has its reason
    return refusal_text(receipt.name, receipt.reason, receipt.detail).encode()
