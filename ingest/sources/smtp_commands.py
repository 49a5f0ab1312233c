"""The commands of SMTP as they are answered here, on top of aiosmtpd's.

aiosmtpd 1.4.6 accepts addresses that others read differently and parameters that are none, goes on with a client that
speaks HTTP, answers without enhanced status codes, offers AUTH once TLS is active, and puts the text of our exceptions
into its replies. Each is set right here; what MAIL, RCPT, RSET and QUIT do is aiosmtpd's.

SMTPUTF8 (RFC 6531) is offered: headers, file names and domains may be UTF-8. A mailbox name outside ASCII is answered
553 5.6.7, as that RFC foresees: nothing here could write back to it or compare it without doubt.
"""

import asyncio
import re
from abc import abstractmethod
from collections.abc import Sequence
from typing import AnyStr

import structlog
from aiosmtpd.smtp import SMTP, syntax

from ingest.mail.addresses import MalformedAddress, parse_path
from ingest.mail.headers import clean
from ingest.reasons import Reason
from ingest.sources import smtp_replies as replies
from ingest.sources.smtp_limits import Patience
from ingest.sources.smtp_tls import Certificate
from ingest.sources.smtp_transaction import Transaction

LONGEST_COMMAND = 1024
LONGEST_HELO = 255
BEFORE_TLS = {"EHLO", "HELO", "NOOP", "QUIT", "STARTTLS"}
OTHER_PROTOCOLS = {"CONNECT", "DELETE", "GET", "HEAD", "HTTP", "OPTIONS", "PATCH", "POST", "PUT", "SSH", "TRACE"}
"""First words of a client that talks to the wrong port, or is made to (a browser that is told to post mail)."""

_PARAMETER = re.compile(r"(?P<keyword>[A-Z0-9][A-Z0-9-]*)(?:=(?P<value>[!-<>-~]+))?")
"""RFC 5321, 4.1.2."""
_SIZE = re.compile(r"[0-9]{1,20}")
"""RFC 1870; other digits than ASCII's are digits to Python."""

log = structlog.get_logger()


class Commands(SMTP):
    """The dialogue of one connection; whoever inherits brings the bytes and closes it."""

    draining = False
    patience: Patience
    certificate: Certificate | None

    @abstractmethod
    def hang_up(self, reply: str) -> None:
        """Says why and closes."""

    @abstractmethod
    async def arrive(self) -> bool:
        """What comes before the greeting; whether there is to be one."""

    @abstractmethod
    def turn(self) -> None:
        """It is the client's turn: the time for its next command begins."""

    @abstractmethod
    async def receive_message(self) -> str:
        """354, the text, and the reply to it."""

    @abstractmethod
    async def start_tls(self) -> None:
        """The handshake; returns without TLS when it fails."""

    # -- the loop

    async def _handle_client(self) -> None:
        """Answers one command after the other. (aiosmtpd makes a task of it when a client comes.)"""
        try:
            if not await self.arrive():
                return
            await self.push(f"220 {self.hostname} {self.__ident__}")
            while not self.closing:
                self.turn()
                self.end_if_draining()
                await self._obey(await self._reader.readuntil(b"\n"))
        except asyncio.LimitOverrunError:
            self.hang_up(replies.ENDLESS_COMMAND)
        except asyncio.IncompleteReadError:
            self._writer.close()
        except (asyncio.CancelledError, ConnectionError):
            self._writer.close()
            raise

    @property
    def closing(self) -> bool:
        """Whether nothing more is to be answered."""
        return not isinstance(self.transport, asyncio.Transport) or self.transport.is_closing()

    def end_if_draining(self) -> None:
        """Closes at the end of a transaction, once the listener is stopping."""
        if self.draining and not self.transaction().running:
            self.hang_up(replies.STOPPING)

    async def _obey(self, line: bytes) -> None:
        word, _, rest = line.rstrip(b"\r\n").partition(b" ")
        name = word.decode("ascii", "replace").upper()
        method = self._smtp_methods.get(name)
        if method is None and (name in OTHER_PROTOCOLS or not self._greeted):
            self.hang_up(replies.NO_SMTP)
        elif not self.patience.command():
            self.hang_up(replies.TOO_MANY_COMMANDS)
        elif len(line) > LONGEST_COMMAND:
            await self.push(replies.COMMAND_TOO_LONG)
        elif method is None:
            await self.push(replies.UNKNOWN_COMMAND)
        elif self.require_starttls and self._tls_protocol is None and name not in BEFORE_TLS:
            await self.push(replies.TLS_NEEDED)
        else:
            await self._call(method, rest)

    async def _call(self, method: object, rest: bytes) -> None:
        try:
            argument = rest.strip().decode("utf-8") or None
        except UnicodeDecodeError:
            await self.push(replies.NOT_UTF8)
            return
        try:
            await method(argument)  # type: ignore[operator] # aiosmtpd keeps its methods as Any
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            raise
        except Exception:  # a mistake of ours must not cost a message: the sender's server keeps it
            log.exception("an SMTP command failed")
            await self.push(replies.TRY_LATER)

    async def push(self, status: AnyStr) -> None:
        """Answers; replies of aiosmtpd get their enhanced status code. After too many errors it hangs up."""
        text = status if isinstance(status, str) else status.decode("ascii")
        if self.closing:
            return
        answer = replies.enhanced(text)
        if answer is replies.TOO_LARGE and text is not answer:  # at MAIL, by aiosmtpd
            self.transaction().refuse(Reason.TOO_LARGE)
        self._writer.write(answer.encode("ascii", "replace") + b"\r\n")
        await self._writer.drain()
        if text.startswith("5") and not self.patience.error():
            self.hang_up(replies.TOO_MANY_ERRORS)

    # -- commands

    @property
    def _greeted(self) -> bool:
        return self.session is not None and bool(self.session.host_name)

    def transaction(self) -> Transaction:
        """The one that runs, or the next one. (No property: aiosmtpd reads those before there is one.)"""
        assert isinstance(self.envelope, Transaction)  # noqa: S101 - made by _create_envelope
        return self.envelope

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
