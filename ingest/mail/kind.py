"""What kind of message it is, and whether anybody may be answered (RFC 3834 section 2, RFC 5230 section 4.6)."""

import re
from enum import StrEnum

from ingest.mail.headers import Headers, parameters


class MessageKind(StrEnum):
    """Who or what wrote a message. A bill in one of any kind is a bill, but for what a bounce returns."""

    PERSONAL = "personal"
    LIST = "list"
    AUTO_REPLY = "auto_reply"
    BOUNCE = "bounce"
    READ_RECEIPT = "read_receipt"
    CALENDAR = "calendar"

    @property
    def sentence(self) -> str:
        """What to say of a message of this kind that holds no bill."""
        return _SENTENCES[self]


_SENTENCES = {
    MessageKind.PERSONAL: "",
    MessageKind.LIST: "",
    MessageKind.AUTO_REPLY: "It was sent by a program, as an automatic reply is.",
    MessageKind.BOUNCE: "It is a report on a message that could not be delivered; what it returns is not taken.",
    MessageKind.READ_RECEIPT: "It is a receipt for a message that was read.",
    MessageKind.CALENDAR: "It is an invitation.",
}
_REPORTS = {
    "delivery-status": MessageKind.BOUNCE,
    "disposition-notification": MessageKind.READ_RECEIPT,
    "feedback-report": MessageKind.AUTO_REPLY,
}
_AUTOMATIC_FIELDS = ("x-autoreply", "x-autorespond", "x-autoresponder", "x-vacation")
_LIST_FIELDS = ("list-id", "list-post", "list-unsubscribe", "list-help", "list-subscribe", "list-owner", "mailing-list")
_BULK = {"bulk", "junk", "list"}
_DAEMON = re.compile(r"\b(?:mailer-daemon|postmaster|mail delivery)\b", re.IGNORECASE)
_LOCAL_PART = re.compile(r"([^\s<>@\"(),:;]{1,64})@[^\s<>@]+>?\s*$")
_SUPPRESSED = re.compile(r"\b(?:all|autoreply|oof)\b", re.IGNORECASE)
_SYSTEM = re.compile(
    r"(?:owner-.*|.*-(?:request|owner|bounces?)|mailer-daemon|listserv|majordomo|postmaster|(?:no|do[-_.]?not)[-_.]?reply"
    r"|bounces?)(?:[+=].*)?",
    re.IGNORECASE,
)


def kind_of(headers: Headers, *, null_sender: bool) -> MessageKind:
    """What the outermost header tells."""
    content_type, options = parameters(headers.first("content-type"))
    report = _REPORTS.get(options.get("report-type", "").lower()) if content_type == "multipart/report" else None
    if report is not None:
        return report
    if content_type == "text/calendar":
        return MessageKind.CALENDAR
    if null_sender and _DAEMON.search(headers.text("from") or ""):
        return MessageKind.BOUNCE
    if null_sender or _automatic(headers) is not None:
        return MessageKind.AUTO_REPLY
    return MessageKind.LIST if _list_field(headers) else MessageKind.PERSONAL


def why_not_answered(headers: Headers, kind: MessageKind, *, null_sender: bool) -> str | None:
    """Why this message must never be answered by mail; None when it may be."""
    if null_sender:
        return "It has no envelope sender."
    if kind in {MessageKind.BOUNCE, MessageKind.READ_RECEIPT, MessageKind.CALENDAR}:
        return kind.sentence
    if field := _automatic(headers):
        return f"Its header says that it was sent automatically ({field})."
    if field := _list_field(headers):
        return f"It came through a mailing list ({field})."
    return _unreachable(headers)


def _unreachable(headers: Headers) -> str | None:
    if _SUPPRESSED.search(headers.text("x-auto-response-suppress") or ""):
        return "Its sender wants no automatic answers (X-Auto-Response-Suppress)."
    author = _LOCAL_PART.search(headers.text("from") or "")
    if author and is_system_address(author[1]):
        return f"Mail to {author[1]} reaches no person."
    return None


def is_system_address(local: str) -> bool:
    """Whether mail to this local part would reach a program rather than a person."""
    return _SYSTEM.fullmatch(local) is not None


def _automatic(headers: Headers) -> str | None:
    """The field that says that a program answered."""
    submitted, _ = parameters(headers.first("auto-submitted"))
    if submitted and submitted != "no":
        return "Auto-Submitted"
    if (headers.text("precedence") or "").strip().lower() == "auto_reply":
        return "Precedence"
    if (headers.text("x-auto-response-suppress") or "").strip() and headers.first("x-ms-exchange-inbox-rules-loop"):
        return "X-MS-Exchange-Inbox-Rules-Loop"
    return next((field for field in _AUTOMATIC_FIELDS if headers.first(field)), None)


def _list_field(headers: Headers) -> str | None:
    if (headers.text("precedence") or "").strip().lower() in _BULK:
        return "Precedence"
    return next((field for field in _LIST_FIELDS if headers.first(field)), None)
