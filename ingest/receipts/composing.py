"""From a text to the mail that carries it: headers by RFC 5322 and RFC 3834, safe whatever the fields answered hold.

Message-ID, In-Reply-To and References are written here and not by the standard library, which would encode an id
that is longer than a line's usual 78 characters, so that no mail program finds the thread.
"""

import datetime as dt
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP

from ingest.mail.addresses import parse_address
from ingest.receipts.text import shown
from ingest.store.mail_rows import Message

SENDER_NAME = "Bill intake"
LONGEST_SUBJECT = 200
LONGEST_ID = 500
MOST_REFERENCES = 10
_MESSAGE_ID = re.compile(r"<[!#-'*+\-/-9=?A-Z^-~.]+@[!#-'*+\-/-9=?A-Z^-~.:\[\]]+>")
"""Stricter than RFC 5322: no quotes, no spaces. An id that is odder than that starts no thread."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """A mail that is ready to be sent, with the null envelope sender."""

    to: str
    message_id: str
    content: bytes
    """ASCII alone, lines that end in CRLF."""


def compose_receipt(message: Message, text: str, *, sender: str, at: dt.datetime) -> Mail:
    """The receipt of a mail; the same mail always has the same Message-ID. ``sender`` is a plain address."""
    assert message.header_from is not None  # noqa: S101 - the rules let no other pass
    ours = _id("receipt", message.id, sender)
    mail = _mail(sender, message.header_from, _reply_subject(message.subject), text, at)
    mail["Auto-Submitted"] = "auto-replied"
    thread = [("Message-ID", ours), *_thread(message)]
    return Mail(to=message.header_from, message_id=ours, content=_serialised(thread, mail))


def compose_digest(
    account: str, last_day: str, subject: str, text: str, *, to: str, sender: str, at: dt.datetime
) -> Mail:
    """The digest up to ``last_day``; the same day's always has the same Message-ID."""
    ours = _id("digest", hashlib.sha256(f"{account} {last_day}".encode()).hexdigest()[:24], sender)
    mail = _mail(sender, to, subject, text, at)
    mail["Auto-Submitted"] = "auto-generated"
    return Mail(to=to, message_id=ours, content=_serialised([("Message-ID", ours)], mail))


def _mail(sender: str, to: str, subject: str, text: str, at: dt.datetime) -> EmailMessage:
    mail = EmailMessage(policy=SMTP)
    mail["Date"] = at
    mail["From"] = _mailbox(sender, SENDER_NAME)
    mail["To"] = _mailbox(to)
    mail["Subject"] = _header_text(subject)
    mail["X-Auto-Response-Suppress"] = "All"
    mail.set_content(text, charset="utf-8", cte="quoted-printable")
    return mail


def _mailbox(address: str, name: str = "") -> Address:
    parsed = parse_address(address)
    return Address(name, parsed.local.strip('"'), parsed.domain)


def _reply_subject(subject: str | None) -> str:
    """``Re:`` once, before the subject that is answered."""
    plain = re.sub(r"^(?:re:\s*)+", "", shown(subject or "", LONGEST_SUBJECT), flags=re.IGNORECASE)
    return f"Re: {plain or 'your message'}"


def _header_text(text: str) -> str:
    """Text in which nothing is an encoded word: the library, and whoever reads the mail, would decode it."""
    return shown(text.replace("=?", "= ?"), LONGEST_SUBJECT)


def _thread(message: Message) -> Iterable[tuple[str, str]]:
    """RFC 5322, section 3.6.4: the ids of the thread, then that of the mail which is answered."""
    if not _is_id(message.message_id):
        return
    yield "In-Reply-To", str(message.message_id)
    before = [known for known in message.references if _is_id(known) and known != message.message_id]
    kept = before if len(before) < MOST_REFERENCES else [before[0], *before[-(MOST_REFERENCES - 2) :]]
    yield "References", "\r\n ".join([*kept, str(message.message_id)])


def _is_id(text: str | None) -> bool:
    return text is not None and len(text) <= LONGEST_ID and _MESSAGE_ID.fullmatch(text) is not None


def _id(kind: str, key: str, sender: str) -> str:
    return f"<{kind}.{key}@{parse_address(sender).domain}>"


def _serialised(thread: Iterable[tuple[str, str]], mail: EmailMessage) -> bytes:
    fields = "".join(f"{name}: {value}\r\n" for name, value in thread)
    return fields.encode("ascii") + mail.as_bytes()
