"""The dialogue with a client: who may send to whom is answered at RCPT, what became of the documents after DATA.

One message goes to one account and one customer. A recipient of another account or customer is answered 452, on which
the sender's server sends the message once more for it alone: so each reply is about one account, and true for it.
"""

from collections.abc import Mapping
from typing import Any, Protocol

from aiosmtpd.smtp import Session

from ingest.config import Account, Smtp
from ingest.mail.addresses import MalformedAddress, parse_address
from ingest.mail.recipients import Recipient, Recipients
from ingest.mail.sender import envelope_may_send
from ingest.reasons import Reason
from ingest.sources import smtp_replies as replies
from ingest.sources.smtp_connection import Connection
from ingest.sources.smtp_letter import Letter
from ingest.sources.smtp_limits import Rates, peer_key
from ingest.sources.smtp_transaction import Transaction


class Taker(Protocol):
    """Takes messages that have arrived whole. Their files are its own from then on."""

    async def take(self, letter: Letter) -> str:
        """The reply to the final dot. It goes on when the caller is cancelled."""

    async def finish(self) -> None:
        """Waits for every message that is being taken."""

    async def give_up(self) -> None:
        """Ends what is still being taken."""


class Dialogue:
    """aiosmtpd's hooks. One object serves all connections; what belongs to one of them is in its ``Transaction``."""

    def __init__(self, accounts: Mapping[str, Account], settings: Smtp, taker: Taker) -> None:
        self._accounts = accounts
        self._recipients = Recipients(accounts)
        self._settings = settings
        self._taker = taker
        self._peer_rates = Rates()
        self._account_rates = Rates()

    async def handle_MAIL(  # noqa: N802 - aiosmtpd finds its hooks by these names
        self, _connection: Connection, _session: Session, transaction: Transaction, address: str, options: list[str]
    ) -> str:
        """Accepts every sender that is an address; whether it may send is known when the recipient is."""
        sender = None if address == "<>" else parse_address(address)
        transaction.begin(address, sender)
        transaction.mail_options.extend(options)
        return "250 2.1.0 OK"

    async def handle_RCPT(  # noqa: N802
        self, connection: Connection, _session: Session, transaction: Transaction, address: str, _options: list[str]
    ) -> str:
        """Accepts a recipient that belongs to an account to which the envelope's domain may send."""
        if len(transaction.rcpt_tos) >= self._settings.max_recipients:
            return replies.TOO_MANY_RECIPIENTS
        try:
            recipient = self._recipients.find(parse_address(address))
        except MalformedAddress:  # RCPT TO:<>
            return replies.MALFORMED_ADDRESS
        reason = self._refusal(connection, transaction, recipient)
        if reason is not None:
            transaction.refuse(reason)
            return replies.refusal(reason)
        if transaction.recipient not in (None, recipient):
            return replies.ANOTHER_DESTINATION
        transaction.recipient = recipient
        transaction.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    def refuse_message(self, connection: Connection, transaction: Transaction) -> str | None:
        """Asked at DATA: why the message cannot come now. Counts it for its peer if it may.

        An account's rate counts what was taken: what strangers send in its name does not use it up.
        """
        peer, account = peer_key(connection.peer), _account(transaction)
        if not self._peer_rates.allows(peer, self._settings.max_messages_per_minute):
            return replies.PEER_TOO_FAST
        if not self._account_rates.allows(account, self._accounts[account].max_messages_per_minute):
            return replies.ACCOUNT_TOO_FAST
        self._peer_rates.charge(peer, self._settings.max_messages_per_minute)
        return None

    async def take_message(self, connection: Connection, session: Session, transaction: Transaction) -> str:
        """The receipt: 250 only when copy, record and message are durable."""
        letter = Letter(transaction=transaction, peer=connection.peer, helo=session.host_name, tls=_tls(session.ssl))
        reply = await self._taker.take(letter)
        if reply.startswith("2"):
            account = _account(transaction)
            self._account_rates.charge(account, self._accounts[account].max_messages_per_minute)
        return reply

    def _refusal(self, connection: Connection, transaction: Transaction, recipient: Recipient | None) -> Reason | None:
        """Why this recipient is not for this sender, as far as envelope and peer tell.

        Whoever may send to no account gets the same answer for every address: it cannot find out which ones exist.
        """
        sender, peer = transaction.sender, connection.peer
        if recipient is not None:
            return envelope_may_send(self._accounts[recipient.account], sender, peer)
        reasons = [envelope_may_send(account, sender, peer) for account in self._accounts.values()]
        return Reason.RECIPIENT_UNKNOWN if None in reasons or not reasons else reasons[0]


def _account(transaction: Transaction) -> str:
    assert transaction.recipient is not None  # noqa: S101 - DATA needs an accepted RCPT
    return transaction.recipient.account


def _tls(extra: dict[str, Any] | None) -> dict[str, Any] | None:
    """Version and cipher of the connection, for the record."""
    if extra is None:
        return None
    name, version, bits = extra["cipher"]
    return {"version": version, "cipher": name, "bits": bits}
