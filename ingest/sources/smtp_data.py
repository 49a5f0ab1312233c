"""The text of a message, from the packets that bring it to the disk (RFC 5321, 4.1.1.4 and 4.5.2).

aiosmtpd reads it line by line into memory: slow, without bounds, and lines over 1,001 octets lose the message. Here it
is taken as it comes, in chunks that hold any number of lines or none, and little of it is in memory at any time.

Nothing but ``<CRLF>.<CRLF>`` ends it, and only ``<CRLF>.`` takes a dot away. A bare CR or LF is content like any other
octet and is kept as it is: the message is always one message, whatever another server would make of it.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar
from weakref import WeakSet

from ingest.config import MiB
from ingest.errors import Refused, Unavailable
from ingest.reasons import Reason
from ingest.store.spool import SpooledMessage, SpoolFile

END = b"\r\n.\r\n"
MOST_AT_ONCE, LEAST_AT_ONCE = 256 * 1024, 32 * 1024
"""Bytes of one message that are written at once; half as much again may be in memory. The more messages come in at the
same time, the less of each: a hundred large ones together take some 15 MB."""
ALL_AT_ONCE = 4 * MiB

T = TypeVar("T")


class DotText:
    """Takes the dots of SMTP out of a text and finds its end, over any packets."""

    def __init__(self) -> None:
        # The line end of the DATA command belongs to the text: a dot may follow at once.
        self._held = b"\r\n"
        self._before = 2
        self.ended = False

    def feed(self, data: bytes | memoryview) -> tuple[bytes, bytes]:
        """The next content, and what followed the end of the text."""
        text = self._held + data
        end = text.find(END) if b"." in text else -1  # base64 has no dot: one octet is found much faster than five
        if end >= 0:
            self.ended = True
            content, rest = text[: end + 2], text[end + len(END) :]
        else:
            kept = len(text) - _beginning_of_end(text)
            content, rest, self._held = text[:kept], b"", text[kept:]
        # No "\r\n." lies across the cut: what is held back begins with "\r".
        if b"." in content:
            content = content.replace(b"\r\n.", b"\r\n")
        if self._before and content:
            content, self._before = content[self._before :], 0
        return content, rest


def _beginning_of_end(text: bytes) -> int:
    """How many of the last octets could be the beginning of ``END``."""
    return next((size for size in range(len(END) - 1, 0, -1) if text.endswith(END[:size])), 0)


class TextTooLong(Exception):
    """It goes on far beyond the largest message; there is no point in reading to its end."""


class IncomingText:
    """One message's text: ``feed`` takes it from the socket, ``receive`` brings it to the disk.

    A text that cannot be kept (too large, a full disk) is read to its end all the same, so that the dialogue goes on.
    """

    def __init__(self, file: SpoolFile, most_bytes: int, make_room: Callable[[], None]) -> None:
        self._file = file
        self._most_bytes = most_bytes
        self._make_room = make_room
        self._text = DotText()
        self._pending = bytearray()
        self._writing = 0
        self._size = 0
        self._received = 0
        self._failure: Refused | Unavailable | None = None
        self._ready = asyncio.Event()
        _COMING_IN.add(self)
        self._at_once = min(MOST_AT_ONCE, max(LEAST_AT_ONCE, ALL_AT_ONCE // len(_COMING_IN)))

    @property
    def ended(self) -> bool:
        """Whether its last octet is here."""
        return self._text.ended

    @property
    def room(self) -> int:
        """Bytes that may be fed now."""
        return max(0, self._at_once * 3 // 2 - len(self._pending) - self._writing)

    def feed(self, data: bytes | memoryview) -> bytes:
        """Takes the next bytes; what followed the end of the text. Raises TextTooLong."""
        content, rest = self._text.feed(data)
        self._received += len(data)
        self._size += len(content)
        if self._failure is None and self._size > self._most_bytes:
            self._failure = Refused(Reason.TOO_LARGE, "It is larger than SIZE allows.")
            self._pending.clear()
            self._ready.set()
        if self._received > 2 * self._most_bytes + MiB:
            raise TextTooLong
        if self._failure is None:
            self._pending += content
        if self.ended or len(self._pending) >= self._at_once:
            self._ready.set()
        return rest

    async def receive(self) -> SpooledMessage:
        """The message once it is durable. Raises Refused (too large) or Unavailable, after the end of the text."""
        try:
            while not self.ended:
                await self._ready.wait()
                self._ready.clear()
                if not self.ended:
                    await self._hand_on(self._file.write)
            message = await self._hand_on(self._file.finish)
            if message is None:
                await self._hand_on(self._file.finish)  # its failure is known: what is left of it goes
        except BaseException:
            self._file.discard()
            raise
        finally:
            _COMING_IN.discard(self)
        if message is None:
            assert self._failure is not None  # noqa: S101 - why there is no message
            raise self._failure
        return message

    async def _hand_on(self, write: Callable[[bytearray], Awaitable[T]]) -> T | None:
        """What is here to the disk. After the first failure, which is kept, nothing of the message stays there."""
        batch, self._pending = self._pending, bytearray()
        self._writing = len(batch)
        try:
            if self._failure is None:
                return await write(batch)
            await self._file.remove()
        except Unavailable as failure:
            self._failure = self._failure or failure
        finally:
            self._writing = 0
            self._make_room()
        return None


_COMING_IN: WeakSet[IncomingText] = WeakSet()
"""Those of this process."""
