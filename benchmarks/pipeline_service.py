"""The processes of ``pipeline.py``: a worker, the stand-in API and PostgreSQL, and what they cost."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from postgres_world import Server, create_database

from ingest.config import Settings, load
from ingest.footprint import ENVIRONMENT

HERE = Path(__file__).parent
TICKS = os.sysconf("SC_CLK_TCK")
ENV = {**ENVIRONMENT, **os.environ, "PYTHONPATH": str(HERE.parent)}
AT_ONCE = 64
"""Calls in flight of the importing account: what an API that takes 50 ms allows is not what is measured."""
DURABLE = {"fsync": "on", "full_page_writes": "on", "max_wal_size": "1GB", "shared_buffers": "128MB"}
SETTINGS = """
data_dir = "{folder}/data"
log_level = "warning"
{database}
[accounts.importing]
domains = ["importing.example"]
api_key = "key"
base_url = "{api}"
max_calls_in_flight = {at_once}
[accounts.single]
domains = ["single.example"]
api_key = "key"
base_url = "{api}"
[polling]
first_seconds = 0.2
max_seconds = 0.2
"""


@contextmanager
def standing_in(values: Mapping[str, Any]) -> Iterator[str]:
    """The stand-in API, which answers with these values; its URL."""
    process = subprocess.Popen(
        [sys.executable, str(HERE / "pipeline_api.py")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdin and process.stdout
    try:
        process.stdin.write(json.dumps(values) + "\n")
        process.stdin.flush()
        yield f"http://127.0.0.1:{int(process.stdout.readline())}/api/v2"
    finally:
        process.stdin.close()
        process.wait(10)


@contextmanager
def postgres() -> Iterator[Server]:
    """A server that writes through to the disk, unlike that of the tests."""
    server = Server.create(DURABLE)
    try:
        yield server
    finally:
        server.remove()


def settings_in(folder: Path, api: str, server: Server | None) -> Settings:
    """Settings of a new ledger, in ``folder`` or on the server."""
    database = f'database_url = "{create_database(server.url)}"' if server else ""
    text = SETTINGS.format(folder=folder, api=api, database=database, at_once=AT_ONCE)
    (folder / "bill-ingest.toml").write_text(text.replace("postgresql+asyncpg", "postgresql"))
    return load(folder / "bill-ingest.toml")


@dataclass(frozen=True)
class Cpu:
    """Seconds of processor time so far."""

    worker: float
    postgres: float

    def since(self, before: "Cpu") -> "Cpu":
        """The difference."""
        return Cpu(self.worker - before.worker, self.postgres - before.postgres)


@dataclass(frozen=True)
class Worker:
    """A running worker."""

    pid: int
    server: Server | None

    def cpu(self) -> Cpu:
        """Its own, without that of its parser children, which have nothing to read; and that of all of PostgreSQL."""
        return Cpu(_own_cpu(self.pid), whole_cpu(self.server.pid) if self.server else 0.0)

    def megabytes(self) -> float:
        """Its highest resident set since its start."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        return int(status.split("VmHWM:")[1].split()[0]) / 1024


@contextmanager
def working(folder: Path, server: Server | None) -> Iterator[Worker]:
    """The worker as users run it, once it is ready."""
    command = [sys.executable, "-m", "ingest", "serve", "--role", "worker", "--supervised"]
    process = subprocess.Popen(command, cwd=folder, env=ENV, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdin and process.stdout
    try:
        if not process.stdout.readline():
            raise SystemExit("the worker did not start")
        yield Worker(process.pid, server)
    finally:
        process.stdin.close()  # as when a supervisor ends
        process.wait(60)


def alone(url: str, pdf: Path, bills: int) -> float:
    """Milliseconds of processor time of the API's client alone, for the calls that one bill takes."""
    command = [sys.executable, str(HERE / "pipeline_client.py"), url, str(pdf), str(bills), str(AT_ONCE)]
    return float(subprocess.run(command, stdout=subprocess.PIPE, env=ENV, check=True).stdout)


def engine_alone(folder: Path, server: Server | None, bills: int) -> dict[str, float]:
    """The engine and the ledger, with steps that only wait (``pipeline_engine.py``), in the ledger of this folder."""
    program, settings = str(HERE / "pipeline_engine.py"), str(folder / "bill-ingest.toml")
    command = [sys.executable, program, settings, str(bills), str(server.pid if server else 0)]
    found: dict[str, float] = json.loads(subprocess.run(command, stdout=subprocess.PIPE, env=ENV, check=True).stdout)
    return found


def settle(worker: Worker, most: int) -> None:
    """Returns when what the start takes is over, after ``most`` seconds at the latest."""
    before = worker.cpu()
    for _ in range(most):
        time.sleep(1)
        now = worker.cpu()
        used = now.since(before)
        if used.worker + used.postgres < 0.1:
            return
        before = now


def _own_cpu(pid: int) -> float:
    fields = _stat(pid)
    return (int(fields[11]) + int(fields[12])) / TICKS


def whole_cpu(pid: int) -> float:
    """Seconds of processor time of a process, its living children, and those that have ended."""
    fields = _stat(pid)
    ended = (int(fields[13]) + int(fields[14])) / TICKS
    living = 0.0
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        try:
            living += _own_cpu(int(child))
        except OSError:
            continue  # it ended just now
    return _own_cpu(pid) + ended + living


def _stat(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
