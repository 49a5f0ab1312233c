"""Messages for tests: written out byte by byte where a library would be too correct."""

import base64
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from tempfile import TemporaryDirectory
from zlib import crc32

from ingest.mail.contents import open_message
from ingest.mail.opened import OpenedMessage

PDF = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n\x00\xff\x80%%EOF\n"


def pdf(number: int, size: int = 0) -> bytes:
    """One of many different PDFs, of at least ``size`` bytes."""
    filling = b"%" + bytes(33 + (number * 7 + n * n) % 90 for n in range(60)) + b"\n"
    return PDF.replace(b"trailer", b"%% number %d\n" % number + filling * (size // len(filling)) + b"trailer")


def lines(content: bytes, length: int = 57) -> bytes:
    """Base64 as mail programs write it."""
    encoded = [base64.b64encode(content[at : at + length]) for at in range(0, len(content), length)]
    return b"\r\n".join(encoded)


def entity(*headers: str, body: bytes) -> bytes:
    return "".join(f"{header}\r\n" for header in headers).encode() + b"\r\n" + body


def attachment(content: bytes, name: str = "bill.pdf", kind: str = "application/pdf") -> bytes:
    return entity(
        f'Content-Type: {kind}; name="{name}"',
        "Content-Transfer-Encoding: base64",
        f'Content-Disposition: attachment; filename="{name}"',
        body=lines(content),
    )


def text(body: str = "Please see below.") -> bytes:
    return entity("Content-Type: text/plain; charset=utf-8", body=body.encode())


def multipart(*parts: bytes, boundary: str = "", subtype: str = "mixed", more: str = "") -> bytes:
    """Its own boundary is another one than those in it."""
    boundary = boundary or f"=_{crc32(b''.join(parts))}"
    opened = b"".join(b"--" + boundary.encode() + b"\r\n" + part + b"\r\n" for part in parts)
    head = f'Content-Type: multipart/{subtype}; boundary="{boundary}"{more}'
    return entity(head, body=opened + b"--" + boundary.encode() + b"--\r\n")


def letter(content: bytes, *headers: str) -> bytes:
    """A whole message around an entity."""
    usual = ("From: Ann <ann@corp.example>", "To: bills@in.example", "Subject: A bill", "MIME-Version: 1.0")
    return "".join(f"{header}\r\n" for header in (*usual, *headers)).encode() + content


def attached_by_library(content: bytes, name: str = "bill.pdf") -> bytes:
    message = EmailMessage()
    message["From"] = "ann@corp.example"
    message.set_content("Please see below.")
    message.add_attachment(content, "application", "pdf", filename=name)
    return message.as_bytes(policy=SMTP)


def opened(message: bytes, *passwords: str, null_sender: bool = False) -> tuple[OpenedMessage, list[bytes]]:
    """What is in a message, and the content of each document."""
    with TemporaryDirectory() as folder:
        found = open_message(message, Path(folder), null_sender=null_sender, passwords=passwords)
        contents = [document.path.read_bytes() for document in found.documents]
        assert len(list(Path(folder).iterdir())) == len(contents), "nothing but the documents is left"
    return found, contents


def found(message: bytes, *passwords: str) -> list[bytes]:
    return opened(message, *passwords)[1]


def reasons(message: bytes, *passwords: str) -> list[tuple[str, str]]:
    """Name and reason of each part that could not be taken."""
    return [(part.name, part.reason.value) for part in opened(message, *passwords)[0].refused]
