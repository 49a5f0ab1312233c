"""``bill-ingest import``: documents in, a row for each out, and the wait for what the bills say.

When no worker runs on the data folder, the import runs one itself (and the sandbox, where the account needs it).
"""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from yarl import URL

from ingest import wakeup, worker
from ingest.commands.tables import console
from ingest.config import Settings
from ingest.errors import ConfigError
from ingest.sources.archive import ArchiveLimits
from ingest.sources.batch import BatchOutcome, BatchRow, check_report_place, collect, import_items, write_report
from ingest.store.ledger import Ledger
from ingest.store.rows import Step

ALL_TAKEN, NOT_ALL, NOT_AVAILABLE = 0, 1, 3
LOOK_SECONDS = 0.2
MOST_LINES = 200
"""A longer batch shows only what was not plainly taken; the report has everything."""
NOT_READ_YET = {Step.RECEIVED}
NOT_FINAL = {Step.RECEIVED, Step.PARSED, Step.UPLOADING, Step.POLLING, Step.RESOLVED, Step.RECONCILED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What to import, and what to wait for."""

    paths: tuple[Path, ...]
    manifest: Path | None
    customer: str | None
    account: str | None
    report: Path | None
    wait: Literal["none", "local", "final"]


async def run(settings: Settings, batch: Batch, *, as_json: bool) -> int:
    """Exit code 1 when a document was not taken, 3 when one could not be taken just now."""
    account = _account(settings, batch.account)
    if not batch.paths and batch.manifest is None:
        raise ConfigError("nothing to import: name files, folders or archives, or a --manifest")
    if batch.report:
        check_report_place(batch.report)
    limits = ArchiveLimits(document_bytes=settings.limits.max_document_bytes)
    collected = await asyncio.to_thread(collect, batch.paths, batch.manifest, batch.customer, limits)
    rows: list[BatchRow] = []
    try:
        with _progress() as progress:
            importing = progress.add_task("documents", total=len(collected.items))

            def done(row: BatchRow) -> None:
                rows.append(row)
                progress.advance(importing)

            async with (
                _somebody_works(settings),
                worker.open_ledger(settings) as ledger,
                worker.make_pool(settings) as pool,
            ):
                async with worker.open_intake(settings, ledger, pool, lambda: wakeup.wake(settings.data_dir)) as intake:
                    rows[:] = await import_items(collected.items, intake, account=account, on_progress=done)
                await _wait(ledger, rows, batch.wait, progress)
                _show(await _with_records(ledger, rows), collected.skipped, as_json=as_json)
    finally:
        if batch.report:
            write_report(rows, batch.report)
    return _exit_code(rows)


def _account(settings: Settings, wanted: str | None) -> str:
    if wanted is None and len(settings.accounts) == 1:
        return next(iter(settings.accounts))
    if wanted not in settings.accounts:
        raise ConfigError(f"--account: name one of {', '.join(settings.accounts)}")
    return wanted


@asynccontextmanager
async def _somebody_works(settings: Settings) -> AsyncIterator[None]:
    """A running worker, or one of our own for as long as the import takes."""
    async with AsyncExitStack() as stack:
        if not worker.is_running(settings):
            if settings.needs_sandbox:
                url = await stack.enter_async_context(worker.sandbox_role(_at_port(settings, 0)))
                settings = _at_port(settings, int(URL(url).port or 0))
            await stack.enter_async_context(worker.worker_role(settings, watch=False))
        yield


def _at_port(settings: Settings, port: int) -> Settings:
    return settings.model_copy(update={"sandbox": settings.sandbox.model_copy(update={"port": port})})


async def _wait(ledger: Ledger, rows: list[BatchRow], until: str, progress: Progress) -> None:
    """Until every bill, with those that it was split into, has got as far as was asked for."""
    unfinished = {"none": set(), "local": NOT_READ_YET, "final": NOT_FINAL}[until]
    waiting = {row.bill_id for row in rows if row.bill_id} if until != "none" else set()
    task = progress.add_task("records", total=len(waiting))
    while waiting:
        steps = await ledger.steps(waiting)
        done = {bill_id for bill_id, step in steps.items() if step not in unfinished}
        progress.advance(task, len(done))
        waiting -= done
        split = [bill_id for bill_id in done if steps[bill_id] is Step.SPLIT]
        children = {child.id for bill_id in split for child in await ledger.children(bill_id)}
        progress.update(task, total=(progress.tasks[task].total or 0) + len(children))
        waiting |= children
        if waiting:
            await asyncio.sleep(LOOK_SECONDS)


async def _with_records(ledger: Ledger, rows: Iterable[BatchRow]) -> list[dict[str, Any]]:
    """Each row with what its bill says so far."""
    lines = []
    for row in rows:
        bill = await ledger.bill(row.bill_id) if row.bill_id else None
        record = (bill.record if bill else None) or {}
        children = await ledger.children(bill.id) if bill and bill.step is Step.SPLIT else []
        extra = {"step": bill and bill.step.value, "bills": [child.id for child in children]}
        extra |= {name: record.get(name) for name in ("utility", "status", "amount_due", "reasons")}
        lines.append(asdict(row) | extra)
    return lines


def _show(lines: list[dict[str, Any]], skipped: Counter[str], *, as_json: bool) -> None:
    if as_json:
        for line in lines:
            typer.echo(json.dumps(line))
        return
    table = Table("document", "outcome", "reason", "step", "utility", "bill", box=None)
    for line in lines:
        if line["outcome"] != BatchOutcome.ACCEPTED or len(lines) <= MOST_LINES:
            cells = (line["path"], line["outcome"], line["reason"], line["step"], line["utility"], line["bill_id"])
            table.add_row(*(escape(cell or "") for cell in cells))
    if table.row_count:
        console().print(table)
    outcomes = Counter(str(line["outcome"]) for line in lines)
    typer.echo(", ".join(f"{number} {outcome}" for outcome, number in outcomes.items()) or "nothing to import")
    for why, number in skipped.items():
        typer.echo(f"{number} passed over: {why}")
    for line in lines:
        if line["sentence"] and line["outcome"] not in (BatchOutcome.ACCEPTED, BatchOutcome.DUPLICATE):
            typer.echo(f"{line['path']}: {line['sentence']} {line['next_step']}")


def _progress() -> Progress:
    """On stderr, and only for a person who watches."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=console, disable=not console.is_terminal)


def _exit_code(rows: list[BatchRow]) -> int:
    outcomes = {row.outcome for row in rows}
    if BatchOutcome.UNAVAILABLE in outcomes:
        return NOT_AVAILABLE
    return NOT_ALL if outcomes - {BatchOutcome.ACCEPTED, BatchOutcome.DUPLICATE} else ALL_TAKEN
