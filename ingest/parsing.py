"""A pool of supervised children that read documents (``python -m parsers.child``).

A document that crashes, hangs or bloats its child costs only itself: the child is replaced, and the document gets its
reason. Children are started, never forked.
"""

import asyncio
import heapq
import itertools
from collections.abc import AsyncIterator, Coroutine, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import structlog

from ingest.children import Child, ChildDied, Message
from ingest.errors import Unavailable
from parsers.errors import DocumentError
from parsers.model import Document, DocumentKind, Inspection, Piece

RECYCLE_AFTER = 1000  # starting costs 0.9 s, a thousand documents leave some 12 MB behind
_STOPPING = "The service is stopping."

log = structlog.get_logger()


class ParserFailed(Exception):
    """A parser of ours made a mistake; the document is not to blame. ``args[0]`` tells where."""


@dataclass(frozen=True, slots=True)
class Explained:
    """How a document was read, as text for people; ``marks`` are the places of its values, for ``ParserPool.draw``."""

    kind: DocumentKind
    text: str
    pages: int
    marks: Sequence[Any]


class ParserPool:
    """``size`` children; callers wait for a free one in the order of their priority, the lowest first.

    The limits hold for each document: address space, processor time, and time on the clock. A child is replaced after
    ``recycle_after`` documents. Calls raise ``Unavailable`` where the document is not to blame: its file is out of
    reach, no child can be started, or the pool is being closed.
    """

    def __init__(
        self,
        size: int = 2,
        memory_mb: int = 1024,
        cpu_seconds: int = 30,
        wall_seconds: float = 45,
        recycle_after: int = RECYCLE_AFTER,
    ) -> None:
        self.size = size
        self._memory_mb = memory_mb
        self._cpu_seconds = cpu_seconds
        self._wall_seconds = wall_seconds
        self._recycle_after = recycle_after
        self._turns = _Turns(size)
        self._idle: list[Child] = []
        self._busy: set[Child] = set()
        self._endings: set[asyncio.Task[None]] = set()
        self._refills: set[asyncio.Task[None]] = set()
        self._closed = False

    async def start(self) -> None:
        """Starts all children now instead of with the first documents. Raises ``Unavailable`` where that fails."""
        await asyncio.gather(*(self._warm() for _ in range(self.size)))

    async def read(self, path: Path, *, priority: int = 0, **options: Any) -> Document:
        """Everything in a PDF; ``options`` are those of ``parsers.read``. What cannot be read is a ``Document`` too."""
        try:
            return Document.model_validate(
                await self._ask({"op": "read", "path": str(path), "options": options}, priority)
            )
        except DocumentError as error:
            return Document(document=error.kind, detail=error.detail)
        except ParserFailed as error:
            log.error("a parser made a mistake", place=error.args[0])  # noqa: TRY400 - the traceback is the child's
            detail = f"The local parser failed on it ({error.args[0]})."
            return Document(document=DocumentKind.UNKNOWN_UTILITY, detail=detail)

    async def explain(self, path: Path, *, priority: int = 0, **options: Any) -> Explained:
        """What a document is, and how it was read. Raises ``DocumentError``."""
        reply = await self._ask_about_file({"op": "explain", "path": str(path), "options": options}, priority)
        return Explained(DocumentKind(reply["document"]), reply["text"], reply["pages"], reply["marks"])

    async def draw(self, path: Path, page: int, marks: Sequence[Any], target: Path, *, priority: int = 0) -> None:
        """Writes a page as PNG with the ``marks`` of its explanation. Raises ``DocumentError`` and ``Unavailable``."""
        request = {"op": "draw", "path": str(path), "page": page, "marks": marks, "target": str(target)}
        reply = await self._ask_about_file(request, priority)
        if "not_written" in reply:
            raise Unavailable(f"{target} could not be written: {reply['not_written']}.")

    async def sketch(self, path: Path, name: str | None = None, *, priority: int = 0) -> Any:
        """What a parser for the company of a document can begin with (``parsers.sketch``). Raises ``DocumentError``."""
        return await self._ask_about_file({"op": "sketch", "path": str(path), "name": name}, priority)

    async def inspect(self, path: Path, *, priority: int = 0) -> Inspection:
        """Page count and encryption. Raises ``DocumentError``."""
        return Inspection.model_validate(await self._ask_about_file({"op": "inspect", "path": str(path)}, priority))

    async def wrap(self, path: Path, target: Path, *, priority: int = 0) -> None:
        """Writes a photo as a PDF of one page. Raises ``DocumentError``."""
        await self._ask_about_file({"op": "wrap", "path": str(path), "target": str(target)}, priority)

    async def cut(self, path: Path, pieces: Iterable[Piece], *, priority: int = 0) -> None:
        """Writes each piece of a document as a PDF of its own. Raises ``DocumentError``."""
        wanted = [piece.model_dump(mode="json") for piece in pieces]
        await self._ask_about_file({"op": "cut", "path": str(path), "pieces": wanted}, priority)

    async def close(self) -> None:
        """Ends all children and waits for their end; calls that are under way or wait get ``Unavailable``."""
        if self._closed:
            return
        self._closed = True
        self._turns.close()
        for refill in self._refills:
            refill.cancel()
        for child in self._busy:
            child.kill()
        for _ in range(self.size):
            await self._turns.take(0)  # until every call has let go
        for child in self._idle:
            self._spawn(child.end(), self._endings)
        self._idle.clear()
        await asyncio.gather(*self._refills, return_exceptions=True)
        await asyncio.gather(*self._endings)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        await self.close()

    async def _ask_about_file(self, request: Message, priority: int) -> Any:
        try:
            return await self._ask(request, priority)
        except ParserFailed as error:
            raise DocumentError(DocumentKind.DAMAGED, f"The PDF could not be handled ({error.args[0]}).") from error

    async def _ask(self, request: Message, priority: int) -> Any:
        """The answer of a child. A child that others killed is no verdict on the document: it gets a second one."""
        try:
            reply = await self._ask_child(request, priority)
        except ChildDied as death:
            if not death.by_others:
                raise DocumentError(death.kind, death.detail) from death
            try:
                reply = await self._ask_child(request, priority)
            except ChildDied as second:
                raise DocumentError(second.kind, second.detail) from second
        return _answer(reply)

    async def _ask_child(self, request: Message, priority: int) -> Message:
        async with self._child(priority) as child:
            try:
                return await child.ask(request, self._wall_seconds)
            except ChildDied:
                if self._closed:
                    raise Unavailable(_STOPPING) from None
                raise

    @asynccontextmanager
    async def _child(self, priority: int) -> AsyncIterator[Child]:
        if self._closed:
            raise Unavailable(_STOPPING)
        await self._turns.take(priority)
        child = None
        try:
            child = self._next_idle() or await self._start_child()
            self._busy.add(child)
            yield child
        finally:
            self._put_back(child)

    def _put_back(self, child: Child | None) -> None:
        """Gives the turn on; where the child cannot go on, only when there is another one in its place."""
        if child is not None:
            self._busy.discard(child)
            if child.usable and child.served < self._recycle_after and not self._closed:
                self._idle.append(child)
            else:
                self._spawn(child.end(), self._endings)
                if not self._closed:
                    # Not in the task itself: one that is cancelled at once never runs.
                    self._spawn(self._refill(), self._refills).add_done_callback(lambda _: self._turns.give())
                    return
        self._turns.give()

    async def _refill(self) -> None:
        try:
            self._idle.append(await self._start_child())
        except Unavailable as error:
            log.warning("a parser child could not be replaced", error=str(error))

    async def _start_child(self) -> Child:
        return await Child.start(self._memory_mb, self._cpu_seconds)

    async def _warm(self) -> None:
        async with self._child(0):
            pass

    def _next_idle(self) -> Child | None:
        while self._idle:
            child = self._idle.pop()
            if child.usable:
                return child
            self._spawn(child.end(), self._endings)  # it was killed while nobody used it
        return None

    @staticmethod
    def _spawn(work: Coroutine[Any, Any, None], tasks: set[asyncio.Task[None]]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        tasks.add(task)
        task.add_done_callback(tasks.discard)
        return task


def _answer(reply: Message) -> Any:
    """What a child said, or its error as ours."""
    error = reply.get("error")
    if error is None:
        return reply["ok"]
    if error["kind"] == "unavailable":
        raise Unavailable(error["detail"])
    if error["kind"] == "failed":
        raise ParserFailed(error["detail"])
    raise DocumentError(DocumentKind(error["kind"]), error["detail"])


class _Turns:
    """A semaphore whose waiters come by priority, the lowest first, and then in the order of their coming."""

    def __init__(self, count: int) -> None:
        self._free = count
        self._waiting: list[tuple[int, int, asyncio.Future[None]]] = []
        self._order = itertools.count()

    async def take(self, priority: int) -> None:
        if self._free:
            self._free -= 1
            return
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, (priority, next(self._order), waiter))
        try:
            await waiter
        except asyncio.CancelledError:
            if waiter.done() and not waiter.cancelled() and waiter.exception() is None:
                self.give()  # the turn came in the moment of the cancellation
            raise

    def give(self) -> None:
        while self._waiting:
            _, _, waiter = heapq.heappop(self._waiting)
            if not waiter.done():
                waiter.set_result(None)
                return
        self._free += 1

    def close(self) -> None:
        for _, _, waiter in self._waiting:
            if not waiter.done():
                waiter.set_exception(Unavailable(_STOPPING))
        self._waiting.clear()
