"""What holds further parts though it is no multipart: messages, winmail.dat, archives."""

import io
import tempfile
from collections.abc import Iterator, Sequence
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import IO

from ingest.errors import Refused
from ingest.mail.magic import MESSAGE_TYPES
from ingest.mail.part import Budget, Entity, Part
from ingest.mail.recovery import Hold
from ingest.mail.tnef import attachments
from ingest.mail.transfer import Octets
from ingest.mail.zips import MAX_NESTED, entries
from ingest.reasons import Reason

SMALL = 1024 * 1024


class _Mapped(mmap):
    """``zipfile`` asks for that; mmap has it from Python 3.13 on."""

    def seekable(self) -> bool:
        return True


def holder(folder: Path) -> Hold:
    """Small contents are held in memory, larger ones in a nameless file in the folder."""

    def hold(pieces: Iterator[bytes]) -> Octets:
        first = b""
        for piece in pieces:
            first += piece
            if len(first) > SMALL:
                break
        else:
            return first
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(first)
            file.writelines(pieces)
            file.flush()
            return _Mapped(file.fileno(), 0, access=ACCESS_READ)

    return hold


def opened(part: Part, hold: Hold, budget: Budget, passwords: Sequence[str]) -> Sequence[Entity | Part] | None:
    """What a container holds; None for what is none. Raises Refused for one that cannot be opened."""
    match part.format:
        case "message":
            return [_message(part, hold)]
        case None if part.content_type in MESSAGE_TYPES:  # it does not look like one, but may have parts
            return [_message(part, hold)]
        case "tnef":
            return attachments(hold(part.pieces()), part.path)
        case "zip" if part.zips >= MAX_NESTED:
            raise Refused(Reason.TOO_LARGE, f"Only {MAX_NESTED} zip archives in each other are opened.")
        case "zip":
            return entries(_as_file(hold(part.pieces())), part, budget, passwords)
        case "archive":
            raise Refused(Reason.NOT_A_PDF, "It is an archive of a kind that is not opened; send the PDF or a zip.")
        case _:
            return None


def _message(part: Part, hold: Hold) -> Entity:
    """One that is not encoded is read where it lies."""
    path = (*part.path, 1)
    if part.span is not None and not part.span.encoding:
        return Entity(part.span.data, part.span.start, part.span.end, path)
    data = hold(part.pieces())
    return Entity(data, 0, len(data), path)


def _as_file(data: Octets) -> IO[bytes]:
    return io.BytesIO(data) if isinstance(data, bytes) else data  # type: ignore[return-value]  # has what is needed
