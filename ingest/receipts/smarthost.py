"""The way out: one connection to the smarthost for several mails, with all that can go wrong told apart.

What matters is whether the smarthost may have taken a mail. Until its text is handed over it certainly has not
(NotSent); when its answer to the text is lost, nobody knows (AnswerLost).
"""

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from pathlib import Path

import aiosmtplib
import structlog

from ingest.config import Smarthost
from ingest.errors import IngestError
from ingest.receipts.composing import Mail

COMMAND_SECONDS = 60.0
TEXT_SECONDS = 600.0
"""RFC 5321, section 4.5.3.2.6: a server may take ten minutes to answer the final dot."""
IDLE_SECONDS = 5.0
"""How long a connection is kept for the next mail."""
SILENT_SECONDS = 30.0
"""After a connection that failed no other is tried for this time; its mails count it as an attempt."""

log = structlog.get_logger()


class NotSent(IngestError):
    """The mail is certainly not on its way. ``permanent`` says that it would be refused again."""

    def __init__(self, problem: str, permanent: bool) -> None:
        super().__init__(problem, permanent)
        self.problem = problem
        self.permanent = permanent

    def __str__(self) -> str:
        return self.problem


class AnswerLost(IngestError):
    """The text was handed over and no answer came: it may be on its way."""


class SmarthostConnection:
    """Sends mails one after the other. Not for several tasks at the same time."""

    def __init__(
        self,
        settings: Smarthost,
        hostname: str,
        *,
        command_seconds: float = COMMAND_SECONDS,
        text_seconds: float = TEXT_SECONDS,
        idle_seconds: float = IDLE_SECONDS,
        silent_seconds: float = SILENT_SECONDS,
    ) -> None:
        """``hostname`` is the name by which we greet."""
        self._settings = settings
        self._hostname = hostname
        self._command_seconds = command_seconds
        self._text_seconds = text_seconds
        self._idle_seconds = idle_seconds
        self._silent_seconds = silent_seconds
        self._client: aiosmtplib.SMTP | None = None
        self._idle: asyncio.Task[None] | None = None
        self._silent: tuple[float, str] | None = None
        self._turn = asyncio.Lock()

    async def send(self, mail: Mail, before_text: Callable[[], Awaitable[None]]) -> None:
        """Hands the mail over; ``before_text`` is awaited when nothing but its text is left to be sent.

        Raises NotSent or AnswerLost, and whatever ``before_text`` raises: then nothing is sent.
        """
        async with self._turn:
            self._stop_idling()
            try:
                client = await self._addressed(mail)
                await self._or_reset(client, before_text)
                await self._text(client, mail)
            except asyncio.CancelledError:
                self._drop()
                raise
            finally:
                self._idle = asyncio.create_task(self._leave_when_idle(), name="idle smarthost connection")

    async def close(self) -> None:
        """Says goodbye, after the mail that is under way."""
        async with self._turn:
            self._stop_idling()
            await self._leave()

    async def _addressed(self, mail: Mail) -> aiosmtplib.SMTP:
        """A connection that has taken sender and recipient."""
        kept = self._client
        if kept is not None and kept.is_connected:
            try:
                await self._envelope(kept, mail)
            except (aiosmtplib.SMTPServerDisconnected, aiosmtplib.SMTPTimeoutError):
                pass  # it had been left alone for a while: a fresh connection tells whether the server is there
            else:
                return kept
        client = await self._connected()
        try:
            await self._envelope(client, mail)
        except (aiosmtplib.SMTPServerDisconnected, aiosmtplib.SMTPTimeoutError) as error:
            raise NotSent(f"the smarthost broke off: {error}", False) from error
        return client

    async def _connected(self) -> aiosmtplib.SMTP:
        loop = asyncio.get_running_loop()
        if self._silent is not None and loop.time() < self._silent[0]:
            raise NotSent(f"not tried again yet: {self._silent[1]}", False)
        try:
            self._client = await self._connect()
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            problem = f"no connection to the smarthost: {error or type(error).__name__}"
            self._silent = (loop.time() + self._silent_seconds, problem)
            raise NotSent(problem, False) from error
        self._silent = None
        return self._client

    async def _connect(self) -> aiosmtplib.SMTP:
        chosen = self._settings
        client = aiosmtplib.SMTP(
            hostname=chosen.host,
            port=chosen.port,
            username=chosen.username,
            password=chosen.password.get_secret_value() if chosen.password else None,
            local_hostname=self._hostname,
            timeout=self._command_seconds,
            use_tls=chosen.tls == "implicit",
            start_tls=chosen.tls == "starttls",
            tls_context=None if chosen.tls == "none" else await asyncio.to_thread(tls_context, chosen.ca_file),
        )
        await client.connect()
        if client.is_ehlo_or_helo_needed:
            await self._greet(client)
        return client

    async def _greet(self, client: aiosmtplib.SMTP) -> None:
        """Before the first mail, so that a server which refuses us refuses no mail."""
        try:
            await client.ehlo()
        except BaseException:
            client.close()
            raise

    async def _envelope(self, client: aiosmtplib.SMTP, mail: Mail) -> None:
        """RFC 3834, section 3.3: an automatic answer has the null sender, so that nothing answers it."""
        try:
            await client.mail("")
            await client.rcpt(mail.to)
        except aiosmtplib.SMTPResponseException as error:
            await self._reset(client)
            raise _refused(error) from error

    async def _or_reset(self, client: aiosmtplib.SMTP, before_text: Callable[[], Awaitable[None]]) -> None:
        try:
            await before_text()
        except Exception:
            await self._reset(client)
            raise

    async def _text(self, client: aiosmtplib.SMTP, mail: Mail) -> None:
        try:
            await client.data(mail.content, timeout=self._text_seconds)
        except aiosmtplib.SMTPResponseException as error:
            if not 400 <= error.code <= 599:
                client.close()
                raise AnswerLost(f"the smarthost gave an answer that is none: {error.code}") from error
            await self._reset(client)
            raise _refused(error) from error
        except (aiosmtplib.SMTPServerDisconnected, aiosmtplib.SMTPTimeoutError) as error:
            raise AnswerLost(f"the smarthost's answer to the text was lost: {error}") from error

    async def _reset(self, client: aiosmtplib.SMTP) -> None:
        """The next mail starts anew; on a connection that cannot do that, on another one."""
        try:
            await client.rset()
        except (aiosmtplib.SMTPException, OSError):
            client.close()

    def _drop(self) -> None:
        """A dialogue that was left in its middle is not gone on with."""
        if self._client is not None:
            self._client.close()
            self._client = None

    def _stop_idling(self) -> None:
        if self._idle is not None:
            self._idle.cancel()
            self._idle = None

    async def _leave_when_idle(self) -> None:
        await asyncio.sleep(self._idle_seconds)
        await self._leave()

    async def _leave(self) -> None:
        client, self._client = self._client, None
        if client is None or not client.is_connected:
            return
        try:
            await client.quit(timeout=min(self._command_seconds, 5.0))
        except (aiosmtplib.SMTPException, OSError) as error:
            log.debug("the smarthost did not say goodbye", error=str(error))
        finally:
            client.close()


def tls_context(ca_file: Path | None) -> ssl.SSLContext:
    """Certificates and names are verified. Raises OSError where ``ca_file`` holds no certificates or is not there."""
    context = ssl.create_default_context(cafile=ca_file)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _refused(error: aiosmtplib.SMTPResponseException) -> NotSent:
    text = " ".join(str(error.message).split())[:300]
    return NotSent(f"the smarthost said {error.code} {text}", 500 <= error.code <= 599)
