"""``bill-ingest status``: the ledger in numbers, or everything about one bill, arrival or mail."""

import json
from dataclasses import asdict
from typing import Any

import typer
from rich.table import Table

from ingest.commands import how_it_came
from ingest.commands.tables import console
from ingest.config import Settings
from ingest.errors import ConfigError
from ingest.exit_codes import DONE, NOT_ALL
from ingest.logs import mask
from ingest.reasons import Reason
from ingest.roles.opening import open_ledger
from ingest.store.ledger import Ledger
from ingest.store.rows import Arrival, WholeBill
from ingest.store.transactions import plain

NOT_FOUND = NOT_ALL
NEWEST = 20


async def run(settings: Settings, item: str | None, *, as_json: bool) -> int:
    """Exit code 1 when nothing has this id."""
    if settings.database_url is None and not (settings.data_dir / "ledger.sqlite3").exists():
        raise ConfigError(f"data_dir: there is no ledger in {settings.data_dir} yet; start 'bill-ingest serve' first")
    async with open_ledger(settings) as ledger:
        if item is None:
            found = await _overview(ledger)
            typer.echo(json.dumps(found)) if as_json else _show_overview(found)
            return DONE
        one = await _one(ledger, item)
        if one is None:
            typer.echo(f"bill-ingest: nothing in the ledger has the id {item!r}", err=True)
            return NOT_FOUND
        typer.echo(json.dumps(one)) if as_json else _show_one(one)
        return DONE


async def _overview(ledger: Ledger) -> dict[str, Any]:
    counts = await ledger.counts()
    return {
        "bills": [{"account": account, "step": step, "number": number} for (account, step), number in counts.items()],
        "waiting_deliveries": await ledger.waiting_deliveries(),
        "stopped_accounts": await ledger.stopped_accounts(),
        "newest": [_line(arrival, await _bill_of(ledger, arrival)) for arrival in await ledger.arrivals(limit=NEWEST)],
    }


async def _bill_of(ledger: Ledger, arrival: Arrival) -> WholeBill | None:
    return await ledger.bill(arrival.bill_id) if arrival.bill_id else None


def _line(arrival: Arrival, bill: WholeBill | None) -> dict[str, Any]:
    record = (bill.record if bill else None) or {}
    return {
        "arrival": arrival.id,
        "received_at": arrival.received_at.isoformat(timespec="seconds"),
        "account": arrival.account,
        "source": arrival.source,
        "name": arrival.name,
        "outcome": arrival.outcome.value,
        "reason": arrival.reason and arrival.reason.value,
        "bill": arrival.bill_id,
        "step": bill and bill.step.value,
        "utility": record.get("utility"),
        "account_number": mask(record.get("account_number")),
        "amount_due": record.get("amount_due"),
    }


async def _one(ledger: Ledger, item: str) -> dict[str, Any] | None:
    message = await ledger.receipts.one(item)
    if message is not None:
        brought = await ledger.receipts.arrivals(item)
        return {"arrivals": [plain(asdict(arrival)) for arrival in brought], "messages": [plain(asdict(message))]}
    arrival = next(iter(await ledger.arrivals(ids=[item])), None)
    bill = await ledger.bill(arrival.bill_id if arrival and arrival.bill_id else item)
    if arrival is None and bill is None:
        return None
    arrivals = [arrival] if bill is None else await ledger.all_arrivals(bill)
    found: dict[str, Any] = {"arrivals": [plain(asdict(entry)) for entry in arrivals if entry]}
    ids = dict.fromkeys(entry.message_id for entry in arrivals if entry and entry.message_id)
    mails = [await ledger.receipts.one(mail_id) for mail_id in ids]
    found["messages"] = [plain(asdict(mail)) for mail in mails if mail]
    if bill is None:
        return found
    found["bill"] = plain({key: value for key, value in asdict(bill).items() if key not in ("local", "api")})
    found["events"] = [plain(asdict(event)) for event in await ledger.events(bill.id)]
    found["deliveries"] = [
        plain({key: value for key, value in asdict(delivery).items() if key != "payload"})
        for delivery in await ledger.deliveries(bill.id)
    ]
    found["split_into"] = [child.id for child in await ledger.children(bill.id)]
    return found


def _show_overview(found: dict[str, Any]) -> None:
    out = console()
    table = Table("account", "step", "bills", box=None)
    for row in found["bills"]:
        table.add_row(row["account"], row["step"], str(row["number"]))
    out.print(table)
    out.print(f"deliveries that wait: {found['waiting_deliveries']}")
    for account, detail in found["stopped_accounts"].items():
        out.print(f"account {account} is stopped: {detail}. {Reason.ACCOUNT_STOPPED.next_step}", markup=False)
    newest = Table("received", "source", "name", "outcome", "step", "utility", "bill", box=None, title="newest")
    for column in newest.columns:
        column.overflow = "fold"
    for row in found["newest"]:
        outcome = row["outcome"] if row["reason"] is None else f"{row['outcome']} ({row['reason']})"
        cells = (row["received_at"], row["source"], row["name"], outcome, row["step"], row["utility"], row["bill"])
        newest.add_row(*(cell or "" for cell in cells))
    out.print(newest)


def _show_one(found: dict[str, Any]) -> None:
    """The history line by line, then the record."""
    out = console()
    for arrival in found["arrivals"]:
        for line in how_it_came.lines(arrival):
            out.print(line, markup=False, soft_wrap=True)
    for message in found.get("messages", []):
        out.print(_receipt_line(message), markup=False)
    for event in found.get("events", []):
        out.print(f"{event['at']}  {event['kind']} -> {event['step']}", markup=False)
    for delivery in found.get("deliveries", []):
        state = (
            f"delivered {delivery['delivered_at']}"
            if delivery["delivered_at"]
            else (f"waits until {delivery['next_at']} after {delivery['attempts']} attempts: {delivery['last_error']}")
        )
        out.print(f"{delivery['event']} to {delivery['target']}: {state}", markup=False)
    bill = found.get("bill")
    if bill:
        out.print(f"step: {bill['step']}  reason: {bill['reason']}  detail: {bill['detail']}", markup=False)
        out.print_json(json.dumps(bill["record"]))


def _receipt_line(message: dict[str, Any]) -> str:
    """``receipt of mail_…: suppressed (list)``; with what it waits for, where it does."""
    told = f"receipt of {message['id']}: {message['receipt']}"
    if message["receipt_reason"]:
        told += f" ({message['receipt_reason']})"
    if message["sent_at"]:
        told += f", handed to the smarthost {message['sent_at']}"
    if message["attempts"] and message["due_at"]:
        told += f", tried again {message['due_at']} after {message['attempts']} attempts: {message['last_error']}"
    return told
