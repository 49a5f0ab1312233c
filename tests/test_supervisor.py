"""The supervisor of the roles: what it does before them, and when one does not come back."""

import asyncio
import contextlib
import os
import signal
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from program import command
from source_world import eventually
from structlog.testing import capture_logs

from ingest import filesystem, supervisor
from ingest.config import Settings, Smtp
from ingest.errors import ConfigError, NotReady
from ingest.heartbeat import own_name
from ingest.roles import Role
from ingest.web.readiness import read_heartbeat

NAMES = ("smtp", "smtp-2")

ONE_AFTER_THE_OTHER = """#!/bin/sh
echo run >> "{folder}/runs"
n=$(wc -l < "{folder}/runs")
[ "$n" = 1 ] && {between}
[ "$n" = 2 ] && {second}
echo '{{"place": "here"}}'
[ "$n" = 1 ] || exec cat > /dev/null
"""


@contextlib.asynccontextmanager
async def kept(program: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator["asyncio.Task[None]"]:
    """A role that ``program`` runs, and the task that keeps it up."""
    monkeypatch.setattr("sys.executable", str(program))
    monkeypatch.setattr(supervisor, "RESTART_SECONDS", (0.01,))
    process = supervisor._Process(Role.WEB, None)
    assert await process.start({}) == "here"
    keeping = asyncio.create_task(process.keep())
    try:
        yield keeping
    finally:
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)
        await process.stop(5)


async def until_it_stays(folder: Path, runs: int, keeping: "asyncio.Task[None]") -> None:
    async with asyncio.timeout(10):
        while (folder / "runs").read_text().count("run") < runs:
            assert not keeping.done(), keeping.exception()
            await asyncio.sleep(0.01)


def write_program(folder: Path, *, between: str = ":", second: str = ":") -> Path:
    program = folder / "program"
    program.write_text(ONE_AFTER_THE_OTHER.format(folder=folder, between=between, second=second))
    program.chmod(0o755)
    return program


@pytest.mark.parametrize("said", ["nonsense", "[]", "{}", "7"])
async def test_a_role_that_says_nonsense_is_started_once_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str
) -> None:
    program = write_program(tmp_path, second=f"echo '{said}' && exec sleep 60")
    async with kept(program, monkeypatch) as keeping:
        await until_it_stays(tmp_path, 3, keeping)
        assert not keeping.done()


async def test_a_role_that_cannot_be_executed_is_tried_until_it_can(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program, away = tmp_path / "program", tmp_path / "away"
    write_program(tmp_path, between=f'mv "{program}" "{away}"')
    with capture_logs() as logs:
        async with kept(program, monkeypatch) as keeping, asyncio.timeout(10):
            while not any(entry["event"] == "a role does not start" for entry in logs):
                assert not keeping.done(), keeping.exception()
                await asyncio.sleep(0.01)
            away.rename(program)
            await until_it_stays(tmp_path, 2, keeping)


async def test_a_role_that_cannot_be_executed_at_first_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.executable", str(tmp_path / "none"))
    with pytest.raises(NotReady, match="the role web could not be started"):
        await supervisor._Process(Role.WEB, None).start({})


async def test_no_ledger_is_made_on_a_network_file_system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mounts = tmp_path / "mountinfo"
    mounts.write_text(f"36 35 98:0 / {tmp_path} rw - nfs4 server:/share rw\n")
    monkeypatch.setattr(filesystem.file_system_of, "__defaults__", (mounts,))
    settings = Settings(data_dir=tmp_path / "data")
    with pytest.raises(ConfigError, match="network file system"):
        await supervisor.supervise(settings, None, lambda _: None)
    assert not settings.data_dir.exists()


@contextlib.asynccontextmanager
async def two_listeners(data_dir: Path) -> AsyncIterator[list[str]]:
    """Two listener processes on one free port, each kept up; the places that they named."""
    settings = Settings(data_dir=data_dir, smtp=Smtp(port=0, processes=2))
    await supervisor._prepare(settings)
    processes = [supervisor._Process(Role.SMTP, None) for _ in range(2)]
    own = {"BILL_INGEST_DATA_DIR": str(data_dir), "BILL_INGEST_SMTP__PROCESSES": "2"}
    with supervisor._shared_ports(settings.smtp) as ports:
        try:
            places = await asyncio.gather(*(process.start(own | ports) for process in processes))
            keepers = [asyncio.create_task(process.keep()) for process in processes]
            yield places
            for keeper in keepers:
                keeper.cancel()
            await asyncio.gather(*keepers, return_exceptions=True)
        finally:
            await asyncio.gather(*(process.stop(30) for process in processes))


async def greeted(place: str) -> bool:
    host, port = place.rsplit(":", 1)
    try:
        reader, writer = await asyncio.open_connection(host, int(port))
        with contextlib.closing(writer):
            return (await reader.readline()).startswith(b"220 ")
    except ConnectionError:
        return False


async def test_listener_processes_share_a_port_and_one_may_fail(tmp_path: Path) -> None:
    def beats() -> dict[str, int]:
        found = {name: read_heartbeat(tmp_path, name) for name in NAMES}
        return {name: beat.pid for name, beat in found.items() if beat is not None}

    async with two_listeners(tmp_path) as places:
        assert places[0] == places[1]
        pids = beats()
        assert len(set(pids.values())) == 2, "each says for itself that it lives"
        assert all([await greeted(places[0]) for _ in range(20)]), "whichever of them the system chooses"

        os.kill(pids["smtp-2"], signal.SIGKILL)
        await eventually(lambda: beats()["smtp-2"] not in pids.values(), "it did not come back")

        assert all([await greeted(places[0]) for _ in range(20)]), "on the same port, though it was a free one"
    assert beats() == {}, "they stopped as they were told"


def test_there_are_no_more_listeners_than_the_settings_say(tmp_path: Path) -> None:
    with own_name(tmp_path, "smtp", 2) as first, own_name(tmp_path, "smtp", 2) as second:
        assert (first, second) == NAMES
        with pytest.raises(NotReady, match=r"smtp\.processes says \(2\)"), own_name(tmp_path, "smtp", 2):
            pass
    with own_name(tmp_path, "smtp", 2) as again:
        assert again == "smtp"


def test_a_role_whose_supervisor_is_killed_while_it_starts_ends_in_order(tmp_path: Path) -> None:
    (stdin, orphaned), (nobody, stdout) = os.pipe(), os.pipe()
    os.close(orphaned)
    os.close(nobody)
    try:
        done = subprocess.run(
            command("serve", "--role", "web", "--supervised"), stdin=stdin, stdout=stdout, stderr=subprocess.PIPE,
            cwd=tmp_path, env={**os.environ, "BILL_INGEST_WEB__PORT": "0"}, timeout=60, text=True, check=False,
        )  # fmt: skip
    finally:
        os.close(stdin)
        os.close(stdout)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
