"""Whose turn it is in the dialogue with a client, and how long it may take.

aiosmtpd's timer runs through a message that is arriving, and while we work on it; here it does not.
"""

import asyncio
from enum import Enum

from ingest.config import Smtp
from ingest.sources import smtp_replies as replies
from ingest.sources.smtp_commands import Commands
from ingest.sources.smtp_limits import Patience

MOST_COMMANDS_HELD = 8 * 1024
"""Bytes of commands that wait for their turn, or of a command without an end."""


class Turn(Enum):
    """For whom the time runs."""

    COMMAND = "the client is to say something, a whole command"
    TEXT = "the client sends the text of a message"
    OURS = "we work on a message"


class Turns(Commands):
    """The dialogue with its clock; whoever inherits tells it when something was heard."""

    line_length_limit = MOST_COMMANDS_HELD

    def __init__(self, dialogue: object, settings: Smtp) -> None:
        super().__init__(
            dialogue,
            data_size_limit=settings.max_message_bytes,
            enable_SMTPUTF8=True,
            hostname=settings.hostname,
            ident="ESMTP bill-ingest",
            timeout=settings.timeout_seconds,
            loop=asyncio.get_running_loop(),
        )
        self.require_starttls = settings.require_tls
        self.patience = Patience(
            max_errors=settings.max_errors,
            max_recipients=settings.max_recipients,
            max_messages=settings.max_messages_per_connection,
        )
        self._settings = settings
        self._turn = Turn.COMMAND
        self._heard_at = self._turn_began = self.loop.time()
        self._disk_is_slower = False

    def turn(self) -> None:
        """It is the client's turn to say something."""
        self._turn = Turn.COMMAND
        self._turn_began = self.loop.time()

    def _reset_timeout(self, duration: float | None = None) -> None:
        """aiosmtpd calls it at the beginning, and after the handshake."""
        self._turn_began = self.loop.time()
        if self._timeout_handle is None:
            self._look_again_in(duration or self._timeout_duration)

    def _look_again_in(self, seconds: float) -> None:
        """A turn that begins meanwhile may be a shorter one."""
        super()._reset_timeout(min(seconds, self._timeout_duration, self._settings.message_seconds))

    def _timeout_cb(self) -> None:
        """The timer runs out: for good, or only since the client went on or we are at work."""
        now, silence = self.loop.time(), self._timeout_duration
        if self._turn is Turn.OURS or self._disk_is_slower:
            self._look_again_in(silence)
            return
        if self._turn is Turn.COMMAND:
            left, reply = self._turn_began + silence - now, replies.SILENT
        else:
            silent, slow = self._heard_at + silence - now, self._turn_began + self._settings.message_seconds - now
            left, reply = min((silent, replies.SILENT), (slow, replies.TOO_SLOW))
        if left > 0:
            self._look_again_in(left)
        else:
            self.hang_up(reply)
