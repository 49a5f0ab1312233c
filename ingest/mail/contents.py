"""A message file -> the documents in it, each written to a file of its own."""

import os
from collections.abc import Sequence
from mmap import ACCESS_READ, mmap
from pathlib import Path

from ingest.mail.containers import holder
from ingest.mail.gathering import Gathering
from ingest.mail.headers import split_headers
from ingest.mail.kind import MessageKind, kind_of, why_not_answered
from ingest.mail.opened import OpenedMessage
from ingest.mail.parts import walk
from ingest.mail.recovery import Hold
from ingest.mail.transfer import Octets, decoded

REPORTS = {MessageKind.BOUNCE, MessageKind.READ_RECEIPT}


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
    gathered = Gathering(folder)
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
