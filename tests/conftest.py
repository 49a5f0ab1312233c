"""Before all tests, and what many of them begin with."""

import os

# The tests start hundreds of processes. Where this is set (many container images do), each of them compiles every
# module that it imports anew, which takes seconds.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from pipeline_world import World, world
from postgres_world import ledger_url

from ingest.parsing import ParserPool


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def pool() -> AsyncIterator[ParserPool]:
    """A parser child, for all tests of a module."""
    async with ParserPool(size=1) as made:
        yield made


@pytest_asyncio.fixture(loop_scope="module")
async def acme(tmp_path: Path, pool: ParserPool) -> AsyncIterator[World]:
    """The pipeline with a sandbox, new for each test."""
    async with world(tmp_path, pool) as made:
        yield made


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Of an empty ledger, of each kind; on SQLite that of ``tmp_path/data``."""
    with ledger_url(request.param, tmp_path) as chosen:
        yield chosen
