"""Running one role in this process until a signal says stop: the first drains, the second ends it at once."""

import asyncio
import contextlib
import json
import os
import signal
import sys
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from enum import StrEnum
from typing import Any

import structlog

from ingest.config import Settings
from ingest.short_turns import new_loop, spare_what_is_there

STOPPED_AT_ONCE = 130

log = structlog.get_logger()


class Role(StrEnum):
    """What a process does."""

    SMTP = "smtp"
    FOLDER = "folder"
    WORKER = "worker"
    WEB = "web"
    SANDBOX = "sandbox"


def context_of(role: Role, settings: Settings) -> AbstractAsyncContextManager[str]:
    """The role as a context that is up while it lasts and yields its place: an address, a URL, folders.

    Each is built by a module of its own, so that a process loads what its role needs and nothing else.
    """
    make: Callable[[Settings], AbstractAsyncContextManager[str]]
    match role:
        case Role.SMTP:
            from ingest.roles.smtp import smtp_role as make
        case Role.FOLDER:
            from ingest.roles.folder import folder_role as make
        case Role.WORKER:
            from ingest.roles.worker import worker_role as make
        case Role.WEB:
            from ingest.roles.web import web_role as make
        case Role.SANDBOX:
            from ingest.roles.sandbox import sandbox_role as make
    return make(settings)


def run(role: Role, settings: Settings, *, supervised: bool, announce: Callable[[str], None]) -> None:
    """Until SIGTERM or SIGINT; when ``supervised``, also until the supervisor is gone (its end of stdin closes)."""
    with asyncio.Runner(loop_factory=new_loop) as runner:
        runner.run(_run(role, settings, supervised=supervised, announce=announce))


async def _run(role: Role, settings: Settings, *, supervised: bool, announce: Callable[[str], None]) -> None:
    stop = stop_on_signals()
    if supervised:
        await _stop_with_supervisor(stop)
    async with context_of(role, settings) as place:
        spare_what_is_there()
        announce(place)
        log.info("ready", place=place)
        await stop.wait()
        log.info("stopping")
    log.info("stopped")


def stop_on_signals(at_once: Callable[[], None] = lambda: None) -> asyncio.Event:
    """An event that the first SIGTERM or SIGINT sets; the second one calls ``at_once`` and ends the process."""
    stop = asyncio.Event()

    def signalled() -> None:
        if stop.is_set():
            at_once()
            os._exit(STOPPED_AT_ONCE)
        stop.set()

    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, signalled)
    return stop


async def _stop_with_supervisor(stop: asyncio.Event) -> None:
    class Orphaned(asyncio.Protocol):
        def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
            stop.set()

    await asyncio.get_running_loop().connect_read_pipe(Orphaned, sys.stdin)


def tell_supervisor(role: Role) -> Callable[[str], None]:
    """Announces readiness as one JSON line on stdout."""

    def announce(place: str) -> None:
        line: dict[str, Any] = {"role": role.value, "place": place}
        with contextlib.suppress(BrokenPipeError):  # it was killed meanwhile, and its end of stdin tells us to stop
            os.write(sys.stdout.fileno(), json.dumps(line).encode() + b"\n")  # nothing is left to be flushed at our end

    return announce
