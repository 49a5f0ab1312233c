"""The message in a client's connection: room for its bytes, the reply to it."""

import asyncio
from abc import abstractmethod
from collections.abc import Awaitable
from typing import Any

from ingest.config import Smtp
from ingest.errors import Refused, Unavailable
from ingest.reasons import Reason
from ingest.sources import smtp_replies as replies
from ingest.sources.smtp_data import IncomingText, TextTooLong
from ingest.sources.smtp_turns import Turn, Turns
from ingest.store.spool import Spool


class Receiving(Turns):
    """The dialogue with the messages in it; whoever inherits hands their bytes to ``_take_text`` while there is one."""

    peer: str

    def __init__(self, dialogue: object, settings: Smtp, spool: Spool) -> None:
        super().__init__(dialogue, settings)
        self._spool = spool
        self._text: IncomingText | None = None
        self._receiving: asyncio.Task[str] | None = None

    @abstractmethod
    def cut(self) -> None:
        """Closes at once, in the middle of whatever it is."""

    @abstractmethod
    def _part_ended(self, task: asyncio.Task[Any]) -> None:
        """A task of the connection ended."""

    async def receive_message(self) -> str:
        """Takes one message. One that is here to its final dot is taken even when its client has gone by then."""
        refusal: str | None = self.event_handler.refuse_message(self, self.transaction())
        if refusal is not None:
            return refusal
        text = IncomingText(self._spool.begin(), self._settings.max_message_bytes, self._make_room)
        self._receiving = asyncio.create_task(self._receive(text), name=f"message from {self.peer}")
        self._receiving.add_done_callback(self._part_ended)
        try:
            return await asyncio.shield(self._receiving)
        except asyncio.CancelledError:
            if not text.ended:
                self._receiving.cancel()
            raise

    async def _receive(self, text: IncomingText) -> str:
        transaction = self.transaction()
        self._text, self._turn = text, Turn.TEXT
        self._heard_at = self._turn_began = self.loop.time()
        self.patience.message()
        try:
            self._take_what_came_early()  # before anything is awaited: what comes meanwhile comes after it
            await self.push("354 End data with <CR><LF>.<CR><LF>")
            transaction.message = await text.receive()
        except Refused as refused:
            transaction.tell(self.peer, "refused", reason=refused.reason)
            return replies.TOO_LARGE
        except Unavailable as error:
            transaction.tell(self.peer, "postponed", reason=error.reason)
            return replies.postponement(error)
        except asyncio.CancelledError:
            if text.ended:
                transaction.tell(self.peer, "cut_off")
            raise
        finally:
            self._text = None
            if not text.ended:
                self.cut()  # what follows is text, whatever it looks like: it must not be read as commands
        hook: Awaitable[str] = self.event_handler.take_message(self, self.session, transaction)
        return await hook

    def _take_what_came_early(self) -> None:
        """A client that does not wait for 354 has sent its text along with DATA."""
        early = self._waiting()
        if early:
            self._reader._buffer.extend(self._take_text(early))  # type: ignore[attr-defined] # noqa: SLF001

    def _take_text(self, data: bytes | memoryview) -> bytes:
        """Hands it to the message; what came after the message's end."""
        assert self._text is not None  # noqa: S101 - called within DATA
        try:
            rest = self._text.feed(data)
        except TextTooLong:
            self.transaction().refuse(Reason.TOO_LARGE)
            self.hang_up(replies.FAR_TOO_LARGE)
            return b""
        if self._text.ended:
            self._text = None
            self._turn = Turn.OURS
            self.transaction().hand_over()
        elif not self._text.room and isinstance(self.transport, asyncio.Transport):
            self._disk_is_slower = True
            self.transport.pause_reading()
        return rest

    def _make_room(self) -> None:
        """A part of the message is on the disk. (Whether commands are read is the reader's to say, not the text's.)"""
        if self._disk_is_slower and isinstance(self.transport, asyncio.Transport):
            self._disk_is_slower = False
            self._heard_at = self.loop.time()  # until now it was our turn
            if not self.closing:
                self.transport.resume_reading()

    def _waiting(self) -> bytes:
        """Takes what the reader has got and nobody has read yet. (aiosmtpd empties its buffer in the same way.)"""
        waiting = bytes(self._reader._buffer)  # type: ignore[attr-defined] # noqa: SLF001
        self._reader._buffer.clear()  # type: ignore[attr-defined] # noqa: SLF001
        self._reader._maybe_resume_transport()  # type: ignore[attr-defined] # noqa: SLF001
        return waiting
