"""``bill-ingest purge``: shows what would go of an account, and lets it go when that is confirmed."""

import datetime as dt
import json
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from ingest.commands.tables import console
from ingest.config import Settings
from ingest.errors import ConfigError
from ingest.exit_codes import DONE, NOT_ALL, NOT_AVAILABLE
from ingest.logs import mask
from ingest.retention.files import FileRemover
from ingest.retention.purger import Outcome, Plan, Purger
from ingest.roles.opening import open_ledger
from ingest.store.ledger import Ledger
from ingest.store.purge_rows import Selection

SECONDS = {"d": 86400, "h": 3600}
API_KEEPS = "What was uploaded stays at the API: it has no call that deletes a bill; ask its operator."


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """The options as they were given."""

    account: str
    customer: str | None
    older_than: str | None
    bills: tuple[str, ...]
    unfinished: bool
    yes: bool


async def run(settings: Settings, wanted: Wanted, *, as_json: bool) -> int:
    """Exit code 1 when something that was asked for stays, 3 when a file cannot be removed just now."""
    if settings.database_url is None and not (settings.data_dir / "ledger.sqlite3").exists():
        raise ConfigError(f"data_dir: there is no ledger in {settings.data_dir}; nothing can be purged")
    async with open_ledger(settings) as ledger:
        selection = selected(wanted, ledger)
        known = settings.accounts.keys() | await ledger.purges.accounts()
        if wanted.account not in known:
            raise ConfigError(f"--account: name one of {', '.join(sorted(known))}")
        purger = Purger(ledger, FileRemover(ledger, settings))
        plan = await purger.plan(selection)
        missing = [one for one in wanted.bills if one not in plan.found]
        shown = await _shown(ledger, plan, missing)
        if not as_json:
            _show(shown, wanted)
        if not await _is_wanted(plan, wanted, as_json=as_json):
            if as_json:
                typer.echo(json.dumps({**_asked(wanted), "would_purge": shown, "done": False}))
            return _end_without(plan, missing, wanted)
        await ledger.removals.hurry(wanted.account)
        with _progress() as progress:
            task = progress.add_task("bills", total=plan.bills)
            outcome = await purger.purge(selection, lambda number: progress.update(task, completed=number))
        left = [
            {"kind": row.kind, "number": row.number, "problem": row.problem}
            for row in await ledger.removals.left(wanted.account)
        ]
        _tell(wanted, shown, outcome, left, as_json=as_json)
        if left:
            return NOT_AVAILABLE
        return NOT_ALL if missing or outcome.plan.under_way or outcome.purged.skipped else DONE


def selected(wanted: Wanted, ledger: Ledger) -> Selection:
    """Raises ConfigError for an age that is none."""
    before = None
    if wanted.older_than is not None:
        found = re.fullmatch(r"(?P<number>[0-9]{1,5})(?P<unit>[dh])", wanted.older_than.strip())
        if found is None:
            raise ConfigError(f"--older-than: {wanted.older_than!r} is no age; write it as '400d' or '36h'")
        before = ledger.clock() - dt.timedelta(seconds=int(found["number"]) * SECONDS[found["unit"]])
    age = f" --older-than {wanted.older_than.strip()}" if wanted.older_than else ""
    parts = (" --customer" if wanted.customer else "", age, " --bill" if wanted.bills else "")
    return Selection(
        account=wanted.account,
        rule=f"command: --account{''.join(parts)}{' --unfinished' if wanted.unfinished else ''}",
        received_before=before,
        customer=wanted.customer,
        bill_ids=wanted.bills,
        unfinished=wanted.unfinished,
    )


async def _is_wanted(plan: Plan, wanted: Wanted, *, as_json: bool) -> bool:
    """``--yes``, or the account's name typed on a terminal."""
    if plan.empty and not wanted.yes:
        return False
    if wanted.yes:
        return True
    if as_json or not (sys.stdin.isatty() and sys.stderr.isatty()):
        typer.echo("bill-ingest: nothing was purged; add --yes to do it", err=True)
        return False
    typed: str = typer.prompt(
        f"This cannot be undone. Type the account's name ({wanted.account}) to purge", default="", show_default=False,
        err=True,
    )  # fmt: skip
    return typed.strip() == wanted.account


