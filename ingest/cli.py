"""``bill-ingest``: arguments to calls. Results on stdout, logs on stderr."""

import asyncio
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from ingest import config, logs
from ingest.config import Settings
from ingest.exit_codes import exit_codes
from ingest.roles import Role

Config = Annotated[
    Path | None, typer.Option("--config", "-c", help="Settings file (TOML).", envvar="BILL_INGEST_CONFIG")
]
Json = Annotated[bool, typer.Option("--json", help="JSON instead of text.")]
Paths = Annotated[list[Path], typer.Argument(help="Files or folders.", show_default=False)]

app = typer.Typer(
    name="bill-ingest",
    help="Utility bills in, trusted structured records out.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def main() -> None:
    """The console script."""
    app()


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"bill-ingest {version('bill-ingest')}")
        raise typer.Exit


@app.callback()
def _options(
    _: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")] = False,
) -> None:
    pass


def _load(path: Path | None, role: str, *, for_people: bool = False) -> Settings:
    """Settings and logs. What is run by hand says only what went wrong, unless more is asked for."""
    settings = config.load(path)
    level = "warning" if for_people and settings.log_level == "info" else settings.log_level
    logs.configure(settings.log_format, level, role=role)
    return settings


@app.command()
def serve(
    config_file: Config = None,
    role: Annotated[
        Literal["all", "smtp", "folder", "worker", "web", "sandbox"],
        typer.Option(help="One role in this process, or all."),
    ] = "all",
    as_json: Json = False,
    supervised: Annotated[bool, typer.Option("--supervised", hidden=True)] = False,
) -> None:
    """Run the service: mail listener, watched folder, pipeline, HTTP port, and the sandbox where it is needed."""
    from ingest import roles

    with exit_codes():
        settings = _load(config_file, role if role != "all" else "supervisor")
        if supervised:
            one = Role(role)
            roles.run(one, settings, supervised=True, announce=roles.tell_supervisor(one))
            return
        from ingest.commands import announcement

        announce = announcement.announcer(settings, as_json=as_json)
        if role == "all":
            from ingest import supervisor

            asyncio.run(supervisor.supervise(settings, config_file, announce))
        else:
            one = Role(role)
            roles.run(one, settings, supervised=False, announce=lambda place: announce({one: place}))


@app.command()
def sandbox(config_file: Config = None, as_json: Json = False) -> None:
    """Run the Bayou-compatible sandbox alone."""
    serve(config_file, role="sandbox", as_json=as_json)


@app.command("import")
def import_(
    paths: Annotated[
        list[Path] | None, typer.Argument(help="Files, folders or zip archives.", show_default=False)
    ] = None,
    config_file: Config = None,
    manifest: Annotated[Path | None, typer.Option(help="CSV with the columns path, customer, external_id.")] = None,
    customer: Annotated[str | None, typer.Option(help="Customer of every document without one.")] = None,
    account: Annotated[str | None, typer.Option(help="Account; needed when several are configured.")] = None,
    report: Annotated[Path | None, typer.Option(help="Write each document's outcome there (.csv or .jsonl).")] = None,
    wait: Annotated[
        Literal["none", "local", "final"], typer.Option(help="Until nothing, the local records, or the API's answers.")
    ] = "local",
    as_json: Json = False,
) -> None:
    """Import a batch of bills. It can be stopped and run again: what was taken is not taken twice."""
    from ingest.commands import batch as importing

    with exit_codes():
        settings = _load(config_file, "import", for_people=True)
        batch = importing.Batch(
            paths=tuple(paths or ()), manifest=manifest, customer=customer, account=account, report=report, wait=wait
        )
        raise typer.Exit(_run(importing.run(settings, batch, as_json=as_json)))


