"""Files whose rows in the ledger are gone: each kind has its place, and its own proof that it is the one."""

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path

import structlog

from ingest.config import Settings
from ingest.delivery import places
from ingest.delivery.files import NOTE
from ingest.errors import NotReady, Unavailable
from ingest.retention.sandbox_data import forget
from ingest.sources.inbox import MARKER
from ingest.store.disk import disk_errors, fsync_folder
from ingest.store.documents import MESSAGES, ORIGINALS, DocumentStore
from ingest.store.ledger import Ledger
from ingest.store.purge_rows import Removal, RemovalKind
from ingest.store.sharing import open_sharing

AT_ONCE = 50
LARGEST_SIDECAR = 64 * 1024 * 1024

log = structlog.get_logger()


class FileRemover:
    """Removes what the ledger's purges have noted."""

    def __init__(self, ledger: Ledger, settings: Settings) -> None:
        self._ledger = ledger
        self._settings = settings
        documents = DocumentStore(settings.documents_dir, shared=open_sharing(settings))
        self._stores = {
            RemovalKind.DOCUMENT: documents,
            RemovalKind.ORIGINAL: documents.beside(ORIGINALS, suffix=""),
            RemovalKind.MESSAGE: documents.beside(MESSAGES, suffix=".eml"),
        }

    async def remove_some(self) -> int:
        """A batch of what is due; how many there were, 0 when nothing is left to do now.

        What cannot be removed stays noted, with the reason, and is tried again later.
        """
        begun = await self._ledger.removals.begin(AT_ONCE)
        removed = [removal for removal in begun if await self._is_removed(removal)]
        try:
            await asyncio.to_thread(self._make_durable, removed)
        except Unavailable as error:
            for removal in removed:
                await self._ledger.removals.not_done(removal, str(error))
            return len(begun)
        if removed:
            await self._ledger.removals.done(removed)
        return len(begun)

    async def _is_removed(self, removal: Removal) -> bool:
        try:
            if store := self._stores.get(removal.kind):
                with disk_errors():
                    await store.delete(removal.name)
            else:
                await asyncio.to_thread(self._remove, removal)
        except Unavailable as error:
            log.warning("a purged file cannot be removed yet", kind=removal.kind.value, error=str(error))
            await self._ledger.removals.not_done(removal, str(error))
            return False
        return True

    def _remove(self, removal: Removal) -> None:
        match removal.kind:
            case RemovalKind.RECORD:
                with disk_errors():
                    self._record(removal).unlink(missing_ok=True)
            case RemovalKind.SANDBOX:
                forget(self._settings, removal.account, removal.name)
            case _:
                self._remove_beside(removal)

    def _record(self, removal: Removal) -> Path:
        return self._settings.output_dir / removal.account / f"{removal.name}.json"

    def _remove_beside(self, removal: Removal) -> None:
        """The results beside a file that came in; the file itself only where the account says so: it is theirs."""
        place = Path(removal.name)
        self._check_mounted(place, removal.account)
        result = places.beside(place, ".json")
        with disk_errors():
            if _is_result_of(result, removal.data["arrivals"]):
                result.unlink(missing_ok=True)
        account = self._settings.accounts.get(removal.account)
        if account and account.purge_inbox and places.holds(place, removal.data["sha256"]):
            with disk_errors():
                places.beside(place, NOTE).unlink(missing_ok=True)
                place.unlink(missing_ok=True)

    def _check_mounted(self, place: Path, name: str) -> None:
        """A share that is away for a while still has the file. Raises NotReady."""
        inbox = self._settings.inbox(name) if name in self._settings.accounts else None
        if inbox and place.absolute().is_relative_to(inbox.absolute()) and not (inbox / MARKER).exists():
            raise NotReady(f"the inbox {inbox} is not there: mount its share")

    def _make_durable(self, removed: Sequence[Removal]) -> None:
        """After a power cut nothing is there again. Blocks."""
        folders = {store.path(each.name).parent for each in removed if (store := self._stores.get(each.kind))}
        folders |= {self._record(each).parent for each in removed if each.kind is RemovalKind.RECORD}
        with disk_errors():
            for folder in folders:
                if folder.is_dir():
                    fsync_folder(folder)


def _is_result_of(sidecar: Path, arrivals: Sequence[str]) -> bool:
    """Names are used again by people: what was written says of itself which arrival it tells of."""
    try:
        if not 0 < sidecar.stat().st_size <= LARGEST_SIDECAR:
            return False
        found = json.loads(sidecar.read_bytes())
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return False
    return isinstance(found, dict) and found.get("arrival") in arrivals
