"""The watched folder: a file that stands still is offered to the intake, then moved out of the inbox.

Three guards, whatever the events say: a file must have stood still, all is looked at again from time to time, and no
file is handled twice at once.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import structlog

from ingest.config import Folder
from ingest.errors import Unavailable
from ingest.filesystem import file_system_of
from ingest.intake import Intake
from ingest.sources.following import Following
from ingest.sources.inbox import Identity, Inbox, Listing
from ingest.sources.presence import Presence, Sole
from ingest.sources.settling import Settling
from ingest.sources.stability import Fingerprint, Sighting, Sightings, examine

AT_ONCE = 4
UNFINISHED_FACTOR = 10
"""So many times longer must a file stand still that looks as if its writer were not done."""

log = structlog.get_logger()


class FolderSource:
    """Watches one account's inbox.

    Nothing that can get well again ends ``run``: it is logged once and said in ``not_ready`` (the inbox is not there,
    the documents cannot be stored) or in ``problems`` (one file cannot be read or moved).
    """

    def __init__(
        self,
        account: str,
        inbox: Path,
        settings: Folder,
        intake: Intake,
        data_dir: Path,
        sole: Sole | None = None,
    ) -> None:
        """``sole`` says whether this process may watch the folder; without it nobody else does."""
        self.account = account
        self.inbox = inbox.absolute()
        self._settings = settings
        ours = self.inbox.is_relative_to(data_dir.absolute())
        self._inbox = Inbox(self.inbox, create=ours, memory=data_dir / "inboxes" / account)
        self._presence = Presence(account, inbox, self._inbox, sole)
        self._settling = Settling(account, self.inbox, intake)
        self._wake = asyncio.Event()
        self._following = Following(self._wake)
        self._waiting = Sightings(settings.stable_seconds)
        self._working: dict[Path, asyncio.Task[None]] = {}
        self._left: dict[Path, str] = {}
        self._failed: dict[Path, str] = {}
        self._trouble: Unavailable | None = None
        self._polling = False
        self._rescan_at = 0.0
        self._pause = 0.0
        self._paused_until = 0.0
        self._log = log.bind(account=account, inbox=str(inbox))

    @property
    def not_ready(self) -> str | None:
        """Why no file can be taken now; None when all is well."""
        if self._presence.absent is not None or self._trouble is None:
            return self._presence.absent
        return f"{self._trouble.reason.sentence} ({self._trouble})"

    @property
    def waiting(self) -> int:
        """Number of files in the inbox that are still to be taken."""
        return len(self._waiting) + len(self._working)

    @property
    def problems(self) -> dict[str, str]:
        """Files that are left where they are, with the reason; they do not stop the others."""
        return {str(path.relative_to(self.inbox)): why for path, why in (self._left | self._failed).items()}

    async def run(self) -> None:
        """Watches until it is cancelled; files in the middle of their intake are finished first."""
        try:
            while True:
                identity = await self._presence.look()
                if identity is not None:
                    await self._watch(identity)
                await asyncio.sleep(min(self._settings.poll_seconds, self._settings.rescan_seconds))
        finally:
            await asyncio.gather(*self._working.values())

    async def _watch(self, identity: Identity) -> None:
        """Until the inbox is gone, is another folder, or another process watches it."""
        file_system = await asyncio.to_thread(file_system_of, self.inbox)
        self._polling = self._settings.force_polling or not file_system.tells_of_changes
        if file_system.network:  # what it says of a file may be as old as its cache
            self._waiting.quiet_seconds = max(self._settings.stable_seconds, self._settings.poll_seconds)
        self._following.failed = False
        self._rescan_at = 0.0
        async with asyncio.TaskGroup() as group:
            try:
                while await self._presence.look() == identity:
                    await self._look(group)
                    self._start_due()
                    await self._sleep()
            finally:
                self._following.stop()

    # -- what lies in it

    async def _look(self, group: asyncio.TaskGroup) -> None:
        hints = self._following.take_hints()
        if _now() >= self._rescan_at:
            await self._rescan(group)
        elif hints:
            listing = await asyncio.to_thread(self._inbox.look_at, hints)
            self._see(listing.files)
            self._leave(self._left | listing.left)
            if listing.folders:  # new, or another one of the same name: it must be watched
                self._following.stop()
                self._rescan_at = 0.0
                self._wake.set()

    async def _rescan(self, group: asyncio.TaskGroup) -> None:
        listing = await asyncio.to_thread(self._inbox.look_at, [self.inbox])
        if not self._without_events() and listing.folders != self._following.folders:
            self._following.start(group, listing.folders)
            await asyncio.sleep(0)  # lets it begin: what comes from here on has its event
            listing = await asyncio.to_thread(self._inbox.look_at, [self.inbox])
        self._rescan_at = _now() + self._pause_after(listing)
        self._see(listing.files)
        self._leave(listing.left)

    def _without_events(self) -> bool:
        return self._polling or self._following.failed

    def _pause_after(self, listing: Listing) -> float:
        if self._without_events():
            return self._settings.poll_seconds
        if listing.folders != self._following.folders:  # some came or went in this moment
            return self._settings.stable_seconds
        return self._settings.rescan_seconds

    def _see(self, files: Mapping[Path, Fingerprint]) -> None:
        now = _now()
        for path, fingerprint in files.items():
            if path not in self._working:
                self._waiting.saw(path, fingerprint, now)

    def _leave(self, left: dict[Path, str]) -> None:
        for path, why in left.items():
            if self._left.get(path) != why:
                self._log.warning("left in the inbox", file=str(path.relative_to(self.inbox)), reason=why)
        self._left = left

    # -- one file after the other

    def _start_due(self) -> None:
        if _now() < self._paused_until:
            return
        for seen in self._waiting.take_due(_now(), self._free_hands()):
            self._working[seen.path] = asyncio.create_task(self._handle(seen), name=f"file {seen.path.name}")

    def _free_hands(self) -> int:
        """After trouble, one file at a time shows whether it is over."""
        return (1 if self._trouble else AT_ONCE) - len(self._working)

    async def _sleep(self) -> None:
        until = min(self._rescan_at, _now() + self._settings.poll_seconds)
        due = self._waiting.next_due()
        if due is not None and self._free_hands() > 0:
            until = min(until, max(due, self._paused_until))
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout_at(until):
                await self._wake.wait()
        self._wake.clear()

    async def _handle(self, seen: Sighting) -> None:
        try:
            await self._take(seen)
        except Unavailable as error:
            cause = error.__cause__
            if isinstance(cause, OSError) and str(cause.filename) == str(seen.path):
                self._out_of_reach(seen, cause)
            else:
                self._not_taken(seen, error)
        except OSError as error:
            self._out_of_reach(seen, error)
        except Exception as error:  # noqa: BLE001 - a fault of ours with one file must not keep the others waiting
            self._log.exception("a file could not be taken")
            self._fail(seen, f"unexpected {type(error).__name__}")
        finally:
            del self._working[seen.path]
            self._wake.set()

    async def _take(self, seen: Sighting) -> None:
        fingerprint, unfinished = await asyncio.to_thread(examine, seen.path)
        patient_until = seen.since + UNFINISHED_FACTOR * self._waiting.quiet_seconds
        if fingerprint != seen.fingerprint:
            self._waiting.saw(seen.path, fingerprint, _now())
        elif unfinished and _now() < patient_until:
            self._waiting.put_back(seen, patient_until)
        elif await self._settling.settle(seen.path, fingerprint) is None:
            self._following.hint(seen.path)  # it was changed meanwhile
        else:
            self._failed.pop(seen.path, None)
            self._recovered()

    def _not_taken(self, seen: Sighting, error: Unavailable) -> None:
        now = _now()
        self._waiting.put_back(seen, now)
        if type(error) is not type(self._trouble):
            self._log.warning("files stay in the inbox for now", reason=error.reason.value, detail=str(error))
        if now >= self._paused_until:
            self._pause = min(max(2 * self._pause, self._settings.stable_seconds), self._settings.rescan_seconds)
            self._paused_until = now + self._pause
        self._trouble = error

    def _recovered(self) -> None:
        if self._trouble is not None:
            self._log.info("files are taken again")
        self._trouble, self._pause, self._paused_until = None, 0.0, 0.0

    def _out_of_reach(self, seen: Sighting, error: OSError) -> None:
        if isinstance(error, FileNotFoundError):  # somebody took it away; if it is only elsewhere, the rescan finds it
            self._failed.pop(seen.path, None)
        else:
            self._fail(seen, error.strerror or str(error))

    def _fail(self, seen: Sighting, why: str) -> None:
        if self._failed.get(seen.path) != why:
            self._log.warning("a file cannot be taken", file=str(seen.path.relative_to(self.inbox)), reason=why)
        self._failed[seen.path] = why
        self._waiting.put_back(seen, _now() + self._settings.rescan_seconds)


@asynccontextmanager
async def watching(folders: Sequence[FolderSource]) -> AsyncIterator[None]:
    """Watches them for as long as the context lasts, and finishes what it began."""
    async with asyncio.TaskGroup() as tasks:
        running = [tasks.create_task(folder.run(), name=f"folder {folder.inbox}") for folder in folders]
        try:
            yield
        finally:
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)


def _now() -> float:
    return asyncio.get_running_loop().time()