@app.command()
def parse(
    paths: Paths,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line for each file.")] = False,
    explain: Annotated[
        bool, typer.Option("--explain", help="What was matched where, and why a value is missing.")
    ] = False,
    png: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="With --explain: the pages as pictures, values in boxes.")
    ] = None,
    engine: Annotated[
        Literal["pdfium", "pdfplumber"], typer.Option(help="What reads the PDF; pdfplumber is the slow reference.")
    ] = "pdfium",
    jobs: Annotated[int, typer.Option(min=1, help="Documents read at the same time.")] = 2,
    generic: Annotated[
        bool, typer.Option("--generic", help="As if no company had a parser of its own: the generic one reads all.")
    ] = False,
    without: Annotated[
        list[str] | None,
        typer.Option(metavar="CODE", help="As if this company, and its family, had no parser; may be repeated."),
    ] = None,
    *,
    password_file: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Passwords for PDFs that open only with one, one a line.")
    ] = None,
) -> None:
    """Read bills here and now, without network, ledger or settings."""
    from ingest.commands import parse as parse_command
    from ingest.passwords import passwords_of_file

    with exit_codes():
        logs.configure("auto", "warning", role="parse")
        reading = parse_command.Options(engine=engine, generic=generic, without=tuple(without or ()))
        passwords = passwords_of_file("--password-file", password_file) if password_file else ()
        wanted = parse_command.Wanted(
            as_json=as_json, explain=explain, pictures=png, reading=reading, jobs=jobs, passwords=passwords
        )
        raise typer.Exit(_run(parse_command.run(paths, wanted)))


@app.command("new-parser")
def new_parser(
    paths: Annotated[list[Path], typer.Argument(metavar="PDF...", help="Bills of one company.", show_default=False)],
    code: Annotated[str | None, typer.Option(help="Its code in snake case; else told from its name.")] = None,
    name: Annotated[str | None, typer.Option(help="Its name as printed; else told from the pages.")] = None,
) -> None:
    """Begin a parser for a company that has none: module, registration and samples, in a checkout of the source."""
    from ingest.commands import new_parser as new_parser_command

    with exit_codes():
        logs.configure("auto", "warning", role="new-parser")
        raise typer.Exit(_run(new_parser_command.run(paths, code=code, name=name)))


@app.command()
def status(
    item: Annotated[
        str | None, typer.Argument(metavar="[ID]", help="A bill or an arrival.", show_default=False)
    ] = None,
    config_file: Config = None,
    as_json: Json = False,
) -> None:
    """What is in the ledger: all in numbers, or everything about one bill."""
    from ingest.commands import status as status_command

    with exit_codes():
        raise typer.Exit(_run(status_command.run(_load(config_file, "status", for_people=True), item, as_json=as_json)))


@app.command()
def purge(
    account: Annotated[
        str, typer.Option(help="Whose data; also one that is no longer configured.", show_default=False)
    ],
    config_file: Config = None,
    customer: Annotated[str | None, typer.Option(metavar="ID", help="Only this customer's.")] = None,
    older_than: Annotated[
        str | None, typer.Option(metavar="AGE", help="Only what came in longer ago: 400d, 36h.")
    ] = None,
    bill: Annotated[
        list[str] | None, typer.Option(metavar="ID", help="Only this bill, with its document; may be repeated.")
    ] = None,
    *,
    unfinished: Annotated[bool, typer.Option("--unfinished", help="Also bills that are still under way.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do it without asking.")] = False,
    as_json: Json = False,
) -> None:
    """Purge documents, records and events. Shows first what would go, and asks."""
    from ingest.commands import purge as purge_command

    with exit_codes():
        settings = _load(config_file, "purge", for_people=True)
        wanted = purge_command.Wanted(
            account=account,
            customer=customer,
            older_than=older_than,
            bills=tuple(bill or ()),
            unfinished=unfinished,
            yes=yes,
        )
        raise typer.Exit(_run(purge_command.run(settings, wanted, as_json=as_json)))


@app.command("migrate-store")
def migrate_store_(
    config_file: Config = None,
    *,
    ledger: Annotated[bool, typer.Option("--ledger", help="data_dir's SQLite ledger to database_url.")] = False,
    documents: Annotated[bool, typer.Option("--documents", help="data_dir's documents to store.url.")] = False,
    as_json: Json = False,
) -> None:
    """Move what lies in data_dir to the database and the store that the settings name. Stop the service first."""
    from ingest.commands import migrate_store

    with exit_codes():
        settings = _load(config_file, "migrate-store", for_people=True)
        work = migrate_store.run(settings, ledger=ledger, documents=documents, as_json=as_json)
        raise typer.Exit(_run(work))


@app.command("check-config")
def check_config_(config_file: Config = None, as_json: Json = False) -> None:
    """Check the settings and show what they mean, secrets masked."""
    from ingest.commands import check_config

    with exit_codes():
        raise typer.Exit(check_config.run(_load(config_file, "check-config", for_people=True), as_json=as_json))


def _run(work: Any) -> int:
    code: int = asyncio.run(work)
    return code
