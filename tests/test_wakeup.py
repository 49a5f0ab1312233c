"""Nudges from the process that wrote to the ledger to the worker."""

import asyncio
import tempfile
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from ingest import wakeup


@pytest.fixture
def long_path(tmp_path: Path) -> Path:
    folder = tmp_path / ("a" * 60) / ("b" * 60)
    folder.mkdir(parents=True)
    return folder


async def nudged(data_dir: Path) -> bool:
    """Whether a nudge arrives; one whose sender has returned lies in the socket already."""
    woken = asyncio.Event()
    async with wakeup.listening(data_dir, woken.set):
        wakeup.wake(data_dir)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
    return woken.is_set()


def is_empty(folder: Path) -> bool:
    return not list(folder.iterdir())


async def test_a_nudge_arrives(tmp_path: Path) -> None:
    assert await nudged(tmp_path)
    assert is_empty(tmp_path)


async def test_a_path_too_long_for_a_socket_is_replaced(long_path: Path) -> None:
    assert await nudged(long_path)
    assert is_empty(long_path)


async def test_where_no_path_is_short_enough_the_worker_runs_without_nudges(
    long_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(long_path / "tmp"))
    data_dir = long_path / "data"
    with capture_logs() as logs:
        assert not await nudged(data_dir)
    [said] = logs
    assert "too long for a socket" in said["event"]
