"""A message file -> the documents in it, each written to a file of its own."""

import hashlib
import os
import re
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from mmap import ACCESS_READ, mmap
from pathlib import Path

from ingest.errors import Refused
from ingest.mail.containers import holder
from ingest.mail.headers import split_headers
from ingest.mail.kind import MessageKind, kind_of, why_not_answered
from ingest.mail.opened import MailDocument, OpenedMessage, RefusedPart
from ingest.mail.part import Part
from ingest.mail.parts import walk
from ingest.mail.recovery import Hold
from ingest.mail.transfer import Octets, decoded
from ingest.reasons import Reason
from ingest.sources.names import shortened

MAX_REFUSED = 50
REPORTS = {MessageKind.BOUNCE, MessageKind.READ_RECEIPT}
SUFFIXES = {"pdf": "pdf", "photo": "jpg"}


def open_file(
    message: Path, folder: Path, *, null_sender: bool = False, passwords: Sequence[str] = ()
) -> OpenedMessage:
    """``open_message`` of a file, which is mapped rather than read. Raises OSError as well."""
    return open_message(mapped(message), folder, null_sender=null_sender, passwords=passwords)


def mapped(message: Path) -> Octets:
    """A message file's content. Raises OSError."""
    with message.open("rb") as file:
        if os.fstat(file.fileno()).st_size == 0:  # cannot be mapped
            return file.read()
        return mmap(file.fileno(), 0, access=ACCESS_READ)


def open_message(
    message: Octets, folder: Path, *, null_sender: bool = False, passwords: Sequence[str] = ()
) -> OpenedMessage:
    """Every PDF of a message once, in the order of its parts, by its content alone; of one without any, its photos.

    Beside a PDF a picture is a letterhead or an advertisement. The files in ``folder`` are on the disk (fsynced) when
    this returns; their names are those of ``ingest.leftovers``. ``passwords`` are tried on archives. Raises Refused
    (too_large) when the message has more parts than any real one.
    """
    hold = holder(folder)
    message = _with_line_feeds(message, hold)
    headers, _ = split_headers(message, 0, len(message))
    kind = kind_of(headers, null_sender=null_sender)
    gathered = _Gathering(folder)
    try:
        for part in walk(message, hold, passwords, returned=kind in REPORTS):
            gathered.add(part)
        documents = gathered.finish()
    except BaseException:
        gathered.remove_all()
        raise
    if gathered.invites and not documents and kind in {MessageKind.PERSONAL, MessageKind.LIST}:
        kind = MessageKind.CALENDAR
    return OpenedMessage(
        documents=documents,
        refused=gathered.refused(),
        kind=kind,
        not_answered=why_not_answered(headers, kind, null_sender=null_sender),
    )


def _with_line_feeds(message: Octets, hold: Hold) -> Octets:
    """A message whose lines all end in CR alone (but for the last, which SMTP ended) is read as if in LF."""
    if 0 <= message.find(b"\n") < len(message) - 1 or message.find(b"\r") < 0:
        return message
    return hold(piece.replace(b"\r", b"\n") for piece in decoded(message, 0, len(message), ""))


class _Gathering:
    """The documents of one message while it is walked through: photos only until the first PDF is found."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._found: dict[str, dict[str, MailDocument]] = {"pdf": {}, "photo": {}}
        self._refused: list[RefusedPart] = []
        self._others: list[RefusedPart] = []
        self.invites = False

    def add(self, part: Part | RefusedPart) -> None:
        if isinstance(part, RefusedPart):
            self._refused.append(part)
        elif part.format not in self._found:
            self._pass_over(part)
        elif part.format == "pdf" or (part.format == "photo" and not self._found["pdf"]):
            try:
                self._keep(part, part.format)
            except Refused as refused:
                self._refused.append(
                    RefusedPart(part.name or f"part {part.place}", part.place, refused.reason, refused.detail)
                )

    def finish(self) -> tuple[MailDocument, ...]:
        """The documents of the message; their files are durable."""
        if self._found["pdf"]:
            self._remove("photo")
        chosen = tuple((self._found["pdf"] or self._found["photo"]).values())
        if chosen:
            _fsync(self._folder)
        return chosen

    def refused(self) -> tuple[RefusedPart, ...]:
        """What could not be taken; other attachments are named only where nothing else explains an empty message."""
        taken = any(self._found.values())
        return tuple((self._refused if taken or self._refused else self._others)[:MAX_REFUSED])

    def _pass_over(self, part: Part) -> None:
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

    def _keep(self, part: Part, kind: str) -> None:
        found = self._found[kind]
        name = _file_name(part.name, len(found) + 1, SUFFIXES[kind])
        document = _written(part, name, self._folder)
        known = found.get(document.sha256)
        if known is None:
            found[document.sha256] = document
        else:
            document.path.unlink()
            found[known.sha256] = replace(known, copies=known.copies + 1)


def _written(part: Part, name: str, folder: Path) -> MailDocument:
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
    return MailDocument(name, Path(path), digest.hexdigest(), size, part.place)


def _fsync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _file_name(name: str | None, number: int, suffix: str) -> str:
    """A name that can be shown and be a file's name: without folders, not hidden, not overlong."""
    base = re.split(r"[/\\]", name or "")[-1].strip(". ")
    if not base:
        return f"document-{number}.{suffix}"
    return shortened(base)
