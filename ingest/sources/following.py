"""Events of the folders in an inbox: which paths may have changed."""

import asyncio
from collections.abc import Collection
from pathlib import Path

import structlog
from watchfiles import Change, awatch

GROUPED_MS, STEP_MS = 200, 50
"""Events within so many milliseconds come together; how often it is looked whether there are any."""
PAUSE_SECONDS = 0.5
"""Before all is looked at again because events were lost."""

log = structlog.get_logger()


class Following:
    """Collects hints and sets ``wake``. Hints are only hints: events can be lost, and come for what is gone.

    Each folder is watched by itself: a recursive watch would follow links out of the inbox.
    """

    def __init__(self, wake: asyncio.Event) -> None:
        self.folders: frozenset[Path] = frozenset()
        self.failed = False
        """Whether there are no events to be had here (the system's limit of watches was reached)."""
        self._wake = wake
        self._hints: set[Path] = set()
        self._task: asyncio.Task[None] | None = None

    def start(self, group: asyncio.TaskGroup, folders: Collection[Path]) -> None:
        """Follows these folders, and no longer those of before."""
        self.stop()
        self.folders = frozenset(folders)
        self._task = group.create_task(self._follow(), name="folder events")

    def stop(self) -> None:
        """Follows nothing."""
        if self._task is not None:
            self._task.cancel()
        self.folders, self._task = frozenset(), None

    def hint(self, path: Path) -> None:
        """This path is to be looked at."""
        self._hints.add(path)
        self._wake.set()

    def take_hints(self) -> set[Path]:
        """The paths that may have changed since the last call."""
        hints, self._hints = self._hints, set()
        return hints

    async def _follow(self) -> None:
        watched = [folder for folder in self.folders if _is_unicode(folder)]
        try:
            async for changes in awatch(
                *watched, watch_filter=None, debounce=GROUPED_MS, step=STEP_MS, recursive=False, force_polling=False,
                ignore_permission_denied=True,
            ):  # fmt: skip
                for change, path in changes:
                    if change is not Change.deleted:
                        self.hint(Path(path))
        except FileNotFoundError:  # a folder went away meanwhile; the next look at the inbox shows which
            self.folders = frozenset()
        except (OSError, RuntimeError) as error:  # RuntimeError: what the Rust side has no Python error for
            self.failed = True
            log.warning("no events from the inbox; it is looked at from time to time instead", reason=str(error))
        except ExceptionGroup as group:  # raised while it waits: the event of a file whose name is not Unicode
            log.warning("events were lost, so the inbox is looked at again", reason=str(group.exceptions[0]))
            await asyncio.sleep(PAUSE_SECONDS)
            for folder in self.folders:
                self.hint(folder)


def _is_unicode(folder: Path) -> bool:
    """The watcher takes no other names; files in such folders are found by the rescan."""
    try:
        str(folder).encode()
    except UnicodeEncodeError:
        return False
    return True
