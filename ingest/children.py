"""One child process that reads documents: how it is started, asked, and found dead."""

import asyncio
import json
import os
import re
import signal
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Self

import structlog

from ingest.errors import Unavailable
from parsers.model import DocumentKind

log = structlog.get_logger()

Message = dict[str, Any]

MAX_REPLY_BYTES = 64 * 1024 * 1024  # some 10,000 bills
START_SECONDS = 60
END_SECONDS = 2
TAIL_BYTES = 4096
# What a child needs to start; secrets of the service stay out of a process that reads strangers' files.
KEPT_VARIABLES = ("PATH", "HOME", "LANG", "LC_", "LD_LIBRARY_PATH", "TMPDIR", "PYTHON", "COVERAGE_")
# Arenas and thread stacks count as memory although nothing is in them.
SMALL_FOOTPRINT = {"MALLOC_ARENA_MAX": "2", "RAYON_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "OMP_THREAD_LIMIT": "1"}
_SIGNAL_NAMES = {number.value: number.name for number in signal.Signals}
_OUT_OF_MEMORY = re.compile(rb"bad_alloc|out of memory|memory allocation of|MemoryError", re.IGNORECASE)


class ChildDied(Exception):
    """A child died with a document: what that says of the document. ``by_others``: killed, but not by the document."""

    def __init__(self, kind: DocumentKind, detail: str, *, by_others: bool = False) -> None:
        super().__init__(kind, detail)
        self.kind = kind
        self.detail = detail
        self.by_others = by_others


class Child:
    """A running child. It answers one request at a time; after a ``ChildDied`` or a cancellation it is dead."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdin and process.stdout and process.stderr  # noqa: S101 - all three are pipes
        self._process = process
        self._requests, self._replies = process.stdin, process.stdout
        self._tail = b""
        self._listening = asyncio.create_task(self._listen(process.stderr))
        self.pid = process.pid
        self.served = 0
        self._spent = False

    @classmethod
    async def start(cls, command: Sequence[str], memory_mb: int, cpu_seconds: int) -> Self:
        """A child that runs ``command`` and has imported what it needs.

        Raises ``Unavailable`` when none comes up.
        """
        limits = ["--memory-mb", str(memory_mb), "--cpu-seconds", str(cpu_seconds)]
        pipe = asyncio.subprocess.PIPE
        child = cls(
            await asyncio.create_subprocess_exec(
                *command,
                *limits,
                stdin=pipe,
                stdout=pipe,
                stderr=pipe,
                start_new_session=True,  # a Ctrl-C is for us, who let the children finish
                env=_environment(),
                limit=MAX_REPLY_BYTES,
            )
        )
        try:
            await child._reply(START_SECONDS)
        except ChildDied as error:
            await child.end()
            raise Unavailable(f"No child could be started: {error.detail}") from error
        except asyncio.CancelledError:
            await asyncio.shield(child.end())
            raise
        return child

    @property
    def usable(self) -> bool:
        """Whether it lives and can be asked again."""
        return not self._spent and self._process.returncode is None

    async def ask(self, request: Message, seconds: float) -> Message:
        """The reply to a request. Raises ``ChildDied`` when there is none within ``seconds``, or none at all."""
        self.served += 1
        self._tail = b""
        with suppress(ConnectionError):  # it died before: the missing reply tells more
            self._requests.write(json.dumps(request).encode() + b"\n")
        return await self._reply(seconds)

    async def _reply(self, seconds: float) -> Message:
        answered = False
        try:
            async with asyncio.timeout(seconds):
                line = await self._replies.readline()
            answered = line.endswith(b"\n")
        except TimeoutError:
            raise ChildDied(DocumentKind.TOO_LARGE, f"It takes longer to read than {seconds:g} seconds.") from None
        except ValueError:
            raise ChildDied(DocumentKind.TOO_LARGE, "What it says is too long to be a bill.") from None
        finally:
            if not answered and not self._replies.at_eof():
                self.kill()
        if not answered:
            raise await self._cause_of_death()
        reply: Message = json.loads(line)
        self._spent = bool(reply.get("last"))
        return reply

    def kill(self) -> None:
        """Ends it at once; ``end`` must still be called."""
        self._spent = True
        with suppress(ProcessLookupError):
            self._process.kill()

    async def end(self) -> None:
        """Lets it go, or kills it, and frees everything that belonged to it."""
        self._requests.close()
        try:
            async with asyncio.timeout(END_SECONDS):
                await self._process.wait()
        except TimeoutError:
            self.kill()
        await self._replies.read()  # a full buffer would keep its pipe open
        await self._listening
        await self._process.wait()

    async def _cause_of_death(self) -> ChildDied:
        """What its exit and its last words say. Its stdout has ended: it is gone, or will be in a moment."""
        try:
            async with asyncio.timeout(END_SECONDS):
                code = await self._process.wait()
        except TimeoutError:
            self.kill()
            code = await self._process.wait()
        await self._listening
        last_words = _masked(self._tail.decode(errors="replace").strip().rpartition("\n")[2])
        log.warning("a child died", pid=self.pid, exit_code=code, last_words=last_words)
        return _verdict(code, self._tail)

    async def _listen(self, errors: asyncio.StreamReader) -> None:
        while chunk := await errors.read(TAIL_BYTES):
            self._tail = (self._tail + chunk)[-TAIL_BYTES:]
            log.debug("a child wrote", pid=self.pid, text=_masked(chunk.decode(errors="replace")))


def _verdict(code: int, tail: bytes) -> ChildDied:
    if code == -signal.SIGXCPU:
        return ChildDied(DocumentKind.TOO_LARGE, "It takes more processor time to read than is allowed.")
    # PDFium, which is built without exceptions, aborts without a word when an allocation fails.
    if _OUT_OF_MEMORY.search(tail) or (code == -signal.SIGABRT and not tail.strip()):
        return ChildDied(DocumentKind.TOO_LARGE, "It takes more memory to read than is allowed.")
    if code == -signal.SIGKILL:
        detail = "The process that read it was killed, probably for lack of memory."
        return ChildDied(DocumentKind.TOO_LARGE, detail, by_others=True)
    cause = _SIGNAL_NAMES.get(-code, f"signal {-code}") if code < 0 else f"exit code {code}"
    return ChildDied(DocumentKind.DAMAGED, f"The PDF is broken: the reader crashed on it ({cause}).")


def _masked(text: str) -> str:
    """What a library wrote, without numbers and cut short: it might quote a bill."""
    return re.sub(r"\d", "#", text)[:200]


def _environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name.startswith(KEPT_VARIABLES)} | SMALL_FOOTPRINT
