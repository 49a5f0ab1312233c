"""What a service that has come up says on stdout: where to send mail and where to drop files."""

import json
from collections.abc import Callable
from importlib.metadata import version

import typer

from ingest.config import Settings
from ingest.roles import Role


def announcer(settings: Settings, *, as_json: bool) -> Callable[[dict[Role, str]], None]:
    """Prints where to send mail and where to drop files, once the roles are up."""

    def announce(places: dict[Role, str]) -> None:
        if as_json:
            line = {"ready": {role.value: place for role, place in places.items()}, "data_dir": str(settings.data_dir)}
            typer.echo(json.dumps(line))
            return
        typer.echo(f"bill-ingest {version('bill-ingest')} is running; its data is in {settings.data_dir}")
        for label, text in _lines(settings, places):
            typer.echo(f"  {label:<8} {text}")
        typer.echo("Ctrl-C stops it.")

    return announce


def _lines(settings: Settings, places: dict[Role, str]) -> list[tuple[str, str]]:
    lines: list[tuple[str, str]] = []
    if Role.SMTP in places:
        for name, account in settings.accounts.items():
            to, domains = " or ".join(account.recipients) or "(no recipients)", " or ".join(account.domains)
            lines.append(
                ("mail", f"send to {to} at {places[Role.SMTP]}, from an address of {domains} (account {name})")
            )
    if watched := places.get(Role.WORKER) or places.get(Role.FOLDER):
        lines.append(("folder", f"drop PDFs into {watched}"))
        lines.append(("records", f"appear in {settings.output_dir}"))
    if Role.WEB in places:
        lines.append(("http", f"{places[Role.WEB]}/health, /bills, /metrics"))
    if Role.SANDBOX in places:
        lines.append(("api", f"sandbox at {places[Role.SANDBOX]} for accounts without an API key"))
    return lines
