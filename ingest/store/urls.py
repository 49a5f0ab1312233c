"""Which databases a ledger can be in, and how their URLs are written."""

from importlib.util import find_spec

import sqlalchemy as sa

from ingest.errors import ConfigError

DRIVERS = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg", "postgres": "postgresql+asyncpg"}
EXTRA = ("asyncpg", "pgqueuer")
"""Packages of the extra ``postgres``."""


def ledger_url_of(text: str) -> str:
    """The URL with the driver that we use: ``postgresql://…`` is what people have. Raises ConfigError.

    No message shows the URL: there may be a password in it.
    """
    try:
        url = sa.make_url(text)
    except (sa.exc.ArgumentError, ValueError):
        raise ConfigError("it is no database URL; an example: postgresql://user:password@host:5432/bills") from None
    driver = DRIVERS.get(url.drivername.partition("+")[0])
    if driver is None:
        raise ConfigError("the ledger can be in SQLite or PostgreSQL: postgresql://user:password@host:5432/bills")
    if is_postgresql(driver) and any(find_spec(package) is None for package in EXTRA):
        raise ConfigError("PostgreSQL needs an extra: pip install 'bill-ingest[postgres]'")
    return url.set(drivername=driver).render_as_string(hide_password=False)


def is_postgresql(url: str) -> bool:
    """Whether several workers may share the ledger: on SQLite one process runs all steps."""
    return url.startswith("postgresql")
