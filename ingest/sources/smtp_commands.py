"""The commands of SMTP as they are answered here, on top of aiosmtpd's.

aiosmtpd 1.4.6 accepts addresses that others read differently and parameters that are none, and offers AUTH once TLS is
active. Each is set right here; what MAIL, RCPT, RSET and QUIT do is aiosmtpd's.

SMTPUTF8 (RFC 6531) is offered: headers, file names and domains may be UTF-8. A mailbox name outside ASCII is answered
553 5.6.7, as that RFC foresees: nothing here could write back to it or compare it without doubt.
"""

import re
from abc import abstractmethod
from collections.abc import Sequence

from aiosmtpd.smtp import syntax

from ingest.mail.addresses import MalformedAddress, parse_path
from ingest.mail.headers import clean
from ingest.sources import smtp_replies as replies
from ingest.sources.smtp_command_loop import CommandLoop
from ingest.sources.smtp_tls import Certificate
from ingest.sources.smtp_transaction import Transaction

LONGEST_HELO = 255

_PARAMETER = re.compile(r"(?P<keyword>[A-Z0-9][A-Z0-9-]*)(?:=(?P<value>[!-<>-~]+))?")
"""RFC 5321, 4.1.2."""
_SIZE = re.compile(r"[0-9]{1,20}")
"""RFC 1870; other digits than ASCII's are digits to Python."""


class Commands(CommandLoop):
    """What each command does; whoever inherits brings the bytes and closes the connection."""

    certificate: Certificate | None

    @abstractmethod
    async def receive_message(self) -> str:
        """354, the text, and the reply to it."""

    @abstractmethod
    async def start_tls(self) -> None:
        """The handshake; returns without TLS when it fails."""

    # -- commands

    def _create_envelope(self) -> Transaction:
        return Transaction()

    @syntax("HELO hostname")
    async def smtp_HELO(self, hostname: str) -> None:  # noqa: N802 - aiosmtpd finds commands by their names
        """A client that knows no extensions."""
        if await self._greet(hostname, extended=False):
            await self.push(f"250 {self.hostname}")

    @syntax("EHLO hostname")
    async def smtp_EHLO(self, hostname: str) -> None:  # noqa: N802
        """What is offered, and works."""
        if not await self._greet(hostname, extended=True):
            return
        offered = [self.hostname, "PIPELINING", f"SIZE {self.data_size_limit}", "8BITMIME", "SMTPUTF8"]
        if self.certificate is not None and self._tls_protocol is None:
            offered.append("STARTTLS")
        await self.push("\r\n".join([f"250-{line}" for line in offered] + ["250 ENHANCEDSTATUSCODES"]))

    async def _greet(self, hostname: str | None, *, extended: bool) -> bool:
        """Begins anew, as RFC 5321, 4.1.4, says. The name is a stranger's: it is shown, and proves nothing."""
        if not hostname:
            await self.push("501 Syntax: EHLO hostname")
            return False
        assert self.session is not None  # noqa: S101 - made with the connection
        self._set_rset_state()  # type: ignore[no-untyped-call] # aiosmtpd left it without annotations
        self.session.extended_smtp = extended
        self.session.host_name = clean(hostname)[:LONGEST_HELO] or "unknown"
        return True

    @syntax("MAIL FROM: <address>", extended=" [SP <mail-parameters>]")
    async def smtp_MAIL(self, arg: str | None) -> None:  # noqa: N802
        """A transaction begins, unless there were enough on this connection."""
        if not self.patience.another_message:
            self.hang_up(replies.TOO_MANY_MESSAGES)
        elif arg and not arg.isascii() and "SMTPUTF8" not in arg.upper().split():
            await self.push(replies.NOT_ASCII)
        elif arg and not arg.partition("@")[0].isascii():
            await self.push(replies.NOT_ASCII_MAILBOX)
        else:
            await super().smtp_MAIL(arg)

    @syntax("RCPT TO: <address>", extended=" [SP <mail-parameters>]")
    async def smtp_RCPT(self, arg: str | None) -> None:  # noqa: N802
        """A recipient; outside ASCII only where MAIL said SMTPUTF8."""
        if arg and not arg.isascii() and not self.transaction().smtp_utf8:
            await self.push(replies.NOT_ASCII)
        elif arg and not arg.partition("@")[0].isascii():
            await self.push(replies.NOT_ASCII_MAILBOX)
        else:
            await super().smtp_RCPT(arg)

    @syntax("DATA")
    async def smtp_DATA(self, arg: str | None) -> None:  # noqa: N802
        """The text of a message, which aiosmtpd would collect by line and in memory."""
        if await self.check_helo_needed():
            return
        if not self.transaction().rcpt_tos:
            await self.push("503 Error: need RCPT command")
        elif arg:
            await self.push("501 Syntax: DATA")
        else:
            reply = await self.receive_message()
            self.turn()
            self._set_post_data_state()
            await self.push(reply)

    @syntax("STARTTLS", when="certificate")
    async def smtp_STARTTLS(self, arg: str | None) -> None:  # noqa: N802
        """TLS, once. What was sent along with the command in the clear is thrown away (RFC 3207, 4.2)."""
        if arg:
            await self.push("501 Syntax: STARTTLS")
        elif self.certificate is None:
            await self.push(replies.NO_TLS)
        elif self._tls_protocol is not None:
            await self.push(replies.TLS_ALREADY)
        else:
            await self.push("220 Ready to start TLS")
            await self.start_tls()

    async def smtp_HELP(self, arg: str | None) -> None:  # noqa: ARG002, N802
        """Nothing that RFC 5321 does not say."""
        await self.push(replies.HELP)

    async def smtp_VRFY(self, arg: str | None) -> None:  # noqa: ARG002, N802
        """The same for every address."""
        await self.push(replies.NOT_VERIFIED)

    async def smtp_AUTH(self, arg: str | None) -> None:  # noqa: ARG002, N802
        """There are no passwords here to guess at."""
        await self.push(replies.NO_AUTH)

    # -- what aiosmtpd asks

    def _set_post_data_state(self) -> None:
        """Called where a transaction ends in whatever way: after DATA, RSET, EHLO, STARTTLS."""
        if isinstance(self.envelope, Transaction):
            self.envelope.end(self.peer_name)
        super()._set_post_data_state()  # type: ignore[no-untyped-call]

    @property
    @abstractmethod
    def peer_name(self) -> str:
        """The client's address, for the log."""

    def _getaddr(self, arg: str) -> tuple[str | None, str | None]:
        """The address of MAIL or RCPT and what follows it; (None, None) is answered 553."""
        try:
            address, rest = parse_path(arg)
        except MalformedAddress:
            return None, None
        return str(address or "<>"), rest

    def _getparams(self, params: Sequence[str]) -> dict[str, str | bool] | None:
        """Parameters of MAIL or RCPT; None is answered 501."""
        found = [_PARAMETER.fullmatch(each) for each in params]
        read = {each["keyword"]: each["value"] or True for each in found if each}
        if len(read) < len(params) or ("SIZE" in read and not _SIZE.fullmatch(str(read["SIZE"]))):
            return None
        return read
