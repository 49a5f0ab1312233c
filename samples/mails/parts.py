"""The pieces of a message, written out byte by byte: a library would not write what real senders do."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass

CRLF = "\r\n"


@dataclass(frozen=True)
class Part:
    """An entity: header lines and a body, which ends without a line break."""

    headers: tuple[str, ...]
    body: str

    def __str__(self) -> str:
        return CRLF.join((*self.headers, "", self.body))


def text(body: str) -> Part:
    return Part(("Content-Type: text/plain; charset=utf-8",), body)


def encoded(content: bytes, *headers: str) -> Part:
    """Bytes in base64 under the given headers."""
    lines = base64.encodebytes(content).decode().split()
    return Part((*headers, "Content-Transfer-Encoding: base64"), CRLF.join(lines))


def multipart(boundary: str, parts: Sequence[Part], subtype: str = "mixed") -> Part:
    opened = [f"--{boundary}{CRLF}{part}" for part in parts]
    return Part(
        (f'Content-Type: multipart/{subtype}; boundary="{boundary}"',),
        CRLF.join((*opened, f"--{boundary}--")),
    )


def forwarded(message: str) -> Part:
    """A whole message inside another one."""
    return Part(("Content-Type: message/rfc822", "Content-Disposition: attachment"), message)


def message(content: Part, *, sender: str, subject: str, number: int, more: Sequence[str] = ()) -> str:
    """A message from ``sender`` with its usual headers; ``more`` stand right after From."""
    headers = (
        f"From: {sender}",
        *more,
        "To: bills@in.bills.example",
        f"Subject: {subject}",
        f"Date: Mon, 07 Jul 2025 09:{number:02}:00 -0400",
        f"Message-ID: <sample-{number}@company.example>",
        "MIME-Version: 1.0",
        *content.headers,
    )
    return str(Part(headers, content.body)) + CRLF
