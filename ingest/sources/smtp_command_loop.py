"""The loop of SMTP: a line comes, its command is called, a reply goes; on top of aiosmtpd's.

aiosmtpd 1.4.6 goes on with a client that speaks HTTP, answers without enhanced status codes, and puts the text of our
exceptions into its replies. Each is set right here.
"""

import asyncio
from abc import abstractmethod
from typing import AnyStr

import structlog
from aiosmtpd.smtp import SMTP

from ingest.reasons import Reason
from ingest.sources import smtp_replies as replies
from ingest.sources.smtp_limits import Patience
from ingest.sources.smtp_transaction import Transaction

LONGEST_COMMAND = 1024
BEFORE_TLS = {"EHLO", "HELO", "NOOP", "QUIT", "STARTTLS"}
OTHER_PROTOCOLS = {"CONNECT", "DELETE", "GET", "HEAD", "HTTP", "OPTIONS", "PATCH", "POST", "PUT", "SSH", "TRACE"}
"""First words of a client that talks to the wrong port, or is made to (a browser that is told to post mail)."""

log = structlog.get_logger()


class CommandLoop(SMTP):
    """Of one connection; whoever inherits knows the commands, brings the bytes and closes it."""

    draining = False
    patience: Patience

    @abstractmethod
    def hang_up(self, reply: str) -> None:
        """Says why and closes."""

    @abstractmethod
    async def arrive(self) -> bool:
        """What comes before the greeting; whether there is to be one."""

    @abstractmethod
    def turn(self) -> None:
        """It is the client's turn: the time for its next command begins."""

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

    @property
    def _greeted(self) -> bool:
        return self.session is not None and bool(self.session.host_name)

    def transaction(self) -> Transaction:
        """The one that runs, or the next one. (No property: aiosmtpd reads those before there is one.)"""
        assert isinstance(self.envelope, Transaction)  # noqa: S101 - made by _create_envelope
        return self.envelope
