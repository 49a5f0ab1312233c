"""``bill-ingest migrate-store``: what lies in ``data_dir`` moves to where the settings say that it is now."""

import asyncio
import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import typer

from ingest.config import Settings
from ingest.errors import ConfigError, NotReady
from ingest.exit_codes import DONE, NOT_ALL
from ingest.sole_worker import sole_worker
from ingest.store.engine import now
from ingest.store.moving import move_ledger
from ingest.store.sharing import KINDS, Sharing, open_sharing
from ingest.store.urls import is_postgresql
from ingest.web.readiness import FOLDER, MOST_PROCESSES, SMTP, WORKER, names_of, read_heartbeat

UPLOADS_AT_ONCE = 8


@dataclass(slots=True)
class Uploaded:
    """What became of the documents; a damaged one is not uploaded."""

    documents: int = 0
    there_already: int = 0
    damaged: list[str] = field(default_factory=list)


async def run(settings: Settings, *, ledger: bool, documents: bool, as_json: bool) -> int:
    """Documents first, which can be done again at any time; then the ledger. Exit code 1 when a document is damaged."""
    if not (ledger or documents):
        raise ConfigError("name what is to be moved: --ledger, --documents, or both")
    file = _source(settings) if ledger else None
    sharing = _target_store(settings) if documents else None
    uploaded, rows = Uploaded(), {}
    with sole_worker(settings.data_dir):
        if sharing is not None:
            uploaded = await _upload(sharing)
        if file is not None:
            _refuse_while_running(settings)
            rows = await move_ledger(file, settings.ledger_url)
    _tell(uploaded if documents else None, rows if ledger else None, as_json=as_json)
    return NOT_ALL if uploaded.damaged else DONE


def _source(settings: Settings) -> Path:
    if not is_postgresql(settings.ledger_url):
        raise ConfigError("database_url: name the PostgreSQL database that the ledger is to be moved to")
    file = settings.data_dir / "ledger.sqlite3"
    if not file.exists():
        raise ConfigError(f"data_dir: there is no ledger.sqlite3 in {settings.data_dir}; nothing can be moved")
    return file


def _target_store(settings: Settings) -> Sharing:
    sharing = open_sharing(settings)
    if sharing is None:
        raise ConfigError("store.url: name the store that the documents are to be moved to")
    return sharing


def _refuse_while_running(settings: Settings) -> None:
    """A listener that goes on writing to the old ledger would answer 250 for what nobody sees again."""
    several = [name for role in (WORKER, FOLDER) for name in names_of(role, MOST_PROCESSES)]
    for role in (*several, *names_of(SMTP, settings.smtp.processes)):
        heartbeat = read_heartbeat(settings.data_dir, role)
        if heartbeat is not None and heartbeat.is_fresh(now()):
            raise NotReady(f"the role {role} runs on {settings.data_dir}: stop the service, and run this again")


async def _upload(sharing: Sharing) -> Uploaded:
    uploaded = Uploaded()
    some: list[str] = []
    for key in _keys(sharing.data_dir):
        some.append(key)
        if len(some) == UPLOADS_AT_ONCE:
            await _upload_some(sharing, some, uploaded)
            some = []
    await _upload_some(sharing, some, uploaded)
    return uploaded


async def _upload_some(sharing: Sharing, keys: Sequence[str], uploaded: Uploaded) -> None:
    async with asyncio.TaskGroup() as tasks:
        for key in keys:
            tasks.create_task(_upload_one(sharing, key, uploaded))


async def _upload_one(sharing: Sharing, key: str, uploaded: Uploaded) -> None:
    file = sharing.data_dir / key
    if not await asyncio.to_thread(_is_whole, file):
        uploaded.damaged.append(key)
        return
    if await sharing.remote.exists(key):
        uploaded.there_already += 1
    else:
        await sharing.remote.put(key, file)
        uploaded.documents += 1
    await asyncio.to_thread(sharing.outbox.done, key)


def _is_whole(file: Path) -> bool:
    """Its name is the hash of its content."""
    with file.open("rb") as content:
        return file.name.startswith(hashlib.file_digest(content, "sha256").hexdigest())


def _keys(data_dir: Path) -> Iterator[str]:
    for kind in KINDS:
        for file in sorted((data_dir / kind).glob("[0-9a-f][0-9a-f]/*")):
            yield f"{kind}/{file.parent.name}/{file.name}"


def _tell(uploaded: Uploaded | None, rows: dict[str, int] | None, *, as_json: bool) -> None:
    if as_json:
        found = uploaded and {
            "uploaded": uploaded.documents, "there_already": uploaded.there_already, "damaged": uploaded.damaged,
        }  # fmt: skip
        typer.echo(json.dumps({"documents": found, "ledger": rows}))
        return
    if uploaded is not None:
        typer.echo(f"Documents: {uploaded.documents} uploaded, {uploaded.there_already} were there already.")
        for key in uploaded.damaged:
            typer.echo(f"damaged, not uploaded: {key} (restore it from a backup)", err=True)
    if rows is not None:
        counts = ", ".join(f"{table} {number}" for table, number in rows.items() if number) or "no rows"
        typer.echo(f"The ledger is in PostgreSQL, compared row by row: {counts}.")
