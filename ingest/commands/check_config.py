"""``bill-ingest check-config``: what the settings mean, and what stands in their way on this machine."""

import json
import os
from pathlib import Path
from typing import Any

import typer
from rich.console import Console
from rich.table import Table

from ingest.config import Settings
from ingest.receipts.smarthost import tls_context

FINE, WRONG = 0, 2


def run(settings: Settings, *, as_json: bool) -> int:
    """Exit code 2 when there is a problem."""
    found = problems(settings)
    if as_json:
        typer.echo(json.dumps({"settings": settings.model_dump(mode="json"), "problems": found}, indent=2))
    else:
        show_settings(settings, found)
    return WRONG if found else FINE


def problems(settings: Settings) -> list[str]:
    """What is wrong with settings that are well-formed: files that are not there, folders that cannot be written."""
    found = [
        f"smtp.{name}: cannot read {file}"
        for name, file in (("tls_cert", settings.smtp.tls_cert), ("tls_key", settings.smtp.tls_key))
        if file is not None and not os.access(file, os.R_OK)
    ]
    for key, folder in (("data_dir", settings.data_dir), ("records_dir", settings.output_dir)):
        if not os.access(_nearest(folder), os.W_OK):
            found.append(f"{key}: {folder} cannot be written")
    for name, account in settings.accounts.items():
        inbox = settings.inbox(name)
        if inbox is not None and not inbox.is_dir() and not inbox.is_relative_to(settings.data_dir):
            found.append(f"the inbox of {name}: {inbox} is not a folder (is the share mounted?)")
        if not account.recipients and settings.inbox(name) is None:
            found.append(f"accounts.{name}: it has neither recipients nor an inbox, so only imports can reach it")
        if account.recipients and not account.domains:
            found.append(f"accounts.{name}.domains: nobody may send to its recipients; name at least one domain")
    return found + _mail_problems(settings)


def _mail_problems(settings: Settings) -> list[str]:
    """Why receipts and digests could not be sent, or never would be."""
    chosen = settings.smarthost
    found = []
    if chosen.host is not None and chosen.tls != "none":
        try:
            tls_context(chosen.ca_file)
        except (OSError, ValueError) as error:
            found.append(f"smarthost.ca_file: {chosen.ca_file} holds no certificates that can be read ({error})")
    if chosen.host not in (None, "localhost", "127.0.0.1", "::1") and chosen.tls == "none" and chosen.password:
        found.append("smarthost.tls: the password would go out unprotected; use 'starttls' or 'implicit'")
    recipients = {recipient for account in settings.accounts.values() for recipient in account.recipients}
    for name, account in settings.accounts.items():
        if account.receipts and account.sender_check == "envelope":
            found.append(
                f"accounts.{name}.receipts: nobody is answered, since sender_check 'envelope' authenticates nobody"
            )
        if account.operator in recipients:
            found.append(f"accounts.{name}.operator: {account.operator} takes bills; its digests would come in as mail")
    return found


def _nearest(folder: Path) -> Path:
    """The folder itself or the nearest one above it that exists."""
    absolute = folder.absolute()
    return next(place for place in (absolute, *absolute.parents) if place.exists())


def show_settings(settings: Settings, problems: list[str]) -> None:
    """The settings as a table of key and value, and what is wrong with them."""
    table = Table("setting", "value", box=None)
    for key, value in _flat(settings.model_dump(mode="json")):
        table.add_row(key, str(value))
    for name in settings.accounts:
        table.add_row(f"(API of {name})", settings.api_url(name))
        table.add_row(f"(inbox of {name})", str(settings.inbox(name) or "none"))
    Console().print(table)
    for problem in problems:
        typer.echo(f"problem: {problem}", err=True)
    if not problems:
        typer.echo("The settings are fine.")


def _flat(values: dict[str, Any], prefix: str = "") -> list[tuple[str, Any]]:
    rows: list[tuple[str, Any]] = []
    for key, value in values.items():
        if isinstance(value, dict):
            rows.extend(_flat(value, f"{prefix}{key}."))
        else:
            rows.append((f"{prefix}{key}", value))
    return rows
