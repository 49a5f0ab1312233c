"""The documents of one message, each written to a file of its own while the message is walked through."""

import hashlib
import os
import re
import tempfile
from dataclasses import replace
from pathlib import Path

from ingest.errors import Refused
from ingest.mail.magic import LOOK
from ingest.mail.opened import MailDocument, RefusedPart
from ingest.mail.part import Part
from ingest.mail.recovery import END_WITHIN, ends_as_pdf, rest_of_pdf
from ingest.mail.unopenable import check_openable
from ingest.reasons import Reason
from ingest.sources.names import shortened

MAX_REFUSED = 50
SUFFIXES = {"pdf": "pdf", "photo": "jpg"}


class Gathering:
    """The documents of one message while it is walked through: photos only until the first PDF is found."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._found: dict[str, dict[str, MailDocument]] = {"pdf": {}, "photo": {}}
        self._refused: list[RefusedPart] = []
        self._others: list[RefusedPart] = []
        self._torn: MailDocument | None = None
        self.invites = False
        """Whether there was an invitation to a meeting."""

    def add(self, part: Part | RefusedPart) -> None:
        """Takes what ``walk`` yields, in its order."""
        if isinstance(part, RefusedPart):
            self._refused.append(part)
            return
        try:
            self._take(part)
        except Refused as refused:
            name = part.name or f"part {part.place}"
            self._refused.append(RefusedPart(name, part.place, refused.reason, refused.detail))

    def _take(self, part: Part) -> None:
        """Raises Refused for what may be meant as a bill but cannot be taken."""
        if part.format == "pdf":
            self._keep(part, _written(part, self._folder), "pdf")
        elif part.format == "photo":
            if not self._found["pdf"]:
                self._keep(part, _written(part, self._folder), "photo")
        elif part.format is not None or not self._complete(part):
            self._pass_over(part)

    def _complete(self, part: Part) -> bool:
        """Whether it was the second half of the PDF before it."""
        torn, self._torn = self._torn, None
        rest = rest_of_pdf(part) if torn is not None else None
        if torn is None or rest is None:
            return False
        del self._found["pdf"][torn.sha256]
        self._keep(replace(rest, name=torn.name), _lengthened(torn, rest), "pdf")
        return True

    def finish(self) -> tuple[MailDocument, ...]:
        """The documents of the message; their content is durable, which their names are once they are renamed."""
        if self._found["pdf"]:
            self._remove("photo")
        return tuple((self._found["pdf"] or self._found["photo"]).values())

    def refused(self) -> tuple[RefusedPart, ...]:
        """What could not be taken; other attachments are named only where nothing else explains an empty message."""
        taken = any(self._found.values())
        return tuple((self._refused if taken or self._refused else self._others)[:MAX_REFUSED])

    def _pass_over(self, part: Part) -> None:
        if part.format is None:
            check_openable(part, part.head(LOOK))
        if part.content_type == "text/calendar":
            self.invites = True
        elif part.attached and part.name and not part.content_type.startswith(("image/", "text/")):
            sentence = "It is neither a PDF nor a photo as large as a page."
            self._others.append(RefusedPart(part.name, part.place, Reason.NOT_A_PDF, sentence))

    def remove_all(self) -> None:
        for kind in self._found:
            self._remove(kind)

    def _remove(self, kind: str) -> None:
        for document in self._found[kind].values():
            document.path.unlink(missing_ok=True)
        self._found[kind].clear()

    def _keep(self, part: Part, written: MailDocument, kind: str) -> None:
        found = self._found[kind]
        known = found.get(written.sha256)
        if known is not None:
            written.path.unlink()
            found[known.sha256] = replace(known, copies=known.copies + 1)
            return
        name = _file_name(part.name, len(found) + 1, SUFFIXES[kind])
        found[written.sha256] = named = replace(written, name=name)
        self._torn = named if kind == "pdf" and not ends_as_pdf(_end(named.path)) else None


def _written(part: Part, folder: Path) -> MailDocument:
    """The part as a file, not yet named."""
    descriptor, path = tempfile.mkstemp(prefix="incoming-", suffix=".part", dir=folder)
    digest, size = hashlib.sha256(), 0
    try:
        with os.fdopen(descriptor, "wb") as file:
            for piece in part.pieces():
                digest.update(piece)
                size += file.write(piece)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        Path(path).unlink(missing_ok=True)
        raise
    return MailDocument("", Path(path), digest.hexdigest(), size, part.place)


def _lengthened(document: MailDocument, rest: Part) -> MailDocument:
    with document.path.open("r+b") as file:
        digest = hashlib.file_digest(file, "sha256")
        for piece in rest.pieces():
            digest.update(piece)
            file.write(piece)
        file.flush()
        os.fsync(file.fileno())
        return replace(document, sha256=digest.hexdigest(), size=file.tell())


def _end(path: Path) -> bytes:
    with path.open("rb") as file:
        file.seek(max(0, file.seek(0, os.SEEK_END) - END_WITHIN))
        return file.read()


def _file_name(name: str | None, number: int, suffix: str) -> str:
    """A name that can be shown and be a file's name: without folders, not hidden, not overlong."""
    base = re.split(r"[/\\]", name or "")[-1].strip(". ")
    if not base:
        return f"document-{number}.{suffix}"
    return shortened(base)
