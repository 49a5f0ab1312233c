"""What killed processes left half written: found by its name, removed once nobody can be writing it any more."""

import asyncio
import itertools
import os
import re
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import structlog

from ingest.config import Settings
from ingest.sources.inbox import PROCESSED, REJECTED
from ingest.store.documents import ORIGINALS

LEFTOVER = re.compile(r"incoming-[a-z0-9_]{8}\.part|\.(incoming|moving)-[a-z0-9_]{8}\.part")
"""Temporary files of the document stores, of ``write_durably``, and of files that are moved between file systems."""
OPENED = re.compile(r"opened-[a-z0-9_]{8}")
"""Folders that hold what is made of a message or a document; the files in them are named as above."""
REPORT = re.compile(r"\.report-[a-z0-9_]{8}\.part")
"""Reports of imports. They stand where the operator wants them: in a folder where nothing else is ours."""
OLD_SECONDS = 3600.0

log = structlog.get_logger()


@asynccontextmanager
async def sweeping(settings: Settings) -> AsyncIterator[None]:
    """Sweeps every folder we write to, once, while the work goes on."""
    task = asyncio.create_task(sweep_all(settings, OLD_SECONDS), name="leftovers")
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])


async def sweep_all(settings: Settings, older_than_seconds: float) -> None:
    """All folders of all accounts. What cannot be removed is said, and stays for the next time."""
    data = settings.data_dir
    for folder in (
        data,
        settings.documents_dir,
        settings.documents_dir.with_name(ORIGINALS),
        data / "messages",
        data / "inboxes",
    ):
        await asyncio.to_thread(sweep, folder, older_than_seconds, below=False)
    for folder in (settings.documents_dir, settings.documents_dir.with_name(ORIGINALS), data / "messages"):
        await asyncio.to_thread(sweep_opened, folder, older_than_seconds)
    for folder in (settings.output_dir, *_shelves(settings)):
        await asyncio.to_thread(sweep, folder, older_than_seconds)


def sweep(folder: Path, older_than_seconds: float, *, below: bool = True, known: re.Pattern[str] = LEFTOVER) -> None:
    """Removes the leftovers of one folder and, unless told otherwise, of those below it. Blocks.

    The age is that of the last change of any kind (ctime): a file that is moved keeps the time of its writing.
    """
    before = time.time() - older_than_seconds
    for above, _, names in itertools.islice(os.walk(folder), None if below else 1):
        for leftover in (Path(above, name) for name in names if known.fullmatch(name)):
            try:
                if leftover.lstat().st_ctime <= before:
                    leftover.unlink()
                    log.info("a leftover was removed", file=str(leftover))
            except FileNotFoundError:
                continue  # its process lives, and is done with it
            except OSError as error:
                log.warning("a leftover cannot be removed", file=str(leftover), reason=error.strerror)


def sweep_reports(folder: Path, older_than_seconds: float) -> None:
    """Removes what is left of imports that were killed while they wrote their report into this folder. Blocks.

    An import writes its report at its end, all at once: one that lives does not leave it untouched for long.
    """
    sweep(folder, older_than_seconds, below=False, known=REPORT)


def sweep_opened(place: Path, older_than_seconds: float) -> None:
    """Removes what is left of messages and documents that were being worked on. Blocks."""
    before = time.time() - older_than_seconds
    for folder in [each for each in place.glob("opened-*") if OPENED.fullmatch(each.name)]:
        try:
            old = folder.lstat().st_ctime <= before  # to be asked first: what is removed from it makes it new
            sweep(folder, older_than_seconds, below=False)
            if old:
                folder.rmdir()
        except FileNotFoundError:
            continue  # its process lives, and is done with it
        except OSError as error:
            log.warning("a leftover cannot be removed", file=str(folder), reason=error.strerror)


def _shelves(settings: Settings) -> Iterator[Path]:
    for account in settings.accounts:
        inbox = settings.inbox(account)
        if inbox is not None:
            yield inbox / PROCESSED
            yield inbox / REJECTED
