"""``bill-ingest import``: documents in, a row for each out, and the wait for what the bills say.

When no worker runs on the data folder, the import runs one itself (and the sandbox, where the account needs it).
"""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from yarl import URL

from ingest import leftovers, wakeup
from ingest.commands.outcomes import with_outcomes
from ingest.commands.tables import console
from ingest.commands.waiting import Until, Waiting
from ingest.config import Settings
from ingest.errors import ConfigError, NotReady
from ingest.exit_codes import DONE, NOT_ALL, NOT_AVAILABLE
from ingest.roles.opening import make_pool, open_intake, open_ledger
from ingest.roles.sandbox import sandbox_role
from ingest.roles.worker import worker_role
from ingest.sole_worker import is_running
from ingest.sources.archive import ArchiveLimits
from ingest.sources.batch import BatchOutcome, BatchRow, check_report_place, collect, import_items, write_report

MOST_LINES = 200
"""A longer batch shows only what was not plainly taken; the report has everything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What to import, and what to wait for."""

    paths: tuple[Path, ...]
    manifest: Path | None
    customer: str | None
    account: str | None
    report: Path | None
    wait: Until


async def run(settings: Settings, batch: Batch, *, as_json: bool) -> int:
    """Exit code 1 when a document was not taken, 3 when one could not be taken just now.

    Raises NotReady, after the rows were shown and reported, when it was of no use to wait for the bills any longer.
    """
    account = _account(settings, batch.account)
    if not batch.paths and batch.manifest is None:
        raise ConfigError("nothing to import: name files, folders or archives, or a --manifest")
    if batch.report:
        check_report_place(batch.report)
        await asyncio.to_thread(leftovers.sweep_reports, batch.report.absolute().parent, leftovers.OLD_SECONDS)
    limits = ArchiveLimits(document_bytes=settings.limits.max_document_bytes)
    collected = await asyncio.to_thread(collect, batch.paths, batch.manifest, batch.customer, limits)
    rows: list[BatchRow] = []
    stopped: str | None = None
    try:
        with _progress() as progress:
            importing = progress.add_task("documents", total=len(collected.items))

            def done(row: BatchRow) -> None:
                rows.append(row)
                progress.advance(importing)

            async with (
                _somebody_works(settings) as worker_runs,
                open_ledger(settings, "import") as ledger,
                make_pool(settings) as pool,
            ):
                async with open_intake(settings, ledger, pool, lambda: wakeup.wake(settings.data_dir)) as intake:
                    rows[:] = await import_items(collected.items, intake, account=account, on_progress=done)
                waiting = Waiting(ledger, account, batch.wait, worker_runs, progress)
                stopped = await waiting.wait(row.bill_id for row in rows if row.bill_id)
                rows[:] = await with_outcomes(ledger, rows)
                _show(rows, collected.skipped, as_json=as_json)
    finally:
        if batch.report:
            write_report(rows, batch.report)
    if stopped:
        raise NotReady(stopped)
    return _exit_code(rows)


def _account(settings: Settings, wanted: str | None) -> str:
    if wanted is None and len(settings.accounts) == 1:
        return next(iter(settings.accounts))
    if wanted not in settings.accounts:
        raise ConfigError(f"--account: name one of {', '.join(settings.accounts)}")
    return wanted


@asynccontextmanager
async def _somebody_works(settings: Settings) -> AsyncIterator[Callable[[], bool] | None]:
    """A running worker (yields what tells whether it still runs), or our own for as long as the import takes."""
    async with AsyncExitStack() as stack:
        foreign = is_running(settings.data_dir)
        if not foreign:
            if settings.needs_sandbox:
                url = await stack.enter_async_context(sandbox_role(_at_port(settings, 0)))
                settings = _at_port(settings, int(URL(url).port or 0))
            await stack.enter_async_context(worker_role(settings, watch=False))
        yield (lambda: is_running(settings.data_dir)) if foreign else None


def _at_port(settings: Settings, port: int) -> Settings:
    return settings.model_copy(update={"sandbox": settings.sandbox.model_copy(update={"port": port})})


def _show(rows: list[BatchRow], skipped: Counter[str], *, as_json: bool) -> None:
    if as_json:
        for row in rows:
            typer.echo(json.dumps(asdict(row)))
        return
    table = Table("document", "outcome", "reason", "step", "utility", "bill", box=None)
    for row in rows:
        if row.outcome is not BatchOutcome.ACCEPTED or len(rows) <= MOST_LINES:
            cells = (row.path, row.outcome, row.reason, row.step, row.utility, row.bill_id)
            table.add_row(*(escape(cell or "") for cell in cells))
    if table.row_count:
        console().print(table)
    outcomes = Counter(row.outcome.value for row in rows)
    typer.echo(", ".join(f"{number} {outcome}" for outcome, number in outcomes.items()) or "nothing to import")
    for why, number in skipped.items():
        typer.echo(f"{number} passed over: {why}")
    for row in rows:
        if row.sentence and row.outcome not in (BatchOutcome.ACCEPTED, BatchOutcome.DUPLICATE):
            typer.echo(" ".join(filter(None, [f"{row.path}:", row.sentence, row.detail, row.next_step])))


def _progress() -> Progress:
    """On stderr, and only for a person who watches."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=console, disable=not console.is_terminal)


def _exit_code(rows: list[BatchRow]) -> int:
    outcomes = {row.outcome for row in rows}
    if BatchOutcome.UNAVAILABLE in outcomes:
        return NOT_AVAILABLE
    return NOT_ALL if outcomes - {BatchOutcome.ACCEPTED, BatchOutcome.DUPLICATE} else DONE
