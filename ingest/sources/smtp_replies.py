"""What the listener answers: the receipt that a mail program logs or shows to the person who sent the message.

The first words after the codes are the reason's code or the counts; then come sentences for people.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from ingest.errors import StorageFull, Unavailable
from ingest.intake import Receipt
from ingest.mail.authentication.resolver import DnsUnavailable
from ingest.reasons import Reason
from ingest.store.rows import Outcome

LONGEST_LINE = 500
MOST_LINES = 20

ENHANCED = {
    Reason.RECIPIENT_UNKNOWN: "5.1.1",
    Reason.SENDER_NOT_ALLOWED: "5.7.1",
    Reason.SENDER_NOT_AUTHENTICATED: "5.7.1",
    Reason.TOO_LARGE: "5.3.4",
}

TOO_MANY_CONNECTIONS = "421 4.7.0 Too many connections, try again later"
TOO_MANY_MESSAGES = "421 4.7.0 Enough messages on one connection, open another one"
TOO_MANY_COMMANDS = "421 4.7.0 Too many commands without a message, closing the connection"
TOO_MANY_ERRORS = "421 4.7.0 Too many errors, closing the connection"
TOO_MANY_RECIPIENTS = "452 4.5.3 Too many recipients in one message"
ANOTHER_DESTINATION = "452 4.5.3 Bills for another account or customer need a message of their own"
PEER_TOO_FAST = "451 4.7.1 Too many messages from your server within a minute, try again later"
ACCOUNT_TOO_FAST = "451 4.7.1 Too many messages for this account within a minute, try again later"
SILENT = "421 4.4.2 Nothing heard for too long, closing the connection"
TOO_SLOW = "421 4.4.2 The message takes too long, closing the connection"
FAR_TOO_LARGE = "552 5.3.4 too_large: Far more data than SIZE allows, closing the connection"
STOPPING = "421 4.3.2 The service is stopping, try again later"
NO_SMTP = "500 5.5.2 This is a mail server, and that is not SMTP; closing the connection"
ENDLESS_COMMAND = "500 5.5.2 Command far too long, closing the connection"
COMMAND_TOO_LONG = "500 5.5.2 Command too long"
UNKNOWN_COMMAND = "500 5.5.1 Command not recognised"
NOT_UTF8 = "500 5.5.2 The command is not UTF-8"
NOT_ASCII = "553 5.6.7 An address outside ASCII needs SMTPUTF8 in the MAIL command"
NOT_ASCII_MAILBOX = "553 5.6.7 Before the @ only ASCII is taken here; the domain may be international"
HELP = "214 2.0.0 See RFC 5321, and the documentation of bill-ingest"
NOT_VERIFIED = "252 2.1.5 Addresses are not verified; a message for one that takes bills is taken"
NO_AUTH = "502 5.5.1 AUTH is not offered here"
NO_TLS = "502 5.5.1 STARTTLS is not offered here"
TLS_ALREADY = "503 5.5.1 TLS is active already"
NO_DNS = "451 4.4.3 unavailable: The DNS gave no answer with which the sender could be checked, try again later"
TRY_LATER = "451 4.3.0 Something went wrong here; nothing is lost, try again later"


def reply(code: int, enhanced: str, lines: Iterable[str]) -> str:
    """An SMTP reply of one or several lines, in ASCII. Line ends inside a line become spaces."""
    plain = [" ".join(line.split()).encode("ascii", "replace").decode("ascii")[:LONGEST_LINE] for line in lines]
    marks = ["-"] * (len(plain) - 1) + [" "]
    return "\r\n".join(f"{code}{mark}{enhanced} {line}" for mark, line in zip(marks, plain, strict=True))


def refusal(reason: Reason, detail: str = "") -> str:
    """A reply for what will never be taken as it is."""
    said = f"{reason.value}: {reason.sentence} {detail}".rstrip()
    return reply(550, ENHANCED.get(reason, "5.6.0"), [said, reason.next_step])


TOO_LARGE = reply(
    552, "5.3.4", ["too_large: The message is larger than SIZE allows.", "Send fewer bills in one message."]
)
MALFORMED_ADDRESS = reply(553, "5.1.3", ["The address is not of the form <name@example.com>."])
TLS_NEEDED = reply(530, "5.7.0", ["Must issue a STARTTLS command first"])


OURS = {
    "220 Ready to start TLS": "220 2.0.0 Ready to start TLS",
    "221 Bye": "221 2.0.0 Bye",
    "250 OK": "250 2.0.0 OK",
    "552 Error: message size exceeds fixed maximum message size": TOO_LARGE,
    "553 5.1.3 Error: malformed address": MALFORMED_ADDRESS,
}
"""aiosmtpd's replies to ours, with enhanced status code, the reason and what to do."""

_BARE_ERROR = re.compile(r"(5[0-9][0-9]) (?!5\.)(?:Error: )?")
_BY_CODE = {"500": "5.5.2", "501": "5.5.4", "502": "5.5.1", "503": "5.5.1", "555": "5.5.4"}


def enhanced(text: str) -> str:
    """A reply of aiosmtpd with its enhanced status code (RFC 2034); one that has it, or needs none, as it is."""
    text = OURS.get(text, text)
    bare = _BARE_ERROR.match(text)
    return f"{bare[1]} {_BY_CODE.get(bare[1], '5.0.0')} {text[bare.end() :]}" if bare else text


def postponement(error: Unavailable) -> str:
    """A reply for what cannot be taken now: the sender's server keeps the message and tries again."""
    if isinstance(error, DnsUnavailable):
        return NO_DNS
    code, enhanced = (452, "4.3.1") if isinstance(error, StorageFull) else (451, "4.3.0")
    return reply(code, enhanced, [f"{error.reason.value}: {error.reason.sentence} {error.reason.next_step}"])


def receipt(receipts: Sequence[Receipt]) -> str:
    """A reply that counts and names what became of each document."""
    if not any(each.taken for each in receipts):
        reasons = [each.reason for each in receipts if each.reason]
        enhanced = ENHANCED.get(reasons[0], "5.6.0") if len(set(reasons)) == 1 else "5.6.0"
        return reply(550, enhanced, [counts(receipts), *_each(receipts)])
    return reply(250, "2.6.0", [counts(receipts), *_each(receipts)])


def counts(receipts: Sequence[Receipt]) -> str:
    """For example ``2 documents taken, 1 duplicate, 1 refused (password_required)``; what is none is left out."""
    number = Counter(each.outcome for each in receipts)
    taken, duplicates, refused = (number[o] for o in (Outcome.ACCEPTED, Outcome.DUPLICATE, Outcome.REFUSED))
    said = []
    if taken:
        said.append("1 document taken" if taken == 1 else f"{taken} documents taken")
    if duplicates:
        said.append("1 duplicate" if duplicates == 1 else f"{duplicates} duplicates")
    if refused:
        why = sorted({each.reason.value for each in receipts if each.outcome is Outcome.REFUSED and each.reason})
        said.append(f"{refused} refused ({', '.join(why)})")
    return ", ".join(said)


def _each(receipts: Sequence[Receipt]) -> list[str]:
    lines = [_line(each) for each in receipts[:MOST_LINES]]
    left = len(receipts) - len(lines)
    return [*lines, f"and {left} more: see bill-ingest status"] if left > 0 else lines


def _line(each: Receipt) -> str:
    said = f"{each.arrival_id} {each.outcome.value}: {each.name}"
    if each.outcome is Outcome.REFUSED and each.reason:
        return f"{said}: {each.reason.sentence} {each.detail or ''} {each.reason.next_step}".replace("  ", " ")
    return said