def _end_without(plan: Plan, missing: Sequence[str], wanted: Wanted) -> int:
    """A look alone is no failure; a bill that was named and is not there, or a purge that was declined, is."""
    declined = not wanted.yes and not plan.empty and sys.stdin.isatty() and sys.stderr.isatty()
    return NOT_ALL if missing or declined or (wanted.bills and plan.under_way) else DONE


async def _shown(ledger: Ledger, plan: Plan, missing: Sequence[str]) -> dict[str, Any]:
    return {
        "bills": plan.bills,
        "documents": plan.documents,
        "refused_documents": plan.refused,
        "oldest": plan.oldest and plan.oldest.isoformat(timespec="seconds"),
        "newest": plan.newest and plan.newest.isoformat(timespec="seconds"),
        "shared_with_other_customers": plan.of_others,
        "left_under_way": plan.under_way,
        "left_came_again": plan.came_again,
        "not_found": list(missing),
        "examples": [_example(row) for row in await ledger.purges.examples(plan.examples)],
    }


def _example(row: Any) -> dict[str, Any]:
    """Enough to recognise a bill; names of files and people are not shown."""
    record = row.record or {}
    return {
        "bill": row.id,
        "received_at": row.received_at.isoformat(timespec="seconds"),
        "step": row.step,
        "utility": record.get("utility"),
        "account_number": mask(record.get("account_number")),
    }


def _show(shown: Mapping[str, Any], wanted: Wanted) -> None:
    out = console()
    number = shown["bills"]
    out.print(
        f"Account {wanted.account}: {_of(number, 'bill')} of {_of(shown['documents'], 'document')} would be purged,"
    )
    out.print(f"and {_of(shown['refused_documents'], 'note')} of documents that were refused at the door.")
    if number:
        out.print(f"They came in from {shown['oldest']} to {shown['newest']}. Some of them:")
    for example in shown["examples"]:
        cells = (
            example["bill"],
            example["received_at"],
            example["step"],
            example["utility"],
            example["account_number"],
        )
        out.print("  " + "  ".join(cell or "-" for cell in cells), markup=False)
    for count, words in (
        (shown["shared_with_other_customers"], "document(s) among them are also another customer's."),
        (shown["left_under_way"], "bill(s) stay: they are under way (--unfinished takes them as well)."),
        (shown["left_came_again"], "bill(s) stay: their document came in again since."),
    ):
        if count:
            out.print(f"{count} {words}")
    for one in shown["not_found"]:
        out.print(f"There is no bill {one} on this account.", markup=False)
    if number:
        out.print(API_KEEPS)


def _tell(
    wanted: Wanted, shown: Mapping[str, Any], outcome: Outcome, left: Sequence[Mapping[str, Any]], *, as_json: bool
) -> None:
    purged = outcome.purged
    if as_json:
        done = {"bills": purged.bills, "documents": purged.documents, "refused_documents": purged.refused}
        done |= {"rows": purged.rows, "changed_meanwhile": purged.skipped}
        found = {"would_purge": shown, "done": True, "purged": done, "files_left": list(left)}
        typer.echo(json.dumps({**_asked(wanted), **found}))
        return
    typer.echo(
        f"Purged {_of(purged.bills, 'bill')} of {_of(purged.documents, 'document')} and "
        f"{_of(purged.refused, 'refused document')}; the audit rows stay."
    )
    if purged.skipped:
        typer.echo(f"{_of(purged.skipped, 'bill')} changed meanwhile and stayed: run it again.")
    for row in left:
        why = row["problem"] or "they are being removed"
        typer.echo(f"{_of(row['number'], 'file')} ({row['kind']}) not removed yet, tried again within the hour: {why}")


def _asked(wanted: Wanted) -> dict[str, Any]:
    return {"account": wanted.account, "older_than": wanted.older_than, "unfinished": wanted.unfinished}


def _of(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _progress() -> Progress:
    """On stderr, and only for a person who watches."""
    out = Console(stderr=True)
    return Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), console=out, disable=not out.is_terminal
    )
