"""One HTTP exchange with the API: the only place that meets aiohttp's exceptions."""

from dataclasses import dataclass

import aiohttp
from yarl import URL

from ingest.bayou.answers import Answer, Call
from ingest.bayou.errors import BayouError, TemporaryFailure, UploadUnknown

LARGEST_ANSWER = 8 * 1024 * 1024
"""Bytes, after decompression. A bill object of hundreds of meters stays far below."""

_BEFORE_SENDING = (
    aiohttp.ClientConnectorError,  # refused, DNS, TLS: all of them are its subclasses
    aiohttp.ConnectionTimeoutError,
    aiohttp.ServerFingerprintMismatch,
    aiohttp.InvalidURL,
)


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds. ``connect`` covers the name, TCP, TLS and waiting for a free connection; ``silence`` is the longest
    pause of the other side; ``call`` and ``upload`` bound the whole exchange."""

    connect: float = 10.0
    silence: float = 60.0
    call: float = 90.0
    upload: float = 600.0

    def of(self, call: Call) -> aiohttp.ClientTimeout:
        """As aiohttp wants them."""
        total = self.connect + (self.upload if call == "upload" else self.call)
        return aiohttp.ClientTimeout(
            total=total, connect=self.connect, sock_connect=self.connect, sock_read=self.silence
        )


def open_session(*, connections: int = 64) -> aiohttp.ClientSession:
    """The session that all clients of a process share. It keeps no cookies: they would tie accounts together."""
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=connections),
        cookie_jar=aiohttp.DummyCookieJar(),
        headers={"User-Agent": "bill-ingest", "Accept": "application/json"},
    )


async def exchange(
    session: aiohttp.ClientSession,
    call: Call,
    method: str,
    url: URL,
    *,
    authorization: str,
    timeouts: Timeouts,
    data: aiohttp.FormData | bytes | None = None,
    content_type: str | None = None,
) -> Answer:
    """Send once and read the answer, whatever its status. Redirects are answers like any other: the key stays here.

    Raises TemporaryFailure, or UploadUnknown for an upload that failed after its first byte could have left.
    """
    headers = {"Authorization": authorization} | ({"Content-Type": content_type} if content_type else {})
    try:
        async with session.request(
            method, url, headers=headers, data=data, timeout=timeouts.of(call), allow_redirects=False,
            raise_for_status=False,
        ) as response:  # fmt: skip
            body = await _limited(response.content)
            return Answer(response.status, response.headers, body)
    except _BEFORE_SENDING as error:
        raise TemporaryFailure(_words(error)) from error
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise _under_way(call, _words(error)) from error


def _under_way(call: Call, detail: str) -> BayouError:
    return UploadUnknown(detail) if call == "upload" else TemporaryFailure(detail)


async def _limited(content: aiohttp.StreamReader) -> bytes:
    """The body, cut off where no bill object would be that long (what is cut is then refused as incomplete JSON)."""
    body = bytearray()
    async for chunk in content.iter_any():
        body += chunk
        if len(body) > LARGEST_ANSWER:
            break
    return bytes(body[:LARGEST_ANSWER])


def _words(error: BaseException) -> str:
    """A sentence for a person: what failed, in aiohttp's words."""
    said = str(error) or type(error).__name__
    if isinstance(error, TimeoutError):
        return f"no answer in time ({said})"
    return f"the connection failed ({said})"[:500]
