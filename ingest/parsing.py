"""A pool of supervised children that read documents (``python -m parsers.child``).

A document that crashes, hangs or bloats its child costs only itself: the child is replaced, and the document gets its
reason. Children are started, never forked.
"""

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import structlog

from ingest.child_pool import ChildPool, Limits
from ingest.children import ChildDied, Message
from ingest.errors import Unavailable
from parsers.errors import DocumentError
from parsers.model import Document, DocumentKind, Inspection, Piece

RECYCLE_AFTER = 1000  # starting costs 0.9 s, a thousand documents leave some 12 MB behind

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


class ParserPool(ChildPool):
    """Reads documents. Calls raise ``Unavailable`` where the document is not to blame: its file is out of reach, no
    child can be started, or the pool is being closed.
    """

    COMMAND = (sys.executable, "-P", "-m", "parsers.child")
    SIZE = 2
    LIMITS: ClassVar[Limits] = {
        "memory_mb": 1024,
        "cpu_seconds": 30,
        "wall_seconds": 45,
        "recycle_after": RECYCLE_AFTER,
    }

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

    async def unlock(self, path: Path, target: Path, passwords: Sequence[str], *, priority: int = 0) -> int | None:
        """Writes a copy without encryption, and says which password opened it (``parsers.pdf.unlocking``).

        The passwords go over a pipe to a child that reads nothing else afterwards. Raises ``DocumentError``.
        """
        request = {"op": "unlock", "path": str(path), "target": str(target), "passwords": list(passwords)}
        number: int | None = (await self._ask_about_file(request, priority))["password"]
        return number

    async def cut(self, path: Path, pieces: Iterable[Piece], *, priority: int = 0) -> None:
        """Writes each piece of a document as a PDF of its own. Raises ``DocumentError``."""
        wanted = [piece.model_dump(mode="json") for piece in pieces]
        await self._ask_about_file({"op": "cut", "path": str(path), "pieces": wanted}, priority)

    async def _ask_about_file(self, request: Message, priority: int) -> Any:
        try:
            return await self._ask(request, priority)
        except ParserFailed as error:
            raise DocumentError(DocumentKind.DAMAGED, f"The PDF could not be handled ({error.args[0]}).") from error

    async def _ask(self, request: Message, priority: int) -> Any:
        try:
            reply = await self.ask(request, priority)
        except ChildDied as death:
            raise DocumentError(death.kind, death.detail) from death
        return _answer(reply)


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
