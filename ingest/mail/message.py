"""The header fields of a message that a record keeps. Pure; odd input raises only Refused."""

import datetime as dt
import re
from dataclasses import asdict, dataclass
from email.utils import parsedate_to_datetime
from typing import Any

from ingest.mail.headers import Headers, from_fields, split_headers

LONGEST_TEXT = 500
LONGEST_ID = 998
MOST_REFERENCES = 30

_MESSAGE_ID = re.compile(r"<[!-;=?-~]{1,996}>")


@dataclass(frozen=True, slots=True)
class Summary:
    """What the header says, as people read it. None where it says nothing that can be read."""

    subject: str | None
    sender: str | None
    to: str | None
    date: str | None
    """ISO 8601 in UTC."""
    message_id: str | None
    references: tuple[str, ...]
    """The messages that it answers, the oldest first: ids with their brackets (RFC 5322, 3.6.4)."""
    from_fields: tuple[str, ...]
    """The value of each From header, undecoded, for the judgement of the sender."""

    def as_json(self) -> dict[str, Any]:
        """What is kept with the record."""
        kept = asdict(self)
        del kept["from_fields"]
        return {"from": kept.pop("sender"), **kept}


def summarise(message: bytes) -> Summary:
    """The header of a message. Raises Refused (too_large) when it is longer than any real one."""
    headers, _ = split_headers(message, 0, len(message))
    return Summary(
        subject=_short(headers, "subject"),
        sender=_short(headers, "from"),
        to=_short(headers, "to"),
        date=_date(headers),
        message_id=_id(headers),
        references=_references(headers),
        from_fields=from_fields(message),
    )


def _short(headers: Headers, name: str) -> str | None:
    text = headers.text(name)
    return text and text[:LONGEST_TEXT]


def _id(headers: Headers) -> str | None:
    """An id that is longer than a line may be is none: cut short it would be another one."""
    text = headers.text("message-id")
    return text if text and len(text) <= LONGEST_ID else None


def _references(headers: Headers) -> tuple[str, ...]:
    """Those of In-Reply-To where there are no References; of many the last ones."""
    said = headers.first("references") or headers.first("in-reply-to")
    return tuple(_MESSAGE_ID.findall(said.decode("latin-1"))[-MOST_REFERENCES:])


def _date(headers: Headers) -> str | None:
    text = headers.text("date")
    if text is None:
        return None
    try:
        moment = parsedate_to_datetime(text[:LONGEST_TEXT])
        return moment.astimezone(dt.UTC).isoformat() if moment.tzinfo else moment.replace(tzinfo=dt.UTC).isoformat()
    except (ValueError, TypeError, IndexError, OverflowError, AttributeError):
        return None  # what stands there is no date; the standard library says so in all of these ways
