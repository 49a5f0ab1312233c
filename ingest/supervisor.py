"""All roles, each in a process of its own: started in order, started again when one fails, stopped together."""

import asyncio
import json
import os
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import structlog

from ingest import footprint
from ingest.config import ENVIRONMENT_PREFIX, Settings, Smtp
from ingest.errors import NotReady
from ingest.listening import port_errors
from ingest.roles import Role, stop_on_signals
from ingest.store.migrate import migrate
from ingest.store.place import make_folder_of, prepare_place

RESTART_SECONDS = (0.5, 2.0, 5.0, 15.0, 30.0)
STEADY_SECONDS = 60.0
"""A role that ran so long begins again with the shortest pause."""
KILL_AFTER_DRAIN_SECONDS = 9.0
"""For what comes after the running steps: the last uploads to a shared store, connections, children."""

log = structlog.get_logger()


async def supervise(settings: Settings, config: Path | None, announce: Callable[[dict[Role, str]], None]) -> None:
    """Runs every role until a signal. Raises NotReady when a role does not come up at the start."""
    sandbox = _Process(Role.SANDBOX, config)
    listeners = [_Process(Role.SMTP, config) for _ in range(settings.smtp.processes)]
    first = [_Process(Role.WORKER, config), *listeners, _Process(Role.WEB, config)]

    def kill_all() -> None:
        for process in [*first, sandbox]:
            process.kill()

    stop = stop_on_signals(kill_all)
    await _prepare(settings)
    places: dict[Role, str] = {}
    running = list(first)
    try:
        with _shared_ports(settings.smtp) as ports:
            if settings.needs_sandbox:
                places[Role.SANDBOX] = await sandbox.start({})
                running.append(sandbox)
            extra = ports | _where_the_sandbox_is(places.get(Role.SANDBOX))
            started = await asyncio.gather(*(process.start(extra) for process in first))
            places |= {process.role: place for process, place in zip(first, started, strict=True)}
            announce(places)
            async with asyncio.TaskGroup() as tasks:
                keepers = [tasks.create_task(process.keep(), name=process.role.value) for process in running]
                await stop.wait()
                for keeper in keepers:
                    keeper.cancel()
    finally:
        deadline = settings.drain_seconds + KILL_AFTER_DRAIN_SECONDS
        await asyncio.gather(*(process.stop(deadline) for process in first))
        await sandbox.stop(deadline)


@contextmanager
def _shared_ports(smtp: Smtp) -> Iterator[dict[str, str]]:
    """With port 0 several listeners are told which port is theirs; it is held for them, also between their starts."""
    extra: dict[str, str] = {}
    with ExitStack() as held:
        for name, port in (("PORT", smtp.port), ("TLS_PORT", smtp.tls_port)):
            if port == 0 and smtp.processes > 1:
                family = socket.AF_INET6 if ":" in smtp.host else socket.AF_INET
                holder = held.enter_context(socket.socket(family))
                holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
                with port_errors("smtp", smtp.host, port):
                    holder.bind((smtp.host, 0))  # it does not listen, so that no client gets to it
                extra[f"{ENVIRONMENT_PREFIX}SMTP__{name}"] = str(holder.getsockname()[1])
        yield extra


async def _prepare(settings: Settings) -> None:
    """Once, before the roles meet in the same folder."""
    prepare_place(settings.ledger_url, settings.data_dir)
    make_folder_of(settings.ledger_url)
    await migrate(settings.ledger_url)


def _where_the_sandbox_is(url: str | None) -> dict[str, str]:
    """With port 0 only the sandbox itself knows its port; the others are told."""
    if url is None:
        return {}
    port = url.split("//")[1].split("/")[0].rsplit(":", 1)[1]
    return {f"{ENVIRONMENT_PREFIX}SANDBOX__PORT": port}


class _Process:
    """One role's process."""

    def __init__(self, role: Role, config: Path | None) -> None:
        self.role = role
        self._options = ["--config", str(config)] if config else []
        self._extra: dict[str, str] = {}
        self._process: asyncio.subprocess.Process | None = None

    async def start(self, extra: dict[str, str]) -> str:
        """Its place, once it is ready. Raises NotReady when it ends before."""
        self._extra = extra
        command = [sys.executable, "-m", "ingest", "serve", *self._options, "--role", self.role.value, "--supervised"]
        try:
            self._process = process = await asyncio.create_subprocess_exec(
                *command,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                env={**footprint.ENVIRONMENT, **os.environ, **extra},
                start_new_session=True,  # a Ctrl-C reaches the supervisor alone, which stops the roles in order
            )
        except OSError as error:  # no memory, no free process, the program is being replaced
            raise NotReady(f"the role {self.role.value} could not be started: {error}") from error
        return await self._place(process)

    async def _place(self, process: asyncio.subprocess.Process) -> str:
        """What it says when it is ready: one line of JSON, or none at all. Anything else ends it."""
        assert process.stdout is not None  # noqa: S101 - it was asked for above
        try:
            line = await process.stdout.readline()
            if line:
                return str(json.loads(line)["place"])
        except (ValueError, LookupError, TypeError) as error:
            self.kill()
            await process.wait()
            raise NotReady(f"the role {self.role.value} did not say where it is: {error!r}") from error
        code = await process.wait()
        raise NotReady(f"the role {self.role.value} did not start (exit code {code}); its reason stands above")

    async def keep(self) -> None:
        """Starts it again whenever it ends, with longer and longer pauses."""
        failures = 0
        loop = asyncio.get_running_loop()
        while self._process is not None:
            began = loop.time()
            code = await self._process.wait()
            failures = 0 if loop.time() - began > STEADY_SECONDS else failures
            pause = RESTART_SECONDS[min(failures, len(RESTART_SECONDS) - 1)]
            failures += 1
            log.error("a role ended; starting it again", role=self.role.value, exit_code=code, after_seconds=pause)
            await asyncio.sleep(pause)
            try:
                await self.start(self._extra)
            except NotReady as error:
                log.warning("a role does not start", role=self.role.value, error=str(error))

    async def stop(self, deadline: float) -> None:
        """SIGTERM, and SIGKILL after ``deadline`` seconds."""
        process = self._process
        if process is None or process.returncode is not None:
            return
        process.send_signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(deadline):
                await process.wait()
        except TimeoutError:
            log.warning("a role did not stop in time and is killed", role=self.role.value)
            self.kill()
            await process.wait()

    def kill(self) -> None:
        """SIGKILL; what it was doing is in the ledger."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
