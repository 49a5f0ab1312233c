"""How a command ends: its exit codes, and what each of our errors is among them."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import typer

from ingest.errors import ConfigError, IngestError

DONE, NOT_ALL, WRONG_USAGE, NOT_AVAILABLE, STOPPED = 0, 1, 2, 3, 130
"""All went well; it ran, but some document was not taken, is no bill, or nothing has the given id; wrong usage or
settings; something needed is not there (a port, the ledger, disk space); stopped at once."""


@contextmanager
def exit_codes() -> Iterator[None]:
    """The one door at which errors become a sentence on stderr and an exit code."""
    try:
        yield
    except* ConfigError as group:
        _fail(group, WRONG_USAGE)
    except* IngestError as group:
        _fail(group, NOT_AVAILABLE)
    except* KeyboardInterrupt:
        raise typer.Exit(STOPPED) from None


def _fail(group: BaseExceptionGroup[Any], code: int) -> None:
    for error in _leaves(group):
        typer.echo(f"bill-ingest: {error}", err=True)
    raise typer.Exit(code)


def _leaves(error: BaseException) -> Iterator[BaseException]:
    if isinstance(error, BaseExceptionGroup):
        for inner in error.exceptions:
            yield from _leaves(inner)
    else:
        yield error
