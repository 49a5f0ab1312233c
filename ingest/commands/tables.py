"""Tables for people: what was read from a document, and where each value stands on the page."""

from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from ingest.reasons import BY_CODE
from parsers.model import Bill, Document, DocumentKind

SHOWN_TEXT = 48
WIDE = 180
"""Columns where no terminal sets them (a pipe, a file): nothing is cut off."""
NOT_VALUES = {"pages", "sources", "missing", "checks", "reasons", "meters"}


def console() -> Console:
    """Stdout for people."""
    terminal = Console()
    return terminal if terminal.is_terminal else Console(width=WIDE)


def show_document(file: Path, document: Document) -> None:
    """One document with all its bills."""
    out = console()
    out.print(f"[bold]{escape(str(file))}[/bold]")
    if document.document is not DocumentKind.BILL:
        reason = BY_CODE[document.document.value]
        out.print(f"  {reason}: {reason.sentence} {escape(document.detail or '')}".rstrip())
        out.print(f"  next: {reason.next_step}")
    for bill in document.bills:
        out.print(_table(bill))
        for check in bill.checks:
            out.print(
                f"  {'adds up' if check.holds else 'DOES NOT ADD UP'}: {escape(check.name)}: {escape(check.detail)}"
            )
        for code in bill.reasons:
            out.print(f"  {code}: {BY_CODE[code].sentence} {BY_CODE[code].next_step}")
    out.print()


def _table(bill: Bill) -> Table:
    first, last = bill.pages
    table = Table(
        "field", "value", "page", "as printed", "rule", box=None, title=f"pages {first}-{last}", title_justify="left"
    )
    plain = bill.model_dump(mode="json")
    rows = {name: value for name, value in plain.items() if name not in NOT_VALUES}
    for number, meter in enumerate(plain["meters"]):
        rows |= _flat(meter, f"meters.{number}")
    for path, value in rows.items():
        source = bill.sources.get(path)
        if value is None and path not in bill.missing:
            continue
        table.add_row(
            path,
            "-" if value is None else escape(str(value)),
            str(source.page) if source else "",
            escape(_short(source.text if source else bill.missing.get(path, ""))),
            escape(source.rule) if source else "",
        )
    return table


def _flat(value: Any, path: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        return {path: value}
    rows: dict[str, Any] = {}
    for key, inner in value.items():
        rows |= _flat(inner, f"{path}.{key}")
    return rows


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= SHOWN_TEXT else line[: SHOWN_TEXT - 1] + "…"
