"""Whether the service can do its work, across processes: each one writes how it is, the web process reads it.

``data_dir/<role>.json``, written every few seconds, holds the time, the process id, what is wrong with each account's
watched folder, and what the process counts. One that is not written any more is a process that does not live; a role
that is stopped on purpose removes its own.
"""

import datetime as dt
import os
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from ingest.config import Settings
from ingest.errors import Unavailable
from ingest.metrics import API_DOWN, Metrics
from ingest.store.disk import disk_errors, write_durably
from ingest.store.engine import now

STALE_SECONDS = 20.0
WORKER = "worker"
SMTP = "smtp"
FOLDER = "folder"
MOST_PROCESSES = 16
"""Workers, or folder roles, that share a data folder."""


def names_of(role: str, processes: int) -> list[str]:
    """Under which names the processes of a role say that they live."""
    return [role, *(f"{role}-{number}" for number in range(2, processes + 1))]


class Heartbeat(BaseModel):
    """What a process said of itself last."""

    model_config = ConfigDict(frozen=True)

    role: str
    at: AwareDatetime
    pid: int
    folders: dict[str, str | None] = Field(
        default_factory=dict, description="What is wrong with the watched folder, by account; None where nothing is."
    )
    metrics: list[dict[str, Any]] = Field(default_factory=list, description="A snapshot of ingest.metrics.Metrics.")

    def is_fresh(self, at: dt.datetime) -> bool:
        """Whether its process can be taken to live."""
        return abs((at - self.at).total_seconds()) <= STALE_SECONDS


def write_heartbeat(
    data_dir: Path,
    folders: Mapping[str, str | None] | None = None,
    metrics: Metrics | None = None,
    *,
    role: str = WORKER,
    at: dt.datetime | None = None,
) -> None:
    """Says that this process lives. Blocks; raises Unavailable when the disk does not take it."""
    heartbeat = Heartbeat(
        role=role,
        at=at or now(),
        pid=os.getpid(),
        folders=dict(folders or {}),
        metrics=metrics.snapshot() if metrics else [],
    )
    write_durably(data_dir / f"{role}.json", heartbeat.model_dump_json().encode())


def remove_heartbeat(data_dir: Path, role: str) -> None:
    """Says that this process stops because it was told to. Blocks; raises Unavailable."""
    with disk_errors():
        (data_dir / f"{role}.json").unlink(missing_ok=True)


def read_heartbeat(data_dir: Path, role: str = WORKER) -> Heartbeat | None:
    """The last one; None when there is none, or none that can be read. Blocks."""
    try:
        return Heartbeat.model_validate_json((data_dir / f"{role}.json").read_bytes())
    except (OSError, ValidationError):
        return None


def read_heartbeats(data_dir: Path, names: Iterable[str]) -> list[Heartbeat]:
    """The last ones of all that said something. Blocks."""
    return [beat for name in names if (beat := read_heartbeat(data_dir, name)) is not None]


def worker_problems(heartbeat: Heartbeat | None, at: dt.datetime, *, elsewhere: bool = False) -> list[dict[str, str]]:
    """What is wrong with the worker and its folders, a sentence each. That none runs here is no problem where workers
    may run ``elsewhere``, on other machines."""
    if heartbeat is None:
        return [] if elsewhere else [_problem(WORKER, "No worker runs on this data folder.")]
    if not heartbeat.is_fresh(at):
        return [_problem(WORKER, f"The worker was last heard of at {heartbeat.at.isoformat(timespec='seconds')}.")]
    return _folder_problems(heartbeat)


def folder_problems(heartbeat: Heartbeat, at: dt.datetime) -> list[dict[str, str]]:
    """What is wrong with a role that does nothing but watch folders."""
    if not heartbeat.is_fresh(at):
        return [_problem(FOLDER, f"The folder role was last heard of at {heartbeat.at.isoformat(timespec='seconds')}.")]
    return _folder_problems(heartbeat)


def _folder_problems(heartbeat: Heartbeat) -> list[dict[str, str]]:
    return [
        _problem(FOLDER, f"Account {account}: {problem}") for account, problem in heartbeat.folders.items() if problem
    ]


def apis_down(heartbeats: Iterable[Heartbeat], at: dt.datetime) -> list[dict[str, str]]:
    """Whose API does not answer, as workers last said. No problem of ours: bills are taken, read and delivered."""
    families = [family for beat in heartbeats if beat.is_fresh(at) for family in beat.metrics]
    samples = [sample for family in families if family.get("name") == API_DOWN for sample in family["samples"]]
    return [
        _problem("api", f"Account {account}: its API does not answer; bills wait for it, local records go out.")
        for account in sorted({labels["account"] for _, labels, value in samples if value})
    ]


def smtp_problems(heartbeats: Iterable[Heartbeat | None], at: dt.datetime) -> list[dict[str, str]]:
    """Which mail listeners fell silent. None at all is no problem: not every service takes mail."""
    return [
        _problem(SMTP, f"The mail listener was last heard of at {heartbeat.at.isoformat(timespec='seconds')}.")
        for heartbeat in heartbeats
        if heartbeat is not None and not heartbeat.is_fresh(at)
    ]


def disk_problems(settings: Settings) -> list[dict[str, str]]:
    """Whether two of the largest documents would still fit. Blocks."""
    needed = 2 * settings.limits.max_document_bytes
    try:
        with disk_errors():
            free = shutil.disk_usage(settings.data_dir).free
    except Unavailable as error:
        return [_problem("disk", str(error))]
    if free < needed:
        return [_problem("disk", f"Only {free} bytes are free in data_dir; {needed} must be.")]
    return []


def ledger_problem(error: Unavailable) -> dict[str, str]:
    """That the ledger does not answer."""
    return _problem("ledger", str(error))


def _problem(part: str, message: str) -> dict[str, str]:
    return {"part": part, "message": message}
