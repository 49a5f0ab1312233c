"""The dialogue with a client: who may send to whom is answered at RCPT, what became of the documents after DATA.

One message goes to one account and one customer. A recipient of another account or customer is answered 452, on which
the sender's server sends the message once more for it alone: so each reply is about one account, and true for it.
"""

from collections.abc import Mapping
from typing import Any

import structlog
from aiosmtpd.smtp import Session, TLSSetupException

from ingest.config import Account
from ingest.mail.addresses import MalformedAddress, parse_address
from ingest.mail.headers import clean
from ingest.mail.recipients import Recipient, Recipients
from ingest.mail.sender import domain_allowed
from ingest.reasons import Reason
from ingest.sources import smtp_replies as replies
from ingest.sources.smtp_connection import Connection
from ingest.sources.smtp_taking import Letter, MessageTaker
from ingest.sources.smtp_transaction import Transaction

LONGEST_HELO = 255

log = structlog.get_logger()


class Dialogue:
    """aiosmtpd's hooks. One object serves all connections; what belongs to one of them is in its ``Transaction``."""

    def __init__(self, accounts: Mapping[str, Account], max_recipients: int, taker: MessageTaker) -> None:
        self._domains = {name: frozenset(account.domains) for name, account in accounts.items()}
        self._recipients = Recipients(accounts)
        self._max_recipients = max_recipients
        self._taker = taker

    async def handle_EHLO(  # noqa: N802 - aiosmtpd finds its hooks by these names
        self, _connection: Connection, session: Session, _transaction: Transaction, name: str, offered: list[str]
    ) -> list[str]:
        """What is offered: pipelining works, AUTH does not."""
        session.host_name = clean(name)[:LONGEST_HELO] or "unknown"
        kept = [line for line in offered if not line.startswith("250-AUTH")]
        return [kept[0], "250-PIPELINING", *kept[1:]]

    async def handle_MAIL(  # noqa: N802
        self, _connection: Connection, _session: Session, transaction: Transaction, address: str, options: list[str]
    ) -> str:
        """Accepts every sender that is an address; whether it may send is known when the recipient is."""
        sender = None if address == "<>" else parse_address(address)
        transaction.begin(address, sender)
        transaction.mail_options.extend(options)
        return "250 2.1.0 OK"

    async def handle_RCPT(  # noqa: N802
        self, _connection: Connection, _session: Session, transaction: Transaction, address: str, _options: list[str]
    ) -> str:
        """Accepts a recipient that belongs to an account to which the envelope's domain may send."""
        if len(transaction.rcpt_tos) >= self._max_recipients:
            return replies.TOO_MANY_RECIPIENTS
        try:
            recipient = self._recipients.find(parse_address(address))
        except MalformedAddress:  # RCPT TO:<>
            return replies.MALFORMED_ADDRESS
        reason = self._refusal(transaction, recipient)
        if reason is not None:
            transaction.refuse(reason)
            return replies.refusal(reason)
        if transaction.recipient not in (None, recipient):
            return replies.ANOTHER_DESTINATION
        transaction.recipient = recipient
        transaction.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, connection: Connection, session: Session, transaction: Transaction) -> str:  # noqa: N802
        """The receipt: 250 only when copy, record and message are durable."""
        letter = Letter(transaction=transaction, peer=connection.peer, helo=session.host_name, tls=_tls(session.ssl))
        with connection.working():
            return await self._taker.take(letter)

    async def handle_exception(self, error: Exception) -> str:
        """A mistake of ours must not cost a message: the sender's server keeps it."""
        if isinstance(error, TLSSetupException | ConnectionError):
            log.info("TLS could not be set up", error=repr(error.__cause__ or error))
        else:
            log.error("an SMTP command failed", exc_info=error)
        return replies.TRY_LATER

    def _refusal(self, transaction: Transaction, recipient: Recipient | None) -> Reason | None:
        if recipient is None:
            return Reason.RECIPIENT_UNKNOWN
        if not domain_allowed(transaction.sender, self._domains[recipient.account]):
            return Reason.SENDER_NOT_ALLOWED
        return None


def _tls(extra: dict[str, Any] | None) -> dict[str, Any] | None:
    """Version and cipher of the connection, for the record."""
    if extra is None:
        return None
    name, version, bits = extra["cipher"]
    return {"version": version, "cipher": name, "bits": bits}
