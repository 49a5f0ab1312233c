"""The supervisor of the roles: what it does before them, and when one does not come back."""

import asyncio
import contextlib
import json
import os
import signal
import socket
import subprocess
import urllib.request
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from program import command, eventually
from structlog.testing import capture_logs

from ingest import filesystem, supervisor
from ingest.config import Settings
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


@contextlib.contextmanager
def two_listeners(folder: Path) -> Iterator[dict[str, str]]:
    """The whole service with two listener processes on one port; the places that it named."""
    settings = {
        "SMTP__PORT": "0", "SMTP__PROCESSES": "2", "WEB__PORT": "0", "SANDBOX__PORT": "0",
        "DATA_DIR": str(folder / "data"),
    }  # fmt: skip
    environment = {**os.environ, **{f"BILL_INGEST_{name}": value for name, value in settings.items()}}
    with subprocess.Popen(
        command("serve", "--json"), cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        try:
            assert process.stdout
            line = process.stdout.readline()
            assert line, process.communicate()[1]
            yield json.loads(line)["ready"]
        finally:
            process.terminate()
            process.communicate(timeout=60)


def greeted(place: str) -> bool:
    host, port = place.rsplit(":", 1)
    try:
        with socket.create_connection((host, int(port)), timeout=10) as client:
            return client.recv(100).startswith(b"220 ")
    except ConnectionError:
        return False


def test_listener_processes_share_a_port_and_one_may_fail(tmp_path: Path) -> None:
    with two_listeners(tmp_path) as ready:
        beats = {name: eventually(lambda name=name: read_heartbeat(tmp_path / "data", name)) for name in NAMES}
        pids = {beat.pid for beat in beats.values()}
        assert len(pids) == 2, "each says for itself that it lives"
        assert all(greeted(ready["smtp"]) for _ in range(20)), "whichever of them the system chooses"

        os.kill(beats["smtp-2"].pid, signal.SIGKILL)

        def came_back() -> bool:
            beat = read_heartbeat(tmp_path / "data", "smtp-2")
            return beat is not None and beat.pid not in pids

        eventually(came_back)
        assert all(greeted(ready["smtp"]) for _ in range(20)), "on the same port, though it was a free one"
        with urllib.request.urlopen(f"{ready['web']}/metrics", timeout=10) as answer:
            shown = answer.read().decode()
        assert {name for name in NAMES if f'process="{name}"' in shown} == set(NAMES)
    assert [name for name in NAMES if read_heartbeat(tmp_path / "data", name)] == [], "they stopped as they were told"


def test_there_are_no_more_listeners_than_the_settings_say(tmp_path: Path) -> None:
    with own_name(tmp_path, "smtp", 2) as first, own_name(tmp_path, "smtp", 2) as second:
        assert (first, second) == NAMES
        with pytest.raises(NotReady, match=r"smtp\.processes says \(2\)"), own_name(tmp_path, "smtp", 2):
            pass
    with own_name(tmp_path, "smtp", 2) as again:
        assert again == "smtp"
